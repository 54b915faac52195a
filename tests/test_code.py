"""Code choice: J1553 from its first date of service, before it what is known of each payer."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j1553ref.code import code_for
from j1553ref.facts import FactError, load, packaged
from j1553ref.payers import PayerError

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


def test_without_a_payer_the_list_says_for_whom_each_code_was_seen() -> None:
    found = code_for(BEFORE)
    assert found.code is None
    listed = [(each.code, each.grade, *each.binds) for each in found.alternatives]
    assert listed == [
        ("J3590", "primary", "bcbs:anthem"),
        ("J3590", "secondary", "bcbs:premera"),
        ("C9399", "mirror", "bcbs:anthem"),
        ("J1599", "inferred"),
    ]
    assert "ask the payer" in found.why


def test_a_payer_with_one_named_code_gets_it_and_is_told_to_confirm() -> None:
    found = code_for(BEFORE, payer="bcbs:premera")
    assert found.code == "J3590"
    assert found.alternatives[0].code == "J3590"
    assert found.why == (
        "J1553 is not valid before 2026-04-01. A source names J3590 for this payer; confirm it with the payer."
    )
    assert found.alternatives[0].says.startswith("named for Yimmugo. Premera's policy, revised June 10")


def test_a_payer_with_two_named_codes_is_to_be_asked() -> None:
    found = code_for(BEFORE, payer="bcbs:anthem")
    assert found.code is None
    assert [each.code for each in found.alternatives] == ["J3590", "C9399", "J3590", "J1599"]
    assert found.why.endswith(". Sources name J3590 and C9399 for this payer; ask which one it takes.")


@pytest.mark.parametrize("payer", ["medicare-ab", "aetna", "bcbs", "cigna"])
def test_a_payer_without_a_source_gets_no_code(payer: str) -> None:
    found = code_for(BEFORE, payer=payer)
    assert found.code is None
    assert "No source names a code for this payer" in found.why


def test_the_date_decides_which_alternatives_hold() -> None:
    # J3590 was listed for dates of service from February 1, 2025, the block with C9399 a month later.
    assert {each.code for each in code_for("2025-01-31").alternatives} == {"J1599"}
    assert {each.code for each in code_for("2025-02-01").alternatives} == {"J1599", "J3590"}
    assert {each.code for each in code_for("2025-03-01").alternatives} == {"J1599", "J3590", "C9399"}
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
    with pytest.raises(PayerError, match="nearest"):
        code_for(BEFORE, payer="medicare-abc")


def test_json_is_plain_and_names_the_facts_that_were_read() -> None:
    found = code_for(BEFORE).to_json()
    assert list(found) == ["on", "code", "alternatives", "why", "facts"]
    assert (found["on"], found["code"]) == (BEFORE, None)
    assert list(found["alternatives"][0]) == ["code", "binds", "grade", "says"]
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
