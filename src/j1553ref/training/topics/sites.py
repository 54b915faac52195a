"""Topic ``sites``: who bills, on which form, with which place of service, bill type and revenue code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from j1553ref.training.asking import Asked, Choice, Draft, Made, Template, right, wrong
from j1553ref.training.claims import Line, Place, claim, line, record, written
from j1553ref.training.doses import drug, whole_vials
from j1553ref.training.words import FURTHER_HOURS, number, total_mg, vials_text
from j1553ref.vials import grams

__all__ = ["LEVELS", "who_bills"]

_PAYER = "Medicare Part B"


class Infusion:
    """Whole vials given somewhere, and the claims that an office or a hospital may make of it."""

    def __init__(self, asked: Asked) -> None:
        self.asked, self.vials = asked, whole_vials(asked)
        self.dose = total_mg(self.vials)
        self.units = self.dose // asked.unit
        self.office: Place = asked.office()
        self.hospital: Place = asked.hospital()

    @property
    def told(self) -> str:
        """The dose in words."""
        return f"{grams(self.dose)} of Yimmugo is given from {vials_text(self.vials)}. Nothing is left."

    def lines(self, on_drug: str = "JZ", on_infusion: str = "") -> list[Line]:
        """Drug and first hour."""
        return [drug(self.units, *on_drug.split()), line(self.asked.initial, 1, *on_infusion.split())]

    def claim(self, place: Place, lines: list[Line] | None = None, **more: Any) -> dict[str, Any]:
        """A claim from that place; a hospital's says that its department is on campus unless told otherwise."""
        if place.form == "ub04":
            more = {"off_campus": False, "is_340b": False} | more
        told = record(self.asked.on, self.dose, self.vials)
        return claim(place, self.asked.on, self.lines() if lines is None else lines, [told], **more)

    def physician(self, place: str, text: str = "") -> Choice:
        """The physician's claim for a hospital's patient."""
        words = text or f"the physician, CMS-1500, place of service {place}"
        return wrong("physician-bills", (words,), self.claim(replace(self.office, place_of_service=place)), place=place)

    def inpatient(self, bill: str) -> Choice:
        """The hospital's claim on an inpatient bill type."""
        made = self.claim(replace(self.hospital, type_of_bill=bill))
        return wrong("inpatient-bill", (f"the hospital, UB-04, bill type {bill}",), made, bill=f"{bill[:2]}X")


def office(asked: Asked) -> Draft:
    """The place of service of an office."""
    infusion = Infusion(asked)
    names = asked.fact("place_of_service.facility") | asked.fact("place_of_service.non_facility")
    own, home = infusion.office.place_of_service, asked.fact("site.home")["place_of_service"]
    assert own is not None
    at_home = infusion.claim(replace(infusion.office, place_of_service=home))
    hospital = asked.fact("place_of_service.facility_bills")
    return Draft(
        setting=f"Office, CMS-1500, {_PAYER}",
        situation=f"{infusion.told} The practice has bought the drug and gives it in its own office.",
        ask="Which place of service goes on the lines?",
        right=right((f"{own}, {names[own]}",), infusion.claim(infusion.office)),
        wrong=(
            *(infusion.physician(each, f"{each}, {names[each]}") for each in hospital),
            wrong("office-at-home", (f"{home}, {names[home]}",), at_home, place=home),
        ),
        steps=(
            f"An office is {own}.",
            f"At {', '.join(hospital)} the hospital bills the drug; {home} is the patient's home.",
        ),
        variant="office",
    )


def who_bills(asked: Asked) -> Draft:
    """A hospital's outpatient: the hospital bills."""
    infusion = Infusion(asked)
    places = {"22": "outpatient department on campus", "23": "emergency room"}
    place = asked.draws.pick(sorted(places))
    asked.rests_on("infusion.hospital_patients", "place_of_service.facility_bills", "bill_type.not_separate")
    return Draft(
        setting=_PAYER,
        situation=(
            f"{infusion.told} It is given in a hospital's {places[place]}; the patient is not admitted. The hospital has bought"
            " the drug, and a physician of a practice ordered it."
        ),
        ask="Who bills the drug, and on which form?",
        right=right(("the hospital, UB-04, bill type 131",), infusion.claim(infusion.hospital)),
        wrong=(
            infusion.physician(place),
            infusion.inpatient("111"),
            infusion.inpatient("121"),
            infusion.physician("21"),
        ),
        steps=("The facility bills the drug of its patients.", "An outpatient: UB-04, bill type 13X."),
        variant=f"who {place}",
    )


