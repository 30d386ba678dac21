"""Text of others in, the small parts of OSCAL that are made of it out."""

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
"""Of all identifiers that we make."""
_NAMES = "urn:policy-check:oscal"
"""The namespace of the names of our properties."""
_NO_TOKEN = re.compile(r"[^A-Za-z0-9._]+")


def identifier(*of: object) -> str:
    """Return the UUID (version 5) of plain data: always the same one for the same data."""
    return str(uuid5(_NAMESPACE, dump(of)))


@lru_cache(maxsize=1_024)  # most say the same of many findings
def own(name: str, value: object) -> Object:
    """Return a property of ours, not to be changed; its value is visible, and never empty."""
    return {"name": name, "ns": _NAMES, "value": visible(str(value)).strip() or "-"}


TOOL = identifier("tool")
"""This program."""


def markup(*texts: str) -> str:
    """Return the first text that is not empty, as Markdown that shows it to the letter."""
    return next(filter(None, map(markdown, texts)), "-")


def token(text: str) -> str:
    """Return text as a token, which starts with a letter or `_` and holds no other signs."""
    kept = _NO_TOKEN.sub("-", text.replace("(", ".").replace(")", "")).strip("-.").lower()
    return kept if kept[:1].isalpha() else f"_{kept}"


def start(report: Report) -> str:
    """Return the start of a report's day, the only time that we know."""
    return f"{report.today.isoformat()}T00:00:00Z"
