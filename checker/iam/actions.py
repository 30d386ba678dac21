"""Decides which actions the Action or NotAction element of a statement matches.

Answers are None if they depend on what a template placeholder stands for.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from checker.errors import FunctionError
from checker.iam import catalogue
from checker.iam.arn import action, fold
from checker.iam.patterns import Pattern, Undecided, covers, matches, overlaps
from checker.iam.statement import Entry

_ARN_PARTS = 4
"""`arn`, the partition, the service, and the rest."""

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checker.iam.statement import Policy, Statement


@lru_cache(maxsize=8_192)
def asked(text: str) -> Pattern:
    """Return the pattern of the actions that a rule asks about.

    No service and no action has an empty name, so `s3:*` is read as `s3:?*`. Raises `Undecided`
    for a placeholder, and `FunctionError` for text that is not an action.
    """
    action(text).settled()
    if ":" not in text and not _is_stars(text):
        raise FunctionError(f"`{text}` is not an action: expected `service:Action`, or `*` for all")
    service, colon, name = fold(text).partition(":")
    if not colon and _is_stars(service):
        return action("?*:?*").widest
    service = "?*" if _is_stars(service) else service
    return action(service + colon + ("?*" if _is_stars(name) else name)).widest


def _is_stars(text: str) -> bool:
    return bool(text) and not text.strip("*")


def services(patterns: Iterable[Pattern]) -> frozenset[str] | None:
    """Return the services that patterns of actions are about, or None if that may be any."""
    found = [item.prefix.partition(":") for item in patterns]
    return frozenset(name for name, _, _ in found) if all(c for _, c, _ in found) else None


def services_of(statement: Statement) -> frozenset[str] | None:
    """Return the services that a statement may be about, or None if that may be any."""
    if statement.has_not_action:
        return None
    found = set()
    for entry in statement.actions:
        name = entry.text.partition(":")[0]
        if "*" in name or "?" in name or "$" in name:
            return None
        found.add(name.lower())  # folds more than ASCII, which can only add services
    return frozenset(found)


def matches_action(statement: Statement, pattern: Pattern) -> bool | None:
    """Return whether a statement is about at least one action of a pattern."""
    if statement.has_not_action:
        outside = _contains(statement.not_actions, pattern)
        return None if outside is None else not outside
    return _meets(statement.actions, pattern)


def covers_action(statement: Statement, pattern: Pattern) -> bool | None:
    """Return whether a statement is about every action of a pattern."""
    if statement.has_not_action:
        outside = _meets(statement.not_actions, pattern)
        return None if outside is None else not outside
    return _contains(statement.actions, pattern)


def _meets(entries: tuple[Entry, ...], pattern: Pattern) -> bool | None:
    answer: bool | None = False
    first = pattern.prefix[:1]
    for entry in entries:
        spelled = action(entry.text)
        head = spelled.widest.prefix[:1]
        if head and first and head != first:
            continue  # most entries are of other services: skip the slow comparison
        if overlaps(spelled.widest, pattern):
            if spelled.placeholder is None:
                return True
            answer = None
    return answer


def _contains(entries: tuple[Entry, ...], pattern: Pattern) -> bool | None:
    spelled = [action(entry.text) for entry in entries]
    if covers([item.widest for item in spelled if item.placeholder is None], pattern):
        return True
    doubtful = any(item.placeholder is not None for item in spelled)
    if doubtful and covers([item.widest for item in spelled], pattern):
        return None
    return False


def doubt(statement: Statement) -> str:
    """Return why it is not known which actions a statement is about; empty if it is known."""
    for entry in (*statement.actions, *statement.not_actions):
        spelled = action(entry.text)
        if spelled.placeholder is not None:
            return spelled.doubt()
    return ""


def decided(statement: Statement, answer: bool | None) -> bool:  # noqa: FBT001 - the answer to return
    """Return an answer about a statement's actions; raises `Undecided` if it is None."""
    if answer is None:
        raise Undecided(doubt(statement))
    return answer


