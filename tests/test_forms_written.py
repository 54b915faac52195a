"""How claims in other shapes are written down: bodies and texts letter by letter, and HTML that anyone can read."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from test_forms import HERE, attempt, every_document, fourteen_lines, hospital
from test_forms_losses import brimful

from j1553ref import case, claim_from
from j1553ref.forms import PAPERS, clearinghouse, cms1500, drug, html, text
from j1553ref.ndc import package

#: What was looked through by eye, once.
GOLDEN = HERE / "forms"


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("three-vials.cms1500", case("three-vials-with-jw")),
        ("hospital.ub04", hospital()),
        ("fourteen-lines.cms1500", fourteen_lines()),
    ],
)
def test_golden_texts(name, document):
    written = text.render(PAPERS[document["form"]](claim_from(document)))
    assert written + "\n" == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "document"), [("fourteen-lines.cms1500", fourteen_lines()), ("hospital.ub04", hospital())]
)
def test_golden_pages(name, document):
    written = html.page([PAPERS[document["form"]](claim_from(document))])
    assert written + "\n" == (GOLDEN / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("count", [1, 10])
def test_numbers_of_lines_stand_in_one_column_on_each_sheet(count):
    document = fourteen_lines()
    del document["lines"][count:]
    written = text.render(cms1500.form(claim_from(document))).splitlines()
    last = written.index(f"{count}") + 1
    assert written[last].startswith(" " * len(f"{count}") + "  05/04/2026  11     96366")
    heads = [line for line in written if "24A" in line]
    assert [line.index("24A") for line in heads] == ([3] if count == 1 else [3, 4])


@pytest.mark.parametrize("form", list(PAPERS))
def test_golden_bodies(form):
    document = json.loads((HERE / "claim" / "pass" / f"full-{form}.json").read_text(encoding="utf-8"))
    golden = json.loads((GOLDEN / f"full-{form}.json").read_text(encoding="utf-8"))
    assert clearinghouse.body(claim_from(document), with_ids=True).content == golden


HOMELESS = {
    "cms1500": "the payer, the claim filing indicator, the record of the infusion (dose, vials, times), whether it is 340B"
    " stock, whether the department is off campus, whether the patient has Medicare and Medicaid, what the units count,"
    " the start time of a line, the stop time of a line, the encounter, numbers of lines, the prescription number",
    "ub04": "the payer, the claim filing indicator, the claim id, the record of the infusion (dose, vials, times), whether"
    " it is 340B stock, whether the department is off campus, whether the patient has Medicare and Medicaid, what the"
    " units count, pointers to diagnoses, the start time of a line, the stop time of a line, the encounter, numbers of"
    " lines, the prescription number",
    "body of cms1500": "the payer, the record of the infusion (dose, vials, times), whether it is 340B stock, whether the"
    " department is off campus, whether the patient has Medicare and Medicaid, the start time of a line, the stop time"
    " of a line, the encounter",
    "body of ub04": "the payer, the record of the infusion (dose, vials, times), whether it is 340B stock, whether the"
    " department is off campus, whether the patient has Medicare and Medicaid, pointers to diagnoses, the start time of"
    " a line, the stop time of a line, the encounter, the NDC's qualifier",
}
BLANK = {
    "cms1500": "Left blank: everything about patient, insured, provider and payer; 24C; 24H-J.",
    "ub04": "Left blank: everything about patient, insured, provider and payer.",
    "body of cms1500": "Left out: everything about submitter, receiver, subscriber and provider; claimFrequencyCode.",
    "body of ub04": "Left out: everything about submitter, receiver, subscriber and provider.",
}


@pytest.mark.parametrize("where", list(HOMELESS))
def test_golden_notes(where):
    form = where.removeprefix("body of ")
    make = clearinghouse.body if where.startswith("body") else PAPERS[form]
    claim = replace(brimful(form), administrations=brimful(form).administrations[:1])
    notes = make(claim, with_ids=True).notes
    assert notes[:2] == (BLANK[where], f"No place here for: {HOMELESS[where]}.")
    asked = "Not carried over unless asked for (--with-ids): the claim id"
    wanted = {"cms1500": [f"{asked}."], "ub04": []}.get(where, [f"{asked}, the prescription number."])
    assert [note for note in make(claim).notes if "--with-ids" in note] == wanted


def test_the_string_of_a_package():
    parts = drug.of_package(package("70573-605-21"))
    assert drug.cms1500(parts) == "N470573060521 ML200"
    assert drug.ub04(parts) == "N470573060521ML200"
    assert drug.x12(parts) == "LIN**N4*70573060521~\nCTP****200*ML~"
    assert list(drug.clearinghouse(parts).values()) == ["N4", "70573060521", "200", "ML"]
    assert list(drug.clearinghouse(parts, professional=False)) == [
        "nationalDrugCode",
        "nationalDrugUnitCount",
        "measurementUnitCode",
    ]


class Elements(HTMLParser):
    """Elements with their attributes, and the text in each cell."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@every_document
def test_html_has_captions_header_cells_and_no_style(document):
    claim = claim_from(document)
    paper = attempt(PAPERS.get(claim.form, cms1500.form), claim)
    if isinstance(paper, str):
        return
    page = Elements(html.page([paper]))
    tags = [tag for tag, _ in page.found]
    assert tags.count("table") == tags.count("caption") == len(paper.sheets)
    assert all(attrs["scope"] in ("col", "row", "rowgroup") for tag, attrs in page.found if tag == "th")
    assert not [attrs for _, attrs in page.found if "style" in attrs or any(name.startswith("on") for name in attrs)]
    assert not {"style", "script", "img", "link"} & set(tags)
    values = [box.value for sheet in paper.sheets for row in sheet.rows for box in row.boxes if box.value]
    assert [each for each in values if each not in page.texts] == []
    # Each row of a table spans the same number of columns.
    columns = len(paper.sheets[0].rows[0].boxes) + 1
    assert tags.count("th") == len(claim.lines) + columns * len(paper.sheets)


def test_html_escapes_what_it_prints():
    hostile = "<script>&\"'"
    claim = replace(claim_from(case("whole-vials-jz")), diagnoses=(hostile,), claim_id=hostile)
    claim = replace(
        claim, lines=tuple(replace(line, procedure_code=hostile, modifiers=(hostile,)) for line in claim.lines)
    )
    page = html.page([cms1500.form(claim, with_ids=True)])
    assert "script" not in [tag for tag, _ in Elements(page).found]
    assert hostile in Elements(page).texts
