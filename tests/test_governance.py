"""Governance of the knowledge: every fact is used, every source cited, every date has a case on either side."""

from __future__ import annotations

import json
import os
import re
import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, SoupStrainer
from build import make_claim

from j1553ref import check, rules
from j1553ref.facts import packaged

BASE = packaged()
#: The register lists every fact; being listed there is not being used.
REGISTERS = {"reference/facts", "reference/sources", "reference/gaps"}
#: Read by the code under a name that it builds: payer ids and what a payer asks for.
BUILT_NAMES = ("payer.", "payer_part.", "profile.")


@pytest.fixture(scope="module")
def site() -> Path:
    folder = os.environ.get("J1553REF_SITE")
    if not folder:
        pytest.skip("J1553REF_SITE is not set: run through nox -s tests")
    return Path(folder)


@pytest.fixture(scope="module")
def usage(site):
    return json.loads(site.with_name(site.name + ".usage.json").read_text(encoding="utf-8"))


def test_every_fact_that_a_rule_names_exists():
    assert {fact_id for rule in rules.catalogue() for fact_id in rule.facts} <= set(BASE.facts)


def test_every_fact_is_used_by_a_page_or_a_rule(root, usage):
    used = {fact_id for page, ids in usage.items() if page not in REGISTERS for fact_id in ids["facts"]}
    used |= {fact_id for rule in rules.catalogue() for fact_id in rule.facts}
    source = "".join(path.read_text(encoding="utf-8") for path in (root / "src").rglob("*.py"))
    idle = [
        fact_id
        for fact_id in BASE.facts
        if fact_id not in used and not fact_id.startswith(BUILT_NAMES) and f'"{fact_id}"' not in source
    ]
    assert idle == []


def test_every_source_is_cited_by_a_fact_or_a_page(usage):
    cited = {source.id for fact in BASE.facts.values() for entry in fact.history for source in entry.sources}
    on_pages = {source for page, ids in usage.items() if page not in REGISTERS for source in ids["sources"]}
    assert sorted(set(BASE.documents) - cited - on_pages) == []
    assert sorted(cited - set(BASE.documents)) == []


def test_every_gap_is_shown(usage):
    shown = {gap for page, ids in usage.items() if page != "reference/gaps" for gap in ids["gaps"]}
    shown |= {fact.gap for fact in BASE.facts.values()}
    everything = {gap for ids in usage.values() for gap in ids["gaps"]}
    assert sorted(set(BASE.gaps) - everything) == []
    assert shown <= set(BASE.gaps) | {""}


def _outcome(day, form, payer):
    if form == "home":
        claim = make_claim(40000, [20, 20], [(400, ["JZ"])], day=day.isoformat(), payer=payer or "medicare-dme")
        claim["diagnoses"] = ["D80.1"]
        return [(finding.code, finding.severity) for finding in check(claim).findings]
    if form == "twelve digits":
        claim = make_claim(40000, [20, 20], [(400, ["JZ"])], day=day.isoformat(), payer="medicare-ab")
        claim["lines"][0]["drug"] = {"qualifier": "N4", "ndc": "070573060521", "quantity": "400", "unit": "ML"}
        return [(finding.code, finding.severity) for finding in check(claim, select=["NDC"]).findings]
    claim = make_claim(40000, [20, 20], [(400, [])], day=day.isoformat(), payer=payer or "medicare-ab") | {"form": form}
    if form == "ub04":
        claim["type_of_bill"] = "131"
        for line in claim["lines"]:
            del line["place_of_service"], line["diagnosis_pointers"]
            line["revenue_code"] = "0636"
    return [(finding.code, finding.severity) for finding in check(claim).findings]


def _turning_points(fact, first):
    """The dates from the code's first one on from which a fact changes or ceases to be known."""
    starts = {entry.start for entry in fact.history if entry.dated}
    ends = {entry.known_until + timedelta(days=1) for entry in fact.history if entry.known_until}
    return {day for day in starts | ends if day >= first}


def test_rule_bearing_dates_have_a_case_on_either_side():
    """For each fact that a rule reads, and for what each payer asks for, with the payer."""
    first = BASE.get("code.first_date_of_service").newest.value
    names = {name for rule in rules.catalogue() for name in rule.facts} | {"opps.status"}
    dates = {(day, "") for name in names for day in _turning_points(BASE.get(name), first)}
    profiles = [(fact.id.split(".")[1], fact) for fact in BASE.under("profile")]
    dates |= {(day, payer) for payer, fact in profiles for day in _turning_points(fact, first)}
    tested = {
        (first, ""): (("ub04", [("DAT001", "error")]), ("ub04", [("JWZ003", "error")])),
        (first, "medicare-dme"): (
            ("home", [("DAT001", "error"), ("DXC001", "error")]),
            ("home", [("DXC001", "error")]),
        ),
        (BASE.get("opps.status").newest.start, ""): (
            ("ub04", [("JWZ003", "error")]),
            ("ub04", [("JWZ003", "error")]),
        ),
        (BASE.get("opps.status").newest.known_until + timedelta(days=1), ""): (
            ("ub04", [("JWZ003", "error")]),
            ("ub04", [("JWZ003", "warning")]),
        ),
        (BASE.get("diagnosis.home_list").newest.start, ""): (
            ("home", [("DXC001", "error")]),
            ("home", [("DXC001", "warning")]),
        ),
        (BASE.get("ndc.form").coming[0].start, ""): (
            ("twelve digits", [("NDC001", "warning")]),
            ("twelve digits", []),
        ),
        # What is paid is not known from here on, and nothing on the claim is wrong for that.
        (BASE.get("payment.limit").newest.known_until + timedelta(days=1), ""): (
            ("ub04", [("JWZ003", "warning")]),
            ("ub04", [("JWZ003", "warning")]),
        ),
    }
    assert dates == set(tested), "a new date needs a case on either side here"
    for (day, payer), ((form, before), (other, after)) in tested.items():
        assert _outcome(day - timedelta(days=1), form, payer) == before
        assert _outcome(day, other, payer) == after


@cache
def _near(page: Path) -> list[str]:
    """The first words after each heading of a page's article, as a reader sees them; cards on demand are left out."""
    article = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser", parse_only=SoupStrainer("article"))
    for hidden in article.select(".no-search, .headerlink, script, style"):
        hidden.decompose()
    for heading in article.find_all(["h1", "h2", "h3"]):
        heading.insert(0, "\x00")
    text = re.sub(r"\s+", " ", article.get_text(" "))
    sections = re.sub(r" (?=[.,;:)])", "", text).split("\x00")
    return [" ".join(section.split()[:NEAR]) for section in sections]


#: Words from the start of a heading: the heading itself and sixty more.
NEAR = 75
QUESTIONS = tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))["question"]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["ask"])
def test_the_page_answers_the_question_near_its_heading(site, question):
    """The expected text is within 60 words of a heading of the page."""
    wanted = re.sub(r"\s+", " ", question["says"])
    near = _near(site / f"{question['page']}.html")
    assert any(wanted in text for text in near), f"{question['page']} does not say {wanted!r} near a heading"
    if "fact" in question:
        BASE.get(question["fact"])
