"""Reads the values of parameters that a user gives for templates.

A file is one that CloudFormation's commands take, as a list of `ParameterKey` and `ParameterValue`
or as a mapping under `Parameters`, or a mapping of names to values, or a `.tfvars` of Terraform.
https://docs.aws.amazon.com/cli/latest/reference/cloudformation/create-stack.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from checker.problems import InputError, Json
from checker.reader import parse, read_file
from checker.sources.chosen_values import Given, Values

if TYPE_CHECKING:
    from checker.reader import Limits, Reading

__all__ = ["Given", "Values", "read_values"]


def read_values(path: str, limits: Limits) -> Values:
    """Return the values in a file of parameters; raises InputError."""
    source = read_file(path, limits)
    if source.path.lower().endswith(".tfvars"):
        from checker.sources.terraform.variable_files import variables  # noqa: PLC0415 - rarely used

        found = variables(source, limits)
        return Values(
            source.path, {name: _as_json(value) for name, value in found.items()}, source.sha256
        )
    reading = parse(source, limits)
    data = reading.data
    if isinstance(data, dict) and isinstance(data.get("Parameters"), dict):
        data = data["Parameters"]
    if isinstance(data, list):
        return Values(source.path, dict(_listed(reading, data)), source.sha256)
    if not isinstance(data, dict):
        message = (
            "expected a mapping of parameters to values, or a list of ParameterKey and "
            "ParameterValue"
        )
        raise InputError(reading.problem(message, ()))
    values = {name: _text(value) for name, value in data.items()}
    return Values(source.path, values, source.sha256)


def _listed(reading: Reading, data: list[Json]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for index, each in enumerate(data):
        match each:
            case {"ParameterKey": str(name), "ParameterValue": value}:
                found.append((name, _text(value)))
            case {"ParameterKey": str(), "UsePreviousValue": True}:
                continue
            case str() if "=" in each:
                name, _, text = each.partition("=")
                found.append((name, text))
            case _:
                message = "expected an object with `ParameterKey` and `ParameterValue`"
                raise InputError(reading.problem(message, (index,)))
    return found


def _as_json(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _text(value: Json) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return value if isinstance(value, str) else json.dumps(value)
