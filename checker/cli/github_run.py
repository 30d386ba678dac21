"""Writes annotations and a job summary for a report in GitHub Actions."""

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
"""The most bytes that the summary of a step may have; GitHub rejects a longer one entirely.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
"""
SILENT = click.option(
    "--no-ci",
    is_flag=True,
    help="In GitHub Actions, write no job summary, and annotations only with `-o github`.",
)


def speaks(outputs: Sequence[Output], *, silent: bool) -> bool:
    """Say whether to write for GitHub: the run is in GitHub Actions, or the format was chosen."""
    return not silent and (os.environ.get("GITHUB_ACTIONS") == "true" or _asked(outputs))


def announce(report: Report, outputs: Sequence[Output]) -> None:
    """Write annotations to standard error, unless an output has them, and add a job summary.

    Raises OutputError if either cannot be written.
    """
    from checker.render.github import render  # noqa: PLC0415 - in GitHub Actions only

    if not _asked(outputs):
        _write(render(report))
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        _summarise(report, Path(path))


def complain(problems: Iterable[Problem]) -> None:
    """Write annotations about the problems that prevented the check to standard error."""
    from checker.render.github import annotate  # noqa: PLC0415 - in GitHub Actions only

    _write(annotate(problems))


def _asked(outputs: Sequence[Output]) -> bool:
    return any(output.format == "github" for output in outputs)


def _write(lines: Iterable[str]) -> None:
    """Write workflow commands to standard error, so that standard output holds only a report.

    The runner reads commands from both.
    """
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
        reason = f"{taken:,} of its {SUMMARY:,} bytes are taken: run policy-check in its own step"
        raise OutputError(str(path), reason, what) from None
    except OSError as error:
        raise OutputError(str(path), error.strerror, what) from error
    append_file(path, "\n" * bool(taken) + text, what)
