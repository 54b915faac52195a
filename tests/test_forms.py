"""Claims in other shapes: nothing changes on the way, nothing is lost in silence, nothing is invented."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from build import edit, line_of, make_claim
from hypothesis import given
from test_correct_claims import correct_claims
from test_golden import SLIPS

from j1553ref import case, cases, check, claim_from
from j1553ref.claim import Claim, Drug, Line
from j1553ref.forms import PAPERS, clearinghouse, cms1500, text, ub04
from j1553ref.forms.base import FormError
from j1553ref.forms.paper import Paper
from j1553ref.readers import clearinghouse as reader

HERE = Path(__file__).parent / "cases"
#: The fields of a claim and its parts.
KNOWN = {field.name for part in (Claim, Line, Drug) for field in fields(part)}
#: What neither body nor paper holds.
RECORD = ("administrations", "is_340b", "off_campus", "dual_eligible")


def hospital() -> dict[str, Any]:
    """A claim of a hospital's outpatient department, native."""
    claim = make_claim(32000, [20, 10, 5], [(320, []), (30, ["JW"])], form="ub04", type_of_bill="131")
    for line in claim["lines"]:
        del line["place_of_service"], line["diagnosis_pointers"]
        line["revenue_code"] = "0636" if line["procedure_code"] == "J1553" else "0260"
    claim["lines"][0]["drug"] = {"qualifier": "N4", "ndc": "70573060521", "quantity": "200", "unit": "ML"}
    return claim


def fourteen_lines() -> dict[str, Any]:
    """A claim for three sheets."""
    lines = [line_of(number, "96366", 1, [], "2026-05-04", number) for number in range(1, 15)]
    return make_claim(None, None, [], total_charge="105.00") | {"lines": lines}


def documents() -> list[tuple[str, dict[str, Any]]]:
    """Every claim at hand, native and clearinghouse."""
    found = [(slug, case(slug)) for slug in cases.slugs()] + [("hospital", hospital())]
    for path in sorted([*(HERE / "claim" / "pass").glob("*.json"), *(HERE / "clearinghouse").glob("*.json")]):
        found.append((path.stem, json.loads(path.read_text(encoding="utf-8"))))
    return found


every_document = pytest.mark.parametrize(
    "document", [pytest.param(document, id=name) for name, document in documents()]
)


def there_and_back(claim: Claim) -> tuple[Claim, tuple[str, ...]]:
    """What the reader makes of the body of a claim, as it would come over the wire; and the notes."""
    made = clearinghouse.body(claim, with_ids=True)
    return reader.claim(json.loads(json.dumps(made.content))), made.notes


def attempt(make: Callable[[Claim], Any], claim: Claim) -> Any:
    """What is made of a claim, or why it is refused."""
    try:
        return make(claim)
    except FormError as error:
        return str(error)


def of_the_body(claim: Claim) -> Any:
    """Each field of a claim that the body holds, written down field by field."""
    pro = claim.form == "cms1500"
    head = (claim.form, claim.claim_filing_code, claim.claim_id, claim.type_of_bill, claim.total_charge)
    head += (tuple(each.replace(".", "") for each in claim.diagnoses),)
    return head, [
        (
            line.procedure_code,
            line.modifiers,
            line.units,
            line.unit_basis,
            line.start,
            line.end,
            line.charge,
            line.line_number,
            (line.place_of_service, line.diagnosis_pointers) if pro else line.revenue_code,
            *(
                (each.ndc or None, each.quantity, each.unit, each.prescription_number, pro and each.qualifier)
                for each in [line.drug]
                if each and any((each.ndc, each.quantity is not None, each.unit, each.qualifier))
            ),
        )
        for line in claim.lines
    ]


def outcome(claim: Claim, payer: str | None) -> Any:
    report = check(claim, payer=payer)
    return [(each.code, each.severity) for each in report.findings], report.not_checked_codes


def without_record(document: dict[str, Any]) -> dict[str, Any]:
    """The native claim without what no form holds."""
    bare = {name: value for name, value in copy.deepcopy(document).items() if name not in RECORD}
    for line in bare["lines"]:
        for name in ("encounter", "start_time", "stop_time"):
            line.pop(name, None)
    return bare


# -- the body: the reader's twin ----------------------------------------------------------------------------------


@every_document
def test_a_claim_comes_back_from_its_body_or_is_refused(document):
    claim = claim_from(document)
    made = attempt(there_and_back, claim)
    if isinstance(made, str):
        assert made.isprintable()
        return
    back, notes = made
    assert of_the_body(back) == of_the_body(claim)
    # What the claim lacks is never made up, and the notes name it.
    for problem in back.shape:
        assert (problem.keyword, problem.actual) == ("required", "<absent>")
        assert problem.expected.split(",")[0] in notes[0]


