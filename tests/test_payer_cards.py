"""The cards of payers: marks agree with what is known, the site shows them, and the CSV is the table."""

from __future__ import annotations

import csv
import os
import re
import tomllib
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from j1553ref.facts import packaged
from j1553ref.payers import parse_payer, profile

SITE = Path(os.environ.get("J1553REF_SITE", ""))
if not os.environ.get("J1553REF_SITE"):
    pytest.skip("no built site: set J1553REF_SITE to its folder, or run nox -s tests", allow_module_level=True)

DOCS = Path(__file__).parents[1] / "docs"
CARDS: list[dict[str, Any]] = tomllib.loads((DOCS / "payers" / "cards.toml").read_text(encoding="utf-8"))["payer"]
ANSWERS = ("authorization", "site", "preferred", "jw_jz", "ndc", "limits")
DAY = packaged().checked_until
#: What the profile that the rules read says of JW and JZ, or of the NDC, and the marks that agree with it.
AGREES = {"required": {"required", "partly"}, "not-required": {"free", "partly"}, None: {"unknown", "partly"}}


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize("card", CARDS, ids=lambda card: str(card["id"]))
def test_a_mark_agrees_with_the_source_of_its_words(card: dict[str, Any]) -> None:
    parse_payer(card["id"], packaged())
    assert card["call"] in packaged().gaps
    for name in ANSWERS:
        mark, text = card[name]
        facts, gaps = "{fact}" in text, "{gap}" in text
        assert facts or gaps, f"{name} has no source"
        assert (mark == "unknown") is (not facts), f"{name}: {mark} does not go with its source"
        assert mark != "required" or not gaps


@pytest.mark.parametrize("card", CARDS, ids=lambda card: str(card["id"]))
def test_a_mark_agrees_with_the_profile_that_the_rules_read(card: dict[str, Any]) -> None:
    payer = parse_payer(card["id"], packaged())
    for name, key in (("jw_jz", "jw_jz"), ("ndc", "ndc_required")):
        found = profile(payer, key, DAY, packaged())
        value = found.value if found is not None and found.known else None
        if value in AGREES and not (value is None and card[name][0] == "required"):
            assert card[name][0] in AGREES[value], f"{name}: the rules say {value}"


def test_the_page_of_each_payer_opens_with_its_answers() -> None:
    for card in CARDS:
        html = (SITE / "payers" / f"{card['page']}.html").read_text(encoding="utf-8")
        shown = html.find('class="payer-card"'), html.find('class="payer-matrix"')
        first = min(place for place in shown if place > 0)
        assert first < html.find("<h2"), card["id"]
        if "anchor" in card:
            assert f'id="{card["anchor"]}"' in html


def test_the_csv_is_the_table() -> None:
    text = (SITE / "payers" / "payers.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["id"] for row in rows] == [card["id"] for card in CARDS]
    html = (SITE / "payers" / "index.html").read_text(encoding="utf-8")
    table = re.search(r'<div[^>]*class="payer-matrix".*?</table>', html, re.S)
    assert table is not None
    shown = re.findall(r"<tr[ >].*?</tr>", table[0], re.S)[1:]
    assert len(shown) == len(rows)
    for line, row in zip(shown, rows, strict=True):
        assert words(line).startswith(row["Payer"])
        meanings = re.findall(r'aria-label="([^"]+)"[^>]*class="sign|class="sign[^>]*aria-label="([^"]+)"', line)
        said = [list(row.values())[place].partition(":")[0] for place in range(2, 8)]
        assert [first or second for first, second in meanings] == said
        assert all(row.values())
