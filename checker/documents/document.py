"""Paths of policy files in, documents out one at a time: recognised, valid and bound, or broken."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple, cast

from checker import cel
from checker.kinds.kind import Kind
from checker.problems import InputError, Json, Problem, Route
from checker.reader import (
    DEFAULT_LIMITS,
    Limits,
    Reading,
    display_path,
    identity,
    parse,
    read_bytes,
    read_file,
    walk,
)
from checker.report import digest

SUFFIXES = frozenset({".json", ".yaml", ".yml"})
STDIN = "-"
_STDIN_NAME = "<stdin>"
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which files to read as documents, and as which kind.

    `kinds` are all known kinds by name; `mapped` are pairs of a glob and a kind's name, the last
    match wins; `excluded` are globs. In a glob `*` matches `/` too.
    """

    paths: Sequence[str]
    kinds: Mapping[str, Kind]
    mapped: Sequence[tuple[str, str]] = ()
    excluded: Sequence[str] = ()


class Listing(NamedTuple):
    """What a selection found: files to read, in order, and what is passed over or broken."""

    files: tuple[str, ...]
    unread: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    stdin: bytes | Problem = b""
    """What standard input gave, if it is among the files: it can be read only once."""

    @property
    def size(self) -> int:
        """Return how many documents there are: what is broken is one too."""
        return len(self.problems) + len(self.files)

    def name(self, index: int) -> str:
        """Return the path of a document as reports show it; what is broken comes first."""
        if index < len(self.problems):
            return self.problems[index].path
        file = self.files[index - len(self.problems)]
        return _STDIN_NAME if file == STDIN else display_path(file)


