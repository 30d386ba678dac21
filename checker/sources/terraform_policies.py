"""Knows which arguments of Terraform's resources hold a policy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def arguments() -> Mapping[str, Mapping[str, str]]:
    """Return the kinds of policies by the type of a resource and its argument.

    An argument of a block is written `block.argument`.
    """
    return table("terraform_policies.yaml")


def table(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return a table of kinds of policies, by its file name."""
    import yaml  # noqa: PLC0415 - few files need a table

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, str]] = yaml.load(text, loader)  # noqa: S506 - a safe loader
    return found
