"""What may happen to a process: each function is one of the worst things that a library does."""

from __future__ import annotations

import faulthandler
import os
from typing import NoReturn


def spin() -> NoReturn:
    """Take for ever."""
    while True:
        pass


def hoard() -> NoReturn:
    """Take all memory; raises MemoryError where there is no more."""
    kept = []
    while True:
        kept.append(bytearray(8 << 20))


def abort() -> NoReturn:
    """End the process as a library written in Rust does."""
    faulthandler.disable()  # which pytest enables
    os.abort()
