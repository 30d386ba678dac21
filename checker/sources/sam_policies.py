"""Expands the policy templates that AWS SAM offers for functions and state machines.

The templates stand in `sam_policies.yaml`.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from checker.problems import Json
from checker.sources.tables import table

_TABLE = "sam_policies.yaml"
_HOLE = re.compile(r"\$\{(\w+)\}")


class SamPolicyError(ValueError):
    """Raised when a policy template cannot be expanded; the message says why."""


def names() -> tuple[str, ...]:
    """Return the names of all policy templates, sorted."""
    return tuple(sorted(table(_TABLE)))


def parameters(name: str) -> tuple[str, ...]:
    """Return the parameters of a policy template. Raises SamPolicyError for an unknown name."""
    return tuple(_template(name).get("parameters", ()))


def expanded(name: str, given: Mapping[str, Json]) -> dict[str, Json]:
    """Return the policy that a template stands for, as CloudFormation data with `Fn::Sub` in it.

    The policy has no version, as those of SAM have none. `given` has the values of the parameters,
    which may be functions of CloudFormation; SAM ignores those that the template does not have.
    Raises SamPolicyError for an unknown name or a missing parameter.
    """
    missing = [each for each in parameters(name) if each not in given]
    if missing:
        raise SamPolicyError(
            f"the policy template {name} needs {', '.join(missing)}: give it a value"
        )
    return {"Statement": [_statement(each, given) for each in _template(name)["statements"]]}


def _template(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] | None = table(_TABLE).get(name)
    if found is None:
        raise SamPolicyError(f"{name!r:.200} is no policy template of SAM")
    return found


def _statement(entry: Mapping[str, Any], given: Mapping[str, Json]) -> Json:
    return {"Effect": "Allow", **{key: _filled(value, given) for key, value in entry.items()}}


def _filled(value: Json, given: Mapping[str, Json]) -> Json:
    """Return a copy of a value in which every text with a hole is a Fn::Sub."""
    if isinstance(value, dict):
        return {key: _filled(each, given) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, given) for each in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    variables: dict[str, Json] = {each: given[each] for each in _HOLE.findall(value)}
    return {"Fn::Sub": [value, variables]} if variables else {"Fn::Sub": value}
