"""Writes reports in the formats and to the files that were asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from checker.output import OutputError, has_colour, remove_stale, write_file, write_stdout
from checker.problems import Problem
from checker.render import FORMATS, renderer
from checker.report import Exit, Severity

if TYPE_CHECKING:
    from checker.report import Report
    from checker.settings import Settings

COLOUR = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colours in the text report; auto respects NO_COLOR.",
)


LEVELS = [severity.label for severity in Severity]


class Output(NamedTuple):
    """A format, and the file it goes to; None is standard output."""

    format: str
    path: Path | None


class _OutputType(click.ParamType[Output]):
    """`FORMAT[=FILE]`."""

    name = "FORMAT[=FILE]"

    def convert(self, value: Any, param: Any, ctx: Any) -> Output:
        """Return the output of an option's text."""
        if isinstance(value, Output):
            return value
        name, equals, path = value.partition("=")
        if name not in FORMATS:
            self.fail(f"unknown format `{name}`: expected one of {', '.join(FORMATS)}", param, ctx)
        if equals and not path:
            self.fail(f"`{value}` names no file", param, ctx)
        return Output(name, Path(path) if path else None)


OUTPUT = click.option(
    "-o",
    "--output",
    multiple=True,
    type=_OutputType(),
    help=f"Report format ({', '.join(FORMATS)}) and file; may be repeated. [default: text]",
)


def prepare(outputs: Sequence[Output], settings: Settings) -> None:
    """Refuse targets that are one, or that are (or next time would be) inputs.

    Older reports are removed, so that none stands for the result of this run. Raises UsageError
    and OutputError.
    """
    from checker.reader import identity  # noqa: PLC0415 - `--help` needs none of it

    targets = [identity(str(output.path)) if output.path else None for output in outputs]
    if len(set(targets)) < len(targets):
        raise click.UsageError("two formats go to one place: give each a file of its own")
    refused = []
    for output in outputs:
        try:
            if output.path is not None:
                _prepare(output.path, settings)
        except OutputError as error:  # the older reports of other outputs go all the same
            refused.append(error)
    if refused:
        raise refused[0]


def _prepare(path: Path, settings: Settings) -> None:
    from checker.reader import identity  # noqa: PLC0415 - as above
    from checker.rules.rule_files import RESERVED  # noqa: PLC0415 - as above
    from checker.sources.suffixes import Role, role  # noqa: PLC0415 - as above

    target = Path(identity(str(path)))
    is_read = role(target.name) in {Role.PLAIN, Role.LINES}
    config = str(settings.config.path or "")
    trees = (*settings.rules, *settings.policies, *settings.config.schemas, config)
    for given in filter(None, trees):
        place = Path(identity(given))
        if target == place or (is_read and place in target.parents):
            reason = f"it would stand among the inputs in {given}: choose another place"
            raise OutputError(str(path), reason)
    beside = [Path(each).parent for each in settings.rules if Path(each).is_file()]
    reserved = [str(folder / name) for folder in beside for name in sorted(RESERVED)]
    for given in filter(None, (settings.waivers, settings.baseline, settings.previous, *reserved)):
        if target == Path(identity(given)):
            raise OutputError(str(path), f"it is read as {given}: choose another place")
    remove_stale(path)


def write(report: Report, outputs: Sequence[Output], color: str) -> None:
    """Write a report in every format that was asked for; raises OutputError."""
    for output in outputs:
        render = renderer(output.format)
        if output.path is not None:
            write_file(output.path, render(report))
        elif output.format == "text":
            from checker.render import text  # noqa: PLC0415 - the one format with colours

            write_stdout(text.render(report, colour=has_colour(color, sys.stdout)))
        else:
            write_stdout(render(report))


def refuse(problems: Sequence[Problem], color: str, verdict: str) -> int:
    """Say on standard error what is wrong with inputs; return the exit code."""
    from checker.render.text import render_problems  # noqa: PLC0415 - after a failure only

    colour = has_colour(color, sys.stderr)
    text = render_problems(problems, colour=colour) + f"policy-check: {verdict}"
    click.echo(text, err=True, color=colour)
    return Exit.NOT_EVALUATED
