"""Holds the values of an evaluation's variables; a lazy one is computed when first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from checker.errors import DoubtError, EvaluationError, Partial

UNSET: Final[Any] = object()
"""Stands for the value of a variable that has not been computed yet."""


class Activation:
    """The variables of an evaluation by name: values, lazy values, and those of a parent.

    A lazy value is a function that takes this activation and returns the value or raises
    `EvaluationError`. Either outcome is remembered. A lazy value that depends on itself is an
    `EvaluationError` too. In `native` an engine keeps the values in its own form, so that a
    document is converted once and not for each rule.
    """

    __slots__ = ("_failed", "_lazy", "_native", "_parent", "values")

    def __init__(
        self,
        values: Mapping[str, object],
        lazy: Mapping[str, Callable[[Activation], object]] | None = None,
        parent: Activation | None = None,
    ) -> None:
        # Computed values are added to this dict, so with lazy variables the caller's is copied.
        self.values: dict[str, Any] = values if type(values) is dict and not lazy else dict(values)
        self._lazy = lazy
        self._parent = parent
        self._failed: dict[str, EvaluationError] | None = None
        self._native: dict[str, object] | None = None

    @property
    def native(self) -> dict[str, object]:
        """The values in an engine's own form, by name."""
        if self._native is None:
            self._native = {}
        return self._native

    def owner(self, name: str) -> Activation | None:
        """Return the nearest activation that binds a name, or None."""
        if name in self.values or (self._lazy and name in self._lazy):
            return self
        return self._parent.owner(name) if self._parent is not None else None

    def ready(self, name: str) -> Any:
        """Return the value of a variable, or UNSET if it is unknown or not computed yet."""
        activation: Activation | None = self
        while activation is not None:
            value = activation.values.get(name, UNSET)
            if value is not UNSET or (activation._lazy and name in activation._lazy):  # noqa: SLF001 - of this class
                return value
            activation = activation._parent  # noqa: SLF001 - as above
        return UNSET

    def read(self, name: str) -> Any:
        """Return the value of a variable, computed if it is lazy; raises EvaluationError."""
        owner = self.owner(name)
        if owner is None:
            raise EvaluationError(f"undeclared reference to `{name}`")
        return owner.value(name)

    def value(self, name: str) -> object:
        """Return the value of a variable that this activation itself binds.

        Raises EvaluationError if a lazy value has none, and KeyError for any other name.
        """
        if name in self.values:
            return self.values[name]
        if self._failed is None:
            self._failed = {}
        if name in self._failed:
            raise _again(self._failed[name])
        if self._lazy is None:
            raise KeyError(name)
        self._failed[name] = EvaluationError(f"`{name}` is defined in terms of itself")
        try:
            self.values[name] = self._lazy[name](self)
        except EvaluationError as error:
            self._failed[name] = error
            raise _again(error) from error
        return self.values[name]

    def partial(self, name: str) -> Partial | None:
        """Return what is known of a list that was found in doubt; None of any other variable."""
        owner = self.owner(name)
        return owner._partials().get(name) if owner is not None else None  # noqa: SLF001 - as above

    def certain(self) -> Activation:
        """Return an activation in which a list in doubt has the items that are in it for sure.

        It is for what explains a decision, and must not decide anything.
        """
        if not self._failed:
            return self
        known = {name: partial.certain for name, partial in self._partials().items()}
        return Activation({**self.values, **known}, self._lazy, self._parent) if known else self

    def _partials(self) -> dict[str, Partial]:
        failed = (self._failed or {}).items()
        doubts = {name: error for name, error in failed if isinstance(error, DoubtError)}
        return {name: each.partial for name, each in doubts.items() if each.partial is not None}


def _again(error: EvaluationError) -> EvaluationError:
    """Return a copy of an error without its place, which is one in the lazy value's own text."""
    copy = error.copy()
    copy.line = copy.column = 0
    return copy
