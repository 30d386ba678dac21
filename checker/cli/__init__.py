"""Runs the command that a command line names, and exits with its code."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn, cast

import click

from checker.messages import inert, visible
from checker.report import Exit

PROGRAM = "policy-check"
COMMANDS = {
    "check": "Decide rules on policies and report. The word may be left out.",
    "compare": "Tell whether new policies grant more than old ones.",
    "waive": "Accept findings for a time, with a reason and an owner.",
    "diff": "Tell two JSON reports apart: what is new, what is fixed.",
    "rules": "List rules.",
    "explain": "Show what a rule is about, and what to do.",
    "completion": "Print a script that completes command lines in a shell.",
}
"""Every command, the name of a module here, and what it does."""
_OFTEN_A_PATH = frozenset({"rules"})
"""Commands that are a check by the rules of that path where anything but options follows."""
RESERVED = frozenset(
    {
        *("documents", "eval", "fmt", "grants", "impact", "import"),
        *("lint", "lsp", "public", "test", "why"),
    }
)
"""Words that later versions may make commands: no path of these names is read as RULES.

INVARIANT: a command line that was written as a check never runs another command that exits with 0.
So a word that is a command now, or may be one later, is never taken for a path; and where there is
a path of that name too, a command that is not a check never exits with 0.
"""
_EXPLICIT = "--command"
"""Before the name of a command, it says that no check is meant."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit with its code; nothing but 0 means that the gate is open."""
    code: int = Exit.NOT_EVALUATED
    # Where nothing can be said of what went wrong, Python's own exit code would say "violations".
    with contextlib.suppress(OSError):
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
    sys.exit(code)


def _run(given: list[str]) -> int:
    # Who starts the command may ignore the ends of processes; it has to hear of those of its own.
    if hasattr(signal, "SIGCHLD") and signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        os.getcwd()  # noqa: PTH109 - whether there is one
    except FileNotFoundError:
        click.echo("Error: the working directory is gone: change into one that is there", err=True)
        return Exit.NOT_EVALUATED
    try:
        name, words = chosen(given)
        # INVARIANT: no variable makes a command print completions in place of its job.
        code = load(name).main(
            given[words:],
            prog_name=" ".join([PROGRAM, *given[:words]]),
            complete_var="",
            standalone_mode=False,
        )
        return Exit.NOT_EVALUATED if code is None else _unmistaken(int(code), given)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        _complain(error)
        return Exit.NOT_EVALUATED
    except (KeyboardInterrupt, click.Abort) as error:
        return _stopped(error)
    except SystemExit:  # by click, with 1, where nobody reads what is written
        return Exit.NOT_EVALUATED
    except BaseException:  # noqa: BLE001 - Python's own exit code, 1, would say "violations"
        sys.excepthook(*sys.exc_info())
        click.echo("policy-check: internal error, the check is not complete", err=True)
        return Exit.NOT_EVALUATED


def _unmistaken(code: int, given: Sequence[str]) -> int:
    """Return an exit code that no gate takes for that of a check which passed.

    `rules` judges that by itself: what lists rules is often followed by options alone.
    """
    name, words = chosen(given)
    is_doubtful = words == 1 and name not in {"check", *_OFTEN_A_PATH} and os.path.lexists(name)
    if code != Exit.OK or not is_doubtful:
        return code
    click.echo(
        f"{PROGRAM}: `{name}` is a command, and there is a path of that name here, so this exits\n"
        f"with 3. To check by that path, write `{PROGRAM} check {name} POLICIES`; to run the\n"
        f"command, `{PROGRAM} {_EXPLICIT} {name} …`",
        err=True,
    )
    return Exit.NOTHING_CHECKED


def _stopped(error: BaseException) -> Exit:
    """Return the exit code of a run that was interrupted, or that met an end of file in itself."""
    # click takes an EOFError for an interrupt; here no one is asked for anything
    if isinstance(error.__cause__, EOFError):
        sys.excepthook(EOFError, error.__cause__, error.__cause__.__traceback__)
        click.echo("policy-check: internal error, the check is not complete", err=True)
        return Exit.NOT_EVALUATED
    click.echo("policy-check: interrupted, no report was written", err=True)
    return Exit.INTERRUPTED


def load(name: str) -> click.Command:
    """Return a command; its module is imported only when it is asked for."""
    return cast("click.Command", import_module(f"{__name__}.{name}").command)


def chosen(given: Sequence[str]) -> tuple[str, int]:
    """Return the command of some arguments, and how many of them name it.

    Raises UsageError for a word that a later version may make a command.
    """
    name, *rest = given or [""]
    if name == _EXPLICIT:
        if not rest or rest[0] not in COMMANDS:
            raise click.UsageError(f"{_EXPLICIT} needs one of {', '.join(COMMANDS)}")
        return rest[0], 2
    if name in RESERVED:
        raise click.UsageError(
            f"`{name}` is kept for a command of a later version: to check by the rules of that "
            f"path, write `{PROGRAM} check {name} POLICIES` or `./{name}`"
        )
    if name not in COMMANDS or (name in _OFTEN_A_PATH and not _takes(load(name), rest)):
        return "check", 0
    return name, 1


def _takes(command: click.Command, arguments: list[str]) -> bool:
    """Say whether arguments are options of a command, and nothing more."""
    context = click.Context(command, **command.context_settings)
    try:
        _, rest, _ = command.make_parser(context).parse_args(arguments)
    except click.UsageError:
        return False
    return not rest


def _complain(error: click.ClickException) -> None:
    if isinstance(error, click.UsageError) and error.ctx:
        click.echo(
            f"{error.ctx.get_usage()}\nTry '{error.ctx.command_path} --help' for help.\n", err=True
        )
    click.echo(inert(f"Error: {visible(error.format_message())}"), err=True)
