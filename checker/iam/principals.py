"""Reads a principal of a statement as the patterns of the callers that it means.

An account, or its root, means everyone in the account: it "delegates authority to the account". A
role means its sessions too, because only they make requests:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from checker.iam.arn import EVERYTHING
from checker.iam.machine import Token, Wild
from checker.iam.patterns import Pattern, Undecided, pattern

if TYPE_CHECKING:
    from checker.iam.statement import Principal, Statement

AWS = "AWS:"
"""The prefix of the text of a principal that has an ARN: its kind and a colon."""
_ACCOUNT_OF = re.compile(r"([0-9]{12})|arn:aws[a-z-]*:(?:iam|sts)::([0-9]{12}):.+")
_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::([0-9]{12}):role/(?:.*/)?([^/]+)")
_ROLE_SESSION = re.compile(r"AWS:arn:(aws[a-z-]*):sts::([0-9]{12}):assumed-role/([^/]+)/.+")
_ORIGIN = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):(?:role/(?:.*/)?([^/]+)|user/.+)")
_SESSION = re.compile(
    r"arn:aws[a-z-]*:sts::([0-9]{12}):(?:assumed-role/([^/]+)/.+|federated-user/.+)"
)
_ACCOUNT = re.compile(r"(?:arn:(aws[a-z-]*):iam::)?([0-9]{12})(?::root)?")


def principal_patterns(item: Principal) -> tuple[Pattern, ...]:
    """Return the patterns of the callers that a principal means, each as kind, colon and name.

    Raises `Undecided` for a placeholder.
    """
    return (EVERYTHING.widest,) if item.is_everyone else _named(item.kind, item.text)


def callers(statement: Statement) -> list[Pattern]:
    """Return the patterns of the callers that a statement's Principal or NotPrincipal means.

    In the NotPrincipal of a Deny, an account means its root only: AWS says that a Deny of all but a
    user and the user's account denies everyone but that user. Raises `Undecided` for a placeholder.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    outside = statement.not_principals
    if outside and not statement.is_allow:
        return [each for item in outside for each in named_alone(item)]
    return [each for item in outside or statement.principals for each in principal_patterns(item)]


def named_alone(item: Principal) -> tuple[Pattern, ...]:
    """Return the patterns of the callers that a principal names; an account names its root only.

    Raises `Undecided` for a placeholder.
    """
    account = _ACCOUNT.fullmatch(item.text) if item.kind == "AWS" else None
    if account is None:
        return principal_patterns(item)
    tokens = (*AWS, *"arn:", *_partition(account), *f":iam::{account[2]}:root")
    return (pattern(item.text, tokens),)


def role_arns(caller: str) -> tuple[Pattern, ...]:
    """Return the ARNs that the role of a caller may have, if the caller is a role's session.

    A caller is a kind, a colon and a name. A session does not say the path of its role.
    """
    found = _ROLE_SESSION.fullmatch(caller)
    if found is None:
        return ()
    front, name = f"arn:{found[1]}:iam::{found[2]}:role/", found[3]
    return (
        pattern(name, tuple(front + name)),
        pattern(name, (*front, Wild.ANY, Wild.STAR, "/", *name)),
    )


def is_account(item: Principal) -> bool:
    """Return whether a principal is an account, or its root."""
    return item.kind == "AWS" and _ACCOUNT.fullmatch(item.text) is not None


def account_of(item: Principal) -> str:
    """Return the account of an AWS principal (12 digits), or an empty string if it names none."""
    found = _ACCOUNT_OF.fullmatch(item.text) if item.kind == "AWS" else None
    return (found[1] or found[2]) if found else ""


def is_by_id(item: Principal) -> bool:
    """Return whether a principal names an account, a user or a role by an ID that is in no ARN.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    """
    named = item.is_everyone or is_account(item) or item.text.startswith("arn:")
    return item.kind == "CanonicalUser" or (item.kind == "AWS" and not named)


def origin_of(item: Principal) -> tuple[str, str]:
    """Return the account and the role of the sessions that a principal includes.

    The role is empty for a user, whose sessions may be those of any federated user in the account.
    Both are empty for a principal that is neither a role nor a user. Letters are as written.
    """
    return _parts(_ORIGIN, item)


def session_of(item: Principal) -> tuple[str, str]:
    """Return the account and the role of a principal that is a session.

    The role is empty for the session of a federated user. Both are empty for any other principal.
    """
    return _parts(_SESSION, item)


def _parts(expression: re.Pattern[str], item: Principal) -> tuple[str, str]:
    found = expression.fullmatch(item.text) if item.kind == "AWS" else None
    return (found[1], found[2] or "") if found else ("", "")


@lru_cache(maxsize=4_096)
def _named(kind: str, text: str) -> tuple[Pattern, ...]:
    if "${" in text:
        raise Undecided(
            f"cannot decide whom `{text[:200]}` means: it contains a placeholder of a template; "
            "render the template before checking"
        )
    prefix = f"{kind}:"
    if text == "*":
        return (pattern(text, (*prefix, Wild.STAR)),)
    account = _ACCOUNT.fullmatch(text) if kind == "AWS" else None
    if account is None:
        return (pattern(text, tuple(prefix + text)), *_sessions(kind, text))
    partition = _partition(account)
    # iam for users and roles, sts for their sessions
    tails = (f":{service}::{account[2]}:" for service in ("iam", "sts"))
    return tuple(
        pattern(text, (*prefix, *"arn:", *partition, *tail, Wild.ANY, Wild.STAR)) for tail in tails
    )


def _partition(account: re.Match[str]) -> tuple[Token, ...]:
    return tuple(account[1]) if account[1] else (*"aws", Wild.SEGMENT_STAR)


def _sessions(kind: str, text: str) -> tuple[Pattern, ...]:
    """Return the pattern of a role's sessions; none for another principal."""
    role = _ROLE.fullmatch(text) if kind == "AWS" else None
    if role is None:
        return ()
    front = f"{AWS}arn:{role[1]}:sts::{role[2]}:assumed-role/{role[3]}/"
    return (pattern(f"the sessions of {text}", (*front, Wild.ANY, Wild.STAR)),)
