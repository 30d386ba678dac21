"""What was accepted comes back when the policy grants more, and not when it grants less."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest

from checker.iam.grounds import narrows
from checker.iam.request import Request, allows
from checker.iam.statement import policy
from checker.problems import InputError
from checker.render.markdown import render as as_markdown
from checker.render.text import render as as_text
from checker.report import Basis, Exit, digest, fingerprint
from tests.support.accepting import Accepting, allow, deny, finding

PROD = ["arn:aws:s3:::prod", "arn:aws:s3:::prod/*"]
ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
OLD = [allow(Sid="Put"), deny(resource=PROD), deny("ec2:*")]


@pytest.fixture
def gate(tmp_path: Path) -> Accepting:
    gate = Accepting(tmp_path)
    gate.write(*OLD)
    gate.accept()
    assert gate.accepted() == [True]
    return gate


@pytest.mark.parametrize(
    "statements",
    [
        [allow(Sid="Put"), deny("ec2:*")],
        [allow(Sid="Put")],
        [allow(Sid="Put"), deny("s3:Get*", PROD)],
        [allow(Sid="Put"), deny(resource=PROD[:1])],
        [allow(Sid="Put"), deny(resource=PROD, Condition=ORG)],
        [allow(Sid="Put"), deny("ec2:*", PROD)],
        [allow(Sid="Put"), {"Effect": "Deny", "NotAction": "s3:*", "Resource": PROD}],
        [allow(Sid="Put"), {"Effect": "Deny", "Action": "s3:*", "NotResource": "*"}],
        [allow(["s3:*", "ec2:*"], Sid="Put"), *OLD[1:2]],
        [allow("*", Sid="Put"), *OLD[1:]],
        [allow(resource="arn:aws:s3:::${bucket}/*"), *OLD[1:2], allow("iam:*")],
    ],
    ids=range(11),
)
def test_what_grants_more_is_accepted_no_longer(gate: Accepting, statements: Any) -> None:
    gate.write(*statements)
    assert False in gate.accepted()


@pytest.mark.parametrize(
    "statements",
    [
        OLD[::-1],
        [allow(Sid="Put"), OLD[1]],
        [allow(Sid="Put"), deny(resource=PROD[::-1]), allow("iam:*")],
    ],
    ids=["order", "a Deny of another service", "an Allow of another service"],
)
def test_what_the_verdict_does_not_rest_on_changes_nothing(
    gate: Accepting, statements: Any
) -> None:
    before = finding(gate.check()).fingerprint
    gate.write(*statements)
    assert finding(gate.check()).fingerprint == before
    assert gate.accepted() == [True]


@pytest.mark.parametrize(
    "statements",
    [
        [*OLD, deny("s3:Delete*")],
        [allow(Sid="Other"), *OLD[1:]],
        [allow("s3:Put*"), *OLD[1:]],
        [allow("s3:Put*", "arn:aws:s3:::a/*")],
        [allow(Condition=ORG), *OLD[1:]],
        [allow(), deny(resource="arn:aws:s3:::p*")],
        [allow("s3:Put*", "arn:aws:s3:::a/*"), allow("s3:Put*", "arn:aws:s3:::b/*")],
    ],
    ids=["a Deny", "Sid", "actions", "no Deny needed", "a condition", "a wider Deny", "split"],
)
def test_what_grants_less_stays_accepted_and_is_told(gate: Accepting, statements: Any) -> None:
    before = finding(gate.check()).fingerprint
    gate.write(*statements)
    assert gate.accepted() == [True]
    known, _ = gate.judged()
    assert [each.narrows for each in known] == [before]
    for report in (gate.check(baseline=gate.baseline), gate.check(waivers=gate.waivers)):
        assert report.exit_code is Exit.OK
        text = " ".join("".join(as_text(report)).split())
        assert "findings that changed and grant no more than what was accepted: p/a.json" in text
        assert "1 finding that changed and grants no more" in "".join(as_markdown(report))


def test_what_is_accepted_in_one_file_or_part_is_not_in_another(gate: Accepting) -> None:
    gate.write(allow("s3:Put*"), name="b.json")
    assert gate.accepted() == [True, False]
    gate.write(allow("s3:Put*"), deny(resource=PROD), name="c.json")
    assert gate.accepted() == [True, False, False]


def test_another_requirement_accepts_nothing(gate: Accepting) -> None:
    rule = gate.folder / "rule" / "put.yaml"
    gate.write(*OLD, deny("s3:Delete*"))
    rule.write_text(rule.read_text().replace("size() == 0", "size() < 1"))
    assert gate.accepted() == [False]


EACH = """\
id: each
title: t
severity: low
kind: aws-iam-policy
description: d
remediation: r
for_each: {statement: policy.statements}
require: statement.resources.size() == 0
message: m
"""


def test_many_statements_may_be_narrowed_at_once(tmp_path: Path) -> None:
    gate = Accepting(tmp_path, EACH)
    names = [f"arn:aws:s3:::bucket-{number}" for number in range(120)]
    gate.write(*[allow(["s3:Get*", "s3:Put*"], f"{name}*") for name in names])
    gate.accept()
    narrowed = [allow("s3:Get*", f"{name}*") for name in names]
    gate.write(*narrowed[:60], allow("s3:Get*", "*"), *narrowed[61:])
    assert gate.accepted().count(False) == 1


def edited(gate: Accepting, edit: Any) -> None:
    data = json.loads(gate.baseline.read_text())
    edit(data)
    gate.baseline.write_text(json.dumps(data))


def widened(data: Any) -> None:
    for part in data["parts"].values():
        part["Statement"]["Action"] = "*"


def swapped(data: Any) -> None:
    data["findings"][0]["basis"]["parts"].pop()


@pytest.mark.parametrize(
    "edit",
    [
        widened,
        swapped,
        lambda data: data["findings"][0]["basis"].update(requirement="0" * 32),
        lambda data: data["findings"][0]["basis"].update(again=2),
        lambda data: data["findings"][0].update(document="p/b.json"),
        lambda data: data["findings"][0].update(part="#1"),
        lambda data: data["findings"][0].update(rule="other"),
        lambda data: data["findings"][0].update(fingerprint="0" * 32),
    ],
    ids=range(8),
)
def test_a_baseline_that_was_changed_by_hand_is_refused(gate: Accepting, edit: Any) -> None:
    edited(gate, edit)
    with pytest.raises(InputError, match="was changed: create the report again"):
        gate.check(baseline=gate.baseline)


@pytest.mark.parametrize("without", ["parts", "basis"])
def test_without_its_basis_a_finding_is_accepted_only_as_it_is(
    gate: Accepting, without: str
) -> None:
    data = json.loads(gate.baseline.read_text())
    assert data["parts"]
    if without == "parts":
        data["parts"] = {}
    else:
        data["findings"][0]["basis"] = None
    gate.baseline.write_text(json.dumps(data))
    assert [each.known for each in gate.check(baseline=gate.baseline).findings] == [True]
    gate.write(*OLD, deny("s3:Delete*"))
    assert [each.known for each in gate.check(baseline=gate.baseline).findings] == [False]


GUARD = """\
id: guard
title: t
severity: low
kind: aws-iam-policy
description: d
remediation: r
for_each: {statement: 'policy.statements.filter(s, s.effect == "Deny")'}
require: statement.conditions.size() == 0
message: a Deny has an exception
"""


def test_a_finding_about_a_deny_comes_back_if_less_is_denied(tmp_path: Path) -> None:
    gate = Accepting(tmp_path, GUARD)
    gate.write(deny("s3:*", Condition=ORG))
    gate.accept()
    gate.write(deny(["s3:*", "ec2:*"], Condition=ORG))
    assert gate.accepted() == [True]
    gate.write(deny("s3:Put*", Condition=ORG))
    assert gate.accepted() == [False]
    gate.write(allow("ec2:*"), deny("s3:Put*", Condition=ORG))
    assert gate.accepted() == [False]


def test_a_basis_of_no_valid_policy_accepts_nothing(gate: Accepting) -> None:
    """Whoever writes a baseline can compute digests too, but no policy out of nothing."""
    data = json.loads(gate.baseline.read_text())
    part = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": 5}}
    each = data["findings"][0]
    each["basis"]["parts"] = [digest(part)]
    basis = each["basis"]
    known = Basis(basis["requirement"], basis["points"], (digest(part),))
    each["fingerprint"] = fingerprint(each["rule"], each["document"], each["part"], known)
    data["parts"] = {digest(part): part}
    gate.baseline.write_text(json.dumps(data))
    assert [each.known for each in gate.check(baseline=gate.baseline).findings] == [False]


def test_an_allow_of_the_same_resource_that_is_not_pointed_to_counts(tmp_path: Path) -> None:
    gate = Accepting(tmp_path)
    gate.write(allow("s3:PutObject"), allow("s3:Put*", Condition=ORG))
    gate.accept()
    assert len(gate.judged()[0][0].related) == 0
    gate.write(allow("s3:PutObject"), allow("s3:Put*"))
    assert gate.accepted() == [False]
    gate.write(allow("s3:Put*", Condition=ORG))
    assert gate.accepted() == [True]
    gate.write(allow("s3:PutObject"), allow("ec2:*"))
    assert gate.accepted() == [True]


def each_of(subjects: str, require: str) -> str:
    """Return a rule about each of some subjects, under the name `each`."""
    rule = EACH.replace("{statement: policy.statements}", json.dumps({"each": subjects}))
    return rule.replace("statement.resources.size() == 0", json.dumps(require))


def test_of_several_findings_about_one_statement_each_is_accepted_by_itself(
    tmp_path: Path,
) -> None:
    gate = Accepting(tmp_path, each_of("policy.statements[0].actions", "false"))
    gate.write(allow(["s3:Get*", "s3:Put*"]))
    gate.accept()
    kept = json.loads(gate.baseline.read_text())
    kept["findings"] = [each for each in kept["findings"] if each["subject"].endswith("/0")]
    gate.baseline.write_text(json.dumps(kept))
    known = [each.known for each in gate.judged()[0]]
    assert known == [True, False]
    gate.write(allow(["s3:Get*", "s3:Put*"], "arn:aws:s3:::a/*"))
    assert [each.known for each in gate.judged()[0]] == [True, False]
    gate.write(allow(["s3:Put*"], "arn:aws:s3:::a/*"))
    assert [each.known for each in gate.judged()[0]] == [False]


def test_of_several_findings_without_a_place_each_is_accepted_by_itself(tmp_path: Path) -> None:
    names = '["s3:Get*", "s3:Put*"]'
    gate = Accepting(tmp_path, each_of(names, "!policy.access([each]).granted"))
    gate.write(allow())
    gate.accept()
    kept = json.loads(gate.baseline.read_text())
    kept["findings"] = kept["findings"][:1]
    gate.baseline.write_text(json.dumps(kept))
    assert sorted(each.known for each in gate.judged()[0]) == [False, True]
    gate.write(allow(resource="arn:aws:s3:::a/*"))  # nothing tells now which one it was
    assert [each.known for each in gate.judged()[0]] == [False, False]


BUCKETS = ("arn:aws:s3:::a/x", "arn:aws:s3:::a/y", "arn:aws:s3:::b/x", "arn:aws:s3:::b/y")
RESOURCES = ("*", "arn:aws:s3:::a/*", "arn:aws:s3:::*/x", "arn:aws:s3:::b/y", *BUCKETS[:1])
TAGS: tuple[dict[str, Any], ...] = (
    {},
    {"Condition": {"StringEquals": {"aws:PrincipalTag/t": "1"}}},
    {"Condition": {"StringLike": {"aws:PrincipalTag/t": ["1", "2"]}}},
)


def drawn(random: Random, made: Any) -> dict[str, Any]:
    found: dict[str, Any] = made(
        random.choice(["s3:*", "s3:Put*", "s3:PutObject", ["s3:Get*", "s3:PutObject"]]),
        random.sample(RESOURCES, random.randint(1, 2)),
        **random.choice(TAGS),
    )
    return found


def changed(random: Random, statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return statements of which one is gone, another one, tightened or loosened."""
    new = [dict(each) for each in statements]
    number = random.randrange(len(new))
    match random.randrange(5):
        case 0:
            new.append(drawn(random, deny))
        case 1 if len(new) > 1:
            del new[number]
        case 2:
            new[number].update(TAGS[1])
        case 3:
            new[number].pop("Condition", None)
        case _:
            new[number]["Resource"] = random.sample(RESOURCES, 1)
    return new