def revenue_code(asked: Asked) -> Draft:
    """The revenue code of the drug."""
    infusion = Infusion(asked)
    own, service = asked.fact("revenue_code.drug"), asked.fact("revenue_code.infusion")
    packaged = asked.fact("revenue_code.packaged").replace("X", "0")
    meanings = {
        packaged: "for packaged or uncoded drugs",
        service: "for the infusion itself",
        "0510": "one that some hospitals use for the infusion",
        "0761": "one that some hospitals use for the infusion",
    }

    def made(code: str) -> Made:
        return (code,), infusion.claim(replace(infusion.hospital, drug_revenue=code))

    return Draft(
        setting=f"Hospital outpatient department, UB-04, {_PAYER}",
        situation=infusion.told,
        ask="Which revenue code goes on the J1553 line?",
        right=right(*made(own)),
        wrong=tuple(
            wrong("other-revenue-code", *made(code), right=own, figure=code, meaning=meaning)
            for code, meaning in meanings.items()
        ),
        steps=(
            f"A drug with a HCPCS code goes under {own}.",
            f"{service} is the infusion's, {packaged} that of packaged or uncoded drugs.",
        ),
        variant="revenue",
    )


def critical_access(asked: Asked) -> Draft:
    """A critical access hospital."""
    infusion = Infusion(asked)
    asked.rests_on("infusion.hospital_patients", "place_of_service.facility_bills", "bill_type.not_separate")
    own = replace(infusion.hospital, type_of_bill="851")
    return Draft(
        setting=_PAYER,
        situation=f"{infusion.told} It is given in the outpatient department of a critical access hospital, which bought it.",
        ask="Who bills the drug, and on which form?",
        right=right(("the hospital, UB-04, bill type 851",), infusion.claim(own)),
        wrong=(
            infusion.physician("22"),
            infusion.physician("19"),
            infusion.inpatient("111"),
            infusion.inpatient("121"),
        ),
        steps=(
            "The facility bills the drug of its patients.",
            "A critical access hospital's outpatient: bill type 85X.",
        ),
        variant="critical access",
    )


def off_campus(asked: Asked) -> Draft:
    """A department away from the campus: still the hospital's claim."""
    infusion = Infusion(asked)
    asked.rests_on(
        "infusion.hospital_patients", "place_of_service.facility_bills", "bill_type.not_separate", "modifier.PO"
    )
    marked = infusion.lines("JZ PO", "PO")
    words = "the hospital, UB-04, bill type {}, {}"
    unmarked = infusion.claim(infusion.hospital, off_campus=True)
    return Draft(
        setting=_PAYER,
        situation=f"{infusion.told} It is given in an excepted off-campus department of a hospital, which bought the drug.",
        ask="Who bills the drug, and how?",
        right=right(
            (words.format("131", "PO on each line"),), infusion.claim(infusion.hospital, marked, off_campus=True)
        ),
        wrong=(
            infusion.physician("19"),
            wrong("off-campus-unmarked", (words.format("131", "neither PO nor PN"),), unmarked, right="PO"),
            wrong(
                "inpatient-bill",
                (words.format("111", "PO on each line"),),
                infusion.claim(replace(infusion.hospital, type_of_bill="111"), marked, off_campus=True),
                bill="11X",
            ),
            infusion.physician("22"),
        ),
        steps=(
            "A department off campus is the hospital's: UB-04, bill type 13X.",
            "PO marks an excepted one, on each line.",
        ),
        variant="off campus",
    )


def hospital_modifiers(asked: Asked) -> Draft:
    """JZ on a hospital's line, since the drug is paid separately."""
    infusion = Infusion(asked)
    status = asked.fact("opps.status")
    asked.rests_on("discard.institutional", "discard.jz", "discard.single_dose_basis", "discard.exclusive")

    def made(on_drug: str, on_infusion: str = "") -> Made:
        lines = infusion.lines(on_drug, on_infusion)
        return written(lines), infusion.claim(infusion.hospital, lines)

    return Draft(
        setting=f"Hospital outpatient department on campus, UB-04, bill type 131, {_PAYER}",
        situation=f"{infusion.told} {FURTHER_HOURS}",
        ask="Which lines go on the claim?",
        right=right(*made("JZ")),
        wrong=(
            wrong("hospital-no-modifier", *made(""), status=status),
            wrong("jz-on-the-infusion", *made("", "JZ")),
            wrong("jw-on-the-dose", *made("JW")),
            wrong("both-on-one-line", *made("JW JZ")),
        ),
        steps=(
            f"The OPPS status is {status} on this date: paid separately.",
            "So JZ is due, as in an office, on the drug line.",
        ),
        variant="status",
    )


