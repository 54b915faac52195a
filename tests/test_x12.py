"""X12 837 files: what is read, whatever the separators and line breaks; where it points; what is damaged or missing."""

from __future__ import annotations

import itertools
import json
from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j1553ref import check, claim_from
from j1553ref.claim import Claim, InputError, Part
from j1553ref.readers import Record, read
from j1553ref.readers.segments import Unsegmented, segments

ISA = "ISA*00*          *00*          *ZZ*SYNTHETIC      *ZZ*SYNTHETIC      *260504*1200*^*00501*000000001*0*T*:"
HEAD = [
    "GS*HC*SYNTHETIC*SYNTHETIC*20260504*1200*1*X*005010X222A1",
    "ST*837*0001*005010X222A1",
    "BHT*0019*00*1*20260504*1200*CH",
    "HL*1**20*1",
    "NM1*85*2*SYNTHETIC CLINIC*****XX*0000000000",
    "HL*2*1*22*0",
    "SBR*P*18*******MB",
    "NM1*IL*1*SYNTHETIC*PATIENT****MI*SYNTHETIC1",
]
DRUG_LINE = [
    "LX*1",
    "SV1*HC:J1553:JZ*12000*UN*400***1",
    "DTP*472*D8*20260504",
    "LIN**N4*70573060521",
    "CTP****400*ML",
]
INFUSION_LINE = ["LX*2", "SV1*HC:96365*400*UN*1***1", "DTP*472*D8*20260504"]
CLAIM = ["CLM*SYNTHETIC-1*12400***11:B:1*Y*A*Y*Y", "HI*ABK:D839", *DRUG_LINE, *INFUSION_LINE]
TAIL = ["SE*18*0001", "GE*1*1", "IEA*1*000000001"]
PRO = [ISA, *HEAD, *CLAIM, *TAIL]
INST = [
    ISA,
    *(part.replace("222A1", "223A3").replace("MB", "MA") for part in HEAD),
    "CLM*SYNTHETIC-1*12400***13:A:1**A*Y*Y",
    "DTP*434*RD8*20260504-20260504",
    "HI*ABK:D839",
    "HI*BE:24:::37",
    "LX*1",
    "SV2*0636*HC:J1553:JZ*12000*UN*400",
    "DTP*472*D8*20260504",
    "LIN**N4*70573060521",
    "CTP****400*ML",
    "LX*2",
    "SV2*0260*HC:96365*400*UN*1",
    "DTP*472*D8*20260504",
    *TAIL,
]


def text(parts: list[str], end: str = "~", after: str = "\n") -> str:
    return "".join(f"{part}{end}{after}" for part in parts)


def records(source: str) -> list[Record]:
    return list(read(source.encode("utf-8", "surrogateescape"), source="a.x12"))


def claim(parts: list[str]) -> Claim:
    [record] = records(text(parts))
    assert record.error is None
    return record.claim


def changed(parts: list[str], **by: str) -> list[str]:
    """The segments with those that begin as said in place of the first of that name; an empty one is left out."""
    found = list(parts)
    for name, segment in by.items():
        at = next(at for at, part in enumerate(found) if part.partition("*")[0] == name)
        found[at : at + 1] = [segment] if segment else []
    return found


def values(part: Part) -> object:
    """A part without its places, which differ with the layout."""
    if not isinstance(part, Part):
        return tuple(map(values, part)) if isinstance(part, tuple) else part
    kept = [field.name for field in fields(part) if field.name not in ("pointer", "places", "also", "shape", "notes")]
    return {name: values(getattr(part, name)) for name in kept}


def codes(parts: list[str], **how: str) -> list[str]:
    return check(claim(parts), **how).codes


# -- what is read -------------------------------------------------------------------------------------------------


