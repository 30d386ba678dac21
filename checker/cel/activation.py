"""The values of one evaluation's variables; a lazy one is computed once, when first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from checker.errors import EvaluationError

UNSET: Final[Any] = object()
"""What a variable is that has not been computed yet."""


class Activation:
    """Variables by name: ready values, lazy ones, and those of a parent activation.

    A lazy value is given as a function that takes this activation and returns the value or
    raises `EvaluationError`; either outcome is remembered, and a value that needs itself is an
    `EvaluationError` too. `native` is an engine's room for its own form of the values, kept so
    that a document is converted once and not per rule.
    """

    __slots__ = ("_failed", "_lazy", "_native", "_parent", "values")

    def __init__(
        self,
        values: Mapping[str, object],
        lazy: Mapping[str, Callable[[Activation], object]] | None = None,
        parent: Activation | None = None,
    ) -> None:
        # the values of lazy variables are added to it, so what the caller has is copied then
        self.values: dict[str, Any] = values if type(values) is dict and not lazy else dict(values)
        self._lazy = lazy
        self._parent = parent
        self._failed: dict[str, EvaluationError] | None = None
        self._native: dict[str, object] | None = None

    @property
    def native(self) -> dict[str, object]:
        """An engine's own form of the values, by name."""
        if self._native is None:
            self._native = {}
        return self._native

    def owner(self, name: str) -> Activation | None:
        """Return the nearest activation that binds the name, or None."""
        if name in self.values or (self._lazy and name in self._lazy):
            return self
        return self._parent.owner(name) if self._parent is not None else None

    def ready(self, name: str) -> Any:
        """Return the value of a variable, or UNSET where it has yet to be computed."""
        activation: Activation | None = self
        while activation is not None:
            value = activation.values.get(name, UNSET)
            if value is not UNSET or (activation._lazy and name in activation._lazy):  # noqa: SLF001 - of this class
                return value
            activation = activation._parent  # noqa: SLF001 - the same
        return UNSET

    def read(self, name: str) -> Any:
        """Return the value of a variable, computing a lazy one; raises EvaluationError."""
        owner = self.owner(name)
        if owner is None:
            raise EvaluationError(f"undeclared reference to `{name}`")
        return owner.value(name)

    def value(self, name: str) -> object:
        """Return the value of a name bound here; raises EvaluationError or KeyError."""
        if name in self.values:
            return self.values[name]
        if self._failed is None:
            self._failed = {}
        if name in self._failed:
            raise _again(self._failed[name])
        if self._lazy is None:
            raise KeyError(name)
        self._failed[name] = EvaluationError(f"`{name}` is defined by itself")
        try:
            self.values[name] = self._lazy[name](self)
        except EvaluationError as error:
            self._failed[name] = error
            raise _again(error) from error
        return self.values[name]


def _again(error: EvaluationError) -> EvaluationError:
    """Return an error anew: its place was one in the text of the lazy value."""
    return type(error)(error.message)
