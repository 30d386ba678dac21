"""Reads a principal of a statement as the patterns of the callers that it means.

An account, or its root, means everyone in the account: it "delegates authority to the account". A
role means its sessions too, because only they make requests:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from checker.iam import pieces
from checker.iam.arn import EVERYTHING, Spelling, confined, spelling
from checker.iam.formats import segments_of
from checker.iam.machine import Token, Wild
from checker.iam.patterns import Pattern, Undecided, matches, pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.iam.pieces import Piece
    from checker.iam.statement import Principal, Statement

AWS = "AWS:"
"""The prefix of the text of a principal that has an ARN: its kind and a colon."""
OWN_ACCOUNT = "000000000000"
"""The number that stands for the account a template is deployed to; no account of AWS has it."""
_ACCOUNT_OF = re.compile(r"([0-9]{12})|arn:aws[a-z-]*:(?:iam|sts)::([0-9]{12}):.+")
_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::([0-9]{12}):role/(?:.*/)?([^/]+)")
_ROLE_SESSION = re.compile(r"AWS:arn:(aws[a-z-]*):sts::([0-9]{12}):assumed-role/([^/]+)/.+")
_ORIGIN = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):(?:role/(?:.*/)?([^/]+)|user/.+)")
_SESSION = re.compile(
    r"arn:aws[a-z-]*:sts::([0-9]{12}):(?:assumed-role/([^/]+)/.+|federated-user/.+)"
)
_SEGMENTS = 6
_OF_ROLES = (*"role/",)
_ACCOUNT = re.compile(r"(?:arn:(aws[a-z-]*):iam::)?([0-9]{12})(?::root)?")


def principal_patterns(item: Principal) -> tuple[Pattern, ...]:
    """Return the patterns of the callers that a principal means, each as kind, colon and name.

    An account, or its root, means everyone in the account. Raises `Undecided` for a placeholder.
    """
    if is_unknown(item):
        raise _undecided(item, "whom a statement means")
    return (EVERYTHING.widest,) if item.is_everyone else _named(item.kind, item.text)


def meant(item: Principal) -> tuple[Spelling, ...]:
    """Return what a principal may mean, in the form of `principal_patterns`."""
    if not is_unknown(item):
        found = principal_patterns(item)
        return tuple(Spelling(item.text, each, each, each) for each in found)
    return _unknown(item.kind, item.text)


def callers(statement: Statement) -> list[tuple[Principal, Spelling]]:
    """Return what each entry of a statement's Principal or NotPrincipal may mean.

    In the NotPrincipal of a Deny, an account means its root only: AWS says that a Deny of all but a
    user and the user's account denies everyone but that user.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    outside = statement.not_principals
    read = named_alone if outside and not statement.is_allow else meant
    return [(item, each) for item in outside or statement.principals for each in read(item)]


def named_alone(item: Principal) -> tuple[Spelling, ...]:
    """Return the callers that a principal names; an account names its root only."""
    known = item.kind == "AWS" and not is_unknown(item)
    account = _ACCOUNT.fullmatch(item.text) if known else None
    if account is None:
        return meant(item)
    tokens = (*AWS, *"arn:", *_partition(account), *f":iam::{account[2]}:root")
    found = pattern(item.text, tokens)
    return (Spelling(item.text, found, found, found),)


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


def sessions_of(arns: Pattern) -> Pattern | None:
    """Return the callers that are sessions of the roles whose ARNs match a pattern, if it has any.

    Their `aws:PrincipalArn` is the ARN of the role. The name of a role is what follows the last
    slash of the pattern.
    """
    *front, name = segments_of(arns.tokens)
    if len(front) < _SEGMENTS - 1 or front[2] != (*"iam",) or name[: len(_OF_ROLES)] != _OF_ROLES:
        return None
    last = max(at for at, each in enumerate(name) if each == "/")
    parts = (*front[:2], (*"sts",), *front[3:], (*"assumed-role/", *name[last + 1 :], "/"))
    tokens = [token for part in parts for token in (*part, ":")][:-1]
    return pattern(f"the sessions of {arns.text}", (*AWS, *tokens, Wild.ANY, Wild.STAR))


def is_unknown(item: Principal) -> bool:
    """Return whether a part of a principal is a placeholder of a template."""
    return "${" in item.text


