"""Waivers and baselines of version 1 are rewritten once, and accept nothing before that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.problems import InputError
from checker.reader import Limits, Root
from checker.render.json import render
from checker.report import Exit, Finding, Status, saved
from checker.run.update import Told, update
from checker.settings import Settings
from checker.waivers.migrate import Run, migrate
from tests.support.accepting import Accepting, allow, deny, finding

ENTRY = """\
  # why it is so
  - rule: put  # a rule
    document: p/a.json
    fingerprint: "{}"  # /Statement/0
    reason: |
      because
    owner: o
    expires: 2027-01-01
"""


@pytest.fixture
def gate(tmp_path: Path) -> Accepting:
    gate = Accepting(tmp_path)
    gate.write(allow(), deny(resource="arn:aws:s3:::prod/*"))
    return gate


def former(gate: Accepting) -> Finding:
    return finding(gate.check(former=True))


def run(gate: Accepting) -> Run:
    report = gate.check(former=True)
    findings = [each.finding for each in report.findings if each.status is Status.FAIL]
    return Run(findings, report.units, Told(report, settings(gate)))


def settings(gate: Accepting) -> Settings:
    return Settings(root=Root(str(gate.folder.resolve())))


def test_version_1_is_as_it_was(gate: Accepting) -> None:
    """What the program wrote for this finding before fingerprints had a version."""
    assert former(gate).former == "8f86a8e86d1baa0bdf52bfccf63df461"
    assert finding(gate.check()).former == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("waivers:\n", "fingerprints: 2\nwaivers:\n"),
        ("# mine\nfingerprints: 1\nwaivers:\n", "# mine\nfingerprints: 2\nwaivers:\n"),
        ("\ufeffwaivers:\n", "\ufefffingerprints: 2\nwaivers:\n"),
        ("---\r\nwaivers:\r\n", "---\r\nfingerprints: 2\r\nwaivers:\r\n"),
    ],
    ids=range(4),
)
def test_only_fingerprints_are_rewritten(gate: Accepting, before: str, after: str) -> None:
    end = "\r\n" if "\r" in before else "\n"
    old = ENTRY.format(former(gate).former).replace("\n", end)
    gate.waivers.write_bytes(f"{before}{old}".encode())
    report = gate.check(waivers=gate.waivers)
    assert report.exit_code is Exit.NOT_EVALUATED
    (told,) = [each for each in report.findings if each.rule == "current-waiver"]
    assert "`policy-check waive --migrate`" in told.message
    assert migrate(str(gate.waivers), run(gate), Limits()).number == 1
    new = gate.waivers.read_bytes().decode()
    assert gate.check(waivers=gate.waivers).exit_code is Exit.OK
    lines = [line for line in new.split("\n") if "basis:" not in line]
    assert "\n".join(lines).replace(finding(gate.check()).fingerprint, "{}") == (
        f"{after}{ENTRY.format('{}')}".replace("\r", "").replace("\n", end)
    )
    gate.write(allow(), deny())
    assert migrate(str(gate.waivers), run(gate), Limits()).number == 0


@pytest.mark.parametrize("style", ["{{rule: put, document: p/a.json, fingerprint: {0}, {1}}}"])
def test_entries_in_braces_are_rewritten_too(gate: Accepting, style: str) -> None:
    rest = "reason: r, owner: o, expires: 2027-01-01"
    text = style.format(f'"{former(gate).former}"', rest)
    gate.waivers.write_text(f"waivers: [{text}]\n")
    assert migrate(str(gate.waivers), run(gate), Limits()).number == 1
    assert gate.check(waivers=gate.waivers).exit_code is Exit.OK
    gate.write(allow("s3:Put*"), deny(resource="arn:aws:s3:::prod/*"))
    assert gate.check(waivers=gate.waivers).exit_code is Exit.OK


def test_what_has_changed_lapses_and_is_told(gate: Accepting) -> None:
    good, bad = ENTRY.format(former(gate).former), ENTRY.format("0" * 32)
    gate.waivers.write_text(f"waivers:\n{bad}{good}")
    done = migrate(str(gate.waivers), run(gate), Limits())
    assert (done.number, [each.pointer for each in done.lapsed]) == (1, ["/waivers/0"])
    report = gate.check(waivers=gate.waivers)
    assert sorted((each.rule, each.status) for each in report.findings) == [
        ("current-waiver", Status.FAIL),
        ("put", Status.WAIVED),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY.format("0" * 32), "none of these waivers accepts anything today"),
        (ENTRY.format("0" * 32).replace("put", "other"), "none of these waivers accepts"),
        (ENTRY.format("@") + ENTRY.format("0" * 32).replace("a.json", "b.json"), "was not decided"),
        ("  - &a {}\n", "anchors"),
    ],
    ids=range(4),
)
def test_what_cannot_be_told_is_left_as_it_is(gate: Accepting, text: str, message: str) -> None:
    text = text.replace("@", former(gate).former)
    gate.waivers.write_text(f"waivers:\n{text}")
    (gate.folder / "p" / "b.json").write_text("{")
    with pytest.raises(InputError, match=message):
        migrate(str(gate.waivers), run(gate), Limits())
    assert gate.waivers.read_text() == f"waivers:\n{text}"


def old_baseline(gate: Accepting) -> None:
    """Write the baseline as it was before fingerprints had a version."""
    gate.accept()
    data: Any = json.loads(gate.baseline.read_text())
    for each in data["findings"]:
        each["fingerprint"] = former(gate).former
        for key in ("basis", "narrows", "moved_from"):
            del each[key]
    for key in ("fingerprints", "parts"):
        del data[key]
    del data["inputs"]["moved"]
    gate.baseline.write_text(json.dumps(data))


def updated(gate: Accepting) -> list[str]:
    """Bring the baseline up to date, and return the files of what it knows."""
    old = saved.load(str(gate.baseline))

    def again(baseline: str, is_former: bool) -> Any:  # noqa: FBT001 - as `update` calls it
        return gate.check(former=is_former, baseline=gate.baseline if baseline else "")

    new = update(old, again, settings(gate))
    gate.baseline.write_text("".join(render(new.report)))
    return sorted(each.file for each in new.report.findings)


def test_a_baseline_of_version_1_is_refused_and_then_rewritten(gate: Accepting) -> None:
    old_baseline(gate)
    with pytest.raises(InputError, match=r"`policy-check baseline update .*baseline\.json`"):
        gate.check(baseline=gate.baseline)
    with pytest.raises(InputError, match="leave it out once"):
        gate.check(previous=gate.baseline)
    gate.write(allow(), name="b.json")
    assert updated(gate) == ["p/a.json"]
    known = {each.file: each.known for each in gate.check(baseline=gate.baseline).findings}
    assert known == {"p/a.json": True, "p/b.json": False}


def test_an_update_follows_what_is_left_and_never_adds(gate: Accepting) -> None:
    gate.write(allow(), name="moved.json")
    gate.write(allow(), name="fixed.json", Id="x")
    gate.accept()
    (gate.folder / "p" / "moved.json").rename(gate.folder / "p" / "here.json")
    gate.write(allow("ec2:*"), name="fixed.json")
    gate.write(allow("s3:Put*"), deny(resource="arn:aws:s3:::prod/*"))
    gate.write(allow(), name="new.json", Id="y")
    assert updated(gate) == ["p/a.json", "p/here.json"]
    gate.write(allow(), deny(resource="arn:aws:s3:::prod/*"))
    report = gate.check(baseline=gate.baseline)
    assert {each.file: each.known for each in report.findings} == {
        "p/a.json": False,
        "p/here.json": True,
        "p/new.json": False,
    }


def test_a_baseline_is_not_emptied_by_a_run_that_cannot_tell(gate: Accepting) -> None:
    gate.write(allow(), name="b.json")
    gate.accept()
    before = gate.baseline.read_text()
    (gate.folder / "p" / "b.json").write_text("{")
    with pytest.raises(InputError, match="cannot tell whether `put` is still violated"):
        updated(gate)
    (gate.folder / "p").rename(gate.folder / "q")
    gate.write(allow("ec2:*"), name="c.json")
    with pytest.raises(InputError, match="none of its 2 violations is there any more"):
        updated(gate)
    assert gate.baseline.read_text() == before
