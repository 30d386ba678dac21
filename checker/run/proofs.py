"""Turns requests that prove something into what reports show of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.report import Proof

if TYPE_CHECKING:
    from checker.iam.request import Request


def proof_of(found: Request) -> Proof:
    """Return a request as reports show it."""
    context = tuple(sorted((key, tuple(values)) for key, values in found.context.items()))
    return Proof(found.action, found.resource, found.principal, context)
