"""Reads the configuration file of a repository, and the kinds that it declares."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from checker.kinds import Kind, builtin, declared
from checker.problems import InputError, Json, Problem
from checker.reader import SCHEME, Limits, Reading, Root, find_root, parse_yaml, read_file
from checker.reader.files import is_there
from checker.reader.root import repository
from checker.reader.schema import Schema
from checker.report import Input

FILE_NAME = "policy-check.yaml"
LARGEST = 1 << 20
"""Bytes of a configuration file: what it says is to be known before anything else is done."""
_NEARLY = "policy-check.yml"
"""What someone may call it who believes that it counts."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a configuration file says; every field is empty where it is silent."""

    rules: Sequence[str] = ()
    policies: Sequence[str] = ()
    exclude: Sequence[str] = ()
    schemas: Sequence[str] = ()
    """Where the schemas of the user's own kinds stand."""
    paths: Sequence[tuple[str, str]] = ()
    params: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    disable: Sequence[str] = ()
    profile: str = ""
    fail_level: str = ""
    strict: bool = False
    waivers: str = ""
    baseline: str = ""
    frameworks: Sequence[str] = ()
    path: Path | None = None
    """Where the file is."""
    reading: Reading | None = None
    """The file itself, with the places of all that it says."""
    root: Root | None = None
    """What the names of files are relative to; None where no configuration was looked for."""

    @property
    def input(self) -> Input | None:
        """Return what a report says of the file."""
        source = self.reading.source if self.reading else None
        return Input(source.path, source.sha256) if source else None


def locate(start: Path) -> Path | None:
    """Return the configuration file of the repository that holds a directory, if it has one.

    Looked for in the directory and upwards to the repository's root, which has a genuine `.git`;
    outside any repository, in the directory alone. Raises InputError for a name that is nearly it.
    """
    start = start.resolve()
    try:
        root = repository(start) or start
        for place in (start, *start.parents):
            if is_there(place / FILE_NAME):  # a broken link too: reading it says so
                return place / FILE_NAME
            if is_there(place / _NEARLY):
                message = f"a configuration has the name {FILE_NAME}: rename it"
                raise InputError(Problem(os.path.relpath(place / _NEARLY), message))
            if place == root:
                break
    except OSError as error:
        message = f"cannot be looked for here: {error.strerror}; use --config or --no-config"
        raise InputError(Problem(FILE_NAME, message)) from error
    return None


def located(path: Path | None, limits: Limits, *, without: bool = False) -> Config:
    """Return the configuration at a path, or else that of the repository, or else an empty one.

    Raises InputError with all the problems of the file.
    """
    if without:
        return Config(root=find_root(Path(), None))
    if path is None and (found := locate(Path())):
        path = Path(os.path.relpath(found))  # messages show it the same on every machine
    return load(path, limits) if path else Config(root=find_root(Path(), None))


def load(path: Path, limits: Limits) -> Config:
    """Return the configuration in a file; raises InputError with all its problems."""
    root = find_root(Path(), path)
    limits = limits._replace(max_bytes=min(limits.max_bytes, LARGEST))
    reading = parse_yaml(read_file(str(path), limits, root.name(str(path))), limits)
    problems = Schema.bundled("settings/config.schema.json").problems(reading)
    if problems:
        raise InputError(*problems)
    data = cast("dict[str, Any]", reading.data)
    return Config(
        rules=[
            given if _is_builtin(given) else _beside(path, given) for given in data.get("rules", ())
        ],
        policies=[
            given if given == "-" else _beside(path, given) for given in data.get("policies", ())
        ],
        exclude=data.get("exclude", ()),
        schemas=[_beside(path, kind["schema"]) for kind in data.get("kinds", ())],
        paths=tuple(data.get("paths", {}).items()),
        params=data.get("params", {}),
        disable=data.get("disable", ()),
        profile=data.get("profile", ""),
        fail_level=data.get("fail_level", ""),
        strict=data.get("strict", False),
        waivers=_beside(path, data["waivers"]) if "waivers" in data else "",
        baseline=_beside(path, data["baseline"]) if "baseline" in data else "",
        frameworks=data.get("frameworks", ()),
        path=path,
        reading=reading,
        root=root,
    )


def known_kinds(settings: Config, limits: Limits) -> dict[str, Kind]:
    """Return every kind by its name, the tool's and the user's.

    Raises InputError for a clash, and for schemas that cannot be used.
    """
    known = {kind.name: kind for kind in builtin()}
    if settings.reading:
        for kind in declared(settings.reading, settings.schemas, limits):
            if kind.name in known:
                message = f"the kind `{kind.name}` exists already: choose another name"
                raise InputError(Problem(settings.reading.source.path, message))
            known[kind.name] = kind
    return known


def _beside(config: Path, given: str) -> str:
    """Return a path that is relative to the configuration file relative to where we are.

    That of a file at a commit, `git:REF:PATH`, is so too.
    """
    if given.startswith(SCHEME):
        ref, colon, path = given.removeprefix(SCHEME).partition(":")
        return f"{SCHEME}{ref}{colon}{_relative(config, path) if path else ''}"
    path = _relative(config, given)
    # INVARIANT: what names a file in the configuration never turns into a word of the command line
    is_word = path == "-" or _is_builtin(path) or path.startswith(SCHEME)
    return os.path.join(".", path) if is_word else path  # noqa: PTH118 - which would drop the dot


def _relative(config: Path, given: str) -> str:
    # `..` leads out of the directory in which the file is, and not of a link to that
    return os.path.relpath(config.parent.resolve() / given)


def _is_builtin(given: str) -> bool:
    return given.partition(":")[0] == "builtin"
