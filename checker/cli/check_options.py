"""Defines the options of every command that checks, and makes typed arguments of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from checker.cel import ENGINES
from checker.cli import COMMANDS
from checker.cli.limit_options import limited, limits, workers
from checker.messages import did_you_mean

if TYPE_CHECKING:
    from checker.settings import Arguments, Settings

_Command = TypeVar("_Command", bound="Callable[..., Any]")
SETTINGS: Mapping[str, Any] = {
    "help_option_names": ["-h", "--help"],
    "auto_envvar_prefix": "POLICY_CHECK",
    "max_content_width": 80,
}
"""Of a command whose options are environment variables too."""


class _KindType(click.ParamType[tuple[str, str]]):
    """`GLOB=KIND`."""

    name = "GLOB=KIND"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        """Return the pair of an option's text."""
        if isinstance(value, tuple):
            return value
        glob, equals, kind = value.rpartition("=")
        if not (glob and equals and kind):
            self.fail(f"expected GLOB=KIND, such as 'k8s/*.yaml=pod', not `{value}`", param, ctx)
        return glob, kind


class _DateType(click.ParamType[date]):
    """`YYYY-MM-DD`."""

    name = "DATE"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        """Return the day of an option's text."""
        try:
            return value if isinstance(value, date) else datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, wherever
        except ValueError:
            self.fail(f"expected a day such as 2027-03-31, not `{value}`", param, ctx)


DATE = _DateType()

_OPTIONS = (
    click.argument("paths", nargs=-1, metavar="[RULES [POLICIES]...]"),
    click.option("--rules", multiple=True, metavar="PATH", help="Rules; may be repeated."),
    click.option("--policies", multiple=True, metavar="PATH", help="Documents; may be repeated."),
    click.option(
        "--profile",
        metavar="NAME",
        default="",
        help="Which rules to run, by the profiles.yaml beside them. [default: recommended for "
        "`builtin`, all of a directory]",
    ),
    click.option(
        "--kind",
        multiple=True,
        type=_KindType(),
        help="Read the files of a glob as documents of a kind; may be repeated.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Files that are no documents; may be repeated.",
    ),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="Configuration file. [default: policy-check.yaml of the repository]",
    ),
    click.option("--no-config", is_flag=True, help="Use no configuration file."),
    click.option(
        "--waivers", metavar="FILE", default="", help="Findings that are accepted, and why."
    ),
    click.option(
        "--today", type=DATE, help="The day by which waivers are judged. [default: today, in UTC]"
    ),
    click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default="codegen",
        help="What evaluates conditions: compiled (the default), a plain interpreter, or "
        "cel-python.",
    ),
)


def selects(command: _Command) -> _Command:
    """Give a command the options that say which rules and documents it is about."""
    command = limited(command)
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def command_meant(paths: Sequence[str]) -> str:
    """Return `; did you mean …?` where the first of some paths may be a misspelt command."""
    if not paths or paths[0] in COMMANDS or os.path.lexists(paths[0]):
        return ""
    return did_you_mean(paths[0], COMMANDS)


def arguments(paths: Sequence[str], given: Mapping[str, Any]) -> Arguments:
    """Return what the options that `selects` gives to a command say.

    `paths` are its arguments: RULES and POLICIES or, with `--rules`, POLICIES alone.
    """
    from checker.settings import Arguments  # noqa: PLC0415 - `--help` needs none of it

    rules, policies = given["rules"], given["policies"]
    if rules:
        policies = (*policies, *paths)
    else:
        rules, policies = paths[:1], (*policies, *paths[1:])
    return Arguments(
        rules=rules,
        policies=policies,
        kinds=given["kind"],
        exclude=given["exclude"],
        config=given["config"],
        no_config=given["no_config"],
        profile=given["profile"],
        waivers=given["waivers"],
        today=given["today"],
        engine=given["engine"],
        limits=limits(given),
        workers=workers(given),
    )


def settings(given: Arguments, paths: Sequence[str]) -> Settings:
    """Return the settings of a check, with its configuration read.

    Raises InputError, and UsageError where neither names any rules or any policies.
    """
    from checker.settings import settings as merged  # noqa: PLC0415 - `--help` needs none of it

    found = merged(given)
    if not (found.rules and found.policies):
        missing = "policies" if found.rules else "rules"
        hint = command_meant(paths) or (
            ": try `policy-check builtin POLICIES`, or write policy-check.yaml"
        )
        raise click.UsageError(f"no {missing} given{hint}")
    return found
