"""The HTML report: golden files, markup without a mistake, and text that means harm."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

from checker.messages import inert, visible
from checker.problems import Location, Problem
from checker.render import renderer
from checker.render.html import render
from checker.report import FileCounts, Place, Report, Severity, Status
from tests.support.command import ROOT, Run
from tests.support.golden import RENDER, compare
from tests.support.reports import (
    HOSTILE,
    accepted,
    changed,
    counted,
    everything,
    hostile,
    many,
    passed,
)

REPORTS: dict[str, Callable[[], Report]] = {
    "everything": everything,
    "accepted": accepted,
    "passed": passed,
    "hostile": hostile,
    "many": lambda: many(1000),
}
named = pytest.mark.parametrize("name", REPORTS)
ELEMENTS = {
    "html", "head", "meta", "title", "link", "style", "script", "body",
    "header", "nav", "main", "footer", "section", "div", "h1", "h2", "h3", "h4", "p", "br",
    "a", "b", "strong", "span", "code", "pre", "mark", "time",
    "ul", "li", "dl", "dt", "dd", "details", "summary",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
    "form", "fieldset", "legend", "label", "input", "select", "optgroup", "option", "datalist",
    "button", "svg", "defs", "pattern", "rect", "circle", "path",
}  # fmt: skip


def render_html(report: Report) -> str:
    return "".join(render(report))


def parsed(report: Report) -> Element:
    """Return the page as a tree; raises ParseError for any mistake in its markup."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(render_html(report))
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.removeprefix("{http://www.w3.org/2000/svg}")
    return root


@cache
def tree(name: str) -> Element:
    """Return the tree of a named report, to be looked at only."""
    return parsed(REPORTS[name]())


