"""Topic ``home``: Medicare's home benefit: whose claim it is, the bundle beside the drug, places, dates, diagnoses.

JW and JZ at home rest on inference and are not asked; the claims carry JZ all the same, since the checker would warn.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from j1553ref.code import CODE
from j1553ref.facts.wording import date_text
from j1553ref.training.asking import Asked, Choice, Draft, Made, draft, right, wrong
from j1553ref.training.claims import Line, Place, claim, dated, drug, line
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
        asked.rests_on("home.contractor")
        self.drug = drug(self.units, "JZ")
        self.words: dict[str, Any] = {"grams": grams(dose), "bundle": self.bundle, "place": self.place}

    def service(self, **more: Any) -> Line:
        """A line of the bundle."""
        return line(self.bundle, 1, **more)

    def claim(
        self, lines: list[Line] | None = None, payer: str = "medicare-dme", place: str = "", **more: Any
    ) -> dict[str, Any]:
        """The claim with these lines, or with drug and bundle."""
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
    drug, bundle = f"{CODE} × {visit.units}", f"{visit.bundle} × 1"
    with_pump, twice = [visit.drug, line(pump, 1)], [visit.drug, visit.service(), visit.service()]
    return draft(
        right((f"to the DME MAC: {drug}", bundle), visit.claim()),
        (
            wrong("ab-contractor", (f"to the A/B MAC: {drug}", bundle), visit.claim(payer="medicare-ab")),
            wrong("pump-code", (f"to the DME MAC: {drug}", f"{pump} × 1"), visit.claim(with_pump)),
            wrong("second-bundle-line", (f"to the DME MAC: {drug}", bundle, bundle), visit.claim(twice)),
        ),
        variant="contractor",
        **visit.words | {"code": pump},
    )


def place_of_service(asked: Asked) -> Draft:
    """The place of service of both lines."""
    visit = Visit(asked)
    asked.rests_on("home.places_of_service")
    names = asked.fact("place_of_service.facility") | asked.fact("place_of_service.non_facility")
    allowed = asked.fact("home.places_of_service")

    def made(place: str) -> Made:
        return (f"{place}, {names[place]}",), visit.claim(place=place)

    slips = [wrong("not-a-home", *made(place), place=place) for place in names if place not in allowed]
    return draft(right(*made(visit.place)), slips, variant="place", **visit.words | {"allowed": ", ".join(allowed)})


def listed_diagnosis(asked: Asked) -> Draft:
    """Which of four codes is on the list."""
    return _diagnosis(asked, same_family=False)


def diagnosis_of_one_family(asked: Asked) -> Draft:
    """Which of four codes of one category is on the list."""
    return _diagnosis(asked, same_family=True)


def _diagnosis(asked: Asked, *, same_family: bool) -> Draft:
    visit = Visit(asked)
    listed, near = visit.lists()
    families = sorted({code[:3] for code in (near if same_family else listed)})
    crowded = [family for family in families if sum(code.startswith(family) for code in near) > 2]
    family = asked.draws.pick(crowded or families)
    good = asked.draws.pick([code for code in listed if code.startswith(family)])

    def made(code: str) -> Made:
        return (f"{code}, {(listed | near)[code]}",), visit.claim(diagnoses=[code])

    slips = [wrong("near-miss", *made(code), code=code) for code in near if code.startswith(family) == same_family]
    return draft(right(*made(good)), slips, variant=good, **visit.words | {"count": len(listed), "good": good})


def visit_length(asked: Asked) -> Draft:
    """A long visit still makes one line."""
    visit = Visit(asked)
    hours = asked.draws.between(3, 6)
    pump = asked.draws.pick(asked.fact("home.pump_codes"))
    asked.rests_on("home.bundle_units", "home.visit_length", "home.places_of_service")
    service, elsewhere = visit.service(), visit.service(place_of_service="13")

    def made(lines: list[Line], *words: str) -> Made:
        return (CODE, *words), visit.claim([visit.drug, *lines])

    one = f"{visit.bundle}, one line"
    return draft(
        right(*made([service], one)),
        (
            wrong("visit-in-quarters", *made([service] * hours, f"{visit.bundle}, {hours} lines")),
            wrong("second-bundle-line", *made([service] * 2, f"{visit.bundle}, two lines")),
            wrong("pump-code", *made([service, line(pump, 1)], one, f"{pump} beside it")),
            wrong("places-differ", *made([elsewhere], f"{one}, place of service 13; the drug 12")),
        ),
        variant=f"length {hours}",
        **visit.words | {"hours": hours, "code": pump},
    )


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

    def made(days: int) -> Made:
        day = asked.on + timedelta(days=days)
        return (date_text(day),), visit.claim([visit.drug, dated(visit.service(), day)])

    def slip(mistake: str, days: int) -> Choice:
        text, claimed = made(days)
        return wrong(mistake, text, claimed, day=text[0], days=days)

    text, claimed = made(good)
    return draft(
        right(text, claimed),
        (slip("too-late", late[0]), slip("too-late", late[1]), slip("too-early", -early)),
        **visit.words | {"product": date_text(asked.on), "window": window, "days": good, "good": text[0]},
    )


def pointer(asked: Asked) -> Draft:
    """To which diagnosis the line points."""
    visit = Visit(asked)
    listed, near = visit.lists()
    good, others = asked.draws.pick(sorted(listed)), asked.draws.shuffled(sorted(near))[:2]
    codes = asked.draws.shuffled([good, *others])
    names = listed | near

    def made(number: int) -> Made:
        lines = [made | {"diagnosis_pointers": [number]} for made in (visit.drug, visit.service())]
        return (_PLACES[number - 1],), visit.claim(lines, diagnoses=codes)

    return draft(
        right(*made(codes.index(good) + 1)),
        (
            *(wrong("pointer-off-list", *made(codes.index(code) + 1), code=code) for code in others),
            wrong("pointer-to-nothing", *made(len(codes) + 1)),
        ),
        variant=good,
        **visit.words | {"diagnoses": "; ".join(f"{code}, {names[code]}" for code in codes), "good": good},
        at=_PLACES[codes.index(good)],
        count=len(codes),
        figure=_PLACES[len(codes)].removeprefix("a "),
    )


def whole_claim(asked: Asked) -> Draft:
    """Everything at once: contractor, bundle, places and diagnosis."""
    visit = Visit(asked)
    listed, near = visit.lists()
    good, bad = asked.draws.pick(sorted(listed)), asked.draws.pick(sorted(near))
    asked.rests_on("home.places_of_service", "home.bundle_units")
    service, here = visit.service(), visit.place

    def made(lines: list[Line], mac: str = "DME", second: str = here, code: str = good) -> Made:
        count = "two lines" if len(lines) > 1 else "one line"
        words = (
            f"to the {mac} MAC, diagnosis {code}",
            f"{CODE}, place of service {here}",
            f"{visit.bundle}, {count}, place of service {second}",
        )
        payer = "medicare-dme" if mac == "DME" else "medicare-ab"
        return words, visit.claim([visit.drug, *lines], payer, diagnoses=[code])

    return draft(
        right(*made([service])),
        (
            wrong("ab-contractor", *made([service], "A/B")),
            wrong("not-a-home", *made([visit.service(place_of_service="11")], second="11"), place="11"),
            wrong("second-bundle-line", *made([service, service])),
            wrong("near-miss", *made([service], code=bad), code=bad),
        ),
        variant=good,
        **visit.words | {"good": good, "title": listed[good]},
    )
