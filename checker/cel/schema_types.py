"""Derives CEL types from a JSON Schema.

Only what the schema proves becomes a type. Unions, numbers (which may be int or double),
recursive references and references other than a plain path in this schema are `dyn`. `if`,
`allOf`, `anyOf` and `not` are ignored.

INVARIANT: every value that the schema accepts has the type, because generated code trusts it.
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
"""Keywords under which a reference may mean something other than a path from the root."""
_MAX_REFS = 50
"""The most references that are followed one after the other."""


def from_json_schema(schema: Json, name: str = "document") -> tuple[Type, tuple[Struct, ...]]:
    """Return the type of the values that a schema accepts, and the structs that it refers to.

    The types of the structs are named after the path to them: `name`, `name.Statement` and so on.
    """
    reading = _Reading(schema)
    return reading.type_of(schema, name, ()), tuple(reading.structs.values())


def normalised(value: Any, type_: Type, structs: Mapping[str, Struct]) -> Any:
    """Return a valid value in which whole doubles are ints where the type says `int`.

    JSON Schema accepts 1.0 as an integer. A value that needs no change is returned as the same
    object. `structs` maps names of types to structs. Raises ValueError for an int that does not
    fit in 64 bits.
    """
    if type_ == INT:
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        if isinstance(whole, int) and not INT_MIN <= whole <= INT_MAX:
            raise ValueError(f"{whole} is out of range for a 64-bit int")
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
    """Return a function that calls `normalised` for values of a type.

    If the type contains no int, the function returns its argument at once.
    """
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
    """A schema that is being read, and the structs found so far by the name of their type."""

    def __init__(self, root: Json) -> None:
        self.root = root
        self.structs: dict[str, Struct] = {}
        self.by_ref: dict[str, Type] = {}

    def type_of(self, schema: Json, name: str, within: tuple[str, ...]) -> Type:
        """Return the type of a subschema; `within` holds the references that led to it."""
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
        """Return the `type` that a schema without one implies by `enum` or `const`, or None."""
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
        # the name is taken before the fields are read, since one may want the same name
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
        """Return the subschema at a JSON Pointer; None, which proves nothing, for any other ref."""
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
