"""Notes what a rule asks about a policy while it is decided on one subject.

The functions that rules call write the notes; what they ask each other is not noted. Without an
open notebook, noting costs next to nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checker.problems import Route

Limit: TypeAlias = tuple[object, ...]
"""What a question requires of requests besides their action: a hashable name for it."""


PUBLIC: Limit = ("public",)
"""What a question about everyone requires."""


class Ask(NamedTuple):
    """One question of a rule: which requests it is about."""

    actions: tuple[str, ...] = ()
    """Names or patterns of actions; if empty, the limits are those of all other questions."""
    limits: tuple[Limit, ...] = ()
    via: Route | None = None
    """The place of the statement that it is about; None if it is about the whole policy."""
    whole: bool = False
    """Whether it is about whole services, and only where a statement names none of their
    resources."""


Notes: TypeAlias = dict[Ask, None]
"""The questions so far, each once, in order."""

MOST = 1_000
"""The most questions that are noted; if there are more, what a rule asks is not known."""
_NOTES: ContextVar[Notes | None] = ContextVar("notes", default=None)


@contextmanager
def noted(notes: Notes | None) -> Iterator[None]:
    """Write all questions inside the block into a notebook; into none if it is None."""
    token = _NOTES.set(notes)
    try:
        yield
    finally:
        _NOTES.reset(token)


def note(
    actions: tuple[str, ...],
    limits: tuple[Limit, ...] = (),
    via: Route | None = None,
    *,
    whole: bool = False,
) -> None:
    """Note a question, if a notebook is open."""
    notes = _NOTES.get()
    if notes is not None and len(notes) <= MOST:
        notes[Ask(actions, limits, via, whole)] = None
