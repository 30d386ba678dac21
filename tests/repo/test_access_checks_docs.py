"""docs/access-checks.md does what it says: its commands print what is shown, its rule is a rule."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from checker import Exit, check, load_rules
from checker.iam.public_types import SERVICES
from tests.repo.test_readme import fits, run
from tests.support.command import ROOT

PAGE = (ROOT / "docs" / "access-checks.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
POLICIES: dict[str, Any] = {
    "reads": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
    "deletes": {"Effect": "Allow", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::logs/a*"},
}


def test_every_command_prints_what_is_shown(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    shown = 0
    for language, text in BLOCK.findall(PAGE):
        if language == "json":
            (tmp_path / "policies" / "deploy.json").write_text(text, encoding="utf-8")
        for each in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, output = each.partition("\n")
            assert fits(output, found := run(tmp_path, command)), found
            shown += 1
    assert shown == 5


def test_every_type_is_listed_with_its_actions() -> None:
    rows = re.findall(r"^\| `(AWS::[\w:]+)` \| `([\w-]+):\*` \|$", PAGE, re.MULTILINE)
    assert dict(rows) == SERVICES


def test_the_rule_is_one(tmp_path: Path) -> None:
    (text,) = (text for language, text in BLOCK.findall(PAGE) if language == "yaml")
    path = tmp_path / f"{yaml.safe_load(text)['id']}.yaml"
    path.write_text(text, encoding="utf-8")
    rules = load_rules(path)
    found = {
        name: check(rules, documents={name: {"Version": "2012-10-17", "Statement": each}})
        for name, each in POLICIES.items()
    }
    assert found["reads"].exit_code == Exit.OK
    assert found["deletes"].exit_code == Exit.VIOLATIONS
    (finding,) = found["deletes"].findings
    assert finding.message == "s3:DeleteObject is allowed on arn:aws:s3:::logs/a"