class Document:
    """One policy document. With `problems` it is broken, and no rule can be decided on it."""

    __slots__ = (
        "_digests",
        "_places",
        "activation",
        "kind",
        "path",
        "problems",
        "reading",
        "sha256",
    )

    def __init__(
        self,
        path: str,
        kind: Kind | None = None,
        reading: Reading | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        self.path = path
        self.kind = kind
        self.reading = reading
        self.problems = problems
        self.sha256 = reading.source.sha256 if reading else ""
        self._digests: dict[Route, str] = {}
        self._places: dict[int, Route] | None = None
        values: dict[str, object] = {}
        if reading and kind and not problems:
            values = kind.variables(reading.data)
        self.activation = cel.Activation(values)

    @property
    def data(self) -> Json:
        """Return the data as it was read; null when it could not be."""
        return self.reading.data if self.reading else None

    def route(self, value: object) -> Route | None:
        """Return where a node of this document, or a host's value with a `route`, stands."""
        if isinstance(found := getattr(value, "route", None), tuple):
            return cast("Route", found)
        if not isinstance(value, dict | list):
            return None
        if self._places is None:
            self._places = dict(_containers(self.data))
        return self._places.get(id(value))

    def resolve(self, text: str) -> Route | None:
        """Return the route of a JSON Pointer, or None when it leads to no node."""
        route: Route = ()
        node = self.data
        for step in text.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and key in node:
                node, route = node[key], (*route, key)
            elif isinstance(node, list) and _INDEX.fullmatch(key) and int(key) < len(node):
                node, route = node[int(key)], (*route, int(key))
            else:
                return None
        return route if text[:1] in {"", "/"} else None

    def node(self, route: Route) -> Json:
        """Return the node at a route; raises LookupError or TypeError where there is none."""
        node: Any = self.data
        for step in route:
            node = node[step]
        return cast("Json", node)

    def digest(self, route: Route) -> str:
        """Return what stands for a node: its keys and its content, no index and no line.

        Spellings that mean the same have the same. A place without a node has its keys alone.
        """
        if route not in self._digests:
            keys = [step for step in route if isinstance(step, str)]
            try:
                node = self.node(route)
            except (LookupError, TypeError):
                self._digests[route] = digest(keys)
            else:
                canonical = self.kind.canonical(node) if self.kind else node
                self._digests[route] = digest(keys, canonical)
        return self._digests[route]


def find(selection: Selection, limits: Limits = DEFAULT_LIMITS) -> Listing:
    """Return the files of a selection; directories are walked, named files always taken.

    Standard input is read here if it is selected, up to one byte more than the limit.
    """
    files: dict[str, str] = {}
    unread: list[str] = []
    excluded: list[str] = []
    problems: list[Problem] = []
    for path in selection.paths:
        if path == STDIN or not os.path.isdir(path):  # noqa: PTH112 - of any text, also with NUL
            files.setdefault(path if path == STDIN else identity(path), path)
            continue
        walked = walk(path, SUFFIXES)
        unread.extend(map(display_path, walked.others))
        problems.extend(walked.problems)
        for file in walked.files:
            if any(fnmatchcase(display_path(file), glob) for glob in selection.excluded):
                excluded.append(display_path(file))
            elif Path(files.setdefault(identity(file), file)).is_symlink():
                files[identity(file)] = file  # a file goes by its own name, not a link's
    stdin = _stdin(limits) if STDIN in files else b""
    return Listing(tuple(files.values()), tuple(unread), tuple(excluded), tuple(problems), stdin)


def _stdin(limits: Limits) -> bytes | Problem:
    try:
        return sys.stdin.buffer.read(limits.max_bytes + 1) if sys.stdin else b""
    except OSError as error:
        return Problem(_STDIN_NAME, f"cannot be read: {(error.strerror or str(error)).lower()}")


def load(listing: Listing, selection: Selection, limits: Limits) -> Iterator[Document]:
    """Yield a document for every file, one at a time; a broken one has problems, none is lost."""
    return (load_one(index, listing, selection, limits) for index in range(listing.size))


def load_one(index: int, listing: Listing, selection: Selection, limits: Limits) -> Document:
    """Return one document of a listing; it has problems if it is broken."""
    if index < len(listing.problems):
        problem = listing.problems[index]
        return Document(problem.path, problems=(problem,))
    number = index - len(listing.problems)
    return attempt(listing.name(index), lambda: document(_read(listing, number, limits), selection))


def attempt(path: str, make: Callable[[], Document]) -> Document:
    """Return what is made of a file; where that fails, for whatever reason, a broken document."""
    try:
        return make()
    except InputError as error:
        return Document(error.problems[0].path, problems=error.problems)
    except MemoryError:
        message = "not enough memory to read it: split it, or raise --max-memory"
    except Exception as error:  # noqa: BLE001 - our own mistake must not hide other documents
        message = f"internal error, please report it: {error!r}"
    # Only here is what was read let go: until then, the error has hold of it.
    return lost(path, message)


def lost(path: str, message: str) -> Document:
    """Return the document that stands for a file of which there is nothing but a problem."""
    return Document(path, problems=(Problem(path, message),))


def document(reading: Reading, selection: Selection) -> Document:
    """Return the document of parsed data: its kind found, its schema checked, its values bound."""
    path, data = reading.source.path, reading.data
    try:
        kind = _kind(path, data, selection)
    except InputError as error:
        return Document(path, reading=reading, problems=error.problems)
    return Document(path, kind, reading, kind.schema.problems(reading))


def _read(listing: Listing, number: int, limits: Limits) -> Reading:
    file = listing.files[number]
    if file == STDIN:
        if isinstance(listing.stdin, Problem):
            raise InputError(listing.stdin)
        return parse(read_bytes(_STDIN_NAME, listing.stdin, limits), limits)
    if Path(file).suffix.lower() not in SUFFIXES and os.path.isfile(file):  # noqa: PTH113 - as above
        message = "not a document by its name: expected .json, .yaml or .yml"
        raise InputError(Problem(display_path(file), message))
    return parse(read_file(file, limits), limits)


def _kind(path: str, data: Json, selection: Selection) -> Kind:
    mapped = [name for glob, name in selection.mapped if fnmatchcase(path, glob)]
    if mapped:
        chosen = selection.kinds[mapped[-1]]
        # INVARIANT: no mapping takes a policy away from the rules about policies.
        for kind in selection.kinds.values():
            if kind.certain and not chosen.belongs_to(kind.name) and kind.recognises(data):
                message = f"mapped to `{chosen.name}`, but it is `{kind.name}`: mend the mapping"
                raise InputError(Problem(path, message))
        return chosen
    try:
        found = [kind for kind in selection.kinds.values() if kind.recognises(data)]
    except cel.EvaluationError as error:
        message = f"its kind could not be decided: {error.message}"
        raise InputError(Problem(path, message)) from error
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"`{kind.name}`" for kind in selection.kinds.values() if not kind.family)
    message = (
        f"looks like {' and '.join(f'`{kind.name}`' for kind in found)}: say which with --kind"
        if found
        else f"not recognised as {known}: name its kind with --kind 'GLOB=KIND', or leave the "
        "file out with --exclude 'GLOB'"
    )
    raise InputError(Problem(path, message))


def _containers(root: Json) -> Iterator[tuple[int, Route]]:
    """Yield the identity and route of every object and list of a document."""
    todo: list[tuple[Json, Route]] = [(root, ())]
    while todo:
        node, route = todo.pop()
        if isinstance(node, dict):
            yield id(node), route
            todo.extend((item, (*route, key)) for key, item in node.items())
        elif isinstance(node, list):
            yield id(node), route
            todo.extend((item, (*route, index)) for index, item in enumerate(node))
