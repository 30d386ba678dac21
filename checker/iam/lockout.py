"""Finds the resources on which a policy denies everyone the actions that could change it again.

An Allow in another policy does not override a Deny:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam.access import Access
from checker.iam.question import allowed, is_doubtful
from checker.iam.statement import Entry, Principal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.iam.resources import Resource
    from checker.iam.statement import Policy, Statement

_ALL = (Entry("*", ()),)
_EVERYONE = (Principal("*", "*", ()),)


def locked(policy: Policy, actions: Sequence[str]) -> tuple[Resource, ...]:
    """Return the resources on which a policy denies everyone all of some actions.

    Each resource is an entry of a Deny on which all of the actions can work. It is returned once:
    from the single Deny that is to blame, or else from the first of several. A condition with a
    value that AWS does not accept, such as the address `<my-cidr>`, counts as one that excepts
    somebody, as it would with any value that AWS accepts. Raises `Undecided` for a placeholder of a
    template.
    """
    found: dict[str, Resource] = {}
    denies = tuple(each for each in policy.statements if not each.is_allow and not _excepts(each))
    for beside in (False, True):
        for deny in denies:
            for each in _locked_by(policy, deny, denies if beside else (deny,), actions):
                found.setdefault(each.text, each)
    return tuple(found.values())


def _excepts(deny: Statement) -> bool:
    """Return whether a Deny has conditions that cannot be read, though nothing in them is open."""
    texts = (text for each in deny.conditions for text in (each.operator, each.key, *each.values))
    return not any("${" in text for text in texts) and is_doubtful(deny)


def _locked_by(
    policy: Policy, deny: Statement, denies: tuple[Statement, ...], actions: Sequence[str]
) -> list[Resource]:
    """Return the resources of a Deny on which some Denies refuse all of the actions."""
    open_ = _opened(deny, principals=policy.has_principals)
    alone = replace(policy, statements=(open_,), memo={})
    refusing = replace(policy, statements=(open_, *denies), memo={})
    left: list[Resource] | None = None
    for action in actions:
        usable = Access((action,), alone)
        mine = [
            each
            for each in usable.by(open_)
            if allowed(refusing, usable.on(each, (action,))._replace(via=open_.route)) is None
        ]
        texts = {each.text for each in mine}
        left = mine if left is None else [each for each in left if each.text in texts]
    return left or []


def _opened(deny: Statement, *, principals: bool) -> Statement:
    """Return an Allow of everything to everyone on the resources of a Deny."""
    return replace(
        deny,
        effect="Allow",
        actions=_ALL,
        not_actions=(),
        principals=_EVERYONE if principals else (),
        not_principals=(),
        conditions=(),
        has_not_action=False,
        has_condition=False,
    )
