"""Holds the reader against two suites of texts to parse, and writes the page about them.

The suites are JSONTestSuite (https://github.com/nst/JSONTestSuite) and the YAML test suite
(https://github.com/yaml/yaml-test-suite), both among the data that a machine may have.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from checker.problems import InputError, Json, Location, Source
from checker.reader import parse, parse_yaml_documents, read_bytes, yaml_events

DATA = Path(os.environ.get("POLICY_CHECK_DATA") or "/nonexistent")
JSON_SUITE = DATA / "json-test-suite" / "test_parsing"
YAML_SUITE = DATA / "yaml-test-suite" / "src"
SCALARS: dict[str, Json] = json.loads(
    Path(__file__).with_name("yaml_scalars.json").read_text(encoding="utf-8")
)
"""What a text is as the value of a key in YAML."""
PYTHON: Any = yaml.SafeLoader
LIBYAML: Any = getattr(yaml, "CSafeLoader", None)
LOADERS = [loader for loader in (PYTHON, LIBYAML) if loader]
"""The parsers of PyYAML; libyaml's is used where it is there."""


class Answer(NamedTuple):
    """What the reader says of a text: its documents, or why and where they are refused."""

    documents: list[Json] | None
    message: str = ""
    location: Location | None = None


# ---- JSON ----


@cache
def json_cases() -> Mapping[str, bytes]:
    """Return the texts by their names, which begin with `y`, `n` or `i`, as they must be taken.

    RFC 8259 leaves those that begin with `i` to the reader.
    """
    return {path.name: path.read_bytes() for path in sorted(JSON_SUITE.glob("[yni]_*.json"))}


def read_json(name: str) -> Answer:
    """Return what the reader says of a JSON text."""
    try:
        return Answer([parse(read_bytes(name, json_cases()[name])).data])
    except InputError as error:
        return _refused(error)


# ---- YAML ----

PLACEHOLDERS = [("␣", " "), ("—*»", "\t"), ("⇔", "\ufeff"), ("↵", ""), ("←", "\r"), ("∎\n$", "")]
LAX = {
    "9C9N-0": "flow lists may stand less indented than their key",
    "9JBA-0": "a comment right after a bracket",
    "CVW2-0": "a comment right after a comma",
    "DK95-1": "a tab in the indent of a quoted text",
    "EB22-0": "a comment ends a document before a directive",
    "G5U8-0": "a lone dash in a flow list is a text",
    "QB6E-0": "quoted text may stand less indented than its key",
    "S98Z-0": "blank lines deeper than an empty block text",
    "SU5Z-0": "a comment right after a quote",
    "X4QW-0": "a comment right after `>`",
    "Y79Y-3": "a tab as indent in a flow list",
    "YJV2-0": "a lone dash in a flow list is a text",
}
"""What both parsers (or libyaml) read although the suite says it is wrong, and why."""
OTHERWISE = {
    "652Z-0": "libyaml takes `?` at the start of a flow item for a key's mark",
    "HM87-1": "libyaml takes `?` at the start of a flow item for a key's mark",
    "L24T-1": "blanks at the end of a block text without a last line break",
}
"""What is read as another value than the suite's, and why."""
ONE_PARSER = {
    **dict.fromkeys(["4ABK-0", "96NN-0", "96NN-1", "R4YG-0", "Y79Y-1"], PYTHON),
    **dict.fromkeys(
        ["6HB6-0", "DC7X-0", "DK95-5", "HS5T-0", "J3BT-0", "JR7V-0", "K54U-0"], LIBYAML
    ),
    **dict.fromkeys(["NB6Z-0", "UV7Q-0", "X4QW-0", "Y79Y-2", "Y79Y-3"], LIBYAML),
}
"""What only one of the parsers reads; the other refuses it (mostly tabs as separators)."""


@cache
def yaml_cases() -> Mapping[str, Mapping[str, Any]]:
    """Return the suite's cases; a field that a case leaves out is that of the case before.

    https://github.com/yaml/yaml-test-suite explains the fields and the placeholders.
    """
    cases: dict[str, dict[str, Any]] = {}
    for path in sorted(YAML_SUITE.glob("*.yaml")):
        case: dict[str, Any] = {}
        for number, fields in enumerate(yaml.safe_load(path.read_text("utf-8"))):
            case = {**case, "fail": False, "json": None, **fields}
            for mark, meaning in PLACEHOLDERS:
                case["yaml"] = re.sub(mark, meaning, case["yaml"])
            cases[f"{path.stem}-{number}"] = case
    return cases


def read_yaml(text: str, loader: Any) -> Answer:
    """Return what the reader says of a YAML text, with one of PyYAML's parsers."""
    usual, yaml_events.LOADER = yaml_events.LOADER, loader
    try:
        readings = parse_yaml_documents(Source("x.yaml", text, ""))
        return Answer([reading.data for reading in readings])
    except InputError as error:
        return _refused(error)
    finally:
        yaml_events.LOADER = usual


def expected(case: Mapping[str, Any]) -> list[Json] | None:
    """Return the documents of a case as JSON has them; None where it cannot say them."""
    if case["json"] is None:
        return None
    text, values = case["json"], []
    while text := text.strip():
        value, end = json.JSONDecoder().raw_decode(text)
        values.append(value)
        text = text[end:]
    return values


def _refused(error: InputError) -> Answer:
    (problem,) = error.problems
    return Answer(None, problem.message, problem.location)


# ---- the page ----

