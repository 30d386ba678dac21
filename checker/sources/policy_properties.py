"""Knows which properties of CloudFormation's resource types hold policies, and of which kind.

The facts stand in `cloudformation_policies.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from checker.sources.tables import table

_TABLE = "cloudformation_policies.yaml"
Path: TypeAlias = tuple[str, ...]
"""The keys from `Properties`, or from the root of a file, to a value."""
EACH = "[]"
"""Stands for every element of a list."""
ANY = "*"
"""Stands for every key of a mapping."""
_TYPE = "Type"


class Form(Enum):
    """How a property gives a policy."""

    EITHER = ""
    """As an object or as JSON text."""
    TEXT = "text"
    """As JSON text only."""
    OBJECT = "object"
    """As an object only."""
    STATEMENT = "statement"
    """As one statement of the policy."""
    STATEMENTS = "statements"
    """As a list of statements of the policy."""
    SAM = "sam"
    """As a policy, the name or ARN of a managed one, a template of SAM, or a list of these."""


class PolicyProperty(NamedTuple):
    """A property that holds a policy."""

    path: Path
    kinds: Mapping[str, str]
    """By the value of `chosen_by`: the name of the kind. Of other values, it is no IAM policy."""
    form: Form = Form.EITHER
    chosen_by: str = ""
    """The property that says which kind it is; empty if it is always the one kind of `kinds`."""

    def kind(self, chosen: str = "") -> str | None:
        """Return the name of the kind for a value of `chosen_by`; None if it is no IAM policy."""
        return self.kinds.get(chosen if self.chosen_by else "")


class Attachment(NamedTuple):
    """A property that holds the ARN of a managed policy."""

    path: Path
    grants: bool
    """Whether the policy grants permissions; otherwise it only bounds them."""


def policy_properties(resource_type: str) -> tuple[PolicyProperty, ...]:
    """Return the properties of a resource type that hold policies in the language of IAM."""
    return _policies().get(resource_type, ())


def attachments(resource_type: str) -> tuple[Attachment, ...]:
    """Return the properties of a resource type that hold the ARNs of managed policies."""
    return _attachments().get(resource_type, ())


def other_languages(resource_type: str) -> Mapping[Path, str]:
    """Return what only looks like an IAM policy in a resource type: by path, what it is."""
    return _others().get(resource_type, MappingProxyType({}))


def global_policies() -> tuple[PolicyProperty, ...]:
    """Return the places in a template of SAM, from its root on, outside of its resources."""
    return _properties(table(_TABLE)["globals"])


def serverless_policies() -> tuple[PolicyProperty, ...]:
    """Return the places in a serverless.yml, from its root on."""
    return _properties(table(_TABLE)["serverless"])


def resource_types() -> tuple[str, ...]:
    """Return all resource types of the table, sorted."""
    return tuple(sorted({*_policies(), *_attachments(), *_others()}))


@lru_cache(maxsize=1)
def _policies() -> Mapping[str, tuple[PolicyProperty, ...]]:
    return {name: _properties(row) for name, row in table(_TABLE)["policies"].items()}


@lru_cache(maxsize=1)
def _attachments() -> Mapping[str, tuple[Attachment, ...]]:
    rows = table(_TABLE)["attached"]
    return {
        name: tuple(Attachment(_path(path), _GRANTS[value]) for path, value in row.items())
        for name, row in rows.items()
    }


@lru_cache(maxsize=1)
def _others() -> Mapping[str, Mapping[Path, str]]:
    rows = table(_TABLE)["others"]
    return {
        name: MappingProxyType({_path(path): what for path, what in row.items()})
        for name, row in rows.items()
    }


_GRANTS = {"grants": True, "bounds": False}


def _properties(row: Mapping[str, Any]) -> tuple[PolicyProperty, ...]:
    return tuple(_property(path, value) for path, value in row.items())


def _property(path: str, value: Any) -> PolicyProperty:
    if isinstance(value, dict):
        return PolicyProperty(_path(path), MappingProxyType(value), chosen_by=_TYPE)
    kind, _, form = value.partition(" ")
    return PolicyProperty(_path(path), MappingProxyType({"": kind}), Form(form))


def _path(text: str) -> Path:
    return tuple(text.replace(EACH, f".{EACH}").split("."))
