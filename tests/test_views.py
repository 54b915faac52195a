"""Claims in other shapes: nothing changes on the way, nothing is lost in silence, nothing is invented."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
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
from j1553ref.readers import clearinghouse as reader
from j1553ref.views import PAPERS, clearinghouse, cms1500, text, ub04
from j1553ref.views.base import _FRAME, _WORDS, ViewError
from j1553ref.views.paper import Paper

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
    except ViewError as error:
        return str(error)


def of_the_body(claim: Claim) -> Any:
    """Each field of a claim that the body holds, written down field by field."""
    pro = claim.form == "cms1500"
    head = (claim.form, claim.claim_filing_code, claim.claim_id, claim.type_of_bill, claim.total_charge)
    head += (tuple(each.replace(".", "") for each in claim.diagnoses),)
    return head, [
        (
            line.procedure_code, line.modifiers, line.units, line.unit_basis, line.start, line.end, line.charge,
            line.line_number, (line.place_of_service, line.diagnosis_pointers) if pro else line.revenue_code,
            *((each.ndc or None, each.quantity, each.unit, each.prescription_number, pro and each.qualifier)
              for each in [line.drug] if each and any((each.ndc, each.quantity is not None, each.unit, each.qualifier))),
        )
        for line in claim.lines
    ]  # fmt: skip


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
            "11", None if other is ... else other, "11",
        ]  # fmt: skip


def test_the_institutional_body_has_its_traps():
    made = clearinghouse.body(claim_from(hospital()))
    info = made.content["claimInformation"]
    assert (info["placeOfServiceCode"], info["claimFrequencyCode"]) == ("13", "1")
    assert info["principalDiagnosis"] == {"qualifierCode": "ABK", "principalDiagnosisCode": "D839"}
    assert "claimDateInformation" not in info and "claimDateInformation" in made.notes[0]
    assert info["serviceLines"][0]["drugIdentification"] == {
        "nationalDrugCode": "70573060521", "nationalDrugUnitCount": "200", "measurementUnitCode": "ML",
    }  # fmt: skip


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
    return [{box.label[-1:]: box.value for box in row.boxes} | {"ndc": row.shaded or ""}
            for sheet in paper.sheets for row in sheet.rows]  # fmt: skip


def figures(document: dict[str, Any]) -> list[Any]:
    """Units, code with modifiers, charge in cents, month and day, and NDC digits of each line, from the JSON itself."""
    return [
        (
            line["units"], [line["procedure_code"], *line["modifiers"]], round(Decimal(line["charge"]) * 100),
            line["service_date"]["start"][5:].replace("-", ""),
            [line["drug"]["ndc"], Decimal(line["drug"]["quantity"])] if "drug" in line else [],
        )
        for line in document["lines"]
    ]  # fmt: skip


def on_paper(found: dict[str, str], places: str) -> Any:
    units, code, charge, day, ndc = (found[place] for place in (*places, "ndc"))
    drug = re.fullmatch(r"N4([0-9]{11}) ?ML([0-9.]+)", ndc)
    return (
        int(units), code.split(), int(charge.replace(".", "")), day[:5].replace("/", ""),
        [drug[1], Decimal(drug[2])] if drug else [],
    )  # fmt: skip


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
        [1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12], [13, 14],
    ]  # fmt: skip
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
        ("21 A", "D83.9"), ("21 B", "G61.81"), ("21 C", "Z79.899"), ("21 D-L", ""),
    ]  # fmt: skip
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
    with pytest.raises(ViewError, match="/diagnoses: diagnoses: 19 given, and FL67 has places for 18"):
        ub04.form(claim_from(hospital() | {"diagnoses": ["D83.9"] * 19}))


# -- nothing lost in silence, nothing invented --------------------------------------------------------------------


REFUSED = [
    ({"/lines/0/units": "400"}, "/lines/0/units: expected a whole number, found 400: mend it first"),
    ({"/lines/0/units": "400", "/form": "x"}, "and 1 more problem of shape"),
    ({"/lines/0/modifiers": ["JZ", "59", "76", "XE", "XS"]}, "/lines/0/modifiers: modifiers: 5 given"),
    ({"/lines/0/diagnosis_pointers": [1, 1, 1, 1, 1]}, "/lines/0/diagnosis_pointers: diagnosis_pointers: 5 given"),
    ({"/diagnoses": ["D83.9"] * 13}, "/diagnoses: diagnoses: 13 given"),
    ({"/lines": [{"procedure_code": "J1553", "units": 9}], "/lines/0/modifiers": ["59"] * 5}, "places for 4"),
    ({"/lines/0/charge": "12000.005"}, "/lines/0/charge: charge: expected dollars with at most two decimals"),
    ({"/total_charge": "12525.001"}, "/total_charge: total_charge: expected dollars"),
]


@pytest.mark.parametrize("make", [cms1500.form, clearinghouse.body])
@pytest.mark.parametrize(("change", "said"), REFUSED)
def test_what_would_be_lost_is_refused(make, change, said):
    with pytest.raises(ViewError) as caught:
        make(claim_from(edit(case("whole-vials-jz"), dict(change))))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pointer_without_a_letter_is_refused_on_paper_only():
    twelfth = claim_from(edit(case("whole-vials-jz"), {"/lines/0/diagnosis_pointers": [12]}))
    assert cms1500.form(twelfth).sheets[0].rows[0].boxes[4].value == "L"
    claim = claim_from(edit(case("whole-vials-jz"), {"/lines/0/diagnosis_pointers": [1, 13]}))
    with pytest.raises(ViewError, match="/lines/0/diagnosis_pointers/1: expected a pointer of at most 12"):
        cms1500.form(claim)
    assert there_and_back(claim)[0].lines[0].diagnosis_pointers == (1, 13)


@pytest.mark.parametrize("ndc", ["7057360521", "N470573060521", "none", "70573-0605-21 "])
def test_paper_takes_an_ndc_and_nothing_else(ndc):
    claim = claim_from(edit(case("whole-vials-jz"), {"/lines/0/drug/ndc": ndc}))
    if ndc.startswith("70573-"):
        assert cms1500.form(claim).sheets[0].rows[0].shaded == "N470573060521 ML400"
    else:
        with pytest.raises(ViewError, match="/lines/0/drug/ndc: expected an NDC of 11 digits") as caught:
            cms1500.form(claim)
        assert ndc not in str(caught.value)
    assert there_and_back(claim)[0].lines[0].drug.ndc == ndc


@pytest.mark.parametrize(("form", "document"), [("ub04", case("whole-vials-jz")), ("cms1500", hospital())])
def test_the_other_paper_form_is_refused(form, document):
    with pytest.raises(ViewError, match=f"a {document['form']} claim, .*: convert it to {document['form']} or"):
        PAPERS[form](claim_from(document))


def test_a_claim_without_lines_is_refused():
    document = {"claimInformation": {"serviceLines": [{"dentalService": {"procedureCode": "D0120"}}]}}
    for make in (clearinghouse.body, *PAPERS.values()):
        with pytest.raises(ViewError, match="nothing to convert"):
            make(claim_from(document))


def test_damage_that_is_no_problem_of_shape_is_refused_too():
    document = json.loads((HERE / "clearinghouse" / "professional-whole-vials.json").read_text(encoding="utf-8"))
    service = document["claimInformation"]["serviceLines"][1]["professionalService"]
    for name, value in (("measurementUnit", "DA, UN"), ("serviceUnitCount", "1.5")):
        changed = copy.deepcopy(document)
        changed["claimInformation"]["serviceLines"][1]["professionalService"] = service | {name: value}
        assert claim_from(changed).shape == ()
        with pytest.raises(ViewError, match=f"/serviceLines/1/professionalService/{name}: "):
            clearinghouse.body(claim_from(changed))


def brimful(form: str) -> Claim:
    """A claim of one line in which every field has a value, as far as its form allows."""
    path = HERE / "claim" / "pass" / f"full-{form}.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    line = document["lines"][0] | {
        "unit_basis": "UN",
        "start_time": "09:05",
        "stop_time": "10:15",
        "line_number": 9,
        "modifiers": ["JZ"],
    }
    line |= {"service_date": {"start": "2026-05-04", "end": "2026-05-05"}, "diagnosis_pointers": [1], "encounter": "a"}
    line["drug"] = {"ndc": "70573060521", "qualifier": "XX", "quantity": 2, "unit": "ML", "prescription_number": "1"}
    return claim_from(document | {"lines": [line], "is_340b": False, "off_campus": True, "dual_eligible": False})


@pytest.mark.parametrize("form", list(PAPERS))
@pytest.mark.parametrize("make", [clearinghouse.body, None])
def test_no_value_is_lost_in_silence(form, make):
    make, claim = make or PAPERS[form], brimful(form)
    [line] = claim.lines
    whole = make(claim, with_ids=True)
    tried = set()
    for part in (claim, line, line.drug):
        for field in fields(part):
            value = getattr(part, field.name)
            if field.name in _FRAME - {"drug"} or value in (None, ()):
                continue
            less = replace(part, **{field.name: () if isinstance(value, tuple) else None})
            lines = (replace(line, drug=less) if part is line.drug else less if part is line else line,)
            assert make(less if part is claim else replace(claim, lines=lines), with_ids=True) != whole, field.name
            tried.add(field.name)
    none = {"cms1500": {"type_of_bill", "revenue_code"}, "ub04": {"place_of_service"}}[form]
    assert tried == (KNOWN - _FRAME | {"drug"}) - none


def test_every_field_of_a_claim_has_a_place_or_a_name_for_the_note():
    assert set(_WORDS) <= KNOWN and _FRAME <= KNOWN
    everywhere = clearinghouse._HELD | cms1500._HELD | ub04._HELD | _FRAME
    for held in (clearinghouse._HELD | clearinghouse._HELD_BY_FORM["cms1500"], cms1500._HELD, ub04._HELD):
        assert KNOWN - held - _FRAME <= set(_WORDS)
    assert KNOWN - everywhere <= set(_WORDS)


def test_notes_say_what_is_blank_and_what_has_no_place():
    claim = claim_from(edit(case("three-vials-with-jw"), {
        "/lines/2/place_of_service": ..., "/lines/0/drug/unit": ..., "/total_charge": ..., "/is_340b": False,
        "/lines/3/units": 12000, "/lines/2/line_number": 9, "/lines/0/encounter": "morning",
    }))  # fmt: skip
    assert cms1500.form(claim).notes == (
        "Left blank: everything about patient, insured, provider and payer; 24C; 24H-J; 26; 28;"
        " NDC unit (line 1); 24B (line 3).",
        "24G: more than 9999 units, which may not fit; a larger quantity is split over lines.",
        "No place here for: the payer, the record of the infusion (dose, vials, times), whether it is 340B stock, the encounter,"
        " numbers of lines.",
        "Not carried over unless asked for (--with-ids): the claim id.",
        "1 NDC of the opened vials stands on no line, since a line holds one. Several NDCs of one dose go by payer:"
        " one line and a note, or a line for each NDC.",
    )
    assert cms1500.form(claim).sheets[0].rows[0].shaded == "N470573060521 200"


@pytest.mark.parametrize(("units", "noted"), [(9999, False), (10000, True)])
def test_a_quantity_that_may_not_fit_is_noted(units, noted):
    claim = claim_from(edit(case("whole-vials-jz"), {"/lines/0/units": units}))
    assert any(note.startswith("24G") for note in cms1500.form(claim).notes) == noted


def test_decimals_that_may_not_fit_are_noted():
    document = hospital()
    assert not any("decimals" in note for note in ub04.form(claim_from(document)).notes)
    document["lines"][0]["drug"]["quantity"] = "200.5"
    assert any(note.startswith("FL43: how many decimals") for note in ub04.form(claim_from(document)).notes)
    assert any("nationalDrugUnitCount" in note for note in clearinghouse.body(claim_from(document)).notes)
    professional = claim_from(case("half-a-unit"))
    assert not any("decimals" in note for note in clearinghouse.body(professional).notes)


def test_ids_are_carried_over_on_demand_only():
    document = edit(case("whole-vials-jz"), {"/lines/0/drug/prescription_number": "SYNTHETIC-RX"})
    claim = claim_from(document)
    for make in (clearinghouse.body, cms1500.form):
        assert "SYNTHETIC" not in repr(make(claim))
        assert "SYNTHETIC-WHOLE-VIALS-JZ" in repr(make(claim, with_ids=True))
    assert "SYNTHETIC-RX" in repr(clearinghouse.body(claim, with_ids=True))
    assert "the prescription number" in " ".join(cms1500.form(claim, with_ids=True).notes)
    assert "SYNTHETIC" not in repr(ub04.form(claim_from(hospital() | {"claim_id": "SYNTHETIC"}), with_ids=True))


def test_a_claim_made_by_hand_gets_no_statement():
    day = claim_from(hospital()).lines[0].start
    lines = (Line(pointer="/lines/0", procedure_code="J1553", units=400, revenue_code="0636", start=day),)
    claim = Claim(pointer="", format="j1553", form="ub04", type_of_bill="131", lines=lines)
    assert "claimDateInformation" not in clearinghouse.body(claim).content["claimInformation"]
    assert ub04.form(claim).sheets[0].head[1].value == ""