def test_a_professional_claim_is_read_value_by_value():
    found = claim(PRO)
    drug, infusion = found.lines
    assert (found.form, found.claim_filing_code, found.claim_id, found.diagnoses, found.total_charge) == (
        "cms1500",
        "MB",
        "SYNTHETIC-1",
        ("D839",),
        Decimal(12400),
    )
    assert (drug.procedure_code, drug.modifiers, drug.units, drug.unit_basis, drug.charge, drug.line_number) == (
        "J1553",
        ("JZ",),
        400,
        "UN",
        Decimal(12000),
        1,
    )
    assert (f"{drug.start}", drug.end, drug.place_of_service, drug.diagnosis_pointers) == (
        "2026-05-04",
        None,
        "11",
        (1,),
    )
    assert (drug.drug.qualifier, drug.drug.ndc, drug.drug.quantity, drug.drug.unit) == (
        "N4",
        "70573060521",
        Decimal(400),
        "ML",
    )
    assert (infusion.procedure_code, infusion.units, infusion.drug) == ("96365", 1, None)
    assert codes(PRO) == [] and codes(INST) == []


def test_an_institutional_claim_is_read_value_by_value():
    found = claim(INST)
    assert (found.form, found.type_of_bill, found.diagnoses, found.claim_filing_code) == (
        "ub04",
        "131",
        ("D839",),
        "MA",
    )
    assert [(line.revenue_code, line.procedure_code, line.units) for line in found.lines] == [
        ("0636", "J1553", 400),
        ("0260", "96365", 1),
    ]
    assert {line.place_of_service for line in found.lines} == {None}


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("SV1*HC:J1553:JZ:76:59:XS*12000*UN*400***1", ("JZ", "76", "59", "XS")),
        ("SV1*HC:J1553:JZ::::SYNTHETIC DESCRIPTION*12000*UN*400***1", ("JZ",)),
        ("SV1*HC:J1553*12000*UN*400***1", ()),
    ],
)
def test_a_description_is_no_modifier(service, expected):
    assert claim(changed(PRO, SV1=service)).lines[0].modifiers == expected


def test_the_place_of_the_line_goes_before_that_of_the_claim():
    assert claim(changed(PRO, SV1="SV1*HC:J1553:JZ*12000*UN*400*19**1")).lines[0].place_of_service == "19"


def test_an_institutional_facility_is_no_place_of_service_and_a_professional_one_no_type_of_bill():
    assert claim(PRO).type_of_bill is None
    assert claim(INST).lines[0].place_of_service is None


@pytest.mark.parametrize(
    ("date", "start", "end"),
    [
        ("DTP*472*D8*20260504", "2026-05-04", "None"),
        ("DTP*472*RD8*20260504-20260504", "2026-05-04", "None"),
        ("DTP*472*RD8*20260504-20260506", "2026-05-04", "2026-05-06"),
    ],
)
def test_a_range_of_one_day_is_one_day(date, start, end):
    line = claim(changed(PRO, DTP=date)).lines[0]
    assert (f"{line.start}", f"{line.end}") == (start, end)


@pytest.mark.parametrize(
    ("statement", "expected", "note"),
    [
        ("DTP*434*RD8*20260504-20260504", "2026-05-04", True),
        ("DTP*434*D8*20260504", "2026-05-04", True),
        ("DTP*434*RD8*20260504-20260531", "None", False),
    ],
)
def test_only_a_statement_of_one_day_dates_a_line(statement, expected, note):
    undated = [part for part in INST if not part.startswith("DTP*472")]
    found = claim([statement if part.startswith("DTP*434") else part for part in undated])
    assert {f"{line.start}" for line in found.lines} == {expected}
    assert ("service_date_from_statement" in check(found).notes) is note


def test_the_payer_is_that_of_the_subscriber_and_not_of_other_insurance():
    other = ["SBR*S*18*******CI", "OI***Y***Y", "SBR*T*18*******BL", "OI***Y***Y"]
    at = PRO.index("LX*1")
    assert claim([*PRO[:at], *other, *PRO[at:]]).claim_filing_code == "MB"
    dependent = ["HL*3*2*23*0", "PAT*19", "NM1*QC*1*SYNTHETIC*CHILD"]
    at = PRO.index(CLAIM[0])
    assert claim([*PRO[:at], *dependent, *PRO[at:]]).claim_filing_code == "MB"
    stranger = ["HL*3*1*22*0", "NM1*IL*1*SYNTHETIC*OTHER"]
    assert claim([*PRO[:at], *stranger, *PRO[at:]]).claim_filing_code is None


