"""Governance of the knowledge: every fact is used, every source cited, every date has a case on either side."""

from __future__ import annotations

import json
import os
import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
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
    used = {each for page, ids in usage.items() if page not in REGISTERS for each in ids["facts"]}
    used |= {each for rule in rules.catalogue() for each in rule.facts}
    source = "".join(path.read_text(encoding="utf-8") for path in (root / "src").rglob("*.py"))
    idle = [
        each
        for each in BASE.facts
        if each not in used and not each.startswith(BUILT_NAMES) and f'"{each}"' not in source
    ]
    assert idle == []


def test_every_source_is_cited_by_a_fact_or_a_page(usage):
    cited = {source.id for fact in BASE.facts.values() for entry in fact.history for source in entry.sources}
    on_pages = {each for page, ids in usage.items() if page not in REGISTERS for each in ids["sources"]}
    assert sorted(set(BASE.documents) - cited - on_pages) == []
    assert sorted(cited - set(BASE.documents)) == []


def test_every_gap_is_shown(usage):
    shown = {each for page, ids in usage.items() if page != "reference/gaps" for each in ids["gaps"]}
    shown |= {fact.gap for fact in BASE.facts.values()}
    everything = {each for ids in usage.values() for each in ids["gaps"]}
    assert sorted(set(BASE.gaps) - everything) == []
    assert shown <= set(BASE.gaps) | {""}


def _outcome(day, form):
    if form == "home":
        claim = make_claim(40000, [20, 20], [(400, ["JZ"])], day=day.isoformat(), payer="medicare-dme")
        claim["diagnoses"] = ["D80.1"]
        return [(each.code, each.severity) for each in check(claim).findings]
    claim = make_claim(40000, [20, 20], [(400, [])], day=day.isoformat()) | {"form": form}
    if form == "ub04":
        claim["type_of_bill"] = "131"
        for line in claim["lines"]:
            del line["place_of_service"], line["diagnosis_pointers"]
            line["revenue_code"] = "0636"
    return [(each.code, each.severity) for each in check(claim).findings]


def test_rule_bearing_dates_have_a_case_on_either_side():
    """Dates after the code's first one on which a fact that a rule reads changes or ceases to be known."""
    first = BASE.get("code.first_date_of_service").newest.value
    dates = set()
    for fact_id in {each for rule in rules.catalogue() for each in rule.facts} | {"opps.status"}:
        for entry in BASE.get(fact_id).history:
            if entry.dated and entry.start >= first:
                dates.add(entry.start)
            if entry.known_until and entry.known_until >= first:
                dates.add(entry.known_until + timedelta(days=1))
    tested = {
        first: (("ub04", [("DAT001", "error")]), ("ub04", [("JWZ003", "error")])),
        BASE.get("opps.status").newest.known_until + timedelta(days=1): (
            ("ub04", [("JWZ003", "error")]),
            ("ub04", [("JWZ003", "warning")]),
        ),
        BASE.get("diagnosis.home_list").newest.start: (
            ("home", [("DXC001", "error")]),
            ("home", [("DXC001", "warning")]),
        ),
    }
    assert dates == set(tested), "a new date needs a case on either side here"
    for day, ((form, before), (other, after)) in tested.items():
        assert _outcome(day - timedelta(days=1), form) == before
        assert _outcome(day, other) == after


def _sections(page: Path) -> list[str]:
    """What a reader sees of a page's article, from heading to heading; the cards on demand are left out."""
    article = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").find("article")
    for hidden in article.select(".no-search, .headerlink, script, style"):
        hidden.decompose()
    for heading in article.find_all(["h1", "h2", "h3"]):
        heading.insert(0, "\x00")
    text = re.sub(r"\s+", " ", article.get_text(" "))
    return re.sub(r" (?=[.,;:)])", "", text).split("\x00")


#: Words from the start of a heading: the heading itself and sixty more.
NEAR = 75
QUESTIONS = tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))["question"]


@pytest.mark.parametrize("each", QUESTIONS, ids=lambda each: each["ask"])
def test_the_page_answers_the_question_near_its_heading(site, each):
    """The expected text stands within 60 words of a heading of the page."""
    page = site / f"{each['page']}.html"
    near = [" ".join(section.split()[:NEAR]) for section in _sections(page)]
    wanted = re.sub(r"\s+", " ", each["says"])
    assert any(wanted in text for text in near), f"{each['page']} does not say {wanted!r} near a heading"
    if "fact" in each:
        BASE.get(each["fact"])
