"""Finds the branches and the planted mistakes of a rule that its examples do not notice.

A branch is an outcome of a condition that the rule's author wrote; the interpreter records which
the examples reach. A mutant is the rule with one mistake in it; it is killed where an example
gives another result than it does with the rule as it stands.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from types import MethodType
from typing import Any, NamedTuple, cast
from unittest import mock

import re2
import yaml

from checker import cel, kinds
from checker.cel import program
from checker.cel.ast import (
    Binary,
    Call,
    Comprehension,
    Conditional,
    Expr,
    ListNode,
    Literal,
    Logic,
    Node,
    Unary,
)
from checker.cel.interpret import Interpreter
from checker.cel.types import BOOL
from checker.documents import Document, Selection, document
from checker.problems import Json, Route
from checker.reader import Limits, parse, read_bytes
from checker.report import Status
from checker.rules import Example, Rule, RuleFile, rule_documents
from checker.rules.compile import compile_rule
from checker.rules.rule_files import RESERVED, TEMPLATES, listing
from checker.run.evaluate import evaluate

EXCUSES = Path(__file__).with_suffix(".yaml")
KINDS = {kind.name: kind for kind in kinds.builtin()}

_OTHERS = {
    "==": ("!=",),
    "!=": ("==",),
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
}
"""What may stand by mistake where a comparison stands."""
_COMPARISONS = frozenset({*_OTHERS, "in"})
_QUANTIFIERS = {"all": "exists", "exists": "all"}
_PREDICATES = frozenset({*_QUANTIFIERS, "exists_one", "filter"})
"""Macros whose body is a condition."""
_PARTS_OF_TEXT = frozenset({"contains", "endsWith", "matches", "startsWith"})
"""Methods that are true of every text when they are given the empty one."""
_LONGEST_AROUND = 60
"""Characters of what is shown around a constant."""


class Part(NamedTuple):
    """One expression of a rule: its text, what it may name, its tree and its program."""

    text: str
    env: cel.Env
    root: Expr
    program: program.Interpreted


class Result(NamedTuple):
    """What a rule gives on an example, and whether one of its messages is what is expected."""

    status: Status
    told: bool


class Mutant(NamedTuple):
    """A rule with one mistake: what stands where in its data, and how an example would notice."""

    text: str
    route: Route
    value: Json
    advice: str

    def applied(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return a rule's data with the mistake in it."""
        mutated: Any = copy.deepcopy(dict(data))
        owner = mutated
        for step in self.route[:-1]:
            owner = owner[step]
        owner[self.route[-1]] = self.value
        return cast("dict[str, Any]", mutated)


class Branch(NamedTuple):
    """An outcome of a part of a rule, as what is said where no example has it."""

    missing: str
    taken: bool


class Excuse(NamedTuple):
    """Why no example can kill a mutant, which is named by its text."""

    rule: str
    mutant: str
    because: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A rule to be measured: its data, its expressions by their routes, its examples' documents."""

    data: Mapping[str, Any]
    rule: Rule
    parts: Mapping[Route, Part]
    examples: Sequence[tuple[Example, Document]]

    def with_mistake(self, mutant: Mutant) -> Rule:
        """Return the rule of a mutant; raises CompileError where it can be none."""
        rule, (where, *rest) = self.rule, mutant.route
        if where == "params":
            return rule._replace(params={**rule.params, str(rest[0]): mutant.value})
        env = self.parts[mutant.route].env
        made = _compiled(cast("str", mutant.value), env).program
        if where == "let":
            return rule._replace(let={**rule.let, str(rest[0]): made.evaluate})
        if where == "for_each":
            return rule._replace(for_each=made)
        if where == "when":
            return rule._replace(when=made)
        changed = list(rule.requirements)
        index = cast("int", rest[0]) if rest else 0
        changed[index] = changed[index]._replace(that=made)
        return rule._replace(requirements=tuple(changed))


