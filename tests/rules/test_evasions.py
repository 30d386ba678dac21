"""Evasive spellings of what three guardrails forbid are found, and look-alikes are left alone."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest

from checker.documents import Document, Selection, document
from checker.kinds.kind import Kind
from checker.problems import InputError
from checker.reader import Limits, parse, read_bytes, read_file
from checker.rules import Rule, load
from checker.run.evaluate import evaluate

HERE = Path(__file__).parent / "evasions"
LIMITS = Limits()
TABLES = {
    "push.yaml": "ecr-push-to-one-repository",
    "pass_role.yaml": "no-pass-role-on-all",
    "public.yaml": "no-public-principal",
}
"""The rule that each table is about."""


class Row(NamedTuple):
    """A policy, as the text of a file, and what a rule has to say of it."""

    name: str
    verdict: str
    policy: str


def _rows(table: str) -> list[Row]:
    """Return the rows of a table; a policy that is no text is one written as data."""
    found = cast("list[dict[str, Any]]", parse(read_file(str(HERE / table), LIMITS), LIMITS).data)
    return [
        Row(row["name"], row["verdict"], policy if isinstance(policy, str) else json.dumps(policy))
        for row in found
        for policy in [row["policy"]]
    ]


ROWS = {table: _rows(table) for table in TABLES}


@pytest.fixture(scope="module")
def rules(known_kinds: dict[str, Kind], shipped_rules: dict[str, Rule]) -> dict[str, Rule]:
    """Return the shipped rules, and the one that stands beside the tables."""
    own = load([str(HERE / "no-pass-role-on-all.yaml")], known_kinds, {}, LIMITS).rules
    return {**shipped_rules, **{rule.id: rule for rule in own}}


def _document(text: str, kinds: dict[str, Kind]) -> Document:
    try:
        reading = parse(read_bytes("policy", text.encode(), LIMITS), LIMITS)
        return document(reading, Selection((), kinds))
    except InputError as error:
        return Document("policy", problems=error.problems)


CASES = [
    pytest.param(rule, row, id=f"{table} {row.verdict}: {row.name}")
    for table, rule in TABLES.items()
    for row in ROWS[table]
]


@pytest.mark.parametrize(("rule", "row"), CASES)
def test_a_policy_gets_the_verdict_of_its_meaning(
    rules: dict[str, Rule], known_kinds: dict[str, Kind], rule: str, row: Row
) -> None:
    subject = _document(row.policy, known_kinds)
    status, findings, _ = evaluate(rules[rule], subject)
    verdict = "pass" if status.value == "skip" else status.value
    why = [problem.message for problem in subject.problems] or [item.message for item in findings]
    assert verdict == row.verdict, why


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_enough_rows(table: str) -> None:
    counts = Counter(row.verdict for row in ROWS[table])
    assert counts.keys() <= {"fail", "pass", "error"}
    assert counts["fail"] >= 60
    assert counts["pass"] >= 30
    assert counts["error"] <= 15


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_there_twice(table: str) -> None:
    rows = ROWS[table]
    assert len({row.name for row in rows}) == len(rows)
    assert len({row.policy for row in rows}) == len(rows)
