"""Plain data with empty lists in, JSON in which these lists are filled out, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

Pieces = Iterable[str]
"""The JSON of one element, in pieces."""


def dump(value: object, indent: int | None = None) -> str:
    """Return plain data as JSON in ASCII that is no command to a CI system, wherever it stands.

    Azure looks for `##vso[` anywhere in a line, GitHub for `##[`. Two `#` stand in strings only,
    where the second may be spelled as an escape.
    """
    return json.dumps(value, indent=indent).replace("##", "#\\u0023")


def filled(
    skeleton: object, lists: Mapping[str, Iterable[Pieces]], indent: int | None = None
) -> Iterator[str]:
    """Yield JSON with elements in the named lists, one a line.

    Each name is the key of one empty list of the skeleton, in the order in which they stand there.
    No text of others is taken for such a key, for its quotes would be escaped.
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
