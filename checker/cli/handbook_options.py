"""Defines the options and the output of commands that read rules but check nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from checker.cli.outputs import refuse
from checker.output import OutputError, write_stdout
from checker.problems import InputError
from checker.report import Exit

if TYPE_CHECKING:
    from checker.settings import Config

_Command = TypeVar("_Command", bound="Callable[..., Any]")
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 80}
CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="POLICY_CHECK_CONFIG",
    help="Configuration file. [default: the repository's policy-check.yaml]",
)
NO_CONFIG = click.option(
    "--no-config",
    is_flag=True,
    envvar="POLICY_CHECK_NO_CONFIG",
    help="Use no configuration file.",
)
COLOUR = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    envvar="POLICY_CHECK_COLOR",
    help="Use colours; auto respects NO_COLOR.",
)


def reads_rules(command: _Command) -> _Command:
    """Add the options for the configuration and for colours to a command."""
    for option in (COLOUR, NO_CONFIG, CONFIG):
        command = option(command)
    return command


def configuration(given: Mapping[str, Any]) -> Config:
    """Return the configuration that `--config` names, or else the repository's.

    Raises InputError if it cannot be used.
    """
    from checker.reader import DEFAULT_LIMITS  # noqa: PLC0415 - `--help` needs none of it
    from checker.settings.config import located  # noqa: PLC0415 - as above

    return located(given["config"], DEFAULT_LIMITS, without=given["no_config"])


def show(make: Callable[[], Iterable[str]], color: str, verdict: str) -> int:
    """Write the pieces of text that `make` returns to standard output; return the exit code.

    `verdict` ends the error message if that fails. A closed pipe, as with `head`, is no error to
    report.
    """
    try:
        write_stdout(make())
    except InputError as error:
        return refuse(error.problems, color, verdict)
    except OutputError as error:
        if isinstance(error.__cause__, BrokenPipeError):
            return Exit.NOT_EVALUATED
        return refuse((error.problem,), color, verdict)
    return Exit.OK
