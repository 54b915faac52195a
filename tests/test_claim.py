"""From a native document to the claim that the rules read."""

from __future__ import annotations

import copy
import dataclasses
import enum
import json
import pickle
from collections import OrderedDict
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from j1553ref import shape
from j1553ref.claim import Administration, Claim, Drug, InputError, Line, Part, Pause, Vials
from j1553ref.errors import J1553Error
from j1553ref.readers import claim_from, native
from j1553ref.readers.strict import DEPTH, parse

CASES = Path(__file__).parent / "cases" / "claim"
MINIMAL = {"schema_version": "1", "form": "cms1500", "lines": [{"procedure_code": "J1553", "units": 400}]}


def load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((CASES / "pass" / f"{name}.json").read_text(encoding="utf-8"))
    return document


def changed(change: Any, name: str = "full-cms1500") -> Claim:
    document = load(name)
    change(document)
    return claim_from(json.dumps(document))


def place(*tokens: str | int) -> str:
    return "".join(f"/{token}" for token in tokens)


def test_every_field_of_a_professional_claim() -> None:
    claim = claim_from(load("full-cms1500"))
    assert (claim.format, claim.form, claim.payer, claim.claim_filing_code, claim.claim_id) == (
        "j1553",
        "cms1500",
        "medicare-ab:ngs",
        "MB",
        "EXAMPLE-1",
    )
    assert (claim.type_of_bill, claim.diagnoses, claim.total_charge) == (None, ("D83.9", "G61.81"), Decimal(11025))
    assert (claim.is_340b, claim.off_campus, claim.dual_eligible) == (False, None, False)
    assert (claim.shape, claim.damaged, claim.pointer) == ((), frozenset(), "")
    first, second, third = claim.lines
    day = date(2026, 5, 4)
    assert first == Line(
        pointer="/lines/0",
        places=first.places,
        line_number=1,
        procedure_code="J1553",
        modifiers=(),
        units=320,
        unit_basis="UN",
        start=day,
        end=day,
        place_of_service="11",
        diagnosis_pointers=(1, 2),
        charge=Decimal(9600),
        encounter="morning",
        drug=first.drug,
    )
    assert first.drug == Drug(
        pointer="/lines/0/drug",
        places=first.drug.places if first.drug else {},
        ndc="70573060521",
        qualifier="N4",
        quantity=Decimal(200),
        unit="ML",
        prescription_number="EXAMPLE-RX-1",
        has_qualifier_slot=True,
    )
    assert (second.modifiers, second.end, second.charge) == (("JW",), None, Decimal("900.5"))
    assert (third.drug, third.start, third.diagnosis_pointers, third.encounter) == (None, None, (), None)
    [given] = claim.administrations
    assert given == Administration(
        pointer="/administrations/0",
        places=given.places,
        service_date=day,
        encounter="morning",
        dose_mg=Decimal(32000),
        container="single",
        stock="bought",
        start=time(21, 30),
        stop=time(1, 15),
        next_day=True,
        vials=given.vials,
        pauses=given.pauses,
    )
    assert [(vials.ndc, vials.count) for vials in given.vials or ()] == [
        ("70573060521", 1),
        ("70573060511", 1),
        ("70573060501", 1),
    ]
    assert [(pause.start, pause.stop) for pause in given.pauses] == [(time(22, 10), time(22, 25))]


def test_every_field_of_an_institutional_claim() -> None:
    claim = claim_from(load("full-ub04"))
    assert (claim.form, claim.type_of_bill, claim.total_charge) == ("ub04", "131", Decimal("12000.00"))
    assert (claim.is_340b, claim.off_campus, claim.dual_eligible) == (True, False, True)
    assert [line.revenue_code for line in claim.lines] == ["0636", "0260"]
    assert claim.lines[0].modifiers == ("JZ", "TB")
    assert claim.lines[0].drug is not None and claim.lines[0].drug.ndc == "70573-0605-21"
    [given] = claim.administrations
    assert (given.start, given.stop, given.next_day, given.pauses, given.stock) == (None, None, None, (), "free")


