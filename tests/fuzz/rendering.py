"""The target about reports: whatever text is in one, every format shows it, and it does no harm."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from markdown_it import MarkdownIt

from checker.render import FORMATS, renderer
from checker.report import Report
from tests.fuzz.case import Case, Target, hold
from tests.fuzz.mutation import mutated
from tests.support import reports

MARK = "</script><img src=x onerror=alert(1)>"
"""Markup that must not be markup in any page."""
_WORDS = (
    *(b"\x1b[31m", b"\x1b]0;x\x07", b"\x00", b"\x08", b"\x7f", b"\x85".decode("latin-1").encode()),
    *(
        b"\r",
        b"\n",
        b"\r\n",
        b"\t",
        b"\n::error::x\n",
        b"::",
        b"##[",
        b"##vso[task.complete]x",
        b"%0A",
    ),
    *(
        b"<",
        b">",
        b"&",
        b"'",
        b'"',
        b"`",
        b"```\n",
        b"|",
        b"<!--",
        b"-->",
        b"]]>",
        b"<![CDATA[",
        b"&#0;",
    ),
    *(b"=1+1", b"@x", b"+1", b"-1", b"${{ x }}", b"{{ x }}", b"[a](javascript:x)", b"# ", b"1..2"),
    *(
        "\u2028".encode(),
        "\u202e".encode(),
        "\u2066".encode(),
        "\ufffe".encode(),
        "\uffff".encode(),
    ),
    *(
        "\ud800".encode("utf-8", "surrogatepass"),
        "\U0001f600".encode(),
        b"\xf3\xa0\x80\x81",
        b"\xc2\xad",
    ),
    *(
        b"a" * 300,
        b" " * 90,
        "\u4e2d".encode() * 60,
        "e\u0301".encode() * 40,
        MARK.encode(),
        b"/",
        b"~1",
    ),
)
_COMMAND = re.compile(r"^\s*::|##\[|##vso\[", re.MULTILINE)
_THEIRS = re.compile(r"^\s*::error::(?:x|owned)|##vso\[task\.complete\]", re.MULTILINE)
"""Commands of the text, for the formats that are made of commands."""
_OF_COMMANDS = ("azure", "github")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")
"""What no format may hold as it is."""


def _make(rnd: random.Random) -> Case:
    start = rnd.choice((b"", b"a", reports.HOSTILE.encode("utf-8", "surrogatepass"), MARK.encode()))
    return Case("text.txt", mutated(rnd, start, _WORDS, b"".join(_WORDS)))


def judge_report(case: Case) -> None:
    """Hold every format to show a text in all places of a report, twice alike and harmlessly."""
    text = case.content.decode("utf-8", "surrogatepass" if _has_pairs(case.content) else "replace")
    hostile = reports.hostile(text)
    decided = replace(hostile, findings=[each for each in hostile.findings if each.waiver])
    for report in (hostile, decided, replace(hostile, findings=[], checked=())):
        for name in FORMATS:
            _judge(name, report)


def _has_pairs(content: bytes) -> bool:
    try:
        content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _judge(name: str, report: Report) -> None:
    shown = "".join(renderer(name)(report))
    hold(shown == "".join(renderer(name)(report)), f"{name}: another text the second time")
    shown.encode("utf-8", "backslashreplace")
    found = (_THEIRS if name in _OF_COMMANDS else _COMMAND).search(shown)
    hold(not found, f"{name}: a line of theirs is a command: {found}")
    control = _CONTROLS.search(shown)
    hold(not control, f"{name}: a control character: {control}")
    head = shown.lstrip()[:60].lower()
    if head.startswith(("{", "[")):
        for text in shown.splitlines() if name == "jsonl" else (shown,):
            json.loads(text)
    elif head.startswith("<?xml"):
        ET.fromstring(shown.encode("utf-8", "backslashreplace"))  # noqa: S314 - our own text
    if name == "markdown":
        _judge_page(name, MarkdownIt("gfm-like", {"html": True}).render(shown))
    elif head.startswith("<!doctype html"):
        _judge_page(name, shown)


def _judge_page(name: str, page: str) -> None:
    """Hold a page to no element of theirs: none that acts, and none from elsewhere."""
    found = _Elements()
    found.feed(page)
    found.close()
    for tag, attributes in found.elements:
        acts = [each for each, _ in attributes if each.startswith("on")]
        hold(not acts, f"{name}: <{tag} {acts}>")
        values = [value or "" for _, value in attributes]
        hold(tag != "img" or "x" not in values, f"{name}: an image of theirs")
        script = [each for each in values if each.strip().lower().startswith("javascript:")]
        hold(not script, f"{name}: <{tag} {script}>")


class _Elements(HTMLParser):
    """Gathers the elements of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, attrs))


TARGETS = (Target("report", _make, judge_report, "text.txt"),)
