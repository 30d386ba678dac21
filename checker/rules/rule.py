"""A rule that can run: its documentation as data, its conditions as programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from checker import cel
from checker.problems import Json, Problem, Source
from checker.report import Severity


class Hole(NamedTuple):
    """A `{{ CEL }}` hole of a message; `text` stands in for it when it has no value."""

    text: str
    program: cel.Program


class Requirement(NamedTuple):
    """One thing that must be true, what to say where it is not, and where to point."""

    text: str
    that: cel.Program
    message: tuple[str | Hole, ...]
    at: cel.Program | None


class Example(NamedTuple):
    """A document with the result that the rule must give.

    `kind` is what the document is mapped to, the rule's own or a member of its family; `message`
    is an RE2 pattern, or empty; `params` are set over the rule's own.
    """

    name: str
    expect: str
    kind: str
    message: str
    params: Mapping[str, Json]
    document: Json


class Rule(NamedTuple):
    """One guardrail.

    `subject` is the name that `for_each` gives to every element; without `for_each` the document
    is the only subject. `let` (by what gives the value), `params` and `subject` are variables of
    every program.
    """

    id: str
    title: str
    severity: Severity
    kind: str
    description: str
    remediation: str
    references: tuple[str, ...]
    controls: Mapping[str, tuple[str, ...]]
    params: Mapping[str, Json]
    let: Mapping[str, Callable[[cel.Activation], object]]
    subject: str
    for_each: cel.Program | None
    when: cel.Program | None
    requirements: tuple[Requirement, ...]
    waivable: bool
    examples: tuple[Example, ...]
    path: str
    source: Source
    """The file that it stands in, perhaps beside others."""
    warnings: tuple[Problem, ...]
    """What may go wrong when the rule is decided; it can run all the same."""
    shipped: bool = False
    """It came with this program; a path cannot tell, as a folder may have any name."""

    def as_in(self, example: Example) -> Rule:
        """Return the rule with the parameters of one of its examples."""
        if not example.params:
            return self
        return self._replace(params={**self.params, **example.params})
