"""Units: doses and vials to claim lines, the smallest set, and what is refused."""

import decimal
import itertools
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j1553ref.billing import plain
from j1553ref.facts import FactError, load, packaged
from j1553ref.payers import PayerError
from j1553ref.units import (
    Billing,
    UnitsError,
    Vial,
    administered_units,
    bill_units,
    discarded_units,
    least_waste,
    parse_vials,
)
from j1553ref.vials import grams

DAY = "2026-05-01"
#: Content of each vial in mg and the NDC of its carton, written out so that the tests do not lean on facts.
SIZES = (20000, 10000, 5000)
CARTON = {20000: "70573060521", 10000: "70573060511", 5000: "70573060501"}


def bill(dose: int | str | Decimal, vials: str, payer: str | None = None) -> Billing:
    return bill_units(dose_mg=dose, vials=vials, on=DAY, payer=payer)


def lines(found: Billing) -> list[str]:
    return [f"{line.units} {' '.join(line.modifiers)}".rstrip() for line in found.lines]


def quantities(found: Billing) -> list[dict[str, str]]:
    return [{each.code: f"{each.quantity:f}" for each in line.ndc} for line in found.lines]


def noted(found: Billing, words: str) -> bool:
    return any(words in note for note in found.notes)


@pytest.mark.parametrize(
    ("dose", "vials", "expected"),
    [
        (40000, "2x20g", ["400 JZ"]),
        (32000, "20g,10g,5g", ["320", "30 JW"]),
        (32450, "20g,10g,5g", ["325", "25 JW"]),
        (34950, "20g,10g,5g", ["350 JZ"]),
        (34900, "20g,10g,5g", ["349", "1 JW"]),
        (34901, "20g,10g,5g", ["350 JZ"]),
        (24000, "3x10g", ["240", "60 JW"]),
        (20000, "3x10g", ["200", "100 JW"]),
        (7000, "10g", ["70", "30 JW"]),
        (48000, "20g,20g,10g", ["480", "20 JW"]),
        (32625, "20g,10g,5g", ["327", "23 JW"]),
        (12000, "20g,10g,5g", ["120", "230 JW"]),
        (12000, "20g", ["120", "80 JW"]),
        ("0.5", "5g", ["1", "49 JW"]),
    ],
)
def test_golden_doses(dose: int | str, vials: str, expected: list[str]) -> None:
    assert lines(bill(dose, vials)) == expected


def test_ndc_quantities_from_the_largest_vial_down() -> None:
    found = bill(32450, "5g,10g,20g")
    assert quantities(found) == [
        {CARTON[20000]: "200", CARTON[10000]: "100", CARTON[5000]: "24.5"},
        {CARTON[5000]: "25.5"},
    ]
    assert {each.unit for line in found.lines for each in line.ndc} == {"ML"}
    assert noted(found, "goes on the JW line")


def test_a_stopped_infusion_discards_the_rest_of_one_vial_and_all_of_the_others() -> None:
    assert quantities(bill(12000, "20g,10g,5g")) == [
        {CARTON[20000]: "120"},
        {CARTON[20000]: "80", CARTON[10000]: "100", CARTON[5000]: "50"},
    ]


def test_a_small_tail_takes_jz_and_says_that_this_is_inferred() -> None:
    found = bill(34950, "20g,10g,5g")
    assert found.tail_mg == 50
    assert quantities(found) == [{CARTON[20000]: "200", CARTON[10000]: "100", CARTON[5000]: "49.5"}]
    assert noted(found, "50 mg is left, less than one unit") and noted(found, "inferred: ask the payer")
    assert "discard.small_tail" in found.facts
    whole = bill(40000, "2x20g")
    assert whole.tail_mg == 0
    assert not noted(whole, "less than one unit")
    assert "discard.small_tail" not in whole.facts


def test_a_tail_beside_jw_units_is_explained_and_not_billed() -> None:
    found = bill(32450, "20g,10g,5g")
    assert found.tail_mg == 50
    assert noted(found, "50 mg of what is left already counts in the dose")


