"""Finds what is wrong with the principals of a statement.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from checker.iam.actions import matches_action
from checker.iam.arn import action, fold
from checker.iam.confines import confines
from checker.iam.deputies import deputies
from checker.iam.fixed import Fixing, any_of
from checker.iam.issuers import issuer
from checker.iam.patterns import Undecided
from checker.iam.pieces import is_whole, segments, with_value
from checker.iam.statement import PolicyType
from checker.iam.validation.coded import Finding
from checker.iam.validation.condition_findings import base, qualifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.iam.statement import Policy, Principal, Statement

_ROLE_ID, _USER_ID = re.compile(r"AROA[A-Z0-9]{12,}"), re.compile(r"AIDA[A-Z0-9]{12,}")
_KNOWN = re.compile(
    r"\*|[0-9]{12}|A(?:ROA|IDA|GPA|NPA)[A-Z0-9]{12,}|arn:aws[a-z-]*:(?:iam|sts)::[0-9]{12}:.+"
    r"|arn:aws[a-z-]*:cloudfront::[a-z0-9]+:.+|arn:aws[a-z-]*:iam::cloudfront:.+"
)
_VALID = ("arn", "aws", "iam", "", "123456789012")
"""A valid value of each segment of the ARN of a principal, before its name."""
_SAML = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:saml-provider/.+")
_OIDC = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/.+|[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_SERVICE = re.compile(
    r"[a-z0-9.-]+\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal|api\.aws)"
)
_CALLERS_ONLY = frozenset({"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount"})
"""Keys that requests by a service itself lack."""
_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
_ANYWHERE = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")
"""https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html"""
_GITHUB = "token.actions.githubusercontent.com"


def spelling(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every principal that is malformed, or is the ID of a role or user."""
    for each in (*statement.principals, *statement.not_principals):
        text = _likely(each.text)
        if not text:
            continue
        if each.kind == "AWS" and _ROLE_ID.fullmatch(each.text):
            yield _at(each, "INVALID_ROLE_REFERENCE", "is the ID of a role: use the role's ARN")
        elif each.kind == "AWS" and _USER_ID.fullmatch(each.text):
            yield _at(each, "INVALID_USER_REFERENCE", "is the ID of a user: use the user's ARN")
        elif each.kind == "AWS" and not _KNOWN.fullmatch(text):
            message = "is not a principal: expected an account or an ARN of IAM or STS"
            yield _at(each, "INVALID_PRINCIPAL_FORMAT", message)
        elif each.kind == "Service" and not _SERVICE.fullmatch(each.text):
            message = "is not a service: expected one such as s3.amazonaws.com"
            yield _at(each, "INVALID_PRINCIPAL_FORMAT", message)


