"""The calculator in a real browser: the built site, Debian's chromium, the policy of the page, and nothing that leaves it.

Run by ``nox -s browser``. Where no browser is found the tests are skipped, unless ``CI`` is set: then that is a failure.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import FLAGS, Quiet, chromium, served, site

from j1553ref.composing import compose

playwright = pytest.importorskip("playwright.sync_api")
SITE = Path(os.environ.get("J1553REF_SITE", "build/site"))
PAGE = "daily/calculator.html"
RIGHT = {"dose_mg": "32450", "vials": "20g,10g,5g", "on": "2026-11-03", "payer": "medicare-ab:noridian"}
#: The engine starts once; a slow machine takes its time.
SOON = 60_000


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with site(SITE) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = chromium()
    if not found:
        if os.environ.get("CI"):
            pytest.fail("no chromium: apt-get install -y chromium")
        pytest.skip("no chromium: apt-get install -y chromium")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=found, args=list(FLAGS))
        yield started
        started.close()


class Visit:
    """A page with everything that it asked for and complained of."""

    def __init__(self, browser: Any, address: str, path: str = PAGE, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.address = address
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.goto(address + path)

    def fill(self, **entries: str) -> None:
        self.page.locator(".composer-more").evaluate("fold => { fold.open = true; }")
        for name, value in entries.items():
            field = self.page.locator(f"#composer-{name}")
            if field.evaluate("held => held.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def answer(self, words: str) -> dict[str, Any]:
        """The answer as the page keeps it, once its sentence holds the words."""
        self.page.locator(".composed-answer", has_text=words).wait_for(timeout=SOON)
        found: dict[str, Any] = json.loads(self.page.locator("#answer").text_content())
        return found

    def elsewhere(self) -> list[str]:
        return [asked for asked in self.requests if not asked.startswith((self.address, "blob:"))]


@pytest.fixture(scope="module")
def visit(browser: Any, address: str) -> Iterator[Visit]:
    """One visit with the engine started, for the tests that only type."""
    made = Visit(browser, address)
    made.fill(**RIGHT)
    made.answer("325 units")
    yield made
    made.context.close()


def test_the_front_desk_question_is_answered_by_the_package(visit: Visit) -> None:
    visit.fill(**RIGHT, start="9:00", stop="1:35 PM")
    visit.page.locator(".composed-lines", has_text="96366").wait_for(timeout=SOON)
    assert visit.answer("325 units") == compose(RIGHT | {"start": "9:00", "stop": "1:35 PM", "setting": "office"})
    assert visit.page.locator(".composed-lines tbody tr").count() == 4
    assert "N470573060501 ML25.5" in visit.page.locator(".composed-lines").text_content()
    assert visit.errors == []


def test_nothing_is_asked_of_any_other_place(visit: Visit) -> None:
    assert visit.elsewhere() == []
    before = len(visit.requests)
    visit.fill(dose_mg="30000")
    visit.answer("300 units")
    # A browser may look for the icon again where the address behind the number sign changes.
    assert [asked for asked in visit.requests[before:] if not asked.endswith("/favicon.svg")] == []
    assert not [asked for asked in visit.requests if "30000" in asked or "32450" in asked]


def test_from_inside_the_worker_nothing_gets_out(browser: Any, address: str) -> None:
    """The policy holds in the worker too: it was started from a blob of the page, as the calculator's is."""
    heard: list[str] = []

    class Listener(Quiet):
        def do_GET(self) -> None:  # noqa: N802 - named by the protocol
            heard.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

    with served(Listener) as other:
        made = Visit(browser, address)
        said = made.page.evaluate(
            """(other) => new Promise((done) => {
              const source = `fetch("${other}?dose=40000").then(() => postMessage("out"), () => postMessage("kept"));
                try { eval("1"); postMessage("eval"); } catch (refused) { postMessage("no eval"); }`;
              const worker = new Worker(URL.createObjectURL(new Blob([source], {type: "text/javascript"})), {type: "module"});
              const found = [];
              worker.onmessage = (event) => { found.push(event.data); if (found.length === 2) { done(found.sort()); } };
            })""",
            other,
        )
        made.context.close()
    assert said == ["kept", "no eval"] and heard == []


