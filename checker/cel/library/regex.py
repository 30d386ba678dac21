"""Compiles regular expressions to search functions with RE2, which takes linear time.

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
"""Characters in one regular expression."""
_TEXTS = 1_000
"""Short strings whose result each expression remembers, because policies repeat them."""
_COMPILED = 1_000
"""Units that it costs to compile a regular expression, plus ten for each of its characters."""


@lru_cache(maxsize=512)
def searcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether a string has a match; raises EvaluationError.

    The error says why the pattern is not a regular expression.
    """
    if len(pattern) > _LONGEST:
        raise EvaluationError(f"the pattern is too long: at most {_LONGEST:,} characters")
    simple = _simple(pattern)
    if simple is not None:
        return simple
    import re2  # noqa: PLC0415 - loaded when the first expression needs it

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20  # bytes of a compiled expression; this also bounds the time
    try:
        compiled = re2.compile(pattern, options=options)
        one = re2.Set.SearchSet(options)
        one.Add(pattern)
        one.Compile()
    except re2.error as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else ""
        raise EvaluationError(f"`{pattern}` is not a regular expression: {reason}") from error
    except UnicodeEncodeError as error:
        raise EvaluationError("a lone surrogate is not a character") from error
    empty = compiled.search("") is not None
    match = one.Match

    @lru_cache(maxsize=_TEXTS)
    def short(text: str) -> bool:
        # `Match` of a set is several times faster than `search`, but unreliable on empty strings
        return bool(match(text)) if text else empty

    return lambda text: short(text) if len(text) < SMALL else bool(match(text))


def _simple(pattern: str) -> Callable[[str], bool] | None:
    """Return a plain search if a pattern has no operators but `^` and `$`, else None."""
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
    """Return the search function of a pattern after charging for it; raises EvaluationError.

    Raises BudgetError if too few units are left.
    """
    # INVARIANT: each meter is charged once, before the pattern is compiled and even if another
    # evaluation compiled it: what an evaluation may do does not depend on what ran before it.
    if pattern not in meter:
        loop(meter, _COMPILED + 10 * len(pattern))
        meter.append(pattern)
    return searcher(pattern)
