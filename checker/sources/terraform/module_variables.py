"""Says what is known of the values of variables.

https://developer.hashicorp.com/terraform/language/block/variable
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from checker.sources import stand_ins
from checker.sources.expressions import sample
from checker.sources.stand_ins import StandIn, placeholder
from checker.sources.terraform import syntax as s
from checker.sources.terraform.typed_values import (
    ANY,
    LISTS,
    OPTIONAL,
    Open,
    Type,
    Value,
    data_value,
    referred,
)

if TYPE_CHECKING:
    from checker.sources.terraform.instances import Scope
    from checker.sources.terraform.modules import Found
    from checker.sources.terraform.run import Run

_PLAIN = re.compile(r"[A-Za-z0-9_.@=+-]+")
_CURE = (
    "which may be any text: give it a validation with a pattern without wildcards, or its value "
    "in a .tfvars file"
)


class Known(NamedTuple):
    """What is known of a value: its stand-in, its choices, or nothing."""

    stand_in: StandIn | None = None
    choices: tuple[str, ...] = ()
    """All its values, if some are no plain names; otherwise the stand-in is as good as each."""
    every: tuple[str, ...] = ()
    """All its values, if they are known."""


def variable(run: Run, name: str, scope: Scope, span: s.Span) -> Value:
    """Return the value of a variable, as the module is applied or called."""
    key = scope.instance, "var", name
    made = run.kept(
        key, lambda: _value(run, name, scope, span), f"the variable `{name}`", (scope, span)
    )
    return referred(made, scope.file, span)


def _value(run: Run, name: str, scope: Scope, span: s.Span) -> Value:
    instance = scope.instance
    declared = instance.module.variables.get(name)
    if instance.call is not None and instance.caller is not None:
        given = instance.call.block.body.attribute(name)
        if given is not None:
            made = run.value(given, instance.caller)
            if made.data is not None or declared is None:
                return _typed(run, made, declared, scope)
        default = declared.block.body.attribute("default") if declared else None
        if declared is not None and default is not None:
            return _typed(run, run.value(default, scope.at(declared.file)), declared, scope)
    elif declared is not None and (text := run.chosen(f"var.{name}")) is not None:
        kind = type_of(declared.block.body.attribute("type"))
        return data_value(_read(text, kind), Value(None, declared.file, declared.block.span))
    elif name in instance.module.values:
        file, body = instance.module.values[name]
        given = body.attribute(name)
        if given is not None:
            return _typed(run, run.value(given, scope.at(file)), declared, scope)
    address = f"{instance.prefix}var.{name}"
    if declared is None:
        what = f"`{address}`, which the module does not declare"
        return Value(Open(address, what), scope.file, span)
    run.shared.declared[address] = declared
    line = declared.file.line(declared.block.span)
    what = f"the variable `{name}` (line {line}), {_CURE}"
    if declared.file.name != scope.file.name:
        what = f"the variable `{name}` (line {line} of {declared.file.source.path}), {_CURE}"
    kind = type_of(declared.block.body.attribute("type"))
    return Value(Open(address, what, kind, instance.is_name(name)), scope.file, span)


def _read(text: str, kind: Type) -> object:
    """Return the value that a text means for a variable of a type."""
    if kind[0] == "string":
        return text
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text.split(",") if kind[0] in LISTS else text
    return found if kind != ANY or isinstance(found, list | dict) else text


def type_of(node: s.Expression | None) -> Type:
    """Return the type that an expression names."""
    match node:
        case s.Name(_, name):
            return (name,)
        case s.Template(_, (s.Run(_, name, _),)):
            return (name,)
        case s.Call(_, "optional", (inside, *default), _):
            return OPTIONAL, type_of(inside), default[0] if default else None
        case s.Call(_, "object", (s.Entries(_, entries), *_), _):
            return "object", {_word(key): type_of(value) for key, value in entries}
        case s.Call(_, name, (inside, *_), _):
            return name, type_of(inside)
    return ANY


def _typed(run: Run, value: Value, declared: Found | None, scope: Scope) -> Value:
    """Return a value with the attributes that its type has and that are not given."""
    if declared is None or not isinstance(value.data, list | dict):
        return value
    kind = type_of(declared.block.body.attribute("type"))
    return _completed(run, value, kind, scope.at(declared.file))


def _completed(run: Run, value: Value, kind: Type, scope: Scope) -> Value:
    data = value.data
    if kind[0] == OPTIONAL:
        kind = kind[1]
    if kind[0] == "object" and isinstance(data, dict):
        made = dict(data)
        for name, inside in kind[1].items():
            if name in data and data[name].data is not None:
                made[name] = _completed(run, data[name], inside, scope)
            elif inside[0] == OPTIONAL:
                default = inside[2]
                found = (
                    run.value(default, scope) if default else Value(None, value.file, value.span)
                )
                made[name] = _completed(run, found, inside[1], scope)
        return value.having(made)._replace(source=value.source or value)
    if len(kind) > 1 and kind[0] in {*LISTS, "map"}:
        if isinstance(data, list):
            items = [_completed(run, each, kind[1], scope) for each in data]
            return value.having(items)
        if isinstance(data, dict):
            made = {key: _completed(run, each, kind[1], scope) for key, each in data.items()}
            return value.having(made)
    return value


def _word(key: s.Expression) -> str:
    match key:
        case s.Template(_, (s.Run(_, name, _),)):
            return name
    return ""


def known(run: Run, address: str) -> Known:
    """Return what the validation of a variable says about its value."""
    declared = run.shared.declared.get(address)
    if declared is None:
        return Known()
    if type_of(declared.block.body.attribute("type")) not in {("string",), ANY}:
        return Known()
    name = declared.block.labels[0]
    for each in declared.block.body.blocks("validation"):
        test = each.body.attribute("condition")
        for atom in _conjuncts(test):
            found = _of_atom(atom, name, address)
            if found is not None:
                return found
    return Known()


def _conjuncts(test: s.Expression | None) -> Iterator[s.Expression]:
    match test:
        case s.Binary(_, "&&", left, right):
            yield from _conjuncts(left)
            yield from _conjuncts(right)
        case None:
            return
        case _:
            yield test


def _of_atom(atom: s.Expression, name: str, address: str) -> Known | None:
    match atom:
        case s.Call(_, "contains", (choices, subject), _) if _is_variable(subject, name):
            return _choices(choices, address)
        case s.Call(_, "can", (s.Call(_, "regex", (expression, subject), _),), _) if _is_variable(
            subject, name
        ):
            return _pattern(expression, address)
        case s.Binary(
            _,
            ">" | "!=",
            s.Call(_, "length", (s.Call(_, "regexall", (expression, subject), _),), _),
            s.Literal(_, 0),
        ) if _is_variable(subject, name):
            return _pattern(expression, address)
    return None


def _is_variable(node: s.Expression, name: str) -> bool:
    match node:
        case s.Attribute(_, s.Name(_, "var"), found):
            return found == name
    return False


def _choices(node: s.Expression, address: str) -> Known | None:
    # What the choices depend on is not looked at, so that they cannot refer to the variable.
    if not isinstance(node, s.Items):
        return None
    found: list[str] = []
    for each in node.items:
        match each:
            case s.Template(_, (s.Run(_, text, _),)):
                found.append(text)
            case s.Template(_, ()):
                found.append("")
            case _:
                return None
    values = tuple(dict.fromkeys(found))
    plain = len(values) > 1 and all(map(_PLAIN.fullmatch, values))
    return Known(stand_ins.name(address) if plain else None, () if plain else values, values)


def _pattern(node: s.Expression, address: str) -> Known | None:
    match node:
        case s.Template(_, parts) if all(isinstance(x, s.Run) for x in parts):
            expression = "".join(x.text for x in parts if isinstance(x, s.Run))
        case _:
            return None
    # INVARIANT: an expression that is found anywhere in a text says nothing about the rest of it.
    inside = expression.removesuffix(r"\z")
    if not expression.startswith(("^", r"\A")) or not (
        inside != expression or inside.endswith("$")
    ):
        return None
    if inside.endswith(r"\$") or "|" in _outer(inside):
        return None
    found = sample(inside, address)
    if found is None:
        return None
    return Known(StandIn(stand_ins.likely_arn(found), placeholder(address)))


def _outer(expression: str) -> str:
    """Return an expression without what is in its groups and sets."""
    found: list[str] = []
    depth, at = 0, 0
    while at < len(expression):
        each = expression[at]
        if each == "\\":
            at += 2
            continue
        depth += (each in "([") - (each in ")]")
        found.append(each if depth == 0 else "")
        at += 1
    return "".join(found)
