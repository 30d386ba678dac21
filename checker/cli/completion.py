"""Prints a completion script for a shell, and answers that script's requests."""

from __future__ import annotations

import os
from pathlib import Path

import click

from checker.cli.handbook_options import SETTINGS, show

_SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    epilog="""For bash, add `source <(policy-check completion bash)` to ~/.bashrc; for zsh, add
    `source <(policy-check completion zsh)` to ~/.zshrc, after compinit; for fish, write the output
    of `policy-check completion fish` to ~/.config/fish/completions/policy-check.fish.""",
)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.option("--complete", is_flag=True, hidden=True)
def command(shell: str, *, complete: bool) -> int:
    """Print a script that completes policy-check command lines in SHELL.

    The script completes commands, options and their values, formats, rules, profiles and files.
    """
    if complete:
        return show(lambda: _completed(shell), "never", "nothing was completed")
    script = Path(__file__).with_suffix(f".{shell}").read_text(encoding="utf-8")
    return show(lambda: [script], "never", "no script was printed")


def _completed(shell: str) -> list[str]:
    """Return the lines with completions that the shell's script reads.

    The script sets COMP_WORDS to the command line up to the cursor, and COMP_CWORD to the last word
    as the shell splits it. Without the option `--complete`, these variables have no effect.
    """
    from checker.cli.completing import completed  # noqa: PLC0415 - the script needs none of it

    line, word = os.environ.get("COMP_WORDS", ""), os.environ.get("COMP_CWORD", "")
    return [f"{each}\n" for each in completed(shell, line, word)]
