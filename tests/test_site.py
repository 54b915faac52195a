"""The built site: what every page must have, what none may have, and that each address leads somewhere.

Runs on the folder that the environment variable ``J1553REF_SITE`` names; ``nox -s tests`` builds it first.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import tomllib
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from j1553ref import cases
from j1553ref.facts import packaged
from j1553ref.facts.wording import date_text

SITE = Path(os.environ.get("J1553REF_SITE", ""))
if not os.environ.get("J1553REF_SITE"):
    pytest.skip("no built site: set J1553REF_SITE to its folder, or run nox -s tests", allow_module_level=True)

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ADDRESS = PROJECT["urls"]["Documentation"]
BASE = urlsplit(ADDRESS).path
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Element(NamedTuple):
    tag: str
    attrs: dict[str, str]
    inside: tuple[str, ...]
    text: list[str]


class Reader(HTMLParser):
    """All elements of a page in order, each with its attributes, the ids around it, and its own text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        ids = tuple(outer.attrs["id"] for outer in self.open if "id" in outer.attrs)
        element = Element(tag, given, ids, [])
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self.open[-1:]:
            element.text.append(data)


class Page:
    """A page of the site, read and parsed when a test first looks into it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path.relative_to(SITE))

    @cached_property
    def elements(self) -> list[Element]:
        return Reader(self.path.read_text(encoding="utf-8")).elements

    @cached_property
    def ids(self) -> set[str]:
        return {e.attrs["id"] for e in self.elements if "id" in e.attrs}

    def all(self, tag: str, **attrs: str) -> list[Element]:
        named = {key.strip("_").replace("_", "-"): value for key, value in attrs.items()}
        return [e for e in self.elements if e.tag == tag and all(e.attrs.get(k) == v for k, v in named.items())]


PAGES = [Page(path) for path in sorted(SITE.rglob("*.html"))]
NAMED = {page.name: page for page in PAGES}
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def local(page: Page, address: str) -> str:
    """The path inside the site to which an address on a page leads."""
    path = unquote(urlsplit(address).path)
    if not path:
        return page.name
    start = SITE if path.startswith("/") else (SITE / page.name).parent
    return os.path.relpath(
        (start / (path.removeprefix(BASE) if path.startswith("/") else path)).resolve(), SITE.resolve()
    )


def test_the_site_is_there() -> None:
    assert {
        "index.html",
        "404.html",
        "search.html",
        "about.html",
        "report-an-error.html",
        "reference/sources.html",
    } <= set(NAMED)


@every_page
def test_policy_comes_before_anything_is_fetched(page: Page) -> None:
    policies = page.all("meta", http_equiv="Content-Security-Policy")
    assert len(policies) == 1
    rules = dict(part.strip().split(" ", 1) for part in policies[0].attrs["content"].split(";"))
    assert rules["default-src"] == "'self'"
    assert rules["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert rules["style-src"] == "'self'"
    assert rules["object-src"] == "'none'"
    fetching = next(i for i, e in enumerate(page.elements) if e.tag in ("script", "link"))
    assert page.elements.index(policies[0]) < fetching


@every_page
def test_nothing_inline(page: Page) -> None:
    bad = [
        f"<{e.tag} {name}>"
        for e in page.elements
        for name, value in e.attrs.items()
        if name == "style" or name.startswith("on") or value.strip().lower().startswith("javascript:")
    ]
    bad += [f"<{e.tag}>" for e in page.elements if e.tag == "style" or (e.tag == "script" and not e.attrs.get("src"))]
    assert bad == []


@every_page
def test_nothing_comes_from_elsewhere(page: Page) -> None:
    fetched = [
        e.attrs[name]
        for e in page.elements
        for name in ("src", "srcset", "href", "data", "poster", "action")
        if name in e.attrs and e.tag != "a" and e.attrs.get("rel") != "canonical"
    ]
    assert [url for url in fetched if urlsplit(url).netloc or urlsplit(url).scheme not in ("", "data")] == []


@every_page
def test_head_and_heading(page: Page) -> None:
    assert page.all("html")[0].attrs["lang"] == "en"
    title = "".join(page.all("title")[0].text).strip()
    assert "J1553" in title
    descriptions = page.all("meta", name="description")
    assert [len(meta.attrs["content"]) >= 20 for meta in descriptions] == [True]
    assert len(page.all("h1")) == 1
    assert len(page.all("meta", name="viewport")) == 1


def test_titles_differ() -> None:
    titles = ["".join(page.all("title")[0].text).strip() for page in PAGES]
    assert sorted(titles) == sorted(set(titles))


@every_page
def test_report_link_and_notices(page: Page) -> None:
    links = [e for e in page.all("a") if "report" in e.attrs.get("class", "").split()]
    assert [local(page, link.attrs["href"]) for link in links] == ["report-an-error.html"]
    words = " ".join(" ".join("".join(e.text) for e in page.elements).split())
    assert "no medical, legal or payment advice" in words
    assert "American Medical Association" in words
    assert re.search(r"Facts last checked [A-Z][a-z]+ [0-9]{1,2}, [0-9]{4}", words)


def links(page: Page, landmark: Element) -> list[Element]:
    """The links between the start of a landmark and the next landmark."""
    after = page.elements[page.elements.index(landmark) + 1 :]
    end = next((n for n, e in enumerate(after) if e.tag in ("nav", "main", "article", "footer")), len(after))
    return [e for e in after[:end] if e.tag == "a"]


def places(page: Page, landmark: Element) -> list[str]:
    return [local(page, link.attrs["href"]) for link in links(page, landmark)]


@every_page
def test_bar_menu_breadcrumb_and_neighbors_agree(page: Page) -> None:
    """The bar names all sections; the menu holds this one only, and breadcrumb and neighbors stay in it."""
    [bar] = page.all("nav", aria_label="Sections")
    assert len(places(page, bar)) == len(set(places(page, bar))) == 10
    crumbs = page.all("nav", aria_label="Breadcrumb")
    assert bool(crumbs) is (page.name not in ("index.html", "404.html", "search.html"))
    if not crumbs:
        return
    [here] = [link for link in links(page, bar) if link.attrs.get("aria-current")]
    [menu] = page.all("nav", aria_label="".join(here.text))
    assert local(page, here.attrs["href"]) == places(page, menu)[0], "a section opens with its first page"
    assert page.all("a", aria_current="page") or page.name.startswith(("examples/", "rules/"))
    trail = places(page, crumbs[0])
    assert trail[0] == "index.html" and set(trail[1:]) <= set(places(page, menu))
    for link in (e for e in page.all("a") if e.attrs.get("title") in ("previous page", "next page")):
        assert NAMED[local(page, link.attrs["href"])].all("nav", aria_label=menu.attrs["aria-label"])


@every_page
def test_labels_of_the_menu_are_short(page: Page) -> None:
    menus = [nav for nav in page.all("nav") if "here-nav" in nav.attrs.get("class", "")]
    labels = ["".join(link.text) for menu in menus for link in links(page, menu)]
    assert len(labels) <= 32
    assert [label for label in labels if len(label) > 24] == []


@every_page
def test_ids_are_unique(page: Page) -> None:
    ids = [e.attrs["id"] for e in page.elements if "id" in e.attrs]
    assert sorted(ids) == sorted(set(ids))


@every_page
def test_each_address_in_the_site_leads_somewhere(page: Page) -> None:
    lost = []
    for element in page.elements:
        for name in ("href", "src", "action"):
            address = element.attrs.get(name)
            if address is None or urlsplit(address).scheme or urlsplit(address).netloc:
                continue
            place, fragment = urldefrag(address)
            target = local(page, place)
            if not (SITE / target).is_file() or (
                fragment and (target not in NAMED or fragment not in NAMED[target].ids)
            ):
                lost.append(address)
    assert lost == []


@every_page
def test_each_value_opens_its_card_and_each_card_names_a_source(page: Page) -> None:
    cards = {e.attrs["id"] for e in page.elements if "popover" in e.attrs}
    openers = [e for e in page.all("button") if "popovertarget" in e.attrs]
    assert {e.attrs["popovertarget"] for e in openers} == cards
    for opener in openers:
        if "fact-value" in opener.attrs.get("class", ""):
            target = opener.attrs["popovertarget"]
            assert [e for e in page.all("a") if target in e.inside], f"the card {target} leads nowhere"
            assert "".join(opener.text).strip()


def test_front_page_at_a_glance() -> None:
    front = NAMED["index.html"]
    text = " ".join("".join("".join(e.text) for e in front.elements).split())
    for words in (
        "J1553",
        "100 mg",
        "1 mL",
        "50 units",
        "100 units",
        "200 units",
        "April 1, 2026",
        "70573-0605-01",
        "500 mg",
    ):
        assert words in text.replace("\xa0", " ")


def test_a_worked_case_shows_its_claim_in_three_shapes() -> None:
    shown = [page for page in PAGES if page.name.startswith("examples/") and not page.name.endswith("index.html")]
    assert shown
    for page in shown:
        shapes = [e.attrs["data-shape"] for e in page.elements if "case-shape" in e.attrs.get("class", "").split()]
        assert shapes == ["paper", "file", "clearinghouse"], page.name
        assert "".join(page.all("caption")[-1].text).split(":")[0] in ("CMS-1500", "UB-04"), page.name


def test_sitemap_and_robots_name_the_address() -> None:
    places = re.findall("<loc>(.*?)</loc>", (SITE / "sitemap.xml").read_text(encoding="utf-8"))
    wanted = {ADDRESS + page.name for page in PAGES if page.name not in ("404.html", "search.html", "index.html")}
    assert set(places) == wanted | {ADDRESS}
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (SITE / "robots.txt").read_text(encoding="utf-8").splitlines()


def test_schemas_are_at_their_id() -> None:
    paths = sorted((SITE / "schemas").rglob("*.json"))
    assert {"claim.schema.json", "report.schema.json", "facts.schema.json"} <= {path.name for path in paths}
    for path in paths:
        assert json.loads(path.read_text(encoding="utf-8"))["$id"] == ADDRESS + path.relative_to(SITE).as_posix()


def test_missing_page_works_at_any_depth() -> None:
    page = NAMED["404.html"]
    addresses = [e.attrs[name] for e in page.elements for name in ("href", "src", "action") if name in e.attrs]
    assert [a for a in addresses if not a.startswith(("/", "#", "https://"))] == []
    assert page.all("html")[0].attrs["data-content_root"] == BASE


def packed(name: str) -> int:
    return len(gzip.compress((SITE / name).read_bytes(), mtime=0))


def test_what_a_page_fetches_stays_small() -> None:
    """On a first view: the page, styles, scripts and the icons, packed. The index of the search comes when one searches."""
    front = NAMED["index.html"]
    fetching = [*front.all("script"), *front.all("link", rel="stylesheet")]
    shared = {local(front, e.attrs.get("src") or e.attrs["href"]) for e in fetching}
    shared |= {str(path.relative_to(SITE)) for path in SITE.rglob("*.woff2")}
    assert len(shared) <= 5
    always = sum(packed(name) for name in shared)
    assert always + packed("index.html") < 60_000
    heavy = {page.name for page in PAGES if always + packed(page.name) >= 100_000}
    assert heavy <= {"reference/facts.html"}, "all facts on one page"
    assert packed("search-index.json") < 260_000


def test_one_script_and_one_style_sheet_for_all_pages() -> None:
    """So that what was weighed for one page was weighed for all."""
    fetched = {
        local(page, e.attrs.get("src") or e.attrs["href"])
        for page in PAGES
        for e in [*page.all("script"), *page.all("link", rel="stylesheet")]
    }
    assert len(fetched) <= 4


def test_the_front_page_says_for_whom_how_much_and_how_sure() -> None:
    front = NAMED["index.html"]
    base = packaged()
    words = " ".join("".join("".join(e.text) for e in front.elements).split())
    assert "For billing staff at infusion centers, hospitals and offices" in words
    assert f"{len(base.facts)} facts" in words
    assert f"last checked {date_text(base.checked_until)}" in words
    assert f"{len(base.gaps)} questions that we could not answer" in words
    doors = [
        local(front, e.attrs["href"]) for e in front.elements if e.tag == "a" and "internal" in e.attrs.get("class", "")
    ]
    wanted = (
        "reference/units",
        "reference/administration",
        "reference/ndc",
        "daily/denial-decoder",
        "payers/index",
        "training/index",
    )
    assert {f"{page}.html" for page in wanted} <= set(doors)
    assert len(front.all("section", id="composer")) == 1
    rows = [e for e in front.all("tr") if "composer" in e.inside]
    assert len(rows) > 5, "the dose table is there without a script"


def test_cases_are_in_teaching_order_on_cards_that_the_filters_read() -> None:
    index = NAMED["examples/index.html"]
    cards = [e for e in index.all("li") if e.attrs.get("class") == "case-card"]
    assert {f"examples/{slug}.html" for slug in cases.slugs()} == {
        local(index, e.attrs["href"]) for e in index.all("a") if local(index, e.attrs["href"]).startswith("examples/")
    } - {"examples/index.html"}
    levels = [card.attrs["data-level"] for card in cards]
    assert levels == sorted(levels, key=["First steps", "Everyday", "Tricky"].index)
    assert all(card.attrs[f"data-{name}"] for card in cards for name in ("setting", "payer", "topic", "level"))
    order = [
        place.removeprefix("examples/").removesuffix(".html")
        for place in (local(index, e.attrs["href"]) for e in index.all("a"))
    ]
    lesson = (Path(__file__).parent.parent / "docs" / "training" / "lesson-30.md").read_text(encoding="utf-8")
    taught = [slug for slug in re.findall(r"\| case: (\S+)", lesson) if slug in order]
    first = [slug for slug in order if slug in taught and levels[0] == "First steps"]
    assert first[:2] == taught[:2], "the first lesson's cases come first"


def test_usage_is_written_beside_the_site() -> None:
    usage = json.loads(SITE.with_name(SITE.name + ".usage.json").read_text(encoding="utf-8"))
    assert {name + ".html" for name in usage} == {page.name for page in PAGES} - {"search.html"}
    assert "unit.size" in usage["index"]["facts"]
    assert {kind for used in usage.values() for kind in used} == {"facts", "sources", "gaps", "rules", "cases"}
