"""Claims in other shapes: what would be lost is refused, what is left is named, and ids come along on demand only."""

from __future__ import annotations

import copy
import json
from dataclasses import fields, replace

import pytest
from build import edit
from test_forms import HERE, KNOWN, hospital, rows, there_and_back

from j1553ref import case, claim_from
from j1553ref.claim import Claim, Line
from j1553ref.forms import PAPERS, clearinghouse, cms1500, ub04
from j1553ref.forms.base import _FRAME, _WORDS, Blanks, FormError

REFUSED = [
    (
        {"/lines/0/units": "400"},
        '/lines/0/units: expected a number without quotes (400, not "400"), found 400: mend it first',
    ),
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
    with pytest.raises(FormError) as caught:
        make(claim_from(edit(case("whole-vials-jz"), dict(change))))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pointer_without_a_letter_is_refused_on_paper_only():
    twelfth = claim_from(edit(case("whole-vials-jz"), {"/lines/0/diagnosis_pointers": [12]}))
    assert cms1500.form(twelfth).sheets[0].rows[0].boxes[4].value == "L"
    claim = claim_from(edit(case("whole-vials-jz"), {"/lines/0/diagnosis_pointers": [1, 13]}))
    with pytest.raises(FormError, match="/lines/0/diagnosis_pointers/1: expected a pointer of at most 12"):
        cms1500.form(claim)
    assert there_and_back(claim)[0].lines[0].diagnosis_pointers == (1, 13)


@pytest.mark.parametrize("ndc", ["7057360521", "N470573060521", "none", "70573-0605-21 "])
def test_paper_takes_an_ndc_and_nothing_else(ndc):
    claim = claim_from(edit(case("whole-vials-jz"), {"/lines/0/drug/ndc": ndc}))
    if ndc.startswith("70573-"):
        assert cms1500.form(claim).sheets[0].rows[0].shaded == "N470573060521 ML400"
    else:
        with pytest.raises(FormError, match="/lines/0/drug/ndc: expected an NDC of 11 digits") as caught:
            cms1500.form(claim)
        assert ndc not in str(caught.value)
    assert there_and_back(claim)[0].lines[0].drug.ndc == ndc


@pytest.mark.parametrize(("form", "document"), [("ub04", case("whole-vials-jz")), ("cms1500", hospital())])
def test_the_other_paper_form_is_refused(form, document):
    with pytest.raises(FormError, match=f"a {document['form']} claim, .*: convert it to {document['form']} or"):
        PAPERS[form](claim_from(document))


def test_a_claim_without_lines_is_refused():
    document = {"claimInformation": {"serviceLines": [{"dentalService": {"procedureCode": "D0120"}}]}}
    for make in (clearinghouse.body, *PAPERS.values()):
        with pytest.raises(FormError, match="nothing to convert"):
            make(claim_from(document))
        with pytest.raises(FormError, match="nothing to convert"):
            make(Claim(pointer="", format="j1553", lines=(Line(pointer="/lines/0", units=1),)))


def test_damage_that_is_no_problem_of_shape_is_refused_too():
    document = json.loads((HERE / "clearinghouse" / "professional-whole-vials.json").read_text(encoding="utf-8"))
    service = document["claimInformation"]["serviceLines"][1]["professionalService"]
    for name, value in (("measurementUnit", "DA, UN"), ("serviceUnitCount", "1.5")):
        changed = copy.deepcopy(document)
        changed["claimInformation"]["serviceLines"][1]["professionalService"] = service | {name: value}
        assert claim_from(changed).shape == ()
        with pytest.raises(FormError, match=f"/serviceLines/1/professionalService/{name}: "):
            clearinghouse.body(claim_from(changed))


def brimful(form: str) -> Claim:
    """A claim of one line in which every field has a value, as far as its form allows."""
    path = HERE / "claim" / "pass" / f"full-{form}.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    line = document["lines"][0] | {
        "unit_basis": "DA",  # UN is what a form counts without saying so
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
    none = {
        "cms1500": {"type_of_bill", "revenue_code", "statement_start", "statement_end"},
        "ub04": {"place_of_service"},
    }[form]
    assert tried == (KNOWN - _FRAME | {"drug"}) - none


def test_every_field_of_a_claim_has_a_place_or_a_name_for_the_note():
    assert set(_WORDS) <= KNOWN and _FRAME <= KNOWN
    everywhere = clearinghouse._HELD | cms1500._HELD | ub04._HELD | _FRAME
    for held in (clearinghouse._HELD | clearinghouse._HELD_BY_FORM["cms1500"], cms1500._HELD, ub04._HELD):
        assert KNOWN - held - _FRAME <= set(_WORDS)
    assert KNOWN - everywhere <= set(_WORDS)


def test_notes_say_what_is_blank_and_what_has_no_place():
    claim = claim_from(
        edit(
            case("three-vials-with-jw"),
            {
                "/lines/2/place_of_service": ...,
                "/lines/0/drug/unit": ...,
                "/total_charge": ...,
                "/is_340b": False,
                "/lines/3/units": 12000,
                "/lines/2/line_number": 9,
                "/lines/0/encounter": "morning",
            },
        )
    )
    assert cms1500.form(claim).notes == (
        "Left blank: everything about patient, insured, provider and payer; 24C; 24H-J; 26; 28;"
        " NDC unit (line 1); 24B (line 3).",
        "24G: more than 9999 units, which may not fit; a larger quantity is split over lines.",
        "No place here for: the payer, the record of the infusion (dose, vials, times), whether it is 340B stock, the encounter,"
        " numbers of lines.",
        "Not carried over unless asked for (--with-ids): the claim id.",
        "1 NDC of the opened vials is not reported: a line holds only one. Several NDCs of one dose go by payer:"
        " one line and a note, or a line for each NDC.",
    )
    assert cms1500.form(claim).sheets[0].rows[0].shaded == "N470573060521 200"


@pytest.mark.parametrize(("units", "noted"), [(9999, False), (10000, True)])
def test_a_quantity_that_may_not_fit_is_noted(units, noted):
    claim = claim_from(edit(case("whole-vials-jz"), {"/lines/0/units": units}))
    assert any(note.startswith("24G") for note in cms1500.form(claim).notes) == noted


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([1], "28 (line 1)"),
        ([1, 2], "28 (lines 1, 2)"),
        ([2, 3, 4], "28 (lines 2 to 4)"),
        ([1, 3, 4], "28 (lines 1, 3, 4)"),
        ([0], "28"),
    ],
)
def test_blanks_name_their_lines(lines, said):
    blanks = Blanks()
    for line in lines:
        blanks.add("28", "", line=line)
    assert blanks.words() == [said]


def test_two_dates_of_service_stand_in_one_box():
    document = edit(case("whole-vials-jz"), {"/lines/0/service_date/end": "2026-05-05"})
    paper = cms1500.form(claim_from(document))
    assert rows(paper)[0]["A"] == "05/04/2026-05/05/2026"
    assert "numbers of lines" not in repr(paper.notes)


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
