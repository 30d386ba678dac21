"""Reads YAML of other programs, which may have anchors, aliases, merge keys and tags.

Rules, configuration and plain policies may have none of them; `strict_yaml` reads those.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import yaml

from checker.reader.places import Place
from checker.reader.spans import duplicate_key, fault
from checker.reader.strict_yaml import plain_value
from checker.reader.yaml_events import LOADER, guarded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checker.problems import InputError, Json, Source
    from checker.reader.limits import Limits

_MOST_NODES = 1_000_000
"""The most nodes of a file, each counted as often as aliases repeat it."""
_MERGE = "<<"
_PROPERTY = re.compile(r"[!&][^\s,\[\]{}]*+[ \t\r\n]*+")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Dialect(NamedTuple):
    """The tags that a program's YAML may have. Other tags have no effect."""

    tags: Mapping[str, str]
    """For each tag that is short for a mapping of one key: that key."""


def read_dialect(
    source: Source, limits: Limits, dialect: Dialect
) -> list[tuple[Json, Place] | None]:
    """Return the data and the places of each document of a YAML text; None for an empty document.

    A node with a tag that is short for a mapping is that mapping, whose only key is at the tag. The
    target of an alias has the place of its anchor. Raises InputError.
    """
    builder = _Builder(source, limits, dialect)
    with guarded(source):
        return [
            None if _is_empty(node) else builder.built(node)
            for node in yaml.compose_all(source.text, Loader=LOADER)
        ]


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.value and not node.style


class _Builder:
    """Builds data and places from nodes, up to a number of them."""

    def __init__(self, source: Source, limits: Limits, dialect: Dialect) -> None:
        self.source = source
        self.limits = limits
        self.tags = dialect.tags
        self.left = _MOST_NODES

    def built(self, node: yaml.Node, depth: int = 1) -> tuple[Json, Place]:
        """Return the data and the place of a node."""
        tag = node.tag
        if tag[0] != "!" or tag not in self.tags:
            return self._plain(node, depth)
        key = self.tags[tag]
        data, place = self._plain(node, depth + 1)
        start = node.start_mark.index
        place.key = start, start + len(tag)
        return {key: data}, Place(start, place.end, None, {key: place})

    def _plain(self, node: yaml.Node, depth: int) -> tuple[Json, Place]:
        """Return the data and the place of a node, whatever its tag is."""
        self.left -= 1
        if self.left < 0:
            raise self._fault(node, f"aliases make more than {_MOST_NODES:,} nodes: use fewer")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if not isinstance(node, yaml.CollectionNode):
            raise TypeError(node)
        # INVARIANT: an alias within its own anchor ends here.
        if depth > self.limits.max_depth:
            raise self._fault(node, self.limits.too_deep())
        start = node.start_mark.index
        if not isinstance(node, yaml.MappingNode):
            items = [self.built(each, depth + 1) for each in node.value]
            places = [place for _, place in items]
            return [data for data, _ in items], Place(start, _end(node, places), None, places)
        values, inside = self._entries(node, depth)
        return values, Place(start, _end(node, [*inside.values()]), None, inside)

    def _scalar(self, node: yaml.ScalarNode) -> tuple[Json, Place]:
        start, end = node.start_mark.index, node.end_mark.index
        text = self.source.text
        while text[start : start + 1] in {"!", "&"} and (found := _PROPERTY.match(text, start)):
            start = min(found.end(), end)
        if node.style in {"|", ">"}:
            end = start + len(text[start:end].rstrip())
        if not node.value.isascii() and _SURROGATE.search(node.value):
            raise fault(self.source, start, end, "half of a surrogate pair is no character")
        try:
            value = node.value if node.style else plain_value(node.value)
        except ValueError as error:
            raise fault(self.source, start, end, str(error)) from None
        return value, Place(start, end)

    def _entries(
        self, node: yaml.MappingNode, depth: int
    ) -> tuple[dict[str, Json], dict[str, Place]]:
        values: dict[str, Json] = {}
        inside: dict[str, Place] = {}
        merged: list[yaml.Node] = []
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._fault(key, "a list or mapping cannot be a key")
            if key.value == _MERGE and not key.style:
                merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
                continue
            span = key.start_mark.index, key.end_mark.index
            if key.value in values:
                first = inside[key.value].key or (0, 0)
                raise duplicate_key(self.source, key.value, first[0], span)
            data, place = self.built(value, depth + 1)
            place.key = span
            values[key.value], inside[key.value] = data, place
        for each in merged:
            data, place = self.built(each, depth + 1)
            if not isinstance(data, dict) or not isinstance(place.children, dict):
                raise self._fault(each, "`<<` merges mappings only")
            # A key of the mapping itself and of an earlier mapping takes precedence.
            values = {**data, **values}
            inside = {**place.children, **inside}
        return values, inside

    def _fault(self, node: yaml.Node, message: str) -> InputError:
        return fault(self.source, node.start_mark.index, node.end_mark.index, message)


def _end(node: yaml.CollectionNode, inside: list[Place]) -> int:
    """Return where a list or mapping ends: in a block where its last node ends."""
    return node.end_mark.index if node.flow_style or not inside else max(x.end for x in inside)
