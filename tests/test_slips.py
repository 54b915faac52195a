"""Slips of form: every field with every slip keeps its finding, and the claim is judged as what is meant."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from build import edit
from hypothesis import given
from hypothesis import strategies as st
from test_clearinghouse import RIGHT, RIGHT_INST, native_claims
from test_clearinghouse import body as as_body

from j1553ref import cases, check, claim_from
from j1553ref.claim import Claim, Part
from j1553ref.readers import clearinghouse, native
from j1553ref.readers.strict import parse

HERE = Path(__file__).parent / "cases"
NATIVE = {
    name: json.loads((HERE / "claim" / "pass" / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("full-cms1500", "full-ub04")
} | {slug: cases.case(slug) for slug in ("three-vials-with-jw", "pause-in-the-infusion")}
BODIES = {"professional": RIGHT, "institutional": RIGHT_INST}
DOCUMENTS = {**NATIVE, **BODIES}

#: Fields that take any text, in which blanks and case are for the rules to judge.
FREE = {"ndc", "nationalDrugCode", "claim_id", "patientControlNumber", "encounter", "prescription_number"}
FREE |= {"pharmacyPrescriptionNumber", "payer", "$schema", "x-note", "schema_version", "synthetic"}
#: Amounts of the native claim, which are numbers or text.
AMOUNTS = {"total_charge", "charge", "quantity", "dose_mg"}
#: Names of the body that are read only to know what another value is, and whose writing is not judged.
BESIDE = {"procedureIdentifier", "diagnosisTypeCode", "qualifierCode", "statementBeginDate", "statementEndDate"}


def slips_of(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Each way to write a value of a right claim wrong, and yet so that everyone knows what is meant."""
    if isinstance(value, bool):
        yield "quoted", str(value).lower()
        return
    if isinstance(value, int):
        yield from [("quoted", f"{value}")] * (name not in AMOUNTS)
        yield "quoted with a blank", f" {value}"
        return
    if not isinstance(value, str) or not value:
        return
    yield "blank before", f" {value}"
    yield "blank behind", f"{value} "
    yield "line break behind", f"{value}\r\n"
    if value.lower() != value:
        yield "small letters", value.lower()
        yield "small letters and blanks", f" {value.lower()} "
    elif value.upper() != value:
        yield "capital letters", value.upper()
        yield "one capital letter", value.capitalize()
    if re.fullmatch("[1-9][0-9]*", value) and name not in AMOUNTS:
        yield "number", int(value)
    if day := re.fullmatch("(20[0-9]{2})(-?)([01][0-9])-?([0-3][0-9])", value):
        year, mark, month, date = day.groups()
        yield "other marks", f"{year}/{month}/{date}"
        yield "other marks", f"{year}.{month}.{date}"
        yield "marks", f"{year}{month}{date}" if mark else f"{year}-{month}-{date}"
        yield "no zeros", f"{year}-{int(month)}-{int(date)}"
        if int(date) > 12:
            yield "month first", f"{month}/{date}/{year}"
            yield "day first", f"{date}-{month}-{year}"
    if time := re.fullmatch("([0-9]{2}):([0-9]{2})", value):
        yield "seconds", f"{value}:00"
        yield "no colon", f"{time[1]}{time[2]}"
    if re.fullmatch("J[0-9]{4}", value):
        yield "modifier behind", f"{value}JZ"
        yield "modifier behind a mark", f"{value}-JZ"


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, step))
    else:
        yield path, value


def pointer(path: tuple[Any, ...]) -> str:
    return "".join(f"/{step}" for step in path)


def last_name(path: tuple[Any, ...]) -> str:
    return next(step for step in reversed(path) if isinstance(step, str))


def read(document: dict[str, Any]) -> Claim:
    module = clearinghouse if "claimInformation" in document else native
    return module.claim(parse(json.dumps(document)))


def meaning(part: Any) -> Any:
    """All that a claim says, without the places and the problems."""
    if isinstance(part, Part):
        fields = (field.name for field in dataclasses.fields(part))
        return {name: meaning(getattr(part, name)) for name in fields if name not in ("places", "shape", "pointer")}
    return [meaning(inner) for inner in part] if isinstance(part, tuple) else part


