"""Escapes foreign text so that Markdown shows it literally."""

from __future__ import annotations

import re
from functools import lru_cache

from checker.messages import visible

_ACTING = re.compile(r"[\\`*_{}\[\]|~#$]|^[-+=]")
_NUMBER = re.compile(r"^(\d+)([.)])(?= |$)")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_TAGS = re.compile("[&<>]")


@lru_cache(maxsize=1_024)  # the texts of a rule occur with each of its findings
def markdown(text: str) -> str:
    """Return text as one paragraph of Markdown (https://spec.commonmark.org, and GitHub's).

    Characters with a meaning in Markdown get a backslash, and those of HTML become entities, so
    that even a program that does not render Markdown sees no tags. Braces are escaped too, because
    OSCAL reads `{{ insert: … }}` as a parameter, and `$`, because GitHub reads it as a formula.
    """
    line = visible(" ".join(text.split()))
    line = _NUMBER.sub(r"\1\\\2", _ACTING.sub(r"\\\g<0>", line))
    return _TAGS.sub(lambda found: _HTML[found[0]], line)
