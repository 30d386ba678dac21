"""Defines findings: a code of IAM Access Analyzer, a message, and the places in the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from checker.iam.statement import Policy, Statement
from checker.problems import Route


class FindingType(StrEnum):
    """The severity of a finding, by the names of IAM Access Analyzer.

    https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicyFinding.html
    """

    ERROR = "ERROR"
    SECURITY_WARNING = "SECURITY_WARNING"
    WARNING = "WARNING"
    SUGGESTION = "SUGGESTION"


class Topic(StrEnum):
    """The part or aspect of a policy that a finding is about."""

    ACTION_KEYS = "action-keys"
    """Conditions on keys that requests of the statement's actions do not have."""
    ACTIONS = "actions"
    """Actions and services that the catalogue, which may be out of date, does not know."""
    ARNS = "arns"
    CONDITION_KEYS = "condition-keys"
    """Keys that the catalogue, which may be out of date, does not know."""
    CONDITIONS = "conditions"
    """Conditions that IAM refuses, or that no request can meet."""
    ELEMENTS = "elements"
    """Elements that a policy of this type must have, or cannot have."""
    GRANTS = "grants"
    """Statements that are valid and grant too much."""
    PRINCIPALS = "principals"
    REDUNDANCY = "redundancy"
    RESOURCES = "resources"
    """Resources on which the statement's actions do not work."""
    SIZE = "size"
    TYPES = "types"
    """Values of another type than the operator compares."""
    VARIABLES = "variables"
    VERSION = "version"
    WEAK_CONDITIONS = "weak-conditions"
    """Conditions that allow more than they seem to."""


class Finding(NamedTuple):
    """A finding; the first of its routes is the place to fix."""

    code: str
    message: str
    routes: tuple[Route, ...]

    @property
    def route(self) -> Route:
        """The place to fix."""
        return self.routes[0]


PolicyCheck: TypeAlias = Callable[[Policy], Iterator[Finding]]
StatementCheck: TypeAlias = Callable[[Policy, Statement], Iterator[Finding]]
