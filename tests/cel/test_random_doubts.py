"""Random conditions with doubts and mistakes: engines agree with a model of what they mean."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.cel.doubting import ENGINES, outcome

CASES = 500
COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
Outcome = Any
"""A boolean, `doubt` or `error`."""
Meaning = Callable[[dict[str, Any]], Outcome]
"""What a condition means where macro variables have values and lists have items."""


def gravest(outcomes: Iterable[Outcome], otherwise: Outcome) -> Outcome:
    found = list(outcomes)
    return "error" if "error" in found else "doubt" if "doubt" in found else otherwise


def kleene(outcomes: list[Outcome], *, decisive: bool) -> Outcome:
    return decisive if decisive in outcomes else gravest(outcomes, not decisive)


def counted(outcomes: list[Outcome], op: str, number: int) -> Outcome:
    """Return how the number of true outcomes compares, by asking of every number it may be."""
    if "error" in outcomes:
        return "error"
    least = outcomes.count(True)
    asked = {COMPARE[op](n, number) for n in range(least, least + outcomes.count("doubt") + 1)}
    return asked.pop() if len(asked) == 1 else "doubt"


class Maker:
    """Makes conditions, each with its meaning."""

    def __init__(self, rnd: random.Random, lists: tuple[str, ...]) -> None:
        self.random = rnd
        self.lists = lists
        self.names: list[str] = []

    def condition(self, depth: int) -> tuple[str, Meaning]:
        kinds: list[Callable[[int], tuple[str, Meaning]]] = [self._leaf, self._leaf]
        if depth > 0:
            kinds += [self._logic, self._logic, self._choice, self._not, self._equal]
            kinds += [self._quantified, self._counted, self._one]
        return self.random.choice(kinds)(depth - 1)

    def _leaf(self, _depth: int) -> tuple[str, Meaning]:
        text, meaning = self._sure()
        kind = self.random.random()
        if kind < 0.4:
            return f"unknown({text})", lambda _: "doubt"
        if kind < 0.5:
            return f"mistake({text})", lambda _: "error"
        return text, meaning

    def _sure(self) -> tuple[str, Meaning]:
        if self.names and self.random.random() < 0.7:
            name, number = self.random.choice(self.names), self.random.randint(1, 3)
            return f"{name} == {number}", lambda known: known[name] == number
        value = self.random.random() < 0.5
        return str(value).lower(), lambda _: value

    def _logic(self, depth: int) -> tuple[str, Meaning]:
        op = self.random.choice((" && ", " || "))
        made = [self.condition(depth) for _ in range(self.random.randint(2, 4))]
        text = op.join(f"({text})" for text, _ in made)
        return text, lambda known: kleene([each(known) for _, each in made], decisive="|" in op)

    def _choice(self, depth: int) -> tuple[str, Meaning]:
        (one, if_), (two, then), (three, otherwise) = (self.condition(depth) for _ in range(3))

        def meaning(known: dict[str, Any]) -> Outcome:
            chosen = if_(known)
            return (then if chosen else otherwise)(known) if isinstance(chosen, bool) else chosen

        return f"({one}) ? ({two}) : ({three})", meaning

    def _not(self, depth: int) -> tuple[str, Meaning]:
        text, of = self.condition(depth)
        return f"!({text})", lambda known: {True: False, False: True}.get(of(known), of(known))

    def _equal(self, depth: int) -> tuple[str, Meaning]:
        (one, left), (other, right) = self.condition(depth), self.condition(depth)

        def meaning(known: dict[str, Any]) -> Outcome:
            values = left(known), right(known)
            failed = [value for value in values if isinstance(value, str)]
            return failed[0] if failed else values[0] == values[1]

        return f"({one}) == ({other})", meaning

    def each_item(self, depth: int) -> tuple[str, str, Callable[[dict[str, Any]], list[Outcome]]]:
        """Return a variable, a condition on it, and its meaning for each of the items 1 to 3."""
        name = f"x{len(self.names)}"
        self.names.append(name)
        text, of = self.condition(depth)
        self.names.pop()
        return name, text, lambda known: [of({**known, name: item}) for item in (1, 2, 3)]

    def _quantified(self, depth: int) -> tuple[str, Meaning]:
        macro = self.random.choice(("all", "exists"))
        name, text, each = self.each_item(depth)
        decisive = macro == "exists"
        return f"l.{macro}({name}, {text})", lambda known: kleene(each(known), decisive=decisive)

    def _one(self, depth: int) -> tuple[str, Meaning]:
        name, text, each = self.each_item(depth)

        def meaning(known: dict[str, Any]) -> Outcome:
            failed = [value for value in each(known) if isinstance(value, str)]
            return failed[0] if failed else each(known).count(True) == 1

        return f"l.exists_one({name}, {text})", meaning

    def _counted(self, depth: int) -> tuple[str, Meaning]:
        op, number = self.random.choice(tuple(COMPARE)), self.random.randint(0, 3)
        if self.lists and self.random.random() < 0.5:
            name = self.random.choice(self.lists)
            return f"{name}.size() {op} {number}", lambda known: counted(known[name], op, number)
        variable, text, each = self.each_item(depth)
        return (
            f"l.filter({variable}, {text}).size() {op} {number}",
            lambda known: counted(each(known), op, number),
        )


@pytest.mark.parametrize("seed", range(4))
def test_engines_agree_with_the_model(seed: int) -> None:
    rnd = random.Random(seed)  # noqa: S311 - no secret
    seen = set()
    for _ in range(CASES // 4):
        variable, text, each = Maker(rnd, ()).each_item(2)
        listed = each({})
        made, meaning = Maker(rnd, ("open",)).condition(rnd.randint(1, 3))
        expected = meaning({"open": listed})
        lazy = {"open": f"l.filter({variable}, {text})"}
        found = {engine: outcome(made, engine, lazy) for engine in ENGINES}
        assert found == dict.fromkeys(ENGINES, expected), (made, lazy)
        seen.add(expected)
    assert seen == {True, False, "doubt", "error"}
