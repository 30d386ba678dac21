"""Answers exact questions about the sets of strings that patterns of `*` and `?` match."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING, TypeAlias

from checker.budget import spend
from checker.errors import UndecidedError
from checker.iam.machine import Machine, Token, Wild, machine, meet, reads_all_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


STATES = 50_000
"""The most states that one search visits."""
_WORK = 30_000_000
"""The most state bits that one search visits, which bounds its time on long patterns."""
_UNITS = 20
"""Units that each state costs that a search visits."""
_MEETING = 30
"""Units that it costs to compare two patterns, and as many again for every `_TOKENS` tokens."""
_TOKENS = 64


class Undecided(UndecidedError):  # noqa: N818 - it names an answer, not an error
    """Raised for a question that cannot be decided; its text says which question and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A set of strings, given by `tokens`; `text` is how it was written, for messages."""

    text: str
    tokens: tuple[Token, ...]
    literal: str | None
    """The only string of the set, if there is only one."""
    prefix: str
    """What every string of the set begins with."""
    suffix: str
    """What every string of the set ends with."""
    everything: bool
    """Whether the set holds every string."""
    one_star: bool
    """Whether there is only one star between the prefix and the suffix."""

    @property
    def machine(self) -> Machine:
        """The automaton that accepts the strings of the set."""
        return _machine(self)


def pattern(text: str, tokens: Sequence[Token]) -> Pattern:
    """Return the pattern that consists of some tokens; messages show it as `text`."""
    prefix = _head(tokens)
    literal = prefix if len(prefix) == len(tokens) else None
    suffix = prefix if literal is not None else _head(tokens[::-1])[::-1]
    everything = Wild.STAR in tokens and all(
        token in (Wild.STAR, Wild.SEGMENT_STAR) for token in tokens
    )
    one_star = (
        literal is None
        and len(prefix) + 1 + len(suffix) == len(tokens)
        and tokens[len(prefix)] is Wild.STAR
    )
    return Pattern(text, tuple(tokens), literal, prefix, suffix, everything, one_star)


@lru_cache(maxsize=16_384)
def _machine(pattern: Pattern) -> Machine:
    return machine(pattern.tokens)


@lru_cache(maxsize=16_384)
def literal(text: str) -> Pattern:
    """Return the pattern that matches exactly one string."""
    return pattern(text, tuple(text))


def _head(tokens: Sequence[Token]) -> str:
    for index, token in enumerate(tokens):
        if not isinstance(token, str) or len(token) > 1:
            return "".join(map(str, tokens[:index]))
    return "".join(map(str, tokens))


def matches(pattern: Pattern, text: Sequence[str]) -> bool:
    """Return whether a string (or a sequence of characters and atoms) is in a pattern's set."""
    if pattern.everything:
        return True
    if isinstance(text, str):
        if pattern.literal is not None:
            return pattern.literal == text
        if not (text.startswith(pattern.prefix) and text.endswith(pattern.suffix)):
            return False
        if pattern.one_star:
            return len(text) >= len(pattern.prefix) + len(pattern.suffix)
    reader = pattern.machine
    states = 1
    for symbol in text:
        states = reader.step(states, symbol)
        if not states:
            return False
    return bool(states & reader.final)


