"""Prints the explanation of one rule."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from checker.cli.handbook_options import SETTINGS, configuration, reads_rules, show
from checker.messages import did_you_mean, inert, quoted, visible
from checker.output import has_colour

if TYPE_CHECKING:
    from checker.handbook.book import Handbook
    from checker.handbook.topics import Topic


@click.command(
    "explain",
    context_settings=SETTINGS,
    options_metavar="[OPTIONS]",
    epilog="Exit codes: 0 the rule was explained; 2 there is no such rule, or the rules could not "
    "be read.",
)
@click.argument("rule")
@click.option(
    "--rules",
    "paths",
    multiple=True,
    metavar="PATH",
    help="File or directory of rules to search; may be repeated. [default: the configuration's "
    "rules, then `builtin`]",
)
@click.option("--markdown", is_flag=True, help="Print Markdown, as in docs/rules.")
@reads_rules
def command(rule: str, paths: tuple[str, ...], color: str, **given: Any) -> int:
    """Explain RULE: its reason, remediation, conditions, examples and controls.

    RULE is the id of a rule, as in reports.
    """

    def shown() -> Iterable[str]:
        about = _topic(rule, _places(paths, given))
        return _shown(about, color, markdown=given["markdown"])

    return show(shown, color, "nothing was explained")


def _places(paths: tuple[str, ...], given: dict[str, Any]) -> Iterator[Handbook]:
    """Yield the handbook of each set of rules to search, in order; raises InputError."""
    from checker.handbook.book import handbook  # noqa: PLC0415
    from checker.reader import Limits  # noqa: PLC0415
    from checker.rules import BUILTIN  # noqa: PLC0415
    from checker.settings import Config  # noqa: PLC0415 - `--help` needs none of it

    settings = configuration(given)
    if paths or settings.rules:
        yield handbook(paths or settings.rules, settings, Limits())
    if not paths and BUILTIN not in settings.rules:
        yield handbook([BUILTIN], Config(), Limits())


def _topic(name: str, places: Iterator[Handbook]) -> Topic:
    """Return the topic about a rule by its id; raises UsageError if there is no such rule."""
    from checker.handbook.tool_findings import topics  # noqa: PLC0415 - `--help` needs none of it

    own = topics()
    if name in own:
        return own[name]
    known = list(own)
    for book in places:
        for rule in book.rules:
            if rule.id == name:
                return book.topic(rule)
        known += [rule.id for rule in book.rules]
    hint = did_you_mean(name, known) or ": `policy-check rules` lists all rules"
    raise click.UsageError(f"no rule {quoted(name)}{hint}")


def _shown(about: Topic, color: str, *, markdown: bool) -> Iterable[str]:
    if markdown:
        from checker.handbook.pages import markdown as page  # noqa: PLC0415 - as above

        return [inert("\n".join(map(visible, page(about).split("\n"))))]
    from checker.handbook.terminal import manual  # noqa: PLC0415

    return manual(about, colour=has_colour(color, sys.stdout))
