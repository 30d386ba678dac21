"""A report in, Markdown for a comment on a pull request or for a job's summary out.

Text of others is plain words or code, never markup: in code nothing is a link, a mention, a
reference or HTML, neither on GitHub nor on GitLab.
https://github.github.com/gfm/#code-spans
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from checker.render.wording import caveat, count, flowing, shown, verdict
from checker.report import COUNTED, Exit, Judged, Report, Severity, Status
from checker.report.controls import NOT_ASSESSED, NOT_SATISFIED, SATISFIED, assess

COMMENT = 65_536
"""Characters that a comment on GitHub holds; as a bound of bytes it keeps below.

Only the refusal of a longer one says so, such as in https://github.com/danger/danger/issues/424.
"""
MARKER = "<!-- policy-check -->"
"""What a bot finds its own comment by, to update it."""
_NAME, _TITLE, _TEXT = 300, 200, 1_000
"""Most characters of a text of others, so that one finding never fills a comment."""
_RESERVED = 200
"""Bytes kept for the line that says how much is not shown."""


def render(report: Report) -> Iterator[str]:
    """Yield the report as a comment on a pull request holds it."""
    return bounded(report, COMMENT)


def bounded(report: Report, limit: int) -> Iterator[str]:
    """Yield the report in at most `limit` bytes of UTF-8: worst findings first, cut visibly.

    Raises ValueError where not even the verdict and the table have room.
    """
    head, tail = _head(report), _fitting(_controls(report), limit // 4)
    room = limit - _size(head) - _size(tail) - _RESERVED
    if room < 0:
        raise ValueError(f"{limit} bytes are too few for a report")
    yield head
    left = sum(finding.is_open for finding in report.findings)
    for piece in _findings(report):
        room -= _size(piece)
        if room < 0:
            yield f"\n**{count(left, 'more finding')} not shown here**: see another report.\n"
            break
        yield piece
        left -= 1
    yield tail


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


def _fitting(pieces: Iterable[str], limit: int) -> str:
    """Return as many pieces as fit into a number of bytes, and whether there are more."""
    kept: list[str] = []
    for piece in pieces:
        limit -= _size(piece)
        if limit < _RESERVED:
            return "".join([*kept, "- more frameworks are not shown here: see another report\n"])
        kept.append(piece)
    return "".join(kept)


def _head(report: Report) -> str:
    rules, documents = count(len(report.rules), "rule"), count(report.documents, "document")
    totals = ", ".join(f"{report.total(status):,} {status.value}" for status in COUNTED)
    lines = [MARKER, f"### policy-check {verdict(report)}", ""]
    lines.append(f"{rules} on {documents}: {totals}{_left_out(report)}")
    if report.findings:
        lines += ["", *_table(report)]
    return "\n".join(lines) + "\n"


def _left_out(report: Report) -> str:
    """Return what was not looked at, which a pull request may have brought about."""
    numbers = (
        (len(report.disabled), "rule", "disabled"),
        (len(report.never_applied) if report.documents else 0, "rule", "never applied"),
        (len(report.files.unread), "file", "not read"),
        (len(report.files.excluded), "file", "left out"),
        (len(report.idle_waivers), "waiver", "of what was not decided"),
    )
    told = [f"{count(number, noun)} {words}" for number, noun, words in numbers if number]
    return f"; {', '.join(told)}" if told else ""


def _table(report: Report) -> Iterator[str]:
    """Yield the counts by severity; no text of others."""
    counts = Counter((finding.severity, _column(finding)) for finding in report.findings)
    columns = ("violated", "undecided", "waived", "in the baseline")
    yield f"| severity | {' | '.join(columns)} |"
    yield f"|:---|{'---:|' * len(columns)}"
    for severity in sorted(Severity, reverse=True):
        numbers = " | ".join(f"{counts[severity, column]:,}" for column in columns)
        yield f"| {severity.label} | {numbers} |"


def _column(finding: Judged) -> str:
    if finding.status is Status.ERROR:
        return "undecided"
    if finding.status is Status.WAIVED:
        return "waived"
    return "in the baseline" if finding.known else "violated"


def _findings(report: Report) -> Iterator[str]:
    """Yield a piece for each open finding; the first of a rule has its heading before it."""
    opened = (finding for finding in report.findings if finding.is_open)
    for _, group in groupby(opened, key=lambda finding: (finding.severity, finding.rule)):
        for index, finding in enumerate(group):
            yield ("" if index else _heading(finding)) + _item(finding)


def _heading(finding: Judged) -> str:
    """Return the heading of a rule's findings, with what to do folded below it."""
    title = _prose(finding.title, _TITLE)
    heading = f"\n#### {finding.severity.label}: {_code(finding.rule)}\n\n{title}\n"
    if not finding.remediation:
        return f"{heading}\n"
    remedy = _prose(flowing(finding.remediation), _TEXT)
    return f"{heading}\n<details><summary>to fix</summary>\n\n{remedy}\n\n</details>\n\n"


def _item(finding: Judged) -> str:
    location, related = finding.place.location, len(finding.related)
    place = f":{location.line}:{location.column}" if location else ""
    where = _code(shown(finding.file, _NAME) + place)
    pointer = shown(finding.place.pointer, _NAME)
    more = f" (and {count(related, 'more place')})" if related else ""
    said = caveat(finding) + _prose(finding.message, _TEXT)
    return f"- {where}{f' {_code(pointer)}' if pointer else ''}: {said}{more}\n"


def _controls(report: Report) -> Iterator[str]:
    """Yield a line for each framework; where all is well, only for those that were asked for."""
    if report.exit_code is Exit.OK and not report.findings and not report.assessed:
        return
    heading = "\n#### Controls\n\n"
    for found in assess(report):
        met, missed, rest = map(found.count, (SATISFIED, NOT_SATISFIED, NOT_ASSESSED))
        name = _prose(found.framework.title, _TITLE)
        numbers = f"{met:,} of {met + missed:,} assessed controls satisfied, {rest:,} not assessed"
        yield f"{heading}- {name}: {numbers}\n"
        heading = ""


def _prose(text: str, most: int) -> str:
    """Return text of others as Markdown: plain words stay, all else is code."""
    parts = []
    for kind, words in groupby(_WORD.finditer(shown(text, most)), key=lambda word: word.lastgroup):
        part = " ".join(word[0] for word in words)
        parts.append(part if kind else _code(part))
    return " ".join(parts)


def _code(text: str) -> str:
    """Return visible text as a code span."""
    if "``" in text:  # a fence of three and more would begin a block
        text = text.replace("`", "\\x60")
    return f"`` {text} ``" if "`" in text else f"`{text or ' '}`"


_WORD = re.compile(
    r"""(?P<plain>
            (?: [("']* [^\W\d_]+ (?: ['\u2019-] [^\W\d_]+ )* [)"']* [.,;:!?]?
            |   \d{1,4} (?: - \d{1,4} )* [,;]?
            |   [\u2013\u2014]
            ) (?!\S) )
    |   (?P<quoted> [("']* `[^`]+` [)"']* [.,;:!?]? (?!\S) )
    |   \S+""",
    re.VERBOSE,
)
"""A word of letters or a small number, in punctuation that means nothing in Markdown; what stands
in backticks already, as messages quote others; or anything else.

A number before a full stop or a parenthesis would begin a list, a long one may be a commit.
"""
