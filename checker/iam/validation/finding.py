"""What is wrong with a policy: a code of IAM Access Analyzer, a message, and the places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from checker.iam.statement import Policy, Statement
from checker.source import Route


class FindingType(StrEnum):
    """How bad a finding is, by the names of IAM Access Analyzer.

    https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicyFinding.html
    """

    ERROR = "ERROR"
    SECURITY_WARNING = "SECURITY_WARNING"
    WARNING = "WARNING"
    SUGGESTION = "SUGGESTION"


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
