"""Finds out which findings grant no more than what a waiver or the baseline accepts.

Whoever narrows a policy must not have to accept what is left of it again. So a finding inherits
what was accepted if it is of the same rule, requirement and document, and the parts of the document
that its verdict rests on surely grant nothing that the accepted parts did not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from checker import cel
from checker.budget import spend
from checker.documents import Document
from checker.kinds import Kind
from checker.problems import Json
from checker.report import Accepted, Basis, Finding, Status

_UNITS = 1_000
"""Units that it costs to prepare one part of a document for a comparison."""

_Key: TypeAlias = tuple[str, str, str]
"""The id of a rule, the name of a file and the part of it."""
_Pair: TypeAlias = tuple[tuple[str, ...], bool, tuple[str, ...]]
"""The digests of new parts, whether they guard, and the digests of accepted parts."""


class Heir(NamedTuple):
    """The fingerprints of the accepted findings that a finding inherits from; empty for none."""

    waiver: str = ""
    known: str = ""


class _Place(NamedTuple):
    """What is accepted of one rule on one document."""

    fingerprints: frozenset[str]
    """The fingerprints of all that is accepted anywhere; what has one need not inherit."""
    found: Sequence[Accepted] = ()
    gone: Sequence[Accepted] = ()
    """Those of which the document has no finding any more."""

    def likeliest_first(self, number: int) -> Iterator[Accepted]:
        """Yield what a finding may inherit from.

        `number` is its place among the findings that are new: statements that were narrowed mostly
        keep their order.
        """
        if self.gone:
            yield self.gone[number % len(self.gone)]
        yield from self.found


class Estate:
    """What waivers accept, or what is in the baseline."""

    def __init__(self, accepted: Iterable[Accepted] = (), fingerprints: Iterable[str] = ()) -> None:
        self._fingerprints = frozenset(fingerprints)
        self._found: dict[_Key, list[Accepted]] = {}
        for each in accepted:
            self._found.setdefault((each.rule, each.file, each.part), []).append(each)

    def place(self, findings: Sequence[Finding]) -> _Place:
        """Return what is accepted of the rule and the document of some findings."""
        first = findings[0]
        found = self._found.get((first.rule, first.file, first.part), ())
        there = {each.fingerprint for each in findings} if found else ()
        gone = [each for each in found if each.fingerprint not in there]
        return _Place(self._fingerprints, found, gone)


@dataclass(frozen=True, slots=True)
class Inheritance:
    """What the waivers and the baseline of a run accept."""

    waived: Estate = field(default_factory=Estate)
    known: Estate = field(default_factory=Estate)
    _valid: dict[str, bool] = field(default_factory=dict, init=False)
    """Whether a part that was accepted is valid, by its digest."""

    def heirs(self, document: Document, findings: Iterable[Finding]) -> dict[str, Heir]:
        """Return the violations of one rule on a document that inherit, by their fingerprints.

        INVARIANT: what cannot be decided, or takes more work than one rule may, inherits nothing.
        """
        failed = [each for each in findings if each.status is Status.FAIL]
        heirs: dict[str, Heir] = {}
        if not failed or document.kind is None:
            return heirs
        waived, known = self.waived.place(failed), self.known.place(failed)
        if not (waived.found or known.found):
            return heirs
        comparison = _Comparison(document.kind, document.units.contents, self._valid)

        def is_settled(finding: Finding) -> bool:
            name = finding.fingerprint
            return name in waived.fingerprints or name in known.fingerprints

        try:
            with cel.budget():
                for number, finding in enumerate(sorted(failed, key=is_settled)):
                    first = (comparison.first(finding, each, number) for each in (waived, known))
                    heir = Heir(*first)
                    if any(heir):
                        heirs[finding.fingerprint] = heir
        except Exception:  # noqa: BLE001 - our own mistake must not hide findings
            return heirs
        return heirs


class _Comparison:
    """Compares the parts of one document with parts that were accepted, each pair only once."""

    def __init__(self, kind: Kind, contents: Mapping[str, Json], valid: dict[str, bool]) -> None:
        self._kind = kind
        self._contents = contents
        self._valid = valid
        self._known: dict[_Pair, bool] = {}

    def first(self, finding: Finding, place: _Place, number: int) -> str:
        """Return the fingerprint of the first accepted finding that grants as much as another."""
        basis = finding.basis
        if basis is None or finding.fingerprint in place.fingerprints:
            return ""
        spend(len(place.found))
        for each in place.likeliest_first(number):
            same = basis.requirement == each.basis.requirement
            if basis.exact:
                same = same and _aim(basis) == _aim(each.basis)
            if same and each.subject in (None, finding.subject):
                pair = (basis.units, basis.guards, each.basis.units)
                if pair not in self._known:
                    self._known[pair] = self._narrows(basis, each)
                if self._known[pair]:
                    return each.fingerprint
        return ""

    def _narrows(self, basis: Basis, old: Accepted) -> bool:
        spend(_UNITS * (len(old.units) + len(basis.units)))
        if not all(each in self._contents for each in basis.units):
            return False
        if not all(map(self._is_valid, old.basis.units, old.units)):
            return False
        new = [self._contents[each] for each in basis.units]
        return self._kind.narrows(new, old.units, guards=basis.guards)

    def _is_valid(self, name: str, unit: Json) -> bool:
        # INVARIANT: what comes from a waivers file or a baseline is compared only if it is valid.
        if name not in self._valid:
            self._valid[name] = self._kind.schema.accepts(unit)
        return self._valid[name]


def _aim(basis: Basis) -> tuple[str, int]:
    """Return what tells findings about the same part of a document apart."""
    return basis.points, basis.again
