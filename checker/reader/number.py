"""Reads numbers of JSON and YAML as integers of 64 bits or finite floats."""

from __future__ import annotations

from math import isfinite

from checker.messages import quoted

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
_LONGEST = len(str(_LOWEST))


def integer(text: str) -> int:
    """Return the integer that `-?(0|[1-9][0-9]*)` spells.

    Raises ValueError, with a message for the user, if it does not fit in 64 bits, because
    other readers would round it (https://www.rfc-editor.org/rfc/rfc8259#section-6).
    """
    # The length is checked first: for more than 4,300 digits `int` raises an error of its own.
    if len(text) <= _LONGEST and _LOWEST <= (value := int(text)) <= _HIGHEST:
        return value
    raise ValueError(f"{quoted(text)} does not fit in 64 bits: write it as a string, in quotes")


def real(text: str) -> float:
    """Return the float that a JSON number spells.

    Raises ValueError, with a message for the user, if the float would be infinite.
    """
    if isfinite(value := float(text)):
        return value
    raise ValueError(
        f"{quoted(text)} is too large for a floating-point number: write a smaller number"
    )


def not_a_number(text: str) -> float:
    """Raise ValueError, with a message for the user: JSON has no `NaN` and no `Infinity`."""
    raise ValueError(f"{quoted(text)} is not a JSON number: write a number, or a string in quotes")
