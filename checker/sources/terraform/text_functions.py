"""Says what functions of texts and numbers return.

https://developer.hashicorp.com/terraform/language/functions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from checker.sources.terraform.call import Call, Function
from checker.sources.terraform.truths import truth
from checker.sources.terraform.typed_values import (
    LONGEST,
    Open,
    State,
    TooLargeError,
    Value,
    cut,
    joined,
)

_VERB = re.compile(r"%(?:%|[-+ 0#]*\d*(?:\.\d+)?[vsdqtf])")
_DIGITS = 15
_SAFE = re.compile(r"(?:[^()*+{|\\]|\\[.*+?(){}|/\[\]^$-]|(?<![*+}])[*+](?![*+]))*")
"""An expression that takes time in proportion to the text: without groups and choices."""


def _format(call: Call) -> Value:
    pattern = call.word(0)
    if pattern is None:
        return call.opened(("string",))
    return _formatted(call, call.arguments[0], call.arguments[1:])


def _formatted(call: Call, pattern: Value, given: Sequence[Value]) -> Value:
    text = str(pattern.data)
    parts: list[Value] = []
    end = used = 0
    for found in _VERB.finditer(text):
        parts.append(cut(pattern, end, found.start()))
        end = found.end()
        if found[0] == "%%":
            parts.append(cut(pattern, found.start(), found.start() + 1))
            continue
        if found[0] not in {"%s", "%v", "%d", "%t"} or used >= len(given):
            return call.opened(("string",))
        parts.append(call.run.text(given[used], call.scope, given[used].span))
        used += 1
    if used < len(given) or "%" in text[end:]:
        return call.opened(("string",))
    parts.append(cut(pattern, end, len(text)))
    made = joined(parts, call.scope.file, call.node.span)
    call.run.spend(made.weight)
    return made


def _join(call: Call) -> Value:
    items = call.items(1)
    if items is None:
        return call.opened(("string",))
    delimiter = call.text(0)
    parts: list[Value] = []
    for each in items:
        made = call.run.text(each, call.scope, call.node.arguments[1].span)
        parts += [delimiter, made] if parts else [made]
    return joined(parts, call.scope.file, call.node.span)


def _to_string(call: Call) -> Value:
    if isinstance(call.arguments[0].data, list | dict):
        raise call.run.refused("this is no text", call.scope, call.node.span)
    return call.arguments[0] if call.arguments[0].data is None else call.text(0)


def _to_number(call: Call) -> Value:
    data = call.arguments[0].data
    if isinstance(data, str) and data.isdecimal() and len(data) <= _DIGITS:
        return call.made(int(data))
    return call.arguments[0] if isinstance(data, int | float) else call.opened(("number",))


def _to_bool(call: Call) -> Value:
    value = call.arguments[0]
    if isinstance(value.data, bool) or value.data is None:
        return value
    return Value(
        truth(call.run, value, call.scope, call.node.span), call.scope.file, call.node.span
    )


def _text_function(function: Callable[[str, Sequence[str]], object]) -> Function:
    """Return a function of texts: what it makes of unknown texts is unknown."""

    def made(call: Call) -> Value:
        first = call.arguments[0]
        words = [call.word(at) for at in range(1, len(call.arguments))]
        if isinstance(first.data, str) and first.state is State.KNOWN and None not in words:
            return call.made(function(first.data, [x for x in words if x is not None]))
        text = call.text(0) if not isinstance(first.data, list | dict) else first
        safe = not any(each is None or set(each) & set("*?$") for each in words)
        if text.state is State.NAMED and safe:
            return call.opened(("string",), is_name=True)
        return call.opened(("string",))

    return made


def _replaced(text: str, words: Sequence[str]) -> str:
    old, new = words[0], words[1]
    if len(text) * (len(new) + 1) > LONGEST:
        raise TooLargeError
    if len(old) > 1 and old[0] == old[-1] == "/":
        expression = old[1:-1]
        if not _SAFE.fullmatch(expression):
            raise re.error("this expression is not read")
        return re.sub(expression, re.sub(r"\$\{?(\w+)\}?", r"\\\1", new), text)
    return text.replace(old, new)


def _split(call: Call) -> Value:
    delimiter, value = call.word(0), call.arguments[1]
    if not delimiter or not isinstance(value.data, str) or value.state is not State.KNOWN:
        return call.opened(("list", ("string",)))
    found: list[Value] = []
    start = 0
    for part in value.data.split(delimiter):
        found.append(cut(value, start, start + len(part))._replace(span=call.node.span))
        start += len(part) + len(delimiter)
    return call.listed(found)


def _starts(call: Call) -> Value:
    text, start = call.text(0), call.word(1)
    if start is None:
        return call.opened(("bool",))
    if text.state is State.KNOWN:
        whole = str(text.data)
        held = whole.startswith(start) if call.node.name == "startswith" else whole.endswith(start)
        return call.made(held)
    fact = f'{call.node.name}({text.data}, "{start}")'
    return call.made(call.run.settled(fact, f"`{fact}`"))


def _format_list(call: Call) -> Value:
    if call.word(0) is None:
        return call.opened(("list", ("string",)))
    columns = [call.items(at) for at in range(1, len(call.arguments))]
    lists = [
        each
        for at, each in enumerate(columns)
        if isinstance(call.arguments[at + 1].data, list | Open) and each is not None
    ]
    size = max((len(each) for each in lists), default=1)
    rows = [
        [
            (each[row] if row < len(each) else each[-1]) if each else call.arguments[at + 1]
            for at, each in enumerate(columns)
        ]
        for row in range(size)
        if all(lists)
    ]
    return call.listed([_formatted(call, call.arguments[0], row) for row in rows])


FUNCTIONS: dict[str, Function] = {
    "format": _format,
    "formatlist": _format_list,
    "join": _join,
    "tostring": _to_string,
    "tonumber": _to_number,
    "tobool": _to_bool,
    "replace": _text_function(_replaced),
    "lower": _text_function(lambda text, _: text.lower()),
    "upper": _text_function(lambda text, _: text.upper()),
    "title": _text_function(lambda text, _: text.title()),
    "trim": _text_function(lambda text, words: text.strip(words[0])),
    "trimspace": _text_function(lambda text, _: text.strip()),
    "trimprefix": _text_function(lambda text, words: text.removeprefix(words[0])),
    "trimsuffix": _text_function(lambda text, words: text.removesuffix(words[0])),
    "chomp": _text_function(lambda text, _: text.rstrip("\r\n")),
    "split": _split,
    "startswith": _starts,
    "endswith": _starts,
}