def test_the_form_is_told_by_the_service_whatever_the_envelope_says():
    confused = [part.replace("X222A1", "X223A2") if part.startswith("ST") else part for part in PRO]
    assert values(claim(confused)) == values(claim(PRO))


def test_the_prescription_number_is_read_before_and_behind_the_drug():
    for place in ("LIN**N4*70573060521", "CTP****400*ML"):
        at = PRO.index(place)
        found = claim([*PRO[:at], "REF*XZ*SYNTHETIC-9", "NTE*ADD*SYNTHETIC", *PRO[at:]])
        assert found.lines[0].drug.prescription_number == "SYNTHETIC-9"
        assert found.lines[0].drug.quantity == 400


def test_diagnoses_of_several_segments_keep_their_order_and_an_older_code_set_is_no_diagnosis():
    at = PRO.index("HI*ABK:D839")
    assert claim([*PRO[:at], "HI*ABK:D839*ABF:G6181", "HI*ABF:G609", *PRO[at + 1 :]]).diagnoses == (
        "D839",
        "G6181",
        "G609",
    )
    older = claim(changed(PRO, HI="HI*BK:27906"))
    assert older.diagnoses == () and "diagnoses" in older.damaged


# -- the same claim in other layouts --------------------------------------------------------------------------------


@st.composite
def layouts(draw: st.DrawFn) -> str:
    """The professional claim with other separators, line breaks, fillers and envelopes."""
    marks = draw(st.permutations("*|~^>!_'"))
    element, component, end = marks[:3]
    end = draw(st.sampled_from([end, "\n"]))
    after = draw(st.sampled_from(["", "\n", "\r\n", "\n\n"])) if end != "\n" else ""
    isa = ISA
    if draw(st.booleans()):
        isa = isa.replace("          ", draw(st.sampled_from(["", "..........", "NA"])))
    if draw(st.booleans()):
        isa = isa.replace("SYNTHETIC      ", "SYNTHETIC")
    head, tail = draw(st.sampled_from([([isa, *HEAD], TAIL), ([isa, *HEAD], ["SE*99*0001", *TAIL[1:]])]))
    parts = [*head, *CLAIM, *tail]
    if draw(st.booleans()):
        parts = [part.replace("*400**", "*400.000**") for part in parts]
    if draw(st.booleans()):
        parts = [part.replace("NM1*IL*1*SYNTHETIC", "NM1*IL*1*ISASYNTHETIC") for part in parts]
    swapped = [part.translate(str.maketrans({"*": element, ":": component, "^": marks[3]})) for part in parts]
    if draw(st.booleans()) and end != "\n":
        swapped[0] += " "
    return "".join(f"{part}{end}{after}" for part in swapped)


@given(layouts())
def test_the_layout_of_a_file_does_not_matter(layout):
    [record] = records(layout)
    assert record.error is None
    assert values(record.claim) == values(claim(PRO))
    assert record.claim.shape == ()


@given(layouts(), st.integers(1, 40))
def test_neither_does_the_way_it_arrives(layout, size):
    chunks = (layout[at : at + size] for at in range(0, len(layout), size))
    assert [segment.elements for segment in segments(chunks)] == [segment.elements for segment in segments([layout])]


def test_lines_wrapped_at_eighty_characters_are_read():
    flat = text(PRO, after="")
    wrapped = "\n".join(flat[at : at + 80] for at in range(0, len(flat), 80))
    [record] = records(wrapped)
    assert values(record.claim) == values(claim(PRO))


def test_a_fragment_without_an_envelope_is_read():
    for parts in (PRO[2:-2], CLAIM, [*CLAIM, "SE*11*0001"]):
        for end, after in (("~", "\n"), ("\n", ""), ("'", "")):
            [record] = records(text(parts, end, after))
            assert values(record.claim) == values(claim(PRO)) | {"claim_filing_code": record.claim.claim_filing_code}


