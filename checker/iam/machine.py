"""Tokens of one wildcard pattern go in; the automaton that reads texts with it comes out.

The automaton is nondeterministic and its states are the bits of a Python integer: bit `i` is set
when the first `i` tokens (stars not counted) have been read. A star is a loop on a bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence


class Wild(Enum):
    """What is not fixed in a pattern; a segment is what stands between two colons of an ARN."""

    ANY = "any one character"
    SEGMENT_ANY = "any one character but a colon"
    STAR = "any run of characters"
    SEGMENT_STAR = "any run of characters but colons"


Token: TypeAlias = str | Wild
"""One character; or an atom, which is a longer string that stands for a text nobody knows yet."""

_LOOPS = (Wild.STAR, Wild.SEGMENT_STAR)


@dataclass(frozen=True, slots=True, eq=False)
class Machine:
    """One pattern's automaton. Every `int` but `size` is a set of states, one bit each."""

    size: int
    """The number of the final state."""
    stars: int
    segment_stars: int
    any: int
    segment_any: int
    symbols: dict[str, int]
    """Per character or atom: the states that wait for exactly it."""
    waiting: tuple[str, ...]
    """Per state: the character or atom that it waits for; empty for a wildcard."""
    kept: dict[int, int]
    """Per state with a segment star: the states that it does not make superfluous."""

    @property
    def final(self) -> int:
        """The bit of the final state."""
        return 1 << self.size

    def moves(self, symbol: str) -> tuple[int, int]:
        """Return the states that a symbol moves one on, and those that it leaves in place."""
        advancing = self.symbols.get(symbol, 0)
        if len(symbol) > 1:
            return advancing, self.stars
        if symbol == ":":
            return advancing | self.any, self.stars
        return advancing | self.any | self.segment_any, self.stars | self.segment_stars

    def step(self, states: int, symbol: str) -> int:
        """Return the states after one more symbol."""
        advancing, staying = self.moves(symbol)
        return self.reduced((states & advancing) << 1 | states & staying)

    def reduced(self, states: int) -> int:
        """Return the states without those that another one makes superfluous.

        INVARIANT: the texts that can still be read to the end stay the same. A state with a star
        can read whatever an earlier state can, because its star first reads what lies between
        them; a state with a segment star can where no colon and no atom lies between.
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
    """Return the automaton of a pattern given by its tokens."""
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
    """Return all states but those from which only segment characters lead to a state."""
    first = max(
        (opaque & ((1 << state) - 1)).bit_length(), (stars & ((1 << state) - 1)).bit_length()
    )
    return -1 << state | (1 << first) - 1


def meet(left: Machine, right: Machine) -> bool:
    """Tell whether some text is read to the end by both automata.

    Walks the left pattern's states in order and keeps, for each, the set of right states that
    can be reached together with it, so it is linear in the number of tokens of either.
    """
    everything = (right.final << 1) - 1
    characters = everything
    for symbol, states in right.symbols.items():
        characters &= ~states if len(symbol) > 1 else -1
    without_colon = characters & ~right.symbols.get(":", 0)
    states = 1
    for index in range(left.size + 1):
        bit = 1 << index
        if left.stars & bit and states:
            states = everything & (-1 << ((states & -states).bit_length() - 1))
        elif left.segment_stars & bit:
            states = _run(states, without_colon & ~right.final)
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
    """Return the states reached by moving on through any number of passable ones.

    The carry of an addition runs through a block of ones, which is the whole walk at once.
    """
    return ((states & passable) + passable ^ passable) | states


def reads_all_of(reader: Machine, other: Machine) -> bool:
    """Tell whether one automaton obviously reads every text of the other: no may be wrong.

    Reads the other's wildcards as if they were symbols, which only equal or wider wildcards take.
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
