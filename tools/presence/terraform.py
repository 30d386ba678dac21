"""Counts policies in Terraform files, with a scanner for quotes, comments and brackets only."""

from __future__ import annotations

import re
from bisect import bisect_right

from tools.presence.found import DATA, EXPRESSION, STATEMENTS, Found, shows_statement

_TOKENS = re.compile(
    r"""(?P<comment>\#[^\n]*|//[^\n]*|/\*.*?\*/)
    |<<[-~]?(?P<mark>\w+)\n(?P<heredoc>.*?)\n[ \t]*(?P=mark)\b
    |(?P<quoted>"(?:\\.|\$\{[^{}"]*(?:"[^"]*"[^{}"]*)*\}|[^"\\])*")
    |(?P<bracket>[{}()\[\]])""",
    re.DOTALL | re.VERBOSE,
)
_DATA = re.compile(r'data\s+"?aws_iam_policy_document"?\s+"?([\w-]+)"?\s*\{')
_BLOCKS = re.compile(r'(?:^|\{)\s*(?:statement|dynamic\s+"?statement"?)\s*\{', re.MULTILINE)


def in_terraform_file(path: str, text: str) -> list[Found]:
    """Return the policies of a Terraform file.

    They are data blocks with a statement, texts with a whole policy, and objects with the key
    `Statement`, within a function such as `jsonencode` or not.
    """
    lines = [match.start() for match in re.finditer("\n", text)]
    code, texts = _code(text)
    pairs = _pairs(code)
    spans = [(start, end, EXPRESSION) for start, end in texts]
    for block in _DATA.finditer(code):
        end = pairs.get(block.end() - 1, len(code))
        if _BLOCKS.search(code, block.end(), end):
            spans.append((block.start(), end, DATA))
    spans += [(start, end, EXPRESSION) for start, end in _objects(code, pairs)]
    return [
        Found(path, bisect_right(lines, start - 1) + 1, bisect_right(lines, end - 1) + 1, form)
        for start, end, form in sorted(spans)
    ]


def _code(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the text with comments, heredocs and brackets in quotes blank, and policy texts."""
    texts = []
    pieces, at = [], 0
    for token in _TOKENS.finditer(text):
        if token["bracket"]:
            continue
        body = token["heredoc"] or token["quoted"] or ""
        if STATEMENTS.search(body) and shows_statement(body):
            texts.append(token.span())
        pieces.append(text[at : token.start()])
        is_blank = not token["quoted"]
        pieces.append(re.sub(r"[^\n]" if is_blank else r"[{}()\[\]]", " ", token[0]))
        at = token.end()
    return "".join([*pieces, text[at:]]), texts


def _pairs(code: str) -> dict[int, int]:
    pairs, stack = {}, []
    for match in re.finditer(r"[{}()\[\]]", code):
        if match[0] in "{([":
            stack.append(match.start())
        elif stack:
            pairs[stack.pop()] = match.start()
    return pairs


def _objects(code: str, pairs: dict[int, int]) -> list[tuple[int, int]]:
    """Return the smallest pair of braces around each key `Statement`, with an effect in it."""
    braces = [(start, end) for start, end in sorted(pairs.items()) if code[start] == "{"]
    found = set()
    for key in STATEMENTS.finditer(code):
        around = [(start, end) for start, end in braces if start < key.start() < end]
        if around and shows_statement(code[around[-1][0] : around[-1][1]]):
            found.add(around[-1])
    return sorted(found)