def test_avoidable_vials_leave_the_lines_true_and_name_the_smaller_set() -> None:
    found = bill(24000, "3x10g")
    assert (found.administered_units, found.discarded_units, found.total_units) == (240, 60, 300)
    assert [(each.size_mg, each.count) for each in found.least_waste_vials] == [(20000, 1), (5000, 1)]
    assert noted(found, "A smaller set would do: 20 g + 5 g leaves 10 units, not 60.")
    assert not noted(bill(24000, "20g,5g"), "smaller set")
    # More vials of the same total are no avoidable waste.
    assert not noted(bill(24000, "2x10g,5g"), "smaller set")


def test_the_notes_word_for_word() -> None:
    rule = "JW and JZ are Medicare Part B's rule for drugs paid separately from single-dose vials."
    drawn = (
        "Vials are taken to be emptied from the largest down: what is then left is discarded, and its NDC"
        " quantity goes on the JW line."
    )
    sized = (
        "Vials were given by size, so the NDCs are those of the cartons. Whether a payer wants the NDC of"
        " the carton or of the vial is not settled: ask."
    )
    assert bill(20000, "70573-605-21", "medicare-ab").notes == (rule,)
    both = "Labeler 70573 is on FDA's list, 83372 on CMS's; each is Yimmugo. Copy the number on the vial or carton that was used."
    assert bill(20000, "20g").notes == (sized, both, f"{rule} For another payer, ask it.")
    assert bill(19950, "70573-605-21", "cigna").notes == (
        "50 mg is left, less than one unit, so there is nothing to bill with JW."
        " That JZ is then right is inferred: ask the payer.",
        f"{rule} What Cigna wants is not known: ask.",
    )
    assert bill(15050, "3x70573-605-11,70573-605-01", "medicare-ab:ngs").notes == (
        drawn,
        "50 mg of what is left already counts in the dose, which was rounded up; JW takes whole units only.",
        "A smaller set would do: 20 g leaves 49 units, not 199."
        " The lines stay as the record has it, but a payer may pay only for what the smaller set"
        " leaves: record why it was not used.",
        "2 NDCs: whether they share one line or take a line each is for the payer to say.",
        rule,
    )


def test_one_5_g_vial_too_many_is_already_avoidable() -> None:
    assert noted(bill(40000, "2x20g,5g"), "A smaller set would do: 2 x 20 g leaves 0 units, not 50.")
    # Less than a unit is left of the smaller set: no unit is discarded, and none would be "minus one".
    assert noted(bill(39950, "2x20g,5g"), "A smaller set would do: 2 x 20 g leaves 0 units, not 50.")


def test_a_size_without_a_known_carton_needs_its_ndc(tmp_path: Path) -> None:
    (tmp_path / "product.toml").write_text(
        """
        [product.package.20g-carton]
        label = "made up"
        [[product.package.20g-carton.history]]
        from = 2030-01-01
        ended = true
        checked = 2030-01-01
        sources = [{ id = "cms-hpt", locator = "none", grade = "primary" }]
        """
    )
    base = load(tmp_path, packaged())
    with pytest.raises(UnitsError, match=r"^vials: no NDC is known for the carton of 20 g; give the NDC itself$"):
        bill_units(dose_mg=20000, vials="20g", on=DAY, labeler="70573", facts=base)
    found = bill_units(dose_mg=20000, vials="20g", on=DAY, facts=base)
    assert [each.codes for each in found.lines[0].ndc] == [("83372060521",)]
    assert bill_units(dose_mg=10000, vials="10g", on=DAY, facts=base).administered_units == 100


