"""policy-check: guardrails in YAML and CEL, decided on what a policy means.

`check(Options(rules=["rules/"], policies=["policies/"]))` returns a `Report`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from checker.version import VERSION

if TYPE_CHECKING:
    from checker.problems import InputError
    from checker.report import Finding, Report, Severity, Status
    from checker.run.pipeline import Options, check

__version__ = VERSION
__all__ = [
    "Finding",
    "InputError",
    "Options",
    "Report",
    "Severity",
    "Status",
    "__version__",
    "check",
]

_HOMES = {
    "Options": "checker.run.pipeline",
    "check": "checker.run.pipeline",
    "Finding": "checker.report",
    "Report": "checker.report",
    "Severity": "checker.report",
    "Status": "checker.report",
    "InputError": "checker.problems",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that the command starts fast."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
