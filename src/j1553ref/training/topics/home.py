"""Topic ``home``: Medicare's home benefit: whose claim it is, the bundle beside the drug, places, dates, diagnoses.

JW and JZ at home rest on inference and are not asked; the claims carry JZ all the same, since the checker would warn.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from j1553ref.code import CODE
from j1553ref.training.asking import Asked, Choice, Draft, Made, Template, right, wrong
from j1553ref.training.claims import Line, Place, claim, line
from j1553ref.training.doses import whole_vials
from j1553ref.training.words import day_text, total_mg
from j1553ref.vials import grams

__all__ = ["LEVELS"]

_SETTING = "Patient's home, CMS-1500, Medicare (DME supplier)"
#: Diagnoses that stand next to the list of the home benefit and are not on it.
_NEAR = ("antibody", "ada", "nezelof", "syndromes")
#: Without it a class may call every option wrong.
_NO_MODIFIERS = "Modifiers are left out here."
#: Forms letter their diagnoses and electronic claims number them, so a pointer is told in words.
_PLACES = ("the first", "the second", "the third", "a fourth")


class Visit:
    """Drug and bundle of one home infusion, and what may be changed about them."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        vials = whole_vials(asked)
        self.dose = total_mg(vials)
        self.units = self.dose // asked.unit
        self.bundle: str = asked.fact("home.bundle_code")
        self.place: str = asked.fact("site.home")["place_of_service"]
        asked.rests_on("home.contractor")
        self.drug = line(CODE, self.units, "JZ")

    def service(self, **more: Any) -> Line:
        """A line of the bundle."""
        return line(self.bundle, 1, **more)

    def claim(self, lines: list[Line], payer: str = "medicare-dme", place: str = "", **more: Any) -> dict[str, Any]:
        """The claim with these lines."""
        return claim(Place(payer=payer, place_of_service=place or self.place), self.asked.on, lines, **more)

    @property
    def told(self) -> str:
        """What happened."""
        return f"A DME supplier sends {grams(self.dose)} of Yimmugo, and it is infused in the patient's own home on the same day."


def contractor(asked: Asked) -> Draft:
    """Whose claim it is, and what stands beside the drug."""
    visit = Visit(asked)
    pump = asked.draws.pick(asked.fact("home.pump_codes"))
    drug, bundle = f"{CODE} × {visit.units}", f"{visit.bundle} × 1"
    return Draft(
        setting=_SETTING,
        situation=f"{visit.told} {_NO_MODIFIERS}",
        ask="What is billed, and to which contractor?",
        right=right((f"to the DME MAC: {drug}", bundle), visit.claim([visit.drug, visit.service()])),
        wrong=(
            wrong(
                "ab-contractor",
                (f"to the A/B MAC: {drug}", bundle),
                visit.claim([visit.drug, visit.service()], "medicare-ab"),
                bundle=visit.bundle,
            ),
            wrong(
                "pump-code",
                (f"to the DME MAC: {drug}", f"{pump} × 1"),
                visit.claim([visit.drug, line(pump, 1)]),
                code=pump,
            ),
            wrong(
                "second-bundle-line",
                (f"to the DME MAC: {drug}", bundle, bundle),
                visit.claim([visit.drug, visit.service(), visit.service()]),
                bundle=visit.bundle,
            ),
        ),
        steps=(
            f"The home benefit is the DME MAC's: drug and {visit.bundle} on its claim.",
            "One bundle line for the infusion date.",
        ),
        variant="contractor",
    )


def place_of_service(asked: Asked) -> Draft:
    """The place of service of both lines."""
    visit = Visit(asked)
    asked.rests_on("home.places_of_service")
    names = asked.fact("place_of_service.facility") | asked.fact("place_of_service.non_facility")
    allowed = asked.fact("home.places_of_service")
    others = [each for each in names if each not in allowed]

    def made(place: str) -> Made:
        return (f"{place}, {names[place]}",), visit.claim([visit.drug, visit.service()], place=place)

    return Draft(
        setting=_SETTING,
        situation=visit.told,
        ask=f"Which place of service goes on the drug line and the {visit.bundle} line?",
        right=right(*made(visit.place)),
        wrong=tuple(wrong("not-a-home", *made(each), place=each) for each in others),
        steps=(
            f"The patient's own home is {visit.place}.",
            f"The benefit takes {', '.join(allowed)}; both lines carry the same one.",
        ),
        variant="place",
    )


