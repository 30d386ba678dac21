"""Selects rules by the profiles in the `profiles.yaml` file of a directory of rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePath
from typing import Any, NamedTuple, cast

from checker.messages import did_you_mean
from checker.problems import InputError, Problem
from checker.reader import AS_GIVEN, Limits, Root, parse_yaml, read_file
from checker.reader.schema import Schema
from checker.report import Input
from checker.rules.loading import RuleSet
from checker.rules.rule import Rule
from checker.rules.rule_files import BUILTIN, builtin_root, is_builtin, limits_of

FILE_NAME = "profiles.yaml"
"""The name of the file in a directory of rules that defines profiles and contains no rule."""
DEFAULT = "recommended"
"""The profile that applies to the shipped rules if no profile is given."""


class Profile(NamedTuple):
    """A named selection of rules: whom it is for, and patterns of rule ids (`*` is any text)."""

    description: str
    rules: tuple[str, ...]

    def selects(self, rule: str) -> bool:
        """Return whether the profile selects the rule with an id."""
        return any(fnmatchcase(rule, each) for each in self.rules)


class Profiles(NamedTuple):
    """The profiles of one file, by name."""

    input: Input
    by_name: Mapping[str, Profile]


@cache
def _schema() -> Schema:
    return Schema.bundled("rules/profiles.schema.json")


def load_profiles(directory: Path, limits: Limits, root: Root = AS_GIVEN) -> Profiles | None:
    """Return the profiles of a directory of rules, or None if it has no `profiles.yaml`.

    Raises InputError with all problems of the file.
    """
    path = directory / FILE_NAME
    if not path.exists():
        return None
    limits = limits_of(str(path), limits)
    reading = parse_yaml(read_file(str(path), limits, root.name(str(path))), limits)
    if problems := _schema().problems(reading):
        raise InputError(*problems)
    data = cast("dict[str, Any]", reading.data)
    return Profiles(
        Input(reading.source.path, reading.source.sha256),
        {
            name: Profile(each["description"].strip(), tuple(each["rules"]))
            for name, each in data["profiles"].items()
        },
    )


def select(
    rule_set: RuleSet, paths: Sequence[str], name: str, limits: Limits, root: Root = AS_GIVEN
) -> RuleSet:
    """Return a rule set reduced to the rules that the profile `name` selects.

    `paths` are those that the rules were loaded from. The profile selects among the rules of every
    directory that defines it; all other rules are kept. If `name` is empty, `recommended` selects
    among the shipped rules. Raises InputError if no directory defines the profile, or if the
    profile selects a rule that does not exist.
    """
    files = list(_files(paths, name, limits, root))
    known = list(dict.fromkeys(each for file in files for each in file.profiles.by_name))
    if name and name not in known:
        expected = ", ".join(f"`{each}`" for each in known)
        listed = f": expected one of {expected}" if known else f": there is no {FILE_NAME}"
        hint = did_you_mean(name, known) or listed
        raise InputError(Problem("--profile", f"unknown profile `{name}`{hint}"))
    chosen = [file for file in files if file.wanted in file.profiles.by_name]
    problems = [problem for file in chosen for problem in file.problems(rule_set.rules)]
    if problems:
        raise InputError(*problems)
    kept = tuple(rule for rule in rule_set.rules if all(file.keeps(rule) for file in chosen))
    return rule_set._replace(
        rules=kept,
        inputs=(*rule_set.inputs, *(file.profiles.input for file in chosen)),
        left_out=tuple(rule.id for rule in rule_set.rules if rule not in kept),
    )


class _File(NamedTuple):
    """The profiles of a directory of rules, and the name of the wanted one."""

    directory: str
    """The directory as the paths of its rules start."""
    profiles: Profiles
    wanted: str
    whole: bool
    """Whether all rules of the directory are loaded."""
    shipped: bool
    """Whether the rules are the shipped ones; another directory may have the same name."""

    def keeps(self, rule: Rule) -> bool:
        """Return whether a rule is kept: it is selected, or it is not in this directory."""
        return not self._holds(rule) or self.profiles.by_name[self.wanted].selects(rule.id)

    def names(self, rule: Rule) -> list[str]:
        """Return the names of the profiles that select a rule of this directory."""
        chosen = self.profiles.by_name.items() if self._holds(rule) else ()
        return [name for name, profile in chosen if profile.selects(rule.id)]

    def _holds(self, rule: Rule) -> bool:
        inside = PurePath(self.directory) in PurePath(rule.file.path).parents
        return inside and rule.file.shipped is self.shipped

    def problems(self, rules: Iterable[Rule]) -> Iterator[Problem]:
        """Yield a problem for each entry of the wanted profile that matches no rule."""
        known = [rule.id for rule in rules]
        for entry in self.profiles.by_name[self.wanted].rules if self.whole else ():
            if not any(fnmatchcase(each, entry) for each in known):
                message = f"the profile `{self.wanted}` selects `{entry}`, which matches no rule"
                yield Problem(self.profiles.input.path, message + did_you_mean(entry, known))


def profiles_of(
    rules: Iterable[Rule], paths: Sequence[str], limits: Limits, root: Root = AS_GIVEN
) -> dict[str, tuple[str, ...]]:
    """Return, for the id of each rule, the names of the profiles that select it.

    The profiles are those of `paths`, from which the rules were loaded. Raises InputError with the
    problems of the first file of profiles that has any.
    """
    files = [file for path in dict.fromkeys(paths) if (file := _file(path, "", limits, root))]
    return {
        rule.id: tuple(dict.fromkeys(name for file in files for name in file.names(rule)))
        for rule in rules
    }


def profile_names(paths: Sequence[str], limits: Limits) -> list[str]:
    """Return the names of the profiles of some paths; raises InputError as `profiles_of`."""
    files = [file for path in paths if (file := _file(path, "", limits, AS_GIVEN))]
    return list(dict.fromkeys(name for file in files for name in file.profiles.by_name))


def _files(paths: Sequence[str], name: str, limits: Limits, root: Root) -> Iterator[_File]:
    """Yield the profiles of each path, with the wanted one; raises InputError."""
    for path in dict.fromkeys(paths):
        wanted = name or (DEFAULT if is_builtin(path) else "")
        if wanted and (file := _file(path, wanted, limits, root)):
            yield file


def _file(path: str, wanted: str, limits: Limits, root: Root) -> _File | None:
    shipped = is_builtin(path)
    directory = builtin_root() if shipped else Path(path)
    profiles = load_profiles(directory, limits, root) if directory.is_dir() else None
    if profiles is None:
        return None
    shown = BUILTIN if shipped else root.name(path)
    return _File(shown, profiles, wanted, not shipped or path == BUILTIN, shipped)