@pytest.mark.parametrize("slug", cases.slugs())
def test_every_packaged_case_comes_back_and_is_judged_alike(slug):
    document = case(slug)
    back, _ = there_and_back(claim_from(document))
    assert back.shape == ()
    assert of_the_body(back) == of_the_body(claim_from(document))
    assert outcome(back, document["payer"]) == outcome(claim_from(without_record(document)), document["payer"])


@given(correct_claims())
def test_a_correct_claim_comes_back_and_is_judged_alike(made):
    document, payer, _ = made
    back, _ = there_and_back(claim_from(document))
    assert back.shape == ()
    assert of_the_body(back) == of_the_body(claim_from(document))
    assert outcome(back, payer) == outcome(claim_from(without_record(document)), payer)
    assert [each for each in outcome(back, payer)[0] if each[0] != "JWZ007"] == []


@pytest.mark.parametrize("slip", [each for each, _ in SLIPS if "/administrations/0/stop" not in each], ids=str)
def test_a_slip_is_found_in_the_body_too(slip):
    document = edit(case("whole-vials-jz"), dict(slip))
    bare = without_record(document)
    back, _ = there_and_back(claim_from(document))
    assert outcome(back, document["payer"]) == outcome(claim_from(bare), document["payer"])


def test_one_place_of_service_stands_in_the_claim_and_several_on_their_lines():
    document = case("whole-vials-jz")
    info = clearinghouse.body(claim_from(document)).content["claimInformation"]
    assert info["placeOfServiceCode"] == "11"
    assert "placeOfServiceCode" not in info["serviceLines"][0]["professionalService"]
    for other in ("12", ...):
        edit(document, {"/lines/1/place_of_service": other})
        info = clearinghouse.body(claim_from(document)).content["claimInformation"]
        assert "placeOfServiceCode" not in info
        assert [line["professionalService"].get("placeOfServiceCode") for line in info["serviceLines"]] == [
            "11",
            None if other is ... else other,
            "11",
        ]


def test_the_institutional_body_has_its_traps():
    made = clearinghouse.body(claim_from(hospital()))
    info = made.content["claimInformation"]
    assert (info["placeOfServiceCode"], info["claimFrequencyCode"]) == ("13", "1")
    assert info["principalDiagnosis"] == {"qualifierCode": "ABK", "principalDiagnosisCode": "D839"}
    assert "claimDateInformation" not in info and "claimDateInformation" in made.notes[0]
    assert info["serviceLines"][0]["drugIdentification"] == {
        "nationalDrugCode": "70573060521",
        "nationalDrugUnitCount": "200",
        "measurementUnitCode": "ML",
    }


def within(part: Any, whole: Any) -> bool:
    """Whether all that stands in the one stands in the other too, at the same place."""
    if isinstance(part, dict):
        return all(within(each, whole.get(name)) for name, each in part.items())
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(within, part, whole))
    return part == whole


@pytest.mark.parametrize(("name", "lacks"), [("professional", "; claimFrequencyCode"), ("institutional", "")])
def test_a_body_that_was_read_is_written_as_it_was(name, lacks):
    document = json.loads((HERE / "clearinghouse" / f"{name}-whole-vials.json").read_text(encoding="utf-8"))
    made = clearinghouse.body(claim_from(document), with_ids=True)
    assert within(made.content, document)
    assert made.notes == (f"Left out: everything about submitter, receiver, subscriber and provider{lacks}.",)


def test_the_statement_of_a_body_stays_the_statement():
    document = json.loads((HERE / "clearinghouse" / "institutional-dated-by-the-statement.json").read_text("utf-8"))
    claim = claim_from(document)
    info = clearinghouse.body(claim).content["claimInformation"]
    assert info["claimDateInformation"] == document["claimInformation"]["claimDateInformation"]
    assert {box.label: box.value for box in ub04.form(claim).sheets[0].head}["6"] == "05/04/2026"
    assert "FL6" in ub04.form(claim_from(hospital())).notes[0]


def test_every_value_of_a_body_is_text():
    def leaves(value):
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each) if isinstance(each, dict | list) else [each]

    for _, document in documents()[:9]:
        assert all(isinstance(each, str) and each for each in leaves(clearinghouse.body(claim_from(document)).content))


# -- paper: the same figures --------------------------------------------------------------------------------------


def rows(paper: Paper) -> list[dict[str, str]]:
    return [
        {box.label[-1:]: box.value for box in row.boxes} | {"ndc": row.shaded or ""}
        for sheet in paper.sheets
        for row in sheet.rows
    ]


def figures(document: dict[str, Any]) -> list[Any]:
    """Units, code with modifiers, charge in cents, month and day, and NDC digits of each line, from the JSON itself."""
    return [
        (
            line["units"],
            [line["procedure_code"], *line["modifiers"]],
            round(Decimal(line["charge"]) * 100),
            line["service_date"]["start"][5:].replace("-", ""),
            [line["drug"]["ndc"], Decimal(line["drug"]["quantity"])] if "drug" in line else [],
        )
        for line in document["lines"]
    ]


