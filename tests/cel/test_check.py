"""The type checker: what is found, where, in which words; and what is let pass."""

from __future__ import annotations

from typing import Any

import pytest

from checker import cel
from checker.cel.schema_types import from_json_schema, normalised
from checker.cel.types import BOOL, DYN, INT, STRING, Type, list_of, map_of
from checker.problems import Json

SCHEMA: Json = {
    "type": "object",
    "required": ["Statement"],
    "additionalProperties": False,
    "properties": {
        "Version": {"enum": ["2012-10-17"]},
        "Count": {"type": "integer"},
        "Any": {"type": ["string", "array"]},
        "Ratio": {"type": "number"},
        "Tags": {"type": "object", "additionalProperties": {"type": "string"}},
        "Statement": {"type": "array", "items": {"$ref": "#/$defs/statement"}},
    },
    "$defs": {
        "statement": {
            "type": "object",
            "required": ["Effect"],
            "additionalProperties": False,
            "properties": {
                "Effect": {"type": "string"},
                "Sid": {"type": "string"},
                "Nested": {"$ref": "#/$defs/statement"},
            },
        }
    },
}
DOCUMENT, STRUCTS = from_json_schema(SCHEMA)
ENV = cel.Env({"document": DOCUMENT, "count": INT, "names": list_of(STRING)}, STRUCTS)

ERRORS = {
    "document.Verson == ''": (10, 16, "did you mean `Version`?"),
    "has(document.Verson)": (14, 20, "did you mean `Version`?"),
    "document.Statement.all(s, s.Efect == 'Allow')": (29, 34, "did you mean `Effect`?"),
    "document['Verson'] == ''": (10, 18, "did you mean `Version`?"),
    "documnt.Version": (1, 8, "undeclared name `documnt`; did you mean `document`?"),
    "names.exist(n, n == '')": (7, 12, "did you mean `exists`?"),
    "names.size().startsWith('a')": (14, 24, "no such function `int.startsWith(string)`"),
    "count + 'a'": (7, 8, "`+` does not take int and string"),
    "count == 'a'": (7, 9, "can never be equal"),
    "count + 1.5": (7, 8, "convert one, as in int(…)"),
    "count && true": (1, 6, "an operand of `&&` must be bool, not int"),
    "!count": (2, 7, "must be bool, not int"),
    "count ? 1 : 2": (1, 6, "the condition of `?:` must be bool"),
    "true ? 1 : 'a'": (1, 15, "different types, int and string"),
    "names.all(n, n)": (14, 15, "the condition of all() must be bool, not string"),
    "count.all(n, true)": (1, 6, "loops over a list or a map, not int"),
    "count.foo": (1, 10, "cannot read `foo` of int, which has no fields"),
    "names.foo": (1, 10, "take an element first"),
    "names['a']": (1, 11, "index of list(string) must be int, not string"),
    "1 in count": (3, 5, "`in` takes a list or a map"),
    "names[0].matches('(')": (18, 21, "is not a regular expression"),
    "{1.5: 1}": (2, 5, "a map key must be"),
    "names.all(n)": (7, 10, "all() takes other arguments, as in `a.all(x, condition)`"),
    "nope(1)": (1, 5, "unknown function `nope`"),
    "math.sqr(4.0)": (6, 9, "did you mean `math.sqrt`?"),
    "net.isIP('a')": (1, 4, "undeclared name `net`"),
}


@pytest.mark.parametrize(("text", "expected"), ERRORS.items())
def test_error(text: str, expected: tuple[int, int, str]) -> None:
    with pytest.raises(cel.CompileError) as caught:
        cel.compile(text, ENV)
    problem = caught.value.problems[0]
    assert expected[2] in problem.message
    assert (problem.line, problem.column, problem.end_column) == (1, *expected[:2])


def test_all_errors_are_found_each_on_its_line() -> None:
    text = "document.Verson == '' &&\n  names.exist(n, true) ||\n\n count"
    with pytest.raises(cel.CompileError) as caught:
        cel.compile(text, ENV)
    # the unknown call has an undeclared `n` in it, too
    assert [problem.line for problem in caught.value.problems] == [1, 2, 2, 4]


