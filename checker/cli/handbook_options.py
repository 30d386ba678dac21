"""What the commands that only read rules share: their options, and how they show what they read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from checker.cli.outputs import refuse
from checker.output import OutputError, write_stdout
from checker.problems import InputError
from checker.report import Exit

_Command = TypeVar("_Command", bound="Callable[..., Any]")
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 80}
_OPTIONS = (
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        envvar="POLICY_CHECK_CONFIG",
        help="Configuration file. [default: policy-check.yaml of the repository]",
    ),
    click.option(
        "--no-config",
        is_flag=True,
        envvar="POLICY_CHECK_NO_CONFIG",
        help="Use no configuration file.",
    ),
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        envvar="POLICY_CHECK_COLOR",
        help="Colours; auto respects NO_COLOR.",
    ),
)


def reads_rules(command: _Command) -> _Command:
    """Give a command the options that say how rules are read and shown."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def show(make: Callable[[], Iterable[str]], color: str, verdict: str) -> int:
    """Write what a function gives to standard output and return the exit code.

    `verdict` says what was not done where that fails. A reader who has seen enough, as `head`
    has, is told nothing.
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
