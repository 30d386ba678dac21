"""Reads the types and values of parameters."""

from __future__ import annotations

from typing import cast

from checker.cel.types import DOUBLE, DYN, INT, Type, conforms, parse_type
from checker.problems import Json

PARAMS = "params"
"""The name of the variable that holds the values of a rule's parameters."""


def type_of(text: str) -> Type:
    """Return the type that a text stands for; `DYN` if it is none, which is reported elsewhere."""
    try:
        return parse_type(text)
    except ValueError:
        return DYN


def coerced(value: Json, wanted: Type) -> Json:
    """Return a value with its integers converted to doubles where the type expects doubles."""
    match wanted:
        case Type("list", (element,)) if isinstance(value, list):
            return [coerced(item, element) for item in value]
        case Type("map", (_, element)) if isinstance(value, dict):
            return {key: coerced(item, element) for key, item in value.items()}
    return float(cast("int", value)) if wanted == DOUBLE and conforms(value, INT) else value
