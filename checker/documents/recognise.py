"""Recognises the kind of a document by its data, and creates the document."""

from __future__ import annotations

from checker import cel
from checker.documents.document import Document
from checker.documents.selection import Selection
from checker.kinds import Kind, never
from checker.problems import InputError, Json, Problem
from checker.reader import Reading
from checker.sources.part import Part


def recognised(data: Json, selection: Selection, path: str) -> list[Kind]:
    """Return the kinds that recognise the data; raises InputError if that cannot be decided.

    `path` is the name of the file in the error.
    """
    try:
        return [kind for kind in selection.kinds.values() if kind.recognises(data)]
    except cel.EvaluationError as error:
        message = f"its kind could not be decided: {error.message}"
        raise InputError(Problem(path, message)) from error


def document(
    reading: Reading,
    selection: Selection,
    mapped: str = "",
    part: str = "",
    found: Part | None = None,
) -> Document:
    """Return the document of a reading, of the kind it is mapped to or else recognised as.

    `found` is the part of a template that it is, if it is one.

    Anything wrong with it, such as a violation of its schema, is in its `problems`.
    """
    path = reading.source.path
    try:
        kind = _kind(path, reading.data, selection, mapped)
    except InputError as error:
        return Document(path, None, reading, error.problems, part)
    problems = kind.schema.problems(reading)
    if found is None:
        return Document(path, kind, reading, problems, part)
    made = Document(path, kind, reading, problems, part)
    made.source, made.inferred = found.source, found.inferred
    made.when, made.case, made.assumed = found.when, found.case, found.assumed
    made.legend, made.unknowns = found.legend, found.unknowns
    made.members, made.doubt = found.members, found.doubt
    return made


def _is_told(kind: Kind) -> bool:
    """Return whether a file may be of a kind."""
    return kind.own or kind.recognises is not never


def _kind(path: str, data: Json, selection: Selection, mapped: str) -> Kind:
    if mapped:
        chosen = selection.kinds[mapped]
        # INVARIANT: no mapping hides a policy from the rules for policies.
        for kind in selection.kinds.values():
            if kind.certain and not chosen.belongs_to(kind.name) and kind.recognises(data):
                message = f"mapped to `{chosen.name}`, but it is `{kind.name}`: correct the mapping"
                raise InputError(Problem(path, message))
        return chosen
    found = recognised(data, selection, path)
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"`{kind.name}`" for kind in selection.kinds.values() if _is_told(kind))
    message = (
        f"looks like {' and '.join(f'`{kind.name}`' for kind in found)}: name its kind with --kind"
        if found
        else f"not recognised as {known}: name its kind with --kind 'GLOB=KIND', or leave the "
        "file out with --exclude 'GLOB'"
    )
    raise InputError(Problem(path, message))
