"""Access in a real browser: axe on every page in both themes and two widths, focus that is seen, targets of 24 pixels.

``nox -s access`` runs it; it needs Chromium. Without the session these tests are skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import FLAGS, site

SITE = Path(os.environ.get("J1553REF_SITE", ""))
if not os.environ.get("J1553REF_BROWSER"):
    pytest.skip("needs a browser: run nox -s access", allow_module_level=True)

AXE_PACKAGE = pytest.importorskip("axe_playwright_python")
playwright = pytest.importorskip("playwright.sync_api")
Page = Any
CHROMIUM = os.environ["J1553REF_BROWSER"]
AXE = (Path(AXE_PACKAGE.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
WIDTHS = (1280, 390)
#: A page of each kind, for what is looked at by pressing keys.
KINDS = (
    "index.html",
    "reference/units.html",
    "payers/medicare.html",
    "examples/index.html",
    "rules/JWZ003.html",
    "search.html",
)
RUN = """async () => {
  const found = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]});
  return found.violations.map(one => one.id + ": " + one.nodes.slice(0, 3).map(node => node.target.join(" ")).join(" | "));
}"""
#: What has the focus, whether one sees it, and how large it is with what the finger may also hit.
FOCUS = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const around = at.parentElement && at.closest(".bd-search") ? getComputedStyle(at.closest(".bd-search")) : style;
  const door = at.closest(".door") ? getComputedStyle(at.closest(".door")) : style;
  const seen = one => one.outlineStyle !== "none" && parseFloat(one.outlineWidth) >= 1.5;
  return {name: at.outerHTML.slice(0, 90), body: at === document.body, seen: seen(style) || seen(around) || seen(door),
    inside: box.width > 0 && box.height > 0};
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with site(SITE) as found:
        yield found


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Page]:
    """A page whose requests to anywhere else, and whose errors, are kept."""
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        opened = browser.new_context().new_page()
        opened.set_default_timeout(60_000)
        yield opened
        browser.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_both_themes_and_widths(name: str, page: Page, address: str) -> None:
    outside: list[str] = []
    page.on(
        "request", lambda request: None if request.url.startswith((address, "data:")) else outside.append(request.url)
    )
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.emulate_media(color_scheme="light")
    page.goto(address + name)
    page.evaluate(AXE)
    found = set()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(350)  # the theme lets what scrolls have the focus a moment after the width has changed
        for theme in ("light", "dark"):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            found |= {f"{width} {theme} {one}" for one in page.evaluate(RUN)}
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        if wide > width:
            found.add(f"{width} scrolls sideways to {wide}")
    assert found == set()
    assert (outside, errors) == ([], [])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", KINDS)
def test_whatever_has_the_focus_is_seen(name: str, width: int, page: Page, address: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address + name)
    unseen, steps = [], 0
    page.evaluate("() => document.activeElement.blur()")
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at["body"]:
            break
        steps += 1
        if not at["seen"] or not at["inside"]:
            unseen.append(at["name"])
    assert unseen == []
    assert steps > 3


def test_the_skip_link_is_read_in_both_themes_and_leads_past_the_menu(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address + "reference/units.html")
    page.evaluate(AXE)
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        page.evaluate("() => document.activeElement.blur()")
        page.locator("#pst-skip-link a").focus()
        page.wait_for_timeout(400)
        assert (
            page.evaluate(
                "() => axe.run('#pst-skip-link', {runOnly: ['color-contrast']}).then(found => found.violations.length)"
            )
            == 0
        )
        assert (
            page.evaluate(
                "() => axe.run('#pst-skip-link', {runOnly: ['color-contrast']}).then(found => found.passes.length)"
            )
            == 1
        ), theme
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.querySelector('#main-content').contains(document.activeElement)")


def test_search_by_keyboard_from_any_page(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address + "examples/whole-vials-jz.html")
    page.keyboard.press("/")
    page.keyboard.type("CO-16 N822")
    first = page.locator("#pst-search-dialog .hits a").first
    first.wait_for()
    assert "denial" in (first.get_attribute("href") or "")
    page.keyboard.press("Enter")
    page.wait_for_url("**/*denial*")


def test_search_says_what_to_do_where_nothing_is_found(page: Page, address: str) -> None:
    page.goto(address + "search.html?q=authorisatoin")
    again = page.locator(".search-hits button", has_text="authorization").first
    again.wait_for()
    again.click()
    page.locator(".hits a", has_text="How many units do I ask the plan for").wait_for()
    page.goto(address + "search.html?q=humana")
    page.locator(".hit-note", has_text="not researched").wait_for()


def test_cases_are_filtered_and_counted(page: Page, address: str) -> None:
    page.goto(address + "examples/index.html")
    every = page.locator(".case-card:visible").count()
    page.get_by_role("combobox", name="Payer", exact=True).select_option("Medicaid")
    some = page.locator(".case-card:visible").count()
    assert 0 < some < every
    assert page.locator(".case-count").inner_text() == f"{some} of {every} cases"
    page.get_by_role("combobox", name="Setting", exact=True).select_option("Home")
    assert page.locator(".case-card:visible").count() == 0
    assert page.locator("h2:visible").count() == 0, "a level without a case has no heading"


def test_the_menu_opens_on_a_phone_and_names_all_sections(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address + "reference/units.html")
    page.get_by_role("button", name="Menu").click()
    page.locator("dialog[open] nav[aria-label='All sections'] a", has_text="Denials").click()
    page.wait_for_url("**/denial-decoder.html")
