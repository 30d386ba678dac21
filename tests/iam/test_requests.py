"""What a policy as a whole allows, against an evaluation of single requests."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.iam.access import Access, access
from checker.iam.statement import policy


def ask(actions: str | list[str], *statements: dict[str, Any]) -> Access:
    data: Any = {"Version": "2012-10-17", "Statement": list(statements)}
    return access(policy(data), [actions] if isinstance(actions, str) else actions)


PATTERNS = ["*", "a", "b", "a*", "*a", "?", "??", "ab", "b?", "a*b"]
NAMES = ["s:a", "s:b", "s:*", "*", "s:A*", "t:*"]
WORDS = ["".join(word) for size in (1, 2, 3) for word in itertools.product("abx", repeat=size)]

some = st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2)
names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2)
statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "action": st.tuples(st.sampled_from(["Action", "Action", "NotAction"]), names),
        "resource": st.tuples(st.sampled_from(["Resource", "Resource", "NotResource"]), some),
    }
).map(
    lambda drawn: {
        "Effect": drawn["Effect"],
        drawn["action"][0]: drawn["action"][1],
        drawn["resource"][0]: drawn["resource"][1],
    }
)


def glob(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return glob(pattern[1:], text) or (bool(text) and glob(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and glob(pattern[1:], text[1:])


def applies(statement: dict[str, Any], action: str, resource: str) -> bool:
    """Tell whether a statement is about one request."""

    def listed(name: str, text: str, *, fold: bool) -> bool:
        entries = statement.get(name) or statement["Not" + name]
        inside = any(glob(entry.lower() if fold else entry, text) for entry in entries)
        return inside is (name in statement)

    return listed("Action", action, fold=True) and listed("Resource", resource, fold=False)


@settings(max_examples=300, deadline=None)
@given(st.lists(statements, min_size=1, max_size=4))
def test_access_is_what_the_single_requests_are(drawn: list[dict[str, Any]]) -> None:
    def allowed(resource: str) -> bool:
        about = {item["Effect"] for item in drawn if applies(item, "s:a", resource)}
        return about == {"Allow"}

    found = ask("s:a", *drawn)
    held = {word for word in WORDS if any(item.covers(word) for item in found.resources)}
    assert held == {word for word in WORDS if allowed(word)}
    if held:
        assert found.granted
    if found.granted and len(found.resources) == 1 and found.resources[0].is_literal():
        assert len(held) <= 1


# ---- real policies ----


def test_which_managed_policies_grant_push() -> None:
    folder = os.environ.get("POLICY_CHECK_DATA")
    if not folder:
        pytest.skip("POLICY_CHECK_DATA does not say where the policies are")
    push = ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"]
    for path in sorted(Path(folder, "policies", "aws-managed").glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        found = access(policy(data), [*push, "ecr:PutImage"])
        assert found.granted is _plainly_granted(data, [*push, "ecr:PutImage"]), path.name
        assert bool(found.resources) is found.granted


def _plainly_granted(data: dict[str, Any], actions: list[str]) -> bool:
    """Tell whether an Allow names one of the actions: no managed policy denies any of them."""
    items = data["Statement"]
    for item in items if isinstance(items, list) else [items]:
        if item["Effect"] == "Deny":
            continue
        name = "Action" if "Action" in item else "NotAction"
        entries = [item[name]] if isinstance(item[name], str) else item[name]
        for action in actions:
            inside = any(glob(entry.lower(), action.lower()) for entry in entries)
            if inside is (name == "Action"):
                return True
    return False
