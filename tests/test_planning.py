"""What follows from one dose: a course of doses, whole vials beside it, and claims below the charge limit."""

import itertools
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import pytest
from build import make_claim
from hypothesis import given
from hypothesis import strategies as st

from j1553ref import bill_units, check
from j1553ref.billing import Billing
from j1553ref.facts import load, packaged
from j1553ref.payers import PayerError
from j1553ref.planning import (
    Split,
    count_doses,
    course,
    notes_on_units,
    split_claims,
    whole_vials,
)
from j1553ref.units import UnitsError
from j1553ref.vials import Vial, least_waste, vials_text

DAY = "2026-11-09"
SIZES = (20000, 10000, 5000)
LIMIT = Fraction("99999.99")


def bill(dose: int | str | Decimal, vials: str) -> Billing:
    return bill_units(dose_mg=dose, vials=vials, on=DAY)


# -- a course of doses


@pytest.mark.parametrize(
    ("every", "period", "doses", "last"),
    [
        (4, {"for_weeks": 52}, 13, 365),
        (4, {"for_days": 365}, 14, 393),
        (3, {"for_weeks": 52}, 18, 379),
        (3, {"for_days": 365}, 18, 379),
        (4, {"for_weeks": 4}, 1, 29),
        (4, {"for_days": 30}, 2, 57),
        (4, {"for_days": 1}, 1, 29),
        ("4", {"for_weeks": " 52 "}, 13, 365),
    ],
)
def test_how_many_doses_and_why(every: int | str, period: dict[str, int | str], doses: int, last: int) -> None:
    found = course(bill(32450, "20g,10g,5g"), every_weeks=every, **period)  # type: ignore[arg-type]
    assert found.doses == doses
    assert found.why == (
        f"the first dose on day 1 of {found.for_days}, then one every {found.every_days} days; one more would be on day {last}"
    )
    assert (found.administered_units, found.discarded_units, found.total_units) == (
        325 * doses,
        25 * doses,
        350 * doses,
    )
    assert found.vials == (Vial(20000, doses), Vial(10000, doses), Vial(5000, doses))


@given(st.integers(1, 60), st.integers(1, 522))
def test_doses_are_those_of_a_calendar(every: int, weeks: int) -> None:
    counted = sum(1 for day in range(weeks * 7) if day % (every * 7) == 0)
    found = course(bill(35000, "20g,10g,5g"), every_weeks=every, for_weeks=weeks)
    assert found.doses == counted == count_doses(every * 7, weeks * 7)
    assert found.total_units == 350 * counted
    assert (found.every_days, found.for_days) == (every * 7, weeks * 7)


WHOLE = "a whole number from 1 to"


@pytest.mark.parametrize(
    ("every", "period", "message"),
    [
        (0, {"for_weeks": 52}, f"every weeks: expected weeks from one dose to the next, such as 4, {WHOLE} 522"),
        ("4.5", {"for_weeks": 52}, f"every weeks: expected weeks from one dose to the next, such as 4, {WHOLE} 522"),
        ("-4", {"for_weeks": 52}, f"every weeks: expected weeks from one dose to the next, such as 4, {WHOLE} 522"),
        (True, {"for_weeks": 52}, f"every weeks: expected weeks from one dose to the next, such as 4, {WHOLE} 522"),
        (10**50, {"for_weeks": 52}, f"every weeks: expected weeks from one dose to the next, such as 4, {WHOLE} 522"),
        (4.0, {"for_weeks": 52}, f"every weeks: expected weeks from one dose to the next, such as 4, {WHOLE} 522"),
        (523, {"for_weeks": 52}, f"every weeks: expected weeks from one dose to the next, such as 4, {WHOLE} 522"),
        ("٤", {"for_weeks": 52}, f"every weeks: expected weeks from one dose to the next, such as 4, {WHOLE} 522"),
        (4, {"for_weeks": 523}, f"for weeks: expected the length of the period in weeks, such as 52, {WHOLE} 522"),
        (4, {"for_weeks": "a year"}, f"for weeks: expected the length of the period in weeks, such as 52, {WHOLE} 522"),
        (
            4,
            {"for_weeks": "9" * 5000},
            f"for weeks: expected the length of the period in weeks, such as 52, {WHOLE} 522",
        ),
        (4, {"for_days": 0}, f"for days: expected the length of the period in days, such as 365, {WHOLE} 3660"),
        (4, {"for_days": 3661}, f"for days: expected the length of the period in days, such as 365, {WHOLE} 3660"),
        (4, {}, "period: give its length either in weeks, such as 52, or in days, such as 365"),
        (4, {"for_weeks": 52, "for_days": 365}, "period: give its length either in weeks, such as 52, or in days"),
    ],
)
def test_courses_that_are_refused(every: object, period: dict[str, object], message: str) -> None:
    with pytest.raises(UnitsError) as refusal:
        course(bill(35000, "20g,10g,5g"), every_weeks=every, **period)  # type: ignore[arg-type]
    assert str(refusal.value).startswith(message)


