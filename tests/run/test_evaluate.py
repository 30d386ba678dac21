"""One rule on one document: its status, its findings, and where they point."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from checker import kinds
from checker.documents import Document, Selection, document
from checker.kinds import from_schema
from checker.problems import Json
from checker.reader import Limits, parse, read_bytes
from checker.report import DOCUMENT_RULE, Finding, Severity, Status
from checker.rules import Rule, load
from checker.run.evaluate import Outcome, broken, evaluate

KINDS = {kind.name: kind for kind in (*kinds.builtin(), from_schema("pod", {"type": "object"}))}
Decide = Callable[..., Outcome]


@pytest.fixture
def rule(tmp_path: Path) -> Callable[..., Rule]:
    def build(kind: str = "pod", **elements: Json) -> Rule:
        written: dict[str, Json] = {
            "id": "a-rule", "title": "Something holds", "severity": "high", "kind": kind,
            "description": "d", "remediation": "r", "message": "m", **elements,
        }  # fmt: skip
        (tmp_path / "a-rule.yaml").write_text(json.dumps(written))
        return load([str(tmp_path / "a-rule.yaml")], KINDS, {}, Limits()).rules[0]

    return build


@pytest.fixture
def decide(rule: Callable[..., Rule]) -> Decide:
    def run(data: Json, kind: str = "pod", **elements: Json) -> Outcome:
        return evaluate(rule(kind, **elements), written(json.dumps(data), kind))

    return run


def written(text: str, kind: str = "pod", name: str = "d.json") -> Document:
    source = read_bytes(name, text.encode())
    return document(parse(source), Selection((), KINDS), kind)


def pointers(outcome: Outcome) -> list[list[str]]:
    return [
        [place.pointer for place in (finding.place, *finding.related)]
        for finding in outcome.findings
    ]


POD: Json = {"a": 1, "list": [{"n": 1}, {"n": 2}, {"n": 3}], "text": "x", "null": None, "yes": True}


@pytest.mark.parametrize(
    ("elements", "status"),
    [
        ({"require": "document.a == 1"}, Status.PASS),
        ({"require": "document.a == 2"}, Status.FAIL),
        ({"require": "document.b == 1"}, Status.ERROR),
        ({"require": "document.a"}, Status.ERROR),
        ({"require": "document.text"}, Status.ERROR),
        ({"require": "dyn(null)"}, Status.ERROR),
        ({"require": "dyn('true')"}, Status.ERROR),
        ({"require": "document.nothing"}, Status.ERROR),
        ({"require": "document.yes"}, Status.PASS),
        ({"require": "!has(document.b)"}, Status.PASS),
        ({"require": "document.b == 1 || document.a == 1"}, Status.PASS),
        ({"require": "document.b == 1 && document.a == 2"}, Status.FAIL),
        ({"require": "false", "when": "document.a == 2"}, Status.SKIP),
        ({"require": "document.nothing", "when": "false"}, Status.SKIP),
        ({"require": "true", "when": "document.b"}, Status.ERROR),
        ({"require": "true", "when": "dyn(0)"}, Status.ERROR),
        ({"require": "x == 1", "let": {"x": "document.a"}}, Status.PASS),
        ({"require": "x == 2", "let": {"y": "document.a", "x": "y + 1"}}, Status.PASS),
        ({"require": "true", "let": {"x": "document.nothing"}}, Status.PASS),
        ({"require": "x == 1", "let": {"x": "document.nothing"}}, Status.ERROR),
        ({"require": "x", "let": {"x": "document.a"}}, Status.ERROR),
        ({"require": [{"that": "true"}, {"that": "true"}]}, Status.PASS),
        ({"require": [{"that": "true"}, {"that": "false"}]}, Status.FAIL),
        ({"require": [{"that": "false"}, {"that": "document.nothing"}]}, Status.ERROR),
        ({"require": [{"that": "document.nothing"}, {"that": "true"}]}, Status.ERROR),
        ({"require": "i.n > 0", "for_each": {"i": "document.list"}}, Status.PASS),
        ({"require": "i.n > 1", "for_each": {"i": "document.list"}}, Status.FAIL),
        ({"require": "i.m > 1", "for_each": {"i": "document.list"}}, Status.ERROR),
        ({"require": "true", "for_each": {"i": "[]"}}, Status.SKIP),
        ({"require": "false", "when": "i.n > 9", "for_each": {"i": "document.list"}}, Status.SKIP),
        ({"require": "true", "when": "i.n", "for_each": {"i": "document.list"}}, Status.ERROR),
        ({"require": "true", "for_each": {"i": "document.b"}}, Status.ERROR),
        ({"require": "true", "for_each": {"i": "document.text"}}, Status.ERROR),
    ],
    ids=json.dumps,
)  # fmt: skip
def test_a_rule_ends_in_one_status(
    decide: Decide, elements: dict[str, Json], status: Status
) -> None:
    outcome = decide(POD, **elements)
    assert outcome.status is status
    worse = [finding.status for finding in outcome.findings]
    assert all(each in {Status.FAIL, Status.ERROR} for each in worse)
    assert bool(worse) is (status in {Status.FAIL, Status.ERROR})
    if worse:
        assert status in worse


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ({"require": "document.b"}, "`require` could not be decided: no such key: `b`"),
        ({"require": "document.a"}, "`require` must be true or false, not int"),
        ({"require": "true", "when": "document.b"}, "`when` could not be decided: no such key"),
        ({"require": "true", "for_each": {"i": "document.b"}}, "`for_each` could not be decided"),
        (
            {"require": "true", "for_each": {"i": "document.a"}},
            "`for_each` must be a list",
        ),
        ({"require": "x", "let": {"x": "document.b"}}, "`require` could not be decided: no such"),
    ],
)
def test_what_is_undecided_says_why(
    decide: Decide, elements: dict[str, Json], message: str
) -> None:
    (finding,) = decide(POD, **elements).findings
    assert message in finding.message
    assert (finding.status, finding.severity) == (Status.ERROR, Severity.HIGH)


def test_every_failing_requirement_is_a_finding(decide: Decide) -> None:
    outcome = decide(
        POD,
        require=[
            {"that": "document.a == 2", "message": "a", "at": "'/a'"},
            {"that": "document.a == 1", "message": "b"},
            {"that": "document.nothing", "message": "c"},
            {"that": "false"},
        ],
    )
    assert [finding.message for finding in outcome.findings] == [
        "a", "`require` could not be decided: no such key: `nothing`", "m",
    ]  # fmt: skip
    assert outcome.status is Status.ERROR


def test_every_subject_has_its_place(decide: Decide) -> None:
    outcome = decide(POD, require="i.n == 2", for_each={"i": "document.list"})
    assert [finding.subject for finding in outcome.findings] == ["/list/0", "/list/2"]
    assert pointers(outcome) == [["/list/0"], ["/list/2"]]


@pytest.mark.parametrize(
    ("subjects", "places"),
    [
        ("document.list.filter(x, x.n > 1)", ["/list/1", "/list/2"]),
        ("[document.list[2], document.list[0]]", ["/list/2", "/list/0"]),
        ("[document]", [""]),
        ("[1, 2]", ["", ""]),
    ],
)
def test_a_subject_that_is_a_node_keeps_its_place(
    decide: Decide, subjects: str, places: list[str]
) -> None:
    outcome = decide(POD, require="false", for_each={"i": subjects})
    assert [finding.subject for finding in outcome.findings] == places


def test_scalars_of_a_list_of_the_document_have_their_places(decide: Decide) -> None:
    outcome = decide({"a": ["x", "y"]}, require="i == 'x'", for_each={"i": "document.a"})
    (finding,) = outcome.findings
    assert finding.subject == "/a/1"
    assert finding.place.location is not None
    assert (finding.place.location.line, finding.place.location.column) == (1, 13)
    assert finding.place.excerpt == '{"a": ["x", "y"]}'


def test_a_subject_counts_on_its_own(decide: Decide) -> None:
    outcome = decide(
        {"l": [{"n": 1}, {}, {"n": 3}]}, require="i.n > 1", for_each={"i": "document.l"}
    )
    assert [(each.subject, each.status.value) for each in outcome.findings] == [
        ("/l/0", "fail"),
        ("/l/1", "error"),
    ]


@pytest.mark.parametrize(
    ("at", "places"),
    [
        ("document.list", ["/list"]),
        ("document.list[1]", ["/list/1"]),
        ("document.list.filter(x, x.n > 1)", ["/list/1", "/list/2"]),
        ("'/list/0/n'", ["/list/0/n"]),
        ("['/a', '/list/2', '/a']", ["/a", "/list/2"]),
        ("['/a', '/nowhere', document.list]", ["/a", "/list"]),
        ("document", [""]),
        ("[]", [""]),
        ("'/nowhere'", [""]),
        ("'a'", [""]),
        ("5", [""]),
        ("null", [""]),
        ("document.b.c", [""]),
        ("1 / 0", [""]),
        ("document.nothing", [""]),
    ],
)
def test_at_points_and_never_changes_the_verdict(
    decide: Decide, at: str, places: list[str]
) -> None:
    outcome = decide(POD, require="false", at=at)
    assert outcome.status is Status.FAIL
    assert pointers(outcome) == [places]
    assert decide(POD, require="true", at=at).status is Status.PASS


def test_no_more_than_twenty_further_places_are_kept(decide: Decide) -> None:
    outcome = decide(
        {"l": [{} for _ in range(50)]}, require="false", at="document.l.filter(x, true)"
    )
    (places,) = pointers(outcome)
    assert places == [f"/l/{number}" for number in range(21)]


POLICY: Json = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:Get*", "ecr:*"], "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
    ],
}


def test_a_host_value_leads_to_its_place(decide: Decide) -> None:
    outcome = decide(
        POLICY,
        "aws-iam-policy",
        for_each={"s": "policy.statements"},
        require="s.actions.size() == 1",
        at="s.actions",
        message="{{ s.actions.map(a, a.text) }} of {{ s }}",
    )
    assert pointers(outcome) == [["/Statement/0/Action/0", "/Statement/0/Action/1"]]
    assert outcome.findings[0].subject == "/Statement/0"
    assert outcome.findings[0].message == '["s3:Get*", "ecr:*"] of {{ s }}'


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("a is {{ document.a }}.", "a is 1."),
        ("{{ document.text }}{{document.text}}", "xx"),
        ("{{ document.yes }} {{ document['null'] }} {{ 1.5 }}", "true null 1.5"),
        ("{{ document.list }}", '[{"n": 1}, {"n": 2}, {"n": 3}]'),
        ("{{ document.nothing }}!", "{{ document.nothing }}!"),
        ("{{ 1 / 0 }} {{ document.a }}", "{{ 1 / 0 }} 1"),
        ("{{ dyn(1) + dyn('a') }}", "{{ dyn(1) + dyn('a') }}"),
        ("{{ type(1) }}", "{{ type(1) }}"),
        ("{{ b'a' }}", "{{ b'a' }}"),
        ("{{ 'é\u202e' }}", "é\u202e"),
        ("  two  words\n", "  two  words"),
    ],
)
def test_a_hole_is_filled_or_left_as_it_is(decide: Decide, message: str, text: str) -> None:
    (finding,) = decide(POD, require="false", message=message).findings
    assert (finding.status, finding.message) == (Status.FAIL, text)


def test_a_long_message_is_cut_visibly(decide: Decide) -> None:
    (finding,) = decide({"t": "x" * 5000}, require="false", message="{{ document.t }}").findings
    assert len(finding.message) == 1000
    assert finding.message.endswith("x…")


def test_a_rule_stops_where_it_has_nothing_left_to_spend(decide: Decide) -> None:
    units: list[Json] = [100_000]
    most: Json = {"list": units * 15}
    require = "lists.range(x).size() > 1"
    outcome = decide(most, for_each={"x": "document.list"}, require=require)
    assert (outcome.status, outcome.findings) == (Status.PASS, ())
    more: Json = {"list": [1, *units * 25, 1]}
    outcome = decide(more, for_each={"x": "document.list"}, require=require)
    assert outcome.status is Status.ERROR
    first, last = outcome.findings
    assert (first.status, first.place.pointer) == (Status.FAIL, "/list/0")
    assert (last.status, last.place.pointer) == (Status.ERROR, "/list/20")
    assert "cost budget exceeded" in last.message


def test_each_document_has_its_own_budget(rule: Callable[..., Rule]) -> None:
    loaded = rule(require="lists.range(1500000).size() > 0")
    outcomes = [evaluate(loaded, written("{}")) for _ in range(3)]
    assert {outcome.status for outcome in outcomes} == {Status.PASS}


def test_a_rule_of_another_kind_is_skipped(decide: Decide, rule: Callable[..., Rule]) -> None:
    assert decide(POD, require="document.nothing", kind="pod").status is Status.ERROR
    assert evaluate(rule("aws-iam-policy", require="dyn(1)"), written("{}")).status is Status.SKIP


@pytest.mark.parametrize("kind", ["pod", "aws-iam-policy"])
def test_a_broken_document_is_an_error_for_every_rule(rule: Callable[..., Rule], kind: str) -> None:
    subject = written('{"Statement": [], "Id": 5}', "aws-iam-policy")
    assert evaluate(rule(kind, require="true"), subject) == Outcome(Status.ERROR)
    findings = list(broken(subject))
    assert {finding.place.pointer for finding in findings} == {"/Statement", "/Id"}
    assert all(
        (each.rule, each.status, each.severity, each.kind)
        == (DOCUMENT_RULE, Status.ERROR, Severity.CRITICAL, "aws-iam-policy")
        for each in findings
    )
    assert len({finding.fingerprint for finding in findings}) == 2


def test_a_good_document_is_not_broken() -> None:
    assert list(broken(written("{}"))) == []


def test_equal_problems_of_one_document_have_different_fingerprints() -> None:
    subject = written('{"Statement": [{}, {}]}', "aws-iam-policy")
    findings: list[Finding] = list(broken(subject))
    assert len({finding.fingerprint for finding in findings}) == len(findings) == 6
