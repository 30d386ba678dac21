"""Writes reports in the chosen formats to the chosen files."""

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
    help="Use colours in the text report; auto respects NO_COLOR.",
)


LEVELS = [severity.label for severity in Severity]


class Output(NamedTuple):
    """A format, and the path of its file; None means standard output."""

    format: str
    path: Path | None


class _OutputType(click.ParamType[Output]):
    """The type of an option `FORMAT[=FILE]`."""

    name = "FORMAT[=FILE]"

    def convert(self, value: Any, param: Any, ctx: Any) -> Output:
        """Return the output."""
        if isinstance(value, Output):
            return value
        name, equals, path = value.partition("=")
        if name not in FORMATS:
            self.fail(f"unknown format `{name}`: expected one of {', '.join(FORMATS)}", param, ctx)
        if equals and not path:
            self.fail(f"`{value}` names no file: expected FORMAT=FILE or FORMAT", param, ctx)
        return Output(name, Path(path) if path else None)


OUTPUT = click.option(
    "-o",
    "--output",
    multiple=True,
    type=_OutputType(),
    help=f"Format of the report ({', '.join(FORMATS)}) and file to write it to; may be repeated. "
    "[default: text]",
)


def prepare(outputs: Sequence[Output], settings: Settings) -> None:
    """Remove older reports, so that none can be mistaken for the result of this run.

    Raises UsageError if two outputs have the same target, and OutputError if a target is an input
    of this run, would be an input of the next one, or cannot be removed.
    """
    from checker.reader import identity  # noqa: PLC0415 - `--help` needs none of it

    targets = [identity(str(output.path)) if output.path else None for output in outputs]
    if len(set(targets)) < len(targets):
        raise click.UsageError("two reports go to the same place: give each its own file")
    refused = []
    for output in outputs:
        try:
            if output.path is not None:
                _prepare(output.path, settings)
        except OutputError as error:  # still remove the older reports of other outputs
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
            reason = f"it would be among the inputs in {given}: choose another path"
            raise OutputError(str(path), reason)
    beside = [Path(each).parent for each in settings.rules if Path(each).is_file()]
    reserved = [str(folder / name) for folder in beside for name in sorted(RESERVED)]
    for given in filter(None, (settings.waivers, settings.baseline, settings.previous, *reserved)):
        if target == Path(identity(given)):
            raise OutputError(str(path), f"it is the input {given}: choose another path")
    remove_stale(path)


def write(report: Report, outputs: Sequence[Output], color: str) -> None:
    """Write a report to all outputs; raises OutputError."""
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
    """Print problems and a verdict to standard error; return the exit code."""
    from checker.render.text import render_problems  # noqa: PLC0415 - after a failure only

    colour = has_colour(color, sys.stderr)
    text = render_problems(problems, colour=colour) + f"policy-check: {verdict}"
    click.echo(text, err=True, color=colour)
    return Exit.NOT_EVALUATED