class Measure(NamedTuple):
    """How well the examples of one rule test it.

    `wrong` says which examples do not give what they say; `killed` counts mutants, `invalid`
    those that are no rule; `stale` are the texts of excuses for mutants that do not survive.
    """

    rule: str
    wrong: tuple[str, ...]
    branches: tuple[Branch, ...]
    killed: int
    survivors: tuple[Mutant, ...]
    excused: tuple[Mutant, ...]
    invalid: int
    stale: tuple[str, ...]

    @property
    def uncovered(self) -> list[str]:
        """What is said of the branches that no example takes."""
        return [branch.missing for branch in self.branches if not branch.taken]

    @property
    def complete(self) -> bool:
        """Whether there is nothing to add."""
        return not (self.wrong or self.uncovered or self.survivors or self.stale)


def shipped_files() -> list[Path]:
    """Return the files of the shipped rules, sorted, without those of templates."""
    found = map(Path, listing(["builtin"]).files)
    return sorted(
        each for each in found if each.name not in RESERVED and each.parent.name != TEMPLATES
    )


def load(path: Path) -> list[Subject]:
    """Return the rules of a file; raises InputError with what is wrong with them."""
    return [_subject(file, alone=alone) for file, alone in rule_documents([str(path)], Limits())]


def measure(subject: Subject, excuses: Sequence[Excuse] = ()) -> Measure:
    """Return how well a rule's examples test it, with the excuses for mutants they cannot kill."""
    rule = subject.rule
    excusable = {excuse.mutant for excuse in excuses if excuse.rule == rule.id}
    results = [_result(rule, *each) for each in subject.examples]
    survivors: list[Mutant] = []
    killed = invalid = 0
    for mutant in mutants(subject):
        try:
            mutated = subject.with_mistake(mutant)
        except cel.CompileError:
            invalid += 1
            continue
        if is_killed(mutated, subject.examples, results):
            killed += 1
        else:
            survivors.append(mutant)
    return Measure(
        rule=rule.id,
        wrong=tuple(_wrong(subject, results)),
        branches=tuple(branches(subject)),
        killed=killed,
        survivors=tuple(each for each in survivors if each.text not in excusable),
        excused=tuple(each for each in survivors if each.text in excusable),
        invalid=invalid,
        stale=tuple(sorted(excusable - {each.text for each in survivors})),
    )


def is_killed(
    mutated: Rule, examples: Sequence[tuple[Example, Document]], results: Sequence[Result]
) -> bool:
    """Say whether a rule gives on any example another result than the one it is held against."""
    return any(
        _result(mutated, *each) != result for each, result in zip(examples, results, strict=True)
    )


def read_excuses(path: Path = EXCUSES) -> list[Excuse]:
    """Return the excuses of a file; raises ValueError for what is none, or is given twice."""
    excuses: list[Excuse] = []
    for row in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
        if not isinstance(row, dict) or set(row) != set(Excuse._fields):
            raise ValueError(f"{path.name}: expected rule, mutant and because, not {row}")
        if not all(isinstance(value, str) and value.strip() for value in row.values()):
            raise ValueError(f"{path.name}: expected texts that are not empty, not {row}")
        excuses.append(Excuse(**row))
    for (rule, mutant), count in Counter(excuse[:2] for excuse in excuses).items():
        if count > 1:
            raise ValueError(f"{path.name}: excused twice: {rule}: {mutant}")
    return excuses


def branches(subject: Subject) -> Iterator[Branch]:
    """Yield the outcomes of a rule's conditions, each with whether its examples have it."""
    points = [
        point
        for route, part in subject.parts.items()
        for point in _points(_name(route), route, part)
    ]
    seen: dict[int, set[bool | None]] = {id(point.node): set() for point in points}
    with mock.patch.object(program, "Interpreter", partial(_Recorder, seen)):
        for example, each in subject.examples:
            evaluate(subject.rule.as_in(example), each)
    for point in points:
        values = seen[id(point.node)]
        if point.evaluated:
            yield Branch(point.evaluated, bool(values))
        else:
            yield Branch(f"{point.shown} is never true", True in values)
            yield Branch(f"{point.shown} is never false", False in values)