_WHY = (
    ("anchors", "anchors"),
    ("aliases", "aliases"),
    ("tags", "tags"),
    ("directives", "directives other than `%YAML`"),
    ("cannot be a key", "a list or mapping as a key"),
    ("duplicate key", "a key that stands twice"),
    ("document is empty", "a document in which nothing is written"),
    ("is not allowed in YAML", "characters that are none of YAML"),
    ("line break to some YAML readers", "line breaks that are none to other readers"),
    ("not valid YAML", "PyYAML's parsers do not read it"),
)
"""Parts of messages, and what the page calls the reason."""


def page() -> str:
    """Return as Markdown what is read, what is refused, and what we do where we may choose."""
    return "\n".join([*_head(), *_json_part(), *_yaml_part()]) + "\n"


def _head() -> Iterator[str]:
    yield "# What is read, and what is refused"
    yield ""
    yield "Made by `tools/reading.py --markdown`, from two suites of texts."
    yield ""
    yield "A file is UTF-8, with or without a byte order mark, of 16 MiB at most. `.json` is"
    yield "[JSON](https://www.rfc-editor.org/rfc/rfc8259) and nothing else, `.yaml` and `.yml` are"
    yield "[YAML 1.2](https://yaml.org/spec/1.2.2/). What two readers might take for two things is"
    yield "refused, with its line and column."
    yield ""


def _json_part() -> Iterator[str]:
    answers = {name: read_json(name) for name in json_cases()}
    yield "## JSON"
    yield ""
    yield "[JSONTestSuite](https://github.com/nst/JSONTestSuite), by what a reader must do:"
    yield ""
    yield "| | cases | read | refused |"
    yield "| --- | ---: | ---: | ---: |"
    for kind, title in (("y", "must be read"), ("n", "must be refused"), ("i", "may be either")):
        chosen = [answer for name, answer in answers.items() if name[0] == kind]
        read = sum(answer.documents is not None for answer in chosen)
        yield f"| {title} | {len(chosen)} | {read} | {len(chosen) - read} |"
    yield ""
    yield "What must be read, and is refused all the same:"
    yield ""
    yield from _table(answers, lambda name, answer: name[0] == "y" and answer.documents is None)
    yield "What may be either:"
    yield ""
    yield from _table(answers, lambda name, _: name[0] == "i")
    yield "What is read has the value that Python's `json` gives it; numbers too small for a double"
    yield "are 0."
    yield ""


def _table(answers: Mapping[str, Answer], chosen: Any) -> Iterator[str]:
    yield "| case | what is done |"
    yield "| --- | --- |"
    for name, answer in answers.items():
        if chosen(name, answer):
            said = f"refused: {_short(answer.message)}" if answer.documents is None else "read"
            yield f"| `{name.removesuffix('.json')}` | {said} |"
    yield ""


def _short(message: str) -> str:
    """Return the fault without the words that it is about, and without the advice."""
    if message.startswith("`"):
        message = "the number" + message[message.rindex("`") + 1 :]
    return re.split(r"[:;]", message, maxsplit=1)[0].replace("|", "\\|")


def _yaml_part() -> Iterator[str]:
    yield "## YAML"
    yield ""
    yield "A plain scalar has the type that the"
    yield "[JSON schema](https://yaml.org/spec/1.2.2/#102-json-schema) gives it; what has none is"
    yield "a text, so that nothing meant as one turns into something else. A value of which nothing"
    yield "is written is null; a key is always a text. Numbers have the bounds of JSON's."
    yield ""
    yield "| written | read as |"
    yield "| --- | --- |"
    for text, value in SCALARS.items():
        yield f"| `{text}` | `{json.dumps(value)}` |"
    yield ""
    yield from _yaml_suite()


def _yaml_suite() -> Iterator[str]:
    answers = {
        name: [read_yaml(case["yaml"], loader) for loader in LOADERS]
        for name, case in yaml_cases().items()
    }
    good = {name for name, case in yaml_cases().items() if not case["fail"]}
    read = {
        name for name, found in answers.items() if any(each.documents is not None for each in found)
    }
    yield f"Of the {len(answers)} cases of the"
    yield f"[YAML test suite](https://github.com/yaml/yaml-test-suite) {len(good)} are valid YAML;"
    yield f"{len(good & read)} of these are read by at least one of PyYAML's two parsers (libyaml,"
    yield "and the one in Python) and the others refused:"
    yield ""
    yield "| because of | valid cases |"
    yield "| --- | ---: |"
    why = Counter(_reason(answers[name][-1].message) for name in sorted(good - read))
    for reason, count in sorted(why.items(), key=lambda item: (-item[1], item[0])):
        yield f"| {reason} | {count} |"
    yield ""
    yield f"Of the {len(answers) - len(good)} that are wrong, {len(read - good)} are read:"
    yield ""
    yield "| case | what is wrong with it |"
    yield "| --- | --- |"
    for name in sorted(read - good):
        yield f"| {name} | {LAX[name]} |"
    yield ""
    yield "Read as another value than the suite's, or by one of the parsers alone:"
    yield ""
    yield "| case | |"
    yield "| --- | --- |"
    for name, because in OTHERWISE.items():
        yield f"| {name} | {because} |"
    for name, loader in sorted(ONE_PARSER.items()):
        alone = "libyaml" if loader is LIBYAML else "the parser in Python"
        yield f"| {name} | read by {alone} alone |"


def _reason(message: str) -> str:
    return next(title for part, title in _WHY if part in message)
