"""A report in, text in one of the named formats out."""

from __future__ import annotations

from collections.abc import Callable

from checker.render.json import render_json
from checker.render.text import render_text
from checker.report import Report

FORMATS: dict[str, Callable[[Report], str]] = {
    "text": render_text,
    "json": render_json,
}
"""Every output format by its name; `text` takes colours too."""
