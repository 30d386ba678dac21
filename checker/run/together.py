"""Takes the results on one part of a template together, over the ways in which it may be made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from checker.problems import Json
from checker.report import WORST, Finding, Status, digest, fingerprint
from checker.run.inherit import Heir


class Decided(NamedTuple):
    """The results of all rules on one document."""

    part: str
    kind: str
    sha256: str
    is_broken: bool
    statuses: tuple[Status, ...]
    """One status for each rule, in the order of the rules."""
    findings: tuple[Finding, ...]
    heirs: dict[str, Heir]
    """What findings inherit from, by their fingerprints."""
    units: dict[str, Json]
    """The parts of the document that the violations rest on, by their digests."""
    when: tuple[str, ...] = ()
    """What holds where the document is so; empty if there is no other."""
    assumed: tuple[str, ...] = ()
    """The placeholders for what is taken to be one value without wildcards."""
    inferred: bool = False
    """Whether its kind follows from how it is used, and not from its place alone."""


def together(variants: Sequence[Decided]) -> Decided:
    """Return the results on a part: the worst status of each rule, and each finding once.

    A finding that there is in some variants only says in which.
    """
    first = variants[0]
    if len(variants) == 1:
        return first
    return Decided(
        part=first.part,
        kind=first.kind,
        sha256=first.sha256,
        is_broken=any(each.is_broken for each in variants),
        statuses=tuple(
            max(statuses, key=WORST.__getitem__)
            for statuses in zip(*(each.statuses for each in variants), strict=True)
        ),
        findings=tuple(_findings(variants)),
        heirs={key: heir for each in variants for key, heir in each.heirs.items()},
        units={key: unit for each in variants for key, unit in each.units.items()},
        assumed=tuple(dict.fromkeys(name for each in variants for name in each.assumed)),
        inferred=first.inferred,
    )


def _findings(variants: Sequence[Decided]) -> list[Finding]:
    found: dict[tuple[object, ...], Finding] = {}
    cases: dict[tuple[object, ...], list[int]] = {}
    for number, each in enumerate(variants):
        for finding in each.findings:
            place = finding.place.location or finding.place.pointer
            key = (finding.rule, finding.status, finding.message, place)
            found.setdefault(key, finding)
            cases.setdefault(key, []).append(number)
    told = [
        finding
        if len(cases[key]) == len(variants)
        else _in_case(finding, _case(variants, cases[key]))
        for key, finding in found.items()
    ]
    renamed = {
        old.fingerprint: new.fingerprint for old, new in zip(found.values(), told, strict=True)
    }
    return [
        each._replace(implied_by=renamed.get(each.implied_by, each.implied_by)) for each in told
    ]


def _in_case(finding: Finding, case: str) -> Finding:
    """Return a finding that there is in some cases only.

    INVARIANT: its case is part of what identifies it, so that a waiver or a baseline that accepts
    it accepts it in no other case.
    """
    message = f"{finding.message} (when {case})"
    if finding.basis is None:
        return finding._replace(message=message, fingerprint=digest(finding.fingerprint, case))
    basis = finding.basis._replace(requirement=digest(finding.basis.requirement, case))
    name = fingerprint(finding.rule, finding.file, finding.part, basis)
    return finding._replace(message=message, basis=basis, fingerprint=name)


def _case(variants: Sequence[Decided], chosen: Sequence[int]) -> str:
    """Return what tells some variants from the others, in as few facts as possible."""
    inside = [variants[number].when for number in chosen]
    outside = [each.when for number, each in enumerate(variants) if number not in chosen]
    facts: list[str] = []
    # What holds says more than what does not.
    for fact in sorted(inside[0], key=lambda fact: fact.startswith("not ")):
        left = [each for each in outside if fact in each]
        if len(left) < len(outside) and all(fact in each for each in inside):
            facts.append(fact)
            outside = left
    if facts and not outside:
        return " and ".join(facts)
    return " or ".join(" and ".join(each) for each in inside[:_MOST_CASES])


_MOST_CASES = 3
"""The most cases that one finding names."""
