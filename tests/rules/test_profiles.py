"""A profile selects rules of the directory that it stands in, and never hides another's."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker import kinds
from checker.problems import InputError
from checker.reader import Limits
from checker.rules import load, select
from checker.run import pipeline
from checker.settings import Settings

KINDS = {kind.name: kind for kind in kinds.builtin()}
RULE = """\
id: {name}
title: t
severity: low
kind: aws-iam-policy
description: d
remediation: r
require: "true"
message: m
"""
PROFILES = """\
profiles:
  small: {description: for a start, rules: [one, t*]}
  none-of-it: {description: d, rules: [nope]}
"""


@pytest.fixture(autouse=True)
def _rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder, names in {"a/sub": ["one", "two", "three", "four"], "b": ["five"]}.items():
        Path(folder).mkdir(parents=True)
        for name in names:
            Path(folder, f"{name}.yaml").write_text(RULE.format(name=name))
    Path("a/profiles.yaml").write_text(PROFILES)


def ids(name: str, *paths: str) -> list[str]:
    found = select(load(paths, KINDS, {}, Limits()), paths, name, Limits())
    return [rule.id for rule in found.rules]


def complaint(name: str, *paths: str) -> str:
    with pytest.raises(InputError) as raised:
        ids(name, *paths)
    return raised.value.problems[0].message


@pytest.mark.parametrize("paths", [["a"], ["a/"], ["./a"], ["b/../a"]])
def test_a_profile_selects_rules(paths: list[str]) -> None:
    assert ids("small", *paths) == ["one", "three", "two"]


@pytest.mark.parametrize("path", ["a", "../here/a", "{}/a"])
def test_a_profile_selects_rules_of_a_run_however_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (tmp_path / "a").rename(here / "a")
    monkeypatch.chdir(here)
    found = pipeline.check(Settings(rules=[path.format(here)], profile="small"))
    assert [rule.id for rule in found.rules] == ["one", "three", "two"]
    assert found.left_out == ("four",)
    assert found.inputs[-1].path == "a/profiles.yaml"


def test_without_a_profile_all_rules_of_a_directory_are_run() -> None:
    assert ids("", "a") == ["four", "one", "three", "two"]


def test_the_rules_of_other_directories_are_kept() -> None:
    assert ids("small", "a", "b") == ["five", "one", "three", "two"]


def test_the_report_tells_what_was_left_out_and_which_file_said_so() -> None:
    found = select(load(["a"], KINDS, {}, Limits()), ["a"], "small", Limits())
    assert found.left_out == ("four",)
    assert found.inputs[-1].path == "a/profiles.yaml"


@pytest.mark.parametrize(
    ("name", "paths", "message"),
    [
        ("smal", ["a"], "unknown profile `smal`; did you mean `small`?"),
        ("zzz", ["a"], "unknown profile `zzz`: expected one of `small`, `none-of-it`"),
        ("small", ["b"], "unknown profile `small`: there is no profiles.yaml"),
        ("none-of-it", ["a"], "selects `nope`, which matches no rule"),
    ],
)
def test_a_mistake_in_a_profile_is_an_error(name: str, paths: list[str], message: str) -> None:
    assert message in complaint(name, *paths)


@pytest.mark.parametrize(
    "text",
    ["profiles: {}", "profiles: {a: {rules: [one]}}", "profiles: {A: {description: d, rules: [x]}}",
     "profiles: {a: {description: d, rules: []}}", "rules: []", "profiles: {a: 5}"],
)  # fmt: skip
def test_a_broken_file_of_profiles_is_an_error(text: str) -> None:
    Path("a/profiles.yaml").write_text(text)
    assert complaint("a", "a")


def test_the_shipped_rules_are_the_recommended_ones_unless_said_otherwise() -> None:
    recommended = ids("", "builtin")
    assert recommended == ids("recommended", "builtin")
    assert set(ids("minimal", "builtin")) < set(recommended) < set(ids("strict", "builtin"))
    assert set(ids("", "builtin:ecr")) == {each for each in recommended if each.startswith("ecr-")}
