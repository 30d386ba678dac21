"""What IAM Access Analyzer finds in AWS's managed policies, and what we find there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from checker.iam.statement import policy
from checker.iam.validation import OWN, findings

Found = set[tuple[str, str, str]]


def theirs(data: Path) -> Found:
    """Return what AWS found: name of the policy, code, and place."""
    known = json.loads((data / "access-analyzer" / "findings.json").read_text())
    return {
        (name, each["code"], _place(path))
        for name, found in known.items()
        for each in found
        for path in each["paths"]
    }


def _place(path: list[dict[str, Any]]) -> str:
    steps = (next(iter(each.values())) for each in path)
    return "/" + "/".join(str(each).replace("/", "~1") for each in steps)


def ours(data: Path) -> Found:
    """Return what we find on the same policies, by the codes of IAM Access Analyzer.

    What we say of services that AWS closed is another code of ours: AWS's service still knew most
    of them when it was asked.
    """
    names = json.loads((data / "access-analyzer" / "findings.json").read_text())
    found = set()
    for name in names:
        (path,) = (data / "policies" / "aws-managed").rglob(f"{name}.json")
        known = findings(policy(json.loads(path.read_text())))
        for each in (each for each in known if each.code not in OWN):
            for route in each.routes:
                place = "/" + "/".join(str(step).replace("/", "~1") for step in route)
                found.add((name, each.code, place))
    return found