def test_the_longest_course() -> None:
    assert course(bill(5000, "5g"), every_weeks=522, for_days="3660").doses == 2
    assert course(bill(5000, "5g"), every_weeks=1, for_weeks="0522").doses == 522


def test_a_course_as_json() -> None:
    assert course(bill(35000, "20g,10g,70573-605-01"), every_weeks=4, for_weeks=8).to_json() == {
        "doses": 2,
        "every_days": 28,
        "for_days": 56,
        "administered_units": 700,
        "discarded_units": 0,
        "total_units": 700,
        "vials": [
            {"size_mg": 20000, "count": 2, "ndc": None},
            {"size_mg": 10000, "count": 2, "ndc": None},
            {"size_mg": 5000, "count": 2, "ndc": "70573060501"},
        ],
        "why": "the first dose on day 1 of 56, then one every 28 days; one more would be on day 57",
    }


# -- whole vials


@pytest.mark.parametrize(
    ("dose", "expected"),
    [
        (32450, [(30000, "92.4", True), (35000, "107.9", False)]),
        (32000, [(30000, "93.8", True), (35000, "109.4", False)]),
        (32500, [(30000, "92.3", True), (35000, "107.7", True)]),
        (7000, [(5000, "71.4", True), (10000, "142.9", False)]),
        (3000, [(5000, "166.7", True)]),
        (2000, [(5000, "250.0", False)]),
        (100, [(5000, "5000.0", False)]),
        (99, []),
        (35000, []),
        (5000, []),
    ],
)
def test_whole_vials_beside_the_dose(dose: int, expected: list[tuple[int, str, bool]]) -> None:
    found = whole_vials(dose, on=DAY)
    assert [(each.dose_mg, each.to_json()["percent"], each.nearest) for each in found] == expected


@given(st.integers(100, 299_999))
def test_whole_vials_lie_on_both_sides_of_the_dose_and_leave_nothing(dose: int) -> None:
    found = {each.dose_mg: each for each in whole_vials(dose, on=DAY)}
    lower, upper = floor(Fraction(dose, 5000)) * 5000, ceil(Fraction(dose, 5000)) * 5000
    assert set(found) == ({lower, upper} - {0} if dose % 5000 else set())
    for target, each in found.items():
        assert each.administered_units == target // 100
        assert each.discarded_units == 0
        assert sum(vial.size_mg * vial.count for vial in each.vials) == target
        assert abs(Fraction(each.percent) - Fraction(100 * target, dose)) <= Fraction(1, 20)
        assert each.nearest == (abs(target - dose) <= 2500)


def test_whole_vials_as_json() -> None:
    assert whole_vials(32550, on=DAY)[1].to_json() == {
        "dose_mg": "35000",
        "percent": "107.5",
        "administered_units": 350,
        "discarded_units": 0,
        "vials": [{"size_mg": 20000, "count": 1}, {"size_mg": 10000, "count": 1}, {"size_mg": 5000, "count": 1}],
        "nearest": True,
    }


# -- claims below the charge limit


def split(dose: int, vials: str, payer: str | None = "medicare-ab:noridian", **charges: object) -> Split:
    return split_claims(bill(dose, vials), on=DAY, payer=payer, **charges)  # type: ignore[arg-type]


def claims(found: Split) -> list[tuple[str, str, list[str]]]:
    return [
        (
            vials_text(claim.vials),
            f"{claim.total_charge:.2f}",
            [" ".join([*line.modifiers, str(line.units)]) for line in claim.lines],
        )
        for claim in found.claims
    ]


def test_two_vials_go_on_two_claims_the_later_one_marked_as_the_contractor_asks() -> None:
    found = split(40000, "2x20g", charge_per_unit=300, other_charges="345.00")
    assert claims(found) == [("20 g", "60345.00", ["JZ 200"]), ("20 g", "60000.00", ["JZ 76 200"])]
    assert (found.charge, found.other_charges, found.limit) == (120_000, 345, Decimal("99999.99"))
    assert found.notes[0].startswith("Noridian (primary): On the drug of the later claim.")
    assert claims(split(40000, "2x20g", "medicare-ab:cgs", charge=120_000))[1][2] == ["JZ 59 200"]
    assert claims(split(40000, "2x20g", "medicare-ab:palmetto", charge=120_000))[1][2] == ["JZ 200"]
    assert claims(split(40000, "2x20g", "medicare-ab", charge=120_000))[1][2] == ["JZ 200"]