def test_two_interchanges_with_other_separators_and_several_claims_in_one_set():
    second = text([part.translate(str.maketrans("*:", "|>")) for part in PRO], "'")
    many = text([ISA, *HEAD, *CLAIM, *CLAIM, *TAIL])
    found = records(many + second)
    assert [record.error for record in found] == [None] * 3
    assert [record.index for record in found] == [0, 1, 2]
    assert {json.dumps(values(record.claim), default=str) for record in found} == {
        json.dumps(values(claim(PRO)), default=str)
    }


def test_x12_in_a_json_body_is_read():
    found = claim_from({"x12": text(PRO, after="")})
    assert values(found) == values(claim(PRO)) and found.format == "x12"
    [record] = records(json.dumps({"file": text(PRO)}))
    assert values(record.claim) == values(claim(PRO))
    with pytest.raises(InputError, match="expected an object with the text of an X12 file"):
        claim_from({"x12": "nothing"}, format="x12")


# -- places ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("segment", "wrong", "pointer", "code"),
    [
        ("SV1", "SV1*HC:J1553:JZ*12000*UN*80***1", "/4", "UNT002"),
        ("SV1", "SV1*HC:J1553:JZ:25*12000*UN*400***1", "/1/4", "MOD001"),
        ("CTP", "CTP****400*ME", "/5/1", "NDC002"),
        ("LIN", "LIN**N4*7057306052", "/3", "NDC001"),
        ("SV1", "SV1*HC:J1553:JZ*12000*UN*4x0***1", "/4", "SHP005"),
    ],
)
def test_a_finding_points_to_the_element_and_its_line_and_column(segment, wrong, pointer, code):
    parts = changed(PRO, **{segment: wrong})
    [record] = records(text(parts))
    [finding] = [found for found in check(record.claim).findings if found.code == code]
    number = parts.index(wrong)
    assert finding.pointer == f"/segments/{number}{pointer}"
    line, column = record.locate(finding.pointer)
    written = wrong.split("*")[int(pointer.split("/")[1])]
    here = text(parts).splitlines()[line - 1][column - 1 :]
    assert line == number + 1
    assert here.startswith(written.split(":")[int(pointer.split("/")[2]) - 1] if pointer.count("/") > 1 else written)


def test_every_place_of_a_claim_is_in_the_file():
    for parts in (PRO, INST):
        [record] = records(text(parts))
        found = record.claim
        places = [*found.places.values(), *itertools.chain(*(line.places.values() for line in found.lines))]
        assert len(places) > 20 and all(map(record.locate, places))


def test_a_finding_in_another_segment_belongs_to_its_line():
    found = claim(PRO)
    ndc = next(number for number, part in enumerate(PRO) if part.startswith("LIN"))
    assert found.date_at(f"/segments/{ndc}/3") == found.lines[0].start
    assert found.date_at("/segments/0/1") is None
    wrong = check(claim(changed(PRO, LIN="LIN**N4*7057306052")))
    [finding] = [finding for finding in wrong.findings if finding.code == "NDC001"]
    assert finding.facts and {on for _, on in finding.facts} == {found.lines[0].start}


# -- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ({"SV1": "SV1*HC:J1553:JZ*12000*UN****1"}, "SV104, a number of units"),
        ({"SV1": "SV1**12000*UN*400***1"}, "SV101-2, a code"),
        ({"SV1": "", "LIN": "", "CTP": ""}, "SV1 or SV2, the service of the line"),
        ({"DTP": "DTP*472*TM*1200"}, '"D8" or "RD8" in DTP02'),
        ({"DTP": "DTP*472*D8*20260231"}, "a calendar date"),
        ({"CTP": "CTP****400*MG"}, '"ML"'),
        ({"SV1": "SV1*HC:J1553:JZ*12000*UN*400.5***1"}, "a whole number of billing units"),
    ],
)
def test_what_is_missing_or_damaged_is_named_by_its_element(by, expected):
    found = claim(changed(PRO, **by))
    assert any(expected in problem.expected for problem in found.shape), found.shape


