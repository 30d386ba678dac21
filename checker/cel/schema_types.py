"""A JSON Schema in, the type of its values with the structs that it needs out.

Only what the schema proves becomes a type; unions, numbers (which are int or double), recursive
references and those that are no plain way through this schema are `dyn`. `if`, `allOf`, `anyOf`
and `not` say nothing about types here.

INVARIANT: what the schema accepts is of the type, since generated code believes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, cast

from checker.cel.env import Field, Struct
from checker.cel.types import BOOL, DYN, INT, NULL, STRING, Type, list_of, map_of
from checker.cel.values import INT_MAX, INT_MIN
from checker.problems import Json

_OWN_SPACE = frozenset({"$id", "id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef"})
"""Keywords by which a reference within means something else than a way from the root."""
_MAX_REFS = 50
"""References that are followed one after the other."""


def from_json_schema(schema: Json, name: str = "document") -> tuple[Type, tuple[Struct, ...]]:
    """Return the type of the values that a schema accepts, and the structs it is made of.

    The structs' types are called `name`, `name.Statement` and so on, after the way to them.
    """
    reading = _Reading(schema)
    return reading.type_of(schema, name, ()), tuple(reading.structs.values())


def normalised(value: Any, type_: Type, structs: Mapping[str, Struct]) -> Any:
    """Return a valid value with its whole doubles as ints where the type says `int`.

    JSON Schema takes 1.0 for an integer. What needs no change is returned as the same object;
    `structs` are by the name of their type. Raises ValueError for an int beyond 64 bits.
    """
    if type_ == INT:
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        if isinstance(whole, int) and not INT_MIN <= whole <= INT_MAX:
            raise ValueError(f"{whole} does not fit the 64 bits of int")
        return whole
    if type_.name == "list" and isinstance(value, list):
        items = [normalised(item, type_.parameters[0], structs) for item in value]
        return value if all(map(_same, items, value)) else items
    if not isinstance(value, dict):
        return value
    made = {
        key: normalised(item, _type_of_key(type_, key, structs), structs)
        for key, item in value.items()
    }
    return value if all(made[key] is item for key, item in value.items()) else made


def normaliser(type_: Type, structs: tuple[Struct, ...]) -> Callable[[Any], Any]:
    """Return `normalised` for values of a type; one that holds no int takes no walk at all."""
    named = {struct.type.name: struct for struct in structs}
    types = [type_, *(field.type for struct in structs for field in struct.fields)]
    types += [struct.additional for struct in structs if struct.additional is not None]
    if not any(_holds_int(each) for each in types):
        return lambda value: value
    return lambda value: normalised(value, type_, named)


def _holds_int(type_: Type) -> bool:
    return type_ == INT or any(map(_holds_int, type_.parameters))


def _same(one: object, other: object) -> bool:
    return one is other


def _type_of_key(type_: Type, key: str, structs: Mapping[str, Struct]) -> Type:
    if type_.name == "map":
        return type_.parameters[1]
    struct = structs.get(type_.name)
    if struct is None:
        return DYN
    found = next((field.type for field in struct.fields if field.name == key), None)
    return found or struct.additional or DYN


class _Reading:
    """One schema, with the structs found so far by the name of their type."""

    def __init__(self, root: Json) -> None:
        self.root = root
        self.structs: dict[str, Struct] = {}
        self.by_ref: dict[str, Type] = {}

    def type_of(self, schema: Json, name: str, within: tuple[str, ...]) -> Type:
        """Return the type of a subschema; `within` are the references that lead to it."""
        if not isinstance(schema, dict) or (_OWN_SPACE & schema.keys() and schema is not self.root):
            return DYN
        ref = schema.get("$ref")
        if isinstance(ref, str):
            if ref in within or len(within) > _MAX_REFS:
                return DYN
            if ref not in self.by_ref:
                self.by_ref[ref] = self.type_of(self._target(ref), name, (*within, ref))
            return self.by_ref[ref]
        kind = schema.get("type")
        if kind is None:
            kind = self._kind_of_values(schema)
        match kind:
            case "object":
                return self._object(schema, name, within)
            case "array":
                first = {"prefixItems", "additionalItems"} & schema.keys()
                return list_of(DYN if first else self.type_of(schema.get("items"), name, within))
        return _SCALARS.get(kind, DYN) if isinstance(kind, str) else DYN

    def _kind_of_values(self, schema: dict[str, Any]) -> str | None:
        """Return the type that a schema without `type` implies by `enum` or `const`."""
        values = schema.get("enum", [schema["const"]] if "const" in schema else [])
        kinds = {type(value) for value in values} if isinstance(values, list) else set()
        return _KINDS.get(kinds.pop()) if len(kinds) == 1 else None

    def _object(self, schema: dict[str, Any], name: str, within: tuple[str, ...]) -> Type:
        properties = schema.get("properties")
        more = schema.get("additionalProperties", True)
        if schema.get("patternProperties"):
            return map_of(DYN)
        if not isinstance(properties, dict) or not properties:
            return map_of(self.type_of(more, f"{name}.value", within))
        type_ = Type(self._free(name))
        # the name is taken before the fields are read, which may have the same
        self.structs[type_.name] = Struct(type_, dict, (), "")
        required = schema.get("required", [])
        fields = tuple(
            Field(
                key,
                self.type_of(each, f"{name}.{key}", within),
                itemgetter(key),
                _doc(each),
                required=key in required,
            )
            for key, each in properties.items()
        )
        additional = None if more is False else self.type_of(more, f"{name}.value", within)
        self.structs[type_.name] = Struct(type_, dict, fields, _doc(schema), additional)
        return type_

    def _free(self, name: str) -> str:
        number = 2
        found = name
        while found in self.structs:
            found = f"{name}{number}"
            number += 1
        return found

    def _target(self, ref: str) -> Json:
        """Return the subschema at a JSON Pointer; null, which says nothing, for any other way."""
        node: Any = self.root
        if not re.fullmatch(r"#(/[^/%]+)*", ref):
            return None
        for step in ref.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, dict) or key not in node:
                return None
            node = node[key]
            if isinstance(node, dict) and _OWN_SPACE & node.keys():
                return None
        return cast("Json", node)


def _doc(schema: Json) -> str:
    found = schema.get("description", "") if isinstance(schema, dict) else ""
    return found if isinstance(found, str) else ""


_SCALARS = {"string": STRING, "integer": INT, "boolean": BOOL, "null": NULL}
_KINDS: dict[type[object], str] = {str: "string", int: "integer", bool: "boolean"}
