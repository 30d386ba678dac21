"""Makes the kinds that a configuration declares, with compiled schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from checker import cel
from checker.kinds.kind import Kind, from_schema
from checker.problems import InputError, Json, Problem, Route
from checker.reader import Limits, Reading, parse, read_file

MOST_VALUES = 500_000
"""The most values in the schemas of all kinds; compiled, each value takes about 500 bytes."""


def declared(reading: Reading, schemas: Sequence[str], limits: Limits) -> list[Kind]:
    """Return the kinds that a valid configuration declares, in order.

    `reading` is the configuration, and `schemas` are the paths of the kinds' schemas, in the same
    order. Raises InputError with the problems of all kinds.
    """
    kinds: list[Kind] = []
    problems: list[Problem] = []
    left = MOST_VALUES
    given = cast("Any", reading.data).get("kinds", ())
    for index, (entry, path) in enumerate(zip(given, schemas, strict=True)):
        try:
            schema = parse(read_file(path, limits), limits).data
            left -= _values(schema, left)
            if left >= 0:
                kinds.append(_kind(index, entry, schema, reading))
        except InputError as error:
            problems.extend(error.problems)
        if left < 0:
            message = f"the schemas have more than {MOST_VALUES:,} values: use fewer kinds"
            problems.append(reading.problem(message, ("kinds", index, "schema")))
            break
    if problems:
        raise InputError(*problems)
    return kinds


def _values(data: Json, most: int) -> int:
    """Return the number of values in some data, or if it is over `most`, a number over `most`."""
    todo, count = [data], 0
    while todo and count <= most:
        value = todo.pop()
        count += 1
        if isinstance(value, dict | list):
            todo.extend(value.values() if isinstance(value, dict) else value)
    return count


def _kind(index: int, entry: Mapping[str, str], schema: Json, reading: Reading) -> Kind:
    route: Route = ("kinds", index, "schema")
    try:
        return from_schema(entry["name"], schema, entry.get("recognise", ""))
    except ValueError as error:
        message = f"`{entry['schema']}` is not a usable JSON Schema: {error}"
        raise InputError(reading.problem(message, route)) from error
    except cel.CompileError as error:
        route = ("kinds", index, "recognise")
        place = reading.locate_text(route, error.line, error.column)
        raise InputError(reading.problem(error.message, route, place)) from error