def test_every_place_leads_back_to_its_value() -> None:
    for path in sorted(CASES.glob("pass/*.json")):
        document = parse(path.read_text(encoding="utf-8"))
        parts: list[Part] = [claim := native.claim(document), *claim.lines, *claim.administrations]
        parts += [line.drug for line in claim.lines if line.drug]
        parts += [part for given in claim.administrations for part in (*(given.vials or ()), *given.pauses)]
        for part in parts:
            assert isinstance(at(document, part.pointer), dict)
            for name, where in part.places.items():
                value = at(document, where)
                field, _, index = name.partition(".")
                if index:
                    assert value == getattr(part, field)[int(index)]
                elif field.startswith("statement_"):
                    assert where == f"/statement/{field.removeprefix('statement_')}"
                elif field in {known.name for known in dataclasses.fields(part)}:
                    assert where.rpartition("/")[2] == field
                    assert (getattr(part, field) is None) is (value is None)
                else:
                    assert field == "service_date"


def test_places_are_a_mapping_like_any_other() -> None:
    places = claim_from(load("full-ub04")).lines[0].places
    assert dict(places) == places and len(places) == len(dict(places)) and repr(places) == repr(dict(places))
    assert places["modifiers.1"] == "/lines/0/modifiers/1"
    for absent in ("modifiers.2", "modifiers.01", "modifiers.\u00b2", "modifiers.", "units.0", "charges"):
        assert absent not in places


def test_a_claim_can_be_copied_and_sent_to_another_process() -> None:
    claim = claim_from(load("full-cms1500"))
    assert copy.deepcopy(claim) == pickle.loads(pickle.dumps(claim)) == claim
    assert len({claim, claim_from(load("full-cms1500"))}) == 1


def at(document: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        document = document[int(token)] if isinstance(document, list) else document[token]
    return document


def test_the_place_of_an_absent_field_is_its_part() -> None:
    line = claim_from(MINIMAL).lines[0]
    assert line.at("units") == "/lines/0/units"
    assert line.at("charge") == line.at("modifiers", 0) == "/lines/0"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("9600.00", "9600.00"),
        ("0350", "350"),
        (9600, "9600"),
        (9600.5, "9600.5"),
        (1e2, "100"),
        (0, "0"),
        (0.0, "0"),
        (41.400000000000006, "41.4"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0"),
        (5e-324, "0"),
        (999999999.9999999, "1000000000"),
    ],
)
def test_amounts_are_decimals_written_out(value: Any, expected: str) -> None:
    found = claim_from(json.dumps({**MINIMAL, "total_charge": value})).total_charge
    assert isinstance(found, Decimal) and str(found) == expected


def test_whole_numbers_may_be_written_with_a_point() -> None:
    [line] = claim_from(
        '{"schema_version": "1", "form": "ub04", "lines": [{"revenue_code": "636", "units": 4.0e2}]}'
    ).lines
    assert line.units == 400 and type(line.units) is int


# -- damage ---------------------------------------------------------------------------------------------------------


ONE_CLAIM = [path for path in sorted(CASES.glob("fail/*.json")) if path.stem != "type--root"]


@pytest.mark.parametrize("path", ONE_CLAIM, ids=lambda path: path.stem)
def test_a_damaged_field_is_none_and_named_and_the_rest_is_read(path: Path) -> None:
    claim = native.claim(parse(path.read_text(encoding="utf-8")))
    assert [problem.keyword for problem in claim.shape] == [path.stem.split("--")[0].split("+")[0]]
    [problem] = claim.shape
    before, _, name = problem.place.rpartition("/")
    parts = {part.pointer: part for part in (claim, *claim.lines, *claim.administrations)}
    parts |= {line.drug.pointer: line.drug for line in claim.lines if line.drug}
    part = parts.get(before)
    fields = {field.name for field in dataclasses.fields(part)} if part else set()
    if problem.note and problem.keyword != "additionalProperties":
        assert not any(part.damaged for part in parts.values()), "a slip of form is read"
    elif part and name in fields and problem.keyword not in ("required", "maxItems", "minItems"):
        assert name in part.damaged
        assert getattr(part, name) in (None, ())
        assert part.at(name) == problem.place
    damaged = [name for part in parts.values() for name in part.damaged]
    assert len(damaged) <= 2, "a mistake reaches no further than its field"
    if (
        problem.keyword in ("required", "additionalProperties")
        and "vials" not in path.stem
        and "pauses" not in path.stem
    ):
        assert damaged == []


