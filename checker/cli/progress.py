"""Shows the progress of a run as a bar on a terminal."""

from __future__ import annotations

import os
import time
from typing import TextIO

_WIDTH = 30
"""Width of the bar, in characters."""


class Progress:
    """A progress bar on the last line of a terminal.

    It shows nothing if the stream is no terminal, in CI, and in runs shorter than 0.1 seconds.
    """

    _INTERVAL = 0.1
    """Seconds between updates, and before the first one."""

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
        """Show that `done` of `total` files have been decided."""
        if self._stream is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._INTERVAL
        self._shown = True
        full = _WIDTH * done // total if total else _WIDTH
        bar = "━" * full + " " * (_WIDTH - full)
        self._stream.write(f"\r{bar} {done:,} of {total:,} files ")
        self._stream.flush()

    def clear(self) -> None:
        """Remove the bar."""
        if self._stream is not None and self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