@pytest.mark.parametrize(
    ("charge", "other", "count"), [("99999.99", "0", 0), ("99999.98", "0.02", 2), ("100000", None, 2)]
)
def test_up_to_the_limit_one_claim_is_enough(charge: str, other: str | None, count: int) -> None:
    assert len(split(40000, "2x20g", charge=charge, other_charges=other).claims) == count


def test_what_is_discarded_stays_on_the_claim_of_its_vial() -> None:
    found = split(32450, "20g,10g,5g", charge_per_unit=300, other_charges=345)
    assert claims(found) == [("20 g + 10 g", "90345.00", ["300"]), ("5 g", "15000.00", ["76 25", "JW 25"])]
    assert [(each.administered_units, each.discarded_units) for each in found.claims] == [(300, 0), (25, 25)]
    assert any("takes JZ, where another claim of the dose has JW, is not settled" in note for note in found.notes)
    assert not any("not settled" in note for note in split(40000, "2x20g", charge_per_unit=300).notes)


def test_what_to_know_about_a_split() -> None:
    def noted(found: Split, words: str) -> bool:
        return any(words in note for note in found.notes)

    stopped = split(12000, "20g,10g,5g", charge_per_unit=300)
    assert claims(stopped)[1][2] == ["JW 50"]
    assert noted(stopped, "A claim that holds only discarded units may be rejected")
    assert noted(stopped, "Claim 1 has $9,999.99 left for the administration and other lines")
    assert not noted(stopped, "JW, is not settled")
    given_others = split(40000, "2x20g", charge_per_unit=300, other_charges=0)
    assert not noted(given_others, "left for the administration")
    assert not noted(given_others, "only discarded units")
    for payer, count, said in (
        ("medicare-ab:palmetto", 2, True),
        ("medicare-ab", 2, True),
        ("medicare-ab:noridian", 2, False),
    ):
        assert (
            noted(split(20000 * count, f"{count}x20g", payer, charge_per_unit=300), "the same units and charge") == said
        )
        assert not noted(split(30000, "20g,10g", payer, charge_per_unit=400), "the same units and charge")
    assert noted(split(40000, "2x20g", "medicare-ab", charge_per_unit=300), "Name the contractor")
    assert noted(
        split(40000, "2x20g", None, charge_per_unit=300), "Medicare fee for service (A/B MAC) (inferred): Modifier 76"
    )
    assert not noted(given_others, "Name the contractor")
    assert split(40000, "2x20g", charge=50_000).notes == (
        "The other lines of the claim come on top: give their charge too.",
    )
    assert split(40000, "2x20g", charge=50_000, other_charges=0).notes == ()


def test_other_payers_have_no_known_limit() -> None:
    for payer in ("aetna", "medicare-dme", "medicaid:MD"):
        found = split(40000, "2x20g", payer, charge=500_000)
        assert (found.limit, found.claims) == (None, ())
        assert found.notes[0].startswith("No charge limit of ")
        assert found.to_json()["limit"] is None
    with pytest.raises(PayerError):
        split(40000, "2x20g", "aetnaa", charge=500_000)


TOO_HIGH = "charge: at this charge for a unit no claim of at most $99,999.99 can carry a vial of "


@pytest.mark.parametrize(
    ("charges", "message"),
    [
        ({}, "charge: give either that of one unit or that of all units of the drug"),
        ({"charge": 1, "charge_per_unit": 1}, "charge: give either that of one unit or that of all units of the drug"),
        ({"charge_per_unit": "500"}, f"{TOO_HIGH}20 g; is it the charge for one unit, or for a vial?"),
        (
            {"charge_per_unit": "499", "other_charges": "345"},
            f"{TOO_HIGH}20 g beside $345.00 of other lines; is it the charge for one unit, or for a vial?",
        ),
        ({"charge": "100000", "other_charges": "200000"}, f"{TOO_HIGH}20 g beside $200,000.00 of other lines; is it"),
        ({"charge": "x"}, "charge: expected dollars as plain digits"),
        ({"charge_per_unit": "24.32345"}, "charge for a unit: expected less than $100,000,000 and at most 4 decimals"),
        ({"charge": "5", "other_charges": "-1"}, "other charges: expected more than $0"),
    ],
)
def test_charges_that_are_refused(charges: dict[str, object], message: str) -> None:
    with pytest.raises(UnitsError) as refusal:
        split(40000, "2x20g", **charges)
    assert str(refusal.value).startswith(message)


