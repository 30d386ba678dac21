"""A word that is a command, or may be one later, is never taken for a check that passed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.cli import COMMANDS, RESERVED
from tests.support.command import Run

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:Get", "Resource": "*"}],
}

QUEUE = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "123456789012"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    },
}


def rule(name: str, require: str = "false") -> str:
    return json.dumps(
        {
            "id": name,
            "title": f"Title of {name}",
            "severity": "low",
            "kind": "aws-iam-policy",
            "description": "d",
            "remediation": "r",
            "require": require,
            "message": f"{name} is violated",
        }
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a policy and with rules that it violates."""
    put(tmp_path, "strict/a-rule.yaml", rule("a-rule"))
    put(tmp_path, "p/a.json", json.dumps(POLICY))
    return tmp_path


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


PASSING: dict[str, tuple[str, ...]] = {
    "compare": ("p", "p"),
    "grants": ("p", "--action=s3:DeleteBucket"),
    "public": ("queue.json",),
    "documents": ("p",),
    "diff": ("r.json", "r.json"),
    "explain": ("valid-document",),
    "baseline": ("update", "r.json", "strict", "p"),
    "completion": ("bash",),
    "waive": (
        *("strict", "p", "--rule=a-rule", "--document=p/a.json", "--reason=because"),
        *("--owner=o", "--today=2026-11-25", "--expires=2027-01-01"),
    ),
}
"""Arguments with which each command passes."""


@pytest.fixture
def passing(policy_check: Run, folder: Path) -> Path:
    put(folder, "lax/a-rule.yaml", rule("a-rule", "true"))
    ran = policy_check("lax", "p", "-o", "json", cwd=folder)
    assert ran.returncode == 0
    put(folder, "r.json", ran.stdout.decode())
    put(folder, "queue.json", json.dumps(QUEUE))
    return folder


def test_every_command_is_here() -> None:
    assert {*PASSING, "check", "rules"} == set(COMMANDS)
    assert not RESERVED & set(COMMANDS)


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("made", ["nothing", "file", "folder", "broken link"])
def test_a_command_passes_only_where_no_path_has_its_name(
    policy_check: Run, passing: Path, name: str, made: str
) -> None:
    match made:
        case "file":
            put(passing, name, rule("a-rule"))
        case "folder":
            put(passing, f"{name}/a-rule.yaml", rule("a-rule"))
        case "broken link":
            (passing / name).symlink_to("nowhere")
    ran = policy_check(name, *PASSING[name], cwd=passing)
    assert ran.returncode == (0 if made == "nothing" else 3)
    assert (b"is a command, but a path with that name" in ran.stderr) is (made != "nothing")


@pytest.mark.parametrize("name", PASSING)
def test_who_says_that_a_command_is_meant_gets_it(
    policy_check: Run, passing: Path, name: str
) -> None:
    put(passing, f"{name}/a-rule.yaml", rule("a-rule"))
    ran = policy_check("--command", name, *PASSING[name], cwd=passing)
    assert (ran.returncode, b"is a command" in ran.stderr) == (0, False)


@pytest.mark.parametrize("name", sorted({*COMMANDS, *RESERVED}))
def test_a_path_of_any_name_can_be_checked_by(policy_check: Run, folder: Path, name: str) -> None:
    put(folder, f"{name}/a-rule.yaml", rule("a-rule"))
    for words in (("check", name), (f"./{name}",), ("--rules", name)):
        ran = policy_check(*words, "p", cwd=folder)
        assert (ran.returncode, b"1 fail" in ran.stdout) == (1, True), words


@pytest.mark.parametrize("name", sorted({*COMMANDS, *RESERVED} - {"rules"}))
@pytest.mark.parametrize("rest", [(), ("p",), ("p", "p"), ("p/a.json", "p/a.json"), ("-o", "text")])
def test_what_was_written_as_a_check_by_such_a_path_never_passes(
    policy_check: Run, folder: Path, name: str, rest: tuple[str, ...]
) -> None:
    put(folder, f"{name}/a-rule.yaml", rule("a-rule"))
    assert policy_check(name, *rest, cwd=folder).returncode != 0


@pytest.mark.parametrize("name", sorted(RESERVED))
@pytest.mark.parametrize("there", [True, False])
def test_a_word_that_is_kept_for_later_is_an_error(
    policy_check: Run, folder: Path, name: str, there: object
) -> None:
    if there:
        put(folder, f"{name}/a-rule.yaml", rule("a-rule", "true"))
    ran = policy_check(name, "p", cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"is reserved for a future command" in ran.stderr


@pytest.mark.parametrize(
    "words",
    [("--command",), ("--command", "test"), ("--command", "strict", "p"), ("--command", "")],
)
def test_an_unknown_command_is_an_error(
    policy_check: Run, folder: Path, words: tuple[str, ...]
) -> None:
    ran = policy_check(*words, cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"--command needs one of check, compare" in ran.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("rules", "p"), 1),
        (("rules", "p", "-o", "text"), 1),
        (("rules", "--strict", "p"), 1),
        (("rules",), 3),
        (("rules", "-o", "json"), 3),
        (("rules", "--list"), 0),
    ],
    ids=str,
)
def test_rules_is_a_path_where_policies_follow(
    policy_check: Run, folder: Path, words: tuple[str, ...], code: int
) -> None:
    put(folder, "rules/a-rule.yaml", rule("a-rule"))
    assert policy_check(*words, cwd=folder).returncode == code


