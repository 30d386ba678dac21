"""What is said of access and of statements, held against the enumeration of small policies.

A yes must be shown by a request, and a no must be the answer for all of them. Undecided is no
mistake, but nearly all questions must be answered.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from checker import cel
from checker.errors import EvaluationError
from checker.iam import deputies, public
from checker.iam.access import Access, access
from checker.iam.confines import confines
from checker.iam.fixed import WHOLLY, among, any_of
from checker.iam.patterns import Undecided
from checker.iam.question import admits
from checker.iam.statement import Policy, Statement, policy
from tests.oracles import iam_oracle as oracle
from tests.oracles import small_answers as small
from tests.oracles.small_answers import Held, Request, World

FILLINGS = [dict(zip(oracle.VARIABLES, each, strict=True)) for each in (("r", "s"), ("t", "rt"))]
IS_SERVICE = small.PUBLIC["aws:flag"]


class Answer(NamedTuple):
    """A question, and the answers to it."""

    question: str
    found: Callable[[], bool]
    least: bool
    """Whether the answer is yes for sure."""
    most: bool
    """Whether it may be yes."""

    def verdict(self) -> str:
        """Return `right`, `undecided` or what is wrong."""
        try:
            with cel.budget():
                found = self.found()
        except (Undecided, EvaluationError):
            return "undecided"
        return "right" if self.least <= found <= self.most else f"{self.question} is {found}"


def exactly(question: str, found: Callable[[], bool], *, answer: bool) -> Answer:
    return Answer(question, found, answer, answer)


def allows(of: World) -> dict[int, Statement]:
    """Return the Allows of a policy, by position."""
    found = policy(of.policy).statements
    return {at: each for at, each in enumerate(found) if each.is_allow}


def about_access(rnd: random.Random) -> tuple[World, list[Answer]]:
    """Ask what a policy allows of an action, for some values of keys."""
    of = small.world(rnd)
    statements = allows(of)
    action = rnd.choice(oracle.ACTIONS)
    asked = access(statements[min(statements)].policy or policy(of.policy), [action])
    name, known, held = f"access([{action}])", dict[str, small.Values](), dict[str, Any]()
    plain = [key for key in of.keys if key != small.PRINCIPAL_ARN]
    if plain and rnd.random() < 0.6:
        key = rnd.choice(plain)
        known = {key: rnd.choice(oracle.VALUES[key])}
        asked = asked.given(key, known[key])
    free = [key for key in of.keys if key not in known]
    if free and rnd.random() < 0.6:
        some = rnd.sample(free, rnd.randint(1, len(free)))
        asked = asked.unconfined(some)
        held = dict(small.held(small.given(of.policy, known), some, small.is_named))
    name += f".given({known}).unconfined({[*held]})"
    left = {at: list(_counting(of.allowed(at), action, known, held)) for at in statements}
    return of, list(_about(asked, name, statements, left, of.space[1][:3]))


def _counting(
    found: list[Request], action: str, known: dict[str, small.Values], held: Held
) -> Iterator[Request]:
    for each in found:
        same = all(each.values(key) == values for key, values in known.items())
        if each.action == action and same and each.is_outside(held):
            yield each


def _about(
    asked: Access,
    name: str,
    statements: dict[int, Statement],
    left: dict[int, list[Request]],
    texts: list[str],
) -> Iterator[Answer]:
    yield exactly(f"{name}.granted", lambda: asked.granted, answer=any(left.values()))
    for at, found in left.items():
        yield exactly(
            f"{at} in {name}.statements",
            lambda at=at: any(each.route[1] == at for each in asked.statements),  # type: ignore[misc]
            answer=bool(found),
        )
        for text in texts:
            # where several Denies deny something only together, it is still in the sets
            yield Answer(
                f"{name}.resourcesBy({at}) has {text}",
                lambda at=at, text=text: any(r.covers(text) for r in asked.by(statements[at])),  # type: ignore[misc]
                least=any(each.resource == text for each in found),
                most=True,
            )


def about_statements(rnd: random.Random) -> tuple[World, list[Answer]]:
    """Ask what Allows admit, and whether they confine keys."""
    of = small.world(rnd)
    found = []
    for at, statement in allows(of).items():
        requests = of.allowed(at)
        plain = [key for key in of.keys if key != small.PRINCIPAL_ARN]
        if plain:
            key = rnd.choice(plain)
            values = rnd.choice(oracle.VALUES[key])
            shown = any(each.values(key) == values for each in requests)
            # without a Deny, only the conditions on the key are asked about
            alone = all(each["Effect"] == "Allow" for each in of.policy["Statement"])
            met = small.meets(of.policy["Statement"][at], {key: values})
            found.append(
                Answer(
                    f"{at} admits {key} {values}",
                    lambda s=statement, k=key, v=values: admits(s, k, v),  # type: ignore[misc]
                    least=shown,
                    most=shown or (alone and met),
                )
            )
        if of.keys and requests:
            found += _about_keys(rnd, of, at, statement, requests)
    return of, found


def _about_keys(
    rnd: random.Random, of: World, at: int, statement: Statement, requests: list[Request]
) -> Iterator[Answer]:
    keys = rnd.sample(of.keys, rnd.randint(1, len(of.keys)))
    listed = rnd.sample(("r", "s", "rs", "true", "r*"), 2)

    def is_listed(operator: str, text: str) -> bool:
        named = any(oracle.matches(each, text) for each in listed)
        return named and small.is_whole(operator, text)

    for name, fixing, fixes in (
        ("", WHOLLY, small.is_whole),
        (f" to {listed}", among(listed), is_listed),
    ):
        held = small.held(of.policy, keys, fixes)
        fixed = [not each.is_outside(held) for each in requests]
        if name:  # what is in the list is, whether or not a condition names it
            fixed = [
                one or any(_are_among(each.values(key), listed) for key in keys)
                for one, each in zip(fixed, requests, strict=True)
            ]
        yield exactly(
            f"{at} confines {keys}{name}",
            lambda fixing=fixing: confines(statement, any_of(keys, fixing)),  # type: ignore[misc]
            answer=all(fixed),
        )


def _are_among(values: tuple[str, ...], listed: list[str]) -> bool:
    return any(oracle.matches(each, text) for text in values for each in listed)


def about_everyone(rnd: random.Random, *, variables: bool = False) -> tuple[World, list[Answer]]:
    """Ask which Allows are public."""
    of = small.world(rnd, small.PUBLIC, variables=variables)
    held = {
        **small.held(of.policy, ["aws:PrincipalOrgID"], small.is_whole),
        **small.held(of.policy, ["aws:sourceip"], lambda *_: True),
        **small.held(of.policy, [small.PRINCIPAL_ARN], lambda _, text: "::1" in text),
    }
    found = []
    for at, statement in allows(of).items():
        worlds = [of.filled(each) for each in FILLINGS] if variables else [of]
        if not small.is_for_everyone(of.policy["Statement"][at]):
            worlds = []
        open_ = [r for each in worlds for r in each.allowed(at) if r.is_outside(held)]
        shown = any(_is_a_stranger(each, of) for each in open_)
        found.append(
            Answer(
                f"{at} is public",
                lambda s=statement: public.is_public(s),  # type: ignore[misc]
                least=shown,
                # a policy for services alone may be public, too
                most=shown or variables or (IS_SERVICE in of.keys and bool(open_)),
            )
        )
    return of, found


def _is_a_stranger(request: Request, of: World) -> bool:
    """Return whether a request is one of a stranger that is no service."""
    anonymous = request.principal == small.STRANGERS[-1] and not request.values(IS_SERVICE)
    is_no_service = IS_SERVICE not in of.keys or request.values(IS_SERVICE) == ("false",)
    return anonymous or (request.principal in small.STRANGERS and is_no_service)


def about_everyone_with_variables(rnd: random.Random) -> tuple[World, list[Answer]]:
    """Ask which Allows with variables are public."""
    return about_everyone(rnd, variables=True)


def about_services(rnd: random.Random) -> tuple[World, list[Answer]]:
    """Ask which Allows let a service in on anyone's behalf."""
    of = small.world(rnd, small.DEPUTY)
    held = small.held(of.policy, ["aws:SourceAccount"], small.is_whole)
    found = []
    for at, statement in allows(of).items():
        named = of.policy["Statement"][at].get("Principal", "*")
        open_ = "Service" in named and any(
            each.principal == small.SERVICE and each.is_outside(held) for each in of.allowed(at)
        )
        found.append(
            exactly(
                f"{at} is a confused deputy",
                lambda s=statement: any(p.kind == "Service" for p in deputies.deputies(s)),  # type: ignore[misc]
                answer=open_,
            )
        )
    return of, found


