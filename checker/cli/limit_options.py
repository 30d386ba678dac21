"""Defines the options for limits on inputs and on worker processes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from checker.reader import Limits
    from checker.workers import Workers

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_SIZE = re.compile(r"([0-9]{1,15})(?:([KMG])(?:iB)?)?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_MOST_BYTES = 1 << 40
_LEAST_MEMORY = 64 << 20
"""With less memory, a library could not even report that there is too little."""
MOST_LEVELS = 128
"""Deeper nesting would exhaust the stack of a library."""
_MOST_JOBS = 1024
_LEAST_SECONDS = 0.1
_MOST_SECONDS = 86_400


class _SizeType(click.ParamType[int]):
    """The type of an option for a number of bytes; `K`, `M` and `G` are powers of 1024."""

    name = "SIZE"

    def __init__(self, least: int = 1) -> None:
        self._least = least

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Return the number of bytes."""
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(value)
        size = int(match[1]) * _UNITS[(match[2] or "").upper()] if match else 0
        if not self._least <= size <= _MOST_BYTES:
            least = f", at least {self._least >> 20}M" if self._least > 1 else ""
            self.fail(f"expected a size such as 500M or 2G{least}, not `{value}`", param, ctx)
        return size


class _SecondsType(click.ParamType[float]):
    """The type of an option for a number of seconds, from 0.1 to 86,400 (a day)."""

    name = "SECONDS"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Return the seconds."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = 0
        if not _LEAST_SECONDS <= seconds <= _MOST_SECONDS:  # this refuses NaN too
            expected = f"expected {_LEAST_SECONDS} to {_MOST_SECONDS:,} seconds"
            self.fail(f"{expected}, not `{value}`", param, ctx)
        return seconds


class _JobsType(click.ParamType[int]):
    """The type of an option for a number of processes; `auto` is -1."""

    name = "N"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Return the number."""
        if value in ("auto", -1):
            return -1
        try:
            jobs = int(value)
        except ValueError:
            jobs = -1
        if not 0 <= jobs <= _MOST_JOBS:
            self.fail(f"expected auto or 0 to {_MOST_JOBS:,} processes, not `{value}`", param, ctx)
        return jobs


class _LevelsType(click.ParamType[int]):
    """The type of an option for a number of levels, from 1 to 128."""

    name = "LEVELS"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Return the number."""
        try:
            levels = int(value)
        except ValueError:
            levels = 0
        if not 1 <= levels <= MOST_LEVELS:
            self.fail(f"expected 1 to {MOST_LEVELS} levels, not `{value}`", param, ctx)
        return levels


_JOBS = click.option(
    "--jobs",
    envvar="POLICY_CHECK_JOBS",
    type=_JobsType(),
    default="auto",
    help="Number of worker processes; with 0 there are none, and no limits on time and memory. "
    "The report is the same. [default: auto, as many as are useful]",
)
_SIZES = (
    click.option(
        "--max-memory",
        envvar="POLICY_CHECK_MAX_MEMORY",
        type=_SizeType(_LEAST_MEMORY),
        default="2G",
        help="Memory that each worker process may use. [default: 2G]",
    ),
    click.option(
        "--max-file-size",
        envvar="POLICY_CHECK_MAX_FILE_SIZE",
        type=_SizeType(),
        default="16M",
        help="Size that a file may have. [default: 16M]",
    ),
    click.option(
        "--max-depth",
        envvar="POLICY_CHECK_MAX_DEPTH",
        type=_LevelsType(),
        default=64,
        help=f"Levels of nesting that a file may have, between 1 and {MOST_LEVELS}. [default: 64]",
    ),
)


def limited(*, timeout: str) -> Callable[[_Command], _Command]:
    """Return a decorator that adds the options for limits; `timeout` says what that one limits.

    A configuration file cannot set these, as it may come with the change that is checked.
    """
    timed = click.option(
        "--timeout",
        envvar="POLICY_CHECK_TIMEOUT",
        type=_SecondsType(),
        default=10,
        help=f"{timeout}. [default: 10]",
    )

    def add(command: _Command) -> _Command:
        for option in reversed((_JOBS, timed, *_SIZES)):
            command = option(command)
        return command

    return add


def limits(given: Mapping[str, Any]) -> Limits:
    """Return the limits on files, from the values of the options."""
    from checker.reader import Limits  # noqa: PLC0415 - `--version` and `--help` need none of it

    return Limits(given["max_file_size"], given["max_depth"])


def workers(given: Mapping[str, Any]) -> Workers | None:
    """Return the number and limits of the worker processes; None if there are none (`--jobs 0`)."""
    from checker.workers import Bounds, Workers  # noqa: PLC0415 - as above

    jobs = given["jobs"]
    bounds = Bounds(given["timeout"], given["max_memory"])
    return Workers(None if jobs < 0 else jobs, bounds) if jobs else None
