"""The types of CEL values, and their written form: `bool`, `list(string)`, `map(string, int)`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Type:
    """A CEL type: a name, with parameters for `list(T)`, `map(K, V)`, `optional(T)`, `type(T)`.

    The names of structs are their own. A name that starts with `?` is a type variable, one that
    is a single capital letter a type parameter of an overload. Types are values, too: of type
    `type`.
    """

    name: str
    parameters: tuple[Type, ...] = ()
    open: bool = field(init=False, compare=False, repr=False)
    """Whether a type variable or parameter is in it."""

    def __post_init__(self) -> None:
        """Work out once what the checker asks often."""
        name = self.name
        variable = name[:1] == "?" or (len(name) == 1 and name.isupper())
        object.__setattr__(self, "open", variable or any(t.open for t in self.parameters))

    def __str__(self) -> str:
        """Return the type as a rule author writes it."""
        if not self.parameters:
            return self.name
        return f"{self.name}({', '.join(map(str, self.parameters))})"


DYN = Type("dyn")
NULL = Type("null_type")
BOOL = Type("bool")
INT = Type("int")
UINT = Type("uint")
DOUBLE = Type("double")
STRING = Type("string")
BYTES = Type("bytes")
TIMESTAMP = Type("timestamp")
DURATION = Type("duration")
TYPE = Type("type")

_LONGEST = 200


def list_of(element: Type) -> Type:
    """Return the type of a list whose elements have the given type."""
    return Type("list", (element,))


def map_of(value: Type, key: Type = STRING) -> Type:
    """Return the type of a map from keys (strings, unless said) to the given type."""
    return Type("map", (key, value))


def optional_of(value: Type) -> Type:
    """Return the type of a value that may be absent."""
    return Type("optional", (value,))


def type_of(value: Type) -> Type:
    """Return the type of a type, such as that of the expression `int`."""
    return Type("type", (value,))


def parse_type(text: str) -> Type:
    """Return the type with the given written form, such as `map(string, list(int))`.

    Grammar: `type = name | "list(" type ")" | "map(string," type ")"`.
    Raises ValueError when the text is no such type.
    """
    text = text.strip()
    if text in _SCALARS:
        return Type(text)
    if len(text) > _LONGEST:
        message = f"a type is written in at most {_LONGEST} characters"
        raise ValueError(message)
    name, bracket, rest = text.partition("(")
    if bracket and rest.endswith(")"):
        inner = rest.removesuffix(")")
        if name == "list":
            return list_of(parse_type(inner))
        key, comma, value = inner.partition(",")
        if name == "map" and comma and key.strip() == "string":
            return map_of(parse_type(value))
    message = (
        f"`{text}` is not a type: expected one of {', '.join(sorted(_SCALARS))}, "
        "list(T) or map(string, T)"
    )
    raise ValueError(message)


def conforms(value: object, wanted: Type) -> bool:
    """Say whether a plain Python value is of a type; `dyn` takes everything.

    A type that is not one of the language's own (a host's struct) is not decided here: False.
    """
    match wanted:
        case Type("dyn"):
            return True
        case Type("list", (element,)):
            return isinstance(value, list) and all(conforms(item, element) for item in value)
        case Type("map", (_, element)):
            return isinstance(value, dict) and all(
                isinstance(key, str) and conforms(item, element) for key, item in value.items()
            )
        case Type(name) if name in _SCALARS:
            # INVARIANT: exact types, since in Python True is an int as well.
            return type(value) is _SCALARS[name]
    return False


_SCALARS: dict[str, type[object]] = {"bool": bool, "int": int, "double": float, "string": str}
