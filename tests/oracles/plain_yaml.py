"""Reads YAML by PyYAML's own trees and the expressions of the specification.

Nothing here is the project's own reader: it is what that is held against. What it reads is no more
than JSON has; the reader refuses some more texts.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.oracles.plain_json import DEPTH, RefusedError, depth, plain_json

_SCALARS = (
    ("null", lambda _: None),
    ("true|false", lambda text: text == "true"),
    ("-?(0|[1-9][0-9]*)", plain_json),
    (r"-?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?", float),
    ("", lambda _: None),
)
"""https://yaml.org/spec/1.2.2/#1022-tag-resolution, and what is not written at all."""
_MOST = 4 * DEPTH
"""Levels that a text may open: PyYAML's trees are made by recursion."""


def plain_yaml(text: str, loader: Any = yaml.SafeLoader) -> Any:
    """Return the data of a text; raises ValueError where it is no YAML, or has more than JSON."""
    try:
        _refuse(text, loader)
        nodes = list(yaml.compose_all(text, Loader=loader))
    except (yaml.YAMLError, OverflowError) as error:
        raise ValueError(str(error)) from error
    if len(nodes) != 1 or nodes[0] is None:
        raise RefusedError("not one document")
    data = _data(nodes[0])
    if depth(data) > DEPTH:
        raise RefusedError("too deep")
    return data


def _refuse(text: str, loader: Any) -> None:
    """Raise RefusedError for what JSON has not, and for too many levels."""
    levels = 0
    for event in yaml.parse(text, Loader=loader):
        levels += isinstance(event, yaml.CollectionStartEvent)
        levels -= isinstance(event, yaml.CollectionEndEvent)
        if levels > _MOST:
            raise RefusedError("too deep")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise RefusedError("anchors and aliases")
        if isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None) is not None:
            raise RefusedError("tags")


def _data(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_data(each) for each in node.value]
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.style else _resolved(node.value)
    pairs = [(_key(key), _data(value)) for key, value in node.value]
    if len({key for key, _ in pairs}) < len(pairs):
        raise RefusedError("a key stands twice")
    return dict(pairs)


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or (node.value == "<<" and not node.style):
        raise RefusedError("a key that is no text")
    return str(node.value)


def _resolved(text: str) -> Any:
    for pattern, resolve in _SCALARS:
        if re.fullmatch(pattern, text):
            value = resolve(text)
            if value in (float("inf"), float("-inf")):
                raise RefusedError("a number is infinite")
            return value
    return text
