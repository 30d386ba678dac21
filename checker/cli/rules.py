"""Prints a list of rules."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from checker.cli import EXPLICIT
from checker.cli.handbook_options import SETTINGS, configuration, reads_rules, show
from checker.messages import did_you_mean
from checker.output import has_colour
from checker.report import Exit, Severity

if TYPE_CHECKING:
    from checker.handbook.book import Handbook
    from checker.rules import Rule

_LEVELS = [severity.label for severity in Severity]
_WORD = "rules"


@click.command(
    _WORD,
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    epilog="""Exit codes: 0 the rules were listed; 2 the rules could not be read; 3 the rules were
    listed, but a file or directory `rules` exists here, so that a check may have been meant. With
    --list, the exit code is 0.""",
)
@click.option(
    "--rules",
    "paths",
    multiple=True,
    metavar="PATH",
    help="File or directory of rules; may be repeated. [default: the configuration's rules, or "
    "`builtin`]",
)
@click.option("--profile", metavar="NAME", default="", help="List only rules of this profile.")
@click.option(
    "--severity",
    "severities",
    multiple=True,
    type=click.Choice(_LEVELS),
    help="List only rules of this severity; may be repeated.",
)
@click.option(
    "--control",
    "controls",
    multiple=True,
    metavar="FRAMEWORK[:ID]",
    help="List only rules for a framework, or for one control of it; may be repeated.",
)
@click.option(
    "--list", "is_list", is_flag=True, help="List rules even if a path `rules` exists here."
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Output format.",
)
@reads_rules
def command(paths: tuple[str, ...], output: str, color: str, **given: Any) -> int:
    """List rules with their ids, severities, profiles and titles.

    With other arguments than these options, a check is run with `rules` as the path RULES.
    """

    def listed() -> Iterable[str]:
        book = _book(paths, given)
        chosen = _chosen(book, given["severities"], given["controls"])
        return _shown(chosen, book, output, color)

    code = show(listed, color, "no rule was listed")
    meant = given["is_list"] or given["severities"] or given["controls"] or _is_explicit()
    return code or _verdict(meant=meant)


def _book(paths: tuple[str, ...], given: dict[str, Any]) -> Handbook:
    from checker.handbook.book import handbook  # noqa: PLC0415 - `--help` needs none of it
    from checker.reader import Limits  # noqa: PLC0415
    from checker.rules import BUILTIN  # noqa: PLC0415

    settings = configuration(given)
    return handbook(paths or settings.rules or [BUILTIN], settings, Limits(), given["profile"])


def _shown(rules: list[Rule], book: Handbook, output: str, color: str) -> Iterable[str]:
    from checker.handbook import rule_lists  # noqa: PLC0415 - as above

    if output == "json":
        return rule_lists.as_json(rules, book.profiles)
    return rule_lists.as_text(rules, book.profiles, colour=has_colour(color, sys.stdout))


def _is_explicit() -> bool:
    """Return whether the command line has `--command` before the name of the command."""
    return EXPLICIT in (click.get_current_context().info_name or "")


def _verdict(*, meant: object) -> int:
    """Return the exit code of a list, which a gate must not mistake for a passed check.

    `meant` is true if an option was given that only a list has, such as `--list`. Without one, and
    if a path `rules` exists, a check may have been meant.
    """
    if meant or not os.path.lexists(_WORD):
        return Exit.OK
    click.echo(
        "policy-check: nothing was checked: `policy-check rules` lists rules, but a path `rules`\n"
        "exists here. To use it as rules, write `policy-check check rules POLICIES`; to list\n"
        "rules, add --list",
        err=True,
    )
    return Exit.NOTHING_CHECKED


def _chosen(book: Handbook, severities: tuple[str, ...], controls: tuple[str, ...]) -> list[Rule]:
    asked = [_control(text, book) for text in controls]
    return [
        rule
        for rule in book.rules
        if (not severities or rule.severity.label in severities)
        and (not asked or any(_serves(rule, *each) for each in asked))
    ]


def _serves(rule: Rule, framework: str, control: str) -> bool:
    ids = rule.file.controls.get(framework, ())
    return control in ids if control else bool(ids)


def _control(text: str, book: Handbook) -> tuple[str, str]:
    """Return the framework and the control (or an empty text) that `FRAMEWORK[:ID]` names.

    Raises UsageError if either is unknown.
    """
    framework, _, control = text.partition(":")
    known: dict[str, set[str]] = {}
    for name, each in _controls(book):
        known.setdefault(name, set()).add(each)
    if framework not in known:
        hint = did_you_mean(framework, known) or f": expected one of {', '.join(sorted(known))}"
        raise click.UsageError(f"no framework `{framework}`{hint}")
    if control and control not in known[framework]:
        hint = did_you_mean(control, known[framework])
        raise click.UsageError(f"no control `{control}` in `{framework}`{hint}")
    return framework, control


def _controls(book: Handbook) -> Iterator[tuple[str, str]]:
    for name, framework in book.frameworks.items():
        yield from ((name, each) for each in framework.controls)
    for rule in book.rules:
        for name, ids in rule.file.controls.items():
            yield from ((name, each) for each in ids)
