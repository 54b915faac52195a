"""Topic ``home``: Medicare's home benefit: whose claim it is, the bundle beside the drug, places, dates, diagnoses.

JW and JZ at home are inferred and are not asked; the claims carry JZ all the same, since the checker would warn.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from j1553ref.code import CODE
from j1553ref.facts.wording import date_text
from j1553ref.training.asking import Asked, Draft, Made, wrong
from j1553ref.training.claims import Line, Place, claim, dated, drug, line, parsed
from j1553ref.training.doses import total_mg, whole_vials
from j1553ref.vials import grams

#: Diagnoses that are next to the list of the home benefit and not on it.
_NEAR = ("antibody", "ada", "nezelof", "syndromes")
#: Forms letter their diagnoses and electronic claims number them, so a pointer is put in words.
_PLACES = ("the first", "the second", "the third", "a fourth")


class Visit:
    """Drug and bundle of one home infusion, and what may be changed about them."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        dose = total_mg(whole_vials(asked))
        self.units = dose // asked.unit
        self.bundle: str = asked.fact("home.bundle_code")
        self.place: str = asked.fact("site.home")["place_of_service"]
        asked.states("home.contractor")
        self.drug = drug(self.units, "JZ")
        self.words: dict[str, Any] = {"grams": grams(dose), "bundle": self.bundle, "place": self.place}

    def service(self, **more: Any) -> Line:
        """A line of the bundle."""
        return line(self.bundle, 1, **more)

    def claim(self, lines: list[Line] | None = None, mac: str = "DME", place: str = "", **more: Any) -> dict[str, Any]:
        """The claim with these lines, or with drug and bundle, to the DME MAC or the A/B MAC."""
        payer = "medicare-dme" if mac == "DME" else "medicare-ab"
        made = [self.drug, self.service()] if lines is None else lines
        return claim(Place(payer=payer, place_of_service=place or self.place), self.asked.on, made, **more)

    def lists(self) -> tuple[dict[str, str], dict[str, str]]:
        """The codes on the list of the home benefit with their titles, and those next to it."""
        listed: dict[str, str] = dict(self.asked.fact("diagnosis.home_list"))
        near: dict[str, str] = {}
        for name in _NEAR:
            near |= self.asked.fact(f"diagnosis.near_miss.{name}")
        return listed, near


def contractor(asked: Asked) -> Draft:
    """Whose claim it is, and what goes beside the drug."""
    visit = Visit(asked)
    pump = asked.draws.pick(asked.fact("home.pump_codes"))

    def made(mac: str, *services: str) -> Made:
        lines = [visit.drug, *parsed("; ".join(services))]
        return (f"to the {mac} MAC: {CODE} × {visit.units}", *services), visit.claim(lines, mac)

    return Draft(visit.words | {"code": pump}, made, "contractor")


def place_of_service(asked: Asked) -> Draft:
    """The place of service of both lines."""
    visit = Visit(asked)
    asked.states("home.places_of_service")
    names = asked.fact("place_of_service.facility") | asked.fact("place_of_service.non_facility")
    allowed = asked.fact("home.places_of_service")

    def made(place: str) -> Made:
        return (f"{place}, {names[place]}",), visit.claim(place=place)

    slips = (wrong("not-a-home", *made(place), place=place) for place in names if place not in allowed)
    return Draft(visit.words | {"allowed": ", ".join(allowed)}, made, "place", slips)


def diagnosis(asked: Asked, *, same_family: bool) -> Draft:
    """Which of four codes is on the list; the others may be of its category."""
    visit = Visit(asked)
    listed, near = visit.lists()
    families = sorted({code[:3] for code in (near if same_family else listed)})
    crowded = [family for family in families if sum(code.startswith(family) for code in near) > 2]
    family = asked.draws.pick(crowded or families)
    good = asked.draws.pick([code for code in listed if code.startswith(family)])

    def made(code: str) -> Made:
        return (f"{code}, {(listed | near)[code]}",), visit.claim(diagnoses=[code])

    slips = (wrong("near-miss", *made(code), code=code) for code in near if code.startswith(family) == same_family)
    return Draft(visit.words | {"count": len(listed), "good": good}, made, good, slips)


