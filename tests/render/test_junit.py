"""JUnit's XML: what the schemas in use allow, counts that add up, tests that fail with the gate."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from xml.etree import ElementTree as ET

import junitparser
import pytest

from checker.render.junit import render
from checker.report import DOCUMENT_RULE, WAIVER_RULE, Place, Report, RuleCounts, Severity, Status
from tests.support.command import ROOT, Run
from tests.support.golden import RENDER, compare
from tests.support.reports import (
    FORMULAS,
    accepted,
    changed,
    counted,
    decided,
    documents,
    everything,
    hostile,
    many,
    passed,
)

REPORTS: dict[str, Callable[[], Report]] = {
    "everything": everything,
    "accepted": accepted,
    "decided": lambda: decided(everything()),
    "below the level": lambda: replace(decided(everything()), fail_level=Severity.CRITICAL),
    "passed": passed,
    "hostile": hostile,
    **{f"hostile {text!r}": partial(hostile, text) for text in ("", " ", "]]>", *FORMULAS)},
    "no rules": lambda: replace(passed(), rules=[]),
    "no documents": lambda: replace(passed(), rules=[rule()], checked=()),
    "never applied": lambda: replace(passed(), rules=[rule(skip=1)]),
    "strict": lambda: replace(passed(), strict=True),
    "many": lambda: many(400),
}


def rule(**counts: int) -> RuleCounts:
    return counted("a-rule", {Status(name): number for name, number in counts.items()})


def rendered(report: Report) -> ET.Element:
    return ET.fromstring("".join(render(report)).encode("utf-8"))  # noqa: S314 - our own


def suites(report: Report) -> dict[str, ET.Element]:
    return {suite.attrib["name"]: suite for suite in rendered(report)}


def endings(suite: ET.Element) -> dict[str, str]:
    """Return how each test of a suite ended, by their names."""
    return {
        test.attrib["name"]: test[0].tag if len(test) else "passed"
        for test in suite.iter("testcase")
    }


class Allowed(NamedTuple):
    """What a schema says of an element: attributes, required ones, children, perhaps text."""

    attributes: set[str]
    required: frozenset[str] = frozenset()
    children: tuple[str, ...] = ()
    text: bool = False


ENDINGS = ("failure", "error", "skipped")
JENKINS = {
    "testsuites": Allowed(
        {"name", "time", "tests", "failures", "errors"}, children=("testsuite",)
    ),
    "testsuite": Allowed(
        {"name", "tests", "failures", "errors", "skipped", "file", "time", "timestamp", "hostname",
         "id", "package", "group", "log", "url"},
        frozenset({"name", "tests", "failures", "errors"}),
        ("properties", "testcase"),
    ),
    "properties": Allowed(set(), children=("property",)),
    "property": Allowed({"name", "value"}, frozenset({"name", "value"})),
    "testcase": Allowed({"name", "time", "classname", "group"}, frozenset({"name"}), ENDINGS),
    **{name: Allowed({"type", "message"}, text=True) for name in ENDINGS},
}  # fmt: skip
"""https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd"""
BESIDE = {"testcase": {"file", "line"}}
"""What no schema has and yet many programs write and read: https://github.com/testmoapp/junitxml"""


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_what_the_schema_of_jenkins_allows(name: str) -> None:
    root = rendered(REPORTS[name]())
    assert root.tag == "testsuites"
    for element in root.iter():
        allowed = JENKINS[element.tag]
        assert set(element.keys()) <= allowed.attributes | BESIDE.get(element.tag, set())
        assert set(element.keys()) >= allowed.required
        order = [allowed.children.index(child.tag) for child in element]
        assert allowed.text or not (element.text or "").strip()
        assert not (element.tail or "").strip()
        # This much the schema of Ant asks too, by which others validate: an order, one ending with
        # a type. https://github.com/windyroad/JUnit-Schema/blob/master/JUnit.xsd
        assert order == sorted(order)
        assert element.tag != "testcase" or (len(element) <= 1 and element.get("classname"))
        assert element.tag not in {"failure", "error"} or element.get("type")
        assert element.get("name") != ""


@pytest.mark.parametrize("name", ["everything", "accepted"])
def test_the_report_is_the_golden_one(name: str) -> None:
    compare(RENDER / f"junit-{name}.xml", "".join(render(REPORTS[name]())))


@pytest.mark.parametrize("name", REPORTS)
def test_the_counts_add_up(name: str) -> None:
    root = rendered(REPORTS[name]())
    for suite in (root, *root):
        found = Counter(ending.tag for test in suite.iter("testcase") for ending in test)
        assert suite.attrib["tests"] == str(sum(1 for _ in suite.iter("testcase")))
        assert suite.attrib["failures"] == str(found["failure"])
        assert suite.attrib["errors"] == str(found["error"])
        assert suite.get("skipped", str(found["skipped"])) == str(found["skipped"])


