"""``convert --to j1553``: what was read of any format, as native claims; what was not read is named and nothing else lost."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from command import run
from fhir import CLAIM, V1, V2, V3, bundle, changed
from test_bodies import CMS1500, FLAT
from test_table import TABLE
from test_x12 import INST, PRO
from test_x12 import text as x12

from j1553ref import cases, claim_from, shape
from j1553ref.claim import Part
from j1553ref.forms import clearinghouse, native

BODY = clearinghouse.body(claim_from(cases.case("three-vials-with-jw")), with_ids=True).content
SOURCES: dict[str, Any] = {
    "native": json.dumps(cases.case("three-vials-with-jw")),
    "native, a pause": json.dumps(cases.case("pause-in-the-infusion")),
    "clearinghouse": json.dumps(BODY),
    "cms1500-body": json.dumps(CMS1500),
    "flat": json.dumps(FLAT),
    "fhir": json.dumps(CLAIM),
    "fhir v1": json.dumps(V1),
    "fhir v2": json.dumps(V2),
    "fhir v3": json.dumps(V3),
    "x12 professional": x12(PRO),
    "x12 institutional": x12(INST),
}
_HOW_READ = {"pointer", "places", "format", "also", "shape", "notes", "damaged", "has_qualifier_slot"}


def values(part: Any) -> Any:
    """A part without how it was read; money and quantities by what they are worth."""
    if isinstance(part, tuple):
        return tuple(map(values, part))
    if not isinstance(part, Part):
        return part
    return {field.name: values(getattr(part, field.name)) for field in fields(part) if field.name not in _HOW_READ}


@pytest.mark.parametrize("name", SOURCES)
def test_the_native_claim_holds_what_was_read(name):
    claim = claim_from(SOURCES[name])
    made = native.document(claim, with_ids=True)
    # The line of a sum has neither code nor units.
    lacking = [problem for problem in shape.problems(made.content) if problem.pointer != "/lines/1"]
    assert lacking == [] and made.notes == ()
    assert values(claim_from(made.content)) == values(claim)


@pytest.mark.parametrize("name", SOURCES)
def test_ids_are_carried_over_on_demand_only(name):
    done = run("convert", "-", "--to", "j1553", stdin=SOURCES[name])
    assert done.returncode == 0 and "claim_id" not in json.loads(done.stdout)
    assert "SYNTHETIC-1" not in done.stdout + done.stderr


def test_many_claims_are_printed_one_on_a_line():
    for source, count in ((TABLE, 2), (json.dumps(bundle(CLAIM, V2, V3)), 3)):
        lines = run("convert", "-", "--to", "j1553", stdin=source).stdout.splitlines()
        assert [json.loads(line)["schema_version"] for line in lines] == ["1"] * count


def test_what_cannot_be_read_is_named_and_the_others_are_printed():
    bad = changed(CLAIM, "item/0/quantity/value", 399.5)
    text = "\n".join((json.dumps(CLAIM), "{", json.dumps(bad), json.dumps(V3)))
    done = run("convert", "-", "--to", "j1553", stdin=text)
    assert done.returncode == 2 and len(done.stdout.splitlines()) == 3
    assert "line 2, column 2: not valid JSON" in done.stderr
    assert "claim 2: /item/0/quantity/value: not read: expected a whole number of billing units" in done.stderr
    assert "units" not in json.loads(done.stdout.splitlines()[1])["lines"][0]


def test_what_a_native_claim_of_the_form_does_not_hold_is_left_out_and_named():
    made = native.document(claim_from(changed(CLAIM, "item/0/revenue", {"coding": [{"code": "0636"}]})))
    assert "revenue_code" not in made.content["lines"][0] and shape.problems(made.content) == ()
    assert made.notes[0] == "left out, since a native claim of this form does not hold it: revenue_code"
    unknown = native.document(claim_from(changed(CLAIM, "type", ...)))
    assert "form" not in unknown.content and "the form is not known: add form, cms1500 or ub04" in unknown.notes


def test_of_many_values_that_are_not_read_some_are_named():
    items = [{"productOrService": {"coding": [{"code": "J1553"}]}, "quantity": {"value": "x"}}] * 50
    made = native.document(claim_from(changed(CLAIM, "item", items)))
    assert len(made.notes) < 30 and "30 more values not read" in made.notes
