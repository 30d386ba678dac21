"""Runs a check and writes its reports."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from checker.cli import COMMANDS, github_run
from checker.cli.check_options import SETTINGS, arguments, command_meant, selects, settings
from checker.cli.outputs import COLOUR, LEVELS, OUTPUT, Output, prepare, refuse, write
from checker.cli.progress import Progress
from checker.output import OutputError
from checker.problems import InputError
from checker.report import Report, Severity
from checker.version import VERSION

if TYPE_CHECKING:
    from checker.settings import Settings


class _Check(click.Command):
    """The check command. Its help lists the other commands too."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands before the epilog."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        super().format_epilog(ctx, formatter)


@click.command(
    cls=_Check,
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    epilog="""Exit codes: 0 everything was evaluated and there are no violations; 1 violations;
    2 something could not be evaluated; 3 nothing to check; 130 interrupted. Every option can also
    be set by an environment variable, such as POLICY_CHECK_FAIL_LEVEL.""",
)
@selects
@click.option(
    "--rule",
    "only",
    multiple=True,
    envvar="POLICY_CHECK_RULE",
    metavar="ID",
    help="Run only this rule, whatever the profile selects; may be repeated.",
)
@OUTPUT
@click.option(
    "--fail-level",
    type=click.Choice(LEVELS),
    help="Lowest severity of a violation that fails the check. [default: low]",
)
@click.option(
    "--strict/--no-strict",
    default=None,
    help="Also fail if a file that shows a policy was not read, a glob matches no file, or one "
    "of your own rules never applied.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    default="",
    help="JSON report of an earlier run; violations in it do not fail the check.",
)
@click.option(
    "--previous",
    metavar="FILE",
    default="",
    help="JSON report of an earlier run, to show a trend; it does not affect the result.",
)
@click.option(
    "--framework",
    "frameworks",
    multiple=True,
    metavar="NAME",
    help="Report all controls of a framework, such as nist-800-53-r5; may be repeated.",
)
@github_run.SILENT
@COLOUR
@click.version_option(
    VERSION, "-V", "--version", message="%(prog)s %(version)s", allow_from_autoenv=False
)
def command(paths: tuple[str, ...], output: tuple[Output, ...], color: str, **given: Any) -> int:
    """Check POLICIES against RULES and report every violation.

    RULES and POLICIES are files or directories. RULES may also be `builtin` (the shipped rules)
    or one folder of them, such as `builtin:ecr`. POLICIES may include `-` (standard input). With
    --rules, all arguments are POLICIES.
    """
    outputs = output or (Output("text", None),)
    level = given["fail_level"]
    speaks = github_run.speaks(outputs, silent=given["no_ci"])
    try:
        asked = replace(
            arguments(paths, given),
            only=given["only"],
            fail_level=Severity.of(level) if level else None,
            strict=given["strict"],
            baseline=given["baseline"],
            previous=given["previous"],
            frameworks=given["frameworks"],
        )
        chosen = settings(asked, paths)
        prepare(outputs, chosen)
        report = _checked(chosen)
        write(report, outputs, color)
        if speaks:
            github_run.announce(report, outputs)
    except InputError as error:
        if speaks:
            github_run.complain(error.problems)
        count = f"{len(error.problems)} error{'' if len(error.problems) == 1 else 's'}"
        hint = command_meant(paths)
        return refuse(error.problems, color, f"no check was performed: {count}{hint}")
    except OutputError as error:
        return refuse((error.problem,), color, "a report is missing")
    return report.exit_code


def _checked(chosen: Settings) -> Report:
    from checker.run.pipeline import check  # noqa: PLC0415 - `--help` needs none of it

    progress = Progress(sys.stderr)
    try:
        return check(chosen, progress)
    finally:
        progress.clear()
