"""SECURITY.md promises what is tested: every case, real tests, and limits that hold."""

from __future__ import annotations

import ast
import json
import re

import pytest

from checker import budget
from checker.cel import ceilings as expression
from checker.cli import limit_options as asked
from checker.cli.github_run import SUMMARY
from checker.kinds.declared import MOST_VALUES
from checker.reader import schema
from checker.reader.limits import DEFAULT_LIMITS
from checker.render import github, sarif
from checker.rules import loading as files
from checker.run import collect as tally
from checker.run import evaluate
from checker.settings import config
from checker.waivers.entries import FARTHEST
from checker.workers import Bounds, restraint
from tests.oracles.gate_mutants import load
from tests.support.command import ROOT

TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
CASES = sorted(
    path.parent.name for path in (ROOT / "tests" / "gate" / "attacks").glob("*/case.json")
)
LINKS = re.findall(r"\[`([^`]+)`\]\(tests/gate/attacks/([^)]+)\)", TEXT)
TESTS = re.findall(r"`(tests/(?:\w+/)?test_\w+\.py)::(\w+)`", TEXT)
MIB, GIB = 2**20, 2**30
BOUNDS = Bounds()
CONFIG = json.loads(
    (ROOT / "checker" / "settings" / "config.schema.json").read_text(encoding="utf-8")
)
RULE = json.loads((ROOT / "checker" / "rules" / "rule.schema.json").read_text(encoding="utf-8"))
LIMITS = {
    "size of one input": f"{DEFAULT_LIMITS.max_bytes // MIB} MiB",
    "size of a configuration": f"{config.LARGEST // MIB} MiB",
    "levels of nesting of an input": f"{DEFAULT_LIMITS.max_depth}",
    "levels of nesting that may be asked for": f"{asked.MOST_LEVELS}",
    "processor time of one rule on one document, and of reading one": f"{BOUNDS.seconds} s",
    "processor time of everything that is done with one document": f"{BOUNDS.in_all} s",
    "processor time of reading the configuration, and of reading rules and the list of files": (
        f"{restraint.LEAST} s each"
    ),
    "memory of each process": f"{BOUNDS.max_memory // GIB} GiB",
    "rules of one run": f"{files.MOST:,}",
    "characters of each text of a rule": f"{RULE['$defs']['text']['maxLength']:,}",
    "findings on one document": f"{evaluate.MOST_FINDINGS:,}",
    "findings of one run": f"{tally.MOST_FINDINGS:,}",
    "schema violations that are reported for one document": f"{schema.MOST}",
    "characters of the JSON Pointers to them": f"{schema.MOST_POINTED:,}",
    "kinds of one configuration": f"{CONFIG['properties']['kinds']['maxItems']}",
    "values in the schemas of all kinds": f"{MOST_VALUES:,}",
    "accounts of one configuration": f"{CONFIG['properties']['accounts']['maxItems']:,}",
    "entries of any other list of a configuration": f"{CONFIG['$defs']['texts']['maxItems']:,}",
    "characters of one expression": f"{expression.MAX_LENGTH:,}",
    "levels of nesting of an expression": f"{expression.MAX_NESTING}",
    "nodes of one expression": f"{expression.MAX_NODES:,}",
    "units of work of one rule on one document": f"{budget.COST:,}",
    "days that a waiver may last": f"{FARTHEST}",
    "results in SARIF": f"{sarif._MOST:,}",  # noqa: SLF001 - the format's own bound
    "annotations of a kind in GitHub Actions": f"{github.MOST}",
    "size of a summary in GitHub Actions": f"{SUMMARY // MIB} MiB",
}


def _rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its head."""
    section = TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_planted_mistakes_that_it_counts_are_all() -> None:
    assert f"Each of {len(load())} mistakes" in TEXT


def test_every_case_is_in_the_table_once() -> None:
    assert all(text == folder for text, folder in LINKS)
    assert sorted(folder for _, folder in LINKS) == CASES


def test_every_attack_has_an_answer_and_a_test() -> None:
    attacks = [row for row in _rows("Attacks") if not row[0].startswith("**")]
    assert attacks
    for attack, answer, tests in attacks:
        assert answer, attack
        assert re.search(r"\]\(tests/gate/attacks/|`tests/(?:\w+/)?test_", tests), attack


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_a_named_test_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_limits_are_those_of_the_code() -> None:
    assert {row[0]: row[1] for row in _rows("Limits")} == LIMITS
