"""Decisions in, the findings and counts of a report out; more findings than a run may have: errors.

Findings are all that a run keeps of its documents, so that their limit bounds its memory, and the
time that a report takes.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.report import DOCUMENT_RULE, USUAL, Finding, Report, Status, encoded
from checker.run.decide import Decision
from checker.waivers import Waivers

MOST_FINDINGS = 200_000
"""Findings of one run."""
_TOO_MANY = (
    f"more than {MOST_FINDINGS:,} findings in one run, where a long one counts for several: from "
    "here on none is told; check less at once"
)


class Tally:
    """Fills a report, whose waivers it applies."""

    def __init__(self, report: Report, accepted: Waivers) -> None:
        self._report = report
        self._accepted = accepted
        self._left = MOST_FINDINGS
        self._controls = {
            row.id: encoded(text for ids in row.controls.values() for text in ids) // USUAL
            for row in report.rules
        }
        """What the controls of a rule, which may stand at each finding, add to the size of it."""

    def add(self, decision: Decision) -> None:
        """Count what was decided on a document, and keep what was found."""
        self._report.documents += 1
        by_rule: dict[str, list[Finding]] = {}
        for finding in decision.findings:
            by_rule.setdefault(finding.rule, []).append(finding)
        self._keep(by_rule.pop(DOCUMENT_RULE, ()))
        for row, decided in zip(self._report.rules, decision.statuses, strict=True):
            # The texts of a rule are kept once, not once for each document.
            found = tuple(
                finding._replace(title=row.title, remediation=row.remediation)
                for finding in by_rule.pop(row.id, ())
            )
            status, marked = self._accepted.apply((row.id, decision.path), decided, found)
            # INVARIANT: where not all that was found is told, nothing has been decided.
            kept = self._keep(marked, self._controls[row.id])
            row.counts[status if kept else Status.ERROR] += 1
        # INVARIANT: every finding is of a rule that was decided, or of the document itself.
        if by_rule:
            message = f"findings of unknown rules: {', '.join(by_rule)}"
            raise RuntimeError(message)

    def _keep(self, findings: Sequence[Finding], more: int = 0) -> bool:
        """Keep findings, or an error in place of the first one too many; say whether all are.

        `more` is added to the size of each.
        """
        kept = self._report.findings
        for finding in findings:
            if self._left >= 0:
                self._left -= finding.size + more
                kept.append(finding if self._left >= 0 else finding.without_place(_TOO_MANY))
        return self._left >= 0 or not findings
