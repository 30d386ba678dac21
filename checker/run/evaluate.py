"""Decides one rule on one document, without reading a clock or a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker import cel
from checker.budget import spend
from checker.cel.values import type_name
from checker.documents import Document
from checker.iam.asked import Ask, Notes, noted
from checker.kinds.kind import Kind
from checker.problems import Location, Route, excerpt, pointer
from checker.report import DOCUMENT_RULE, WORST, Finding, Place, Severity, Status, digest
from checker.rules import About, Requirement, Rule
from checker.run.causes import Claimed
from checker.run.filling import filled
from checker.run.identities import Identities
from checker.run.unknowns import explained, location_of, reason, route_of

_LONGEST_SHOWN = 200
"""The most characters of a requirement that a message shows."""
_MOST_RELATED = 20
"""The most places that one finding points to in addition to its first."""
MOST_FINDINGS = 10_000
"""The most findings on one document; a long finding counts as several."""


class Outcome(NamedTuple):
    """The result of one rule on one document: the worst status of its subjects, and findings."""

    status: Status
    findings: tuple[Finding, ...] = ()
    claimed: tuple[Claimed, ...] = ()
    """What the violations claim, if the rule is about what a policy grants."""


def evaluate(
    rule: Rule, document: Document, most: int = MOST_FINDINGS, *, former: bool = False
) -> Outcome:
    """Decide one rule on one document.

    The outcome is an error, and never a pass, if anything cannot be decided, or if the sizes of the
    findings add up to more than `most`. With `former`, findings also have their fingerprints of
    version 1.
    """
    return _unasked(rule, document) or _evaluated(_Evaluation(rule, document, former=former), most)


def undecided(rule: Rule, document: Document, reason: str) -> Outcome:
    """Return the outcome of a rule that was not evaluated on a document, with the reason as error.

    It is the usual outcome if the document is broken or the rule does not apply to its kind.
    """
    known = _unasked(rule, document)
    return known or Outcome(Status.ERROR, (_Evaluation(rule, document).undecided((), reason),))


def _unasked(rule: Rule, document: Document) -> Outcome | None:
    """Return the outcome that is known without evaluation; None if the rule must be evaluated."""
    if document.problems or document.kind is None:
        return Outcome(Status.ERROR)
    return None if _is_about(rule, document, document.kind) else Outcome(Status.SKIP)


def _is_about(rule: Rule, document: Document, kind: Kind) -> bool:
    """Return whether a rule applies to a document of a kind.

    What only limits others grants nothing by itself: rules about grants of its family do not apply.
    What several policies allow together was not written by anyone: rules about form and guards are
    asked of each policy.
    """
    if document.members is not None and rule.file.about in (About.FORM, About.GUARDS):
        return False
    if rule.kind != kind.name and rule.file.about is About.GRANTS and not kind.grants:
        return False
    return kind.belongs_to(rule.kind)


def _evaluated(evaluation: _Evaluation, left: int) -> Outcome:
    findings: list[Finding] = []
    mistake = ""
    try:
        with cel.budget(), noted(evaluation.notes):
            for finding in evaluation.findings():
                left -= finding.size
                if left < 0:
                    mistake = (
                        f"more than {MOST_FINDINGS:,} findings on one document (a long one counts "
                        "as several): the rest are not shown"
                    )
                    break
                findings.append(finding)  # findings before an error are kept
    except cel.BudgetError as error:
        mistake = error.message
    except MemoryError:
        mistake = "not enough memory: simplify the rule or the document, or raise --max-memory"
    except Exception as error:  # noqa: BLE001 - our own mistake must not hide other findings
        mistake = f"internal error, please report it: {error!r}"
    if mistake:  # only here has the evaluation's memory been released
        findings.append(evaluation.undecided((), mistake))
    return Outcome(evaluation.status, tuple(findings), tuple(evaluation.claimed))


def broken(document: Document) -> Iterator[Finding]:
    """Yield one finding for each problem of a document; there is none if it is valid."""
    for problem in document.problems:
        place = Place(problem.pointer, problem.location, problem.excerpt, problem.skipped)
        identity = (document.file, *filter(None, [document.part]))
        yield Finding(
            rule=DOCUMENT_RULE,
            severity=Severity.CRITICAL,
            status=Status.ERROR,
            file=document.file,
            part=document.part,
            kind=document.kind.name if document.kind else "",
            subject="",
            place=place,
            related=(),
            message=document.shown(problem.message),
            fingerprint=digest(DOCUMENT_RULE, *identity, problem.pointer, problem.message),
        )


class _UndecidedError(Exception):
    """Raised if a condition gave no boolean; the text says which one and why.

    `unknown` is what the document leaves open and the condition depends on, if that is why.
    """

    def __init__(self, message: str, unknown: cel.Unknown | None = None) -> None:
        super().__init__(message)
        self.unknown = unknown


class _DoubtError(_UndecidedError):
    """Raised if a condition gave no boolean because it depends on what the document leaves open."""


class _ExhaustedError(_UndecidedError):
    """Raised if a condition gave no boolean because the rule's budget for the document is spent."""


