"""How a function of the language is declared: one `Overload` for each signature."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from checker.cel.types import Type


class Cost(Enum):
    """How the work of a call grows; whatever grows gets the meter and charges it."""

    CONSTANT = "constant"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


class Overload(NamedTuple):
    """One signature of a function.

    `call` takes one value per parameter (the receiver first) and returns one; where `cost` is
    not constant it takes the meter before them. It may raise EvaluationError if `fails`, and
    must itself check what lies within a list or map, unless there is a `checked` form of it for
    arguments whose types are not proven. `variadic` repeats the last parameter.
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
        """Whether a host declared it: then nothing is known of what it returns."""
        return self.checked is not None

    def __str__(self) -> str:
        """Return the signature as a rule author reads it: `string.split(string) -> …`."""
        texts = [str(parameter) for parameter in self.parameters]
        head = f"{texts.pop(0)}." if self.receiver else ""
        return f"{head}{self.name}({', '.join(texts)}) -> {self.result}"
