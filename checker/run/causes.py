"""Finds out which violations of a document follow from another one, their cause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from checker.budget import budget, spend
from checker.documents import Document
from checker.iam.asked import Ask
from checker.iam.claims import Claim
from checker.iam.statement import Policy
from checker.problems import Route
from checker.report import Finding, Severity

_MOST = 500_000
"""Units for all violations of a document: a quarter of what one rule may spend on it."""
_UNITS = 50
"""Units that it costs to work out what one violation claims."""


class Claimed(NamedTuple):
    """A violation of a rule about what a policy grants, and what the rule asked to find it."""

    fingerprint: str
    rule: str
    severity: Severity
    asks: tuple[Ask, ...]
    routes: tuple[Route, ...]
    """What it points to, and the rule's subject."""
    alike: bool
    """Whether the rule has no subject of its own, so that statements that are alike count too."""


def with_causes(
    document: Document, findings: Sequence[Finding], claimed: Sequence[Claimed]
) -> tuple[Finding, ...]:
    """Return the findings on a document, each with the fingerprint of its cause.

    A cause itself has none.
    """
    causes = _causes(document, claimed)
    if not causes:
        return tuple(findings)
    known = {each.fingerprint for each in findings}
    return tuple(
        each._replace(implied_by=cause)
        if (cause := causes.get(each.fingerprint, "")) in known
        else each
        for each in findings
    )


def _causes(document: Document, claimed: Sequence[Claimed]) -> dict[str, str]:
    """Return the fingerprints of causes, by those of the violations that follow from them.

    INVARIANT: a violation follows only from one that is as grave and comes before it in one order,
    and that follows from none itself. What cannot be decided, or takes too much work, has no cause.
    """
    found: dict[str, str] = {}
    policy = document.activation.values.get("policy")
    if len(claimed) < 2 or not isinstance(policy, Policy):  # noqa: PLR2004 - one cause, one effect
        return found
    roots: dict[Route, list[tuple[Claim, str]]] = {}
    try:
        with budget(_MOST):
            for each, claim in _in_order(policy, claimed):
                near = roots.get(claim.statements[0], ()) if claim.statements else ()
                spend(len(near))
                cause = next((name for root, name in near if claim.follows_from(root)), "")
                if cause:
                    found[each.fingerprint] = cause
                elif claim.can_imply:
                    for route in claim.statements:
                        roots.setdefault(route, []).append((claim, each.fingerprint))
    except Exception:  # noqa: BLE001 - our own mistake must not hide findings
        return found
    return found


def _in_order(policy: Policy, claimed: Sequence[Claimed]) -> list[tuple[Claimed, Claim]]:
    """Return violations with what they claim, the gravest and then the broadest first."""
    made = []
    for each in claimed:
        spend(_UNITS)
        made.append((each, Claim(policy, each.asks, each.routes, alike=each.alike)))
    return sorted(
        made,
        key=lambda pair: (-pair[0].severity, pair[1].breadth, pair[0].rule, pair[0].fingerprint),
    )