def mutants(subject: Subject) -> Iterator[Mutant]:
    """Yield the rule's mutants, each with a text of its own."""
    texts: Counter[str] = Counter()
    for mutant in _mutants(subject):
        texts[mutant.text] += 1
        count = texts[mutant.text]
        yield mutant._replace(text=f"{mutant.text} ({count})") if count > 1 else mutant


def _mutants(subject: Subject) -> Iterator[Mutant]:
    for name, declared in subject.data.get("params", {}).items():
        route: Route = ("params", name, "default")
        default: Any = subject.rule.params[name]
        if declared["type"].startswith("list("):
            for index, item in enumerate(default):
                rest = [*default[:index], *default[index + 1 :]]
                shown = json.dumps(item, ensure_ascii=False)
                advice = f"add an example whose result depends on {shown} alone"
                yield Mutant(f"params {name}: without {shown}", route, rest, advice)
        elif declared["type"] == "bool":
            text = "true -> false" if default else "false -> true"
            advice = f"add an example whose result depends on params.{name}"
            yield Mutant(f"params {name}: {text}", route, not default, advice)
    for route, part in subject.parts.items():
        for edit in edits(part.text, part.root, route):
            yield Mutant(f"{_name(route)}: {edit.what}", route, edit.text, edit.advice)


class Edit(NamedTuple):
    """One mistake in an expression: the new text, what it is, and how an example would notice."""

    text: str
    what: str
    advice: str


def edits(text: str, root: Expr, route: Route = ("when",)) -> Iterator[Edit]:
    """Yield every mistake that can be made in the expression at a route of a rule."""
    seen = {text}
    for edit in _Editor(text).edits(root, route):
        if edit.text not in seen:
            seen.add(edit.text)
            yield edit