def test_a_list_keeps_its_sound_elements_with_their_places() -> None:
    def change(document: dict[str, Any]) -> None:
        document["lines"][0]["modifiers"] = ["JW", 5, "KX"]
        document["lines"].insert(1, 7)

    claim = changed(change)
    assert claim.lines[0].modifiers == ("JW", "KX")
    assert claim.lines[0].at("modifiers", 1) == "/lines/0/modifiers/2"
    assert claim.lines[0].damaged == {"modifiers"}
    assert [line.pointer for line in claim.lines] == ["/lines/0", "/lines/2", "/lines/3"]
    assert claim.damaged == {"lines"}


def test_a_list_that_is_too_long_is_damaged_and_keeps_its_elements() -> None:
    line = changed(lambda document: document["lines"][0].update(modifiers=["JZ"] * 9)).lines[0]
    assert line.damaged == {"modifiers"} and len(line.modifiers) == 9


def test_where_number_or_sum_matters_a_damaged_list_is_not_read_at_all() -> None:
    claim = changed(lambda document: document["diagnoses"].insert(0, "?"))
    assert claim.diagnoses == () and "diagnoses" in claim.damaged
    claim = changed(lambda document: document["administrations"][0]["vials"][1].update(count=0))
    assert claim.administrations[0].vials is None and claim.administrations[0].damaged == {"vials"}
    claim = changed(lambda document: document["administrations"][0]["pauses"].append({"start": "23:00"}))
    assert claim.administrations[0].pauses == () and claim.administrations[0].damaged == {"pauses"}


def test_no_vials_recorded_and_vials_not_recorded_are_two_things() -> None:
    claim = claim_from({**MINIMAL, "administrations": [{"vials": []}, {}]})
    assert [record.vials for record in claim.administrations] == [(), None]


def test_a_damaged_object_takes_its_fields_along() -> None:
    line = changed(lambda document: document["lines"][0].update(service_date="2026-05-04", drug="70573060521")).lines[0]
    assert (line.start, line.end, line.drug) == (None, None, None)
    assert line.damaged == {"start", "end", "drug"}
    assert line.at("start") == "/lines/0/service_date"
    line = changed(lambda document: document["lines"][0].update(start="2026-05-04")).lines[0]
    assert line.start == date(2026, 5, 4), "a date outside service_date is an unknown property, not the date of service"


def test_beyond_the_limit_of_problems_nothing_is_read() -> None:
    document = {**MINIMAL, "lines": [{"procedure_code": "J1553", "units": 400}, *[None] * shape.LIMIT, {"units": "x"}]}
    claim = claim_from(document)
    assert (claim.lines, claim.form) == ((), None)
    assert claim.damaged == {"schema_version", "form", "lines"}
    assert len(claim.shape) == shape.LIMIT


def test_the_model_holds_no_identifier_in_its_repr() -> None:
    document = load("full-cms1500")
    document["lines"][0]["encounter"] = "EXAMPLE-VISIT"
    text = repr(claim_from(document))
    for secret in ("EXAMPLE-1", "EXAMPLE-RX-1", "EXAMPLE-VISIT", "morning"):
        assert secret not in text


def test_parts_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        claim_from(MINIMAL).form = "ub04"  # type: ignore[misc]


# -- claim_from -----------------------------------------------------------------------------------------------------


def test_claim_from_takes_a_document_its_text_its_bytes_and_a_path(tmp_path: Path) -> None:
    path = tmp_path / "claim.json"
    path.write_text(json.dumps(MINIMAL), encoding="utf-8")
    wanted = claim_from(MINIMAL)
    assert wanted.lines[0].units == 400
    assert (
        claim_from(json.dumps(MINIMAL))
        == claim_from(json.dumps(MINIMAL, indent=4).encode())
        == claim_from(path)
        == wanted
    )


