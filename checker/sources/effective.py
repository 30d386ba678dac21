"""Puts together what each user, group and role of an account may do by all of its policies.

That is the statements of its inline policies, its managed policies and those of its groups. A
permissions boundary takes away what it does not allow:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.sources.part import Part, Refused

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.reader import Reading
    from checker.sources.account import Account, Attached, Holder

_KIND = "aws-identity-policy"
_CURRENT = "2012-10-17"
MOST_STATEMENTS = 500_000
"""The most statements of all such documents of one file."""


class _Member(NamedTuple):
    """A policy that a principal has."""

    part: Part
    is_judged: bool
    """Whether it is a document by itself; those that AWS wrote are not."""


class _Item(NamedTuple):
    """A statement, and where it stands."""

    data: Json
    reading: Reading
    route: Route


class _Unknown(Exception):  # noqa: N818 - it is a finding, not an error
    """Raised if a policy that a principal has is not known; it says which, and where it stands."""

    def __init__(self, message: str, route: Route) -> None:
        super().__init__(message)
        self.route = route


def together(account: Account) -> Iterator[Part | Refused]:
    """Yield what each principal and group may do by all of its policies.

    There is no such document for one that has a single policy which is judged by itself, and for a
    role that only AWS can change.
    """
    left = MOST_STATEMENTS
    groups = [each for each in account.holders if each.name in account.groups]
    others = [each for each in account.holders if each.name not in account.groups]
    # Each comes after what it is compared with.
    for holder in (*groups, *others):
        if holder.is_service_linked or _is_as_its_group(account, holder):
            continue
        name = f"{holder.name}/together"
        try:
            members = _members(account, holder)
            if not members or (len(members) == 1 and members[0].is_judged):
                continue
            items = _statements(members)
            left = _less(left, items, holder)
            yield _joined(account, holder, name, members, items)
        except _Unknown as error:
            problem = account.reading.problem(str(error), error.route)
            yield Refused(name, (problem,))


def _less(left: int, items: Sequence[_Item], holder: Holder) -> int:
    """Return how many more statements there may be; raises _Unknown if these are too many."""
    if left < len(items):
        message = f"all together have more than {MOST_STATEMENTS:,} statements: split the dump"
        raise _Unknown(message, holder.route)
    return left - len(items)


def _is_as_its_group(account: Account, holder: Holder) -> bool:
    """Return whether a user has no policies but those of one group."""
    own = holder.inline or holder.attached
    return not own and len(holder.groups) == 1 and holder.groups[0].name in account.groups


def _members(account: Account, holder: Holder) -> list[_Member]:
    """Return the policies of a principal, each once; raises _Unknown."""
    holders = [holder]
    for each in holder.groups:
        group = account.groups.get(each.name)
        if group is None:
            what = each.name.removeprefix("group/")
            message = f"what it may do is not known: the group `{what}` is not in this file"
            raise _Unknown(message, each.route)
        holders.append(group)
    found: dict[int, _Member] = {}
    for one in holders:
        for part in one.inline:
            _add(found, part, one.route, is_judged=True)
        for attached in one.attached:
            policy = account.managed.get(attached.name)
            if policy is None or not policy.found:
                raise _Unknown(_lacking(attached), attached.route)
            for part in policy.found:
                _add(found, part, attached.route, is_judged=not policy.by_aws)
    return list(found.values())


def _lacking(attached: Attached) -> str:
    return (
        f"what it may do is not known: the policy `{attached.name[:200]}` is not in this file; "
        "make the dump without --filter"
    )


def _add(found: dict[int, _Member], part: Part | Refused, route: Route, *, is_judged: bool) -> None:
    if isinstance(part, Refused):
        message = f"what it may do is not known: `{part.name}` cannot be read"
        raise _Unknown(message, route)
    found[id(part)] = _Member(part, is_judged)


def _statements(members: Sequence[_Member]) -> list[_Item]:
    return [item for each in members for item in _items(each.part.reading)]


def _items(reading: Reading) -> list[_Item]:
    """Return the statements of a policy."""
    data = reading.data
    found = data.get("Statement") if isinstance(data, dict) else None
    if isinstance(found, list):
        return [_Item(each, reading, ("Statement", at)) for at, each in enumerate(found)]
    return [_Item(found, reading, ("Statement",))]


def _joined(
    account: Account,
    holder: Holder,
    name: str,
    members: Sequence[_Member],
    items: Sequence[_Item],
) -> Part:
    """Return the document of all statements, and of what the permissions boundary denies."""
    limits, doubt = _boundary(account, holder)
    items = [*items, *limits]
    version = _version(items, holder)
    data: Json = {"Version": version, "Statement": [each.data for each in items]}
    reading = account.reading.within(holder.route).joined(
        data, "Statement", [(each.reading, each.route) for each in items]
    )
    judged = tuple(dict.fromkeys(each.part.name for each in members if each.is_judged))
    groups = tuple(f"{each.name}/together" for each in holder.groups)
    return Part(name, reading, _KIND, members=judged + groups, doubt=doubt)


def _version(items: Sequence[_Item], holder: Holder) -> str:
    """Return the version of the language of all statements; raises _Unknown.

    In the older version, `${` is plain text.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
    """
    old = [each for each in items if _is_old(each.reading.data)]
    if len(old) == len(items):
        return "2008-10-17"
    if any("${" in repr(each.data) for each in old):
        message = "what it may do is not known: `${` is plain text in one of its policies only"
        raise _Unknown(message, holder.route)
    return _CURRENT


def _is_old(data: Json) -> bool:
    return not isinstance(data, dict) or data.get("Version") != _CURRENT


def _boundary(account: Account, holder: Holder) -> tuple[list[_Item], str]:
    """Return the statements that deny what a permissions boundary does not allow.

    They deny no more than that. If they deny less, there is a doubt, which says why.
    """
    if holder.boundary is None:
        return [], ""
    policy = account.managed.get(holder.boundary.name)
    shown = policy.name if policy else holder.boundary.name[:200]
    doubt = f"unless its permissions boundary `{shown}` forbids that"
    found = policy.found if policy else ()
    if len(found) != 1 or isinstance(found[0], Refused):
        return [], f"{doubt}, which is not known"
    return _limits(found[0].reading, f"{doubt}, which is not decided")


def _limits(reading: Reading, doubt: str) -> tuple[list[_Item], str]:
    items = _items(reading)
    denies = [each for each in items if _effect(each) == "Deny"]
    allows: list[Any] = [each.data for each in items if _effect(each) == "Allow"]
    if len(denies) + len(allows) < len(items):
        return denies, doubt
    if any("*" in _listed(each, "Action") and _is_on_all(each) for each in allows):
        return denies, ""
    is_exact = all(_is_on_all(each) for each in allows)
    actions = [action for each in allows for action in _listed(each, "Action")]
    excepted = [action for each in allows for action in _listed(each, "NotAction")]
    rest: dict[str, Json] = {"Effect": "Deny", "Resource": "*"}
    if not allows:
        rest["Action"] = "*"
    elif not excepted and "*" not in actions:
        rest["NotAction"] = actions
    elif len(allows) == 1 and is_exact:
        rest["Action"] = excepted
    else:
        return denies, doubt
    return [*denies, _Item(rest, reading, ())], "" if is_exact else doubt


def _effect(item: _Item) -> Json:
    return item.data.get("Effect") if isinstance(item.data, dict) else None


def _is_on_all(statement: Any) -> bool:
    """Return whether an Allow is on all resources, without a condition."""
    return "*" in _listed(statement, "Resource") and not statement.get("Condition")


def _listed(statement: Any, key: str) -> list[Json]:
    found = statement.get(key)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]
