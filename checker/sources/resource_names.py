"""Knows what CloudFormation's Ref and Fn::GetAtt return for resources: names, ids and ARNs.

The facts stand in `cloudformation_arns.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from functools import cache
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from checker.sources.tables import table

_TABLE = "cloudformation_arns.yaml"
_HOLE = re.compile(r"\$\{(?P<name>\w+)(?:=(?P<otherwise>[^}]*))?\}")


class Part(Enum):
    """What a piece of a format stands for."""

    TEXT = auto()
    """Its own text."""
    PSEUDO = auto()
    """A pseudo parameter of the stack, such as `AWS::Region`."""
    NAME = auto()
    """The property that names the resource, or if it is not set, an id."""
    ID = auto()
    """One value that AWS makes up, without `/`, `:`, `*` and `?`."""
    REST = auto()
    """Text that may have `/` and `:`, without `*` and `?`."""
    PROPERTY = auto()
    """The value of a property, or if it is not set, `otherwise`."""


class Piece(NamedTuple):
    """A piece of a format."""

    part: Part
    text: str = ""
    """The text, or the name of a pseudo parameter or property."""
    otherwise: str = ""


Format: TypeAlias = tuple[Piece, ...]
_PIECES = {
    "Partition": Piece(Part.PSEUDO, "AWS::Partition"),
    "Region": Piece(Part.PSEUDO, "AWS::Region"),
    "Account": Piece(Part.PSEUDO, "AWS::AccountId"),
    "URLSuffix": Piece(Part.PSEUDO, "AWS::URLSuffix"),
    "name": Piece(Part.NAME),
    "id": Piece(Part.ID),
    "rest": Piece(Part.REST),
}


class ResourceNames(NamedTuple):
    """What the functions return for the resources of one type."""

    name_property: tuple[str, ...]
    """The keys to the property that names the resource; empty if only AWS names it."""
    ref: Format
    """What Ref returns."""
    attributes: Mapping[str, Format]
    """What Fn::GetAtt returns, by the name of the attribute. There may be more attributes."""


@cache
def resource_names(resource_type: str) -> ResourceNames | None:
    """Return what the functions return for a resource type; None if the table does not have it."""
    row: Mapping[str, str] | None = table(_TABLE).get(resource_type)
    if row is None:
        return None
    attributes = {key: _format(row[key]) for key in row if key not in {"name", "Ref"}}
    name = tuple(row["name"].split(".")) if "name" in row else ()
    ref = attributes.get(row["Ref"]) or _format(row["Ref"])
    return ResourceNames(name, ref, MappingProxyType(attributes))


def resource_types() -> tuple[str, ...]:
    """Return all resource types of the table, in its order."""
    return tuple(table(_TABLE))


def _format(text: str) -> Format:
    return tuple(_pieces(text))


def _pieces(text: str) -> Iterator[Piece]:
    end = 0
    for hole in _HOLE.finditer(text):
        if hole.start() > end:
            yield Piece(Part.TEXT, text[end : hole.start()])
        name = hole["name"]
        yield _PIECES.get(name) or Piece(Part.PROPERTY, name, hole["otherwise"] or "")
        end = hole.end()
    if end < len(text):
        yield Piece(Part.TEXT, text[end:])
