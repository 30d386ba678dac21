"""Turns names that stand for whole resources into ARNs, where unknowns are taken to be one value.

A Resource that is nothing but the value of a parameter is an ARN, and not a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from checker.sources.stand_ins import OWN_ACCOUNT, PARTITION, REGION

if TYPE_CHECKING:
    from checker.problems import Json

_RESOURCES = ("Resource", "NotResource")


def with_arns(policy: Json, assumed: Mapping[str, str]) -> dict[str, str]:
    """Put ARNs in place of the names of whole resources in a policy, and return their legend.

    `assumed` are the names, with how messages show them.
    """
    legend: dict[str, str] = {}
    for statement in _statements(policy):
        service = _service(statement)
        for key in _RESOURCES:
            found = statement.get(key)
            items = found if isinstance(found, list) else [found]
            named = [_arn(each, service, assumed, legend) for each in items]
            if named != items:
                statement[key] = named if isinstance(found, list) else named[0]
    return legend


def _arn(item: Json, service: str, assumed: Mapping[str, str], legend: dict[str, str]) -> Json:
    if not isinstance(item, str) or item not in assumed:
        return item
    place = ":" if service == "s3" else f"{REGION}:{OWN_ACCOUNT}"
    arn = f"arn:{PARTITION}:{service}:{place}:{item}"
    legend[arn] = assumed[item]
    return arn


def _statements(policy: Json) -> Iterator[dict[str, Json]]:
    found = policy.get("Statement") if isinstance(policy, dict) else None
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, dict):
            yield each


def _service(statement: dict[str, Json]) -> str:
    """Return the service of the first action of a statement that names one."""
    for key in ("Action", "NotAction"):
        found = statement.get(key)
        for each in found if isinstance(found, list) else [found]:
            if isinstance(each, str) and ":" in each:
                return each.partition(":")[0].lower()
    return "service"
