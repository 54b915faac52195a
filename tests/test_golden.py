"""The golden claims: dose, vials and lines, with exactly the findings that they must and must not draw."""

import pytest
from build import edit, make_claim

from j1553ref import case, check

V35 = [20, 10, 5]

GOLDEN = [
    (40000, [20, 20], [(400, ["JZ"])], []),
    (32000, V35, [(320, []), (30, ["JW"])], []),
    (32450, V35, [(325, []), (25, ["JW"])], []),
    (34950, V35, [(350, ["JZ"])], []),
    (34950, V35, [(350, [])], [("JWZ003", "warning")]),
    (34900, V35, [(349, []), (1, ["JW"])], []),
    # Discarded units billed as given are one slip, and one finding.
    (34900, V35, [(350, ["JZ"])], [("UNT003", "error")]),
    (24000, [10, 10, 10], [(240, []), (60, ["JW"])], [("JWZ007", "info")]),
    (24000, [10, 10, 10], [(240, []), (10, ["JW"])], [("JWZ007", "info")]),
    (24000, [10, 10, 10], [(240, []), (50, ["JW"])], [("JWZ001", "error"), ("JWZ007", "info")]),
    (20000, [10, 10, 10], [(200, [])], [("JWZ007", "info"), ("JWZ009", "error")]),
    (40000, [20, 20], [(2, ["JZ"])], [("UNT001", "error")]),
    (40000, [20, 20], [(80, ["JZ"])], [("UNT002", "error")]),
    (32450, V35, [(65, []), (5, ["JW"])], [("UNT002", "error")]),
    (40000, [20, 20], [(40, ["JZ"])], [("UNT002", "error")]),
    (40000, [20, 20], [(40000, ["JZ"])], [("UNT005", "error")]),
    (41000, [20, 20], [(410, ["JZ"])], [("UNT004", "error")]),
]


@pytest.mark.parametrize(("dose", "vials", "lines", "expected"), GOLDEN)
def test_golden_claim(dose, vials, lines, expected):
    report = check(make_claim(dose, vials, lines))
    assert [(each.code, each.severity) for each in report.findings] == expected


def test_before_the_first_date_only_the_code_is_wrong():
    report = check(make_claim(40000, [20, 20], [(400, ["JZ"])], day="2026-03-31"))
    assert [(each.code, each.severity) for each in report.findings] == [("DAT001", "error")]
    assert "UNT003" in report.not_checked_codes, "the unit is not known before the code exists"


def test_on_the_first_date_nothing_is_wrong():
    assert check(make_claim(40000, [20, 20], [(400, ["JZ"])], day="2026-04-01")).codes == []


#: One slip in a right claim, and exactly the rules that own it.
SLIPS = [
    ({"/lines/0/units": 80}, ["UNT002"]),
    ({"/lines/0/units": 40}, ["UNT002"]),
    ({"/lines/0/units": 2}, ["UNT001"]),
    ({"/lines/0/units": 401}, ["UNT003"]),
    ({"/lines/0/units": 40000}, ["UNT005"]),
    ({"/lines/0/units": 0}, ["UNT008"]),
    ({"/lines/0/modifiers": []}, ["JWZ003"]),
    ({"/lines/0/modifiers": ["JW", "JZ"]}, ["JWZ004"]),
    ({"/lines/0/modifiers": ["JZ", "25"]}, ["MOD001"]),
    ({"/lines/0/modifiers": ["JZ", "59"]}, ["MOD002"]),
    ({"/lines/0/modifiers": ["JZ", "GZ"]}, ["MOD003"]),
    ({"/lines/0/modifiers": ["JZ", "JB"]}, ["MOD005"]),
    ({"/lines/0/modifiers": ["JZ", "JG"]}, ["MOD008"]),
    ({"/lines/0/modifiers": ["JZ", "JZ"]}, ["MOD011"]),
    ({"/lines/1/modifiers": ["JZ"]}, ["MOD010"]),
    ({"/lines/1/modifiers": ["TB"]}, ["MOD014"]),
    ({"/lines/0/drug/ndc": "7057360521"}, ["NDC001"]),
    ({"/lines/0/drug/ndc": "70573-0605-21"}, ["NDC001"]),
    ({"/lines/0/drug/ndc": "76179001004"}, ["NDC003"]),
    ({"/lines/0/drug/unit": "UN"}, ["NDC002"]),
    ({"/lines/0/drug/quantity": "300"}, ["NDC002"]),
    ({"/lines/0/drug/quantity": "0"}, ["NDC004"]),
    ({"/lines/0/place_of_service": "22"}, ["SOS001"]),
    ({"/lines/0/diagnosis_pointers": [2]}, ["DXC003"]),
    ({"/lines/0/service_date/end": "2026-05-05"}, ["DAT003"]),
    ({"/lines/1/units": 2}, ["ADM001"]),
    ({"/lines/2/units": 4}, ["ADM003"]),
    ({"/administrations/0/dose_mg": "41000", "/lines/0/units": 410}, ["UNT004", "NDC002"]),
    ({"/administrations/0/stop": ...}, ["ADM004"]),
    ({"/total_charge": "1.00"}, ["PAY004"]),
]


@pytest.mark.parametrize(("slip", "owners"), SLIPS, ids=lambda each: str(each))
def test_a_single_slip_draws_exactly_its_owners(slip, owners):
    assert check(edit(case("whole-vials-jz"), slip)).codes == owners
