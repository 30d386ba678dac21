"""Declares the functions on parts of policies and on answers about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.cel.env import Function
from checker.cel.types import BOOL, STRING, list_of, optional_of
from checker.cel.values import NONE, Optional
from checker.iam import actions
from checker.iam.access import Access
from checker.iam.arn import fold
from checker.iam.asked import note
from checker.iam.covering import is_anyones
from checker.iam.functions.samples import ACCESS, REQUEST, RESOURCE, STATEMENT
from checker.iam.missing import missable_keys
from checker.iam.question import admits
from checker.iam.resources import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.iam.statement import Statement


def _covers_action(statement: Statement, pattern: str) -> bool:
    answer = actions.covers_action(statement, actions.asked(pattern))
    note((), (("covers", pattern),), statement.route)
    return actions.decided(statement, answer)


def _matches_action(statement: Statement, pattern: str) -> bool:
    answer = actions.matches_action(statement, actions.asked(pattern))
    note((), (("matches", pattern),), statement.route)
    return actions.decided(statement, answer)


def _given(of: Access, key: str, values: Sequence[str]) -> Access:
    found = of.given(key, values)
    note(found.asked, found.limits)
    return found


def _unconfined(of: Access, keys: Sequence[str]) -> Access:
    found = of.unconfined(keys)
    note(found.asked, found.limits)
    return found


def _unconfined_up_to(of: Access, keys: Sequence[str], separator: str) -> Access:
    found = of.unconfined_up_to(keys, separator)
    note(found.asked, found.limits)
    return found


def _witness_of(access: Access) -> Optional:
    found = access.witness()
    return NONE if found is None else Optional(found)


def _resources_by(access: Access, statement: Statement) -> list[Resource]:
    return list(access.by(statement))


def _covering(access: Access, service: str) -> list[Resource]:
    return list(access.covering_all_of(service))


def _admits(statement: Statement, key: str, values: Sequence[str]) -> bool:
    note((), (("admits", fold(key), *values),), statement.route)
    return admits(statement, key, values)


def _missable_keys(statement: Statement, names: Sequence[str]) -> list[str]:
    note((), (("missable", *map(fold, names)),), statement.route)
    return list(missable_keys(statement, names))


PART_METHODS: tuple[Function, ...] = (
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
        "What is allowed although no condition fixes even a part of the value of one of these "
        "keys. In the name of a key, `*` stands for any text.",
        ACCESS,
        example='policy.access(["s3:PutObject"]).unconfined(["*:ResourceTag/*"]).granted',
    ),
    Function(
        "unconfinedUpTo",
        (list_of(STRING), STRING),
        ACCESS,
        _unconfined_up_to,
        "What is allowed although no condition fixes what stands before the first separator in the "
        "value of one of these keys, such as the name of a service before its first dot.",
        ACCESS,
        example='policy.access(["s3:GetObject"]).unconfinedUpTo(["aws:SourceVpc"], "-").granted',
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
        "The resources that hold all resources of at least one type of a service that the actions "
        "work on, or of one such as `ec2:subnet`, each by itself or, if none does so, together.",
        ACCESS,
        example='policy.access(["s3:PutObject"]).coveringAllOf("s3").size() == 0',
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
        "missableKeys",
        (list_of(STRING),),
        list_of(STRING),
        _missable_keys,
        "The condition keys, of those that match one of some patterns, that a request can leave "
        "out so that neither this Deny nor another one refuses it. A key of which the Deny names "
        "the values that it refuses is not one of them.",
        STATEMENT,
        example='policy.statements[1].missableKeys(["aws:*"]).size() == 0',
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
        "Whether it holds all resources of at least one type of a service, or of one such as "
        "`ec2:subnet`. What is allowed on all but some exceptions is allowed on all.",
        RESOURCE,
        example='!policy.statements[0].resources[1].coversAllOf("s3")',
    ),
    Function(
        "isAnyones",
        (),
        BOOL,
        is_anyones,
        "Whether it holds all resources of at least one type, of every account.",
        RESOURCE,
        example="!policy.statements[0].resources[1].isAnyones()",
    ),
)
"""All functions on a statement, on a resource or on what a policy allows of some actions."""
