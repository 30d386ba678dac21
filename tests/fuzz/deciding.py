"""Targets about rules and documents: whatever is written, it is decided, or refused at a place."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from checker import cel
from checker.cel.types import DYN
from checker.kinds.kind import typed
from checker.problems import InputError, Problem
from checker.reader import Limits
from checker.reader.schema import Schema
from checker.report import Status
from checker.rules import Rule, load
from checker.run.evaluate import Outcome, evaluate
from checker.settings import config
from tests.fuzz.case import Case, Target, hold
from tests.fuzz.gate import folder, read
from tests.fuzz.mutation import mutated, random_bytes
from tests.fuzz.reading import JSON_WORDS, YAML_WORDS
from tests.fuzz.seeds import examples, known_kinds, rule_files, shipped
from tests.fuzz.spelling import respelled
from tests.fuzz.writing import written
from tests.oracles.cel_generator import Generator

_POLICY_WORDS = (
    *(b'"Statement"', b'"Effect"', b'"Allow"', b'"Deny"', b'"Action"', b'"NotAction"', b'"*"'),
    *(b'"Resource"', b'"NotResource"', b'"Principal"', b'"NotPrincipal"', b'"Condition"', b'"AWS"'),
    *(b'"s3:*"', b'"arn:aws:s3:::b/*"', b'"${aws:username}"', b'"${x}"', b"${", b"*", b"?", b":"),
    *(b'"StringEquals"', b'"Version"', b'"2012-10-17"', b'"2008-10-17"', b'"Service"', b"null"),
    *(
        b"{}",
        b"[]",
        b'{"a": "b"}',
        b'["a"]',
        b'""',
        "\u212a".encode(),
        b"ForAllValues:",
        b"IfExists",
    ),
)
_CEL_WORDS = (
    *(b"policy", b"document", b"params", b"statement", b".", b"(", b")", b"[", b"]", b"{", b"}"),
    *(b"policy.access(", b".granted", b".resources", b".statements", b"all(x, ", b"exists(x, "),
    *(b"map(x, ", b"filter(x, ", b"size()", b"?", b":", b"||", b"&&", b"!", b"==", b"<", b" in "),
    *(b"'a'", b'"*"', b"1", b"0u", b"1.5", b"null", b"true", b"has(", b".?", b"[?", b"matches("),
    *(b"cel.bind(x, ", b"optional.of(", b".orValue(", b"lists.range(100000)", b"+", b"*", b"%"),
    *(b".join(", b".flatten()", b".replace(", b"dyn(", b"timestamp(", b"\\", b"\n", b"//", b"b'x'"),
)
_RULE_WORDS = (
    *(
        b"when: ",
        b"require: ",
        b"for_each: ",
        b"let:\n  x: ",
        b"message: ",
        b"at: ",
        b"{{ ",
        b" }}",
    ),
    *(
        b"kind: aws-scp\n",
        b"severity: ",
        b"params:\n",
        b"- that: ",
        b"examples: []\n",
        b"waivable: ",
    ),
    *(*_CEL_WORDS, *YAML_WORDS),
)
_CONFIG = b"""rules: [rules]
policies: [policies, manifests/]
exclude: ["*/package.json"]
kinds:
  - name: pod
    schema: schema.json
    recognise: document.kind == "Pod"