def is_read(document: dict[str, Any], path: tuple[Any, ...]) -> bool:
    return "claimInformation" not in document or (
        path[0] == "claimInformation"
        and last_name(path) in clearinghouse.NAMES - BESIDE
        and (last_name(path) != "claimFrequencyCode" or "principalDiagnosis" in document["claimInformation"])
    )


EVERY = [
    pytest.param(document, path, wrong, id=f"{name} {pointer(path)} {kind}")
    for name, document in DOCUMENTS.items()
    for path, value in leaves(document)
    if is_read(document, path) and last_name(path) not in FREE and not last_name(path).startswith("x-")
    for kind, wrong in slips_of(value, last_name(path))
]


def test_there_are_many():
    assert len(EVERY) > 500


@pytest.mark.parametrize(("document", "path", "wrong"), EVERY)
def test_a_slip_keeps_its_finding_and_is_judged_as_what_is_meant(document, path, wrong):
    right = copy.deepcopy(document)
    if str(wrong).upper().startswith("J1553") and len(str(wrong).strip()) > 5:
        holder: Any = right
        for step in path[:-1]:
            holder = holder[step]
        name = "modifiers" if "modifiers" in holder or "units" in holder else "procedureModifiers"
        holder[name] = ["JZ", *(mark for mark in holder.get(name, ()) if mark != "JZ")]
    slipped = edit(copy.deepcopy(document), {pointer(path): wrong})
    found, meant = read(slipped), read(right)
    assert [problem.pointer for problem in found.shape] == [pointer(path)]
    [problem] = found.shape
    assert problem.note.startswith("the claim is checked")
    assert meaning(found) == meaning(meant)
    seen, expected = check(found), check(meant)
    assert [code for code in seen.codes if not code.startswith("SHP")] == expected.codes
    assert seen.not_checked == expected.not_checked
    assert seen.findings[0].code in ("SHP003", "SHP004", "SHP005")


# -- lists ------------------------------------------------------------------------------------------------------------


