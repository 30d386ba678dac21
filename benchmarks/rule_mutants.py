"""Break each rule in every small way, and count how many of its broken forms its examples notice.

    python benchmarks/rule_mutants.py [FOLDER|RULE]...

An operator, a quantifier or a negation is turned round, an operand of `&&` or `||` is dropped, a
number is changed, an element of a list parameter is dropped. What survives is printed.
"""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import re2

from checker import kinds
from checker.documents import Document, Selection, document
from checker.evaluate import evaluate
from checker.reader import Limits, parse, parse_yaml_documents, read_bytes, read_file
from checker.rules import Rule, load
from checker.rules.compile import compile_rule
from checker.rules.files import builtin_root
from checker.source import InputError

KINDS = {kind.name: kind for kind in kinds.builtin()}
LIMITS = Limits()
TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|&&|\|\||==|!=|<=|>=|<|>|!|\.all\(|\.exists\('
    r"|\b\d+\b|\btrue\b|\bfalse\b"
)
TURNED = {
    "&&": "||", "||": "&&", "==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">",
    "!": " ", ".all(": ".exists(", ".exists(": ".all(", "true": "false", "false": "true",
}  # fmt: skip


class Mutant(NamedTuple):
    """A rule's data with one change, and what was changed."""

    change: str
    data: dict[str, Any]


def expressions(data: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the name and the place of every expression that decides."""
    for name in data.get("let", {}):
        yield f"let {name}", ["let", name]
    for name in data.get("for_each", {}):
        yield "for_each", ["for_each", name]
    if "when" in data:
        yield "when", ["when"]
    if isinstance(data["require"], str):
        yield "require", ["require"]
    else:
        for index in range(len(data["require"])):
            yield f"require {index}", ["require", index, "that"]


def changed(data: dict[str, Any], place: list[Any], value: Any) -> dict[str, Any]:
    """Return data with another value at a place."""
    made = copy.deepcopy(data)
    node: Any = made
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    return made


def variants(text: str) -> Iterator[tuple[str, str]]:
    """Yield every small change of an expression: what it is, and the new text."""
    for match in TOKEN.finditer(text):
        token = match[0]
        new = TURNED.get(token) or (str(int(token) + 1) if token.isdigit() else None)
        if new is not None:
            near = " ".join(text[max(0, match.start() - 12) : match.end() + 24].split())
            yield (
                f"`{token}` to `{new.strip()}` at `{near}`",
                text[: match.start()] + new + text[match.end() :],
            )
    for start, end, neutral in operands(text):
        dropped = " ".join(text[start:end].split())
        yield f"dropped `{dropped}`", f"{text[:start]} {neutral} {text[end:]}"


def operands(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the span of every operand of `&&` and `||`, with what is neutral there."""
    opened: list[list[Any]] = [[0, [], set()]]

    def closed(end: int) -> Iterator[tuple[int, int, str]]:
        start, cuts, kinds_ = opened.pop()
        bounds = [start, *(at for cut in cuts for at in cut), end]
        if len(kinds_) == 1:
            neutral = "true" if kinds_ == {"&&"} else "false"
            for left, right in zip(bounds[::2], bounds[1::2], strict=True):
                yield left, right, neutral

    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|&&|\|\||[(\[{,?:)\]}]', text):
        piece = match[0]
        if piece in ("&&", "||"):
            opened[-1][1].append((match.start(), match.end()))
            opened[-1][2].add(piece)
        elif piece in "([{":
            opened.append([match.end(), [], set()])
        elif piece in ",?:":
            yield from closed(match.start())
            opened.append([match.end(), [], set()])
        elif piece in ")]}":
            yield from closed(match.start())
    if opened:
        yield from closed(len(text))


def mutants(data: dict[str, Any]) -> Iterator[Mutant]:
    """Yield every mutant of a rule's data."""
    for name, place in expressions(data):
        node: Any = data
        for step in place:
            node = node[step]
        for change, text in variants(node):
            yield Mutant(f"{name}: {change}", changed(data, place, text))
    for name, declared in data.get("params", {}).items():
        default = declared["default"]
        if isinstance(default, list):
            for index, each in enumerate(default):
                rest = default[:index] + default[index + 1 :]
                yield Mutant(
                    f"params {name}: dropped {each}",
                    changed(data, ["params", name, "default"], rest),
                )
        elif isinstance(default, bool):
            yield Mutant(
                f"params {name}: turned", changed(data, ["params", name, "default"], not default)
            )


def compiled(data: dict[str, Any]) -> Rule | None:
    """Return the rule of data, or None where it is not valid."""
    bare = {key: value for key, value in data.items() if key != "examples"}
    source = read_bytes(f"{data['id']}.yaml", json.dumps(bare).encode(), LIMITS)
    (reading,) = parse_yaml_documents(source, LIMITS)
    try:
        return compile_rule(reading, KINDS, {}, alone=True, engine="codegen")
    except InputError:
        return None


def prepared(rule: Rule) -> list[Document]:
    """Return the documents of a rule's examples."""
    found = []
    for example in rule.examples:
        source = read_bytes("example.json", json.dumps(example.document).encode(), LIMITS)
        mapped = (("*", example.kind),)
        found.append(document(parse(source, LIMITS), Selection((), KINDS, mapped)))
    return found


def survives(mutant: Rule, rule: Rule, documents: list[Document]) -> bool:
    """Say whether no example of a rule notices that this is another one."""
    for example, given in zip(rule.examples, documents, strict=True):
        outcome = evaluate(mutant, given)
        if outcome.status.value != example.expect:
            return False
        messages = [finding.message for finding in outcome.findings]
        if example.message and not any(re2.search(example.message, each) for each in messages):
            return False
    return True


def main() -> int:
    """Print the score of every rule, what survives, and the score of all."""
    wanted = sys.argv[1:]
    killed = total = 0
    files = {path.stem: path for path in builtin_root().glob("*/*.yaml")}
    for rule in load(["builtin"], KINDS, {}, LIMITS).rules:
        path = files[rule.id]
        if wanted and rule.id not in wanted and path.parent.name not in wanted:
            continue
        (reading,) = parse_yaml_documents(read_file(str(path), LIMITS), LIMITS)
        data = cast("dict[str, Any]", reading.data)
        documents = prepared(rule)
        found = [(each.change, compiled(each.data)) for each in mutants(data)]
        valid = [(change, mutant) for change, mutant in found if mutant is not None]
        alive = [change for change, mutant in valid if survives(mutant, rule, documents)]
        killed += len(valid) - len(alive)
        total += len(valid)
        if alive:
            print(f"{rule.id}: {len(valid) - len(alive)} of {len(valid)}")
            for change in alive:
                print(f"    {change}")
    print(f"{killed:,} of {total:,} mutants noticed: {killed / max(total, 1):.1%}")
    return 0 if killed == total else 1


if __name__ == "__main__":
    sys.exit(main())
