"""Builds the automaton that recognises the strings of one wildcard pattern.

The automaton is nondeterministic, and a set of its states is a Python integer: bit `i` is set if
the first `i` tokens (not counting stars) have been read. A star is a loop on a state.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence


class Wild(Enum):
    """A wildcard of a pattern; a segment is the part of an ARN between two colons."""

    ANY = "any one character"
    SEGMENT_ANY = "any one character but a colon"
    STAR = "any run of characters"
    SEGMENT_STAR = "any run of characters but colons"


Token: TypeAlias = str | Wild
"""A wildcard, a character, or an atom: a longer string that stands for an unknown string."""
CONFINED = "\0"
"""Starts the atoms that stand for a string without a colon."""

_LOOPS = (Wild.STAR, Wild.SEGMENT_STAR)


@dataclass(frozen=True, slots=True, eq=False)
class Machine:
    """The automaton of one pattern. Every `int` but `size` is a set of states, one bit each."""

    size: int
    """The number of the final state."""
    stars: int
    """The states with a loop on every symbol."""
    segment_stars: int
    """The states with a loop on every character but a colon, and on every confined atom."""
    any: int
    """The states that any character leads on from."""
    segment_any: int
    """The states that any character but a colon leads on from."""
    symbols: dict[str, int]
    """By character or atom: the states that exactly this symbol leads on from."""
    waiting: tuple[str, ...]
    """By state: the character or atom that leads on from it; empty if that is a wildcard."""
    kept: dict[int, int]
    """By state with a segment star: the states that it does not make superfluous."""

    @property
    def final(self) -> int:
        """The set that holds the final state only."""
        return 1 << self.size

    def moves(self, symbol: str) -> tuple[int, int]:
        """Return the states that a symbol leads on from, and those that it loops on."""
        advancing = self.symbols.get(symbol, 0)
        if len(symbol) > 1:
            inside = symbol.startswith(CONFINED)
            return advancing, self.stars | (self.segment_stars if inside else 0)
        if symbol == ":":
            return advancing | self.any, self.stars
        return advancing | self.any | self.segment_any, self.stars | self.segment_stars

    def step(self, states: int, symbol: str) -> int:
        """Return the states that are reached from some states by one more symbol."""
        advancing, staying = self.moves(symbol)
        return self.reduced((states & advancing) << 1 | states & staying)

    def reduced(self, states: int) -> int:
        """Return the states without those that another one makes superfluous.

        INVARIANT: the strings that lead to the end stay the same. A state with a star accepts all
        that an earlier state accepts, because its star can read what lies between them. So does a
        state with a segment star, if no colon and no atom may lie between.
        """
        starred = states & self.stars
        if starred:
            top = starred.bit_length() - 1
            states = states >> top << top
        looping = states & self.segment_stars
        while looping:
            low = looping & -looping
            states &= self.kept[low.bit_length() - 1]
            looping ^= low
        return states


def machine(tokens: Sequence[Token]) -> Machine:
    """Return the automaton of the pattern that consists of some tokens."""
    masks = dict.fromkeys(Wild, 0)
    symbols: dict[str, int] = {}
    waiting: list[str] = []
    kept: dict[int, int] = {}
    for token in tokens:
        bit = 1 << len(waiting)
        if isinstance(token, str):
            symbols[token] = symbols.get(token, 0) | bit
            waiting.append(token)
        elif token in _LOOPS:
            masks[token] |= bit
        else:
            masks[token] |= bit
            waiting.append("")
    opaque = masks[Wild.ANY] | symbols.get(":", 0)
    for symbol, states in symbols.items():
        opaque |= states if len(symbol) > 1 else 0
    for state in range(len(waiting) + 1):
        if masks[Wild.SEGMENT_STAR] >> state & 1:
            kept[state] = _kept(state, opaque, masks[Wild.STAR])
    return Machine(
        len(waiting),
        masks[Wild.STAR],
        masks[Wild.SEGMENT_STAR],
        masks[Wild.ANY],
        masks[Wild.SEGMENT_ANY],
        symbols,
        tuple(waiting),
        kept,
    )


def _kept(state: int, opaque: int, stars: int) -> int:
    """Return all states but the earlier ones from which no colon or atom may lead to `state`."""
    first = max(
        (opaque & ((1 << state) - 1)).bit_length(), (stars & ((1 << state) - 1)).bit_length()
    )
    return -1 << state | (1 << first) - 1


def meet(left: Machine, right: Machine) -> bool:
    """Return whether some string is accepted by both automata.

    It walks the states of the left pattern in order, and keeps for each the set of right states
    that can be reached together with it, so its time is linear in the tokens of either pattern.
    """
    everything = (right.final << 1) - 1
    characters = everything
    for symbol, states in right.symbols.items():
        characters &= ~states if len(symbol) > 1 else -1
    without_colon = characters & ~right.symbols.get(":", 0)
    passable = without_colon & ~right.final
    for symbol, states in right.symbols.items():
        passable |= states if len(symbol) > 1 and symbol.startswith(CONFINED) else 0
    states = 1
    for index in range(left.size + 1):
        bit = 1 << index
        if left.stars & bit and states:
            states = everything & (-1 << ((states & -states).bit_length() - 1))
        elif left.segment_stars & bit:
            states = _run(states, passable)
        if index == left.size:
            return bool(states & right.final)
        symbol = left.waiting[index]
        if symbol:
            advancing, staying = right.moves(symbol)
        elif left.any & bit:
            advancing, staying = characters, right.stars | right.segment_stars
        else:
            advancing, staying = without_colon, right.stars | right.segment_stars
        states = ((states & advancing) << 1 | states & staying) & everything
    return False


def _run(states: int, passable: int) -> int:
    """Return the states that are reached by moving on through any number of passable ones.

    The carry of an addition runs through a block of ones, which does the whole walk at once.
    """
    return ((states & passable) + passable ^ passable) | states


def reads_all_of(reader: Machine, other: Machine) -> bool:
    """Return whether one automaton obviously accepts every string of the other.

    True is always right, False may be wrong: the wildcards of the other are read as symbols, which
    only equal or wider wildcards accept.
    """
    states = 1
    for index in range(other.size + 1):
        bit = 1 << index
        if other.stars & bit:
            states &= reader.stars
        elif other.segment_stars & bit:
            states &= reader.stars | reader.segment_stars
        if index == other.size or not states:
            return bool(states & reader.final)
        symbol = other.waiting[index]
        if symbol:
            advancing, staying = reader.moves(symbol)
        elif other.any & bit:
            advancing, staying = reader.any, reader.stars
        else:
            advancing = reader.any | reader.segment_any
            staying = reader.stars | reader.segment_stars
        states = (states & advancing) << 1 | states & staying
    return False
