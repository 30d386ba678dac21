"""Waivers: what one is held to, what it waives, and what is said of one that waives nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from textwrap import indent

import pytest

from checker.reader import Limits
from checker.report import Finding, IdleWaiver, Place, Severity, Status, Waiver
from checker.waivers import Grant, Terms, Waivers, load
from tests.support.command import ROOT, Run
from tests.support.git import commit, git

TODAY = date(2026, 11, 25)
TERMS = Terms(TODAY, {"a-rule", "b-rule", "fixed"}, {"fixed"})
ONE, TWO = "1" * 32, "2" * 32
PAIR = ("a-rule", "p/a.json")


def entry(**elements: object) -> dict[str, object]:
    given = {
        "rule": "a-rule",
        "document": "p/a.json",
        "reason": "r",
        "owner": "o",
        "expires": "2026-12-31",
        **elements,
    }
    return {key: value for key, value in given.items() if value is not None}


def loaded(
    folder: Path, *entries: object, terms: Terms = TERMS, limits: Limits | None = None
) -> Waivers:
    text = "".join(f"- {json.dumps(each)}\n" for each in entries)
    listed = f"waivers:\n{indent(text, '  ')}" if text else "waivers: []\n"
    (folder / "w.yaml").write_text(f"fingerprints: 2\n{listed}")
    return load(str(folder / "w.yaml"), terms, limits or Limits())


def finding(
    subject: str = "/S/0",
    fingerprint: str = ONE,
    status: Status = Status.FAIL,
    pair: tuple[str, str] = PAIR,
    part: str = "",
) -> Finding:
    place = Place(subject)
    return Finding(
        pair[0], Severity.LOW, status, pair[1], part, "k", subject, place, (), "m", fingerprint
    )


def applied(waivers: Waivers, *findings: Finding, status: Status = Status.FAIL) -> list[str]:
    """Return the new status of the rule on the document, then that of each finding."""
    part = findings[0].part if findings else ""
    became, found = waivers.apply(PAIR, part, status, findings)
    pairs = zip(findings, found, strict=True)
    return [became, *("waived" if grant.waiver else each.status for each, grant in pairs)]


def messages(waivers: Waivers) -> list[str]:
    return [each.message for each in waivers.settle()[0]]


@pytest.mark.parametrize(
    ("elements", "waives"),
    [
        ({}, True),
        ({"subject": "/S/0"}, True),
        ({"fingerprint": ONE}, True),
        ({"subject": "/S/0", "fingerprint": ONE}, True),
        ({"subject": "/S/00"}, False),
        ({"subject": "/S"}, False),
        ({"subject": ""}, False),
        ({"subject": "/S/1", "fingerprint": ONE}, False),
        ({"subject": "/S/0", "fingerprint": TWO}, False),
        ({"fingerprint": TWO}, False),
        ({"rule": "b-rule"}, False),
        ({"document": "p/A.json"}, False),
        ({"document": "./p/a.json"}, False),
        ({"document": "p/b/../a.json"}, False),
        ({"document": "p\\a.json"}, False),
        ({"document": "a.json"}, False),
        ({"document": "p/*"}, False),
        ({"document": "p/\u0430.json"}, False),
        ({"document": "p/a.json\n"}, False),
    ],
    ids=str,
)
def test_a_waiver_waives_what_it_names_and_nothing_else(
    tmp_path: Path, elements: dict[str, object], waives: object
) -> None:
    waivers = loaded(tmp_path, entry(**elements))
    assert waivers.findings == []
    assert (applied(waivers, finding()) == ["waived", "waived"]) is waives


@pytest.mark.parametrize(
    ("elements", "waives"),
    [({}, True), ({"part": "#2"}, True), ({"part": "#1"}, False), ({"part": "#22"}, False)],
    ids=str,
)
def test_a_waiver_is_for_one_part_of_a_file_or_for_all(
    tmp_path: Path, elements: dict[str, object], waives: object
) -> None:
    waivers = loaded(tmp_path, entry(**elements))
    assert (applied(waivers, finding(part="#2")) == ["waived", "waived"]) is waives


def test_a_waiver_is_not_needed_where_all_parts_were_decided(tmp_path: Path) -> None:
    waivers = loaded(tmp_path, entry())
    waivers.apply(PAIR, "#1", Status.ERROR, ())
    waivers.apply(PAIR, "#2", Status.PASS, ())
    assert waivers.settle() == ([], (IdleWaiver("a-rule", "p/a.json"),))


def test_a_subject_may_be_the_whole_document(tmp_path: Path) -> None:
    waivers = loaded(tmp_path, entry(subject=""))
    assert applied(waivers, finding(""), finding("/S")) == ["fail", "waived", "fail"]


def test_a_waived_finding_says_why(tmp_path: Path) -> None:
    waivers = loaded(tmp_path, entry(reason="a\nb", owner="team"))
    _, found = waivers.apply(PAIR, "", Status.FAIL, (finding(),))
    assert found == (Grant(Waiver("a\nb", "team", date(2026, 12, 31))),)


@pytest.mark.parametrize(
    ("status", "findings", "became"),
    [
        (Status.FAIL, [finding(), finding("/S/0", TWO)], ["waived", "waived", "waived"]),
        (Status.FAIL, [finding(), finding("/S/1")], ["fail", "waived", "fail"]),
        (Status.ERROR, [finding()], ["error", "waived"]),
        (Status.ERROR, [finding(status=Status.ERROR)], ["error", "error"]),
        (Status.ERROR, [finding(), finding(status=Status.ERROR)], ["error", "waived", "error"]),
        (Status.FAIL, [finding(status=Status.ERROR)], ["fail", "error"]),
        (Status.FAIL, [], ["fail"]),
        (Status.ERROR, [], ["error"]),
        (Status.PASS, [], ["pass"]),
        (Status.SKIP, [], ["skip"]),
    ],
    ids=str,
)
def test_a_rule_is_waived_on_a_document_where_all_that_failed_is(
    tmp_path: Path, status: Status, findings: list[Finding], became: list[str]
) -> None:
    waivers = loaded(tmp_path, entry(subject="/S/0"))
    assert applied(waivers, *findings, status=status) == became


def test_what_no_waiver_is_for_is_left_alone() -> None:
    assert Waivers().apply(PAIR, "", Status.FAIL, (finding(),)) == (Status.FAIL, (Grant(),))
    assert Waivers().settle() == ([], ())


@pytest.mark.parametrize(
    ("expires", "waives", "status"),
    [
        (TODAY, True, None),
        (TODAY - timedelta(days=1), False, Status.FAIL),
        (date(1, 1, 1), False, Status.FAIL),
        (TODAY + timedelta(days=400), True, None),
        (TODAY + timedelta(days=401), False, Status.ERROR),
        (date.max, False, Status.ERROR),
    ],
    ids=str,
)
def test_a_waiver_lasts_to_the_end_of_its_last_day_and_not_for_long(
    tmp_path: Path, expires: date, waives: object, status: Status | None
) -> None:
    waivers = loaded(tmp_path, entry(expires=expires.isoformat()))
    assert [each.status for each in waivers.findings] == ([status] if status else [])
    assert (applied(waivers, finding()) == ["waived", "waived"]) is waives


@pytest.mark.parametrize("today", [date.min, date(9998, 11, 28), date.max])
def test_any_day_may_be_today(tmp_path: Path, today: date) -> None:
    waivers = loaded(tmp_path, entry(expires="9999-12-31"), terms=TERMS._replace(today=today))
    assert len(waivers.entries) == (today > date(9998, 1, 1))


@pytest.mark.parametrize(
    ("elements", "place", "message"),
    [
        ({"rule": None}, "", "the element `rule` is missing"),
        ({"document": None}, "", "the element `document` is missing"),
        ({"reason": None}, "", "the element `reason` is missing"),
        ({"owner": None}, "", "the element `owner` is missing"),
        ({"expires": None}, "", "the element `expires` is missing"),
        ({"rule": ""}, "/rule", "expected at least 1"),
        ({"document": ""}, "/document", "expected at least 1"),
        ({"document": ["p/a.json"]}, "/document", "expected a string, not a list"),
        ({"reason": ""}, "/reason", "is not a reason"),
        ({"reason": "\u00a0\u2003\n"}, "/reason", "is not a reason"),
        ({"reason": "\u200b\u2060"}, "/reason", "is not a reason"),
        ({"reason": "..."}, "/reason", "is not a reason"),
        ({"reason": 5}, "/reason", "is not a reason"),
        ({"owner": " "}, "/owner", "is not an owner"),
        ({"expires": "2027-02-29"}, "/expires", "`2027-02-29` is not a date"),
        ({"expires": "2026-13-01"}, "/expires", "is not a date"),
        ({"expires": "2026-12-31\n"}, "/expires", "is not a date"),
        ({"expires": "20261231"}, "/expires", "is not a date"),
        ({"expires": "2026-W53-1"}, "/expires", "is not a date"),
        ({"expires": "\u0662026-12-31"}, "/expires", "is not a date"),
        ({"expires": 20261231}, "/expires", "is not a date"),
        ({"expires": "never"}, "/expires", "is not a date"),
        ({"subject": "S/0"}, "/subject", "is not a JSON Pointer"),
        ({"fingerprint": ONE[:-1]}, "/fingerprint", "is not a fingerprint"),
        ({"fingerprint": "A" * 32}, "/fingerprint", "is not a fingerprint"),
        ({"fingerprint": f"{ONE}\n"}, "/fingerprint", "is not a fingerprint"),
        ({"fingerprint": int(ONE[:18])}, "/fingerprint", "is not a fingerprint"),
        ({"experies": "2026-12-31"}, "/experies", "did you mean `expires`?"),
        ({"rule": "a-rul"}, "/rule", "did you mean `a-rule`?"),
        ({"rule": "a\u2010rule"}, "/rule", "there is no rule"),
        ({"rule": "*"}, "/rule", "expected the id of a rule"),
        ({"rule": "fixed"}, "/rule", "may not be waived"),
        ({"rule": "valid-document"}, "/rule", "cannot be waived"),
        ({"rule": "current-waiver"}, "/rule", "cannot be waived"),
    ],
    ids=str,
)
def test_an_entry_that_is_not_valid_is_told_at_its_place_and_waives_nothing(
    tmp_path: Path, elements: dict[str, object], place: str, message: str
) -> None:
    waivers = loaded(tmp_path, entry(rule="b-rule"), entry(**elements))
    (found,) = waivers.findings
    assert (found.rule, found.status, found.severity) == (
        "current-waiver",
        Status.ERROR,
        Severity.CRITICAL,
    )
    assert message in found.message
    assert (found.file, found.place.pointer) == (f"{tmp_path}/w.yaml", f"/waivers/1{place}")
    assert found.place.location is not None
    assert found.place.location.line == 4
    assert applied(waivers, finding()) == ["fail", "fail"]
    assert [each.aim[0] for each in waivers.entries] == ["b-rule"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# none\n",
        "waivers:\n",
        "waivers: {}\n",
        "waivers: text\n",
        "- rule: a-rule\n",
        "waiver: []\n",
        "{waivers: [], version: 1}\n",
        "waivers: &a []\n",
        "waivers: []\nwaivers: []\n",
        "waivers: []\n---\nwaivers: []\n",
        "waivers: [\n",
        "waivers: []\n\x00",
        "a: " * 100,
        "[" * 100,
    ],
    ids=repr,
)
def test_a_file_that_cannot_be_read_waives_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "w.yaml").write_text(text)
    waivers = load(str(tmp_path / "w.yaml"), TERMS, Limits())
    assert waivers.entries == ()
    assert {(each.rule, each.status) for each in waivers.findings} == {
        ("current-waiver", Status.ERROR)
    }
    assert waivers.input is not None
    assert len(waivers.settle()[0]) == len(waivers.findings) > 0


def test_a_file_that_is_too_large_waives_nothing(tmp_path: Path) -> None:
    waivers = loaded(tmp_path, entry(), limits=Limits(max_bytes=60))
    assert "larger than the limit" in waivers.findings[0].message
    assert (waivers.entries, waivers.input) == ((), None)


@pytest.mark.parametrize("name", ["missing.yaml", "", ".", "a\0b", "git:HEAD", "git:x\0:y"])
def test_a_place_where_no_file_is_waives_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (found,) = load(name, TERMS, Limits()).findings
    assert (found.status, found.file) == (Status.ERROR, name)


def test_after_a_hundred_bad_entries_none_is_read(tmp_path: Path) -> None:
    waivers = loaded(tmp_path, *[entry(owner="")] * 100, entry(), entry(owner=""))
    assert len(waivers.findings) == 101
    assert "the rest are not read" in waivers.findings[-1].message
    assert waivers.entries == []
    waivers = loaded(tmp_path, *[entry(owner="")] * 99, entry())
    assert len(waivers.findings) == 99
    assert len(waivers.entries) == 1


def test_of_two_waivers_the_closest_counts_and_both_may_be_needed(tmp_path: Path) -> None:
    waivers = loaded(tmp_path, entry(owner="any"), entry(owner="one", fingerprint=ONE))
    _, found = waivers.apply(PAIR, "", Status.FAIL, (finding(), finding("/S/1", TWO)))
    assert [each.waiver.owner for each in found if each.waiver] == ["one", "any"]
    assert messages(waivers) == []


def test_a_second_waiver_of_the_same_is_not_needed(tmp_path: Path) -> None:
    waivers = loaded(tmp_path, entry(owner="first"), entry(owner="second"))
    _, found = waivers.apply(PAIR, "", Status.FAIL, (finding(),))
    assert [each.waiver.owner for each in found if each.waiver] == ["first"]
    message = "not needed: the waiver in line 3 accepts the same; remove one of them"
    assert messages(waivers) == [message]


def test_one_that_expired_is_no_first_waiver(tmp_path: Path) -> None:
    waivers = loaded(tmp_path, entry(expires="2026-11-01"), entry(owner="second"))
    assert applied(waivers, finding()) == ["waived", "waived"]
    assert messages(waivers) == ["expired on 2026-11-01: fix what it accepts, or renew the waiver"]


@pytest.mark.parametrize("status", [Status.PASS, Status.SKIP, Status.FAIL])
def test_a_waiver_of_what_was_decided_otherwise_is_not_needed(
    tmp_path: Path, status: Status
) -> None:
    waivers = loaded(tmp_path, entry(), entry(fingerprint=TWO))
    waivers.apply(PAIR, "", status, ())
    found, idle = waivers.settle()
    assert [each.message.partition(";")[0] for each in found] == [
        "not needed: the rule finds nothing there",
        "not needed: what it accepts has changed or is gone",
    ]
    assert {(each.status, each.severity) for each in found} == {(Status.FAIL, Severity.LOW)}
    assert idle == ()


def test_a_waiver_of_what_was_not_decided_is_no_finding(tmp_path: Path) -> None:
    other = entry(document="p/b.json")
    waivers = loaded(tmp_path, entry(), other, other, entry(rule="b-rule"))
    waivers.apply(PAIR, "", Status.ERROR, ())
    waivers.apply(("a-rule", "p/c.json"), "", Status.PASS, ())
    assert waivers.settle() == (
        [],
        (
            IdleWaiver("a-rule", "p/a.json"),
            IdleWaiver("a-rule", "p/b.json"),
            IdleWaiver("a-rule", "p/b.json"),
            IdleWaiver("b-rule", "p/a.json"),
        ),
    )


def test_findings_about_waivers_have_fingerprints_of_their_own_that_last(tmp_path: Path) -> None:
    past, broken = entry(expires="2020-01-01"), entry(owner="")
    first = loaded(tmp_path, past, past, broken, entry(), entry()).settle()[0]
    assert len({each.fingerprint for each in first}) == len(first) == 3
    moved = loaded(tmp_path, broken, past, past).settle()[0]
    assert {each.fingerprint for each in moved} == {each.fingerprint for each in first}
    changed = loaded(tmp_path, entry(expires="2020-01-02")).settle()[0]
    assert not {each.fingerprint for each in changed} & {each.fingerprint for each in first}


# The installed command, with waivers that the branch which is checked cannot change.
CASE = ROOT / "tests" / "cases" / "waived-and-fine"


def repository(folder: Path) -> Path:
    for path in CASE.rglob("*"):
        if path.is_file() and "expected" not in path.parts:
            target = folder / path.relative_to(CASE)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return folder


def checked(policy_check: Run, folder: Path, *arguments: str) -> dict[str, dict[str, object]]:
    ran = policy_check(*arguments, "--today", "2026-11-25", "-o", "json", cwd=folder)
    report: dict[str, dict[str, object]] = json.loads(ran.stdout)
    assert report["summary"]["exit_code"] == ran.returncode
    return report


def test_waivers_of_the_base_branch_count_and_not_those_of_the_branch(
    policy_check: Run, tmp_path: Path
) -> None:
    folder = repository(tmp_path)
    own = (folder / "waivers.yaml").read_text()
    (folder / "waivers.yaml").write_text("waivers: []\n")
    commit(folder)
    git(folder, "checkout", "-b", "topic")
    (folder / "waivers.yaml").write_text(own)
    commit(folder)
    here = checked(policy_check, folder, "rules", "policies", "--waivers", "waivers.yaml")
    assert here["summary"]["exit_code"] == 0
    base = checked(policy_check, folder, "rules", "policies", "--waivers", "git:main:waivers.yaml")
    assert base["summary"]["exit_code"] == 1
    assert base["inputs"]["waivers"] != here["inputs"]["waivers"]
    topic = checked(policy_check, folder, "rules", "policies", "--waivers", "git:HEAD:waivers.yaml")
    assert topic["summary"]["waived"] == 1
    assert topic["inputs"]["waivers"] == {
        **here["inputs"]["waivers"],  # type: ignore[dict-item]
        "path": "git:HEAD:waivers.yaml",
    }


def test_an_option_wins_over_the_configuration_whose_paths_are_beside_it(
    policy_check: Run, tmp_path: Path
) -> None:
    folder = repository(tmp_path / "repository" / "gate").parent
    (folder / "gate" / "policy-check.yaml").write_text(
        "rules: [rules]\npolicies: [policies]\nwaivers: git:HEAD:waivers.yaml\n"
    )
    commit(folder)
    (folder / "none.yaml").write_text("waivers: []\n")
    named = ("--config", "gate/policy-check.yaml")
    document = "document: gate/policies/a.json"
    waivers = folder / "gate" / "waivers.yaml"
    assert checked(policy_check, folder, *named)["inputs"]["waivers"] is not None
    waivers.write_text(waivers.read_text().replace("document: policies/a.json", document))
    commit(folder)
    report = checked(policy_check, folder, *named)
    assert report["summary"]["waived"] == 1
    shown = report["inputs"]["waivers"]
    assert isinstance(shown, dict)
    assert shown["path"] == "git:HEAD:gate/waivers.yaml"
    report = checked(policy_check, folder, *named, "--waivers", "none.yaml")
    assert report["summary"]["exit_code"] == 1


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("git:main", "the path is missing: write git:REF:PATH"),
        ("git:nothing:waivers.yaml", "no such commit: check its name, or fetch it"),
        ("git:main:missing.yaml", "no such file at that commit"),
        ("git:main:policies", "no such file at that commit"),
        ("git:main:link.yaml", "a symbolic link"),
        ("git:--help:waivers.yaml", "no such commit"),
    ],
)
def test_waivers_that_are_not_there_at_a_commit_fail_the_gate(
    policy_check: Run, tmp_path: Path, place: str, message: str
) -> None:
    folder = repository(tmp_path)
    (folder / "link.yaml").symlink_to("waivers.yaml")
    commit(folder)
    ran = policy_check("rules", "policies", "--waivers", place, cwd=folder)
    assert ran.returncode == 2
    assert message in ran.stdout.decode()
    assert b"1 violation" in ran.stdout
