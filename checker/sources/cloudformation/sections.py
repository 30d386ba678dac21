"""Reads the sections of a CloudFormation template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, cast

from checker.reader.dialect import Dialect
from checker.sources import stand_ins
from checker.sources.stand_ins import StandIn

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.reader import Reading

FUNCTIONS = (
    *("And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue"),
    *("Join", "Length", "Not", "Or", "Select", "Split", "Sub", "ToJsonString", "Transform"),
)
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html"""
YAML = Dialect(
    {
        "!Ref": "Ref",
        "!Condition": "Condition",
        **{f"!{name}": f"Fn::{name}" for name in FUNCTIONS},
    }
)
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html"""
_TYPE = re.compile(r"(?:AWS|Alexa|Custom|[A-Za-z0-9]+)::[A-Za-z0-9:@_-]+")
LOOP = "Fn::ForEach::"
MOST_RESOURCES = 200_000
"""The most resources of a template, each turn of a loop counted."""
_HOLE = re.compile(r"([$&])\{([^}]*)\}")
_NO_NAME = re.compile(r"[^A-Za-z0-9]")


class Resource(NamedTuple):
    """A resource of a template."""

    kind: str
    """Its type, such as `AWS::IAM::Role`."""
    properties: Mapping[str, Json]
    condition: str
    """The name of the condition under which it exists; empty if it always does."""
    route: Route
    """The route of the resource in the template."""
    loops: Mapping[str, str | StandIn | None]
    """The variables of the loops that it is in; None for one that may be any text."""
    construct: str
    """The path of the CDK construct that it is made of; empty if it is of none."""


@dataclass(frozen=True, slots=True)
class Template:
    """The sections of a template that its policies depend on. A section that lacks is empty."""

    reading: Reading
    parameters: Mapping[str, Mapping[str, Json]]
    mappings: Mapping[str, Json]
    conditions: Mapping[str, Json]
    resources: Mapping[str, Resource]
    variables: Json = None
    """The data that variables of the Serverless Framework refer to; None for CloudFormation."""
    memo: dict[str, frozenset[str]] = field(default_factory=dict, compare=False)
    """What was found out about the template once, by what it is."""


def is_template(data: Json) -> bool:
    """Return whether the data of a file is a template: it has resources with types."""
    if not isinstance(data, dict):
        return False
    return any(_TYPE.fullmatch(each.kind) for each in resources_of(data).values())


def template(reading: Reading) -> Template:
    """Return the template that a reading is."""
    data = cast("dict[str, Json]", reading.data)
    parameters = _section(data, "Parameters").items()
    return Template(
        reading,
        {name: item for name, item in parameters if isinstance(item, dict)},
        _section(data, "Mappings"),
        _section(data, "Conditions"),
        resources_of(data),
    )


def _section(data: dict[str, Json], name: str) -> dict[str, Json]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def resources_of(data: dict[str, Json], route: Route = ("Resources",)) -> dict[str, Resource]:
    """Return the resources in a section of a template, by their logical IDs."""
    section = data
    for step in route:
        section = _section(section, str(step))
    found: dict[str, Resource] = {}
    _gather(found, section, route, {})
    return found


def _gather(
    found: dict[str, Resource],
    section: dict[str, Json],
    route: Route,
    loops: dict[str, str | StandIn | None],
) -> None:
    for name, item in section.items():
        at = (*route, name)
        if name.startswith(LOOP):
            for inner, body in _turns(item, loops):
                if len(found) < MOST_RESOURCES:
                    _gather(found, body, (*at, 2), inner)
        elif isinstance(item, dict) and isinstance(kind := item.get("Type"), str):
            metadata = _section(item, "Metadata").get("aws:cdk:path")
            condition = item.get("Condition")
            logical = filled(name, loops)
            if logical in found:
                logical += f"'{len(found)}"  # two loops over lists that are not written out
            found[logical] = Resource(
                kind,
                _section(item, "Properties"),
                condition if isinstance(condition, str) else "",
                at,
                loops,
                metadata if isinstance(metadata, str) else "",
            )


def _turns(
    item: Json, loops: dict[str, str | StandIn | None]
) -> Iterator[tuple[dict[str, str | StandIn | None], dict[str, Json]]]:
    """Yield the variables and the body of each turn of a loop.

    If an item of its list is not written out, there is one turn for what it may be. That is a name
    if it is a part of each logical ID, which has letters and digits only.
    """
    match item:
        case [str(name), values, dict(body)]:
            pass
        case _:
            return
    is_named = all(f"${{{name}}}" in key for key in body)
    whole = values if isinstance(values, list) else [values]
    if any(isinstance(x, dict | list) for x in whole):
        yield {**loops, name: stand_ins.name(name) if is_named else None}, body
    for value in whole:
        if not isinstance(value, dict | list):
            yield {**loops, name: value if isinstance(value, str) else json.dumps(value)}, body


def filled(text: str, loops: Mapping[str, str | StandIn | None]) -> str:
    """Return a key with the variables of loops in it; `&{…}` leaves out what no name may have.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
    """

    def value(found: re.Match[str]) -> str:
        if found[2] not in loops:
            return found[0]
        known = loops[found[2]] or stand_ins.name(found[2])
        text = known.value if isinstance(known, StandIn) else known
        return _NO_NAME.sub("", text) if found[1] == "&" else text

    return _HOLE.sub(value, text) if loops else text
