"""What was not checked as a list of things to do: complete, in order, and what it says to write is right."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from test_clearinghouse import RIGHT, RIGHT_INST
from test_rules import CASES

from j1553ref import case, check, shape
from j1553ref.readers import clearinghouse, read
from j1553ref.report import claim_object
from j1553ref.report.todo import STEPS, steps
from j1553ref.rules.base import NotChecked

DAMAGED = "damaged in the input"
#: Every datum that an authored case misses, with the reasons that were given.
MISSED = {
    (outcome.missing, outcome.reason)
    for each in CASES
    if each.outcome == "not checked"
    for outcome in check(each.claim, payer=each.payer, facts=each.facts).not_checked
}


def left(*data: str, reason: str = "not in the claim") -> tuple[NotChecked, ...]:
    return tuple(NotChecked(code=f"UNT{n:03}", reason=reason, missing=datum) for n, datum in enumerate(data))


def to_do(document: dict[str, Any], payer: str | None = None) -> list[dict[str, Any]]:
    [record] = read(json.dumps(document).encode(), source="x.json")
    found: list[dict[str, Any]] = claim_object(record, check(record.claim, payer=payer))["to_do"]
    return found


def test_every_datum_that_can_be_missing_has_a_step():
    assert len(MISSED) > 50
    unknown = {datum for datum, reason in MISSED if datum not in STEPS and reason != DAMAGED}
    assert all("." in datum for datum in unknown), "only facts that are not known for a date"


@pytest.mark.parametrize("payer", [None, "commercial", "medicare-ab"])
def test_the_steps_hold_each_rule_and_datum_that_was_left_out(payer):
    for document in (case("whole-vials-jz"), RIGHT, RIGHT_INST):
        [record] = read(json.dumps(document).encode(), source="x.json")
        claim = claim_object(record, check(record.claim, payer=payer))
        said = {(code, datum) for step in claim["to_do"] for code in step["rules"] for datum in step["missing"]}
        assert {(each["code"], each["missing"]) for each in claim["not_checked"]} <= said
        assert len({step["do"] for step in claim["to_do"]}) == len(claim["to_do"])


def test_what_the_claim_has_a_place_for_comes_first_and_of_that_what_frees_most_rules():
    found = steps(
        left("mue_table", "coinsurance", "route_modifier", "dose_mg", "vials", "vials", "payer_rule"), "j1553"
    )
    assert [step.missing for step in found] == [
        ("vials",),
        ("dose_mg",),
        ("mue_table", "coinsurance"),
        ("route_modifier",),
        ("payer_rule",),
    ]


def test_damage_is_mended_before_all_else_of_its_size():
    found = steps(left("units", "modifiers", reason=DAMAGED) + left("dose_mg"), "j1553")
    assert next((step.do, step.write, step.missing) for step in found) == (
        "mend what the SHP findings name",
        "",
        ("units", "modifiers"),
    )


def test_obeying_the_steps_lets_the_rules_run():
    """Without record and payer; each step is obeyed as written, until none asks for more than tables and contractors."""
    claim = case("whole-vials-jz")
    del claim["payer"], claim["administrations"]
    before = len(check(claim).not_checked)
    for _ in range(6):
        for step in to_do(claim):
            snippet = re.fullmatch(r'("[a-z_0-9]+": .*?)(, or --payer .*)?', step["write"] or "")
            if snippet is None or step["missing"] == ["contractor"]:
                continue
            given = json.loads("{" + snippet[1] + "}")
            for name, value in given.items():
                if name == "administrations":
                    records = claim.setdefault("administrations", [{}])
                    records[0] |= value[0]
                else:
                    claim[name] = value
        assert shape.problems(claim) == ()
    assert before > 25 and len(check(claim).not_checked) <= 5


@pytest.mark.parametrize("datum", sorted(STEPS))
def test_what_is_written_is_of_the_shape_of_the_format(datum):
    [step] = steps(left(datum), "j1553", "cms1500")
    if snippet := re.match(r'"[a-z_0-9]+": .*?(?=, or --payer|$)', step.write):
        given = json.loads("{" + snippet[0] + "}")
        lines = [{"procedure_code": "J1553", "units": 1} | line for line in given.pop("lines", [{}])]
        form = "ub04" if {"type_of_bill"} & given.keys() or "revenue_code" in lines[0] else "cms1500"
        assert shape.problems({"schema_version": "1", "form": form, "lines": lines} | given) == ()
    [step] = steps(left(datum), "clearinghouse", "cms1500")
    if step.write.startswith("claimInformation"):
        names = step.write.partition(": ")[0].replace("[]", "").split(".")
        assert set(names) <= clearinghouse.NAMES and len(names) > 1


def test_a_body_is_told_what_it_has_no_place_for():
    [dose] = [step for step in to_do(RIGHT) if step["missing"] == ["dose_mg"]]
    assert dose["write"].startswith("no field of this format has it: check a native claim with")
    assert '"dose_mg"' in dose["write"]


def test_the_contractor_is_named_by_an_option_or_in_the_claim():
    for document, text in (
        (RIGHT, "--payer medicare-ab:ngs"),
        (case("whole-vials-jz"), '"payer": "medicare-ab:ngs", or'),
    ):
        [step] = [step for step in to_do(document) if step["missing"] == ["contractor"]]
        assert step["do"] == "name the contractor" and step["write"].startswith(text)
