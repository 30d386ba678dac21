"""Converts paths, as reports show them, into URI references, and recognises links."""

from __future__ import annotations

import re
from posixpath import normpath

_ABSOLUTE = re.compile(r"/|[A-Za-z]:/")
_BYTE = re.compile(r"\\x(5c|[89a-f][0-9a-f])")
_LINK = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_RESERVED = re.compile(r"[^A-Za-z0-9._~/-]")


def reference(path: str) -> str:
    r"""Return a displayed path as a URI reference (https://www.rfc-editor.org/rfc/rfc3986).

    A relative path becomes a relative reference without `.` segments, which may start with `../`.
    An absolute path, including `C:/…` and `//host/share/…`, becomes a `file:` URI. A byte that is
    not UTF-8 is displayed as, for example, `\xff`, and becomes `%FF`; `\x5c` becomes `%5C`.
    """
    if not _ABSOLUTE.match(path):
        return _encoded(normpath(path))
    if path.startswith("/"):
        return f"file://{_encoded(path)}"
    return f"file:///{path[:2]}{_encoded(path[2:])}"


def is_link(text: str) -> bool:
    """Return whether text is a link to a web page and contains only characters of a URI."""
    return bool(_LINK.fullmatch(text))


def _encoded(path: str) -> str:
    text, *rest = _BYTE.split(path.encode("utf-8", "backslashreplace").decode())
    parts = [_RESERVED.sub(_escaped, text)]
    for code, after in zip(rest[::2], rest[1::2], strict=True):
        parts.append(f"%{code.upper()}{_RESERVED.sub(_escaped, after)}")
    return "".join(parts)


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())
