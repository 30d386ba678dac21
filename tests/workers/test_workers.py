"""Processes that decide: what dies with one of them is an error, and nothing is lost."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from checker import cli, rules
from checker.documents import Selection, find
from checker.kinds.kind import Kind
from checker.problems import InputError
from checker.reader import AS_GIVEN, Limits
from checker.report import Report, Status
from checker.rules import Rule
from checker.run import pipeline
from checker.run.decide import Decision, Work
from checker.run.together import Decided
from checker.settings import Settings
from checker.workers import Bounds, Workers, crew, decide_all, process
from checker.workers.job import READING, Refused
from checker.workers.watch import address_space
from tests.support.command import ROOT
from tests.support.mishaps import abort, hoard, spin

POLICY = (ROOT / "examples" / "violations" / "ecr-push-to-one-repository.json").read_text()
DOCUMENTS = 24
DECIDE = Work.decide
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system knows no fork")


@pytest.fixture(scope="module")
def ecr(known_kinds: dict[str, Kind]) -> Sequence[Rule]:
    return rules.load(["builtin:ecr"], known_kinds, {}, Limits()).rules


@pytest.fixture
def work(tmp_path: Path, ecr: Sequence[Rule], known_kinds: dict[str, Kind]) -> Work:
    for number in range(DOCUMENTS - 1):
        (tmp_path / f"{number:02}.json").write_text(POLICY, encoding="utf-8")
    (tmp_path / "broken.json").write_text('{"Statement": ', encoding="utf-8")
    selection = Selection([str(tmp_path)], known_kinds)
    return Work(ecr, find(selection, AS_GIVEN), selection, Limits())


def alone(work: Work) -> list[Decision]:
    return list(decide_all(work, None))


def document(decision: Decision) -> Decided:
    """Return what was decided on the one document of a file."""
    (found,) = decision.documents
    return found


def together(work: Work, jobs: int, bounds: Bounds | None = None) -> list[Decision]:
    return list(decide_all(work, Workers(jobs, bounds or Bounds())))


@pytest.mark.parametrize("jobs", [1, 2, 3, 50])
def test_any_number_of_processes_decides_the_same_in_the_same_order(work: Work, jobs: int) -> None:
    assert together(work, jobs) == alone(work)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # none is left


FATAL: dict[str, tuple[Callable[[], object], str]] = {
    "killed": (lambda: os.kill(os.getpid(), signal.SIGKILL), "ended with signal 9"),
    "crashed": (abort, "ended with signal 6"),
    "exited": (lambda: os._exit(7), "ended with exit code 7"),
    "slow": (spin, "within 0.2 s of processor time"),
}


def stumble(
    monkeypatch: pytest.MonkeyPatch, at: int, stage: int, what: Callable[[], object]
) -> None:
    """Let something happen to whatever process comes to a stage of a document."""

    def stumbling(work: Work, index: int, refused: Refused) -> Decision:
        def asked(now: int) -> str:
            reason = refused(now)
            if not reason and (index, now) == (at, stage):
                what()
            return reason

        return DECIDE(work, index, asked)

    monkeypatch.setattr(Work, "decide", stumbling)


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("end", FATAL)
def test_what_ends_a_process_is_an_error_of_one_rule_on_one_document(
    work: Work, monkeypatch: pytest.MonkeyPatch, end: str, jobs: int
) -> None:
    expected = alone(work)
    what, told = FATAL[end]
    stumble(monkeypatch, 4, 2, what)
    found = together(work, jobs, Bounds(seconds=0.2))
    assert [*found[:4], *found[5:]] == [*expected[:4], *expected[5:]]
    became, right = document(found[4]), document(expected[4])
    assert became.sha256 == right.sha256
    other = [status for number, status in enumerate(became.statuses) if number != 2]
    assert other == [status for number, status in enumerate(right.statuses) if number != 2]
    assert became.statuses[2] is Status.ERROR
    (error,) = [finding for finding in became.findings if finding.status is Status.ERROR]
    assert (error.rule, error.file) == (work.rules[2].id, found[4].file)
    assert told in error.message


@pytest.mark.parametrize("end", FATAL)
@pytest.mark.parametrize("at", [0, 4, DOCUMENTS - 1])
def test_what_ends_a_process_that_reads_is_an_error_of_the_document(
    work: Work, monkeypatch: pytest.MonkeyPatch, end: str, at: int
) -> None:
    expected = alone(work)
    what, told = FATAL[end]
    stumble(monkeypatch, at, READING, what)
    found = together(work, 2, Bounds(seconds=0.2))
    assert [*found[:at], *found[at + 1 :]] == [*expected[:at], *expected[at + 1 :]]
    assert found[at].file == expected[at].file
    assert set(document(found[at]).statuses) == {Status.ERROR}
    (error,) = document(found[at]).findings
    assert error.rule == "valid-document"
    assert told in error.message


def test_every_rule_may_end_its_process(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    def dying(work: Work, index: int, refused: Refused) -> Decision:
        return DECIDE(work, index, lambda stage: refused(stage) or _die(stage))

    def _die(stage: int) -> str:
        if stage >= 0:
            abort()
        return ""

    monkeypatch.setattr(Work, "decide", dying)
    found = together(work, 3)
    assert len(found) == DOCUMENTS
    for decision in found:
        assert set(document(decision).statuses) == {Status.ERROR}
    first = {finding.rule for finding in document(found[0]).findings}
    assert first == {rule.id for rule in work.rules}


def test_a_document_has_three_times_as_long_as_a_rule(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(work: Work, index: int, refused: Refused) -> Decision:
        def asked(stage: int) -> str:
            if not (reason := refused(stage)) and index == 1 and stage >= 0:
                end = time.process_time() + 0.15
                while time.process_time() < end:
                    pass
            return reason

        return DECIDE(work, index, asked)

    monkeypatch.setattr(Work, "decide", slow)
    found = together(work, 2, Bounds(seconds=0.2))
    messages = [finding.message for finding in document(found[1]).findings]
    assert any("because the rules before took 0.6 s of processor time" in each for each in messages)
    assert Status.ERROR not in document(found[1]).statuses[:2]
    assert set(document(found[1]).statuses[5:]) == {Status.ERROR}
    assert Status.ERROR not in document(found[2]).statuses


def test_memory_that_runs_out_is_an_error_of_one_rule(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = alone(work)
    stumble(monkeypatch, 4, 2, hoard)
    found = together(work, 2, Bounds(max_memory=1 << 30))
    assert [*found[:4], *found[5:]] == [*expected[:4], *expected[5:]]
    findings = document(found[4]).findings
    (error,) = [finding for finding in findings if finding.status is Status.ERROR]
    assert "--max-memory" in error.message


def test_a_process_that_dies_idle_is_replaced(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    def mortal(channel: process.Channel, work: Work, bounds: Bounds, *_: object) -> None:
        serve(channel, work, bounds, most=1)

    serve = _serving
    monkeypatch.setattr(crew, "_serve", mortal)
    found = together(work, 2)
    assert len(found) == DOCUMENTS


def _serving(channel: process.Channel, work: Work, bounds: Bounds, most: int) -> None:
    del bounds
    for _ in range(most):
        task = channel.receive()
        for index in range(task.first, task.end):
            channel.cells[0] = index
            channel.send((index, DECIDE(work, index)))


def test_a_document_that_is_passed_over_is_noticed(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def skipping(channel: process.Channel, work: Work, *_: object) -> None:
        while True:
            task = channel.receive()
            channel.send((task.first + 1, DECIDE(work, task.first + 1)))

    monkeypatch.setattr(crew, "_serve", skipping)
    with pytest.raises(RuntimeError, match="document 0 was to be decided, not 1"):
        together(work, 1)


def test_a_run_that_lost_a_document_has_no_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def losing(work: Work, workers: Workers | None) -> Iterator[Decision]:
        decided = decide_all(work, workers)
        next(decided)
        yield from decided

    (tmp_path / "a.json").write_text(POLICY, encoding="utf-8")
    (tmp_path / "b.json").write_text(POLICY, encoding="utf-8")
    monkeypatch.setattr(pipeline, "decide_all", losing)
    with pytest.raises(SystemExit) as caught:
        cli.main(["builtin:ecr", str(tmp_path), "--no-config"])
    assert caught.value.code == 2
    written = capsys.readouterr()
    assert "1 of 2 files were decided" in written.err
    assert "the check is not complete" in written.err
    assert written.out == ""


def test_no_process_where_there_are_threads(work: Work) -> None:
    """A fork would leave the locks of other threads locked for ever."""
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert together(work, 2) == alone(work)
    finally:
        stop.set()
        thread.join()


def test_a_system_that_allows_no_process_is_told(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    before = len(os.listdir("/dev/fd"))  # noqa: PTH208 - their count is all that matters
    monkeypatch.setattr(os, "fork", refuse)
    with pytest.raises(InputError, match="no process can be started: Resource temp"):
        together(work, 2)
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208 - as above


def test_fewer_processes_do_where_the_system_allows_no_more(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = alone(work)
    forks = iter([os.fork])

    def limited() -> int:
        fork = next(forks, None)
        if fork is None:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return fork()

    monkeypatch.setattr(os, "fork", limited)
    assert together(work, 4) == expected


def test_no_document_needs_no_process(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", None)
    selection = Selection([], work.selection.kinds)
    assert together(Work(work.rules, find(selection, AS_GIVEN), selection, Limits()), 2) == []


@pytest.mark.parametrize(
    ("jobs", "documents", "count"),
    [(None, 0, 1), (None, 1, 1), (None, 200, 1), (3, 2, 2), (3, 100, 3), (1, 9, 1)],
)
def test_a_process_is_started_only_where_it_pays(
    jobs: int | None, documents: int, count: int
) -> None:
    assert Workers(jobs).count(documents) == count


def test_many_documents_take_as_many_processes_as_there_are_processors() -> None:
    assert Workers().count(1_000_000) == min(8, len(os.sched_getaffinity(0)))


def test_a_report_is_the_same_in_this_process_and_in_others(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(POLICY, encoding="utf-8")

    def report(workers: Workers | None) -> Report:
        return pipeline.check(
            Settings(rules=["builtin"], policies=[str(tmp_path)], workers=workers)
        )

    assert report(None) == report(Workers(2))


def test_what_is_decided_early_is_not_kept_without_end(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one document takes its time, no more of the others is kept than a bound."""
    expected = alone(work)

    def slow(work: Work, index: int, refused: Refused) -> Decision:
        if index == 0:
            time.sleep(1)
        return DECIDE(work, index, refused)

    monkeypatch.setattr(Work, "decide", slow)
    monkeypatch.setattr(crew, "_AHEAD", 1)
    ahead = []
    hired = crew.Crew(work, Workers(2))
    try:
        found = hired.decisions()
        first = next(found)
        ahead.append(len(hired._results))  # noqa: SLF001 - what is kept shows nowhere else
        assert [first, *found] == expected
    finally:
        hired.end()
    assert ahead[0] <= 1


