"""Command line in; reports on standard output or in files, and an exit code, out."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TextIO

import click

from checker.cel import ENGINES
from checker.output import OutputError, has_colour, remove_stale, write_file, write_stdout
from checker.render import FORMATS
from checker.report import Exit, Severity
from checker.source import InputError, Problem, inert, visible
from checker.version import VERSION

if TYPE_CHECKING:
    from checker.pipeline import Options
    from checker.report import Report

_LEVELS = [severity.label for severity in Severity]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit with its code; nothing but 0 means that the gate is open."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        command, words = _chosen(given)
        name = " ".join(["policy-check", *given[:words]])
        code = command.main(given[words:], prog_name=name, standalone_mode=False)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        _complain(error)
        code = Exit.NOT_EVALUATED
    except (KeyboardInterrupt, click.Abort):
        click.echo("policy-check: interrupted, no report was written", err=True)
        code = Exit.INTERRUPTED
    except SystemExit:
        raise
    except BaseException:  # noqa: BLE001 - Python's own exit code, 1, would say "violations"
        sys.excepthook(*sys.exc_info())
        click.echo("policy-check: internal error, the check is not complete", err=True)
        code = Exit.NOT_EVALUATED
    sys.exit(Exit.NOT_EVALUATED if code is None else int(code))


def _chosen(given: Sequence[str]) -> tuple[click.Command, int]:
    """Return the command of some arguments, and how many of them name it; a check has no name."""
    if given[:1] != ["compare"]:
        return _command, 0
    from checker.cli_compare import command  # noqa: PLC0415 - a check needs none of it

    return command, 1


def _complain(error: click.ClickException) -> None:
    if isinstance(error, click.UsageError) and error.ctx:
        click.echo(
            f"{error.ctx.get_usage()}\nTry '{error.ctx.command_path} --help' for help.\n", err=True
        )
    click.echo(inert(f"Error: {visible(error.format_message())}"), err=True)


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


class _KindType(click.ParamType[tuple[str, str]]):
    """`GLOB=KIND`."""

    name = "GLOB=KIND"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, str]:
        """Return the pair of an option's text."""
        if isinstance(value, tuple):
            return value
        glob, equals, kind = value.rpartition("=")
        if not (glob and equals and kind):
            self.fail(f"expected GLOB=KIND, such as 'k8s/*.yaml=pod', not `{value}`", param, ctx)
        return glob, kind


class _Check(click.Command):
    """The main job; the word `check` before its arguments is optional."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Drop a leading `check`."""
        return super().parse_args(ctx, args[1:] if args[:1] == ["check"] else args)


@click.command(
    cls=_Check,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "POLICY_CHECK",
        "max_content_width": 80,
    },
    options_metavar="[OPTIONS]",
    epilog="""Exit codes: 0 everything was decided and nothing is violated; 1 violations;
    2 something was not evaluated; 3 nothing to check; 130 interrupted. Every option can be set
    as an environment variable, such as POLICY_CHECK_FAIL_LEVEL.

    `policy-check compare OLD NEW` tells whether new policies grant more than old ones.""",
)
@click.argument("paths", nargs=-1, metavar="[RULES [POLICIES]...]")
@click.option("--rules", multiple=True, metavar="PATH", help="Rules; may be repeated.")
@click.option("--policies", multiple=True, metavar="PATH", help="Documents; may be repeated.")
@click.option(
    "-o",
    "--output",
    multiple=True,
    type=_OutputType(),
    help=f"Report format ({', '.join(FORMATS)}) and file; may be repeated. [default: text]",
)
@click.option(
    "--profile",
    metavar="NAME",
    default="",
    help="Which rules to run, by the profiles.yaml beside them. [default: recommended for "
    "`builtin`, all of a directory]",
)
@click.option(
    "--fail-level",
    type=click.Choice(_LEVELS),
    help="Least severity of a violation that fails. [default: low]",
)
@click.option(
    "--strict/--no-strict",
    default=None,
    help="Fail also for files not read and rules that never applied.",
)
@click.option(
    "--kind",
    multiple=True,
    type=_KindType(),
    help="Read the files of a glob as documents of a kind; may be repeated.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Files that are no documents; may be repeated.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Configuration file. [default: policy-check.yaml of the repository]",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="codegen",
    help="What evaluates conditions: compiled (the default), a plain interpreter, or cel-python.",
)
@click.option("--no-config", is_flag=True, help="Use no configuration file.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colours in the text report; auto respects NO_COLOR.",
)
@click.version_option(
    VERSION, "-V", "--version", message="%(prog)s %(version)s", allow_from_autoenv=False
)
def _command(
    paths: tuple[str, ...],
    output: tuple[Output, ...],
    color: str,
    **options: Any,
) -> int:
    """Check POLICIES against RULES and report every violation.

    RULES and POLICIES are files or directories. RULES may be `builtin` (the shipped rules) or
    one folder of them, such as `builtin:ecr`; `-` among POLICIES is standard input. With
    --rules, every argument is one of POLICIES.
    """
    outputs = output or (Output("text", None),)
    targets = [output.path.resolve() if output.path else None for output in outputs]
    if len(set(targets)) < len(targets):
        raise click.UsageError("two formats go to one place: give each a file of its own")
    try:
        chosen = _options(paths, options)
        for each in outputs:
            _prepare(each, chosen)
        return _run(chosen, outputs, color)
    except InputError as error:
        count = f"{len(error.problems)} error{'' if len(error.problems) == 1 else 's'}"
        return _refused(error.problems, color, f"no check was performed: {count}")
    except OutputError as error:
        return _refused((error.problem,), color, "there is no report")


