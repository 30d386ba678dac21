"""Reads a text of a policy as pieces, of which some may be unknown until a template is rendered.

A value of a policy variable is the request's, and differs from request to request. The value of an
unknown is fixed, and only the author of the template knows it.

Policy variables: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from os.path import commonprefix
from typing import NamedTuple, TypeAlias

from checker.iam.machine import CONFINED, Token, Wild
from checker.iam.patterns import Pattern, pattern


class Kind(StrEnum):
    """What is known of all values that an unknown may have."""

    ACCOUNT = "the number of an account"
    PARTITION = "a partition"
    REGION = "a region"
    SEGMENT = "one value without `*`, `?`, `/` and `:`"
    CHOICE = "one of a list"
    MATCHING = "text that matches a regular expression"
    FREE = "any text, even `*`"


class Domain(NamedTuple):
    """The values that an unknown may have."""

    kind: Kind = Kind.FREE
    choices: tuple[str, ...] = ()
    """All values, of a choice."""
    expression: str = ""
    """The regular expression that its values match; they are treated as free."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known before a template is rendered.

    Two unknowns with the same `address` have the same value; of any others that is not known. It is
    assumed that no value contains `${`, and that the value of a free unknown in one of the first
    five segments of an ARN contains no colon.
    """

    address: str
    """The name that decides which unknowns are equal."""
    domain: Domain = Domain()  # noqa: RUF009 - a named tuple does not change
    text: str = ""
    """How it is written, for messages."""
    confined: bool = False
    """Whether it stands where no value of it has a colon."""

    @property
    def atom(self) -> str:
        """The symbol that stands for its value in a pattern, and for no text and no variable."""
        inside = self.confined or self.domain.kind in _WIDEST
        return f"{CONFINED if inside else _ANYWHERE}{self.address}{_ANYWHERE}"

    @property
    def tokens(self) -> tuple[Token, ...]:
        """A pattern that matches what each of its values, as a part of an entry, may match."""
        choices = self.domain.choices
        if self.domain.kind is not Kind.CHOICE or not choices:
            return _WIDEST.get(self.domain.kind, (Wild.STAR,))
        if len(set(choices)) == 1:
            return tuple(_WILDCARDS.get(each, each) for each in choices[0])
        start = commonprefix(choices)  # noqa: RUF071 - no paths: what all choices begin with
        return (*(_WILDCARDS.get(each, each) for each in start), Wild.STAR)


def with_values(text: str, known: Mapping[str, str]) -> str:
    """Return a string of a pattern with values, by address, in place of its atoms."""
    if CONFINED not in text and _ANYWHERE not in text:
        return text

    def written(found: re.Match[str]) -> str:
        _, compared, value = found[1].partition(_COMPARED)
        return rendered(value, known, variables=True) if compared else known.get(found[1], found[0])

    return _ATOM.sub(written, text)


def opened_text(text: str) -> Pattern:
    """Return a pattern with any text in place of the atoms of a string, which stand for unknowns.

    The string is one that a pattern of symbols matches.
    """
    tokens: list[Token] = []
    end = 0
    for found in _ATOM.finditer(text):
        tokens += text[end : found.start()]
        tokens.append(Wild.SEGMENT_STAR if found[0][0] == CONFINED else Wild.STAR)
        end = found.end()
    return pattern(text, [*tokens, *text[end:]])


def compared(than: str, text: str) -> str:
    """Return the atom of the values that compare, in some way, to a text that has unknowns."""
    return Unknown(f"{than}{_COMPARED}{text}").atom


def is_atom(token: Token) -> bool:
    """Return whether a token of a pattern stands for the value of an unknown."""
    return isinstance(token, str) and len(token) > 1 and token[0] in (CONFINED, _ANYWHERE)


class Variable(NamedTuple):
    """A policy variable; its `atom` is the same in every spelling."""

    atom: str


Piece: TypeAlias = Token | Variable | Unknown
"""A character, a wildcard, a policy variable or an unknown."""
Value: TypeAlias = Sequence[Piece]
"""A text of a policy, piece by piece."""

_ANYWHERE = "\1"
"""Starts the atom of an unknown whose value may have a colon."""
_ATOM = re.compile(f"[{CONFINED}{_ANYWHERE}]([^{CONFINED}{_ANYWHERE}]*){_ANYWHERE}")
_COMPARED = "\2"
"""Stands between a comparison and the text that it compares with."""
_WILDCARDS: dict[str, Token] = {"*": Wild.STAR, "?": Wild.ANY}
_PLAIN: dict[Piece, Piece] = {wild: text for text, wild in _WILDCARDS.items()}
_NAME: tuple[Token, ...] = (Wild.SEGMENT_ANY, Wild.SEGMENT_STAR)
_WIDEST: dict[Kind, tuple[Token, ...]] = {
    Kind.ACCOUNT: (Wild.SEGMENT_ANY,) * 12,
    Kind.PARTITION: (*"aws", Wild.SEGMENT_STAR),
    Kind.REGION: _NAME,
    Kind.SEGMENT: _NAME,
}
_ESCAPED = re.compile(r"\$\{([*?$])\}")
VARIABLE = re.compile(r"\$\{\s*([^\s{}$':,]+:[^\s{}$':,][^{}$',]*)(?:,\s*'([^']*)'\s*)?\}")
_CLOSED = re.compile(r"\$\{[^}]*\}")
PLACEHOLDER = re.compile(r"\$\{[^}:]*\}")
"""A placeholder of a template; in a policy variable there is a colon."""
_MARKS = re.compile(r"[:/*?]")
_SPLIT = re.compile(r"\$\{[^}]*\}|[^:$]+|.", re.DOTALL)


def read(text: str, *, variables: bool) -> list[Piece]:
    """Return the pieces of a text that may have variables, if the policy's version has them.

    A `${…}` without a colon in its name is an unknown, whatever the version is.
    """
    if "${" not in text:
        return [_WILDCARDS.get(character, character) for character in text]
    return _read(text, lambda index: _hole(text, index, variables=variables))


def read_name(text: str) -> list[Piece]:
    """Return the pieces of an action or a principal, in which every `${…}` is an unknown.

    No policy variable can stand in them.
    """
    return _read(text, lambda index: _unknown(text, index))


def plain(value: Value) -> list[Piece]:
    """Return a value whose wildcards are text."""
    return [_PLAIN.get(piece, piece) for piece in value]


def unknowns(value: Value) -> tuple[Unknown, ...]:
    """Return the unknowns of a value, each once."""
    return tuple(dict.fromkeys(piece for piece in value if isinstance(piece, Unknown)))


def opened(value: Value) -> list[Piece]:
    """Return a value with wildcards in place of its unknowns."""
    found: list[Piece] = []
    for piece in value:
        found += piece.tokens if isinstance(piece, Unknown) else (piece,)
    return found


def widest(value: Value) -> list[Token]:
    """Return the tokens of a value whose variables and unknowns may be any text."""
    return [Wild.STAR if isinstance(each, Variable | Unknown) else each for each in value]


def symbolic(value: Value) -> list[Token]:
    """Return the tokens of a value whose variables and unknowns are equal to themselves only."""
    return [each.atom if isinstance(each, Variable | Unknown) else each for each in value]


def variable_of(symbol: str) -> tuple[str, str | None]:
    """Return the condition key of a variable in a pattern, and the variable's default, if any."""
    found = VARIABLE.fullmatch(symbol)
    return (fold(found[1].strip()), found[2]) if found else (symbol, None)


