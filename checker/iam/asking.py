"""Finds mistakes in the actions and resources of a question about policies.

INVARIANT: a misspelt action, or a resource that no action works on, is a mistake. No policy grants
it, so the answer would always be no.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from checker.budget import budget
from checker.errors import BudgetError
from checker.iam import catalogue
from checker.iam.arn import ARN_COLONS
from checker.iam.formats import loosest
from checker.iam.patterns import overlaps
from checker.iam.validation.arns import wrong
from checker.iam.wanted import places, wanted
from checker.messages import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ACTION = re.compile(r"\*|[\w*?-]+:[\w*?]+", re.ASCII)
_ANY = "*"
_HOLE = re.compile(r"\$\{|\{\{|<%|%\(|@@")
"""What begins a variable, or the part of a template that is to be filled in."""
_NEXT = re.compile(r"\S[\s,;]+arn:")
"""Where one ARN of a list begins after another."""
_LONGEST = 2_048
"""The most characters of an ARN:
https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_Access.html"""


ACTION, RESOURCE = "action", "resource"


class Mistake(NamedTuple):
    """Something wrong with what is asked."""

    about: str
    """What it is wrong with: `ACTION` or `RESOURCE`."""
    message: str


def mistakes(actions: Sequence[str], resources: Sequence[str]) -> tuple[Mistake, ...]:
    """Return everything that is wrong with a question; nothing if it makes sense.

    Actions are names or patterns such as `iam:Create*`, and resources ARNs, with wildcards.
    """
    return _mistakes(tuple(actions), tuple(resources))


@lru_cache(maxsize=256)
def _mistakes(actions: tuple[str, ...], resources: tuple[str, ...]) -> tuple[Mistake, ...]:
    if not (actions or resources):
        return (Mistake(ACTION, "nothing is asked: name at least one action or resource"),)
    try:
        with budget():
            found = [Mistake(ACTION, each) for text in actions for each in _of_action(text)]
            found += [Mistake(RESOURCE, each) for text in resources for each in _of_resource(text)]
            return tuple(found or _idle(actions, resources))
    except BudgetError:
        return (Mistake(ACTION, "too much work to look them up: name fewer patterns"),)


def _of_action(text: str) -> Iterator[str]:
    if not _ACTION.fullmatch(text):
        hint = ": name each by itself" if "," in text or " " in text else ""
        yield f"{quoted(text)} is not an action such as `s3:GetObject` or `iam:Create*`{hint}"
    elif not catalogue.expanded(text):
        service, _, name = text.partition(":")
        if catalogue.is_service(service) or set(service) & set("*?"):
            wild = bool(set(text) & set("*?"))
            near = "" if wild else catalogue.nearest_action(text)
            what = "no known action matches" if wild else "unknown action"
        else:
            near, what = catalogue.nearest_service(service), "unknown service in"
        yield _dated(f"{what} {quoted(f'{service}:{name}')}{near}")


def _of_resource(text: str) -> Iterator[str]:
    parts = text.split(":", ARN_COLONS)
    if text == _ANY:
        return
    if unlikely := _unlikely(text):
        yield f"{quoted(text)} {unlikely}"
    elif parts[0] != "arn" or len(parts) <= ARN_COLONS or not all((*parts[:3], parts[-1])):
        yield f"{quoted(text)} is not an ARN such as `arn:aws:s3:::bucket/*`"
    else:
        told = [message for _, message in wrong(parts)]
        yield from (f"{quoted(text)}: {message}" for message in told)
        if not (told or _fits(text)):
            yield _dated(f"{quoted(text)} is no ARN of a resource that is known")


def _unlikely(text: str) -> str:
    """Return why a text is not an ARN that somebody meant to ask about; empty if it may be."""
    if len(text) > _LONGEST:
        return f"has more than {_LONGEST:,} characters"
    if _HOLE.search(text):
        return "has a variable: write `*` in its place"
    if _NEXT.search(text):
        return "has several ARNs: name each by itself"
    if text != text.strip() or not text.isprintable():
        return "has a character that cannot be seen: leave it out, or write `?` in its place"
    return ""


def _fits(text: str) -> bool:
    """Return whether an ARN may be that of a resource of some type of its service."""
    formats = catalogue.formats_in_arns(text)
    place = places([text])
    return formats is None or any(overlaps(loosest(each), place[0]) for each in formats)


def _idle(actions: Sequence[str], resources: Sequence[str]) -> Iterator[Mistake]:
    """Yield a mistake for each action if none of them works on any of the resources."""
    idle = wanted(actions, resources).idle
    if not actions or len(idle) < len(actions):
        return
    for text in actions:
        if any(map(catalogue.takes_resource, catalogue.expanded(text))):
            message = _dated(f"{quoted(text)} works on none of the resources that are named")
        else:
            message = f"{quoted(text)} takes no resource: ask about it without resources"
        yield Mistake(ACTION, message)


def _dated(message: str) -> str:
    return f"{message} (AWS's actions and resources as of {catalogue.updated()})"
