"""Holds the verdicts of rules about grants to what policies allow.

Policies that allow the same must get the same verdict from each such rule, whatever their words.
That they do is proved by `grants_beyond`, in both directions; what is not proved does not count.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from checker import cel, kinds
from checker.documents import Document, Selection, document
from checker.errors import EvaluationError
from checker.iam.containment import grants_beyond
from checker.iam.patterns import Undecided
from checker.iam.statement import Policy
from checker.reader import Limits, parse, read_bytes
from checker.report import Status
from checker.rules import About, Example, Rule, load
from checker.run.evaluate import evaluate
from tests.oracles.metamorphic import FAMILIES, Pair, pairs
from tests.oracles.narrowing import narrower

Json = Any
Change = Callable[[Json, str, tuple[str, ...]], Iterable[Pair]]
KINDS = {kind.name: kind for kind in kinds.builtin()}
VERDICT = {Status.PASS: "pass", Status.SKIP: "pass", Status.FAIL: "fail", Status.ERROR: "error"}
"""A rule that does not apply to a policy is not violated."""
RULES = 6
"""The tests ask one of so many rules about each policy, others about the next, and always the rule
whose example it is; `tools/metamorphic.py` asks all."""


class Origin(NamedTuple):
    """A policy to begin with: its name, its kind, and the example of a rule that it is, if any."""

    name: str
    kind: str
    policy: Json
    rule: str = ""
    example: Example | None = None


class Case(NamedTuple):
    """A rewriting of a policy, and whether it `holds`: both sides are proved to allow the same."""

    origin: Origin
    rewriting: str
    one: Document
    other: Document
    holds: bool


class Difference(NamedTuple):
    """A rule that judges two policies that allow the same differently."""

    rule: str
    case: Case
    verdicts: tuple[str, str]

    def __str__(self) -> str:
        """Return what a reader needs to see the difference again."""
        first, second = (json.dumps(each.data) for each in (self.case.one, self.case.other))
        return (
            f"{self.rule}: {self.verdicts[0]} and {self.verdicts[1]}, by "
            f"{self.case.rewriting!r} of {self.case.origin.name}\n  {first}\n  {second}"
        )


class Measured(NamedTuple):
    """How many pairs are `proved`, and on how many of them each rule differs, by its id."""

    proved: int
    differing: Mapping[str, int]


def shipped() -> list[Rule]:
    """Return all shipped rules, in the order of their ids."""
    return list(load(["builtin"], KINDS, {}, Limits()).rules)


def examples(rules: Iterable[Rule]) -> Iterator[Origin]:
    """Yield the documents of the examples of rules, each once."""
    seen = set()
    for rule in rules:
        for example in rule.examples:
            key = (example.kind, repr(example.params), json.dumps(example.document))
            if key not in seen and isinstance(example.document, dict):
                seen.add(key)
                name = f"{rule.id}: {example.name}"
                yield Origin(name, example.kind, example.document, rule.id, example)


def collected(data: Path) -> Iterator[Origin]:
    """Yield the evasions of guardrails and the reported pairs in a folder of test data."""
    for each in json.loads((data / "evasions" / "guardrails.json").read_text(encoding="utf-8")):
        yield Origin(each["id"], each.get("kind", "aws-iam-policy"), each["policy"])
    for path in sorted((data / "reports").glob("09-*/a/*.json")):
        yield Origin(path.stem, "aws-iam-policy", json.loads(path.read_text(encoding="utf-8")))


def cases(origins: Iterable[Origin], rewritings: Iterable[str] = ()) -> Iterator[Case]:
    """Yield the rewritings of policies that are valid and keep the policy's type."""
    return _changed(origins, pairs, tuple(rewritings), both=True)


def narrowed(origins: Iterable[Origin], ways: Iterable[str] = ()) -> Iterator[Case]:
    """Yield policies with narrower ones, as `cases` does; it holds if no request is new."""
    return _changed(origins, narrower, tuple(ways), both=False)


