"""Every rule: what makes it fire, what leaves it quiet, what leaves it not checked; and that each is really tested."""

import dataclasses
from contextlib import suppress
from dataclasses import fields
from datetime import date

import pytest
from build import edit
from rule_cases import whole, with_ndc
from rules import CASES

from j1553ref import check, ndc, rules
from j1553ref.barcode import check_digit
from j1553ref.claim import Claim, Drug, Line
from j1553ref.facts import FactError, packaged
from j1553ref.payers import parse_payer
from j1553ref.readers import claim_from
from j1553ref.rules.base import REGISTRY, SEVERITIES, Missing
from j1553ref.rules.context import ClaimView
from j1553ref.rules.rulebook import in_order, rulebook

RUNNING = [rule.code for rule in rules.catalogue() if rule.run]
DAY = date(2026, 5, 4)
#: Rules that read nothing but their own line, so that there is always an answer.
ALWAYS_DECIDED = {"NDC004", "SOS003"}


@pytest.mark.parametrize("each", CASES, ids=lambda each: each.id)
def test_outcome(each):
    if each.outcome == "refused":
        with pytest.raises(FactError, match=each.says) as refusal:
            check(each.claim, payer=each.payer, facts=each.facts)
        assert "\n" not in str(refusal.value)
        return
    report = check(each.claim, payer=each.payer, facts=each.facts)
    found = [finding for finding in report.findings if finding.code == each.code]
    unsure = [absent for absent in report.not_checked if absent.code == each.code]
    if each.outcome == "fires":
        assert [(f.severity, f.pointer) for f in found] == [(each.severity, each.pointer)]
        [finding] = found
        assert each.says in finding.message
        assert each.expected in (finding.expected, ...)
        assert each.actual in (finding.actual, ...)
    else:
        assert found == []
        assert bool(unsure) == (each.outcome == "not checked")
        assert each.missing in (None, *(absent.missing for absent in unsure))
        assert not each.says or any(each.says in absent.reason for absent in unsure)


@pytest.mark.parametrize("code", [rule.code for rule in rules.catalogue()])
def test_every_rule_has_a_case_of_each_outcome(code):
    outcomes = {each.outcome for each in CASES if each.code == code}
    wanted = (
        {"fires", "quiet"} if code.startswith("SHP") or code in ALWAYS_DECIDED else {"fires", "quiet", "not checked"}
    )
    assert wanted <= outcomes


@pytest.fixture(scope="module")
def consulted():
    """Code -> facts that the rule looked up on any case of any rule, whether it fired or not."""
    found = {code: set() for code in RUNNING}
    for case in CASES:
        facts = case.facts or packaged()
        claim = case.claim if isinstance(case.claim, Claim) else claim_from(case.claim)
        for payer in (case.payer or claim.payer or "medicare-ab", "medicare-dme", "bcbs:premera"):
            view = ClaimView.of(claim, parse_payer(payer, facts), facts).recorded()
            for rule, _ in view.book.plan:
                for part in (view,) if rule.scope == "claim" else view.groups:
                    view.recording.noted = noted = {}
                    with suppress(Missing, FactError):
                        list(rule.run(part))
                    found[rule.code].update(fact_id for fact_id, _ in noted)
    return found


@pytest.mark.parametrize("code", RUNNING)
def test_a_rule_reads_the_facts_that_it_declares_and_no_others(code, consulted):
    """What a rule declares is what its page, its card and SARIF show; what it reads is recorded at the read."""
    rule = REGISTRY[code]
    assert [fact_id for fact_id in sorted(consulted[code]) if not rule.may_consult(fact_id)] == []
    alone = {name: dataclasses.replace(rule, basis=(), reads=(name,)) for name in rule.reads}
    assert [name for name, only in alone.items() if not any(map(only.may_consult, consulted[code]))] == []


@pytest.mark.parametrize("code", RUNNING)
def test_a_finding_cites_what_the_rule_is_based_on_and_what_it_read(code):
    rule, cited = REGISTRY[code], set()
    for case in CASES:
        if case.code == code and case.outcome == "fires":
            found = check(case.claim, payer=case.payer, facts=case.facts).findings
            cited |= {fact_id for finding in found if finding.code == code for fact_id, _ in finding.facts}
    assert set(rule.basis) <= cited
    assert all(map(rule.may_consult, cited))


def test_facts_are_cited_with_the_date_of_service_of_the_finding():
    claim = edit(whole(), {"/lines/1/modifiers": ["25"]})
    [finding] = [each for each in check(claim).findings if each.code == "MOD001"]
    assert finding.facts == (("modifier.25", DAY), ("infusion.code_family", DAY))


def test_a_fact_that_a_cached_figure_was_made_of_counts_as_consulted_by_each_rule_that_uses_it():
    """The units needed are computed once, by UNT001; UNT003 consulted the size of the unit all the same."""
    [finding] = check(edit(whole(), {"/lines/0/units": 399})).findings
    assert finding.code == "UNT003"
    assert ("unit.size", DAY) in finding.facts and ("rounding.dose", DAY) in finding.facts


