"""The files of rules: several rules in one, the same id twice, and the shipped ones by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker import kinds
from checker.problems import InputError, Problem
from checker.reader import Limits
from checker.rules import load
from checker.rules.rule_files import TEMPLATES, builtin_root

KINDS = {kind.name: kind for kind in kinds.builtin()}


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def text(name: str, require: str = "true") -> str:
    return (
        f"id: {name}\ntitle: t\nseverity: low\nkind: aws-iam-policy\ndescription: d\n"
        f"remediation: r\nrequire: '{require}'\nmessage: m\n"
    )


def ids(*paths: str) -> list[str]:
    return [rule.id for rule in load(paths, KINDS, {}, Limits()).rules]


def problems(*paths: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        ids(*paths)
    return caught.value.problems


def test_several_rules_in_one_file_bear_any_name() -> None:
    Path("all.yaml").write_text(text("two") + "---\n" + text("one"))
    assert ids("all.yaml") == ["one", "two"]


def test_a_mistake_in_a_later_rule_of_a_file_has_its_line() -> None:
    Path("all.yaml").write_text(text("one") + "---\n" + text("two", "1 = 1") + "---\n" + text("x"))
    (found,) = problems("all.yaml")
    assert found.location is not None
    assert (found.location.line, found.location.column) == (16, 13)
    assert found.excerpt == "require: '1 = 1'"


def test_mistakes_of_all_rules_of_a_file_are_told_at_once() -> None:
    Path("all.yaml").write_text(text("one", "1 = 1") + "---\n" + text("two", "2 = 2"))
    assert [each.location.line for each in problems("all.yaml") if each.location] == [7, 16]


@pytest.mark.parametrize("names", [("one.yaml",), ("a/one.yaml", "b/one.yaml")])
def test_an_id_is_taken_once(names: tuple[str, ...]) -> None:
    for name in names:
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text("one") if len(names) > 1 else f"{text('one')}---\n{text('one')}")
    (found,) = problems(*names)
    assert f"the rule `one` is also in {names[0]}: remove one" in found.message
    assert found.path == names[-1]
    assert found.location is not None


@pytest.mark.parametrize("name", ["valid-document", "current-waiver"])
def test_the_ids_of_findings_about_documents_and_waivers_are_taken(name: str) -> None:
    Path(f"{name}.yaml").write_text(text(name))
    (found,) = problems(f"{name}.yaml")
    assert found.message == f"the id `{name}` is reserved: choose another one"


@pytest.mark.parametrize("content", ["", "# nothing\n", "---\n"])
def test_a_file_without_a_rule_is_told(content: str) -> None:
    Path("one.yaml").write_text(content)
    assert problems("one.yaml")


@pytest.mark.parametrize("content", ["null\n", "- a\n", "text\n", "{}\n", "5\n"])
def test_a_file_of_something_else_is_refused(content: str) -> None:
    Path("one.yaml").write_text(content)
    assert all(each.path == "one.yaml" and each.location for each in problems("one.yaml"))


@pytest.mark.parametrize("path", ["missing.yaml", "missing", "missing/", ""])
def test_a_missing_path_is_refused(path: str) -> None:
    assert problems(path)


def test_an_empty_directory_has_no_rules() -> None:
    Path("rules").mkdir()
    assert ids("rules") == []


def test_a_rule_is_yaml_whatever_the_name_of_the_file() -> None:
    Path("one.yml").write_text(text("one"))
    assert ids("one.yml") == ["one"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_and_never_waited_for() -> None:
    os.mkfifo("one.yaml")
    (found,) = problems("one.yaml")
    assert "named pipe" in found.message


def test_a_link_out_of_the_directory_is_refused() -> None:
    Path("rules").mkdir()
    Path("one.yaml").write_text(text("one"))
    Path("rules/one.yaml").symlink_to(Path("one.yaml").resolve())
    (found,) = problems("rules")
    assert "leads out of the directory" in found.message


def test_a_link_to_a_file_of_the_directory_adds_no_second_rule() -> None:
    Path("rules").mkdir()
    Path("rules/one.yaml").write_text(text("one"))
    Path("rules/two.yaml").symlink_to("one.yaml")
    assert ids("rules") == ["one"]


def test_the_shipped_rules_have_a_name() -> None:
    everything = set(ids("builtin"))
    entries = [entry.name for entry in builtin_root().iterdir() if entry.is_dir()]
    folders = [name for name in entries if name != TEMPLATES]
    assert everything
    assert everything == {name for folder in folders for name in ids(f"builtin:{folder}")}
    assert set(ids("builtin:ecr")) < everything


def test_shipped_and_own_rules_go_together() -> None:
    Path("one.yaml").write_text(text("one"))
    assert set(ids("builtin:ecr", "one.yaml", "builtin")) == {*ids("builtin"), "one"}


@pytest.mark.parametrize(
    "name",
    ["builtin:../x", "builtin:../checker", "builtin:..", "builtin:ecr/../..", "builtin:/etc",
     "builtin:nope", "builtin:\x00"],
)  # fmt: skip
def test_nothing_but_shipped_rules_goes_by_their_name(name: str) -> None:
    (found,) = problems(name)
    assert "no shipped rules have this name: expected `builtin:` and one of ec2" in found.message


def test_a_directory_of_the_same_name_is_reached_by_another_spelling() -> None:
    Path("builtin").mkdir()
    Path("builtin/one.yaml").write_text(text("one"))
    assert ids("./builtin") == ["one"]
    assert "one" not in ids("builtin")
