"""What a document leaves open is an error of a rule only where it may matter, and says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker import cel
from checker.budget import COST, spend
from checker.cel.types import BOOL, STRING
from checker.documents import Selection, document
from checker.kinds.kind import typed
from checker.problems import Json
from checker.reader import Limits, parse, read_bytes
from checker.reader.schema import Schema
from checker.report import Finding, Status
from checker.rules import load
from checker.run.evaluate import Outcome, evaluate

ENGINES: tuple[cel.Engine, ...] = ("codegen", "interpret", "cel-python")
DOCUMENT = """{
  "items": [
    {"name": "a"},
    {"name": "b"},
    {"name": "c-${X}"}
  ],
  "fold": "one\\n${Y} two"
}
"""
ROUTES: dict[str, tuple[str | int, ...]] = {
    "${X}": ("items", 2, "name"),
    "${Y}": ("fold",),
    "${Nowhere}": ("items", 7, "name"),
    "${Elsewhere}": ("items", 0, "name"),
}


def is_safe(name: str) -> bool:
    """Return whether a name starts with `a`; it is not known of one with a placeholder."""
    if "${" in name:
        address = name[name.index("${") :].split("}", maxsplit=1)[0] + "}"
        route = ROUTES.get(address)
        unknown = None if route is None else (address, route)
        cure = "; render the template before checking" if route is None else ""
        raise cel.UndecidedError(f"cannot decide what `{name}` is{cure}", unknown)
    return name.startswith("a")


def mistake(_text: str) -> bool:
    raise cel.FunctionError("that is no such thing")


def vague(_text: str) -> bool:
    raise cel.UndecidedError("cannot decide that", ("${X}", ROUTES["${X}"]))


def costly(_text: str) -> bool:
    spend(COST + 1)
    return True


KIND = typed(
    "shelf",
    Schema({"type": "object"}),
    cel.Env(
        {},
        (),
        (
            cel.Function("isSafe", (STRING,), BOOL, is_safe, ""),
            cel.Function("mistake", (STRING,), BOOL, mistake, ""),
            cel.Function("vague", (STRING,), BOOL, vague, ""),
            cel.Function("costly", (STRING,), BOOL, costly, ""),
        ),
    ),
)
KINDS = {KIND.name: KIND}
X, Y = "isSafe('c-${X}')", "isSafe('${Y} two')"
Decide = Callable[..., Outcome]


@pytest.fixture(params=ENGINES)
def decide(request: pytest.FixtureRequest, tmp_path: Path) -> Decide:
    def run(**elements: Json) -> Outcome:
        written: dict[str, Json] = {
            "id": "a-rule", "title": "Something holds", "severity": "high", "kind": "shelf",
            "description": "d", "remediation": "r", "message": "m", **elements,
        }  # fmt: skip
        (tmp_path / "a-rule.yaml").write_text(json.dumps(written))
        rules = load(
            [str(tmp_path / "a-rule.yaml")], KINDS, {}, Limits(), engine=request.param
        ).rules
        source = read_bytes("d.json", DOCUMENT.encode())
        return evaluate(rules[0], document(parse(source), Selection((), KINDS), "shelf"))

    return run


ITEMS: dict[str, Json] = {"i": "document.items"}
OPEN: dict[str, Json] = {"open": "document.items.filter(i, !isSafe(i.name))"}
CERTAIN: dict[str, Json] = {"open": "document.items.filter(i, i.name == 'a' || !isSafe(i.name))"}
PERHAPS: dict[str, Json] = {"open": "document.items.filter(i, i.name != 'b' && !isSafe(i.name))"}


@pytest.mark.parametrize(
    ("elements", "status"),
    [
        # what is in doubt does not matter
        ({"when": X, "require": "true"}, Status.PASS),
        ({"when": X, "require": [{"that": "true"}, {"that": "true"}]}, Status.PASS),
        ({"when": f"{X} && false", "require": "false"}, Status.SKIP),
        ({"when": f"{X} || true", "require": "true"}, Status.PASS),
        ({"when": f"{X} || true", "require": "false"}, Status.FAIL),
        ({"when": "true", "require": f"{X} || true"}, Status.PASS),
        ({"when": "true", "require": f"{X} && false"}, Status.FAIL),
        ({"when": "false", "require": X}, Status.SKIP),
        ({"when": "isSafe(i.name)", "require": "true", "for_each": ITEMS}, Status.PASS),
        ({"let": OPEN, "require": "open.size() == 0"}, Status.FAIL),
        ({"let": OPEN, "when": "open.size() > 0", "require": "true"}, Status.PASS),
        ({"let": OPEN, "when": "open.size() > 0", "require": "false"}, Status.FAIL),
        ({"let": OPEN, "require": "open.size() < 3"}, Status.PASS),
        ({"let": PERHAPS, "when": "open.size() > 0", "require": "true"}, Status.PASS),
        # it may matter
        ({"when": X, "require": "false"}, Status.ERROR),
        ({"when": X, "require": X}, Status.ERROR),
        ({"when": X, "require": [{"that": "true"}, {"that": "false"}]}, Status.ERROR),
        ({"when": "true", "require": X}, Status.ERROR),
        ({"require": X}, Status.ERROR),
        ({"when": f"{X} || false", "require": "false"}, Status.ERROR),
        ({"let": PERHAPS, "require": "open.size() == 0"}, Status.ERROR),
        ({"let": OPEN, "require": "open.size() == 1"}, Status.ERROR),
        ({"let": PERHAPS, "when": "open.size() > 0", "require": "false"}, Status.ERROR),
        ({"for_each": {"i": "document.items.filter(i, isSafe(i.name))"}, "require": "true"},
         Status.ERROR),
        # a mistake is no doubt
        ({"when": "mistake('')", "require": "true"}, Status.ERROR),
        ({"when": "document.nothing", "require": "true"}, Status.ERROR),
        ({"when": "document.items", "require": "true"}, Status.ERROR),
        ({"when": "document.items[9].name == 'a'", "require": "true"}, Status.ERROR),
        ({"when": "1 / 0 == 1", "require": "true"}, Status.ERROR),
        ({"when": f"{X} && document.nothing", "require": "true"}, Status.ERROR),
        ({"when": f"mistake('') || {X}", "require": "true"}, Status.ERROR),
        ({"when": f"document.items.exists(i, i.name == 'a' ? {X} : mistake(''))",
          "require": "true"}, Status.ERROR),
        ({"when": X, "require": "document.nothing"}, Status.ERROR),
        ({"let": {"x": "mistake('')"}, "when": "x", "require": "true"}, Status.ERROR),
        ({"let": {"open": "document.items.filter(i, i.name == 'b' || mistake(''))"},
          "require": "open.size() == 0"}, Status.ERROR),
    ],
    ids=json.dumps,
)  # fmt: skip
def test_a_doubt_is_an_error_where_it_may_matter(
    decide: Decide, elements: dict[str, Json], status: Status
) -> None:
    outcome = decide(**elements)
    assert outcome.status is status
    assert {each.status for each in outcome.findings} <= {status}
    assert bool(outcome.findings) is (status in {Status.FAIL, Status.ERROR})


@pytest.mark.parametrize(
    "elements",
    [
        {"when": f"{X} && costly('')", "require": "true"},
        {"when": X, "require": f"{X} || costly('')"},
        {"let": {"x": "costly('')"}, "when": f"{X} || x", "require": "true"},
    ],
    ids=json.dumps,
)
def test_a_budget_that_is_spent_is_no_doubt(decide: Decide, elements: dict[str, Json]) -> None:
    (finding,) = decide(**elements).findings
    assert finding.status is Status.ERROR
    assert "cost budget exceeded" in finding.message


CURE = "render the template before checking"
WHEN = f"`when` could not be decided: cannot decide what `c-${{X}}` is; {CURE}"
REQUIRE = "`require` could not be decided: "


@pytest.mark.parametrize(
    ("elements", "messages"),
    [
        (
            {"when": X, "require": [{"that": "1 == 2"}, {"that": "true"}, {"that": "2 == 3"}]},
            [
                f"`require` is not met (`1 == 2`), and {WHEN}",
                f"`require` is not met (`2 == 3`), and {WHEN}",
            ],
        ),
        (
            {"when": X, "require": Y},
            [f"{REQUIRE}cannot decide what `${{Y}} two` is; {CURE}; and {WHEN}"],
        ),
        (
            {"when": X, "require": f"{X} || false"},
            [f"neither `when` nor `require` could {WHEN.removeprefix('`when` could not ')}"],
        ),
        (
            {"when": X, "require": "mistake('')"},
            [f"{REQUIRE}that is no such thing; and {WHEN}"],
        ),
        (
            {"require": "isSafe('${Z}')"},
            [f"{REQUIRE}cannot decide what `${{Z}}` is; {CURE}"],
        ),
        (
            {"require": "vague('')"},
            [f"{REQUIRE}cannot decide that: that depends on `${{X}}`; {CURE}"],
        ),
    ],
    ids=json.dumps,
)
def test_a_doubt_names_the_unknown_and_the_cure(
    decide: Decide, elements: dict[str, Json], messages: list[str]
) -> None:
    assert [each.message for each in decide(**elements).findings] == messages


def place(finding: Finding) -> tuple[str, Any]:
    where = finding.place.location
    assert where is not None
    return finding.place.pointer, (where.line, where.column, where.end_column - where.column)


@pytest.mark.parametrize(
    ("elements", "pointer", "location"),
    [
        ({"require": X}, "/items/2/name", (5, 17, 4)),
        ({"when": X, "require": "false"}, "/items/2/name", (5, 17, 4)),
        ({"when": X, "require": "false", "for_each": ITEMS}, "/items/2/name", (5, 17, 4)),
        ({"for_each": {"i": f"[{X}]"}, "require": "true"}, "/items/2/name", (5, 17, 4)),
        ({"require": Y}, "/fold", (7, 17, 4)),
        ({"let": {"x": Y}, "require": "x"}, "/fold", (7, 17, 4)),
        ({"let": PERHAPS, "require": "open.size() == 0"}, "/items/2/name", (5, 17, 4)),
        # a route that does not lead to the unknown is that of another policy
        ({"require": "isSafe('${Nowhere}')"}, "", (1, 1, 1)),
        ({"require": "isSafe('${Elsewhere}')"}, "", (1, 1, 1)),
        ({"require": "mistake('${X}')"}, "", (1, 1, 1)),
    ],
    ids=json.dumps,
)
def test_a_doubt_points_to_the_unknown(
    decide: Decide, elements: dict[str, Json], pointer: str, location: tuple[int, int, int]
) -> None:
    findings = decide(**elements).findings
    assert {place(each) for each in findings} == {(pointer, location)}


def test_a_finding_beside_a_doubt_shows_what_is_certain(decide: Decide) -> None:
    (finding,) = decide(
        let=CERTAIN,
        require="open.size() == 0",
        at="open",
        message="{{ open.map(i, i.name).join(' and ') }} are open",
    ).findings
    assert finding.status is Status.FAIL
    assert [each.pointer for each in (finding.place, *finding.related)] == ["/items/0", "/items/1"]
    assert finding.message == "a and b are open"


def test_a_subject_in_doubt_keeps_its_own_pointer(decide: Decide) -> None:
    found = decide(for_each=ITEMS, require="isSafe(i.name)").findings
    assert [(each.status.value, each.subject) for each in found] == [
        ("fail", "/items/1"),
        ("error", "/items/2"),
    ]
