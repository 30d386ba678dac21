"""Reads the data of YAML texts, limited to what JSON can express.

The events of PyYAML are read one after another, without recursion. Refused are anchors, aliases,
tags, merge keys, keys that are lists or mappings, duplicate keys, directives other than
`%YAML 1.2`, nesting deeper than the limit, and characters that are line breaks in YAML 1.1 but not
in YAML 1.2. Plain scalars have the types of the JSON schema
(https://yaml.org/spec/1.2.2/#102-json-schema): `null`, `true`, `false`, and numbers as JSON writes
them. Any other plain scalar is a string (`2012-10-17`, `no`, `010`, `~`), except that a missing
value (`key:`) is null. A key is always a string: its text.
"""

from __future__ import annotations

import re
from types import ModuleType
from typing import TYPE_CHECKING

import yaml

from checker.reader.number import integer, real
from checker.reader.spans import duplicate_key, fault
from checker.reader.yaml_events import events, span

if TYPE_CHECKING:
    from checker.problems import InputError, Json, Source
    from checker.reader.limits import Limits

_WORDS: dict[str, bool | None] = {"": None, "null": None, "true": True, "false": False}
_TEMPLATE = re.compile(r"\{\{[^\r\n{}]*+\}?\}?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_INTEGER = re.compile(r"-?+(?:0|[1-9][0-9]*+)")
_REAL = re.compile(r"-?+(?:0|[1-9][0-9]*+)(?:\.[0-9]*+)?+(?:[eE][-+]?+[0-9]++)?+")


def read_yaml(source: Source, limits: Limits) -> Json:
    """Return the data of the only document of a YAML text; raises InputError."""
    documents = _read(source, _Builder(source, limits), several=False)
    if not documents:
        raise fault(source, 0, 0, "the file is empty: expected a document")
    return documents[0]


def read_yaml_documents(
    source: Source, limits: Limits, *, skip_empty: bool = False
) -> dict[int, Json]:
    """Return the data of each document of a YAML text, by its number from 0.

    An empty text has none. A document in which nothing is written is left out where
    `skip_empty` says so. Raises InputError, otherwise also for such a document.
    """
    return _read(source, _Builder(source, limits, skip_empty=skip_empty), several=True)


def _read(source: Source, builder: _Builder, *, several: bool) -> dict[int, Json]:
    documents: dict[int, Json] = {}
    count = 0
    for event in events(source):
        if isinstance(event, yaml.ScalarEvent):
            builder.scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            builder.start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            builder.end()
        elif isinstance(event, yaml.DocumentStartEvent):
            if documents and not several:
                message = "a second document starts here: move it to a file of its own"
                raise _fault(source, event, message)
            builder.start_mark = event
        elif isinstance(event, yaml.DocumentEndEvent):
            if not builder.is_empty:
                documents[count] = builder.root
            builder.is_empty = False
            count += 1
        elif isinstance(event, yaml.AliasEvent):
            raise _faults().property_fault(source, span(event)[0])
    return documents


class _Open:
    """A list or mapping whose end has not been read yet."""

    __slots__ = ("key", "keys", "value", "wants_key")

    def __init__(self, value: dict[str, Json] | list[Json]) -> None:
        self.value = value
        self.wants_key = isinstance(value, dict)
        """Whether the next scalar is a key."""
        self.key = ""
        """The key of the next value."""
        self.keys: dict[str, int] = {}
        """The keys so far, and the offset of each."""

    def put(self, value: Json) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        else:
            self.value[self.key] = value
            self.wants_key = True


class _Builder:
    """Builds the data of one document after another from their events."""

    __slots__ = ("is_empty", "limits", "root", "skip_empty", "source", "stack", "start_mark")

    def __init__(self, source: Source, limits: Limits, *, skip_empty: bool = False) -> None:
        self.source = source
        self.limits = limits
        self.skip_empty = skip_empty
        self.is_empty = False
        """Whether nothing is written in the document."""
        self.stack: list[_Open] = []
        self.root: Json = None
        self.start_mark: yaml.Event | None = None

    def scalar(self, event: yaml.ScalarEvent) -> None:
        text: str = event.value
        if event.anchor is not None or event.tag is not None:
            raise _faults().property_fault(self.source, span(event)[0])
        if not text.isascii():
            self._check_characters(event)
        if not self.stack and not text and not event.style:
            if self.skip_empty:
                self.is_empty = True
                return
            message = "the document is empty: write a value, or remove its `---`"
            raise _fault(self.source, self.start_mark or event, message)
        if self.stack and self.stack[-1].wants_key:
            self._key(event)
        else:
            self._put(text if event.style else self._plain(event))

    def start(self, event: yaml.CollectionStartEvent) -> None:
        if event.anchor is not None or event.tag is not None:
            raise _faults().property_fault(self.source, span(event)[0])
        if self.stack and self.stack[-1].wants_key:
            raise self._no_key(event)
        if len(self.stack) == self.limits.max_depth:
            raise _fault(self.source, event, self.limits.too_deep())
        self.stack.append(_Open([] if isinstance(event, yaml.SequenceStartEvent) else {}))

    def _check_characters(self, event: yaml.ScalarEvent) -> None:
        start, _ = span(event)
        if _SURROGATE.search(event.value):
            # libyaml refuses escapes of surrogates; the parser in Python does not.
            raise _faults().escape_fault(self.source, start)
        if not event.style and (blank := _faults().blank_fault(self.source, start)):
            raise blank

    def end(self) -> None:
        self._put(self.stack.pop().value)

    def _put(self, value: Json) -> None:
        if self.stack:
            self.stack[-1].put(value)
        else:
            self.root = value

    def _key(self, event: yaml.ScalarEvent) -> None:
        key: str = event.value
        mapping = self.stack[-1]
        if key == "<<" and not event.style:
            message = "merge keys are not supported: write out the keys and values that `<<` merges"
            raise _fault(self.source, event, message)
        place = span(event)
        if mapping.keys.setdefault(key, place[0]) != place[0]:
            raise duplicate_key(self.source, key, mapping.keys[key], place)
        mapping.key = key
        mapping.wants_key = False

    def _plain(self, event: yaml.ScalarEvent) -> Json:
        try:
            return plain_value(event.value)
        except ValueError as error:
            raise _fault(self.source, event, str(error)) from None

    def _no_key(self, event: yaml.CollectionStartEvent) -> InputError:
        start, end = span(event)
        template = _TEMPLATE.match(self.source.text, max(0, start - 1))
        if template:
            message = "an unquoted `{` starts a mapping in YAML: put the text in quotes"
            return fault(self.source, *template.span(), message)
        message = "a list or mapping cannot be a key"
        if (bracket := self.source.text[start : start + 1]) in {"{", "["}:
            message += f": put a text that starts with `{bracket}` in quotes"
        return fault(self.source, start, end, message)


def plain_value(text: str) -> Json:
    """Return the value of a plain scalar; raises ValueError for a number that is out of range."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return integer(text)
    return real(text) if _REAL.fullmatch(text) else text


def _fault(source: Source, event: yaml.Event, message: str) -> InputError:
    return fault(source, *span(event), message)


def _faults() -> ModuleType:
    """Return the module that words faults; few texts have one."""
    from checker.reader import yaml_faults  # noqa: PLC0415 - see above

    return yaml_faults
