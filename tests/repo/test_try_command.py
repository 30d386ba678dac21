"""The trial of an installed command: the real one passes, and one that decides nothing does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import COMMAND
from tools.try_command import main, problems, report_problems


def test_the_command_passes() -> None:
    assert problems(str(COMMAND)) == []


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_command_that_decides_nothing_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: int
) -> None:
    command = tmp_path / "policy-check"
    command.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
    command.chmod(0o755)
    assert main([str(command)]) == 1
    said = capsys.readouterr().err
    assert f"exit {code} where" in said
    assert "no report was written" in said


def test_a_command_that_is_not_there_is_noticed(tmp_path: Path) -> None:
    assert problems(str(tmp_path / "missing")) == [f"{tmp_path / 'missing'}: no such command"]


def test_a_report_without_findings_or_with_other_line_ends_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "json"
    path.write_bytes(b'{"findings": []}\r\n')
    assert report_problems(path) == ["json: lines end with CR LF", "json: no finding"]
    path.write_bytes(b'{"findings": [1]}\n')
    assert report_problems(path) == []
