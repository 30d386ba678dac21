"""Every escalation path that docs/escalation.md lists violates the rule that it names."""

from __future__ import annotations

import json
import re

import pytest

from checker.documents import Document, Selection, document
from checker.iam.catalogue import expanded
from checker.kinds.kind import Kind
from checker.reader import Limits, parse, read_bytes
from checker.report import Status
from checker.rules import Rule
from checker.run.evaluate import evaluate
from tests.support.command import ROOT

PAGE = (ROOT / "docs" / "escalation.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?:(?P<path>[^`|]*) \| )?(?P<actions>`[^|]*`) \| \[`(?P<rule>[a-z0-9-]+)`\]")
ROWS = [found.groupdict() for line in PAGE.splitlines() if (found := ROW.match(line))]
CASES = [
    pytest.param(
        re.findall(r"`([^`]+)`", row["actions"]), row["rule"], id=f"{row['rule']}: {row['actions']}"
    )
    for row in ROWS
]


def _document(actions: list[str], kinds: dict[str, Kind]) -> Document:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    source = read_bytes("path.json", text.encode(), Limits())
    return document(parse(source, Limits()), Selection((), kinds), "aws-iam-policy")


@pytest.mark.parametrize(("actions", "name"), CASES)
def test_a_path_violates_its_rule(
    actions: list[str],
    name: str,
    shipped_rules: dict[str, Rule],
    known_kinds: dict[str, Kind],
) -> None:
    assert all(expanded(action) for action in actions), "an action that is not in the catalogue"
    rule = shipped_rules[name]
    assert evaluate(rule, _document(actions, known_kinds)).status is Status.FAIL


def test_every_path_of_pathfinding_cloud_has_a_rule() -> None:
    found = re.findall(r"\(https://pathfinding\.cloud/paths/([a-z0-9-]+)\)", PAGE)
    assert len(found) == len(set(found)) == 65


def test_every_escalation_rule_has_a_path(shipped_rules: dict[str, Rule]) -> None:
    named = {row["rule"] for row in ROWS}
    rules = {name for name in shipped_rules if name.startswith("escalation-")}
    assert rules - named == {"escalation-pass-role"}  # which asks for no action beside PassRole
