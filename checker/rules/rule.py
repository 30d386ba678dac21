"""Defines the runnable rule: its documentation as data, its conditions as CEL programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, cast

from checker import cel
from checker.problems import Json, Problem
from checker.reader import Reading
from checker.report import Severity
from checker.rules.template import Expanded, Template


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
    own parameters. `fixed` is how the document reads after the remediation, and None if the
    example does not say it; `fixed_as` is the name of the example that has it, if one does.
    """

    name: str
    expect: str
    kind: str
    message: str
    params: Mapping[str, Json]
    document: Json
    fixed: Json = None
    fixed_as: str = ""


class About(StrEnum):
    """What a rule judges, which says which rewritings of a policy keep its verdict.

    Policies that allow the same requests get the same verdict from a rule about grants. They may
    get different ones from a rule about guards: an Allow with a condition does not stop what
    another policy allows, and a Deny does.
    """

    GRANTS = "grants"
    """What a policy allows after all of its statements."""
    GUARDS = "guards"
    """What a policy denies, whatever else is attached."""
    FORM = "form"
    """How a policy is written: whether it is valid, and whether a reader can trust it."""


class RuleFile(NamedTuple):
    """A guardrail as it is written: what there is to read about it. Nothing in it can run.

    It is one YAML document of a file, which may contain other rules too.
    """

    id: str
    title: str
    severity: Severity
    kind: str
    about: About | None
    """None if the file does not say it, as only shipped rules must."""
    description: str
    remediation: str
    references: tuple[str, ...]
    controls: Mapping[str, tuple[str, ...]]
    waivable: bool
    reading: Reading | Expanded
    """The document, with the places of everything in it."""
    shipped: bool = False
    """Whether the rule is part of this program; its path does not tell, as any folder may have
    the same name."""

    @property
    def path(self) -> str:
        """Return the name of the file."""
        return self.reading.source.path

    @property
    def template(self) -> Template | None:
        """Return the template that the rule is made of, if there is one."""
        return self.reading.template if isinstance(self.reading, Expanded) else None

    @property
    def data(self) -> Mapping[str, Any]:
        """Return the document, which its schema accepts."""
        return cast("Mapping[str, Any]", self.reading.data)


class Rule(NamedTuple):
    """A guardrail that can run: the programs and values that decide it.

    `subject` is the name that `for_each` gives to every element; without `for_each`, the document
    is the only subject. `let` maps each name to the function that evaluates it. The names in `let`,
    `params` and `subject` are variables of every program.
    """

    file: RuleFile
    params: Mapping[str, Json]
    let: Mapping[str, Callable[[cel.Activation], object]]
    subject: str
    for_each: cel.Program | None
    when: cel.Program | None
    requirements: tuple[Requirement, ...]
    examples: tuple[Example, ...]
    warnings: tuple[Problem, ...]
    """Problems that may occur when the rule is decided, but do not prevent it from running."""
    asked: dict[str, str]
    """The digests of requirements that were computed before, by text."""

    @property
    def id(self) -> str:
        """Return the id of the rule."""
        return self.file.id

    @property
    def severity(self) -> Severity:
        """Return the severity of the rule."""
        return self.file.severity

    @property
    def kind(self) -> str:
        """Return the name of the kind that the rule is about."""
        return self.file.kind

    def as_in(self, example: Example) -> Rule:
        """Return the rule with the parameters that one of its examples sets."""
        if not example.params:
            return self
        return self._replace(params={**self.params, **example.params}, asked={})
