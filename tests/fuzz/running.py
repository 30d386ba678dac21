"""Runs a target on random inputs, and makes those with a wrong answer as small as possible."""

from __future__ import annotations

import random
import time
import traceback
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.case import Answer, Case, SilentPassError, Target, WrongAnswerError
from tests.fuzz.seeds import CORPUS


class Trial(NamedTuple):
    """An answer, why it is a bad one, and where in our code that showed."""

    answer: Answer
    why: str = ""
    where: str = ""


def case_of(target: Target, seed: str) -> Case:
    """Return the input of a seed."""
    return target.make(random.Random(seed))  # noqa: S311 - no secret


def tried(target: Target, case: Case) -> Trial:
    """Return how a target answers an input."""
    try:
        target.judge(case)
    except SilentPassError as error:
        return Trial(Answer.SILENT, str(error), _where(error))
    except WrongAnswerError as error:
        return Trial(Answer.WRONG, str(error), _where(error))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is a crash
        return Trial(Answer.CRASH, f"{type(error).__name__}: {error}", _where(error))
    return Trial(Answer.RIGHT)


def _where(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def minimised(target: Target, case: Case, trial: Trial, seconds: float = 20) -> Case:
    """Return a shorter input that is answered as badly at the same place."""
    until = time.monotonic() + seconds
    size = len(case.content) // 2
    while size:
        at = 0
        while at < len(case.content) and time.monotonic() < until:
            shorter = case._replace(content=case.content[:at] + case.content[at + size :])
            found = tried(target, shorter)
            if (found.answer, found.where) == (trial.answer, trial.where):
                case = shorter
            else:
                at += size
        size //= 2
    return case


def kept(target: Target, case: Case, folder: Path = CORPUS) -> Path:
    """Write an input to a corpus and return where; its name stays what it was, but for a mark."""
    mark = sha256(case.content).hexdigest()[:8]
    stem, dot, suffix = case.name.rpartition(".")
    path = folder / target.name / f"{stem}.{mark}{dot}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(case.content)
    return path


def corpus(target: Target) -> list[Path]:
    """Return the inputs that are kept for a target."""
    return sorted((CORPUS / target.name).glob("*.*"))


def read(path: Path) -> Case:
    """Return an input that is kept, under the name that it had."""
    stem, _, suffix = path.name.rpartition(".")
    name, _, _ = stem.rpartition(".")
    return Case(f"{name}.{suffix}", path.read_bytes())
