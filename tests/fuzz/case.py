"""One input of a fuzz target, and the ways in which it may be answered wrongly."""

from __future__ import annotations

import random
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple


class Case(NamedTuple):
    """An input: a file's name, which may say what is expected, and its content."""

    name: str
    content: bytes


class WrongAnswerError(AssertionError):
    """An input that was answered, but not as it must be."""


class SilentPassError(WrongAnswerError):
    """An input that opens the gate and must not."""


class Answer(StrEnum):
    """How an input was answered."""

    RIGHT = "right"
    WRONG = "wrong answer"
    SILENT = "silent pass"
    CRASH = "crash"
    HANG = "hang"


class Target(NamedTuple):
    """One thing that must stand any input: what makes inputs, and what judges one.

    `judge` raises WrongAnswerError; anything else that it raises is a crash. Where any bytes are an
    input, `raw` is the name of their file.
    """

    name: str
    make: Callable[[random.Random], Case]
    judge: Callable[[Case], None]
    raw: str = ""


def hold(condition: object, message: str) -> None:
    """Raise WrongAnswerError unless a condition is met."""
    if not condition:
        raise WrongAnswerError(message)
