# ruff: noqa: E501 - the words of a message are on one line
"""NDC: conversion to 11 digits, what is refused and in which words, and Yimmugo's packages."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from j1553ref import ndc
from j1553ref.barcode import check_digit, scanned
from j1553ref.errors import J1553Error
from j1553ref.facts import load, packaged

DIGITS = "0123456789"
CARTONS = {"70573060501": 5000, "70573060511": 10000, "70573060521": 20000}
VIALS = {"70573060502": 5000, "70573060512": 10000}
OTHER = {"83372060501": 5000, "83372060511": 10000, "83372060521": 20000}
EVERY = [each.ndc for each in ndc.packages()]


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
        ("83372-605-21", "83372060521"),
        ("50242-6052-1", "50242605201"),
    ],
)
def test_the_forms_that_can_be_read(text: str, expected: str) -> None:
    assert ndc.to_11_digits(text) == expected
    assert ndc.validate(text) == expected
    assert ndc.is_valid(text)


def test_ten_bare_digits_are_refused_with_the_three_readings() -> None:
    with pytest.raises(ndc.NdcError) as refusal:
        ndc.to_11_digits("5024260521")
    assert str(refusal.value) == (
        "NDC: ten digits without hyphens have three readings: 05024260521 (from 4-4-2), 50242060521"
        " (from 5-3-2), 50242605201 (from 5-4-1); write the hyphens as on the carton, or the 11 digits"
    )


def test_ten_bare_digits_of_a_known_package_are_refused_with_what_to_write() -> None:
    with pytest.raises(ndc.NdcError) as refusal:
        ndc.to_11_digits("8337260521")
    assert str(refusal.value) == (
        "NDC: ten digits without hyphens, those of 83372-605-21: put a 0 in front of 605 and write 83372060521"
    )


@given(digits(10))
def test_each_reading_is_what_the_hyphens_would_have_given(ten: str) -> None:
    assume(ten[:5] not in ndc.labelers())
    with pytest.raises(ndc.NdcError) as refusal:
        ndc.validate(ten)
    for first, second in ((4, 4), (5, 3), (5, 4)):
        hyphenated = f"{ten[:first]}-{ten[first : first + second]}-{ten[first + second :]}"
        assert ndc.to_11_digits(hyphenated) in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "found 0 digits"),
        ("999990605", "found 9 digits"),
        ("999990605211", "found 12 digits"),
        ("99999-605-2", "found segments of 5, 3 and 1 digits"),
        ("9999906-0521", "found segments of 7 and 4 digits"),
        ("99999--605-21", "found segments of 5, 0, 3 and 2 digits"),
        ("-" * 500, "found 0 digits"),
        ("9" * 100_000, "found 100000 digits"),
    ],
)
def test_wrong_lengths_are_named(text: str, found: str) -> None:
    with pytest.raises(ndc.NdcError) as refusal:
        ndc.validate(text)
    assert str(refusal.value) == (f"NDC: expected 11 digits, or hyphens as in 4-4-2, 5-3-2, 5-4-1 or 5-4-2; {found}")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("٧٠٥٧٣٠٦٠٥٢١", 1),  # Arabic-Indic digits
        ("７０５７３０６０５２１", 1),  # full width
        ("7057306052²", 11),
        ("70573-605-2X", 12),
        ("70573\n060521", 6),
    ],
)
def test_other_characters_are_refused_by_their_place_and_not_repeated(text: str, place: int) -> None:
    assert not ndc.is_valid(text)
    with pytest.raises(ndc.NdcError) as refusal:
        ndc.validate(text)
    assert text not in str(refusal.value)
    assert str(refusal.value).endswith(f"; character {place} is neither a digit nor a hyphen")


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


def test_the_known_packages_are_those_of_both_lists_and_inner_vials_those_of_one() -> None:
    assert {each.ndc: each.mg for each in ndc.packages() if each.kind == "carton"} == CARTONS | OTHER
    assert {each.labeler: each.listed_by for each in ndc.packages()} == {"70573": "FDA", "83372": "CMS"}
    assert {each.ndc: each.mg for each in ndc.packages() if each.kind == "vial"} == VIALS


@pytest.mark.parametrize(("code", "mg"), [*CARTONS.items(), *VIALS.items(), *OTHER.items()])
def test_units_and_ml_of_a_package(code: str, mg: int) -> None:
    found = ndc.package(ndc.format(code))
    assert found is not None
    assert (found.units, found.ml) == (mg // 100, mg // 100)
    assert found.label == f"{mg // 1000} g {found.kind}"
    assert found.to_json() == {
        "ndc": code,
        "labeler": code[:5],
        "listed_by": {"70573": "FDA", "83372": "CMS"}[code[:5]],
        "mg": mg,
        "ml": mg // 100,
        "units": mg // 100,
        "kind": found.kind,
        "label": found.label,
    }


def test_the_ten_digit_form_on_the_carton_is_the_same_package() -> None:
    for fact in packaged().under("product.package"):
        value = fact.newest.value
        if "ndc10" not in value:  # CMS's crosswalk prints eleven digits only
            assert value["ndc"].startswith("83372")
            continue
        assert ndc.to_11_digits(value["ndc10"]) == value["ndc"]


@given(digits(11))
def test_yimmugo_is_told_by_labeler_and_product(code: str) -> None:
    assume(not code.startswith(("705730605", "833720605")))
    assert not ndc.is_yimmugo(code)
    assert ndc.package(code) is None
    assert ndc.is_yimmugo("705730605" + code[9:])
    assert ndc.is_yimmugo("833720605" + code[9:])


def test_details_tell_package_product_and_stranger_apart() -> None:
    known, sister, stranger = map(ndc.details, ("70573-605-21", "70573-605-99", "99999-9999-99"))
    assert (known.formatted, known.is_yimmugo, known.package is not None) == ("70573-0605-21", True, True)
    assert (sister.is_yimmugo, sister.package) == (True, None)
    assert known.note == (
        "Yimmugo, 20 g carton. Labeler 70573 is on FDA's list, 83372 on CMS's; each is Yimmugo. Copy the number on the vial"
        " or carton that was used."
    )
    assert sister.note == "Labeler and product are Yimmugo's, the package is not a known one: compare with the carton."
    assert sister.to_json()["package"] is None
    assert known.to_json()["package"]["units"] == 200
    assert (stranger.is_yimmugo, stranger.package) == (False, None)
    assert stranger.note == "Well-formed, not a known Yimmugo package."
    assert list(known.to_json()) == ["ndc", "formatted", "is_yimmugo", "package", "brand", "slip", "note"]


@pytest.mark.parametrize("code", EVERY)
@pytest.mark.parametrize("at", range(11))
def test_a_zero_in_the_wrong_place_is_named_and_never_called_yimmugo(code: str, at: int) -> None:
    ten = code[:5] + code[6:]
    wrong = ten[:at] + "0" + ten[at:]
    if wrong == code:
        assert ndc.slip(wrong) is None
        return
    for text in (wrong, f"{wrong[:5]}-{wrong[5:9]}-{wrong[9:]}"):
        found, shown = ndc.slip(text), ndc.details(text)
        assert found is not None and (found.kind, found.write, found.sure) == ("padding", code, False)
        assert found.says == (
            f"these look like the digits of {code[:5]}-605-{code[9:]} with the zero in the wrong place: write {code}"
        )
        assert (shown.ndc, shown.is_yimmugo, shown.package) == (wrong, False, None)
        assert ndc.is_valid(text), "it may be the NDC of another product"


@pytest.mark.parametrize("code", EVERY)
@pytest.mark.parametrize("at", range(12))
def test_a_zero_too_many_is_named(code: str, at: int) -> None:
    found = ndc.slip(code[:at] + "0" + code[at:])
    assert found is not None and found.write == code
    assert found.kind == ("twelve-digits" if at == 0 else "padding")


@pytest.mark.parametrize("code", EVERY)
@pytest.mark.parametrize("labels", [False, True])
def test_a_truncated_ndc_is_never_read_as_a_package(code: str, labels: bool) -> None:
    ten = code[:5] + code[6:]
    for whole in (code, f"{code[:5]}-{code[5:9]}-{code[9:]}", f"{code[:5]}-{code[6:9]}-{code[9:]}"):
        for cut in range(8, len(whole)):
            text = whole[:cut]
            digits = text.replace("-", "")
            if digits in (code, ten) or len(digits) < 8:
                continue
            assert not ndc.is_valid(text), text
            found = ndc.slip(text)
            assert found is not None and (found.kind, found.write) == ("short", ""), text
            with pytest.raises(ndc.NdcError, match="compare with"):
                ndc.package(text)
    for at in range(11):
        digits = code[:at] + code[at + 1 :]
        if digits == ten:
            continue
        found = ndc.slip(digits)
        assert found is not None and found.kind == "short" and not ndc.is_valid(digits)


def test_a_form_that_the_labeler_does_not_use_is_refused_with_the_one_it_uses() -> None:
    for text in ("70573-0605-2", "83372-0605-1", "70573-9999-9"):
        with pytest.raises(
            ndc.NdcError, match=r"a digit of the last segment is missing \([78]\d+ writes ten digits as 5-3-2\)"
        ):
            ndc.to_11_digits(text)
    with pytest.raises(
        ndc.NdcError, match="these are the digits of 70573-605-21 with the hyphens in the wrong place: write"
    ):
        ndc.to_11_digits("70573-6052-1")
    found = ndc.slip("7057-3605-21")
    assert found is not None and (found.kind, found.write, found.sure) == ("hyphens", "70573060521", False)
    assert ndc.to_11_digits("50242-0605-2") == "50242060502", "another labeler may write 5-4-1"


@pytest.mark.parametrize("code", EVERY)
@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("{gtin}", "barcode"),
        ("(01){gtin}(17)271231(10)A1", "barcode"),
        ("01{gtin}17271231", "barcode"),
        ("]d201{gtin}10LOT9", "barcode"),
        ("{upc}", "barcode"),
        ("0{upc}", "barcode"),
        ("N4{code}", "prefix"),
        ("n4 {label}", "prefix"),
        ("NDC: {label}", "prefix"),
        ("N4{ten}", "prefix"),
        ("N4{gtin}", "prefix"),
        ("0{code}", "twelve-digits"),
        ("0{code:.5}-{middle}-{last}", "twelve-digits"),
        ("{ten}", "ten-digits"),
        ("{letters}", "letters"),
        ("{dashes}", "hyphens"),
        ("{code:.5}-{last4}-{last1}", "hyphens"),
    ],
)
def test_what_else_may_be_in_the_field_is_named_with_what_to_write(code: str, form: str, kind: str) -> None:
    ten, label = code[:5] + code[6:], f"{code[:5]}-{code[6:9]}-{code[9:]}"
    upc = "3" + ten + check_digit("3" + ten)
    given = form.format(
        gtin="003" + ten + check_digit("003" + ten), upc=upc, code=code, ten=ten, label=label, middle=code[5:9],
        last=code[9:], letters=code.replace("0", "O"), dashes=label.replace("-", "\u2013"), last4=ten[5:9], last1=ten[9:],
    )  # fmt: skip
    found, shown = ndc.slip(given), ndc.details(given)
    assert found is not None and (found.kind, found.write) == (kind, code), given
    assert found.says.endswith(f"write {code}")
    assert (shown.ndc, shown.slip, shown.package is not None) == (code, kind, True)
    assert shown.is_yimmugo
    assert not ndc.is_valid(given)


@pytest.mark.parametrize("code", EVERY)
@pytest.mark.parametrize("front", ["003", "3", "03"])
def test_a_barcode_with_a_wrong_check_digit_names_no_ndc(code: str, front: str) -> None:
    body = front + code[:5] + code[6:]
    for last in set(DIGITS) - {check_digit(body)}:
        found = ndc.slip(body + last)
        assert found is not None and (found.kind, found.write) == ("check-digit", "")


@given(digits(10))
def test_the_check_digit_makes_the_weighted_sum_a_multiple_of_ten(ten: str) -> None:
    whole = "003" + ten + check_digit("003" + ten)
    assert sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(whole)) % 10 == 0
    found = scanned(f"(01){whole}")
    assert found is not None and (found.ten, found.is_sound) == (ten, True)


def test_the_barcode_of_another_product_is_not_taken_for_yimmugo() -> None:
    found = ndc.details(
        "00376179010042" if check_digit("0037617901004") == "2" else "0037617901004" + check_digit("0037617901004")
    )
    assert (found.ndc, found.brand, found.is_yimmugo) == ("76179001004", "Qivigy", False)
    whole = "0035024206001" + check_digit("0035024206001")
    with pytest.raises(ndc.NdcError, match="the NDC is its ten digits before the last one: copy it from the carton"):
        ndc.details(whole)
    with pytest.raises(ndc.NdcError, match="found 12 digits"):
        ndc.details("123456789012")


def test_twelve_digits_of_another_product_are_named_and_not_repeated() -> None:
    with pytest.raises(ndc.NdcError) as refusal:
        ndc.details("050242006001")
    assert str(refusal.value) == (
        "NDC: an NDC has twelve digits (6-4-2) from March 7, 2033; a claim takes 11: leave out the 0 in front"
    )


@given(st.text(DIGITS, min_size=1, max_size=16))
def test_other_digits_are_never_called_yimmugo(text: str) -> None:
    tens = {code[:5] + code[6:] for code in EVERY}
    assume(not any(start in text for code in EVERY for start in (code[:9], code[:5] + code[6:9])))
    assume(not any(text == ten[:at] + "0" + ten[at:] for ten in tens for at in range(11)))
    assume(
        not any(len(text) + 1 == len(code) and code.startswith(text[0]) and text[-2:] == code[-2:] for code in EVERY)
    )
    found = ndc.slip(text)
    assert found is None or not any(code in found.says for code in EVERY)
    assert not ndc.is_yimmugo(text)


@given(st.text(max_size=100) | st.from_regex(r"\A[N4ndcOIl0-9 .()\]\[-]{8,40}\Z"))
def test_any_text_gets_a_slip_or_none_in_one_line_without_its_words(text: str) -> None:
    found = ndc.slip(text)
    assert found is None or "\n" not in found.says
    if found and found.write:
        assert ndc.is_valid(found.write) and found.write in found.says


def _code(body: str) -> str:
    return body + check_digit(body)


SAYS = [
    ("0 0370573 60521 7", "the digits of a barcode (GTIN-14); the NDC in it is 70573-605-21: write 70573060521"),
    ("0370573605217", "the digits of a barcode (EAN-13); the NDC in it is 70573-605-21: write 70573060521"),
    ("]e0370573605217", "the digits of a barcode (UPC-A); the NDC in it is 70573-605-21: write 70573060521"),
    ("3-70573-60521-7", "the digits of a barcode (UPC-A); the NDC in it is 70573-605-21: write 70573060521"),
    (_code("0037617901004"), "the digits of a barcode (GTIN-14); the NDC in it is 76179-0010-04: write 76179001004"),
    (
        _code("0035024206001"),
        "the digits of a barcode (GTIN-14); the NDC is its ten digits before the last one: copy it from the carton, with the hyphens",
    ),
    (_code("035024206001"), "the digits of a barcode (EAN-13); the NDC is its ten digits before the last one: copy it from the carton, with the hyphens"),
    ("370573605218", "the digits of a barcode (UPC-A) whose last digit does not fit: scan it again, or copy the NDC from the carton"),
    ("N4 7O573-605-21", "take N4 out of the number, it has a field of its own; character 5 is the letter O, not the digit 0: write 70573060521"),
    ("NDC 70573-605-21", "take the letters NDC out of the number: write 70573060521"),
    ("n470573060521", "take N4 out of the number, it has a field of its own: write 70573060521"),
    ("N48337260521", "take N4 out of the number, it has a field of its own; then ten digits without hyphens, those of 83372-605-21: put a 0 in front of 605 and write 83372060521"),
    ("N450242006001", "take N4 out of the number, it has a field of its own: write 50242006001"),
    ("7057306o52l", "character 8 is the letter o, not the digit 0; character 11 is the letter l, not the digit 1: write 70573060521"),
    ("705730605I1", "character 10 is the letter I, not the digit 1: write 70573060511"),
    ("70573\u2014605\u201421", "a long dash or a fixed blank is no hyphen: write 70573060521"),
    ("70573\u00a0605 21", "a long dash or a fixed blank is no hyphen: write 70573060521"),
    ("70573605-21", "these are the digits of 70573-605-21 with the hyphens in the wrong place: write 70573060521"),
    ("7057-605-21", "a digit of the first segment is missing (70573 writes ten digits as 5-3-2): compare with 70573-605-21 (20 g carton)"),
    ("83372-60-21", "a digit of the middle segment is missing (83372 writes ten digits as 5-3-2): compare with 83372-605-21 (20 g carton)"),
    ("83372-605-2", "a digit of the last segment is missing (83372 writes ten digits as 5-3-2): compare with 83372-605-21 (20 g carton)"),
    ("70573-9999-9", "a digit of the last segment is missing (70573 writes ten digits as 5-3-2): compare with the carton"),
    ("70573060", "digits are missing (70573 writes ten digits as 5-3-2): compare with the carton"),
    ("833720605", "digits are missing (83372 writes ten digits as 5-3-2): compare with 83372-605-01 (5 g carton), 83372-605-11 (10 g carton) or 83372-605-21 (20 g carton)"),
    ("705730605", "digits are missing (70573 writes ten digits as 5-3-2): compare with the carton"),
    ("7057360521", "ten digits without hyphens, those of 70573-605-21: put a 0 in front of 605 and write 70573060521"),
    ("076179001004", "an NDC has twelve digits (6-4-2) from March 7, 2033; a claim takes 11: write 76179001004"),
    ("050242-0060-01", "an NDC has twelve digits (6-4-2) from March 7, 2033; a claim takes 11: leave out the 0 in front"),
    ("705730605021", "a zero too many in the digits of 70573-605-21: write 70573060521"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), SAYS)
def test_the_words_for_each_slip(text: str, says: str) -> None:
    found = ndc.slip(text)
    assert found is not None and found.says == says
    assert ("barcode" in says) == (found.kind in ("barcode", "check-digit"))
    assert found.sure is (found.kind != "ten-digits" and "ten digits without" not in says)
    assert says.endswith(found.write) if found.write else "write" not in says.replace("writes", "")


@pytest.mark.parametrize(
    "text",
    ["", "7057306", "5024206001", "12345678901", _code("35024206001"), "00350242060018", "７０５７３６０５２１", "０" * 14,
     "N4", "NDC", "N4 N4", "O" * 11 + "X", "50242-0060-1", "70573060521" + " " * 5 + "x" * 80],
)  # fmt: skip
def test_what_is_not_known_gets_no_slip(text: str) -> None:
    assert ndc.slip(text) is None


def test_a_scanned_barcode_may_be_long_but_not_endless() -> None:
    whole = "(01)00370573605217(10)"
    assert ndc.slip(whole + "A" * (90 - len(whole))) is not None
    assert ndc.slip(whole + "A" * (91 - len(whole))) is None


def test_the_fault_names_a_character_segments_or_a_number_of_digits() -> None:
    assert ndc.fault("9-9-9-9-9-9-9-9") == "found segments of 1, 1, 1, 1, 1, 1, 1 and 1 digits"
    assert ndc.fault("9-9-9-9-9-9-9-9-9") == "found 9 digits"
    assert ndc.fault("99999-9999") == "found segments of 5 and 4 digits"
    assert ndc.fault("9999O") == "character 5 is neither a digit nor a hyphen"


def test_a_slip_of_which_the_package_is_not_sure_says_nothing_of_a_package() -> None:
    assert ndc.details("07057360521").note == (
        "These look like the digits of 70573-605-21 with the zero in the wrong place: write 70573060521."
    )
    assert ndc.details("N470573060521").note == (
        "Take N4 out of the number, it has a field of its own: write 70573060521. Yimmugo, 20 g carton. Labeler 70573 is on"
        " FDA's list, 83372 on CMS's; each is Yimmugo. Copy the number on the vial or carton that was used."
    )


def test_packages_are_compared_by_what_they_are_and_not_by_their_fact() -> None:
    found = ndc.package("70573060521")
    assert found is not None and found == replace(found, fact="another") and found != replace(found, units=1)


def test_the_form_of_a_labeler_is_that_of_its_label_and_reaches_every_function(tmp_path: Path) -> None:
    (tmp_path / "more.toml").write_text(
        """
        [product.package.made-up]
        label = "made up"
        [[product.package.made-up.history]]
        from = 2027-01-01
        value = { ndc = "99999000001", ndc10 = "99999-0000-1", listed_by = "Nobody", mg = 2500, ml = 25, kind = "vial" }
        checked = 2027-01-01
        sources = [{ id = "cms-hpt", locator = "none", grade = "primary" }]
        [product.other_ndcs]
        label = "made up"
        [[product.other_ndcs.history]]
        observed = 2027-01-01
        value = [{ brand = "Other", prefix = "999990001" }]
        checked = 2027-01-01
        sources = [{ id = "cms-hpt", locator = "none", grade = "primary" }]
        """
    )
    wider = load(tmp_path, packaged())
    assert ndc.to_11_digits("99999-0000-1", facts=wider) == "99999000001"
    assert not ndc.is_valid("99999-000-01", facts=wider) and ndc.is_valid("99999-000-01")
    with pytest.raises(ndc.NdcError, match="the digits of 99999-0000-1 with the hyphens in the wrong place"):
        ndc.to_11_digits("99999-000-01", facts=wider)
    assert ndc.on_lists(facts=wider).startswith(
        "Labeler 70573 is on FDA's list, 83372 on CMS's, 99999 on Nobody's; each"
    )
    assert (ndc.brand("99999-0001-01", facts=wider), ndc.brand("99999-0001-01")) == ("Other", None)
    assert ndc.labelers(facts=wider) == (*ndc.labelers(), "99999")
    bare = ndc.slip("9999900001", facts=wider)
    assert bare is not None and bare.says.endswith("those of 99999-0000-1: put a 0 in front of 1 and write 99999000001")


def test_one_labeler_alone_needs_no_word_on_lists() -> None:
    base = packaged()
    kept = {name: fact for name, fact in base.facts.items() if "83372" not in name}
    assert ndc.on_lists(facts=replace(base, facts=kept)) == ""


def test_neighbors_are_named_by_the_facts() -> None:
    for text, name in (("76179-010-02", "Qivigy"), ("0944-2705-50", "Gammagard Liquid ERC"), ("44206-0437-10", "Privigen"),
                       ("64208-8234-08", "Gammaplex")):  # fmt: skip
        found = ndc.details(text)
        assert (found.brand, found.note) == (name, f"{name}, not Yimmugo: J1553 is not its code.")
    assert ndc.brand("not an NDC") is None


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
