"""Measures what it costs to look for policies in files that hold none, against reading them.

The look may cost at most twice what listing, opening and reading the files costs, so that all of it
takes at most three times as long. The two are measured in turns, in processor time of this process.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from checker.documents import Selection, find, load
from checker.kinds import builtin
from checker.reader import DEFAULT_LIMITS, Root

_TURNS = 7
_SHARE = 1 << 20


def _listed(folder: str) -> int:
    """Read every file below a folder; return how many bytes there are."""
    size = 0
    todo = [folder]
    while todo:
        with os.scandir(todo.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    todo.append(entry.path)
                elif entry.is_file():
                    descriptor = os.open(entry.path, os.O_RDONLY)
                    with os.fdopen(descriptor, "rb") as file:
                        while chunk := file.read(_SHARE):
                            size += len(chunk)
    return size


def _looked(folder: str) -> int:
    """Look for documents in every file below a folder; return how many there are."""
    selection = Selection([folder], {kind.name: kind for kind in builtin()})
    listing = find(selection, Root(folder))
    limits = DEFAULT_LIMITS
    contents = (load(index, listing, selection, limits) for index in range(listing.size))
    return sum(1 for each in contents for _ in each.documents)


def _seconds(work: Callable[[str], int], folder: str) -> float:
    before = time.process_time()
    work(folder)
    return time.process_time() - before


def main(folder: str) -> None:
    """Print the seconds of both, and the median of their ratios."""
    _looked(folder)
    pairs = [(_seconds(_listed, folder), _seconds(_looked, folder)) for _ in range(_TURNS)]
    ratio = median(looked / listed for listed, looked in pairs)
    listed, looked = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    print(f"list, open, read {listed:.3f} s; look {looked:.3f} s; ratio {ratio:.2f}")


if __name__ == "__main__":
    main(str(Path(sys.argv[1]).resolve()))
