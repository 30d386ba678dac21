"""Frameworks are read from files beside the rules, and the shipped rules name no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import kinds
from checker.problems import InputError
from checker.reader import Limits
from checker.rules import load, load_frameworks

KINDS = {kind.name: kind for kind in kinds.builtin()}
OWN = """\
frameworks:
  house-rules:
    title: Rules of the house
    controls: {"1": Close the door}
  nist-800-53-r5:
    title: another title
    controls: {AC-2: Accounts, AC-6: As little as possible}
"""


def test_the_shipped_rules_name_controls_that_are_listed() -> None:
    frameworks, _ = load_frameworks(["builtin"], Limits())
    for rule in load(["builtin"], KINDS, {}, Limits()).rules:
        for name, ids in rule.file.controls.items():
            assert set(ids) <= frameworks[name].controls.keys(), f"{rule.id}: {name}"


def test_own_frameworks_are_added_and_what_they_say_wins(tmp_path: Path) -> None:
    (tmp_path / "controls.yaml").write_text(OWN)
    frameworks, inputs = load_frameworks([str(tmp_path), "builtin"], Limits())
    assert [Path(given.path).name for given in inputs] == ["controls.yaml"]
    assert frameworks["house-rules"].controls == {"1": "Close the door"}
    nist = frameworks["nist-800-53-r5"]
    assert nist.title == "another title"
    assert nist.source.startswith("https://csrc.nist.gov/")
    assert nist.controls["AC-6"] == "As little as possible"
    assert {"AC-2", "AC-3"} <= nist.controls.keys()


def test_a_directory_without_the_file_has_the_shipped_ones(tmp_path: Path) -> None:
    frameworks, inputs = load_frameworks([str(tmp_path)], Limits())
    assert "cis-aws-foundations-7" in frameworks
    assert not inputs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("frameworks: {}", "empty"),
        ("frameworks: {A B: {title: t, controls: {a: b}}}", "kebab-case"),
        ("frameworks: {a: {title: t, controls: {a: 1}}}", "1"),
    ],
)
def test_a_broken_file_is_an_error_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "controls.yaml").write_text(text)
    with pytest.raises(InputError) as raised:
        load_frameworks([str(tmp_path)], Limits())
    problem = raised.value.problems[0]
    assert message in problem.message
    assert problem.location is not None
