"""Work that recurses as deep as an expression in, its result out, on a stack that is empty.

INVARIANT: sys.setrecursionlimit is never touched.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Final, TypeVar

_T = TypeVar("_T")
_SHALLOW = 20
"""Levels of nesting that are worked on on the caller's stack."""
HOP: Final = 80
"""Levels of nesting after which a walk goes on on a stack of its own."""


def on_own_stack(work: Callable[[], _T], depth: int) -> _T:
    """Return what some work returns whose recursion is as deep as an expression.

    Beyond a shallow depth it runs in a thread: a thread starts with an empty stack, so it does
    not matter how deep the caller stands.
    """
    if depth <= _SHALLOW:
        try:
            return work()
        except RecursionError:
            pass  # the caller stands deep: try again on an empty stack
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
