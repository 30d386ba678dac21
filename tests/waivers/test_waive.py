"""`policy-check waive`: what it adds is what was meant, and all else stays as it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import waivers
from checker.problems import InputError
from checker.reader import Limits, parse_yaml, read_bytes
from checker.report import Input
from checker.waivers.write import Addition, add, appended, create, created
from tests.support.command import PATIENCE, ROOT, Run

RULES = ROOT / "tests" / "cases" / "waivers-unused" / "rules"
NEVER = ROOT / "tests" / "cases" / "waivers-not-waivable" / "rules"
READ: dict[str, Any] = {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get", "Resource": "*"}
LIST: dict[str, Any] = {"Sid": "List", "Effect": "Allow", "Action": "s3:List", "Resource": "*"}
ANY: dict[str, Any] = {**READ, "Sid": "Any", "Action": "s3:*"}
TODAY = ("--today", "2026-11-25")


def write(folder: Path, *statements: Any, name: str = "a.json") -> None:
    (folder / "policies").mkdir(exist_ok=True)
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    (folder / "policies" / name).write_text(text)


def entries(text: str | bytes) -> Any:
    data = text.encode() if isinstance(text, str) else text
    found: Any = parse_yaml(read_bytes("w.yaml", data)).data
    return found["waivers"]


class Gate:
    """The installed command in a folder of two documents, on one day."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run = run
        self.folder = folder
        write(folder, READ, LIST)
        write(folder, ANY, name="b.json")

    def waive(self, *more: str, code: int = 0, rules: Path = RULES, **options: str) -> str:
        """Waive, by default all of one rule on one document; return what is said."""
        named = {
            "rule": "named-resources",
            "document": "policies/a.json",
            "reason": "until the split",
            "owner": "platform",
            "expires": "2027-03-31",
            **options,
        }
        words = [word for key, text in named.items() for word in (f"--{key}", text)]
        ran = self.run(
            "waive", rules, "policies", *words, *TODAY, *more, cwd=self.folder, timeout=PATIENCE
        )
        assert b"Traceback" not in ran.stderr
        assert ran.returncode == code, ran.stderr.decode()
        assert bool(ran.stdout) is (code == 0)
        return (ran.stdout + ran.stderr).decode()

    def report(self, waivers: str = "w.yaml", *more: str) -> Any:
        ran = self.run(
            RULES, "policies", "--waivers", waivers, *TODAY, *more, "-o", "json", cwd=self.folder
        )
        return json.loads(ran.stdout)

    def statuses(self, waivers: str = "w.yaml") -> list[tuple[str, str]]:
        return [(each["rule"], each["status"]) for each in self.report(waivers)["findings"]]

    def entries(self, name: str = "w.yaml") -> Any:
        return entries((self.folder / name).read_bytes())


@pytest.fixture
def gate(policy_check: Run, tmp_path: Path) -> Gate:
    return Gate(policy_check, tmp_path)


def test_a_new_file_holds_an_entry_for_each_finding_bound_to_it(gate: Gate) -> None:
    said = gate.waive()
    path = gate.folder / "policy-check.waivers.yaml"
    text = path.read_text()
    assert text.startswith("# Findings that are accepted")
    first, second = gate.entries(path.name)
    assert first.pop("fingerprint") != second.pop("fingerprint")
    assert first.pop("basis") != second.pop("basis")
    assert (
        first
        == second
        == {
            "rule": "named-resources",
            "document": "policies/a.json",
            "reason": "until the split",
            "owner": "platform",
            "expires": "2027-03-31",
        }
    )
    assert "# /Statement/0\n" in text
    assert "policies/a.json:1:41  named-resources\n" in said
    assert "2 findings waived until 2027-03-31 in policy-check.waivers.yaml\n" in said
    assert "--waivers policy-check.waivers.yaml" in said
    report = gate.report(path.name)
    assert report["summary"]["waived"] == 1
    assert {each["status"] for each in report["findings"] if "a.json" in each["document"]} == {
        "waived"
    }


def test_what_is_bound_lapses_with_its_statement_alone(gate: Gate) -> None:
    gate.waive("--waivers", "w.yaml")
    moved = {"Resource": ["*"], "Action": ["s3:List"], "Effect": "Allow", "Sid": "List"}
    write(gate.folder, {**LIST, "Resource": "arn:aws:s3:::a"}, {**READ, "Action": "s3:Put"}, moved)
    found = gate.report()["findings"]
    assert [
        (each["rule"], each["status"], each["subject"])
        for each in found
        if each["document"] != "policies/b.json"
    ] == [
        ("named-resources", "fail", "/Statement/1"),
        ("named-resources", "waived", "/Statement/2"),
        ("current-waiver", "fail", "/waivers/0"),
    ]


