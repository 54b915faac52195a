"""What is shown of the claim: money, pictures, the form, the check, and the facts that were read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from j1553ref.billing import Billing, plain
from j1553ref.checking import check
from j1553ref.composing.entries import Entries, pauses_of
from j1553ref.facts import FactBase, FactError
from j1553ref.facts.wording import cite, date_text, value_text
from j1553ref.forms import cms1500, ub04
from j1553ref.forms.paper import Box, Paper
from j1553ref.infusion import Infusion
from j1553ref.payers import Payer
from j1553ref.pictures import ruler, vials
from j1553ref.pictures.svg import Picture
from j1553ref.readers import claim_from
from j1553ref.report import help_url
from j1553ref.report.todo import steps

__all__ = ["BOXES", "drawn", "facts_read", "payment", "pictures", "put_form_and_check"]

_CENT = Decimal("0.01")

#: Box of a form -> what goes there, and the fact that says so.
BOXES: Mapping[str, tuple[str, str]] = {
    "4": ("The type of bill of an outpatient hospital claim.", "bill_type.outpatient"),
    "24A": ("The date on which the drug was given.", "infusion.several_days"),
    "24B": ("The place of service.", "site.office"),
    "24D": ("The code, then JW or JZ where the payer asks for it, then other modifiers.", "discard.jw_line"),
    "24G": ("Whole billing units: milligrams divided by the unit, rounded up once.", "unit.size"),
    "42": ("The revenue code of a drug that has a HCPCS code.", "revenue_code.drug"),
    "43": ("N4, the NDC, its unit and the milliliters.", "ndc.qualifier"),
    "44": ("The code, then JW or JZ where the payer asks for it, then other modifiers.", "discard.jw_line"),
    "45": ("The date on which the drug was given.", "infusion.several_days"),
    "46": ("Whole billing units: milligrams divided by the unit, rounded up once.", "unit.size"),
}


def payment(
    held: Entries, day: date, place: str, payer: Payer | None, lines: list[dict[str, Any]], notes: list[str]
) -> dict[str, Any] | None:
    """What Medicare allows and who pays it, line by line, rounded to cents; None with a note where that is not known."""
    if payer is None or payer.base != "medicare-ab":
        notes.append("What this payer pays was not found: its contract says it.")
        return None
    if held.choice("stock", "bought") == "free":
        notes.append("The drug was free: Medicare pays nothing for it.")
        return None
    fact_id = "opps.rate" if place == "hospital-outpatient" else "payment.limit"
    try:
        known, usual = held.on(fact_id, day), held.on("payment.coinsurance", day)
        kept = Decimal(held.on("payment.sequestration", day).value) / 100
    except FactError as error:
        notes.append(f"Payment: {error}")
        return None
    if not known.known:
        notes.append(f"Payment on {date_text(day)} is not known here: the files of that quarter were not read.")
        return None
    rate = known.value["limit"] if fact_id == "payment.limit" else known.value
    stated = known.value.get("coinsurance") if fact_id == "payment.limit" else None
    share = Decimal(usual.value if stated is None else stated) / 100
    rows = []
    for line in lines:
        allowed = _cents(rate * line["units"])
        patient = _cents(allowed * share)
        medicare = _cents((allowed - patient) * (1 - kept))
        rows.append({"allowed": f"{allowed:.2f}", "patient": f"{patient:.2f}", "medicare": f"{medicare:.2f}"})
    totals = {key: f"{sum(Decimal(row[key]) for row in rows):.2f}" for key in ("allowed", "patient", "medicare")}
    return {
        "per_unit": plain(rate),
        "lines": rows,
        **totals,
        "until": known.entry.known_until.isoformat() if known.entry.known_until else None,
        "fact": fact_id,
    }


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def pictures(held: Entries, day: date, bill: Billing | None, ran: Infusion | None) -> Iterator[tuple[str, Picture]]:
    """The vials where drug was taken from them, and the minutes where there are clock times, for wide and narrow screens."""
    if bill is not None:
        yield "vials", vials(bill, name="composed-vials")
    if ran is not None:
        for kind, upright in (("minutes", False), ("minutes-upright", True)):
            made = ruler(
                held.text("start"),
                held.text("stop"),
                on=day,
                pauses=pauses_of(held),
                next_day=held.text("next_day") == "yes",
                same_day=held.text("next_day") == "no",
                upright=upright,
                name=f"composed-{kind}",
                facts=held.facts,
            )
            yield kind, made


def drawn(kind: str, made: Picture) -> dict[str, str]:
    """A picture as plain data."""
    return {"kind": kind, "svg": made.svg, "words": made.words, "caption": made.caption}


def put_form_and_check(out: dict[str, Any], document: dict[str, Any], facts: FactBase) -> None:
    """Put the form and what the rules say of the claim into the answer."""
    claim = claim_from(document)
    paper = (ub04 if claim.form == "ub04" else cms1500).form(claim)
    out["form"] = _paper(paper)
    report = check(claim, facts=facts)
    out["findings"] = [
        {
            "code": finding.code,
            "severity": finding.severity,
            "pointer": finding.pointer,
            "message": finding.message,
            "help": help_url(finding.code),
        }
        for finding in report.findings
    ]
    out["to_do"] = [step.to_json() for step in steps(report.not_checked, claim.format, claim.form)]


def _paper(paper: Paper) -> dict[str, Any]:
    """A form as plain data; a box that has an explanation names the fact behind it."""

    def box(held: Box) -> dict[str, Any]:
        why, fact = BOXES.get(held.label, ("", ""))
        return {"label": held.label, "meaning": held.meaning, "value": held.value, "why": why, "fact": fact or None}

    return {
        "title": paper.title,
        "sheets": [
            {
                "head": [box(held) for held in sheet.head],
                "rows": [
                    {"number": row.number, "shaded": row.shaded, "boxes": [box(held) for held in row.boxes]}
                    for row in sheet.rows
                ],
                "foot": [box(held) for held in sheet.foot],
            }
            for sheet in paper.sheets
        ],
        "notes": list(paper.notes),
    }


def facts_read(held: Entries, more: Iterable[str], day: date) -> list[dict[str, Any]]:
    """Each fact that was read, with its value on the date of service and where it is from."""
    out = []
    for fact_id in dict.fromkeys((*held.read, *more)):
        try:
            found = held.facts.on(fact_id, day)
        except FactError:
            continue
        if not found.known:
            continue
        out.append(
            {
                "id": fact_id,
                "label": found.fact.label,
                "value": value_text(found.value, found.fact.unit),
                "grade": found.grade,
                "checked": found.entry.checked.isoformat(),
                "sources": [cite(held.facts.documents[source.id]) for source in found.entry.sources],
            }
        )
    return out