def test_claim_from_does_not_change_or_keep_the_document() -> None:
    document = load("full-cms1500")
    before = copy.deepcopy(document)
    claim = claim_from(document)
    document["lines"][0]["units"] = 1
    assert claim.lines[0].units == 320
    document["lines"][0]["units"] = 320
    assert document == before


class Form(enum.StrEnum):
    PROFESSIONAL = "cms1500"


def test_a_document_made_in_python_may_hold_python_values() -> None:
    line = {
        "procedure_code": "J1553",
        "units": 400,
        "modifiers": ("JZ",),
        "charge": 9600.1,
        "drug": {"quantity": Decimal("1.5")},
    }
    claim = claim_from(OrderedDict(schema_version="1", form=Form.PROFESSIONAL, lines=[OrderedDict(line)]))
    assert claim.shape == ()
    assert (claim.form, type(claim.form)) == ("cms1500", str)
    [read] = claim.lines
    assert (read.modifiers, read.charge) == (("JZ",), Decimal("9600.1"))
    assert read.drug is not None and read.drug.quantity == Decimal("1.5")


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Fraction(1, 3),
        1j,
        object(),
        {1, 2},
        b"x",
        date(2026, 5, 4),
        {1: 2},
        "\ud800",
    ],
    ids=lambda value: repr(value).partition(" at 0x")[0],  # the same in every worker
)
def test_what_json_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="expected") as caught:
        claim_from({**MINIMAL, "x-own": [value]})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"x-a": value}, lambda value: (value,)])
def test_the_depth_limit_is_the_same_for_documents_made_in_python(wrap: Any) -> None:
    inner: Any = 1
    for _ in range(DEPTH - 1):
        inner = wrap(inner)
    assert claim_from({**MINIMAL, "x-own": inner}).shape == ()
    with pytest.raises(InputError, match="nested more than 64 levels deep"):
        claim_from({**MINIMAL, "x-own": wrap(inner)})


def test_a_document_that_holds_itself_is_refused() -> None:
    document: dict[str, Any] = dict(MINIMAL)
    document["x-own"] = document
    with pytest.raises(InputError, match="nested more than 64 levels deep"):
        claim_from(document)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({}, "JSON, but not a claim: expected an object with schema_version, form and lines"),
        ({"resourceType": "Patient", "name": "Jane Roe"}, "document: no claim in it; expected one"),
        ("[1]", "text: line 1, column 2: JSON, but not a claim"),
        ("", "text: empty; expected a claim"),
        ("Jane Roe", "text: line 1, column 1: neither JSON nor another known format; expected a claim as JSON"),
        ("\ud800", "text: line 1, column 1: neither JSON"),
        (b"\xff\xfe{\0", "text: encoded as UTF-16; expected UTF-8: save the file as UTF-8"),
        (json.dumps([MINIMAL, MINIMAL]), "text: more than one claim in it; expected one"),
        (json.dumps(MINIMAL) + "\n{", "text: line 2, column 2: not valid JSON: the record ends before it is closed"),
    ],
)
def test_claim_from_refuses_what_is_not_one_claim(source: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        claim_from(source)
    assert str(caught.value).startswith(message)
    assert "Roe" not in str(caught.value)
    assert isinstance(caught.value, J1553Error) and isinstance(caught.value, ValueError)


def test_claim_from_refuses_an_unknown_format() -> None:
    with pytest.raises(InputError, match="no such format; expected one of j1553"):
        claim_from(MINIMAL, format="edifact")


def test_a_named_format_is_not_guessed_at() -> None:
    claim = claim_from({"lines": [{"procedure_code": "J1553", "units": 1}]}, format="j1553")
    assert [problem.expected for problem in claim.shape] == ["the property schema_version", "the property form"]


def test_vials_and_pauses_have_places() -> None:
    [given] = claim_from(load("full-cms1500")).administrations
    assert given.vials is not None
    assert given.vials[1] == Vials(
        pointer="/administrations/0/vials/1", places=given.vials[1].places, ndc="70573060511", count=1
    )
    assert given.vials[1].at("count") == "/administrations/0/vials/1/count"
    assert given.pauses[0] == Pause(
        pointer="/administrations/0/pauses/0", places=given.pauses[0].places, start=time(22, 10), stop=time(22, 25)
    )
