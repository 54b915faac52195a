"""--in-scope-only: what is passed over unparsed could not have been ours, however it is written, cut or damaged."""

from __future__ import annotations

import copy
import dataclasses
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
from build import edit, make_claim
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_readers import Drip

from j1553ref import cases, checking, facts, ndc
from j1553ref.barcode import check_digit
from j1553ref.readers import JSON_FORMATS, Record, Scope, Skipped, read, record_texts, records_of
from j1553ref.readers.stream import LIMIT

BODIES = Path(__file__).parent / "cases" / "clearinghouse"
SCOPE = Scope(facts.packaged())
OURS = make_claim(40000, [20, 20], [(400, ["JZ"])])
OTHER = {
    "schema_version": "1",
    "form": "cms1500",
    "diagnoses": ["C50.911"],
    "lines": [
        {"procedure_code": code, "units": 1, "service_date": {"start": "2026-05-04"}, "place_of_service": "11"}
        for code in ("96413", "J9035")
    ],
}
BODY = json.loads((BODIES / "professional-whole-vials.json").read_text(encoding="utf-8"))
LINES = "/claimInformation/serviceLines"
OTHER_BODY = copy.deepcopy(BODY)
for number in range(len(BODY["claimInformation"]["serviceLines"])):
    drug = {"nationalDrugCode": "50242006001"}
    edit(OTHER_BODY, {f"{LINES}/{number}/professionalService/procedureCode": "J9035"})
    edit(OTHER_BODY, {f"{LINES}/{number}/drugIdentification": drug})
OTHERS = [OTHER, OTHER_BODY]


def in_scope(record: Record) -> bool:
    return record.claim is not None and "out_of_scope" not in checking.check(record.claim).notes


def whole(text: str) -> list[Record]:
    return list(read(text.encode("utf-8", "surrogatepass"), source="x"))


# -- what is passed over, and what is not -----------------------------------------------------------------------------


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("style", [{}, {"indent": 2}, {"separators": (",", ":")}, {"sort_keys": True}])
def test_a_claim_of_another_drug_is_passed_over_however_it_is_laid_out(other, style):
    assert not in_scope(*whole(json.dumps(other, **style)))
    assert SCOPE.clears(json.dumps(other, **style))
    assert SCOPE.clears(json.dumps({**other, "x-own": "Zoë, {or} [so]/\n"}, ensure_ascii=False, **style))


def test_every_case_that_is_in_scope_is_read():
    documents = [cases.case(slug) for slug in cases.slugs()]
    documents += [json.loads(path.read_text(encoding="utf-8")) for path in BODIES.glob("*.json")]
    assert len(documents) > 50
    for document in documents:
        assert not SCOPE.clears(json.dumps(document))


@pytest.mark.parametrize(
    "changes",
    [
        {"/lines/0/procedure_code": "J1553"},
        {"/lines/0/procedure_code": "j1553"},
        {"/lines/0/procedure_code": " 96413"},
        {"/lines/0/procedure_code": 96413},
        {"/lines/0/procedure_code": None},
        {"/lines/1": "96413"},
        {"/lines/1": ":"},
        {"/lines/0": 5},
        {"/lines": 5},
        {"/lines": []},
        {"/lines": {"0": {"procedure_code": "96413"}}},
        {"/lines/0/drug": {"ndc": "70573-605-21"}},
        {"/lines/0/drug": {"ndc": "n4 7057 3060521 "}},
        {"/lines/0/drug": {"ndc": "7057360521"}},
        {"/lines/0/drug": {"ndc": "7/0.5-7 3_6é0*5(2)1"}},
        {"/lines/0/drug": {"ndc": 70573060521}},
        {"/administrations": [{"service_date": "2026-05-04"}]},
        {"/lines/0/procedure_code": "96365", "/diagnoses": ["D83.9"]},
        {"/x-own": "\u0000"},
    ],
)
def test_whatever_might_be_ours_is_read(changes):
    assert not SCOPE.clears(json.dumps(edit(copy.deepcopy(OTHER), changes)))


