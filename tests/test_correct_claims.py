"""Correct claims, made from vials and waste without the package's own arithmetic, must draw no finding.

The generator starts from what a nurse does: vials are opened, something is left, the rest is the dose. It imports
neither ``units`` nor ``rules``, so a mistake there cannot hide here.
"""

from __future__ import annotations

from datetime import date, timedelta

from build import CARTONS, line_of
from hypothesis import assume, given
from hypothesis import strategies as st

from j1553ref import check

DAYS = ["2026-04-01", "2026-05-04", "2026-06-30", "2026-07-01", "2026-11-20"]


@st.composite
def correct_claims(draw):
    """(claim, payer, whether a smaller set of vials would have done)"""
    vials = sorted(draw(st.lists(st.sampled_from([5, 10, 20]), min_size=1, max_size=6)), reverse=True)
    opened_mg = sum(vials) * 1000
    left_mg = draw(st.integers(0, min(opened_mg - 1, 12_000)))
    dose_mg = opened_mg - left_mg
    given_units, rest = dose_mg // 100, dose_mg % 100
    given_units += rest > 0
    wasted_units = left_mg // 100
    # The smallest set: take 5 g steps until the dose fits.
    smallest = 5
    while smallest * 1000 < dose_mg:
        smallest += 5
    avoidable = smallest < sum(vials)
    form = draw(st.sampled_from(["cms1500", "ub04"]))
    payer = draw(st.sampled_from(["medicare-ab", "medicare-ab:palmetto", "medicare-advantage", "medicare-dme", None]))
    day = draw(st.sampled_from(DAYS))
    free = draw(st.booleans())
    lines = [(given_units, ["JZ"] if not wasted_units else [], dose_mg)]
    if wasted_units:
        lines.append((wasted_units, ["JW"], left_mg))
    if free:
        lines = [(given_units, [], dose_mg)]
    out = []
    for number, (units, modifiers, mg) in enumerate(lines, 1):
        line = line_of(number, "J1553", units, modifiers, day, units * 30)
        if free:
            line["charge"] = "0.01"
        if draw(st.booleans()):
            whole, part = divmod(mg, 100)
            line["drug"] = {
                "qualifier": "N4",
                "ndc": CARTONS[vials[0]],
                "unit": "ML",
                "quantity": f"{whole}.{part:02d}" if part else str(whole),
            }
        out.append(line)
    out.append(line_of(len(out) + 1, "96365", 1, draw(st.sampled_from([[], ["59"]])), day, 300))
    out.append(line_of(len(out) + 1, "99214", 1, ["25"], day, 100))
    claim = {
        "schema_version": "1",
        "form": form,
        "synthetic": True,
        "diagnoses": ["D83.9"],
        "lines": out,
        "administrations": [
            {
                "service_date": day,
                "dose_mg": dose_mg,
                "stock": "free" if free else "bought",
                "vials": [{"ndc": CARTONS[size], "count": vials.count(size)} for size in sorted(set(vials))],
            }
        ],
    }
    if form == "ub04":
        claim["type_of_bill"] = draw(st.sampled_from(["131", "137", "851"]))
        for line in out:
            del line["place_of_service"], line["diagnosis_pointers"]
            line["revenue_code"] = "0636" if line["procedure_code"] == "J1553" else "0510"
    return claim, payer, avoidable


@given(correct_claims())
def test_a_correct_claim_draws_no_finding(made):
    claim, payer, avoidable = made
    findings = [str(each) for each in check(claim, payer=payer).findings if each.code != "JWZ007"]
    assert findings == []
    assert ("JWZ007" in check(claim, payer=payer).codes) == avoidable


