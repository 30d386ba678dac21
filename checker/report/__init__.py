"""Holds the results of checks, comparisons and questions, and their exit codes."""

from __future__ import annotations

from checker.report.answered import Answer, Answered, Answers, Asked
from checker.report.compared import Access, Compared, Comparison
from checker.report.finding import (
    COUNTED,
    DOCUMENT_RULE,
    OWN_TEXTS,
    USUAL,
    WAIVER_RULE,
    WORST,
    Finding,
    Input,
    Judged,
    Place,
    RuleText,
    Severity,
    Status,
    Waiver,
    encoded,
)
from checker.report.folding import folded
from checker.report.identity import FINGERPRINTS, Accepted, Basis, digest, fingerprint
from checker.report.inventory import Found, Inventory
from checker.report.proof import Proof
from checker.report.report import (
    CheckedDocument,
    Earlier,
    Exit,
    FileCounts,
    Framework,
    IdleWaiver,
    Move,
    Report,
    RuleCounts,
    Saved,
)

__all__ = [
    "COUNTED",
    "DOCUMENT_RULE",
    "FINGERPRINTS",
    "OWN_TEXTS",
    "USUAL",
    "WAIVER_RULE",
    "WORST",
    "Accepted",
    "Access",
    "Answer",
    "Answered",
    "Answers",
    "Asked",
    "Basis",
    "CheckedDocument",
    "Compared",
    "Comparison",
    "Earlier",
    "Exit",
    "FileCounts",
    "Finding",
    "Found",
    "Framework",
    "IdleWaiver",
    "Input",
    "Inventory",
    "Judged",
    "Move",
    "Place",
    "Proof",
    "Report",
    "RuleCounts",
    "RuleText",
    "Saved",
    "Severity",
    "Status",
    "Waiver",
    "digest",
    "encoded",
    "fingerprint",
    "folded",
]
