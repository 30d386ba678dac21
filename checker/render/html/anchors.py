"""Names in, ids of elements out."""

from __future__ import annotations

from checker.messages import visible


class Anchors:
    """Ids of one page: no two are the same, and the first of a name is its plain one."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def __call__(self, prefix: str, name: str) -> str:
        """Return the id of the next element of a name."""
        anchor = of(prefix, name)
        again = self._given[anchor] = self._given.get(anchor, 0) + 1
        return anchor if again == 1 else f"{anchor}~{again}"


def of(prefix: str, name: str) -> str:
    """Return the id of the first element of a name; it holds no blank, and no `~` of its own."""
    return f"{prefix}-{visible(name).translate(_TAKEN)}"


_TAKEN = str.maketrans(" ~", "__")
