"""Makes a policy of a value, with the place of each part of it in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from checker.problems import InputError, Problem
from checker.reader.reading import made_of_spans
from checker.reader.rendered import Origin, Piece
from checker.sources.terraform.typed_values import (
    LISTS,
    Encoded,
    Open,
    State,
    Thing,
    Value,
    items_of,
    leaves,
    origin_of,
)

if TYPE_CHECKING:
    from checker.problems import Json
    from checker.reader import Limits, Reading
    from checker.sources.terraform import syntax as s
    from checker.sources.terraform.instances import Scope
    from checker.sources.terraform.modules import File
    from checker.sources.terraform.run import Run


class Built(NamedTuple):
    """A policy in a file, or why it cannot be read."""

    file: File
    span: s.Span
    reading: Reading | None
    problems: tuple[Problem, ...] = ()


def built(run: Run, value: Value, scope: Scope, limits: Limits) -> Built | None:
    """Return the policy that a value is, in the file in which it stands.

    It is None if there is none, or if nothing of it is known here.
    """
    value = origin_of(value)
    data = value.data
    home, span = value.file, value.span
    if data is None or isinstance(data, Open | Thing | bool | int | float):
        return None
    if isinstance(data, str) and (not data.strip() or data.strip() in run.shared.open):
        return None
    if isinstance(data, Encoded) and data.block and _is_empty(data.value):
        return None
    try:
        whole = data.value if isinstance(data, Encoded) else value
        made, origin = _Builder(run, home, scope.at(home)).made(whole, span, ())
        root = Origin(span, None, origin.children, origin.pieces)
        reading = made_of_spans(home.source, made, root)
        if isinstance(made, str):
            reading = reading.inside((), limits)
    except InputError as error:
        return Built(home, span, None, _at_home(error, home, span))
    return Built(home, span, reading)


def _is_empty(value: Value) -> bool:
    """Return whether a policy document has no statement: it grants nothing, and AWS refuses it."""
    found = value.data.get("Statement") if isinstance(value.data, dict) else None
    return found is not None and found.data == []


def spans(value: Value) -> list[tuple[str, s.Span]]:
    """Return the files and spans of all that a value is made of."""
    return [(each.file.name, each.span) for each in leaves(value)]


def _at_home(error: InputError, home: File, span: s.Span) -> tuple[Problem, ...]:
    """Return the problems of an error; of those in other files, at a span of this one."""
    place = home.lines().location(*span)
    return tuple(
        each
        if each.path == home.source.path
        else Problem.at(home.source, f"{each.message} ({_where(each)})", place)
        for each in error.problems
    )


def _where(problem: Problem) -> str:
    line = f", line {problem.location.line}" if problem.location else ""
    return f"{problem.path}{line}"


class _Builder:
    """Makes data and origins of values."""

    def __init__(self, run: Run, home: File, scope: Scope) -> None:
        self.run = run
        self.home = home
        self.scope = scope

    def made(  # noqa: C901 - one case for each kind of value
        self, value: Value, inherited: s.Span, route: tuple[str | int, ...]
    ) -> tuple[Json, Origin]:
        """Return the data of a value and its origin; `inherited` is what surrounds it."""
        is_here = value.file is self.home
        span = value.span if is_here else inherited
        data = value.data
        if isinstance(data, Open | Thing | Encoded):
            if isinstance(data, Open | Thing) and _needs_structure(route):
                raise self._depends(data, span)
            text = self.run.text(value, self.scope, span)
            if _names_no_service(route, str(text.data)):
                raise self._depends_on(self._open_in(str(text.data)), span)
            origin = Origin(span, pieces=(Piece(0, span),))
            if isinstance(data, Open) and data.type[0] in LISTS:
                return [str(text.data)], Origin(span, None, [origin])
            return str(text.data), origin
        if isinstance(data, dict):
            entries = {key: self.made(each, span, (*route, key)) for key, each in data.items()}
            for key, (_, origin) in entries.items():
                origin.key = data[key].key if is_here else None
            children = {key: origin for key, (_, origin) in entries.items()}
            return {key: made for key, (made, _) in entries.items()}, Origin(span, None, children)
        if (items := items_of(value)) is not None:
            found = [self.made(each, span, (*route, at)) for at, each in enumerate(items)]
            return [made for made, _ in found], Origin(span, None, [origin for _, origin in found])
        if not isinstance(data, str):
            return data if not isinstance(data, list) else [], Origin(span)
        if value.state is State.OPEN and _needs_structure(route):
            what = self.run.shared.open.get(data.strip())
            if what is not None:
                raise self._depends_on(what, span)
        if _names_no_service(route, data):
            raise self._depends_on(self._open_in(data), span)
        own = value.pieces if is_here else ()
        pieces = tuple(Piece(x.at, x.span, "" if x.exact else None) for x in own)
        return data, Origin(span, pieces=pieces or (Piece(0, span),))

    def _depends(self, data: Open | Thing, span: s.Span) -> InputError:
        return self._depends_on(data.what if isinstance(data, Open) else f"`{data.address}`", span)

    def _open_in(self, text: str) -> str:
        """Return what the first placeholder in a text stands for."""
        found = [what for name, what in self.run.shared.open.items() if name in text]
        return found[0] if found else f"`{text}`"

    def _depends_on(self, what: str, span: s.Span) -> InputError:
        message = f"the policy depends on {what}"
        return self.run.refused(message, self.scope, span)


_STATEMENT = 2
"""The steps to a statement in a list."""


def _needs_structure(route: tuple[str | int, ...]) -> bool:
    """Return whether a text at a route of a policy would be no policy."""
    if not route or route[0] != "Statement":
        return False
    inside = route[_STATEMENT:] if len(route) > 1 and isinstance(route[1], int) else route[1:]
    if not inside or inside == ("Effect",):
        return True
    return inside[0] in {"Condition", "Principal", "NotPrincipal"} and len(inside) <= (
        _STATEMENT if inside[0] == "Condition" else 1
    )


def _names_no_service(route: tuple[str | int, ...], text: str) -> bool:
    """Return whether a text is an action of which not even the service is known."""
    keys = [step for step in route if isinstance(step, str)]
    return keys[-1:] in (["Action"], ["NotAction"]) and "${" in text.partition(":")[0]