def test_the_dearest_unit_that_still_fits() -> None:
    assert len(split(40000, "2x20g", charge_per_unit="499.9999").claims) == 2
    assert len(split(40000, "2x20g", charge_per_unit="499", other_charges="199.99").claims) == 2
    assert [each.charge for each in split(40000, "2x20g", charge="199999.98").claims] == [Decimal("99999.99")] * 2


def test_a_split_as_json() -> None:
    found = split(32450, "20g,10g,70573-605-01", charge_per_unit=300, other_charges="345").to_json()
    assert list(found) == ["charge", "other_charges", "limit", "claims", "notes"]
    assert (found["charge"], found["other_charges"], found["limit"]) == ("105000.00", "345.00", "99999.99")
    assert found["claims"][1] == {
        "vials": [{"size_mg": 5000, "count": 1, "ndc": "70573060501"}],
        "administered_units": 25,
        "discarded_units": 25,
        "charge": "15000.00",
        "total_charge": "15000.00",
        "lines": [
            {"code": "J1553", "modifiers": ["76"], "units": 25},
            {"code": "J1553", "modifiers": ["JW"], "units": 25},
        ],
    }


def test_an_odd_charge_is_split_to_the_cent() -> None:
    found = split(35000, "20g,10g,5g", charge="100000.01")
    assert [str(claim.charge) for claim in found.claims] == ["85714.29", "14285.72"]
    # Half a cent of the whole is rounded up, as for a line of a claim.
    assert split(35000, "20g,10g,5g", charge_per_unit="300.0001").charge == Decimal("105000.04")


@given(
    st.lists(st.sampled_from(SIZES), min_size=1, max_size=12),
    st.integers(1, 1000),
    st.integers(1, 60_000_000),
    st.one_of(st.none(), st.integers(0, 9_999_999)),
    st.booleans(),
)
def test_a_split_covers_the_dose_in_whole_vials_below_the_limit(
    vials: list[int], permille: int, cents: int, other: int | None, per_unit: bool
) -> None:
    dose = Fraction(sum(vials) * permille, 1000)
    made = bill(Decimal(dose.numerator) / dose.denominator, ",".join(f"{size // 1000}g" for size in vials))
    units = sum(vials) // 100
    price = Fraction(cents, 10_000) * (units if per_unit else 50)
    charge = Fraction(floor(price * 100 + Fraction(1, 2)), 100) or Fraction(1, 100)
    beside = Fraction(other or 0, 100)
    key = (
        {"charge_per_unit": Decimal(cents) / 10_000}
        if per_unit
        else {"charge": Decimal(charge.numerator) / charge.denominator}
    )
    others = None if other is None else Decimal(other) / 100
    try:
        found = split_claims(made, on=DAY, payer="medicare-ab:noridian", other_charges=others, **key)  # type: ignore[arg-type]
    except UnitsError:
        # Refused only where the smallest vial of some claim cannot be carried.
        assert charge + beside > LIMIT
        assert charge * max(vials) / sum(vials) > LIMIT - beside
        return
    if charge + beside <= LIMIT:
        assert found.claims == ()
        return
    assert len(found.claims) >= 1
    opened = [
        size for claim in found.claims for vial in claim.vials for size in itertools.repeat(vial.size_mg, vial.count)
    ]
    assert sorted(opened) == sorted(vials)
    assert sum(claim.administered_units for claim in found.claims) == made.administered_units
    assert sum(claim.discarded_units for claim in found.claims) == made.discarded_units
    assert sum(Fraction(claim.charge) for claim in found.claims) == charge
    for number, claim in enumerate(found.claims):
        content = sum(vial.size_mg * vial.count for vial in claim.vials)
        assert claim.administered_units + claim.discarded_units == content // 100
        assert sum(line.units for line in claim.lines) == content // 100
        assert Fraction(claim.total_charge) == Fraction(claim.charge) + (beside if number == 0 else 0)
        assert Fraction(claim.total_charge) <= LIMIT


