"""Writes the reference of types and functions for authors of rules, from their declarations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from checker.cel.env import Field, Function, Struct
from checker.iam.functions import SAMPLE, STRUCTS
from checker.iam.validation import CODES, OWN, Code
from checker.kinds.aws_iam_policy import aws_iam_policy
from checker.report import DOCUMENT_RULE

_INTRODUCTION = """\
# Types and functions of `aws-iam-policy`

The CEL expressions of a rule can use `policy`, the normalised policy, and `document`, the policy
as it is written. In addition to the functions below, all standard functions and macros of CEL are
available.

Every example is true for this policy:
"""

_CODES = """\
`reader` and `schema` reject the file; a `finding` is in `policy.findings`, by its topic. The last
column is the shipped rule that fails where the code is found."""


def reference() -> str:
    """Return the reference as Markdown: all types with their fields and methods, all functions."""
    return "\n".join(_lines()).rstrip() + "\n"


def codes() -> str:
    """Return the codes of findings as Markdown, the part that decides each, and its rule."""
    theirs = {name: code for name, code in CODES.items() if name not in OWN}
    own = {name: code for name, code in CODES.items() if name in OWN}
    lines = ["# The codes of IAM Access Analyzer", "", *_CODES.splitlines(), "", *_table(theirs)]
    lines += ["", "## Codes of our own", "", *_table(own)]
    return "\n".join(lines) + "\n"


def _table(known: Mapping[str, Code]) -> Iterator[str]:
    yield from (
        "| code | type | topic | decided by | reported by |",
        "| --- | --- | --- | --- | --- |",
    )
    for name, code in known.items():
        why = f", {code.why_not}" if code.why_not else ""
        decided = f"`{code.decided}`{why}" if code.decided else f"not decided: {code.why_not}"
        refused = f"`{DOCUMENT_RULE}`" if code.decided else ""
        rule = f"[{code.rule}](rules/{code.rule}.md)" if code.rule else refused
        yield f"| `{name}` | {code.type} | {code.topic or ''} | {decided} | {rule} |"


def _lines() -> Iterator[str]:
    functions = aws_iam_policy().env.functions
    yield from _INTRODUCTION.splitlines()
    yield from ("", "```json", json.dumps(SAMPLE, indent=2), "```", "")
    for struct in STRUCTS:
        yield from _type(struct, functions)
    yield from ("## Functions", "")
    yield from ("| function | | example |", "| --- | --- | --- |")
    for function in functions:
        if function.receiver is None:
            yield _row(_signature(function), function)
    yield ""


def _type(struct: Struct, functions: Iterable[Function]) -> Iterator[str]:
    yield from (f"## {struct.type}", "", struct.doc, "")
    yield from ("| field or method | | example |", "| --- | --- | --- |")
    for field in struct.fields:
        yield _row(f"{field.name}: {field.type}", field)
    for function in functions:
        if function.receiver == struct.type:
            yield _row(_signature(function), function)
    yield ""


def _signature(function: Function) -> str:
    return f"{function.name}({', '.join(map(str, function.parameters))}): {function.result}"


def _row(signature: str, declared: Field | Function) -> str:
    return f"| {_code(signature)} | {declared.doc} | {_code(declared.example)} |"


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"
