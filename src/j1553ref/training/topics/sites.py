"""Topic ``sites``: who bills, on which form, with which place of service, bill type and revenue code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from j1553ref.training.asking import Asked, Draft, Made, wrong
from j1553ref.training.claims import Line, Place, drug, line, parsed, written
from j1553ref.training.doses import Given, total_mg, whole_vials

#: Facts behind the answer that the hospital bills its patients' drug.
_HOSPITAL_BILLS = ("infusion.hospital_patients", "place_of_service.facility_bills", "bill_type.not_separate")


class Infusion:
    """Whole vials given somewhere, and the claims that an office or a hospital may make of it."""

    def __init__(self, asked: Asked) -> None:
        self.asked, vials = asked, whole_vials(asked)
        self.units = total_mg(vials) // asked.unit
        self.given = Given(asked, asked.place(), total_mg(vials), vials, aside=True)
        self.office, self.hospital = self.given.place, asked.hospital()
        self.words = self.given.words | {"units": self.units, "office": self.office.place_of_service}

    def lines(self, on_drug: str = "JZ", on_infusion: str = "") -> list[Line]:
        """Drug and first hour with these modifiers."""
        return [drug(self.units, *on_drug.split()), line(self.asked.initial, 1, *on_infusion.split())]

    def claim(self, place: Place, lines: list[Line] | None = None, **more: Any) -> dict[str, Any]:
        """A claim from that place; a hospital's says that its department is on campus unless something else is given."""
        if place.form == "ub04":
            more = {"off_campus": False, "is_340b": False} | more
        return self.given.claim(self.lines() if lines is None else lines, [], place, **more)

    def at(self, place: str, words: str = "") -> Made:
        """A physician's claim from a place of service."""
        text = words or f"the physician, CMS-1500, place of service {place}"
        return (text,), self.claim(replace(self.office, place_of_service=place))

    def billed(self, who: str, where: str) -> Made:
        """The claim of the hospital on a bill type, or of the physician from a place of service."""
        if who == "physician":
            return self.at(where)
        return (f"the hospital, UB-04, bill type {where}",), self.claim(replace(self.hospital, type_of_bill=where))


def office(asked: Asked) -> Draft:
    """The place of service of an office."""
    infusion = Infusion(asked)
    names = asked.fact("place_of_service.facility") | asked.fact("place_of_service.non_facility")
    home, hospital = asked.fact("site.home")["place_of_service"], asked.fact("place_of_service.facility_bills")

    def made(place: str) -> Made:
        return infusion.at(place, f"{place}, {names[place]}")

    slips = [wrong("physician-bills", *made(place), place=place) for place in hospital]
    slips.append(wrong("office-at-home", *made(home), place=home))
    return Draft(infusion.words | {"hospital": ", ".join(hospital), "home": home}, made, "office", slips)


def who_bills(asked: Asked) -> Draft:
    """A hospital's outpatient: the hospital bills."""
    infusion = Infusion(asked)
    places = {"22": "outpatient department on campus", "23": "emergency room"}
    place = asked.draws.pick(sorted(places))
    asked.states(*_HOSPITAL_BILLS)
    return Draft(infusion.words | {"where": places[place], "place": place}, infusion.billed, f"who {place}")


def revenue_code(asked: Asked) -> Draft:
    """The revenue code of the drug."""
    infusion = Infusion(asked)
    names = ("revenue_code.drug", "revenue_code.infusion", "revenue_code.packaged")
    codes = dict(zip(("right", "service", "packaged"), map(asked.fact, names), strict=True))

    def made(code: str) -> Made:
        return (code,), infusion.claim(replace(infusion.hospital, drug_revenue=code))

    return Draft(infusion.words | codes | {"packaged": codes["packaged"].replace("X", "0")}, made, "revenue")


def critical_access(asked: Asked) -> Draft:
    """A critical access hospital."""
    infusion = Infusion(asked)
    asked.states(*_HOSPITAL_BILLS)
    return Draft(infusion.words, infusion.billed, "critical access")


def off_campus(asked: Asked) -> Draft:
    """A department away from the campus: still the hospital's claim."""
    infusion = Infusion(asked)
    asked.states(*_HOSPITAL_BILLS, "modifier.PO")

    def made(who: str, where: str, marked: str = "") -> Made:
        if who == "physician":
            return infusion.at(where)
        lines = infusion.lines("JZ PO", "PO") if marked == "PO on each line" else infusion.lines()
        words = f"the hospital, UB-04, bill type {where}, {marked}"
        return (words,), infusion.claim(replace(infusion.hospital, type_of_bill=where), lines, off_campus=True)

    return Draft(infusion.words | {"right": "PO"}, made, "off campus")


def hospital_modifiers(asked: Asked) -> Draft:
    """JZ on a hospital's line, since the drug is paid separately."""
    infusion = Infusion(asked)
    status = asked.fact("opps.status")
    asked.states("discard.institutional", "discard.jz", "discard.single_dose_basis", "discard.exclusive")

    def made(on_drug: str, on_infusion: str = "") -> Made:
        lines = infusion.lines(on_drug, on_infusion)
        return written(lines), infusion.claim(infusion.hospital, lines)

    return Draft(infusion.words | {"status": status}, made, "status")


def whole_hospital_claim(asked: Asked) -> Draft:
    """Bill type, revenue code and modifiers at once."""
    infusion = Infusion(asked)
    away = bool(asked.draws.below(2))
    status = asked.fact("opps.status")
    asked.states("discard.institutional", "discard.jz", "discard.single_dose_basis", "bill_type.not_separate")
    asked.states(*(["modifier.PO"] if away else []))
    own, packaged = infusion.hospital, asked.fact("revenue_code.packaged").replace("X", "0")

    def made(bill: str, revenue: str, on_drug: str, on_infusion: str) -> Made:
        lines = infusion.lines(on_drug, on_infusion)
        on_drug, on_infusion = written(lines)
        words = (f"bill type {bill}", f"{revenue} {on_drug}", f"{own.service_revenue} {on_infusion}")
        place = replace(own, type_of_bill=bill, drug_revenue=revenue)
        return words, infusion.claim(place, lines, off_campus=away)

    words = {"where": "on campus", "mark": "", "marked": "Neither PO nor PN, for the department is on campus."}
    if away:
        words = {"where": "excepted, off campus", "mark": "PO"}
        words["marked"] = "PO on each line, for the department is off campus."
    figures = {"status": status, "revenue": own.drug_revenue, "packaged": packaged, "away": "PO" if away else None}
    return Draft(infusion.words | words | figures, made, f"hospital {words['mark']}")


def whole_office_claim(asked: Asked) -> Draft:
    """Place of service, units, modifier and administration at once."""
    infusion = Infusion(asked)
    usual = asked.usual
    asked.states("discard.jz", "discard.single_dose_basis", "infusion.same_claim", "place_of_service.facility_bills")

    def made(place: str, lines: str) -> Made:
        own = replace(infusion.office, place_of_service=place)
        return (f"place of service {place}", *lines.split("; ")), infusion.claim(own, parsed(lines))

    amounts = {"usual": usual, "unit": asked.unit, "habit": infusion.given.dose // usual}
    words = {"initial": asked.initial, "dose": infusion.words["mg"]}
    return Draft(infusion.words | amounts | words, made, "office claim")
