"""The search of the built site finds what people type: the script of the page runs in Node on the index of the site."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from j1553ref.facts import packaged

HERE = Path(__file__).parent
NODE = shutil.which("node")
SITE = Path(os.environ.get("J1553REF_SITE", ""))
TABLES: dict[str, dict[str, list[str]]] = tomllib.loads((HERE / "search.toml").read_text(encoding="utf-8"))
WORDS = tomllib.loads((HERE.parent / "docs" / "search.toml").read_text(encoding="utf-8"))

if not (NODE and os.environ.get("J1553REF_SITE")):
    why = "Node is not installed" if not NODE else "there is no built site"
    if os.environ.get("J1553REF_NODE"):
        pytest.fail(f"{why}, and J1553REF_NODE asks for these tests", pytrace=False)
    pytest.skip(f"{why}: run nox -s node", allow_module_level=True)

INDEX = json.loads((SITE / "search-index.json").read_text(encoding="utf-8"))


def search(*queries: str) -> dict[str, Any]:
    files = (HERE / "node" / "search.mjs", HERE.parent / "docs" / "_static" / "finder.js", SITE / "search-index.json")
    command = [str(NODE), *(str(path.resolve()) for path in files), json.dumps(queries)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def first(answer: dict[str, Any], count: int = 3) -> list[str]:
    return [hit["page"].removesuffix(".html") for hit in answer["hits"][:count]]


@pytest.mark.parametrize("table", TABLES)
def test_the_page_that_people_want_is_among_the_first_three(table: str) -> None:
    wanted, found = TABLES[table], search(*TABLES[table])
    missed = {query: first(found[query]) for query in wanted if not set(first(found[query])) & set(wanted[query])}
    assert missed == {}


def test_the_tables_are_as_large_as_they_were() -> None:
    assert len(TABLES["desk"]) >= 51
    assert len(TABLES["more"]) >= 70
    every = {page for table in TABLES.values() for pages in table.values() for page in pages}
    assert every <= {page["address"].removesuffix(".html") for page in INDEX["pages"]}


def test_a_code_is_one_word_however_it_is_written() -> None:
    same = [["D83.9", "d839", "D83 9"], ["CO-16", "co16", "CO 16"], ["70573-0605-21", "70573060521"]]
    found = search(*(query for queries in same for query in queries))
    for queries in same:
        assert len({tuple(first(found[query])) for query in queries}) == 1, queries
    assert found["D83.9"]["hits"][0]["page"] == "reference/diagnoses.html"


def test_pages_that_answer_come_before_cases_rules_and_lists() -> None:
    words = ("pharmacy", "container", "insurer", "amount", "crosswalk")
    kinds = {word: answer["hits"][0]["kind"] for word, answer in search(*words).items()}
    assert {word: kind for word, kind in kinds.items() if kind not in ("tool", "page", "payer")} == {}


def test_a_slip_is_forgiven_only_where_the_word_is_not_known() -> None:
    slips = {"yimugo": "yimmugo", "modifer": "modifier", "coinsurence": "coinsurance", "atena": "aetna"}
    found = search(*slips, *slips.values(), "n822", "n823")
    for slip, right in slips.items():
        assert first(found[slip], 1) == first(found[right], 1), slip
    heads = [found[code]["hits"][1]["head"] or found[code]["hits"][0]["head"] for code in ("n822", "n823")]
    assert heads[0] != heads[1], "two codes that differ in one digit are two codes"


def test_results_lead_to_sections_with_clean_snippets() -> None:
    found = search(*TABLES["desk"], *TABLES["more"])
    hits = [hit for answer in found.values() for hit in answer["hits"][:5]]
    assert sum("#" in hit["address"] for hit in hits) > len(hits) / 4
    for hit in hits:
        page, _, anchor = hit["address"].partition("#")
        assert not anchor or f'id="{anchor}"' in (SITE / page).read_text(encoding="utf-8"), hit["address"]
        snippet = "".join(text for text, _ in hit["pieces"])
        assert len(snippet) <= 200
        assert not re.search(r">>>|\.\. |\{[a-z-]+\}|\[\d+\]|<[a-z]", snippet), snippet


def test_a_payer_that_was_not_researched_is_said_to_be_so() -> None:
    [names] = [term["words"] for term in WORDS["term"] if "note" in term]
    found = search(*names, "aetna", "waste")
    for name in names:
        assert found[name]["notes"], name
        assert first(found[name], 1) == ["payers/index"], name
    assert not found["aetna"]["notes"] and not found["waste"]["notes"]
    held = " ".join(f"{fact.label} {fact.newest.value}" for fact in packaged().facts.values()).lower()
    assert [name for name in names if re.search(rf"\b{re.escape(name)}\b", held)] == []


def test_no_hit_offers_words_that_are_known() -> None:
    found = search("authorisatoin", "zzzz")
    assert found["authorisatoin"]["hits"] == []
    assert "authorization" in found["authorisatoin"]["near"]
    assert found["zzzz"] == {"hits": [], "notes": [], "near": []}


def test_no_term_is_there_twice() -> None:
    words = [word for term in WORDS["term"] for word in term["words"]]
    assert sorted(words) == sorted(set(words))