def is_account(item: Principal) -> bool:
    """Return whether a principal is an account, or its root; raises `Undecided`.

    The account that a template is deployed to is none: its administrators say who gets in anyway.
    """
    if item.kind != "AWS" or not is_unknown(item):
        found = _ACCOUNT.fullmatch(item.text) if item.kind == "AWS" else None
        return found is not None and found[2] != OWN_ACCOUNT
    parts = _split(item.text)
    if parts and not (_may_be(parts[2], "iam") and _may_be(parts[-1], "root")):
        return False
    if not parts or "${" in parts[2] + parts[-1]:
        raise _undecided(item, "whether it is an account")
    return "${" in parts[4] or _ACCOUNT.fullmatch(parts[4]) is not None


def account_of(item: Principal) -> str:
    """Return the account of an AWS principal (12 digits), or an empty string if it names none.

    Raises `Undecided` if that depends on a placeholder of a template.
    """
    found = known_account(item)
    if item.kind == "AWS" and is_unknown(item) and not found:
        parts = _split(item.text)
        if not parts or "${" in parts[4] or "${" in parts[2]:
            raise _undecided(item, "which account it is of")
    return found


def known_account(item: Principal) -> str:
    """Return what `account_of` does, but an empty string if the account is not known."""
    if item.kind != "AWS":
        return ""
    text = item.text
    if is_unknown(item):  # it does not matter what the partition and the name are
        parts = _split(item.text) or [""]
        text = ":".join(("arn", "aws", *parts[2:-1], "name"))
    found = _ACCOUNT_OF.fullmatch(text)
    return (found[1] or found[2]) if found else ""


def is_by_id(item: Principal) -> bool:
    """Return whether a principal names an account, a user or a role by an ID that is in no ARN.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    """
    known = item.text == "*" or (not is_unknown(item) and is_account(item))
    named = known or item.text.startswith("arn:")
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


@lru_cache(maxsize=4_096)
def _unknown(kind: str, text: str) -> tuple[Spelling, ...]:
    """Return what a principal with a placeholder may mean.

    One that may be an account, or its root, may mean everyone in that account. One that is nothing
    but a placeholder may mean everyone; one in which anything else stands does not.
    """
    parts = _split(text)
    known = _named_by(text, (*("AWS" if kind == "*" else kind), ":"), text)
    if kind == "AWS" and parts and parts[2] == "iam" and parts[-1].startswith("role/"):
        name = parts[-1].rpartition("/")[2]
        front = ":".join((*parts[:2], "sts", *parts[3:5], f"assumed-role/{name}/"))
        return (known, _named_by(text, (*AWS,), front, Wild.ANY, Wild.STAR))
    if kind not in ("AWS", "*") or (parts and not _may_be(parts[-1], "root")):
        return (known,)
    if not parts:
        whole = not pieces.without_holes(text).strip("*")
        reach = EVERYTHING.widest if whole else pattern(text, (*AWS, Wild.STAR))
        return (replace(known, widest=reach, part=reach),)
    found = []
    for service in ("iam", "sts"):
        front = ":".join((*parts[:2], service, *parts[3:5], ""))
        everyone = _named_by(text, (*AWS,), front, Wild.ANY, Wild.STAR)
        reach = everyone.widest
        root = parts[-1] == "root"
        found.append(everyone if root else replace(known, widest=reach, part=reach))
    return tuple(found)


def _named_by(text: str, before: Sequence[Piece], name: str, *after: Piece) -> Spelling:
    """Return what a name means, in which wildcards are text, between some pieces."""
    parts = [*pieces.plain(pieces.read_name(name)), *after]
    if _split(text):
        return spelling(
            text, [*before, *confined(pieces.opened(parts))], [*before, *confined(parts)]
        )
    return spelling(text, [*before, *pieces.opened(parts)], [*before, *parts])


def _split(text: str) -> list[str]:
    """Return the six segments of an ARN, or none if a text is not known to be an ARN."""
    parts = pieces.segments(text)
    return parts if len(parts) == _SEGMENTS and parts[0] == "arn" else []


def _may_be(segment: str, name: str) -> bool:
    """Return whether a segment of an ARN is a name, or may be it once a template is rendered."""
    return matches(_named_by("", (), segment).widest, name)


def _undecided(item: Principal, question: str) -> Undecided:
    (unknown, *_) = pieces.unknowns(pieces.read_name(item.text))
    return Undecided(
        f"cannot decide {question}: `{item.text[:200]}` contains a placeholder of a template; "
        "render the template before checking",
        (unknown.text, item.route),
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
