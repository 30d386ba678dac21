"""Reads the sections of a CloudFormation template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from checker.reader.dialect import Dialect

if TYPE_CHECKING:
    from checker.problems import Json
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
_MARKS = (b"AWS::", b"Resources")


@dataclass(frozen=True, slots=True)
class Template:
    """The sections of a template that its policies depend on. A section that lacks is empty."""

    reading: Reading
    parameters: Mapping[str, Mapping[str, Json]]
    mappings: Mapping[str, Json]
    conditions: Mapping[str, Json]
    resources: Mapping[str, Mapping[str, Json]]
    values: Mapping[str, str] = field(default_factory=dict)
    """The values of parameters that the user gives."""


def may_be_template(data: bytes) -> bool:
    """Say quickly whether bytes may be a template; if in doubt, the answer is yes."""
    return all(mark in data for mark in _MARKS)


def is_template(data: Json) -> bool:
    """Return whether the data of a file is a template: it has resources with types."""
    if not isinstance(data, dict):
        return False
    resources = data.get("Resources")
    return isinstance(resources, dict) and any(map(_is_resource, resources.values()))


def template(reading: Reading) -> Template:
    """Return the template that a reading is."""
    data = cast("dict[str, Json]", reading.data)
    resources = {key: item for key, item in _section(data, "Resources").items() if _is_map(item)}
    parameters = {key: item for key, item in _section(data, "Parameters").items() if _is_map(item)}
    return Template(
        reading,
        cast("Mapping[str, Mapping[str, Json]]", parameters),
        _section(data, "Mappings"),
        _section(data, "Conditions"),
        cast("Mapping[str, Mapping[str, Json]]", resources),
    )


def _section(data: dict[str, Json], name: str) -> dict[str, Json]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _is_map(item: Json) -> bool:
    return isinstance(item, dict)


def _is_resource(item: Json) -> bool:
    kind = item.get("Type") if isinstance(item, dict) else None
    return isinstance(kind, str) and _TYPE.fullmatch(kind) is not None
