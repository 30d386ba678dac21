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
    "check": "Check policies against rules. The word `check` is optional.",
    "compare": "Show whether new policies grant more than old ones.",
    "grants": "Show whether policies grant an action.",
    "public": "Show whether policies of resources let strangers in.",
    "documents": "List the policies in files, and what is not read.",
    "waive": "Accept findings until a date, with a reason and an owner.",
    "baseline": "Bring a baseline up to date: fewer violations, never more.",
    "diff": "Compare two JSON reports: new and fixed violations.",
    "rules": "List rules.",
    "explain": "Explain a rule and how to comply with it.",
    "completion": "Print a completion script for a shell.",
}
"""Each command's name and its help text."""
_MODULES = {"documents": "documents_found", "public": "public_access"}
"""The modules in this package of commands that have another name than their module."""
_OFTEN_A_PATH = frozenset({"rules"})
"""Commands whose names are common directory names.

If anything but options follows, the word is read as RULES, and a check is run.
"""
RESERVED = frozenset(
    {
        *("eval", "fmt", "impact", "import"),
        *("lint", "lsp", "test", "why"),
    }
)
"""Words that may become commands in later versions. None of them is read as the path RULES.

INVARIANT: a command line that was written as a check never runs another command that exits with 0.
Therefore a word that is a command now, or may become one, is never read as a path. If a path with
the command's name exists, a command other than `check` never exits with 0.
"""
EXPLICIT = "--command"
"""This option before the name of a command says that the command is meant, and not a path."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit with its code. Only 0 lets a gate pass.

    `arguments` are the words after the program's name; the default is `sys.argv[1:]`.
    """
    code: int = Exit.NOT_EVALUATED
    # If standard error cannot be written, Python would exit with 1, which means "violations".
    with contextlib.suppress(OSError):
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
    sys.exit(code)


def _run(given: list[str]) -> int:
    # A parent process may have set SIGCHLD to "ignore", but this one must wait for its workers.
    if hasattr(signal, "SIGCHLD") and signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        os.getcwd()  # noqa: PTH109 - whether there is one
    except FileNotFoundError:
        click.echo("Error: the working directory is gone: change to one that exists", err=True)
        return Exit.NOT_EVALUATED
    try:
        name, words = chosen(given)
        # INVARIANT: no environment variable makes a command print completions instead of running.
        code = load(name).main(
            given[words:],
            prog_name=" ".join([PROGRAM, *given[:words]]),
            complete_var="",
            standalone_mode=False,
        )
        if code is None:
            return Exit.NOT_EVALUATED
        return _unmistaken(int(code), name) if words == 1 else int(code)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        _complain(error)
        return Exit.NOT_EVALUATED
    except (KeyboardInterrupt, click.Abort) as error:
        return _stopped(error)
    except SystemExit:  # click exits with 1 if the reader of its output is gone
        return Exit.NOT_EVALUATED
    except BaseException:  # noqa: BLE001 - Python would exit with 1, which means "violations"
        sys.excepthook(*sys.exc_info())
        click.echo("policy-check: internal error, the check is not complete", err=True)
        return Exit.NOT_EVALUATED


def _unmistaken(code: int, name: str) -> int:
    """Return an exit code that a gate cannot mistake for that of a passed check.

    `name` is the command, the first word of the command line. If a command other than `check`
    succeeds and a path with its name exists, a check may have been meant, and the result is 3
    instead of 0. `rules` decides this itself.
    """
    is_doubtful = name not in {"check", *_OFTEN_A_PATH} and os.path.lexists(name)
    if code != Exit.OK or not is_doubtful:
        return code
    click.echo(
        f"{PROGRAM}: `{name}` is a command, but a path with that name exists here, so the exit\n"
        f"code is 3. To use the path as rules, write `{PROGRAM} check {name} POLICIES`; to run\n"
        f"the command, write `{PROGRAM} {EXPLICIT} {name} …`",
        err=True,
    )
    return Exit.NOTHING_CHECKED


def _stopped(error: BaseException) -> Exit:
    """Return the exit code of a run that was interrupted, or in which an EOFError was raised."""
    # click treats an EOFError as an interrupt, but no command prompts: it is an internal error.
    if isinstance(error.__cause__, EOFError):
        sys.excepthook(EOFError, error.__cause__, error.__cause__.__traceback__)
        click.echo("policy-check: internal error, the check is not complete", err=True)
        return Exit.NOT_EVALUATED
    click.echo("policy-check: interrupted, no report was written", err=True)
    return Exit.INTERRUPTED


def load(name: str) -> click.Command:
    """Return a command by its name, and import its module."""
    return cast("click.Command", import_module(f"{__name__}.{_MODULES.get(name, name)}").command)


def chosen(given: Sequence[str]) -> tuple[str, int]:
    """Return the name of the command to run, and how many of the arguments name it (0 to 2).

    Raises UsageError for a word that is reserved for a later version.
    """
    name, *rest = given or [""]
    if name == EXPLICIT:
        if not rest or rest[0] not in COMMANDS:
            raise click.UsageError(f"{EXPLICIT} needs one of {', '.join(COMMANDS)}")
        return rest[0], 2
    if name in RESERVED:
        raise click.UsageError(
            f"`{name}` is reserved for a future command: to use the rules at that path, write "
            f"`{PROGRAM} check {name} POLICIES` or `./{name}`"
        )
    if name not in COMMANDS or (name in _OFTEN_A_PATH and not _takes(load(name), rest)):
        return "check", 0
    return name, 1


def _takes(command: click.Command, arguments: list[str]) -> bool:
    """Say whether all the arguments are options of a command."""
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
