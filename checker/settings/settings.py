"""Merges arguments and the configuration file into the settings of a run, by one precedence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from checker.cel import Engine
from checker.problems import Json
from checker.reader import Limits, Root, find_root
from checker.report import Severity
from checker.settings.arguments import Arguments
from checker.settings.config import Config, located
from checker.workers import Workers, restrained


def today() -> date:
    """Return the day it is in UTC, by which waivers are judged unless another day is given."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run does. Nothing in it is a default that something else may still override."""

    rules: Sequence[str] = ()
    policies: Sequence[str] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """Documents that are at hand, beside those in files, by the names that reports give them."""
    root: Root = field(default_factory=lambda: find_root(Path(), None))
    """What the names of all files are relative to."""
    only: Sequence[str] = ()
    """The ids of the rules to run; without any, all that the profile selects."""
    kinds: Sequence[tuple[str, str]] = ()
    """Pairs of a glob and the kind of the files that it matches; the last match counts."""
    exclude: Sequence[str] = ()
    own_globs: Sequence[str] = ()
    """The globs of the configuration, which are about the whole repository."""
    params: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    disable: Sequence[str] = ()
    fail_level: Severity = Severity.LOW
    strict: bool = False
    profile: str = ""
    waivers: str = ""
    baseline: str = ""
    previous: str = ""
    frameworks: Sequence[str] = ()
    today: date = field(default_factory=today)
    engine: Engine = "codegen"
    limits: Limits = field(default_factory=Limits)
    workers: Workers | None = None
    """Without them this process decides everything, and nothing bounds its time and memory."""
    config: Config = field(default_factory=Config)
    """The configuration file, for the kinds that it declares and for the report."""


def settings(arguments: Arguments) -> Settings:
    """Return the settings of a run, with the configuration file read. Raises InputError."""
    with restrained(arguments.workers):
        config = located(arguments.config, arguments.limits, without=arguments.no_config)
    return merged(arguments, config)


def merged(given: Arguments, config: Config) -> Settings:
    """Return the settings of a run: an argument wins, then the configuration, then a default.

    Lists of globs add up: those of arguments stand last, where the last match counts.
    """
    level = given.fail_level
    if level is None:
        level = Severity.of(config.fail_level) if config.fail_level else Severity.LOW
    return Settings(
        rules=given.rules or config.rules,
        policies=given.policies or config.policies,
        root=config.root or find_root(Path(), None),
        only=given.only,
        kinds=(*config.paths, *given.kinds),
        exclude=(*config.exclude, *given.exclude),
        own_globs=(*(glob for glob, _ in config.paths), *config.exclude),
        params=config.params,
        disable=config.disable,
        fail_level=level,
        strict=config.strict if given.strict is None else given.strict,
        profile=given.profile or config.profile,
        waivers=given.waivers or config.waivers,
        baseline=given.baseline or config.baseline,
        previous=given.previous,
        frameworks=given.frameworks or config.frameworks,
        today=given.today or today(),
        engine=given.engine,
        limits=given.limits,
        workers=given.workers,
        config=config,
    )
