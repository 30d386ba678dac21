"""Compares the violations in two reports: new, fixed, waived, unknown and unchanged ones."""

from __future__ import annotations

from typing import NamedTuple

from checker.report import DOCUMENT_RULE, WAIVER_RULE, Exit, Judged, Saved, Severity, Status


class Difference(NamedTuple):
    """The violations of two reports, matched by their fingerprints, the worst first.

    `unknown` are old violations that the new run says nothing about: their rules were not run, or
    could not be decided on their files. `undecided` are the errors of the new run.
    """

    old: Saved
    new: Saved
    fail_level: Severity
    added: tuple[Judged, ...]
    fixed: tuple[Judged, ...]
    waived: tuple[Judged, ...]
    unknown: tuple[Judged, ...]
    unchanged: tuple[Judged, ...]
    undecided: tuple[Judged, ...]

    @property
    def failing(self) -> tuple[Judged, ...]:
        """Return the new violations at or above the fail level."""
        return tuple(each for each in self.added if each.severity >= self.fail_level)

    @property
    def exit_code(self) -> Exit:
        """Return the exit code. An incomplete new run takes precedence over new violations."""
        if not self.new.decided:
            return Exit.NOT_EVALUATED
        return Exit.VIOLATIONS if self.failing else Exit.OK


def difference(old: Saved, new: Saved, fail_level: Severity) -> Difference:
    """Return the differences between the violations of two reports.

    A finding that was waived or undecided in the old report was not a violation, so it is new if it
    fails in the new one.
    """
    before = {each.fingerprint: each for each in old.findings if each.status is Status.FAIL}
    now = {each.fingerprint for each in new.findings}
    failed = [each for each in new.findings if each.status is Status.FAIL]
    undecided = tuple(each for each in new.findings if each.status is Status.ERROR)
    unclear = {(each.rule, each.file) for each in undecided}
    rules = {*new.rules, WAIVER_RULE}

    def is_told(gone: Judged) -> bool:
        pairs = {(gone.rule, gone.file), (DOCUMENT_RULE, gone.file)}
        return gone.rule in rules and unclear.isdisjoint(pairs)

    gone = [each for print_, each in before.items() if print_ not in now]
    return Difference(
        old,
        new,
        fail_level,
        added=tuple(each for each in failed if each.fingerprint not in before),
        fixed=tuple(each for each in gone if is_told(each)),
        waived=tuple(
            each
            for each in new.findings
            if each.status is Status.WAIVED and each.fingerprint in before
        ),
        unknown=tuple(each for each in gone if not is_told(each)),
        unchanged=tuple(each for each in failed if each.fingerprint in before),
        undecided=undecided,
    )
