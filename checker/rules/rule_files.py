"""Finds and reads the files of rules: given ones, directories of them, and the shipped ones."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePath

from checker.problems import InputError, Problem, Source
from checker.reader import (
    DEFAULT_LIMITS,
    Limits,
    Reading,
    Root,
    Walk,
    ending,
    identity,
    parse_yaml_documents,
    read_file,
    walk,
)

SUFFIXES = frozenset({".yaml", ".yml"})
RESERVED = frozenset({"controls.yaml", "profiles.yaml"})
"""Names of files in directories of rules that contain no rule."""
BUILTIN = "builtin"
"""The path that stands for all shipped rules; `builtin:ecr` stands for those of one folder."""
TEMPLATES = "templates"
"""The folder of the shipped rules that holds templates."""
_ID = re.compile(r"^(?: {0,4}- )?id:\s*[\"']?([a-z0-9-]+)[\"']?\s*$", re.MULTILINE)
"""The line of a rule, or of one in a table, with its id."""
_NAME = re.compile(r"[a-z0-9-]+")


def shipped() -> frozenset[str]:
    """Return the ids of the shipped rules."""
    return ids(walk(str(builtin_root()), ending(SUFFIXES)).files)


def ids(files: Iterable[str]) -> frozenset[str]:
    """Return the ids of the rules in files, without reading more than the lines that have them."""
    paths = (Path(file) for file in files)
    texts = (path.read_text("utf-8", "replace") for path in paths if path.name not in RESERVED)
    return frozenset(name for text in texts for name in _ID.findall(text))


def shipped_template(name: str) -> str:
    """Return the path of a shipped template, or an empty text if there is none of that name."""
    path = builtin_root() / TEMPLATES / f"{name}.yaml"
    return str(path) if _NAME.fullmatch(name) and path.is_file() else ""


def read(path: str, limits: Limits, root: Root, *, builtin: bool) -> tuple[Source, list[Reading]]:
    """Return a rule file and its YAML documents; raises InputError, also if there are none."""
    if PurePath(path).suffix.lower() not in SUFFIXES and os.path.isfile(path):  # noqa: PTH113 - of any text
        message = "the name of a rule file must end in .yaml or .yml"
        raise InputError(Problem(root.name(path), message))
    limits = limits_of(path, limits)
    source = _named(read_file(path, limits, root.name(path)), path, builtin)
    readings = parse_yaml_documents(source, limits)
    if not readings:
        message = "the file contains no rule: write one, or remove the file"
        raise InputError(Problem(source.path, message))
    return source, readings


@cache
def builtin_root() -> Path:
    """Return the directory of the shipped rules, in an installation or in a checkout."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / "shipped"
    return shipped if shipped.is_dir() else package.parent / "rules"


def limits_of(path: str, limits: Limits) -> Limits:
    """Return the limits for a file of rules: the given ones, or the default for shipped rules."""
    return DEFAULT_LIMITS if is_shipped(path) else limits


def listing(paths: Sequence[str]) -> Walk:
    """Return the files in all paths, each file once, however often it is named."""
    found = [_walked(path) for path in paths]
    files = {identity(file): file for walked in found for file in reversed(walked.files)}
    return Walk(
        tuple(sorted(files.values())),
        tuple(other for walked in found for other in walked.others),
        tuple(problem for walked in found for problem in walked.problems),
    )


def _walked(path: str) -> Walk:
    if is_builtin(path):
        name = path.removeprefix(BUILTIN).removeprefix(":")
        known = ", ".join(sorted(folders()))
        if not name or name in folders():
            return walk(str(builtin_root() / name), ending(SUFFIXES))
        message = f"no shipped rules have this name: expected `{BUILTIN}:` and one of {known}"
        return Walk((), (), (Problem(path, message),))
    return walk(path, ending(SUFFIXES)) if os.path.isdir(path) else Walk((path,), (), ())  # noqa: PTH112 - of any text, also with NUL


def is_builtin(path: str) -> bool:
    """Return whether a path stands for shipped rules."""
    return path == BUILTIN or path.startswith(BUILTIN + ":")


def is_shipped(path: str) -> bool:
    """Return whether a file is part of this program."""
    return path.startswith(f"{builtin_root()}{os.sep}")


def _named(source: Source, path: str, builtin: bool) -> Source:  # noqa: FBT001 - one fact of one call
    """Return the source of a shipped rule with a path that is the same on every machine."""
    if builtin and is_shipped(path):
        within = PurePath(path).relative_to(builtin_root()).as_posix()
        return replace(source, path=f"{BUILTIN}/{within}")
    return source


def folders() -> Iterator[str]:
    """Yield the names of the folders of shipped rules."""
    return (
        entry.name
        for entry in builtin_root().iterdir()
        if entry.is_dir() and entry.name != TEMPLATES
    )
