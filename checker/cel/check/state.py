"""The state of one check: what is in scope, what is known of types, what was found wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from checker.cel.ast import Expr, Ident, Text
from checker.cel.ceilings import MAX_PROBLEMS
from checker.cel.check.infer import Inference
from checker.cel.diagnostics import Diagnostic
from checker.cel.env import Env, Path
from checker.cel.hosts import Hosts
from checker.cel.library import Overload
from checker.cel.types import BOOL, DYN, Type


@dataclass(slots=True, eq=False)
class State:
    """What the functions of this package share; `type_of` types a node and all below it."""

    text: Text
    env: Env
    hosts: Hosts
    type_of: Callable[[Expr], Type]
    strict: bool
    inference: Inference = field(default_factory=Inference)
    scope: dict[str, tuple[int, Type]] = field(default_factory=dict)
    """The macros' variables: their number and type."""
    slots: int = 0
    problems: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    guards: frozenset[Path] = field(init=False)
    """The fields that are known to be there."""
    guarded: bool = False
    """Whether any struct has optional fields, so that guards matter."""
    dotted: bool = False
    """Whether names of variables have dots in them."""
    calls: dict[tuple[str, bool, tuple[Type, ...]], tuple[tuple[Overload, ...], Type]] = field(
        default_factory=dict
    )
    """The calls that were resolved, by name, style and types."""

    def __post_init__(self) -> None:
        self.guards = self.env.present

    def problem(self, message: str, start: int, end: int) -> Type:
        """Note something wrong; return the type to go on with."""
        if self.strict and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(self.text.diagnostic(message, start, end))
        return DYN

    def warn(self, message: str, start: int, end: int) -> None:
        """Note something that may go wrong."""
        if self.strict and len(self.warnings) < MAX_PROBLEMS:
            self.warnings.append(self.text.diagnostic(message, start, end))

    def is_bool(self, what: str, wording: Callable[[str, Type], str], node: Expr) -> Type:
        """Type a node that has to be a boolean."""
        found = self.inference.resolved(self.type_of(node))
        if not self.inference.assign((found,), (BOOL,)):
            self.problem(wording(what, found), node.start, node.end)
        return BOOL

    @contextmanager
    def bound(self, variables: list[tuple[Ident, Type]]) -> Iterator[list[int]]:
        """Bring a macro's variables into scope and yield their numbers."""
        before = self.scope
        self.scope = dict(before)
        slots = []
        for variable, type_ in variables:
            self.scope[variable.name] = (self.slots, type_)
            variable.slot = self.slots
            variable.type = type_
            slots.append(self.slots)
            self.slots += 1
        try:
            yield slots
        finally:
            self.scope = before
