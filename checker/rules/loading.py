"""Loads the rules of a run, and the templates that they are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePath
from typing import NamedTuple

from checker import cel
from checker.kinds.kind import Kind
from checker.problems import InputError, Json, Problem, by_place
from checker.reader import AS_GIVEN, Limits, Reading, Root, Walk
from checker.report import Input
from checker.rules.compile import compile_rule
from checker.rules.rule import Rule, RuleFile
from checker.rules.rule_files import (
    RESERVED,
    is_builtin,
    is_shipped,
    listing,
    read,
    shipped_template,
)
from checker.rules.template import Template
from checker.rules.written import defined, documents, is_table, rule_file, validated
from checker.sources.suffixes import Role, role

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
    examples: bool = True,
    accounts: Sequence[str] = (),
) -> RuleSet:
    """Return all rules in the paths: files, directories, `builtin` and `builtin:FOLDER`.

    `overrides` maps rule ids to the values of their parameters. `accounts` is the setting of
    that name, which is the value of each parameter with `setting: accounts`. Without `examples`,
    those that templates generate are left out, which saves a fifth of the time. Raises InputError
    with the problems of all files: if one rule is not valid, no rule may run.
    """
    found = listing(paths)
    files = _Files(limits, root, builtin=any(map(is_builtin, paths)), examples=examples)
    files.problems.extend(found.problems)
    rules: dict[str, Rule] = {}
    made: dict[Template | None, Rule] = {}
    for file, alone in files.rules(found.files):
        try:
            like = made.get(file.template)
            given = {file.id: {**_set(file, accounts), **overrides.get(file.id, {})}}
            rule = compile_rule(file, kinds, given, alone=alone, engine=engine, like=like)
        except InputError as error:
            files.refuse(error)
            continue
        if rule.id in rules:
            message = f"the rule `{rule.id}` is also in {rules[rule.id].file.path}: remove one"
            files.problems.append(file.reading.problem(message, ("id",)))
        rules[rule.id] = rule
        if file.template:
            made.setdefault(file.template, rule)
    files.check()
    inputs = tuple(files.inputs.values())
    return RuleSet(tuple(rules[name] for name in sorted(rules)), inputs, _unread(found))


def _set(file: RuleFile, accounts: Sequence[str]) -> dict[str, Json]:
    """Return the values of the parameters that a setting of the configuration gives, if any."""
    params = file.data.get("params", {}) if accounts else {}
    return {name: list(accounts) for name, each in params.items() if "setting" in each}


def rule_documents(paths: Sequence[str], limits: Limits) -> Iterator[tuple[RuleFile, bool]]:
    """Yield the rules in the paths as they are written, without compiling their conditions.

    Each comes with whether it is the only one in its file. Raises InputError with all problems.
    """
    found = listing(paths)
    files = _Files(limits, AS_GIVEN, builtin=any(map(is_builtin, paths)))
    files.problems.extend(found.problems)
    yield from files.rules(found.files)
    files.check()


@dataclass(slots=True)
class _Files:
    """The files of a run that are read, and what is wrong with them."""

    limits: Limits
    root: Root
    builtin: bool
    examples: bool = True
    problems: list[Problem] = field(default_factory=list)
    inputs: dict[str, Input] = field(default_factory=dict)
    templates: dict[tuple[str, bool], Template | None] = field(default_factory=dict)
    """Templates by name, and by whether they are shipped; None for one that is not valid."""
    count: int = 0

    def rules(self, paths: Sequence[str]) -> Iterator[tuple[RuleFile, bool]]:
        """Yield each rule of the files, and whether it is the only one in its file.

        All files are read before that, so a template may stand anywhere in them.
        """
        every = [(path, *self._read(path, builtin=self.builtin)) for path in paths if _holds(path)]
        least = 0
        for path, readings, _ in every:  # before any is compiled, as each holds a rule or more
            least += len(readings)
            self._bound(least, path)
        for path, readings, alone in every:
            shipped = self.builtin and is_shipped(path)
            find = partial(self.template, own=not is_shipped(path))
            for reading in readings:
                for made in documents(reading, find, examples=self.examples):
                    if isinstance(made, InputError):
                        self.refuse(made)
                        continue
                    self._count(made.source.path)
                    yield rule_file(made, shipped=shipped), alone and not is_table(reading)

    def template(self, name: str, *, own: bool) -> Template | None:
        """Return a template by its name, or None if it is not valid.

        A rule of one's own finds those of the run before the shipped ones; a shipped rule finds
        only these. Raises LookupError if there is none of that name.
        """
        if own and (name, False) in self.templates:
            return self.templates[name, False]
        if (name, True) not in self.templates and (path := shipped_template(name)):
            self._read(path, builtin=True)
        return self.templates[name, True]

    def check(self) -> None:
        """Raise InputError with all problems, each once, in the order of their places."""
        if self.problems:
            raise InputError(*sorted(dict.fromkeys(self.problems), key=by_place))

    def refuse(self, error: InputError) -> None:
        """Keep the problems of a rule; raises InputError when there are too many."""
        self.problems.extend(error.problems)
        if len(self.problems) > _MOST_PROBLEMS:
            message = f"more than {_MOST_PROBLEMS:,} problems: fix these first"
            raise InputError(*self.problems, Problem(error.problems[-1].path, message)) from None

    def _read(self, path: str, *, builtin: bool) -> tuple[list[Reading], bool]:
        """Return the documents of a file that hold rules, and whether the file has only one.

        Templates are kept by name. What is wrong is a problem of the run.
        """
        try:
            source, readings = read(path, self.limits, self.root, builtin=builtin)
        except InputError as error:
            self.problems.extend(error.problems)
            return [], False
        self.inputs[path] = Input(source.path, source.sha256)
        holding = []
        for reading in readings:
            try:
                found = validated(reading)
            except InputError as error:
                self.refuse(error)
                if name := defined(reading):
                    self.templates[name, is_shipped(path)] = None
                continue
            if isinstance(found, Template):
                self._keep(found, path, alone=len(readings) == 1)
            else:
                holding.append(found)
        return holding, len(readings) == 1

    def _keep(self, found: Template, path: str, *, alone: bool) -> None:
        name, source = found.name, found.reading.source
        key = (name, is_shipped(path))
        message, file = "", PurePath(source.path)
        if alone and name != file.stem:
            expected = f"`{name}{file.suffix}`"
            message = f"the template `{name}` is in {file.name}: its file must be named {expected}"
        elif earlier := self.templates.get(key):
            where = earlier.reading.source.path
            message = f"the template `{name}` is also in {where}: remove one"
        if message:
            self.problems.append(found.reading.problem(message, ("defines",)))
        self.templates[key] = found

    def _count(self, path: str) -> None:
        self.count += 1
        self._bound(self.count, path)

    def _bound(self, count: int, path: str) -> None:
        if count > MOST:
            message = f"more than {MOST:,} rules: use fewer rules in one run"
            raise InputError(*self.problems, Problem(path, message))


def _holds(path: str) -> bool:
    return PurePath(path).name not in RESERVED


def _unread(found: Walk) -> tuple[str, ...]:
    """Return the files that may be rules, but are not YAML by their names: no prose or program."""
    return tuple(file for file in found.others if role(file) is not Role.PROSE)
