"""Topic ``sites``: who bills, on which form, with which place of service, bill type and revenue code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from j1553ref.training.asking import Asked, Choice, Draft, Made, draft, right, wrong
from j1553ref.training.claims import Line, Place, claim, drug, line, record, written
from j1553ref.training.doses import total_mg, whole_vials
from j1553ref.training.words import number, vials_text
from j1553ref.vials import grams

#: Facts behind the answer that the hospital bills its patients' drug.
_HOSPITAL_BILLS = ("infusion.hospital_patients", "place_of_service.facility_bills", "bill_type.not_separate")
_PACKAGED = "for packaged or uncoded drugs"


class Infusion:
    """Whole vials given somewhere, and the claims that an office or a hospital may make of it."""

    def __init__(self, asked: Asked) -> None:
        self.asked, self.vials = asked, whole_vials(asked)
        self.dose = total_mg(self.vials)
        self.units = self.dose // asked.unit
        self.office: Place = asked.place()
        self.hospital: Place = asked.hospital()
        amount: dict[str, Any] = {"grams": grams(self.dose), "vials": vials_text(self.vials), "dose": number(self.dose)}
        self.words = amount | {"units": self.units, "office": self.office.place_of_service}

    def lines(self, on_drug: str = "JZ", on_infusion: str = "") -> list[Line]:
        """Drug and first hour."""
        return [drug(self.units, *on_drug.split()), line(self.asked.initial, 1, *on_infusion.split())]

    def claim(self, place: Place, lines: list[Line] | None = None, **more: Any) -> dict[str, Any]:
        """A claim from that place; a hospital's says that its department is on campus unless something else is given."""
        if place.form == "ub04":
            more = {"off_campus": False, "is_340b": False} | more
        made = record(self.asked.on, self.dose, self.vials)
        return claim(place, self.asked.on, self.lines() if lines is None else lines, [made], **more)

    def billed(self, bill: str) -> Made:
        """The hospital's claim on a bill type."""
        return (f"the hospital, UB-04, bill type {bill}",), self.claim(replace(self.hospital, type_of_bill=bill))

    def inpatient(self, bill: str) -> Choice:
        """The hospital's claim on an inpatient bill type."""
        return wrong("inpatient-bill", *self.billed(bill), bill=f"{bill[:2]}X")

    def physician(self, place: str, text: str = "") -> Choice:
        """The physician's claim for a hospital's patient."""
        words = text or f"the physician, CMS-1500, place of service {place}"
        return wrong("physician-bills", (words,), self.claim(replace(self.office, place_of_service=place)), place=place)


def office(asked: Asked) -> Draft:
    """The place of service of an office."""
    infusion = Infusion(asked)
    names = asked.fact("place_of_service.facility") | asked.fact("place_of_service.non_facility")
    own, home = infusion.office.place_of_service or "", asked.fact("site.home")["place_of_service"]
    at_home = infusion.claim(replace(infusion.office, place_of_service=home))
    hospital = asked.fact("place_of_service.facility_bills")
    return draft(
        right((f"{own}, {names[own]}",), infusion.claim(infusion.office)),
        (
            *(infusion.physician(place, f"{place}, {names[place]}") for place in hospital),
            wrong("office-at-home", (f"{home}, {names[home]}",), at_home, place=home),
        ),
        variant="office",
        **infusion.words | {"hospital": ", ".join(hospital), "home": home},
    )


def who_bills(asked: Asked) -> Draft:
    """A hospital's outpatient: the hospital bills."""
    infusion = Infusion(asked)
    places = {"22": "outpatient department on campus", "23": "emergency room"}
    place = asked.draws.pick(sorted(places))
    asked.rests_on(*_HOSPITAL_BILLS)
    slips = (infusion.physician(place), infusion.inpatient("111"), infusion.inpatient("121"), infusion.physician("21"))
    words = infusion.words | {"where": places[place]}
    return draft(right(*infusion.billed("131")), slips, variant=f"who {place}", **words)


def revenue_code(asked: Asked) -> Draft:
    """The revenue code of the drug."""
    infusion = Infusion(asked)
    own, service = asked.fact("revenue_code.drug"), asked.fact("revenue_code.infusion")
    packaged = asked.fact("revenue_code.packaged").replace("X", "0")
    meanings = {packaged: _PACKAGED, service: "for the infusion itself"}
    meanings |= dict.fromkeys(("0510", "0761"), "one that some hospitals use for the infusion")

    def made(code: str) -> Made:
        return (code,), infusion.claim(replace(infusion.hospital, drug_revenue=code))

    slips = [wrong("other-revenue-code", *made(code), figure=code, meaning=meanings[code]) for code in meanings]
    words = infusion.words | {"right": own, "service": service, "packaged": packaged}
    return draft(right(*made(own)), slips, variant="revenue", **words)


