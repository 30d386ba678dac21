"""Evaluates a checked syntax tree by walking it.

It is written to be obvious: it trusts no static type, and tests compare generated code with it.
https://github.com/google/cel-spec/blob/master/doc/langdef.md#evaluation
"""

from __future__ import annotations

from typing import Any

from checker.budget import Meter, loop, shared
from checker.cel import operators
from checker.cel.activation import Activation
from checker.cel.ast import (
    Binary,
    Bind,
    Call,
    Comprehension,
    Conditional,
    Expr,
    Has,
    Ident,
    Index,
    ListNode,
    Literal,
    Logic,
    MapNode,
    Select,
    Text,
    Unary,
    spine,
)
from checker.cel.counts import counted, settled
from checker.cel.dispatch import candidates, dispatcher
from checker.cel.hosts import Hosts
from checker.cel.library.lists import sort_by
from checker.cel.stack import HOP, on_own_stack
from checker.cel.types import Type
from checker.cel.values import NONE, Optional
from checker.errors import DoubtError, EvaluationError, LimitError, Partial, graver


class Interpreter:
    """One evaluation, with its activation, its meter and the values of macro variables."""

    def __init__(self, text: Text, hosts: Hosts, activation: Activation, cost: int) -> None:
        self.text = text
        self.hosts = hosts
        self.activation = activation
        self.meter: Meter = shared() or [cost]
        self.variables: dict[int, Any] = {}
        self._doubt: tuple[DoubtError, Expr, Partial] | None = None
        """The last doubt that a filter raised, the filter, and what is known of its list."""

    def value(self, node: Expr) -> Any:
        """Return a node's value; raises EvaluationError with the place of the innermost node."""
        try:
            if node.depth % HOP or isinstance(node, Binary):
                return self._value(node)
            return on_own_stack(lambda: self._value(node), node.depth)
        except EvaluationError as error:
            if not error.line:
                error.line, error.column = self.text.place(node.start)
            raise

    def _value(self, node: Expr) -> Any:  # noqa: C901, PLR0912 - one case for each kind of node
        match node:
            case Literal():
                return node.value
            case Ident():
                return self._ident(node)
            case Select():
                return self._select(node)
            case Has():
                owner = self.value(node.operand)
                if node.optional:
                    owner = self.hosts.optional_select(owner, node.name)
                    return owner.present
                return self.hosts.has(owner, node.name)
            case Index():
                owner, key = self.value(node.operand), self.value(node.key)
                if node.optional:
                    return operators.optional_index(owner, key)
                return operators.index(owner, key)
            case Call():
                return self._call(node)
            case Unary():
                value = self.value(node.operand)
                if node.op == "!":
                    return not operators.boolean(value)
                return operators.negate(value)
            case Binary():
                return self._chain(node)
            case Logic():
                return self._logic(node)
            case Conditional():
                holds = operators.boolean(self.value(node.condition))
                return self.value(node.then if holds else node.otherwise)
            case ListNode():
                return self._list(node)
            case MapNode():
                return self._map(node)
            case Comprehension():
                return self._comprehension(node)
            case Bind():
                return self._bind(node)

    def _ident(self, node: Ident | Select) -> Any:
        if isinstance(node, Ident) and node.slot >= 0:
            value = self.variables[node.slot]
            if isinstance(value, EvaluationError):
                raise value.copy()
            return value
        if node.constant is not None:
            return Type(node.constant.name)
        return self.activation.read(node.variable)

    def _select(self, node: Select) -> Any:
        if node.variable or node.constant is not None:
            return self._ident(node)
        owner = self.value(node.operand)
        if node.optional:
            return self.hosts.optional_select(owner, node.name)
        return self.hosts.select(owner, node.name)

    def _call(self, node: Call) -> Any:
        if node.name in ("or", "orValue") and node.target is not None and len(node.arguments) == 1:
            value = operators.opened(node.name, self.value(node.target))
            return self._alternative(node, value)
        values = [self.value(operand) for operand in node.operands]
        receiver = node.target is not None
        overloads = candidates(self.hosts, node.name, receiver=receiver, count=len(values))
        return dispatcher(node.name, overloads, self.hosts)(self.meter, *values)

    def _alternative(self, node: Call, value: Optional) -> Any:
        """Return the value of `or` or `orValue`: the argument is evaluated only if it is used."""
        if value.present:
            return value if node.name == "or" else value.value
        other = self.value(node.arguments[0])
        return operators.opened("or", other) if node.name == "or" else other

    def _chain(self, node: Binary) -> Any:
        first, chain = spine(node)
        listed = counted(chain[0], first)
        try:
            value = self.value(first)
        except DoubtError as error:
            if listed is None:
                raise
            comparison = chain.pop(0)
            number = self.value(comparison.right)
            value = settled(comparison.op, number, error, self._known(listed, error))
        for each in chain:
            value = self._binary(each.op, value, self.value(each.right))
        return value

    def _known(self, listed: Comprehension | Ident, error: DoubtError) -> Partial | None:
        if isinstance(listed, Ident):
            return self.activation.partial(listed.variable)
        return self.known(listed, error)

    def known(self, node: Expr, error: DoubtError) -> Partial | None:
        """Return what is known of a list, if the node is the filter that raised the error."""
        if self._doubt is None or self._doubt[0] is not error or self._doubt[1] is not node:
            return None
        return self._doubt[2]

    def _binary(self, op: str, left: Any, right: Any) -> Any:
        if op == "==":
            return operators.equal(left, right, self.meter)
        if op == "!=":
            return not operators.equal(left, right, self.meter)
        if op == "in":
            return operators.contains(left, right, self.meter)
        if op == "+":
            return operators.add(left, right, self.meter)
        arithmetic = operators.ARITHMETIC.get(op)
        if arithmetic is not None:
            return arithmetic(left, right)
        return operators.compare(op, left, right)

    def _logic(self, node: Logic) -> bool:
        """Return the value that an operand decides; raise the gravest error if none decides."""
        decisive = node.op == "||"
        failed: Exception | None = None
        for operand in node.operands:
            try:
                if operators.boolean(self.value(operand)) is decisive:
                    return decisive
            except LimitError:
                raise
            except EvaluationError as error:
                failed = graver(failed, error)
        if failed is not None:
            raise failed
        return not decisive

    def _list(self, node: ListNode) -> list[Any]:
        values = [self.value(item) for item in node.items]
        items: list[Any] = []
        for position, value in enumerate(values):
            if position not in node.optional:
                items.append(value)
            elif operators.present(value).present:
                items.append(value.value)
        return items

    def _map(self, node: MapNode) -> dict[Any, Any]:
        pairs = zip(node.keys, node.values, strict=True)
        found = [(self.value(key), self.value(value)) for key, value in pairs]
        entries: list[tuple[Any, Any]] = []
        for position, (key, value) in enumerate(found):
            if position not in node.optional:
                entries.append((key, value))
            elif operators.present(value).present:
                entries.append((key, value.value))
        return operators.made_map(entries)

    def _bind(self, node: Bind) -> Any:
        if node.macro == "bind":
            try:
                self.variables[node.slot] = self.value(node.value)
            except LimitError:
                raise
            except EvaluationError as error:
                # the error counts only where the variable is used
                self.variables[node.slot] = error
            return self.value(node.body)
        value = self.value(node.value)
        if not operators.opened(node.macro, value).present:
            return NONE
        self.variables[node.slot] = value.value
        result = self.value(node.body)
        return Optional(result) if node.macro == "optMap" else operators.opened(node.macro, result)

    def _comprehension(self, node: Comprehension) -> Any:
        over = self.value(node.range)
        if len(node.variables) > 1:
            turns = operators.pairs(over)
        else:
            turns = [(item,) for item in operators.elements(over)]
        loop(self.meter, len(turns))
        macro = node.macro
        if macro in ("all", "exists"):
            return self._quantified(node, turns, decisive=macro == "exists")
        if macro == "filter":
            return self._filtered(node, turns)
        if macro == "sortBy" and type(over) is not list:
            operators.no_overload("sortBy", over)
        results: list[Any] = []
        for turn in turns:
            self._set(node, turn)
            if node.filter is not None and not operators.boolean(self.value(node.filter)):
                continue
            value = self.value(node.body)
            results.append((turn, operators.boolean(value) if macro == "exists_one" else value))
        return self._collected(macro, over, results)

    def _set(self, node: Comprehension, turn: tuple[Any, ...]) -> None:
        self.variables.update(zip(node.slots, turn, strict=True))

    def _quantified(self, node: Comprehension, turns: Any, *, decisive: bool) -> bool:
        failed: Exception | None = None
        for turn in turns:
            self._set(node, turn)
            try:
                if operators.boolean(self.value(node.body)) is decisive:
                    return decisive
            except LimitError:
                raise
            except EvaluationError as error:
                failed = graver(failed, error)
        if failed is not None:
            raise failed
        return not decisive

    def _filtered(self, node: Comprehension, turns: Any) -> list[Any]:
        """Return the items that are in the list; raise the gravest error of all predicates."""
        found: list[Any] = []
        failed: Exception | None = None
        doubtful = 0
        for turn in turns:
            self._set(node, turn)
            try:
                if operators.boolean(self.value(node.body)):
                    found.append(turn[0])
            except LimitError:
                raise
            except EvaluationError as error:
                failed, doubtful = graver(failed, error), doubtful + 1
        if isinstance(failed, DoubtError):
            failed = failed.copy()
            self._doubt = (failed, node, Partial(found, doubtful))
        if failed is not None:
            raise failed
        return found

    def _collected(self, macro: str, over: Any, results: list[Any]) -> Any:
        if macro == "exists_one":
            return sum(value for _, value in results) == 1
        if macro == "sortBy":
            return sort_by(self.meter, over, [value for _, value in results])
        if macro == "transformMap":
            return operators.made_map((turn[0], value) for turn, value in results)
        if macro == "transformMapEntry":
            return operators.merged(self.meter, [value for _, value in results])
        return [value for _, value in results]
