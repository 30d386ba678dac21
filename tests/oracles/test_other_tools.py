"""On the inputs of other tools' tests we find what these find, but for what is explained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.oracles.other_tools import (
    EXPLOITS,
    NOTHING,
    REFUSED,
    Compared,
    Reason,
    compare,
    disagreements,
    mistakes,
    page,
    read_reasons,
    totals,
)
from tests.support.command import ROOT

PAGE = ROOT / "docs" / "other-tools.md"


@pytest.fixture(scope="module")
def compared(data: Path) -> list[Compared]:
    return compare(data)


def test_every_input_with_a_verdict_is_compared(data: Path, compared: list[Compared]) -> None:
    index = json.loads((data / "other-tools" / "index.json").read_text(encoding="utf-8"))
    judged = sorted(each["file"] for each in index if each.get("verdict"))
    assert [each.file for each in compared] == judged


def test_every_disagreement_is_explained_and_no_explanation_is_stale(
    compared: list[Compared],
) -> None:
    assert mistakes(compared, read_reasons()) == []


def test_what_can_be_exploited_is_caught(compared: list[Compared]) -> None:
    exploits = [
        each for each in compared if each.verdict in {"exploitable", "privilege-escalation"}
    ]
    assert len(exploits) == 58
    assert [each.file for each in exploits if each.counted != "medium or worse"] == []


def test_what_is_asserted_of_an_exploit_is_caught_or_the_input_refused(
    compared: list[Compared],
) -> None:
    asserted = [each for each in compared if each.verdict == "assert-true"]
    exploits = [each for each in asserted if EXPLOITS & set(each.kinds)]
    assert len(exploits) == 12
    others = [each for each in exploits if each.counted != "medium or worse"]
    assert [(each.file.split("-")[0], each.ours) for each in others] == [("prowler/062", REFUSED)]


def test_what_cannot_be_exploited_is_no_escalation(compared: list[Compared]) -> None:
    (harmless,) = (each for each in compared if each.verdict == "not-exploitable")
    assert not harmless.refused
    assert [rule.id for rule in harmless.rules if rule.id.startswith("escalation-")] == []


def test_the_page_is_up_to_date(compared: list[Compared]) -> None:
    stale = "renew it: tools/other_tools.py --markdown > docs/other-tools.md"
    assert PAGE.read_text(encoding="utf-8") == page(compared, read_reasons()), stale


def test_a_verdict_without_a_reason_and_a_reason_without_a_difference_are_told() -> None:
    missed = Compared("tool/a.json", "bad", ("public",), refused=False, rules=())
    agreed = Compared("tool/b.json", "clean", (NOTHING,), refused=False, rules=())
    refused = Compared("tool/c.json", "clean", (NOTHING,), refused=True, rules=())
    reasons = [
        Reason("tool/b.json", "ours", "no"),
        Reason("tool/c.json", "theirs", "it is invalid"),
    ]
    assert mistakes([missed, agreed, refused], reasons) == [
        "differs, and nothing says why: tool/a.json",
        "does not differ, and is explained: tool/b.json",
    ]
    assert totals([missed, agreed, refused], reasons) == (
        "2 of 3 differ: theirs 1, ours 0, opinion 0"
    )
    assert disagreements([missed, agreed, refused], reasons)[1:] == [
        ["tool/a.json", "public", "nothing", "?", "?"],
        ["tool/c.json", "nothing", "refused", "theirs", "it is invalid"],
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {file: a, whose: ours}", "expected file, whose and because"),
        ("- {file: a, whose: ours, because: ''}", "texts that are not empty"),
        ("- {file: a, whose: nobody's, because: b}", "expected one of theirs, ours, opinion"),
        ("- &a {file: a, whose: ours, because: b}\n- *a", "not sorted by file, or twice: a"),
    ],
)
def test_a_file_of_reasons_with_a_mistake_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "reasons.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_reasons(path)
