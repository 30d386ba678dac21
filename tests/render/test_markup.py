"""Text of others in Markdown: a renderer shows it to the letter, and makes nothing of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from checker.messages import visible
from checker.render.markdown_text import markdown
from tests.support.reports import HOSTILE

MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


def rendered(text: str) -> str:
    """Return the text of a paragraph; fails where there is anything but text."""
    opening, inline, closing = MARKDOWN.parse(markdown(text))
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    assert {child.type for child in inline.children or ()} <= {"text", "text_special"}
    return "".join(child.content for child in inline.children or ())


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "# title",
        "- item",
        "+ item",
        "1. item",
        "12) item",
        "123.",
        "= line",
        "---",
        "> quote",
        "    code",
        "*a* _b_ __c__ ~~d~~ `e`",
        "[x](javascript:1) ![x](y) [x]: y <https://x> <b>",
        "a | b\n- | -",
        "&amp; &lt;script&gt; &#60;",
        r"a\*b \\ \n",
        "arn:aws:s3:::x_*_y/${aws:username}/1.5",
    ],
)
def test_a_renderer_shows_it_to_the_letter(text: str) -> None:
    assert rendered(text) == visible(" ".join(text.split()))


@given(st.text(min_size=1).filter(str.strip))
def test_a_renderer_shows_any_text_to_the_letter(text: str) -> None:
    assert rendered(text) == visible(" ".join(text.split()))


def test_no_tag_no_parameter_and_no_formula_is_left_for_who_renders_nothing() -> None:
    text = markdown("<img src=x> {{ insert: param, x }} $x$")
    assert not {"<", ">"} & set(text)
    assert "{{" not in text
    assert r"\$x\$" in text


def test_ordinary_text_stays_readable() -> None:
    text = "Name one repository ARN, such as arn:aws:ecr:us-east-1:1:repository/a-b (see 1.2)."
    assert markdown(text) == text
