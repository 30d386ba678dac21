"""Defines how a function of the language is declared: as one `Overload` for each signature."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from checker.cel.types import Type


class Cost(Enum):
    """How the work of a call grows with its arguments; unless constant, the call is metered."""

    CONSTANT = "constant"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


class Overload(NamedTuple):
    """One signature of a function.

    `call` takes one value for each parameter, the receiver first, and returns one value. Unless
    `cost` is constant, it takes the meter before them. Only if `fails` may it raise
    EvaluationError. It must itself check the elements of lists and maps, unless `checked` is
    another form of it, for arguments whose types are not proven. If `variadic`, it takes one or
    more arguments, all of the first parameter's type.
    """

    name: str
    parameters: tuple[Type, ...]
    result: Type
    call: Callable[..., Any]
    receiver: bool = False
    fails: bool = True
    cost: Cost = Cost.CONSTANT
    variadic: bool = False
    checked: Callable[..., Any] | None = None

    @property
    def metered(self) -> bool:
        """Whether `call` takes the meter first."""
        return self.cost is not Cost.CONSTANT

    @property
    def of_host(self) -> bool:
        """Whether a host declared it, so that its results cannot be trusted."""
        return self.checked is not None

    def __str__(self) -> str:
        """Return the signature for authors of rules, such as `string.split(string) -> …`."""
        texts = [str(parameter) for parameter in self.parameters]
        head = f"{texts.pop(0)}." if self.receiver else ""
        return f"{head}{self.name}({', '.join(texts)}) -> {self.result}"
