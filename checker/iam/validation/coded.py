"""What is wrong with a policy: a code of IAM Access Analyzer, a message, and the places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from checker.iam.statement import Policy, Statement
from checker.problems import Route


class FindingType(StrEnum):
    """How bad a finding is, by the names of IAM Access Analyzer.

    https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicyFinding.html
    """

    ERROR = "ERROR"
    SECURITY_WARNING = "SECURITY_WARNING"
    WARNING = "WARNING"
    SUGGESTION = "SUGGESTION"


class Topic(StrEnum):
    """What of a policy a finding is about."""

    ACTIONS = "actions"
    """Names of actions and services that the catalogue, which ages, does not have."""
    ARNS = "arns"
    CONDITION_KEYS = "condition-keys"
    """Keys that the catalogue, which ages, does not have."""
    CONDITIONS = "conditions"
    """Conditions that IAM refuses, or that nothing can meet."""
    ELEMENTS = "elements"
    """What a policy of this type must have, or cannot."""
    GRANTS = "grants"
    """What is valid and gives away too much."""
    PRINCIPALS = "principals"
    REDUNDANCY = "redundancy"
    SIZE = "size"
    TYPES = "types"
    """Values that are not of the type that is compared."""
    VARIABLES = "variables"
    VERSION = "version"
    WEAK_CONDITIONS = "weak-conditions"
    """Conditions that let more pass than they seem to."""


class Finding(NamedTuple):
    """One finding; the first of its routes is where to mend it."""

    code: str
    message: str
    routes: tuple[Route, ...]

    @property
    def route(self) -> Route:
        """Where to mend it."""
        return self.routes[0]


PolicyCheck: TypeAlias = Callable[[Policy], Iterator[Finding]]
StatementCheck: TypeAlias = Callable[[Policy, Statement], Iterator[Finding]]
