"""Defines the options that every command with a check has, and turns them into Arguments."""

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
"""Settings for click of a command whose options can also be set by environment variables."""


class _KindType(click.ParamType[tuple[str, str]]):
    """The type of an option `GLOB=KIND`."""

    name = "GLOB=KIND"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        """Return the glob and the kind."""
        if isinstance(value, tuple):
            return value
        glob, equals, kind = value.rpartition("=")
        if not (glob and equals and kind):
            self.fail(f"expected GLOB=KIND, such as 'k8s/*.yaml=pod', not `{value}`", param, ctx)
        return glob, kind


class _DateType(click.ParamType[date]):
    """The type of an option `YYYY-MM-DD`."""

    name = "DATE"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        """Return the date."""
        try:
            return value if isinstance(value, date) else datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, wherever
        except ValueError:
            self.fail(f"expected a date such as 2027-03-31, not `{value}`", param, ctx)


DATE = _DateType()
KIND = click.option(
    "--kind",
    multiple=True,
    type=_KindType(),
    help="Read files that match a glob as documents of a kind; may be repeated.",
)
EXCLUDE = click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Leave out files that match a glob; may be repeated.",
)
PARAMETERS = click.option(
    "--parameters",
    multiple=True,
    metavar="FILE",
    help="Decide templates with the parameters in a file; may be repeated, and each file is "
    "decided by itself.",
)
STRICT = click.option(
    "--strict/--no-strict",
    default=None,
    help="Also fail if a file that shows a policy was not read, or a glob matches no file.",
)
"""The option of commands that use no rules."""

_OPTIONS = (
    click.argument("paths", nargs=-1, metavar="[RULES [POLICIES]...]"),
    click.option(
        "--rules",
        multiple=True,
        metavar="PATH",
        help="File or directory of rules; may be repeated.",
    ),
    click.option(
        "--policies",
        multiple=True,
        metavar="PATH",
        help="File or directory of policies; may be repeated.",
    ),
    click.option(
        "--profile",
        metavar="NAME",
        default="",
        help="Profile of rules to run, from the profiles.yaml beside the rules. [default: "
        "recommended for `builtin`, all rules of a directory]",
    ),
    KIND,
    EXCLUDE,
    PARAMETERS,
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="Configuration file. [default: the repository's policy-check.yaml]",
    ),
    click.option("--no-config", is_flag=True, help="Use no configuration file."),
    click.option(
        "--waivers", metavar="FILE", default="", help="File that lists accepted findings."
    ),
    click.option(
        "--today",
        type=DATE,
        help="Date against which waivers are judged. [default: today in UTC]",
    ),
    click.option(
        "--engine",
        type=click.Choice(ENGINES),
        default="codegen",
        help="Evaluator of conditions: compiled to Python (codegen), this program's interpreter, "
        "or cel-python. [default: codegen]",
    ),
)

_TIMEOUT = (
    "Processor time for one rule on one document; three times that for everything on a document"
)


def selects(command: _Command) -> _Command:
    """Add the options for rules, documents and limits to a command."""
    command = limited(timeout=_TIMEOUT)(command)
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def command_meant(paths: Sequence[str]) -> str:
    """Return `; did you mean …?` if the first path may be a misspelt command; else empty."""
    if not paths or paths[0] in COMMANDS or os.path.lexists(paths[0]):
        return ""
    return did_you_mean(paths[0], COMMANDS)


def arguments(paths: Sequence[str], given: Mapping[str, Any]) -> Arguments:
    """Return the values of the options that `selects` adds to a command.

    `paths` are the command's arguments: RULES and POLICIES or, with `--rules`, only POLICIES.
    `given` maps the names of all the command's options to their values.
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
        parameters=given["parameters"],
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
    """Return the settings of a check: its arguments merged with the configuration file.

    Raises InputError if the configuration cannot be used, and UsageError if neither the arguments
    nor the configuration name rules and policies.
    """
    from checker.settings import settings as merged  # noqa: PLC0415 - `--help` needs none of it

    found = merged(given)
    if not (found.rules and found.policies):
        missing = "policies" if found.rules else "rules"
        hint = command_meant(paths) or (
            f": try `policy-check builtin POLICIES`, or set `{missing}` in policy-check.yaml"
        )
        raise click.UsageError(f"no {missing} given{hint}")
    return found
