"""Compiles a RuleFile into a Rule that can run, or reports everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from pathlib import PurePosixPath
from typing import Any

from checker import cel
from checker.cel.types import BOOL, DYN, STRING, Type, conforms, list_of, parse_type
from checker.kinds.kind import Kind
from checker.messages import did_you_mean
from checker.problems import InputError, Json, Location, Problem, Route, by_place
from checker.report import DOCUMENT_RULE, WAIVER_RULE
from checker.rules.fill import HOLE
from checker.rules.params import PARAMS, coerced, type_of
from checker.rules.rule import Example, Hole, Requirement, Rule, RuleFile
from checker.rules.template import Expanded


def compile_rule(  # noqa: PLR0913 - each argument is one fact of a rule
    file: RuleFile,
    kinds: Mapping[str, Kind],
    overrides: Mapping[str, Mapping[str, Json]],
    *,
    alone: bool,
    engine: cel.Engine,
    like: Rule | None = None,
) -> Rule:
    """Return the rule that a file describes, ready to run.

    `overrides` maps rule ids to the values of their parameters. `alone` says that the file contains
    no other rule; then the file must be named after the rule's id. `like` is a rule of the same
    template that is compiled already: its programs serve this rule too. Raises InputError with all
    problems of the rule.
    """
    compiler = _Compiler(file, engine)
    compiler.check_names(kinds, alone=alone)
    if file.kind not in kinds:
        raise compiler.refusal()
    rule = compiler.rule(kinds[file.kind], overrides.get(file.id, {}), like)
    if compiler.problems:
        raise compiler.refusal()
    return rule


class _Broken:
    """Replaces a program that does not compile, so that the rest of the rule can be checked.

    A rule with such a program never runs. If it did, every decision would be an error.
    """

    type = DYN
    warnings: tuple[cel.Diagnostic, ...] = ()
    present: frozenset[cel.Path] = frozenset()

    def evaluate(self, _activation: cel.Activation) -> object:
        """Raise EvaluationError."""
        raise cel.EvaluationError("the expression is not valid")


class _Compiler:
    """Compiles one rule, and collects problems and warnings."""

    def __init__(self, file: RuleFile, engine: cel.Engine) -> None:
        self.file = file
        self.reading = file.reading
        self.data = file.data
        self.engine: cel.Engine = engine
        self.env = cel.Env()
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def rule(self, kind: Kind, overrides: Mapping[str, Json], like: Rule | None) -> Rule:
        """Return the rule; it must not run if `problems` is not empty."""
        data = self.data
        params = {name: self._param(name, overrides) for name in data.get(PARAMS, {})}
        self._check_overrides(overrides)
        if like is not None:
            examples = tuple(self._examples(kind))
            return like._replace(file=self.file, params=params, examples=examples, asked={})
        self.env = self._with_params(kind.env)
        subject, for_each = self._for_each()
        let = {name: self._let(name, text) for name, text in data.get("let", {}).items()}
        return Rule(
            file=self.file,
            params=params,
            let={name: program.evaluate for name, program in let.items()},
            subject=subject,
            for_each=for_each,
            when=self._when(),
            requirements=tuple(self._requirements()),
            examples=tuple(self._examples(kind)),
            warnings=tuple(self.warnings),
            asked={},
        )

    def check_names(self, kinds: Mapping[str, Kind], *, alone: bool) -> None:
        """Check that the rule's id is free and fits its file, and that its kinds exist."""
        name, path = self.data["id"], PurePosixPath(self.reading.source.path)
        if name in (DOCUMENT_RULE, WAIVER_RULE):
            self._problem(f"the id `{name}` is reserved: choose another one", ("id",))
        if alone and name != path.stem:
            message = (
                f"the rule `{name}` is in {path.name}: its file must be named `{name}{path.suffix}`"
            )
            self._problem(message, ("id",))
        if (kind := self.data["kind"]) not in kinds:
            known = ", ".join(f"`{each.name}`" for each in kinds.values() if not each.family)
            message = f"unknown kind `{kind}`: expected one of {known}{did_you_mean(kind, kinds)}"
            self._problem(message, ("kind",))
        for index, example in enumerate(self.data.get("examples", ())):
            if (mapped := example.get("kind", kind)) not in kinds:
                message = f"unknown kind `{mapped}`{did_you_mean(mapped, kinds)}"
                self._problem(message, ("examples", index, "kind"))

    def refusal(self) -> InputError:
        """Return an error with all problems, in the order of their places."""
        return InputError(*sorted(self.problems, key=by_place))

    def _for_each(self) -> tuple[str, cel.Program | None]:
        """Return the name of the subjects and the program that lists them; declare the name."""
        if "for_each" not in self.data:
            return "", None
        ((subject, text),) = self.data["for_each"].items()
        if subject in self.data.get("let", {}):
            message = f"the name `{subject}` is defined twice: rename one of the two"
            self._problem(message, ("let", subject), of_key=True)
        program = self._cel(text, ("for_each", subject))
        element = DYN
        if program.type.name == "list":
            element = program.type.parameters[0]
        elif program.type != DYN:
            message = f"for_each expects a list, not {program.type}"
            self._problem(message, ("for_each", subject))
        self.env = self.env.extended({subject: element})
        return subject, program

    def _let(self, name: str, text: str) -> cel.Program:
        program = self._cel(text, ("let", name))
        self.env = self.env.extended({name: program.type})
        return program

    def _when(self) -> cel.Program | None:
        """Return the program of `when`; fields that it tests for are present in what follows."""
        if "when" not in self.data:
            return None
        program = self._cel(self.data["when"], ("when",), BOOL)
        self.env = self.env.extended({}, present=program.present)
        return program

    def _requirements(self) -> Iterator[Requirement]:
        default = self._message(self.data.get("message"), ("message",))
        at = self._at(self.data, ()) if "at" in self.data else None
        require = self.data["require"]
        if isinstance(require, str):
            items: list[tuple[Mapping[str, Any], Route]] = [({"that": require}, ("require",))]
        else:
            items = [(item, ("require", index, "that")) for index, item in enumerate(require)]
        for item, route in items:
            base = route[:2]
            that = self._cel(item["that"], route, BOOL)
            message = self._message(item.get("message"), (*base, "message")) or default
            if not message:
                self._problem("no message: add a `message` here or to the rule", base)
            point = self._at(item, base) if "at" in item else at
            yield Requirement(" ".join(item["that"].split()), that, message, point)

    def _at(self, item: Mapping[str, Any], base: Route) -> cel.Program:
        """Compile an `at`, without warnings: a missing value in it does not change the verdict."""
        return self._program(item["at"], (*base, "at"), decides=False)

    def _with_params(self, env: cel.Env) -> cel.Env:
        """Return an environment in which `params` has a field for each parameter."""
        fields = tuple(
            cel.Field(name, type_of(declared["type"]), itemgetter(name), declared["description"])
            for name, declared in self.data.get(PARAMS, {}).items()
        )
        struct = cel.Struct(Type(PARAMS), dict, fields, "the rule's parameters")
        return env.extended({PARAMS: struct.type}, (struct,))

    def _cel(self, text: str, route: Route, wanted: Type = DYN) -> cel.Program:
        """Compile an expression; a type that cannot be the wanted one is a problem."""
        program = self._program(text, route)
        if wanted != DYN and program.type not in (wanted, DYN):
            message = f"expected an expression of type {wanted}, not {program.type}"
            self._problem(message, route)
        return program

    def _program(
        self, text: str, route: Route, line: int = 1, column: int = 1, *, decides: bool = True
    ) -> cel.Program:
        """Compile text that starts at `line` and `column` of the scalar at `route`.

        Only an expression that `decides` the verdict can have warnings.
        """
        try:
            program = cel.compile(text, self.env, engine=self.engine)
        except cel.CompileError as error:
            for found in error.problems:
                self._problem(found.message, route, self._span(found, route, line, column))
            return _Broken()
        for found in program.warnings if decides else ():
            place = self._span(found, route, line, column)
            self.warnings.append(self.reading.problem(found.message, route, place))
        return program

    def _span(self, found: cel.Diagnostic, route: Route, line: int, column: int) -> Location:
        """Return the place in the file of a diagnostic about a text in the scalar at `route`."""

        def place(at_line: int, at_column: int) -> Location:
            before = column - 1 if at_line == 1 else 0
            return self.reading.locate_text(route, line + at_line - 1, at_column + before)

        start = place(found.line, found.column)
        last = place(found.end_line, max(1, found.end_column - 1))
        if (last.line, last.column) < (start.line, start.column):
            return start
        return Location(start.line, start.column, last.end_line, last.end_column)

    def _message(self, text: str | None, route: Route) -> tuple[str | Hole, ...]:
        """Split a message into texts and placeholders; a placeholder ends at the first `}}`."""
        parts: list[str | Hole] = []
        end = 0
        text = (text or "").rstrip()
        for match in HOLE.finditer(text):
            parts.append(text[end : match.start()])
            before = text[: match.start(1)]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            program = self._program(match[1], route, line, column, decides=False)
            parts.append(Hole(match[0], program))
            end = match.end()
        return tuple(filter(None, (*parts, text[end:])))

    def _param(self, name: str, overrides: Mapping[str, Json]) -> Json:
        declared = self.data[PARAMS][name]
        try:
            wanted = parse_type(declared["type"])
        except ValueError as error:
            self._problem(str(error), (PARAMS, name, "type"))
            return None
        if "setting" in declared and wanted != list_of(STRING):
            message = f"the setting `{declared['setting']}` is a list(string), not {wanted}"
            self._problem(message, (PARAMS, name, "setting"))
        default = coerced(declared["default"], wanted)
        if not conforms(default, wanted):
            message = f"the default of the parameter `{name}` is not of type {wanted}"
            self._problem(message, (PARAMS, name, "default"))
        if name not in overrides:
            return default
        value = coerced(overrides[name], wanted)
        if not conforms(value, wanted):
            message = f"the configured value of the parameter `{name}` is not of type {wanted}"
            self._problem(message, (PARAMS, name, "type"))
        return value

    def _examples(self, kind: Kind) -> Iterator[Example]:
        documents = {each["name"]: each["document"] for each in self.data.get("examples", ())}
        for index, each in enumerate(self.data.get("examples", ())):
            fixed = each.get("fixed")
            name = fixed if isinstance(fixed, str) else ""
            if name and name not in documents and self._has_all_examples():
                message = f"no example has the name `{name}`{did_you_mean(name, list(documents))}"
                self._problem(message, ("examples", index, "fixed"))
            yield Example(
                each["name"],
                each["expect"],
                each.get("kind", kind.name),
                each.get("message", ""),
                {
                    name: self._param_of_example(name, value, index)
                    for name, value in each.get(PARAMS, {}).items()
                },
                each["document"],
                documents.get(name) if name else fixed,
                name,
            )

    def _has_all_examples(self) -> bool:
        reading = self.reading
        return not isinstance(reading, Expanded) or reading.whole

    def _param_of_example(self, name: str, value: Json, index: int) -> Json:
        route = ("examples", index, PARAMS, name)
        known = self.data.get(PARAMS, {})
        if name not in known:
            hint = did_you_mean(name, list(known))
            message = f"`{name}` is not a parameter of this rule{hint}"
            self._problem(message, route, of_key=True)
            return None
        wanted = type_of(known[name]["type"])
        value = coerced(value, wanted)
        if not conforms(value, wanted):
            self._problem(f"the value of the parameter `{name}` is not of type {wanted}", route)
        return value

    def _check_overrides(self, overrides: Mapping[str, Json]) -> None:
        known = list(self.data.get(PARAMS, {}))
        for name in overrides:
            if name not in known:
                hint = did_you_mean(name, known)
                message = f"the configuration sets `{name}`, which is not a parameter of this rule"
                self._problem(message + hint, ("id",))

    def _problem(
        self, message: str, route: Route, place: Location | None = None, *, of_key: bool = False
    ) -> None:
        self.problems.append(self.reading.problem(message, route, place, of_key=of_key))
