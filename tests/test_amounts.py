"""Amounts: what people write as a dose, a weight, a dose per kilogram or a charge, and what is refused."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j1553ref.amounts import UnitsError, dollars, dose_by_weight, milligrams

NOT_A_NUMBER = "dose: expected milligrams as plain digits, such as 32450 or 32450.5"
EXPONENT = f"{NOT_A_NUMBER}; an exponent is not read: write all digits"
COMMA = f"{NOT_A_NUMBER}; a comma here can be a decimal point or a slip: write a point before decimals, and no comma"
TOO_MUCH = "dose: expected less than 1,000,000 mg and at most three decimals"
NOT_POSITIVE = "dose: expected more than 0 mg"
NOT_EXACT = "dose: expected milligrams as int, Decimal or decimal text, such as 32450.5"
UNIT = "dose: expected milligrams, such as 32450 or 32450.5; after the number only mg or g is read"


@pytest.mark.parametrize(
    ("dose", "message"),
    [
        (0, NOT_POSITIVE),
        ("0.000", NOT_POSITIVE),
        ("0g", NOT_POSITIVE),
        (-5, NOT_POSITIVE),
        ("-32450", NOT_POSITIVE),
        (Decimal("-0"), NOT_POSITIVE),
        ("NaN", NOT_A_NUMBER),
        (Decimal("NaN"), NOT_A_NUMBER),
        (Decimal("sNaN"), NOT_A_NUMBER),
        ("Infinity", NOT_A_NUMBER),
        (Decimal("Infinity"), NOT_A_NUMBER),
        ("1e4", EXPONENT),
        ("1E+4", EXPONENT),
        ("3.245e4", EXPONENT),
        (Decimal("1E+999999"), EXPONENT),
        (Decimal("1E-999999"), EXPONENT),
        (Decimal("1E+11"), TOO_MUCH),
        ("32,45", COMMA),
        ("32450,5", COMMA),
        ("0,450", COMMA),
        ("32.450,5", COMMA),
        ("1,2345", COMMA),
        ("32450 milligrams", UNIT),
        ("35 lb", UNIT),
        ("35kg", UNIT),
        ("", NOT_A_NUMBER),
        ("thirty", NOT_A_NUMBER),
        ("32 450", NOT_A_NUMBER),
        ("+32450", NOT_A_NUMBER),
        (".5", NOT_A_NUMBER),
        ("٣٢٤٥٠", NOT_A_NUMBER),
        ("32450\x00", NOT_A_NUMBER),
        (1_000_000, TOO_MUCH),
        ("1,000,000", TOO_MUCH),
        ("1000g", TOO_MUCH),
        # Python itself refuses to print these, so they need names.
        pytest.param(10**10_000, TOO_MUCH, id="ten thousand digits"),
        pytest.param(-(10**10_000), NOT_POSITIVE, id="minus ten thousand digits"),
        pytest.param("9" * 100_000, TOO_MUCH, id="long text"),
        pytest.param("0." + "1" * 100_000, TOO_MUCH, id="many decimals"),
        ("32450.0001", TOO_MUCH),
        ("0.0000001 g", TOO_MUCH),
        (32450.0, NOT_EXACT),
        (True, NOT_EXACT),
        (None, NOT_EXACT),
    ],
)
def test_doses_that_are_refused(dose: object, message: str) -> None:
    with pytest.raises(UnitsError) as refusal:
        milligrams(dose)  # type: ignore[arg-type]
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    "dose",
    [
        "32450",
        " 32450 ",
        "032450",
        "32450.0000",
        "0" * 50 + "32450." + "0" * 50,
        Decimal("3.245E+4"),
        32450,
        "32,450",
        "32,450.000 mg",
        "32450mg",
        "32450 MG",
        "32.45g",
        "32.45 G",
        "32.450 g",
    ],
)
def test_ways_to_write_a_dose(dose: int | str | Decimal) -> None:
    assert milligrams(dose) == 32450
    assert str(milligrams(dose)) == "32450"


def test_the_largest_and_the_smallest_dose() -> None:
    assert milligrams("999,999.999") == Decimal("999999.999")
    assert milligrams(999_999) == 999_999
    assert milligrams("0.001") == Decimal("0.001")
    assert milligrams("0.000001 g") == Decimal("0.001")


@given(st.integers(1, 999_999_999))
def test_a_dose_reads_the_same_in_mg_in_grams_and_with_commas(thousandths: int) -> None:
    exact = Fraction(thousandths, 1000)
    mg, fraction = divmod(thousandths, 1000)
    grams, rest = divmod(thousandths, 1_000_000)
    for text in (f"{mg}.{fraction:03}", f"{mg:,}.{fraction:03} mg", f"{grams}.{rest:06}g"):
        assert Fraction(milligrams(text)) == exact, text


@given(st.integers(1, 999_999), st.integers(1, 9_999))
def test_the_dose_by_weight_is_that_of_the_fractions(grams_of_weight: int, thousandths: int) -> None:
    weight, per_kg = f"{Decimal(grams_of_weight) / 1000:f}", f"{Decimal(thousandths) / 1000:f}"
    exact = Fraction(grams_of_weight, 1000) * Fraction(thousandths, 1000) * 1000
    if exact >= 1_000_000:
        with pytest.raises(UnitsError, match=r"^weight x dose: expected less than 1,000,000 mg"):
            dose_by_weight(weight, per_kg)
    else:
        assert Fraction(dose_by_weight(weight, per_kg)) == exact
        # The same dose in mg/kg, with its unit.
        assert Fraction(dose_by_weight(f"{weight} kg", f"{thousandths} mg/kg")) == exact


WEIGHT = "weight: expected kilograms"
PER_KG = "dose for each kg: expected grams for each kilogram"


@pytest.mark.parametrize(
    ("weight", "per_kg", "message"),
    [
        ("72,5", "0.45", f"{WEIGHT} as plain digits, such as 72.5; a comma here can be a decimal point"),
        ("160 lb", "0.45", f"{WEIGHT}, such as 72.5; after the number only kg is read"),
        ("72.5g", "0.45", f"{WEIGHT}, such as 72.5; after the number only kg is read"),
        ("1000", "0.45", "weight: expected less than 1,000 kg and at most three decimals"),
        ("0", "0.45", "weight: expected more than 0 kg"),
        ("-72.5", "0.45", "weight: expected more than 0 kg"),
        (72.5, "0.45", f"{WEIGHT} as int, Decimal or decimal text, such as 72.5"),
        ("72.5", "0,45", f"{PER_KG} as plain digits, such as 0.45; a comma here"),
        ("72.5", "0", "dose for each kg: expected more than 0 g/kg"),
        ("72.5", "0.45 g", f"{PER_KG}, such as 0.45; after the number only g/kg or mg/kg is read"),
        (
            "72.5",
            "450",
            "dose for each kg: expected less than 10 g/kg and at most three decimals;"
            " are these milligrams for each kilogram? Write 450 mg/kg or 0.45",
        ),
        ("72.5", "10", "dose for each kg: expected less than 10 g/kg and at most three decimals; are these milligrams"),
        ("72.5", "0.4567", "dose for each kg: expected less than 10 g/kg and at most three decimals"),
    ],
)
def test_weights_and_doses_per_kg_that_are_refused(weight: object, per_kg: object, message: str) -> None:
    with pytest.raises(UnitsError) as refusal:
        dose_by_weight(weight, per_kg)  # type: ignore[arg-type]
    assert str(refusal.value).startswith(message)
    assert ("milligrams for each" in str(refusal.value)) == (per_kg in ("450", "10"))


def test_dollars() -> None:
    assert dollars("$105,000.00", "charge") == 105_000
    assert dollars("24.323", "charge for a unit", places=4) == Decimal("24.323")
    assert dollars("0", "other charges", zero=True) == 0
    for text, message in (
        ("24.323", "charge: expected less than $100,000,000 and at most two decimals"),
        ("24.32345", "charge: expected less than $100,000,000 and at most two decimals"),
        ("100000000", "charge: expected less than $100,000,000 and at most two decimals"),
        ("0", "charge: expected more than $0"),
        ("-5", "charge: expected more than $0"),
        ("345 USD", "charge: expected dollars, such as 300 or 24.50; after the number nothing may follow"),
        ("345,5", "charge: expected dollars as plain digits, such as 300 or 24.50; a comma here can be"),
    ):
        with pytest.raises(UnitsError, match=f"^{re.escape(message)}"):
            dollars(text, "charge")


@given(st.one_of(st.text(max_size=20), st.integers(), st.decimals(), st.floats()))
def test_anything_is_read_or_refused_in_one_line(value: object) -> None:
    for read in (milligrams, lambda given: dose_by_weight(given, given), lambda given: dollars(given, "charge")):
        refused = found = None
        try:
            found = read(value)  # type: ignore[arg-type]
        except UnitsError as error:
            refused = str(error)
        assert "\n" not in refused if refused else found and found > 0
