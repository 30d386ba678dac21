"""Finds the place of every node of a valid YAML text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from checker.reader.places import Place, Tree
from checker.reader.yaml_events import events, span

if TYPE_CHECKING:
    from checker.problems import Source


def yaml_places(source: Source) -> list[Place]:
    """Return, for each document of a text, the place of its root, which contains all other places.

    This parses the text a second time, but only for documents that have findings.
    """
    tree = Tree()
    for event in events(source):
        start, end = span(event)
        if isinstance(event, yaml.ScalarEvent):
            if event.style in {"|", ">"}:
                end = start + len(source.text[start:end].rstrip())
            if tree.wants_key():
                tree.key(event.value, start, end)
            else:
                tree.scalar(start, end)
        elif isinstance(event, yaml.CollectionStartEvent):
            tree.open(start, [] if isinstance(event, yaml.SequenceStartEvent) else {})
        elif isinstance(event, yaml.CollectionEndEvent):
            # PyYAML ends a block where the next one starts; the end of its last node is better.
            tree.close(end if source.text[tree.start] in "[{" else None)
    return tree.roots
