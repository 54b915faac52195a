"""Code choice: J1553 from its first date of service, before it what is known of each payer."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j1553ref.code import CodeChoice, SettingError, code_for
from j1553ref.facts import FactError, load, packaged
from j1553ref.payers import PayerError, parse_payer, payer_ids

FIRST = date.fromisoformat("2026-04-01")
BEFORE = "2026-03-31"


@given(st.integers(0, 400), st.sampled_from([None, "medicare-ab", "bcbs:anthem", "aetna", "medicaid:MD"]))
def test_from_the_first_date_on_it_is_j1553_for_everyone(days: int, payer: str | None) -> None:
    found = code_for(FIRST + timedelta(days=days), payer=payer)
    assert (found.code, found.alternatives) == ("J1553", ())
    assert found.why.startswith("J1553 is valid for dates of service from 2026-04-01 (mirror); an unlisted")
    assert found.facts == ("code.valid",)


@given(st.integers(1, 600), st.sampled_from([None, "medicare-ab", "bcbs:anthem", "aetna", "medicaid:MD"]))
def test_before_it_it_is_never_j1553(days: int, payer: str | None) -> None:
    found = code_for(FIRST - timedelta(days=days), payer=payer)
    assert found.code != "J1553"
    assert found.why.startswith("J1553 is not valid before 2026-04-01.")
    assert "J1553" not in {each.code for each in found.alternatives}


PACKAGED = "In the hospital outpatient department Medicare packages J1599 and J3590 (OPPS status N, mirror): not paid separately."
UNNAMED = "No source names J3490 for Yimmugo on that date."


def listed(found: CodeChoice) -> list[tuple[str, ...]]:
    return [(each.code, each.grade, *each.binds) for each in found.alternatives]


def test_without_a_payer_the_list_says_for_whom_each_code_was_seen() -> None:
    found = code_for(BEFORE)
    assert found.code is None
    assert listed(found) == [
        ("J3590", "primary", "bcbs:anthem"),
        ("J3590", "secondary", "bcbs:premera"),
        ("C9399", "mirror", "bcbs:anthem"),
        ("J1599", "inferred"),
        ("C9399", "secondary", "medicare-ab"),
    ]
    assert found.why == (
        "J1553 is not valid before 2026-04-01. Before it the code depended on the payer: the list says for whom each"
        " was seen; ask the payer. C9399 is for hospital outpatient departments and surgical centers alone."
        f" {PACKAGED} {UNNAMED}"
    )


def test_a_payer_with_one_named_code_gets_it_and_is_told_to_confirm() -> None:
    found = code_for(BEFORE, payer="bcbs:premera")
    assert found.code == "J3590"
    assert listed(found) == [("J3590", "secondary", "bcbs:premera"), ("J1599", "inferred")]
    assert found.why == (
        "J1553 is not valid before 2026-04-01. A source names J3590 for this payer (secondary); confirm it with the payer."
        f" {UNNAMED}"
    )
    assert found.alternatives[0].says.startswith("named for Yimmugo. Premera's policy, revised June 10")
    assert code_for(BEFORE, payer="bcbs:premera", setting="hospital-outpatient").code == "J3590"


def test_a_payer_with_two_named_codes_is_to_be_asked_unless_the_setting_decides() -> None:
    found = code_for(BEFORE, payer="bcbs:anthem")
    assert found.code is None
    assert [each.code for each in found.alternatives] == ["J3590", "C9399", "J1599"]
    assert " Sources name J3590 and C9399 for this payer; ask which one it takes. " in found.why
    hospital = code_for(BEFORE, payer="bcbs:anthem", setting="hospital-outpatient")
    assert hospital.code is None
    assert " for this payer in the hospital outpatient department; ask which one it takes. " in hospital.why
    office = code_for(BEFORE, payer="bcbs:anthem", setting="office")
    assert (office.code, listed(office)) == ("J3590", [("J3590", "primary", "bcbs:anthem"), ("J1599", "inferred")])
    assert " A source names J3590 for this payer in the office (primary); confirm" in office.why


def test_in_a_hospital_medicare_takes_the_code_of_a_new_drug_and_packages_the_others() -> None:
    for payer in ("medicare-ab", "medicare-ab:ngs"):
        found = code_for(BEFORE, payer=payer, setting="hospital-outpatient")
        assert (found.code, found.payer, found.setting) == ("C9399", payer, "hospital-outpatient")
        assert listed(found) == [("C9399", "secondary", "medicare-ab"), ("J1599", "inferred")]
        assert found.alternatives[0].setting == "hospital-outpatient"
        assert found.why == (
            "J1553 is not valid before 2026-04-01. A source names C9399 for this payer in the hospital outpatient department"
            " (secondary); confirm it with the payer. A contractor's rule for any new drug; Yimmugo is not named."
            f" {PACKAGED} {UNNAMED}"
        )
        assert {"code.new_drug_code", "opps.predecessor.J1599", "opps.predecessor.J3590"} <= set(found.facts)


def test_medicare_without_a_setting_is_told_what_is_known_of_one() -> None:
    found = code_for(BEFORE, payer="medicare-ab")
    assert found.code is None
    assert (
        " For this payer a source names C9399 in the hospital outpatient department; for other settings none does: ask. "
    ) in found.why
    assert PACKAGED in found.why


def test_in_an_office_or_at_home_nothing_of_the_hospital_is_said() -> None:
    for payer, setting in (("medicare-ab", "office"), ("medicare-dme", "home"), ("aetna", "office")):
        found = code_for(BEFORE, payer=payer, setting=setting)
        assert found.code is None
        assert listed(found) == [("J1599", "inferred")]
        assert (
            f" No source names a code for this payer in the {setting}: what is listed is inferred; ask. " in found.why
        )
        assert "packages" not in found.why and "C9399" not in found.why
        assert not any(each.startswith("opps.") for each in found.facts) or setting != "hospital-outpatient"


def test_what_medicare_packages_is_no_matter_of_another_payer() -> None:
    for payer in ("bcbs:premera", "medicare-advantage", "medicare-dme", "medicaid:MD"):
        assert "packages" not in code_for(BEFORE, payer=payer, setting="hospital-outpatient").why
    assert PACKAGED in code_for(BEFORE, setting="hospital-outpatient").why
    # Addendum B was read from April 2025 on.
    assert "packages" not in code_for("2025-03-31", payer="medicare-ab", setting="hospital-outpatient").why


@given(
    st.integers(1, 600),
    st.sampled_from(payer_ids(packaged())),
    st.sampled_from([None, "office", "home", "hospital-outpatient"]),
)
def test_no_statement_about_another_payer_or_setting_is_listed(days: int, payer: str, setting: str | None) -> None:
    found = code_for(FIRST - timedelta(days=days), payer=payer, setting=setting)
    who = parse_payer(payer, packaged())
    assert all(who.is_bound_by(each.binds) for each in found.alternatives)
    assert all(each.setting in (None, setting) or setting is None for each in found.alternatives)
    assert "J3490" not in {each.code for each in found.alternatives}
    assert found.code is None or found.code in {each.code for each in found.alternatives if each.grade != "inferred"}


def test_at_home_the_date_of_the_product_decides() -> None:
    said = "What decides under Medicare's home benefit is the date of service of the product, not that of the infusion"
    for on in (BEFORE, "2026-04-01"):
        assert said in code_for(on, payer="medicare-dme", setting="home").why
        assert said in code_for(on, setting="home").why
        assert said not in code_for(on, payer="medicare-dme", setting="office").why
        assert said not in code_for(on, payer="aetna", setting="home").why
    assert code_for("2026-04-01", payer="medicare-dme", setting="home").facts == ("code.valid", "home.product_date")
    assert code_for("2026-04-01", payer="medicare-ab", setting="office").facts == ("code.valid",)


@pytest.mark.parametrize("payer", ["medicare-dme", "aetna", "bcbs", "cigna"])
def test_a_payer_without_a_source_gets_no_code(payer: str) -> None:
    found = code_for(BEFORE, payer=payer)
    assert found.code is None
    assert " No source names a code for this payer: what is listed is inferred; ask." in found.why


def test_the_date_decides_which_alternatives_hold() -> None:
    # J3590 was listed for dates of service from February 1, 2025, the block with C9399 a month later.
    def seen(on: str) -> set[str]:
        return {each.code for each in code_for(on).alternatives if "medicare-ab" not in each.binds}

    assert seen("2025-01-31") == {"J1599"}
    assert seen("2025-02-01") == {"J1599", "J3590"}
    assert seen("2025-03-01") == {"J1599", "J3590", "C9399"}
    assert {each.code for each in code_for("2024-07-24").alternatives} == {"J1599"}
    assert {each.code for each in code_for("2024-07-25").alternatives} == {"J1599", "C9399"}
    assert "No source names J3490 or J3590 for Yimmugo on that date." in code_for("2025-01-31").why
    assert code_for("2025-02-15", payer="bcbs:anthem").code == "J3590"
    assert code_for("2025-06-09", payer="bcbs:premera").code is None
    assert code_for("2025-06-10", payer="bcbs:premera").code == "J3590"


def test_before_the_launch_the_date_itself_is_doubted() -> None:
    doubt = " US marketing began on 2025-07-01: compare the date of service with the record. "
    assert doubt in code_for("2025-06-30").why
    assert "US marketing" not in code_for("2025-07-01").why


def test_wrong_input_is_refused() -> None:
    with pytest.raises(FactError, match="a date is written YYYY-MM-DD"):
        code_for("04/01/2026")
    with pytest.raises(FactError, match=r"^there is no such day: that month has the days 01 to 28$"):
        code_for("2026-02-30")
    with pytest.raises(PayerError, match="nearest"):
        code_for(BEFORE, payer="medicare-abc")
    with pytest.raises(SettingError, match=r"^setting: expected one of office, home, hospital-outpatient$"):
        code_for(BEFORE, setting="hospital")


def test_json_is_plain_and_names_the_facts_that_were_read() -> None:
    found = code_for(BEFORE).to_json()
    assert list(found) == ["on", "payer", "setting", "code", "alternatives", "why", "facts"]
    assert (found["on"], found["payer"], found["setting"], found["code"]) == (BEFORE, None, None, None)
    assert list(found["alternatives"][0]) == ["code", "setting", "binds", "grade", "says"]
    asked = code_for(BEFORE, payer=" Medicare-AB ", setting="hospital-outpatient").to_json()
    assert (asked["payer"], asked["setting"], asked["code"]) == ("medicare-ab", "hospital-outpatient", "C9399")
    assert asked["alternatives"][0] == {
        "code": "C9399",
        "setting": "hospital-outpatient",
        "binds": ["medicare-ab"],
        "grade": "secondary",
        "says": "A contractor's rule for any new drug; Yimmugo is not named.",
    }
    assert all(packaged().get(each) for each in found["facts"])


def test_a_code_that_has_been_withdrawn_is_not_given(tmp_path: Path) -> None:
    (tmp_path / "code.toml").write_text(
        """
        [code.valid]
        label = "made up"
        [[code.valid.history]]
        from = 2030-01-01
        value = false
        checked = 2030-01-01
        sources = [{ id = "cms-hpt", locator = "none", grade = "primary" }]
        """
    )
    base = load(tmp_path, packaged())
    assert code_for("2029-12-31", facts=base).code == "J1553"
    gone = code_for("2030-01-01", facts=base)
    assert gone.code is None
    assert gone.why.startswith("J1553 is not valid on 2030-01-01.")
    assert gone.why.endswith(". No source names another code for this date: ask the payer.")


def test_an_inferred_code_is_listed_and_not_chosen(tmp_path: Path) -> None:
    (tmp_path / "code.toml").write_text(
        """
        [code.predecessor.J0000]
        label = "made up"
        binds = ["aetna"]
        [[code.predecessor.J0000.history]]
        from = 2025-01-01
        value = "made up"
        checked = 2025-01-01
        sources = [{ id = "cms-hpt", locator = "none", grade = "inferred" }]
        """
    )
    found = code_for(BEFORE, payer="aetna", facts=load(tmp_path, packaged()))
    assert found.code is None
    assert (found.alternatives[0].code, found.alternatives[0].says) == ("J0000", "made up.")
    assert "No source names a code for this payer" in found.why


def test_an_inferred_code_of_the_hospital_is_no_source_for_a_payer(tmp_path: Path) -> None:
    (tmp_path / "code.toml").write_text(
        """
        [code.predecessor.C9399-aetna]
        label = "made up"
        binds = ["aetna"]
        [[code.predecessor.C9399-aetna.history]]
        from = 2025-01-01
        value = "made up"
        checked = 2025-01-01
        sources = [{ id = "cms-hpt", locator = "none", grade = "inferred" }]
        """
    )
    base = load(tmp_path, packaged())
    for setting in (None, "hospital-outpatient"):
        found = code_for(BEFORE, payer="aetna", setting=setting, facts=base)
        assert found.code is None
        assert (found.alternatives[0].code, found.alternatives[0].setting) == ("C9399", "hospital-outpatient")
        assert " No source names a code for this payer" in found.why
    assert listed(code_for(BEFORE, payer="aetna", setting="home", facts=base)) == [("J1599", "inferred")]