def text_of(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def with_class(root: Element, name: str) -> list[Element]:
    return [each for each in root.iter() if name in each.get("class", "").split()]


def by_id(root: Element, name: str) -> Element:
    (found,) = (each for each in root.iter() if each.get("id") == name)
    return found


def without_assets(page: str) -> str:
    """Return a page without its style and script, which have files of their own."""
    page = re.sub(r"<(style|script)>.*?</\1>", r"<\1>…</\1>", page, flags=re.DOTALL)
    return re.sub(r"sha256-[^']+", "sha256-…", page)


@pytest.mark.parametrize("name", ["everything", "accepted"])
def test_the_page_is_the_golden_one(name: str) -> None:
    compare(RENDER / f"html-{name}.html", without_assets(render_html(REPORTS[name]())))


@named
def test_the_markup_has_no_mistake(name: str) -> None:
    assert tree(name).tag == "html"  # or the parser had raised


@named
def test_the_same_report_is_the_same_page(name: str) -> None:
    assert render_html(REPORTS[name]()) == "".join(renderer("html")(REPORTS[name]()))


@named
def test_nothing_but_our_own_elements_stands_in_the_page(name: str) -> None:
    root = tree(name)
    assert {each.tag for each in root.iter()} <= ELEMENTS
    assert [each.tag for each in root.iter() if each.tag in {"script", "style"}] == [
        "style",
        "script",
    ]


@named
def test_no_attribute_acts_or_styles(name: str) -> None:
    for each in tree(name).iter():
        assert not [key for key in each.keys() if key.startswith("on") or key in {"style", "src"}]  # noqa: SIM118 - an element is no mapping


@named
def test_links_lead_to_the_page_itself_or_to_the_web(name: str) -> None:
    root = tree(name)
    ids = {each.get("id") for each in root.iter()}
    for each in root.iter("a"):
        address = each.get("href", "")
        assert address.startswith("https://") or address[1:] in ids, address


@named
def test_no_two_elements_have_one_id_and_none_has_a_blank(name: str) -> None:
    ids = Counter(each.get("id") for each in tree(name).iter() if each.get("id"))
    assert not [each for each, number in ids.items() if number > 1 or re.search(r"\s", each or "")]


@named
def test_what_names_another_element_names_one_that_is_there(name: str) -> None:
    root = tree(name)
    ids = {each.get("id") for each in root.iter()}
    for each in root.iter():
        for key in ("aria-labelledby", "for", "list"):
            assert each.get(key) is None or each.get(key) in ids


@named
def test_every_finding_is_in_the_page_once(name: str) -> None:
    report, found = REPORTS[name](), with_class(tree(name), "finding")
    assert [each.get("id") for each in found] == [
        f"f-{finding.fingerprint}" for finding in report.findings
    ]


def test_two_findings_of_one_fingerprint_are_two() -> None:
    report = everything()
    report = replace(report, findings=[*report.findings[:3], report.findings[2]])
    ids = [each.get("id", "") for each in with_class(parsed(report), "finding")]
    assert len(set(ids)) == 4
    assert ids[2:] == [
        f"f-{report.findings[2].fingerprint}",
        f"f-{report.findings[2].fingerprint}~2",
    ]


def test_text_that_means_harm_is_text_wherever_it_stands() -> None:
    root = parsed(hostile())
    calm = parsed(hostile("calm/text"))
    elements, others = (
        Counter((each.tag, *sorted(each.keys())) for each in page.iter() if each.tag != "code")
        for page in (root, calm)
    )
    assert elements == others  # text in backticks is code, and there is some in one of the two
    shown = visible(HOSTILE)
    (finding, *_) = with_class(root, "finding")
    for name in ("where", "excerpt", "facts"):
        assert shown.split("`")[0] in "".join(with_class(finding, name)[0].itertext()).replace(
            "\t", r"\x09"
        )


def test_no_control_character_is_in_the_page() -> None:
    page = render_html(hostile())
    assert set(page) - {"\n"} == {each for each in page if visible(each) == each}


def test_no_line_is_a_command_to_a_ci_system() -> None:
    page = render_html(hostile())
    assert page == inert(page)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//x", "ftp://x"])
def test_a_reference_to_no_web_page_is_no_link(address: str) -> None:
    first, *others = everything().rules
    rules = [replace(first, references=(address,)), *others]
    page = render_html(replace(everything(), rules=rules))
    assert f"<li>{address}</li>" in page
    assert f'href="{address}' not in page


def guard(root: Element) -> dict[str, str]:
    (given,) = (
        each.get("content", "")
        for each in root.iter("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    )
    return dict(part.strip().split(" ", 1) for part in given.split(";"))


@named
def test_the_guard_lets_in_our_style_and_script_and_nothing_else(name: str) -> None:
    root = tree(name)
    hashes = {}
    for tag in ("style", "script"):
        (content,) = root.iter(tag)
        digest = b64encode(sha256((content.text or "").encode()).digest()).decode()
        hashes[f"{tag}-src"] = f"'sha256-{digest}'"
    assert guard(root) == {
        "default-src": "'none'",
        **hashes,
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_guard_stands_before_all_that_it_guards() -> None:
    page = render_html(everything())
    assert page.index("Content-Security-Policy") < page.index("<title>") < page.index("<style>")


def figures(root: Element) -> dict[str, str]:
    (listed,) = with_class(root, "figures")
    return {text_of(each.findall("dt")[0]): text_of(each.findall("dd")[0]) for each in listed}


def heading(report: Report) -> str:
    (found,) = parsed(report).iter("h1")
    return text_of(found)


def verdicts() -> Iterator[tuple[str, Report, str]]:
    report, good = everything(), passed()
    rule = counted("a-rule", {Status.SKIP: 1})
    yield (
        "undecided",
        report,
        (
            "Not evaluated. 2 things could not be decided."
            " In addition, 1 violation in 1 of 3 documents."
        ),
    )
    yield "failed", accepted(), "Failed. 1 violation in 1 of 3 documents."
    yield "passed", good, "Passed. No violations in 1 document."
    yield "counted", replace(report, findings=[]), "Not evaluated. 3 decisions could not be made."
    yield (
        "strict",
        replace(good, strict=True),
        (
            "Not evaluated. With strict checking, an unread file, a glob that matches no file or "
            "a rule of your own that never applied is an error."
        ),
    )
    yield "no rules", replace(good, rules=[]), "Nothing checked. No rule was found."
    yield "no documents", replace(good, checked=()), "Nothing checked. No document was found."
    yield (
        "never applied",
        replace(good, rules=[rule]),
        "Nothing checked. No rule applied to any document.",
    )


@pytest.mark.parametrize(
    ("report", "words"),
    [pytest.param(report, words, id=name) for name, report, words in verdicts()],
)
def test_the_verdict_is_said_in_a_sentence(report: Report, words: str) -> None:
    assert heading(report) == words
    (title,) = parsed(report).iter("title")
    assert title.text == words.replace(".", ":", 1)


def test_the_figures_are_those_of_the_report() -> None:
    assert figures(parsed(accepted())) == {
        "Violations": "1",
        "Not evaluated": "0",
        "Below the fail level": "2",
        "Waived": "1",
        "In the baseline": "1",
        "Documents": "3",
        "Rules": "2",
        "Decisions": "6",
    }


def test_what_was_not_decided_is_told_before_all_findings() -> None:
    page = render_html(everything())
    assert page.index('id="not-evaluated"') < page.index('id="findings"')
    section = by_id(parsed(everything()), "not-evaluated")
    assert "2 things could not be decided" in text_of(section)
    assert [each.get("href") for each in section.iter("a")] == [
        f"#f-{each.fingerprint}" for each in everything().findings[:2]
    ]
    assert "1 file not read because of its extension" in text_of(section)


@pytest.mark.parametrize(("strict", "name"), [(True, "doubt"), (False, "quiet")])
def test_what_was_not_read_stands_out_where_it_fails(name: str, *, strict: bool) -> None:
    section = by_id(parsed(replace(passed(), strict=strict)), "not-evaluated")
    assert with_class(section, name)


def test_a_glob_without_a_file_is_told_and_one_with_a_file_is_not() -> None:
    files = FileCounts(1, idle_globs=("policies/*.jsn",))
    idle = replace(passed(), files=files, strict=True)
    told = "1 glob that matches no file policies/*.jsn"
    assert told in text_of(by_id(parsed(idle), "not-evaluated"))
    assert "no file" not in render_html(replace(idle, files=FileCounts(1)))


def test_what_is_not_listed_is_counted() -> None:
    report = everything()
    findings = [changed(report.findings[1], fingerprint=f"{number:032x}") for number in range(23)]
    section = by_id(parsed(replace(report, findings=findings)), "not-evaluated")
    assert len(list(section.iter("a"))) == 21
    assert "And 3 more" in text_of(section)


def rows(root: Element, name: str) -> list[list[str]]:
    (table,) = with_class(root, name)
    return [[text_of(cell) for cell in row] for row in table.iter("tr")]


def test_a_trend_tells_what_is_new_fixed_and_as_before() -> None:
    assert rows(parsed(accepted()), "trend") == [
        ["Severity", "New", "Fixed", "Unchanged"],
        ["Critical", "0", "−1", "0"],  # noqa: RUF001 - a minus sign
        ["High", "+2", "−1", "0"],  # noqa: RUF001
        ["Medium", "0", "0", "0"],
        ["Low", "+2", "0", "1"],
        ["All", "+4", "−2", "1"],  # noqa: RUF001
    ]
    news = [
        each.get("id", "")
        for each in with_class(parsed(accepted()), "finding")
        if with_class(each, "new")
    ]
    assert f"f-{'c' * 32}" not in news
    assert len(news) == 4
    assert not with_class(parsed(everything()), "trend")


def test_a_control_without_a_passing_rule_is_never_satisfied() -> None:
    root = parsed(accepted())
    scores = [text_of(each) for each in with_class(root, "score")]
    assert scores == ["0% of 1 assessed control", "0% of 2 assessed controls"]
    legends = [text_of(each) for each in with_class(root, "legend")]
    assert legends == [
        "0 satisfied 1 not satisfied 2 not assessed",
        "0 satisfied 2 not satisfied 0 not assessed",
    ]
    controls = text_of(by_id(root, "controls"))
    assert "2 controls not assessed AC-3 Access enforcement AU-9" in controls


def test_a_framework_of_which_nothing_is_known_has_no_score() -> None:
    rule = replace(passed().rules[0], counts={**dict.fromkeys(Status, 0), Status.SKIP: 1})
    report = replace(passed(), rules=[rule], assessed=("nist-800-53-r5",))
    (score,) = with_class(parsed(report), "score")
    assert text_of(score) == "no control was assessed"


def test_what_is_waived_says_why_by_whom_and_until_when() -> None:
    root = parsed(accepted())
    assert rows(root, "waivers")[1:] == [
        [
            "d.json:50:25 push-to-one",
            "the split of the release role is under way",
            "platform",
            "2027-03-31",
        ]
    ]
    finding = by_id(root, "f-" + "a" * 32)
    assert text_of(with_class(finding, "waiver")[0]) == (
        "Waived until 2027-03-31 by platform: the split of the release role is under way"
    )
    known = by_id(root, "f-" + "c" * 32)
    assert text_of(with_class(known, "known")[-1]) == "In the baseline"
    assert "1 finding in the baseline old.json" in text_of(by_id(root, "accepted"))


def test_the_waiver_that_ends_first_stands_first() -> None:
    report = accepted()
    (late,) = (each for each in report.findings if each.waiver)
    assert late.waiver is not None
    soon = late.waiver._replace(expires=date(2026, 12, 1))
    more = changed(late, waiver=soon, fingerprint="9" * 32)
    report = replace(report, findings=[*report.findings, more])
    expire = [row[-1] for row in rows(parsed(report), "waivers")]
    assert expire == ["Expires", "2026-12-01", "2027-03-31"]


def test_what_cannot_fail_says_so() -> None:
    groups = {
        each.get("data-rule"): bool(with_class(each, "below"))
        for each in with_class(parsed(replace(accepted(), fail_level=Severity.HIGH)), "group")
    }
    assert groups == {"push-to-one": False, "current-waiver": True, "no-public": True}


def test_every_choice_of_a_filter_says_how_many_findings_it_is_about() -> None:
    report = everything()
    others = report.findings[:-1]  # the last one is the only one of `no-public`
    form = by_id(parsed(replace(report, findings=others)), "filters")
    assert [text_of(each) for each in with_class(form, "choice")] == [
        "Critical 1",
        "High 2",
        "Medium 0",
        "Low 0",
        "Not evaluated 2",
        "Failed 1",
        "Waived 0",
        "In the baseline 0",
    ]
    assert [text_of(each) for each in form.iter("option")] == [
        "All rules",
        "push-to-one (2)",
        "valid-document (1)",
        "All controls",
        "1.3 (2)",
        "AC-6 (2)",
    ]


def test_a_warning_about_a_rule_shows_its_place() -> None:
    warning = Problem("a.yaml", HOSTILE, Location(3, 5, 3, 8), "id: one")
    section = by_id(parsed(replace(everything(), warnings=[warning])), "rules")
    (item,) = with_class(section, "things")[0]
    assert text_of(item).startswith("a.yaml:3:5 \\x1b[2J")
    assert text_of(next(item.iter("mark"))) == "one"


def test_the_table_of_rules_counts_documents() -> None:
    found = rows(parsed(everything()), "rules")
    assert found[0] == [
        "Rule",
        "Severity",
        "Passed",
        "Failed",
        "Did not apply",
        "Waived",
        "Not evaluated",
    ]
    assert found[1][1:] == ["High", "0", "1", "0", "0", "2"]
    assert found[-1] == ["All decisions", "", "1", "2", "0", "0", "3"]


def test_what_decided_the_result_is_named_with_its_digest() -> None:
    section = text_of(by_id(parsed(accepted()), "provenance"))
    for path, digit in (
        ("policy-check.yaml", "3"),
        ("waivers.yaml", "5"),
        ("old.json", "6"),
        ("last-week.json", "7"),
        ("rules/push-to-one.yaml", "1"),
        ("3 documents,", "4"),
    ):
        assert f"{path} {digit * 64}" in section
    for name in ("2026-11-25", "old-rule", "policies/old/a.json", "policies/notes.txt"):
        assert name in section


def test_a_finding_shows_its_line_with_the_span_marked() -> None:
    root = parsed(everything())
    finding = by_id(root, f"f-{everything().findings[2].fingerprint}")
    first, *others = with_class(finding, "excerpt")
    assert first.get("data-line") == "5"
    assert [each.get("data-line") for each in others] == ["6", "7", "8", "9", "10"]
    assert [text_of(each) for each in first.iter("mark")] == ['"Resource": "*"']
    assert "".join(first.itertext()).startswith('{"Effect": "Allow", "Resource": "*", "Sid"')
    assert text_of(with_class(finding, "where")[0]) == "a.json:5:25"


@pytest.mark.parametrize(
    ("place", "before", "marked", "after"),
    [
        (Place("", Location(1, 5, 1, 8), "id: one two"), "id: ", "one", " two"),
        (Place("", Location(1, 5, 9, 1), "id: one two"), "id: ", "one two", ""),
        (Place("", Location(1, 7, 1, 10), "  id: one"), "id: ", "one", ""),
        (Place("", Location(1, 3, 1, 5), "  id: one"), "", "id", ": one"),
        (Place("", Location(1, 205, 1, 208), "id: one two", 200), "…id: ", "one", " two"),
        (Place("", Location(1, 4, 1, 7), "id:\tone"), "id:", " on", "e"),
    ],
)
def test_the_span_is_marked_where_it_is(place: Place, before: str, marked: str, after: str) -> None:
    report = everything()
    only = changed(report.findings[3], place=place, related=())
    (found,) = with_class(parsed(replace(report, findings=[only])), "excerpt")
    (mark,) = found
    assert (found.text or "", mark.text, mark.tail or "") == (before, marked, after)


def test_a_group_says_once_what_holds_for_all_its_findings() -> None:
    (group,) = (
        each
        for each in with_class(parsed(everything()), "group")
        if each.get("data-rule") == "no-public"
    )
    about = text_of(with_class(group, "about")[0])
    assert about.startswith("Why it matters Whoever may push")
    assert "To fix Name one repository." in about
    assert "NIST SP 800-53 Rev. 5, AC-6 Least privilege" in about
    assert group.get("data-controls") == "nist-800-53-r5/AC-6\ncis/1.1"
    (reference,) = with_class(group, "references")[0].iter("a")
    assert reference.get("href") == "https://docs.aws.amazon.com/AmazonECR/latest/userguide/"


def test_a_short_report_is_open_and_a_long_one_is_closed() -> None:
    def opened(report: Report, name: str) -> set[bool]:
        return {"open" in each.attrib for each in with_class(parsed(report), name)}

    assert (opened(many(20), "group"), opened(many(20), "finding")) == ({True}, {True})
    assert (opened(many(40), "group"), opened(many(40), "finding")) == ({True}, {False})
    assert (opened(many(80), "group"), opened(many(80), "finding")) == ({False}, {False})


def test_without_a_script_no_control_is_there_that_would_do_nothing() -> None:
    root = parsed(everything())
    for each in (*root.iter("form"), *(b for b in root.iter("button") if b.get("type") != "reset")):
        assert "hidden" in each.attrib


def test_headings_leave_out_no_level() -> None:
    levels = [
        int(each.tag[1]) for each in parsed(accepted()).iter() if re.fullmatch(r"h\d", each.tag)
    ]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_name_their_columns_and_rows() -> None:
    for cell in parsed(accepted()).iter("th"):
        assert cell.get("scope") in {"col", "row"}


def test_the_command_writes_the_page(policy_check: Run, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    check = (ROOT / "rules", ROOT / "examples" / "violations", "--framework", "aws-fsbp")
    ran = policy_check(*check, "-o", "html", env={"PYTHONHASHSEED": "1"})
    again = policy_check(*check, "-o", f"html={target}", env={"PYTHONHASHSEED": "2"})
    assert (ran.returncode, again.returncode) == (1, 1)
    assert ran.stdout == target.read_bytes()
    page = ran.stdout.decode("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.endswith("</html>\n")
    assert html5lib.HTMLParser(strict=True).parse(page) is not None


def test_it_comes_a_finding_at_a_time() -> None:
    pieces = list(render(many(1000)))
    assert len(pieces) > 1000
    assert max(map(len, pieces)) < 40_000
