"""Looks for policies in text that is not parsed, such as a template or program code.

It judges by words alone: an `Effect` with Allow or Deny, and an `Action`, `Resource` or
`Principal` near it. Every look takes time in proportion to the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from heapq import merge
from typing import TypeAlias

from checker.sources.escapes import decoded, hidden, joins, original

WINDOW = 8192
"""How far before or after an `Effect` another word of the statement may stand, in characters.

A managed policy has at most 6,144 characters beside its blanks, so that its words are this
near unless it has much indentation; in a long page, two unrelated words are seldom so near.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""
_BUFFER = 1 << 18
"""Characters of a large file that are looked at together."""
_OVERLAP = 8 * WINDOW
"""Characters that are looked at again with those that follow: two windows, with escapes."""

_LAYERS = 3
"""How often escapes are decoded, where a backslash is itself spelled by an escape."""

_POLICY_MARKS = ("Statement", "2012-10-17", "2008-10-17")
"""What the kind of policies is recognised by: a key, and the versions of the language."""

_HIDDEN_POLICY = hidden("Statemn01278-")
_HIDDEN_EFFECT = hidden("fect\\", "fec")
_BYTES = (b"ffect", b"Statement", b"-10-17", b"aws_iam_policy_document")
"""What bytes hold whose text may show a statement or a policy, unless escapes spell it: few, since
each is looked for in all that is read."""
_HIDDEN_BYTES = tuple(
    re.compile(each.pattern.encode()) for each in (_HIDDEN_POLICY, _HIDDEN_EFFECT)
)

# Every repetition is possessive and, where a candidate may stand inside it, bounded.
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
"""A key `Effect` and what separates it from its value, before escapes are decoded."""
_VALUE = re.compile(r"(?:(?P<exact>Allow|Deny|ALLOW|DENY)|allow|deny)(?![A-Za-z0-9_])")
_UNKNOWN = re.compile(
    r"\*[^\s,*]|\{\{|\{%|\$\{|%\{|<%|\{?+[\s\"']{0,8}+(?:Fn::|Ref[\"']?+\s?+:)"
    r"|!(?:If|Ref|Sub|Find)|(?:var|local|each)\."
)
"""A value that is known elsewhere: an alias, a placeholder, a function of CloudFormation."""
_NEAR = re.compile(
    r"(?<![A-Za-z0-9_-])(?:[Nn]ot_?|[Ww]ith|[Aa]dd)?+"
    r"(?:(?P<action>[Aa]ction)|[Rr]esource|[Pp]rincipal)s?+(?![A-Za-z0-9_])"
    r"(?:[\"'`]?+\]?+\s{0,40}+[:=({,/#]|[\"']\s{1,4}+to\s)"
)
_BUILDER = re.compile(r"PolicyStatement(?:(?:Props|Args)?+\s{0,40}+[({]|\.Builder)")
"""Code of the CDK, where a statement allows unless it says otherwise.

https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.PolicyStatementProps.html
"""
_DOCUMENT = re.compile(r"aws_iam_policy_document[\"']")
_BLOCK = re.compile(rf"(?<![A-Za-z0-9_.])statement(?:[\s\"']++|{_COMMENT}){{0,8}}+[{{\[:=]")
"""A statement of Terraform, which allows unless it says otherwise.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

_Candidate: TypeAlias = tuple[int, int, bool]
"""Where a statement may be, how far before it its other words count, and whether only an
action does.
"""


def may_show(data: bytes) -> bool:
    """Say, fast, whether bytes may show a statement or a policy; when in doubt, yes.

    `statement` and `policy` find nothing in the text of other bytes.
    """
    for mark in _BYTES:
        if mark in data:
            return True
    if b"\0" in data:
        return True
    return b"\\" in data and any(each.search(data) for each in _HIDDEN_BYTES)


def may_mention(data: bytes) -> bool:
    """Say, fast, whether bytes may show a statement that no escape spells; when in doubt, yes."""
    return b"ffect" in data or b"PolicyStatement" in data or b"aws_iam_policy_document" in data


def mentioned(chunks: Iterable[bytes]) -> bool:
    """Say whether prose or program text shows a statement, without decoding its escapes."""
    plain = (chunk.replace(b"\\", b"") for chunk in chunks)
    return any(_first(text) is not None for text in _buffers(plain) if _may_hold(text))


def policy(text: str) -> bool:
    """Say whether a text may be a document that is recognised as a policy; when in doubt, yes."""
    if any(mark in text for mark in _POLICY_MARKS):
        return True
    if "\\" not in text or not _HIDDEN_POLICY.search(text):
        return False
    inner = decoded(text)
    return any(mark in inner for mark in _POLICY_MARKS)


def statement(text: str) -> int | None:
    """Return the offset of the first thing in a text that reads like an IAM statement.

    One that escapes hide is only looked for where there is no other.
    """
    if not _may_hold(text):
        return None
    if (found := _first(text)) is not None:
        return found
    # In some languages a backslash at the end of a line joins words, in others it does not.
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
    """Return the offset in the first layer of an index in what the last one decodes to."""
    for layer in reversed(layers):
        index = original(layer, index, joint)
    return index


def statement_in_bytes(chunks: Iterable[bytes]) -> bool:
    """Say whether something reads like an IAM statement in a file that is not decoded.

    Its bytes come in chunks of any size. Zero bytes are left out, so that UTF-16 and UTF-32
    are read too. No more than a chunk and a fixed number of characters is kept.
    """
    return any(statement(text) is not None for text in _buffers(chunks))


def _buffers(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield the text of a file in large pieces, each of which begins with the end of the last."""
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
    """Say whether it is worth the time to decode a text and to look closer."""
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
    """The other words of statements in a text, found as far as they are asked for."""

    def __init__(self, text: str, start: int) -> None:
        self._matches = _NEAR.finditer(text, start)
        self._every: list[int] = []
        self._actions: list[int] = []

    def is_in(self, start: int, end: int, *, needs_action: bool) -> bool:
        """Say whether a word, or an action, begins in a range; ends of ranges come in order."""
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
    """Yield where a key `Effect` has a value of it.

    A key in lower case, as other languages of policies have it, and a value that is not known
    need an action: a resource alone is near an effect in many files.
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
    """Yield where a statement of Terraform begins near the head of its policy document."""
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
