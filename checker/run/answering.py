"""Asks a question about every policy of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, cast

from checker import cel, documents
from checker.documents import Document, Listing, Outcome, Selection, lost
from checker.errors import Unknown
from checker.iam.patterns import Undecided
from checker.iam.statement import Policy
from checker.kinds.aws_iam_policy import NAME
from checker.problems import Problem, Route, excerpt, pointer
from checker.reader import Limits
from checker.report import Answer, Answered, Answers, FileCounts, Place
from checker.run.inputs import idle_globs, selection
from checker.run.proofs import proof_of
from checker.run.questions import Question
from checker.run.unknowns import explained, location_of, route_of
from checker.settings import Settings
from checker.workers import decide_all, restrained
from checker.workers.job import PART, READING, Refused, never

Progress = Callable[[int, int], None]
"""Called with the number of files decided so far, and the number of all files."""


def answers(
    settings: Settings, question: Question, progress: Progress = lambda _done, _all: None
) -> Answers:
    """Return the answers to a question about all policies of a run.

    A file that cannot be read is an answer that is undecided. Raises InputError if the
    configuration or a kind cannot be used.
    """
    with restrained(settings.workers, "the list of policies"):
        chosen = selection(settings)
        listing = documents.find(chosen, settings.root, settings.limits)
        idle = idle_globs(listing, settings)
    work = _Work(question, listing, chosen, settings.limits)
    decided: list[_Decided] = []
    for each in decide_all(work, settings.workers):
        decided.append(each)
        progress(len(decided), work.size)
    # INVARIANT: a file that was lost during the run must not count as one without a policy.
    if len(decided) != work.size:
        message = f"{len(decided)} of {work.size} files were decided"
        raise RuntimeError(message)
    return Answers(
        question.asked,
        tuple(answer for each in decided for answer in each.answers),
        FileCounts(
            read=len(decided),
            without=sum(each.outcome is Outcome.NONE for each in decided),
            mentioned=tuple(each.file for each in decided if each.outcome is Outcome.MENTIONED),
            unread=tuple(each.file for each in decided if each.outcome is Outcome.UNREAD),
            excluded=listing.excluded,
            ignored=listing.ignored,
            idle_globs=idle,
        ),
        settings.config.input,
        settings.strict,
        chosen.kinds[NAME].facts(),
    )


class _Decided(NamedTuple):
    """The outcome of one file, and the answers about its documents."""

    file: str
    outcome: Outcome
    answers: tuple[Answered, ...]


class _Work(NamedTuple):
    """The work of a run: one question about every document of every file of a listing."""

    question: Question
    listing: Listing
    selection: Selection
    limits: Limits

    @property
    def advice(self) -> str:
        """Return what to simplify, for the message about a policy that takes too long."""
        return "the policy or what is asked"

    @property
    def size(self) -> int:
        """Return the number of files."""
        return self.listing.size

    def decide(self, index: int, refused: Refused = never) -> _Decided:
        """Ask about the documents of the file at `index`. Each document is one stage."""
        name = self.listing.name(index)
        if reason := refused(READING):
            answer = answered(self.question, lost(name, reason))
            return _Decided(name, Outcome.DOCUMENTS, (answer,))
        contents = documents.load(index, self.listing, self.selection, self.limits)
        found = tuple(self._answers(contents.documents, refused))
        return _Decided(name, Outcome.DOCUMENTS if found else contents.otherwise, found)

    def _answers(self, found: Iterable[Document], refused: Refused) -> Iterator[Answered]:
        for number, document in enumerate(found):
            refused(PART)
            yield answered(self.question, document, refused(number))


def answered(question: Question, document: Document, refused: str = "") -> Answered:
    """Return the answer to a question about a document.

    `refused` says why it must not be decided; it is empty if it may be.
    """
    if document.problems or document.kind is None:
        return _undecided(document, *document.problems)
    if not document.kind.belongs_to(NAME):
        return _answer(document, Answer.SKIPPED, reason="documents that are no IAM policies")
    unknown: Unknown | None = None
    try:
        if not refused:
            policy = cast("Policy", document.kind.bind(document.data)["policy"])
            with cel.budget():
                return _told(question, document, policy)
        message = refused
    except cel.BudgetError:
        message = "too much work to decide: simplify the policy or what is asked"
    except Undecided as error:
        message, unknown = explained(document, str(error)), error.unknown
    except MemoryError:
        message = "not enough memory to decide it: split it, or raise --max-memory"
    except Exception as error:  # noqa: BLE001 - our own mistake must not hide other answers
        message = f"internal error, please report it: {error!r}"
    return _undecided(document, _problem(document, message, unknown))


def _told(question: Question, document: Document, policy: Policy) -> Answered:
    found = question.decide(policy)
    if found.reason:
        return _answer(document, Answer.SKIPPED, reason=found.reason)
    if found.request is None:
        return _answer(document, Answer.NO)
    if document.doubt:
        raise Undecided(f"it is allowed, {document.doubt}")
    answer = _answer(document, Answer.YES)._replace(
        proof=proof_of(found.request, document.shown), actions=found.actions
    )
    if found.statement is None:
        return answer
    place = _place(document, found.statement.route)
    return answer._replace(sid=found.statement.sid, place=place)


def _answer(document: Document, answer: Answer, reason: str = "") -> Answered:
    return Answered(document.file, document.address, answer, reason=reason)


def _undecided(document: Document, *problems: Problem) -> Answered:
    return Answered(document.file, document.address, Answer.UNDECIDED, problems=problems)


def _problem(document: Document, message: str, unknown: Unknown | None) -> Problem:
    """Return why a question about a document is undecided, with the place of what is unknown."""
    message = document.shown(message)
    route = route_of(document, unknown)
    if unknown is None or route is None or document.reading is None:
        return Problem(document.file, message)
    return document.reading.problem(message, route, location_of(document, unknown))


def _place(document: Document, route: Route) -> Place | None:
    if document.reading is None:
        return None
    location = document.reading.locate(route)
    shown = excerpt(document.reading.line(location.line), location.column)
    whole = document.reading.file_pointer(route)
    return Place(pointer(route), location, *shown, whole if whole != pointer(route) else "")
