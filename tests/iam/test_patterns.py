"""Decisions on patterns, against an oracle that reads the tokens one by one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache, partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker.iam.arn import action, resource
from checker.iam.machine import Token, Wild, meet, reads_all_of
from checker.iam.patterns import Pattern, Undecided, covers, matches, overlaps, pattern, witness
from tests.support.work import moment, spent

ATOM = "${aws:username}"
LONGEST = 4
Text = tuple[str, ...]


@cache
def oracle(tokens: tuple[Token, ...], text: Text) -> bool:
    """Read tokens and text from the left, one at a time."""
    if not tokens:
        return not text
    first, rest = tokens[0], tokens[1:]
    if isinstance(first, str):
        return text[:1] == (first,) and oracle(rest, text[1:])
    inside = bool(text) and len(text[0]) == 1 and text[0] != ":"
    if first is Wild.ANY:
        return bool(text) and len(text[0]) == 1 and oracle(rest, text[1:])
    if first is Wild.SEGMENT_ANY:
        return inside and oracle(rest, text[1:])
    if oracle(rest, text):
        return True
    return bool(text) and (first is Wild.STAR or inside) and oracle(tokens, text[1:])


def texts(*symbols: str) -> list[Text]:
    return [t for size in range(LONGEST + 1) for t in itertools.product(symbols, repeat=size)]


# `z` stands for all characters that no pattern names.
PLAIN = texts("a", "b", ":", "z")
WITH_ATOM = texts("a", "b", ":", "z", ATOM)

characters = st.sampled_from(["a", "b", ":", *Wild, Wild.STAR])
plain = st.lists(characters, max_size=5).map(lambda tokens: pattern("…", tokens))
any_tokens = st.sampled_from(["a", "b", ":", ATOM, *Wild, Wild.STAR])
with_atoms = st.lists(any_tokens, max_size=5).map(lambda tokens: pattern("…", tokens))


def within(found: Pattern, text: Text) -> bool:
    return oracle(found.tokens, text)


@settings(max_examples=1500, deadline=None)
@example(pattern("…", [Wild.STAR, ":", Wild.SEGMENT_STAR, "a"]), ["z", ":", ":", "a"])
@example(pattern("…", [Wild.STAR, "b", ATOM, Wild.SEGMENT_STAR]), ["b", ATOM, "b", ATOM])
@example(pattern("…", [Wild.STAR, Wild.ANY, Wild.SEGMENT_STAR, "a"]), ["b", "b", ":", "a"])
@given(with_atoms, st.lists(st.sampled_from(["a", "b", ":", "z", ATOM]), max_size=7))
def test_matches_as_the_oracle_does(found: Pattern, text: list[str]) -> None:
    assert matches(found, text) == within(found, tuple(text))
    if ATOM not in text:
        assert matches(found, "".join(text)) == within(found, tuple(text))


@settings(max_examples=250, deadline=None)
@given(st.lists(plain, min_size=1, max_size=2), st.lists(plain, max_size=3))
def test_witness_is_a_shortest_text_or_there_is_none(
    all_of: list[Pattern], none_of: list[Pattern]
) -> None:
    def wanted(text: Text) -> bool:
        inside = all(within(found, text) for found in all_of)
        return inside and not any(within(found, text) for found in none_of)

    found = witness(tuple(all_of), tuple(none_of))
    shortest = next((text for text in PLAIN if wanted(text)), None)
    if found is None:
        assert shortest is None
    else:
        assert wanted(tuple(found))
        assert len(found) == len(shortest) if shortest is not None else len(found) > LONGEST


@settings(max_examples=250, deadline=None)
@given(with_atoms, st.lists(with_atoms, min_size=1, max_size=3))
def test_covers_as_the_enumeration_does(found: Pattern, rivals: list[Pattern]) -> None:
    # A star stands for an atom only where the pattern that is covered names one.
    known = WITH_ATOM if ATOM in found.tokens else PLAIN
    missed = [
        text
        for text in known
        if within(found, text) and not any(within(rival, text) for rival in rivals)
    ]
    covered = covers(rivals, found)
    assert not (covered and missed)
    assert covered == (witness((found,), tuple(rivals)) is None)


@settings(max_examples=800, deadline=None)
@given(with_atoms, with_atoms)
def test_overlaps_as_the_search_and_the_enumeration_do(left: Pattern, right: Pattern) -> None:
    overlapping = overlaps(left, right)
    assert overlapping == overlaps(right, left)
    assert overlapping == meet(left.machine, right.machine)
    assert overlapping == (witness((left, right)) is not None)
    if not overlapping:
        assert not any(within(left, text) and within(right, text) for text in WITH_ATOM)


@settings(max_examples=400, deadline=None)
@given(with_atoms, with_atoms)
def test_the_quick_look_at_containment_never_says_too_much(left: Pattern, right: Pattern) -> None:
    if reads_all_of(left.machine, right.machine):
        assert witness((right,), (left,)) is None


def test_every_pattern_covers_itself_and_everything_covers_all() -> None:
    everything = pattern("*", [Wild.STAR])
    for text in ("", "a", "*", "a?b*", "arn:aws:s3:::*", "*:*", "???"):
        found = resource(text, variables=True).widest
        assert covers([pattern(text, found.tokens)], found)
        assert covers([everything], found)


def test_a_union_covers_what_no_single_one_does() -> None:
    some, one, rest = (action(text).widest for text in ("a*", "a", "a?*"))
    assert covers([one, rest], some)
    assert not covers([one], some)
    assert not covers([rest], some)
    assert witness((some,), (rest,)) == "a"


# ---- hostile patterns ----

HOSTILE = [
    "*a" * 1000,
    "*b" * 1000,
    "*ab" * 666,
    "*a" + "?" * 1000,
    "*" + "a?" * 1000,
    "*a" + "?" * 30 + "b",
    "*b" + "?" * 29 + "a*",
    "*a" + "?" * 12 + "*",
    "*" + "?" * 1999,
    "arn:aws:s3:::" + "*a" * 990,
    "arn:" + "*a?" * 20 + ":" + "*b?" * 20 + ":" + "*a?" * 300 + ":::" + "?a*" * 100,
    "${aws:a}" * 250,
    "${" * 1000,
    "${a:" * 500,
    "${a:b" + " " * 2000,
    "?" * 2000,
]


@pytest.mark.parametrize("index", range(len(HOSTILE)))
def test_hostile_patterns_are_decided_or_undecided_soon(index: int) -> None:
    every = [resource(text, variables=True).widest for text in HOSTILE]
    found = every[index]
    undecided: list[str] = []

    def attempt(question: Sequence[Pattern]) -> None:
        try:
            covers(question, found)
        except Undecided as why:
            undecided.append(str(why))

    longest = 0.0
    matches(found, "ab" * 1000)
    for other in every[:8]:
        overlaps(found, other)
        for question in ((other,), (other, every[5], every[6])):
            longest = max(longest, spent(partial(attempt, question)))
    assert longest < 1000 * moment()
    assert all("use fewer wildcards" in text and len(text) < 600 for text in undecided)


def test_an_undecided_question_stays_undecided() -> None:
    left, right = (action("*a" + "?" * 40 + end).widest for end in ("b", "*"))
    for _ in range(2):
        with pytest.raises(Undecided, match="cannot decide whether"):
            witness((left,), (action("*b" + "?" * 39 + "a*").widest, right))
