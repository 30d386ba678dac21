"""Makes ids of HTML elements from names."""

from __future__ import annotations

from checker.messages import visible


class Anchors:
    """Gives out the ids of one page, each only once; the first one for a name has no suffix."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def __call__(self, prefix: str, name: str) -> str:
        """Return the id of the next element for a name."""
        anchor = of(prefix, name)
        again = self._given[anchor] = self._given.get(anchor, 0) + 1
        return anchor if again == 1 else f"{anchor}~{again}"


def of(prefix: str, name: str) -> str:
    """Return the id of the first element for a name; it contains no blank and no `~`."""
    return f"{prefix}-{visible(name).translate(_TAKEN)}"


_TAKEN = str.maketrans(" ~", "__")
