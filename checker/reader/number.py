"""The text of a JSON or YAML number goes in, an int of 64 bits or a finite float comes out."""

from __future__ import annotations

from math import isfinite

from checker.messages import quoted

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
_LONGEST = len(str(_LOWEST))


def integer(text: str) -> int:
    """Return the integer that `-?(0|[1-9][0-9]*)` spells.

    Raises ValueError, with a message for the user, beyond 64 bits: such a number would be
    another one to the next reader (https://www.rfc-editor.org/rfc/rfc8259#section-6).
    """
    # The length comes first: `int` refuses more than 4,300 digits in its own words.
    if len(text) <= _LONGEST and _LOWEST <= (value := int(text)) <= _HIGHEST:
        return value
    raise ValueError(f"{quoted(text)} is beyond 64 bits: write it as a string, in quotes")


def real(text: str) -> float:
    """Return the float that a JSON number spells; raises ValueError if it is infinite."""
    if isfinite(value := float(text)):
        return value
    raise ValueError(f"{quoted(text)} is beyond the range of a double: write a smaller number")


def not_a_number(text: str) -> float:
    """Raise ValueError for `NaN`, `Infinity` or `-Infinity`, which are no JSON."""
    raise ValueError(f"{quoted(text)} is no JSON number: write a number, or a string in quotes")
