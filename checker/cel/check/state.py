"""Holds the state of one check: what is in scope, the type variables, and the problems found."""

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
    """The state that the functions of this package share.

    `type_of` types a node and all nodes below it, and returns the node's type.
    """

    text: Text
    env: Env
    hosts: Hosts
    type_of: Callable[[Expr], Type]
    strict: bool
    inference: Inference = field(default_factory=Inference)
    scope: dict[str, tuple[int, Type]] = field(default_factory=dict)
    """The macro variables in scope: number and type by name."""
    slots: int = 0
    problems: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    guards: frozenset[Path] = field(init=False)
    """The optional fields that are known to be present."""
    guarded: bool = False
    """Whether any struct has optional fields; guards do not matter otherwise."""
    dotted: bool = False
    """Whether names of variables may contain dots."""
    calls: dict[tuple[str, bool, tuple[Type, ...]], tuple[tuple[Overload, ...], Type]] = field(
        default_factory=dict
    )
    """The calls that were resolved, by name, whether they have a target, and operand types."""

    def __post_init__(self) -> None:
        self.guards = self.env.present

    def problem(self, message: str, start: int, end: int) -> Type:
        """Record an error at a span; return dyn, the type to continue with."""
        if self.strict and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(self.text.diagnostic(message, start, end))
        return DYN

    def warn(self, message: str, start: int, end: int) -> None:
        """Record a warning at a span."""
        if self.strict and len(self.warnings) < MAX_PROBLEMS:
            self.warnings.append(self.text.diagnostic(message, start, end))

    def is_bool(self, what: str, wording: Callable[[str, Type], str], node: Expr) -> Type:
        """Type a node that must be a boolean, and record an error if it is not; return bool."""
        found = self.inference.resolved(self.type_of(node))
        if not self.inference.assign((found,), (BOOL,)):
            self.problem(wording(what, found), node.start, node.end)
        return BOOL

    @contextmanager
    def bound(self, variables: list[tuple[Ident, Type]]) -> Iterator[list[int]]:
        """Bring a macro's variables into scope inside the block, and yield their numbers."""
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
