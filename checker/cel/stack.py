"""Runs deeply recursive work on an empty stack.

INVARIANT: sys.setrecursionlimit is never called.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Final, TypeVar

_T = TypeVar("_T")
_SHALLOW = 20
"""The deepest nesting, in levels, that is handled on the caller's stack."""
HOP: Final = 80
"""Levels of nesting after which a walk continues on a new stack."""


def on_own_stack(work: Callable[[], _T], depth: int) -> _T:
    """Return the result of `work`, whose recursion is about `depth` levels of nesting deep.

    Beyond a shallow depth the work runs in a new thread, whose stack is empty, so that the depth
    of the caller does not matter. Exceptions are passed on.
    """
    if depth <= _SHALLOW:
        try:
            return work()
        except RecursionError:
            pass  # the caller's stack is nearly full: try again on an empty one
    result: list[_T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            result.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
            failed.append(error)

    thread = threading.Thread(target=copy_context().run, args=(run,), name="cel")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return result[0]