@pytest.mark.parametrize(
    ("number", "text"), [("24.500", "24.5"), ("200", "200"), ("200.00", "200"), ("2E+2", "200"), ("0.05", "0.05")]
)
def test_decimals_are_written_plainly(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def test_the_carton_is_named_only_where_vials_were_given_by_size() -> None:
    by_size, by_ndc = bill(20000, "20g"), bill(10000, "70573-605-12")
    assert by_size.vials[0].ndc is None
    assert noted(by_size, "the NDCs are those of the cartons")
    assert by_ndc.vials[0].ndc == "70573060512"
    assert quantities(by_ndc) == [{"70573060512": "100"}]
    assert not noted(by_ndc, "cartons")


def test_a_size_and_its_carton_share_one_quantity() -> None:
    assert quantities(bill(40000, "20g,70573-605-21")) == [{CARTON[20000]: "400"}]


def test_several_ndcs_are_the_payers_decision() -> None:
    assert noted(bill(35000, "20g,10g,5g"), "3 NDCs: whether they share one line")
    assert not noted(bill(40000, "2x20g"), "NDCs: ")
    assert noted(bill(35000, "20g,10g,5g", "medicare-ab:palmetto"), "3 NDCs: Palmetto GBA wants one line")
    assert noted(bill(35000, "20g,10g,5g", "medicaid:MD"), "3 NDCs: Medicaid, MD wants a line for each NDC")


@pytest.mark.parametrize(
    ("payer", "words"),
    [
        (None, "For another payer, ask it."),
        ("medicare-ab:ngs", "paid separately from single-dose vials."),
        ("bcbs:lifewise", "LifeWise asks for them too (primary)."),
        ("bcbs:north-dakota", "BCBS North Dakota does not ask for both (primary)."),
        ("cigna", "What Cigna wants is not known: ask."),
    ],
)
def test_whose_rule_jw_and_jz_are(payer: str | None, words: str) -> None:
    assert words in bill(40000, "2x20g", payer).notes[-1]


def test_json_has_the_promised_keys_and_plain_decimals() -> None:
    found = bill("32450.0", "20g,10g,70573-605-01").to_json()
    keys = "administered_units discarded_units total_units vials lines least_waste_vials notes"
    assert list(found) == keys.split()
    assert found["vials"][0] == {"size_mg": 20000, "count": 1, "units": 200, "ml": "200", "ndc": None}
    assert found["vials"][2] == {"size_mg": 5000, "count": 1, "units": 50, "ml": "50", "ndc": "70573060501"}
    assert found["lines"][1] == {
        "code": "J1553",
        "modifiers": ["JW"],
        "units": 25,
        "ndc": [{"code": "70573060501", "also": [], "quantity": "25.5", "unit": "ML"}],
    }
    assert found["lines"][0]["ndc"][0] == {
        "code": "70573060521",
        "also": ["83372060521"],
        "quantity": "200",
        "unit": "ML",
    }
    assert isinstance(found["notes"], list)


@given(st.lists(st.sampled_from(SIZES), min_size=1, max_size=8), st.sampled_from([None, "70573", "83372"]))
def test_vials_by_size_are_given_under_every_labeler_or_the_one_named(sizes: list[int], labeler: str | None) -> None:
    vials = [Vial(size) for size in sizes]
    found = bill_units(dose_mg=sum(sizes) - 30, vials=vials, on=DAY, labeler=labeler)
    for line in found.lines:
        for each in line.ndc:
            assert [code[:5] for code in each.codes] == ([labeler] if labeler else ["70573", "83372"])
            assert len({code[5:] for code in each.codes}) == 1, "the same package"
    said = [note for note in found.notes if note.startswith("Labeler 70573")]
    assert len(said) == (labeler is None)


def test_an_ndc_that_was_given_stays_alone_and_its_labeler_says_nothing_of_the_others() -> None:
    found = bill_units(dose_mg=35000, vials="83372-605-21,10g,5g", on=DAY)
    assert [each.codes for each in found.lines[0].ndc] == [
        ("83372060521",),
        ("70573060511", "83372060511"),
        ("70573060501", "83372060501"),
    ]
    same = bill_units(dose_mg=40000, vials="20g,70573-605-21", on=DAY)
    assert [(each.codes, each.quantity) for each in same.lines[0].ndc] == [(("70573060521",), 400)]


def test_a_labeler_that_is_not_yimmugos_is_refused() -> None:
    with pytest.raises(UnitsError, match=r"^labeler: not one of Yimmugo's, which are 70573, 83372$"):
        bill_units(dose_mg=20000, vials="20g", on=DAY, labeler="76179")


# -- the identities, against a count that knows nothing of the formulas


def vial_sets() -> st.SearchStrategy[list[int]]:
    return st.lists(st.sampled_from(SIZES), min_size=1, max_size=8)


@st.composite
def doses_and_vials(draw: st.DrawFn) -> tuple[Decimal, list[int]]:
    vials = draw(vial_sets())
    thousandths = draw(
        st.one_of(
            st.integers(1, sum(vials) * 1000),
            st.integers(1, sum(vials)).map(lambda mg: mg * 1000),
            # Near the edges of units and vials, where rounding goes wrong.
            st.integers(1, sum(vials) // 100).map(lambda units: units * 100_000 - 1),
        )
    )
    return Decimal(thousandths) / 1000, vials


def as_text(vials: list[int]) -> str:
    return ",".join(f"{size // 1000}g" for size in vials)


@given(doses_and_vials())
def test_units_are_those_of_counting_whole_units(case: tuple[Decimal, list[int]]) -> None:
    dose, vials = case
    found = bill(dose, as_text(vials))
    # Fill units of 100 mg one after the other until the dose is in them; what is left are the discarded ones.
    boundaries = range(0, sum(vials) + 1, 100)
    given_units = next(index for index, upper in enumerate(boundaries) if upper >= dose)
    untouched = sum(1 for lower in boundaries[:-1] if lower >= dose)
    assert (found.administered_units, found.discarded_units) == (given_units, untouched)
    assert found.total_units == sum(vials) // 100
    assert 0 <= found.tail_mg < 100
    assert dose + 100 * untouched + found.tail_mg == sum(vials)


@given(doses_and_vials())
def test_lines_hold_the_units_the_ml_and_the_right_modifiers(case: tuple[Decimal, list[int]]) -> None:
    dose, vials = case
    found = bill(dose, as_text(vials))
    assert sum(line.units for line in found.lines) == found.total_units
    ml = [sum((each.quantity for each in line.ndc), Decimal(0)) for line in found.lines]
    assert ml[0] == dose / 100
    if found.discarded_units:
        assert [line.modifiers for line in found.lines] == [(), ("JW",)]
        assert sum(ml) == Decimal(sum(vials)) / 100
    else:
        assert [line.modifiers for line in found.lines] == [("JZ",)]
    # No NDC is asked for more than was opened of it.
    for size in SIZES:
        used = [each.quantity for line in found.lines for each in line.ndc if each.code == CARTON[size]]
        assert sum(used, Decimal(0)) <= Decimal(vials.count(size) * size) / 100
        assert all(each > 0 for each in used)


@given(doses_and_vials())
def test_the_dose_empties_larger_vials_first(case: tuple[Decimal, list[int]]) -> None:
    dose, vials = case
    drawn: dict[str, Decimal] = {}
    left = dose
    for size in sorted(vials, reverse=True):
        take = min(left, Decimal(size))
        left -= take
        if take:
            drawn[CARTON[size]] = drawn.get(CARTON[size], Decimal(0)) + take / 100
    assert {each.code: each.quantity for each in bill(dose, as_text(vials)).lines[0].ndc} == drawn


@given(st.permutations(["20g", "10g", "5g", "5g", "70573-605-12"]), st.integers(1, 50_000))
def test_the_order_of_the_vials_does_not_matter(order: list[str], dose: int) -> None:
    assert lines(bill(dose, ",".join(order))) == lines(bill(dose, "20g,10g,5g,5g,70573-605-12"))


def every_set(sizes: tuple[int, ...], most: int) -> Iterator[tuple[int, ...]]:
    for count in range(1, most + 1):
        yield from itertools.combinations_with_replacement(sizes, count)


@given(
    st.decimals(1, 60_000, places=1),
    st.sampled_from([(5000, 10000, 20000), (10000, 20000), (5000, 20000), (5000, 10000), (20000,), (5000,)]),
)
def test_the_smallest_set_is_that_of_trying_all(dose: Decimal, sizes: tuple[int, ...]) -> None:
    found = [each.size_mg for each in least_waste(dose, on=DAY, sizes=sizes) for _ in range(each.count)]
    tried = min((each for each in every_set(sizes, 13) if sum(each) >= dose), key=lambda each: (sum(each), len(each)))
    assert sorted(found) == sorted(tried)


@given(st.integers(1, 999_999))
def test_with_5_g_vials_in_stock_less_than_5_g_is_unavoidable(dose: int) -> None:
    total = sum(each.size_mg * each.count for each in least_waste(dose, on=DAY))
    assert 0 <= total - dose < 5000
    assert total % 5000 == 0


def test_the_smallest_set_knows_only_sizes_of_the_product() -> None:
    for wrong in ([], [2500], [5000, 40000], [0], [-5000]):
        with pytest.raises(UnitsError, match=r"^sizes: expected one or more of 5 g, 10 g, 20 g, in mg"):
            least_waste(24000, on=DAY, sizes=wrong)


# -- what can be written, and what is refused


@pytest.mark.parametrize(
    "text", ["2x20g,5g", "20g,5g,20g", "5 g + 2 x 20 g", "2X20G,5000mg", " 2×20g , 5g ", "1x20000 mg,20g,5g"]
)
def test_ways_to_write_vials(text: str) -> None:
    assert parse_vials(text, on=DAY) == (Vial(20000, 2), Vial(5000))


def test_the_most_vials_of_one_item() -> None:
    assert parse_vials("999x5g", on=DAY) == (Vial(5000, 999),)
    assert parse_vials([Vial(5000, 999)], on=DAY) == (Vial(5000, 999),)


def test_vials_as_a_list() -> None:
    assert parse_vials([Vial(5000), "20g", Vial(10000, 2, "70573060512")], on=DAY) == (
        Vial(20000),
        Vial(10000, 2, "70573060512"),
        Vial(5000),
    )
    assert parse_vials("2x70573-0605-21", on=DAY) == (Vial(20000, 2, "70573060521"),)


@pytest.mark.parametrize(
    ("vials", "message"),
    [
        ("", "vials, item 1: expected a size with its unit (5 g, 10 g, 20 g), or an NDC, with a count as in 2x20g"),
        (
            "20g,,5g",
            "vials, item 2: expected a size with its unit (5 g, 10 g, 20 g), or an NDC, with a count as in 2x20g",
        ),
        ("20", "vials, item 1: expected a size with its unit (5 g, 10 g, 20 g), or an NDC, with a count as in 2x20g"),
        (
            "20g,ten",
            "vials, item 2: expected a size with its unit (5 g, 10 g, 20 g), or an NDC, with a count as in 2x20g",
        ),
        (
            "20g\n10g",
            "vials, item 1: expected a size with its unit (5 g, 10 g, 20 g), or an NDC, with a count as in 2x20g",
        ),
        (
            "35g",
            "vials, item 1: no such vial of Yimmugo, the sizes are 5 g, 10 g, 20 g; name each vial that was opened,"
            " as in 20g,10g,5g",
        ),
        ("20mg", "vials, item 1: no such vial of Yimmugo, the sizes are 5 g, 10 g, 20 g"),
        ("0x20g", "vials, item 1: expected a count from 1 to 999"),
        ("99999-9999-99", "vials, item 1: not the NDC of a known Yimmugo package; compare it with"),
        (
            "20g,7057360521",
            "vials, item 2: NDC: ten digits without hyphens, those of 70573-605-21: put a 0 in front of 605",
        ),
        ([], "vials: expected at least one; expected a size with its unit (5 g, 10 g, 20 g), or an NDC"),
        ([Vial(20000, 1000)], "vials, item 1: expected a count from 1 to 999"),
        ([Vial(20000, -1)], "vials, item 1: expected a count from 1 to 999"),
        ([Vial(20000, 10**60)], "vials, item 1: expected a count from 1 to 999"),
        ([Vial(2500)], "vials, item 1: no such vial of Yimmugo"),
        ([Vial(20000, 1, "70573060511")], "vials, item 1: the NDC is that of another size"),
    ],
)
def test_vials_that_are_refused(vials: str | list[Vial | str], message: str) -> None:
    with pytest.raises(UnitsError) as refusal:
        parse_vials(vials, on=DAY)
    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)


@given(st.one_of(st.text(max_size=20), st.integers(), st.decimals(), st.floats()))
def test_any_dose_is_billed_or_refused_in_one_line(dose: object) -> None:
    refused = found = None
    try:
        found = administered_units(dose, on=DAY)  # type: ignore[arg-type]
    except UnitsError as error:
        refused = str(error)
    assert "\n" not in refused if refused else found and 1 <= found <= 10_000


def test_a_dose_above_the_vials_is_refused_since_overfill_is_not_billable() -> None:
    with pytest.raises(UnitsError) as refusal:
        bill(41000, "2x20g")
    assert str(refusal.value) == (
        "dose: 41000 mg is more than the 40000 mg in the opened vials, and overfill is not billable;"
        " correct the dose or the vials"
    )
    with pytest.raises(UnitsError, match=r"^dose: 5000\.001 mg is more than the 5000 mg"):
        discarded_units("5000.001", "5g", on=DAY)


def test_an_unknown_payer_is_refused() -> None:
    with pytest.raises(PayerError, match="nearest"):
        bill(40000, "2x20g", "medicare-abc")


# -- the date of service and the facts decide


def test_before_the_first_date_of_service_there_is_no_unit() -> None:
    assert bill_units(dose_mg=40000, vials="2x20g", on="2026-04-01").administered_units == 400
    with pytest.raises(FactError) as refusal:
        bill_units(dose_mg=40000, vials="2x20g", on="2026-03-31")
    assert str(refusal.value) == (
        "date of service 2026-03-31: J1553 is not valid then, so it has no billing units;"
        " look up which code that date takes"
    )
    with pytest.raises(FactError, match=r"unit\.size: nothing is known before 2026-04-01"):
        administered_units(40000, on="2026-03-31")
    with pytest.raises(FactError, match="a date is written YYYY-MM-DD"):
        bill_units(dose_mg=40000, vials="2x20g", on="May 1, 2026")


def test_another_unit_size_gives_other_units_from_its_date_on(tmp_path: Path) -> None:
    (tmp_path / "code.toml").write_text(
        """
        [unit.size]
        label = "made up"
        [[unit.size.history]]
        from = 2030-01-01
        value = 500
        checked = 2030-01-01
        sources = [{ id = "cms-hpt", locator = "none", grade = "primary" }]
        """
    )
    base = load(tmp_path, packaged())
    assert administered_units(32450, on="2029-12-31", facts=base) == 325
    assert administered_units(32450, on="2030-01-01", facts=base) == 65
    found = bill_units(dose_mg=32450, vials="20g,10g,5g", on="2030-01-01", facts=base)
    assert lines(found) == ["65", "5 JW"]
    assert found.tail_mg == 50


def test_facts_that_were_read_are_named_and_exist() -> None:
    with_jw, with_jz = bill(32450, "20g,10g,5g"), bill(40000, "2x20g")
    assert {"unit.size", "rounding.dose", "rounding.discard", "discard.jw"} <= set(with_jw.facts)
    assert "discard.jz" in with_jz.facts and "discard.jw" not in with_jz.facts
    assert all(packaged().get(each) for each in (*with_jw.facts, *with_jz.facts))


def test_the_callers_decimal_context_changes_nothing() -> None:
    expected = bill("32450.5", "20g,10g,5g")
    with decimal.localcontext() as context:
        context.prec = 2
        assert bill("32450.5", "20g,10g,5g") == expected
        assert grams(12345) == "12.345 g"