paths: {"*.pod.json": pod}
params: {ecr-push-to-one-repository: {push: [ecr:PutImage]}}
profile: recommended
disable: [policy-version-present]
fail_level: medium
strict: true
waivers: waivers.yaml
baseline: old.json
frameworks: [cis]
"""
_SCHEMA = b"""{"type": "object", "required": ["a"], "additionalProperties": false,
"properties": {"a": {"type": ["string", "null"], "pattern": "^[a-z]+$", "enum": ["x", "y"]},
"b": {"type": "array", "items": {"$ref": "#/$defs/t"}, "minItems": 1, "uniqueItems": true},
"c": {"anyOf": [{"type": "integer", "minimum": 3}, {"const": true}], "x-message": "{} is wrong"}},
"patternProperties": {"^x": {"not": {}}}, "$defs": {"t": {"oneOf": [{"type": "number"}]}}}"""
_SCHEMA_WORDS = (
    *(
        b'"$ref": "#"',
        b'"$ref": "#/$defs/t"',
        b'"$ref": "file:///etc/passwd"',
        b'"not": {}',
        b'"$id"',
    ),
    *(
        b'"allOf": [{}]',
        b'"if": {}',
        b'"pattern": "(a+)+$"',
        b'"pattern": "("',
        b'"format": "date"',
    ),
    *(b'"$schema": "http://json-schema.org/draft-07/schema#"', b'"items": false', b'"type": "any"'),
    *(b'"$dynamicRef": "#x"', b'"unevaluatedProperties": false', b'"maxLength": -1', b'"enum": []'),
    *JSON_WORDS,
)
_PARTS = 6
"""How many of the shipped rules are decided on one document."""


def _make_policy(rnd: random.Random) -> Case:
    seed, other = rnd.choices(examples(), k=2)
    suffix, content = written(rnd, respelled(rnd, seed.policy))
    if rnd.random() < 0.6:
        content = mutated(rnd, content, _POLICY_WORDS, json.dumps(other.policy).encode())
    return Case(f"{seed.kind}{suffix}", content)


def judge_policy(case: Case) -> None:
    """Hold a document to a place for each problem, or to rules that two engines decide alike."""
    kind = Path(case.name).stem
    document = read(case, kind if kind in known_kinds() else "")
    for problem in document.problems:
        _is_told(problem)
    at = crc32(case.content)
    for number in range(0 if document.problems else _PARTS):
        ids = sorted(shipped())
        name = ids[(at + 17 * number) % len(ids)]
        outcome = evaluate(shipped()[name], document)
        _is_whole(outcome)
        again = evaluate(shipped("interpret")[name], read(case, document.kind.name))  # type: ignore[union-attr]
        hold(outcome == again, f"{name}: two engines decide it in two ways")


def _make_rule(rnd: random.Random) -> Case:
    first, second = rnd.choices(rule_files(), k=2)
    return Case("rule.yaml", mutated(rnd, first, _RULE_WORDS, second))


def judge_rule(case: Case) -> None:
    """Hold a rule file to a place for each problem, or to a decision on every document."""
    named = re.search(rb"^id: ([a-z0-9-]{1,80})\r?$", case.content, re.MULTILINE)
    name = named[1].decode() if named else "rule"
    rules: Sequence[Rule] = ()
    with folder() as place:
        (place / f"{name}.yaml").write_bytes(case.content)
        try:
            rules = load([str(place / f"{name}.yaml")], known_kinds(), {}, Limits()).rules
        except InputError as error:
            for problem in error.problems:
                _is_told(problem)
    for rule in rules:
        for text in _POLICIES:
            document = read(Case("p.json", text), rule.kind)
            # A policy is of no other kind, whatever the rule is about.
            if not document.problems:
                _is_whole(evaluate(rule, document))


_POLICIES = (
    b'{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}',
    b"""{"Statement": [{"Effect": "Allow", "NotAction": ["iam:Get*"], "Resource": "arn:aws:s3:::b*",
"Condition": {"StringLike": {"aws:username": ["a*", "${aws:userid}"]}}}, {"Effect": "Deny",
"Principal": {"AWS": ["*", "123456789012"]}, "Action": "s3:Put?bject", "Sid": "x"},
{"Effect": "Allow", "Action": "s3:Get*", "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::${b}"]}]}""",
)


def _make_cel(rnd: random.Random) -> Case:
    kind = rnd.random()
    if kind < 0.3:
        text = Generator(rnd).case(3).text.encode()
        return Case("text.cel", mutated(rnd, text, _CEL_WORDS, text))
    if kind < 0.5:
        return Case("text.cel", b" ".join(rnd.choices(_CEL_WORDS, k=rnd.choice((1, 3, 9, 30)))))
    if kind < 0.6:
        return Case("text.cel", random_bytes(rnd, _CEL_WORDS))
    first, second = rnd.choices(_conditions(), k=2)
    return Case("text.cel", mutated(rnd, first, _CEL_WORDS, second))


@cache
def _conditions() -> tuple[bytes, ...]:
    """Return the conditions of the shipped rules."""
    found = re.findall(rb"(?m)^(?:when|require|  [a-z]+): ([^\n>|].+)$", b"\n".join(rule_files()))
    return tuple(sorted(set(found)))


def judge_cel(case: Case) -> None:
    """Hold two engines to the same value of a text, or to the same refusal."""
    text = case.content.decode("utf-8", "surrogateescape")
    env = known_kinds()["aws-iam-policy"].env.extended(dict.fromkeys(("params", "x", "i"), DYN))
    document = read(Case("p.json", _POLICIES[1]))
    found = []
    for engine in ("codegen", "interpret"):
        more = cel.Activation(
            {"params": {"a": [1, "b"]}, "x": "*", "i": 3}, {}, document.activation
        )
        try:
            with cel.budget(200_000):
                program = cel.compile(text, env, engine=engine)
                found.append((_plain(program.evaluate(more)), ""))
        except cel.CompileError as error:
            hold(all(each.message for each in error.problems), "a mistake without a word")
            found.append(("", str(error.problems)))
        except cel.EvaluationError as error:
            hold(error.message, "an error without a word")
            found.append(("", type(error).__name__))
    hold(found[0] == found[1], f"two engines give {str(found[0])[:80]} and {str(found[1])[:80]}")


def _plain(value: object) -> str:
    try:
        return json.dumps(value, sort_keys=True)
    except (TypeError, ValueError):
        return type(value).__name__


def _make_config(rnd: random.Random) -> Case:
    return Case("policy-check.yaml", mutated(rnd, _CONFIG, YAML_WORDS, rnd.choice(rule_files())))


def judge_config(case: Case) -> None:
    """Hold a configuration to a place for each problem, or to kinds that decide any document."""
    with folder() as place:
        (place / "schema.json").write_bytes(_SCHEMA)
        (place / case.name).write_bytes(case.content)
        try:
            settings = config.load(place / case.name, Limits())
            kinds = config.known_kinds(settings, Limits()).values()
        except InputError as error:
            for problem in error.problems:
                _is_told(problem)
            return
    for kind in kinds:
        for data in _VALUES:
            try:
                hold(kind.recognises(data) in (True, False), "neither recognised nor not")
            except cel.EvaluationError as error:
                hold(error.message, "an error without a word")


_VALUES: tuple[Any, ...] = (
    *(None, {}, [], "x", 3, {"a": "x"}, {"a": "q", "b": [1, 1, "2"], "c": 2}, {"kind": "Pod"}),
    *({"b": [], "c": True, "xx": 1, "q": {"a": [{}]}}, [[1], {"a": None}]),
)


def _make_schema(rnd: random.Random) -> Case:
    return Case("schema.json", mutated(rnd, _SCHEMA, _SCHEMA_WORDS, _SCHEMA))


def judge_schema(case: Case) -> None:
    """Hold a JSON Schema to a refusal, or to a verdict on any value, with reasons if it is no."""
    try:
        data = json.loads(case.content)
        kind = typed("fuzz", Schema(data))
    except (ValueError, RecursionError):
        return
    for value in _VALUES:
        try:
            accepted, found = kind.schema.accepts(value), kind.schema.violations(value)
        except ValueError as error:
            hold("without an end" in str(error), f"an error of another kind: {error}")
            continue
        hold(accepted is not bool(found), "accepted with a violation, or rejected without one")
        if accepted:
            _normalised(kind.normalise, value)


def _normalised(normalise: Any, value: Any) -> None:
    try:
        normalise(value)
    except ValueError as error:
        hold(str(error), "an error without a word")


def _is_told(problem: Problem) -> None:
    hold(problem.message, "a problem without a word")
    hold("internal error" not in problem.message, problem.message)


def _is_whole(outcome: Outcome) -> None:
    """Hold a decision to its findings: what fails or is undecided has one, what passes none."""
    statuses = {finding.status for finding in outcome.findings}
    hold(statuses <= {Status.FAIL, Status.ERROR}, f"a finding of {statuses}")
    worst = {Status.ERROR, Status.FAIL} & {outcome.status}
    hold(worst <= statuses, f"{outcome.status} without a finding")
    hold(worst or not statuses, f"{outcome.status} with a finding of {statuses}")
    for finding in outcome.findings:
        hold("internal error" not in finding.message, finding.message)
        hold(finding.place.location is not None, "a finding without a place")


TARGETS = (
    Target("policy", _make_policy, judge_policy),
    Target("rule", _make_rule, judge_rule, "rule.yaml"),
    Target("cel", _make_cel, judge_cel, "text.cel"),
    Target("config", _make_config, judge_config, "policy-check.yaml"),
    Target("schema", _make_schema, judge_schema, "schema.json"),
)
