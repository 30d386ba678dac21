"""Runs a check and adds waivers for some of its findings to the waivers file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from checker.cli.check_options import DATE, SETTINGS, arguments, selects, settings
from checker.cli.outputs import COLOUR, refuse
from checker.cli.progress import Progress
from checker.messages import inert, visible
from checker.output import OutputError, write_stdout
from checker.problems import InputError
from checker.report import Exit, Judged, Report, Status, Waiver

if TYPE_CHECKING:
    from checker.settings import Settings
    from checker.waivers.write import Wanted

FILE_NAME = "policy-check.waivers.yaml"
"""The waivers file that is created if none is named."""
_MOST_SHOWN = 10
"""The most findings to list if none matches."""
_REFUSED = "nothing was waived"
_NEEDED = ("rule", "document", "reason", "owner", "expires")
"""The options that a waiver needs."""


@click.command(
    "waive",
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    epilog="""Exit codes: 0 the findings are waived; 2 they cannot be waived, or the check could not
    be performed; 3 no such finding. A check uses the waivers file only if --waivers or the
    configuration names it.""",
)
@selects
@click.option("--rule", metavar="ID", help="Rule whose findings to accept.")
@click.option("--document", metavar="PATH", help="File of the findings, as in reports.")
@click.option(
    "--part", metavar="PART", help="Accept findings in this part of the file, such as `#2`."
)
@click.option(
    "--subject", metavar="POINTER", help="Accept findings about this subject (a JSON Pointer)."
)
@click.option("--fingerprint", metavar="HEX", help="Accept the finding with this fingerprint.")
@click.option("--reason", metavar="TEXT", help="Why the findings are accepted.")
@click.option("--owner", metavar="TEXT", help="Who is responsible for them.")
@click.option("--expires", type=DATE, help="Last day of the waiver, at most 400 days ahead.")
@click.option(
    "--migrate",
    is_flag=True,
    allow_from_autoenv=False,
    help="Add nothing, but rewrite fingerprints of an older version in the waivers file.",
)
@COLOUR
def command(paths: tuple[str, ...], color: str, **given: Any) -> int:
    """Accept findings until a date by adding them to the waivers file.

    --rule, --document, --reason, --owner and --expires are required, unless --migrate is given.
    This command runs the check, and adds one entry for each violation of the rule in the document.
    An entry no longer applies once what it accepts has changed. The waivers file is the one that
    --waivers or the configuration names, or else policy-check.waivers.yaml beside the
    configuration.
    """
    try:
        if given["migrate"]:
            _refuse_others(given)
            return _migrate(settings(arguments(paths, given), paths))
        wanted = _wanted(given)
        return _waive(wanted, settings(arguments(paths, given), paths))
    except InputError as error:
        return refuse(error.problems, color, _REFUSED)
    except OutputError as error:
        return refuse((error.problem,), color, _REFUSED)


def _wanted(given: Mapping[str, Any]) -> Wanted:
    """Return what to accept; raises UsageError if an option is missing."""
    from checker.waivers.write import Wanted  # noqa: PLC0415 - `--help` needs none of it

    for name in _NEEDED:
        if given[name] is None:
            raise click.UsageError(f"Missing option '--{name}'.")
    return Wanted(
        rule=given["rule"],
        document=given["document"],
        part=given["part"],
        subject=given["subject"],
        fingerprint=given["fingerprint"],
        waiver=Waiver(given["reason"], given["owner"], given["expires"]),
    )


def _refuse_others(given: Mapping[str, Any]) -> None:
    for name in (*_NEEDED, "part", "subject", "fingerprint"):
        if given[name] is not None:
            raise click.UsageError(f"--migrate and --{name} do not go together: name one of them")


def _migrate(chosen: Settings) -> int:
    from checker.render.wording import count  # noqa: PLC0415 - as above
    from checker.run.update import Told  # noqa: PLC0415
    from checker.waivers.migrate import Run, lines_of, migrate  # noqa: PLC0415

    target = _target(chosen)
    report = _checked(chosen, "", former=True)
    findings = [each.finding for each in report.findings if each.status is Status.FAIL]
    done = migrate(target, Run(findings, report.units, Told(report, chosen)), chosen.limits)
    number = count(done.number, "waiver")
    write_stdout(_lines(iter([*lines_of(done.lapsed), f"{number} rewritten in {target}"])))
    return Exit.OK


def _waive(wanted: Wanted, chosen: Settings) -> int:
    from checker.waivers import Terms  # noqa: PLC0415
    from checker.waivers.write import add, create  # noqa: PLC0415 - as above

    wanted = wanted._replace(document=chosen.root.name(wanted.document))
    wanted.refuse(Terms(chosen.today, {wanted.rule}))  # before the check, which may take long
    target = _target(chosen)
    report = _checked(chosen, target if os.path.lexists(target) else "")
    findings = wanted.among(report)
    if not findings:
        click.echo("".join(_lines(_no_match(wanted, report))), err=True, nl=False)
        return Exit.NOTHING_CHECKED
    additions = [wanted.addition(each, report.units) for each in findings]
    if report.waivers:
        add(target, report.waivers, additions, chosen.limits)
    else:
        create(target, additions, chosen.limits, _schema(target))
    write_stdout(_lines(_done(wanted, findings, target, named=bool(chosen.waivers))))
    return Exit.OK


def _target(chosen: Settings) -> str:
    """Return the path of the file to write; raises UsageError if it is a file at a commit."""
    from checker.reader import SCHEME  # noqa: PLC0415 - as above

    if chosen.waivers.startswith(SCHEME):
        raise click.UsageError(
            f"`{chosen.waivers}` is at a commit: name the file to write with --waivers"
        )
    config = chosen.config.path
    return chosen.waivers or str(config.parent / FILE_NAME if config else FILE_NAME)


def _checked(chosen: Settings, waivers: str, *, former: bool = False) -> Report:
    from checker.run.pipeline import check  # noqa: PLC0415 - as above

    progress = Progress(sys.stderr)
    try:
        return check(replace(chosen, waivers=waivers), progress, former=former)
    finally:
        progress.clear()


def _schema(target: str) -> str:
    """Return the path of the schema relative to a new waivers file.

    It is empty if the schema is not below the folder of that file, as it is in a local virtual
    environment.
    """
    from checker import waivers  # noqa: PLC0415 - as above

    schema = Path(waivers.__file__).with_name(waivers.SCHEMA).resolve()
    folder = Path(os.path.realpath(target)).parent
    return schema.relative_to(folder).as_posix() if schema.is_relative_to(folder) else ""


def _done(wanted: Wanted, findings: Sequence[Judged], target: str, *, named: bool) -> Iterator[str]:
    """Yield lines that say what was waived and, if needed, how to make checks use the file."""
    for finding in findings:
        yield f"waived  {_where(finding)}  {finding.rule}"
    yield f"{_count(len(findings))} waived until {wanted.waiver.expires} in {target}"
    if not named:
        yield f"note: a check uses this file only if it is named: by --waivers {target}"
        yield "or by `waivers` in policy-check.yaml"


def _no_match(wanted: Wanted, report: Report) -> Iterator[str]:
    """Yield lines that list the findings that exist, the most similar ones first."""
    failed = [each for each in report.findings if each.status is Status.FAIL]

    def distance(finding: Judged) -> tuple[bool, bool]:
        return finding.rule != wanted.rule, finding.file != wanted.document

    for each in sorted(failed, key=distance)[:_MOST_SHOWN]:
        yield f"{_where(each)}  {each.rule}"
        yield f"    --subject {quote(each.subject)} --fingerprint {each.fingerprint}"
    if len(failed) > _MOST_SHOWN:
        yield f"and {len(failed) - _MOST_SHOWN:,} more"
    yield f"policy-check: {_REFUSED}: there is no such finding"


def _lines(lines: Iterator[str]) -> Iterator[str]:
    return (inert(f"{visible(line)}\n") for line in lines)


def _where(finding: Judged) -> str:
    location = finding.place.location
    return f"{finding.file}:{location.line}:{location.column}" if location else finding.file


def _count(number: int) -> str:
    return f"{number:,} finding{'' if number == 1 else 's'}"
