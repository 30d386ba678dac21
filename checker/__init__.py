"""Checks AWS IAM policies, and other documents, against rules written in YAML and CEL.

    rules = load_rules("builtin")
    report = check(rules, paths=["policies/"])

docs/library.md explains the library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from checker.version import VERSION

if TYPE_CHECKING:
    from checker.api import (
        Policy,
        Rules,
        check,
        compare,
        grants,
        load_rules,
        parse_policy,
        public_access,
    )
    from checker.api import render as render_report
    from checker.errors import BudgetError, FunctionError
    from checker.problems import InputError
    from checker.report import (
        Access,
        Answer,
        Answered,
        Comparison,
        Exit,
        Judged,
        Proof,
        Report,
        Severity,
        Status,
    )
    from checker.workers import Bounds, Workers

__version__ = VERSION
__all__ = [
    "Access",
    "Answer",
    "Answered",
    "Bounds",
    "BudgetError",
    "Comparison",
    "Exit",
    "FunctionError",
    "InputError",
    "Judged",
    "Policy",
    "Proof",
    "Report",
    "Rules",
    "Severity",
    "Status",
    "Workers",
    "__version__",
    "check",
    "compare",
    "grants",
    "load_rules",
    "parse_policy",
    "public_access",
    "render_report",
]
_API = (
    *("Policy", "Rules", "check", "compare", "grants", "load_rules", "parse_policy"),
    *("public_access", "render_report"),
)
_IN_API = {"render_report": "render"}
"""Names in this package whose functions have another name in checker/api.py.

A module of this package, such as `checker.render`, hides a function with the same name.
"""
_REPORT = (
    *("Access", "Answer", "Answered", "Comparison", "Exit", "Judged", "Proof", "Report"),
    *("Severity", "Status"),
)
_HOMES = {
    **dict.fromkeys(_API, "checker.api"),
    **dict.fromkeys(_REPORT, "checker.report"),
    **dict.fromkeys(("Bounds", "Workers"), "checker.workers"),
    **dict.fromkeys(("BudgetError", "FunctionError"), "checker.errors"),
    "InputError": "checker.problems",
}
"""The module of each public name."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the command starts fast."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), _IN_API.get(name, name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