@pytest.mark.parametrize("name", REPORTS)
def test_another_reader_counts_the_same(name: str) -> None:
    text = "".join(render(REPORTS[name]()))
    found = junitparser.JUnitXml.fromstring(text.encode("utf-8"))
    told = (found.tests, found.failures, found.errors)
    found.update_statistics()  # type: ignore[no-untyped-call]
    assert (found.tests, found.failures, found.errors) == told
    for suite in found:
        for test in suite:
            assert test.classname == suite.name


@pytest.mark.parametrize("name", REPORTS)
def test_a_test_fails_if_and_only_if_the_gate_does(name: str) -> None:
    report = REPORTS[name]()
    root = rendered(report)
    failures, errors = (int(root.attrib[each]) for each in ("failures", "errors"))
    assert bool(failures or errors) == (report.exit_code != 0)
    assert bool(errors) == (report.exit_code not in {0, 1})


@pytest.mark.parametrize("name", REPORTS)
def test_every_finding_is_a_test_and_no_two_have_one_name(name: str) -> None:
    report = REPORTS[name]()
    found = [
        (test.attrib["classname"], test.attrib["name"])
        for test in rendered(report).iter("testcase")
    ]
    assert len(set(found)) == len(found)
    by_rule = Counter(classname for classname, _ in found)
    for each, number in Counter(finding.rule for finding in report.findings).items():
        assert by_rule[each] in {number, number + 1}


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_the_same_each_time_and_in_pieces(name: str) -> None:
    report = REPORTS[name]()
    pieces = list(render(report))
    assert pieces == list(render(REPORTS[name]()))
    assert pieces[0] == '<?xml version="1.0" encoding="UTF-8"?>\n'
    assert len(pieces) > len(report.findings)


def test_a_suite_is_a_rule_with_its_counts() -> None:
    found = suites(everything())
    assert list(found) == ["policy-check", DOCUMENT_RULE, "push-to-one", "no-public"]
    assert found["push-to-one"].attrib["file"] == "rules/push-to-one.yaml"
    told = [
        (each.attrib["name"], each.attrib["value"]) for each in found["no-public"].iter("property")
    ]
    assert told == [
        ("title", "What no-public holds"),
        ("severity", "low"),
        ("control", "nist-800-53-r5 AC-6"),
        ("control", "cis 1.1"),
        ("pass", "1"),
        ("fail", "1"),
        ("skip", "0"),
        ("waived", "0"),
        ("error", "1"),
    ]


def test_each_finding_ends_as_the_gate_takes_it() -> None:
    found = suites(everything())
    assert endings(found[DOCUMENT_RULE]) == {r"b\u202e.json": "error"}
    assert endings(found["push-to-one"]) == {
        "c.json /Statement/0": "error",
        "a.json /Statement/0": "failure",
    }
    assert endings(found["no-public"]) == {
        "a.json /Statement/3": "skipped",
        "documents that pass": "passed",
    }
    assert endings(found["policy-check"]) == {"everything is checked": "error"}


def test_what_is_skipped_says_why() -> None:
    found = suites(accepted())
    told = {
        test.attrib["name"]: test[0].attrib["message"]
        for name in (WAIVER_RULE, "push-to-one", "no-public")
        for test in found[name].iter("testcase")
        if len(test) and test[0].tag == "skipped"
    }
    assert [each.split(":")[0] for each in told.values()] == [
        "below the fail level (medium)",
        ("waived until 2027-03-31 by platform, the split of the release role is under way"),
        "below the fail level (medium)",
        "in the baseline",
    ]
    assert endings(found["policy-check"]) == {"everything is checked": "passed"}


def test_an_undecided_finding_is_an_error_even_if_the_baseline_has_it() -> None:
    known = changed(everything().findings[1], known=True)
    found = suites(replace(everything(), findings=[known]))
    assert endings(found["push-to-one"])["c.json /Statement/0"] == "error"


def test_a_finding_is_told_whole_for_those_who_show_only_the_text() -> None:
    (_, test) = suites(everything())["push-to-one"].iter("testcase")
    assert (test.attrib["file"], test.attrib["line"]) == ("a.json", "5")
    (failure,) = test
    assert failure.attrib["type"] == "high"
    assert failure.attrib["message"].startswith("push is allowed on arn:aws:ecr:")
    assert (failure.text or "").splitlines() == [
        "a.json:5:25 /Statement/0",
        failure.attrib["message"],
        *(f"also a.json:{line}:25" for line in range(6, 11)),
        "to fix: " + " ".join(["Name one repository."] * 6),
    ]


