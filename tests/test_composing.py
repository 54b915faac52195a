"""The composer: what the page shows is what the package computes, and no line is made of a number in doubt."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from j1553ref import bill_units, check, claim_from, infusion_codes, schemas
from j1553ref.composing import FIELDS, as_json, changes, choices, compose
from j1553ref.facts import packaged

SCHEMA = Draft202012Validator(schemas.schema("composer"))
RIGHT = {"dose_mg": "32450", "vials": "20g,10g,5g", "on": "2026-11-03", "payer": "medicare-ab:noridian"}
SIZES = {5000: "5g", 10000: "10g", 20000: "20g"}


def answer(**changed: str) -> dict[str, Any]:
    found = compose(RIGHT | changed)
    SCHEMA.validate(json.loads(json.dumps(found)))
    return found


@st.composite
def infusions(draw: st.DrawFn) -> dict[str, str]:
    """What staff may type for an infusion that can be billed."""
    vials = draw(st.lists(st.sampled_from(sorted(SIZES)), min_size=1, max_size=6))
    dose = draw(st.integers(1, sum(vials)))
    day = draw(st.dates(date(2026, 4, 1), date(2027, 2, 1)))
    setting = draw(st.sampled_from(["office", "infusion-center", "hospital-outpatient", "home"]))
    payers = ["medicare-ab", "medicare-ab:palmetto", "medicare-dme", "aetna", "bcbs:north-dakota", "medicaid:NC", ""]
    entries = {
        "dose_mg": str(dose),
        "vials": ",".join(SIZES[size] for size in vials),
        "on": day.isoformat(),
        "setting": setting,
        "payer": draw(st.sampled_from(payers)),
        "labeler": draw(st.sampled_from(["", *(labeler["id"] for labeler in choices()["labelers"])])),
        "is_340b": draw(st.sampled_from(["", "yes", "no"])),
    }
    if draw(st.booleans()):
        start = draw(st.integers(0, 12 * 60))
        stop = start + draw(st.integers(1, 11 * 60))
        entries |= {"start": f"{start // 60:02}:{start % 60:02}", "stop": f"{stop // 60:02}:{stop % 60:02}"}
    return entries


@settings(deadline=None, max_examples=300)
@given(infusions())
def test_the_answer_is_what_the_package_computes(entries: dict[str, str]) -> None:
    found = compose(entries)
    SCHEMA.validate(json.loads(json.dumps(found)))
    assert found["problems"] == []
    named = {name: entries[name] or None for name in ("payer", "labeler")}
    if entries["setting"] == "home" and (entries["payer"] or "").startswith("medicare-ab"):
        named["payer"] = "medicare-dme"
    bill = bill_units(dose_mg=entries["dose_mg"], vials=entries["vials"], on=entries["on"], **named).to_json()
    assert {key: found[key] for key in bill if key != "notes"} == {key: bill[key] for key in bill if key != "notes"}
    assert set(bill["notes"]) <= set(found["notes"])
    if "start" in entries:
        ran = infusion_codes(entries["start"], entries["stop"], on=entries["on"]).to_json()
        assert found["administration"] == ran
    assert [line["units"] for line in found["claim_lines"][: len(bill["lines"])]] == [
        line["units"] for line in bill["lines"]
    ]
    assert [line["units"] for line in found["claim"]["lines"]] == [line["units"] for line in found["claim_lines"]]


@settings(deadline=None, max_examples=150)
@given(infusions())
def test_the_composed_claim_has_no_error(entries: dict[str, str]) -> None:
    """What the composer makes, the checker accepts: no error but what the entries themselves cannot hold."""
    found = compose(entries)
    report = check(claim_from(found["claim"]))
    assert [(finding["code"], finding["severity"]) for finding in found["findings"]] == [
        (finding.code, finding.severity) for finding in report.findings
    ]
    # An NDC on each line of several is the payer's to say; a Medicaid claim with more NDCs than lines is its own matter.
    assert [finding["code"] for finding in found["findings"] if finding["severity"] == "error"] == []


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"dose_mg": "a lot"}, "dose_mg", "expected milligrams"),
        ({"dose_mg": "32,45"}, "dose_mg", "a comma here can be a decimal point"),
        ({"dose_mg": ""}, "dose_mg", "milligrams, such as 32450"),
        ({"dose_mg": "", "weight_kg": "72.5"}, "g_per_kg", "grams for each kilogram"),
        ({"weight_kg": "72.5", "g_per_kg": "0.45"}, "dose_mg", "not both"),
        ({"vials": "30g"}, "vials", "vials"),
        ({"dose_mg": "36000"}, "vials", "overfill is not billable"),
        ({"on": ""}, "on", "decides which facts hold"),
        ({"on": "2026-02-30"}, "on", "there is no such day"),
        ({"on": "2026-03-31"}, "on", "J1553 is not valid before 2026-04-01"),
        ({"payer": "medicarea-ab"}, "payer", "nearest: medicare-ab"),
        ({"labeler": "12345"}, "labeler", "70573"),
        ({"start": "9:00"}, "stop", "needs both times"),
        ({"start": "9:00", "stop": "9h"}, "stop", "stop"),
        ({"start": "9:00", "stop": "12:00", "pauses": "13:00-14:00"}, "pauses", "within the infusion"),
        ({"setting": "clinic"}, "setting", "office, infusion-center"),
        ({"is_340b": "maybe"}, "is_340b", "yes or no"),
    ],
)
def test_a_field_that_cannot_be_read_has_a_message_and_no_claim_is_made(
    changed: dict[str, str], field: str, words: str
) -> None:
    found = answer(**changed)
    assert [problem["field"] for problem in found["problems"]] == [field]
    assert words in found["problems"][0]["message"]
    assert found["claim"] is None and found["form"] is None and found["claim_lines"] == []


@pytest.mark.parametrize("name", ["dose_mg", "vials", "on", "payer", "labeler"])
def test_no_line_of_the_drug_is_made_of_what_it_needs_and_cannot_be_read(name: str) -> None:
    found = answer(**{name: "?"})
    assert found["lines"] == [] and found["administered_units"] is None and found["answer"] == ""


def test_an_unknown_field_is_named() -> None:
    found = compose(RIGHT | {"dose": "1"})
    assert found["problems"][0]["message"].startswith("there is no field dose; the fields are dose_mg")


def test_times_in_every_form_are_the_same_record() -> None:
    first = answer(start="9:00 AM", stop="1:35 PM", pauses="10:00-10:20")["claim"]["administrations"]
    assert first == answer(start="0900", stop="13:35", pauses="1000-1020")["claim"]["administrations"]
    assert first[0]["pauses"] == [{"start": "10:00", "stop": "10:20"}]


def test_a_long_infusion_on_one_day_is_confirmed_by_the_field() -> None:
    found = answer(start="07:00", stop="21:00", next_day="no")
    assert found["administration"]["minutes"] == 14 * 60
    assert found["claim"]["administrations"][0]["next_day"] is False
    assert not [finding for finding in found["findings"] if finding["code"].startswith("ADM")]


def test_money_is_the_limit_of_the_quarter_and_unknown_is_said() -> None:
    for day, limit in (("2026-05-04", "24.323"), ("2026-08-03", "24.145"), ("2026-11-02", "21.664")):
        paid = answer(on=day)["payment"]
        assert paid["per_unit"] == limit == str(packaged().on("payment.limit", day).value["limit"])
        assert Decimal(paid["allowed"]) == sum(Decimal(line["allowed"]) for line in paid["lines"])
    unknown = answer(on="2027-01-04")
    assert unknown["payment"] is None and any("is not known" in note for note in unknown["notes"])
    other = answer(payer="aetna")
    assert other["payment"] is None and any("contract" in note for note in other["notes"])


def test_hospital_home_and_340b_have_their_own_claims() -> None:
    hospital = answer(setting="hospital-outpatient", off_campus="PO", is_340b="yes", start="9:00", stop="11:00")
    assert hospital["form"]["title"] == "UB-04"
    assert [line["modifiers"] for line in hospital["claim"]["lines"]] == [
        ["TB", "PO"],
        ["JW", "TB", "PO"],
        ["PO"],
        ["PO"],
    ]
    assert answer(setting="hospital-outpatient", on="2026-08-03")["payment"]["fact"] == "opps.rate"
    home = answer(setting="home")
    assert home["claim"]["payer"] == "medicare-dme"
    assert [line["procedure_code"] for line in home["claim"]["lines"]][-1] == "Q2052"


def test_what_was_left_and_used_makes_one_line_with_jz() -> None:
    found = answer(leftover="used")
    assert [(line["modifiers"], line["units"]) for line in found["lines"]] == [(["JZ"], 325)]
    assert "vials" not in found["claim"]["administrations"][0]


def test_changes_are_said_in_words() -> None:
    before = answer(start="9:00", stop="13:35")
    assert changes(before, answer(start="9:00", stop="13:35", is_340b="yes")) == [
        "line 1: J1553 becomes J1553 TB",
        "line 2: J1553 JW becomes J1553 JW TB",
    ]
    later = changes(before, answer(start="9:00", stop="13:35", on="2026-09-30"))
    assert later == ["allowed: 7582.40 becomes 8450.76"]
    assert changes(before, answer(dose_mg="35000", start="9:00", stop="13:35"))[:2] == [
        "line 1: J1553 becomes J1553 JZ",
        "line 1: 325 becomes 350",
    ]
    assert changes(before, answer(on="2026-03-31"))[0].startswith("J1553 is not valid before")


def test_choices_come_from_the_facts() -> None:
    offered = choices()
    assert {field["name"] for field in offered["fields"]} == set(FIELDS)
    assert all(not compose(RIGHT | {"payer": payer["id"]})["problems"] for payer in offered["payers"])
    assert all(not compose(RIGHT | {"setting": setting["id"]})["problems"] for setting in offered["settings"])
    assert all(not compose(RIGHT | {"vials": f"9x{size['id']}"})["problems"] for size in offered["vials"])
    assert offered["quarters"][-1] == {"from": "2026-10-01", "until": "2026-12-31"}


def test_json_goes_in_and_comes_out() -> None:
    assert json.loads(as_json(json.dumps(RIGHT))) == compose(RIGHT)


def changed_in_turn(
    schema: dict[str, Any], value: Any, where: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Each place of an answer with a value that its schema has to refuse there; ``...`` is a property taken away."""
    schema = schema | schemas.schema("composer")["$defs"].get(schema.get("$ref", "").rpartition("/")[2], {})
    kinds = schema.get("type", "string")
    yield where, [0] if "array" not in kinds else "x"
    if "enum" in schema or "const" in schema or "pattern" in schema:
        yield where, "about 3"
    if "minimum" in schema:
        yield where, -1
    if isinstance(value, dict) and "properties" in schema:
        yield (*where, "more"), 1
        for name, node in schema["properties"].items():
            yield (*where, name), ...
            yield from changed_in_turn(node, value[name], (*where, name))
    if isinstance(value, list) and value:
        yield from changed_in_turn(schema["items"], value[0], (*where, 0))


def test_the_schema_refuses_every_changed_value() -> None:
    whole = answer(start="9:00", stop="13:35", vials="20g,10g,10g")
    whole["problems"] = answer(dose_mg="?")["problems"]
    whole["administration"]["notes"] = ["a note"]
    whole["findings"] = whole["findings"] or answer(on="2026-11-03", dose_mg="20000", vials="3x10g")["findings"]
    tried = 0
    for where, value in changed_in_turn(schemas.schema("composer"), whole):
        if not where:
            continue
        changed = copy.deepcopy(whole)
        holder = changed
        for step in where[:-1]:
            holder = holder[step]
        if value is ...:
            del holder[where[-1]]
        else:
            holder[where[-1]] = value
        assert not SCHEMA.is_valid(changed), where
        tried += 1
    assert tried > 200
