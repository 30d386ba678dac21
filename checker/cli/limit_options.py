"""How much an input may be and a process may take: the options, and what they mean."""

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
"""With less, a library could not even say that there is too little."""
MOST_LEVELS = 128
"""More would exhaust the stacks of some library."""
_MOST_JOBS = 1024
_LEAST_SECONDS = 0.1
_MOST_SECONDS = 86_400


class _SizeType(click.ParamType[int]):
    """Bytes: a number, with `K`, `M` or `G` for powers of 1024."""

    name = "SIZE"

    def __init__(self, least: int = 1) -> None:
        self._least = least

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Return the bytes of an option's text."""
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(value)
        size = int(match[1]) * _UNITS[(match[2] or "").upper()] if match else 0
        if not self._least <= size <= _MOST_BYTES:
            least = f", {self._least >> 20}M at least" if self._least > 1 else ""
            self.fail(f"expected a size such as 500M or 2G{least}, not `{value}`", param, ctx)
        return size


class _SecondsType(click.ParamType[float]):
    """Seconds, a tenth at least."""

    name = "SECONDS"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Return the seconds of an option's text."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = 0
        if not _LEAST_SECONDS <= seconds <= _MOST_SECONDS:  # so is NaN
            self.fail(f"expected seconds, at least {_LEAST_SECONDS}, not `{value}`", param, ctx)
        return seconds


class _JobsType(click.ParamType[int]):
    """A number, or `auto`, which is -1."""

    name = "N"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Return the number of an option's text."""
        if value in ("auto", -1):
            return -1
        try:
            jobs = int(value)
        except ValueError:
            jobs = -1
        if not 0 <= jobs <= _MOST_JOBS:
            self.fail(f"expected auto, or 0 to {_MOST_JOBS:,} processes, not `{value}`", param, ctx)
        return jobs


_LIMITS = (
    click.option(
        "--jobs",
        envvar="POLICY_CHECK_JOBS",
        type=_JobsType(),
        default="auto",
        help="Processes that decide; 0 decides in this one, where the limits of time and memory "
        "do not hold. The report is the same. [default: auto, as many as pay]",
    ),
    click.option(
        "--timeout",
        envvar="POLICY_CHECK_TIMEOUT",
        type=_SecondsType(),
        default=10,
        help="Processor time for one rule on one document, or for one comparison, and three times "
        "that for all that is done with a document. [default: 10]",
    ),
    click.option(
        "--max-memory",
        envvar="POLICY_CHECK_MAX_MEMORY",
        type=_SizeType(_LEAST_MEMORY),
        default="2G",
        help="Memory of each process. [default: 2G]",
    ),
    click.option(
        "--max-file-size",
        envvar="POLICY_CHECK_MAX_FILE_SIZE",
        type=_SizeType(),
        default="16M",
        help="Size of any file that is read. [default: 16M]",
    ),
    click.option(
        "--max-depth",
        envvar="POLICY_CHECK_MAX_DEPTH",
        type=click.IntRange(1, MOST_LEVELS),
        default=64,
        metavar="LEVELS",
        help=f"Nesting of any file that is read, at most {MOST_LEVELS}. [default: 64]",
    ),
)
"""No configuration file can set these: it comes with what is checked."""


def limited(command: _Command) -> _Command:
    """Give a command the options for limits."""
    for option in reversed(_LIMITS):
        command = option(command)
    return command


def limits(given: Mapping[str, Any]) -> Limits:
    """Return what options say of the files that are read."""
    from checker.reader import Limits  # noqa: PLC0415 - `--version` and `--help` need none of it

    return Limits(given["max_file_size"], given["max_depth"])


def workers(given: Mapping[str, Any]) -> Workers | None:
    """Return what options say of the processes that decide; None for this one."""
    from checker.workers import Bounds, Workers  # noqa: PLC0415 - as above

    jobs = given["jobs"]
    bounds = Bounds(given["timeout"], given["max_memory"])
    return Workers(None if jobs < 0 else jobs, bounds) if jobs else None
