"""A report in; annotations on standard error and a job's summary, for GitHub Actions, out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from checker.cli.outputs import Output
from checker.output import OutputError, append_file
from checker.problems import Problem
from checker.report import Report

SUMMARY = 1_048_576
"""Bytes that the summary of a step may have; a longer one is refused as a whole.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
"""
SILENT = click.option(
    "--no-ci",
    is_flag=True,
    help="In GitHub Actions, annotate nothing unasked and write no job summary.",
)


def speaks(outputs: Sequence[Output], *, silent: bool) -> bool:
    """Say whether a run addresses GitHub: because it runs there, or was asked for the format."""
    return not silent and (os.environ.get("GITHUB_ACTIONS") == "true" or _asked(outputs))


def announce(report: Report, outputs: Sequence[Output]) -> None:
    """Annotate on standard error, unless an output does, and add to the job's summary.

    Raises OutputError.
    """
    from checker.render.github import render  # noqa: PLC0415 - in GitHub Actions only

    if not _asked(outputs):
        _write(render(report))
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        _summarise(report, Path(path))


def complain(problems: Iterable[Problem]) -> None:
    """Annotate, on standard error, what kept the check from being performed."""
    from checker.render.github import annotate  # noqa: PLC0415 - in GitHub Actions only

    _write(annotate(problems))


def _asked(outputs: Sequence[Output]) -> bool:
    return any(output.format == "github" for output in outputs)


def _write(lines: Iterable[str]) -> None:
    """Write commands where the runner reads them too, so that standard output stays a report."""
    try:
        click.echo("".join(lines), err=True, nl=False)
    except OSError as error:
        raise OutputError("standard error", error, "annotations were") from error


def _summarise(report: Report, path: Path) -> None:
    from checker.render.markdown import bounded  # noqa: PLC0415 - in GitHub Actions only

    what = "job summary was"
    try:
        taken = path.stat().st_size if path.is_file() else 0
        text = "".join(bounded(report, SUMMARY - taken - 1))
    except ValueError:
        reason = f"{taken:,} of its {SUMMARY:,} bytes are taken: use a step for policy-check alone"
        raise OutputError(str(path), reason, what) from None
    except OSError as error:
        raise OutputError(str(path), error.strerror, what) from error
    append_file(path, "\n" * bool(taken) + text, what)
