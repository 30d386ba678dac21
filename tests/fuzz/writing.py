"""Writes data as JSON or YAML with random blanks, escapes and styles.

What is written is read back by a reader that is not the project's own before it is given away.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

import yaml

Json = Any
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_BLANKS = ("", "", " ", "\n", "  ", "\t", "\r\n", " \n ")
_PLAIN = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_./*@-]|:(?=[A-Za-z0-9_/*]))*")
_WORDS = frozenset({"null", "true", "false"})
_SHOWN = re.compile(r"[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]+")
"""Text that stands for itself in YAML."""
_LINE = re.compile(r"(?! )[\x20-\x7e]+(?<! )")
_BMP = 0xFFFF
_Style = Callable[[str], str | None]


def written(rnd: random.Random, data: Json) -> tuple[str, bytes]:
    """Return the suffix of a file and its bytes, which say some data."""
    if rnd.random() < 0.5:
        suffix, text = ".json", as_json(rnd, data)
    else:
        suffix, text = rnd.choice((".yaml", ".yml")), as_yaml(rnd, data)
    mark = b"\xef\xbb\xbf" if rnd.random() < 0.1 else b""
    return suffix, mark + text.encode()


def as_json(rnd: random.Random, data: Json) -> str:
    """Return one of the JSON texts of some data."""
    spare, share = rnd.choice((0.0, 0.1, 0.6)), rnd.choice((0.0, 0.0, 0.1, 1.0))

    def blank() -> str:
        return rnd.choice(_BLANKS) if rnd.random() < spare else ""

    def node(value: Json) -> str:
        if isinstance(value, dict):
            items = (
                f"{blank()}{_quoted(rnd, key, share)}{blank()}:{blank()}{node(item)}{blank()}"
                for key, item in value.items()
            )
            return "{" + (",".join(items) or blank()) + "}"
        if isinstance(value, list):
            return "[" + (",".join(blank() + node(item) + blank() for item in value)) + "]"
        return _quoted(rnd, value, share) if isinstance(value, str) else json.dumps(value)

    text = blank() + node(data) + blank()
    assert json.loads(text) == data
    return text


def _quoted(rnd: random.Random, text: str, share: float) -> str:
    """Return a JSON string in which a share of the characters is escaped."""
    return '"' + "".join(_escaped(rnd, each, share) for each in text) + '"'


def _escaped(rnd: random.Random, character: str, share: float) -> str:
    if rnd.random() >= share:
        if character == "\x7f":
            return character
        return json.dumps(character, ensure_ascii=False)[1:-1]
    if character == "/" and rnd.random() < 0.5:
        return r"\/"
    units = character.encode("utf-16-be")
    codes = [units[at : at + 2].hex() for at in range(0, len(units), 2)]
    return "".join("\\u" + (code.upper() if rnd.random() < 0.5 else code) for code in codes)


def twice(content: bytes) -> bytes:
    """Return a YAML file that holds a document twice, where its text may simply be repeated."""
    if content.startswith((b"-", b"%", b"#", b"\xef\xbb\xbf")):
        return content
    return content + b"\n---\n" + content


def as_yaml(rnd: random.Random, data: Json) -> str:
    """Return one of the YAML texts of some data."""
    text = _Yaml(rnd).document(data)
    if rnd.random() < 0.1:
        text = text.replace("\n", "\r\n")
    assert yaml.load(text, Loader=_LOADER) == _texts(data)  # noqa: S506 - it makes nothing but text
    return text


def _texts(data: Json) -> Json:
    """Return data as a reader sees it to whom every scalar is a text."""
    if isinstance(data, dict):
        return {key: _texts(item) for key, item in data.items()}
    if isinstance(data, list):
        return [_texts(item) for item in data]
    return data if isinstance(data, str) else json.dumps(data)


class _Yaml:
    """Writes YAML in a style of its own, drawn once for each document."""

    def __init__(self, rnd: random.Random) -> None:
        self.rnd = rnd
        self.flow = rnd.choice((0.0, 0.2, 0.6, 1.0))
        self.step = rnd.choice((2, 2, 4, 1))
        self.escapes = rnd.choice((0.0, 0.0, 0.2, 1.0))
        self.remarks = rnd.choice((0.0, 0.0, 0.2))
        self.blocks = rnd.choice((0.0, 0.0, 0.2))
        styles: tuple[_Style, ...] = (self._plain, self._single, self._double)
        self.styles = rnd.choice((styles, *((each,) for each in styles)))

    def document(self, data: Json) -> str:
        """Return a whole document."""
        text = self._value(data, 0).removeprefix(" ")
        text = text.removeprefix("\n")
        head = self.rnd.choice(("", "", "---\n", "%YAML 1.2\n---\n", "# a remark\n", "--- # x\n"))
        return head + text + self.rnd.choice(("", "", "...\n", "\n# the end\n"))

    def _value(self, value: Json, pad: int, *, in_list: bool = False) -> str:
        """Return what stands behind `key:` or `-`, up to and with the end of its last line."""
        if isinstance(value, str) and _LINE.fullmatch(value) and self.rnd.random() < self.blocks:
            return f" {self.rnd.choice('|>')}-\n{' ' * (pad + self.step)}{value}\n"
        if not isinstance(value, dict | list) or not value or self.rnd.random() < self.flow:
            return f" {self._flow(value)}{self._remark()}\n"
        if isinstance(value, dict):
            if in_list:
                deeper = pad + 2
                return " " + self._mapping(value, deeper)[deeper:]
            deeper = pad + self.step
            return f"{self._remark()}\n{self._mapping(value, deeper)}"
        deeper = pad + (self.step if in_list else self.rnd.choice((0, self.step)))
        return f"{self._remark()}\n{self._list(value, deeper)}"

    def _mapping(self, value: dict[str, Json], pad: int) -> str:
        lines = []
        for key, item in value.items():
            name, space = self._scalar(key), " " * pad
            if self.rnd.random() < 0.03:
                lines.append(f"{space}? {name}\n{space}:{self._value(item, pad)}")
            else:
                lines.append(f"{space}{name}:{self._value(item, pad)}")
        return "".join(lines)

    def _list(self, value: list[Json], pad: int) -> str:
        return "".join(f"{' ' * pad}-{self._value(item, pad, in_list=True)}" for item in value)

    def _flow(self, value: Json) -> str:
        gap = self.rnd.choice(("", " "))
        if isinstance(value, dict):
            items = (f"{self._scalar(k, flow=True)}: {self._flow(v)}" for k, v in value.items())
            return "{" + gap + f",{gap or ' '}".join(items) + gap + "}"
        if isinstance(value, list):
            return "[" + gap + f",{gap or ' '}".join(map(self._flow, value)) + gap + "]"
        return self._scalar(value, flow=True) if isinstance(value, str) else json.dumps(value)

    def _scalar(self, text: str, *, flow: bool = False) -> str:
        styles = self.rnd.sample(self.styles, len(self.styles))
        for style in styles:
            if flow and style == self._plain and not text.isalnum():
                continue
            found = style(text)
            if found is not None:
                return found
        return self._double(text)

    def _plain(self, text: str) -> str | None:
        return text if _PLAIN.fullmatch(text) and text not in _WORDS else None

    def _single(self, text: str) -> str | None:
        if not _SHOWN.fullmatch(text):
            return None
        return "'" + text.replace("'", "''") + "'"

    def _double(self, text: str) -> str:
        return '"' + "".join(map(self._character, text)) + '"'

    def _character(self, character: str) -> str:
        must = character in '"\\' or not _SHOWN.fullmatch(character)
        if not must and self.rnd.random() >= self.escapes:
            return character
        code = ord(character)
        if character in '"\\/' and self.rnd.random() < 0.5:
            return "\\" + character
        if code < 0x100 and self.rnd.random() < 0.5:
            return f"\\x{code:02x}"
        if code <= _BMP and self.rnd.random() < 0.7:
            return f"\\u{code:04X}"
        return f"\\U{code:08x}"

    def _remark(self) -> str:
        return " # why" if self.rnd.random() < self.remarks else ""