ABOUT = (
    about_access,
    about_statements,
    about_everyone,
    about_everyone_with_variables,
    about_services,
)


def verdicts(
    about: Callable[[random.Random], tuple[World, list[Answer]]], rnd: random.Random
) -> Iterator[str]:
    """Yield `right`, `undecided` or what is wrong, for each question about a random policy."""
    of, asked = about(rnd)
    for each in asked:
        found = each.verdict()
        yield found if found in ("right", "undecided") else f"{found}, of {of.policy}"


@pytest.mark.parametrize("about", ABOUT)
@drawn(rnd=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_answer_is_what_enumeration_says(
    about: Callable[[random.Random], tuple[World, list[Answer]]], rnd: random.Random
) -> None:
    assert set(verdicts(about, rnd)) <= {"right", "undecided"}


def disagreement(rnd: random.Random) -> str:
    """Return what is wrong about the answers on random policies, one for each kind of question."""
    found = (v for about in ABOUT for v in verdicts(about, rnd))
    return next((each for each in found if each not in ("right", "undecided")), "")


CASES = 400
"""How many policies the suite tries; `tools/iam_oracle.py --of statements` tries any number."""


@pytest.mark.slow
@pytest.mark.parametrize("about", ABOUT)
def test_nearly_every_answer_is_decided(
    about: Callable[[random.Random], tuple[World, list[Answer]]],
) -> None:
    found = Counter(v for case in range(CASES) for v in verdicts(about, random.Random(case)))  # noqa: S311 - no secret
    decided, undecided = found.pop("right"), found.pop("undecided", 0)
    assert not found
    assert undecided < decided / 100


def _without_denies(statement: Statement) -> Policy:
    assert statement.policy is not None
    kept = tuple(each for each in statement.policy.statements if each.is_allow)
    return replace(statement.policy, statements=kept, memo={})


BUGS: dict[str, tuple[Callable[..., Any], str, object]] = {
    "no Allow contradicts itself": (about_access, "access.may_contradict", lambda _: False),
    "every Deny always applies": (about_access, "access.always_applies", lambda *_: True),
    "every key that is given passes": (about_access, "access.settled", lambda of, _: of),
    "no Deny changes what is admitted": (about_statements, "question.is_alone", lambda _: True),
    "no Deny counts for everyone": (about_everyone, "public.policy_of", _without_denies),
    "nobody is anonymous": (about_everyone, "public._UNSIGNED", {}),
    "no source is asked for": (about_services, "deputies.confines_callers", lambda *_: True),
}


@pytest.mark.parametrize("name", BUGS)
def test_the_oracle_sees_a_planted_bug(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    about, place, wrong = BUGS[name]
    monkeypatch.setattr(f"checker.iam.{place}", wrong)
    cases = (verdicts(about, random.Random(case)) for case in range(1_000))  # noqa: S311 - no secret
    assert any(set(each) - {"right", "undecided"} for each in cases)