def lists(document: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    def below(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if isinstance(value, list):
            yield path
        for step, inner in (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        ):
            yield from below(inner, (*path, step))

    return (path for path in below(document, ()) if is_read(document, path))


LISTS = [
    pytest.param(document, path, id=f"{name} {pointer(path)}")
    for name, document in DOCUMENTS.items()
    for path in lists(document)
]


@pytest.mark.parametrize("nothing", [None, "", " "])
@pytest.mark.parametrize(("document", "path"), LISTS)
def test_nothing_in_a_list_is_absent_and_not_damaged(document, path, nothing):
    holder: Any = copy.deepcopy(document)
    value = holder
    for step in path:
        value = value[step]
    value.append(nothing)
    found = read(holder)
    assert meaning(found) == meaning(read(document))
    silent = nothing == "" and "claimInformation" in document
    place = f"{pointer(path)}/{len(value) - 1}"
    assert [problem.pointer for problem in found.shape] == ([] if silent else [place])


@pytest.mark.parametrize(("document", "path"), [one for one in LISTS if "odifiers" in str(one.id)])
def test_nothing_between_modifiers_moves_no_place(document, path):
    changed = edit(copy.deepcopy(document), {pointer(path): [None, "JZ", "", "TB"]})
    found = read(changed)
    [line] = [line for line in found.lines if pointer(path).startswith(f"{line.pointer}/")]
    assert line.modifiers == ("JZ", "TB") and not line.damaged
    assert [line.at("modifiers", index) for index in (0, 1)] == [f"{pointer(path)}/1", f"{pointer(path)}/3"]


@pytest.mark.parametrize(
    ("document", "changes"),
    [
        (NATIVE["full-cms1500"], {"/diagnoses": [None, "D83.9"]}),
        (RIGHT, {"/claimInformation/healthCareCodeInformation": [None, {"diagnosisCode": "D839"}]}),
    ],
    ids=["native", "clearinghouse"],
)
def test_a_gap_among_the_diagnoses_is_damage_because_lines_point_by_number(document, changes):
    found = read(edit(copy.deepcopy(document), changes))
    assert "diagnoses" in found.damaged and found.diagnoses == ()


@pytest.mark.parametrize("joined", ["JZ,76", "jz 76", "JZ:76", "JZ / 76", "JZ-76", "JZ;76", "JZ|76"])
@pytest.mark.parametrize("alone", [False, True], ids=["in a list", "alone"])
@pytest.mark.parametrize("name", ["three-vials-with-jw", "professional", "institutional"])
def test_modifiers_that_are_joined_are_read_one_by_one(name, joined, alone):
    document = copy.deepcopy(DOCUMENTS[name])
    place = "/lines/0/modifiers"
    if name in BODIES:
        place = f"/claimInformation/serviceLines/0/{name}Service/procedureModifiers"
    found = read(edit(document, {place: joined if alone else [joined]}))
    assert found.lines[0].modifiers == ("JZ", "76") and not found.lines[0].damaged
    assert [problem.pointer for problem in found.shape] == [place if alone else f"{place}/0"]
    assert found.lines[0].at("modifiers", 1) == (place if alone else f"{place}/0")


@pytest.mark.parametrize(
    "text",
    ["JZTB", "Jane Roe", "J", "JZ,7", "05/04/50", "JZ,", ",", "x" * 100, "\xdf", "j\u212a", "JZ,\xdf", "\u0661\u0661"],
)
def test_what_is_no_modifier_stays_damaged(text):
    for document, place in (
        (NATIVE["full-cms1500"], "/lines/0/modifiers"),
        (RIGHT, "/claimInformation/serviceLines/0/professionalService/procedureModifiers"),
    ):
        for value in (text, [text]):
            found = read(edit(copy.deepcopy(document), {place: value}))
            assert found.lines[0].damaged == {"modifiers"} and not found.lines[0].modifiers
            assert [problem.note for problem in found.shape] == [""]


@pytest.mark.parametrize(
    "text",
    [
        "J155",
        "J15530",
        "A123456",
        "X1234YZ9",
        "J1553JZ7",
        "12345-6789",
        "2026-05-04",
        "J1553 Jane",
        "J1553--",
        "",
        "J1553\xdf",
        "\xdf155",
    ],
)
def test_what_is_no_code_stays_damaged(text):
    for document, place in (
        (NATIVE["three-vials-with-jw"], "/lines/0/procedure_code"),
        (RIGHT, "/claimInformation/serviceLines/0/professionalService/procedureCode"),
    ):
        found = read(edit(copy.deepcopy(document), {place: text}))
        assert "procedure_code" in found.lines[0].damaged and found.lines[0].procedure_code is None


@pytest.mark.parametrize(
    "text", ["05/04/2026", "04-05-2026", "5/4/26", "20260230", "2026-13-01", "May 4, 2026", "2026-05/04", "20260504T00"]
)
def test_a_date_that_could_be_another_stays_damaged(text):
    for document, place in (
        (NATIVE["three-vials-with-jw"], "/lines/0/service_date/start"),
        (RIGHT, "/claimInformation/serviceLines/0/serviceDate"),
    ):
        found = read(edit(copy.deepcopy(document), {place: text}))
        assert "start" in found.lines[0].damaged and found.lines[0].start is None


@pytest.mark.parametrize("value", [7057360521, 70573060521])
def test_a_number_that_may_have_lost_a_zero_is_no_ndc(value):
    document = edit(copy.deepcopy(NATIVE["three-vials-with-jw"]), {"/lines/0/drug": {"ndc": value}})
    [line, *_] = read(document).lines
    assert (line.drug.ndc is None) is (value < 10**10)


# -- several at once --------------------------------------------------------------------------------------------------


@given(st.data())
def test_slips_in_several_places_are_each_named_and_all_mended(data):
    right = data.draw(native_claims())
    document = copy.deepcopy(right if data.draw(st.booleans()) else as_body(right))
    right = copy.deepcopy(document)
    where = [
        (path, wrong)
        for path, value in leaves(document)
        if is_read(document, path) and last_name(path) not in FREE
        for kind, wrong in slips_of(value, last_name(path))
        if "behind" not in kind or "blank" in kind
    ]
    chosen = data.draw(st.lists(st.sampled_from(where), min_size=1, max_size=6, unique_by=lambda one: one[0]))
    for path, wrong in chosen:
        edit(document, {pointer(path): wrong})
    found = read(document)
    assert {problem.pointer for problem in found.shape} == {pointer(path) for path, _ in chosen}
    assert meaning(found) == meaning(read(right))
    mended = [code for code in check(found).codes if not code.startswith("SHP")]
    assert mended == [code for code in check(read(right)).codes if not code.startswith("SHP")]


# -- in the wrong object ----------------------------------------------------------------------------------------------


def moved(document: dict[str, Any], path: tuple[Any, ...], up: int) -> dict[str, Any]:
    """The property at a path put so many objects further up; lists on the way are left with the object around them."""
    made: Any = copy.deepcopy(document)
    holders = [made]
    for step in path[:-1]:
        holders.append(holders[-1][step])
    value = holders[-1].pop(path[-1])
    objects = [holder for holder in holders if isinstance(holder, dict)]
    objects[-1 - up][path[-1]] = value
    return made


def too_high(document: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], int]]:
    for path, _ in [*leaves(document), *((path, None) for path in lists(document))]:
        while path and isinstance(path[-1], int):
            path = path[:-1]
        if not is_read(document, path) or last_name(path) in BESIDE:
            continue
        for up in range(1, sum(isinstance(step, str) for step in path[:-1]) + 1):
            holders = [document]
            for step in path[:-1]:
                holders.append(holders[-1][step])
            objects = [holder for holder in holders if isinstance(holder, dict)]
            if up < len(objects) and path[-1] not in objects[-1 - up]:
                yield path, up