def test_a_finding_without_a_place_has_a_file_and_no_line() -> None:
    (test,) = suites(everything())[DOCUMENT_RULE].iter("testcase")
    assert test.attrib["file"] == r"b\u202e.json"
    assert "line" not in test.attrib


def test_a_file_is_told_without_dots_before_it() -> None:
    finding = changed(everything().findings[2], file="./policies//a.json")
    (test,) = suites(replace(everything(), findings=[finding]))["push-to-one"].iter("testcase")
    assert test.attrib["file"] == "policies/a.json"


def test_findings_at_one_place_have_names_of_their_own() -> None:
    finding = everything().findings[2]
    found = suites(replace(everything(), findings=[finding, finding, finding]))
    assert list(endings(found["push-to-one"])) == [
        "a.json /Statement/0",
        "a.json /Statement/0 (2)",
        "a.json /Statement/0 (3)",
    ]


def test_a_name_stays_when_lines_are_added() -> None:
    finding = everything().findings[2]
    moved = changed(finding, place=Place(finding.place.pointer, None))
    names = [
        list(endings(suites(replace(everything(), findings=[each]))["push-to-one"]))
        for each in (finding, moved)
    ]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("counts", "ending"),
    [
        ({"pass": 1}, "passed"),
        ({"pass": 1, "skip": 1, "error": 1}, "passed"),
        ({"skip": 2}, "skipped"),
        ({}, "skipped"),
        ({"error": 2, "skip": 1}, "skipped"),
    ],
)
def test_documents_without_a_finding_pass_only_where_some_did(
    counts: dict[str, int], ending: str
) -> None:
    report = replace(passed(), rules=[rule(**counts)], checked=documents(sum(counts.values())))
    assert endings(suites(report)["a-rule"]) == {"documents that pass": ending}


def test_one_broken_document_is_not_an_error_of_every_rule() -> None:
    broken = everything().findings[0]
    rules = [replace(rule(error=1, skip=2), id=f"rule-{number}") for number in range(3)]
    report = replace(passed(), rules=rules, checked=documents(3), findings=[broken])
    assert rendered(report).attrib["errors"] == "2"
    (test,) = suites(report)["rule-0"].iter("testcase")
    assert test[0].attrib["message"] == (
        "it applied to no document that could be read; 1 document could not"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no rules", "no rule was found"),
        ("no documents", "no document was found"),
        ("never applied", "no rule applied to any document"),
        ("strict", "1 file not read (--strict)"),
    ],
)
def test_a_gate_that_checked_not_all_is_an_error(name: str, words: str) -> None:
    (test,) = suites(REPORTS[name]())["policy-check"].iter("testcase")
    (error,) = test
    assert error.tag == "error"
    assert words in error.attrib["message"]
    assert words in (error.text or "")


@pytest.mark.parametrize("name", ["hostile", "hostile ']]>'"])
def test_text_of_others_is_told_and_does_no_harm(name: str) -> None:
    text = "".join(render(REPORTS[name]()))
    assert "]]>" not in text
    assert "##vso[" not in text
    assert not re.search(r"^\s*::", text, re.MULTILINE)
    assert not re.search("[^\n\x20-\x7e\u00a1-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    for element in ET.fromstring(text.encode("utf-8")).iter():  # noqa: S314 - our own
        assert element.tag in JENKINS


def test_a_value_comes_back_as_it_was_shown() -> None:
    message = "a <b> & \"c\" 'd' ]]> 中文 \U0001f642 \x00\x1b\ud800"
    finding = changed(everything().findings[2], message=message)
    (test,) = suites(replace(everything(), findings=[finding]))["push-to-one"].iter("testcase")
    shown = "a <b> & \"c\" 'd' ]]> 中文 \U0001f642 " + r"\x00\x1b\ud800"
    assert test[0].attrib["message"] == shown
    assert shown in (test[0].text or "").splitlines()


def test_every_one_of_many_findings_is_there() -> None:
    root = rendered(many(4_000))
    assert root.attrib["failures"] == "3000"
    assert root.attrib["tests"] == "4001"


def test_the_command_writes_it_with_its_encoding(policy_check: Run) -> None:
    ran = policy_check("builtin:ecr", ROOT / "examples" / "violations", "-o", "junit")
    assert ran.returncode == 1
    root = ET.fromstring(ran.stdout)  # noqa: S314 - our own
    assert int(root.attrib["failures"]) > 5
    assert root.attrib["errors"] == "0"
