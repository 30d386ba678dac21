"""Collects the decisions of a run: applies waivers and the baseline, counts results, caps findings.

A run keeps little more than its findings, so a limit on their number also limits its memory and
the time to write a report.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence

from checker.documents import Outcome
from checker.problems import Json
from checker.reader import AS_GIVEN, Root
from checker.report import (
    DOCUMENT_RULE,
    OWN_TEXTS,
    USUAL,
    WORST,
    CheckedDocument,
    Earlier,
    Finding,
    IdleWaiver,
    Judged,
    Move,
    RuleText,
    Status,
    encoded,
    fingerprint,
)
from checker.rules import Rule
from checker.run.decide import Decision
from checker.run.inherit import Heir
from checker.run.moves import Moves
from checker.run.together import Decided
from checker.waivers import Waivers

MOST_FINDINGS = 200_000
"""The most findings of one run; a long finding counts as several."""
_MOST_BYTES = 64 << 20
"""The most bytes of parts of documents that one report holds, for waivers and baselines."""
_TOO_MANY = (
    f"more than {MOST_FINDINGS:,} findings in one run (a long one counts as several): the rest are "
    "not shown; check fewer files at once"
)


class Collected:
    """The results of a run so far, with its waivers and its baseline applied."""

    def __init__(
        self,
        rules: Sequence[Rule],
        accepted: Waivers,
        baseline: Earlier | None,
        root: Root = AS_GIVEN,
    ) -> None:
        self._rules = rules
        self._accepted = accepted
        self._known = baseline.findings if baseline else {}
        self._moves = Moves(baseline.checked if baseline else (), root)
        self._texts = {rule.id: RuleText(rule.file.title, rule.file.remediation) for rule in rules}
        self._controls = {rule.id: _size_of_controls(rule) for rule in rules}
        """The size that a rule's controls add to each finding; a report may repeat them there."""
        self._left = MOST_FINDINGS
        self._findings: list[Judged] = []
        self._counts = [dict.fromkeys(Status, 0) for _ in rules]
        self._digest = hashlib.sha256()
        self._bytes = _MOST_BYTES
        self.units: dict[str, Json] = {}
        """The parts of documents that violations rest on, by their digests."""
        self.moved: dict[Move, None] = {}
        self.checked: list[CheckedDocument] = []
        self.files = 0
        self.outcomes: dict[Outcome, list[str]] = {outcome: [] for outcome in Outcome}
        """The names of files by their outcome."""
        self.boundaries: list[str] = []
        """The policies that are boundaries because nothing else names them."""
        self.assumed: Counter[str] = Counter()
        """In how many documents each unknown of a template is taken to be one value."""

    def add(self, decision: Decision) -> None:
        """Add the results and findings for the documents of one file."""
        self.files += 1
        self.outcomes[decision.outcome].append(decision.file)
        for decided in decision.documents:
            self._add(decision.file, decided)

    def _add(self, file: str, decided: Decided) -> None:
        self._digest.update(f"{decided.sha256} {file}{decided.part}\n".encode())
        origin = self._moves.origin(file, decided.part, decided.sha256)
        self.assumed.update(decided.assumed)
        if decided.inferred:
            self.boundaries.append(f"{file} {decided.part}")
        by_rule: dict[str, list[Finding]] = {}
        for finding in decided.findings:
            by_rule.setdefault(finding.rule, []).append(finding)
        broken = by_rule.pop(DOCUMENT_RULE, ())
        self._keep([Judged(each, OWN_TEXTS[DOCUMENT_RULE]) for each in broken])
        applied: list[str] = []
        for rule, counts, status in zip(self._rules, self._counts, decided.statuses, strict=True):
            found = by_rule.pop(rule.id, ())
            pair = (rule.id, file)
            heirs = [decided.heirs.get(each.fingerprint, Heir()) for each in found]
            waived = [each.waiver for each in heirs]
            became, grants = self._accepted.apply(pair, decided.part, status, found, waived)
            text = self._texts[rule.id]
            judged = [
                self._judged(
                    Judged(finding, text, grant.waiver, narrows=grant.narrows), heir.known, origin
                )
                for finding, grant, heir in zip(found, grants, heirs, strict=True)
            ]
            # INVARIANT: if a finding was dropped, its rule counts as undecided on the document.
            kept = self._keep(judged, self._controls[rule.id])
            counts[became if kept else Status.ERROR] += 1
            if status is not Status.SKIP and not decided.is_broken:
                applied.append(rule.id)
        # INVARIANT: every finding belongs to a rule that was decided, or to the document itself.
        if by_rule:
            message = f"findings of unknown rules: {', '.join(by_rule)}"
            raise RuntimeError(message)
        self._keep_units(decided.units)
        self.checked.append(
            CheckedDocument(
                file,
                decided.part,
                decided.kind,
                decided.sha256,
                tuple(applied),
                decided.is_broken,
            )
        )

    def counts(self) -> list[Mapping[Status, int]]:
        """Return the number of documents in each status, one mapping for each rule in order."""
        return [dict(each) for each in self._counts]

    def settle(self) -> tuple[tuple[Judged, ...], tuple[IdleWaiver, ...]]:
        """Return all findings, the worst first, and the idle waivers.

        A waiver is idle if its rule was not decided on its document in this run.
        """
        wrong, idle = self._accepted.settle(
            [each.finding for each in self._findings if each.status is Status.FAIL]
        )
        judged = (self._judged(Judged(each, OWN_TEXTS[each.rule]), "", "") for each in wrong)
        return tuple(sorted([*self._findings, *judged], key=_worst_first)), idle

    @property
    def sha256(self) -> str:
        """Return the SHA-256 (hex) of a list with a line `SHA-256 NAME` for each document."""
        return self._digest.hexdigest()

    def _judged(self, judged: Judged, heir: str, origin: str) -> Judged:
        """Return a finding with what the baseline says about it.

        `heir` is the fingerprint in the baseline of what it narrows, and `origin` the name that its
        file has there, if that is another one.
        """
        finding = judged.finding
        if judged.waiver or finding.status is not Status.FAIL:
            return judged
        if finding.fingerprint in self._known:
            return judged._replace(known=True)
        if heir:
            return judged._replace(known=True, narrows=heir)
        if origin and finding.basis:
            before = fingerprint(finding.rule, origin, finding.part, finding.basis)
            if before in self._known:
                self.moved[Move(origin, finding.file)] = None
                return judged._replace(known=True, moved_from=origin)
        return judged

    def _keep_units(self, units: Mapping[str, Json]) -> None:
        """Keep parts of a document while there is room; a finding that lacks one has no heirs."""
        for name, content in units.items():
            if name not in self.units and self._bytes >= 0:
                self._bytes -= len(json.dumps(content))
                if self._bytes >= 0:
                    self.units[name] = content

    def _keep(self, findings: Sequence[Judged], more: int = 0) -> bool:
        """Keep findings up to the limit, and return whether all were kept.

        The first finding beyond the limit is replaced by an error. `more` is added to the size of
        each finding.
        """
        for judged in findings:
            if self._left >= 0:
                self._left -= judged.size + more
                self._findings.append(
                    judged
                    if self._left >= 0
                    else Judged(judged.finding.too_many(_TOO_MANY), judged.text)
                )
        return self._left >= 0 or not findings


def _size_of_controls(rule: Rule) -> int:
    return encoded(text for ids in rule.file.controls.values() for text in ids) // USUAL


def _worst_first(judged: Judged) -> tuple[object, ...]:
    location = judged.place.location
    return (
        -judged.severity,
        judged.rule,
        -WORST[judged.status],
        judged.file,
        (location.line, location.column) if location else (0, 0),
        judged.part,
        judged.message,
        judged.fingerprint,
    )