@pytest.mark.parametrize(
    "payer", ["medicare-ab:noridian", "medicare-ab:first-coast", "medicare-ab:cgs", "medicare-ab:ngs"]
)
@given(st.integers(2, 6), st.integers(300, 499))
def test_a_proposal_that_is_followed_draws_no_finding(payer: str, count: int, price: int) -> None:
    found = split(20000 * count, f"{count}x20g", payer, charge_per_unit=price, other_charges=0)
    assert len(found.claims) == count
    for number, share in enumerate(found.claims):
        [line] = share.lines
        claim = make_claim(20000, [20], [(line.units, list(line.modifiers))], day=DAY)
        claim["lines"][0]["charge"] = claim["total_charge"] = f"{share.total_charge:.2f}"
        if number:
            claim["lines"] = claim["lines"][:1]
        else:
            for other in claim["lines"][1:]:
                other["charge"] = "0.00"
        claim.pop("administrations", None)
        report = check(claim, payer=payer)
        assert [each.code for each in report.findings if each.severity != "info"] == []


# -- what to know about the numbers


def test_less_than_a_unit_may_be_grams() -> None:
    assert [*notes_on_units(bill(35, "5g"), 35, (), on=DAY)] == [
        "35 mg is less than one unit: are these grams? Write 35g."
    ]
    assert next(notes_on_units(bill("99.5", "5g"), "99.5", (), on=DAY)).endswith("Write 99.5g.")
    assert [*notes_on_units(bill(100, "5g"), 100, (), on=DAY)] == []


def test_more_units_than_the_field_holds_are_named_with_their_rule() -> None:
    for dose, count in ((999_900, 0), (999_901, 1)):
        made = bill(dose, "50x20g")
        notes = [*notes_on_units(made, dose, (), on=DAY)]
        assert len([note for note in notes if "UNT005" in note]) == count
        claim = make_claim(dose, [20] * 50, [(line.units, list(line.modifiers)) for line in made.lines], day=DAY)
        assert ("UNT005" in check(claim, payer="medicare-ab", select="UNT").codes) == bool(count)


@given(st.one_of(st.integers(1, 120_000), st.integers(980_000, 999_999)))
def test_a_rule_that_would_reject_the_lines_is_named(dose: int) -> None:
    vials = [vial.size_mg // 1000 for vial in least_waste(dose, on=DAY) for _ in range(vial.count)]
    made = bill(dose, ",".join(f"{size}g" for size in vials))
    claim = make_claim(dose, vials, [(line.units, list(line.modifiers)) for line in made.lines], day=DAY)
    rejected = {
        each.code for each in check(claim, payer="medicare-ab", select="UNT,JWZ").findings if each.severity == "error"
    }
    said = " ".join([*made.notes, *notes_on_units(made, dose, (), on=DAY)])
    assert {code for code in rejected if code not in said} == set()


def test_a_rounded_dose_is_the_prescribers_decision() -> None:
    [note] = notes_on_units(bill(32450, "20g,10g,5g"), 32450, whole_vials(32450, on=DAY), on=DAY)
    assert (
        note == "Whole vials are another dose, and that is the prescriber's decision; the lines follow what was given."
    )


def test_a_plan_with_a_cap_says_so() -> None:
    said = "BCBS Alabama takes at most 900 units in 21 days (secondary); these are 950."
    assert [*notes_on_units(bill(91000, "4x20g,10g,5g"), 91000, (), on=DAY, payer="bcbs:alabama")] == [said]
    assert [*notes_on_units(bill(90000, "4x20g,10g"), 90000, (), on=DAY, payer="bcbs:alabama")] == []
    assert [*notes_on_units(bill(91000, "4x20g,10g,5g"), 91000, (), on=DAY, payer="bcbs:premera")] == []
    assert [*notes_on_units(bill(91000, "4x20g,10g,5g"), 91000, (), on=DAY)] == []


def test_vials_as_staff_say_them() -> None:
    assert vials_text([Vial(20000, 2), Vial(5000)]) == "2 x 20 g + 5 g"


def test_the_limit_and_the_way_come_from_the_facts(tmp_path: Path) -> None:
    (tmp_path / "payers").mkdir()
    (tmp_path / "payers" / "medicare.toml").write_text(
        """
        [medicare.charge_limit]
        label = "made up"
        [[medicare.charge_limit.history]]
        from = 2026-01-01
        value = 50000.00
        checked = 2026-12-01
        sources = [{ id = "cms-hpt", locator = "none", grade = "primary" }]
        """
    )
    base = load(tmp_path, packaged())
    found = split_claims(bill(40000, "2x20g"), on=DAY, charge=60_000, facts=base)
    assert (found.limit, len(found.claims)) == (50_000, 2)
    assert split_claims(bill(40000, "2x20g"), on=DAY, charge=60_000).claims == ()