def whole_services(statement: Statement, *, by_wildcard: bool = False) -> list[str]:
    """Return the services of which the entries of an Allow match every action, in order.

    The meaning decides, not the spelling: the entries that name a service, in this Allow and in
    others of its policy, must match every action that the catalogue knows of it, be they `s3:*`,
    `S3:?*` or one entry for each initial letter. If the catalogue does not know the service, they
    must match every possible name. An entry about all services names those that a Deny of all
    other actions leaves. With `by_wildcard`, one of these entries must have a wildcard. Raises
    `Undecided` for a placeholder that matters.
    """
    policy = statement.policy
    left = left_of(statement)
    own = _by_service((*statement.actions, *(Entry(text, statement.route) for text in left)))
    others = policy.statements if policy is not None else ()
    beside = _by_service([e for each in others if each.is_allow for e in each.actions])
    together = {name: entries + beside.get(name, []) for name, entries in own.items()}
    return [
        name
        for name, entries in together.items()
        if not by_wildcard or any(set("*?") & set(each.text) for each in entries)
        if _is_whole(name, entries)
    ]


def _by_service(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Return the entries that name a service, by that service in lower case."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        service, colon, _ = fold(entry.text).partition(":")
        if "${" in service:
            action(entry.text).settled()
        if colon and "*" not in service and "?" not in service:
            found.setdefault(service, []).append(entry)
    return found


def left_by_denies(policy: Policy) -> tuple[str, ...]:
    """Return the actions, names or patterns, that Denies of all others leave; none without one."""
    denies = (
        each
        for each in policy.statements
        if not each.is_allow and each.has_not_action and not each.conditions
    )
    found = [[entry.text for entry in each.not_actions] for each in denies]
    return tuple(
        dict.fromkeys(text for texts in found if not any(map(is_all, texts)) for text in texts)
    )


def left_of(statement: Statement) -> tuple[str, ...]:
    """Return the actions that Denies of all others leave of an Allow that names none.

    That is an Allow of everything, or with NotAction. Raises `Undecided` for a placeholder.
    """
    everything = statement.has_not_action or any(is_all(each.text) for each in statement.actions)
    if not everything or statement.policy is None:
        return ()
    left = left_by_denies(statement.policy)
    return tuple(each for each in left if matches_action(statement, asked(each)) is not False)


def is_all(text: str) -> bool:
    """Return whether an entry of Action matches every action, such as `*` and `*:*`."""
    found = action(text)
    return not found.unknowns and covers([found.widest], asked("*"))


def services_by_arns(statement: Statement) -> list[str]:
    """Return the services that the ARNs in a statement's Resource name, in full or by pattern."""
    found: list[str] = []
    policy = statement.policy
    denies = [each for each in policy.statements if not each.is_allow] if policy else []
    left = [entry for each in denies if not each.conditions for entry in each.not_resources]
    for entry in (*statement.resources, *left):
        parts = fold(entry.text).split(":", 3)
        if len(parts) < _ARN_PARTS or parts[0] != "arn":
            continue
        service = action(parts[2]).widest
        if service.literal is not None:
            found.append(service.literal)
        else:
            found += [name for name in sorted(catalogue.services()) if matches(service, name)]
    return found


def _is_whole(service: str, entries: list[Entry]) -> bool:
    spelled = [action(entry.text) for entry in entries]
    if _whole(service, tuple(item.widest for item in spelled if item.placeholder is None)):
        return True
    if _whole(service, tuple(item.widest for item in spelled)):
        for item in spelled:
            item.settled()
    return False


@lru_cache(maxsize=4_096)
def _whole(service: str, patterns: tuple[Pattern, ...]) -> bool:
    known = catalogue.actions(service)
    if not known:
        return covers(patterns, asked(f"{service}:*"))
    literals = {item.literal for item in patterns}
    wild = [item for item in patterns if item.literal is None]
    return all(
        name in literals or any(matches(item, name) for item in wild) for name in map(fold, known)
    )
