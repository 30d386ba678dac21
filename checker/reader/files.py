"""Reads regular files, each only once, and decodes their bytes as UTF-8."""

from __future__ import annotations

import codecs
import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from checker.problems import InputError, Location, Problem, Source
from checker.reader.limits import DEFAULT_LIMITS, Limits
from checker.reader.spans import fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCHEME = "git:"
"""The prefix of a place at a commit: `git:REF` or `git:REF:PATH`."""

# Windows lacks the first three flags but needs O_BINARY, as its default is text mode.
_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)

# UTF-32 comes first: its little-endian mark starts with that of UTF-16.
_FOREIGN_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_FIRST = 2
"""The number of bytes that reveal UTF-16 and UTF-32 without a mark: one is zero for ASCII text."""

_START = Location(1, 1, 1, 1)
_CHUNK = 1 << 20

_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_REASONS = {
    errno.ENOENT: "no such file or directory: check the path",
    errno.ENOTDIR: "a part of the path is not a directory: check the path",
    errno.EACCES: "not permitted to read it: check its permissions",
    errno.EPERM: "not permitted to read it: check its permissions",
    errno.ELOOP: "its symbolic links lead in a circle: fix them",
    errno.ENAMETOOLONG: "the path is too long: shorten it",
    errno.ENXIO: "expected a regular file, not a socket or device",
    errno.EISDIR: "expected a regular file, not a directory",
}


def display_path(path: str) -> str:
    r"""Return a path for reports: with `/` as separator, and `\xff` for bytes that are not UTF-8.

    A backslash that is not a separator becomes `\x5c`, so that different paths look different.
    """
    if "\\" in path:
        path = path.replace(os.sep, "/").replace("\\", r"\x5c")
    if path.isascii():
        return path
    try:
        return os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # no file can have such a name
        return path.encode("utf-8", "backslashreplace").decode("utf-8")


def is_there(path: Path) -> bool:
    """Say whether anything exists at a path, even a broken link; raises OSError if unknown."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def identity(path: str) -> str:
    """Return the real path of a file, which is the same for all of its paths."""
    try:
        return os.path.realpath(path)
    except ValueError:  # a NUL: no file has this name, and reading it reports that
        return path


def read_file(path: str, limits: Limits = DEFAULT_LIMITS, name: str = "") -> Source:
    """Return the text of a regular file, which is read only once.

    `name` is the file's name in problems and reports; the default is the path. Raises InputError if
    the file is missing, unreadable, too large, not UTF-8 or not a regular file.
    """
    name = name or display_path(path)
    return read_bytes(name, read_raw(path, limits, name), limits)


def read_raw(path: str, limits: Limits, name: str) -> bytes:
    """Return the bytes of a regular file, at most one more than the limit.

    Raises InputError if the file is missing, unreadable or not a regular file.
    """
    # One byte more than allowed shows that the file is too large, even if it grows meanwhile.
    left = limits.max_bytes + 1
    pieces: list[bytes] = []
    for piece in read_chunks(path, name):
        pieces.append(piece[:left])
        left -= len(piece)
        if left <= 0:
            break
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def read_chunks(path: str, name: str) -> Iterator[bytes]:
    """Yield the bytes of a regular file of any size in chunks of at most 1 MiB.

    Raises InputError if the file is missing, unreadable or not a regular file.
    """
    descriptor = _opened(path, name)
    try:
        while chunk := os.read(descriptor, _CHUNK):
            yield chunk
    except OSError as error:
        raise InputError(Problem(name, reason(error))) from None
    finally:
        os.close(descriptor)


def open_regular(path: str, name: str = "") -> BinaryIO:
    """Open a regular file in binary mode, without blocking on a file of another type.

    `name` is the file's name in problems; the default is the path. Raises InputError if the file is
    missing, unreadable or not a regular file.
    """
    return os.fdopen(_opened(path, name or display_path(path)), "rb")


def _opened(path: str, name: str) -> int:
    """Return the descriptor of a regular file; raises InputError if it cannot be opened."""
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise InputError(Problem(name, reason(error))) from None
    try:
        problem = kind_problem(path, os.fstat(descriptor).st_mode)
    except OSError as error:
        problem = Problem(name, reason(error))
    if problem is None:
        return descriptor
    os.close(descriptor)
    raise InputError(problem._replace(path=name))


def read_bytes(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Source:
    """Return the bytes of a file decoded as UTF-8; `name` is the file's name in problems.

    Raises InputError if there are too many bytes or they are not UTF-8.
    """
    if len(data) > limits.max_bytes:
        raise InputError(Problem(name, limits.too_large()))
    for mark, encoding in _FOREIGN_MARKS:
        if data.startswith(mark):
            message = f"the file is {encoding} (its byte order mark says so): save it as UTF-8"
            raise InputError(Problem(name, message, _START))
    if b"\0" in data[:_FIRST]:
        message = "the file starts with a zero byte, as UTF-16 and UTF-32 do: save it as UTF-8"
        raise InputError(Problem(name, message, _START))
    digest = hashlib.sha256(data).hexdigest()
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return Source(name, data.decode(), digest)
    except UnicodeDecodeError as error:
        start = len(data[: error.start].decode())
        source = Source(name, data.decode("utf-8", "replace"), digest)
        message = f"byte 0x{data[error.start]:02x} is not UTF-8: save the file as UTF-8"
        raise fault(source, start, start + 1, message) from None


def kind_problem(path: str, mode: int) -> Problem | None:
    """Return the problem of a file that is not regular according to its mode, else None."""
    if stat.S_ISREG(mode):
        return None
    kind = next((words for matches, words in _KINDS if matches(mode)), "something else")
    return Problem(display_path(path), f"not a regular file but {kind}: expected a regular file")


def reason(error: OSError | ValueError) -> str:
    """Return the reason for an operating system error about a path, and what to do about it."""
    if not isinstance(error, OSError):
        return "no file can have this name: check the path"
    known = _REASONS.get(error.errno or 0)
    return known or f"cannot be read: {(error.strerror or str(error)).lower()}"
