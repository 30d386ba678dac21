"""The reference of functions: made from the declarations, with examples that hold."""

from __future__ import annotations

import os

import pytest

from checker import cel
from checker.cel.env import Field, Function
from checker.handbook.functions import codes, reference
from checker.iam.functions import SAMPLE, STRUCTS
from checker.kinds import builtin
from tests.support.command import ROOT

DOCS = ROOT / "docs"
KIND = builtin()[0]
DECLARED: list[Field | Function] = [
    *(field for struct in STRUCTS for field in struct.fields),
    *KIND.env.functions,
]


@pytest.mark.parametrize("declared", DECLARED, ids=[each.name for each in DECLARED])
@pytest.mark.parametrize("engine", ["codegen", "interpret"])
def test_every_example_is_true_of_the_sample(
    declared: Field | Function, engine: cel.Engine
) -> None:
    assert KIND.recognises(SAMPLE)
    assert declared.name in declared.example
    program = cel.compile(declared.example, KIND.env, engine=engine)
    assert program.evaluate(cel.Activation(KIND.variables(SAMPLE))) is True


@pytest.mark.parametrize(
    ("name", "made"), [("functions.md", reference), ("access-analyzer.md", codes)]
)
def test_the_reference_is_up_to_date(name: str, made: object) -> None:
    assert callable(made)
    text = made()
    if os.environ.get("UPDATE_GOLDEN"):
        (DOCS / name).write_text(text, encoding="utf-8")
    assert (DOCS / name).read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "text",
    [
        "5",
        '{"Statement": [1, 2]}',
        '{"Statement": {"Effect": "Allow", "Action": 5, "Resource": "*"}}',
        '{"Statement": {"Effect": "Nope", "Action": "*", "Resource": "*"}}',
        '{"Statement": []}',
    ],
)
def test_no_part_of_a_policy_that_is_not_valid_is_passed_over(text: str) -> None:
    program = cel.compile(f"policy.grantsBeyond(iamPolicy({text})).hasValue()", KIND.env)
    with pytest.raises(cel.EvaluationError, match="not a valid policy"):
        program.evaluate(cel.Activation(KIND.variables(SAMPLE)))


@pytest.mark.parametrize(
    "text",
    [
        '{"action": "s3:GetObject"}',
        '{"action": 5, "resource": "arn:aws:s3:::b"}',
        '{"action": "s3:GetObject", "resource": "arn:aws:s3:::b", "who": "me"}',
        '{"action": "s3:GetObject", "resource": "arn:aws:s3:::b", "context": "a"}',
        '{"action": "s3:GetObject", "resource": "arn:aws:s3:::b", "context": {"a:b": true}}',
    ],
)
def test_what_is_no_request_is_an_error(text: str) -> None:
    program = cel.compile(f"policy.allows({text})", KIND.env)
    with pytest.raises(cel.EvaluationError, match=r"request|condition keys"):
        program.evaluate(cel.Activation(KIND.variables(SAMPLE)))
