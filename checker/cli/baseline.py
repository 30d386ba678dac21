"""Brings a baseline up to date with a check of today."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checker.cli.check_options import SETTINGS, arguments, selects, settings
from checker.cli.outputs import COLOUR, refuse
from checker.cli.progress import Progress
from checker.messages import inert, visible
from checker.output import OutputError, write_file, write_stdout
from checker.problems import InputError
from checker.report import Exit, Report

if TYPE_CHECKING:
    from checker.settings import Settings

_REFUSED = "the baseline was not changed"


@click.command(
    "baseline",
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    epilog="""Exit codes: 0 the baseline is up to date; 2 it was not changed, because it or the
    check cannot be used.""",
)
@click.argument("what", type=click.Choice(["update"]), metavar="update")
@click.argument("file")
@selects
@COLOUR
def command(what: str, file: str, paths: tuple[str, ...], color: str, **given: Any) -> int:  # noqa: ARG001
    """Bring the baseline FILE up to date with a check of POLICIES against RULES.

    The new baseline holds those violations of the old one that are still there, as they are now:
    narrower statements, files that have another name, and fingerprints of today's version. What is
    fixed is left out, and no violation is added. Create a baseline by `-o json=FILE`.
    """
    try:
        lines = _updated(file, settings(arguments(paths, given), paths))
    except InputError as error:
        return refuse(error.problems, color, _REFUSED)
    except OutputError as error:
        return refuse((error.problem,), color, _REFUSED)
    write_stdout([inert(f"{visible(lines)}\n")])
    return Exit.OK


def _updated(file: str, chosen: Settings) -> str:
    """Write the new baseline, and return a line about it."""
    from checker.reader import SCHEME  # noqa: PLC0415 - `--help` needs none of it
    from checker.render.json import render  # noqa: PLC0415
    from checker.report import saved  # noqa: PLC0415
    from checker.run.pipeline import check  # noqa: PLC0415
    from checker.run.update import update  # noqa: PLC0415

    if file.startswith(SCHEME):
        raise click.UsageError(f"`{file}` is at a commit: name a file to write")
    progress = Progress(sys.stderr)

    def run(baseline: str, former: bool) -> Report:  # noqa: FBT001 - as `update` calls it
        path = file if baseline else ""
        try:
            return check(replace(chosen, baseline=path), progress, former=former)
        finally:
            progress.clear()

    new = update(saved.load(file, chosen.root), run, chosen)
    write_file(Path(os.path.realpath(file)), render(new.report))  # keeps a symbolic link
    kept = len(new.report.findings)
    return f"{kept:,} of {new.before:,} violations are still there and kept in {file}"
