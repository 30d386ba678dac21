"""Renders reports as text in one of several formats, piece by piece."""

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
"""All output formats: each is the name of a module in this package with a function `render`.

The `render` of `text` also takes the keyword argument `colour`.
"""


def renderer(name: str) -> Renderer:
    """Return the function that renders a format, and import its module.

    Raises KeyError if there is no such format.
    """
    if name not in FORMATS:
        raise KeyError(name)
    return cast("Renderer", import_module(f"{__name__}.{name}").render)
