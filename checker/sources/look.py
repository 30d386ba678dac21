"""Searches text that is not parsed, such as templates and program code, for policy statements.

The search goes by words: an `Effect` with Allow or Deny, and an `Action`, `Resource` or `Principal`
near it. It takes time in proportion to the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from heapq import merge
from typing import TypeAlias

from checker.sources.escapes import decoded, hidden, joins, original

WINDOW = 32_768
"""The most characters between an `Effect` and another word of its statement.

The longest policies, those of buckets, have 20 KB without blanks, so their words are this near
unless they are deeply indented.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
"""
_BUFFER = 1 << 20
"""The number of characters of a large file that are searched together."""
_OVERLAP = 8 * WINDOW
"""The number of characters that are searched again with the next ones: two windows with escapes."""

_LAYERS = 3
"""How often escapes are decoded at most, as an escape may spell a backslash."""

_POLICY_MARKS = ("Statement", "2012-10-17", "2008-10-17")
"""The texts that policies are recognised by: a key, and the versions of the language."""

_HIDDEN_POLICY = hidden("Statemn01278-")
_HIDDEN_EFFECT = hidden("fect\\", "fec")
_BYTES = (b"ffect", b"Statement", b"-10-17", b"aws_iam_policy_document")
"""Bytes of which a file has at least one if its text shows a statement or a policy without escapes.

