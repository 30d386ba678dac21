"""Splits CEL text into tokens, with the values of literals, in linear time.

Grammar: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from checker.cel.ast import Text
from checker.cel.values import INT_MAX, UINT_MAX, UInt

RESERVED = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ]
)
"""Words that may be names of fields, but of nothing else."""

_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


class Token(NamedTuple):
    """A token: its `kind` is `literal`, `name`, `quoted`, `end` or the operator itself.

    `value` is the value of a literal or the text of a name; `start` and `end` are offsets.
    """

    kind: str
    value: Any
    start: int
    end: int


_STRING = r"""
    '''(?:[^'\\]|\\.|'(?!''))*+''' | \"""(?:[^"\\]|\\.|"(?!""))*+\"""
    | '(?!'')(?:[^'\\\r\n]|\\[^\r\n])*+' | "(?!"")(?:[^"\\\r\n]|\\[^\r\n])*+"
"""
_RAW = r"""
    '''(?:[^']|'(?!''))*+''' | \"""(?:[^"]|"(?!""))*+\"""
    | '(?!'')[^'\r\n]*+' | "(?!"")[^"\r\n]*+"
"""
# INVARIANT: every repetition is possessive, so any text takes linear time at most.
_TOKEN = re.compile(
    rf"""(?sx)
    (?P<space> (?:[ \t\n\f\r]|//[^\n]*+)++ )
    | (?P<raw> (?:[rR][bB]?|[bB][rR]) (?:{_RAW}) )
    | (?P<string> [bB]? (?:{_STRING}) )
    | (?P<name> [A-Za-z_][A-Za-z0-9_]*+ )
    | (?P<double> [0-9]++(?:\.[0-9]++)?[eE][+-]?[0-9]++
        | [0-9]*+\.[0-9]++(?:[eE][+-]?[0-9]++)? )
    | (?P<int> (?:0[xX][0-9a-fA-F]++|[0-9]++)[uU]? )
    | (?P<quoted> `[a-zA-Z0-9_.\-/ ]++` )
    | (?P<op> &&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]{{}}] )
    """
)
_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\?\"'`])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})"
    r"|([0-3][0-7]{2})|(.?))",
    re.DOTALL,
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LAST_CHARACTER = 0x10FFFF


def tokens(text: Text) -> list[Token]:
    """Return the tokens of a text, followed by one of the kind `end`; raises CompileError."""
    found: list[Token] = []
    source, end, size = text.text, 0, len(text.text)
    match = _TOKEN.match
    append = found.append
    while end < size:
        token = match(source, end)
        if token is None:
            raise _unknown(text, end)
        start, end = token.span()
        kind = token.lastgroup
        if kind == "name":
            word = token[0]
            if word in _WORDS:
                append(Token("literal", _WORDS[word], start, end))
            else:
                append(Token("in" if word == "in" else "name", word, start, end))
        elif kind == "op":
            append(Token(token[0], None, start, end))
        elif kind == "quoted":
            append(Token("quoted", token[0][1:-1], start, end))
        elif kind != "space":
            _no_letter_after(text, start, end)
            append(Token("literal", _literal(text, kind or "", token[0], start), start, end))
    append(Token("end", None, size, size))
    return found


def _no_letter_after(text: Text, start: int, end: int) -> None:
    """Raise CompileError for `1a` or `0x`, which a reader might take for a number."""
    after = text.text[end : end + 1]
    if after.isalnum() and text.text[end - 1].isalnum():
        message = f"`{text.text[start : end + 1]}` is neither a number nor a name"
        raise text.error(message, start, end + 1)


def _literal(text: Text, kind: str, found: str, start: int) -> Any:
    if kind == "double":
        return float(found)
    if kind == "int":
        unsigned = found[-1] in "uU"
        digits = found[:-1] if unsigned else found
        # INVARIANT: int() gets at most 20 digits, because its time is quadratic in their number
        shown = digits[2:] if digits[:2] in ("0x", "0X") else digits
        small = len(shown.lstrip("0")) <= 20  # noqa: PLR2004 - the digits of 2 ** 64
        value = int(shown.lstrip("0") or "0", 10 if shown is digits else 16) if small else -1
        # INT_MAX + 1 is valid in `-9223372036854775808` only, which the parser checks
        if not 0 <= value <= (UINT_MAX if unsigned else INT_MAX + 1):
            what = "uint" if unsigned else "int"
            raise text.error(f"the number is out of range for a 64-bit {what}", start, start + 1)
        return UInt(value) if unsigned else value
    prefix = re.match(r"[rRbB]*", found)[0].lower()  # type: ignore[index]
    body = found[len(prefix) :]
    quotes = 3 if body[:3] in ("'''", '"""') else 1
    body = body[quotes:-quotes]
    at = start + len(prefix) + quotes
    if "b" in prefix:
        return _encoded(text, body, at) if "r" in prefix else _bytes(text, body, at)
    content = body if "r" in prefix or "\\" not in body else _unescaped(text, body, at)
    _encoded(text, content, start)
    return content


def _encoded(text: Text, body: str, start: int) -> bytes:
    try:
        return body.encode()
    except UnicodeEncodeError as error:
        message = "a lone surrogate is not a character: write the character itself"
        raise text.error(message, start, start + 1) from error


def _unescaped(text: Text, body: str, at: int) -> str:
    def character(match: re.Match[str]) -> str:
        simple, code, short, long, octal, other = match.groups()
        if simple:
            return _SIMPLE.get(simple, simple)
        if other is not None:
            raise _bad_escape(text, at + match.start(), at + match.end())
        number = int(octal, 8) if octal else int(code or short or long, 16)
        if number > _LAST_CHARACTER or 0xD800 <= number < 0xE000:  # noqa: PLR2004 - the surrogates
            message = f"`{match[0]}` is not a Unicode character"
            raise text.error(message, at + match.start(), at + match.end())
        return chr(number)

    return _ESCAPE.sub(character, body)


def _bytes(text: Text, body: str, at: int) -> bytes:
    parts: list[bytes] = []
    end = 0
    for match in _ESCAPE.finditer(body):
        parts.append(_encoded(text, body[end : match.start()], at + end))
        end = match.end()
        simple, code, short, long, octal, other = match.groups()
        if simple:
            parts.append(_SIMPLE.get(simple, simple).encode())
        elif short or long or other is not None:
            raise _bad_escape(text, at + match.start(), at + match.end())
        else:
            parts.append(bytes((int(octal, 8) if octal else int(code, 16),)))
    parts.append(_encoded(text, body[end:], at + end))
    return b"".join(parts)


def _bad_escape(text: Text, start: int, end: int) -> Exception:
    shown = text.text[start:end]
    hint = "write `\\\\` for a backslash, or a raw string as in r'\\d+'"
    return text.error(f"`{shown}` is not an escape sequence: {hint}", start, end)


def _unknown(text: Text, start: int) -> Exception:
    found = text.text[start]
    if found in "\"'" or re.match(r"[rRbB]{1,2}[\"']", text.text[start : start + 3]):
        return text.error("the string does not end: add the closing quote", start, start + 1)
    if found == "`":
        return text.error("write a name in backquotes as in a.`content-type`", start, start + 1)
    if found in "&|=":
        hint = f": did you mean `{found * 2}`?"
        return text.error(f"`{found}` is not an operator{hint}", start, start + 1)
    return text.error(f"`{found}` is not part of the language", start, start + 1)