def puts(statements: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Return the puts that a policy allows, by brute force."""
    of = policy({"Version": "2012-10-17", "Statement": cast("Any", statements)})
    tags = {"1": ("1",), "2": ("2",), "3": ("3",), "": None}
    return {
        (bucket, tag)
        for bucket in BUCKETS
        for tag, values in tags.items()
        if allows(
            of,
            Request("s3:PutObject", bucket, "", {"aws:principaltag/t": values} if values else {}),
        )
    }


def test_what_is_accepted_after_any_change_grants_no_more_and_what_narrows_stays(
    tmp_path: Path,
) -> None:
    gate = Accepting(tmp_path)
    random = Random(18)  # noqa: S311 - no secret
    seen = Counter[bool]()
    for _ in range(150):
        others = random.choice([(deny,), (deny, deny), (allow, deny)])
        old = [drawn(random, allow), *(drawn(random, made) for made in others)]
        gate.write(*old)
        if not gate.check().findings:
            continue
        gate.accept()
        new = changed(random, old)
        gate.write(*new)
        more = puts(new) - puts(old)
        for each in gate.check(baseline=gate.baseline).findings:
            assert not (each.known and more), (old, new, more)
            seen[each.known] += 1
        if narrows(alone(new), alone(old), guards=False):
            assert all(gate.accepted()), (old, new)
    assert min(seen[True], seen[False]) > 20, seen


def alone(statements: list[dict[str, Any]]) -> list[Any]:
    return [{"Version": "2012-10-17", "Statement": each} for each in statements]
