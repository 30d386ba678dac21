"""Validates values by JSON Schemas, and explains in words what is wrong with each node.

jsonschema-rs decides whether a value is valid. Only for an invalid value, jsonschema (much slower,
and imported only then) explains why. Regular expressions run on linear-time engines only, and no
reference leads out of the schema, so neither a schema nor a value can make a check hang or open a
file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice, product
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import jsonschema_rs

from checker.messages import did_you_mean, quoted
from checker.problems import Json, Location, Problem, Route

MOST = 100
"""The most violations of one value that are explained."""
MOST_POINTED = 1_000_000
"""The most characters of the JSON Pointers to all of them."""
_MOST_WORDS = 1_000
"""The most words that are composed of parts to find one that a misspelt word may stand for."""
_LONGEST = 500
"""The most characters of a message; a longer one is cut and ends in `…`."""
_LISTED = 20
"""The most values that a message lists."""


class Violation(NamedTuple):
    """One way in which a value violates its schema; with `of_key`, the key itself is wrong."""

    route: Route
    message: str
    of_key: bool = False


class Located(Protocol):
    """Data that knows where each of its nodes is written, such as a `Reading`."""

    @property
    def data(self) -> Json:
        """Return the data."""

    def problem(
        self, message: str, route: Route, place: Location | None = None, *, of_key: bool = False
    ) -> Problem:
        """Return a problem at a node."""


class Schema:
    """A compiled JSON Schema (2020-12 unless `$schema` says otherwise).

    A subschema may have `x-message`, which replaces the message of its own violations (`{}` stands
    for the wrong value). It may also have `x-known`: a list of the words that a misspelt one is
    compared with, or lists of the parts that such words are composed of, one part from each list.
    Raises ValueError if the schema is invalid or refers to anything outside itself.
    """

    def __init__(self, schema: Json) -> None:
        if not isinstance(schema, dict):
            message = "a JSON Schema is an object"
            raise ValueError(message)  # noqa: TRY004 - a value of a file, not of our code
        self.source = schema
        validator = jsonschema_rs.validator_cls_for(self.source)
        try:
            self._validator = validator(
                self.source, pattern_options=jsonschema_rs.RegexOptions(), offline=True
            )
        except jsonschema_rs.ValidationError as error:
            raise ValueError(error.message) from error

    @classmethod
    def bundled(cls, path: str) -> Schema:
        """Return a schema that is part of this program, by its path in the package `checker`."""
        return cls(bundled(path))

    def accepts(self, value: Json) -> bool:
        """Return whether a value is valid."""
        with _no_panic():
            return bool(self._validator.is_valid(value))

    def violations(self, value: Json) -> list[Violation]:
        """Return the violations of a value, in document order; an empty list if it is valid."""
        if self.accepts(value):
            return []
        with _no_panic():
            told = list(islice(map(_cut, _explanations(self.source, value)), MOST + 1))
        found = sorted(dict.fromkeys(told[:MOST]), key=lambda each: _position(value, each.route))
        if len(told) > MOST:
            found.append(Violation((), f"more than {MOST} violations: fix these first"))
        # INVARIANT: a rejected value has a violation, even if the two libraries disagree.
        return found or [Violation((), "not valid against the schema of its kind")]

    def problems(self, reading: Located) -> tuple[Problem, ...]:
        """Return the violations of a document as problems, each with its place."""
        found: list[Problem] = []
        left = MOST_POINTED
        for each in self.violations(reading.data):
            found.append(reading.problem(each.message, each.route, of_key=each.of_key))
            left -= len(found[-1].pointer)
            if left < 0:
                message = "more violations, but their names are too long to list: shorten the names"
                found[-1] = reading.problem(message, ())
                break
        return tuple(found)


def bundled(path: str) -> Json:
    """Return the data of a schema of this program, by its path in the package `checker`."""
    text = (Path(__file__).parents[1] / path).read_text(encoding="utf-8")
    return cast("Json", json.loads(text))


@contextmanager
def _no_panic() -> Iterator[None]:
    """Raise ValueError if a library fails because a schema refers to itself without an end.

    A library raises RecursionError then or, in code in Rust, a panic, which is not an Exception.
    """
    try:
        yield
    except BaseException as error:
        if not isinstance(error, RecursionError) and type(error).__name__ != "PanicException":
            raise
        message = "the JSON Schema of this kind refers to itself without an end"
        raise ValueError(message) from None


def _explanations(schema: Mapping[str, Any], value: Json) -> Iterator[Violation]:
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - slow; rarely needed
    from referencing import Registry  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    draft = validators.validator_for(schema, default=Draft202012Validator)
    patterns = {"pattern": _pattern, "patternProperties": _pattern_properties}
    extra = {"additionalProperties": _additional_properties, "uniqueItems": _unique_items}
    extend = cast("Any", validators.extend)
    validator = extend(draft, patterns | extra)(schema, registry=Registry())
    try:
        for error in validator.iter_errors(value):
            yield from _worded(error)
    except Unresolvable:
        return  # only jsonschema-rs can follow this reference, so the rest stays unexplained


def _cut(found: Violation) -> Violation:
    if len(found.message) <= _LONGEST:
        return found
    return found._replace(message=f"{found.message[: _LONGEST - 1]}…")


def _position(value: Json, route: Route) -> list[int]:
    """Return a route as indices, which sort nodes in the order of the document."""
    position: list[int] = []
    for step in route:
        if isinstance(value, dict) and step in value:
            position.append(list(value).index(str(step)))
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int):
            position.append(step)
            value = value[step]
    return position


def _worded(error: Any) -> Iterator[Violation]:  # noqa: C901 - one case for every keyword
    route = tuple(error.absolute_path)
    instance, wanted = error.instance, error.validator_value
    if isinstance(error.schema, dict) and "x-message" in error.schema:
        of_key = "propertyNames" in error.schema_path
        hint = did_you_mean(instance, _words(error.schema.get("x-known", [])))
        message = error.schema["x-message"].replace("{}", _shown(instance)) + hint
        yield Violation((*route, instance) if of_key else route, message, of_key)
        return
    match error.validator:
        case "additionalProperties":
            known = sorted(error.schema.get("properties", {}))
            for key in error.params:
                expected = f"; expected one of {_listed(known)}" if known else ""
                hint = did_you_mean(key, known) or expected
                yield Violation((*route, key), f"unknown element `{key}`{hint}", of_key=True)
        case "required":
            for key in wanted:
                if key not in instance:
                    yield Violation(route, f"the element `{key}` is missing")
        case "enum" | "const":
            options = wanted if error.validator == "enum" else [wanted]
            names = [option for option in options if isinstance(option, str)]
            hint = did_you_mean(instance, names)
            yield Violation(route, f"expected {_listed(options)}, not {_shown(instance)}{hint}")
        case "type":
            types = [wanted] if isinstance(wanted, str) else wanted
            expected = " or ".join(_TYPE_NAMES.get(name, name) for name in types)
            yield Violation(route, f"expected {expected}, not {_shown(instance)}")
        case "anyOf" | "oneOf" if error.context:
            deepest = max(error.context, key=lambda inner: len(inner.absolute_path))
            yield from _worded(deepest)
        case "minItems" | "minLength" | "minProperties":
            yield Violation(route, f"expected at least {wanted}, not {_shown(instance)}")
        case "pattern":
            yield Violation(route, f"{_shown(instance)} does not match the pattern `{wanted}`")
        case keyword:
            yield Violation(route, _too_many(keyword, wanted, instance) or error.message)


def _too_many(keyword: str, most: int, instance: Any) -> str:
    """Return the message for a value of too many parts; empty for any other keyword."""
    counted = _COUNTED.get(keyword)
    return f"expected at most {most:,} {counted}, not {len(instance):,}" if counted else ""


def _words(known: list[Any]) -> list[str]:
    if known and all(isinstance(parts, list) for parts in known):
        return ["".join(parts) for parts in islice(product(*known), _MOST_WORDS)]
    return known


def _listed(options: list[Any]) -> str:
    more = f" and {len(options) - _LISTED} more" if len(options) > _LISTED else ""
    return ", ".join(f"`{option}`" for option in options[:_LISTED]) + more


def _shown(value: object) -> str:
    match value:
        case dict():
            return "an object" if value else "an empty object"
        case list():
            return "a list" if value else "an empty list"
        case None:
            return "null"
        case bool():
            return str(value).lower()
    return quoted(str(value))


_COUNTED = {"maxItems": "items", "maxLength": "characters", "maxProperties": "elements"}
_TYPE_NAMES = {
    "object": "an object",
    "array": "a list",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def _pattern(_validator: Any, pattern: str, instance: object, _schema: object) -> Iterator[Any]:
    if isinstance(instance, str) and not _matches(pattern, instance):
        yield _error("does not match")


def _pattern_properties(
    validator: Any, patterns: dict[str, Any], instance: object, _schema: object
) -> Iterator[Any]:
    if isinstance(instance, dict):
        for pattern, subschema in patterns.items():
            for key, value in instance.items():
                if _matches(pattern, key):
                    yield from validator.descend(value, subschema, path=key, schema_path=pattern)


def _additional_properties(
    validator: Any, allowed: object, instance: object, schema: dict[str, Any]
) -> Iterator[Any]:
    if not isinstance(instance, dict):
        return
    patterns = schema.get("patternProperties", {})
    extra = [
        key
        for key in instance
        if key not in schema.get("properties", {})
        and not any(_matches(pattern, key) for pattern in patterns)
    ]
    if isinstance(allowed, dict):
        for key in extra:
            yield from validator.descend(instance[key], allowed, path=key)
    elif allowed is False and extra:
        error = _error("unknown elements")
        error.params = extra
        yield error


def _unique_items(_validator: Any, wanted: object, instance: object, _: object) -> Iterator[Any]:
    if wanted is True and isinstance(instance, list):
        seen = {json.dumps(item, sort_keys=True) for item in instance}
        if len(seen) < len(instance):
            yield _error("the list contains an item twice: remove one")


def _error(message: str) -> Any:
    from jsonschema import ValidationError  # noqa: PLC0415 - slow; only after a rejection

    return cast("Any", ValidationError(message))


def _matches(pattern: str, text: str) -> bool:
    return _searcher(pattern)(text)


@lru_cache(maxsize=512)
def _searcher(pattern: str) -> Callable[[str], bool]:
    """Return the search for a pattern, made by the library that decides."""
    options = jsonschema_rs.RegexOptions()
    validator = jsonschema_rs.validator_for(
        {"pattern": pattern}, pattern_options=options, offline=True
    )
    return cast("Callable[[str], bool]", validator.is_valid)
