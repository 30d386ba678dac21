"""Compares old and new policies, and reports access that only the new ones grant."""

from __future__ import annotations

import sys
from typing import Any

import click

from checker.cli.check_options import EXCLUDE, STRICT
from checker.cli.handbook_options import COLOUR, CONFIG, NO_CONFIG, SETTINGS
from checker.cli.limit_options import limited, limits, workers
from checker.output import OutputError, has_colour, write_stdout
from checker.problems import InputError
from checker.render.comparisons import render_comparison
from checker.render.text import render_problems
from checker.report import Exit
from checker.run.comparison import compare
from checker.settings import Arguments, settings


@click.command(
    "compare",
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    epilog="""Exit codes: 0 no new access; 1 new access; 2 something could not be read or decided;
    3 nothing to compare.""",
)
@click.argument("old")
@click.argument("new")
@EXCLUDE
@STRICT
@CONFIG
@NO_CONFIG
@COLOUR
@limited(timeout="Processor time for one comparison")
def command(old: str, new: str, exclude: tuple[str, ...], color: str, **given: Any) -> int:
    """Show whether NEW grants access that OLD does not, with a request as proof.

    OLD and NEW are AWS IAM policies, or directories of policies, which are paired by their paths,
    or by their content if they only moved.
    Either may be `git:REF:PATH`; `git:REF` means the path of the other argument, at that commit.
    A policy without an old version is compared with no access at all.
    """
    try:
        asked = Arguments(
            exclude=exclude,
            strict=given["strict"],
            config=given["config"],
            no_config=given["no_config"],
            limits=limits(given),
            workers=workers(given),
        )
        found = compare(old, new, settings(asked))
        write_stdout(render_comparison(found, colour=has_colour(color, sys.stdout)))
    except InputError as error:
        colour = has_colour(color, sys.stderr)
        text = render_problems(error.problems, colour=colour)
        click.echo(f"{text}policy-check: nothing was compared", err=True, color=colour)
        return Exit.NOT_EVALUATED
    except OutputError as error:
        click.echo(render_problems((error.problem,)), err=True)
        return Exit.NOT_EVALUATED
    return found.exit_code
