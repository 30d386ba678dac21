"""What people who report or contribute meet: forms that work, links that lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.command import ROOT

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
PAGES = [ROOT / name for name in ("CONTRIBUTING.md", "CODE_OF_CONDUCT.md")]
TYPES = {"markdown", "textarea", "input", "checkboxes", "dropdown"}
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))


def _form(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    "path", [each for each in FORMS if each.name != "config.yml"], ids=lambda path: path.name
)
def test_a_form_asks_for_what_is_needed(path: Path) -> None:
    form = _form(path)
    assert set(form) == {"name", "description", "labels", "body"}
    fields = [each for each in form["body"] if each["type"] != "markdown"]
    assert {each["type"] for each in form["body"]} <= TYPES
    identifiers = [each["id"] for each in fields]
    assert len(set(identifiers)) == len(identifiers)
    assert any(each.get("validations", {}).get("required") for each in fields)
    if path.name not in ("question.yml", "new-rule.yml"):
        assert "version" in identifiers


def test_there_is_a_form_for_each_kind_of_report() -> None:
    assert {each.stem for each in FORMS} == {
        "bug",
        "config",
        "false-finding",
        "missed-violation",
        "new-rule",
        "question",
    }


def test_a_vulnerability_is_sent_elsewhere() -> None:
    config = _form(ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml")
    assert config["blank_issues_enabled"] is False
    assert "security" in config["contact_links"][0]["url"]
    for name in ("bug.yml", "missed-violation.yml"):
        assert "SECURITY.md" in (ROOT / ".github" / "ISSUE_TEMPLATE" / name).read_text("utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    missing = [
        target
        for target in re.findall(r"\]\(([^)\s#]+)", path.read_text(encoding="utf-8"))
        if "://" not in target and not (ROOT / target).exists()
    ]
    assert not missing


def test_hooks_of_this_repository_download_nothing() -> None:
    assert [each["repo"] for each in HOOKS["repos"]] == ["local"]
    for hook in HOOKS["repos"][0]["hooks"]:
        assert hook["language"] == "pygrep" or hook["entry"].startswith(".venv/bin/")
        assert "additional_dependencies" not in hook


@pytest.mark.parametrize(
    ("title", "accepted"),
    [
        ("iam: match service prefixes without case", True),
        ("tests/gate: try a case", True),
        (f"iam: {'a' * 55}", True),
        (f"iam: {'a' * 56}", False),
        ("Match service prefixes without case", False),
        ("iam: Match service prefixes", False),
        ("IAM: match service prefixes", False),
        ("iam:match service prefixes", False),
        ("\niam: match service prefixes", False),
        ("Merge branch 'a'", True),
    ],
)
def test_a_title_says_what_changes_where(title: str, *, accepted: bool) -> None:
    hook = HOOKS["repos"][0]["hooks"][-1]
    assert hook["args"] == ["--multiline", "--negate"]
    flags = re.MULTILINE | re.DOTALL  # as pre-commit searches with `--multiline`
    for text in (
        title,
        f"{title}\n\nA body with a line that is longer than the title may be, {title}",
    ):
        assert bool(re.search(hook["entry"], text, flags)) is accepted


def test_the_example_of_a_title_is_one() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    example = re.search(r"```text\n(.*?)```", text, re.DOTALL)
    assert example
    assert re.search(HOOKS["repos"][0]["hooks"][-1]["entry"], example[1])
