"""Finds what is wrong with the ARNs of a statement's resources.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from checker.iam import catalogue
from checker.iam.arn import fold, in_full
from checker.iam.pieces import segments
from checker.iam.unlisted import is_closed
from checker.iam.validation.coded import Finding
from checker.messages import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.iam.statement import Policy, Statement

_PARTITIONS = (
    *("aws", "aws-cn", "aws-us-gov"),
    *("aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"),
)
"""https://docs.aws.amazon.com/general/latest/gr/rande.html"""
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+){1,3}-[0-9]{1,2}|global")
_ACCOUNT = re.compile(r"[0-9]{12}|aws|cloudfront|third-party|amazon")
_FIELDS = 6


class _Form(NamedTuple):
    """An ARN format: what its resource part begins with, and whether it has region and account."""

    head: str
    region: bool
    account: bool


_OF_AWS = {
    "controltower": (_Form("control/", region=True, account=False),),
    "lambda": (_Form("runtime:", region=True, account=False),),
    "resource-explorer-2": (_Form("view/", region=True, account=False),),
    "securityhub": (
        _Form("control/", region=True, account=False),
        _Form("product/", region=True, account=False),
        _Form("ruleset/", region=False, account=False),
        _Form("standards/", region=True, account=False),
    ),
    "ssm": (
        _Form("automation-definition/", region=True, account=False),
        _Form("document/", region=True, account=False),
        _Form("parameter/", region=True, account=False),
        _Form("patchbaseline/", region=True, account=False),
    ),
}
"""By service: the resources that belong to AWS, whose ARNs have no account.

https://docs.aws.amazon.com/controltower/latest/controlreference/control-identifiers.html
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/CloudWatchReadOnlyAccess.html
https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
"""


def resource_arns(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every part of a resource's ARN that cannot be right."""
    for entry in (*statement.resources, *statement.not_resources):
        parts = segments(in_full(entry.text), _FIELDS)
        if entry.text.strip("*") == "" or "${" in parts[0]:
            continue
        if len(parts) < _FIELDS:
            if not parts[-1].endswith("*") and "${" not in entry.text:
                message = f"`{entry.text}` is not an ARN: expected six parts separated by colons"
                yield Finding("MISSING_ARN_FIELD", message, (entry.route,))
            continue
        for code, message in wrong(parts):
            yield Finding(code, f"`{entry.text}`: {message}", (entry.route,))


def wrong(parts: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the code and a message for what cannot be right in the six parts of an ARN."""
    _, partition, service, region, account, resource = parts
    if _is_plain(partition) and partition not in _PARTITIONS:
        near = did_you_mean(partition, _PARTITIONS)
        yield "INVALID_PARTITION", f"unknown partition `{partition}`{near}"
    if not _is_plain(service):
        return
    if service != fold(service):
        yield "INVALID_ARN_SERVICE_CASE", f"write the service in lower case, as `{fold(service)}`"
    forms = _by_service().get(fold(service))
    if forms is not None:
        likely = _near(forms, resource)
        yield from _wrong_region(region, {each.region for each in likely})
        yield from _wrong_account(account, {each.account for each in likely})
    elif not catalogue.is_service(service) and not is_closed(service):
        near = catalogue.nearest_service(fold(service))
        yield "INVALID_SERVICE", f"unknown service `{service}`{near}"


def _wrong_region(region: str, known: set[bool]) -> Iterator[tuple[str, str]]:
    if region and True not in known:
        if region != "*" and "${" not in region:
            message = "resources of this service have no region: leave it empty"
            yield "ARN_REGION_NOT_ALLOWED", message
    elif region and _is_plain(region) and not _REGION.fullmatch(region):
        yield "INVALID_REGION", f"`{region}` is not a region: expected one such as `eu-central-1`"
    elif not region and False not in known:
        yield "MISSING_ARN_REGION", "resources of this service have a region: name one, or `*`"


def _wrong_account(account: str, known: set[bool]) -> Iterator[tuple[str, str]]:
    if account and True not in known:
        if account != "*" and "${" not in account:
            message = "resources of this service have no account: leave it empty"
            yield "ARN_ACCOUNT_NOT_ALLOWED", message
    elif account and _is_plain(account) and not _ACCOUNT.fullmatch(account):
        yield "INVALID_ARN_ACCOUNT", f"`{account}` is not an account: expected 12 digits"
    elif not account and False not in known:
        yield "MISSING_ARN_ACCOUNT", "resources of this service have an account: name one, or `*`"


def _is_plain(text: str) -> bool:
    return not any(mark in text for mark in "*?$")


def _near(forms: list[_Form], resource: str) -> list[_Form]:
    """Return the formats that a resource part may have, by what it begins with."""
    start = resource.partition("*")[0].partition("?")[0].partition("$")[0]
    if start != resource and any(each.head.startswith(start) for each in forms):
        return forms
    named = [each for each in forms if each.head and resource.startswith(each.head)]
    return named or [each for each in forms if not each.head] or forms


@lru_cache(maxsize=1)
def _by_service() -> dict[str, list[_Form]]:
    """Return ARN formats by the service in the ARN, which may differ from that of the actions."""
    found: dict[str, list[_Form]] = {}
    for name in catalogue.services():
        for form in catalogue.resource_formats(name):
            parts = form.split(":", _FIELDS - 1)
            if len(parts) == _FIELDS:
                head = parts[5].partition("${")[0]
                found.setdefault(parts[2], []).append(_Form(head, bool(parts[3]), bool(parts[4])))
    for service, forms in _OF_AWS.items():
        found.setdefault(service, []).extend(forms)
    return found
