"""The colours of the HTML report: contrast in both themes, and severities that stay apart."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import combinations
from math import dist

import pytest

CSS = (files("checker.render.html") / "report.css").read_text(encoding="utf-8")
PAIRS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", CSS
    )
}
SEVERITIES = ("critical", "high", "medium", "low")
TEXT = ("ink", "soft", "link", *SEVERITIES, "good", "bad", "doubt")
GROUNDS = ("paper", "sunk")
THEMES = pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])

Triple = tuple[float, float, float]

# Dichromacy in linear RGB. Machado, Oliveira and Fernandes, "A Physiologically-based Model for
# Simulation of Color Vision Deficiency", 2009, https://doi.org/10.1109/TVCG.2009.113
SIGHTS = {
    "trichromacy": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> Triple:
    """Return a colour as linear RGB, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    )
    return red, green, blue


def times(matrix: tuple[tuple[float, ...], ...], colour: Triple) -> Triple:
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, colour, strict=True)))) for row in matrix
    )
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Return a ratio from 1 to 21, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    weights = (0.2126, 0.7152, 0.0722)
    dark, light = sorted(
        sum(a * b for a, b in zip(weights, linear(colour), strict=True)) for colour in (one, other)
    )
    return (light + 0.05) / (dark + 0.05)


def lab(colour: Triple) -> Triple:
    """Return linear RGB as OKLab, https://bottosson.github.io/posts/oklab/."""
    cones = times(
        (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        ),
        colour,
    )
    long, middle, short = (value ** (1 / 3) for value in cones)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def test_every_colour_is_a_pair_with_a_name() -> None:
    assert not set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;,)\s])", CSS)) - {
        colour for pair in PAIRS.values() for colour in pair
    }
    assert {*TEXT, *GROUNDS, "rule", "edge", "marked"} == PAIRS.keys()
    assert set(re.findall(r"var\(--([\w-]+)\)", CSS)) >= PAIRS.keys()


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("name", TEXT)
def test_text_can_be_read_on_every_ground(name: str, ground: str, theme: int) -> None:
    assert contrast(PAIRS[name][theme], PAIRS[ground][theme]) >= 4.5


@THEMES
def test_marked_text_can_be_read(theme: int) -> None:
    assert contrast(PAIRS["ink"][theme], PAIRS["marked"][theme]) >= 4.5


@THEMES
def test_edges_of_what_can_be_used_are_seen(theme: int) -> None:
    assert contrast(PAIRS["edge"][theme], PAIRS["paper"][theme]) >= 3


@THEMES
@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize(("one", "other"), [*combinations(SEVERITIES, 2)])
def test_severities_stay_apart_for_whoever_looks(
    one: str, other: str, sight: str, theme: int
) -> None:
    seen = [lab(times(SIGHTS[sight], linear(PAIRS[each][theme]))) for each in (one, other)]
    assert dist(*seen) >= 0.08
