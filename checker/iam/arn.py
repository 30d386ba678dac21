"""Reads an entry of a Resource or Action element as the patterns that it may mean.

Where wildcards of an ARN match colons: a wildcard stays within its segment, but "if the `*`
wildcard is the last character of a resource ARN segment, it can expand to match beyond the colon
boundaries". So `arn:aws:logs:*:*:/aws/x*` matches `arn:aws:logs:r:1:log-group:/aws/x`:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
`checker.iam.segments` says when it does.
An ARN that lacks its last segments gets `*` for each of them:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
In a condition, each of the six components of an ARN is checked separately:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
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
"""The only version of the policy language that has policy variables."""


@dataclass(frozen=True, slots=True, eq=False)
class Spelling:
    """An entry of a policy as it is written, and the patterns that it may mean."""

    text: str
    widest: Pattern
    """The most that it may match: a variable stands for any string."""
    narrowest: Pattern | None
    """The least that it matches; None if it depends on a variable or a placeholder."""
    symbolic: Pattern
    """As `widest`, but each variable is an atom that is equal only to itself."""
    placeholder: str | None = None
    """The first template placeholder in it, if any; `widest` is then only an upper bound."""

    def doubt(self) -> str:
        """Return why it is not known what an entry with a placeholder means."""
        return (
            f"cannot decide what `{self.text[:200]}` means: `{self.placeholder}` is a placeholder "
            "of a template; render the template before checking"
        )

    def settled(self) -> Spelling:
        """Return the entry itself; raises `Undecided` if it has a placeholder."""
        if self.placeholder is not None:
            raise Undecided(self.doubt())
        return self


@dataclass(frozen=True, slots=True)
class _Hole:
    """A `${…}`: a placeholder, or a policy variable, whose name is the same in every spelling."""

    text: str
    variable: str | None


_Part: TypeAlias = Token | _Hole
_Confine: TypeAlias = Callable[[list[_Part]], list[_Part]]

_WILDCARDS: dict[str, Token] = {"*": Wild.STAR, "?": Wild.ANY}
_PLAIN: dict[_Part, _Part] = {wild: text for text, wild in _WILDCARDS.items()}
_ESCAPED = re.compile(r"\$\{([*?$])\}")
_VARIABLE = re.compile(r"\$\{\s*([^\s{}$':,]+:[^\s{}$':,][^{}$',]*)(?:,\s*'([^']*)'\s*)?\}")
_CLOSED = re.compile(r"\$\{[^}]*\}")
_LONGEST = 40_000
"""The most characters of an entry that is read; no policy that AWS accepts is as long."""
_ARN_COLONS = 5
"""Colons before the resource part of an ARN: `arn:partition:service:region:account:`."""


@lru_cache(maxsize=32_768)
def resource(text: str, *, variables: bool, runs_on: bool = False) -> Spelling:
    """Return what an entry of Resource or NotResource may mean.

    `variables` says whether the policy's version has variables. Without them, `${aws:username}` is
    plain text, and the star in `${*}` is a wildcard. `runs_on` says whether a star that ends a
    segment matches colons. Raises `Undecided` for an entry that is too long.
    """
    near = arn_value(text, variables=variables)
    far = _arn(text, _running_on, variables=variables) if runs_on else near
    # INVARIANT: what means the same is the same object, because patterns are compared so
    return near if far.symbolic.tokens == near.symbolic.tokens else far


@lru_cache(maxsize=16_384)
def arn_value(text: str, *, variables: bool) -> Spelling:
    """Return what a value of a condition on ARNs may mean, whose wildcards match no colon.

    `variables` and errors are as in `resource`.
    """
    return _arn(text, _confined, variables=variables)


def _arn(text: str, confine: _Confine, *, variables: bool) -> Spelling:
    _check_length(text)
    written = _parts(text, variables=variables)
    whole = _completed(text, written)
    holes = [part for part in whole if isinstance(part, _Hole)]
    # Only an ARN has segments. In any other text, and after a variable before the resource part,
    # whose value may contain colons, the wildcards of a grant may match colons.
    front = whole[: whole.index(holes[0])] if holes else whole
    wild = whole is not written and not all(isinstance(part, str) for part in written)
    arn = text.startswith("arn:") and front.count(":") >= _ARN_COLONS and not wild
    reaching = confine(whole) if arn else whole
    # If a wildcard stands before segments that lack, it may match them, or AWS completes the ARN.
    most = [*written, Wild.STAR] if wild else reaching
    widest = pattern(text, [_widened(part) for part in most])
    if not holes:
        least = reaching if arn else _confined(whole)
        same = most == least
        narrowest = widest if same else pattern(text, [_widened(part) for part in least])
        return Spelling(text, widest, narrowest, widest)
    symbolic = pattern(text, [_named(part) for part in reaching])
    placeholder = next((hole.text for hole in holes if hole.variable is None), None)
    return Spelling(text, widest, None, symbolic, placeholder)


@lru_cache(maxsize=16_384)
def value(text: str, *, variables: bool, wildcards: bool) -> Spelling:
    """Return what a value of a condition on strings may mean.

    `wildcards` says whether the condition's operator has wildcards. Raises `Undecided` for a value
    that is too long.
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
    """Return the condition key of a variable in a pattern, and the variable's default, if any."""
    found = _VARIABLE.fullmatch(symbol)
    return (fold(found[1].strip()), found[2]) if found else (symbol, None)


