"""Reads JSON Lines files line by line, in constant memory."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

from checker.problems import InputError, Location, Problem, Source
from checker.reader import (
    Limits,
    Reading,
    display_path,
    open_regular,
    parse_json_line,
    read_bytes,
    reason,
)

_BLANKS = b" \t\r\n"
_SKIPPED = 1 << 16
"""The number of bytes to read at once from the rest of a line that is too long."""
_TWO_BYTES = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def readings(
    name: str, lines: Iterable[bytes], limits: Limits
) -> Iterator[tuple[int, Reading | InputError]]:
    """Yield the number (from 1) and the reading of each line that is not blank.

    A line that cannot be read has an InputError instead of a reading, and the next lines are still
    read. A file in UTF-16 or UTF-32 has a single error. `lines` are raw lines with or without line
    feeds; they are not kept. Locations are those in the file, and messages call the file `name`.
    The source of a reading is its line only, with the line's own digest.
    """
    raw_lines = iter(lines)
    for number, raw in enumerate(raw_lines, 1):
        line = raw.removesuffix(b"\n").removesuffix(b"\r")
        # INVARIANT: a line that is too long is never blank, as only its start is known.
        start = line.removeprefix(codecs.BOM_UTF8 if number == 1 else b"")
        if len(line) <= limits.max_bytes and not start.strip(_BLANKS):
            continue
        try:
            yield number, parse_json_line(_source(name, number, line, limits), number, limits)
        except InputError as error:
            yield number, error
            if number == 1 and (b"\0" in line[:2] or line[:2] in _TWO_BYTES):
                # Its line feeds have several bytes, so lines mean nothing: read on for the digest.
                for _ in raw_lines:
                    pass


def _source(name: str, number: int, line: bytes, limits: Limits) -> Source:
    try:
        source = read_bytes(name, line, limits)
    except InputError as error:
        raise InputError(*(_at_line(each, number) for each in error.problems)) from None
    if number > 1 and line.startswith(codecs.BOM_UTF8):
        return replace(source, text="\ufeff" + source.text)
    return source


def _at_line(problem: Problem, number: int) -> Problem:
    place = problem.location or Location(1, 1, 1, 1)
    return problem._replace(location=place._replace(line=number, end_line=number))


class RawLines:
    """The raw lines of a regular file, which is read once, during iteration."""

    def __init__(self, path: str, limits: Limits, name: str = "") -> None:
        self.path = path
        self.name = name or display_path(path)
        self.limits = limits
        self.sha256 = ""
        """The SHA-256 (hex) of the file's bytes; empty until the iteration is complete."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield each line with its line feed, or only the start of a line that is too long.

        That start is longer than the limit too, so that a reader refuses it. Raises InputError if
        the file is missing, cannot be read or is not a regular file.
        """
        digest = hashlib.sha256()
        with open_regular(self.path, self.name) as file:
            try:
                for piece, is_first in _pieces(file, self.limits.max_bytes + len(b"\r\n") + 1):
                    digest.update(piece)
                    if is_first:
                        yield piece
            except OSError as error:
                raise InputError(Problem(self.name, reason(error))) from None
        self.sha256 = digest.hexdigest()


def _pieces(file: BinaryIO, most: int) -> Iterator[tuple[bytes, bool]]:
    """Yield the bytes of a file in pieces, each with whether it starts a line."""
    while line := file.readline(most):
        yield line, True
        piece = line
        while len(line) == most and piece and not piece.endswith(b"\n"):
            piece = file.readline(_SKIPPED)
            yield piece, False


def read_lines(path: str, limits: Limits, name: str = "") -> RawLines:
    """Return the raw lines of a file, to be iterated over once; problems call the file `name`."""
    return RawLines(path, limits, name)
