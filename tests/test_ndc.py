"""NDC: conversion to 11 digits, what is refused and in which words, and Yimmugo's packages."""

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from j1553ref import ndc
from j1553ref.errors import J1553Error
from j1553ref.facts import load, packaged

DIGITS = "0123456789"
CARTONS = {"70573060501": 5000, "70573060511": 10000, "70573060521": 20000}
VIALS = {"70573060502": 5000, "70573060512": 10000}


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=count, max_size=count)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("70573-605-21", "70573060521"),
        ("70573-0605-21", "70573060521"),
        ("70573060521", "70573060521"),
        ("  70573-605-21\n", "70573060521"),
        ("70573 605 21", "70573060521"),
        ("70573 - 605 - 21", "70573060521"),
        ("0573-6052-10", "00573605210"),
        ("70573-6052-1", "70573605201"),
    ],
)
def test_the_forms_that_can_be_read(text: str, expected: str) -> None:
    assert ndc.to_11_digits(text) == expected
    assert ndc.validate(text) == expected
    assert ndc.is_valid(text)


def test_ten_bare_digits_are_refused_with_the_three_readings() -> None:
    with pytest.raises(ndc.NdcError) as refusal:
        ndc.to_11_digits("7057360521")
    assert str(refusal.value) == (
        "NDC: ten digits without hyphens have three readings: 07057360521 (from 4-4-2), 70573060521"
        " (from 5-3-2), 70573605201 (from 5-4-1); write the hyphens as on the carton, or the 11 digits"
    )


@given(digits(10))
def test_each_reading_is_what_the_hyphens_would_have_given(ten: str) -> None:
    with pytest.raises(ndc.NdcError) as refusal:
        ndc.validate(ten)
    for first, second in ((4, 4), (5, 3), (5, 4)):
        hyphenated = f"{ten[:first]}-{ten[first : first + second]}-{ten[first + second :]}"
        assert ndc.to_11_digits(hyphenated) in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "found 0 digits"),
        ("705730605", "found 9 digits"),
        ("705730605211", "found 12 digits"),
        ("70573-605-2", "found 5-3-1"),
        ("7057306-0521", "found 7-4"),
        ("70573--605-21", "found 5-0-3-2"),
        ("-" * 500, "found 0 digits"),
        ("9" * 100_000, "found 100000 digits"),
    ],
)
def test_wrong_lengths_are_named(text: str, found: str) -> None:
    with pytest.raises(ndc.NdcError) as refusal:
        ndc.validate(text)
    assert str(refusal.value) == (f"NDC: expected 11 digits, or hyphens as in 4-4-2, 5-3-2, 5-4-1 or 5-4-2; {found}")


@pytest.mark.parametrize(
    "text",
    [
        "٧٠٥٧٣٠٦٠٥٢١",  # Arabic-Indic digits
        "７０５７３０６０５２１",  # full width
        "7057306052²",
        "70573–605–21",  # en dashes
        "70573-605-2X",
        "70573\n060521",
        "70573\u00a00605\u00a021",
    ],
)
def test_other_characters_are_refused_and_not_repeated(text: str) -> None:
    assert not ndc.is_valid(text)
    with pytest.raises(ndc.NdcError) as refusal:
        ndc.validate(text)
    assert text not in str(refusal.value)
    assert str(refusal.value).startswith("NDC: something that is neither a digit 0-9 nor a hyphen; expected 11")


def test_the_qualifier_is_no_part_of_the_ndc() -> None:
    with pytest.raises(ndc.NdcError, match=r"^NDC: leave out the qualifier N4"):
        ndc.validate("N470573060521")


@pytest.mark.parametrize("value", [70573060521, None, b"70573060521"])
def test_an_ndc_is_text(value: object) -> None:
    assert not ndc.is_valid(value)  # type: ignore[arg-type]
    assert not ndc.is_yimmugo(value)  # type: ignore[arg-type]
    with pytest.raises(ndc.NdcError, match=r"^NDC: expected text, 11 digits"):
        ndc.validate(value)  # type: ignore[arg-type]


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    refused, found = "", ""
    try:
        found = ndc.validate(text)
    except ndc.NdcError as error:
        refused = str(error)
    assert ndc.is_valid(text) == (not refused)
    assert "\n" not in refused if refused else len(found) == 11 and set(found) <= set(DIGITS)


