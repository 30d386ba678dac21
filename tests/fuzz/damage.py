"""Damages a policy so that no gate may accept the file as a policy.

The grammar is AWS's own:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import yaml

from tests.fuzz.spelling import Policy, listed, statements
from tests.fuzz.writing import as_json, as_yaml, written


def damaged(rnd: random.Random, policy: Policy) -> tuple[str, bytes]:
    """Return the suffix and the bytes of a file that says a policy, but for one fault."""
    kind = rnd.random()
    if kind < 0.4:
        made = copy.deepcopy(policy)
        rnd.choice(_ELEMENTS)(rnd, made)
        return written(rnd, made)
    if kind < 0.7:
        return ".json", rnd.choice(_JSON)(rnd, as_json(rnd, policy))
    return rnd.choice((".yaml", ".yml")), rnd.choice(_YAML)(rnd, as_yaml(rnd, policy))


# ---- the text of JSON ----


def _cut(rnd: random.Random, text: str) -> bytes:
    solid = text.rstrip()
    return solid[: rnd.randrange(len(solid))].encode()


def _twice(rnd: random.Random, text: str) -> bytes:
    """Give some object one of its keys again, spelled anew."""
    start, _, key = _keys(rnd, text)
    spelled = "".join(f"\\u{ord(each):04x}" if rnd.random() < 0.3 else each for each in key)
    return (text[:start] + f'"{spelled}":{rnd.choice(_ANY)},' + text[start:]).encode()


def _comma(rnd: random.Random, text: str) -> bytes:
    at = rnd.choice([found.start() for found in re.finditer(r"[\]}]", _blind(text))])
    return (text[:at] + "," + text[at:]).encode()


def _remark(rnd: random.Random, text: str) -> bytes:
    at = _between(rnd, text)
    return (text[:at] + rnd.choice(("// no\n", "/* no */", "# no\n")) + text[at:]).encode()


def _number(rnd: random.Random, text: str) -> bytes:
    start, _, _ = _keys(rnd, text)
    value = rnd.choice(("NaN", "-Infinity", "1e999", "9" * 25, "01", "+1", ".5", "1.", "0x10"))
    return (text[:start] + f'"x":{value},' + text[start:]).encode()


def _deep(rnd: random.Random, text: str) -> bytes:
    start, _, _ = _keys(rnd, text)
    levels = rnd.choice((65, 200, 5_000))
    value = "[" * levels + "]" * levels
    return (text[:start] + f'"x":{value},' + text[start:]).encode()


def _half(rnd: random.Random, text: str) -> bytes:
    start, _, _ = _keys(rnd, text)
    return (text[:start] + rf'"x{rnd.choice(_HALVES)}":1,' + text[start:]).encode()


def _control(rnd: random.Random, text: str) -> bytes:
    start, _, _ = _keys(rnd, text)
    return (text[:start] + f'"x{chr(rnd.randrange(0x20))}":1,' + text[start:]).encode()


def _quotes(_rnd: random.Random, text: str) -> bytes:
    return _blind(text, keep=True).replace('"', "'").encode()


def _more(rnd: random.Random, text: str) -> bytes:
    return (text + rnd.choice((text, "{}", "null", "]", "}", ",", "x", "\x00", "\xa0"))).encode()


def _encoding(rnd: random.Random, text: str) -> bytes:
    return text.encode(rnd.choice(("utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-be")))


def _byte(rnd: random.Random, text: str) -> bytes:
    data = text.encode()
    at = rnd.randrange(len(data) + 1)
    return data[:at] + rnd.choice((b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80")) + data[at:]


_ANY = ("1", '"x"', "[]", "{}", "null", '"2012-10-17"')
_HALVES = (r"\ud800", r"\udc00", r"\udc00\ud800", r"\ud83dx\ude00", r"\uDBFF\uDBFF")
_JSON: tuple[Callable[[random.Random, str], bytes], ...] = (
    *(_cut, _twice, _comma, _remark, _number, _deep, _half, _control, _quotes, _more),
    *(_encoding, _byte),
)


def _keys(rnd: random.Random, text: str) -> tuple[int, int, str]:
    """Return where some key of a JSON text begins and ends, and the key."""
    decoder, found = json.JSONDecoder(), []
    for opened in re.finditer(r'[{,](\s*)(?=")', _blind(text, keep=True)):
        key, end = decoder.raw_decode(text, opened.end())
        if re.match(r"\s*:", text[end:]):
            found.append((opened.end(), end, key))
    return rnd.choice(found)


def _blind(text: str, *, keep: bool = False) -> str:
    """Return a JSON text of the same length in which strings are hidden (but for their quotes)."""

    def hidden(found: re.Match[str]) -> str:
        inner = "_" * (len(found[0]) - 2)
        return f'"{inner}"' if keep else f"_{inner}_"

    return re.sub(r'"(?:[^"\\]|\\.)*"', hidden, text)


def _between(rnd: random.Random, text: str) -> int:
    """Return a place outside of the strings, names and numbers of a JSON text."""
    return rnd.choice([found.end() for found in re.finditer(r"[\[\]{}:,]", _blind(text))])


# ---- the text of YAML ----


def _anchor(rnd: random.Random, text: str) -> bytes:
    return _behind_a_key(rnd, text, rnd.choice(("&x ", "!!str ", "! ", "!x ")))


def _alias(_rnd: random.Random, text: str) -> bytes:
    return f"{_bare(text)}\nx: *x\n".encode()


def _merge(_rnd: random.Random, text: str) -> bytes:
    return f"{_bare(text)}\n<<: {{a: b}}\n".encode()


def _second(rnd: random.Random, text: str) -> bytes:
    return (_bare(text) + "\n---\n" + rnd.choice(("a: b\n", "null\n", "[]\n", "{}\n"))).encode()


def _directive(rnd: random.Random, text: str) -> bytes:
    return (
        rnd.choice(("%YAML 1.3", "%YAML 2.0", "%TAG ! x", "%x")) + "\n---\n" + _bare(text)
    ).encode()


def _break(rnd: random.Random, text: str) -> bytes:
    marks = ("\x85", "\u2028", "\u2029", "\r", "\x00", "\x1b", "\ufeff\ufeff")
    return (rnd.choice(marks) + text).encode()


def _again(rnd: random.Random, text: str) -> bytes:
    key = rnd.choice(("Statement", '"Statement"', '"\\x53tatement"', "'Statement'"))
    return f"{_bare(text)}\n{key}: []\n".encode()


def _nested(rnd: random.Random, text: str) -> bytes:
    levels = rnd.choice((65, 300, 5_000))
    return f"{_bare(text)}\nx: {rnd.choice(('[', '{a: ')) * levels}\n".encode()


def _tab(_rnd: random.Random, text: str) -> bytes:
    return f"{_bare(text)}\nx:\n\t- a\n".encode()


def _key(rnd: random.Random, text: str) -> bytes:
    return f"{_bare(text)}\n? {rnd.choice(('[a]', '{a: b}'))}\n: b\n".encode()


_YAML: tuple[Callable[[random.Random, str], bytes], ...] = (
    *(_anchor, _alias, _merge, _second, _directive, _break, _again, _nested, _tab, _key),
    *(_encoding, _byte),
)


def _bare(text: str) -> str:
    """Return the text of a YAML document in block style, alone and to be added to."""
    data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes nothing but text
    return yaml.safe_dump(data, default_flow_style=False).rstrip()


def _behind_a_key(rnd: random.Random, text: str, what: str) -> bytes:
    bare = _bare(text)
    ends = [found.end() for found in re.finditer(r"(?m)^ *[A-Za-z]+: (?=\S)", bare)]
    at = rnd.choice(ends)
    return (bare[:at] + what + bare[at:]).encode()


# ---- the elements of a policy ----


def _unknown(rnd: random.Random, policy: Policy) -> None:
    """Misspell an element, or add one that there is not."""
    owner = rnd.choice((policy, rnd.choice(statements(policy))))
    name = rnd.choice(list(owner))
    wrong = rnd.choice((name.lower(), name + "s", name[:-1], f" {name}", f"{name}\u200b", "X"))
    owner[wrong] = owner.pop(name) if rnd.random() < 0.7 else owner[name]


def _missing(rnd: random.Random, policy: Policy) -> None:
    statement = rnd.choice(statements(policy))
    for name in rnd.choice((("Effect",), ("Action", "NotAction"))):
        statement.pop(name, None)


def _both(rnd: random.Random, policy: Policy) -> None:
    """Give a statement an element and its opposite."""
    statement = rnd.choice(statements(policy))
    name = "Action" if rnd.random() < 0.5 else "Resource"
    value = statement.get(name, statement.get(f"Not{name}", "*"))
    statement[name] = statement[f"Not{name}"] = value


def _wrong(rnd: random.Random, policy: Policy) -> None:
    """Give an element a value that it cannot have."""
    where = rnd.choice(list(_FAULTS))
    name = rnd.choice(list(_FAULTS[where]))
    wrong = copy.deepcopy(rnd.choice(_FAULTS[where][name]))
    owner = policy if where == "top" else rnd.choice(statements(policy))
    if where == "entry":
        name = name if name in owner or f"Not{name}" not in owner else f"Not{name}"
        entries = listed(owner.get(name, []))
        wrong = rnd.choice((wrong, [*entries, wrong], [wrong, *entries]))
    owner[name] = wrong


_FAULTS = json.loads(Path(__file__).with_name("faults.json").read_text(encoding="utf-8"))
"""By place and element: values that it cannot have."""
_ELEMENTS: tuple[Callable[[random.Random, Policy], None], ...] = (
    *(_unknown, _missing, _both, _wrong, _wrong, _wrong),
)
