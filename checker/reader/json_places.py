"""Finds the place of every node of a valid JSON text."""

from __future__ import annotations

import json
import re

from checker.reader.places import Place, Tree

# Possessive, and therefore linear. It tells the tokens of valid JSON apart, and checks nothing.
_TOKEN = re.compile(
    r'(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+")|(?P<open>[\[{])|(?P<close>[\]}])|[^][{}:,"\s]++',
)


def json_places(text: str) -> Place:
    """Return the place of the root of a JSON text, which contains the places of all other nodes."""
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