def test_an_ndc_error_is_a_value_error_of_this_package() -> None:
    assert issubclass(ndc.NdcError, ValueError) and issubclass(ndc.NdcError, J1553Error)


@given(digits(5), digits(4), digits(2))
def test_format_and_compact_turn_back(labeler: str, product: str, package: str) -> None:
    eleven = labeler + product + package
    assert ndc.format(eleven) == f"{labeler}-{product}-{package}"
    assert ndc.compact(ndc.format(eleven)) == eleven
    assert ndc.to_11_digits(ndc.format(eleven)) == eleven


@given(digits(5), digits(4), digits(2), st.sampled_from([0, 1, 2]))
def test_every_ten_digit_form_comes_back_from_its_padding(labeler: str, product: str, package: str, short: int) -> None:
    parts = [labeler, product, package]
    parts[short] = parts[short][1:]
    padded = ndc.to_11_digits("-".join(parts))
    parts[short] = "0" + parts[short]
    assert padded == "".join(parts)


def test_the_known_packages_are_the_five_that_were_listed() -> None:
    assert {each.ndc: each.mg for each in ndc.packages() if each.kind == "carton"} == CARTONS
    assert {each.ndc: each.mg for each in ndc.packages() if each.kind == "vial"} == VIALS


@pytest.mark.parametrize(("code", "mg"), [*CARTONS.items(), *VIALS.items()])
def test_units_and_ml_of_a_package(code: str, mg: int) -> None:
    found = ndc.package(ndc.format(code))
    assert found is not None
    assert (found.units, found.ml) == (mg // 100, mg // 100)
    assert found.label == f"{mg // 1000} g {found.kind}"
    assert found.to_json() == {
        "ndc": code,
        "mg": mg,
        "ml": mg // 100,
        "units": mg // 100,
        "kind": found.kind,
        "label": found.label,
    }


def test_the_ten_digit_form_on_the_carton_is_the_same_package() -> None:
    for fact in packaged().under("product.package"):
        value = fact.newest.value
        assert ndc.to_11_digits(value["ndc10"]) == value["ndc"]


@given(digits(11))
def test_yimmugo_is_told_by_labeler_and_product(code: str) -> None:
    assume(not code.startswith("705730605"))
    assert not ndc.is_yimmugo(code)
    assert ndc.package(code) is None
    assert ndc.is_yimmugo("705730605" + code[9:])


def test_details_tell_package_product_and_stranger_apart() -> None:
    known, sister, stranger = map(ndc.details, ("70573-605-21", "70573-605-99", "99999-9999-99"))
    assert (known.formatted, known.is_yimmugo, known.package is not None) == ("70573-0605-21", True, True)
    assert (sister.is_yimmugo, sister.package) == (True, None)
    assert known.note == "Yimmugo, 20 g carton."
    assert sister.note == "Labeler and product are Yimmugo's, the package is not a known one: compare with the carton."
    assert sister.to_json()["package"] is None
    assert known.to_json()["package"]["units"] == 200
    assert (stranger.is_yimmugo, stranger.package) == (False, None)
    assert stranger.note == "Well-formed, not a known Yimmugo package."
    assert list(known.to_json()) == ["ndc", "formatted", "is_yimmugo", "package", "note"]


def test_a_new_package_is_a_change_of_data(tmp_path: Path) -> None:
    (tmp_path / "more.toml").write_text(
        """
        [product.package.made-up]
        label = "made up"
        [[product.package.made-up.history]]
        from = 2027-01-01
        value = { ndc = "99999000001", ndc10 = "99999-000-01", mg = 2500, ml = 25, kind = "vial" }
        checked = 2027-01-01
        sources = [{ id = "cms-hpt", locator = "none", grade = "primary" }]
        """
    )
    wider = load(tmp_path, packaged())
    found = ndc.package("99999-000-01", facts=wider)
    assert found is not None
    assert (found.units, found.label) == (25, "2.5 g vial")
    assert ndc.is_yimmugo("99999-0000-77", facts=wider)
    assert not ndc.is_yimmugo("99999-0000-77")