def test_an_infusion_alone_is_passed_over_without_a_diagnosis_of_ours():
    infusion = edit(copy.deepcopy(OTHER), {"/lines/0/procedure_code": "96365"})
    assert SCOPE.clears(json.dumps(infusion))
    assert not SCOPE.clears(json.dumps(infusion | {"diagnoses": ["C50.911", "d83.9"]}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "[]",
        '{"hello": "world"}',
        '{"lines": [{"procedure_code": "99213"}]}',
        json.dumps(OTHER) + json.dumps(OTHER),
        f"[{json.dumps(OTHER)}]",
        "x" + json.dumps(OTHER),
        json.dumps(OTHER) + ",",
        json.dumps(OTHER | {"x-own": "\udc80"}, ensure_ascii=False),
        json.dumps(OTHER).replace("96413", "\\u0039\\u0036413"),
    ],
)
def test_what_is_no_complete_claim_is_read(text):
    assert not SCOPE.clears(text)


def test_a_record_too_long_or_with_a_thousand_faults_is_read():
    assert not SCOPE.clears(json.dumps(OTHER | {"x-own": "a" * LIMIT}))
    faults = OTHER | {"diagnoses": [1] * 1000}
    assert in_scope(*whole(json.dumps(faults))) and not SCOPE.clears(json.dumps(faults))


def test_a_format_that_the_scope_does_not_know_is_read_and_one_that_is_named_is_the_only_one():
    assert {each.name for each in JSON_FORMATS} >= {"j1553", "clearinghouse"}
    assert not SCOPE.clears('{"resourceType": "Claim", "item": []}')
    only = Scope(facts.packaged(), "clearinghouse")
    assert [only.clears(json.dumps(each)) for each in OTHERS] == [False, True]


@pytest.mark.parametrize("other", OTHERS)
def test_a_cut_or_damaged_record_is_read(other):
    text = json.dumps(other)
    for at in range(len(text)):
        assert not SCOPE.clears(text[:at]), "a record that ends early is not known to be another drug's"
        without = text[:at] + text[at + 1 :]
        if text[at] in '{}[]":,' and whole(without)[0].error:
            assert not SCOPE.clears(without), text[max(0, at - 20) : at + 20]


def test_the_strings_come_from_the_facts():
    written = ("01234-5678-01", "1234567801", "0123456781")
    claims = [json.dumps(edit(copy.deepcopy(OTHER), {"/lines/0/drug": {"ndc": each}})) for each in written]
    assert all(map(SCOPE.clears, claims))
    known = facts.packaged()
    fact = known.get("product.package.20g-carton")
    value = dict(fact.newest.value) | {"ndc": "01234567801"}
    more = dataclasses.replace(
        fact, id="product.package.mine", history=(dataclasses.replace(fact.newest, value=value),)
    )
    scope = Scope(dataclasses.replace(known, facts={**known.facts, more.id: more}))
    assert not any(map(scope.clears, claims))
    assert scope.clears(json.dumps(OTHER))


# -- nothing in scope is ever passed over -----------------------------------------------------------------------------

