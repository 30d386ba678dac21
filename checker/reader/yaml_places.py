"""A YAML text that was read without a fault goes in, the place of every node comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from checker.reader.places import Place, Tree
from checker.reader.yaml_events import events, span

if TYPE_CHECKING:
    from checker.problems import Source


def yaml_places(source: Source) -> list[Place]:
    """Return the place of the root of each document of a text, and in it all others.

    The text is parsed once more, which only a document with a finding pays for.
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
            # A block ends where the next one starts, far below: its last node is the end.
            tree.close(end if source.text[tree.start] in "[{" else None)
    return tree.roots
