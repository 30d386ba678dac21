"""Says what a counted policy is: where it stands, and in which form."""

from __future__ import annotations

import re
from typing import NamedTuple

PLAIN = "plain JSON or YAML"
PROPERTY = "CloudFormation property"
TEXT = "CloudFormation text"
SAM = "SAM"
DATA = "Terraform data block"
EXPRESSION = "Terraform jsonencode, heredoc, file"
PLAN = "Terraform plan"
PLAN_ELSEWHERE = "Terraform plan, said elsewhere in it"
DUMP = "account dump"
DUMP_OLD = "account dump, old version"
KUBERNETES = "Kubernetes"
WRAPPED = "wrapped"
LINES = "JSON lines"
UNPARSED = "file that does not parse"
MENTIONED = "mentioned"
FORMS = (
    PLAIN, PROPERTY, TEXT, SAM, DATA, EXPRESSION, PLAN, DUMP, KUBERNETES, WRAPPED, LINES, UNPARSED,
    PLAN_ELSEWHERE, DUMP_OLD, MENTIONED,
)  # fmt: skip
NOT_IN_FORCE = {PLAN_ELSEWHERE, DUMP_OLD}
"""Forms that are counted, but are no document: repetitions, and versions that nobody uses."""

_KEY = r"""(?<![\w.])\\*["']?{}\\*["']?\s*(?:[:=]|=>)\s*"""
STATEMENTS = re.compile(_KEY.format("Statement"))
"""The key of a policy's statements in JSON, YAML or HCL, quotes escaped or not."""
EFFECT = re.compile(
    _KEY.format("Effect") + r"""(?:\\*["']?|(?:\w+\.)*Effect\.)(?:Allow|Deny|ALLOW|DENY)\b""",
    re.IGNORECASE,
)
ACTION = re.compile(_KEY.format(r"(?:Not)?Actions?"), re.IGNORECASE)
_NEAR = 1500


class Found(NamedTuple):
    """A policy that stands in a file, in the lines from `line` to `end`, counted from 1."""

    path: str
    line: int
    end: int
    form: str


def in_text(text: str) -> list[tuple[int, int]]:
    """Return where policies start and end in any text, as the lines of their statements' keys.

    A policy is the key `Statement` with an effect and an action behind it, before the next one.
    """
    starts = [match.start() for match in STATEMENTS.finditer(text)]
    ends = [*starts[1:], len(text)]
    return [
        (text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 1)
        for start, end in zip(starts, ends, strict=False)
        if shows_statement(text[start:end])
    ]


def shows_statement(text: str) -> list[int]:
    """Return the offsets of effects that have an action near them."""
    return [
        effect.start()
        for effect in EFFECT.finditer(text)
        if ACTION.search(text, max(0, effect.start() - _NEAR), effect.end() + _NEAR)
    ]
