"""A regular expression in, a search function out; RE2, so that the time is linear.

Syntax: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from checker.budget import SMALL, Meter, loop
from checker.errors import EvaluationError

_LITERAL = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/_- ,;=@!\"'<>~%&"
)
_LONGEST = 10_000
"""Characters of one regular expression."""
_TEXTS = 1_000
"""Short texts whose answer an expression remembers: policies repeat them."""
_COMPILED = 1_000
"""Units that compiling a regular expression costs, beside ten for each of its characters."""


@lru_cache(maxsize=512)
def searcher(pattern: str) -> Callable[[str], bool]:
    """Return the function that says whether a text has a match; raises EvaluationError."""
    if len(pattern) > _LONGEST:
        raise EvaluationError(f"a regular expression has at most {_LONGEST:,} characters")
    simple = _simple(pattern)
    if simple is not None:
        return simple
    import re2  # noqa: PLC0415 - loaded when the first expression needs it

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20  # bytes of one compiled expression: it bounds the time as well
    try:
        compiled = re2.compile(pattern, options=options)
        one = re2.Set.SearchSet(options)
        one.Add(pattern)
        one.Compile()
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else ""
        raise EvaluationError(f"`{pattern}` is no regular expression: {reason}") from error
    except UnicodeEncodeError as error:
        raise EvaluationError("a lone surrogate is no character") from error
    empty = compiled.search("") is not None
    match = one.Match

    @lru_cache(maxsize=_TEXTS)
    def short(text: str) -> bool:
        # `Match` of a set is several times faster than `search`; it is unsure of empty texts
        return bool(match(text)) if text else empty

    return lambda text: short(text) if len(text) < SMALL else bool(match(text))


def _simple(pattern: str) -> Callable[[str], bool] | None:
    """Return the search for a pattern without operators, or None."""
    start = pattern.startswith("^")
    end = pattern.endswith("$")
    body = pattern[start : len(pattern) - end]
    if not _LITERAL.issuperset(body):
        return None
    if start and end:
        return lambda text: text == body
    if start:
        return lambda text: text.startswith(body)
    if end:
        return lambda text: text.endswith(body)
    return lambda text: body in text


def searcher_for(pattern: str, meter: Meter) -> Callable[[str], bool]:
    """Return the search for a pattern, charging for compiling it; raises EvaluationError."""
    # INVARIANT: charged before it is compiled, and once per meter even if another evaluation had it
    # compiled: what one may do does not depend on what ran before
    if pattern not in meter:
        loop(meter, _COMPILED + 10 * len(pattern))
        meter.append(pattern)
    return searcher(pattern)
