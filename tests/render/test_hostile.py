"""Every output format: text that means harm, reports of any size, nothing lost and nothing let in.

A format has its reader in FORMS here, or the tests of it fail.
"""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from checker.render import FORMATS, renderer
from checker.report import Report, Status
from tests.support.command import Run
from tests.support.report_readers import (
    read_azure,
    read_csv,
    read_github,
    read_gitlab,
    read_html,
    read_jsonl,
    read_markdown,
    read_tap,
    read_text,
)
from tests.support.reports import (
    CUT_OFF,
    FORMULAS,
    HOSTILE,
    accepted,
    everything,
    hostile,
    many,
    passed,
)

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of characters that are seen only where they are spelled out."""
TEXTS = {
    "all": HOSTILE,
    "github": "::error file=x::y\n  ::add-mask::z",
    "azure": "##vso[task.complete result=Succeeded;]##[error]",
    "tap": "x # SKIP y\nok 1 - z\n1..0",
    "markdown": "``` @org/team #1 GH-1 www.evil.com mailto:a@b.c\n- [ ] x |---|",
    "fences": "`" * 3000,
    "csv": '=1+1,"\r\nx;=2',
    "long": "=" + "x" * 20_000,
    "empty": "",
}


class Form(NamedTuple):
    """How many findings a text of a format holds, of those of a report, and its line break."""

    found: Callable[[str], int]
    expected: Callable[[Report], int]
    line_break: str = "\n"
    is_ours: Callable[[str], bool] = lambda _line: False
    """Whether a line of a format is a command on purpose."""


def opened(report: Report) -> int:
    return sum(finding.is_open for finding in report.findings)


def every(report: Report) -> int:
    return len(report.findings)


def listed(report: Report) -> int:
    return opened(report) + sum(each.status is Status.WAIVED for each in report.findings)


def count_json(text: str) -> int:
    return len(json.loads(text)["findings"])


def count_jsonl(text: str) -> int:
    return sum(each["type"] == "finding" for each in read_jsonl(text))


def count_junit(text: str) -> int:
    tests = ET.fromstring(text.encode()).iter("testcase")  # noqa: S314 - our own
    ours = {"everything is checked", "documents that pass"}
    return sum(test.attrib["name"] not in ours for test in tests)


def count_oscal(text: str) -> int:
    (result,) = json.loads(text)["assessment-results"]["results"]
    return len(result.get("observations", ()))


def count_sarif(text: str) -> int:
    (run,) = json.loads(text)["runs"]
    return len(run["results"])


def count_github(text: str) -> int:
    commands = read_github(text)
    assert {command.name for command in commands} <= {"error", "warning", "notice"}
    return sum("file" in command.properties for command in commands) + more(text)


def count_azure(text: str) -> int:
    commands = read_azure(text)
    assert {command.name for command in commands} <= {"task.logissue", "task.complete"}
    return sum("code" in command.properties for command in commands)


def count_tap(text: str) -> int:
    return sum(not point.passed for point in read_tap(text)[:-1])


def count_markdown(text: str) -> int:
    assert len(text.encode()) <= 65_536
    page = read_markdown(text)
    return page.tags.get("li", 0) - page.prose.count("assessed controls satisfied") + more(text)


def more(text: str) -> int:
    match = re.search(r"([\d,]+) more findings? ", text)
    return int(match[1].replace(",", "")) if match else 0


def is_github(line: str) -> bool:
    return bool(re.match(r"::(error|warning|notice) [^:]+::", line)) and "##" not in line


def is_azure(line: str) -> bool:
    own = re.match(r"##vso\[task\.(logissue type=(error|warning)|complete result=Failed);", line)
    return bool(own) and line.count("##") == 1


FORMS = {
    "text": Form(read_text, listed),
    "json": Form(count_json, every),
    "jsonl": Form(count_jsonl, every),
    "junit": Form(count_junit, every),
    "oscal": Form(count_oscal, every),
    "sarif": Form(count_sarif, every),
    "github": Form(count_github, opened, is_ours=is_github),
    "gitlab": Form(lambda text: len(read_gitlab(text)), opened),
    "azure": Form(count_azure, opened, is_ours=is_azure),
    "tap": Form(count_tap, every),
    "markdown": Form(count_markdown, opened),
    "csv": Form(lambda text: len(read_csv(text)), every, "\r\n"),
    "html": Form(read_html, every),
}
REPORTS: dict[str, Callable[[], Report]] = {
    "everything": everything,
    "accepted": accepted,
    "passed": passed,
    "many": lambda: many(2_501),
    **{f"hostile {name}": partial(hostile, text) for name, text in TEXTS.items()},
    **{f"formula {text!r}": partial(hostile, text) for text in FORMULAS},
}


@pytest.fixture(params=REPORTS, scope="module")
def report(request: pytest.FixtureRequest) -> Report:
    return REPORTS[request.param]()


def form_of(name: str) -> Form:
    assert name in FORMS, f"give the format `{name}` a reader in {__file__}"
    return FORMS[name]


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_is_lost_and_nothing_let_in(name: str, report: Report) -> None:
    form = form_of(name)
    pieces = list(renderer(name)(report))
    text = "".join(pieces)
    assert form.found(text) == form.expected(report)
    assert text == "".join(renderer(name)(report)), "the same bytes, every time"
    most = 100_000 if len(report.findings) > 1000 else 1_000_000
    assert max(map(len, pieces), default=0) < most, "pieces, so that memory stays flat"
    lines = text.split(form.line_break)
    assert lines.pop() == "", "the last line has its end"
    hidden = {each for each in set().union(*lines) if unicodedata.category(each) in HIDDEN}
    assert not hidden, "only line breaks of the format are raw"
    for line in lines:
        assert form.is_ours(line) or not is_command(line), line


def is_command(line: str) -> bool:
    """Say whether GitHub or Azure would obey a line, wherever it is printed."""
    return line.lstrip().startswith("::") or "##[" in line or "##vso[" in line


@pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="names are Unicode here")
@pytest.mark.parametrize("name", FORMATS)
def test_names_that_are_no_utf_8_are_spelled_out(
    name: str, policy_check: Run, tmp_path: Path
) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "a.json").write_text(CUT_OFF, encoding="utf-8")
    ran = policy_check("builtin:ecr", tmp_path, "-o", name)
    assert ran.returncode == 2, "the file is cut off"
    text = ran.stdout.decode("utf-8")
    assert re.search(r"caf(\\{1,2}xe9|%E9)/a\.json", text), "as an escape, or in a URI"
    assert form_of(name).found(text) == 1


def test_what_is_dangerous_is_seen_here() -> None:
    """The checks above are no use if they let everything pass."""
    for text in (HOSTILE, TEXTS["github"], TEXTS["azure"]):
        assert any(is_command(line) for line in text.splitlines())
    for line in ("::debug::x", "::error::##[x]", " ::error a=b::x"):
        assert not is_github(line)
    for line in ("##vso[task.setvariable x=y;]z", "##vso[task.complete result=Failed;]##[x]"):
        assert not is_azure(line)
