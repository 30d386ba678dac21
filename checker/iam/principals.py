"""Reads a principal of a statement as the pattern of the callers that it means.

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
    from checker.iam.statement import Principal

AWS = "AWS:"
"""The prefix of the text of a principal that has an ARN: its kind and a colon."""
_ACCOUNT_OF = re.compile(r"([0-9]{12})|arn:aws[a-z-]*:(?:iam|sts)::([0-9]{12}):.+")
_ORIGIN = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):(?:role/(?:.*/)?([^/]+)|user/.+)")
_SESSION = re.compile(
    r"arn:aws[a-z-]*:sts::([0-9]{12}):(?:assumed-role/([^/]+)/.+|federated-user/.+)"
)
_ACCOUNT = re.compile(r"(?:arn:(aws[a-z-]*):iam::)?([0-9]{12})(?::root)?")


def principal_patterns(item: Principal) -> tuple[Pattern, ...]:
    """Return the patterns of the callers that a principal means, each as kind, colon and name.

    An account, or its root, means everyone in the account. Raises `Undecided` for a placeholder.
    """
    return (EVERYTHING.widest,) if item.is_everyone else _named(item.kind, item.text)


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
    Both are empty for a principal that is neither a role nor a user.
    """
    return _parts(_ORIGIN, item)


def session_of(item: Principal) -> tuple[str, str]:
    """Return the account and the role of a principal that is a session.

    The role is empty for the session of a federated user. Both are empty for any other principal.
    """
    return _parts(_SESSION, item)


def _parts(expression: re.Pattern[str], item: Principal) -> tuple[str, str]:
    found = expression.fullmatch(item.text) if item.kind == "AWS" else None
    return (found[1], (found[2] or "").lower()) if found else ("", "")


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
        return (pattern(text, tuple(prefix + text)),)
    partition: tuple[Token, ...] = tuple(account[1] or "aws")
    if not account[1]:
        partition = (*"aws", Wild.SEGMENT_STAR)
    # iam for users and roles, sts for their sessions
    tails = (f":{service}::{account[2]}:" for service in ("iam", "sts"))
    return tuple(
        pattern(text, (*prefix, *"arn:", *partition, *tail, Wild.ANY, Wild.STAR)) for tail in tails
    )
