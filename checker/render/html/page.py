"""Renders the frame of the page: its head, its security policy, and its landmarks."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files

from checker.render.html.charts import PATTERNS
from checker.render.html.markup import Markup, fill, join

GUARD = (
    "default-src 'none'; style-src '{style}'; script-src '{script}'; img-src data:;"
    " base-uri 'none'; form-action 'none'"
)
"""The Content-Security-Policy: only the page's own style and script, by their hashes, may run."""

_HEAD = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{guard}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<link rel="icon" href="{icon}">
<style>{style}</style>
<script>{script}</script>
</head>
<body class="{verdict}">
{patterns}
<a class="jump" href="#main">Skip to the report</a>
<header class="top">
<p class="maker">policy-check</p>
<nav aria-label="Sections"><ul>{links}</ul></nav>
<button type="button" id="theme" hidden>Theme: automatic</button>
</header>
<main id="main" tabindex="-1">
"""
_LINK = '<li><a href="#{name}">{words}</a></li>'
_TAIL = """\
</main>
<footer class="bottom"><p>policy-check {version}</p></footer>
</body>
</html>
"""
_ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>"
    "<circle cx='8' cy='8' r='8' fill='#{colour}'/>"
    "<path d='{path}' fill='none' stroke='#fff' stroke-width='2'/></svg>"
)
_IN_ADDRESS = str.maketrans({" ": "%20", "#": "%23", "<": "%3C", ">": "%3E"})
_ICONS = {
    "passed": ("0f6b4f", "M4.5 8.5l2.5 2.5 4.5-5.5"),
    "failed": ("b3261e", "M5 5l6 6M11 5l-6 6"),
    "undecided": ("7a5600", "M8 3.75v5M8 11.9v.1"),
    "nothing": ("7a5600", "M4 8h8"),
}
"""For each verdict, the colour of its circle and the path of the mark on it."""


def mark(verdict: str) -> Markup:
    """Return the icon of a verdict, which the page shows beside its words."""
    return fill(
        '<svg class="verdict" viewBox="0 0 16 16" aria-hidden="true">'
        '<circle cx="8" cy="8" r="8"></circle><path d="{path}"></path></svg>',
        path=_ICONS[verdict][1],
    )


def head(verdict: str, title: str, links: Sequence[tuple[str, str]]) -> Markup:
    """Return everything before the content; each link is the id of a section and its title."""
    style, script = _asset("report.css"), _asset("report.js")
    colour, path = _ICONS[verdict]
    shown = join(fill(_LINK, name=name, words=words) for name, words in links)
    return fill(
        _HEAD,
        guard=Markup(GUARD.format(style=_hash(style), script=_hash(script))),
        title=title,
        icon=f"data:image/svg+xml,{_ICON.format(colour=colour, path=path).translate(_IN_ADDRESS)}",
        style=style,
        script=script,
        verdict=verdict,
        patterns=PATTERNS,
        links=shown,
    )


def tail(version: str) -> Markup:
    """Return everything after the content."""
    return fill(_TAIL, version=version)


@cache
def _asset(name: str) -> Markup:
    """Return a file of this package; it must not contain the end tag of its element."""
    return Markup((files(__package__) / name).read_text(encoding="utf-8"))


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
