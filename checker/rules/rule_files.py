"""Loads the rules of a run from files, directories and the shipped rules."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import NamedTuple

from checker import cel
from checker.kinds.kind import Kind
from checker.problems import InputError, Json, Problem, Source
from checker.reader import (
    AS_GIVEN,
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
from checker.report import Input
from checker.rules.compile import compile_rule
from checker.rules.rule import Rule
from checker.rules.written import rule_file
from checker.sources.suffixes import Role, role

SUFFIXES = frozenset({".yaml", ".yml"})
RESERVED = frozenset({"controls.yaml", "profiles.yaml"})
"""Names of files in directories of rules that contain no rule."""
BUILTIN = "builtin"
"""The path that stands for all shipped rules; `builtin:ecr` stands for those of one folder."""


MOST = 10_000
"""The most rules of one run: the code of each takes some 60 KB of memory and 2 ms to compile."""
_MOST_PROBLEMS = 1_000
"""The most problems that are reported for the rules of one run."""


class RuleSet(NamedTuple):
    """The rules of a run, in the order of their ids, and their files.

    `unread` lists the files of the given directories that are not YAML, `left_out` the ids of the
    rules that the profile does not select.
    """

    rules: tuple[Rule, ...]
    inputs: tuple[Input, ...]
    unread: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def load(  # noqa: PLR0913 - each argument is one fact of a run
    paths: Sequence[str],
    kinds: Mapping[str, Kind],
    overrides: Mapping[str, Mapping[str, Json]],
    limits: Limits,
    *,
    engine: cel.Engine = "codegen",
    root: Root = AS_GIVEN,
) -> RuleSet:
    """Return all rules in the paths: files, directories, `builtin` and `builtin:FOLDER`.

    `overrides` maps rule ids to the values of their parameters. Raises InputError with the problems
    of all files: if one rule is not valid, no rule may run.
    """
    rules: dict[str, Rule] = {}
    inputs: list[Input] = []
    found = listing(paths)
    builtin = any(map(is_builtin, paths))
    problems = list(found.problems)
    for path in found.files:
        if PurePath(path).name in RESERVED:
            continue
        try:
            source, readings = _read(path, limits, builtin, root)
        except InputError as error:
            problems.extend(error.problems)
            continue
        inputs.append(Input(source.path, source.sha256))
        if len(readings) > MOST - len(rules):
            message = f"more than {MOST:,} rules: use fewer rules in one run"
            raise InputError(*problems, Problem(source.path, message))
        for reading in readings:
            try:
                alone = len(readings) == 1
                file = rule_file(reading, shipped=builtin and _is_shipped(path))
                rule = compile_rule(file, kinds, overrides, alone=alone, engine=engine)
            except InputError as error:
                problems.extend(error.problems)
                if len(problems) > _MOST_PROBLEMS:
                    message = f"more than {_MOST_PROBLEMS:,} problems: fix these first"
                    raise InputError(*problems, Problem(source.path, message)) from None
                continue
            if rule.id in rules:
                message = f"the rule `{rule.id}` is also in {rules[rule.id].file.path}: remove one"
                problems.append(reading.problem(message, ("id",)))
            rules[rule.id] = rule
    if problems:
        raise InputError(*problems)
    return RuleSet(tuple(rules[name] for name in sorted(rules)), tuple(inputs), _unread(found))


def _unread(found: Walk) -> tuple[str, ...]:
    """Return the files that may be rules, but are not YAML by their names: no prose or program."""
    return tuple(file for file in found.others if role(file) is not Role.PROSE)


def shipped() -> frozenset[str]:
    """Return the ids of the shipped rules, which are the names of their files."""
    found = walk(str(builtin_root()), ending(SUFFIXES)).files
    return frozenset(PurePath(path).stem for path in found if PurePath(path).name not in RESERVED)


def _read(path: str, limits: Limits, builtin: bool, root: Root) -> tuple[Source, list[Reading]]:  # noqa: FBT001 - one fact of one call
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


def builtin_root() -> Path:
    """Return the directory of the shipped rules, in an installation or in a checkout."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / "shipped"
    return shipped if shipped.is_dir() else package.parent / "rules"


def limits_of(path: str, limits: Limits) -> Limits:
    """Return the limits for a file of rules: the given ones, or the default for shipped rules."""
    return DEFAULT_LIMITS if _is_shipped(path) else limits


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
        known = ", ".join(sorted(_folders()))
        if not name or name in _folders():
            return walk(str(builtin_root() / name), ending(SUFFIXES))
        message = f"no shipped rules have this name: expected `{BUILTIN}:` and one of {known}"
        return Walk((), (), (Problem(path, message),))
    return walk(path, ending(SUFFIXES)) if os.path.isdir(path) else Walk((path,), (), ())  # noqa: PTH112 - of any text, also with NUL


def is_builtin(path: str) -> bool:
    """Return whether a path stands for shipped rules."""
    return path == BUILTIN or path.startswith(BUILTIN + ":")


def _is_shipped(path: str) -> bool:
    """Return whether a file is part of this program."""
    return path.startswith(f"{builtin_root()}{os.sep}")


def _named(source: Source, path: str, builtin: bool) -> Source:  # noqa: FBT001 - one fact of one call
    """Return the source of a shipped rule with a path that is the same on every machine."""
    if builtin and _is_shipped(path):
        within = PurePath(path).relative_to(builtin_root()).as_posix()
        return replace(source, path=f"{BUILTIN}/{within}")
    return source


def _folders() -> Iterator[str]:
    return (entry.name for entry in builtin_root().iterdir() if entry.is_dir())