def listed_diagnosis(asked: Asked) -> Draft:
    """Which of four codes is on the list."""
    return _diagnosis(asked, same_family=False)


def diagnosis_of_one_family(asked: Asked) -> Draft:
    """Which of four codes of one category is on the list."""
    return _diagnosis(asked, same_family=True)


def _diagnosis(asked: Asked, *, same_family: bool) -> Draft:
    visit = Visit(asked)
    listed, near = _lists(asked)
    families = sorted({each[:3] for each in near} if same_family else {each[:3] for each in listed})
    family = asked.draws.pick(
        [each for each in families if sum(code.startswith(each) for code in near) > 2] or families
    )
    good = asked.draws.pick([each for each in listed if each.startswith(family)])
    others = [each for each in near if each.startswith(family) == same_family]

    def made(code: str) -> Made:
        return (f"{code}, {(listed | near)[code]}",), visit.claim([visit.drug, visit.service()], diagnoses=[code])

    return Draft(
        setting=_SETTING,
        situation=visit.told,
        ask="Which of these diagnoses is on the list of the home benefit?",
        right=right(*made(good)),
        wrong=tuple(wrong("near-miss", *made(each), code=each) for each in others),
        steps=(
            f"The list has {len(listed)} codes; {good} is one of them.",
            "The others stand next to it and are not on the list.",
        ),
        variant=good,
    )


