"""Finds what is wrong with the values of a statement's conditions."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from checker.iam.arn import fold
from checker.iam.conditions import moment, network, number
from checker.iam.validation.condition_findings import base, finding_at, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.iam.statement import Condition, Policy, Statement
    from checker.iam.validation.coded import Finding

_IDENTIFIERS = {
    "aws:sourcevpc": ("INVALID_VPC_FORMAT", re.compile(r"vpc-[0-9a-f*?]+"), "vpc-1a2b3c4d"),
    "aws:sourcevpce": ("INVALID_VPCE_FORMAT", re.compile(r"vpce-[0-9a-f*?]+"), "vpce-1a2b3c4d"),
    "aws:principalservicename": (
        "INVALID_SERVICE_PRINCIPAL_FORMAT",
        re.compile(r"[a-z0-9.*?-]+\.amazonaws\.com(?:\.cn)?|\*"),
        "s3.amazonaws.com",
    ),
}
"""By key: the code, the form that a value must have, and an example."""
_PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""https://www.rfc-editor.org/rfc/rfc1918 and https://www.rfc-editor.org/rfc/rfc4193"""


def values(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every value of another type than its operator compares."""
    for each in statement.conditions:
        kind = kind_of(each.operator)
        for text in each.values:
            if "${" in text:
                continue
            if kind == "Numeric" and number(text) is None:
                yield _wrong(each, "TYPE_MISMATCH_NUMBER", text, "a number")
            elif kind == "Bool" and fold(text) not in ("true", "false"):
                yield _wrong(each, "TYPE_MISMATCH_BOOLEAN", text, "true or false")
            elif kind == "Date" and moment(text) is None:
                yield _wrong(
                    each, "INVALID_DATE_VALUE", text, "a date such as 2030-01-31T00:00:00Z"
                )
            elif kind == "IpAddress" and network(text) is None:
                yield _wrong(each, "TYPE_MISMATCH_IP_RANGE", text, "an address or a CIDR range")
        if kind == "Bool" and len(each.values) > 1:
            message = f"`{each.key}` is compared with several booleans: keep one"
            yield finding_at(each, "INVALID_CONDITION_MULTIPLE_BOOLEAN", message)
        if kind == "Numeric" and "Than" in each.operator and len(each.values) > 1:
            message = f"only one of the numbers decides what `{each.key}` may be: keep that one"
            yield finding_at(each, "REDUNDANT_CONDITION_VALUE_NUM", message)


def wildcards(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every `*` or `?` that is plain text to its operator."""
    for each in statement.conditions:
        if base(each.operator) in ("StringEquals", "StringNotEquals") and any(
            mark in text.replace("${*}", "").replace("${?}", "")
            for text in each.values
            for mark in "*?"
        ):
            like = each.operator.replace("Equals", "Like")
            message = f"`{each.operator}` treats `*` and `?` as plain text: use `{like}`"
            yield finding_at(each, "WILDCARD_WITHOUT_LIKE_OPERATOR", message)


def identifiers(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every value that cannot name what its key is about."""
    for each in statement.conditions:
        code, form, example = _IDENTIFIERS.get(fold(each.key), ("", None, ""))
        if form is None or kind_of(each.operator) != "String":
            continue
        for text in each.values:
            if "${" not in text and not form.fullmatch(text):
                yield _wrong(each, code, text, f"of the form `{example}`")


def addresses(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every address that no request comes from, or with ignored bits."""
    for each in statement.conditions:
        if kind_of(each.operator) != "IpAddress":
            continue
        for text in each.values:
            found = network(text)
            if found is not None and "/" in text:
                written = ipaddress.ip_interface(text)
                if written.ip != found.network_address:
                    message = f"bits beyond the mask of `{text}` are ignored: write `{found}`"
                    yield finding_at(each, "IMPROVE_IP_RANGE", message)
        if fold(each.key) == "aws:sourceip":
            private = [text for text in each.values if _is_private(text)]
            if private:
                code = "PRIVATE_NOT_IP_ADDRESS" if "Not" in each.operator else "PRIVATE_IP_ADDRESS"
                code += "" if len(private) == len(each.values) else "_SUBSET"
                message = (
                    f"`{private[0]}` is a private address, and `aws:SourceIp` is always a public "
                    "one: use `aws:VpcSourceIp` for it"
                )
                yield finding_at(each, code, message)


def _is_private(text: str) -> bool:
    found = network(text)
    return found is not None and any(
        found.version == each.version and found.subnet_of(each)  # type: ignore[arg-type]
        for each in _PRIVATE
    )


def _wrong(condition: Condition, code: str, text: str, expected: str) -> Finding:
    message = f"the value `{text[:80]}` of `{condition.key}` is not {expected}"
    return finding_at(condition, code, message)
