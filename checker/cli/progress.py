"""How far a run is goes in; a bar on a terminal's last line comes out, or nothing."""

from __future__ import annotations

import os
import time
from typing import TextIO

_WIDTH = 30
"""Cells of the bar."""


class Progress:
    """A bar on a terminal's last line; silent anywhere else, in CI, and on short runs."""

    _INTERVAL = 0.1
    """Seconds between two updates, and before the first."""

    def __init__(self, stream: TextIO | None) -> None:
        shows = (
            stream is not None
            and stream.isatty()
            and os.environ.get("TERM") != "dumb"
            and not os.environ.get("CI")
        )
        self._stream = stream if shows else None
        self._next = time.monotonic() + self._INTERVAL
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Show how far the run is."""
        if self._stream is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._INTERVAL
        self._shown = True
        full = _WIDTH * done // total if total else _WIDTH
        bar = "━" * full + " " * (_WIDTH - full)
        self._stream.write(f"\r{bar} {done:,} of {total:,} documents ")
        self._stream.flush()

    def clear(self) -> None:
        """Remove the bar."""
        if self._stream is not None and self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
