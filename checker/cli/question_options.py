"""Defines the options of the commands that ask a question about policies, and asks it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from checker.cli.check_options import EXCLUDE, KIND, PARAMETERS, STRICT
from checker.cli.handbook_options import COLOUR, CONFIG, NO_CONFIG
from checker.cli.limit_options import limited, limits, workers
from checker.cli.outputs import refuse
from checker.cli.progress import Progress
from checker.output import OutputError, has_colour, write_stdout
from checker.problems import InputError

if TYPE_CHECKING:
    from checker.report import Answers
    from checker.run.questions import Question
    from checker.settings import Settings

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_OPTIONS = (
    click.argument("policies", nargs=-1, metavar="[POLICIES]..."),
    KIND,
    EXCLUDE,
    PARAMETERS,
    STRICT,
    CONFIG,
    NO_CONFIG,
    click.option(
        "-o",
        "--output",
        type=click.Choice(["text", "json"]),
        default="text",
        help="Output format. [default: text]",
    ),
    COLOUR,
)


def asks(command: _Command) -> _Command:
    """Add the options for policies, output and limits to a command."""
    command = limited(timeout="Processor time for one policy")(command)
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def answer(question: Callable[[], Question], given: Mapping[str, Any]) -> int:
    """Ask a question about the policies that are named, print the answers, return the exit code.

    `given` maps the names of all the command's options to their values.
    """
    color = given["color"]
    try:
        asked, chosen = question(), settings_of(given)
        found = _asked(asked, chosen)
        _write(found, given["output"], colour=has_colour(color, sys.stdout))
    except InputError as error:
        return refuse(error.problems, color, "nothing was asked")
    except OutputError as error:
        return refuse((error.problem,), color, "the answer is missing")
    return found.exit_code


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Return the settings of a command with the options of `asks`; raises InputError."""
    from checker.settings import Arguments, settings  # noqa: PLC0415 - `--help` needs none of it

    found = settings(
        Arguments(
            policies=given["policies"],
            kinds=given["kind"],
            exclude=given["exclude"],
            parameters=given["parameters"],
            strict=given["strict"],
            config=given["config"],
            no_config=given["no_config"],
            limits=limits(given),
            workers=workers(given),
        )
    )
    if not found.policies:
        raise click.UsageError(
            "no policies given: name files or directories, or set `policies` in policy-check.yaml"
        )
    return found


def _asked(question: Question, chosen: Settings) -> Answers:
    from checker.run.answering import answers  # noqa: PLC0415 - as above

    progress = Progress(sys.stderr)
    try:
        return answers(chosen, question, progress)
    finally:
        progress.clear()


def _write(found: Answers, output: str, *, colour: bool) -> None:
    from checker.render.answers import render_json, render_text  # noqa: PLC0415 - as above

    write_stdout(render_json(found) if output == "json" else render_text(found, colour=colour))
