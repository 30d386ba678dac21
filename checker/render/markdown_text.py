"""Text of others in, Markdown that shows it to the letter out."""

from __future__ import annotations

import re
from functools import lru_cache

from checker.messages import visible

_ACTING = re.compile(r"[\\`*_{}\[\]|~#$]|^[-+=]")
_NUMBER = re.compile(r"^(\d+)([.)])(?= |$)")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_TAGS = re.compile("[&<>]")


@lru_cache(maxsize=1_024)  # a rule's words come again with each of its findings
def markdown(text: str) -> str:
    """Return text as one paragraph of Markdown (https://spec.commonmark.org, also GitHub's).

    Characters that Markdown could act on stand behind a backslash, those of HTML are entities, so
    that a consumer which renders no Markdown finds no tag either. Braces are among them, for OSCAL
    takes `{{ insert: … }}` for a parameter; `$` is, for GitHub takes it for a formula.
    """
    line = visible(" ".join(text.split()))
    line = _NUMBER.sub(r"\1\\\2", _ACTING.sub(r"\\\g<0>", line))
    return _TAGS.sub(lambda found: _HTML[found[0]], line)
