"""Every rule: what makes it fire, what leaves it quiet, what leaves it not checked; and that each is really tested."""

import dataclasses
from dataclasses import fields

import pytest
from rules import CASES

from j1553ref import check, rules
from j1553ref.claim import Line
from j1553ref.facts import FactError, packaged
from j1553ref.payers import parse_payer
from j1553ref.rules.base import REGISTRY, SEVERITIES

RUNNING = [rule.code for rule in rules.catalogue() if rule.run]
#: Rules that read nothing but their own line, so that there is always an answer.
ALWAYS_DECIDED = {"NDC004", "MOD002", "SOS003"}


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
        if finding.facts or "without a date" not in each.name:  # facts are cited with a date of service
            assert [fact_id for fact_id, _ in finding.facts] == list(REGISTRY[each.code].facts)
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


@pytest.mark.parametrize("code", RUNNING)
def test_a_rule_that_is_switched_off_fails_its_firing_cases(code, monkeypatch):
    monkeypatch.setitem(REGISTRY, code, dataclasses.replace(REGISTRY[code], run=None))
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
    """Primary, mirror, or two agreeing secondary sources; the documented exceptions are on the severity page."""
    for rule in rules.catalogue():
        if rule.severity == "error" and rule.facts:
            bases = [
                entry
                for fact_id in rule.facts
                if fact_id != "discard.single_dose_basis"
                for entry in packaged().get(fact_id).history
            ]
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
        assert all(parse_payer(each).id == each for each in rule.binds), rule.code
        assert set(rule.needs) <= {each.name for each in fields(Line)}, rule.code
