"""Renders the documents that were found in files, as text or as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checker.messages import inert, visible
from checker.render.json import placed
from checker.render.stream import dump
from checker.render.text import BOLD, CYAN, DIM, GREEN, YELLOW, Style, render_problems
from checker.render.wording import file_notes, some, strict_reasons
from checker.report import Exit, Found, Inventory, Place

VERSION = 1
"""The version of the JSON form: within it, fields may be added, but not removed or changed."""


def render_text(found: Inventory, *, colour: bool = False) -> Iterator[str]:
    """Yield each document with its place, kind, source and unknowns, and a verdict at the end."""
    for line in _lines(found, Style(colour)):
        yield inert(line + "\n")


def _lines(found: Inventory, style: Style) -> Iterator[str]:
    for each in found.documents:
        yield from _document(each, style)
    if found.documents:
        yield ""
    for note in file_notes(found.files):
        yield f"{style('note: ', YELLOW)}{note.many}: {some(note.names)}"
    yield _verdict(found, style)


def _document(each: Found, style: Style) -> Iterator[str]:
    place = f":{each.location.line}:{each.location.column}" if each.location else ""
    part = f"  {visible(each.part)}" if each.part else ""
    yield f"{style(visible(each.file) + place, CYAN)}{part}"
    if each.problems:
        yield from render_problems(each.problems, colour=style.colour).splitlines()
        return
    case = f", when {visible(' and '.join(each.when))}" if each.when else ""
    yield style(f"    {each.kind}, {each.source}{case}", DIM)
    for placeholder, what in each.unknowns:
        yield f"    {style('open', YELLOW)} {visible(placeholder)} is {visible(what)}"
    if each.assumed:
        yield f"    {style('assumed', YELLOW)} to be one value each: {some(each.assumed)}"


def _verdict(found: Inventory, style: Style) -> str:
    files = f"{found.files.read:,} {'file' if found.files.read == 1 else 'files'}"
    count = len(found.documents)
    noun = "document" if count == 1 else "documents"
    words, *codes = {
        Exit.OK: (f"{count:,} {noun} in {files}", BOLD, GREEN),
        Exit.NOTHING_CHECKED: (f"no document was found in {files}", BOLD, YELLOW),
    }.get(found.exit_code, (f"NOT READ: {', '.join(_reasons(found))}", BOLD, YELLOW))
    return style(f"{words} (exit {int(found.exit_code)})", *codes)


def _reasons(found: Inventory) -> Iterator[str]:
    """Yield why not all documents can be decided."""
    if found.broken:
        yield f"{found.broken:,} of {len(found.documents):,} documents"
    if found.strict:
        yield from strict_reasons(found.files)


def render_json(found: Inventory) -> Iterator[str]:
    """Yield the documents as indented JSON in ASCII."""
    data = {
        "version": VERSION,
        "documents": [_data(each) for each in found.documents],
        "inputs": {
            "config": found.config._asdict() if found.config else None,
            "files": found.files._asdict(),
        },
        "summary": {
            "documents": len(found.documents),
            "broken": found.broken,
            "strict": found.strict,
            "exit_code": int(found.exit_code),
        },
    }
    yield dump(data, indent=2) + "\n"


def _data(each: Found) -> dict[str, Any]:
    """Return one document as plain data."""
    return {
        "document": each.file,
        "part": each.part,
        "source": each.source,
        "kind": each.kind,
        "when": list(each.when),
        "location": placed(Place("", each.location)),
        "unknowns": [{"placeholder": name, "is": what} for name, what in each.unknowns],
        "assumed": list(each.assumed),
        "problems": [
            {
                "path": problem.path,
                "location": placed(Place(problem.pointer, problem.location)),
                "message": problem.message,
            }
            for problem in each.problems
        ],
    }