def test_one_finding_is_chosen_by_its_subject_or_fingerprint(gate: Gate) -> None:
    gate.waive("--waivers", "w.yaml", subject="/Statement/1")
    assert [each["subject"] for each in gate.entries()] == ["/Statement/1"]
    (found,) = [
        each
        for each in gate.report()["findings"]
        if each["subject"] == "/Statement/0" and each["document"] == "policies/a.json"
    ]
    gate.waive("--waivers", "w.yaml", fingerprint=found["fingerprint"], reason="the other")
    assert [each["reason"] for each in gate.entries()] == ["until the split", "the other"]
    assert gate.report()["summary"]["waived"] == 1


def test_only_what_is_not_waived_yet_is_added(gate: Gate) -> None:
    gate.waive("--waivers", "w.yaml", subject="/Statement/1")
    gate.waive("--waivers", "w.yaml")
    assert len(gate.entries()) == 2
    before = (gate.folder / "w.yaml").read_bytes()
    assert "this is already waived until 2027-03-31" in gate.waive("--waivers", "w.yaml", code=2)
    assert (gate.folder / "w.yaml").read_bytes() == before


def test_an_expired_waiver_is_in_the_way_of_no_new_one(gate: Gate) -> None:
    gate.waive("--waivers", "w.yaml", expires="2026-11-25")
    day = ("--today", "2026-11-26")
    gate.waive("--waivers", "w.yaml", *day, expires="2026-12-31")
    assert len(gate.entries()) == 4
    report = gate.report("w.yaml", *day)
    assert report["summary"]["waived"] == 1
    assert [each["message"] for each in report["findings"] if each["rule"] == "current-waiver"] == [
        "expired on 2026-11-25: fix what it accepts, or renew the waiver"
    ] * 2


def test_the_file_of_the_configuration_is_the_one(gate: Gate) -> None:
    (gate.folder / "gate").mkdir()
    config = gate.folder / "gate" / "policy-check.yaml"
    config.write_text("strict: false\n")
    gate.waive("--config", "gate/policy-check.yaml")
    assert (gate.folder / "gate" / "policy-check.waivers.yaml").exists()
    config.write_text("waivers: accepted.yaml\n")
    assert "--waivers" not in gate.waive("--config", "gate/policy-check.yaml")
    assert (gate.folder / "gate" / "accepted.yaml").exists()


def test_an_editor_finds_the_schema_where_it_is_installed_below_the_file() -> None:
    assert "$schema" not in created([], "")
    head = created([], ".venv/waivers.schema.json").splitlines()[0]
    assert head == "# yaml-language-server: $schema=.venv/waivers.schema.json"
    assert Path(waivers.__file__).with_name(waivers.SCHEMA).exists()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ({"document": "policies/c.json"}, 3, "there is no such finding"),
        ({"document": "a.json"}, 3, "policies/a.json:1:41  named-resources"),
        ({"subject": "/Statement/7"}, 3, "--subject /Statement/1 --fingerprint "),
        ({"fingerprint": "0" * 32}, 3, "there is no such finding"),
        ({"rule": "few-actions"}, 3, "policies/b.json:1:41  few-actions"),
        ({"rule": "named-resource"}, 2, "did you mean `named-resources`?"),
        ({"rule": "valid-document"}, 2, "cannot be waived"),
        ({"rule": "current-waiver"}, 2, "cannot be waived"),
        ({"reason": " "}, 2, "--reason: error: ` ` is not a reason"),
        ({"owner": ""}, 2, "--owner: error: `` is not an owner"),
        ({"expires": "2028-01-01"}, 2, "2027-12-30 at the latest"),
        ({"expires": "9999-12-31"}, 2, "2027-12-30 at the latest"),
        ({"expires": "2026-11-24"}, 2, "2026-11-24 is in the past"),
        ({"expires": "2027-02-29"}, 2, "expected a date"),
        ({"expires": "never"}, 2, "expected a date"),
        ({"subject": "Statement/0"}, 2, "is not a JSON Pointer"),
        ({"fingerprint": "0"}, 2, "is not a fingerprint"),
        ({"reason": "\udcff"}, 2, "--reason: error: expected text in UTF-8"),
        ({"document": "\udcff"}, 3, "there is no such finding"),
    ],
    ids=str,
)
def test_what_cannot_be_waived_is_refused(
    gate: Gate, options: dict[str, Any], code: int, said: str
) -> None:
    assert said in gate.waive(code=code, **options)
    assert not (gate.folder / "policy-check.waivers.yaml").exists()


