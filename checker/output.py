"""Writes rendered text to standard output or to a file, either completely or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from checker.problems import Problem

_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0)
"""A pipe that nobody reads is opened at once, or not at all."""
_AS_IT_IS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""No other program inherits the file, and Windows, which has the second flag alone, changes no line
end."""


class OutputError(Exception):
    """Raised if a report, or what accompanies it, could not be written."""

    def __init__(self, target: str, reason: object, what: str = "report was") -> None:
        super().__init__(str(reason))
        self.problem = Problem(target, f"the {what} not written: {reason}")


def write_stdout(text: Iterable[str]) -> None:
    """Write pieces of text to standard output as UTF-8; raises OutputError if that fails."""
    if sys.stdout is None:
        raise OutputError("standard output", "it is closed")
    try:
        for data in _encoded(text):
            sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except (OSError, ValueError) as error:
        # The interpreter flushes at exit; without this, it would report the failure again.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError("standard output", error) from error


def write_file(path: Path, text: Iterable[str]) -> None:
    """Replace a file with pieces of text, atomically.

    Raises OutputError if that fails, and leaves the file as it was.
    """
    temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AS_IT_IS, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(_encoded(text))
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise OutputError(str(path), error.strerror) from error


def append_file(path: Path, text: Iterable[str], what: str) -> None:
    """Append pieces of text, either all or none, to a file or to a device such as a terminal.

    Raises OutputError if that fails; `what` is the subject of its message, such as "report was".
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _AS_IT_IS | _WITHOUT_WAITING
    try:
        with os.fdopen(os.open(path, flags, 0o666), "ab", buffering=0) as file:
            before = os.fstat(file.fileno())
            if not (stat.S_ISREG(before.st_mode) or stat.S_ISCHR(before.st_mode)):
                raise OutputError(str(path), "the target is neither a file nor a terminal", what)
            left = memoryview(b"".join(_encoded(text)))
            try:
                while left:
                    left = left[file.write(left) :]
            except OSError:
                if stat.S_ISREG(before.st_mode):
                    file.truncate(before.st_size)
                raise
    except OSError as error:
        raise OutputError(str(path), error.strerror, what) from error


def _encoded(text: Iterable[str]) -> Iterator[bytes]:
    pieces = [text] if isinstance(text, str) else text
    return (piece.encode("utf-8", "backslashreplace") for piece in pieces)


def remove_stale(path: Path) -> None:
    """Remove an older report, so that it is never taken for the result of this run.

    Raises OutputError if the path is not a regular file, or cannot be removed.
    """
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise OutputError(str(path), "the target is not a regular file")
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(str(path), error.strerror) from error


def has_colour(choice: str, stream: TextIO | None) -> bool:
    """Return whether to use colours, by https://no-color.org and https://force-color.org.

    `choice` is `always`, `never`, or `auto`, with which the environment and the stream decide.
    """
    if choice != "auto" or stream is None:
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
