"""Writes JSON piece by piece, with long lists that are never kept in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

Pieces = Iterable[str]
"""The JSON of one element, in pieces."""


def dump(value: object, indent: int | None = None) -> str:
    """Return plain data as JSON in ASCII that no CI system reads as a command.

    Azure searches lines for `##vso[`, and GitHub for `##[`. In JSON, `##` only occurs in strings,
    where the second `#` can be written as an escape.
    """
    return json.dumps(value, indent=indent).replace("##", "#\\u0023")


def filled(
    skeleton: object, lists: Mapping[str, Iterable[Pieces]], indent: int | None = None
) -> Iterator[str]:
    """Yield the JSON of a skeleton, with elements in the named lists, one element per line.

    Each name is the key of an empty list in the skeleton; the names are in the order in which they
    occur there. Foreign text is never mistaken for such a key, because its quotes are escaped.
    """
    rest = dump(skeleton, indent)
    for name, elements in lists.items():
        head, mark, rest = rest.partition(f'"{name}": []')
        yield head + mark[:-1]
        separator = "\n"
        for element in elements:
            yield separator
            yield from element
            separator = ",\n"
        yield "]"
    yield rest