def overlaps(left: Pattern, right: Pattern) -> bool:
    """Return whether some string is in the sets of both patterns.

    Raises `BudgetError` if the open budget has too few units left.
    """
    if left.everything or right.everything or left is right:
        return True
    heads = left.prefix.startswith(right.prefix) or right.prefix.startswith(left.prefix)
    if not heads:
        return False
    tails = left.suffix.endswith(right.suffix) or right.suffix.endswith(left.suffix)
    if not tails:
        return False
    # a remembered answer costs the same, so a rule's result does not depend on what ran before
    spend(_MEETING * (1 + (len(left.tokens) + len(right.tokens)) // _TOKENS))
    return _meet(left, right)


def overlapping(left: Pattern, others: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    """Return those of others that a pattern overlaps; they are few and always the same.

    It costs what `overlaps_any` does, and raises `BudgetError` as that does.
    """
    spend(_MEETING * (1 + len(left.tokens) // _TOKENS))
    return _met(left, others)


@lru_cache(maxsize=4_096)
def _met(left: Pattern, others: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
    return tuple(each for each in others if left.everything or each.everything or _meet(left, each))


def overlaps_any(left: Pattern, others: tuple[Pattern, ...]) -> bool:
    """Return whether a pattern overlaps one of others, which are few and always the same.

    It costs as much as one overlap, since the answer about these others is remembered. Raises
    `BudgetError` if the open budget has too few units left.
    """
    return bool(overlapping(left, others))


@lru_cache(maxsize=65_536)
def _meet(left: Pattern, right: Pattern) -> bool:
    if left.literal is not None:
        return matches(right, left.literal)
    if right.literal is not None:
        return matches(left, right.literal)
    return meet(left.machine, right.machine)


def covers(patterns: Iterable[Pattern], pattern: Pattern) -> bool:
    """Return whether every string of a pattern is in the set of at least one of `patterns`.

    Raises `Undecided` if that takes too many steps, and `BudgetError` if the open budget has too
    few units left.
    """
    patterns = tuple(patterns)
    free = bool(pattern.tokens) and isinstance(pattern.tokens[0], Wild)
    if free and all(rival.prefix for rival in patterns):
        return False  # some string of the pattern starts with a character that no prefix has
    rivals = tuple(rival for rival in patterns if overlaps(rival, pattern))
    if not rivals:
        return False
    if pattern.literal is not None:
        return True
    if any(rival.everything or rival is pattern for rival in rivals):
        return True
    obvious = _obvious(rivals, pattern)
    return witness((pattern,), rivals) is None if obvious is None else obvious


@lru_cache(maxsize=65_536)
def _obvious(rivals: tuple[Pattern, ...], pattern: Pattern) -> bool | None:
    """Return whether patterns cover another one, or None if only a search can tell."""
    other = pattern.machine
    if any(reads_all_of(rival.machine, other) for rival in rivals):
        return True
    # For most patterns that are not covered, a simple string of theirs shows it.
    fresh = _unnamed([other, *(rival.machine for rival in rivals)])
    for run in ("", fresh):
        text = [_sample(token, run, fresh) for token in pattern.tokens]
        symbols = [symbol for symbol in text if symbol]
        if not any(matches(rival, symbols) for rival in rivals):
            return False
    return None


def _sample(token: Token, run: str, fresh: str) -> str:
    if isinstance(token, str):
        return token
    return run if token in (Wild.STAR, Wild.SEGMENT_STAR) else fresh


def witness(all_of: tuple[Pattern, ...] = (), none_of: tuple[Pattern, ...] = ()) -> str | None:
    """Return a shortest string in every set of `all_of` and in no set of `none_of`, or None.

    The string consists of characters and of the atoms that `all_of` names. Raises `Undecided` if
    the search takes too many steps, and `BudgetError` if the open budget has too few units left.
    """
    found, visited = _search(all_of or (_EVERYTHING,), none_of)
    spend(_UNITS * visited)
    if found is _TOO_MANY:
        raise Undecided(
            f"cannot decide whether {_names(all_of)} lies within {_names(none_of)}: that takes "
            f"more than {STATES:,} steps; use fewer wildcards"
        )
    return found if found is None else "".join(found)


def _names(patterns: tuple[Pattern, ...]) -> str:
    shown = ", ".join(f"`{item.text[:80]}`" for item in patterns[:3])
    return shown + (" and others" if len(patterns) > 3 else "")  # noqa: PLR2004 - a message is short


_State: TypeAlias = tuple[int, ...]
_Path: TypeAlias = tuple[str, ...]
_TOO_MANY: _Path = ("too many steps",)
_EVERYTHING = pattern("*", (Wild.STAR,))


@lru_cache(maxsize=65_536)
def _search(all_of: tuple[Pattern, ...], none_of: tuple[Pattern, ...]) -> tuple[_Path | None, int]:
    """Search the product of the automata breadth first, with one set of states for each pattern.

    Return what was found and how many states were visited. A caller that gets a remembered result
    pays for these states too, so a rule's result does not depend on what ran before.
    """
    machines = [item.machine for item in (*all_of, *none_of)]
    count = len(all_of)
    other = _unnamed(machines)
    start = tuple(item.reduced(1) for item in machines)
    came: dict[_State, tuple[_State, str] | None] = {start: None}
    queue = deque([start])
    limit = min(STATES, _WORK // (sum(item.size + 1 for item in machines) + 500))
    while queue:
        state = queue.popleft()
        if _accepts(machines, count, state):
            return _path(came, state), len(came)
        for symbol in _symbols(machines, count, state, other):
            after = tuple(map(Machine.step, machines, state, repeat(symbol)))
            if after not in came and not _hopeless(machines, count, after):
                came[after] = (state, symbol)
                queue.append(after)
        if len(came) > limit:
            return _TOO_MANY, len(came)
    return None, len(came)


def _unnamed(machines: list[Machine]) -> str:
    """Return a character that no pattern names; it represents all such characters."""
    for character in "xyzabcdefghijklmnopqrstuvw0123456789":
        if not any(character in item.symbols for item in machines):
            return character
    code = 0x100
    while any(chr(code) in item.symbols for item in machines):
        code += 1
    return chr(code)


def _accepts(machines: list[Machine], count: int, state: _State) -> bool:
    for index, (item, states) in enumerate(zip(machines, state, strict=True)):
        if bool(states & item.final) is not (index < count):
            return False
    return True


def _hopeless(machines: list[Machine], count: int, state: _State) -> bool:
    """Return whether no string can lead from a state to acceptance."""
    if not all(state[:count]):
        return True
    return any(
        states & item.final & item.stars
        for item, states in zip(machines[count:], state[count:], strict=True)
    )


def _symbols(machines: list[Machine], count: int, state: _State, other: str) -> list[str]:
    """Return symbols that represent all: any other symbol leads to where one of them leads."""
    named: dict[str, None] = {}
    for index, (item, states) in enumerate(zip(machines, state, strict=True)):
        waited = _waited(item, states)
        free = item.stars | item.segment_stars | item.any | item.segment_any
        if index < count and not states & free:
            return waited
        named.update(dict.fromkeys(symbol for symbol in waited if len(symbol) == 1))
    atoms = [symbol for item in machines[:count] for symbol in item.symbols if len(symbol) > 1]
    return list(dict.fromkeys((*named, *atoms, other, ":")))


def _waited(item: Machine, states: int) -> list[str]:
    found = []
    states &= item.final - 1
    while states:
        low = states & -states
        symbol = item.waiting[low.bit_length() - 1]
        if symbol:
            found.append(symbol)
        states ^= low
    return found


def _path(came: dict[_State, tuple[_State, str] | None], state: _State) -> _Path:
    path = []
    step = came[state]
    while step is not None:
        state, symbol = step
        path.append(symbol)
        step = came[state]
    return tuple(reversed(path))
