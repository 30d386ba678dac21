"""What a policy as a whole allows of some actions, held against the enumeration of requests.

What `access` answers is said here a second time, with sets of texts: an action is granted on a
resource if a request is allowed, for some caller and some values of condition keys. The texts and
the names are all that the patterns of these policies can tell apart, so that the two must be equal.

Two answers are bounds. Sets that differ only in what is denied of each action are one, so that of
several actions no text is missing, and none is there that a Deny about all of them takes off. Of an
action that the catalogue knows, a set may be left out that holds no resource of its types.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.iam import actions, catalogue
from checker.iam.access import Access, access
from checker.iam.machine import Token
from checker.iam.patterns import Undecided, matches, overlaps, pattern
from checker.iam.resources import Resource
from checker.iam.statement import Policy, policy
from tests.oracles import iam_oracle as oracle

Json = Any
Texts = frozenset[str]


def words(letters: str, longest: int) -> Iterator[str]:
    """Return all words of some letters, shortest first."""
    for length in range(longest + 1):
        yield from map("".join, itertools.product(letters, repeat=length))


# `z` stands for every letter that no pattern names; the last two are in no bucket
SPACE = frozenset(oracle.BUCKET + word for word in words("rstz", 4)) | {"arn:aws:z:::z", "z"}
NAMES = frozenset(
    f"{service}:{name}" for service in ("a", "b", "z", "zz") for name in words("rsz", 3) if name
)
ASKED = (*oracle.ACTIONS, "a:*", "a:r*", "?:r", "a:?s", "a:?", "B:*", "*", "*:*s", "a:r?*")
PATTERNS = ("", "r", "rs", "zz", "r*", "*s", "?", "??", "t*", "*t*", "r?s", "r*t", "?*", "*")
FORMATS = {
    "a:r": ("arn:${Partition}:s3:::r${Name}",),
    "a:s": ("arn:${Partition}:s3:::${Name}s", "arn:${Partition}:s3:::t"),
    "b:r": ("arn:${Partition}:z:::${Name}",),
}
"""By action: the ARN formats of its resources, in the cases with a catalogue."""
OF_TYPE = {
    "a:r": ("arn:*:s3:::r*",),
    "a:s": ("arn:*:s3:::*s", "arn:*:s3:::t"),
    "b:r": ("arn:*:z:::*",),
}
"""The same as patterns."""


@cache
def texts(glob: str) -> Texts:
    return frozenset(text for text in SPACE if fnmatchcase(text, glob))


@cache
def names(glob: str) -> Texts:
    return frozenset(name for name in NAMES if fnmatchcase(name, glob.lower()))


class Meant(NamedTuple):
    """What one statement may be about, as far as `access` looks."""

    at: int
    is_allow: bool
    actions: Texts
    resources: Texts


class Left(NamedTuple):
    """What an Allow leaves of some actions, of each by itself, and of its types."""

    alone: Texts
    of_type: Texts


def union(sets: Iterable[Texts]) -> Texts:
    return frozenset[str]().union(*sets)


def meant(data: Json) -> list[Meant]:
    """Return what counts of a policy's statements."""
    return [
        Meant(at, each["Effect"] == "Allow", _about(each, "Action"), _about(each, "Resource"))
        for at, each in enumerate(data["Statement"])
        if each["Effect"] == "Allow" or _counts(each)
    ]


def _counts(deny: Json) -> bool:
    named = deny.get("Principal", "*")
    everyone = named == "*" or "*" in _listed(named.get("AWS", []))
    return everyone and "Condition" not in deny and "NotPrincipal" not in deny


def _about(statement: Json, name: str) -> Texts:
    outside = f"Not{name}" in statement
    entries = _listed(statement[f"Not{name}" if outside else name])
    # what is allowed is as much as it may be, what is denied as little
    if (statement["Effect"] == "Allow") is outside:
        entries = [each for each in entries if "$" not in each]
    entries = [re.sub(r"\$\{[^}]*\}", "*", each) for each in entries]
    every, of = (NAMES, names) if name == "Action" else (SPACE, texts)
    found = union(map(of, entries))
    return every - found if outside else found


def _listed(value: Json) -> list[str]:
    return value if isinstance(value, list) else [value]


def most(data: Json, asked: list[str]) -> Texts:
    """Return what Allows leave at most: Denies with conditions count only as far as one decides.

    Where several Denies with conditions, or several about a part of a pattern, deny something only
    together, `access` names the resources and `granted` says that nothing is left of them.
    """
    if len(asked) == 1 and ":" in asked[0] and "*" not in asked[0] and "?" not in asked[0]:
        denies = [each for each in data["Statement"] if each["Effect"] == "Deny"]
        named = any("NotPrincipal" in each for each in denies)
        if sum(not _counts(each) for each in denies) < 2 and not named:
            return union(e.alone for e in left_after_all_denies(data, asked, typed=False).values())
    statements = meant(data)
    by_all = [_denied(statements, asked)] if len(asked) > 1 else []
    return union(
        each.resources - denied
        for each in statements
        for text in asked
        for denied in (by_all or [_denied(statements, [text])])
        if each.is_allow and each.actions & names(text)
    )


