"""Declares the functions that ask whether a statement fixes whom or what it allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.cel.env import Function
from checker.cel.types import BOOL, STRING, list_of, map_of
from checker.iam import trust
from checker.iam.arn import fold
from checker.iam.asked import note
from checker.iam.confines import confines
from checker.iam.deputies import acts_for_others, deputies
from checker.iam.fixed import ACCOUNT, EVERY, WHOLLY, among, any_of, up_to
from checker.iam.functions.samples import ISSUER, PRINCIPAL, STATEMENT
from checker.iam.patterns import Undecided
from checker.iam.public import is_public
from checker.iam.question import lets_through

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from checker.iam.fixed import Fixing
    from checker.iam.statement import Principal, Statement
    from checker.iam.trust import Open


def _note_keys(statement: Statement, how: str, keys: Sequence[str], more: Sequence[str]) -> None:
    """Note a question about whether a statement confines condition keys."""
    note((), ((how, tuple(map(fold, keys)), *more),), statement.route)


def _confining(how: str, fixing: Fixing) -> Callable[[Statement, Sequence[str]], bool]:
    """Return the function that asks whether one of some keys is fixed in some way."""

    def confined(statement: Statement, keys: Sequence[str]) -> bool:
        _note_keys(statement, how, keys, ())
        return confines(statement, any_of(keys, fixing))

    return confined


def _confines_up_to(statement: Statement, keys: Sequence[str], separator: str) -> bool:
    wanted = any_of(keys, up_to(separator))
    _note_keys(statement, "up to", keys, (separator,))
    return confines(statement, wanted)


def _confines_to(statement: Statement, keys: Sequence[str], values: Sequence[str]) -> bool:
    _note_keys(statement, "among", keys, values)
    return confines(statement, any_of(keys, among(values)))


def _limits_callers(
    statement: Statement, callers: Sequence[Principal], keys: Sequence[str]
) -> bool:
    _note_keys(statement, "callers", keys, [each.text for each in callers])
    return trust.limits_callers(statement, callers, keys)


def _open_issuers(statement: Statement, groups: Sequence[str]) -> list[Open]:
    note((), (("issuers", *groups),), statement.route)
    return list(trust.open_issuers(statement, groups))


def _deputies(statement: Statement, keys: Sequence[str]) -> list[Principal]:
    found = deputies(statement, keys)
    if found:
        limits = (("public",),) if _is_public(statement) else ()
        note(("*",), (*limits, ("deputy", *map(fold, keys))), statement.route)
    return list(found)


def _is_public(statement: Statement) -> bool:
    """Return whether a statement is surely open to everyone, and so to every service."""
    try:
        return is_public(statement)
    except Undecided:
        return False


def _lets_through(statement: Statement, context: Mapping[str, Sequence[str]]) -> bool:
    given = {fold(key): tuple(values) for key, values in context.items()}
    note((), (("through", *sorted(given.items())),), statement.route)
    return lets_through(statement, given)


FIXING: tuple[Function, ...] = (
    Function(
        "confines",
        (list_of(STRING),),
        BOOL,
        _confining("confines", WHOLLY),
        "Whether every request that an Allow allows, after all Denies, has one fixed value for one "
        "of these condition keys. In the name of a key, `*` stands for any text. A request that "
        "lacks the keys has none.",
        STATEMENT,
        example='policy.statements[0].confines(["aws:SecureTransport"])',
    ),
    Function(
        "confinesAccount",
        (list_of(STRING),),
        BOOL,
        _confining("account", ACCOUNT),
        "As `confines`, but only the account must be fixed: the value itself, or that of an ARN.",
        STATEMENT,
        example='!policy.statements[2].confinesAccount(["aws:SourceArn", "aws:SourceAccount"])',
    ),
    Function(
        "confinesUpTo",
        (list_of(STRING), STRING),
        BOOL,
        _confines_up_to,
        "As `confines`, but only what stands before the first separator must be fixed, such as the "
        "owner in `repo:owner/name`.",
        STATEMENT,
        example='!policy.statements[0].confinesUpTo(["sts:ExternalId"], "/")',
    ),
    Function(
        "confinesTo",
        (list_of(STRING), list_of(STRING)),
        BOOL,
        _confines_to,
        "As `confines`, but the value must be one of a list, in which `*` and `?` are wildcards.",
        STATEMENT,
        example='policy.statements[0].confinesTo(["aws:SecureTransport"], ["true"])',
    ),
    Function(
        "confinesEvery",
        (list_of(STRING),),
        BOOL,
        _confining("every", EVERY),
        "As `confines`, but for keys with several values: a part of each value must be fixed, and "
        "requests that lack the keys do not matter.",
        STATEMENT,
        example='!policy.statements[0].confinesEvery(["aws:TagKeys"])',
    ),
    Function(
        "limitsCallers",
        (list_of(PRINCIPAL), list_of(STRING)),
        BOOL,
        _limits_callers,
        "Whether an Allow trusts only some of those who are in the accounts of the given "
        "principals, after all Denies: it fixes an external ID, an organisation, a second factor, "
        "a caller, a tag of the caller, or one of the given condition keys.",
        STATEMENT,
        example="!policy.statements[0].limitsCallers(policy.statements[0].principals, [])",
    ),
    Function(
        "openIssuers",
        (list_of(STRING),),
        list_of(ISSUER),
        _open_issuers,
        "The issuers of the given groups whose tokens an Allow trusts, after all Denies, without "
        "fixing whose they are. The groups are `github`, `gitlab`, `terraform`, `cognito`, `web`, "
        "`other`, `tenant` and `unlisted`.",
        STATEMENT,
        example='policy.statements[0].openIssuers(["github"]).size() == 0',
    ),
    Function(
        "deputies",
        (list_of(STRING),),
        list_of(PRINCIPAL),
        _deputies,
        "The services that an Allow lets in on behalf of anyone, because no condition fixes the "
        "source or one of the given keys; also everyone, where conditions let in only services.",
        STATEMENT,
        example='policy.statements[2].deputies([])[0].text == "logs.amazonaws.com"',
    ),
    Function(
        "letsThrough",
        (map_of(list_of(STRING)),),
        BOOL,
        _lets_through,
        "Whether a request gets past the statement in which these condition keys have these "
        "values, or are absent if the list is empty. It gets past an Allow that allows it, after "
        "all Denies, and past a Deny that would refuse it but for its conditions on these keys, if "
        "no Deny of the policy refuses it.",
        STATEMENT,
        example='policy.statements[0].letsThrough({"aws:SecureTransport": ["true"]})',
    ),
    Function(
        "actsForOthers",
        (STRING,),
        BOOL,
        acts_for_others,
        "Whether AWS asks for a condition on the source in the trust policies of roles that a "
        "service assumes.",
        example='actsForOthers("scheduler.amazonaws.com")',
    ),
)
"""All functions that ask what a statement fixes."""
