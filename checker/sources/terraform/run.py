"""Gives the values of expressions in one world.

https://developer.hashicorp.com/terraform/language/expressions
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar, cast

from checker.problems import InputError, Problem
from checker.sources import stand_ins
from checker.sources.stand_ins import StandIn, open_text
from checker.sources.terraform import module_variables
from checker.sources.terraform import syntax as s
from checker.sources.terraform.function_table import called
from checker.sources.terraform.iteration import entries, looped
from checker.sources.terraform.references import element, referenced
from checker.sources.terraform.shared import Asked, Kept, Shared, Used
from checker.sources.terraform.truths import compared, holds
from checker.sources.terraform.typed_values import (
    ANY,
    MOST_VALUES,
    Encoded,
    Open,
    Piece,
    State,
    Thing,
    TooLargeError,
    Type,
    Value,
    joined,
    plain,
    written,
)
from checker.sources.worlds import Fork, World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.sources.terraform.instances import Scope

_T = TypeVar("_T")
_DEEPEST = 64
"""The most names that refer to each other."""
_RECOGNISED = 6
"""The fewest characters of a stand-in that messages replace."""


class Run:
    """Gives values in one world."""

    def __init__(self, shared: Shared, world: World, used: set[Used]) -> None:
        self.shared = shared
        self.modules = shared.modules
        self.world = world
        self.asked: dict[Asked, object] = {}
        """What was asked of the world."""
        self.used = used
        """The policy documents that were asked for."""
        self.depth = 0
        self.left = MOST_VALUES
        self._pending: set[tuple[object, ...]] = set()

    def kept(
        self, key: tuple[object, ...], make: Callable[[], _T], what: str, at: tuple[Scope, s.Span]
    ) -> _T:
        """Return what a function makes, or made in a world in which it is the same.

        `what` names it for the error if it refers to itself.
        """
        known = self.shared.find(key, self.world)
        if known is not None:
            self.asked.update(known.asked)
            self.used |= known.used
            return cast("_T", known.result)
        if key in self._pending:
            raise self.refused(f"{what} refers to itself", *at)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.refused("names refer to each other too deeply", *at)
        self._pending.add(key)
        asked, used = self.asked, self.used
        self.asked, self.used = {}, set()
        try:
            result = make()
            self.shared.keep(key, Kept(self.asked, result, frozenset(self.used), at[0]))
            return result
        finally:
            asked.update(self.asked)
            used |= self.used
            self.asked, self.used = asked, used
            self._pending.discard(key)
            self.depth -= 1

    def chosen(self, address: str) -> str | None:
        """Return the value that an open value has in this world; None if it is not settled."""
        found = self.world.values.get(address)
        self.asked["value", address] = found
        return found

    def others(self, address: str) -> frozenset[str]:
        """Return values that an open value does not have in this world."""
        found = self.world.others.get(address, frozenset())
        self.asked["others", address] = found
        return found

    def refused(self, message: str, scope: Scope, span: s.Span) -> InputError:
        """Return the error for an expression that has no value."""
        source = scope.file.source
        place = scope.file.lines().location(*span)
        return InputError(Problem.at(source, message, place))

    def value(  # noqa: C901, PLR0912 - one case for each kind of expression
        self, expression: s.Expression, scope: Scope
    ) -> Value:
        """Return the value of an expression; raises InputError if it has none, and Fork."""
        self.left -= 1
        if self.left < 0:
            raise TooLargeError
        match expression:
            case s.Template():
                return self.template(expression, scope)
            case s.Literal(span, value):
                return Value(value, scope.file, span)
            case s.Name() | s.Attribute() | s.Index() | s.Splat():
                return referenced(self, expression, scope)
            case s.Items(span, items):
                return Value([self.value(each, scope) for each in items], scope.file, span)
            case s.Entries(span, entries):
                return self._entries(entries, scope, span)
            case s.Call():
                return called(self, expression, scope)
            case s.Conditional(_, test, yes, no):
                return self.value(yes if holds(self, test, scope) else no, scope)
            case s.For():
                return looped(self, expression, scope)
            case s.Unary(span, "!", _):
                return Value(holds(self, expression, scope), scope.file, span)
            case s.Unary(span, _, of):
                return self._negative(self.value(of, scope), scope, span)
            case s.Binary(span, operator, _, _):
                if operator in _LOGICAL:
                    return Value(holds(self, expression, scope), scope.file, span)
                return compared(self, expression, scope)

    def spend(self, weight: int) -> None:
        """Count values that were made; raises TooLargeError if they are too many."""
        self.left -= weight
        if self.left < 0:
            raise TooLargeError

    def truth(self, expression: s.Expression, scope: Scope) -> bool:
        """Return whether a condition holds; raises Fork if the world does not settle it."""
        return holds(self, expression, scope)

    def _negative(self, value: Value, scope: Scope, span: s.Span) -> Value:
        if isinstance(value.data, int | float) and not isinstance(value.data, bool):
            return Value(-value.data, scope.file, span)
        return self.opened_at(scope, span, ("number",))

    def _entries(
        self, entries: Sequence[tuple[s.Expression, s.Expression]], scope: Scope, span: s.Span
    ) -> Value:
        found: dict[str, Value] = {}
        for key, value in entries:
            name = str(self.text(self.value(key, scope), scope, key.span).data)
            found[name] = self.value(value, scope)._replace(key=key.span)
        return Value(found, scope.file, span)

    def has_items(self, value: Value) -> bool:
        """Return whether a list or mapping has items; raises Fork if that is not settled."""
        if isinstance(value.data, Open):
            address = value.data.address
            if self.is_so(f"{address} is null"):
                return False
            return self.settled(f"{address} has items", f"`{address}` has items")
        return bool(value.data)

    def is_so(self, fact: str) -> bool:
        """Return whether it is settled that something holds in this world."""
        self.asked["fact", fact] = self.world.facts.get(fact)
        return self.world.facts.get(fact, False)

    def settled(self, fact: str, shown: str) -> bool:
        """Return whether something holds in this world; raises Fork if it is not settled."""
        if fact not in self.world.facts:
            raise Fork(self.world.with_fact(fact, holds=each) for each in (True, False))
        self.shared.shown[fact] = shown
        self.asked["fact", fact] = self.world.facts[fact]
        return self.world.facts[fact]

    def template(self, node: s.Template, scope: Scope) -> Value:
        """Return the text of a template; if it is one hole, the value in it."""
        match node.parts:
            case ():
                return Value("", scope.file, node.span)
            case (s.Run(span, text, exact),):
                return Value(text, scope.file, node.span, (Piece(0, span, exact),))
            case (s.Hole(_, inside),):
                return self.value(inside, scope)
        parts = self._parts(node.parts, scope)
        made = joined(parts, scope.file, node.span)
        self.left -= made.weight
        return made

    def _parts(self, parts: Sequence[s.Part], scope: Scope) -> list[Value]:
        found: list[Value] = []
        for part in parts:
            match part:
                case s.Run(span, text, exact):
                    found.append(Value(text, scope.file, span, (Piece(0, span, exact),)))
                case s.Hole(span, inside):
                    made = self.text(self.value(inside, scope), scope, span)
                    found.append(Value(made.data, scope.file, span, (), made.state))
                case s.Choice(_, test, yes, no):
                    found += self._parts(yes if holds(self, test, scope) else no, scope)
                case s.Repeat(span, names, over, inside_parts):
                    for key, value in entries(self.value(over, scope), scope, span):
                        inner = {names[-1]: value}
                        if len(names) > 1:
                            inner[names[0]] = key
                        found += self._parts(inside_parts, scope.having(inner))
        return found

    def text(self, value: Value, scope: Scope, span: s.Span) -> Value:
        """Return a value as text; of an open one, its stand-in or a placeholder."""
        data = value.data
        if isinstance(data, str):
            return value
        if isinstance(data, Open):
            return self._open_text(data, scope, span)
        if isinstance(data, Thing):
            return self.opened(data.address, f"`{data.address}`", scope, span)
        if isinstance(data, Encoded):
            whole = self.texts(data.value, scope, span)
            return Value(json.dumps(plain(whole)), scope.file, span, (), State.OPEN)
        if isinstance(data, list | dict):
            whole = self.texts(value, scope, span)
            return Value(json.dumps(plain(whole)), scope.file, span, (), State.OPEN)
        if data is None:
            return Value("", scope.file, span)
        return value._replace(data=written(data), pieces=())

    def texts(self, value: Value, scope: Scope, span: s.Span) -> Value:
        """Return a value in which open values are texts, up to the depth of the limits."""
        data = value.data
        if isinstance(data, Open | Thing):
            return self.text(value, scope, span)._replace(key=value.key)
        if isinstance(data, Encoded):
            return self.text(value, scope, span)._replace(key=value.key)
        if isinstance(data, list):
            return value.having([self.texts(each, scope, span) for each in data])
        if isinstance(data, dict):
            made = {key: self.texts(each, scope, span) for key, each in data.items()}
            return value.having(made)
        return value

    def _open_text(self, data: Open, scope: Scope, span: s.Span) -> Value:
        if (settled := self.chosen(data.address)) is not None:
            return Value(settled, scope.file, span, (), State.KNOWN)
        if data.is_name:
            return self.stood_in(stand_ins.name(data.address), scope, span)
        if data.type[0] == "number":
            return self.stood_in(stand_ins.number(data.address), scope, span)
        if data.type[0] == "bool":
            held = self.settled(data.address, f"`{data.address}`")
            return Value(written(held), scope.file, span)
        known = module_variables.known(self, data.address)
        if known.stand_in is not None:
            return self.stood_in(known.stand_in, scope, span)
        if known.choices:
            others = self.others(data.address)
            left = [each for each in known.choices if each not in others]
            raise Fork(self.world.with_value(data.address, each) for each in left)
        return self.opened(data.address, data.what, scope, span)

    def stood_in(self, made: StandIn, scope: Scope, span: s.Span) -> Value:
        """Return a stand-in as a text."""
        if len(made.value) >= _RECOGNISED and made.value != made.shown:
            self.shared.legend[made.value] = made.shown
        return Value(made.value, scope.file, span, (), State.NAMED)

    def opened(self, address: str, what: str, scope: Scope, span: s.Span) -> Value:
        """Return a placeholder for a text that may be any."""
        text = open_text(address)
        if self.shared.given.literal:
            one = stand_ins.name(address)
            self.shared.assumed[one.value] = text
            return self.stood_in(one, scope, span)
        self.shared.open[text] = what
        return Value(text, scope.file, span, (), State.OPEN)

    def opened_at(
        self, scope: Scope, span: s.Span, kind: Type = ANY, *, is_name: bool = False
    ) -> Value:
        """Return an open value for an expression that is not decided."""
        text = scope.file.text(span)
        made = Open(address_of(scope, span), f"`{text[:80]}`", kind, is_name)
        return Value(made, scope.file, span)

    def step(self, value: Value, step: str | int, scope: Scope, span: s.Span) -> Value:
        """Return an attribute or item of a value."""
        return element(self, value, step, scope, span)


def address_of(scope: Scope, span: s.Span) -> str:
    """Return a name for the value of an expression: the same for the same value."""
    text = scope.file.text(span)
    inside = {name: plain(value) for name, value in scope.names.items()}
    words = _UNFIT.sub(".", text).strip(".")
    if words == text and not inside:
        return scope.instance.prefix + words
    digest = sha256(json.dumps([text, inside]).encode()).hexdigest()
    return f"{scope.instance.prefix}{words[:60]}.{digest[:6]}"


_LOGICAL = frozenset({"&&", "||", "==", "!=", "<", ">", "<=", ">="})
_UNFIT = re.compile(r"[^A-Za-z0-9_.\[\]-]+")
