"""Matches the globs of a configuration or command line against the names of files."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checker.reader.root import Root

_HERE = "./"
_MAGIC = re.compile(r"[*?\[]")
_ANY_DIRECTORIES = re.compile(r"\*\*/")
_STARS = re.compile(r"\*+")
_CLASS = re.compile(r"\[(!?+)(\]?+[^\]]*+)\]")
"""A class of characters; a `]` at its start is one of them, as in a shell."""


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern for names from `Root.name`. It is case-sensitive on every system.

    `*` matches any text, including `/`; `?` matches one character; `[ab-d]` matches one of the
    characters, and `[!ab-d]` any other one. `**/`, at the start or after a `/`, matches any number
    of directories, including none: `**/x` matches `x` and `a/x` but not `ax`, and `a/**/b` matches
    `a/b`. Elsewhere `**` is `*`. `a/**` matches everything below `a` but not `a` itself, as in
    https://git-scm.com/docs/gitignore#_pattern_format.
    """

    written: str
    """As the user wrote it."""
    _pattern: re.Pattern[str]

    def matches(self, name: str) -> bool:
        """Say whether the glob matches a name.

        This takes time at most proportional to the product of both lengths.
        """
        return self._pattern.fullmatch(name) is not None


class Globs:
    """Globs in the given order, with a record of those that have matched a name."""

    __slots__ = ("_globs", "_matched")

    def __init__(self, patterns: Iterable[str], root: Root) -> None:
        self._globs = tuple(glob(pattern, root) for pattern in patterns)
        self._matched: set[int] = set()

    def matching(self, name: str) -> tuple[int, ...]:
        """Return the indexes of all globs that match a name, and record them as matched."""
        if not self._globs:
            return ()
        found = tuple(index for index, each in enumerate(self._globs) if each.matches(name))
        self._matched.update(found)
        return found

    def match(self, name: str) -> bool:
        """Say whether any glob matches a name, and record all that do as matched."""
        return bool(self.matching(name))

    @property
    def unmatched(self) -> tuple[str, ...]:
        """Return the globs, as written, that have matched no name so far."""
        return tuple(
            each.written for index, each in enumerate(self._globs) if index not in self._matched
        )


def glob(written: str, root: Root) -> Glob:
    """Return a glob. If it is absolute and lies below the root, it is made relative to it."""
    text = written.replace(os.sep, "/")
    if os.path.isabs(written):  # noqa: PTH117 - of text that is no path
        text = _relative(text, root)
    while text.startswith(_HERE):
        text = text.removeprefix(_HERE).lstrip("/")
    return Glob(written, re.compile(_translated(text), re.DOTALL))


def _relative(text: str, root: Root) -> str:
    """Return an absolute glob relative to the root, or unchanged if it lies elsewhere.

    The path of the root may contain `[`, so it is compared as text first. Otherwise the directories
    before the first wildcard are resolved, so that the glob may name the root through a link.
    """
    top = root.path.replace(os.sep, "/").rstrip("/") + "/"
    if text.startswith(top):
        return text.removeprefix(top)
    parts = text.split("/")
    plain = list(takewhile(lambda part: not _MAGIC.search(part), parts))
    if len(plain) == len(parts):
        return _MAGIC.sub(r"[\g<0>]", root.name(text))
    # The name of a file in that directory, as `Root.name` does not resolve the last part of a path.
    place = root.name("/".join([*plain, "_"])).removesuffix("_")
    return _MAGIC.sub(r"[\g<0>]", place) + "/".join(parts[len(plain) :])


def _translated(text: str) -> str:
    """Return the regular expression for a glob.

    It is a sequence of gaps (wildcards), each with the characters up to the next gap. A gap matches
    as little as possible and is not tried again (an atomic group). A longer gap never helps, as it
    only leaves less text for the rest. So nothing is tried twice.
    """
    chunks, gaps = [""], [""]
    at = 0
    last = text.rfind("]")  # so that we never search in vain for the end of a `[`
    while at < len(text):
        starts = at == 0 or text[at - 1] == "/"
        if starts and (found := _ANY_DIRECTORIES.match(text, at)):
            chunks.append("")
            gaps.append("(?:.*?/)??")
        elif found := _STARS.match(text, at):
            chunks.append("")
            gaps.append(".*?")
        elif at < last and (found := _CLASS.match(text, at)):
            chunks[-1] += _one_of(found[2], negated=bool(found[1]))
        else:
            chunks[-1] += "." if text[at] == "?" else re.escape(text[at])
        at = found.end() if found else at + 1
    parts = [f"(?>{gap}{chunk})" for gap, chunk in zip(gaps, chunks, strict=True)]
    # The last gap must be able to grow up to the end; nothing follows that could be tried twice.
    return "".join(parts[:-1]) + gaps[-1] + chunks[-1]


def _one_of(members: str, *, negated: bool) -> str:
    """Return the regular expression for a class of characters; an empty range matches nothing."""
    ranges = ""
    at = 0
    while at < len(members):
        is_range = members[at + 1 : at + 2] == "-" and at + 2 < len(members)
        last = members[at + 2] if is_range else members[at]
        if members[at] <= last:
            ranges += f"{re.escape(members[at])}-{re.escape(last)}"
        at += 3 if is_range else 1
    if not ranges:
        return "." if negated else "(?!)"
    return f"[{'^' if negated else ''}{ranges}]"