There are few, as every file is searched for each of them.
"""
_POLICY_KEY = re.compile(
    rb"""\A\s*+[\[{].*?"(?:Statement"\s*+:|Version"\s*+:\s*+"20(?:12|08)-10-17)
    |^["']?Statement["']?\s*+:
    |^["']?Version["']?\s*+:\s*+["']?20(?:12|08)-10-17""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_STATEMENT_WORDS = (re.compile(rb"\bEffect\b"), re.compile(rb"\b(?:Not)?(?:Action|Resource)\b"))
_HIDDEN_BYTES = tuple(
    re.compile(each.pattern.encode()) for each in (_HIDDEN_POLICY, _HIDDEN_EFFECT)
)

# Every repetition is possessive and, if it may contain another candidate, bounded.
_COMMENT = (
    r"(?:\#|//)[^\n]{0,1000}+(?:\n|\Z)"
    r"|/\*[^*]{0,500}+(?:\*(?!/)[^*]{0,500}+){0,8}+\*/"
    r"|\{\#[^#]{0,500}+(?:\#(?!\})[^#]{0,500}+){0,8}+\#\}"
)
_AFTER_KEY = re.compile(rf"(?:[\s\"'`\])]++|{_COMMENT}){{0,64}}+")
_BEFORE_VALUE = re.compile(
    rf"""(?:
      [\s"'`(]++
    | [|>][-+0-9]*+(?=\s)                     # the head of a YAML block scalar
    | &[^\s,\[\]{{}}&!]{{1,128}}+                 # an anchor
    | !(?:<[^>\s]{{0,128}}+>|(?!If\b|Ref\b|Sub\b|Find)!?+[^\s,\[\]{{}}&!"']{{0,128}}+(?=\s))
    | {_COMMENT}
    ){{0,64}}+""",
    re.VERBOSE,
)
_KEY = re.compile(r"ffect(?![A-Za-z0-9])(?!_(?!ALLOW|DENY))")
_BEFORE_WORD = re.compile(r"[A-Za-z0-9_-]")
_ANCHOR = re.compile(r"&[^\s,\[\]{}&]{1,128}+\s{1,8}+[\"']?+\Z")
_SEPARATOR = re.compile(r"=>|:=|::?|=(?!=)|[(._]|(?<=[\"'`]),|to(?=\s)")
_RAW_KEY = re.compile(
    rf"ffect(?:[\s\"'`\])]++|\\++[nrt\"'`/]?+|{_COMMENT}){{0,64}}+"
    r"(?:[:=(%]|(?<=[\"'`]),|[uUx][0-9A-Fa-f{]|[._](?:ALLOW|Allow|DENY|Deny)|to\s)"
    r"|&[^\s,\[\]{}&]{1,128}+\s{1,8}+[\"']?+Effect"
)
"""A key `Effect` with the separator before its value, in text with escapes."""
_VALUE = re.compile(r"(?:(?P<exact>Allow|Deny|ALLOW|DENY)|allow|deny)(?![A-Za-z0-9_])")
_UNKNOWN = re.compile(
    r"\*[^\s,*]|\{\{|\{%|\$[{(A-Za-z_]|%\{|<%|@@|\[\[|\{?+[\s\"']{0,8}+(?:Fn::|Ref[\"']?+\s?+:)"
    r"|!(?:If|Ref|Sub|Find|!binary)"
    r"|(?:var|local|each|module|data|[a-z])\.[a-z]|(?:try|title|coalesce|lookup)\(|(?:true|false)\s*\?"
)
"""A value that is defined elsewhere: an alias, a placeholder, a function or another expression."""
_NEAR = re.compile(
    r"(?<![A-Za-z0-9_-])(?:[Nn]ot_?|[Ww]ith|[Aa]dd)?+"
    r"(?:(?P<action>[Aa]ction)|[Rr]esource|[Pp]rincipal)s?+(?![A-Za-z0-9_])"
    r"(?:[\"'`]?+\]?+\s{0,40}+[:=({,/#]|[\"']\s{1,4}+to\s)"
)
_BUILDER = re.compile(r"PolicyStatement(?:(?:Props|Args)?+\s{0,40}+[({]|\.Builder)")
"""CDK code that creates a statement, which allows by default.

https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.PolicyStatementProps.html
"""
_DOCUMENT = re.compile(r"aws_iam_policy_document(?:[\"']|\s)")
_BLOCK = re.compile(rf"(?<![A-Za-z0-9_.])statement(?:[\s\"']++|{_COMMENT}){{0,8}}+[{{\[:=]")
"""A statement in Terraform, which allows by default.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

_Candidate: TypeAlias = tuple[int, int, bool]
"""The offset of a possible statement, how many characters before it its other words may be, and
whether an action is required among them.
"""


def may_show(data: bytes) -> bool:
    """Say quickly whether bytes may show a statement or a policy; if in doubt, the answer is yes.

    If it is no, `statement` and `policy` find nothing in the text.
    """
    for mark in _BYTES:
        if mark in data:
            return True
    if b"\0" in data:
        return True
    return b"\\" in data and any(each.search(data) for each in _HIDDEN_BYTES)


def may_mention(data: bytes) -> bool:
    """Say quickly whether bytes may show a statement without escapes; if in doubt, yes."""
    return b"ffect" in data or b"PolicyStatement" in data or b"aws_iam_policy_document" in data


def mentioned(chunks: Iterable[bytes]) -> bool:
    """Say whether prose or program text shows a statement, without decoding its escapes."""
    plain = (chunk.replace(b"\\", b"") for chunk in chunks)
    return any(_first(text) is not None for text in _buffers(plain) if _may_hold(text))


def may_be_policy(data: bytes) -> bool:
    """Return whether bytes that cannot be parsed may be a policy or hold one.

    They have a key of policies, or both words of a statement, however far these are apart: anchors,
    aliases and tags of YAML may join them.
    """
    if _POLICY_KEY.search(data):
        return True
    return all(word.search(data) for word in _STATEMENT_WORDS)


def policy(text: str) -> bool:
    """Say whether a text may be a document that is recognised as a policy; if in doubt, yes."""
    if any(mark in text for mark in _POLICY_MARKS):
        return True
    if "\\" not in text or not _HIDDEN_POLICY.search(text):
        return False
    inner = decoded(text)
    return any(mark in inner for mark in _POLICY_MARKS)


def statement(text: str) -> int | None:
    """Return the offset of the first text that looks like an IAM statement; None if there is none.

    Escapes are decoded only if there is no statement without them.
    """
    if not _may_hold(text):
        return None
    if (found := _first(text)) is not None:
        return found
    # A backslash at the end of a line joins words in some languages, and separates them in others.
    for joint in ("", "\n") if joins(text) else ("",):
        layers = [text]
        while len(layers) <= _LAYERS:
            inner = decoded(layers[-1], joint)
            if inner == layers[-1]:
                break
            if (found := _first(inner)) is not None:
                return _in_text(layers, found, joint)
            layers.append(inner)
    return None


def _in_text(layers: list[str], index: int, joint: str) -> int:
    """Return the offset in the first layer for an index in the text that the last layer decodes to.

    Each layer is the one before it, decoded.
    """
    for layer in reversed(layers):
        index = original(layer, index, joint)
    return index


def statement_in_bytes(chunks: Iterable[bytes]) -> bool:
    """Say whether the bytes of a file contain text that looks like an IAM statement.

    The bytes come in chunks of any size. Zero bytes are removed, so that UTF-16 and UTF-32 can be
    searched too. Only one chunk and a fixed number of characters are kept in memory.
    """
    return any(statement(text) is not None for text in _buffers(chunks))


def _buffers(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield the text of a file in large pieces that overlap."""
    buffer = ""
    pieces: list[str] = []
    size = 0
    for chunk in chunks:
        pieces.append((chunk.replace(b"\0", b"") if b"\0" in chunk else chunk).decode("latin-1"))
        size += len(pieces[-1])
        if size >= _BUFFER:
            buffer += "".join(pieces)
            yield buffer
            buffer, pieces, size = buffer[-_OVERLAP:], [], 0
    yield buffer + "".join(pieces)


def _may_hold(text: str) -> bool:
    """Say whether a text is worth a full search."""
    if "ffect" in text and _RAW_KEY.search(text):
        return True
    if "PolicyStatement" in text or "aws_iam_policy_document" in text:
        return True
    return "\\" in text and bool(_HIDDEN_EFFECT.search(text))


def _first(text: str) -> int | None:
    """Return the offset of the first statement in decoded text."""
    near: _Near | None = None
    for start, before, needs_action in merge(_effects(text), _builders(text), _blocks(text)):
        near = near or _Near(text, max(start - WINDOW, 0))
        if near.is_in(start - before, start + WINDOW, needs_action=needs_action):
            return start
    return None


class _Near:
    """The offsets of the words `Action`, `Resource` and `Principal` in a text, found on demand."""

    def __init__(self, text: str, start: int) -> None:
        self._matches = _NEAR.finditer(text, start)
        self._every: list[int] = []
        self._actions: list[int] = []

    def is_in(self, start: int, end: int, *, needs_action: bool) -> bool:
        """Say whether a word (or, with `needs_action`, an action) begins in a range.

        Successive calls must have ascending ends.
        """
        places = self._actions if needs_action else self._every
        index = bisect_left(places, start)
        while index == len(places) and (not self._every or self._every[-1] <= end):
            match = next(self._matches, None)
            if match is None:
                return False
            self._every.append(match.start())
            if match["action"]:
                self._actions.append(match.start())
            if places and places[-1] < start:
                index = len(places)
        return index < len(places) and places[index] <= end


def _effects(text: str) -> Iterator[_Candidate]:
    """Yield the places where a key `Effect` has a value such as Allow or Deny.

    If the key is in lower case, as in other policy languages, or the value is defined elsewhere, an
    action is required, as many files have an effect near a resource.
    """
    for match in _KEY.finditer(text):
        start = match.start() - 1
        letter = text[start : start + 1] if start >= 0 else ""
        if letter not in {"E", "e"} or (start and _BEFORE_WORD.match(text, start - 1)):
            continue
        separator = _SEPARATOR.match(text, _skip(_AFTER_KEY, text, match.end()))
        if separator is None:
            # In YAML an alias can be a key: the text at its anchor.
            if letter == "E" and _ANCHOR.search(text, max(0, start - 140), start):
                yield start, WINDOW, True
            continue
        at = _skip(_BEFORE_VALUE, text, separator.end())
        value = _VALUE.match(text, at)
        if value and (letter == "E" or value["exact"]):
            yield start, WINDOW, letter == "e" and separator.group() != "="
        elif letter == "E" and _UNKNOWN.match(text, at):
            yield start, WINDOW, True


def _skip(blanks: re.Pattern[str], text: str, start: int) -> int:
    match = blanks.match(text, start)
    return match.end() if match else start


def _builders(text: str) -> Iterator[_Candidate]:
    return ((match.start(), 0, False) for match in _BUILDER.finditer(text))


def _blocks(text: str) -> Iterator[_Candidate]:
    """Yield the places where a Terraform statement begins near the head of its document."""
    head = None
    documents = _DOCUMENT.finditer(text)
    following = next(documents, None)
    if following is None:
        return
    for block in _BLOCK.finditer(text, following.start()):
        while following is not None and following.start() < block.start():
            head = following.start()
            following = next(documents, None)
        if head is not None and block.start() <= head + WINDOW:
            yield block.start(), 0, False
