"""Words parts of a report in the way that all formats share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from checker.messages import inert, visible
from checker.report import DOCUMENT_RULE, WAIVER_RULE, Exit, FileCounts, Judged, Report, Status

_MOST_NAMES = 5
"""The most names that a line lists; JSON reports list all of them."""
_MOST_TEXT, _MOST_PART = 1_000, 200
"""The most characters of a message and of a part that are shown in one line."""


class Note(NamedTuple):
    """What to say of files, globs or documents that were not checked, and their names."""

    one: str
    """What it is if there is one, such as `file left out by a glob`."""
    many: str
    names: Sequence[str]

    @property
    def counted(self) -> str:
        """Return what it is with its number, such as `2 files left out by a glob`."""
        number = len(self.names)
        return f"{number:,} {self.one if number == 1 else self.many}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun, such as `1,234 findings`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shown(text: str, most: int = _MOST_TEXT) -> str:
    """Return foreign text in a form that is safe within a line of output.

    All characters are visible, and no CI system reads the text as a command. If it is longer than
    `most` characters, it is cut and ends in `…`.
    """
    line = inert(visible(text.strip()[: most + 1]))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def some(names: Sequence[str]) -> str:
    """Return the first names of a list, and the number of the others."""
    listed = ", ".join(map(visible, names[:_MOST_NAMES]))
    return listed + (f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else "")


def flowing(text: str) -> str:
    """Return running text, such as a remediation, in one line, as its line breaks mean nothing."""
    return " ".join(text.split())


def caveat(finding: Judged) -> str:
    """Return the prefix of a finding's message if the finding is an error; otherwise empty."""
    if finding.status is not Status.ERROR:
        return ""
    return "error: " if finding.rule in {DOCUMENT_RULE, WAIVER_RULE} else "undecided: "


def said(finding: Judged) -> str:
    """Return the message of a finding in one line, for formats that only show a file and a line.

    If the document is only a part of its file, the message starts with that part.
    """
    part = shown(finding.part, _MOST_PART)
    message = f"{part}: {finding.message.strip()}" if part else finding.message
    return caveat(finding) + shown(message)


def verdict(report: Report) -> str:
    """Return the verdict of a report in one line, with the exit code."""
    code = report.exit_code
    tail = ", ".join(_reasons(report))
    words = {
        Exit.OK: f"PASSED: {tail or 'no violations'}",
        Exit.VIOLATIONS: f"FAILED: {tail}",
        Exit.NOTHING_CHECKED: f"NOTHING CHECKED: {_nothing(report)}",
    }.get(code, f"NOT EVALUATED: {tail}")
    return f"{words} (exit {int(code)})"


def unexplained(report: Report) -> bool:
    """Return whether the exit code is not 0 for a reason that is not a finding."""
    code = report.exit_code
    undecided = any(finding.status is Status.ERROR for finding in report.findings)
    return code is Exit.NOTHING_CHECKED or (code is Exit.NOT_EVALUATED and not undecided)


def file_notes(files: FileCounts) -> Iterator[Note]:
    """Yield a note for each group of files that were not checked, and for globs without a file."""
    notes = (
        Note(
            "file not read because of its extension",
            "files not read because of their extension",
            files.unread,
        ),
        Note(
            "file of prose or program text that shows a policy",
            "files of prose or program text that show a policy",
            files.mentioned,
        ),
        Note("file left out by a glob", "files left out by a glob", files.excluded),
        Note("glob that matches no file", "globs that match no file", files.idle_globs),
        Note(
            "policy that is a permissions boundary, as nothing names it otherwise",
            "policies that are permissions boundaries, as nothing names them otherwise",
            files.boundaries,
        ),
        Note(
            "unknown of templates taken to be one value without wildcards",
            "unknowns of templates taken to be one value without wildcards",
            files.assumed,
        ),
        Note("path ignored by git", "paths ignored by git", files.ignored),
    )
    return (note for note in notes if note.names)


def document_notes(report: Report) -> Iterator[Note]:
    """Yield a note for the documents that no rule applies to, if there are any."""
    names = [f"{each.file}{each.part}" for each in report.without_rules]
    if names:
        yield Note("document that no rule applies to", "documents that no rule applies to", names)


def accepted_notes(report: Report) -> Iterator[Note]:
    """Yield notes about findings that are accepted although something has changed."""
    narrowed = [
        f"{each.file}{each.address} {each.rule}" for each in report.findings if each.narrows
    ]
    if narrowed:
        yield Note(
            "finding that changed and grants no more than what was accepted",
            "findings that changed and grant no more than what was accepted",
            narrowed,
        )
    moved = [f"{each.old} -> {each.new}" for each in report.moved]
    if moved:
        yield Note("file moved since the baseline", "files moved since the baseline", moved)


def strict_reasons(files: FileCounts) -> Iterator[str]:
    """Yield why files let a run fail with `--strict`."""
    if files.unread:
        yield f"{count(len(files.unread), 'file')} not read (--strict)"
    if files.idle_globs:
        yield f"{count(len(files.idle_globs), 'glob')} without a file (--strict)"


def _reasons(report: Report) -> list[str]:
    errors = sum(finding.status is Status.ERROR for finding in report.findings)
    violations = sum(map(report.counts_as_violation, report.findings))
    failed = [finding for finding in report.findings if finding.status is Status.FAIL]
    known = sum(finding.known for finding in failed)
    below = len(failed) - known - violations
    reasons = (
        (violations, count(violations, "violation")),
        (known, f"{known:,} in the baseline"),
        (below, f"{below:,} below the fail level ({report.fail_level.label})"),
        (errors, f"{count(errors, 'thing')} not evaluated"),
    )
    told = [words for number, words in reasons if number]
    if report.strict:
        told += strict_reasons(report.files)
        if idle := len(report.idle):
            told.append(f"{count(idle, 'rule')} of your own never applied (--strict)")
    return told


def _nothing(report: Report) -> str:
    if not report.rules:
        return "no rule was found"
    if not report.documents:
        return "no document was found"
    return "no rule applied to any document"