def test_what_is_gathered_takes_no_memory_from_a_process_that_is_started_late(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = alone(work)
    stumble(monkeypatch, 4, READING, lambda: os.kill(os.getpid(), signal.SIGKILL))
    found, gathered = [], b""
    for decision in decide_all(work, Workers(1, Bounds(max_memory=address_space() + (64 << 20)))):
        gathered = gathered or bytes(256 << 20)
        found.append(decision)
    assert found[:4] + found[5:] == expected[:4] + expected[5:]


def test_timers_hold_where_their_signal_was_ignored(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    stumble(monkeypatch, 4, 2, spin)
    before = signal.signal(signal.SIGPROF, signal.SIG_IGN)
    try:
        found = together(work, 1, Bounds(seconds=0.2))
    finally:
        signal.signal(signal.SIGPROF, before)
    assert document(found[4]).statuses[2] is Status.ERROR


@pytest.mark.parametrize("most", range(3, 14))
def test_a_process_that_cannot_have_its_pipes_leaves_none_open(
    work: Work, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    given: list[int] = []
    right = os.pipe

    def pipe() -> tuple[int, int]:
        if len(given) >= most:
            raise OSError(24, "Too many open files")
        given.extend(right())
        return given[-2], given[-1]

    monkeypatch.setattr(os, "pipe", pipe)
    before = set(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else set()  # noqa: PTH112, PTH208
    if most < 5:
        with pytest.raises(InputError, match="no process can be started"):
            together(work, 2)
    else:
        assert together(work, 2) == alone(work)
    if before:
        assert set(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


@pytest.mark.parametrize("ahead", [0, 10_000, crew._AHEAD])  # noqa: SLF001 - shows nowhere else
@pytest.mark.parametrize("length", [1, 2])
def test_nothing_is_lost_where_little_is_kept_and_processes_die(
    work: Work, monkeypatch: pytest.MonkeyPatch, ahead: int, length: int
) -> None:
    expected = alone(work)
    fatal = {0, 1, 5, DOCUMENTS - 2}

    def dying(work: Work, index: int, refused: Refused) -> Decision:
        time.sleep(0.05 * (index % 3))
        if index in fatal and not refused(READING):
            os.kill(os.getpid(), signal.SIGKILL)
        return DECIDE(work, index, refused)

    monkeypatch.setattr(Work, "decide", dying)
    monkeypatch.setattr(crew, "_AHEAD", ahead)
    monkeypatch.setattr(crew, "_LONGEST", length)
    found = together(work, 3)
    assert [each.file for each in found] == [each.file for each in expected]
    for index, (each, right) in enumerate(zip(found, expected, strict=True)):
        assert each == right or index in fatal