def spelled_out(meant: Pattern, value_of: Callable[[str], str | None]) -> Pattern | None:
    """Return a pattern with its variables replaced by values; None if a variable has no value."""
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
    """Return what an entry of Action or NotAction may mean, with ASCII letters in lower case.

    Actions cannot have variables, so any `${` in one starts a placeholder. Raises `Undecided` for
    an entry that is too long.
    """
    _check_length(text)
    folded = fold(text)
    if "${" in text:
        holes = _CLOSED.sub("*", folded).replace("${", "*")
        widest = pattern(text, [_WILDCARDS.get(c, c) for c in holes])
        return Spelling(text, widest, None, widest, (_CLOSED.findall(text) or ["${"])[0])
    # Every action has the form `service:name`, so `*` means the same as `*:*`.
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

    INVARIANT: no other character changes; `str.lower` would turn the Kelvin sign into an ASCII
    `k`, and IAM does not.
    """
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


def escaped(text: str, *, variables: bool) -> str:
    """Return a literal string as it is written in a policy, with its wildcards escaped."""
    if not variables:
        return text
    return re.sub(r"[*?]|\$(?=\{)", r"${\g<0>}", text)


_ANY_ACCOUNT: tuple[Token, ...] = (Wild.SEGMENT_ANY,) * 12
_SOME: tuple[Token, ...] = (Wild.SEGMENT_ANY, Wild.SEGMENT_STAR)
_ANY_REGION: tuple[Token, ...] = (*_SOME, "-", *_SOME, "-", *_SOME)
_TEMPLATE = re.compile(r"\$\{([^}]*)\}|(.)", re.DOTALL)


@lru_cache(maxsize=8_192)
def template(text: str, partition: str) -> Pattern:
    """Return the ARNs of a format such as `arn:${Partition}:ecr:${Region}:${Account}:…`.

    A region has two hyphens here and an account 12 characters, so that a policy that requires no
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
    """Return an ARN format with any string for its variables; before the resource, without colons.

    It matches every ARN of the type, however the region or the account is written.
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
    """Return how many characters from `${` on form one part, and that part."""
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
    """Return the atom of a variable; condition keys ignore case, but the names of tags may not."""
    name, slash, tag = key.strip().partition("/")
    return "${" + fold(name) + slash + tag + ("" if default is None else f", '{default}'") + "}"


def _widened(part: _Part) -> Token:
    return Wild.STAR if isinstance(part, _Hole) else part


def _named(part: _Part) -> Token:
    if isinstance(part, _Hole):
        return Wild.STAR if part.variable is None else part.variable
    return part


def _completed(text: str, parts: list[_Part]) -> list[_Part]:
    """Return the parts of an entry; an ARN gets `*` for each segment that it lacks.

    A star at the end stands for all that may follow.
    """
    lacking = _ARN_COLONS - parts.count(":")
    if lacking <= 0 or not text.startswith("arn:") or parts[-1] is Wild.STAR:
        return parts
    return [*parts, *((":", Wild.STAR) * lacking)]


def _confined(parts: list[_Part]) -> list[_Part]:
    """Return parts whose wildcards match no colon in the first five segments of an ARN.

    A star at the end of the text may always match colons.
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


def _running_on(parts: list[_Part]) -> list[_Part]:
    """Return parts whose wildcards match colons only if they are stars that end a segment."""
    confined = _confined(parts)
    for index, part in enumerate(parts[:-1]):
        if part is Wild.STAR and parts[index + 1] == ":":
            confined[index] = Wild.STAR
    return confined


_INSIDE: dict[_Part, _Part] = {Wild.STAR: Wild.SEGMENT_STAR, Wild.ANY: Wild.SEGMENT_ANY}

ATTACHED_TEXT = "the resource this policy is attached to"
_ATTACHED = pattern(ATTACHED_TEXT, (ATTACHED_TEXT,))
ATTACHED = Spelling(ATTACHED_TEXT, _ATTACHED, _ATTACHED, _ATTACHED)
"""The resource of a statement without Resource: an atom, because the policy has no ARN for it."""

EVERYTHING = resource("*", variables=True)
EVERY_ARN = arn_value("arn:?*:?*:*:*:?*", variables=True).widest
"""Region and account may be empty:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""
