"""Makes the small parts of OSCAL: identifiers, properties, markup, tokens and times."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from checker.messages import visible
from checker.render.markdown_text import markdown
from checker.render.stream import dump
from checker.report import Report

Object = dict[str, Any]
"""An object of OSCAL as plain data."""

_NAMESPACE = UUID("537e2f71-8c29-41e3-b742-4682d42edeae")
"""The namespace of all identifiers that this package makes."""
_NAMES = "urn:policy-check:oscal"
"""The namespace of the names of policy-check's own properties."""
_NO_TOKEN = re.compile(r"[^A-Za-z0-9._]+")


def identifier(*of: object) -> str:
    """Return a UUID (version 5) for plain data, always the same one for the same data."""
    return str(uuid5(_NAMESPACE, dump(of)))


@lru_cache(maxsize=1_024)  # many findings have the same properties
def own(name: str, value: object) -> Object:
    """Return a property in policy-check's namespace, with a visible value that is never empty.

    The result is shared between calls and must not be changed.
    """
    return {"name": name, "ns": _NAMES, "value": visible(str(value)).strip() or "-"}


TOOL = identifier("tool")
"""The identifier of this program."""


def markup(*texts: str) -> str:
    """Return the first text that is not empty, as Markdown that shows it literally, or `-`."""
    return next(filter(None, map(markdown, texts)), "-")


def token(text: str) -> str:
    """Return text as a token: letters, digits and `._-`, and a letter or `_` at its start."""
    kept = _NO_TOKEN.sub("-", text.replace("(", ".").replace(")", "")).strip("-.").lower()
    return kept if kept[:1].isalpha() else f"_{kept}"


def start(report: Report) -> str:
    """Return the start of the report's day, the only time that a report knows."""
    return f"{report.today.isoformat()}T00:00:00Z"