def has_variable(text: str) -> bool:
    """Return whether a `${…}` in a text is a policy variable."""
    return any(map(VARIABLE.fullmatch, _CLOSED.findall(text)))


def has_unknown(text: str) -> bool:
    """Return whether a `${…}` in a text is no variable and no escape, but a template's."""
    return any(not _is_variable(each) for each in _CLOSED.findall(text))


def without_holes(text: str) -> str:
    """Return a text without its `${…}`, and without what follows one that is not closed."""
    return _CLOSED.sub("", text).partition("${")[0]


def without_unknowns(text: str) -> str:
    """Return a text without its unknowns; its policy variables stay."""
    return _CLOSED.sub(lambda found: found[0] if _is_variable(found[0]) else "", text)


def segments(text: str, most: int = 6) -> list[str]:
    """Return the parts between the colons of a text, but not between those in a `${…}`.

    The last one of `most` parts may have colons.
    """
    found = [""]
    for piece in _SPLIT.findall(text):
        if piece == ":" and len(found) < most:
            found.append("")
        else:
            found[-1] += piece
    return found


def rendered(text: str, values: Mapping[str, str], *, variables: bool) -> str:
    """Return a text with values, by address, in place of its unknowns.

    `variables` says whether the text may have variables, which stay as they are.
    """

    def written(found: re.Match[str]) -> str:
        kept = variables and _is_variable(found[0])
        return found[0] if kept else values.get(found[0][2:-1], found[0])

    return _CLOSED.sub(written, text) if "${" in text else text


