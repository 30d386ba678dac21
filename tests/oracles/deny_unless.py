"""Moves conditions of an Allow to a Deny of what does not meet them, and back: pure data.

A request is allowed by "Allow if C" just when it is allowed by "Allow" and not denied by "Deny
unless C", if no other Allow is about it. The opposite of a condition has to be right about a
missing key: positive operators fail without the key, negated ones and those with IfExists hold.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = Any


class Tested(NamedTuple):
    """One condition of a statement: its operator, its key and what it is compared to."""

    operator: str
    key: str
    wanted: Json


Block = tuple[Tested, ...]
"""Conditions that hold together, such as those of one statement."""

_OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?", re.IGNORECASE)
_OPPOSITE = {
    "StringEquals": "StringNotEquals",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike",
    "ArnEquals": "ArnNotEquals",
    "ArnLike": "ArnNotLike",
    "NumericEquals": "NumericNotEquals",
    "DateEquals": "DateNotEquals",
    "IpAddress": "NotIpAddress",
}
_NEGATED = {negated: positive for positive, negated in _OPPOSITE.items()}
_ORDERED = {"LessThan": "GreaterThanEquals", "GreaterThan": "LessThanEquals"}
_ORDERED |= {after: before for before, after in _ORDERED.items()}
_FLIPPED = {"true": "false", "false": "true"}


def listed(value: Json) -> list[Json]:
    """Return a value that may be one or several as a list."""
    return value if isinstance(value, list) else [value]


def statements(policy: Json) -> list[Json]:
    """Return the statements of a policy as a list."""
    return listed(policy["Statement"])


def tested(statement: Json) -> list[Tested]:
    """Return the conditions of a statement one by one."""
    return [
        Tested(operator, key, wanted)
        for operator, block in statement.get("Condition", {}).items()
        for key, wanted in block.items()
    ]


def opposites(one: Tested) -> Iterator[tuple[Block, ...]]:
    """Yield the ways to say that a condition does not hold: one of some blocks holds.

    There is none for an operator without an opposite.
    """
    match = _OPERATOR.fullmatch(one.operator)
    if match is None:
        return
    qualifier, name, suffix = match[1] or "", _spelt(match[2]), match[3] or ""
    if name == "Null":
        yield from _opposites_of_null(one)
    elif qualifier:
        other = _OPPOSITE.get(name) or _NEGATED.get(name)
        if other and not suffix:
            swapped = {"forallvalues": "ForAnyValue", "foranyvalue": "ForAllValues"}
            yield ((one._replace(operator=f"{swapped[qualifier.lower()]}:{other}"),),)
    elif name in _NEGATED:
        yield ((one._replace(operator=_NEGATED[name]),),)
    elif name in _OPPOSITE:
        yield _missing_too(one, _OPPOSITE[name], suffix)
    elif name == "Bool":
        yield from _opposites_of_bool(one, suffix)
    elif len(listed(one.wanted)) == 1:
        family = re.match("Numeric|Date", name)
        than = _ORDERED.get(name[family.end() :]) if family else None
        if family and than:
            yield ((one._replace(operator=family[0] + than + _other(suffix)),),)


def _spelt(name: str) -> str:
    names = [*_OPPOSITE, *_NEGATED, "Bool", "Null"]
    names += [kind + than for kind in ("Numeric", "Date") for than in _ORDERED]
    return next((each for each in names if each.lower() == name.lower()), name)


def _other(suffix: str) -> str:
    return "" if suffix else "IfExists"


def _present(key: str) -> Tested:
    return Tested("Null", key, "false")


def _missing_too(one: Tested, negated: str, suffix: str) -> tuple[Block, ...]:
    """Return the opposite of a positive operator, which holds without the key unless IfExists."""
    unless = one._replace(operator=negated)
    return ((unless, _present(one.key)),) if suffix else ((unless,),)


def _opposites_of_null(one: Tested) -> Iterator[tuple[Block, ...]]:
    (asked, *more) = map(_flag, listed(one.wanted))
    if not more and asked in _FLIPPED:
        yield ((one._replace(wanted=_FLIPPED[asked]),),)


def _opposites_of_bool(one: Tested, suffix: str) -> Iterator[tuple[Block, ...]]:
    (asked, *more) = map(_flag, listed(one.wanted))
    if more or asked not in _FLIPPED:
        return
    other = _FLIPPED[asked]
    yield ((Tested(f"Bool{_other(suffix)}", one.key, other),),)
    if not suffix:
        yield (Tested("Bool", one.key, other),), (Tested("Null", one.key, "true"),)


def _flag(value: Json) -> str:
    return str(value).lower()


def _block(conditions: Block) -> Json | None:
    """Return conditions as they stand in a policy; None if two have the same operator and key."""
    made: dict[str, dict[str, Json]] = {}
    for one in conditions:
        if one.key in made.setdefault(one.operator, {}):
            return None
        made[one.operator][one.key] = one.wanted
    return made


def _with(statement: Json, conditions: Block) -> Json:
    """Return a statement with other conditions, or with no Condition."""
    made = {name: value for name, value in statement.items() if name != "Condition"}
    return {**made, "Condition": _block(conditions)} if conditions else made


def to_denies(policy: Json) -> Iterator[Json]:
    """Yield policies in which an Allow's conditions, one or all, have become Denies."""
    for at, statement in enumerate(statements(policy)):
        if statement["Effect"] != "Allow":
            continue
        known = tested(statement)
        choices = [(each,) for each in known] if len(known) > 1 else []
        for moved in (*choices, tuple(known)) if known else ():
            for ways in zip(*map(_padded, moved), strict=True):
                blocks = [block for way in ways for block in way]
                if all(ways):
                    yield _moved(policy, at, moved, blocks, wide=False)
                    yield _moved(policy, at, moved, blocks, wide=True)


