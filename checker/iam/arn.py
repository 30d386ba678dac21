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
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from checker.iam import pieces
from checker.iam.machine import Token, Wild
from checker.iam.patterns import Pattern, Undecided, pattern
from checker.iam.pieces import (
    PLACEHOLDER,
    VARIABLE,
    Piece,
    Unknown,
    Variable,
    fold,
    variable_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from checker.problems import Route

    _Confine: TypeAlias = Callable[[Sequence[Piece]], list[Piece]]

__all__ = [
    "ATTACHED",
    "ATTACHED_TEXT",
    "CURRENT_VERSION",
    "EVERYTHING",
    "EVERY_ARN",
    "PLACEHOLDER",
    "VARIABLE",
    "Spelling",
    "action",
    "arn_value",
    "confined",
    "escaped",
    "fold",
    "in_full",
    "resource",
    "spelled_out",
    "spelling",
    "value",
    "variable_of",
]

CURRENT_VERSION = "2012-10-17"
"""The only version of the policy language that has policy variables."""


@dataclass(frozen=True, slots=True, eq=False)
class Spelling:
    """An entry of a policy as it is written, and the patterns that it may mean."""

    text: str
    widest: Pattern
    """The most that it may match: a variable or an unknown stands for any string that it may be."""
    narrowest: Pattern | None
    """The least that it matches; None if it depends on a variable or an unknown."""
    symbolic: Pattern
    """As `widest`, but each variable and each unknown is an atom that is equal only to itself."""
    unknowns: tuple[Unknown, ...] = ()
    """The unknowns in it, each once."""
    part: Pattern | None = None
    """As `widest`, but each variable is an atom; None if it has no unknown."""

    @property
    def loose(self) -> Pattern:
        """The most that it may match, whatever its unknowns are; each variable is an atom."""
        return self.part or self.symbolic

    @property
    def placeholder(self) -> str | None:
        """How the first unknown in it is written, or None if it has none."""
        return self.unknowns[0].text if self.unknowns else None

    def doubt(self) -> str:
        """Return why it is not known what an entry with an unknown means."""
        return (
            f"cannot decide what `{self.text[:200]}` means: `{self.placeholder}` is a placeholder "
            "of a template; render the template before checking"
        )

    def undecided(self, route: Route | None = None) -> Undecided:
        """Return the error that says why an entry with an unknown, at a place, is undecided."""
        return Undecided(self.doubt(), (self.unknowns[0].text, route or ()))

    def settled(self) -> Spelling:
        """Return the entry itself; raises `Undecided` if it has an unknown."""
        if self.unknowns:
            raise self.undecided()
        return self


ARN_COLONS = 5
"""Colons before the resource part of an ARN: `arn:partition:service:region:account:`."""
_LONGEST = 40_000
"""The most characters of an entry that is read; no policy that AWS accepts is as long."""


@lru_cache(maxsize=32_768)
def resource(text: str, *, variables: bool, runs_on: bool = False) -> Spelling:
    """Return what an entry of Resource or NotResource may mean.

    `variables` says whether the policy's version has variables. Without them, `${aws:username}` is
    plain text, and the star in `${*}` is a wildcard. `runs_on` says whether a star that ends a
    segment matches colons. Raises `Undecided` for an entry that is too long.
    """
    full = in_full(text)
    near = arn_value(full, variables=variables)
    far = _arn(full, _running_on, variables=variables) if runs_on else near
    # INVARIANT: what means the same is the same object, because patterns are compared so
    found = near if far.symbolic.tokens == near.symbolic.tokens else far
    return found if full == text else replace(found, text=text)


def in_full(text: str) -> str:
    """Return the ARN that an entry of Resource stands for, if it is short for one; else itself.

    The policy of an API may name its own resources by stage, method and path. The ID of an API has
    ten characters:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
    """
    own = text.startswith("execute-api:/")
    return f"arn:aws*:execute-api:*:*:??????????{text.partition(':')[2]}" if own else text


@lru_cache(maxsize=16_384)
def arn_value(text: str, *, variables: bool) -> Spelling:
    """Return what a value of a condition on ARNs may mean, whose wildcards match no colon.

    `variables` and errors are as in `resource`.
    """
    return _arn(text, confined, variables=variables)


def _arn(text: str, confine: _Confine, *, variables: bool) -> Spelling:
    _check_length(text)
    written = pieces.read(text, variables=variables)
    parts = _completed(text, written)
    unknowns = pieces.unknowns(parts)
    open_ = pieces.opened(parts) if unknowns else parts
    holes = [part for part in parts if isinstance(part, Variable)]
    # Only an ARN has segments. In any other text, and after a variable before the resource part,
    # whose value may contain colons, the wildcards of a grant may match colons.
    front = parts[: parts.index(holes[0])] if holes else parts
    wild = parts is not written and not all(isinstance(part, str) for part in written)
    arn = text.startswith("arn:") and front.count(":") >= ARN_COLONS and not wild
    reaching = confine(open_) if arn else open_
    # If a wildcard stands before segments that lack, it may match them, or AWS completes the ARN.
    most = [*(pieces.opened(written) if unknowns else written), Wild.STAR] if wild else reaching
    if not holes and not unknowns:
        widest = pattern(text, pieces.widest(most))
        least = reaching if arn else confined(open_)
        same = most == least
        narrowest = widest if same else pattern(text, pieces.widest(least))
        return Spelling(text, widest, narrowest, widest)
    found = spelling(text, reaching, confine(parts) if arn else parts)
    return replace(found, widest=pattern(text, pieces.widest(most))) if wild else found


@lru_cache(maxsize=16_384)
def value(text: str, *, variables: bool, wildcards: bool, cased: bool = True) -> Spelling:
    """Return what a value of a condition on strings may mean.

    `wildcards` says whether the condition's operator has wildcards, and `cased` whether it regards
    case. Raises `Undecided` for a value that is too long.
    """
    _check_length(text)
    parts = pieces.read(text, variables=variables)
    parts = parts if cased else [_lower(part) for part in parts]
    return _unsegmented(text, parts if wildcards else pieces.plain(parts))


def _unsegmented(text: str, parts: Sequence[Piece]) -> Spelling:
    """Return what a text that consists of some pieces may mean, if it has no segments."""
    return spelling(text, pieces.opened(parts), parts)


def spelling(text: str, open_: Sequence[Piece], parts: Sequence[Piece]) -> Spelling:
    """Return what a text means that consists of some `parts`.

    `open_` has the same pieces, with wildcards in place of unknowns.
    """
    unknowns = pieces.unknowns(parts)
    widest = pattern(text, pieces.widest(open_))
    symbolic = pattern(text, pieces.symbolic(parts))
    if symbolic.tokens == widest.tokens:
        return Spelling(text, widest, widest, widest)
    loose = pattern(text, pieces.symbolic(open_)) if unknowns else None
    return Spelling(text, widest, None, symbolic, unknowns, loose)


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

    Actions cannot have variables, so any `${` in one starts an unknown. Raises `Undecided` for
    an entry that is too long.
    """
    _check_length(text)
    if "${" in text:
        return _unsegmented(text, [_lower(part) for part in pieces.read_name(text)])
    folded = fold(text)
    # Every action has the form `service:name`, so `*` means the same as `*:*`.
    written = "*:*" if folded and not folded.strip("*") else folded
    meant = pattern(text, pieces.symbolic(pieces.read(written, variables=False)))
    return Spelling(text, meant, meant, meant)


def _check_length(text: str) -> None:
    if len(text) > _LONGEST:
        raise Undecided(
            f"cannot decide what `{text[:80]}…` means: it has more than {_LONGEST:,} characters"
        )


def _lower(part: Piece) -> Piece:
    return fold(part) if isinstance(part, str) else part


def escaped(text: str, *, variables: bool) -> str:
    """Return a literal string as it is written in a policy, with its wildcards escaped."""
    if not variables:
        return text
    return re.sub(r"[*?]|\$(?=\{)", r"${\g<0>}", text)


def _completed(text: str, parts: list[Piece]) -> list[Piece]:
    """Return the parts of an entry; an ARN gets `*` for each segment that it lacks.

    A star at the end stands for all that may follow.
    """
    lacking = ARN_COLONS - parts.count(":")
    if lacking <= 0 or not text.startswith("arn:") or parts[-1] is Wild.STAR:
        return parts
    return [*parts, *((":", Wild.STAR) * lacking)]


def confined(parts: Sequence[Piece]) -> list[Piece]:
    """Return parts whose wildcards match no colon in the first five segments of an ARN.

    A star at the end of the text may always match colons.
    """
    confined: list[Piece] = []
    colons = 0
    for part in parts:
        colons += part == ":"
        if colons >= ARN_COLONS:
            confined.append(part)
        elif isinstance(part, Unknown):
            confined.append(replace(part, confined=True))
        else:
            confined.append(_INSIDE.get(part, part))
    if parts and parts[-1] is Wild.STAR:
        confined[-1] = Wild.STAR
    return confined


def _running_on(parts: Sequence[Piece]) -> list[Piece]:
    """Return parts whose wildcards match colons only if they are stars that end a segment."""
    running = confined(parts)
    for index, part in enumerate(parts[:-1]):
        if part is Wild.STAR and parts[index + 1] == ":":
            running[index] = Wild.STAR
    return running


_INSIDE: dict[Piece, Piece] = {Wild.STAR: Wild.SEGMENT_STAR, Wild.ANY: Wild.SEGMENT_ANY}

ATTACHED_TEXT = "the resource this policy is attached to"
_ATTACHED = pattern(ATTACHED_TEXT, (ATTACHED_TEXT,))
ATTACHED = Spelling(ATTACHED_TEXT, _ATTACHED, _ATTACHED, _ATTACHED)
"""The resource of a statement without Resource: an atom, because the policy has no ARN for it."""

EVERYTHING = resource("*", variables=True)
EVERY_ARN = arn_value("arn:?*:?*:*:*:?*", variables=True).widest
"""Region and account may be empty:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""
