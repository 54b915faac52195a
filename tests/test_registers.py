"""What the built site lists from the facts: contractors by state, documents, what is not known, and what took effect."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from j1553ref.facts import packaged
from j1553ref.facts.wording import date_text


def soup(site: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((site / f"{page}.html").read_text(encoding="utf-8"), "html.parser")


def words(found: Tag) -> str:
    """The text of an element, with straight quotes as in the facts."""
    return " ".join(found.get_text(" ").split()).replace("’", "'")


@pytest.fixture(scope="module")
def site() -> Path:
    folder = os.environ.get("J1553REF_SITE")
    if not folder:
        pytest.skip("no built site: run nox -s tests")
    return Path(folder)


@pytest.fixture(scope="module")
def states(site: Path) -> list[list[str]]:
    """The rows of the table of contractors by state, without what opens on demand."""
    page = soup(site, "payers/medicare")
    for hidden in page.select(".card, .unseen, .fact-mark"):
        hidden.decompose()
    return [[words(cell) for cell in row.find_all(["th", "td"])] for row in page.select("table.states tbody tr")]


def test_each_state_has_one_contractor_or_is_among_the_others(states: list[list[str]]) -> None:
    named, others = [row[0] for row in states[:-1]], states[-1][0].split(", ")
    assert len(named) + len(others) == len({*named, *others}) == 56
    recorded = [state for fact in packaged().under("medicare.states") for state in fact.newest.value]
    assert sorted(name[-3:-1] for name in named) == sorted(recorded)
    assert "Texas" in others and "look in CMS's list" in states[-1][1]


def test_a_state_shows_its_contractor_and_whether_the_article_lists_the_code(states: list[list[str]]) -> None:
    by_state = {row[0]: row[1:] for row in states}
    assert by_state["California (CA)"] == ["Noridian", "listed"]
    assert by_state["New York (NY)"] == ["NGS (J6 and JK)", "not listed"]
    assert by_state["Puerto Rico (PR)"] == ["First Coast (JN)", "listed"]


def test_a_document_without_an_address_says_how_to_find_it(site: Path) -> None:
    documents = packaged().documents
    entries = soup(site, "reference/sources").select("div.entry")
    shown = {entry["id"].removeprefix("source-"): words(entry.select_one(".entry-url")) for entry in entries}
    assert shown == {name: paper.url or f"To find it: {paper.find}" for name, paper in documents.items()}


def test_the_card_of_a_value_says_how_to_find_its_document(site: Path) -> None:
    cards = [words(card) for card in soup(site, "reference/modifiers").select(".card-source")]
    assert any("To find it: Palmetto GBA, page GOC5CKVTNW." in card for card in cards)
    assert not any("To find it" in card for card in cards if "First Coast: JW and JZ" in card)


def test_what_is_not_known_says_where_to_look_what_to_ask_and_what_would_change(site: Path) -> None:
    page = soup(site, "reference/not-known")
    for gap in packaged().gaps.values():
        entry = page.find(id=f"gap-{gap.id}")
        assert isinstance(entry, Tag)
        assert " ".join(f"Ask {gap.ask} What would change {gap.changes}".split()) in words(entry)
        assert [link["href"] for link in entry.select("dd a.external")] == ([gap.url] if gap.url else [])
    asked = [words(card) for card in soup(site, "reference/units").select(".card") if "Where to look" in words(card)]
    assert any(packaged().gaps["avoidable-vials"].ask in card for card in asked)


def test_what_took_effect_holds_no_date_of_a_document_or_an_edit(site: Path) -> None:
    page = soup(site, "reference/changes")
    for hidden in page.select(".card, .unseen"):
        hidden.decompose()
    effect, by_document = page.find(id="what-took-effect"), page.find(id="statements-dated-by-their-document")
    assert isinstance(effect, Tag) and isinstance(by_document, Tag)
    for fact_id in ("modifier.PO", "ndc.digits", "discard.one_unit"):
        fact = packaged().get(fact_id)
        assert fact.label not in words(effect) and fact.label in words(by_document)
    first = packaged().get("code.valid")
    assert first.label in words(effect) and f"from {date_text(first.newest.start)}" in words(effect)
    assert "document dated" not in words(effect) and "document of" not in words(effect)
    assert "edit of August 1, 2023" in words(by_document) and "document dated June 4, 2025" in words(by_document)
