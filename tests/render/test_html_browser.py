"""The HTML report as a browser shows it: filters, links, narrow screens, paper, no script."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from checker.render.html import render
from checker.report import Report, Status
from tests.support.reports import accepted, everything, hostile, many, passed

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REPORTS: dict[str, Callable[[], Report]] = {
    "everything": everything,
    "accepted": accepted,
    "passed": passed,
    "hostile": hostile,
    "many": lambda: many(1000),
}
named = pytest.mark.parametrize("name", REPORTS)
VISIBLE = ".finding:visible"
OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"

Show = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium is on the path")
    with api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Return a function that opens a report; what the page complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(
        report: Report,
        fragment: str = "",
        *,
        width: int = 1280,
        dark: bool = False,
        js: bool = True,
    ) -> Page:
        path = tmp_path / "report.html"
        path.write_text("".join(render(report)), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=js,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.extend(_foreign(request.url)))
        page.goto(path.as_uri() + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _foreign(address: str) -> list[str]:
    return [] if address.startswith(("file:", "data:")) else [f"asked for {address}"]


def says(page: Page, words: str) -> None:
    """Wait until the page says how many findings it shows."""
    from playwright.sync_api import expect  # noqa: PLC0415 - only where it is installed

    expect(page.locator("#shown")).to_have_text(words)


@named
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_works_without_a_complaint(name: str, dark: bool, show: Show) -> None:  # noqa: FBT001
    page = show(REPORTS[name](), dark=dark)
    assert page.locator("h1").is_visible()
    assert page.locator("#theme").is_visible()


def test_filters_show_the_findings_that_fit_them(show: Show) -> None:
    page = show(everything())
    says(page, "4 findings")
    page.get_by_label("High").check()
    says(page, "2 of 4 findings")
    assert page.locator(VISIBLE).count() == 2
    page.get_by_label("Not evaluated 2").check()
    says(page, "1 of 4 findings")
    page.get_by_label("Low").check()
    page.get_by_label("Not evaluated 2").uncheck()
    says(page, "3 of 4 findings")
    page.get_by_role("button", name="Clear filters").click()
    says(page, "4 findings")
    assert page.locator(VISIBLE).count() == 4


@pytest.mark.parametrize(
    ("label", "value", "count"),
    [("Rule", "no-public", 1), ("Control", "cis/1.1", 1), ("Control", "nist-800-53-r5/AC-6", 3)],
)
def test_a_rule_or_a_control_is_chosen_from_a_list(
    label: str, value: str, count: int, show: Show
) -> None:
    page = show(everything())
    page.get_by_label(label, exact=True).select_option(value)
    says(page, f"{count} of 4 findings")
    assert page.locator(VISIBLE).count() == count


@pytest.mark.parametrize(
    ("label", "text", "words"),
    [
        ("Search", "statement/7", "44 of 1,000 findings"),
        ("Search", "RULE-3 statement/77", "1 of 1,000 findings"),
        ("Search", "rule-3 rule-2", "0 of 1,000 findings"),
        ("Search", "decides what runs", "1,000 of 1,000 findings"),
        ("Search", "rule-3 TEAM-7/", "13 of 1,000 findings"),
        ("Path", "team-7/", "52 of 1,000 findings"),
        ("Path", "policies/team-7/7.json", "4 of 1,000 findings"),
        ("Path", "7:25", "0 of 1,000 findings"),
    ],
)
def test_findings_are_found_by_their_text_and_path(
    label: str, text: str, words: str, show: Show
) -> None:
    page = show(many(1000))
    page.get_by_label(label, exact=True).fill(text)
    says(page, words)
    assert page.locator("#none").is_visible() == words.startswith("0 ")
    count = int(words.split(maxsplit=1)[0].replace(",", ""))
    assert page.locator(VISIBLE).count() == (count if count < 200 else 0)


def test_filters_stand_in_the_address(show: Show) -> None:
    page = show(many(1000))
    page.get_by_label("High").check()
    page.get_by_label("Path", exact=True).fill("team-7/")
    says(page, "13 of 1,000 findings")
    address = page.url
    assert address.endswith("#severity=high&path=team-7%2F")
    page.goto("about:blank")
    page.goto(address)
    says(page, "13 of 1,000 findings")
    assert page.get_by_label("High").is_checked()
    assert page.get_by_label("Path", exact=True).input_value() == "team-7/"


def test_a_bar_of_the_overview_filters_and_the_way_back_does_not(show: Show) -> None:
    page = show(many(1000))
    page.get_by_role("link", name="Critical").click()
    says(page, "250 of 1,000 findings")
    page.go_back()
    says(page, "1,000 findings")


def test_a_link_opens_its_finding_and_goes_there(show: Show) -> None:
    report = many(1000)
    finding = f"f-{report.findings[777].fingerprint}"
    page = show(report, f"#{finding}")
    there = page.locator(f"#{finding}")
    assert there.get_attribute("open") is not None
    assert there.locator(".excerpt").first.is_visible()
    assert there.bounding_box()["y"] == pytest.approx(72, abs=30)  # type: ignore[index]
    page.keyboard.press("Tab")
    assert there.locator("summary").evaluate("each => each === document.activeElement")


def test_a_link_to_a_finding_that_is_filtered_out_clears_the_filters(show: Show) -> None:
    report = many(1000)
    page = show(report, "#severity=low")
    says(page, "250 of 1,000 findings")
    finding = f"f-{report.findings[0].fingerprint}"
    page.evaluate(f"location.hash = '{finding}'")
    says(page, "1,000 findings")
    assert page.locator(f"#{finding}").is_visible()
    assert not page.get_by_label("Low").is_checked()


def test_going_to_another_section_keeps_the_filters(show: Show) -> None:
    page = show(many(1000), "#severity=low")
    page.get_by_role("link", name="Rules", exact=True).click()
    page.wait_for_timeout(200)  # or what is said before would do
    says(page, "250 of 1,000 findings")


def test_all_that_is_shown_opens_and_closes_at_once(show: Show) -> None:
    page = show(many(1000), "#severity=low&path=team-7/")
    page.get_by_role("button", name="Open all").click()
    assert page.locator(".finding[open]").count() == 13
    page.get_by_role("button", name="Close all").click()
    assert page.locator(".finding[open]").count() == 0
    assert page.locator(VISIBLE).count() == 0


@named
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_scrolls_sideways(name: str, width: int, show: Show) -> None:
    page = show(REPORTS[name](), width=width)
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_every_cell_of_a_table_stands_in_its_row(show: Show) -> None:
    first, *others = accepted().rules
    rules = [replace(first, counts=dict.fromkeys(Status, 5)), *others]
    page = show(replace(accepted(), rules=rules))
    for row in page.locator("tbody tr").all():
        place = row.bounding_box()
        assert place is not None
        for cell in row.locator("th, td").all():
            box = cell.bounding_box()
            assert box is not None
            assert box["y"] == pytest.approx(place["y"], abs=1)


def test_filters_fold_on_a_narrow_screen(show: Show) -> None:
    page = show(everything(), width=360)
    assert page.get_by_label("Search").is_visible()
    assert not page.get_by_label("High").is_visible()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("High").check()
    says(page, "2 of 4 findings")


def test_without_a_script_everything_can_be_read(show: Show) -> None:
    report = many(1000)
    page = show(report, f"#f-{report.findings[777].fingerprint}", js=False)
    assert not page.locator("form, button").locator("visible=true").count()
    target = page.locator(f"#f-{report.findings[777].fingerprint}")
    assert target.locator(".excerpt").first.is_visible()
    page.locator(".group > summary").first.click()
    other = page.locator(f"#f-{report.findings[0].fingerprint}")
    other.locator("summary").click()
    assert other.locator(".excerpt").first.is_visible()


def ground(page: Page) -> str:
    found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return found


def test_the_theme_follows_the_system_until_one_is_chosen(show: Show) -> None:
    light, dark = "rgb(255, 255, 255)", "rgb(21, 23, 26)"
    page = show(everything(), dark=True)
    assert ground(page) == dark
    button = page.locator("#theme")
    assert button.inner_text() == "Theme: automatic"
    button.click()
    assert (button.inner_text(), ground(page)) == ("Theme: light", light)
    page.reload()
    assert (button.inner_text(), ground(page)) == ("Theme: light", light)
    button.click()
    page.emulate_media(color_scheme="light")
    assert (button.inner_text(), ground(page)) == ("Theme: dark", dark)
    button.click()
    assert (button.inner_text(), ground(page)) == ("Theme: automatic", light)


def test_paper_shows_all_that_is_folded_and_no_control(show: Show) -> None:
    page = show(many(1000), "#severity=low&path=team-7/", dark=True)
    page.emulate_media(media="print")
    assert ground(page) == "rgb(255, 255, 255)"
    assert page.locator(VISIBLE).count() == 13
    assert page.locator(".finding .excerpt:visible").count() == 26
    assert not page.locator("button:visible, input:visible, nav:visible").count()
    assert page.pdf().startswith(b"%PDF")


def test_a_keyboard_is_enough(show: Show) -> None:
    page = show(everything())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    page.get_by_label("Search").focus()
    page.keyboard.type("no-public")
    says(page, "1 of 4 findings")
    first = page.locator(".finding:visible > summary")
    first.focus()
    page.keyboard.press("Enter")
    assert not page.locator(".finding:visible .excerpt").first.is_visible()
    outline = first.evaluate("each => getComputedStyle(each).outlineStyle")
    assert outline == "solid"


CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (each) => {
    for (let at = each; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = {};
  for (const each of document.body.querySelectorAll("*:not(option, optgroup)")) {
    const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !each.checkVisibility()) continue;
    const [one, other] = [light(rgb(getComputedStyle(each).color)), light(ground(each))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) found[`${each.tagName} ${each.className}`] = ratio;
  }
  return found;
}"""


@pytest.mark.parametrize("name", ["everything", "accepted", "passed", "hostile"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_text_stands_out_from_its_ground(name: str, dark: bool, show: Show) -> None:  # noqa: FBT001
    page = show(REPORTS[name](), dark=dark)
    page.evaluate(OPEN_ALL)
    assert page.evaluate(CONTRASTS) == {}


@pytest.mark.parametrize("name", ["everything", "accepted", "passed", "hostile"])
@pytest.mark.parametrize(("width", "dark"), [(360, False), (1280, True)], ids=["narrow", "dark"])
def test_axe_finds_nothing_to_mend(name: str, width: int, dark: bool, show: Show) -> None:  # noqa: FBT001
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    page = show(REPORTS[name](), width=width, dark=dark)
    page.evaluate(OPEN_ALL)
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
