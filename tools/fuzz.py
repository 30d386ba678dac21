"""Checks random inputs for some time, and prints each one that was answered wrongly.

    PYTHONPATH=. python tools/fuzz.py --seconds 3600 [--target T]... [--seed N] [--keep DIR]

The targets are those of `tests/fuzz`; each gets an equal share of the time, in a process of its own
that is watched: an input that takes longer than `--patience` is a hang, by the processor's time or
by ten times as much on the clock, and a process that dies is a crash. What is answered wrongly is
made smaller and written to `--keep`, by target; put it into `tests/fuzz/corpus`, so that it never
comes back.

With `--guided` the coverage of `checker` guides the inputs; that needs atheris, which is no
dependency (`pip install atheris`). Exits 1 where anything was answered wrongly.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import multiprocessing
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from ctypes import Array, c_double
from multiprocessing import sharedctypes
from pathlib import Path
from typing import Any

from tests.fuzz.case import Answer, Case, Target

_MOST = 20
"""Inputs answered wrongly that one process writes, so that a single fault fills no disk."""
_POLL = 0.2
"""Seconds between two looks at a process."""
_TO_BEGIN = 120
"""Seconds until a process has to have begun."""
_CLOCK = 10
"""How much longer an input may take by the clock, where the machine has other things to do."""
_ANSWERS = tuple(Answer)
_SEED, _SINCE, _BEGUN = range(len(_ANSWERS), len(_ANSWERS) + 3)
"""Where the memory that a process shares with us tells what it is at; before, its counts."""


def main() -> int:
    """Print a row for each target; return 1 where something was answered wrongly."""
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - what is guided imports it by itself

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--target", action="append", choices=list(TARGETS), default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir(), "fuzz-found"))
    parser.add_argument("--patience", type=float, default=20, help="processor seconds an input")
    parser.add_argument("--guided", action="store_true", help="by coverage; needs atheris")
    parser.add_argument("--json", action="store_true", help="print the counts alone, as JSON")
    options = parser.parse_args()
    names = options.target or list(TARGETS)
    counts = {}
    for name in names:
        counts[name] = _share(name, options.seconds / len(names), options)
        if not options.json:
            _row(name, counts[name], title=name == names[0])
    total = sum(counts.values(), Counter[Answer]())
    if options.json:
        print(json.dumps({"inputs": total.total()} | {each: total[each] for each in _ANSWERS[1:]}))
    else:
        _row("all", total)
    return 0 if total.total() == total[Answer.RIGHT] else 1


def _row(name: str, count: Counter[Answer], *, title: bool = False) -> None:
    if title:
        answers = "".join(f"{answer:>14}" for answer in _ANSWERS[1:])
        print(f"{'target':10}{'inputs':>12}{answers}")
    cells = "".join(f"{count[answer]:>14,}" for answer in _ANSWERS[1:])
    print(f"{name:10}{count.total():>12,}{cells}", flush=True)


def _share(name: str, seconds: float, options: argparse.Namespace) -> Counter[Answer]:
    """Give a target some time, in processes that are begun anew after one hung or died."""
    counts: Counter[Answer] = Counter()
    left, first = seconds, 0
    while left > 0:
        shared = sharedctypes.RawArray(c_double, _BEGUN + 1)
        process = multiprocessing.get_context("spawn").Process(
            target=_work, args=(name, first, left, options, shared), daemon=True
        )
        process.start()
        hung = _hangs(process, shared, options.patience * _CLOCK)
        left -= time.monotonic() - (shared[_BEGUN] or -seconds)
        counts.update(dict(zip(_ANSWERS, map(int, shared), strict=False)))
        if not hung and process.exitcode == 0:
            break
        at = int(shared[_SEED])
        counts[Answer.HANG if hung else Answer.CRASH] += 1
        why = "it takes too long" if hung else f"the process died ({process.exitcode})"
        print(f"{name}: {why}: seed {options.seed}:{name}:{at}", file=sys.stderr, flush=True)
        first = at + 1
    return counts


def _hangs(process: Any, shared: Array[c_double], patience: float) -> bool:
    """Wait for a process; return whether it hung, and was ended by us or by the limit it set."""
    at_first = time.monotonic() + _TO_BEGIN
    while process.is_alive():
        process.join(_POLL)
        since = shared[_SINCE] or at_first
        if time.monotonic() - since > patience:
            process.kill()
            process.join()
            return True
    return bool(process.exitcode == -signal.SIGXCPU)


def _begins(shared: Array[c_double], patience: float, more: float = 0) -> None:
    """Note that this process begins with an input, and let it be killed if that takes too long."""
    shared[_SINCE] = time.monotonic() + more
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    seconds = math.ceil(time.process_time() + patience + more)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, most))


def _work(
    name: str, first: int, seconds: float, options: argparse.Namespace, shared: Array[c_double]
) -> None:
    """Try one input after another for some time, which begins when all is loaded."""
    if options.guided:
        _guided(name, seconds, options, shared)
        return
    from tests.fuzz.running import case_of, tried  # noqa: PLC0415 - as above
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415

    target, number = TARGETS[name], first
    tried(target, case_of(target, "warm"))
    shared[_BEGUN] = time.monotonic()
    while time.monotonic() < shared[_BEGUN] + seconds:
        shared[_SEED] = number
        _begins(shared, options.patience)
        seed = f"{options.seed}:{name}:{number}"
        _answered(target, case_of(target, seed), f"seed {seed}", options, shared)
        number += 1


def _answered(
    target: Target, case: Case, seed: str, options: argparse.Namespace, shared: Array[c_double]
) -> None:
    """Count how an input is answered, and write a smaller one where that is badly."""
    from tests.fuzz.running import kept, minimised, tried  # noqa: PLC0415 - as above

    trial = tried(target, case)
    shared[_ANSWERS.index(trial.answer)] += 1
    if trial.answer is Answer.RIGHT or sum(shared[1 : len(_ANSWERS)]) > _MOST:
        return
    if target.raw:  # of any other, what is expected of the whole is not expected of its parts
        _begins(shared, options.patience, more=60)
        case = minimised(target, case, trial)
    path = kept(target, case, options.keep)
    said = f"{target.name}: {trial.answer}: {trial.why[:300]}\n  {trial.where}; {seed}; {path}"
    print(said, file=sys.stderr, flush=True)


def _guided(
    name: str, seconds: float, options: argparse.Namespace, shared: Array[c_double]
) -> None:
    """Try inputs that libFuzzer makes from those which reached something new in `checker`."""
    import atheris  # noqa: PLC0415 - may be absent

    with (
        contextlib.redirect_stderr(io.StringIO()),  # a line for every module
        atheris.instrument_imports(include=["checker"]),
    ):
        from tests.fuzz.running import corpus, read  # noqa: PLC0415
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415
    target = TARGETS[name]
    shared[_BEGUN] = time.monotonic()

    def one(data: bytes) -> None:
        shared[_SEED] += 1
        _begins(shared, options.patience)
        case = Case(target.raw, data) if target.raw else target.make(_Drawn(data))
        _answered(target, case, f"guided, seed {options.seed}", options, shared)

    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(corpus(target) if target.raw else ()):
            Path(folder, str(number)).write_bytes(read(path).content)
        for number in range(20 if target.raw else 0):
            made = target.make(random.Random(number))  # noqa: S311 - no secret
            Path(folder, f"made-{number}").write_bytes(made.content)
        limits = [f"-max_total_time={int(seconds) or 1}", f"-seed={options.seed}", "-max_len=8192"]
        atheris.Setup([sys.argv[0], *limits, "-verbosity=0", "-print_final_stats=0", folder], one)
        atheris.Fuzz()


class _Drawn(random.Random):
    """Draws what some bytes say, and once they are at their end what follows from them."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._data, self._at = data, 0

    def random(self) -> float:
        """Return a float from 0 up to, and without, 1."""
        return self.getrandbits(53) / (1 << 53)

    def getrandbits(self, k: int) -> int:
        """Return an integer of `k` bits."""
        size = (k + 7) // 8
        taken = self._data[self._at : self._at + size]
        self._at += size
        if len(taken) < size:
            return super().getrandbits(k)
        return int.from_bytes(taken, "big") >> (8 * size - k)


if __name__ == "__main__":
    sys.exit(main())
