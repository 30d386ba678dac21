"""Finds which values a condition key may have, from its type and the conditions on it.

The types: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from checker.iam import keys
from checker.iam.arn import fold
from checker.iam.conditions import BOOLEANS, Family, compares, meaning, samples, test
from checker.iam.patterns import Undecided, matches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.iam.conditions import Test
    from checker.iam.statement import Condition

_TYPES = {
    "Bool": Family.BOOL,
    "Numeric": Family.NUMBER,
    "Date": Family.DATE,
    "IPAddress": Family.ADDRESS,
}
"""By type of a condition key: what its values are, if they are not strings or ARNs."""


def representatives(key: str, found: Sequence[Test]) -> tuple[str, ...] | None:
    """Return values of a key that represent all others, or None if it is compared as a string.

    A key whose type is known to be Boolean, a number, a date or an address has values of the type
    only, and a Boolean one may be compared as a string, too. Raises `Undecided` for a key that is
    compared as values of several kinds.
    """
    known = keys.find(key)
    own = None if known is None else _TYPES.get(known.type)
    families = {each.family for each in found} - {Family.PRESENCE}
    if own is Family.BOOL and families <= {Family.BOOL, Family.TEXT, Family.FOLDED}:
        for each in found:
            _check_boolean(each)
        return samples(Family.BOOL, (), typed=True)
    if own is not None and not families:
        return samples(own, (), typed=True)
    if families <= {Family.TEXT, Family.ARN} or families == {Family.FOLDED}:
        return None
    if len(families) > 1:
        shown = " and as ".join(sorted(family.value for family in families))
        raise Undecided(f"cannot decide what `{key}` is: it is compared as {shown}")
    (family,) = families
    return samples(family, [each for each in found if each.family is family], typed=family is own)


@lru_cache(maxsize=4_096)
def never_holds(condition: Condition) -> bool:
    """Return whether surely no request meets a condition, such as `Null` of a key that is there."""
    try:
        asked = test(condition)
        known = representatives(asked.key, [asked])
        if not asked.some and not keys.is_always_there(asked.key, signed=False):
            return False
        if known is None or asked.family in (Family.TEXT, Family.FOLDED, Family.ARN):
            spelled = [meaning(asked, each, variables=True) for each in asked.values]
            if known is None:
                return not spelled and not asked.negated
            found = [any(matches(each.widest, text) for each in spelled) for text in known]
        else:
            found = [any(compares(asked, text, each) for each in asked.values) for text in known]
    except Undecided:
        return False
    return all(each is asked.negated for each in found)


def is_single(key: str, found: Sequence[Test]) -> bool:
    """Return whether a key has one value.

    Raises `Undecided` if operators disagree on that and AWS does not say it.
    """
    plain = {each.plain for each in found if each.family is not Family.PRESENCE}
    known = keys.find(key) if len(plain) > 1 else None
    if known is not None and not known.many:
        return True
    if len(plain) > 1:
        raise Undecided(
            f"cannot decide whether `{key}` has one value or several: use `ForAnyValue` or "
            "`ForAllValues` with all of its operators or with none"
        )
    return True in plain


def _check_boolean(asked: Test) -> None:
    """Raise `Undecided` for a string that differs from a Boolean value only in its case.

    AWS says that the values are `true` and `false`, and not how it writes them as strings.
    """
    for text in asked.values if asked.family is Family.TEXT else ():
        if text not in BOOLEANS and fold(text) in BOOLEANS:
            raise Undecided(
                f"cannot decide whether `{asked.key}` is `{text}`: write it in lower case"
            )