class _Evaluation:
    """The evaluation of one rule on one document, subject by subject."""

    def __init__(self, rule: Rule, document: Document, *, former: bool = False) -> None:
        self.rule = rule
        self.document = document
        self.status = Status.SKIP
        self.identities = Identities(rule, document, former=former)
        self.notes: Notes | None = {} if rule.file.about in (None, About.GRANTS) else None
        """What the rule asks about the subject, unless it is about guards or form."""
        self.claimed: list[Claimed] = []

    def findings(self) -> Iterator[Finding]:
        """Yield findings, and set `status` to the worst status so far."""
        try:
            subjects = self._subjects()
        except _UndecidedError as error:
            yield self.undecided((), str(error), unknown=error.unknown)
            return
        first = dict(self.notes or {})
        for route, subject in subjects:
            if self.notes is not None:
                self.notes.clear()
                self.notes.update(first)
            variables = {self.rule.subject: subject} if self.rule.for_each else {}
            activation = self._activation(variables)
            try:
                applies = self._when(activation)
                if applies is False:
                    continue
                # what is met is not violated, even where it is in doubt whether the rule applies
                doubt = applies if isinstance(applies, _DoubtError) else None
                self._met(Status.PASS)
                for requirement in self.rule.requirements:
                    yield from self._decide(requirement, route, activation, doubt)
            except _ExhaustedError as error:
                yield self.undecided(route, str(error))
                return
            except _UndecidedError as error:
                yield self.undecided(route, str(error))

    def _when(self, activation: cel.Activation) -> bool | _DoubtError:
        """Return whether the rule applies to a subject, or why that is in doubt."""
        if self.rule.when is None:
            return True
        try:
            return _truth("when", self.rule.when, activation)
        except _DoubtError as error:
            return error

    def _subjects(self) -> list[tuple[Route, object]]:
        if self.rule.for_each is None:
            return [((), None)]
        try:
            found = self.rule.for_each.evaluate(self._activation({}))
        except cel.EvaluationError as error:
            raise _refusal("for_each", error) from error
        if not isinstance(found, list | tuple):
            message = f"`for_each` must be a list of subjects, not {type_name(found)}"
            raise _UndecidedError(message)
        routes = [self.document.route(item) for item in found]
        whole = self.document.route(found) if None in routes else None
        return [
            (((*whole, index) if whole is not None else ()) if route is None else route, item)
            for index, (route, item) in enumerate(zip(routes, found, strict=True))
        ]

    def _activation(self, variables: dict[str, object]) -> cel.Activation:
        values = {"params": self.rule.params, **variables}
        return cel.Activation(values, self.rule.let, self.document.activation)

    def _decide(
        self,
        requirement: Requirement,
        route: Route,
        activation: cel.Activation,
        doubt: _DoubtError | None,
    ) -> Iterator[Finding]:
        try:
            if _truth("require", requirement.that, activation):
                return
        except _ExhaustedError:
            raise
        except _UndecidedError as error:
            yield self._unsettled(requirement, route, error, doubt)
            return
        if doubt is not None:
            yield self._unsettled(requirement, route, None, doubt)
            return
        self._met(Status.FAIL)
        asks = tuple(self.notes or ())
        activation = activation.certain()
        routes = self._pointed(requirement.at, activation) or [route]
        message = filled(requirement.message, activation)
        found = self._finding(Status.FAIL, route, routes, message, requirement.text, asks=asks)
        if self.rule.file.about is About.GRANTS:
            self._claim(found.fingerprint, asks, (*routes, route))
        yield found

    def _claim(self, fingerprint: str, asks: tuple[Ask, ...], routes: tuple[Route, ...]) -> None:
        """Keep what a violation claims, to find its cause."""
        rule = self.rule
        alike = rule.for_each is None
        self.claimed.append(Claimed(fingerprint, rule.id, rule.severity, asks, routes, alike))

    def _unsettled(
        self,
        requirement: Requirement,
        route: Route,
        error: _UndecidedError | None,
        doubt: _DoubtError | None,
    ) -> Finding:
        """Return the error of a requirement that is undecided, or is not met where `when` is so."""
        if error is None:
            message = f"`require` is not met (`{requirement.text[:_LONGEST_SHOWN]}`), and {doubt}"
        elif doubt is None:
            message = str(error)
        elif str(error).partition(": ")[2] == (why := str(doubt).partition(": ")[2]):
            message = f"neither `when` nor `require` could be decided: {why}"
        else:
            message = f"{error}; and {doubt}"
        unknowns = (each.unknown for each in (doubt, error) if each is not None)
        unknown = next(filter(None, unknowns), None)
        return self.undecided(route, message, requirement.text, unknown)

    def undecided(
        self, route: Route, message: str, asked: str = "", unknown: cel.Unknown | None = None
    ) -> Finding:
        """Return the error that says why the rule could not be decided on a subject.

        It points to the unknown that it depends on, or else to the subject.
        """
        self._met(Status.ERROR)
        message = explained(self.document, message)
        stands = route_of(self.document, unknown)
        if unknown is None or stands is None:
            return self._finding(Status.ERROR, route, [route], message, asked)
        found = self._finding(Status.ERROR, route, [stands], message, asked)
        return found._replace(place=self._place(stands, location_of(self.document, unknown)))

    def _met(self, status: Status) -> None:
        self.status = max(self.status, status, key=WORST.__getitem__)

    def _pointed(self, at: cel.Program | None, activation: cel.Activation) -> list[Route]:
        """Return the routes that a rule's `at` names; a fault in `at` never changes the verdict."""
        if at is None:
            return []
        try:
            value = at.evaluate(activation)
        except cel.EvaluationError:
            return []
        whole = self.document.route(value)
        items = value if isinstance(value, list | tuple) and whole is None else [value]
        try:
            spend(len(items))
        except cel.BudgetError:
            return []
        routes = (
            self.document.resolve(item) if isinstance(item, str) else self.document.route(item)
            for item in items
        )
        return list(dict.fromkeys(route for route in routes if route is not None))

    def _finding(  # noqa: PLR0913 - what a finding consists of
        self,
        status: Status,
        subject: Route,
        routes: list[Route],
        message: str,
        asked: str,
        *,
        asks: tuple[Ask, ...] = (),
    ) -> Finding:
        """Return a finding.

        `asked` is the text of the requirement. It distinguishes findings of different requirements
        at the same place. `asks` is what the rule asked about the policy.
        """
        places = [self._place(route) for route in routes[: _MOST_RELATED + 1]]
        if status is Status.FAIL:
            spend(len(routes))
        found = self.identities.of(subject, routes, asked, asks)
        return Finding(
            rule=self.rule.id,
            severity=self.rule.severity,
            status=status,
            file=self.document.file,
            part=self.document.part,
            kind=self.rule.kind,
            subject=pointer(subject),
            place=places[0],
            related=tuple(places[1:]),
            message=self.document.shown(message),
            fingerprint=found.fingerprint,
            basis=found.basis,
            former=found.former,
        )

    def _place(self, route: Route, within: Location | None = None) -> Place:
        reading = self.document.reading
        if reading is None:
            return Place(pointer(route))
        location = within or reading.locate(route)
        shown = excerpt(reading.line(location.line), location.column)
        whole = reading.file_pointer(route)
        return Place(pointer(route), location, *shown, whole if whole != pointer(route) else "")


def _truth(name: str, program: cel.Program, activation: cel.Activation) -> bool:
    try:
        value = program.evaluate(activation)
    except cel.EvaluationError as error:
        raise _refusal(name, error) from error
    if not isinstance(value, bool):
        raise _UndecidedError(f"`{name}` must be true or false, not {type_name(value)}")
    return value


def _refusal(name: str, error: cel.EvaluationError) -> _UndecidedError:
    message = f"`{name}` could not be decided: {reason(error)}"
    if isinstance(error, cel.DoubtError):
        return _DoubtError(message, error.unknown)
    return (_ExhaustedError if isinstance(error, cel.BudgetError) else _UndecidedError)(message)
