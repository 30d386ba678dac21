"""Defines the typed arguments of a check, before they are merged with a configuration file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from checker.cel import Engine
from checker.reader import Limits
from checker.report import Severity
from checker.workers import Workers


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a check, from the command line and the environment.

    An argument that was not given is empty or None. Then the configuration file, or else a default,
    decides.
    """

    rules: Sequence[str] = ()
    policies: Sequence[str] = ()
    only: Sequence[str] = ()
    """The ids of the rules to run, whatever the profile selects."""
    kinds: Sequence[tuple[str, str]] = ()
    """Pairs of a glob and the kind of the files that it matches."""
    exclude: Sequence[str] = ()
    parameters: Sequence[str] = ()
    """The paths of files with values of the parameters of templates."""
    config: Path | None = None
    no_config: bool = False
    fail_level: Severity | None = None
    strict: bool | None = None
    profile: str = ""
    waivers: str = ""
    baseline: str = ""
    previous: str = ""
    frameworks: Sequence[str] = ()
    today: date | None = None
    engine: Engine = "codegen"
    limits: Limits = field(default_factory=Limits)
    workers: Workers | None = None
