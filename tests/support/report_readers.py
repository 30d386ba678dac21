"""Reads rendered reports as their consumers do.

They follow the consumers, not our renderers: GitHub's runner, Azure's agent, the grammar of TAP.
"""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from typing import Any, NamedTuple

import yaml
from markdown_it import MarkdownIt


class Command(NamedTuple):
    """A workflow or logging command: its name, its properties and its message, unescaped."""

    name: str
    properties: dict[str, str]
    message: str


def read_github(text: str) -> list[Command]:
    """Return the commands of lines as the runner takes them apart; every line must be one.

    https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    commands = []
    for line in text.splitlines():
        assert line.startswith("::"), line
        head, separator, data = line[2:].partition("::")
        assert separator, line
        name, _, listed = head.partition(" ")
        pairs = [pair.partition("=") for pair in listed.split(",") if pair]
        values = {key: _unescaped(value, _PROPERTY) for key, _, value in pairs}
        commands.append(Command(name, values, _unescaped(data, _DATA)))
    return commands


_DATA = {"%0D": "\r", "%0A": "\n", "%25": "%"}
_PROPERTY = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


def read_azure(text: str) -> list[Command]:
    """Return the commands of lines as the agent takes them apart; every line must be one.

    https://github.com/microsoft/azure-pipelines-agent, src/Microsoft.VisualStudio.Services.Agent/
    Command.cs
    """
    commands = []
    for line in text.splitlines():
        assert line.startswith("##vso["), line
        head, separator, data = line[len("##vso[") :].partition("]")
        assert separator, line
        name, _, listed = head.partition(" ")
        pairs = [pair.partition("=") for pair in listed.split(";") if pair]
        values = {key: _unescaped(value, _AZURE) for key, _, value in pairs}
        commands.append(Command(name, values, _unescaped(data, _AZURE)))
    return commands


_AZURE = {"%3B": ";", "%0D": "\r", "%0A": "\n", "%5D": "]", "%AZP25": "%"}


def _unescaped(text: str, escapes: dict[str, str]) -> str:
    for escape, character in escapes.items():
        text = text.replace(escape, character)
    return text


class Point(NamedTuple):
    """A test point of TAP, and the YAML below it."""

    passed: bool
    number: int
    description: str
    directive: str
    reason: str
    block: str

    @property
    def fails(self) -> bool:
        """Say whether a harness counts it as a failure."""
        return not self.passed and not self.directive

    @property
    def data(self) -> dict[str, Any]:
        """Return what the block says."""
        data: dict[str, Any] = yaml.safe_load(self.block) or {}
        return data


def read_tap(text: str) -> list[Point]:
    """Return the points of a document of TAP 14; every line must be of its grammar.

    https://testanything.org/tap-version-14-specification.html
    """
    lines = text.splitlines()
    assert lines[0] == "TAP version 14"
    points: list[Point] = []
    blocks: list[list[str]] = [[]]
    for line in lines[2:]:
        if line.startswith("  "):
            blocks[-1].append(line)
            continue
        match = _POINT.fullmatch(line)
        assert match, line
        description, _, rest = _split(match["rest"])
        directive, _, reason = rest.partition(" ")
        assert directive in {"", "TODO", "SKIP"}, line
        passed, number = match["word"] == "ok", int(match["number"])
        points.append(Point(passed, number, description, directive, reason, ""))
        blocks.append([])
    assert lines[1] == f"1..{len(points)}"
    assert [point.number for point in points] == list(range(1, len(points) + 1))
    return [
        point._replace(block=_block(block)) for point, block in zip(points, blocks[1:], strict=True)
    ]


def _block(lines: list[str]) -> str:
    if not lines:
        return ""
    assert (lines[0], lines[-1]) == ("  ---", "  ...")
    assert not {"  ---", "  ..."} & set(lines[1:-1])
    return "\n".join(lines[1:-1])


_POINT = re.compile(r"(?P<word>ok|not ok) (?P<number>\d+) - (?P<rest>.*)")


def _split(text: str) -> tuple[str, str, str]:
    """Return what stands before and after the first `#` that is not escaped, without escapes."""
    before, mark, after = "", "", ""
    for piece in re.findall(r"\\[\\#]|.", text):
        if piece == "#" and not mark:
            mark = piece
        elif mark:
            after += piece[-1]
        else:
            before += piece[-1]
    return before.strip(), mark, after.strip()


class Page(NamedTuple):
    """What a reader of Markdown sees: tags, text outside of code, and the code."""

    tags: dict[str, int]
    attributes: list[tuple[str, str | None]]
    prose: str
    code: list[str]
    comments: list[str]


def read_markdown(text: str) -> Page:
    """Return the page of a Markdown text, by GitHub's flavour, with raw HTML and bare links."""
    viewer = _Viewer()
    viewer.feed(MarkdownIt("gfm-like").render(text))
    viewer.close()
    assert not viewer.open, viewer.open
    return Page(viewer.tags, viewer.attributes, viewer.prose, viewer.code, viewer.comments)


class _Viewer(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.attributes: list[tuple[str, str | None]] = []
        self.prose = ""
        self.code: list[str] = []
        self.comments: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes += attrs
        self.open.append(tag)
        if tag == "code":
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" in self.open:
            self.code[-1] += data
        else:
            self.prose += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def read_csv(text: str) -> list[dict[str, str]]:
    """Return the rows of a table by the names of its columns; every row must have all of them."""
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert all(len(row) == len(rows[0]) for row in rows)
    assert text.count("\r\n") == len(rows) == text.count("\n") == text.count("\r")
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def read_jsonl(text: str) -> list[dict[str, Any]]:
    """Return the objects of lines; the stream must be whole."""
    assert text.isascii()
    assert text.endswith("\n")
    objects: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
    assert objects[0]["type"] == "report"
    assert objects[-1]["type"] == "summary"
    return objects


def read_text(text: str) -> int:
    """Return how many findings the text report shows, each by its place, before its table."""
    findings, _, _ = text.partition("\nRULE  ")
    return sum(bool(re.match(r"  (?! |to fix |\d+ \| )\S", line)) for line in findings.splitlines())


def read_html(text: str) -> int:
    """Return how many findings a page holds; tests/render/test_html.py reads it strictly."""
    reader = _Classes()
    reader.feed(text)
    reader.close()
    return reader.findings


class _Classes(HTMLParser):
    """Counts elements of the class of findings."""

    findings = 0

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.findings += "finding" in (dict(attrs).get("class") or "").split()


def read_gitlab(text: str) -> list[dict[str, Any]]:
    """Return the issues of a Code Quality report, which must be as GitLab describes them."""
    assert text.isascii()
    issues: list[dict[str, Any]] = json.loads(text)
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["lines"]["begin"] >= 1
        assert not issue["location"]["path"].startswith("./")
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    return issues
