"""Declares the functions on policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.cel.env import Function
from checker.cel.types import BOOL, DYN, STRING, list_of, map_of, optional_of
from checker.cel.values import NONE, Optional
from checker.errors import FunctionError
from checker.iam.access import Access, access
from checker.iam.actions import asked as action
from checker.iam.arn import ATTACHED_TEXT, fold
from checker.iam.asked import note
from checker.iam.asking import mistakes
from checker.iam.containment import grants_beyond
from checker.iam.functions.samples import ACCESS, POLICY, REQUEST, RESOURCE, STATEMENT
from checker.iam.granting import granted
from checker.iam.lockout import locked
from checker.iam.on_all import on_all
from checker.iam.question import denies, may_allow, witness
from checker.iam.request import Request, allows
from checker.iam.unnamed import unnamed_action, unnamed_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from checker.iam.resources import Resource
    from checker.iam.statement import Policy, Statement

_CALLERS = ("AWS", "Service", "Federated", "CanonicalUser")
"""The kinds of principals that make requests."""


def _access(policy: Policy, asked: Sequence[str]) -> Access:
    note(tuple(asked))
    return access(policy, asked)


def _actions_on_all(
    policy: Policy, statement: Statement, level: str, limits: Sequence[str]
) -> list[str]:
    found = on_all(policy, statement, level, limits)
    if found:
        note(found, (("unconfined", *map(fold, limits)),) if limits else (), statement.route)
    return list(found)


def _grants(policy: Policy, actions: Sequence[str], resources: Sequence[str]) -> Optional:
    told = mistakes(actions, resources)
    if told:
        raise FunctionError("; ".join(each.message for each in told))
    note(tuple(actions) or ("*",), (("on", *resources),) if resources else ())
    found = granted(policy, actions, resources)
    return NONE if found is None else Optional(found)


def _request(data: Mapping[str, object], *, partial: bool = False) -> Request:
    """Return the request that a rule gives as a map.

    The map must have an `action` and a `resource` unless it is `partial`, and may have a
    `principal` and a `context`. Raises FunctionError for any other map, and for an action or a
    principal that no request has.
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
    if name:
        asked = action(name)
        if not partial and asked.literal is None:
            raise FunctionError(f"`{name}` is not one action: ask `mayAllow` about a pattern")
    kind, _, who = principal.partition(":")
    if principal and not (who and kind in _CALLERS):
        raise FunctionError(
            f"`{principal}` is not a principal: expected a kind and a name, such as `AWS:arn:…`"
        )
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


def _denies(policy: Policy, data: Mapping[str, object]) -> bool:
    asked = _asked(policy, data, partial=True)
    _note_request(asked)
    return denies(policy, asked)


def _denied_to_everyone(policy: Policy, asked: Sequence[str]) -> list[Resource]:
    note(tuple(asked), (("denied",),))
    return list(locked(policy, asked))


def _allows(policy: Policy, data: Mapping[str, object]) -> bool:
    asked = _asked(policy, data)
    _note_request(asked)
    return allows(policy, asked)


def _grants_beyond(policy: Policy, reference: Policy) -> Optional:
    note(("*",), (("beyond", reference.version, *(each.content for each in reference.statements)),))
    found = grants_beyond(policy, reference)
    return NONE if found is None else Optional(found)


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
        "grants",
        (list_of(STRING), list_of(STRING)),
        optional_of(REQUEST),
        _grants,
        "A request for one of the actions on one of the resources that the policy allows; none if "
        "there is none. Actions are names or patterns, and resources ARNs, whose wildcards stand "
        "for any resource that matches. An empty list stands for all. The command `policy-check "
        "grants` asks the same. A misspelt action is an error.",
        POLICY,
        example='policy.grants(["s3:PutObject"], ["arn:aws:s3:::reports/*"]).hasValue()',
    ),
    Function(
        "unnamedAction",
        (STRING,),
        STRING,
        unnamed_action,
        "An action of a service that the policy names by `*` at most. Who may use it may use what "
        "AWS adds next.",
        POLICY,
        example='policy.access([policy.unnamedAction("s3")]).granted == false',
    ),
    Function(
        "unnamedValue",
        (STRING, STRING),
        STRING,
        unnamed_value,
        "A value of a condition key that a pattern of `*` and `?` matches and that no condition of "
        "the policy names. It stands for the values that the author did not think of.",
        POLICY,
        example='policy.unnamedValue("aws:SourceVpc", "vpc-*") == "vpc-any"',
    ),
    Function(
        "actionsOnAll",
        (STATEMENT, STRING, list_of(STRING)),
        list_of(STRING),
        _actions_on_all,
        "The known actions of an access level that one of the policy's Allow statements grants on "
        "all resources of some type of their service, after all Denies, and although no condition "
        "requires a certain value of one of some keys, as `unconfined` says. Actions that take no "
        "resource are left out.",
        POLICY,
        example='policy.actionsOnAll(policy.statements[0], "List", []).size() == 0',
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
        "denies",
        (map_of(DYN),),
        BOOL,
        _denies,
        "Whether the policy's Denies refuse every request like this, whatever may allow it.",
        POLICY,
        example='policy.denies({"action": "s3:*", "resource": "arn:aws:s3:::reports/a"})',
    ),
    Function(
        "deniedToEveryone",
        (list_of(STRING),),
        list_of(RESOURCE),
        _denied_to_everyone,
        "The resources on which the policy's Denies refuse everyone all of the given actions, of "
        "those that the actions can work on.",
        POLICY,
        example='policy.deniedToEveryone(["s3:DeleteObject"]).size() == 1',
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
)
"""All functions on a policy."""