def whole_hospital_claim(asked: Asked) -> Draft:
    """Bill type, revenue code and modifiers at once."""
    infusion = Infusion(asked)
    away = bool(asked.draws.below(2))
    mark = " PO" if away else ""
    asked.rests_on(
        "opps.status", "discard.institutional", "discard.jz", "discard.single_dose_basis", "bill_type.not_separate"
    )
    if away:
        asked.rests_on("modifier.PO")
    own, packaged = infusion.hospital, asked.fact("revenue_code.packaged").replace("X", "0")

    def made(place: Place, on_drug: str = f"JZ{mark}", on_infusion: str = mark) -> Made:
        lines = infusion.lines(on_drug, on_infusion)
        codes = (place.drug_revenue, place.service_revenue)
        rows = tuple(f"{code} {text}" for code, text in zip(codes, written(lines), strict=True))
        return (f"bill type {place.type_of_bill}", *rows), infusion.claim(place, lines, off_campus=away)

    slips = [
        wrong("inpatient-bill", *made(replace(own, type_of_bill="111")), bill="11X"),
        wrong(
            "other-revenue-code",
            *made(replace(own, drug_revenue=packaged)),
            right=own.drug_revenue,
            figure=packaged,
            meaning="for packaged or uncoded drugs",
        ),
        wrong("hospital-no-modifier", *made(own, mark), status=asked.fact("opps.status")),
    ]
    if away:
        slips += [
            wrong("off-campus-drug-only", *made(own, on_infusion=""), right="PO"),
            wrong("po-and-pn", *made(own, "JZ PO PN", "PO PN")),
        ]
    return Draft(
        setting=f"Hospital outpatient department, {'excepted, off campus' if away else 'on campus'}, UB-04, {_PAYER}",
        situation=f"{infusion.told} {FURTHER_HOURS}",
        ask="Which claim may go out?",
        right=right(*made(own)),
        wrong=tuple(slips),
        steps=(
            "An outpatient: bill type 131.",
            f"The drug under {own.drug_revenue}, with JZ: nothing was discarded, and the drug is paid separately.",
            "PO on each line, for the department is off campus."
            if away
            else "Neither PO nor PN, for the department is on campus.",
        ),
        variant=f"hospital {mark}",
    )


def whole_office_claim(asked: Asked) -> Draft:
    """Place of service, units, modifier and administration at once."""
    infusion = Infusion(asked)
    usual = asked.fact("unit.usual_iv_size")
    asked.rests_on("discard.jz", "discard.single_dose_basis", "infusion.same_claim", "place_of_service.facility_bills")

    def made(lines: list[Line], place: str = "") -> Made:
        own = replace(infusion.office, place_of_service=place or infusion.office.place_of_service)
        return (f"place of service {own.place_of_service}", *written(lines)), infusion.claim(own, lines)

    lines, habit = infusion.lines(), infusion.dose // usual
    return Draft(
        setting=f"Office, CMS-1500, {_PAYER} (contractor NGS)",
        situation=f"{infusion.told} The practice has bought the drug and gives it in its own office, in 80 minutes.",
        ask="Which claim may go out?",
        right=right(*made(lines)),
        wrong=(
            wrong("physician-bills", *made(lines, "22"), place="22"),
            wrong(
                "500-mg-units",
                *made([drug(habit, "JZ"), lines[1]]),
                figure=habit,
                dose=number(infusion.dose),
                usual=usual,
                unit=asked.unit,
            ),
            wrong("no-modifier", *made(infusion.lines(""))),
            wrong("no-administration", *made(lines[:1])),
        ),
        steps=(
            f"An office: place of service {infusion.office.place_of_service}.",
            f"{infusion.units} units with JZ, and the infusion on the same claim.",
        ),
        variant="office claim",
    )


LEVELS: dict[int, tuple[Template, ...]] = {
    1: (office, who_bills, revenue_code),
    2: (critical_access, off_campus, hospital_modifiers),
    3: (whole_hospital_claim, whole_office_claim),
}