def test_a_rule_that_may_not_be_waived_is_not(gate: Gate) -> None:
    write(gate.folder, {**READ, "Action": "*"})
    said = gate.waive(code=2, rules=NEVER, rule="no-administrators")
    assert "may not be waived" in said
    assert not (gate.folder / "policy-check.waivers.yaml").exists()


def test_what_is_undecided_cannot_be_waived_and_is_in_the_way_of_nothing_else(gate: Gate) -> None:
    write(gate.folder, {**READ, "Resource": "arn:aws:s3:::${bucket}"})
    assert "could not be decided" in gate.waive(code=2)
    gate.waive(document="policies/b.json", rule="few-actions")


def test_a_rule_that_is_not_run_is_told_apart_from_one_that_is_not_there(gate: Gate) -> None:
    (gate.folder / "policy-check.yaml").write_text("disable: [few-actions]\n")
    said = gate.waive(code=2, rule="few-actions", document="policies/b.json")
    assert "`few-actions` is not run" in said


def test_no_file_at_a_commit_is_written(gate: Gate) -> None:
    assert "at a commit" in gate.waive("--waivers", "git:HEAD:w.yaml", code=2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "waivers:\n",
        "waivers: [\n",
        "waivers: &a []\n",
        "- rule: a\n",
        "waivers:\n  - rule: named-resources\n",
        "waivers:\n  - {rule: x, document: d, reason: r, owner: o, expires: 2026-12-31}\n",
    ],
    ids=repr,
)
def test_nothing_is_added_to_a_broken_file(gate: Gate, text: str) -> None:
    (gate.folder / "w.yaml").write_text(text)
    said = gate.waive("--waivers", "w.yaml", code=2)
    assert "w.yaml" in said
    assert (gate.folder / "w.yaml").read_text() == text


def test_a_link_to_the_file_stays_one(gate: Gate) -> None:
    (gate.folder / "real.yaml").write_text("waivers: []\n")
    (gate.folder / "w.yaml").symlink_to("real.yaml")
    gate.waive("--waivers", "w.yaml")
    assert (gate.folder / "w.yaml").is_symlink()
    assert len(gate.entries("real.yaml")) == 2


def test_a_file_that_cannot_be_written_is_exit_2(gate: Gate) -> None:
    assert "not written" in gate.waive("--waivers", "missing/w.yaml", code=2)


@pytest.mark.parametrize(
    "reason",
    [
        'a "quoted" \\ reason: # no comment',
        "several\nlines\n\n  indented\t\n",
        "\n- rule: other\n  document: x",
        "*alias &anchor !tag %directive @at `tick` | > {a: b} [c]",
        "\x1b[31mred\u202eright\u2028line\x85\u00a0\ufeff🙂é中",
        "::error::a\n##[error]b",
        "null",
        "yes",
        "2026-12-31",
        "12345678901234567890123",
        "a" * 5000,
    ],
    ids=ascii,
)
def test_whatever_is_said_is_read_as_it_was_said(gate: Gate, reason: str) -> None:
    said = gate.waive("--waivers", "w.yaml", reason=reason)
    assert not [line for line in said.splitlines() if line.startswith("::") or "##[" in line]
    assert [each["reason"] for each in gate.entries()] == [reason, reason]
    waived = [each for each in gate.report()["findings"] if each["status"] == "waived"]
    assert [each["waiver"]["reason"] for each in waived] == [reason, reason]


def test_a_document_of_any_name_can_be_waived(gate: Gate) -> None:
    name = "a: b #'\"\u202e\n- é.json"
    write(gate.folder, READ, name=name)
    gate.waive("--waivers", "w.yaml", document=f"policies/{name}")
    assert [each["document"] for each in gate.entries()] == [f"policies/{name}"]
    assert gate.report()["summary"]["waived"] == 1


# What is added to a text of any layout, without the command.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
ENTRY = st.fixed_dictionaries(
    {"rule": TEXT, "document": TEXT, "fingerprint": TEXT, "reason": TEXT, "owner": TEXT}
)
ADDITION = st.builds(Addition, ENTRY, TEXT)


