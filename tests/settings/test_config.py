"""The configuration file: where it is found, what it sets, and what is wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.kinds import Kind
from checker.problems import InputError, Problem
from checker.reader import Limits
from checker.settings.config import LARGEST, Config, known_kinds, load, locate
from tests.support.git import fake


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str, name: str = "policy-check.yaml") -> Config:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load(path, Limits())


def own(text: str, name: str = "policy-check.yaml") -> list[Kind]:
    """Return the kinds that a configuration declares."""
    known = known_kinds(read(text, name), Limits())
    return [known[kind] for kind in known.keys() - known_kinds(Config(), Limits()).keys()]


def problems(text: str, name: str = "policy-check.yaml") -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        own(text, name)
    return caught.value.problems


def test_every_setting_is_read() -> None:
    found = read(
        "rules: [builtin:ecr, rules]\npolicies: [policies]\nexclude: ['*/old/*']\n"
        "paths: {'a/*': pod, '*.json': aws-iam-policy}\nparams: {a-rule: {least: 3}}\n"
        "disable: [b-rule]\nfail_level: high\nstrict: true\n"
    )
    assert list(found.rules) == ["builtin:ecr", "rules"]
    assert list(found.policies) == ["policies"]
    assert list(found.exclude) == ["*/old/*"]
    assert found.paths == (("a/*", "pod"), ("*.json", "aws-iam-policy"))
    assert found.params == {"a-rule": {"least": 3}}
    assert (list(found.disable), found.fail_level, found.strict) == (["b-rule"], "high", True)
    assert found.input is not None
    assert (found.input.path, len(found.input.sha256)) == ("policy-check.yaml", 64)


def test_what_is_silent_is_empty() -> None:
    found = read("{}")
    assert (found.fail_level, found.strict, list(found.rules)) == ("", False, [])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("rules", "conf/rules"),
        ("../shared", "shared"),
        ("builtin", "builtin"),
        ("builtin:ecr", "builtin:ecr"),
        ("builtin-like", "conf/builtin-like"),
        ("builtin/own", "conf/builtin/own"),
        ("./builtin", "conf/builtin"),
        ("/etc/rules", "/etc/rules"),
    ],
)
def test_paths_are_beside_the_file(given: str, expected: str) -> None:
    (found,) = read(f"rules: ['{given}']", "conf/policy-check.yaml").rules
    place = found if found.startswith("builtin") else str(Path(found).resolve())
    assert place in {expected, str(Path(expected).resolve())}
    assert place == expected or not expected.startswith("builtin")


def test_a_policy_path_that_sounds_like_the_shipped_rules_is_beside_the_file() -> None:
    (found,) = read("policies: [builtin]", "conf/policy-check.yaml").policies
    assert Path(found) == Path("conf/builtin")


def test_standard_input_is_no_path_beside_the_file() -> None:
    assert list(read("policies: ['-']", "conf/policy-check.yaml").policies) == ["-"]


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("strict: 'yes'", "expected true or false, not `yes`", 1, 9),
        ("strict: yes", "expected true or false, not `yes`", 1, 9),
        ("{}\n---\n{}", "document", 2, 1),
        ("fail_levl: high", "unknown element `fail_levl`; did you mean `fail_level`?", 1, 1),
        ("fail_level: higher", "expected `low`, `medium`, `high`, `critical`, not `higher`", 1, 13),
        ("rules: builtin", "expected a list, not `builtin`", 1, 8),
        ("rules:\n- ''", "expected at least 1, not ``", 2, 3),
        ("disable: [a, 5]", "expected a string, not `5`", 1, 14),
        ("params: {a: 5}", "expected an object, not `5`", 1, 13),
        ("paths: ['*']", "expected an object, not a list", 1, 8),
        ("kinds:\n- name: Pod\n  schema: s.json", "`Pod` is not a name: expected kebab", 2, 9),
        ("kinds:\n- name: pod", "the element `schema` is missing", 2, 3),
        ("accounts: ['12345']", "`12345` is not the ID of an account", 1, 12),
        ("accounts: [123456789012]", "expected 12 digits in quotation marks", 1, 12),
        ("accounts: ['123456789012', '123456789012']", "twice", 1, 11),
        ("[]", "expected an object, not an empty list", 1, 1),
        ("null", "expected an object, not null", 1, 1),
        ("rules: [a]\nrules: [b]", "duplicate key `rules`", 2, 1),
        ("a: [", "", 1, 5),
    ],
)
def test_a_wrong_setting_has_its_place(text: str, message: str, line: int, column: int) -> None:
    (found,) = problems(text)
    assert message in found.message
    assert found.location is not None
    assert (found.location.line, found.location.column) == (line, column)


def test_all_wrong_settings_are_told_at_once() -> None:
    found = problems("strict: 1\nrules: x\nnope: 1\n")
    assert sorted(each.location.line for each in found if each.location) == [1, 2, 3]


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert problems(text)


def test_a_file_is_refused_that_takes_long_to_read() -> None:
    text = "{}\n".ljust(LARGEST, "#")
    assert not read(text).rules
    (found,) = problems(text + "#")
    assert "larger than the limit of 1048576 bytes" in found.message


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(InputError, match="no such file"):
        load(Path("missing.yaml"), Limits())


SCHEMA = "kinds: [{name: pod, schema: pod.json, recognise: document.kind == 'Pod'}]"


def test_a_kind_is_declared_by_a_schema_beside_the_file() -> None:
    Path("conf").mkdir()
    Path("conf/pod.json").write_text('{"required": ["spec"]}')
    (kind,) = own(SCHEMA, "conf/policy-check.yaml")
    assert kind.name == "pod"
    assert kind.recognises({"kind": "Pod"})
    assert not kind.recognises({"kind": "Deployment"})
    assert not kind.recognises({})
    assert not kind.recognises(None)
    assert not kind.schema.accepts({})


def test_a_schema_is_beside_the_file_itself_and_not_beside_a_link_to_its_folder() -> None:
    Path("real/conf").mkdir(parents=True)
    Path("real/pod.json").write_text('{"required": ["spec"]}')
    Path("pod.json").write_text("{}")
    Path("conf").symlink_to("real/conf")
    (kind,) = own("kinds: [{name: pod, schema: ../pod.json}]", "conf/policy-check.yaml")
    assert not kind.schema.accepts({})


def test_a_schema_may_be_yaml() -> None:
    Path("pod.yaml").write_text("required: [spec]\n")
    (kind,) = own("kinds: [{name: pod, schema: pod.yaml}]")
    assert not kind.schema.accepts({})
    assert not kind.recognises({})


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("[]", "`pod.json` is not a usable JSON Schema: "),
        ('{"type": "strnig"}', "`pod.json` is not a usable JSON Schema: "),
        ('{"$ref": "file:///etc/passwd"}', "`pod.json` is not a usable JSON Schema: "),
        ('{"$ref": "http://127.0.0.1/"}', "`pod.json` is not a usable JSON Schema: "),
        ('{"pattern": "("}', "`pod.json` is not a usable JSON Schema: "),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_where_it_is_named(
    schema: str, message: str
) -> None:
    Path("pod.json").write_text(schema)
    (found,) = problems(SCHEMA)
    assert message in found.message
    assert found.path == "policy-check.yaml"
    assert found.location is not None
    assert found.location.column == 29


@pytest.mark.parametrize("schema", [None, "{", '{"a": 1, "a": 2}'])
def test_a_schema_that_cannot_be_read_is_refused(schema: str | None) -> None:
    if schema is not None:
        Path("pod.json").write_text(schema)
    (found,) = problems(SCHEMA)
    assert found.path == "pod.json"


def test_a_mistake_in_recognise_has_its_place() -> None:
    Path("pod.json").write_text("{}")
    (found,) = problems("kinds:\n- name: pod\n  schema: pod.json\n  recognise: a = 1\n")
    assert found.location is not None
    assert (found.location.line, found.location.column) == (4, 16)
    assert found.excerpt == "  recognise: a = 1"


def test_mistakes_of_all_kinds_are_told_at_once() -> None:
    Path("pod.json").write_text("[]")
    text = "kinds:\n- {name: a, schema: pod.json}\n- {name: b, schema: pod.json}\n"
    assert [each.location.line for each in problems(text) if each.location] == [2, 3]


@pytest.mark.parametrize(
    ("file", "repository", "start", "found"),
    [
        ("policy-check.yaml", ".", ".", True),
        ("policy-check.yaml", ".", "a/b", True),
        ("a/policy-check.yaml", ".", "a/b", True),
        ("policy-check.yaml", "a", "a/b", False),
        ("policy-check.yaml", "", "a/b", False),
        ("policy-check.yaml", "", ".", True),
        ("a/b/policy-check.yaml", ".", "a", False),
    ],
)
def test_the_file_is_looked_for_up_to_the_repositorys_root(
    tmp_path: Path, file: str, repository: str, start: str, *, found: bool
) -> None:
    for folder in (start, str(Path(file).parent)):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    if repository:
        fake(tmp_path / repository)
    (tmp_path / file).touch()
    assert locate(tmp_path / start) == (tmp_path / file if found else None)


def test_a_planted_git_folder_hides_no_configuration(tmp_path: Path) -> None:
    fake(tmp_path)
    (tmp_path / "policy-check.yaml").touch()
    (tmp_path / "a" / "b" / ".git").mkdir(parents=True)
    assert locate(tmp_path / "a" / "b") == tmp_path / "policy-check.yaml"


def test_a_name_that_is_nearly_the_configurations_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policy-check.yml").touch()
    with pytest.raises(InputError, match=r"must be called policy-check\.yaml: rename it"):
        locate(tmp_path)


@pytest.mark.parametrize("kind", ["directory", "broken link", "pipe"])
def test_a_configuration_that_cannot_be_read_is_not_passed_over(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "policy-check.yaml"
    match kind:
        case "directory":
            path.mkdir()
        case "broken link":
            path.symlink_to(tmp_path / "nothing")
        case "pipe":
            os.mkfifo(path)
    assert locate(tmp_path) == path
    with pytest.raises(InputError):
        load(path, Limits())


def test_the_repository_of_a_relative_directory_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path)
    (tmp_path / "policy-check.yaml").touch()
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    place = locate(Path())
    assert place is not None
    assert place.resolve() == tmp_path.resolve() / "policy-check.yaml"