def is_whole(text: str) -> bool:
    """Return whether a text is nothing but one `${…}`."""
    return _CLOSED.fullmatch(text) is not None


def with_value(text: str, value: str) -> str:
    """Return a text with the same value in place of each of its unknowns."""
    return _CLOSED.sub(lambda found: found[0] if _is_variable(found[0]) else value, text)


def as_names(text: str, *, variables: bool) -> str:
    """Return a text in which each unknown is a name that no one has, so that it is one value.

    The name has no colon and no slash, so it is one segment of an ARN.
    """

    def name(found: re.Match[str]) -> str:
        kept = variables and _is_variable(found[0])
        return found[0] if kept else f"<unknown {_MARKS.sub('-', found[0][2:-1])}>"

    return _CLOSED.sub(name, text)


def _is_variable(text: str) -> bool:
    return bool(VARIABLE.fullmatch(text) or _ESCAPED.fullmatch(text))


def _read(text: str, hole: Callable[[int], tuple[int, Piece]]) -> list[Piece]:
    pieces: list[Piece] = []
    index = 0
    while index < len(text):
        if text.startswith("${", index):
            taken, piece = hole(index)
        else:
            taken, piece = 1, _WILDCARDS.get(text[index], text[index])
        pieces.append(piece)
        index += taken
    return pieces


def _hole(text: str, index: int, *, variables: bool) -> tuple[int, Piece]:
    """Return how many characters from `${` on form one piece, and that piece."""
    escape = _ESCAPED.match(text, index)
    variable = VARIABLE.match(text, index)
    if not variables and (escape or variable):
        return 1, "$"
    if escape:
        return len(escape[0]), escape[1]
    if variable:
        return len(variable[0]), _variable(variable[1], variable[2])
    if not variables and not _CLOSED.match(text, index):
        return 1, "$"
    return _unknown(text, index)


def _unknown(text: str, index: int) -> tuple[int, Unknown]:
    closed = _CLOSED.match(text, index)
    if closed is None:  # equal only where the rest of the text is the same
        return 2, Unknown(text[index:], text="${")
    return len(closed[0]), Unknown(closed[0][2:-1], text=closed[0])


def _variable(key: str, default: str | None) -> Variable:
    """Return a variable; condition keys ignore case, but the names of tags may not."""
    name, slash, tag = key.strip().partition("/")
    named = "${" + fold(name) + slash + tag
    return Variable(named + ("" if default is None else f", '{default}'") + "}")


_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def fold(text: str) -> str:
    """Return a text with its ASCII letters in lower case.

    INVARIANT: no other character changes; `str.lower` would turn the Kelvin sign into an ASCII
    `k`, and IAM does not.
    """
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)
