"""What a run found, and what it means for a gate."""

from __future__ import annotations

from checker.report.compared import Access, Comparison, compared
from checker.report.finding import (
    COUNTED,
    DOCUMENT_RULE,
    USUAL,
    WAIVER_RULE,
    WORST,
    Finding,
    Input,
    Place,
    Severity,
    Status,
    Waiver,
    digest,
    encoded,
)
from checker.report.report import Earlier, Exit, Framework, IdleWaiver, Report, RuleCounts, Saved

__all__ = [
    "COUNTED",
    "DOCUMENT_RULE",
    "USUAL",
    "WAIVER_RULE",
    "WORST",
    "Access",
    "Comparison",
    "Earlier",
    "Exit",
    "Finding",
    "Framework",
    "IdleWaiver",
    "Input",
    "Place",
    "Report",
    "RuleCounts",
    "Saved",
    "Severity",
    "Status",
    "Waiver",
    "compared",
    "digest",
    "encoded",
]
