"""Merges arguments and the configuration file into the settings of a run."""

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
    """Return today's date in UTC, the default date against which waivers are judged."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Settings:
    """The final settings of a run, after all merging."""

    rules: Sequence[str] = ()
    policies: Sequence[str] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict)
    """The content of documents that are not in files, by their names in reports."""
    root: Root = field(default_factory=lambda: find_root(Path(), None))
    """The directory that names of files are relative to."""
    only: Sequence[str] = ()
    """The ids of the rules to run; if it is empty, the profile's rules are run."""
    kinds: Sequence[tuple[str, str]] = ()
    """Pairs of a glob and the kind of the files that it matches; the last match counts."""
    exclude: Sequence[str] = ()
    parameters: Sequence[str] = ()
    """The paths of files with values of the parameters of templates; each is decided by itself."""
    literal: bool = False
    """Whether what a template leaves open is taken to be one value without wildcards."""
    own_globs: Sequence[str] = ()
    """The configuration's globs, which apply to the whole repository."""
    params: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    accounts: Sequence[str] = ()
    """The IDs of the accounts that are ours: the value of each parameter that asks for it."""
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
    """The worker processes; with None, this process decides everything, without limits."""
    config: Config = field(default_factory=Config)
    """The configuration file, for its kinds and for the report."""


def settings(arguments: Arguments) -> Settings:
    """Return the settings of a run; reads the configuration file.

    Raises InputError if it cannot be used.
    """
    with restrained(arguments.workers):
        config = located(arguments.config, arguments.limits, without=arguments.no_config)
    return merged(arguments, config)


def merged(given: Arguments, config: Config) -> Settings:
    """Return the settings of a run.

    An argument takes precedence over the configuration, and the configuration over a default.
    Globs of both are used; those of arguments come last, so that they decide if both match.
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
        parameters=given.parameters or config.parameters,
        literal=config.literal,
        own_globs=(*(glob for glob, _ in config.paths), *config.exclude),
        params=config.params,
        accounts=config.accounts,
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
