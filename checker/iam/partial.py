"""Decides whether a policy may allow, or denies, requests of which only a part is known.

What the part leaves out may be anything. What it contains decides the conditions on the keys that
it names. The rest is a question of what one policy grants beyond another.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checker.errors import FunctionError
from checker.iam.arn import CURRENT_VERSION, fold
from checker.iam.conditions import Family, compares, spelling, test
from checker.iam.containment import grants_beyond
from checker.iam.given import settled, without_role
from checker.iam.patterns import matches
from checker.iam.statement import policy as normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from checker.iam.conditions import Test
    from checker.iam.request import Request
    from checker.iam.statement import Policy, Statement
    from checker.problems import Json


def admits(statement: Statement, key: str, values: Sequence[str]) -> bool:
    """Return whether a statement's conditions on a key hold if the key has the given values.

    An empty `values` means that the key is absent. A policy variable is read so that the statement
    allows as much, or denies as little, as possible. Raises `Undecided`.
    """
    wanted = fold(key)
    return all(
        _holds(statement, test(each), values)
        for each in statement.conditions
        if fold(each.key) == wanted
    )


def may_allow(policy: Policy, part: Request) -> bool:
    """Return whether a policy allows at least one request that has the known part.

    An empty string in `part` may be anything, and so may a key that its context lacks; a key
    without values is absent. `action` and `resource` may be patterns. Raises `Undecided`, and
    `FunctionError` if `part` has a principal and the policy names none.
    """
    key = ("may allow", part.action, part.resource, part.principal, *sorted(part.context.items()))
    if key not in policy.memo:
        policy.memo[key] = _may_allow(policy, policy.statements, part)
    return policy.memo[key] is True


def denies(policy: Policy, part: Request) -> bool:
    """Return whether a policy's Denies refuse every request that has the known part.

    `part` and errors are as in `may_allow`.
    """
    key = ("denies", part.action, part.resource, part.principal, *sorted(part.context.items()))
    if key not in policy.memo:
        everything = _allow(policy, {"Action": "*", "Resource": "*"})
        refused = [each for each in policy.statements if not each.is_allow]
        policy.memo[key] = not _may_allow(policy, [*everything.statements, *refused], part)
    return policy.memo[key] is True


def _may_allow(policy: Policy, statements: Iterable[Statement], part: Request) -> bool:
    known = replace(policy, statements=tuple(_settled(statements, part)), memo={})
    if not any(each.is_allow for each in known.statements):
        return False
    return grants_beyond(known, _all_others(policy, part)) is not None


def _settled(statements: Iterable[Statement], part: Request) -> Iterator[Statement]:
    """Yield the statements that may be about a request, without conditions that surely hold."""
    for written in statements:
        each = without_role(settled(written, part.context), part)
        if each is not None and all(
            admits(each, key, values) for key, values in part.context.items()
        ):
            open_ = tuple(item for item in each.conditions if fold(item.key) not in part.context)
            yield each if len(open_) == len(each.conditions) else replace(each, conditions=open_)


def _all_others(policy: Policy, part: Request) -> Policy:
    """Return a policy that allows every request but those that have the known part."""
    kind, _, name = part.principal.partition(":")
    if part.principal and not policy.has_principals:
        raise FunctionError("the policy names no principals: leave `principal` out")
    blocks: list[dict[str, Json]] = []
    if part.action:
        blocks.append({"NotAction": part.action, "Resource": "*"})
    if part.resource:
        blocks.append({"Action": "*", "NotResource": part.resource})
    if part.principal:
        blocks.append({"Action": "*", "Resource": "*", "NotPrincipal": {kind: name}})
    return _allow(policy, *blocks)


def _allow(policy: Policy, *blocks: dict[str, Json]) -> Policy:
    """Return a policy of Allow statements that has principals and resources if another one has."""
    everyone: dict[str, Json] = {"Principal": "*"} if policy.has_principals else {}
    attached = not any(each.names_resources for each in policy.statements)
    made: list[Json] = []
    for block in blocks:
        kept = {key: text for key, text in block.items() if not (attached and key == "Resource")}
        known = {} if "NotPrincipal" in block else everyone
        made.append({"Effect": "Allow", **known, **kept})
    return normalised({"Version": CURRENT_VERSION, "Statement": made}, policy.type)


def _holds(statement: Statement, asked: Test, values: Sequence[str]) -> bool:
    found = [_matches(statement, asked, text) is not asked.negated for text in values]
    return any(found) if asked.some else all(found)


def _matches(statement: Statement, asked: Test, text: str) -> bool:
    if asked.family not in (Family.TEXT, Family.FOLDED, Family.ARN):
        return any(compares(asked, text, wanted) for wanted in asked.values)
    given = fold(text) if asked.family is Family.FOLDED else text
    wide = statement.is_allow is not asked.negated
    meant = (spelling(asked, each, variables=statement.variables) for each in asked.values)
    found = (each.widest if wide else each.narrowest for each in meant)
    return any(each is not None and matches(each, given) for each in found)
