"""Defines the instances of modules: the module that is applied, and the ones that it calls."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checker.sources.terraform.modules import File, Found, Module
    from checker.sources.terraform.typed_values import Value

_NAMED = re.compile(
    r"^[ \t]*(?:bucket|name|function_name|role_name|user_name|table_name|repository|domain_name|"
    r"queue_name|topic_name|cluster_name|identifier)[ \t]*=[ \t]*var\.(\w+)[ \t]*(?:#.*)?$",
    re.MULTILINE,
)
"""An argument that is a name, as AWS allows no wildcards in names of resources."""


@dataclass(slots=True, eq=False)
class Instance:
    """A module that is applied, or one that is called, with its arguments."""

    module: Module
    prefix: str = ""
    """What stands before the addresses in it: empty, or such as `module.ci.`."""
    call: Found | None = None
    """The block that calls it."""
    caller: Scope | None = None
    """Where that block stands."""
    root: Module | None = None
    """The module that is applied."""
    _named: frozenset[str] | None = field(default=None)

    @property
    def top(self) -> Module:
        """The module that is applied."""
        return self.root or self.module

    def is_name(self, variable: str) -> bool:
        """Return whether a variable is the name of a resource that is always there."""
        if self._named is None:
            self._named = frozenset(self._names())
        return variable in self._named

    def _names(self) -> list[str]:
        found: list[str] = []
        for file, block in self.module.every:
            if (
                block.kind != "resource"
                or not block.labels
                or not block.labels[0].startswith("aws_")
            ):
                continue
            text = file.source.text[slice(*block.body.span)]
            if "var." not in text or not _NAMED.search(text):
                continue
            if {"count", "for_each"}.isdisjoint(block.body.attributes()):
                found += _NAMED.findall(text)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Where an expression stands: in a file of an instance of a module, in which loops."""

    instance: Instance
    file: File
    names: Mapping[str, Value] = field(default_factory=dict)

    def having(self, names: Mapping[str, Value]) -> Scope:
        """Return the scope with more names."""
        return Scope(self.instance, self.file, {**self.names, **names})

    def at(self, file: File) -> Scope:
        """Return the scope of the same instance outside of loops, in a file."""
        return Scope(self.instance, file)
