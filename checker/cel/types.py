"""Defines the types of CEL and their notation: `bool`, `list(string)`, `map(string, int)`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Type:
    """A CEL type: a name, with parameters for `list(T)`, `map(K, V)`, `optional(T)`, `type(T)`.

    A struct is a type without parameters, with its own name. A name that starts with `?` is a
    type variable, and a single capital letter is a type parameter of an overload. A type is also
    a value, whose type is `type`.
    """

    name: str
    parameters: tuple[Type, ...] = ()
    open: bool = field(init=False, compare=False, repr=False)
    """Whether it is or contains a type variable or a type parameter."""

    def __post_init__(self) -> None:
        """Set `open`, which the checker reads often."""
        name = self.name
        variable = name[:1] == "?" or (len(name) == 1 and name.isupper())
        object.__setattr__(self, "open", variable or any(t.open for t in self.parameters))

    def __str__(self) -> str:
        """Return the notation of the type, such as `list(string)`."""
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
    """Return the type of lists whose elements have the given type."""
    return Type("list", (element,))


def map_of(value: Type, key: Type = STRING) -> Type:
    """Return the type of maps to values of the given type, from strings or another key type."""
    return Type("map", (key, value))


def optional_of(value: Type) -> Type:
    """Return the type of optional values: a value of the given type, or none."""
    return Type("optional", (value,))


def type_of(value: Type) -> Type:
    """Return the type of a type: `type(int)` for the expression `int`."""
    return Type("type", (value,))


def parse_type(text: str) -> Type:
    """Return the type that a notation such as `map(string, list(int))` stands for.

    Grammar: `type = name | "list(" type ")" | "map(string," type ")"`, where a name is bool, int,
    double or string. Raises ValueError for any other text.
    """
    text = text.strip()
    if text in _SCALARS:
        return Type(text)
    if len(text) > _LONGEST:
        message = f"the type is too long: at most {_LONGEST} characters"
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
    """Return whether a plain Python value has a type; every value has the type `dyn`.

    The answer is False for all types but bool, int, double, string, and lists and maps of these.
    Keys of maps must be strings.
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
            # INVARIANT: exact types are compared, because in Python True is an int as well.
            return type(value) is _SCALARS[name]
    return False


_SCALARS: dict[str, type[object]] = {"bool": bool, "int": int, "double": float, "string": str}
