"""Arguments of `policy-check rules` in; a list of rules on standard output, an exit code, out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

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
    epilog="""Exit codes: 0 the rules were listed; 2 they cannot be read; 3 they were listed, but
    there is a file or directory `rules` here, so that a check by it may have been meant: nothing
    was checked. --list says that a list is meant.""",
)
@click.option(
    "--rules",
    "paths",
    multiple=True,
    metavar="PATH",
    help="Rules; may be repeated. [default: those of the configuration, or `builtin`]",
)
@click.option("--profile", metavar="NAME", default="", help="Only the rules of a profile.")
@click.option(
    "--severity",
    "severities",
    multiple=True,
    type=click.Choice(_LEVELS),
    help="Only rules of a severity; may be repeated.",
)
@click.option(
    "--control",
    "controls",
    multiple=True,
    metavar="FRAMEWORK[:ID]",
    help="Only rules that serve a framework, or one control of it; may be repeated.",
)
@click.option("--list", "is_list", is_flag=True, help="List, whatever is called `rules` here.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to list them.",
)
@reads_rules
def command(paths: tuple[str, ...], output: str, color: str, **given: Any) -> int:
    """List rules: id, severity, profiles and title.

    With more arguments than these, `rules` is the first of RULES and a check is run.
    """

    def listed() -> Iterable[str]:
        book = _book(paths, given)
        chosen = _chosen(book, given["severities"], given["controls"])
        return _shown(chosen, book, output, color)

    code = show(listed, color, "no rule was listed")
    return code or _verdict(meant=given["is_list"] or given["severities"] or given["controls"])


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


def _verdict(*, meant: object) -> int:
    """Return the exit code of a list, which a gate must not take for a check that passed.

    What says that a list is meant is no option of a check, so there it was never one.
    """
    if meant or not os.path.lexists(_WORD):
        return Exit.OK
    click.echo(
        "policy-check: nothing was checked, `policy-check rules` lists rules. There is a path\n"
        "`rules` here: to check by it, write `policy-check check rules POLICIES`; to list, add\n"
        "--list",
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
    """Return the framework and the control of a text; raises UsageError where there is none."""
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
