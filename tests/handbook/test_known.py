"""What rules know of AWS is what docs/known.md says, by examples that pass and that fail."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

import pytest
import re2
import yaml

from checker.documents import Selection, document
from checker.kinds.kind import Kind
from checker.reader import Limits, parse, read_bytes
from checker.report import Status
from checker.rules import Rule
from checker.run.evaluate import Outcome, evaluate
from tests.support.command import ROOT

ROWS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("known.yaml").read_text(encoding="utf-8")
)
PAGE = ROOT / "docs" / "known.md"
IDS = [row["known"] for row in ROWS]
_INTRODUCTION = """\
# What rules know of AWS

These facts about AWS are not in the grammar of policies. Each links to AWS's page, and has two
similar policies: one that passes the rule, and one that fails it. Only their statements are shown,
and their kind where the policy does not tell what it is attached to.

| known | rule | passes | fails |
| --- | --- | --- | --- |
"""


def statements_of(row: dict[str, Any], which: str) -> list[dict[str, Any]]:
    given = row[which] if isinstance(row[which], list) else [row[which]]
    return [{"Effect": "Allow", **each} for each in given]


def kind_of(row: dict[str, Any], which: str) -> str:
    own = row.get("as", "aws-iam-policy")
    return cast("str", row.get("fails_as", own) if which == "fails" else own)


def outcome(row: dict[str, Any], which: str, rule: Rule, kinds: dict[str, Kind]) -> Outcome:
    data = {"Version": "2012-10-17", "Statement": statements_of(row, which)}
    source = read_bytes("policy.json", json.dumps(data).encode(), Limits())
    read = document(parse(source, Limits()), Selection((), kinds), kind_of(row, which))
    assert read.problems == ()
    return evaluate(rule, read)


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_rule_tells_the_two_apart(
    row: dict[str, Any], shipped_rules: dict[str, Rule], known_kinds: dict[str, Kind]
) -> None:
    rule = shipped_rules[row["rule"]]
    passed = outcome(row, "passes", rule, known_kinds)
    assert passed.status in (Status.PASS, Status.SKIP), [each.message for each in passed.findings]
    failed = outcome(row, "fails", rule, known_kinds)
    assert failed.status is Status.FAIL, [each.message for each in failed.findings]
    assert re2.search(row.get("message", ""), failed.findings[0].message)


def test_the_page_is_up_to_date() -> None:
    made = page()
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(made, encoding="utf-8")
    stale = "renew docs/known.md: UPDATE_GOLDEN=1 pytest tests/handbook/test_known.py"
    assert PAGE.read_text(encoding="utf-8") == made, stale


def test_nothing_is_said_twice() -> None:
    assert len(set(IDS)) == len(IDS)


def page() -> str:
    return _INTRODUCTION + "".join(map(_row, ROWS))


def _row(row: dict[str, Any]) -> str:
    known = f"[{row['known']}]({row['source']})"
    rule = f"[{row['rule']}](rules/{row['rule']}.md)"
    return f"| {known} | {rule} | {_shown(row, 'passes')} | {_shown(row, 'fails')} |\n"


def _shown(row: dict[str, Any], which: str) -> str:
    texts = (json.dumps(each, ensure_ascii=False) for each in statements_of(row, which))
    kind = kind_of(row, which)
    told = [] if kind == "aws-iam-policy" else [f"`{kind}`:"]
    return " ".join((*told, *(f"`{text}`" for text in texts)))