HIGH = list(
    dict.fromkeys(
        (name, path, up)
        for name, document in DOCUMENTS.items()
        if name in ("full-cms1500", "full-ub04", *BODIES)
        for path, up in too_high(document)
    )
)


@pytest.mark.parametrize(("name", "path", "up"), HIGH, ids=lambda value: str(value))
def test_a_field_that_is_too_high_is_named_with_its_home(name, path, up):
    document = DOCUMENTS[name]
    right, found = read(document), read(moved(document, path, up))
    # SOS003 says of a line of a hospital what the finding says of its dates: they hold none.
    alarms = {code for code in check(found).codes if not code.startswith("SHP") and code != "SOS003"}
    assert alarms <= set(check(right).codes), "what needs the field is not checked"
    homes = [problem for problem in found.shape if "too high" in problem.note]
    assert homes, [problem.expected for problem in found.shape]
    assert all(problem.keyword == "additionalProperties" for problem in homes)


def test_a_drug_line_without_its_service_is_damaged_and_nothing_is_passed():
    """The whole service one level too high, on the drug line alone or on all lines, or on the claim."""
    service = RIGHT["claimInformation"]["serviceLines"][0]["professionalService"]
    rules = len(check(read(edit(copy.deepcopy(RIGHT), {f"{LINE}/professionalService": 7}))).not_checked_codes)
    for place in ("", "/claimInformation", LINE):
        document = edit(copy.deepcopy(RIGHT), {f"{LINE}/professionalService": ...})
        if place == LINE:
            document = edit(document, {f"{place}/{name}": value for name, value in service.items()})
        else:
            document = edit(document, {f"{place}/professionalService": service})
        found = check(read(document))
        assert set(found.codes) == {"SHP001", "SHP002"}
        assert len(found.not_checked_codes) == rules > 60
        assert "out_of_scope" not in found.notes


LINE = "/claimInformation/serviceLines/0"


@pytest.mark.parametrize("rest", [{}, {"claimInformation": {}}, {"claimInformation": {"claimFilingCode": "MB"}}])
def test_lines_under_the_root_are_damaged_and_said_to_be_too_high(rest):
    document = {"serviceLines": RIGHT["claimInformation"]["serviceLines"], **rest}
    found = check(claim_from(json.dumps(document)))
    assert "these" not in found.findings[-1].message and "move it into claimInformation" in found.findings[-1].message
    assert len(found.not_checked_codes) > 60 and set(found.codes) == {"SHP001", "SHP002"}


@pytest.mark.parametrize("how", [..., None, "", " "])
@pytest.mark.parametrize(
    ("document", "place"),
    [
        (NATIVE["three-vials-with-jw"], "/lines/0/procedure_code"),
        (RIGHT, f"{LINE}/professionalService/procedureCode"),
    ],
    ids=["native", "clearinghouse"],
)
def test_a_line_without_its_code_may_be_the_drugs(document, place, how):
    found = check(read(edit(copy.deepcopy(document), {place: how})))
    assert len(found.codes) == 1 and found.codes[0].startswith("SHP"), "above all not that the NDC is on another code"
    assert "NDC002" in found.not_checked_codes


