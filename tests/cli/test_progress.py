"""The bar: on a terminal and on long runs only, never in CI, and gone at the end."""

from __future__ import annotations

import io
import itertools

import pytest

from checker.cli.progress import Progress


class Terminal(io.StringIO):
    """A stream that people look at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def a_second_for_each_look_at_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    monkeypatch.setattr("checker.cli.progress.time.monotonic", lambda: next(clock))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def shown(stream: io.StringIO, total: int = 4) -> str:
    progress = Progress(stream)
    for done in range(1, total + 1):
        progress(done, total)
    progress.clear()
    return stream.getvalue()


def test_a_terminal_shows_how_far_the_run_is_and_is_left_clean() -> None:
    _, *looks, end = shown(Terminal()).split("\r")
    assert [look.count("━") for look in looks] == [7, 15, 22, 30]
    assert looks[1].split("━")[-1].strip() == "2 of 4 files"
    assert end == "\x1b[K"


def test_a_bar_fits_a_terminal_of_80_columns() -> None:
    progress = Progress(stream := Terminal())
    progress(99_999_999, 100_000_000)
    assert len(stream.getvalue().strip("\r")) <= 80


def test_a_short_run_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.cli.progress.time.monotonic", lambda: 0)
    assert shown(Terminal()) == ""


def test_what_is_no_terminal_gets_nothing() -> None:
    assert shown(io.StringIO()) == ""
    progress = Progress(None)
    progress(1, 1)
    progress.clear()


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("CI", "1"), ("TERM", "dumb")])
def test_ci_and_dumb_terminals_get_nothing(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert shown(Terminal()) == ""
