"""Whoever does what the findings say ends with a claim without errors: no message sends its reader into another one."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from rule_cases import Case
from rules import CASES

from j1553ref import check
from j1553ref.claim import Claim
from j1553ref.rules.base import Finding

#: Rules whose finding asks for what only the record, the prescriber or the payer can say: nothing here can be typed in.
ASKS = {
    "ADM004": "the missing time is in the chart",
    "ADM007": "whether the fluids count is a matter of the chart",
    "ADM010": "the initial service may be on another claim",
    "ADM011": "the drug may be on another claim",
    "DAT001": "which code a payer took before is asked, where no source names one",
    "DXC001": "the diagnosis is the prescriber's",
    "DXC002": "the diagnosis is the prescriber's",
    "DXC003": "the diagnosis is the prescriber's",
    "DXC004": "which diagnoses are kept is the prescriber's choice",
    "HOM001": "the claim goes to another contractor",
    "HOM003": "the service was another one",
    "JWZ007": "it informs: the record says why",
    "JWZ010": "what was opened is in the record",
    "JWZ011": "what was opened is in the record",
    "MOD012": "which modifiers are kept decides the payer",
    "MOD013": "the modifier may be meant",
    "NDC006": "the quantity is in the record",
    "PAY001": "an appeal needs the record",
    "PAY002": "it informs",
    "PAY003": "it informs",
    "PAY005": "it asks which unit was counted",
    "PAY006": "the dose goes on several claims",
    "SHP001": "the value is not known",
    "SHP002": "the name may be one of several",
    "SHP004": "the value is not known",
    "SHP005": "the value is not known",
    "SHP006": "the value is not known",
    "SOS001": "the claim is the facility's",
    "SOS003": "the date is in the chart",
    "UNT004": "the dose or the vials are wrong in the record",
    "UNT005": "the dose is in the record",
    "UNT007": "the line may be on another claim",
}
_CODE = re.compile(r"[A-Z0-9]\d{3}[A-Z0-9]")


def place(document: Any, pointer: str) -> tuple[Any, Any]:
    """The object or list that holds the place, and its key there."""
    *path, last = pointer.strip("/").split("/")
    for step in path:
        document = document[int(step)] if isinstance(document, list) else document.setdefault(step, {})
    return document, int(last) if isinstance(document, list) else last


def line_of(claim: dict[str, Any], pointer: str) -> tuple[int, dict[str, Any]]:
    at = int(pointer.split("/")[2])
    return at, claim["lines"][at]


def insert(claim: dict[str, Any], at: int, **changes: Any) -> None:
    """A further line like the one at a place, which charges nothing."""
    claim["lines"].insert(at + 1, claim["lines"][at] | {"charge": "0.00", "modifiers": []} | changes)
    for number, line in enumerate(claim["lines"], start=1):
        line["line_number"] = number


def take(claim: dict[str, Any], at: int, *modifiers: str) -> None:
    held = claim["lines"][at].get("modifiers", [])
    claim["lines"][at]["modifiers"] = [modifier for modifier in held if modifier not in modifiers]


def obey(claim: dict[str, Any], finding: Finding) -> bool:
    """Do what the finding says in the claim; False where that cannot be typed in."""
    pointer, expected = finding.pointer, finding.expected or ""
    field = pointer.rpartition("/")[2]
    if finding.code in ASKS or not pointer.startswith("/lines/"):
        if finding.code == "PAY004":
            claim["total_charge"] = expected
        return finding.code == "PAY004"
    at, line = line_of(claim, pointer)
    if waste := re.match(r"JW (\d+)", expected):
        if finding.code == "JWZ001":
            line["units"] = int(waste[1])
            return True
        take(claim, at, "JZ")
        insert(
            claim,
            at,
            modifiers=["JW", *[m for m in line["modifiers"] if m in ("TB", "PO", "PN", "JA")]],
            units=int(waste[1]),
            drug=None,
        )
        claim["lines"][at + 1].pop("drug")
        return True
    if finding.code == "UNT003" and "on a JW line" in finding.message:
        insert(claim, at, modifiers=["JW"], units=line["units"] - int(expected))
        claim["lines"][at + 1].pop("drug", None)
        line["units"] = int(expected)
        take(claim, at, "JZ")
        return True
    if finding.code == "ADM003" and field != "units":
        insert(claim, at, procedure_code="96366", units=int(expected))
        return True
    if finding.code == "ADM003" and expected == "0":
        del claim["lines"][at]
        return True
    if field == "units" and expected.isdigit():
        others = [
            other for other in claim["lines"] if other["procedure_code"] == line["procedure_code"] and other is not line
        ]
        line["units"] = int(expected) - (
            sum(other["units"] for other in others) if finding.code in ("UNT001", "UNT002") else 0
        )
        return line["units"] > 0
    if finding.code == "SHP003":
        line["units"] = int(line["units"])
        return True
    if expected in ("at least 1", "no JW line"):
        del claim["lines"][at]
        return True
    if "/modifiers/" in pointer:
        if expected in ("TB",):
            line["modifiers"][int(field)] = expected
        elif finding.code == "JWZ004" and "take JW off" in finding.message:
            take(claim, at, "JW")
        else:
            del line["modifiers"][int(field)]
        return finding.code != "JWZ005"  # the units given are in the record
    if field == "modifiers" or (finding.code == "ADM001" and not expected.isdigit()) or finding.code == "UNT006":
        wanted = {"JW or JZ": "JZ", "PO or PN": "PO", "59 or an X modifier": "XE", "76, 59 or an X modifier": "XE"}.get(
            expected, expected
        )
        if expected == "1 line":
            other = claim["lines"].pop(at)
            claim["lines"][at - 1]["units"] += other["units"]
            return True
        take(claim, at, "PO" if wanted == "PN" else "PN" if wanted == "PO" else "")
        line.setdefault("modifiers", []).append(wanted)
        return True
    if field == "procedure_code" and _CODE.fullmatch(expected):
        line["procedure_code"] = expected
        return True
    if finding.code == "ADM009":
        insert(claim, at, procedure_code=expected, units=1)
        claim["lines"][at + 1].pop("drug", None)
        return True
    if re.match(r"no \d|one Q", expected) or (finding.code == "ADM001" and expected == "1"):
        del claim["lines"][at]
        return True
    if field == "charge":
        line["charge"] = expected.removeprefix("at most ")
        return True
    if field in ("start", "end", "place_of_service", "revenue_code", "ndc", "qualifier", "unit") and re.fullmatch(
        r"[A-Z0-9-]+", expected
    ):
        holder, key = place(claim, pointer)
        holder[key] = expected
        return True
    if quantity := re.fullmatch(r"(?:about )?([\d.]+)(?: ML)?", expected):
        holder, key = place(claim, pointer)
        holder[key] = quantity[1]
        return True
    if field == "drug" and expected == "ML":
        line["drug"]["unit"] = "ML"
        return True
    return False


TYPED = [
    case for case in CASES if case.outcome == "fires" and not isinstance(case.claim, Claim) and "lines" in case.claim
]


@pytest.mark.parametrize("case", TYPED, ids=lambda case: case.id)
def test_findings_that_are_obeyed_lead_to_a_claim_without_errors(case: Case) -> None:
    claim = deepcopy(case.claim)
    asked = {finding.code for finding in check(claim, payer=case.payer, facts=case.facts).findings} | ASKS.keys()
    seen = set()
    for _ in range(12):
        state = json.dumps(claim, sort_keys=True, default=str)
        assert state not in seen, "the messages lead in a circle"
        seen.add(state)
        findings = check(claim, payer=case.payer, facts=case.facts).findings
        for finding in findings:
            if obey(claim, finding):
                break
        else:
            break
        left = check(claim, payer=case.payer, facts=case.facts).findings
        same = [found for found in left if str(found) == str(finding)]
        assert not same, f"obeyed, and said again: {finding}"
    else:
        pytest.fail("no end of findings after 12 corrections")
    assert [str(finding) for finding in findings if finding.severity == "error" and finding.code not in asked] == []


def test_each_rule_is_obeyed_or_asks_for_what_is_not_in_the_claim() -> None:
    obeyed = set()
    for case in TYPED:
        for finding in check(case.claim, payer=case.payer, facts=case.facts).findings:
            if finding.code == case.code and obey(deepcopy(case.claim), finding):
                obeyed.add(case.code)
    assert obeyed & ASKS.keys() == set()
    assert {case.code for case in TYPED} - obeyed - ASKS.keys() == set()
