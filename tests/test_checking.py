"""The order of the run, the payer, scope and notes."""

import pytest
from build import make_claim

from j1553ref import check
from j1553ref.payers import PayerError
from j1553ref.rules import RuleError, catalogue

WHOLE = (40000, [20, 20], [(400, ["JZ"])])


def test_the_payer_argument_goes_before_the_claims_own():
    claim = make_claim(40000, [20, 20], [(400, [])], payer="medicare-ab")
    assert check(claim).codes == ["JWZ003"]
    assert check(claim, payer="commercial").codes == []


def test_the_payer_comes_from_the_filing_indicator_where_none_is_named():
    report = check(make_claim(40000, [20, 20], [(400, [])], payer=None, claim_filing_code="MB"))
    assert report.payer == "medicare-ab"
    assert report.codes == ["JWZ003"]
    assert "payer_from_filing_code" in report.notes


def test_an_unknown_payer_leaves_its_rules_not_checked():
    report = check(make_claim(40000, [20, 20], [(400, [])], payer=None))
    assert report.codes == []
    assert {"JWZ003", "JWZ009"} <= set(report.not_checked_codes)
    assert "payer_unknown" in report.notes


def test_a_mistyped_payer_is_refused_with_the_nearest_name():
    with pytest.raises(PayerError, match="medicare-ab"):
        check(make_claim(*WHOLE), payer="medicare-a")


def test_a_claim_without_the_drug_is_out_of_scope_not_passed():
    claim = make_claim(None, None, [])
    claim["diagnoses"] = ["M05.79"]
    report = check(claim)
    assert report.notes == ("out_of_scope",)
    assert report.findings == () and report.not_checked == ()


def test_an_unlisted_code_with_the_products_ndc_is_in_scope():
    claim = make_claim(None, None, [(400, ["JZ"])])
    claim["lines"][0] |= {"procedure_code": "J1599", "drug": {"ndc": "70573060521"}}
    report = check(claim)
    assert report.codes == ["DAT002"]
    assert "out_of_scope" not in report.notes


def test_a_date_after_the_facts_were_checked_is_noted():
    assert "beyond_facts" in check(make_claim(*WHOLE, day="2027-01-04")).notes
    assert "beyond_facts" not in check(make_claim(*WHOLE)).notes


def test_select_and_ignore_only_hide():
    claim = make_claim(40000, [20, 20], [(80, ["JZ"])])
    assert check(claim, ignore=["UNT002"]).codes == [], "a rule that another one stopped must not appear in its place"
    assert check(claim, select=["UNT"]).codes == ["UNT002"]
    assert check(claim, select=["JWZ"]).codes == []
    with pytest.raises(RuleError, match="UNT"):
        check(claim, ignore=["UNX002"])


def test_two_encounters_on_one_day_are_judged_apart():
    claim = make_claim(None, None, [(200, ["JZ"]), (120, []), (30, ["JW"])])
    for line, encounter in zip(claim["lines"], ["a", "b", "b"], strict=False):
        line["encounter"] = encounter
    assert check(claim, select=["JWZ"]).codes == []
    for line in claim["lines"][:3]:
        line["encounter"] = "a"
    assert check(claim, select=["JWZ"]).codes == ["JWZ004"]


def test_a_damaged_field_is_a_shape_finding_and_its_rules_are_not_checked():
    claim = make_claim(*WHOLE)
    claim["lines"][0]["units"] = "many"
    report = check(claim)
    assert report.codes == ["SHP003"]
    assert report.findings[0].pointer == "/lines/0/units"
    assert {"UNT001", "UNT003"} <= set(report.not_checked_codes)
    assert "JWZ003" not in report.not_checked_codes, "dose, vials and modifiers are whole"


def test_a_damaged_code_leaves_every_rule_not_checked_rather_than_out_of_scope():
    claim = make_claim(*WHOLE)
    claim["lines"][0]["procedure_code"] = "J1553?"
    report = check(claim)
    assert set(report.codes) == {"SHP005"}
    assert "out_of_scope" not in report.notes
    assert len(report.not_checked_codes) == sum(rule.run is not None for rule in catalogue())
