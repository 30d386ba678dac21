"""docs/reading.md says what the reader does."""

from __future__ import annotations

import pytest

from tests.support.command import ROOT
from tests.support.suites import LIBYAML, json_cases, page, yaml_cases

PAGE = ROOT / "docs" / "reading.md"


@pytest.mark.skipif(not (json_cases() and yaml_cases()), reason="POLICY_CHECK_DATA names no data")
@pytest.mark.skipif(LIBYAML is None, reason="PyYAML is without libyaml here, so the page differs")
def test_the_page_is_not_stale() -> None:
    stale = "renew it: tools/reading.py --markdown > docs/reading.md"
    assert PAGE.read_text(encoding="utf-8") == page(), stale


def test_the_page_names_every_choice_that_json_leaves() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("| `i_") == 35
    assert text.count("| `y_") == 2
    assert "| must be refused | 188 | 0 | 188 |" in text
