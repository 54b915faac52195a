"""Facts are an argument: what a facts folder says reaches payers, packages, units, rules, fixes and the configuration."""

from __future__ import annotations

import ast
import json

import pytest
from build import edit, make_claim
from command import run

from j1553ref import bill_units, check, config, ndc
from j1553ref.facts import load, packaged
from j1553ref.payers import PayerError, parse_payer

#: Functions whose facts have a default, for those who call them from outside.
FACE = {
    "administered_units",
    "bill_units",
    "brand",
    "code_for",
    "details",
    "discarded_units",
    "further_hours",
    "infusion_codes",
    "is_valid",
    "is_yimmugo",
    "labelers",
    "least_waste",
    "on_lists",
    "package",
    "packages",
    "parse_vials",
    "slip",
    "to_11_digits",
}
OTHER_CARTON = "99999000021"


def entry(fact_id, value, start="2026-04-01"):
    source = next(iter(packaged().documents))
    return f"""
    [{fact_id}]
    label = "made up for a test"
    [[{fact_id}.history]]
    from = {start}
    value = {value}
    checked = 2026-12-01
    sources = [{{ id = "{source}", locator = "none", grade = "primary" }}]
    """


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("facts")
    package = f'{{ ndc = "{OTHER_CARTON}", ndc10 = "99999-000-21", mg = 20000, ml = 200, kind = "carton" }}'
    text = [
        entry("payer.tricare", '{ label = "Made-up payer", family = "tricare" }'),
        entry("profile.tricare.jw_jz", '"required"'),
        entry("product.package.other-20g", package),
        entry("unit.size", "200", start="2026-08-01"),
        entry("unit.usual_iv_size", "1000", start="2026-08-01"),
    ]
    (made / "mine.toml").write_text("\n".join(text), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def facts(folder):
    return load(folder, packaged())


def whole(**more):
    """40 g from two 20 g cartons of the made-up labeler, without JZ."""
    claim = make_claim(40000, [20, 20], [(400, [])], **more)
    vials = {"/administrations/0/vials": [{"ndc": OTHER_CARTON, "count": 2}]}
    return edit(claim, vials | {"/lines/0/drug": {"ndc": OTHER_CARTON, "quantity": "400", "unit": "ML"}})


def test_a_payer_of_the_folder_is_checked_by_its_own_profile(facts):
    claim = whole(payer="tricare")
    assert "JWZ003" in check(claim, facts=facts).codes
    with pytest.raises(PayerError):
        check(claim)


def test_a_package_of_the_folder_is_known_to_every_rule(facts):
    report = check(whole(), facts=facts)
    assert report.codes == ["JWZ003"]
    assert "NDC003" in check(whole()).codes
    assert ("JWZ003", "vials") in {(each.code, each.missing) for each in check(whole()).not_checked}
    [finding] = report.findings
    assert "product.package.other-20g" in {fact_id for fact_id, _ in finding.facts}


def test_a_package_of_the_folder_is_known_to_the_fixes(facts):
    claim = edit(whole(), {"/lines/0/modifiers": ["JZ"], "/lines/0/drug/ndc": "99999-0000-21"})
    [fix] = check(claim, facts=facts).fixes
    assert [(edit.old, edit.new) for edit in fix.edits] == [("99999-0000-21", OTHER_CARTON)]
    assert check(claim).fixes == ()


def test_a_unit_of_another_size_reaches_the_calculator_and_the_rules_from_its_date(facts):
    for day, units in (("2026-07-31", 400), ("2026-08-01", 200)):
        assert bill_units(dose_mg=40000, vials="2x20g", on=day, facts=facts).administered_units == units
        claim = edit(whole(day=day), {"/lines/0/units": units, "/lines/0/modifiers": ["JZ"]})
        assert not [code for code in check(claim, facts=facts).codes if code.startswith("UNT")]
    wrong = edit(whole(day="2026-08-01"), {"/lines/0/units": 40})
    [finding] = [each for each in check(wrong, facts=facts).findings if each.code == "UNT002"]
    assert "in 1000 mg units; one unit of J1553 is 200 mg, so bill 200" in finding.message


def test_a_configuration_may_name_a_payer_of_its_own_facts_folder(folder, tmp_path, monkeypatch):
    (tmp_path / "j1553ref.toml").write_text(f'payer = "TRICARE"\nfacts = "{folder}"\n', encoding="utf-8")
    (tmp_path / "claim.json").write_text(json.dumps(whole(payer=None)), encoding="utf-8")
    found = config.find(tmp_path, facts_of=lambda own: load(folder, packaged()) if own else packaged())
    assert found.payer == "tricare"
    monkeypatch.chdir(tmp_path)
    done = run("check", "claim.json", "--output", "json")
    [claim] = json.loads(done.stdout)["claims"]
    assert claim["payer"] == "tricare"
    assert "JWZ003" in [finding["code"] for finding in claim["findings"]]
    (tmp_path / "j1553ref.toml").write_text('payer = "tricare"\n', encoding="utf-8")
    refused = run("check", "claim.json")
    assert refused.returncode == 2
    assert "j1553ref.toml:1: payer: no such id" in refused.stderr


def test_what_was_computed_for_one_set_of_facts_is_not_used_for_another(facts):
    assert ndc.package("99999-000-21", facts=facts) is not None
    assert ndc.package("99999-000-21") is None
    assert parse_payer("tricare", facts).label == "Made-up payer"
    assert "NDC003" in check(whole()).codes
    assert "NDC003" not in check(whole(), facts=facts).codes
    assert "NDC003" in check(whole()).codes


def test_below_the_public_face_facts_are_always_passed_on(root):
    """A default inside the package would be the packaged facts, whatever folder the user gave."""
    left_out = []
    package = root / "src" / "j1553ref"
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).parts[0] in {"training", "cases", "cli"} or path.name == "__init__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                method = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") not in {
                    "ndc",
                    "units",
                }
                if name in FACE and not method and not any(keyword.arg == "facts" for keyword in node.keywords):
                    left_out.append(f"{path.relative_to(package)}:{node.lineno}: {name}")
    assert left_out == []
