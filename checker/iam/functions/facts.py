"""Declares the functions on the catalogue of AWS and on wildcard patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.cel.env import Function
from checker.cel.types import BOOL, STRING, list_of, optional_of
from checker.cel.values import NONE, Optional
from checker.errors import FunctionError
from checker.iam import catalogue, keys, patterns
from checker.iam.arn import value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.iam.patterns import Pattern


def _actions_of(service: str, levels: Sequence[str]) -> list[str]:
    return list(catalogue.actions_of(service, tuple(levels)))


def _expanded(text: str) -> list[str]:
    return list(catalogue.expanded(text))


def _known(text: str) -> str:
    if not catalogue.exists(text):
        raise FunctionError(f"unknown action `{text}`{catalogue.nearest_action(text)}")
    return text


def _condition_keys(service: str) -> list[str]:
    return list(catalogue.condition_keys(catalogue.known_service(service)))


def _resource_formats(service: str) -> list[str]:
    return list(catalogue.resource_formats(service))


def _globs(texts: Sequence[str]) -> tuple[Pattern, ...]:
    return tuple(value(text, variables=False, wildcards=True).widest for text in texts)


def _glob_covers(covering: Sequence[str], covered: Sequence[str]) -> bool:
    return all(patterns.covers(_globs(covering), each) for each in _globs(covered))


def _glob_overlaps(left: str, right: str) -> bool:
    return patterns.overlaps(*_globs([left, right]))


def _glob_equivalent(left: Sequence[str], right: Sequence[str]) -> bool:
    return _glob_covers(left, right) and _glob_covers(right, left)


def _glob_difference(left: Sequence[str], right: Sequence[str]) -> Optional:
    none_of = _globs(right)
    found = [patterns.witness((each,), none_of) for each in _globs(left)]
    texts = [text for text in found if text is not None]
    return Optional(min(texts, key=lambda text: (len(text), text))) if texts else NONE


FACTS: tuple[Function, ...] = (
    Function(
        "actionsOf",
        (STRING, list_of(STRING)),
        list_of(STRING),
        _actions_of,
        "The actions of a service that have one of the given access levels: "
        "Read, List, Write, Tagging, Permissions management.",
        example='"ecr:PutImage" in actionsOf("ecr", ["Write"])',
    ),
    Function(
        "expandAction",
        (STRING,),
        list_of(STRING),
        _expanded,
        "The known actions that a pattern matches, sorted.",
        example='expandAction("ecr:Put*Image") == ["ecr:PutImage"]',
    ),
    Function(
        "isAction",
        (STRING,),
        BOOL,
        catalogue.exists,
        "Whether an action is known; its case does not matter.",
        example='isAction("S3:getobject") && !isAction("s3:GetObjekt")',
    ),
    Function(
        "accessLevel",
        (STRING,),
        STRING,
        lambda text: catalogue.access_level(_known(text)),
        "The access level of a known action.",
        example='accessLevel("s3:PutObject") == "Write"',
    ),
    Function(
        "takesResource",
        (STRING,),
        BOOL,
        lambda text: catalogue.takes_resource(_known(text)),
        "Whether a known action can be restricted to resources; otherwise it needs `*`.",
        example='!takesResource("ecr:GetAuthorizationToken")',
    ),
    Function(
        "resourceFormatsOf",
        (STRING,),
        list_of(STRING),
        _resource_formats,
        "The ARN formats of a service's resource types.",
        example='resourceFormatsOf("s3").exists(f, f == "arn:${Partition}:s3:::${BucketName}")',
    ),
    Function(
        "conditionKeysOf",
        (STRING,),
        list_of(STRING),
        _condition_keys,
        "The condition keys of a service, without the global ones.",
        example='"s3:prefix" in conditionKeysOf("s3")',
    ),
    Function(
        "isConditionKey",
        (STRING,),
        BOOL,
        lambda text: keys.find(text) is not None,
        "Whether a condition key is known, be it global or of one service.",
        example='isConditionKey("aws:PrincipalOrgID") && !isConditionKey("aws:PrincipalOrg")',
    ),
    Function(
        "globMatches",
        (STRING, STRING),
        BOOL,
        lambda glob, text: patterns.matches(_globs([glob])[0], text),
        "Whether a pattern of `*` and `?` matches a string.",
        example='globMatches("home/*", "home/alice")',
    ),
    Function(
        "globCovers",
        (list_of(STRING), list_of(STRING)),
        BOOL,
        _glob_covers,
        "Whether the first patterns match every string that the second patterns match.",
        example='globCovers(["a*", "b*"], ["ab*", "b"])',
    ),
    Function(
        "globOverlaps",
        (STRING, STRING),
        BOOL,
        _glob_overlaps,
        "Whether at least one string matches both patterns.",
        example='globOverlaps("a*", "*b")',
    ),
    Function(
        "globEquivalent",
        (list_of(STRING), list_of(STRING)),
        BOOL,
        _glob_equivalent,
        "Whether two lists of patterns match the same strings.",
        example='globEquivalent(["*", "a"], ["**"])',
    ),
    Function(
        "globDifference",
        (list_of(STRING), list_of(STRING)),
        optional_of(STRING),
        _glob_difference,
        "A shortest string that the first patterns match and the second do not; none if there is "
        "no such string.",
        example='globDifference(["a?", "b*"], ["b"]).value().size() == 2',
    ),
)
"""All functions that need no policy."""