def _padded(one: Tested) -> list[tuple[Block, ...]]:
    """Return two ways to say the opposite of a condition, the last one again if there is one."""
    found = list(opposites(one)) or [()]
    return [found[0], found[-1]]


def _moved(policy: Json, at: int, moved: Block, blocks: list[Block], *, wide: bool) -> Json:
    made = copy.deepcopy(policy)
    items = made["Statement"] = statements(made)
    statement = items[at]
    left = tuple(each for each in tested(statement) if each not in moved)
    scope = {name: value for name, value in statement.items() if name not in ("Sid", "Effect")}
    items[at] = _with(statement, left)
    scope = _widened(scope) if wide else scope
    items += [_with({"Effect": "Deny", **copy.deepcopy(scope)}, block) for block in blocks]
    return made


def _widened(scope: Json) -> Json:
    """Return what a statement is about with every action of its services, resource and caller."""
    named = sorted({each.partition(":")[0] for each in listed(scope.get("Action", "*"))})
    made = {"Action": "*" if "*" in named else [f"{each}:*" for each in named]}
    if {"Resource", "NotResource"} & scope.keys():
        made["Resource"] = "*"
    if {"Principal", "NotPrincipal"} & scope.keys():
        made["Principal"] = "*"
    return {**made, "Condition": scope["Condition"]}


def to_allows(policy: Json) -> Iterator[Json]:
    """Yield policies in which a Deny's condition has become its opposite on every Allow."""
    for at, statement in enumerate(statements(policy)):
        known = tested(statement)
        if statement["Effect"] != "Deny" or len(known) != 1:
            continue
        for way in opposites(known[0]):
            made = copy.deepcopy(policy)
            items = [each for n, each in enumerate(statements(made)) if n != at]
            asked = [(*tested(each), *block) for each in items for block in way]
            if len(way) == 1 and all(_block(each) is not None for each in asked):
                made["Statement"] = [
                    each if each["Effect"] == "Deny" else _with(each, (*tested(each), *way[0]))
                    for each in items
                ]
                yield made
