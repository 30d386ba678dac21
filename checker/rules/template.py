"""Makes rules from templates, which hold what many rules have in common.

A template has the conditions, the texts and the examples. Each rule gives the values of the
template's parameters and the words for its texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from checker.cel.types import STRING, conforms
from checker.messages import did_you_mean
from checker.problems import InputError, Json, Location, Problem, Route, Source
from checker.reader import Reading
from checker.rules.fill import WORDS, FillError, Holes, Scope, fill
from checker.rules.params import PARAMS, coerced, type_of

_TEXTS = ("title", "description", "remediation", "references")
"""The fields whose holes are filled when a rule is read; a message's, when there is a finding."""
_FROM_TEMPLATE = (
    "kind", "about", "severity", "waivable", "controls",
    "let", "for_each", "when", "require", "message", "at",
)  # fmt: skip
_FROM_RULE = ("id", "title", "severity", "description", "remediation", "controls", "waivable")


class Template:
    """A template, whose document is valid by the schema of rules."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.data = cast("Mapping[str, Any]", reading.data)

    @property
    def name(self) -> str:
        """Return the name by which rules refer to it."""
        return cast("str", self.data["defines"])

    @cached_property
    def holes(self) -> Holes:
        """The expressions in its texts and examples, each compiled once."""
        params = {name: type_of(each["type"]) for name, each in self.data.get(PARAMS, {}).items()}
        return Holes(params, dict.fromkeys(self.data.get(WORDS, {}), STRING))


class Expanded:
    """A rule made from a template, as one document that knows where each part of it is written.

    `layers` are the readings of the rule and, if there is one, of its table. A field is taken from
    the first layer that has it, or else from the template. Without `examples`, those of the
    template are left out. Raises InputError if a value is missing or unknown.
    """

    def __init__(self, template: Template, layers: Sequence[Reading], *, examples: bool) -> None:
        self.template = template
        self.source: Source = layers[0].source
        self._layers = layers
        self._data = [cast("Mapping[str, Any]", each.data) for each in layers]
        self.whole = examples
        """Whether the examples of the template are among its own."""
        self._shared = template.data.get("examples", ()) if examples else ()
        self._examples: list[tuple[Reading, Route]] = []
        self._given = {name: self._values(name) for name in (PARAMS, WORDS)}
        self._check()
        self.data: Json = self._merged()

    def problem(
        self, message: str, route: Route, place: Location | None = None, *, of_key: bool = False
    ) -> Problem:
        """Return a problem at a node, or at `place` in its file if it is given."""
        reading, inner = self.written(route)
        return reading.problem(message, inner, place, of_key=of_key)

    def locate_text(self, route: Route, line: int, column: int) -> Location:
        """Return the location of one character of a string; see `Reading.locate_text`."""
        reading, inner = self.written(route)
        return reading.locate_text(inner, line, column)

    def written(self, route: Route) -> tuple[Reading, Route]:
        """Return where a node is written: a reading, and the route in it."""
        template = self.template.reading
        match route:
            case ("params", str() as name, "default", *rest) if name in self._given[PARAMS]:
                layer = next(
                    index for index, data in enumerate(self._data) if name in data.get(PARAMS, {})
                )
                return self._layers[layer], (PARAMS, name, *rest)
            case ("params", *_) | ("let" | "for_each" | "when" | "require" | "message" | "at", *_):
                return template, route
            case ("examples", int() as index, *rest):
                reading, base = self._examples[index]
                return reading, (*base, *rest)
        for reading, data in zip(self._layers, self._data, strict=True):
            if route and route[0] in data:
                return reading, route
        if route and route[0] in self.template.data:
            return template, route
        return self._layers[0], ()

    def _values(self, name: str) -> dict[str, Json]:
        """Return the values that the rule and its table give, by name."""
        found: dict[str, Json] = {}
        for data in reversed(self._data):
            found |= data.get(name, {})
        return found

    def _check(self) -> None:
        problems = list(self._wrong())
        if problems:
            raise InputError(*problems)

    def _wrong(self) -> Iterator[Problem]:
        """Yield what is wrong with the values: unknown names, and values that are missing."""
        owner = self.template.name
        for field in (PARAMS, WORDS):
            declared = self.template.data.get(field, {})
            for reading, data in zip(self._layers, self._data, strict=True):
                for name, value in data.get(field, {}).items():
                    if name not in declared:
                        hint = did_you_mean(name, list(declared))
                        message = f"the template `{owner}` has no `{name}` in {field}{hint}"
                        yield reading.problem(message, (field, name), of_key=True)
                    elif field == PARAMS and not _fits(value, declared[name]["type"]):
                        message = f"the value of `{name}` is not of type {declared[name]['type']}"
                        yield reading.problem(message, (field, name))
            for name, each in declared.items():
                optional = field == PARAMS and "default" in each
                if name not in self._given[field] and not optional:
                    message = f"the template `{owner}` needs `{name}` in {field}"
                    yield self._layers[0].problem(message, ("id",))

    def _merged(self) -> dict[str, Json]:
        """Return the document: the template's, with the values and texts of the rule."""
        template = self.template.data
        data: dict[str, Any] = {name: template[name] for name in _FROM_TEMPLATE if name in template}
        declared = template.get(PARAMS, {})
        if declared:
            given = self._given[PARAMS]
            data[PARAMS] = {
                name: {**each, "default": given.get(name, each.get("default"))}
                for name, each in declared.items()
            }
        values = {name: each["default"] for name, each in data.get(PARAMS, {}).items()}
        scope = Scope({PARAMS: values, WORDS: self._given[WORDS]})
        problems: list[Problem] = []
        for name in _TEXTS:
            if name in template:
                data[name] = self._filled((name,), scope, problems)
        shared = list(data.get("references", ()))
        for layer in reversed(self._data):
            data |= {name: layer[name] for name in _FROM_RULE if name in layer}
            shared += layer.get("references", ())
        if shared:
            data["references"] = list(dict.fromkeys(shared))
        data["examples"] = list(self._instances(scope, problems))
        if problems:
            raise InputError(*problems)
        return data

    def _instances(self, scope: Scope, problems: list[Problem]) -> Iterator[Json]:
        """Yield the examples of the template for this rule, and then the rule's own."""
        for index, example in enumerate(self._shared):
            route = ("examples", index)
            try:
                scopes = list(self._scopes(example, scope, route))
            except FillError as error:
                problems.append(self._unfilled(error))
                continue
            for each in scopes:
                self._examples.append((self.template.reading, route))
                filled = self._filled(route, each, problems)
                if isinstance(filled, dict):
                    filled.pop("for_each", None)
                yield filled
        for reading, data in zip(self._layers, self._data, strict=True):
            for index, example in enumerate(data.get("examples", ())):
                self._examples.append((reading, ("examples", index)))
                yield example

    def _scopes(self, example: Mapping[str, Any], scope: Scope, route: Route) -> Iterator[Scope]:
        if "for_each" not in example:
            yield scope
            return
        ((name, text),) = example["for_each"].items()
        holes = self.template.holes
        for value, typed in holes.elements(text, scope, (*route, "for_each", name)):
            yield scope.having(name, value, typed)

    def _filled(self, route: Route, scope: Scope, problems: list[Problem]) -> Json:
        """Return a part of the template with its holes filled, and add what fails to `problems`."""
        value: Any = self.template.data
        for step in route:
            value = value[step]
        try:
            return fill(value, self.template.holes, scope, route)
        except FillError as error:
            problems.append(self._unfilled(error))
            return None

    def _unfilled(self, error: FillError) -> Problem:
        name = self._data[0]["id"]
        return self.template.reading.problem(f"{error} (for the rule `{name}`)", error.route)


def _fits(value: Json, notation: str) -> bool:
    wanted = type_of(notation)
    return conforms(coerced(value, wanted), wanted)