def elements(policy: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for a Principal that is missing or out of place."""
    here = (*statement.route, "NotPrincipal" if statement.not_principals else "Principal")
    if policy.type in (PolicyType.IDENTITY, PolicyType.SCP, PolicyType.BOUNDARY):
        if statement.has_principal:
            scp = policy.type is PolicyType.SCP
            code = "SCP_SYNTAX_ERROR_PRINCIPAL" if scp else "UNSUPPORTED_PRINCIPAL"
            message = f"a policy of this type cannot have {here[-1]}: remove it"
            yield Finding(code, message, (here,))
    elif not statement.has_principal:
        message = "a policy of this type needs a Principal: add one"
        yield Finding("MISSING_PRINCIPAL", message, (statement.route,))
    if statement.is_allow and statement.not_principals:
        message = (
            "Allow with NotPrincipal allows everyone else, even anonymous callers: use Principal"
        )
        yield Finding("ALLOW_WITH_NOT_PRINCIPAL", message, (here,))


def services(policy: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every service that may act for anyone, or that a condition shuts out.

    The confused deputy: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    keys = {fold(each.key) for each in statement.conditions}
    for each in statement.principals:
        if (
            each.kind != "Service"
            or not statement.is_allow
            or policy.type is not PolicyType.RESOURCE
        ):
            continue
        if _is_confused_deputy(statement):
            message = (
                "may act for anyone's resources: add a condition on `aws:SourceArn`, "
                "`aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`"
            )
            yield _at(each, "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", message)
        if keys & _CALLERS_ONLY and len(statement.principals) == 1:
            message = (
                "has no principal's account or organisation, so the condition never holds: use "
                "a key such as `aws:SourceAccount`"
            )
            yield _at(each, "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", message)


def trust(policy: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for what trust policies cannot have, and for what only they can have."""
    federated = [each for each in statement.principals if each.kind == "Federated"]
    if policy.type is not PolicyType.TRUST:
        for each in federated if policy.type is PolicyType.RESOURCE else ():
            message = "is a federated principal, which only trust policies can have"
            yield _at(each, "FEDERATED_PRINCIPAL_NOT_SUPPORTED", message)
        return
    if statement.names_resources:
        name = "Resource" if statement.has_resource else "NotResource"
        route = (*statement.route, name)
        message = f"a trust policy is about the role that it is attached to: remove {name}"
        yield Finding("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", message, (route,))
    if statement.not_principals:
        message = "a trust policy cannot have NotPrincipal: name whom it trusts in Principal"
        yield Finding(
            "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
            message,
            ((*statement.route, "NotPrincipal"),),
        )
    for each in federated:
        text = _likely(each.text)
        saml, oidc = _SAML.fullmatch(text), _OIDC.fullmatch(text)
        if not saml and not oidc:
            if not text or is_whole(segments(each.text)[-1]):
                continue  # it may be any provider
            message = "is not an identity provider: expected its ARN in IAM, or its domain"
            yield _at(each, "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", message)
            continue
        name = "sts:AssumeRoleWithSAML" if saml else _WEB_IDENTITY
        if not _asks(statement, fold(name)):
            message = f"can only use `{name}`, which the statement lacks: add it"
            yield _at(each, "MISMATCHED_ACTION_FOR_PRINCIPAL", message)


def roles_anywhere(policy: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding if IAM Roles Anywhere is trusted and lacks an action that it needs."""
    if policy.type is not PolicyType.TRUST or not statement.is_allow:
        return
    missing = [name for name in _ANYWHERE if not _asks(statement, fold(name))]
    for each in statement.principals:
        if each.text == "rolesanywhere.amazonaws.com" and missing:
            message = f"also needs `{'` and `'.join(missing)}`"
            yield _at(each, "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", message)


def providers(policy: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every identity provider that is trusted for all its users.

    A statement counts only if it allows to exchange the provider's tokens for the role.
    """
    allows = policy.type is PolicyType.TRUST and statement.is_allow
    if not allows or not _asks(statement, fold(_WEB_IDENTITY)):
        return
    keys = {fold(each.key) for each in statement.conditions}
    for each in statement.principals:
        name = each.text.rpartition("oidc-provider/")[2]
        of = issuer(name)
        if each.kind != "Federated" or not of.shared:
            continue
        start = f"{fold(name)}:"
        claims = {key.removeprefix(start) for key in keys if key.startswith(start)}
        if of.group == "github" and claims.isdisjoint(of.claims):
            message = f"serves all of GitHub: add a condition on `{of.key(name)}`"
            yield _at(each, "MISSING_GITHUB_REPO_CONDITION_KEY", message)
        elif not claims and keys.isdisjoint(of.claims):
            message = f"serves everyone: add a condition on `{of.key(name)}`"
            yield _at(each, "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", message)
    for condition in statement.conditions:
        claim = fold(condition.key).rpartition(":")[2]
        if claim == "aud" and qualifier(condition.operator) == "ForAnyValue":
            message = "an audience is a single value: remove `ForAnyValue`"
            yield Finding("FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", message, (condition.route,))
    yield from _branches(policy, statement)


def _branches(policy: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for the conditions on GitHub's subject if they accept several branches."""
    limits = [
        each
        for item in (statement, *(item for item in policy.statements if not item.is_allow))
        for each in item.conditions
        if fold(each.key) == f"{_GITHUB}:sub"
        and base(each.operator) == ("StringLike" if item.is_allow else "StringNotLike")
    ]
    wide = [(e, text) for e in limits for text in e.values if not _is_one_branch(text)]
    if not wide:
        return
    asked = replace(statement, asked=(_WEB_IDENTITY,))
    fixing = Fixing(lambda _, text: _is_one_branch(text))
    try:
        if confines(asked, any_of([f"{_GITHUB}:sub"], fixing)):
            return
    except Undecided:
        return  # a rule that cannot be decided is an error elsewhere
    condition, text = wide[0]
    message = f"`{text}` matches more than one branch of one repository: name one"
    yield Finding("SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", message, (condition.route,))


def organisation(policy: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for what a resource control policy cannot have.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
    """
    if policy.type is not PolicyType.RCP:
        return
    if any(each.kind != "*" for each in statement.principals) or statement.not_principals:
        message = 'the Principal of a resource control policy must be `"*"`'
        yield Finding("RCP_SYNTAX_ERROR_PRINCIPAL", message, ((*statement.route, "Principal"),))
    if statement.is_allow:
        message = "a resource control policy can only deny: use the Effect `Deny`"
        yield Finding("RCP_SYNTAX_ERROR_ALLOW", message, ((*statement.route, "Effect"),))
    if statement.has_not_action:
        message = "a resource control policy cannot have NotAction: use Action"
        yield Finding("RCP_SYNTAX_ERROR_NOTACTION", message, ((*statement.route, "NotAction"),))
    if not statement.names_resources:
        message = "a statement of a resource control policy needs Resource or NotResource: add it"
        yield Finding("MISSING_RESOURCE", message, (statement.route,))
    for entry in statement.actions:
        if not entry.text.strip("*"):
            message = "a resource control policy cannot have the action `*`: name services"
            yield Finding("RCP_SYNTAX_ERROR_ACTION", message, (entry.route,))


def _likely(text: str) -> str:
    """Return a text with a valid value in place of each placeholder of an ARN.

    Return an empty string for other text with a placeholder, which may be anything.
    """
    if "${" not in text:
        return text
    parts = segments(text)
    if parts[0] != "arn" or len(parts) <= len(_VALID):
        return ""
    front = [valid if "${" in part else part for part, valid in zip(parts, _VALID, strict=False)]
    return ":".join((*front, with_value(parts[-1], "name")))


def _is_confused_deputy(statement: Statement) -> bool:
    """Return whether a service may act for anyone; if that is undecided, it is no finding."""
    try:
        return bool(deputies(statement))
    except Undecided:
        return False


def _is_one_branch(text: str) -> bool:
    parts = segments(text, 3)
    if len(parts) < 3 and "${" in text:  # noqa: PLR2004 - repo, name, rest
        return True  # it may be
    fixed = len(parts) > 2 and not any(mark in part for part in parts[:2] for mark in "*?")  # noqa: PLR2004 - repo, name, rest
    return fixed and parts[2].strip("*") != ""


def _asks(statement: Statement, name: str) -> bool:
    return matches_action(statement, action(name).widest) is not False


def _at(principal: Principal, code: str, message: str) -> Finding:
    return Finding(code, f"`{principal.text}` {message}", (principal.route,))
