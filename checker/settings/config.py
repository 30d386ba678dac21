"""Reads the configuration file of a repository and the kinds that it declares."""

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
"""The most bytes of a configuration file, which is read before anything else."""
_NEARLY = "policy-check.yml"
"""A name that a user may expect to work; it is refused, so that no file is ignored silently."""


@dataclass(frozen=True, slots=True)
class Config:
    """The values in a configuration file; a field that the file does not set is empty."""

    rules: Sequence[str] = ()
    policies: Sequence[str] = ()
    exclude: Sequence[str] = ()
    schemas: Sequence[str] = ()
    """The paths of the schemas of the user's own kinds."""
    paths: Sequence[tuple[str, str]] = ()
    params: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    accounts: Sequence[str] = ()
    """The IDs of the accounts that are ours."""
    parameters: Sequence[str] = ()
    """The paths of files with values of the parameters of templates."""
    literal: bool = False
    """Whether what a template leaves open is taken to be one value without wildcards."""
    disable: Sequence[str] = ()
    profile: str = ""
    fail_level: str = ""
    strict: bool = False
    waivers: str = ""
    baseline: str = ""
    frameworks: Sequence[str] = ()
    path: Path | None = None
    """The path of the file."""
    reading: Reading | None = None
    """The file's data, with the place of every value."""
    root: Root | None = None
    """The directory that names of files are relative to; None if no configuration was searched."""

    @property
    def input(self) -> Input | None:
        """Return the file's name and digest for a report; None if there is no file."""
        source = self.reading.source if self.reading else None
        return Input(source.path, source.sha256) if source else None


def locate(start: Path) -> Path | None:
    """Return the path of the nearest configuration file for a directory; None if there is none.

    The search goes from the directory up to the repository's root, which has a genuine `.git`.
    Outside a repository, it covers the directory only. Raises InputError for a file with the
    ending `.yml`, and if a directory cannot be searched.
    """
    start = start.resolve()
    try:
        root = repository(start) or start
        for place in (start, *start.parents):
            if is_there(place / FILE_NAME):  # also a broken link, which reading then reports
                return place / FILE_NAME
            if is_there(place / _NEARLY):
                message = f"a configuration file must be called {FILE_NAME}: rename it"
                raise InputError(Problem(os.path.relpath(place / _NEARLY), message))
            if place == root:
                break
    except OSError as error:
        message = f"cannot be searched for: {error.strerror}; use --config or --no-config"
        raise InputError(Problem(FILE_NAME, message)) from error
    return None


def located(path: Path | None, limits: Limits, *, without: bool = False) -> Config:
    """Return the configuration at `path`, or else the repository's, or else an empty one.

    With `without`, it is always empty. Raises InputError with all problems of the file.
    """
    if without:
        return Config(root=find_root(Path(), None))
    if path is None and (found := locate(Path())):
        path = Path(os.path.relpath(found))  # so that messages are the same on every machine
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
        accounts=data.get("accounts", ()),
        parameters=[_beside(path, given) for given in data.get("parameters", ())],
        literal=data.get("assume", {}).get("unknowns") == "literal",
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
    """Return all kinds by their names: the built-in ones and the configuration's.

    Raises InputError if two kinds have one name, or a schema cannot be used.
    """
    known = {kind.name: kind for kind in builtin()}
    if settings.reading:
        for kind in declared(settings.reading, settings.schemas, limits):
            if kind.name in known:
                message = f"the kind `{kind.name}` already exists: choose another name"
                raise InputError(Problem(settings.reading.source.path, message))
            known[kind.name] = kind
    return known


def _beside(config: Path, given: str) -> str:
    """Return a path that is relative to the configuration file, relative to the working directory.

    The path in `git:REF:PATH` is converted in the same way.
    """
    if given.startswith(SCHEME):
        ref, colon, path = given.removeprefix(SCHEME).partition(":")
        return f"{SCHEME}{ref}{colon}{_relative(config, path) if path else ''}"
    path = _relative(config, given)
    # INVARIANT: a path in the configuration never becomes a special word such as `-` or `builtin`.
    is_word = path == "-" or _is_builtin(path) or path.startswith(SCHEME)
    return os.path.join(".", path) if is_word else path  # noqa: PTH118 - a Path would drop the dot


def _relative(config: Path, given: str) -> str:
    # With links resolved, `..` leads out of the file's real directory and not out of a link to it.
    return os.path.relpath(config.parent.resolve() / given)


def _is_builtin(given: str) -> bool:
    return given.partition(":")[0] == "builtin"