def critical_access(asked: Asked) -> Draft:
    """A critical access hospital."""
    infusion = Infusion(asked)
    asked.rests_on(*_HOSPITAL_BILLS)
    slips = (infusion.physician("22"), infusion.physician("19"), infusion.inpatient("111"), infusion.inpatient("121"))
    return draft(right(*infusion.billed("851")), slips, variant="critical access", **infusion.words)


def off_campus(asked: Asked) -> Draft:
    """A department away from the campus: still the hospital's claim."""
    infusion = Infusion(asked)
    asked.rests_on(*_HOSPITAL_BILLS, "modifier.PO")

    def made(bill: str, mark: str = "PO") -> Made:
        lines = infusion.lines(f"JZ {mark}", mark)
        words = f"the hospital, UB-04, bill type {bill}, {'PO on each line' if mark else 'neither PO nor PN'}"
        return (words,), infusion.claim(replace(infusion.hospital, type_of_bill=bill), lines, off_campus=True)

    return draft(
        right(*made("131")),
        (
            infusion.physician("19"),
            wrong("off-campus-unmarked", *made("131", "")),
            wrong("inpatient-bill", *made("111"), bill="11X"),
            infusion.physician("22"),
        ),
        variant="off campus",
        **infusion.words | {"right": "PO"},
    )


def hospital_modifiers(asked: Asked) -> Draft:
    """JZ on a hospital's line, since the drug is paid separately."""
    infusion = Infusion(asked)
    status = asked.fact("opps.status")
    asked.rests_on("discard.institutional", "discard.jz", "discard.single_dose_basis", "discard.exclusive")

    def made(on_drug: str, on_infusion: str = "") -> Made:
        lines = infusion.lines(on_drug, on_infusion)
        return written(lines), infusion.claim(infusion.hospital, lines)

    return draft(
        right(*made("JZ")),
        (
            wrong("hospital-no-modifier", *made("")),
            wrong("jz-on-the-infusion", *made("", "JZ")),
            wrong("jw-on-the-dose", *made("JW")),
            wrong("both-on-one-line", *made("JW JZ")),
        ),
        variant="status",
        **infusion.words | {"status": status},
    )


def whole_hospital_claim(asked: Asked) -> Draft:
    """Bill type, revenue code and modifiers at once."""
    infusion = Infusion(asked)
    away = bool(asked.draws.below(2))
    mark = " PO" if away else ""
    status = asked.fact("opps.status")
    asked.rests_on("discard.institutional", "discard.jz", "discard.single_dose_basis", "bill_type.not_separate")
    asked.rests_on(*(["modifier.PO"] if away else []))
    own, packaged = infusion.hospital, asked.fact("revenue_code.packaged").replace("X", "0")

    def made(place: Place, on_drug: str = f"JZ{mark}", on_infusion: str = mark) -> Made:
        lines = infusion.lines(on_drug, on_infusion)
        codes = (place.drug_revenue, place.service_revenue)
        rows = (f"{code} {text}" for code, text in zip(codes, written(lines), strict=True))
        return (f"bill type {place.type_of_bill}", *rows), infusion.claim(place, lines, off_campus=away)

    under_packaged = made(replace(own, drug_revenue=packaged))
    slips = [
        wrong("inpatient-bill", *made(replace(own, type_of_bill="111")), bill="11X"),
        wrong("other-revenue-code", *under_packaged, right=own.drug_revenue, figure=packaged, meaning=_PACKAGED),
        wrong("hospital-no-modifier", *made(own, mark)),
    ]
    if away:
        slips.append(wrong("off-campus-drug-only", *made(own, on_infusion=""), right="PO"))
        slips.append(wrong("po-and-pn", *made(own, "JZ PO PN", "PO PN")))
    return draft(
        right(*made(own)),
        slips,
        variant=f"hospital {mark}",
        **infusion.words | {"status": status, "revenue": own.drug_revenue},
        where="excepted, off campus" if away else "on campus",
        marked="PO on each line, for the department is off campus."
        if away
        else "Neither PO nor PN, for the department is on campus.",
    )


def whole_office_claim(asked: Asked) -> Draft:
    """Place of service, units, modifier and administration at once."""
    infusion = Infusion(asked)
    usual = asked.usual
    asked.rests_on("discard.jz", "discard.single_dose_basis", "infusion.same_claim", "place_of_service.facility_bills")

    def made(lines: list[Line], place: str = "") -> Made:
        own = replace(infusion.office, place_of_service=place or infusion.office.place_of_service)
        return (f"place of service {own.place_of_service}", *written(lines)), infusion.claim(own, lines)

    lines, habit = infusion.lines(), infusion.dose // usual
    return draft(
        right(*made(lines)),
        (
            wrong("physician-bills", *made(lines, "22"), place="22"),
            wrong("500-mg-units", *made([drug(habit, "JZ"), lines[1]]), figure=habit),
            wrong("no-modifier", *made(infusion.lines(""))),
            wrong("no-administration", *made(lines[:1])),
        ),
        variant="office claim",
        **infusion.words | {"usual": usual, "unit": asked.unit},
    )