def test_a_sweep_of_entries_gives_what_the_package_gives(visit: Visit) -> None:
    draw = random.Random(int(os.environ.get("J1553REF_SEED", "1553")))
    count = int(os.environ.get("J1553REF_SWEEP", "60"))
    entries = []
    for _ in range(count):
        vials = [draw.choice(("5g", "10g", "20g")) for _ in range(draw.randint(1, 5))]
        held = sum(int(size[:-1]) for size in vials) * 1000
        start = draw.randint(0, 12 * 60)
        stop = start + draw.randint(1, 700)
        entries.append(
            {
                "dose_mg": str(draw.randint(1, held + 1000)),
                "vials": ",".join(vials),
                "on": draw.choice(("2026-04-01", "2026-06-30", "2026-07-01", "2026-11-03", "2027-01-02", "2026-03-31")),
                "payer": draw.choice(("", "medicare-ab", "medicare-ab:cgs", "aetna", "bcbs:premera", "medicaid:NC")),
                "setting": draw.choice(("office", "infusion-center", "hospital-outpatient", "home")),
                "start": f"{start // 60:02}:{start % 60:02}",
                "stop": f"{stop // 60 % 24:02}:{stop % 60:02}",
            }
        )
    answers = visit.page.evaluate(
        """async (entries) => {
          const { Engine } = await import(new URL("../_static/live-engine.js", document.baseURI).href);
          const about = new URL(document.querySelector(".composer").dataset.about, document.baseURI).href;
          const engine = new Engine(about, () => {});
          const found = [];
          for (const one of entries) { found.push(await engine.ask("compose", one)); }
          return found;
        }""",
        entries,
    )
    assert answers == [json.loads(json.dumps(compose(one))) for one in entries]


def test_a_wrong_entry_keeps_what_was_typed_and_makes_no_line(visit: Visit) -> None:
    visit.fill(**RIGHT)
    visit.answer("325 units")
    visit.fill(dose_mg="32,45")
    problem = visit.page.locator("#composer-dose_mg-problem")
    problem.filter(has_text="comma").wait_for(timeout=SOON)
    assert visit.page.locator("#composer-dose_mg").input_value() == "32,45"
    assert visit.page.locator("#composer-dose_mg").get_attribute("aria-invalid") == "true"
    assert visit.page.locator(".composed-lines").count() == 0
    visit.fill(dose_mg="32450")
    visit.answer("325 units")
    assert problem.text_content() == ""


def test_the_address_holds_the_entries_behind_the_number_sign(browser: Any, address: str) -> None:
    made = Visit(browser, address, f"{PAGE}#dose_mg=40000&vials=2x20g&on=2026-05-04&payer=aetna")
    found = made.answer("400 units")
    assert found["claim"]["payer"] == "aetna"
    assert made.elsewhere() == [] and not any("40000" in asked for asked in made.requests)
    made.page.get_by_role("button", name="Start over").click()
    made.page.locator(".composed-answer").wait_for(state="detached", timeout=SOON)
    assert "#" not in made.page.url and made.page.locator("#answer").text_content() == ""
    made.context.close()


def test_what_would_change_is_shown_and_taken_over_by_a_click(visit: Visit) -> None:
    visit.fill(**RIGHT)
    visit.answer("325 units")
    visit.page.locator("summary", has_text="What would change").click()
    visit.page.locator(".composed-others button", has_text="340B").click(timeout=SOON)
    visit.page.locator(".composed-lines", has_text="J1553 TB").wait_for(timeout=SOON)
    assert visit.page.locator("#composer-is_340b").input_value() == "yes"
    visit.fill(is_340b="no")


def test_by_keyboard_alone(browser: Any, address: str) -> None:
    made = Visit(browser, address, viewport={"width": 390, "height": 844})
    made.page.locator("#composer-dose_mg").focus()
    made.page.keyboard.type("20000")
    made.page.keyboard.press("Tab")
    made.page.keyboard.type("20g")
    made.page.locator("#composer-on").fill("2026-11-03")
    made.answer("200 units on one line with JZ")
    assert made.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    made.context.close()


def test_without_a_script_the_page_says_where_the_answers_are(browser: Any, address: str) -> None:
    made = Visit(browser, address, java_script_enabled=False)
    assert made.page.locator(".composer-without").is_visible()
    assert not made.page.locator(".composer-form").is_visible()
    assert made.page.get_by_role("link", name="dose table").first.is_visible()
    made.context.close()


def test_an_engine_that_cannot_start_is_said_and_entries_stay(browser: Any, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    about = json.loads((SITE / "_static" / "engine" / "about.json").read_text(encoding="utf-8")) | {
        "engine": "missing/"
    }
    page.route("**/about.json", lambda route: route.fulfill(json=about))
    page.goto(address + PAGE)
    page.locator("#composer-dose_mg").fill("20000")
    page.locator(".composer-state", has_text="did not start").wait_for(timeout=SOON)
    assert page.locator("#composer-dose_mg").input_value() == "20000"
    context.close()
