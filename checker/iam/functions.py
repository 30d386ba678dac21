"""Declares what a policy means as types and functions of the expression language.

Nothing goes in; `STRUCTS` and `FUNCTIONS` come out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.cel.env import Field, Function, Struct
from checker.cel.types import BOOL, STRING, Type, list_of
from checker.iam import actions, catalogue, public, resources
from checker.iam.access import Access, access
from checker.iam.resources import Resource
from checker.iam.statement import Condition, Entry, Policy, Principal, Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

POLICY = Type("policy")
STATEMENT = Type("statement")
ACCESS = Type("access")
RESOURCE = Type("resource")
ENTRY = Type("action_entry")
PRINCIPAL = Type("principal")
CONDITION = Type("condition")


def _covers_action(statement: Statement, pattern: str) -> bool:
    answer = actions.covers_action(statement, actions.asked(pattern))
    return actions.decided(statement, answer)


def _matches_action(statement: Statement, pattern: str) -> bool:
    answer = actions.matches_action(statement, actions.asked(pattern))
    return actions.decided(statement, answer)


def _actions_of(service: str, levels: Sequence[str]) -> list[str]:
    return list(catalogue.actions_of(service, tuple(levels)))


_POLICY = Struct(
    POLICY,
    Policy,
    (
        Field("version", STRING, lambda p: p.version, "Version, or empty if it is absent."),
        Field("statements", list_of(STATEMENT), lambda p: list(p.statements), "All statements."),
    ),
    "An IAM policy in one shape: lists wherever an element may be one or many.",
)

_STATEMENT = Struct(
    STATEMENT,
    Statement,
    (
        Field("sid", STRING, lambda s: s.sid, "Sid, or empty if it is absent."),
        Field("effect", STRING, lambda s: s.effect, "`Allow` or `Deny`."),
        Field("actions", list_of(ENTRY), lambda s: list(s.actions), "The Action entries."),
        Field(
            "notActions", list_of(ENTRY), lambda s: list(s.not_actions), "The NotAction entries."
        ),
        Field(
            "resources",
            list_of(RESOURCE),
            lambda s: list(resources.resources(s)),
            "The resources it is about, one for each entry; one for NotResource or for neither.",
        ),
        Field(
            "notResources",
            list_of(ENTRY),
            lambda s: list(s.not_resources),
            "The NotResource entries.",
        ),
        Field("principals", list_of(PRINCIPAL), lambda s: list(s.principals), "The principals."),
        Field(
            "notPrincipals",
            list_of(PRINCIPAL),
            lambda s: list(s.not_principals),
            "The principals of NotPrincipal.",
        ),
        Field("conditions", list_of(CONDITION), lambda s: list(s.conditions), "The conditions."),
        Field(
            "wholeServices",
            list_of(STRING),
            lambda s: list(actions.whole_services(s)),
            "Services of which an Allow names every action; none for `*` and for NotAction.",
        ),
        Field(
            "isPublic",
            BOOL,
            public.is_public,
            "Whether it allows everyone, and no condition confines the caller.",
        ),
        Field(
            "hasPrincipal",
            BOOL,
            lambda s: s.has_principal,
            "Whether there is a Principal or NotPrincipal element.",
        ),
    ),
    "One statement of a policy.",
)

_ACCESS = Struct(
    ACCESS,
    Access,
    (
        Field("granted", BOOL, lambda a: a.granted, "Whether any of the actions may be allowed."),
        Field(
            "resources",
            list_of(RESOURCE),
            lambda a: list(a.resources),
            "The resources on which they may be allowed, after all Denies.",
        ),
        Field(
            "statements",
            list_of(STATEMENT),
            lambda a: list(a.statements),
            "The Allow statements by which they may be allowed.",
        ),
        Field("actions", list_of(STRING), lambda a: list(a.actions), "Those that may be allowed."),
    ),
    "What a policy as a whole allows of some actions.",
)

STRUCTS: tuple[Struct, ...] = (
    _POLICY,
    _STATEMENT,
    _ACCESS,
    Struct(
        RESOURCE,
        Resource,
        (Field("text", STRING, lambda r: r.text, "How the policy says it."),),
        "One resource, or a set of them.",
    ),
    Struct(
        ENTRY,
        Entry,
        (Field("text", STRING, lambda e: e.text, "The entry as it is written."),),
        "One entry of Action, NotAction or NotResource.",
    ),
    Struct(
        PRINCIPAL,
        Principal,
        (
            Field("kind", STRING, lambda p: p.kind, "`AWS`, `Service`, …, or `*`."),
            Field("text", STRING, lambda p: p.text, "The principal as it is written."),
            Field("isEveryone", BOOL, lambda p: p.is_everyone, "Whether it means anyone at all."),
        ),
        "One principal.",
    ),
    Struct(
        CONDITION,
        Condition,
        (
            Field("operator", STRING, lambda c: c.operator, "The operator as it is written."),
            Field("key", STRING, lambda c: c.key, "The key as it is written."),
            Field("values", list_of(STRING), lambda c: list(c.values), "The values, as texts."),
        ),
        "One condition: one operator on one key.",
    ),
)
"""Every type of value that a policy gives, with its fields."""

FUNCTIONS: tuple[Function, ...] = (
    Function(
        "access",
        (list_of(STRING),),
        ACCESS,
        access,
        "What the policy as a whole allows of some actions, each a name or a pattern.",
        POLICY,
    ),
    Function(
        "coversAction",
        (STRING,),
        BOOL,
        _covers_action,
        "Whether the statement is about every action of a pattern; `*:*` is every action.",
        STATEMENT,
    ),
    Function(
        "matchesAction",
        (STRING,),
        BOOL,
        _matches_action,
        "Whether the statement is about some action of a pattern.",
        STATEMENT,
    ),
    Function("isLiteral", (), BOOL, Resource.is_literal, "Whether it is one resource.", RESOURCE),
    Function(
        "covers",
        (STRING,),
        BOOL,
        Resource.covers,
        "Whether it holds all resources of a pattern of `*`, `?` and `${…}`.",
        RESOURCE,
    ),
    Function(
        "within",
        (STRING,),
        BOOL,
        Resource.within,
        "Whether it holds no resource outside a pattern of `*`, `?` and `${…}`.",
        RESOURCE,
    ),
    Function(
        "coversAllOf",
        (STRING,),
        BOOL,
        Resource.covers_all_of,
        "Whether it holds all resources of some type of a service.",
        RESOURCE,
    ),
    Function(
        "actionsOf",
        (STRING, list_of(STRING)),
        list_of(STRING),
        _actions_of,
        "The actions of a service that have one of the access levels: "
        "Read, List, Write, Tagging, Permissions management.",
    ),
)
"""Every function on those values, and the functions of the catalogue."""
