"""CEL on values of a host: structs, functions, lazy variables, and `has()` of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from checker import cel
from checker.cel.types import DYN, INT, STRING, Type, list_of
from checker.problems import Json

BOX = Type("box")


@dataclass(frozen=True, slots=True)
class Box:
    label: str
    items: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Undeclared:
    label: str


def refuse(*_arguments: object) -> object:
    raise cel.FunctionError("the box is locked")


def crash(*_arguments: object) -> object:
    raise ZeroDivisionError("a host's own mistake")


ENV = cel.Env(
    {"box": BOX, "data": DYN},
    (
        cel.Struct(
            BOX,
            Box,
            (
                cel.Field("label", STRING, lambda box: box.label, ""),
                cel.Field("items", list_of(DYN), lambda box: list(box.items), ""),
                cel.Field("locked", STRING, refuse, ""),
                cel.Field("broken", STRING, crash, ""),
            ),
            "",
        ),
    ),
    (
        cel.Function("holds", (STRING,), DYN, lambda box, item: item in box.items, "", BOX),
        cel.Function("holds", (INT,), DYN, lambda box, least: len(box.items) >= least, "", BOX),
        cel.Function("boxed", (STRING,), BOX, Box, ""),
        cel.Function("open", (), STRING, refuse, "", BOX),
        cel.Function("crash", (), STRING, crash, "", BOX),
        cel.Function("first", (list_of(STRING),), STRING, lambda items: items[0], ""),
    ),
)


def value(text: str, **variables: object) -> object:
    return cel.compile(text, ENV, engine="cel-python").evaluate(cel.Activation(variables))


def reason(text: str, **variables: object) -> str:
    with pytest.raises(cel.EvaluationError) as caught:
        value(text, **variables)
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("has(data.a)", True),
        ("has(data.b)", False),
        ("has(data.a.c)", False),
        ("has((data.a).c)", False),
        ("has(box.label)", True),
        ("has(box.nothing)", False),
        ("has(box.locked)", True),
    ],
)
def test_has_says_whether_there_is_a_field(text: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    data: Json = {"a": {"b": 1}}
    assert value(text, data=data, box=Box("x")) is expected


def test_a_field_that_is_null_is_there() -> None:
    assert value("has(data.a) && data.a == null", data={"a": None}) is True


@pytest.mark.parametrize(
    "text",
    ["has(data.b.c)", "has(nothing.a)", "has(data.a.b.c)", "has(data.list.a)", "has(box.locked.a)"],
)
def test_has_hides_no_error_further_up(text: str) -> None:
    assert reason(text, data={"a": {"b": 1}, "list": [1]}, box=Box("x"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("box.label", "x"),
        ("box.items", ["a", "b"]),
        ("box.items.exists(i, i == 'b')", True),
        ("box.holds('b')", True),
        ("box.holds(3)", False),
        ("boxed('y').label", "y"),
        ("[box].map(b, b.label)", ["x"]),
        ("first(['a'])", "a"),
        ("box == box", True),
    ],
)
def test_a_host_value_has_its_fields_and_methods(text: str, expected: object) -> None:
    assert value(text, box=Box("x", ("a", "b"))) == expected


def test_a_host_value_comes_out_itself() -> None:
    box = Box("x")
    assert value("box", box=box) is box
    assert value("[box]", box=box) == [box]


def test_data_comes_out_as_the_documents_own_object() -> None:
    data: Json = {"a": [{"b": 1}]}
    assert isinstance(data, dict)
    assert value("data.a", data=data) is data["a"]
    assert value("data.a.filter(x, true)[0]", data=data) is data["a"][0]  # type: ignore[index]  # a list


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("box.nothing", "no field `nothing`"),
        ("box.locked", "the box is locked"),
        ("box.open()", "the box is locked"),
        ("box.broken", "a host's own mistake"),
        ("box.crash()", "a host's own mistake"),
        ("box.holds(1.5)", "no such overload: `holds` does not take (box, double)"),
        ("box.holds()", "no such overload: `holds` does not take (box)"),
        ("holds('a')", "no such overload: `holds` does not take (string)"),
        ("'a'.holds('a')", "no such overload: `holds` does not take (string, string)"),
        ("other.holds('a')", "no such overload: `holds` does not take (undeclared, string)"),
        ("other.label", "no field `label`"),
        ("first(['a', 1])", "no such overload: `first` of (list)"),
        ("box.holds(1 / 0)", "divide by zero"),
        ("first([])", ""),
        ("box.size()", "no function `size` for (box)"),
        ("box < box", ""),
    ],
)
def test_a_host_that_gives_no_value_is_an_error(text: str, why: str) -> None:
    assert why in reason(text, box=Box("x"), other=Undeclared("x"))


def counted(result: object) -> tuple[list[int], Callable[[cel.Activation], object]]:
    calls: list[int] = []

    def compute(_activation: cel.Activation) -> object:
        calls.append(1)
        if isinstance(result, Exception):
            raise result
        return result

    return calls, compute


@pytest.mark.parametrize(
    ("text", "times"),
    [("1", 0), ("lazy + lazy", 1), ("true ? 1 : lazy", 0), ("[1, 2].map(x, lazy)", 1)],
)
def test_a_lazy_value_is_computed_once_and_only_when_used(text: str, times: int) -> None:
    calls, compute = counted(5)
    cel.compile(text, ENV, engine="cel-python").evaluate(cel.Activation({}, {"lazy": compute}))
    assert len(calls) == times


def test_a_lazy_value_is_shared_by_programs_and_seen_from_below() -> None:
    calls, compute = counted(5)
    above = cel.Activation({}, {"lazy": compute})
    below = cel.Activation({"data": 1}, {}, above)
    assert cel.compile("lazy + data", ENV, engine="cel-python").evaluate(below) == 6
    assert cel.compile("lazy", ENV, engine="cel-python").evaluate(above) == 5
    assert len(calls) == 1


def test_a_lazy_value_that_fails_fails_once_and_every_time() -> None:
    calls, compute = counted(cel.EvaluationError("out of reach"))
    activation = cel.Activation({}, {"lazy": compute})
    program = cel.compile("lazy == 1", ENV, engine="cel-python")
    for _ in range(2):
        with pytest.raises(cel.EvaluationError, match="out of reach"):
            program.evaluate(activation)
    assert len(calls) == 1
    assert cel.compile("true || lazy", ENV, engine="cel-python").evaluate(activation) is True


@pytest.mark.parametrize(
    "let", [{"a": "a"}, {"a": "b", "b": "a"}, {"a": "b + 1", "b": "c + 1", "c": "a + 1"}]
)
def test_a_value_that_needs_itself_is_an_error(let: dict[str, str]) -> None:
    lazy = {
        name: cel.compile(text, ENV, engine="cel-python").evaluate for name, text in let.items()
    }
    with pytest.raises(cel.EvaluationError, match="`a` is defined in terms of itself"):
        cel.compile("a", ENV, engine="cel-python").evaluate(cel.Activation({}, lazy))


def test_a_chain_of_lazy_values_is_no_cycle() -> None:
    let = {"a": "b + b", "b": "c + c", "c": "1"}
    lazy = {
        name: cel.compile(text, ENV, engine="cel-python").evaluate for name, text in let.items()
    }
    assert cel.compile("a", ENV, engine="cel-python").evaluate(cel.Activation({}, lazy)) == 4


def test_a_macros_variable_hides_others_only_inside() -> None:
    assert value("[1].map(data, data + 1)[0] + data", data=10) == 12


def test_one_program_serves_many_documents() -> None:
    program = cel.compile("data.a", ENV, engine="cel-python")
    found = [program.evaluate(cel.Activation({"data": {"a": n}})) for n in range(3)]
    assert found == [0, 1, 2]