def _changed(
    origins: Iterable[Origin], change: Change, wanted: tuple[str, ...], *, both: bool
) -> Iterator[Case]:
    for origin in origins:
        one = read(origin, origin.policy)
        if one.problems:
            continue
        for pair in change(origin.policy, origin.name, wanted):
            other = read(origin, pair.other)
            if not other.problems and meaning(one).type is meaning(other).type:
                holds = no_wider(other, one) and (not both or no_wider(one, other))
                yield Case(origin, pair.rewriting, one, other, holds)


def read(origin: Origin, policy: Json) -> Document:
    """Return a policy as a document of the kind of another."""
    source = read_bytes("policy.json", json.dumps(policy).encode(), Limits())
    return document(parse(source, Limits()), Selection((), KINDS), origin.kind)


def meaning(of: Document) -> Policy:
    """Return the policy that rules see of a document."""
    found = of.activation.values.get("policy")
    assert isinstance(found, Policy)
    return found


def no_wider(one: Document, other: Document) -> bool:
    """Say whether a policy is proved to allow nothing that another one does not."""
    try:
        with cel.budget():
            return grants_beyond(meaning(one), meaning(other)) is None
    except (Undecided, EvaluationError):
        return False


def verdicts(rules: Iterable[Rule], origin: Origin, of: Document) -> dict[str, str]:
    """Return the verdict of each rule about grants on a document of some origin."""
    return {
        rule.id: VERDICT[evaluate(_as_in(rule, origin), of).status]
        for rule in rules
        if rule.file.about is About.GRANTS
    }


def _as_in(rule: Rule, origin: Origin) -> Rule:
    return rule.as_in(origin.example) if origin.example and rule.id == origin.rule else rule


def differences(
    rules: Iterable[Rule], found: Iterable[Case], one_of: int = 1
) -> Iterator[Difference]:
    """Yield the rules that judge the two sides of a proved case differently.

    All rules are asked about each policy, or `one_of` so many of those whose example it is not.
    """
    known = tuple(rule for rule in rules if rule.file.about is About.GRANTS)
    last: tuple[Document, Mapping[str, str]] | None = None
    asked = known
    for case in found:
        if not case.holds:
            continue
        if last is None or last[0] is not case.one:
            asked = tuple(each for each in known if _is_asked(each, case.origin, one_of))
            last = (case.one, verdicts(asked, case.origin, case.one))
        second = verdicts(asked, case.origin, case.other)
        for rule, verdict in last[1].items():
            if verdict != second[rule]:
                yield Difference(rule, case, (verdict, second[rule]))


def _is_asked(rule: Rule, origin: Origin, one_of: int) -> bool:
    return rule.id == origin.rule or _chosen(f"{rule.id} {origin.name}", one_of)


def _chosen(name: str, one_of: int) -> bool:
    return zlib.crc32(name.encode()) % one_of == 0


def some(origins: Iterable[Origin], one_of: int) -> Iterator[Origin]:
    """Yield one of so many policies: always the same ones, whatever the others are."""
    for each in origins:
        if _chosen(each.name, one_of):
            yield each


def measured(rules: Iterable[Rule], origins: Iterable[Origin], family: str) -> Measured:
    """Return how many rewritings of a family the tests count, and which rules differ on them.

    Every policy can be rewritten in the families of spelling and of the rest, so some are enough.
    """
    one_of = {"spelling": 8, "rest": 2}.get(family, 1)
    found = list(cases(some(origins, one_of), FAMILIES[family]))
    differing = differences(rules, found, RULES)
    return Measured(sum(case.holds for case in found), counted(differing))


def added(rules: Iterable[Rule], found: Iterable[Case], one_of: int = 1) -> Iterator[Difference]:
    """Yield the rules that find something in a narrower policy, and nothing in the wider one."""
    for each in differences(rules, found, one_of):
        if each.verdicts[0] == "pass":
            yield each


def counted(found: Iterable[Difference]) -> dict[str, int]:
    """Return how many cases each rule judges differently, by the id of the rule."""
    return dict(sorted(Counter(each.rule for each in found).items()))