@given(correct_claims(), st.sampled_from(["fifth", "grams", "vials", "one off"]))
def test_a_wrong_number_of_units_never_passes(made, slip):
    claim, payer, _ = made
    drug = claim["lines"][0]
    right = drug["units"]
    drug["units"] = {"fifth": -(-right // 5), "grams": -(-right // 10), "vials": 1, "one off": right + 1}[slip]
    if drug["units"] != right:
        assert any(code.startswith("UNT") for code in check(claim, payer=payer).codes)


#: Contractor -> the modifier that it wants on the drug of a later claim, as its page says; None: only a note.
SPLIT_WAYS = {"noridian": "76", "first-coast": "76", "cgs": "59", "ngs": "59", "palmetto": None}
LIMIT_CENTS = 9_999_999


@st.composite
def split_claims(draw):
    """(claims, payer) for one dose whose charge is above the limit, split over two claims, and no record of the infusion."""
    contractor = draw(st.sampled_from(sorted(SPLIT_WAYS)))
    vials = draw(st.integers(4, 40))  # of 50 units
    least, most = LIMIT_CENTS // (50 * vials) + 1, 2 * LIMIT_CENTS // (50 * vials)
    cents = draw(st.integers(max(least, 4000), max(most - 200, least, 4000)))
    room = (LIMIT_CENTS - 30000) // (50 * cents)
    assume(cents * 50 * vials > LIMIT_CENTS and room >= 1 and vials - room <= room and vials - room >= 1)
    second = draw(st.integers(vials - room, min(room, vials - 1)))
    discarded = draw(st.integers(0, 49))
    loose = (
        draw(st.integers(0, 20))
        if vials - second > second + 1 and 2 * cents * 50 * (vials - second - 1) > LIMIT_CENTS
        else 0
    )
    amounts = [[(50 * (vials - second) - loose, ["JZ"])], [(50 * second + loose, ["JZ"])]]
    if discarded and not loose:
        amounts[1] = [(50 * second - discarded, []), (discarded, ["JW"])]
    assume(sum(units for units, _ in amounts[1]) * cents <= LIMIT_CENTS)
    claims = []
    for place, given_and_discarded in enumerate(amounts):
        out = []
        for units, modifiers in given_and_discarded:
            mark = SPLIT_WAYS[contractor] if place else None
            line = line_of(len(out) + 1, "J1553", units, [*modifiers, *([mark] if mark else [])], "2026-05-04", 0)
            out.append(line | {"charge": f"{units * cents // 100}.{units * cents % 100:02d}"})
        total = sum(units * cents for units, _ in given_and_discarded)
        if not place:
            out.append(line_of(len(out) + 1, "96365", 1, [], "2026-05-04", 300))
            total += 30000
        claims.append(
            {
                "schema_version": "1",
                "form": "cms1500",
                "synthetic": True,
                "diagnoses": ["D83.0"],
                "lines": out,
                "total_charge": f"{total // 100}.{total % 100:02d}",
            }
        )
    return claims, f"medicare-ab:{contractor}"


@given(split_claims(), st.booleans())
def test_a_dose_split_over_two_claims_draws_no_finding(made, named):
    """A small second claim without a modifier is known for one only where the contractor is named that asks for a note."""
    claims, payer = made
    payer = payer if named or payer == "medicare-ab:palmetto" else "medicare-ab"
    found = [str(each) for claim in claims for each in check(claim, payer=payer).findings]
    assert [each for each in found if not each.startswith("PAY005")] == []


def test_the_generator_uses_nothing_that_it_tests(root):
    text = (root / "tests" / "test_correct_claims.py").read_text(encoding="utf-8")
    imported = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert not [line for line in imported if "units" in line or "rules" in line]


# -- a second drug, a second product, a pause: each kind of correct claim that was once called wrong ------------------


def at(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def stopped_beside_an_infusion(draw):
    """The immune globulin was stopped early and is the push; the initial infusion is another drug's."""
    vials = draw(st.lists(st.sampled_from([5, 10, 20]), min_size=1, max_size=3))
    day = draw(st.sampled_from(DAYS))
    begin, ran = draw(st.integers(480, 900)), draw(st.integers(1, 15))
    given_units = draw(st.integers(1, sum(vials) * 10 - 1))
    lines = [
        line_of(1, "J1553", given_units, [], day, given_units * 30),
        line_of(2, "J1553", sum(vials) * 10 - given_units, ["JW"], day, 100),
        line_of(3, draw(st.sampled_from(["J1756", "J1439", "J2916", "J9312", "Q0138"])), 200, [], day, 900),
        line_of(4, "96365", 1, [], day, 300),
        line_of(5, "96375", 1, [], day, 90),
    ]
    record = {
        "service_date": day,
        "dose_mg": given_units * 100,
        "stock": "bought",
        "vials": [{"ndc": CARTONS[size], "count": vials.count(size)} for size in sorted(set(vials))],
        "start": at(begin),
    }
    if draw(st.booleans()):
        record["stop"] = at(begin + ran)
    claim = {"schema_version": "1", "form": "cms1500", "synthetic": True, "diagnoses": ["D83.9"]}
    return claim | {"lines": draw(st.permutations(lines)), "administrations": [record]}


@given(stopped_beside_an_infusion())
def test_the_infusion_of_another_drug_is_not_held_against_a_stopped_one(claim):
    report = check(claim, payer="medicare-ab")
    assert not {"ADM002", "ADM003", "ADM004"} & set(report.codes)
    assert {"ADM002"} <= set(report.not_checked_codes)


@st.composite
def month_at_home(draw):
    """Products of two brands and visits, each visit within the window of a product that may be on another claim."""
    first = date(2026, 7, 1)
    lines, number = [], 0
    for code in ["J1553", *draw(st.lists(st.sampled_from(["J1553", "J1569", "J1561"]), max_size=3))]:
        bought = first + timedelta(draw(st.integers(0, 29)))
        for billed, day in ((code, bought), ("Q2052", bought + timedelta(draw(st.integers(0, 30))))):
            number += 1
            lines.append(
                line_of(number, billed, 200 if billed == code else 1, ["JZ"] * (billed == code), str(day), 100)
            )
    # The supply of the month before, billed on a claim of its own, and one product that is infused next month.
    if draw(st.booleans()):
        number += 1
        lines.append(line_of(number, "Q2052", 1, [], str(first - timedelta(draw(st.integers(0, 3)))), 100))
    for line in lines:
        line["place_of_service"] = "12"
    days = [line["service_date"]["start"] for line in lines if line["procedure_code"] == "Q2052"]
    assume(len(set(days)) == len(days))
    claim = {"schema_version": "1", "form": "cms1500", "synthetic": True, "diagnoses": ["D83.9"]}
    return claim | {"lines": draw(st.permutations(lines))}


@given(month_at_home())
def test_a_month_at_home_with_several_products_draws_no_finding_on_its_visits(claim):
    assert not {"HOM001", "HOM002"} & set(check(claim, payer="medicare-dme").codes)


@given(st.integers(480, 700), st.integers(31, 90), st.integers(30, 200), st.integers(30, 200), st.integers(0, 20))
def test_hydration_in_a_pause_of_the_drug_draws_no_finding(begin, hydrated, before, after, slack):
    day = DAYS[0]
    paused, resumed = begin + before, begin + before + hydrated + slack
    hydration = line_of(3, "96361", 1, [], day, 60)
    hydration |= {"start_time": at(paused), "stop_time": at(paused + hydrated)}
    lines = [line_of(1, "J1553", 400, ["JZ"], day, 12000), line_of(2, "96365", 1, [], day, 300), hydration]
    record = {"service_date": day, "start": at(begin), "stop": at(resumed + after)}
    record["pauses"] = [{"start": at(paused), "stop": at(resumed)}]
    claim = {"schema_version": "1", "form": "cms1500", "synthetic": True, "diagnoses": ["D83.9"]}
    assert "ADM007" not in check(claim | {"lines": lines, "administrations": [record]}, payer="medicare-ab").codes