def _denied(statements: list[Meant], asked: list[str]) -> Texts:
    every = union(map(names, asked))
    return union(s.resources for s in statements if not s.is_allow and s.actions >= every)


def _of_type(text: str, *, typed: bool) -> Texts:
    return union(map(texts, OF_TYPE[text])) if typed and text in OF_TYPE else SPACE


def left_after_all_denies(data: Json, asked: list[str], *, typed: bool) -> dict[int, Left]:
    """Return by the position of an Allow what it leaves of actions or patterns, without variables.

    An action is granted on a resource if some request is allowed: one by a caller, and with values
    of condition keys, for which the Allow applies, and no Deny that applies is about the two. Here
    a condition may also be on a Deny, and a Deny may be for some callers only.
    """
    every = [
        Meant(at, each["Effect"] == "Allow", _about(each, "Action"), _about(each, "Resource"))
        for at, each in enumerate(data["Statement"])
    ]
    together = _together(data)
    found = {}
    for each in every:
        if each.is_allow:
            sets = [_left_of(each, every, ways, asked, typed=typed) for ways in together]
            found[each.at] = Left(*(union(kind) for kind in zip(*sets, strict=True)))
    return found


def _together(data: Json) -> set[frozenset[int]]:
    """Return the sets of statements that apply to some caller in some context."""
    principals = any("rincipal" in name for each in data["Statement"] for name in each)
    _, _, callers, contexts = oracle.dimensions(oracle.used_keys(data), principals=principals)
    return {
        frozenset(
            at
            for at, each in enumerate(data["Statement"])
            if oracle.is_caller(each, caller) and oracle.is_met(each, caller, context)
        )
        for caller in callers
        for context in contexts
    }


def _left_of(
    allow: Meant, every: list[Meant], ways: frozenset[int], asked: list[str], *, typed: bool
) -> Left:
    """Return what an Allow leaves if some statements apply and all others do not."""
    if allow.at not in ways:
        return Left(frozenset(), frozenset())
    denies = [each for each in every if not each.is_allow and each.at in ways]
    alone, of_type = set[str](), set[str]()
    for text in asked:
        for name in allow.actions & names(text):
            denied = union(each.resources for each in denies if name in each.actions)
            alone |= allow.resources - denied
            of_type |= allow.resources & _of_type(text, typed=typed) - denied
    return Left(frozenset(alone), frozenset(of_type))


def held(found: Resource) -> Texts:
    """Return all texts that a resource set holds."""
    inside = SPACE.intersection(*(_read(each.tokens) for each in found.reach))
    return inside.difference(*(_read(each.tokens) for each in found.excluded))


@cache
def _read(tokens: tuple[Token, ...]) -> Texts:
    found = pattern("", tokens)
    return frozenset(text for text in SPACE if matches(found, text))


def disagreement(rnd: random.Random) -> str:
    """Return what is wrong about what a random policy allows: nothing, one hopes."""
    principals, variables, typed = (rnd.random() < share for share in (0.25, 0.25, 0.25))
    data = oracle.policy(rnd, rnd.sample(oracle.KINDS, 2), principals=principals)
    if rnd.random() < 0.5:
        for statement in data["Statement"]:
            statement.pop("Condition", None)
    if variables:
        data = oracle.with_variables(rnd, data)
    some = rnd.sample(ASKED, 3)
    questions = [*([text] for text in (*oracle.ACTIONS, *some)), some, list(oracle.ACTIONS)]
    known = policy(data)
    with mock.patch.object(catalogue, "formats_of", lambda text: FORMATS.get(text, ()) * typed):
        for asked in questions:
            if variables:
                break  # only what is missed is looked for
            answer = access(known, asked)
            expected = left_after_all_denies(data, asked, typed=typed)
            alone = {
                text: left_after_all_denies(data, [text], typed=typed).values() for text in asked
            }
            bound = most(data, asked)
            try:
                wrong = next(_wrong(answer, expected, alone, bound), "")
                wrong = wrong or next(_wrong_sets(answer, rnd), "")
            except Undecided as why:
                wrong = "" if "NotPrincipal" in str(data) else str(why)
            if wrong:
                return f"{wrong}, of {asked}{' with types' * typed}, of {data}"
        wrong = missed(known, data, rnd, typed=typed)
    return f"{wrong} of {data}" if wrong else ""


