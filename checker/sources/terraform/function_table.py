"""Says what functions return: those of JSON and files, and all by their names.

https://developer.hashicorp.com/terraform/language/functions
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from checker.problems import InputError
from checker.sources.terraform import list_functions, text_functions
from checker.sources.terraform import syntax as s
from checker.sources.terraform.call import Call, Function
from checker.sources.terraform.named_files import file_text, rendered_file
from checker.sources.terraform.typed_values import (
    Encoded,
    Open,
    Thing,
    Value,
    data_value,
    items_of,
    plain,
)

if TYPE_CHECKING:
    from checker.sources.terraform.instances import Scope
    from checker.sources.terraform.run import Run


def called(run: Run, node: s.Call, scope: Scope) -> Value:
    """Return what a call of a function returns; an unknown function makes an open value."""
    if (special := _SPECIAL.get(node.name)) is not None:
        return special(run, node, scope)
    arguments = [run.value(each, scope) for each in node.arguments]
    if node.spreads and arguments:
        last = items_of(arguments[-1])
        if last is None:
            return run.opened_at(scope, node.span)
        arguments = [*arguments[:-1], *last]
        spans = [*node.arguments[:-1], *(node.arguments[-1] for _ in last)]
        node = node._replace(arguments=tuple(spans), spreads=False)
    function = _FUNCTIONS.get(node.name)
    if function is None:
        return run.opened_at(scope, node.span)
    try:
        made = function(Call(run, node, scope, arguments))
    except (IndexError, re.error, OverflowError):
        raise run.refused(f"`{node.name}` has other arguments", scope, node.span) from None
    run.left -= made.weight
    return made


def _try(run: Run, node: s.Call, scope: Scope) -> Value:
    problem: InputError | None = None
    for each in node.arguments:
        try:
            return run.value(each, scope)
        except InputError as error:
            problem = problem or error
    raise problem or run.refused("`try` has no arguments", scope, node.span)


def _can(run: Run, node: s.Call, scope: Scope) -> Value:
    try:
        found = run.value(node.arguments[0], scope)
    except (InputError, IndexError):
        return Value(data=False, file=scope.file, span=node.span)
    if isinstance(found.data, Open):
        held = run.settled(f"can {found.data.address}", f"`{scope.file.text(node.span)}`")
        return Value(held, scope.file, node.span)
    return Value(data=True, file=scope.file, span=node.span)


def _json_encode(call: Call) -> Value:
    value = call.arguments[0]
    if isinstance(value.data, list | dict):
        return Value(Encoded(value), call.scope.file, call.node.span)
    if isinstance(value.data, Open | Thing | Encoded):
        return call.opened()
    return call.made(json.dumps(plain(value)))


def _json_decode(call: Call) -> Value:
    value = call.arguments[0]
    if isinstance(value.data, Encoded):
        return value.data.value
    if not isinstance(value.data, str):
        return call.opened()
    try:
        return data_value(json.loads(value.data), value)
    except (ValueError, RecursionError):
        raise call.run.refused("this is not valid JSON", call.scope, call.node.span) from None


def _file(call: Call) -> Value:
    return file_text(call.run, call.arguments[0], call.scope, call.node.span)


def _template_file(call: Call) -> Value:
    names = call.arguments[1].data
    given = names if isinstance(names, dict) else {}
    return rendered_file(call.run, call.arguments[0], given, call.scope, call.node.span)


_FUNCTIONS: dict[str, Function] = {
    **list_functions.FUNCTIONS,
    **text_functions.FUNCTIONS,
    "jsonencode": _json_encode,
    "jsondecode": _json_decode,
    "file": _file,
    "templatefile": _template_file,
}
_SPECIAL: dict[str, Callable[[Run, s.Call, Scope], Value]] = {"try": _try, "can": _can}