TYPES = {
    "document": DOCUMENT,
    "document.Statement[0].Effect": STRING,
    "document.Any": DYN,
    "document.Ratio": DYN,
    "document.Statement[0].Nested": DYN,
    "document.Tags": map_of(STRING),
    "document.?Version": Type("optional", (STRING,)),
    "document.?Version.orValue('')": STRING,
    "names.map(n, n.size())": list_of(INT),
    "names.filter(n, n != '')": list_of(STRING),
    "{'a': names}": map_of(list_of(STRING)),
    "[1, 'a']": list_of(DYN),
    "[] + [1]": list_of(INT),
    "dyn(1) + 1": INT,
    "dyn(1) + dyn(1)": DYN,
    "[1] + dyn(names)": list_of(DYN),
    "count > 1 || document.Any == 1": BOOL,
    "cel.bind(x, count, x + 1)": INT,
    "names.transformMap(i, n, n)": map_of(STRING, INT),
}


@pytest.mark.parametrize(("text", "type_"), TYPES.items())
def test_type(text: str, type_: Type) -> None:
    assert cel.compile(text, ENV).type == type_


WARNED = {
    "document.Version == ''": 10,
    "document['Version'] == ''": 10,
    "document.Statement.all(s, s.Sid != '')": 29,
    "has(document.Count) && document.Version == ''": 33,
    "has(document.Version) || document.Version == ''": 35,
    "!has(document.Version) && document.Version == ''": 36,
    "document.Statement.exists(s, has(s.Sid)) && document.Statement.all(s, s.Sid != '')": 73,
    "document.?Tags.orValue({})['a'] == '' || document.Count == 1": 51,
}
GUARDED = (
    "has(document.Version) && document.Version == ''",
    "!has(document.Version) || document.Version == ''",
    "has(document.Version) ? document.Version == '' : false",
    "!has(document.Version) ? false : document.Version == ''",
    "document.?Version.orValue('') == ''",
    "'Version' in document && document.Version == ''",
    "has(document.Version) && (count == 1 || document.Version == '')",
    "document.Statement.all(s, !has(s.Sid) || s.Sid != '')",
    "document.Statement.all(s, s.Effect == '')",
    "document.Statement.map(s, has(s.Sid), s.Sid) == ['a']",
    "document.Version == '' && has(document.Version)",
)


@pytest.mark.parametrize(("text", "column"), WARNED.items())
def test_optional_field_without_guard_is_a_warning(text: str, column: int) -> None:
    (warning,) = cel.compile(text, ENV).warnings
    assert warning.column == column
    assert "may be absent" in warning.message
    assert "has(" in warning.message


@pytest.mark.parametrize("text", GUARDED)
def test_guarded_field_is_no_warning(text: str) -> None:
    assert cel.compile(text, ENV).warnings == ()


def test_structs_of_a_schema() -> None:
    assert [struct.type.name for struct in STRUCTS] == ["document", "document.Statement"]
    fields = {field.name: (field.type, field.required) for field in STRUCTS[1].fields}
    assert fields["Effect"] == (STRING, True)
    assert fields["Nested"] == (DYN, False)


def test_whole_doubles_become_ints_and_the_rest_stays_the_same_object() -> None:
    structs = {struct.type.name: struct for struct in STRUCTS}
    value: Any = {"Count": 2.0, "Statement": [{"Effect": "Allow"}], "Ratio": 3.0}
    found = normalised(value, DOCUMENT, structs)
    assert found["Count"] == 2
    assert type(found["Count"]) is int
    assert type(found["Ratio"]) is float
    assert found["Statement"] is value["Statement"]
    with pytest.raises(ValueError, match="out of range for a 64-bit int"):
        normalised({"Count": 2**70}, DOCUMENT, structs)


def test_untyped_leaves_errors_to_run_time() -> None:
    program = cel.compile("nope(1) || 1 + 'a' == 2 || true", ENV, typed=False)
    assert program.evaluate(cel.Activation({})) is True
