"""Decides whether a trust policy limits who of an account, or whose tokens, may assume a role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from checker.iam.arn import fold, value
from checker.iam.confines import confines_callers, policy_of
from checker.iam.fixed import (
    NAMED,
    WHOLLY,
    Fixing,
    among,
    any_of,
    has_wildcards,
    is_textual,
    is_whole_text,
    up_to,
)
from checker.iam.issuers import Issuer, issuer, listed
from checker.iam.patterns import Undecided
from checker.iam.pieces import has_unknown
from checker.iam.statement import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from checker.iam.conditions import Test
    from checker.iam.fixed import Wanted
    from checker.iam.statement import Principal, Statement
    from checker.problems import Route

_ONE = Fixing(is_whole_text)
_PROVIDER = "oidc-provider/"
_AWS_KEYS = ("aws:", "saml:", "sts:")
_CALLER = re.compile(r"(?:role|user|assumed-role|federated-user)/")


def _is_one_id(asked: Test, text: str) -> bool:
    """Return whether a value is the unique ID of a caller, whatever the name of the session is."""
    return is_textual(asked) and bool(text) and not has_wildcards(asked, text.partition(":")[0])


def _names_callers(asked: Test, text: str) -> bool:
    """Return whether a value says more about a caller's ARN than its account and its type."""
    kind = _CALLER.search(text)
    name = text[kind.end() :] if kind else ""
    return is_textual(asked) and (bool(name.strip("*?/")) or text.endswith(":root"))


_LIMITS = {
    "aws:multifactorauthage": Fixing(
        is_whole_text, always=(value("*", variables=False, wildcards=True).widest,)
    ),
    "aws:multifactorauthpresent": among(["true"]),
    "aws:principalarn": Fixing(_names_callers),
    "aws:principalorgid": Fixing(is_whole_text, lambda key: key == "aws:resourceorgid"),
    "aws:principalorgpaths": up_to("/"),
    "aws:userid": Fixing(_is_one_id),
    "aws:username": NAMED,
    "sts:externalid": _ONE,
}
"""Keys that limit who of an account is trusted, and how each must be fixed. Only requests with a
second factor have its age.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""
_TAG = "aws:principaltag/"


def limits_callers(statement: Statement, callers: Sequence[Principal], more: Iterable[str]) -> bool:
    """Return whether an Allow trusts only some of those who are in the accounts of principals.

    It does if it fixes an external ID, an organisation, a second factor, a caller, a tag of the
    caller, or one of the keys in `more`, in whose names `*` stands for any text. All Denies of the
    policy count. Raises `Undecided`.
    """
    others = any_of(more, WHOLLY)

    def wanted(key: str) -> Fixing | None:
        return _LIMITS.get(key) or (_ONE if key.startswith(_TAG) else others(key))

    return statement.is_allow and confines_callers(statement, wanted, callers)


class Open(NamedTuple):
    """An issuer that a statement trusts, whoever a token is for."""

    name: str
    """What the issuer is called."""
    key: str
    """The condition key that should be fixed."""
    route: Route
    """The place of the principal that names it."""


def open_issuers(statement: Statement, groups: Sequence[str]) -> Iterator[Open]:
    """Yield the issuers of some groups that an Allow trusts without fixing whose tokens they are.

    Only trust policies trust issuers. All Denies of the policy count. Raises `Undecided`.
    """
    trusts = statement.is_allow and policy_of(statement).type is PolicyType.TRUST
    for item in statement.principals if trusts else ():
        name = _provider(item)
        if not name:
            continue
        found = issuer(name)
        if found.group in groups and not _is_fixed(statement, item, found, name):
            yield _open(item, found, name)
        if _is_unknown(found, name):
            _check_likely(statement, item, groups)


def group_of(item: Principal) -> str:
    """Return the group of the issuer that a principal is; empty if it is none.

    Raises `Undecided` for a placeholder of a template that may be any issuer.
    """
    name = _provider(item)
    found = issuer(name)
    if _is_unknown(found, name):
        raise _undecided(item)
    return found.group if name else ""


def _is_unknown(found: Issuer, name: str) -> bool:
    return found.pattern is None and has_unknown(name)


def _undecided(item: Principal) -> Undecided:
    return Undecided(
        f"cannot decide which issuer `{item.text[:200]}` is: it is a placeholder of a template; "
        "render the template before checking",
        (item.text, item.route),
    )


def _open(item: Principal, found: Issuer, name: str) -> Open:
    shown = found.name if found.pattern else name
    return Open(shown, found.key(name), item.route)


def _provider(item: Principal) -> str:
    """Return the name of a principal that is an issuer of tokens; empty for any other."""
    text = item.text
    if item.kind != "Federated" or ":saml-provider/" in text:
        return ""
    return text.partition(_PROVIDER)[2] or text


def _check_likely(statement: Statement, item: Principal, groups: Sequence[str]) -> None:
    """Raise `Undecided` if a provider that is not known may be an issuer that is not fixed.

    It may be one if a condition of the policy names the issuer.
    """
    prefixes = {key.rpartition(":")[0] for key in policy_of(statement).condition_keys}
    for found in listed():
        names = [each for each in prefixes if found.pattern and found.pattern.fullmatch(each)]
        if found.group in groups and not all(
            _is_fixed(statement, item, found, each) for each in names
        ):
            raise _undecided(item)


def _is_fixed(statement: Statement, item: Principal, found: Issuer, name: str) -> bool:
    """Return whether a statement takes only tokens of an issuer of which a claim is fixed."""
    wanted = _any_issuer if _is_unknown(found, name) else _claims(found, name)
    given = {
        key: ()
        for key in policy_of(statement).condition_keys
        if _is_of_another(key, name) and wanted is not _any_issuer
    }
    return confines_callers(statement, wanted, [item], given)


def _claims(found: Issuer, name: str) -> Wanted:
    """Return how the keys of one provider must be fixed."""
    prefix = fold(name).rstrip("/")

    def wanted(key: str) -> Fixing | None:
        own, _, claim = key.rpartition(":")
        if own.rstrip("/") == prefix:
            return found.fixing(claim)
        return found.claims.get(key)

    return wanted


def _any_issuer(key: str) -> Fixing | None:
    """Return how a key must be fixed if the issuer is not known."""
    own, _, claim = key.rpartition(":")
    return None if key.startswith(_AWS_KEYS) else issuer(own).fixing(claim)


def _is_of_another(key: str, name: str) -> bool:
    """Return whether a key is about the tokens of another issuer, which other tokens lack."""
    own = key.rpartition(":")[0]
    return (
        "." in own and not key.startswith(_AWS_KEYS) and own.rstrip("/") != fold(name).rstrip("/")
    )
