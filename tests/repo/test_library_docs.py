"""docs/library.md does what it says: its examples run, one after the other."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import checker
from tests.support.command import ROOT

PAGE = ROOT / "docs" / "library.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FINE = {
    "Effect": "Allow",
    "Action": "ecr:DescribeImages",
    "Resource": "arn:aws:ecr:*:*:repository/a",
}


def examples(text: str) -> list[tuple[int, str]]:
    """Return the fenced blocks of Python of a page, with their first lines."""
    return [(text.count("\n", 0, found.start(1)), found[1]) for found in BLOCK.finditer(text)]


def run(text: str) -> int:
    """Run the examples of a page in one namespace, and return how many there are."""
    namespace: dict[str, object] = {"__name__": "example"}
    found = examples(text)
    for line, code in found:
        # Blank lines before the code make a traceback name the line of the page.
        exec(compile("\n" * line + code, PAGE, "exec"), namespace)  # noqa: S102 - our own page
    return len(found)


def test_every_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policies").mkdir()
    Path("policies/read.json").write_text(
        json.dumps({"Version": "2012-10-17", "Statement": FINE}), encoding="utf-8"
    )
    assert run(PAGE.read_text(encoding="utf-8")) > 10


def test_an_example_that_fails_is_told_with_its_line() -> None:
    with pytest.raises(AssertionError) as caught:
        run("one\n\n```python\nx = 1\n```\n\n```python\nassert x == 2\n```\n")
    assert caught.traceback[-1].lineno + 1 == 8


def test_what_is_no_example_is_not_run() -> None:
    assert run("```console\n$ exit 1\n```\n\n```yaml\na: 1\n```\n") == 0


def test_the_page_shows_every_public_function() -> None:
    text = "".join(code for _, code in examples(PAGE.read_text(encoding="utf-8")))
    functions = {name for name in checker.__all__ if name.islower() and not name.startswith("_")}
    assert {name for name in functions if f"{name}(" not in text} == set()