class _Editor:
    """Makes mistakes in the text of one expression."""

    def __init__(self, text: str) -> None:
        self.text = text

    def edits(self, root: Expr, route: Route) -> Iterator[Edit]:
        if route[0] in ("when", "require") or root.type == BOOL:
            yield from self._condition(root, droppable=route[0] == "when")
        yield from self._walk(root, None)

    def _walk(self, node: Node, around: Node | None) -> Iterator[Edit]:
        match node:
            case Logic():
                yield from self._logic(node)
            case Unary(op="!"):
                what = f"{self._shown(node)} -> {self._shown(node.operand)}"
                yield self._edit(node, f"({self._raw(node.operand)})", what, self._on(node))
            case Binary() if node.op in _COMPARISONS:
                yield from self._comparison(node)
            case Conditional():
                yield self._swapped(node)
            case ListNode():
                yield from self._shorter(node)
            case Comprehension():
                yield from self._comprehension(node)
            case Literal():
                yield from self._constant(node, around)
        for child in children(node):
            yield from self._walk(child, node)

    def _condition(self, node: Node, *, droppable: bool) -> Iterator[Edit]:
        """Negate a condition, and let it always hold; what has a negation of its own has it."""
        shown = self._shown(node)
        own = (isinstance(node, Unary) and node.op == "!") or (
            isinstance(node, Binary) and node.op in _COMPARISONS
        )
        if not own:
            yield self._edit(node, f"!({self._raw(node)})", f"negated {shown}", self._on(node))
        if droppable and not isinstance(node, Logic):
            advice = f"add an example that differs only where {shown} is false"
            yield self._edit(node, "true", f"dropped {shown}", advice)

    def _logic(self, node: Logic) -> Iterator[Edit]:
        other, truth = ("||", "false") if node.op == "&&" else ("&&", "true")
        operands = [self._raw(operand) for operand in node.operands]
        for index, operand in enumerate(node.operands):
            shown = self._shown(operand)
            rest = f" {node.op} ".join([*operands[:index], *operands[index + 1 :]])
            advice = f"add an example where {shown} is {truth}, and no other side of {node.op} is"
            yield self._edit(node, f"({rest})", f"dropped {shown}", advice)
            if index:
                before = f" {node.op} ".join(operands[:index])
                after = f" {node.op} ".join(operands[index:])
                advice = f"add an example where the sides of this {node.op} differ"
                what = f"{node.op} -> {other} before {shown}"
                yield self._edit(node, f"(({before}) {other} ({after}))", what, advice)
            yield from self._condition(operand, droppable=False)

    def _comparison(self, node: Binary) -> Iterator[Edit]:
        shown = self._shown(node)
        if node.op == "in":
            new = f"!({self._raw(node)})"
            yield self._edit(node, new, f"negated {shown}", self._on(node))
        for other in _OTHERS.get(node.op, ()):
            new = f"{self.text[node.start : node.at]}{other}"
            new += self.text[node.at + len(node.op) : node.end]
            bound = {node.op.rstrip("="), other.rstrip("=")} in ({"<"}, {">"})
            advice = f"add an example where both sides of {shown} are equal"
            what = f"{shown} -> {_one_line(new)}"
            yield self._edit(node, new, what, advice if bound else self._on(node))

    def _swapped(self, node: Conditional) -> Edit:
        condition, then, otherwise = map(self._raw, (node.condition, node.then, node.otherwise))
        new = f"(({condition}) ? ({otherwise}) : ({then}))"
        return self._edit(node, new, f"swapped the arms of {self._shown(node)}", self._on(node))

    def _shorter(self, node: ListNode) -> Iterator[Edit]:
        items = [
            "?" * (index in node.optional) + self._raw(item)
            for index, item in enumerate(node.items)
        ]
        for index, item in enumerate(node.items):
            shown = self._shown(item)
            rest = ", ".join([*items[:index], *items[index + 1 :]])
            advice = f"add an example whose result depends on {shown} alone"
            yield self._edit(node, f"[{rest}]", f"without {shown} in {self._shown(node)}", advice)

    def _comprehension(self, node: Comprehension) -> Iterator[Edit]:
        if node.macro in _QUANTIFIERS:
            other = _QUANTIFIERS[node.macro]
            at = self.text.index(node.macro, node.range.end)
            new = self.text[node.start : at] + other + self.text[at + len(node.macro) : node.end]
            advice = f"add an example where {self._shown(node.body)} is true of some, not of all"
            what = f"{node.macro} -> {other} in {self._shown(node)}"
            yield self._edit(node, new, what, advice)
        if node.filter is not None:
            yield from self._condition(node.filter, droppable=True)
        if node.macro in _PREDICATES:
            yield from self._condition(node.body, droppable=True)

    def _constant(self, node: Literal, around: Node | None) -> Iterator[Edit]:
        value = node.value
        others: list[object] = []
        if isinstance(value, bool):
            others = [not value]
        elif type(value) is int:
            others = [value + 1, value - 1] if value > 0 else [value + 1]
        elif isinstance(value, str) and not (
            isinstance(around, ListNode) and len(around.items) > 1
        ):
            others = [value + "x"]
            if isinstance(around, Call) and around.target and around.name in _PARTS_OF_TEXT:
                others.append("")
        if around is None or len(self._shown(around)) > _LONGEST_AROUND:
            around = node
        for other in others:
            new = json.dumps(other, ensure_ascii=False)
            after = self.text[around.start : node.start] + new + self.text[node.end : around.end]
            what = f"{self._shown(around)} -> {_one_line(after)}"
            yield self._edit(node, new, what, self._on(around))

    def _edit(self, node: Node, new: str, what: str, advice: str) -> Edit:
        return Edit(self.text[: node.start] + new + self.text[node.end :], what, advice)

    def _on(self, node: Node) -> str:
        return f"add an example whose result depends on {self._shown(node)}"

    def _raw(self, node: Node) -> str:
        return self.text[node.start : node.end]

    def _shown(self, node: Node) -> str:
        return _one_line(self._raw(node))


