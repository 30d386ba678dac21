"""The text of a Resource or an Action element goes in; the patterns that it may mean come out.

Where the wildcards of an ARN reach, and that an ARN may lack its last segments:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
Policy variables: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from checker.iam.machine import Token, Wild
from checker.iam.patterns import Pattern, Undecided, pattern

CURRENT_VERSION = "2012-10-17"
"""The only version of the policy language that knows policy variables."""


@dataclass(frozen=True, slots=True, eq=False)
class Spelling:
    """One entry of a policy and what it may mean."""

    text: str
    widest: Pattern
    """The most that it may match: a variable is any text."""
    narrowest: Pattern | None
    """The least that it matches; nothing at all if it depends on a variable or a placeholder."""
    symbolic: Pattern
    """As `widest`, but a variable is an atom, equal to itself only."""
    placeholder: str | None = None
    """The first template placeholder in it; with one, `widest` is only a bound."""

    def doubt(self) -> str:
        """Return why the meaning of an entry with a placeholder is not known."""
        return (
            f"cannot decide what `{self.text[:200]}` means: `{self.placeholder}` is a placeholder "
            "of a template; render the template before checking"
        )

    def settled(self) -> Spelling:
        """Return the entry itself; raises `Undecided` if it holds a placeholder."""
        if self.placeholder is not None:
            raise Undecided(self.doubt())
        return self


@dataclass(frozen=True, slots=True)
class _Hole:
    """A `${…}`: a policy variable, named alike wherever it means the same, or a placeholder."""

    text: str
    variable: str | None


_Part: TypeAlias = Token | _Hole

_WILDCARDS: dict[str, Token] = {"*": Wild.STAR, "?": Wild.ANY}
_PLAIN: dict[_Part, _Part] = {wild: text for text, wild in _WILDCARDS.items()}
_ESCAPED = re.compile(r"\$\{([*?$])\}")
_VARIABLE = re.compile(r"\$\{\s*([^\s{}$':,]+:[^\s{}$':,][^{}$',]*)(?:,\s*'([^']*)'\s*)?\}")
_CLOSED = re.compile(r"\$\{[^}]*\}")
_LONGEST = 40_000
"""Characters of an entry that is read: no policy that AWS takes is as long as a whole."""
_ARN_COLONS = 5
"""Colons in front of the resource part of an ARN: `arn:partition:service:region:account:`."""


@lru_cache(maxsize=32_768)
def resource(text: str, *, variables: bool) -> Spelling:
    """Return what an entry of Resource or NotResource may mean.

    `variables` tells whether the policy's version knows variables; without them `${aws:username}`
    is plain text, and the star in `${*}` a wildcard. Raises `Undecided` for an entry that is too
    long.
    """
    _check_length(text)
    parts = _completed(text, _parts(text, variables=variables))
    confined = _confined(parts)
    # Only what is an ARN has segments; in any other text, and where a variable stands in front of
    # the resource part and may hold colons itself, a grant's wildcards run over colons.
    holes = [part for part in parts if isinstance(part, _Hole)]
    front = parts[: parts.index(holes[0])] if holes else parts
    arn = text.startswith("arn:") and front.count(":") >= _ARN_COLONS
    reaching = confined if arn else parts
    widest = pattern(text, [_widened(part) for part in reaching])
    if not holes:
        same = reaching == confined
        narrowest = widest if same else pattern(text, [_widened(part) for part in confined])
        return Spelling(text, widest, narrowest, widest)
    symbolic = pattern(text, [_named(part) for part in reaching])
    placeholder = next((hole.text for hole in holes if hole.variable is None), None)
    return Spelling(text, widest, None, symbolic, placeholder)


@lru_cache(maxsize=16_384)
def value(text: str, *, variables: bool, wildcards: bool) -> Spelling:
    """Return what a value of a condition on texts may mean; only some operators know wildcards.

    Raises `Undecided` for one that is too long.
    """
    _check_length(text)
    parts = _parts(text, variables=variables)
    if not wildcards:
        parts = [_PLAIN.get(part, part) for part in parts]
    widest = pattern(text, [_widened(part) for part in parts])
    holes = [part for part in parts if isinstance(part, _Hole)]
    if not holes:
        return Spelling(text, widest, widest, widest)
    symbolic = pattern(text, [_named(part) for part in parts])
    placeholder = next((hole.text for hole in holes if hole.variable is None), None)
    return Spelling(text, widest, None, symbolic, placeholder)


def variable_of(symbol: str) -> tuple[str, str | None]:
    """Return the key of a variable that stands in a pattern, and its default."""
    found = _VARIABLE.fullmatch(symbol)
    return (fold(found[1].strip()), found[2]) if found else (symbol, None)


def spelled_out(meant: Pattern, value_of: Callable[[str], str | None]) -> Pattern | None:
    """Return a pattern with the values of its variables; None if one has none."""
    tokens: list[Token] = []
    for token in meant.tokens:
        if isinstance(token, Wild) or len(token) == 1:
            tokens.append(token)
            continue
        key, default = variable_of(token)
        given = value_of(key)
        if given is None and default is None:
            return None
        tokens.extend(default or "" if given is None else given)
    return pattern(meant.text, tokens)


@lru_cache(maxsize=65_536)
def action(text: str) -> Spelling:
    """Return what an entry of Action or NotAction may mean: case of ASCII letters is folded.

    Actions know no variables, so that any `${` in one is a placeholder. Raises `Undecided` for an
    entry that is too long.
    """
    _check_length(text)
    folded = fold(text)
    if "${" in text:
        holes = _CLOSED.sub("*", folded).replace("${", "*")
        widest = pattern(text, [_WILDCARDS.get(c, c) for c in holes])
        return Spelling(text, widest, None, widest, (_CLOSED.findall(text) or ["${"])[0])
    # Every action is `service:name`, so that `*` says the same as `*:*`.
    spelled = "*:*" if folded and not folded.strip("*") else folded
    meant = pattern(text, [_WILDCARDS.get(c, c) for c in spelled])
    return Spelling(text, meant, meant, meant)


def _check_length(text: str) -> None:
    if len(text) > _LONGEST:
        raise Undecided(
            f"cannot decide what `{text[:80]}…` means: it has more than {_LONGEST:,} characters"
        )


_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def fold(text: str) -> str:
    """Return a text with its ASCII letters in lower case.

    INVARIANT: no other character changes, because `str.lower` makes an ASCII `k` of the Kelvin
    sign, and IAM does not.
    """
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


def escaped(text: str, *, variables: bool) -> str:
    """Return how a literal text is written in a policy."""
    if not variables:
        return text
    return re.sub(r"[*?]|\$(?=\{)", r"${\g<0>}", text)


_ANY_ACCOUNT: tuple[Token, ...] = (Wild.SEGMENT_ANY,) * 12
_SOME: tuple[Token, ...] = (Wild.SEGMENT_ANY, Wild.SEGMENT_STAR)
_ANY_REGION: tuple[Token, ...] = (*_SOME, "-", *_SOME, "-", *_SOME)
_TEMPLATE = re.compile(r"\$\{([^}]*)\}|(.)", re.DOTALL)


@lru_cache(maxsize=8_192)
def template(text: str, partition: str) -> Pattern:
    """Return every ARN of an ARN format such as `arn:${Partition}:ecr:${Region}:${Account}:…`.

    A region holds two hyphens and an account 12 characters, so that a policy that asks for no
    more than this still covers every ARN.
    """
    tokens: list[Token] = []
    for name, character in _TEMPLATE.findall(text):
        if character:
            tokens.append(character)
        elif name == "Partition":
            tokens.extend(partition)
        elif name == "Region":
            tokens.extend(_ANY_REGION)
        elif name == "Account":
            tokens.extend(_ANY_ACCOUNT)
        else:
            tokens.extend(_SOME)
    return pattern(text, tokens)


@lru_cache(maxsize=8_192)
def loosest(text: str) -> Pattern:
    """Return an ARN format with any text for its variables, in front within their segments.

    No ARN of the type is outside, however its region or its account are written.
    """
    tokens: list[Token] = []
    for _, character in _TEMPLATE.findall(text):
        inside = tokens.count(":") < _ARN_COLONS
        tokens.append(character or (Wild.SEGMENT_STAR if inside else Wild.STAR))
    return pattern(text, tokens)


def _parts(text: str, *, variables: bool) -> list[_Part]:
    if "${" not in text:
        return [_WILDCARDS.get(character, character) for character in text]
    parts: list[_Part] = []
    index = 0
    while index < len(text):
        if text.startswith("${", index):
            taken, part = _hole(text, index, variables=variables)
        else:
            taken, part = 1, _WILDCARDS.get(text[index], text[index])
        parts.append(part)
        index += taken
    return parts


def _hole(text: str, index: int, *, variables: bool) -> tuple[int, _Part]:
    """Return how many characters of `${…` make one part, and that part."""
    escape = _ESCAPED.match(text, index)
    variable = _VARIABLE.match(text, index)
    if not variables and (escape or variable):
        return 1, "$"
    if escape:
        return len(escape[0]), escape[1]
    if variable:
        return len(variable[0]), _Hole(variable[0], _variable(variable[1], variable[2]))
    closed = _CLOSED.match(text, index)
    if not closed and not variables:
        return 1, "$"
    return (len(closed[0]), _Hole(closed[0], None)) if closed else (2, _Hole("${", None))


def _variable(key: str, default: str | None) -> str:
    """Return the atom of a variable: names of condition keys ignore case, tag names may not."""
    name, slash, tag = key.strip().partition("/")
    return "${" + fold(name) + slash + tag + ("" if default is None else f", '{default}'") + "}"


def _widened(part: _Part) -> Token:
    return Wild.STAR if isinstance(part, _Hole) else part


def _named(part: _Part) -> Token:
    if isinstance(part, _Hole):
        return Wild.STAR if part.variable is None else part.variable
    return part


def _completed(text: str, parts: list[_Part]) -> list[_Part]:
    """Return the parts of an ARN without wildcards with `*` for each segment that it lacks.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    lacking = _ARN_COLONS - parts.count(":")
    plain = all(isinstance(part, str) for part in parts)
    if lacking <= 0 or not plain or not text.startswith("arn:"):
        return parts
    return [*parts, *((":", Wild.STAR) * lacking)]


def _confined(parts: list[_Part]) -> list[_Part]:
    """Return parts whose wildcards stay inside the first five segments of an ARN.

    A star that ends the text runs over colons.
    """
    confined: list[_Part] = []
    colons = 0
    for part in parts:
        colons += part == ":"
        inside = isinstance(part, Wild) and colons < _ARN_COLONS
        confined.append(_INSIDE.get(part, part) if inside else part)
    if parts and parts[-1] is Wild.STAR:
        confined[-1] = Wild.STAR
    return confined


_INSIDE: dict[_Part, _Part] = {Wild.STAR: Wild.SEGMENT_STAR, Wild.ANY: Wild.SEGMENT_ANY}

ATTACHED_TEXT = "the resource this policy is attached to"
_ATTACHED = pattern(ATTACHED_TEXT, (ATTACHED_TEXT,))
ATTACHED = Spelling(ATTACHED_TEXT, _ATTACHED, _ATTACHED, _ATTACHED)
"""What a statement without Resource speaks of: an atom, since its ARN is not in the policy."""

EVERYTHING = resource("*", variables=True)
EVERY_ARN = resource("arn:?*:?*:*:*:?*", variables=True).widest
"""Region and account may be empty: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""
