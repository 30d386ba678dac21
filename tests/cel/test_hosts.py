"""Values, fields and functions of a host, and lazy variables, in the language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from checker import cel
from checker.cel.types import BOOL, DYN, INT, STRING, Type, list_of

ENGINES: tuple[cel.Engine, ...] = ("codegen", "interpret", "cel-python")
BOX = Type("box")


@dataclass(frozen=True)
class Box:
    name: str


def fail(_box: Box) -> str:
    raise cel.FunctionError("the box is shut")


def bug(_box: Box) -> str:
    raise KeyError("oops")


ENV = cel.Env(
    {"box": BOX, "d": DYN, "later": STRING, "boxes": list_of(BOX)},
    (
        cel.Struct(
            BOX,
            Box,
            (
                cel.Field("name", STRING, lambda box: box.name, ""),
                cel.Field("shut", STRING, fail, ""),
                cel.Field("bug", STRING, bug, ""),
            ),
            "",
        ),
    ),
    (
        cel.Function("has_name", (STRING,), BOOL, lambda box, name: box.name == name, "", BOX),
        cel.Function("count", (list_of(STRING),), INT, len, ""),
    ),
)


def evaluated(text: str, engine: cel.Engine, **values: Any) -> Any:
    known = {"box": Box("a"), "d": {"box": Box("b"), "l": [1]}, "boxes": [Box("x")], **values}
    lazy = {"later": lambda _: "now"}
    return cel.compile(text, ENV, engine=engine).evaluate(cel.Activation(known, lazy))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("box.name", "a"),
        ("d.box.name", "b"),
        ("box.has_name('a')", True),
        ("d.box.has_name('a')", False),
        ("boxes.map(b, b.name)", ["x"]),
        ("count(['a', 'b'])", 2),
        ("has(box.name)", True),
        ("box.shut == '' || true", True),
        ("later == 'now'", True),
    ],
)
def test_value(text: str, value: object, engine: cel.Engine) -> None:
    assert evaluated(text, engine) == value


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("text", "message"),
    [("box.shut", "the box is shut"), ("d.l.map(x, dyn(x)).join('')", ""), ("count(dyn([1]))", "")],
)
def test_error(text: str, message: str, engine: cel.Engine) -> None:
    with pytest.raises(cel.EvaluationError) as caught:
        evaluated(text, engine)
    assert message in caught.value.message


@pytest.mark.parametrize("engine", ENGINES[:2])
def test_nothing_absorbs_a_defect_of_the_host(engine: cel.Engine) -> None:
    with pytest.raises(cel.EvaluationError, match="`bug` failed: KeyError"):
        evaluated("box.bug == '' || box.shut == '' || d.l[0] == 1", engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_result_is_the_document_s_own_object(engine: cel.Engine) -> None:
    data = {"l": [{"a": 1}]}
    assert evaluated("d.l[0]", engine, d=data) is data["l"][0]


@pytest.mark.parametrize("engine", ENGINES[:2])
def test_lazy_variable_is_computed_once_and_only_where_it_is_used(engine: cel.Engine) -> None:
    calls: list[str] = []

    def compute(_: cel.Activation) -> str:
        calls.append("x")
        raise cel.EvaluationError("no value", 7, 7)

    program = cel.compile("box.name == 'a' ? true : later == 'x'", ENV, engine=engine)
    parent = cel.Activation({"box": Box("a")}, {"later": compute})
    assert program.evaluate(cel.Activation({}, None, parent)) is True
    assert calls == []
    failing = cel.compile("true &&\n later == ''", ENV, engine=engine)
    for _ in range(2):
        with pytest.raises(cel.EvaluationError, match="no value") as caught:
            failing.evaluate(cel.Activation({}, None, parent))
        assert (caught.value.line, caught.value.column) == (2, 2)
    assert calls == ["x"]
    absorbed = cel.compile("later == '' || true", ENV, engine=engine)
    assert absorbed.evaluate(parent) is True
