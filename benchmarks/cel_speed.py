"""Measures how fast each engine decides realistic conditions on IAM policies.

    python benchmarks/cel_speed.py [--seconds 0.2]

`shared` evaluates one activation again and again; `new` makes one from other data every time.
An engine that is not installed is left out by name, and so is a condition that one cannot decide.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import itertools
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias

from checker import cel
from checker.cel.schema_types import from_json_schema
from checker.cel.types import INT, STRING, Type, list_of

_ACTIONS = [
    *("s3:GetObject", "s3:PutObject", "s3:ListBucket", "ecr:GetAuthorizationToken"),
    *("ecr:PutImage", "ecr:BatchGetImage", "iam:PassRole", "ec2:DescribeInstances"),
    *("logs:CreateLogGroup", "logs:PutLogEvents", "sts:AssumeRole"),
]
_STATEMENT: dict[str, Any] = {
    "Sid": "Deploy",
    "Effect": "Allow",
    "Action": _ACTIONS,
    "Resource": ["arn:aws:s3:::bucket/*", "arn:aws:ecr:eu-west-1:123456789012:repository/app"],
    "Condition": {
        "StringEquals": {
            "aws:SourceAccount": ["123456789012"],
            "aws:RequestedRegion": ["eu-west-1", "eu-central-1"],
        },
        "Bool": {"aws:SecureTransport": ["true"]},
    },
}
_DENY: dict[str, Any] = {
    "Sid": "NoPlainText",
    "Effect": "Deny",
    "Action": ["s3:*"],
    "Resource": ["*"],
    "Condition": {"Bool": {"aws:SecureTransport": ["false"]}},
}
_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["Statement", "Version"],
    "additionalProperties": False,
    "properties": {
        "Version": {"type": "string"},
        "Id": {"type": "string"},
        "Statement": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["Effect", "Action", "Resource"],
                "additionalProperties": False,
                "properties": {
                    "Sid": {"type": "string"},
                    "Effect": {"enum": ["Allow", "Deny"]},
                    "Action": _TEXTS,
                    "Resource": _TEXTS,
                    "Principal": {"type": "string"},
                    "Condition": {
                        "type": "object",
                        "additionalProperties": {"type": "object", "additionalProperties": _TEXTS},
                    },
                },
            },
        },
    },
}
"""Of a policy in which every element that may be one or many is a list; our engine knows it."""
DATA: dict[str, Any] = {
    "document": {"Version": "2012-10-17", "Id": "deploy-7", "Statement": [_STATEMENT, _DENY]},
    "statement": _STATEMENT,
    "services": ["s3", "ecr", "logs", "sts", "iam", "ec2"],
    "limit": 20,
}
CONDITIONS = {
    "logic": (
        "statement.Effect == 'Deny' || (document.Version == '2012-10-17' && limit > 10 "
        "&& !('*' in statement.Action || '*' in statement.Resource))"
    ),
    "all actions": "statement.Action.all(a, a != '*' && a != 's3:*' && !a.endsWith(':*'))",
    "no such action": "!statement.Action.exists(a, a in ['*', 'iam:*', 'kms:*', 'sts:*'])",
    "service prefixes": "statement.Action.all(a, services.exists(s, a.startsWith(s + ':')))",
    "split actions": "statement.Action.all(a, a.split(':').size() == 2 && a.lowerAscii() != a)",
    "every statement": (
        "document.Statement.all(s, s.Effect == 'Deny' || s.Action.all(a, !a.contains('*')))"
    ),
    "nested conditions": (
        "statement.Condition.all(op, statement.Condition[op].all(key, key.startsWith('aws:') "
        "&& statement.Condition[op][key].all(v, v != '*')))"
    ),
    "a key of conditions": (
        "document.Statement.exists(s, s.Effect == 'Deny' && has(s.Condition) && s.Condition.exists("
        "op, op == 'Bool' && 'aws:SecureTransport' in s.Condition[op]))"
    ),
    "regular expression": (
        "statement.Resource.all(r, r.matches('^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:.+$'))"
    ),
    "matched actions": "!statement.Action.exists(a, a.matches('^(iam|kms|sts):(Create|Delete).*'))",
    "optional fields": (
        "statement.?Principal.orValue('none') == 'none' && has(statement.Condition) "
        "&& statement.?Condition[?'Bool'][?'aws:SecureTransport'].orValue([]) == ['true']"
    ),
    "arithmetic": (
        "statement.Action.size() + statement.Resource.size() * 2 < limit "
        "&& (statement.Action.size() - 1) % 5 == 0 && size(document.Id) <= limit * 4 - 1"
    ),
    "filter and map": (
        "statement.Action.filter(a, a.startsWith('ecr:')).map(a, a + '*').size() == 3"
    ),
}
"""Conditions that are true of `DATA`, in words that every engine understands."""
TYPICAL = CONDITIONS["every statement"]
_COPIES = 16

Evaluate: TypeAlias = Callable[[], object]
Prepare: TypeAlias = Callable[[str], tuple[Evaluate, Evaluate]]


@dataclass(frozen=True, slots=True)
class Peer:
    """An engine: `prepare` compiles a condition to its shared and its new evaluation."""

    name: str
    package: str
    prepare: Prepare


def _each() -> Iterator[dict[str, Any]]:
    """Yield data that is equal and never the same object twice in a row."""
    return itertools.cycle([copy.deepcopy(DATA) for _ in range(_COPIES)])


def environment() -> cel.Env:
    """Return what our engine is told of the data."""
    document, structs = from_json_schema(SCHEMA, "document")
    statement = Type("document.Statement")
    types = {"document": document, "statement": statement, "services": list_of(STRING)}
    return cel.Env({**types, "limit": INT}, structs)


def _ours(engine: cel.Engine) -> Prepare:
    def prepare(text: str) -> tuple[Evaluate, Evaluate]:
        program = cel.compile(text, environment(), engine=engine)
        shared, data = cel.Activation(DATA), _each()
        return (
            lambda: program.evaluate(shared),
            lambda: program.evaluate(cel.Activation(next(data))),
        )

    return prepare


def _cel_expr(text: str) -> tuple[Evaluate, Evaluate]:
    other = import_module("cel_expr_python.cel")
    kinds = other.Type
    strings = import_module("cel_expr_python.ext.ext_strings").ExtStrings()
    optional = import_module("cel_expr_python.ext.ext_optional").ExtOptional()
    types = {"document": kinds.DYN, "statement": kinds.DYN, "limit": kinds.INT}
    types |= {"services": kinds.List(kinds.STRING)}
    env = other.NewEnv(variables=types, extensions=[strings, optional])
    program = env.compile(text)
    shared, data = env.Activation(DATA), _each()
    return (
        lambda: program.eval(shared).value(),
        lambda: program.eval(env.Activation(next(data))).value(),
    )


def _cel_python(runner: str) -> Prepare:
    def prepare(text: str) -> tuple[Evaluate, Evaluate]:
        celpy = import_module("celpy")

        def converted(values: dict[str, Any]) -> dict[str, Any]:
            return {name: celpy.json_to_cel(value) for name, value in values.items()}

        env = celpy.Environment(runner_class=getattr(celpy, runner))
        program = env.program(env.compile(text))
        shared, data = converted(DATA), _each()
        return (
            lambda: program.evaluate(shared),
            lambda: program.evaluate(converted(next(data))),
        )

    return prepare


PEERS = (
    Peer("codegen", "checker", _ours("codegen")),
    Peer("interpret", "checker", _ours("interpret")),
    Peer("cel-expr-python", "cel_expr_python", _cel_expr),
    Peer("cel-python compiled", "celpy", _cel_python("CompiledRunner")),
    Peer("cel-python interpreted", "celpy", _cel_python("InterpretedRunner")),
)
GOALS = {
    ("cel-expr-python", 0): 10,
    ("cel-expr-python", 1): 20,
    ("cel-python compiled", 0): 200,
    ("cel-python interpreted", 0): 2_000,
}
"""How many times as long as ours the others are to take; 0 is shared data, 1 is new."""


def microseconds(call: Evaluate, seconds: float) -> float:
    """Return the best time of one call, over a fixed time."""
    number, best = 1, math.inf
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(number):
            call()
        spent = time.perf_counter() - start
        best = min(best, spent / number)
        if spent < seconds / 20:
            number *= 2
    return best * 1e6


def decided(peer: Peer, text: str, seconds: float) -> tuple[float, float] | None:
    """Return the microseconds, shared and new; None where the engine does not say true."""
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # cel-python tells of errors there
            calls = peer.prepare(text)
            if not all(bool(call()) for call in calls):
                return None
    except Exception:  # noqa: BLE001 - every engine has errors of its own
        return None
    return microseconds(calls[0], seconds), microseconds(calls[1], seconds)


def mean(ratios: list[float]) -> float:
    """Return the geometric mean."""
    return math.exp(math.fsum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan


def large(nodes: int) -> str:
    """Return an expression of about so many nodes: clauses of eight each."""
    return " && ".join(f"(limit + {i} > {i} || limit == {i})" for i in range(nodes // 9))


def compile_times(seconds: float) -> None:
    """Print how long our engines take to compile, and that it grows with the expression.

    The first evaluation counts, since code is generated then.
    """
    env = environment()

    def first(engine: cel.Engine, text: str) -> object:
        return cel.compile(text, env, engine=engine).evaluate(cel.Activation(DATA))

    rows = {"typical rule": TYPICAL} | {f"{n:,} nodes": large(n) for n in (1_000, 2_000, 4_000)}
    print("\nms to compile")
    for name, text in rows.items():
        times = [
            microseconds(lambda e=engine, t=text: first(e, t), 4 * seconds) / 1e3  # type: ignore[misc]
            for engine in ("codegen", "interpret")
        ]
        print(f"{name:22}{times[0]:10.2f} codegen{times[1]:10.2f} interpret")


def main() -> int:
    """Print microseconds per evaluation, the geometric means of the ratios, compile times."""
    parser = argparse.ArgumentParser(description="Compare the speed of engines of CEL.")
    parser.add_argument("--seconds", type=float, default=0.2, help="of each measurement")
    seconds = parser.parse_args().seconds
    for peer in PEERS:
        if find_spec(peer.package) is None:
            print(f"left out: {peer.name} (`{peer.package}` is not installed)")
    peers = [peer for peer in PEERS if find_spec(peer.package) is not None]
    print("µs per evaluation, shared data / new data")
    print(f"{'':20}" + "".join(f"{peer.name:>24}" for peer in peers))
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for condition, text in CONDITIONS.items():
        cells = []
        for peer in peers:
            if times := decided(peer, text, seconds):
                found[condition, peer.name] = times
            cells.append(f"{times[0]:13.2f} /{times[1]:9.2f}" if times else f"{'undecided':>24}")
        print(f"{condition:20}" + "".join(cells), flush=True)
    ours = peers[0].name
    print(f"\ntimes as long as {ours}, geometric mean")
    for peer, kind in itertools.product(peers[1:], (0, 1)):
        both = [c for c in CONDITIONS if (c, ours) in found and (c, peer.name) in found]
        ratio = mean([found[c, peer.name][kind] / found[c, ours][kind] for c in both])
        goal = GOALS.get((peer.name, kind))
        wanted = f", goal {goal:,}" if goal else ""
        data = ("shared", "new")[kind]
        print(f"{peer.name:24}{data:8}{ratio:10.1f} (of {len(both)} conditions{wanted})")
    compile_times(seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
