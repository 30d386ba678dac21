"""Words parts of a report in the way that all formats share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.messages import inert, visible
from checker.report import DOCUMENT_RULE, WAIVER_RULE, Exit, FileCounts, Judged, Report, Status


def count(number: int, noun: str) -> str:
    """Return a number with its noun, such as `1,234 findings`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shown(text: str, most: int = 1_000) -> str:
    """Return foreign text in a form that is safe within a line of output.

    All characters are visible, and no CI system reads the text as a command. If it is longer than
    `most` characters, it is cut and ends in `…`.
    """
    line = inert(visible(text.strip()[: most + 1]))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def flowing(text: str) -> str:
    """Return running text, such as a remediation, in one line, as its line breaks mean nothing."""
    return " ".join(text.split())


def caveat(finding: Judged) -> str:
    """Return the prefix of a finding's message if the finding is an error; otherwise empty."""
    if finding.status is not Status.ERROR:
        return ""
    return "error: " if finding.rule in {DOCUMENT_RULE, WAIVER_RULE} else "undecided: "


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


def file_notes(files: FileCounts) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield what there is to tell of files that were not checked: what, and their names."""
    yield "files that show a policy, not read because of their extension", files.unread
    yield "prose or program text that shows a policy", files.mentioned
    yield "files left out by a glob", files.excluded
    yield "globs that match no file", files.idle_globs
    yield "ignored by git", files.ignored


def _reasons(report: Report) -> list[str]:
    errors = sum(finding.status is Status.ERROR for finding in report.findings)
    violations = sum(map(report.counts_as_violation, report.findings))
    failed = [finding for finding in report.findings if finding.status is Status.FAIL]
    known = sum(finding.known for finding in failed)
    below = len(failed) - known - violations
    files, idle = (report.files, report.idle) if report.strict else (FileCounts(), ())
    reasons = (
        (violations, count(violations, "violation")),
        (known, f"{known:,} in the baseline"),
        (below, f"{below:,} below the fail level ({report.fail_level.label})"),
        (errors, f"{count(errors, 'thing')} not evaluated"),
        (len(files.unread), f"{count(len(files.unread), 'file')} not read (--strict)"),
        (
            len(files.idle_globs),
            f"{count(len(files.idle_globs), 'glob')} without a file (--strict)",
        ),
        (len(idle), f"{count(len(idle), 'rule')} of your own never applied (--strict)"),
    )
    return [words for number, words in reasons if number]


def _nothing(report: Report) -> str:
    if not report.rules:
        return "no rule was found"
    if not report.documents:
        return "no document was found"
    return "no rule applied to any document"