def test_pointers_that_are_required_are_missed():
    for change in (
        {},
        {f"{LINE}/diagnosisCodePointers": ["1"]},
        {f"{LINE}/professionalService/diagnosisCodePointers": ["1"]},
    ):
        document = edit(
            copy.deepcopy(RIGHT), {f"{LINE}/professionalService/compositeDiagnosisCodePointers": ...} | change
        )
        found = check(read(document))
        assert found.codes[0] == "SHP001" and ("SHP002" in found.codes) is bool(change)


@pytest.mark.parametrize(
    ("place", "wrong", "near"),
    [
        (f"{LINE}/professionalService", "procedureModifier", "procedureModifiers"),
        (f"{LINE}/drugIdentification", "nationalDrugCodes", "nationalDrugCode"),
        (LINE, "ServiceDate", "serviceDate"),
        ("/claimInformation", "claimFillingCode", "claimFilingCode"),
    ],
)
def test_an_unread_name_like_one_that_is_read_is_pointed_out(place, wrong, near):
    document = edit(copy.deepcopy(RIGHT), {f"{place}/{near}": ..., f"{place}/{wrong}": "SECRET"})
    infos = [finding for finding in check(read(document)).findings if finding.severity == "info"]
    assert [(finding.code, finding.pointer) for finding in infos] == [("SHP002", f"{place}/?")]
    assert near in infos[0].message and wrong not in infos[0].message.replace(near, "")
    with_both = edit(copy.deepcopy(RIGHT), {f"{place}/{wrong}": "SECRET"})
    assert not [finding for finding in check(read(with_both)).findings if finding.code == "SHP002"]


def test_the_names_of_the_published_definitions_are_no_slips_for_one_another():
    for name, document in BODIES.items():
        info = document["claimInformation"]
        for further in ("claimCodeInformation", "claimDateInformation", "admittingDiagnosis", "claimNote"):
            assert read({**document, "claimInformation": {further: {}} | info}).shape == (), (name, further)


@pytest.mark.parametrize(
    "change",
    [
        {"/serviceLines": "lines", f"{LINE[:-2]}": ...},
        {"/claimInformation/professionalService": "service", f"{LINE}/professionalService": ...},
        {"/claimInformation/procedureCode": "J9035", f"{LINE}/professionalService/procedureCode": ...},
        {f"{LINE}/procedureCode": "J9035", f"{LINE}/professionalService/procedureCode": ...},
        {f"{LINE}/professionalService": ...},
    ],
    ids=["lines", "service", "code on the claim", "code on the line", "no service"],
)
def test_another_drug_in_the_wrong_object_stays_out_of_scope(change):
    """What --in-scope-only passes over for its bytes must be out of scope."""
    body = copy.deepcopy(RIGHT)
    line = body["claimInformation"]["serviceLines"][0]
    line["professionalService"]["procedureCode"] = "J9035"
    line["drugIdentification"]["nationalDrugCode"] = "50242006001"
    body["claimInformation"]["serviceLines"] = [line]
    given = {"lines": [copy.deepcopy(line)], "service": copy.deepcopy(line["professionalService"])}
    made = edit(
        body, {place: given.get(value, value) if isinstance(value, str) else value for place, value in change.items()}
    )
    found = check(read(made))
    assert "out_of_scope" in found.notes and found.codes[0].startswith("SHP")
    ours = json.loads(json.dumps(made).replace("J9035", "J1553").replace("50242006001", "70573060521"))
    assert "out_of_scope" not in check(read(ours)).notes and len(check(read(ours)).not_checked_codes) > 60


@pytest.mark.parametrize("text", ["K7291ZQ", "K7291-ZQ", "72918-46"])
def test_a_code_with_something_behind_it_is_repeated_only_where_it_is_the_drugs(text):
    for document, place in (
        (NATIVE["three-vials-with-jw"], "/lines/0/procedure_code"),
        (RIGHT, f"{LINE}/professionalService/procedureCode"),
    ):
        [problem] = read(edit(copy.deepcopy(document), {place: text})).shape
        assert not re.search("K7291|ZQ|72918|46", f"{problem.expected} {problem.actual} {problem.note}")


def test_many_unread_names_are_passed_over_in_bounded_time():
    for names in ([f"procedureModifier{number}" for number in range(200_000)], ["procedureModifier" * 100_000]):
        document = edit(copy.deepcopy(RIGHT), {f"{LINE}/professionalService/{name}": 1 for name in names})
        began = time.process_time()
        assert read(document).shape == ()
        assert time.process_time() - began < 5