def test_rules_are_listed_where_no_path_is_called_so(policy_check: Run, folder: Path) -> None:
    ran = policy_check("rules", "--rules", "strict", cwd=folder)
    assert (ran.returncode, b"a-rule" in ran.stdout) == (0, True)


@pytest.mark.parametrize("word", ["chek", "compar", "wave", "rule"])
def test_a_misspelt_command_is_no_check_that_passes(
    policy_check: Run, folder: Path, word: str
) -> None:
    ran = policy_check(word, "p", cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"did you mean" in ran.stderr


# One rule alone, by --rule.


@pytest.fixture
def several(folder: Path) -> Path:
    put(folder, "strict/b-rule.yaml", rule("b-rule", "true"))
    put(folder, "strict/c-rule.yaml", rule("c-rule"))
    return folder


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a-rule"], ["a-rule"]),
        (["b-rule"], []),
        (["c-rule", "a-rule"], ["a-rule", "c-rule"]),
        (["b-rule", "b-rule"], []),
        ([], ["a-rule", "c-rule"]),
    ],
    ids=str,
)
def test_only_the_rules_that_are_named_are_run(
    policy_check: Run, several: Path, names: list[str], found: list[str]
) -> None:
    options = [word for name in names for word in ("--rule", name)]
    ran = policy_check("strict", "p", *options, "-o", "json", cwd=several)
    report = json.loads(ran.stdout)
    assert ran.returncode == (1 if found else 0)
    assert [each["rule"] for each in report["findings"]] == found
    assert [each["id"] for each in report["rules"]] == sorted(set(names)) or not names


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a-rul"], "no rule `a-rul` is loaded; did you mean `a-rule`?"),
        (["a-rule", "nothing-like-it"], "no rule `nothing-like-it` is loaded"),
        ([""], "no rule `` is loaded"),
        (["A-RULE"], "no rule `A-RULE` is loaded"),
        (["valid-document"], "no rule `valid-document` is loaded"),
    ],
    ids=str,
)
def test_a_rule_that_is_not_there_is_an_error(
    policy_check: Run, several: Path, names: list[str], said: str
) -> None:
    options = [word for name in names for word in ("--rule", name)]
    ran = policy_check("strict", "p", *options, cwd=several)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert said in ran.stderr.decode()


def test_a_rule_is_run_whatever_the_configuration_and_the_profile_say(
    policy_check: Run, several: Path
) -> None:
    put(several, "policy-check.yaml", "disable: [a-rule]\n")
    put(several, "strict/profiles.yaml", "few: {rules: [b-rule]}\n")
    assert policy_check("strict", "p", cwd=several).returncode == 1
    ran = policy_check("strict", "p", "--rule", "a-rule", "-o", "json", cwd=several)
    report = json.loads(ran.stdout)
    assert (ran.returncode, report["inputs"]["disabled"]) == (1, [])
    ran = policy_check("strict", "p", "--rule", "b-rule", "-o", "json", cwd=several)
    assert json.loads(ran.stdout)["inputs"]["disabled"] == ["a-rule"]


@pytest.mark.parametrize("text", ["disable: [d-rule]\n", "params: {d-rule: {n: 1}}\n"])
def test_a_configuration_of_a_rule_that_is_not_there_is_an_error_all_the_same(
    policy_check: Run, several: Path, text: str
) -> None:
    put(several, "policy-check.yaml", text)
    ran = policy_check("strict", "p", "--rule", "b-rule", cwd=several)
    assert (ran.returncode, b"no such rule is loaded" in ran.stderr) == (2, True)


def test_documents_that_are_broken_fail_whatever_rule_is_run(
    policy_check: Run, several: Path
) -> None:
    put(several, "p/b.json", '{"Statement": ')
    assert policy_check("strict", "p", "--rule", "b-rule", cwd=several).returncode == 2


def test_a_rule_that_applies_to_nothing_is_no_pass(policy_check: Run, several: Path) -> None:
    put(several, "strict/d-rule.yaml", rule("d-rule", "true").replace("iam-policy", "scp"))
    assert policy_check("strict", "p", "--rule", "d-rule", cwd=several).returncode == 3
