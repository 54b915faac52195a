"""Correct claims, made from vials and waste without the package's own arithmetic, must draw no finding.

The generator starts from what a nurse does: vials are opened, something is left, the rest is the dose. It imports
neither ``units`` nor ``rules``, so a mistake there cannot hide here.
"""

from __future__ import annotations

from build import CARTONS, line_of
from hypothesis import given
from hypothesis import strategies as st

from j1553ref import check

DAYS = ["2026-04-01", "2026-05-04", "2026-06-30", "2026-07-01", "2026-11-20"]


@st.composite
def correct_claims(draw):
    """(claim, payer, whether a smaller set of vials would have done)"""
    vials = sorted(draw(st.lists(st.sampled_from([5, 10, 20]), min_size=1, max_size=6)), reverse=True)
    opened_mg = sum(vials) * 1000
    left_mg = draw(st.integers(0, min(opened_mg - 1, 12_000)))
    dose_mg = opened_mg - left_mg
    given_units, rest = dose_mg // 100, dose_mg % 100
    given_units += rest > 0
    wasted_units = left_mg // 100
    # The smallest set: take 5 g steps until the dose fits.
    smallest = 5
    while smallest * 1000 < dose_mg:
        smallest += 5
    avoidable = smallest < sum(vials)
    form = draw(st.sampled_from(["cms1500", "ub04"]))
    payer = draw(st.sampled_from(["medicare-ab", "medicare-ab:palmetto", "medicare-advantage", "medicare-dme", None]))
    day = draw(st.sampled_from(DAYS))
    free = draw(st.booleans())
    lines = [(given_units, ["JZ"] if not wasted_units else [], dose_mg)]
    if wasted_units:
        lines.append((wasted_units, ["JW"], left_mg))
    if free:
        lines = [(given_units, [], dose_mg)]
    out = []
    for number, (units, modifiers, mg) in enumerate(lines, 1):
        line = line_of(number, "J1553", units, modifiers, day, units * 30)
        if free:
            line["charge"] = "0.01"
        if draw(st.booleans()):
            whole, part = divmod(mg, 100)
            line["drug"] = {
                "qualifier": "N4",
                "ndc": CARTONS[vials[0]],
                "unit": "ML",
                "quantity": f"{whole}.{part:02d}" if part else str(whole),
            }
        out.append(line)
    out.append(line_of(len(out) + 1, "96365", 1, draw(st.sampled_from([[], ["59"]])), day, 300))
    out.append(line_of(len(out) + 1, "99214", 1, ["25"], day, 100))
    claim = {
        "schema_version": "1",
        "form": form,
        "synthetic": True,
        "diagnoses": ["D83.9"],
        "lines": out,
        "administrations": [
            {
                "service_date": day,
                "dose_mg": dose_mg,
                "stock": "free" if free else "bought",
                "vials": [{"ndc": CARTONS[size], "count": vials.count(size)} for size in sorted(set(vials))],
            }
        ],
    }
    if form == "ub04":
        claim["type_of_bill"] = draw(st.sampled_from(["131", "137", "851"]))
        for line in out:
            del line["place_of_service"], line["diagnosis_pointers"]
            line["revenue_code"] = "0636" if line["procedure_code"] == "J1553" else "0510"
    return claim, payer, avoidable


@given(correct_claims())
def test_a_correct_claim_draws_no_finding(made):
    claim, payer, avoidable = made
    findings = [str(each) for each in check(claim, payer=payer).findings if each.code != "JWZ007"]
    assert findings == []
    assert ("JWZ007" in check(claim, payer=payer).codes) == avoidable


@given(correct_claims(), st.sampled_from(["fifth", "grams", "vials", "one off"]))
def test_a_wrong_number_of_units_never_passes(made, slip):
    claim, payer, _ = made
    drug = claim["lines"][0]
    right = drug["units"]
    drug["units"] = {"fifth": -(-right // 5), "grams": -(-right // 10), "vials": 1, "one off": right + 1}[slip]
    if drug["units"] != right:
        assert any(code.startswith("UNT") for code in check(claim, payer=payer).codes)


def test_the_generator_uses_nothing_that_it_tests(root):
    text = (root / "tests" / "test_correct_claims.py").read_text(encoding="utf-8")
    imported = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert not [line for line in imported if "units" in line or "rules" in line]
