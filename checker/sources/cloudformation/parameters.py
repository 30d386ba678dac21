"""Says what is known of the value of a parameter or a pseudo parameter.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from checker.sources import stand_ins
from checker.sources.expressions import may_be_empty, sample
from checker.sources.stand_ins import StandIn, placeholder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checker.problems import Json

ARN = "arn:${Partition}:${Service}:${Region}:${Account}:${Resource}"
PSEUDO = {
    "AWS::AccountId": stand_ins.OWN_ACCOUNT,
    "AWS::Region": stand_ins.REGION,
    "AWS::Partition": stand_ins.PARTITION,
    "AWS::URLSuffix": stand_ins.URL_SUFFIX,
}
NO_VALUE = "AWS::NoValue"
_STACK = "AWS::StackName"
_PLAIN = re.compile(r"[A-Za-z0-9_.@=+-]+")
_LISTS = re.compile(r"CommaDelimitedList|List<.*>")
_IDS = re.compile(r"(?:List<)?AWS::(?!SSM::Parameter::Value)[A-Za-z0-9:]+>?")


class Known(NamedTuple):
    """What is known of a value: its stand-in, its choices, or nothing.

    If neither is given, it may be any text.
    """

    stand_in: StandIn | None = None
    choices: tuple[str, ...] = ()
    """All its values, if some are no plain names; otherwise the stand-in is as good as each."""
    is_list: bool = False
    may_be_empty: bool = False
    is_stored: bool = False
    """Whether its default is a key, and not the value."""


def pseudo(name: str) -> Known | None:
    """Return what is known of a pseudo parameter; None if there is none of this name."""
    if name in PSEUDO:
        return Known(StandIn(PSEUDO[name], placeholder(name)))
    if name == _STACK:
        return Known(stand_ins.name(name))
    if name == "AWS::StackId":
        made = stand_ins.name(name)
        arn = (
            f"arn:aws:cloudformation:{stand_ins.REGION}:{stand_ins.OWN_ACCOUNT}:stack/{made.value}"
        )
        return Known(StandIn(arn, made.shown))
    return Known(is_list=True) if name == "AWS::NotificationARNs" else None


def parameter(name: str, declared: Mapping[str, Json]) -> Known:
    """Return what is known of the value of a declared parameter."""
    kind = declared.get("Type")
    kind = kind if isinstance(kind, str) else "String"
    is_list = _LISTS.fullmatch(kind) is not None
    if "AWS::SSM::Parameter::Value" in kind:
        # INVARIANT: a pattern of such a parameter is about its key, and the value is any text.
        return Known(is_list="List<" in kind, is_stored=True)
    if kind in {"Number", "List<Number>"}:
        return Known(stand_ins.number(name), is_list=is_list)
    if _IDS.fullmatch(kind):
        return Known(stand_ins.name(name), is_list=is_list)
    allowed = declared.get("AllowedValues")
    if isinstance(allowed, list) and allowed:
        values = tuple(dict.fromkeys(map(as_text, allowed)))
        plain = len(values) > 1 and all(map(_PLAIN.fullmatch, values))
        return Known(stand_ins.name(name) if plain else None, values, is_list)
    expression = declared.get("AllowedPattern")
    found = sample(expression, name) if isinstance(expression, str) else None
    if found is None:
        return Known(is_list=is_list)
    value = stand_ins.likely_arn(found)
    is_constant = isinstance(expression, str) and sample(expression, f"{name}'") == found
    made = StandIn(value, value if is_constant else placeholder(name))
    return Known(made, is_list=is_list, may_be_empty=may_be_empty(str(expression)))


def as_text(value: Json) -> str:
    """Return a value of a template as the text that CloudFormation makes of it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