OWN = [each.ndc for each in ndc.packages()]
CODES = st.sampled_from(
    ["J9035", "96413", "99213", "96365", "96366", "J3590", "J1553", "j1553", "J1569", "Q5101", "J155", "", "J1553 "]
) | st.sampled_from([None, 5, "96413"])  # fmt: skip
NDCS = st.one_of(
    st.sampled_from(["50242006001", "", None, 7]),
    st.builds(
        lambda own, form, stray, at: form(own)[:at] + stray + form(own)[at:],
        st.sampled_from(OWN),
        st.sampled_from(
            [
                str,
                lambda own: f"N4{own}",
                lambda own: f"n4 {own}",
                lambda own: f"{own[:5]}-{own[5:9]}-{own[9:]}",
                lambda own: f"{own[:5]}-{own[6:9]}-{own[9:]}",
                lambda own: f"{own[:5]} {own[6:9]} {own[9:]}",
                lambda own: own[:5] + own[6:],
                lambda own: own[:9] + own[10:],
                lambda own: own[1:],
                lambda own: f"003{own[:5]}{own[6:]}{check_digit(f'003{own[:5]}{own[6:]}')}",
                lambda own: f"3{own[:5]}{own[6:]}{check_digit(f'3{own[:5]}{own[6:]}')}",
                lambda own: f"0{own}",
                lambda own: f"{own[:3]}0{own[3:]}",
                lambda own: f"{own[:5]}\u2013{own[6:9]}\u2013{own[9:]}",
                lambda own: own.replace("0", "O"),
                lambda own: f"{own[:3]}0{own[3:5]}{own[6:]}",
            ]
        ),
        st.sampled_from(["", " ", "*", "/", "é", "7"]),
        st.integers(0, 12),
    ),
)
DIAGNOSES = st.lists(st.sampled_from(["C50.911", "M05.79", "D83.9", "d839", "D800", "X", None, 5]), max_size=3)
TEXTS = st.text('"{}[]:,\\/ \n\u00e9J1553a', max_size=6) | st.sampled_from(['":', '},{"', "procedure_code", "lines"])
ODD = st.recursive(
    TEXTS | st.sampled_from([None, True, 1, 70573060521]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=4,
)


def some(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def often(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Now and then something that does not belong there."""
    return st.integers(0, 19).flatmap(lambda chance: usual if chance else ODD)


NATIVE_LINE = some(
    {
        "procedure_code": often(CODES),
        "units": st.just(1),
        "drug": often(some({"ndc": NDCS, "unit": st.just("ML")})),
        "service_date": often(st.just({"start": "2026-05-04"})),
        "x-own": ODD,
    }
)
NATIVE = st.builds(
    lambda top, more: top | more,
    st.fixed_dictionaries({"schema_version": st.just("1"), "form": st.sampled_from(["cms1500", "ub04"])}),
    some(
        {
            "lines": often(st.lists(often(NATIVE_LINE), max_size=4)),
            "diagnoses": often(DIAGNOSES),
            "administrations": often(st.just([])),
            "x-own": ODD,
            "claimInformation": ODD,
        }
    ),
)
SERVICE = often(some({"procedureCode": often(CODES), "serviceUnitCount": st.just("1"), "procedureIdentifier": TEXTS}))
BODY_LINE = some(
    {
        "professionalService": SERVICE,
        "institutionalService": SERVICE,
        "serviceDate": st.just("20260504"),
        "drugIdentification": often(some({"nationalDrugCode": NDCS})),
        "lineNote": ODD,
    }
)
BODIES_MADE = st.builds(
    lambda more, info: more | {"claimInformation": info},
    some({"subscriber": ODD, "schema_version": st.just("1"), "lines": ODD}),
    often(
        some(
            {
                "serviceLines": often(st.lists(often(BODY_LINE), max_size=4)),
                "healthCareCodeInformation": often(
                    DIAGNOSES.map(lambda codes: [{"diagnosisCode": code} for code in codes])
                ),
                "note": ODD,
            }
        )
    ),
)
DOCUMENTS = NATIVE | BODIES_MADE | st.sampled_from([OTHER, OTHER_BODY, OURS, BODY])


def written(value: Any, style: random.Random, escapes: bool, depth: int = 0) -> str:
    """JSON as different programs write it: blanks, line breaks, escapes in names and texts, any order of names."""
    blank = "" if escapes or style.random() < 0.8 else style.choice([" ", "\n  ", "\t"])
    if isinstance(value, str):
        return blank + '"' + "".join(_character(each, style, escapes) for each in value) + '"' + blank
    if isinstance(value, list):
        return f"{blank}[{','.join(written(each, style, escapes, depth + 1) for each in value)}{blank}]"
    if isinstance(value, dict):
        names = list(value)
        if style.random() < 0.3:
            style.shuffle(names)
        pairs = (f"{written(name, style, escapes)}:{written(value[name], style, escapes)}" for name in names)
        return f"{blank}{{{','.join(pairs)}{blank}}}"
    return f"{blank}{json.dumps(value)}{blank}"


def _character(each: str, style: random.Random, escapes: bool) -> str:
    if escapes and style.random() < 0.05:
        code = f"\\u{ord(each):04x}"
        return code if style.random() < 0.5 else code[:2] + code[2:].upper()
    if each == "/" and style.random() < 0.5:
        return "\\/"
    return json.dumps(each, ensure_ascii=style.random() < 0.5)[1:-1]


@given(st.lists(DOCUMENTS, min_size=1, max_size=5), st.randoms(use_true_random=False), st.booleans(), st.data())
@settings(
    deadline=None, max_examples=300, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)  # shrinking takes minutes
def test_what_is_passed_over_is_sound_and_out_of_scope_in_every_layout(documents, style, escapes, data):
    texts = [written(each, style, escapes) for each in documents]
    layout = data.draw(st.sampled_from(["lines", "list", "values"]))
    if layout == "lines":
        text = "\n".join(each.replace("\n", " ") for each in texts) + style.choice(["", "\n", "\r\n"])
    else:
        text = f"[{','.join(texts)}]" if layout == "list" else style.choice(["\n", " "]).join(texts)
    full = whole(text)
    for step in (None, 97):
        stream = Drip(text.encode(), style.randint(0, 99), step or 1 << 20)
        index = 0
        for found in record_texts(stream, source="x", scope=SCOPE):
            if isinstance(found, Skipped):
                for record in full[index : index + found.count]:
                    assert record.error is None and not in_scope(record), text
                index += found.count
                continue
            for record in records_of(found, source="x", index=index):
                same = full[index]
                assert (record.index, record.line, record.column) == (same.index, same.line, same.column)
                assert (record.error, record.claim) == (same.error, same.claim)
                index += 1
        assert index == len(full)


@given(st.sampled_from(OTHERS), st.integers(0, 3000), st.sampled_from([*'{}[]":,\\\n1J', "administrations", '},"']))
@settings(deadline=None, max_examples=300)
def test_damage_never_hides_a_claim_in_scope(other, at, put):
    text = json.dumps(other)
    text = text[:at] + put + text[at:]
    if SCOPE.clears(text):
        assert not any(map(in_scope, whole(text)))


@pytest.mark.parametrize("layout", ["lines", "list", "pretty"])
def test_how_the_bytes_arrive_decides_nothing(layout):
    style = random.Random(4)
    documents = [style.choice([*OTHERS, *OTHERS, OURS, {"hello": 1}]) for _ in range(300)]
    text = (
        "\n".join(map(json.dumps, documents))
        if layout == "lines"
        else json.dumps(documents, indent=2 if layout == "pretty" else None)
    )
    expected = [None if SCOPE.clears(json.dumps(each)) else each for each in documents]
    assert 0 < expected.count(None) < 300
    for most in (50, 5000, 1 << 20):
        got: list[Any] = []
        for found in record_texts(Drip(text.encode(), most, most), source="x", scope=SCOPE):
            got += [None] * found.count if isinstance(found, Skipped) else [json.loads(found.text)]
        assert got == expected


def test_a_comma_behind_records_that_are_passed_over_is_still_an_empty_place():
    other = json.dumps({"schema_version": "1", "form": "ub04", "lines": [{"procedure_code": "J9035", "units": 1}]})
    text = f"[{other}, ]".encode()
    [skipped, fault] = record_texts(io.BytesIO(text), source="claims.json", scope=Scope(facts.packaged()))
    assert (skipped, fault.error) == (Skipped(1), list(read(text, source="claims.json"))[1].error.partition(": ")[2])