class _Recorder(Interpreter):
    """An interpreter that keeps the booleans that the nodes in `seen` gave; None for others."""

    def __init__(self, seen: dict[int, set[bool | None]], *rest: Any) -> None:
        super().__init__(*rest)
        self.seen = seen

    def value(self, node: Expr) -> Any:
        value = super().value(node)
        if (values := self.seen.get(id(node))) is not None:
            values.add(value if isinstance(value, bool) else None)
        return value


class _Point(NamedTuple):
    """A node whose outcomes are branches; with `evaluated` the only one is that it has a value."""

    node: Node
    shown: str
    evaluated: str = ""


def _points(name: str, route: Route, part: Part) -> Iterator[_Point]:
    editor = _Editor(part.text)
    if route[0] == "let":
        yield _Point(part.root, name, f"{name} is never evaluated")
    elif route[0] != "for_each":
        yield _Point(part.root, name)
    todo: list[Node] = [part.root]
    while todo:
        node = todo.pop()
        if isinstance(node, Logic):
            for operand in node.operands:
                yield _Point(
                    operand, f"{name}: {_one_line(editor.text[operand.start : operand.end])}"
                )
        if isinstance(node, Conditional):
            for arm in (node.then, node.otherwise):
                shown = _one_line(editor.text[arm.start : arm.end])
                yield _Point(arm, name, f"{name}: the arm {shown} is never taken")
        todo.extend(reversed(list(children(node))))


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes right below one, in the order of its fields."""
    for each in fields(node):
        value = getattr(node, each.name)
        yield from (
            item
            for item in (value if isinstance(value, list) else [value])
            if isinstance(item, Node)
        )


def _subject(file: RuleFile, *, alone: bool) -> Subject:
    made: dict[int, Part] = {}

    def compiled(text: str, env: cel.Env, **_options: object) -> program.Interpreted:
        part = _compiled(text, env)
        made[id(part.program)] = part
        return part.program

    with mock.patch.object(cel, "compile", compiled):
        rule = compile_rule(file, KINDS, {}, alone=alone, engine="interpret")
    data = file.data
    programs: dict[Route, object] = {}
    if rule.for_each:
        programs["for_each", rule.subject] = rule.for_each
    for name, evaluate_let in rule.let.items():
        programs["let", name] = cast("MethodType", evaluate_let).__self__
    if rule.when:
        programs["when",] = rule.when
    for index, requirement in enumerate(rule.requirements):
        whole = isinstance(data["require"], str)
        programs[("require",) if whole else ("require", index, "that")] = requirement.that
    parts = {route: made[id(each)] for route, each in programs.items()}
    return Subject(data, rule, parts, [(each, _document(each)) for each in rule.examples])


def _compiled(text: str, env: cel.Env) -> Part:
    source, root, checked = program.front(text, env)
    return Part(text, env, root, program.Interpreted(source, root, env, checked))


def _document(example: Example) -> Document:
    source = read_bytes("example.json", json.dumps(example.document).encode(), Limits())
    return document(parse(source, Limits()), Selection((), KINDS), example.kind)


def _result(rule: Rule, example: Example, subject: Document) -> Result:
    outcome = evaluate(rule.as_in(example), subject)
    told = bool(example.message) and any(
        re2.search(example.message, finding.message) for finding in outcome.findings
    )
    return Result(outcome.status, told)


def _wrong(subject: Subject, results: Sequence[Result]) -> Iterator[str]:
    for (example, _), result in zip(subject.examples, results, strict=True):
        if result.status.value != example.expect:
            yield f"{example.name}: gives {result.status.value}, not {example.expect}"
        elif example.message and not result.told:
            yield f"{example.name}: no message has {example.message}"


def _name(route: Route) -> str:
    """Return how a text names an expression: `when`, `let access`, `require[1]`."""
    if route[0] == "require":
        return f"require[{route[1]}]" if route[1:] else "require"
    return " ".join(map(str, route))


def _one_line(text: str) -> str:
    return " ".join(text.split())