def _wrong(
    answer: Access,
    expected: Mapping[int, Left],
    alone: Mapping[str, Iterable[Left]],
    bound: Texts,
) -> Iterator[str]:
    """Say which answers to one question are not within their bounds."""
    found = union(map(held, answer.resources))
    least = union(each.of_type for each in expected.values())
    if not least <= found <= bound:
        missing, more = sorted(least - found)[:3], sorted(found - bound)[:3]
        yield f"resources: {missing} missing, {more} too many"
    if not _between(expected.values(), answer=answer.granted) or answer.granted is not bool(found):
        yield f"granted: {answer.granted}"
    for text, of_it in alone.items():
        if not _between(of_it, answer=text in answer.actions):
            yield f"actions: {answer.actions}"
    stated = {each.route[1] for each in answer.statements}
    for at, each in expected.items():
        if not _between([each], answer=at in stated):
            yield f"statements: {stated}"


def _between(expected: Iterable[Left], *, answer: bool) -> bool:
    """Say whether an answer is yes where a text of its types is left, and no where none is."""
    expected = list(expected)
    return any(each.of_type for each in expected) <= answer <= any(each.alone for each in expected)


def _wrong_sets(answer: Access, rnd: random.Random) -> Iterator[str]:
    """Say what resource sets answer wrongly of the texts that they hold."""
    for each in answer.resources:
        inside = held(each)
        # `z` is many letters: a text with one is never the only one
        is_one = len(inside) == 1 and not any("z" in text for text in inside)
        if each.is_literal() is not is_one or not inside:
            yield f"isLiteral of {each.text} with {sorted(inside)[:3]}"
        glob = rnd.choice(PATTERNS)
        asked = texts(oracle.BUCKET + glob)
        if each.covers(oracle.BUCKET + glob) is not (asked <= inside):
            yield f"{each.text} covers {glob}"
        # a variable is only itself there, so that nothing is said of sets with one
        if "$" not in each.text and each.within(oracle.BUCKET + glob) is not (inside <= asked):
            yield f"{each.text} within {glob}"
        if each.covers("*") is not (texts("arn:?*:?*:*:*:?*") <= inside):
            yield f"{each.text} covers *"


def missed(known: Policy, data: Json, rnd: random.Random, *, typed: bool) -> str:
    """Return a request that a policy allows, for some values, and no resource set holds."""
    values = {name: rnd.choice(("r", "s", "rt", "t")) for name in oracle.VARIABLES}
    real = oracle.concrete(data, values)
    principals = any("rincipal" in name for each in data["Statement"] for name in each)
    space = oracle.dimensions(oracle.used_keys(real), principals=principals)
    allowed = {(space[0][at[0]], space[1][at[1]]) for at in oracle.allowed(real, space)}
    for name, text in sorted(allowed):
        try:
            found = access(known, [name]).resources
        except Undecided:
            continue  # no value of a variable is known
        if text in _of_type(name, typed=typed) and not any(each.covers(text) for each in found):
            return f"{name} on {text} missed with {values}"
    return ""


@given(st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_access_is_what_enumeration_says(rnd: random.Random) -> None:
    assert disagreement(rnd) == ""


@given(st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_all_denies_leave_is_what_some_request_may_do(rnd: random.Random) -> None:
    principals = rnd.random() < 0.5
    data = oracle.policy(rnd, rnd.sample(oracle.KINDS, 2), principals=principals)
    space = oracle.dimensions(oracle.used_keys(data), principals=principals)
    allowed = oracle.allowed(data, space)
    for at, name in enumerate(oracle.ACTIONS):
        sets = left_after_all_denies(data, [name], typed=False).values()
        found = union(each.alone for each in sets) & set(oracle.RESOURCES)
        assert found == {oracle.RESOURCES[each[1]] for each in allowed if each[0] == at}


def _no_denies(*_: object) -> object:
    return mock.Mock(whole=(), rest=())


BUGS: dict[str, tuple[str, Callable[..., object]]] = {
    "no Deny counts": ("access.near", _no_denies),
    "a Deny about some of what is asked counts": (
        "actions.covers_action",
        actions.matches_action,
    ),
    "two sets are taken for the first": ("access._merged", lambda first, _: first),
    "nothing is taken off": ("terms._near", lambda *_: False),
    "everything near is taken off": ("terms._left", lambda _, excluded: not excluded),
    "the only text left is not seen": ("terms._only", lambda *_: None),
    "of sets to intersect the first counts": ("terms._fewest", lambda parts: parts[:1]),
    "no resource is of the types": ("usable._holds_some", lambda *_: False),
    "overlapping is covering": (
        "resources.covers",
        lambda union, one: any(overlaps(each, one) for each in union),
    ),
    "everything is within": ("resources.witness", lambda *_: None),
}


@pytest.mark.parametrize("name", BUGS)
def test_the_oracle_sees_a_planted_bug(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, wrong = BUGS[name]
    monkeypatch.setattr(f"checker.iam.{place}", wrong)
    assert any(disagreement(random.Random(case)) for case in range(1_000))  # noqa: S311 - no secret
