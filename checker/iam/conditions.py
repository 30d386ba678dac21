"""Reads what a condition of a statement requires of the values of its key.

The operators:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
Several values:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from checker.iam.arn import Spelling, arn_value, fold, value
from checker.iam.patterns import Undecided
from checker.iam.pieces import has_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from checker.iam.statement import Condition

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_SECONDS = re.compile(r"-?[0-9]{6,13}(?:\.[0-9]{1,10})?")
_DATE = re.compile(
    r"(?P<month>[0-9]{4}-[0-9]{2})(?P<day>-[0-9]{2})?"
    r"(?P<time>(?<=-..-..)T[0-9]{2}:[0-9]{2}(?P<seconds>:[0-9]{2}(?P<fraction>\.[0-9]{1,9})?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
"""The forms of a date that W3C names, but for a year alone, which may be seconds since 1970."""
BOOLEANS = ("true", "false")
_NEITHER = "neither"
"""A string that is not a value of any kind that is compared other than as a string."""
_YEAR_9999 = 253_370_764_800
"""Seconds from 1970 to the year 9999."""
_MOST_NAMED = 500
"""The most values that conditions on one key may name, unless they are compared as strings."""
_COMPARISON = re.compile(
    r"(?P<family>Numeric|Date)(?P<not>Not)?(?P<than>Equals|LessThanEquals|LessThan"
    r"|GreaterThanEquals|GreaterThan)"
)
_TEXTUAL = re.compile(r"(?P<family>String|Arn)(?P<not>Not)?(?P<how>EqualsIgnoreCase|Equals|Like)")


class Family(Enum):
    """What the values of a key are compared as."""

    TEXT = "strings"
    FOLDED = "strings without regard to case"
    ARN = "ARNs"
    BOOL = "booleans"
    NUMBER = "numbers"
    DATE = "dates"
    ADDRESS = "addresses"
    PRESENCE = "presence"


class Test(NamedTuple):
    """What one condition requires: that `some` value of the key passes, or that every value does.

    A value passes if it compares to at least one of `values`, or if `negated`, to none of them.
    If not `some`, a key without values passes too.
    """

    key: str
    """The key in lower case, because keys ignore case."""
    family: Family
    than: str
    """How a value is compared: `Equals`, `Like`, `LessThan`, …"""
    some: bool
    negated: bool
    values: tuple[str, ...]
    plain: bool
    """Whether the operator is for keys with one value: without `ForAnyValue` or `ForAllValues`."""


def test(condition: Condition) -> Test:
    """Return what a condition requires.

    Raises `Undecided` for an unknown operator, and for a value that it cannot compare.
    """
    qualifier, _, operator = condition.operator.rpartition(":")
    if_exists = operator.endswith("IfExists")
    family, than, negated = _operator(operator.removesuffix("IfExists"), condition.operator)
    if qualifier == "ForAnyValue" and if_exists:
        raise Undecided(
            f"cannot decide `{condition.operator}`: use either `ForAnyValue` or `IfExists`"
        )
    some = qualifier == "ForAnyValue" or not (qualifier or if_exists or negated)
    key = fold(condition.key)
    if family is Family.PRESENCE:
        if not {fold(text) for text in condition.values} <= {"true", "false"}:
            raise Undecided(f"cannot decide `Null` of `{key}`: expected true or false")
        absent = {fold(text) == "true" for text in condition.values}
        if absent == {True}:
            return Test(key, family, than, some=False, negated=False, values=(), plain=False)
        always = absent == {True, False}
        return Test(key, family, than, some=not always, negated=True, values=(), plain=False)
    found = Test(key, family, than, some, negated, tuple(condition.values), plain=not qualifier)
    _check(found)
    return found


def _operator(name: str, written: str) -> tuple[Family, str, bool]:
    if name == "Null":
        return Family.PRESENCE, "", False
    if name == "Bool":
        return Family.BOOL, "Equals", False
    if name == "BinaryEquals":
        return Family.TEXT, "Equals", False
    if name in ("IpAddress", "NotIpAddress"):
        return Family.ADDRESS, "Within", name == "NotIpAddress"
    if match := _COMPARISON.fullmatch(name):
        family = Family.NUMBER if match["family"] == "Numeric" else Family.DATE
        return family, match["than"], bool(match["not"])
    if match := _TEXTUAL.fullmatch(name):
        if match["family"] == "Arn":
            return Family.ARN, "Like", bool(match["not"])
        if match["how"] == "EqualsIgnoreCase":
            return Family.FOLDED, "Equals", bool(match["not"])
        return Family.TEXT, match["how"], bool(match["not"])
    raise Undecided(f"cannot decide the condition operator `{written}`: it is unknown")


def spelling(asked: Test, text: str, *, variables: bool) -> Spelling:
    """Return what a value of a condition on strings or ARNs means; raises `Undecided`."""
    return meaning(asked, text, variables=variables).settled()


def meaning(asked: Test, text: str, *, variables: bool) -> Spelling:
    """Return what a value of a condition on strings or ARNs may mean."""
    if asked.family is Family.ARN:
        return arn_value(text, variables=variables)
    cased = asked.family is not Family.FOLDED
    return value(text, variables=variables, wildcards=asked.than == "Like", cased=cased)


def compares(asked: Test, given: str, wanted: str) -> bool:
    """Return whether a value of a request compares to a value of a condition.

    It is not for conditions on strings or ARNs, which `spelling` is for. Raises `Undecided` for a
    value of a condition that is not known.
    """
    if has_unknown(wanted):
        raise Undecided(
            f"cannot decide the condition on `{asked.key}`: `{wanted[:80]}` is a placeholder of a "
            "template; render the template before checking"
        )
    if asked.family is Family.BOOL:
        return fold(given) == fold(wanted)
    if asked.family is Family.ADDRESS:
        return _within(given, wanted)
    parse = number if asked.family is Family.NUMBER else moment
    one, other = parse(given), parse(wanted)
    if one is None or other is None:
        return False
    return {
        "Equals": one == other,
        "LessThan": one < other,
        "LessThanEquals": one <= other,
        "GreaterThan": one > other,
        "GreaterThanEquals": one >= other,
    }[asked.than]


def number(text: str) -> Decimal | None:
    """Return the number that a text stands for, or None if it is not a number."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def moment(text: str) -> Decimal | None:
    """Return a date in seconds since 1970, from ISO 8601 or from such seconds; else None.

    AWS takes the forms that W3C names, of which the shorter ones are the start of a month, a day or
    a minute. A time without a zone is in UTC.
    https://www.w3.org/TR/NOTE-datetime
    """
    if _SECONDS.fullmatch(text):
        return Decimal(text)
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    day = match["month"] + (match["day"] or "-01")
    minute = (match["time"] or "T00:00")[: len("T00:00")]
    seconds = (match["seconds"] or ":00")[: len(":00")]
    try:
        found = datetime.fromisoformat(day + minute + seconds + (match["zone"] or "Z"))
    except ValueError:
        return None
    return Decimal(round(found.timestamp())) + Decimal(match["fraction"] or 0)


