"""The reference of functions: made from the declarations, with examples that hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker import cel
from checker.cel.env import Field, Function
from checker.iam.functions import FUNCTIONS, SAMPLE, STRUCTS
from checker.kinds import builtin
from checker.kinds.reference import codes, reference

DOCS = Path(__file__).parent.parent / "docs"
DECLARED: list[Field | Function] = [
    *(field for struct in STRUCTS for field in struct.fields),
    *FUNCTIONS,
]


@pytest.mark.parametrize("declared", DECLARED, ids=[each.name for each in DECLARED])
@pytest.mark.parametrize("engine", ["codegen", "interpret"])
def test_every_example_is_true_of_the_sample(
    declared: Field | Function, engine: cel.Engine
) -> None:
    kind = builtin()[0]
    assert kind.recognises(SAMPLE)
    assert declared.name in declared.example
    program = cel.compile(declared.example, kind.env, engine=engine)
    assert program.evaluate(cel.Activation(kind.variables(SAMPLE))) is True


@pytest.mark.parametrize(
    ("name", "made"), [("functions.md", reference), ("access-analyzer.md", codes)]
)
def test_the_reference_is_up_to_date(name: str, made: object) -> None:
    assert callable(made)
    text = made()
    if os.environ.get("UPDATE_GOLDEN"):
        (DOCS / name).write_text(text, encoding="utf-8")
    assert (DOCS / name).read_text(encoding="utf-8") == text
