"""The certain corrections: when there is one and when there is none, and that nothing else in the text changes."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from build import edit, make_claim
from hypothesis import given
from hypothesis import strategies as st

from j1553ref import check, claim_from, fixes, rules
from j1553ref.facts import packaged
from j1553ref.fixes import Edit, applied
from j1553ref.payers import parse_payer
from j1553ref.readers.strict import parse
from j1553ref.rules.context import ClaimView

CASES = Path(__file__).parent / "cases" / "clearinghouse"


def body(name: str = "professional-whole-vials") -> dict[str, Any]:
    document: dict[str, Any] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return document


def native(*modifiers: str, **changes: Any) -> dict[str, Any]:
    """40 g from two 20 g vials with a whole record, and the changes by pointer, ``__`` for each slash."""
    claim = make_claim(40000, [20, 20], [(400, list(modifiers))])
    claim["lines"][0]["drug"] = {"qualifier": "N4", "ndc": "70573060521", "quantity": "400", "unit": "ML"}
    return edit(claim, {"/" + where.replace("__", "/"): value for where, value in changes.items()})


def fixes_of(claim: dict[str, Any], **options: Any) -> list[tuple[str, list[tuple[str, Any, Any]]]]:
    return [
        (fix.finding.code, [(each.pointer, each.old, each.new) for each in fix.edits])
        for fix in check(claim, **options).fixes
    ]


# -- JZ -------------------------------------------------------------------------------------------------------------

ADDED = [("JWZ003", [("/lines/0/modifiers/0", None, "JZ")])]


def test_jz_is_added_where_the_record_holds_all_that_it_states():
    assert fixes_of(native()) == ADDED
    assert fixes_of(native("TB")) == [("JWZ003", [("/lines/0/modifiers/1", None, "JZ")])]
    assert fixes_of(native(lines__0__modifiers=...)) == [("JWZ003", [("/lines/0/modifiers", None, ("JZ",))])]
    [fix] = check(native()).fixes
    assert fix.description == "add JZ: the dose in the record, 40000 mg, uses up the opened vials"


def test_jz_is_added_on_a_hospital_claim_of_a_quarter_whose_status_is_known():
    claim = native(form="ub04", type_of_bill="131", lines__1__revenue_code="0260", lines__0__revenue_code="0636")
    for line in claim["lines"]:
        del line["place_of_service"], line["diagnosis_pointers"]
    assert fixes_of(claim) == ADDED
    for line in (*claim["lines"], *claim["administrations"]):
        line["service_date"] = "2026-10-05" if "dose_mg" in line else {"start": "2026-10-05"}
    report = check(claim)
    assert [(each.code, each.severity) for each in report.findings] == [("JWZ003", "warning")]
    assert report.fixes == ()


#: What the record or the claim leaves open or contradicts, and whether the finding is still there.
NO_JZ = {
    "container not said": native(administrations__0__container=...),
    "container unknown": native(administrations__0__container="unknown"),
    "whose stock is not said": native(administrations__0__stock=...),
    "a tail below one unit": native(administrations__0__dose_mg="39950"),
    "another payer that asks": native(payer="medicare-advantage"),
    "home benefit": native(payer="medicare-dme"),
    "units that are not the dose": native(lines__0__units=399),
    "milliliters that are not the units": native(lines__0__drug__quantity="380"),
    "milliliters above the vials": native(lines__0__drug__quantity="400.5"),
    "half a milliliter less than the dose": native(lines__0__drug__quantity="399.5"),
    "an NDC of vials that were not opened": native(lines__0__drug__ndc="70573060501"),
    "an NDC of another product": native(lines__0__drug__ndc="00944270002"),
    "an NDC that is none": native(lines__0__drug__ndc="70573-0605"),
    "JW on the infusion": native(lines__1__modifiers=["JW"]),
    "a claim for several days": native(lines__0__service_date={"start": "2026-05-04", "end": "2026-05-05"}),
    "four modifiers already": native("TB", "JA", "PO", "KP"),
    "a filing indicator of another payer": native(claim_filing_code="CI"),
    "a filing indicator that stands for no payer id": native(claim_filing_code="CH"),
    "problems of shape": native(unknown="x"),
}


@pytest.mark.parametrize("name", NO_JZ)
def test_jz_is_not_added_where_anything_is_open(name):
    report = check(NO_JZ[name])
    assert "JWZ003" in report.codes, "the finding stays"
    assert report.fixes == ()


def test_jz_is_not_added_on_more_than_one_line_or_by_more_than_one_record():
    two_lines = make_claim(40000, [20, 20], [(200, []), (200, ["76"])])
    line_of_nothing = make_claim(40000, [20, 20], [(400, []), (0, [])])
    two_records = native()
    two_records["administrations"] = [
        two_records["administrations"][0] | {"dose_mg": "20000", "vials": [{"ndc": "70573060521", "count": 1}]}
        for _ in range(2)
    ]
    undated = native()
    undated["administrations"].append({"dose_mg": "1000"})
    undated_line, of_another_code, later_that_day = native(), native(), native()
    jw = {**undated_line["lines"][0], "units": 10, "modifiers": ["JW"]}
    undated_line["lines"].append({name: value for name, value in jw.items() if name != "service_date"})
    of_another_code["lines"].append({**jw, "modifiers": [], "procedure_code": "J1599"})
    later_that_day["lines"].append({**jw, "encounter": "evening"})
    other_encounter = native(lines__0__encounter="morning", administrations__0__encounter="evening")
    for claim in (
        two_lines,
        line_of_nothing,
        two_records,
        undated,
        undated_line,
        of_another_code,
        later_that_day,
        other_encounter,
    ):
        assert "JWZ003" in check(claim).codes
        assert fixes_of(claim) == []
    assert fixes_of(native(lines__0__encounter="a", administrations__0__encounter="a")) == ADDED


def test_an_ndc_that_does_not_contradict_the_vials_is_no_obstacle():
    for changes in ({"ndc": ...}, {"quantity": ..., "unit": ...}, {"qualifier": ...}):
        assert fixes_of(native(**{f"lines__0__drug__{name}": value for name, value in changes.items()})) == ADDED
    assert fixes_of(native(lines__0__drug=...)) == ADDED
    own = make_claim(20000, [10, 10], [(200, [])])
    own["lines"][0]["drug"] = {"ndc": "70573060512", "quantity": "200", "unit": "ML"}
    own["administrations"][0]["vials"] = [{"ndc": "70573060511", "count": 2}]
    assert fixes_of(own) == ADDED, "the vial's NDC on the line and the carton's in the record"
    two_sizes = make_claim(30000, [20, 10], [(300, [])])
    for milliliters, made in (("300", ADDED), ("200", ADDED), ("299.5", [])):
        two_sizes["lines"][0]["drug"] = {"ndc": "70573060521", "quantity": milliliters, "unit": "ML"}
        assert fixes_of(two_sizes) == made


def test_a_tail_is_no_base_for_jz_whatever_the_rule_says_of_it():
    claim = claim_from(native(administrations__0__dose_mg="39950"))
    view = ClaimView.of(claim, parse_payer("medicare-ab", packaged()), packaged())
    [found] = (each for each in check(claim).findings if each.code == "JWZ003")
    assert fixes.proposed([replace(found, severity="error")], view, payer_named=True) == ()


def test_a_guessed_or_contradicted_payer_is_no_base_for_jz_or_tb():
    for claim in (native(), native("JZ", "JG")):
        guessed = claim | {"claim_filing_code": "MB"}
        del guessed["payer"]
        assert check(guessed).codes and fixes_of(guessed) == []
        assert fixes_of(guessed, payer="medicare-ab:ngs") != []
        assert fixes_of(claim | {"payer": "commercial"}, payer="medicare-ab") == []
        assert fixes_of(claim | {"payer": "Medicare-AB:ngs"}, payer="medicare-ab") != []


# -- TB -------------------------------------------------------------------------------------------------------------


def test_tb_is_written_for_jg():
    assert fixes_of(native("JZ", "JG")) == [("MOD008", [("/lines/0/modifiers/1", "JG", "TB")])]
    assert fixes_of(native("JG", "JZ", is_340b=True)) == [("MOD008", [("/lines/0/modifiers/0", "JG", "TB")])]


def test_tb_is_written_on_each_line_that_bears_jg():
    claim = make_claim(32000, [20, 10, 5], [(320, ["JG"]), (30, ["JW", "JG"])], is_340b=True)
    assert fixes_of(claim) == [
        ("MOD008", [("/lines/0/modifiers/0", "JG", "TB")]),
        ("MOD008", [("/lines/1/modifiers/1", "JG", "TB")]),
    ]


def test_where_the_claim_does_not_say_340b_a_line_without_a_marker_is_left_to_itself():
    claim = make_claim(32000, [20, 10, 5], [(320, ["JG"]), (30, ["JW"])])
    assert fixes_of(claim) == [("MOD008", [("/lines/0/modifiers/0", "JG", "TB")])]


@pytest.mark.parametrize(
    "claim",
    [
        native("JZ", "JG", "TB"),
        native("JG", "JZ", "JG"),
        native("JZ", "JG", is_340b=False),
        native("JG", administrations__0__stock="free"),
        make_claim(32000, [20, 10, 5], [(320, ["JG"]), (30, ["JW"])], is_340b=True),
        make_claim(40000, [20, 20], [(400, ["JZ", "JG"])], day="2024-05-06"),
    ],
    ids=["TB is there", "JG twice", "not 340B", "free, so not bought", "a line that would then lack TB", "before TB"],
)
def test_tb_is_not_written(claim):
    report = check(claim)
    assert "MOD008" in report.codes
    assert [fix for fix in report.fixes if fix.finding.code == "MOD008"] == []


def test_jg_is_left_to_other_payers():
    assert fixes_of(native("JZ", "JG", payer="commercial")) == []
    assert fixes_of(native("JZ", "JG", payer="medicare-advantage")) == []


# -- NDC ------------------------------------------------------------------------------------------------------------

HYPHENS = [("NDC001", [("/lines/0/drug/ndc", "70573-0605-21", "70573060521")])]


def test_hyphens_are_taken_out_whoever_pays():
    for payer in ("medicare-ab", "medicaid:NC", "commercial"):
        assert fixes_of(native("JZ", lines__0__drug__ndc="70573-0605-21", payer=payer)) == HYPHENS
    claim = native("JZ", lines__0__drug__ndc="70573-0605-21")
    del claim["payer"]
    assert fixes_of(claim) == HYPHENS


@pytest.mark.parametrize(
    ("ndc", "qualifier"),
    [
        ("70573-605-21", "N4"),  # a zero would have to be added too
        ("7057360521", "N4"),
        ("70573 0605 21", "N4"),
        (" 70573-0605-21", "N4"),
        ("70573-0605-99", "N4"),  # no known package
        ("99999-9999-99", "N4"),
        ("705730-605-21", "N4"),
        ("70573-0605-21", "UP"),
    ],
)
def test_an_ndc_that_is_not_right_otherwise_is_left_alone(ndc, qualifier):
    claim = native("JZ", lines__0__drug__ndc=ndc, lines__0__drug__qualifier=qualifier)
    assert "NDC001" in check(claim).codes
    assert fixes_of(claim) == []


def test_a_wrong_qualifier_stays_a_finding_of_its_own():
    claim = body()
    claim["claimInformation"]["serviceLines"][0]["drugIdentification"]["nationalDrugCode"] = "70573-0605-21"
    [(code, [(pointer, old, new)])] = fixes_of(claim)
    assert (code, old, new) == ("NDC001", "70573-0605-21", "70573060521")
    assert pointer == "/claimInformation/serviceLines/0/drugIdentification/nationalDrugCode"


# -- nothing else ---------------------------------------------------------------------------------------------------


def test_three_rules_have_fixes_and_no_other():
    assert fixes.CODES == {"JWZ003", "MOD008", "NDC001"} <= {each.code for each in rules.catalogue()}


def test_a_finding_that_is_hidden_is_not_fixed():
    assert fixes_of(native(), ignore="JWZ003") == []
    assert fixes_of(native(), select="UNT") == []


def test_what_was_not_selected_still_casts_doubt():
    claim = native(lines__0__drug__quantity="380")
    assert fixes_of(claim, select="JWZ") == []


# -- the text -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "edit_", "expected"),
    [
        ('{"m":["JG"]}', Edit("/m/0", "JG", "TB"), '{"m":["TB"]}'),
        ('{"m":["\\u004aG"]}', Edit("/m/0", "JG", "TB"), '{"m":["TB"]}'),
        ('{"m":[]}', Edit("/m/0", None, "JZ"), '{"m":["JZ"]}'),
        ('{"m": [\n  ]}', Edit("/m/0", None, "JZ"), '{"m": ["JZ"]}'),
        ('{"m":["TB"],"n":1}', Edit("/m/1", None, "JZ"), '{"m":["TB","JZ"],"n":1}'),
        ('{"m":["TB"], "n":1}', Edit("/m/1", None, "JZ"), '{"m":["TB", "JZ"], "n":1}'),
        ('{"m":["A","B"], "n":1}', Edit("/m/2", None, "JZ"), '{"m":["A","B","JZ"], "n":1}'),
        ('{"m": ["TB"]}', Edit("/m/1", None, "JZ"), '{"m": ["TB", "JZ"]}'),
        ('{"m": [\n\t"TB"\n]}', Edit("/m/1", None, "JZ"), '{"m": [\n\t"TB",\n\t"JZ"\n]}'),
        ('{"m": [\r\n "TB"\r\n , "A"\r\n]}', Edit("/m/2", None, "JZ"), '{"m": [\r\n "TB"\r\n , "A"\r\n , "JZ"\r\n]}'),
        ('{"m": [ "TB" ]}', Edit("/m/1", None, "JZ"), '{"m": [ "TB", "JZ" ]}'),
        ('{"procedure_code":"J1553","n":1}', Edit("/m", None, ("JZ",)), '{"procedure_code":"J1553","m":["JZ"],"n":1}'),
        (
            '{"n" : 1, "procedure_code" : "x"}',
            Edit("/m", None, ("JZ",)),
            '{"n" : 1, "procedure_code" : "x", "m" : ["JZ"]}',
        ),
        ('{"n": 1\n, "k": "x"\n}', Edit("/m", None, ("JZ",)), '{"n": 1\n, "k": "x"\n, "m": ["JZ"]\n}'),
        ('{"k": {"a": 1}}', Edit("/m", None, ("JZ",)), '{"k": {"a": 1}, "m": ["JZ"]}'),
        ('{"x": %s, "k": 1}' % ("9" * 5000), Edit("/m", None, "JZ"), '{"x": %s, "k": 1, "m": "JZ"}' % ("9" * 5000)),
    ],
)
def test_an_edit_keeps_the_style_around_it(text, edit_, expected):
    assert applied(text, [edit_]) == expected


@pytest.mark.parametrize(
    "edit_",
    [
        Edit("/m/0", "JW", "JZ"),
        Edit("/m/1", "JG", "TB"),
        Edit("/x", "JG", "TB"),
        Edit("/m", None, "JZ"),
        Edit("/x/0", None, "JZ"),
    ],
)
def test_an_edit_that_does_not_fit_the_text_is_refused(edit_):
    with pytest.raises(LookupError):
        applied('{"m": ["JG"]}', [edit_])


# -- many formattings -----------------------------------------------------------------------------------------------

Change = Callable[[dict[str, Any]], None]


def modifiers(*new: str) -> Change:
    return lambda claim: claim["lines"][0].update(modifiers=list(new))


def ndc(new: str) -> Change:
    return lambda claim: claim["lines"][0]["drug"].update(ndc=new)


def in_body(name: str, key: str, value: Any) -> Change:
    return lambda claim: claim["claimInformation"]["serviceLines"][0][name].update({key: value})


def changed(claim: dict[str, Any], change: Change) -> dict[str, Any]:
    made = copy.deepcopy(claim)
    change(made)
    return made


MODIFIERS_IN_BODY = ("professionalService", "procedureModifiers")
NDC_IN_BODY = ("drugIdentification", "nationalDrugCode")
#: A claim with a slip, and how it becomes right.
SLIPS: list[tuple[dict[str, Any], Change]] = [
    (native(), modifiers("JZ")),
    (native(lines__0__modifiers=...), modifiers("JZ")),
    (native("TB"), modifiers("TB", "JZ")),
    (native("TB", "JA"), modifiers("TB", "JA", "JZ")),
    (native("JZ", "JG"), modifiers("JZ", "TB")),
    (native("JG"), modifiers("TB", "JZ")),
    (changed(native("JZ"), ndc("70573-0605-21")), ndc("70573060521")),
    (changed(body(), in_body(*MODIFIERS_IN_BODY, ["JZ", "JG"])), in_body(*MODIFIERS_IN_BODY, ["JZ", "TB"])),
    (changed(body(), in_body(*NDC_IN_BODY, "70573-0605-21")), in_body(*NDC_IN_BODY, "70573060521")),
]


def reordered(value: Any, draw: Any) -> Any:
    if isinstance(value, dict):
        names = draw(st.permutations(list(value)))
        return {name: reordered(value[name], draw) for name in names}
    return [reordered(each, draw) for each in value] if isinstance(value, list) else value


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str, str | None, bool]:
    """A claim with a slip in some style: the text, the document it must become, its payer, whether it is one line."""
    slip, mend = draw(st.sampled_from(SLIPS))
    wrong, right = copy.deepcopy(slip), changed(slip, mend)
    if "lines" in wrong and draw(st.booleans()):
        wrong["x-note"] = right["x-note"] = draw(
            st.sampled_from(['"JG" é \\ 70573-0605-21', "modifiers: []", "\U0001f489\n"])
        )
    if draw(st.booleans()):
        wrong = reordered(wrong, draw)
    indent = draw(st.sampled_from([None, 0, 2, 4, "\t"]))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")])) if indent is None else None
    text = json.dumps(wrong, indent=indent, separators=separators, ensure_ascii=draw(st.booleans()))
    if indent is not None and draw(st.booleans()):
        text = re.sub(r",\n([ \t]*)", r"\n\1, ", text)  # the comma first
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text, json.dumps(right, sort_keys=True), None if "lines" in wrong else "medicare-ab", indent is None


@given(written())
def test_only_the_intended_values_change_in_any_style(sample):
    text, right, payer, _ = sample
    edits = [edit_ for each in check(text, payer=payer).fixes for edit_ in each.edits]
    after = applied(text, edits)
    assert json.dumps(json.loads(after), sort_keys=True) == right
    assert parse(after) is not None
    left = [each for each in check(after, payer=payer).findings if each.severity != "info"]
    assert left == []
    # Without what was put in, and with what was taken out, it is the text from before, to the letter.
    back = after
    for splice, offset in shifted(fixes.splices(text, edits)):
        assert back[offset : offset + len(splice.new)] == splice.new
        back = back[:offset] + text[splice.start : splice.end] + back[offset + len(splice.new) :]
        assert re.fullmatch(r'("(JZ|TB|modifiers|70573060521)"|[\s,:\[\]])+', splice.new), (
            "codes, and marks between them"
        )
    assert back == text


def shifted(made: list[fixes.Splice]) -> list[tuple[fixes.Splice, int]]:
    """Each splice with its place in the new text, the last one first."""
    found, moved = [], 0
    for each in made:
        found.append((each, each.start + moved))
        moved += len(each.new) - (each.end - each.start)
    return found[::-1]


@given(written())
def test_a_list_and_a_line_are_lengthened_in_their_own_style(sample):
    """In a text on one line the result is what the same program would have written."""
    text, _, payer, flat = sample
    if not flat:
        return
    edits = [edit_ for each in check(text, payer=payer).fixes for edit_ in each.edits]
    document = json.loads(applied(text, edits))
    styles = [
        json.dumps(document, separators=separators, ensure_ascii=ascii_)
        for separators in ((",", ":"), (", ", ": "), (" , ", " : "))
        for ascii_ in (True, False)
    ]
    assert applied(text, edits) in styles