def visit_length(asked: Asked) -> Draft:
    """A long visit still makes one line."""
    visit = Visit(asked)
    hours = asked.draws.between(3, 6)
    pump = asked.draws.pick(asked.fact("home.pump_codes"))
    asked.rests_on("home.bundle_units", "home.visit_length", "home.places_of_service")
    drug, service = visit.drug, visit.service()

    def made(lines: list[Line], *words: str) -> Made:
        return (f"{CODE}", *words), visit.claim([drug, *lines])

    one = f"{visit.bundle}, one line"
    return Draft(
        setting=_SETTING,
        situation=f"{visit.told} The nurse stays for {hours} hours. {_NO_MODIFIERS}",
        ask="Which lines go on the claim to the DME MAC?",
        right=right(*made([service], one)),
        wrong=(
            wrong("visit-in-quarters", *made([service] * hours, f"{visit.bundle}, {hours} lines"), bundle=visit.bundle),
            wrong("second-bundle-line", *made([service] * 2, f"{visit.bundle}, two lines"), bundle=visit.bundle),
            wrong("pump-code", *made([service, line(pump, 1)], one, f"{pump} beside it"), code=pump),
            wrong(
                "places-differ",
                *made([visit.service(place_of_service="13")], f"{one}, place of service 13; the drug 12"),
                bundle=visit.bundle,
            ),
        ),
        steps=(
            f"One {visit.bundle} line is paid for an infusion date.",
            "How long the nurse stays is for information only.",
        ),
        variant=f"length {hours}",
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
    asked.rests_on("home.product_window")

    def made(days: int) -> Made:
        day = asked.on + timedelta(days=days)
        service = visit.service(service_date={"start": day.isoformat()})
        return (day_text(day),), visit.claim([visit.drug, service])

    def slip(mistake: str, days: int) -> Choice:
        day = day_text(asked.on + timedelta(days=days))
        return wrong(mistake, *made(days), day=day, days=days, window=asked.fact("home.product_window"))

    return Draft(
        setting=_SETTING,
        situation=(
            f"A DME supplier bills {grams(visit.dose)} of Yimmugo with date of service {day_text(asked.on)}; the infusion in the"
            f" patient's own home follows later."
        ),
        ask=f"Which of these infusion dates can {visit.bundle} have with this product?",
        right=right(*made(good)),
        wrong=(slip("too-late", late[0]), slip("too-late", late[1]), slip("too-early", -early)),
        steps=(
            f"{visit.bundle} follows the product by {asked.fact('home.product_window')} days at most.",
            f"{day_text(asked.on)} and {good} days are {day_text(asked.on + timedelta(days=good))}.",
        ),
        dated=False,
    )


def pointer(asked: Asked) -> Draft:
    """To which diagnosis the line points."""
    visit = Visit(asked)
    listed, near = _lists(asked)
    good, others = asked.draws.pick(sorted(listed)), asked.draws.shuffled(sorted(near))[:2]
    codes = asked.draws.shuffled([good, *others])
    names = listed | near

    def made(number: int) -> Made:
        lines = [each | {"diagnosis_pointers": [number]} for each in (visit.drug, visit.service())]
        return (_PLACES[number - 1],), visit.claim(lines, diagnoses=codes)

    figures = {"count": len(codes), "figure": _PLACES[len(codes)].removeprefix("a ")}
    return Draft(
        setting=_SETTING,
        situation=(
            f"{visit.told} The claim has these diagnoses in this order: "
            + "; ".join(f"{code}, {names[code]}" for code in codes)
            + "; the chart supports each."
        ),
        ask="To which of them must the drug line point, so that the home benefit can cover it?",
        right=right(*made(codes.index(good) + 1)),
        wrong=(
            *(wrong("pointer-off-list", *made(codes.index(each) + 1), code=each, **figures) for each in others),
            wrong("pointer-to-nothing", *made(len(codes) + 1), **figures),
        ),
        steps=(
            f"On the list of the home benefit is {good}, {_PLACES[codes.index(good)]} of the claim.",
            "The line points to it.",
        ),
        variant=good,
    )


def whole_claim(asked: Asked) -> Draft:
    """Everything at once: contractor, bundle, places and diagnosis."""
    visit = Visit(asked)
    listed, near = _lists(asked)
    good, bad = asked.draws.pick(sorted(listed)), asked.draws.pick(sorted(near))
    asked.rests_on("home.places_of_service", "home.bundle_units")
    drug, service, here = visit.drug, visit.service(), visit.place

    def made(
        lines: list[Line], to: str = "DME", second: str = here, code: str = good, payer: str = "medicare-dme"
    ) -> Made:
        count = "two lines" if len(lines) > 2 else "one line"
        words = (
            f"to the {to} MAC, diagnosis {code}",
            f"{CODE}, place of service {here}",
            f"{visit.bundle}, {count}, place of service {second}",
        )
        return words, visit.claim(lines, payer, diagnoses=[code])

    elsewhere = visit.service(place_of_service="11")
    return Draft(
        setting=_SETTING,
        situation=f"{visit.told} The chart supports {good}, {listed[good]}. {_NO_MODIFIERS}",
        ask="Which claim may go out?",
        right=right(*made([drug, service])),
        wrong=(
            wrong("ab-contractor", *made([drug, service], "A/B", payer="medicare-ab"), bundle=visit.bundle),
            wrong("not-a-home", *made([drug, elsewhere], second="11"), place="11"),
            wrong("second-bundle-line", *made([drug, service, service]), bundle=visit.bundle),
            wrong("near-miss", *made([drug, service], code=bad), code=bad),
        ),
        steps=(
            f"To the DME MAC; {good} is on the list.",
            f"One {visit.bundle} line for the date, at the place of the drug, {here}.",
        ),
        variant=good,
    )


def _lists(asked: Asked) -> tuple[dict[str, str], dict[str, str]]:
    """The codes on the list of the home benefit with their titles, and those next to it."""
    listed: dict[str, str] = dict(asked.fact("diagnosis.home_list"))
    near = {code: title for name in _NEAR for code, title in asked.fact(f"diagnosis.near_miss.{name}").items()}
    return listed, near


LEVELS: dict[int, tuple[Template, ...]] = {
    1: (contractor, place_of_service, listed_diagnosis),
    2: (visit_length, window, diagnosis_of_one_family),
    3: (end_of_the_window, pointer, whole_claim),
}