def _refused(problems: Sequence[Problem], color: str, verdict: str) -> int:
    from checker.render.text import render_problems  # noqa: PLC0415 - after a failure only

    colour = has_colour(color, sys.stderr)
    text = render_problems(problems, colour=colour) + f"policy-check: {verdict}"
    click.echo(text, err=True, color=colour)
    return Exit.NOT_EVALUATED


def _options(paths: tuple[str, ...], given: dict[str, Any]) -> Options:
    from checker import config  # noqa: PLC0415 - `--version` and `--help` need none of it
    from checker.pipeline import Options  # noqa: PLC0415
    from checker.reader import Limits  # noqa: PLC0415

    rules, policies = given["rules"], given["policies"]
    if rules:
        policies = (*policies, *paths)
    else:
        rules, policies = paths[:1], (*policies, *paths[1:])
    path = None if given["no_config"] else given["config"] or config.locate(Path())
    if path is not None and not given["config"]:
        path = Path(os.path.relpath(path))  # as the report shows it, on whichever machine
    settings = config.load(path, Limits()) if path else config.Config()
    rules, policies = rules or settings.rules, policies or settings.policies
    if not (rules and policies):
        missing = "policies" if rules else "rules"
        raise click.UsageError(f"no {missing} given: try `policy-check RULES POLICIES`")
    return Options(
        rules=rules,
        policies=policies,
        kinds=given["kind"],
        exclude=given["exclude"],
        config=settings,
        fail_level=Severity.of(given["fail_level"]) if given["fail_level"] else None,
        strict=given["strict"],
        engine=given["engine"],
        profile=given["profile"],
    )


def _prepare(output: Output, options: Options) -> None:
    """Refuse a target that is (or next time would be) an input; remove an older report."""
    from checker.documents import SUFFIXES  # noqa: PLC0415 - see _options

    if output.path is None:
        return
    target = output.path.resolve()
    config = options.config.input.path if options.config.input else ""
    for given in (*options.rules, *options.policies, *options.config.schemas, config):
        place = Path(given).resolve()
        read = target.suffix.lower() in SUFFIXES and given
        if target == place or (read and place in target.parents):
            reason = f"it would stand among the inputs in {given}: choose another place"
            raise OutputError(str(output.path), reason)
    remove_stale(output.path)


def _run(options: Options, outputs: tuple[Output, ...], color: str) -> int:
    from checker.pipeline import check  # noqa: PLC0415 - see _options
    from checker.render.text import render_text  # noqa: PLC0415

    progress = _Progress(sys.stderr)
    try:
        report: Report = check(options, progress)
    finally:
        progress.clear()
    code: int = report.exit_code
    for output in outputs:
        if output.path is not None:
            write_file(output.path, FORMATS[output.format](report))
        elif output.format == "text":
            write_stdout(render_text(report, colour=has_colour(color, sys.stdout)))
        else:
            write_stdout(FORMATS[output.format](report))
    return code


class _Progress:
    """A counter on a terminal's last line; silent anywhere else and on short runs."""

    _INTERVAL = 0.1
    """Seconds between two updates, and before the first."""

    def __init__(self, stream: TextIO | None) -> None:
        shows = stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
        self._stream = stream if shows else None
        self._next = time.monotonic() + self._INTERVAL
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Show how far the run is."""
        if self._stream is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._INTERVAL
        self._shown = True
        self._stream.write(f"\r{done:,} of {total:,} documents ")
        self._stream.flush()

    def clear(self) -> None:
        """Remove the counter."""
        if self._stream is not None and self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