def test_slips_of_form_are_findings_and_are_judged_as_meant():
    found = claim(changed(PRO, SV1="SV1*HC:j1553:jz*12000*UN*400***1", HI="HI*ABK:D83.9"))
    assert (found.lines[0].procedure_code, found.lines[0].modifiers, found.diagnoses) == ("J1553", ("JZ",), ("D839",))
    assert set(check(found).codes) == {"SHP005"}


def test_a_second_ndc_on_a_line_leaves_the_quantity_unchecked():
    at = PRO.index("LX*2")
    report = check(claim([*PRO[:at], "LIN**N4*70573060511", "CTP****200*ML", *PRO[at:]]))
    assert set(report.codes) == {"SHP006"} and "NDC002" in report.not_checked_codes


def test_absent_quantities_are_absent():
    found = claim(changed(PRO, CTP="CTP**WH*400"))
    assert (found.lines[0].drug.quantity, found.lines[0].drug.unit) == (None, None)


def test_a_wrong_segment_count_is_a_note_and_no_finding():
    for number, noted in (("18", False), ("99", True)):
        report = check(claim(changed(PRO, SE=f"SE*{number}*0001")))
        assert ("segments_miscounted" in report.notes) is noted and report.codes == []


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (text(PRO[:14]), "the file ends inside a transaction set"),
        (text(PRO)[: text(PRO).index("D8*20260504~\nLIN") + 5], "the file ends inside a transaction set"),
        (
            text([ISA, "GS*HP*S*S*20260504*1200*1*X*005010X221A1", "ST*835*0001", "SE*2*0001", *TAIL[1:]]),
            "other than 837",
        ),
        (text([ISA, *HEAD, *DRUG_LINE, *TAIL]), "service lines without a claim"),
        (text([ISA, *HEAD, *TAIL]), "no claim in it"),
        ("ISA*00*~", "the ISA segment is not whole"),
        (ISA, "nothing ends the ISA segment"),
        ("ISA*00*          *00*\n" + text(PRO[1:]), "the ISA segment is not whole"),
        (ISA + "~" + "x" * 70_000, "no segment ends within"),
    ],
)
def test_what_cannot_be_read_is_one_record_that_says_why(source, error):
    found = [record.error for record in records(source) if record.error]
    assert len(found) == 1 and error in found[0]


def test_claims_around_a_fault_are_read():
    found = records(text([ISA, *HEAD, *CLAIM, "SE*18*0001", "ST*835*2", "SE*2*2", "ST*837*3", *CLAIM, *TAIL]))
    assert [bool(record.error) for record in found] == [False, True, False]
    cut = records(text([ISA, *HEAD, *CLAIM, *CLAIM[:4]]))
    assert [bool(record.error) for record in cut] == [False, True]


def test_a_segment_without_an_end_is_refused_with_its_place():
    with pytest.raises(Unsegmented, match="line 2, column 1: no segment ends"):
        list(segments([f"{ISA}~\n", *["x" * 10_000] * 10]))


def test_nothing_about_a_person_is_repeated():
    private = "MARKED PERSON"
    for name in ("SV1", "LIN", "CTP", "DTP", "HI", "CLM", "LX", "SBR"):
        at = next(at for at, part in enumerate(PRO) if part.partition("*")[0] == name)
        elements = PRO[at].split("*")
        for element in range(1, len(elements)):
            spoiled = [*elements[:element], private, *elements[element + 1 :]]
            for record in records(text([*PRO[:at], "*".join(spoiled), *PRO[at + 1 :]])):
                said = f"{record.error} {check(record.claim).findings if record.claim else ''}"
                assert "MARKED" not in said and "PERSON" not in said


@given(st.data())
def test_no_mutation_of_a_file_is_an_error_of_the_program(data):
    source = text(data.draw(st.sampled_from([PRO, INST])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(source)))
        size = data.draw(st.integers(0, 30))
        source = source[:at] + data.draw(st.text('*:~^ISA\n\r0aZ.-{"\\', max_size=6)) + source[at + size :]
    for record in records(source):
        assert (record.claim is None) == (record.error is not None)
        if record.claim is not None:
            for finding in check(record.claim).findings:
                assert (
                    record.format != "x12" or finding.pointer == "" or record.locate(finding.place or finding.pointer)
                )
