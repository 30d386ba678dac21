"""A report in, text in one of the named formats out, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import cast

from checker.report import Report

Renderer = Callable[[Report], Iterator[str]]

FORMATS = (
    "text",
    "json",
    "jsonl",
    "junit",
    "oscal",
    "sarif",
    "github",
    "gitlab",
    "azure",
    "tap",
    "markdown",
    "csv",
    "html",
)
"""Every output format: the name of a module here, whose `render` writes it.

`text` takes colours too.
"""


def renderer(name: str) -> Renderer:
    """Return what writes a format; its module is imported only when it is asked for."""
    if name not in FORMATS:
        raise KeyError(name)
    return cast("Renderer", import_module(f"{__name__}.{name}").render)
