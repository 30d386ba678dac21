"""The types made from a JSON Schema: what the schema accepts is of the type, always."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from checker import cel
from checker.cel.schema_types import from_json_schema, normalised
from checker.cel.types import Type, conforms
from checker.kinds import from_schema
from checker.reader.schema import Schema

NAMES = st.sampled_from(["a", "b", "xa"])
PLAIN: list[Any] = [None, True, False, 0, 1, 1.0, 2.5, "", "a", "no"]
SMALL: list[Any] = [[], {}, *([item] for item in PLAIN), *({"a": item} for item in PLAIN)]
SCALARS = st.sampled_from(PLAIN)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
)
REFS = st.sampled_from(["#", "#/$defs/a", "#/$defs/b", "#there", "#/$defs/a/properties/a", "#/no"])


def _keywords(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = ["object", "array", "string", "integer", "number", "boolean", "null"]
    kinds = st.sampled_from(names)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": kinds | st.lists(kinds, min_size=1, max_size=2, unique=True),
            "properties": st.dictionaries(NAMES, inner, max_size=2),
            "required": st.lists(NAMES, max_size=2, unique=True),
            "additionalProperties": inner,
            "patternProperties": st.dictionaries(st.just("^x"), inner, max_size=1),
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "enum": st.lists(SCALARS, min_size=1, max_size=3),
            "const": SCALARS,
            "$ref": REFS,
            "$anchor": st.just("there"),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
        },
    )


SCHEMAS = st.recursive(st.booleans() | _keywords(st.booleans()), _keywords, max_leaves=8)
PATTERNS = {"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": {}}


def _fits(value: Any, type_: Type, structs: dict[str, cel.Struct]) -> bool:
    """Say whether a value and all within it are of a type, whatever it is made of."""
    struct = structs.get(type_.name)
    if struct is not None:
        fields = {field.name: field for field in struct.fields}
        return (
            isinstance(value, dict)
            and all(name in value for name, field in fields.items() if field.required)
            and all(
                _fits(item, fields[key].type, structs)
                if key in fields
                else struct.additional is not None and _fits(item, struct.additional, structs)
                for key, item in value.items()
            )
        )
    if type_.name == "list":
        return isinstance(value, list) and all(
            _fits(item, type_.parameters[0], structs) for item in value
        )
    if type_.name == "map":
        return isinstance(value, dict) and all(
            _fits(item, type_.parameters[1], structs) for item in value.values()
        )
    return value is None if type_.name == "null_type" else conforms(value, type_)


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(SCHEMAS, st.dictionaries(st.sampled_from("ab"), SCHEMAS, max_size=2), VALUES)
@example({"type": "object", **PATTERNS, "additionalProperties": {"type": "boolean"}}, {}, {"xa": 5})
@example(
    {"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "boolean"}}, {}, ["no"]
)
def test_what_a_schema_accepts_is_of_the_type_made_from_it(
    schema: Any, definitions: dict[str, Any], value: Any
) -> None:
    root = {**schema, "$defs": definitions} if isinstance(schema, dict) else {"not": {}}
    try:
        compiled = Schema(root)
    except ValueError:
        return  # a reference that leads nowhere: no schema
    type_, structs = from_json_schema(root)
    named = {struct.type.name: struct for struct in structs}
    for each in (value, *PLAIN, *SMALL):
        try:
            accepted = compiled.accepts(each)
        except ValueError:
            return  # a schema that refers to itself without end
        assert not accepted or _fits(normalised(each, type_, named), type_, named)


NO = {"type": "string"}
YES = {"type": "boolean"}


@pytest.mark.parametrize(
    ("schema", "document", "field"),
    [
        ({**PATTERNS, "additionalProperties": YES}, {"xa": 5}, "document.xa"),
        (
            {"properties": {"l": {"type": "array", "prefixItems": [NO], "items": YES}}},
            {"l": ["no"]},
            "document.l[0]",
        ),
        (
            {"properties": {"p": {"$ref": "#b"}}, "$defs": {"z": {"$anchor": "b", **NO}}, "b": YES},
            {"p": "no"},
            "document.p",
        ),
        (
            {
                "properties": {
                    "p": {"$id": "urn:x", "$defs": {"b": NO}, "allOf": [{"$ref": "#/$defs/b"}]}
                },
                "$defs": {"b": YES},
            },
            {"p": "no"},
            "document.p",
        ),
    ],
    ids=["patternProperties", "prefixItems", "anchor", "embedded"],
)
@pytest.mark.parametrize("engine", ["codegen", "interpret", "cel-python"])
def test_what_is_no_boolean_never_counts_as_true(
    schema: dict[str, Any], document: Any, field: str, engine: cel.Engine
) -> None:
    kind = from_schema("k", {"type": "object", **schema})
    assert kind.schema.accepts(document)
    for text in (f"{field} && true", f"[1].all(x, {field})", f"{field} ? true : false"):
        program = cel.compile(text, kind.env, engine=engine)
        with pytest.raises(cel.EvaluationError):
            program.evaluate(cel.Activation(kind.variables(document)))


def test_a_host_that_breaks_its_word_makes_nothing_true() -> None:
    class Liar:
        """Declares a boolean and gives a text."""

    liar = cel.Type("liar")
    field = cel.Field("holds", cel.Type("bool"), lambda _: "no", "")
    env = cel.Env({"it": liar}, (cel.Struct(liar, Liar, (field,), ""),))
    for text in ("it.holds && true", "[1].exists(x, it.holds)", "!it.holds", "it.holds ? 1 : 2"):
        with pytest.raises(cel.EvaluationError, match="expected true or false, not string"):
            cel.compile(text, env).evaluate(cel.Activation({"it": Liar()}))
