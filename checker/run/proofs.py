"""Turns requests that prove something into what reports show of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.report import Proof

if TYPE_CHECKING:
    from collections.abc import Callable

    from checker.iam.request import Request


def proof_of(found: Request, shown: Callable[[str], str] = str) -> Proof:
    """Return a request as reports show it; `shown` is how a document shows its texts."""
    context = sorted((key, tuple(map(shown, values))) for key, values in found.context.items())
    return Proof(found.action, shown(found.resource), shown(found.principal), tuple(context))
