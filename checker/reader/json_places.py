"""A JSON text that was read without a fault goes in, the place of every node comes out."""

from __future__ import annotations

import json
import re

from checker.reader.places import Place, Tree

# Possessive, so that it is linear; enough for a text that is known to be JSON.
_TOKEN = re.compile(
    r'(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+")|(?P<open>[\[{])|(?P<close>[\]}])|[^][{}:,"\s]++',
)


def json_places(text: str) -> Place:
    """Return the place of the root of a JSON text, and in it all others."""
    tree = Tree()
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        kind = match.lastgroup
        if kind == "open":
            tree.open(start, {} if match.group() == "{" else [])
        elif kind == "close":
            tree.close(end)
        elif tree.wants_key():
            tree.key(json.loads(match.group()), start, end)
        else:
            tree.scalar(start, end)
    return tree.roots[0]
