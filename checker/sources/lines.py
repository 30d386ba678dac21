"""Reads a file that holds one JSON document on each of its lines, in flat memory."""

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
"""Bytes of the rest of a line that is too long that are read at once."""
_TWO_BYTES = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def readings(
    name: str, lines: Iterable[bytes], limits: Limits
) -> Iterator[tuple[int, Reading | InputError]]:
    """Yield the number of each line that is not blank, from 1, and its document.

    A line that cannot be read has an InputError instead, and the next ones are read all the
    same; a file in UTF-16 or UTF-32 has one error only. `lines` are the raw lines, with or
    without their line feeds; none is kept. Places are those in the file, which messages call
    `name`. The source of a reading is its line alone, with the line's own digest.
    """
    raw_lines = iter(lines)
    for number, raw in enumerate(raw_lines, 1):
        line = raw.removesuffix(b"\n").removesuffix(b"\r")
        # INVARIANT: of a line that is too long only the start is known, so that it is never blank.
        start = line.removeprefix(codecs.BOM_UTF8 if number == 1 else b"")
        if len(line) <= limits.max_bytes and not start.strip(_BLANKS):
            continue
        try:
            yield number, parse_json_line(_source(name, number, line, limits), number, limits)
        except InputError as error:
            yield number, error
            if number == 1 and (b"\0" in line[:2] or line[:2] in _TWO_BYTES):
                # Its line feeds are of more than one byte: read on, for the digest alone.
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
    """The raw lines of a regular file; it is read once, while they are iterated over."""

    def __init__(self, path: str, limits: Limits, name: str = "") -> None:
        self.path = path
        self.name = name or display_path(path)
        self.limits = limits
        self.sha256 = ""
        """The digest (hex) of the file's bytes; empty until its last line was given."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield each line with its line feed; the start of one that is beyond the limit.

        That start is still beyond the limit, so that whoever reads it refuses it. Raises
        InputError if the file is missing, unreadable or no regular file.
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
    """Yield the bytes of a file in order, and whether they start a line."""
    while line := file.readline(most):
        yield line, True
        piece = line
        while len(line) == most and piece and not piece.endswith(b"\n"):
            piece = file.readline(_SKIPPED)
            yield piece, False


def read_lines(path: str, limits: Limits, name: str = "") -> RawLines:
    """Return the raw lines of a file, which problems call `name`, to be iterated over once."""
    return RawLines(path, limits, name)