@lru_cache(maxsize=4_096)
def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Return the range that an IP address or a CIDR range stands for, or None for other text."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _within(given: str, wanted: str) -> bool:
    inner, outer = network(given), network(wanted)
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


def samples(family: Family, tests: Iterable[Test], *, typed: bool) -> tuple[str, ...]:
    """Return values that represent every value of a key in all its tests, except on strings.

    All values between two neighbours that the tests name compare alike, and so do all values
    below the first, all above the last, and all strings that are not of the kind. A `typed` key has
    no such string. Raises `Undecided` if the tests name too many values.
    """
    found = list(tests)
    others = () if typed else (_NEITHER,)
    named = list(dict.fromkeys(text for each in found for text in each.values))
    if len(named) > _MOST_NAMED:
        raise Undecided(
            f"cannot decide: `{found[0].key}` is compared to {len(named):,} values; "
            f"at most {_MOST_NAMED} are supported"
        )
    if family is Family.BOOL:
        return (*BOOLEANS, *others)
    if family is Family.ADDRESS:
        return tuple(dict.fromkeys((*_addresses(named), *others)))
    parse = number if family is Family.NUMBER else moment
    points = sorted({point for text in named if (point := parse(text)) is not None} or {Decimal()})
    between = [(one + other) / 2 for one, other in pairwise(points)]
    far = [max(abs(points[0]), abs(points[-1])) + 1]
    beside = [point for away in far for point in (points[0] - away, points[-1] + away)] or [
        Decimal()
    ]
    show = _date if family is Family.DATE else "{:f}".format
    return (*map(show, (*points, *beside, *between)), *others)


def _date(seconds: Decimal) -> str:
    """Return a time as a date if it is a whole second from 1970 to 9998, else in seconds."""
    if seconds != int(seconds) or not 0 <= seconds < _YEAR_9999:
        return f"{seconds:018.10f}"
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _addresses(named: list[str]) -> list[str]:
    found = ["192.0.2.1", "2001:db8::1"]
    for text in named:
        outer = network(text)
        if outer is None:
            continue
        first, last = int(outer.network_address), int(outer.broadcast_address)
        make = ipaddress.IPv4Address if outer.version == 4 else ipaddress.IPv6Address  # noqa: PLR2004 - IP's
        most = (1 << outer.max_prefixlen) - 1
        found += [str(make(at)) for at in (first, last, first - 1, last + 1) if 0 <= at <= most]
    return found


def _check(asked: Test) -> None:
    """Raise `Undecided` for a value of another kind than the operator compares."""
    known: dict[Family, Callable[[str], object]] = {
        Family.NUMBER: number,
        Family.DATE: moment,
        Family.ADDRESS: network,
        Family.BOOL: lambda text: fold(text) in ("true", "false") or None,
    }
    parse = known.get(asked.family)
    for text in asked.values if parse is not None else ():
        if parse is not None and parse(text) is None and not has_unknown(text):
            raise Undecided(
                f"cannot decide the condition on `{asked.key}`: `{text[:80]}` is not among the "
                f"{asked.family.value} that can be compared"
            )
