"""Lists the documents that a check would decide."""

from __future__ import annotations

import sys
from typing import Any

import click

from checker.cli.handbook_options import SETTINGS
from checker.cli.outputs import refuse
from checker.cli.progress import Progress
from checker.cli.question_options import asks, settings_of
from checker.output import OutputError, has_colour, write_stdout
from checker.problems import InputError


@click.command(
    "documents",
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    epilog="""Exit codes: 0 documents were found, and all can be decided; 2 something could not be
    read; 3 no document was found.""",
)
@asks
def command(**given: Any) -> int:
    """List the policies and other documents in POLICIES, and what is not read.

    POLICIES are files, directories, or `-` (standard input). For each document, the list shows its
    place, its kind, how the file holds it, and what a template leaves open in it.
    """
    from checker.render.stock import render_json, render_text  # noqa: PLC0415 - not for `--help`
    from checker.run.taking_stock import inventory  # noqa: PLC0415 - as above

    color, progress = given["color"], Progress(sys.stderr)
    try:
        try:
            found = inventory(settings_of(given), progress)
        finally:
            progress.clear()
        colour = has_colour(color, sys.stdout)
        is_json = given["output"] == "json"
        write_stdout(render_json(found) if is_json else render_text(found, colour=colour))
    except InputError as error:
        return refuse(error.problems, color, "nothing was listed")
    except OutputError as error:
        return refuse((error.problem,), color, "the list is missing")
    return found.exit_code