def on_paper(found: dict[str, str], places: str) -> Any:
    units, code, charge, day, ndc = (found[place] for place in (*places, "ndc"))
    drug = re.fullmatch(r"N4([0-9]{11}) ?ML([0-9.]+)", ndc)
    return (
        int(units),
        code.split(),
        int(charge.replace(".", "")),
        day[:5].replace("/", ""),
        [drug[1], Decimal(drug[2])] if drug else [],
    )


@given(correct_claims())
def test_the_boxes_hold_the_figures_of_the_claim(made):
    document, _, _ = made
    paper = PAPERS[document["form"]](claim_from(document))
    if document["form"] == "cms1500":
        assert [on_paper(row, "GDFA") for row in rows(paper)] == figures(document)
        assert [(row["B"], row["E"]) for row in rows(paper)] == [("11", "A")] * len(document["lines"])
    else:
        found = [row | {"ndc": row["3"]} for row in rows(paper)]
        assert [on_paper(row, "6475") for row in found] == figures(document)
        assert [row["2"] for row in found] == [line["revenue_code"] for line in document["lines"]]
    assert max(map(len, text.render(paper).splitlines())) <= 80


@every_document
def test_a_paper_form_is_made_or_refused_in_one_line(document):
    claim = claim_from(document)
    for name, form in PAPERS.items():
        paper = attempt(form, claim)
        if isinstance(paper, str):
            assert paper.isprintable()
            continue
        assert claim.form == name
        assert [row["4" if name == "ub04" else "D"].split() for row in rows(paper)] == [
            [line.procedure_code or "", *line.modifiers] if line.procedure_code else list(line.modifiers)
            for line in claim.lines
        ]


def test_more_than_six_lines_go_on_further_sheets_and_the_total_stands_once():
    paper = cms1500.form(claim_from(fourteen_lines()))
    assert [[row.number for row in sheet.rows] for sheet in paper.sheets] == [
        [1, 2, 3, 4, 5, 6],
        [7, 8, 9, 10, 11, 12],
        [13, 14],
    ]
    assert [sheet.foot[0].value for sheet in paper.sheets] == ["", "", "105.00"]
    assert all(sheet.head == paper.sheets[0].head for sheet in paper.sheets)
    assert "3 sheets" in paper.notes[1]
    institutional = ub04.form(claim_from(hospital() | {"lines": [hospital()["lines"][0]] * 23}))
    assert [len(sheet.rows) for sheet in institutional.sheets] == [22, 1]
    assert "2 sheets" in institutional.notes[1]
    notes = ub04.form(claim_from(hospital())).notes
    assert notes[0] == "Left blank: everything about patient, insured, provider and payer; FL6."
    assert not [note for note in notes if "sheets" in note]


def test_pointers_are_letters_and_diagnoses_keep_their_order():
    document = edit(
        case("whole-vials-jz"), {"/diagnoses": ["D83.9", "G61.81", "Z79.899"], "/lines/0/diagnosis_pointers": [3, 1]}
    )
    sheet = cms1500.form(claim_from(document)).sheets[0]
    assert [(box.label, box.value) for box in sheet.head[1:]] == [
        ("21 A", "D83.9"),
        ("21 B", "G61.81"),
        ("21 C", "Z79.899"),
        ("21 D-L", ""),
    ]
    assert sheet.rows[0].boxes[4].value == "CA"


@pytest.mark.parametrize(("count", "last"), [(0, "21 A-L"), (10, "21 K-L"), (11, "21 L"), (12, "21 L")])
def test_the_letters_that_are_left_share_one_box(count, last):
    document = edit(case("whole-vials-jz"), {"/diagnoses": ["D83.9"] * count})
    boxes = cms1500.form(claim_from(document)).sheets[0].head[1:]
    assert (boxes[-1].label, bool(boxes[-1].value), len(boxes)) == (last, count == 12, min(count + 1, 12))


@pytest.mark.parametrize(("count", "last"), [(0, "67-Q"), (1, "67A-Q"), (16, "67P-Q"), (17, "67Q"), (18, "67Q")])
def test_the_locators_that_are_left_share_one_box(count, last):
    boxes = ub04.form(claim_from(hospital() | {"diagnoses": ["D83.9"] * count})).sheets[0].head[2:]
    assert (boxes[-1].label, bool(boxes[-1].value), len(boxes)) == (last, count == 18, min(count + 1, 18))
    with pytest.raises(FormError, match="/diagnoses: diagnoses: 19 given, and FL67 has places for 18"):
        ub04.form(claim_from(hospital() | {"diagnoses": ["D83.9"] * 19}))
