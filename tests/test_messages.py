"""Texts of others are made harmless to show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.messages import inert, visible


@pytest.mark.parametrize(
    "text",
    ["", "plain text ~!", "é", "中文", "e\u0301", "🙂", "\u00a0", "\ufffd", "a\\x1b"],
)
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\r\tc", r"a\x0ab\x0d\x09c"),
        ("\x00\x7f\x9b", r"\x00\x7f\x9b"),
        ("\u202euser", r"\u202euser"),
        ("a\u200bb\u2066c\ufeff", r"a\u200bb\u2066c\ufeff"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ud800", r"\ud800"),
        ("\ue000", r"\ue000"),
        ("\U000e0041", r"\U000e0041"),
        ("\U0010ffff", r"\U0010ffff"),
        ("é\x1b中", r"é\x1b中"),
        ("\xad", r"\xad"),
    ],
)
def test_what_acts_or_hides_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_that_is_shown_acts_or_hides(text: str) -> None:
    categories = {unicodedata.category(character) for character in visible(text)}
    assert not categories & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("", ""),
        ("arn:aws:s3:::x # 1", "arn:aws:s3:::x # 1"),
        ("::error::x", r"\::error::x"),
        ("a\n \t::error::x", "a\n \t\\::error::x"),
        ("\x1b[1m::error::x", "\x1b[1m\\::error::x"),
        ("a ::error::x", "a ::error::x"),
        ("a ##[error]x", r"a #\#[error]x"),
        ("###vso[task.complete]##vso[x]", r"##\#vso[task.complete]#\#vso[x]"),
        ("## [a] #vso[", "## [a] #vso["),
    ],
)
def test_no_line_is_a_command(text: str, harmless: str) -> None:
    assert inert(text) == harmless
