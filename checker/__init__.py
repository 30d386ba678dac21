"""policy-check: guardrails in YAML and CEL, decided on what a policy means.

    rules = load_rules("builtin")
    report = check(rules, paths=["policies/"])

docs/library.md shows more.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from checker.version import VERSION

if TYPE_CHECKING:
    from checker.api import Policy, Rules, check, compare, load_rules, parse_policy, render
    from checker.problems import InputError
    from checker.report import Comparison, Exit, Judged, Report, Severity, Status

__version__ = VERSION
__all__ = [
    "Comparison",
    "Exit",
    "InputError",
    "Judged",
    "Policy",
    "Report",
    "Rules",
    "Severity",
    "Status",
    "__version__",
    "check",
    "compare",
    "load_rules",
    "parse_policy",
    "render",
]
_API = ("Policy", "Rules", "check", "compare", "load_rules", "parse_policy", "render")
_REPORT = ("Comparison", "Exit", "Judged", "Report", "Severity", "Status")
_HOMES = {
    **dict.fromkeys(_API, "checker.api"),
    **dict.fromkeys(
        ("Comparison", "Exit", "Judged", "Report", "Severity", "Status"), "checker.report"
    ),
    "InputError": "checker.problems",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that the command starts fast."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