def visit_length(asked: Asked) -> Draft:
    """A long visit still makes one line."""
    visit = Visit(asked)
    hours = asked.draws.between(3, 6)
    pump = asked.draws.pick(asked.fact("home.pump_codes"))
    asked.states("home.bundle_units", "home.visit_length", "home.places_of_service")
    lines = {
        "one": [visit.service()],
        "two": [visit.service()] * 2,
        "hours": [visit.service()] * hours,
        "pump": [visit.service(), line(pump, 1)],
        "elsewhere": [visit.service(place_of_service="13")],
    }

    def made(which: str, *words: str) -> Made:
        return (CODE, *words), visit.claim([visit.drug, *lines[which]])

    return Draft(visit.words | {"hours": hours, "code": pump}, made, f"length {hours}")


def window(asked: Asked) -> Draft:
    """Which infusion date still fits the product's."""
    days: int = asked.fact("home.product_window")
    draw = asked.draws.between
    return _window(asked, draw(3, days - 5), (days + draw(5, 12), days + draw(15, 40)), draw(2, 9))


def end_of_the_window(asked: Asked) -> Draft:
    """The last day that fits, and the day after it."""
    days: int = asked.fact("home.product_window")
    return _window(asked, days, (days + 1, days + asked.draws.between(2, 3)), 1)


def _window(asked: Asked, good: int, late: tuple[int, int], early: int) -> Draft:
    visit = Visit(asked)
    window = asked.fact("home.product_window")

    def on(days: int) -> str:
        return date_text(asked.on + timedelta(days=days))

    def made(days: str) -> Made:
        day = asked.on + timedelta(days=int(days))
        return (date_text(day),), visit.claim([visit.drug, dated(visit.service(), day)])

    figures = {"product": date_text(asked.on), "window": window, "days": good, "good": on(good), "early": -early}
    figures |= {"late": late[0], "later": late[1]}
    figures |= {"on_late": on(late[0]), "on_later": on(late[1]), "on_early": on(-early)}
    return Draft(visit.words | figures, made)


def pointer(asked: Asked) -> Draft:
    """To which diagnosis the line points."""
    visit = Visit(asked)
    listed, near = visit.lists()
    good, others = asked.draws.pick(sorted(listed)), asked.draws.shuffled(sorted(near))[:2]
    codes = asked.draws.shuffled([good, *others])
    names = listed | near

    def made(code: str) -> Made:
        at = codes.index(code) if code in codes else len(codes)
        lines = [line | {"diagnosis_pointers": [at + 1]} for line in (visit.drug, visit.service())]
        return (_PLACES[at],), visit.claim(lines, diagnoses=codes)

    diagnoses = "; ".join(f"{code}, {names[code]}" for code in codes)
    figures = {"diagnoses": diagnoses, "good": good, "others": others, "count": len(codes)}
    places = {"at": _PLACES[codes.index(good)], "nowhere": _PLACES[len(codes)].removeprefix("a ")}
    return Draft(visit.words | figures | places, made, good)


def whole_claim(asked: Asked) -> Draft:
    """Everything at once: contractor, bundle, places and diagnosis."""
    visit = Visit(asked)
    listed, near = visit.lists()
    good, bad = asked.draws.pick(sorted(listed)), asked.draws.pick(sorted(near))
    asked.states("home.places_of_service", "home.bundle_units")

    def made(mac: str, code: str, place: str, count: str) -> Made:
        words = (
            f"to the {mac} MAC, diagnosis {code}",
            f"{CODE}, place of service {visit.place}",
            f"{visit.bundle}, {count}, place of service {place}",
        )
        services = [visit.service(place_of_service=place)] * (2 if count == "two lines" else 1)
        return words, visit.claim([visit.drug, *services], mac, diagnoses=[code])

    return Draft(visit.words | {"good": good, "bad": bad, "title": listed[good]}, made, good)
