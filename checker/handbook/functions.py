"""Declarations of types and functions go in; their reference for authors of rules comes out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from checker.cel.env import Field, Function, Struct
from checker.iam.functions import SAMPLE, STRUCTS
from checker.iam.validation import CODES
from checker.kinds.aws_iam_policy import aws_iam_policy

_INTRODUCTION = """\
# Types and functions of `aws-iam-policy`

A rule's CEL expressions see `policy`, the normalised policy, beside `document`, the policy as it
is written. Besides what is listed here they know all of CEL's standard functions and macros.

Every example is true of this policy:
"""


def reference() -> str:
    """Return the reference as Markdown: every type with its fields and methods, every function."""
    return "\n".join(_lines()).rstrip() + "\n"


def codes() -> str:
    """Return the codes of IAM Access Analyzer as Markdown, with where each is decided."""
    lines = [
        "# The codes of IAM Access Analyzer",
        "",
        "`reader` and `schema` refuse the file; `finding` is in `policy.findings`, with a topic.",
        "",
        "| code | type | topic | decided by |",
        "| --- | --- | --- | --- |",
    ]
    for name, code in CODES.items():
        why = f", {code.why_not}" if code.why_not else ""
        decided = f"`{code.decided}`{why}" if code.decided else f"not decided: {code.why_not}"
        lines.append(f"| `{name}` | {code.type} | {code.topic or ''} | {decided} |")
    return "\n".join(lines) + "\n"


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
