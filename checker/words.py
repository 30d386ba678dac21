"""Words that messages share: text of others quoted, and what a misspelt word may have meant."""

from __future__ import annotations

from collections.abc import Iterable

from checker.source import visible

_SHOWN = 60
"""Characters of an input's text that a message repeats."""


def quoted(text: str) -> str:
    """Return text of an input for a message: in backticks, visible, cut where it is long."""
    return f"`{visible(text)}`" if len(text) <= _SHOWN else f"`{visible(text[:_SHOWN])}…`"


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return `; did you mean …?` for a misspelt word, or nothing when no known one is close.

    Nothing also when the word itself is known, and wrong for another reason.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    if not isinstance(word, str):
        return ""
    folded = {name.lower(): name for name in sorted(known)}
    close = get_close_matches(word.lower()[:200], list(folded), n=1, cutoff=0.6)
    if not close or folded[close[0]] == word:
        return ""
    return f"; did you mean `{folded[close[0]]}`?"
