"""The basis of a waiver counts with its fingerprint alone, and is read as it was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.reader import parse_yaml, read_bytes
from checker.report import Basis, Status, digest, fingerprint
from checker.waivers import basis
from tests.support.accepting import Accepting, allow, deny, finding

WIDE: dict[str, Any] = {"Version": "2012-10-17", "Statement": allow("*")}


@pytest.fixture
def gate(tmp_path: Path) -> Accepting:
    gate = Accepting(tmp_path)
    gate.write(allow("s3:Put*"), deny(resource="arn:aws:s3:::prod/*"))
    gate.accept()
    return gate


def entry(gate: Accepting) -> dict[str, str]:
    data: Any = parse_yaml(read_bytes("w.yaml", gate.waivers.read_bytes())).data
    (found,) = data["waivers"]
    return dict(found)


def write(gate: Accepting, changed: dict[str, str]) -> None:
    text = json.dumps({"fingerprints": 2, "waivers": [changed]})
    gate.waivers.write_text(text)


def statuses(gate: Accepting) -> dict[str, Status]:
    return {each.rule: each.status for each in gate.check(waivers=gate.waivers).findings}


def edited(text: str, **changes: Any) -> str:
    return json.dumps({**json.loads(text), **changes})


@pytest.mark.parametrize(
    "change",
    [
        lambda e: {"basis": edited(e["basis"], parts=[WIDE])},
        lambda e: {"basis": edited(e["basis"], parts=[*json.loads(e["basis"])["parts"], WIDE])},
        lambda e: {"basis": edited(e["basis"], parts=json.loads(e["basis"])["parts"][:1])},
        lambda e: {"basis": edited(e["basis"], parts=[])},
        lambda e: {"basis": edited(e["basis"], parts=[5])},
        lambda e: {"basis": edited(e["basis"], requirement="0" * 32)},
        lambda e: {"basis": edited(e["basis"], points="0" * 32)},
        lambda e: {"basis": edited(e["basis"], again=2)},
        lambda e: {"basis": edited(e["basis"], more=1)},
        lambda e: {"basis": e["basis"].replace('"parts"', '"parts":[],"parts"')},
        lambda e: {"basis": e["basis"][:-1]},
        lambda _: {"basis": "[" * 50_000},
        lambda _: {"basis": "[]"},
        lambda _: {"basis": ""},
        lambda _: {"basis": '"\\ud800"'},
        lambda e: {"basis": e["basis"] + " " * basis.LONGEST},
        lambda _: {"basis": 5},
        lambda _: {"basis": None},
        lambda _: {"fingerprint": "0" * 32},
        lambda _: {"fingerprint": None},
        lambda _: {"document": "p/b.json"},
        lambda _: {"part": "#1"},
    ],
    ids=range(22),
)
def test_a_basis_that_is_not_of_the_fingerprint_is_an_error_and_accepts_nothing(
    gate: Accepting, change: Any
) -> None:
    given = {**entry(gate), **change(entry(gate))}
    write(gate, {k: v for k, v in given.items() if v is not None or k == "basis"})
    assert statuses(gate) == {"put": Status.FAIL, "current-waiver": Status.ERROR}


def test_whoever_writes_a_waiver_of_all_is_seen_to(gate: Accepting) -> None:
    """An entry without a fingerprint accepts as much; neither is hidden in the report."""
    before = entry(gate)
    made = json.loads(before["basis"])
    known = Basis(made["requirement"], made["points"], (digest(WIDE),))
    wide = fingerprint("put", "p/a.json", "", known)
    write(gate, {**before, "fingerprint": wide, "basis": edited(before["basis"], parts=[WIDE])})
    (found,) = gate.check(waivers=gate.waivers).findings
    assert (found.status, found.narrows) == (Status.WAIVED, wide)


def test_a_waiver_without_a_basis_accepts_the_finding_as_it_is(gate: Accepting) -> None:
    write(gate, {k: v for k, v in entry(gate).items() if k != "basis"})
    assert statuses(gate) == {"put": Status.WAIVED}
    gate.write(allow("s3:PutObject"), deny(resource="arn:aws:s3:::prod/*"))
    assert statuses(gate) == {"put": Status.FAIL, "current-waiver": Status.FAIL}


def test_a_waiver_of_a_subject_or_of_what_expired_inherits_nothing_else(gate: Accepting) -> None:
    gate.write(allow("s3:PutObject"))
    assert statuses(gate) == {"put": Status.FAIL, "current-waiver": Status.FAIL}
    gate.write(allow("s3:PutObject"), deny(resource="arn:aws:s3:::prod/*"))
    assert statuses(gate) == {"put": Status.WAIVED}
    write(gate, {**entry(gate), "subject": "/Statement/7"})
    assert statuses(gate) == {"put": Status.FAIL, "current-waiver": Status.FAIL}
    gate.accept()
    write(gate, {**entry(gate), "expires": "2026-11-24"})
    assert statuses(gate) == {"put": Status.FAIL, "current-waiver": Status.FAIL}


@pytest.mark.parametrize(
    "text", ["it's", "a\nb", "é中🙂", '"', "\\", "# no comment", ": {[", "\x7f\u2028", "x" * 2_000]
)
def test_any_text_of_a_policy_is_read_as_it_was_written(tmp_path: Path, text: str) -> None:
    gate = Accepting(tmp_path)
    gate.write(allow(Sid=text, Condition={"StringEquals": {"aws:PrincipalTag/x": text}}))
    gate.accept()
    assert gate.accepted() == [True]
    gate.write(allow("s3:Put*", Condition={"StringEquals": {"aws:PrincipalTag/x": text}}))
    assert gate.accepted() == [True]


def test_a_basis_that_is_too_long_is_left_out(tmp_path: Path) -> None:
    gate = Accepting(tmp_path)
    many = [f"arn:aws:s3:::{'b' * 40}{number}/*" for number in range(2_000)]
    gate.write(allow("s3:PutObject", many))
    assert basis.written(finding(gate.check()), gate.check().units) == ""
    gate.accept()
    assert "basis" not in entry(gate)
    assert statuses(gate) == {"put": Status.WAIVED}


def test_a_finding_that_rests_on_very_many_statements_is_accepted_only_as_it_is(
    tmp_path: Path,
) -> None:
    gate = Accepting(tmp_path)
    denies = [deny("s3:Get*", f"arn:aws:s3:::b{number}/*") for number in range(101)]
    gate.write(allow("s3:Put*"), *denies)
    gate.accept()
    assert "basis" not in entry(gate)
    assert gate.accepted() == [True]
    gate.write(allow("s3:PutObject"), *denies)
    assert gate.accepted() == [False]
