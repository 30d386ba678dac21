"""Renders a report as Markdown, for a comment on a pull request or the summary of a job.

Foreign text becomes plain words or code, never markup: neither GitHub nor GitLab reads links,
mentions, references or HTML in code. https://github.github.com/gfm/#code-spans
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from checker.render.wording import (
    Note,
    accepted_notes,
    caveat,
    count,
    document_notes,
    file_notes,
    flowing,
    shown,
    verdict,
)
from checker.report import COUNTED, Exit, Judged, Report, Severity, Status
from checker.report.controls import NOT_ASSESSED, NOT_SATISFIED, SATISFIED, assess

COMMENT = 65_536
"""The most characters of a comment on GitHub; as a number of bytes, it is a safe limit.

The source is the error message for a longer comment, for example in
https://github.com/danger/danger/issues/424.
"""
MARKER = "<!-- policy-check -->"
"""The mark by which a bot finds its own comment in order to update it."""
_NAME, _TITLE, _TEXT = 300, 200, 1_000
"""The most characters of foreign texts, so that one finding cannot fill a comment."""
_RESERVED = 200
"""Bytes that are reserved for the line that says how many findings are not shown."""


def render(report: Report) -> Iterator[str]:
    """Yield the report, short enough for a comment on a pull request."""
    return bounded(report, COMMENT)


def bounded(report: Report, limit: int) -> Iterator[str]:
    """Yield the report in at most `limit` bytes of UTF-8, the worst findings first.

    If findings are left out, a line says how many. Raises ValueError if `limit` is too small for
    the verdict and the table.
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
    """Return as many pieces as fit into a number of bytes, with a line if there are more."""
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
    """Return the numbers of rules, files, documents and waivers that were left out.

    They are shown because a pull request may have changed what is left out.
    """
    numbers = (
        (len(report.disabled), "rule", "disabled"),
        (len(report.never_applied) if report.documents else 0, "rule", "never applied"),
        (report.files.without, "file", "without a document"),
        (len(report.idle_waivers), "waiver", "for what was not decided"),
    )
    told = [f"{count(number, noun)} {words}" for number, noun, words in numbers if number]
    told += [note.counted for note in _notes(report)]
    return "".join(f"; {each}" for each in told)


def _notes(report: Report) -> Iterator[Note]:
    yield from file_notes(report.files)
    yield from document_notes(report)
    yield from accepted_notes(report)


def _table(report: Report) -> Iterator[str]:
    """Yield the counts by severity, without any foreign text."""
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
    """Yield a piece for each open finding; the heading of a rule precedes its first finding."""
    opened = (finding for finding in report.findings if finding.is_open)
    for _, group in groupby(opened, key=lambda finding: (finding.severity, finding.rule)):
        for index, finding in enumerate(group):
            yield ("" if index else _heading(finding)) + _item(finding)


def _heading(finding: Judged) -> str:
    """Return the heading of a rule's findings, with its remediation folded below it."""
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
    address = shown(finding.address, _NAME)
    more = f" (and {count(related, 'more place')})" if related else ""
    said = caveat(finding) + _prose(finding.message, _TEXT)
    return f"- {where}{f' {_code(address)}' if address else ''}: {said}{more}\n"


def _controls(report: Report) -> Iterator[str]:
    """Yield a line for each framework; if nothing was found, only for the requested frameworks."""
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
    """Return foreign text as Markdown: plain words stay as they are, everything else is code."""
    parts = []
    for kind, words in groupby(_WORD.finditer(shown(text, most)), key=lambda word: word.lastgroup):
        part = " ".join(word[0] for word in words)
        parts.append(part if kind else _code(part))
    return " ".join(parts)


def _code(text: str) -> str:
    """Return visible text as a code span."""
    if "``" in text:  # three backticks or more would start a code block
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
"""A plain word or small number, text that is already in backticks, or anything else.

A plain word consists of letters, with punctuation that has no meaning in Markdown. A number is only
plain if it can neither start a list (as before a full stop or parenthesis) nor be a commit.
"""
