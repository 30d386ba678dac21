"""Compares two JSON reports, and prints which violations are new, fixed or unchanged."""

from __future__ import annotations

import sys

import click

from checker.cli.check_options import SETTINGS
from checker.cli.outputs import COLOUR, LEVELS, refuse
from checker.output import OutputError, has_colour, write_stdout
from checker.problems import InputError
from checker.report import Severity


@click.command(
    "diff",
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    epilog="""Exit codes: 0 no new violations; 1 new violations; 2 a report could not be read, or
    the run of NEW could not evaluate everything.""",
)
@click.argument("old")
@click.argument("new")
@click.option(
    "--fail-level",
    type=click.Choice(LEVELS),
    default="low",
    help="Lowest severity of a new violation that fails. [default: low]",
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    allow_from_autoenv=False,  # POLICY_CHECK_OUTPUT holds formats of reports
    help="Output format. [default: text]",
)
@COLOUR
def command(old: str, new: str, fail_level: str, output: str, color: str) -> int:
    """Compare the JSON reports OLD and NEW, and show new and fixed violations.

    Violations are matched by their fingerprints (rule, document and content), not by their lines.
    Either report may be `git:REF:PATH`. A finding that is waived in OLD and fails in NEW is new.
    """
    from checker.render.difference import render_json, render_text  # noqa: PLC0415
    from checker.report import saved  # noqa: PLC0415 - `--help` needs none of it
    from checker.report.differences import difference  # noqa: PLC0415

    try:
        before, after = saved.load(old), saved.load(new)
        saved.refuse_unlike(before, after)
        found = difference(before, after, Severity.of(fail_level))
        if output == "json":
            write_stdout(render_json(found))
        else:
            write_stdout(render_text(found, colour=has_colour(color, sys.stdout)))
    except InputError as error:
        return refuse(error.problems, color, "nothing was compared")
    except OutputError as error:
        return refuse((error.problem,), color, "there is no report")
    return found.exit_code
