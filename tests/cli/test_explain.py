"""`policy-check explain` says all there is to say of a rule, in a terminal or as Markdown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from checker.handbook.book import handbook
from checker.handbook.terminal import manual
from checker.reader import Limits
from checker.settings.config import Config
from tests.support.command import ROOT, Run
from tests.support.golden import RENDER, compare

OWN = """\
---
id: first
title: The first
severity: low
kind: aws-iam-policy
description: d
remediation: r
require: "true"
message: not of the second
---
id: first-second
title: The second
severity: low
kind: aws-iam-policy
description: d
remediation: r
controls: {house-rules: [A-1]}
when: policy.statements.size() > 1
require: "true"
message: of the second
"""


FULL = """\
id: no-wide-reads
title: Nothing is read everywhere
severity: medium
kind: aws-iam-policy
about: grants
description: >
  Whoever reads everything reads what nobody thought of, which is why a policy says what it is
  about.
remediation: Name what is read.
references: ["https://example.com/a-page-whose-address-is-longer-than-a-line-of-a-terminal-has-room"]
controls: {nist-800-53-r5: [AC-3, AC-6], house-rules: [A-1]}
params:
  read:
    description: Actions that read, which an organisation may choose by itself and for itself.
    type: list(string)
    default: [s3:GetObject]
let:
  access: policy.access(params.read)
when: access.granted # nothing is said of others
require: >
  access.resources.all(r, r.text != "*")
message: read everywhere {{ access.resources.map(r, r.text).join(", ") }}
examples:
  - name: by name
    expect: pass
    params: {read: ["s3:*"]}
    document:
      Statement: {Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::a"}
  - name: everywhere
    expect: fail
    kind: aws-scp
    document:
      Statement: {Effect: Allow, Action: "s3:GetObject", Resource: "*"}
"""


def test_a_rule_is_explained_in_full(policy_check: Run, tmp_path: Path) -> None:
    (tmp_path / "no-wide-reads.yaml").write_text(FULL)
    ran = policy_check("explain", "no-wide-reads", "--rules", "no-wide-reads.yaml", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, b"")
    compare(RENDER / "explain.txt", ran.stdout.decode())


def test_colours_follow_the_conventions(policy_check: Run) -> None:
    plain, coloured, asked = (
        policy_check("explain", "no-full-admin", env=env).stdout
        for env in ({}, {"FORCE_COLOR": "1"}, {"POLICY_CHECK_COLOR": "always"})
    )
    assert b"\x1b[" not in plain
    assert b"severity  \x1b[1;35mcritical\x1b[0m" in coloured
    assert asked == coloured
    assert re.sub(rb"\x1b\[[0-9;]*m", b"", coloured) == plain


def test_no_line_of_a_shipped_rule_is_too_wide_but_for_what_cannot_be_broken() -> None:
    book = handbook(["builtin"], Config(), Limits())
    for rule in book.rules:
        for line in manual(book.topic(rule)):
            if len(line.rstrip("\n")) > 80:
                is_data = line.lstrip().startswith(('"', "{"))
                assert is_data or " " not in line.strip(), line


def test_examples_can_be_copied(policy_check: Run) -> None:
    shown = policy_check("explain", "ecr-push-to-one-repository").stdout.decode()
    documents = re.findall(r"^    \{\n.*?^    \}$", shown, re.MULTILINE | re.DOTALL)
    assert len(documents) > 4
    assert all("Statement" in json.loads(each) for each in documents)


def test_markdown_is_the_page_of_the_documentation(policy_check: Run, tmp_path: Path) -> None:
    ran = policy_check("explain", "no-full-admin", "--markdown", cwd=tmp_path)
    page = ROOT / "docs" / "rules" / "no-full-admin.md"
    assert ran.stdout.decode() == page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["valid-document", "current-waiver"])
def test_findings_of_the_tool_itself_are_explained_too(policy_check: Run, name: str) -> None:
    ran = policy_check("explain", name)
    assert ran.stdout.startswith(name.encode() + b"\n")
    assert b"reported by policy-check itself" in ran.stdout
    assert b"WHAT TO DO" in ran.stdout
    page = policy_check("explain", name, "--markdown").stdout
    assert b"\n## What to do\n" in page
    assert ran.returncode == 0


def test_the_tool_calls_its_findings_as_it_explains_them(policy_check: Run, tmp_path: Path) -> None:
    (tmp_path / "waivers.yaml").write_text("waivers: [{rule: no-full-admin}]\n")
    ran = policy_check("builtin", "missing", "--waivers", "waivers.yaml", cwd=tmp_path)
    for name in ("valid-document", "current-waiver"):
        _, title, *_ = policy_check("explain", name).stdout.decode().splitlines()
        assert f"CRITICAL {name}\n         {title}\n" in ran.stdout.decode()


def test_one_of_several_rules_in_a_file_is_explained_alone(
    policy_check: Run, tmp_path: Path
) -> None:
    (tmp_path / "both.yaml").write_text(OWN)
    second = policy_check("explain", "first-second", "--rules", "both.yaml", cwd=tmp_path)
    assert b"when: policy.statements.size() > 1" in second.stdout
    assert b"message: of the second" in second.stdout
    assert b"not of the second" not in second.stdout
    assert b"  - house-rules: A-1\n" in second.stdout
    first = policy_check("explain", "first", "--rules", "both.yaml", cwd=tmp_path)
    assert b"message: not of the second" in first.stdout
    assert b"when:" not in first.stdout


def test_a_rule_of_the_configuration_comes_before_a_shipped_one(
    policy_check: Run, tmp_path: Path
) -> None:
    (tmp_path / "both.yaml").write_text(OWN.replace("id: first\n", "id: no-full-admin\n"))
    (tmp_path / "policy-check.yaml").write_text("rules: [both.yaml]\n")
    assert b"The first" in policy_check("explain", "no-full-admin", cwd=tmp_path).stdout
    shipped = policy_check("explain", "no-full-admin", "--no-config", cwd=tmp_path)
    assert b"The first" not in shipped.stdout
    other = policy_check("explain", "no-public-principal", cwd=tmp_path)
    assert other.stdout.startswith(b"no-public-principal\n")
    assert other.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-ful-admin"], b"no rule `no-ful-admin`; did you mean `no-full-admin`?"),
        (["valid-documents"], b"did you mean `valid-document`?"),
        (["zzz"], b"no rule `zzz`: `policy-check rules` lists all rules"),
        (["\x1b[31m"], rb"no rule `\x1b[31m`"),
        (["no-full-admin", "--rules", "builtin:ecr"], b"no rule `no-full-admin`"),
        (["no-full-admin", "--rules", "missing"], b"missing: error: "),
        ([], b"Missing argument 'RULE'"),
    ],
)
def test_what_is_not_there_is_exit_2(
    policy_check: Run, tmp_path: Path, arguments: list[str], message: bytes
) -> None:
    ran = policy_check("explain", *arguments, cwd=tmp_path)
    assert message in ran.stderr
    assert (ran.returncode, ran.stdout) == (2, b"")
