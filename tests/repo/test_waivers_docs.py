"""docs/waivers.md does what it says: its files are written, its commands run, its outputs compared.

A line `…` stands for any lines, `…` within a line for any text.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.support.command import ROOT, Run
from tests.support.git import commit, git

DOCS = ROOT / "docs" / "waivers.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ policy-check ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
FINGERPRINT = re.compile(r'(?<=")[0-9a-f]{32}(?=")')
"""It changes with the text of the shipped rule, which is not what is shown."""
DAY = {"POLICY_CHECK_TODAY": "2026-11-25"}


def pattern(expected: str) -> str:
    lines = [
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in expected.splitlines()
    ]
    return "".join(lines)


def test_every_file_and_command_is_as_it_is_shown(policy_check: Run, tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    commands = 0
    for kind, name, text in BLOCK.findall(DOCS.read_text(encoding="utf-8")):
        path = tmp_path / name
        if kind == "yaml" and path.exists():
            shown, made = (FINGERPRINT.sub("", each) for each in (text, path.read_text("utf-8")))
            assert made == shown
        elif name:
            path.write_text(text, encoding="utf-8")
        for arguments, expected in COMMAND.findall(text) if kind == "console" else ():
            if "git:" in arguments:
                commit(tmp_path)
                git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
                (tmp_path / "policy-check.waivers.yaml").unlink()
            words = shlex.split(arguments.replace("\\\n", " "))
            ran = policy_check(*words, cwd=tmp_path, env=DAY)
            output = (ran.stdout + ran.stderr).decode("utf-8")
            assert re.fullmatch(pattern(expected), output), output
            commands += 1
    assert commands == 9
