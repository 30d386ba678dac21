"""Defines the runnable rule: its documentation as data, its conditions as CEL programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from checker import cel
from checker.problems import Json, Problem, Source
from checker.report import Severity


class Hole(NamedTuple):
    """A `{{ CEL }}` placeholder in a message; `text` replaces it if its program has no value."""

    text: str
    program: cel.Program


class Requirement(NamedTuple):
    """A condition that must be true, its message if it is not, and the node to point to."""

    text: str
    that: cel.Program
    message: tuple[str | Hole, ...]
    at: cel.Program | None


class Example(NamedTuple):
    """A test of a rule: a document, and the result (`expect`) that the rule must give.

    `kind` is the kind of the document: the rule's own, or a member of its family. `message` is an
    RE2 pattern that is searched in the finding's message, or empty. `params` override the rule's
    own parameters.
    """

    name: str
    expect: str
    kind: str
    message: str
    params: Mapping[str, Json]
    document: Json


class Rule(NamedTuple):
    """One guardrail.

    `subject` is the name that `for_each` gives to every element; without `for_each`, the document
    is the only subject. `let` maps each name to the function that evaluates it. The names in `let`,
    `params` and `subject` are variables of every program.
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
    """The text of the rule's file, which may contain other rules too."""
    warnings: tuple[Problem, ...]
    """Problems that may occur when the rule is decided, but do not prevent it from running."""
    shipped: bool = False
    """Whether the rule is part of this program; its path does not tell, as any folder may have
    the same name."""

    def as_in(self, example: Example) -> Rule:
        """Return the rule with the parameters that one of its examples sets."""
        if not example.params:
            return self
        return self._replace(params={**self.params, **example.params})
