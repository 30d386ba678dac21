"""The documentation of the shipped rules is what their files say."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from checker import kinds
from checker.handbook.pages import pages
from checker.reader import Limits
from checker.rules import load, load_frameworks
from checker.rules.profiles import Profile, load_profiles
from checker.rules.rule_files import builtin_root
from tests.support.command import ROOT

DOCS = ROOT / "docs" / "rules"
KINDS = {kind.name: kind for kind in kinds.builtin()}


def made() -> dict[str, str]:
    rules = load(["builtin"], KINDS, {}, Limits()).rules
    found = load_profiles(builtin_root(), Limits())
    assert found is not None
    return dict(pages(rules, found.by_name, load_frameworks([], Limits())[0]))


def test_the_pages_are_up_to_date() -> None:
    wanted = made()
    if os.environ.get("UPDATE_GOLDEN"):
        DOCS.mkdir(exist_ok=True)
        for path in DOCS.glob("*.md"):
            path.unlink()
        for name, text in wanted.items():
            (DOCS / name).write_text(text, encoding="utf-8")
    stale = "renew docs/rules: UPDATE_GOLDEN=1 pytest tests/handbook/test_pages.py"
    assert {path.name for path in DOCS.glob("*.md")} == wanted.keys(), stale
    for name, text in wanted.items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, stale


def test_every_page_is_linked_and_every_link_leads_somewhere() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(([^)]+)\)", index))
    assert linked == {path.name for path in DOCS.glob("*.md")} - {"README.md"}


def test_text_of_a_rule_is_shown_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = """\
id: odd
title: "a | b <script>alert(1)</script> [x](javascript:1) *y*"
severity: low
kind: aws-iam-policy
description: "# no heading"
remediation: "`code`"
require: "true"
message: m
"""
    Path("odd.yaml").write_text(text, encoding="utf-8")
    rules = load(["odd.yaml"], KINDS, {}, Limits()).rules
    index, page = pages(rules, {"all|of": Profile("a|b", ("*",))}, {})
    assert (
        "| a \\| b \\<script\\>alert(1)\\</script\\> \\[x\\](javascript:1) \\*y\\* |" in index.text
    )
    assert "<script>" not in page.text + index.text
    assert "\n\\# no heading\n" in page.text