def test_what_does_not_hold_on_the_date_is_not_cited():
    claim = edit(whole(day="2026-03-02"), {"/lines/0/modifiers": ["25"]})
    [finding] = [each for each in check(claim).findings if each.code == "DAT001"]
    assert {on.isoformat() for _, on in finding.facts} == {"2026-03-02"}
    for fact_id, on in finding.facts:
        packaged().on(fact_id, on)  # raises where nothing is known


@pytest.mark.parametrize("code", RUNNING)
def test_a_rule_that_is_switched_off_fails_its_firing_cases(code, monkeypatch, request):
    monkeypatch.setitem(REGISTRY, code, dataclasses.replace(REGISTRY[code], run=None))
    rulebook.cache_clear()
    request.addfinalizer(rulebook.cache_clear)
    for each in CASES:
        if each.code == code and each.outcome == "fires":
            with pytest.raises(AssertionError):
                test_outcome(each)


def test_severities_never_exceed_the_declared_one():
    order = ("error", "warning", "info")
    for each in CASES:
        if each.outcome == "refused":
            continue
        for finding in check(each.claim, payer=each.payer, facts=each.facts).findings:
            assert order.index(finding.severity) >= order.index(rules.get(finding.code).severity), each.id


def test_an_error_stands_on_a_base_that_carries_it():
    """Primary, mirror, or two agreeing secondary sources; the documented exception is on the severity page."""
    for rule in rules.catalogue():
        if rule.severity == "error" and rule.facts:
            bases = [entry for fact_id in rule.facts for entry in packaged().get(fact_id).history]
            assert any(base.carries_error for base in bases), rule.code


def test_names_are_kebab_case_and_unique():
    names = [rule.name for rule in rules.catalogue()]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and " " not in name and "_" not in name for name in names)


def test_declarations_name_what_exists():
    for rule in rules.catalogue():
        assert rule.severity in SEVERITIES, rule.code
        assert set(rule.stops) <= set(REGISTRY), rule.code
        assert rule.scope in {"claim", "group", "shape"}, rule.code
        assert set(rule.facts) <= set(packaged().facts), rule.code
        assert not set(rule.basis) & set(rule.reads), rule.code
        assert all(parse_payer(each, packaged()).id == each for each in rule.binds), rule.code
        assert set(rule.needs) <= {name.name for part in (Line, Drug) for name in fields(part)}, rule.code


def test_a_rule_is_found_by_its_code():
    """JWZ003 is rules/jwz.py, tests/rules/jwz.py and docs/rules/JWZ003.md."""
    for rule in rules.catalogue():
        if rule.run:
            assert rule.run.__module__ == f"j1553ref.rules.{rule.family.lower()}", rule.code


def test_a_rule_that_is_stopped_comes_after_the_one_that_stops_it():
    run = [rule.code for rule in in_order(REGISTRY)]
    assert sorted(run) == sorted(REGISTRY)
    for rule in rules.catalogue():
        for stopped in rule.stops:
            assert run.index(rule.code) < run.index(stopped), (rule.code, stopped)


@pytest.mark.parametrize("case", [case for case in CASES if case.outcome != "refused"], ids=lambda case: case.id)
def test_a_rule_that_is_passed_over_would_have_been_quiet(case, monkeypatch):
    """What a rule looks for only spares time: running every rule on every claim gives the same report."""
    usual = check(case.claim, payer=case.payer, facts=case.facts)
    monkeypatch.setattr("j1553ref.rules.rulebook.Rulebook.targets", lambda *_: None)
    assert check(case.claim, payer=case.payer, facts=case.facts) == usual


@pytest.mark.parametrize("code", [package.ndc for package in ndc.packages()])
@pytest.mark.parametrize(
    "form",
    ["0{ten}", "{ten}", "{ten:.8}0{last}", "N4{code}", "0{code}", "{code:.9}0{last}", "{code:.5}-605-{last}", "{letters}",
     "{code:.5} 0605 {last}", "3{ten}{check}", "003{ten}{check}"],
)  # fmt: skip
def test_an_ndc_written_as_a_finding_says_draws_nothing_more(code, form):
    ten = code[:5] + code[6:]
    wrong = form.format(code=code, ten=ten, last=code[9:], letters=code.replace("0", "O"), check=check_digit(f"3{ten}"))
    claim = with_ndc(400, "400", ndc=wrong)
    [finding] = check(claim, select=["NDC001", "NDC003"]).findings
    assert (finding.expected, finding.pointer) == (code, "/lines/0/drug/ndc")
    assert code in finding.message
    assert check(edit(claim, {"/lines/0/drug/ndc": finding.expected}), select=["NDC"]).codes == []
