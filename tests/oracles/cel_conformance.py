"""Runs the conformance tests of cel-spec with an engine."""

from __future__ import annotations

import base64
import json
import math
import os
from pathlib import Path
from typing import Any

from checker import cel
from checker.cel.library import times
from checker.cel.types import DYN, NULL, Type, list_of, map_of, optional_of, type_of
from checker.cel.values import UInt

FOLDER = os.environ.get("POLICY_CHECK_DATA", "")
_NAMES = {
    "google.protobuf.Timestamp": "timestamp",
    "google.protobuf.Duration": "duration",
    "optional_type": "optional",
}


def tests(profile: str) -> list[dict[str, Any]]:
    """Return the tests of a profile (`core` or `ext`)."""
    path = Path(FOLDER) / "cel-conformance" / "cel_simple.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    return [test for test in found if test["profile"] == profile]


def name_of(test: dict[str, Any]) -> str:
    """Return the name of a test."""
    return f"{test['file']}/{test['section']}/{test['name']}"


def type_from(written: Any) -> Type:
    """Return a type as the tests write it."""
    match written:
        case "null":
            return NULL
        case str():
            return Type(written)
        case {"list": element}:
            return list_of(type_from(element))
        case {"map": [key, value]}:
            return map_of(type_from(value), type_from(key))
        case {"type": of}:
            return type_of(type_from(of))
        case {"abstract": "optional_type", "params": [of]}:
            return optional_of(type_from(of))
    raise ValueError(written)


def value_from(written: Any) -> Any:
    """Return a value as the tests write it."""
    match written:
        case list():
            return [value_from(item) for item in written]
        case {"$uint": number}:
            return UInt(number)
        case {"$double": number}:
            return float(number)
        case {"$bytes": text}:
            return base64.b64decode(text)
        case {"$timestamp": text}:
            return times.parse_timestamp(text)
        case {"$duration": text}:
            return times.parse_duration(text)
        case {"$type": name}:
            return Type(_NAMES.get(name, name))
        case {"$map": entries}:
            return {value_from(key): value_from(item) for key, item in entries}
        case dict():
            return {key: value_from(item) for key, item in written.items()}
    return written


def same(one: Any, other: Any) -> bool:
    """Say whether two values are the same, type and all."""
    if type(one) is not type(other):
        return False
    match one:
        case float():
            if math.isnan(one):
                return math.isnan(other)
            return bool(one == other and math.copysign(1, one) == math.copysign(1, other))
        case list():
            return len(one) == len(other) and all(map(same, one, other))
        case dict():
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        case Type():
            return bool(one.name == other.name)
    return bool(one == other)


def failure(test: dict[str, Any], engine: cel.Engine) -> str:
    """Return what is wrong with an engine's answer to a test, or nothing."""
    variables = {each["name"]: type_from(each["type"]) for each in test.get("type_env", ())}
    for name in test["bindings"]:
        variables.setdefault(name, DYN)
    env = cel.Env(variables, container=test["container"])
    expect = test["expect"]
    try:
        program = cel.compile(test["expr"], env, engine=engine, typed=not test["disable_check"])
        if "type" in expect and program.type != type_from(expect["type"]):
            return f"deduced {program.type}"
        if test["check_only"]:
            return ""
        values = {name: value_from(value) for name, value in test["bindings"].items()}
        found = program.evaluate(cel.Activation(values))
    except (cel.CompileError, cel.EvaluationError) as error:
        return "" if "error" in expect else error.message
    if "value" in expect and same(found, value_from(expect["value"])):
        return ""
    return f"gave {found!r}"
