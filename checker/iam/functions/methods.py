"""Declares the functions on policies and on their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.cel.env import Function
from checker.cel.types import BOOL, DYN, STRING, list_of, map_of, optional_of
from checker.cel.values import NONE, Optional
from checker.errors import FunctionError
from checker.iam import actions
from checker.iam.access import Access, access, on_all
from checker.iam.arn import ATTACHED_TEXT, fold
from checker.iam.asked import note
from checker.iam.confines import confines
from checker.iam.containment import grants_beyond
from checker.iam.fixed import ACCOUNT, WHOLLY, among, any_of, up_to
from checker.iam.functions.samples import ACCESS, POLICY, REQUEST, RESOURCE, STATEMENT
from checker.iam.question import admits, denies, may_allow, witness
from checker.iam.request import Request, allows
from checker.iam.resources import Resource
from checker.iam.unlimited import unnamed_action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from checker.iam.statement import Policy, Statement


def _covers_action(statement: Statement, pattern: str) -> bool:
    answer = actions.covers_action(statement, actions.asked(pattern))
    note((), (("covers", pattern),), statement.route)
    return actions.decided(statement, answer)


def _matches_action(statement: Statement, pattern: str) -> bool:
    answer = actions.matches_action(statement, actions.asked(pattern))
    note((), (("matches", pattern),), statement.route)
    return actions.decided(statement, answer)


def _access(policy: Policy, asked: Sequence[str]) -> Access:
    note(tuple(asked))
    return access(policy, asked)


def _given(of: Access, key: str, values: Sequence[str]) -> Access:
    found = of.given(key, values)
    note(found.asked, found.limits)
    return found


def _unconfined(of: Access, keys: Sequence[str]) -> Access:
    found = of.unconfined(keys)
    note(found.asked, found.limits)
    return found


def _actions_on_all(policy: Policy, statement: Statement, level: str) -> list[str]:
    found = on_all(policy, statement, level)
    if found:
        note(found, (), statement.route)
    return list(found)


def _request(data: Mapping[str, object], *, partial: bool = False) -> Request:
    """Return the request that a rule gives as a map.

    The map must have an `action` and a `resource` unless it is `partial`, and may have a
    `principal` and a `context`. Raises FunctionError for any other map.
    """
    unknown = data.keys() - {"action", "resource", "principal", "context"}
    texts = [data.get(name, "") for name in ("action", "resource", "principal")]
    context = data.get("context", {})
    whole = partial or all(texts[:2])
    if unknown or not all(isinstance(text, str) for text in texts) or not whole:
        raise FunctionError(
            "a request needs strings for `action` and `resource`, and may have a string for "
            "`principal` (`AWS:arn:…` or `Service:…`) and a map of condition keys for `context`"
        )
    if not isinstance(context, dict):
        raise FunctionError("the `context` of a request must be a map of condition keys to values")
    values = {
        fold(key): tuple(value) if isinstance(value, list) else (value,)
        for key, value in context.items()
    }
    if not all(isinstance(text, str) for each in values.values() for text in each):
        raise FunctionError("the values of condition keys must be strings or lists of strings")
    name, resource, principal = map(str, texts)
    return Request(name, resource, principal, values)


def _asked(policy: Policy, data: Mapping[str, object], *, partial: bool = False) -> Request:
    """Return the request that a rule makes to a policy.

    A statement without resources is about the resource that the policy is attached to. Raises
    FunctionError if it is not known whether that is the resource of the request.
    """
    asked = _request(data, partial=partial)
    known = [item.names_resources for item in policy.statements]
    own = asked.resource == ATTACHED_TEXT
    if own and not any(known):
        return asked._replace(resource="") if partial else asked
    if own or (asked.resource and not all(known)):
        raise FunctionError(
            "it is not known which resource the policy is attached to: "
            "ask `mayAllow` or `denies` without `resource`"
        )
    return asked


def _note_request(asked: Request) -> None:
    """Note a question about requests that are known in full or in part."""
    limit = (asked.resource, asked.principal, *sorted(asked.context.items()))
    note((asked.action or "*",), (("request", *limit),))


def _may_allow(policy: Policy, data: Mapping[str, object]) -> bool:
    asked = _asked(policy, data, partial=True)
    _note_request(asked)
    return may_allow(policy, asked)


def _witness(policy: Policy, data: Mapping[str, object]) -> Optional:
    asked = _asked(policy, data, partial=True)
    _note_request(asked)
    found = witness(policy, asked)
    return NONE if found is None else Optional(found)


def _witness_of(access: Access) -> Optional:
    found = access.witness()
    return NONE if found is None else Optional(found)


def _denies(policy: Policy, data: Mapping[str, object]) -> bool:
    asked = _asked(policy, data, partial=True)
    _note_request(asked)
    return denies(policy, asked)


def _allows(policy: Policy, data: Mapping[str, object]) -> bool:
    asked = _asked(policy, data)
    _note_request(asked)
    return allows(policy, asked)


def _grants_beyond(policy: Policy, reference: Policy) -> Optional:
    note(("*",), (("beyond", reference.version, *(each.content for each in reference.statements)),))
    found = grants_beyond(policy, reference)
    return NONE if found is None else Optional(found)


def _resources_by(access: Access, statement: Statement) -> list[Resource]:
    return list(access.by(statement))


def _covering(access: Access, service: str) -> list[Resource]:
    return list(access.covering_all_of(service))


def _admits(statement: Statement, key: str, values: Sequence[str]) -> bool:
    note((), (("admits", fold(key), *values),), statement.route)
    return admits(statement, key, values)


def _note_keys(statement: Statement, how: str, keys: Sequence[str], more: Sequence[str]) -> None:
    """Note a question about whether a statement confines condition keys."""
    note((), ((how, tuple(map(fold, keys)), *more),), statement.route)


def _confines(statement: Statement, keys: Sequence[str]) -> bool:
    _note_keys(statement, "confines", keys, ())
    return confines(statement, any_of(keys, WHOLLY))


def _confines_account(statement: Statement, keys: Sequence[str]) -> bool:
    _note_keys(statement, "account", keys, ())
    return confines(statement, any_of(keys, ACCOUNT))


def _confines_up_to(statement: Statement, keys: Sequence[str], separator: str) -> bool:
    if not separator:
        raise FunctionError("the separator is empty: expected text such as `/`")
    _note_keys(statement, "up to", keys, (separator,))
    return confines(statement, any_of(keys, up_to(separator)))


def _confines_to(statement: Statement, keys: Sequence[str], values: Sequence[str]) -> bool:
    _note_keys(statement, "among", keys, values)
    return confines(statement, any_of(keys, among(values)))


METHODS: tuple[Function, ...] = (
    Function(
        "access",
        (list_of(STRING),),
        ACCESS,
        _access,
        "What the policy as a whole allows of the given actions, each a name or a pattern.",
        POLICY,
        example='!policy.access(["s3:Delete*"]).granted',
    ),
    Function(
        "unnamedAction",
        (STRING,),
        STRING,
        unnamed_action,
        "An action that a service does not have, and that the policy names by `*` at most. Who may "
        "use it may use what AWS adds next.",
        POLICY,
        example='policy.access([policy.unnamedAction("s3")]).granted == false',
    ),
    Function(
        "actionsOnAll",
        (STATEMENT, STRING),
        list_of(STRING),
        _actions_on_all,
        "The known actions of an access level that one of the policy's Allow statements grants on "
        "all resources of some type of their service, after all Denies. Actions that take no "
        "resource are left out.",
        POLICY,
        example='policy.actionsOnAll(policy.statements[0], "List").size() == 0',
    ),
    Function(
        "allows",
        (map_of(DYN),),
        BOOL,
        _allows,
        "Whether the policy by itself allows one request: a map of `action`, `resource` and, if "
        "wanted, `principal` and `context`, a map of condition keys to values.",
        POLICY,
        example='policy.allows({"action": "s3:PutObject", '
        '"resource": "arn:aws:s3:::reports/public/a", "principal": "Service:logs.amazonaws.com"})',
    ),
    Function(
        "mayAllow",
        (map_of(DYN),),
        BOOL,
        _may_allow,
        "Whether the policy allows at least one request like this. What the map leaves out may "
        "be anything. A condition key with an empty list is absent from the request. `action` and "
        "`resource` may be patterns.",
        POLICY,
        example='!policy.mayAllow({"action": "s3:Get*", '
        '"context": {"aws:SecureTransport": "false"}})',
    ),
    Function(
        "witness",
        (map_of(DYN),),
        optional_of(REQUEST),
        _witness,
        "A request like this that the policy allows, as `mayAllow` asks; none if there is none.",
        POLICY,
        example='policy.witness({"action": "s3:Get*"}).value().action == "s3:GetObject"',
    ),
    Function(
        "witness",
        (),
        optional_of(REQUEST),
        _witness_of,
        "A request for one of the actions that the policy allows; none if there is none.",
        ACCESS,
        example='policy.access(["s3:PutObject"]).witness().value().action == "s3:PutObject"',
    ),
    Function(
        "given",
        (STRING, list_of(STRING)),
        ACCESS,
        _given,
        "What is allowed in requests in which a condition key has these values, or in which it is "
        "absent if the list is empty.",
        ACCESS,
        example='!policy.access(["s3:GetObject"]).given("aws:SecureTransport", ["false"]).granted',
    ),
    Function(
        "unconfined",
        (list_of(STRING),),
        ACCESS,
        _unconfined,
        "What is allowed although no condition requires a certain value of any of these keys. In "
        "the name of a key, `*` stands for any text.",
        ACCESS,
        example='policy.access(["s3:PutObject"]).unconfined(["*:ResourceTag/*"]).granted',
    ),
    Function(
        "resourcesBy",
        (STATEMENT,),
        list_of(RESOURCE),
        _resources_by,
        "The resources on which an Allow statement of the policy allows any of the actions, after "
        "all Denies.",
        ACCESS,
        example='policy.access(["s3:PutObject"]).resourcesBy(policy.statements[0]).size() == 0',
    ),
    Function(
        "coveringAllOf",
        (STRING,),
        list_of(RESOURCE),
        _covering,
        "The resources that hold all resources of at least one type of a service, each by itself "
        "or, if none does so, together.",
        ACCESS,
        example='policy.access(["s3:PutObject"]).coveringAllOf("s3").size() == 0',
    ),
    Function(
        "denies",
        (map_of(DYN),),
        BOOL,
        _denies,
        "Whether the policy's Denies refuse every request like this, whatever may allow it.",
        POLICY,
        example='policy.denies({"action": "s3:*", "resource": "arn:aws:s3:::reports/a"})',
    ),
    Function(
        "grantsBeyond",
        (POLICY,),
        optional_of(REQUEST),
        _grants_beyond,
        "A request that the policy allows and the other policy does not; none if there is no such "
        "request.",
        POLICY,
        example="!policy.grantsBeyond(policy).hasValue()",
    ),
    Function(
        "coversAction",
        (STRING,),
        BOOL,
        _covers_action,
        "Whether the statement is about every action that a pattern matches; `*:*` matches all.",
        STATEMENT,
        example='policy.statements[1].coversAction("s3:Get*")',
    ),
    Function(
        "matchesAction",
        (STRING,),
        BOOL,
        _matches_action,
        "Whether the statement is about at least one action that a pattern matches.",
        STATEMENT,
        example='policy.statements[0].matchesAction("s3:Get*")',
    ),
    Function(
        "admits",
        (STRING, list_of(STRING)),
        BOOL,
        _admits,
        "Whether it is about a request in which a condition key has these values, or in which the "
        "key is absent if the list is empty. What an Allow admits is still allowed after all "
        "Denies of the policy.",
        STATEMENT,
        example='!policy.statements[0].admits("aws:SecureTransport", ["false"])',
    ),
    Function(
        "confines",
        (list_of(STRING),),
        BOOL,
        _confines,
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
        _confines_account,
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
        "isLiteral",
        (),
        BOOL,
        Resource.is_literal,
        "Whether it is exactly one resource.",
        RESOURCE,
        example="policy.statements[0].resources[0].isLiteral()",
    ),
    Function(
        "isNamed",
        (),
        BOOL,
        Resource.is_named,
        "Whether it is at most one resource in each account, region and partition.",
        RESOURCE,
        example="policy.statements[0].resources[0].isNamed()",
    ),
    Function(
        "covers",
        (STRING,),
        BOOL,
        Resource.covers,
        "Whether it holds all resources that a pattern of `*`, `?` and `${…}` matches.",
        RESOURCE,
        example='policy.statements[0].resources[1].covers("arn:aws:s3:::reports/a*")',
    ),
    Function(
        "within",
        (STRING,),
        BOOL,
        Resource.within,
        "Whether it holds only resources that a pattern of `*`, `?` and `${…}` matches.",
        RESOURCE,
        example='policy.statements[0].resources[1].within("arn:aws:s3:::reports/*")',
    ),
    Function(
        "coversAllOf",
        (STRING,),
        BOOL,
        Resource.covers_all_of,
        "Whether it holds all resources of at least one type of a service.",
        RESOURCE,
        example='!policy.statements[0].resources[1].coversAllOf("s3")',
    ),
)
"""All functions on a policy, a statement or a resource."""
