"""Distributes the documents of a job among processes and collects their decisions in order.

If a process dies, only the rule and the document that it was working on are lost. That is an
error, and another process decides the rest.
"""

from __future__ import annotations

import heapq
import select
import signal
from collections.abc import Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

from checker.problems import InputError, Problem
from checker.workers.bounds import Bounds, Workers
from checker.workers.job import READING, Job, lost
from checker.workers.process import Channel, Process, start
from checker.workers.watch import SENDING, Watch, address_space, confine, seen

_LONGEST = 32
"""The most documents that a process is given at once."""
_AHEAD = 64 << 20
"""Bytes of decisions that are kept while an earlier document is still undecided."""


_Decision = TypeVar("_Decision")


class _Task(NamedTuple):
    """Documents to decide: the indices from `first` up to, but not including, `end`."""

    first: int
    end: int
    spent: float = 0
    """Seconds that processes which died have spent on the first document."""
    refused: Mapping[int, str] = {}
    """Stages of the first document that are not tried again, and why."""


class Crew(Generic[_Decision]):
    """Gives tasks to processes and collects their decisions."""

    def __init__(self, job: Job[_Decision], workers: Workers) -> None:
        self._job = job
        self._bounds = workers.bounds
        self._before = address_space()
        total = job.size
        self._jobs = workers.count(total)
        length = max(1, min(_LONGEST, total // (self._jobs * 4)))
        self._tasks = [
            _Task(first, min(first + length, total)) for first in range(0, total, length)
        ]
        """A heap, so that the earliest document is always given out first."""
        self._alive: list[Process] = []
        self._busy: dict[int, tuple[Process, _Task]] = {}
        """For each pipe that results arrive through: the process, and what is left of its task."""
        self._idle: list[Process] = []
        self._results: dict[int, tuple[_Decision, int]] = {}
        """For each document that is decided: the decision, and its size in bytes."""
        self._ahead = 0
        """The size of all decisions in `_results`, in bytes."""
        self._next = 0

    def decisions(self) -> Iterator[_Decision]:
        """Yield a decision for every document, in order."""
        for index in range(self._job.size):
            self._next = index
            while index not in self._results:
                self._hand_out()
                if self._busy:
                    self._gather()
                elif index not in self._results:
                    # INVARIANT: never wait for a document that no process decides.
                    message = f"document {index} was given to no process"
                    raise RuntimeError(message)
            decision, size = self._results.pop(index)
            self._ahead -= size
            yield decision

    def end(self) -> None:
        """Kill all processes."""
        while self._alive:
            self._alive.pop().end(kill=True)

    def _hand_out(self) -> None:
        while self._tasks and (self._idle or len(self._busy) < self._jobs):
            if self._ahead > _AHEAD and self._tasks[0].first > self._next:
                return
            process = self._idle.pop() if self._idle else self._started()
            if process is None:
                return
            task = heapq.heappop(self._tasks)
            self._busy[process.channel.reading] = process, task
            try:
                process.channel.send(task)
            except OSError:
                del self._busy[process.channel.reading]
                self._died(process, task)

    def _started(self) -> Process | None:
        """Return a new process, or None if the system allows no more than are running."""
        job, bounds, before = self._job, self._bounds, self._before
        try:
            process = start(lambda channel: _serve(channel, job, bounds, before), self._alive)
        except OSError as error:
            if self._alive:
                self._jobs = len(self._alive)
                return None
            message = f"no process can be started: {error.strerror}; --jobs 0 needs none"
            raise InputError(Problem("--jobs", message)) from error
        self._alive.append(process)
        return process

    def _gather(self) -> None:
        """Wait until a process has sent a decision or has died, and take what has arrived.

        If enough decisions are kept, listen only to the process that decides the next document.
        """
        pipes = list(self._busy)
        if self._ahead > _AHEAD:
            pipes = [pipe for pipe in pipes if self._busy[pipe][1].first == self._next] or pipes
        poll = select.poll()
        for pipe in pipes:
            poll.register(pipe, select.POLLIN)
        for pipe, _ in poll.poll():
            process, task = self._busy.pop(pipe)
            try:
                (index, decision), size = process.channel.receive_sized()
            except EOFError:
                self._died(process, task)
                continue
            # INVARIANT: no document is skipped, and no decision is taken for another document's.
            if index != task.first:
                message = f"document {task.first} was to be decided, not {index}"
                raise RuntimeError(message)
            self._results[index] = decision, size
            self._ahead += size
            if index + 1 < task.end:
                self._busy[pipe] = process, _Task(index + 1, task.end)
            else:
                self._idle.append(process)

    def _died(self, process: Process, task: _Task) -> None:
        """Put back the rest of a dead process's task, without the stage that it died in."""
        document, stage, spent = seen(process.channel)
        self._alive.remove(process)
        code = process.end(kill=False)
        if document != task.first:
            stage, spent = READING, task.spent  # it died before it began
        if task.first + 1 < task.end:
            heapq.heappush(self._tasks, _Task(task.first + 1, task.end))
        slow = code == -signal.SIGPROF
        advice = "" if stage == READING else self._job.advice
        reason = self._bounds.exceeded(advice) if slow else _died_of(code)
        if stage < 0 or stage in task.refused:
            self._results[task.first] = lost(self._job, task.first, reason), 0
            return
        spent += self._bounds.seconds if slow else 0
        refused = {**task.refused, stage: reason}
        heapq.heappush(self._tasks, _Task(task.first, task.first + 1, spent, refused))


def _died_of(code: int) -> str:
    by = f"signal {-code}" if code < 0 else f"exit code {code}"
    return (
        f"the process that decided it ended with {by}; if it ran out of memory, raise --max-memory"
    )


def _serve(channel: Channel, job: Job[object], bounds: Bounds, before: int) -> None:
    """Do tasks until there are no more.

    `before` is the size of the address space when the crew was created, in bytes. What the parent
    allocated after that is shared with this process and does not count towards its limit.
    """
    confine(bounds.max_memory + max(0, address_space() - before))
    watch = Watch(channel, bounds)
    while True:
        try:
            task: _Task = channel.receive()
        except EOFError:
            return
        for index in range(task.first, task.end):
            known = task.refused if index == task.first else {}
            watch.document(index, task.spent if index == task.first else 0)

            def refused(stage: int, known: Mapping[int, str] = known) -> str:
                in_time = watch.stage(stage) or stage == READING
                return known.get(stage, "" if in_time else bounds.exhausted())

            decision = job.decide(index, refused)
            watch.stage(SENDING)
            channel.send((index, decision))
