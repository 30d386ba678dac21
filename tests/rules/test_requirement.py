"""What a rule requires is known again by its meaning, not by its words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.kinds import from_schema
from checker.reader import Limits
from checker.rules import asked, load

KINDS = {"pod": from_schema("pod", {"type": "object"})}
RULE: dict[str, Any] = {
    "id": "a-rule",
    "title": "t",
    "severity": "low",
    "kind": "pod",
    "description": "d",
    "remediation": "r",
    "params": {
        "most": {"description": "d", "type": "int", "default": 3},
        "other": {"description": "d", "type": "int", "default": 1},
    },
    "for_each": {"item": "document.items"},
    "let": {"size": "item.names.size()", "large": "size > params.most", "idle": "1"},
    "when": "item.on",
    "require": "!large && item.names.all(name, name != 'x')",
    "message": "m",
}


def digests(folder: Path, given: dict[str, Any] | None = None, /, **changes: Any) -> list[str]:
    text = json.dumps({**RULE, **changes})
    (folder / "a-rule.yaml").write_text(text)
    overrides = {"a-rule": given} if given else {}
    (rule,) = load([str(folder / "a-rule.yaml")], KINDS, overrides, Limits()).rules
    return [asked(rule, each.text) for each in rule.requirements]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "other", "message": "{{ item.names }}", "at": "item.names", "severity": "high"},
        {"require": '!large  &&\n item.names.all(n, n != "x") // as agreed'},
        {"for_each": {"each": "document.items"}, "when": "each.on"}
        | {"let": {"n": "each.names.size()", "large": "n > params.most"}}
        | {"require": "!large && each.names.all(name, name != 'x')"},
        {"let": {"size": "item.names.size()", "large": "size > params.most", "idle": "2"}},
        {"let": {"n": "item.names.size()", "big": "n > params.most"}}
        | {"require": "!big && item.names.all(name, name != 'x')"},
        {"params": {"most": {"description": "e", "type": "int", "default": 3}}},
    ],
    ids=["words", "spelling", "subject", "unused let", "let", "unused parameter"],
)
def test_a_requirement_of_the_same_meaning_is_known(tmp_path: Path, changes: Any) -> None:
    assert digests(tmp_path, **changes) == digests(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"require": "!large && item.names.all(name, name != 'y')"},
        {"require": "!large || item.names.all(name, name != 'x')"},
        {"when": "!item.on"},
        {"for_each": {"item": "document.items.filter(i, i.on)"}},
        {"let": {"size": "item.names.size()", "large": "size >= params.most"}},
        {"let": {"size": "item.keys.size()", "large": "size > params.most"}},
        {"params": {"most": {"description": "d", "type": "int", "default": 4}}},
    ],
    ids=["constant", "operator", "when", "for_each", "let", "let of let", "parameter"],
)
def test_a_requirement_of_another_meaning_is_told_apart(tmp_path: Path, changes: Any) -> None:
    assert digests(tmp_path, **changes) != digests(tmp_path)


def test_the_value_of_a_parameter_counts_where_the_requirement_uses_it(tmp_path: Path) -> None:
    assert digests(tmp_path, {"most": 4}) != digests(tmp_path)
    assert digests(tmp_path, {"other": 4}) == digests(tmp_path)
    whole = {"require": "[params].size() == 1 || !large"}
    assert digests(tmp_path, {"other": 4}, **whole) != digests(tmp_path, **whole)


def test_every_requirement_of_a_rule_has_its_own(tmp_path: Path) -> None:
    both = [{"that": "item.a"}, {"that": "item.b"}]
    first, second = digests(tmp_path, require=both)
    assert first != second
    assert digests(tmp_path, require=both[::-1]) == [second, first]