@given(st.lists(ADDITION, min_size=1, max_size=3), st.lists(ADDITION, min_size=1, max_size=3))
def test_entries_of_any_text_are_read_as_they_were_meant(
    first: list[Addition], second: list[Addition]
) -> None:
    source = read_bytes("w.yaml", created(first, "").encode())
    assert entries(source.text) == [each.entry for each in first]
    more = appended(source, second, Limits())
    assert more.startswith(source.text)
    assert entries(more) == [each.entry for each in (*first, *second)]


NEW = Addition({"rule": "a-rule", "reason": "r: #"}, "/Statement/0")
OLD = "  - rule: one   # why\n    reason: |\n      a\n\n      b\n"


@pytest.mark.parametrize(
    ("text", "added"),
    [
        (f"waivers:\n{OLD}", '  - rule: a-rule\n    reason: "r: #"\n'),
        (f"# a\n\nwaivers: # b\n{OLD}# c\n", '  - rule: a-rule\n    reason: "r: #"\n'),
        (f"---\nwaivers:\n{OLD}\n\n", '  - rule: a-rule\n    reason: "r: #"\n'),
        ("waivers:\n- rule: one\n", '- rule: a-rule\n  reason: "r: #"\n'),
        ("waivers:\n-\n  rule: one\n", '- rule: a-rule\n  reason: "r: #"\n'),
        ("waivers:\n     - {rule: one}", '\n     - rule: a-rule\n       reason: "r: #"\n'),
        ("waivers:\r\n- rule: one\r\n", '- rule: a-rule\r\n  reason: "r: #"\r\n'),
        ("waivers:\n- rule: é中🙂\n# 🙂", '\n- rule: a-rule\n  reason: "r: #"\n'),
    ],
    ids=range(8),
)
def test_what_stands_in_the_file_stays_to_the_letter(text: str, added: str) -> None:
    source = read_bytes("w.yaml", text.encode())
    assert appended(source, [NEW], Limits()) == text + added


def test_a_byte_order_mark_stays(gate: Gate) -> None:
    (gate.folder / "w.yaml").write_bytes(b"\xef\xbb\xbfwaivers: []\r\n")
    gate.waive("--waivers", "w.yaml")
    data = (gate.folder / "w.yaml").read_bytes()
    assert data.startswith(b"\xef\xbb\xbffingerprints: 2\r\nwaivers:\r\n  - rule: named")
    assert data.count(b"\n") == data.count(b"\r\n")


@pytest.mark.parametrize(
    "text", ["waivers: []\n", "waivers: []", "waivers:\n  []\n", "waivers: [ ]"]
)
def test_an_empty_list_becomes_one_with_dashes(text: str) -> None:
    more = appended(read_bytes("w.yaml", text.encode()), [NEW], Limits())
    assert entries(more) == [NEW.entry]
    assert "[" not in more


@pytest.mark.parametrize(
    "text",
    [
        "waivers: [{rule: one}]\n",
        "{waivers: []}\n",
        '{"waivers": [{"rule": "one"}]}\n',
        "waivers:\n- rule: one\n...\n",
        "waivers:\n- rule: one\nmore: 1\n",
        "waivers:\n- rule: |\n    one",
    ],
    ids=repr,
)
def test_a_layout_that_has_no_room_at_its_end_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no entry can be added at the end"):
        appended(read_bytes("w.yaml", text.encode()), [NEW], Limits())


def test_a_file_never_grows_beyond_what_is_read() -> None:
    source = read_bytes("w.yaml", b"waivers:\n- rule: one\n")
    with pytest.raises(InputError, match="no entry can be added"):
        appended(source, [NEW], Limits(max_bytes=30))


def test_a_file_that_changed_since_it_was_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text("waivers: []\n")
    with pytest.raises(InputError, match="the file has changed since"):
        add(str(path), Input("w.yaml", "0" * 64), [NEW], Limits())
    assert path.read_text() == "waivers: []\n"


def test_what_is_read_otherwise_than_it_was_meant_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(path: Path, _: object) -> None:
        path.write_text("waivers: []\n")

    monkeypatch.setattr("checker.waivers.write.write_file", write)
    with pytest.raises(InputError, match="does not hold what was written"):
        create(str(tmp_path / "w.yaml"), [NEW], Limits())


def test_a_bad_word_is_told_before_a_check_that_may_take_its_time(gate: Gate) -> None:
    said = gate.waive(code=2, rules=gate.folder / "missing", reason="-")
    assert "is not a reason" in said
    assert "missing" not in said
