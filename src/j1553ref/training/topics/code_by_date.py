"""Topic ``code-by-date``: which code for which date of service and payer, where a source settles it.

Medicare's code before J1553 is not known, so earlier dates are asked of a payer alone whose text names a code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial

from j1553ref.code import CODE, code_for
from j1553ref.facts.wording import date_text
from j1553ref.training.asking import Asked, Choice, Draft, Made, wrong
from j1553ref.training.claims import Line, Place, carton, claim, dated, line
from j1553ref.training.doses import in_words, total_mg, whole_vials

#: The payer whose text names one code for Yimmugo before J1553, and the fact that says so.
_PAYER, _NAMED = "bcbs:premera", "code.predecessor.J3590-premera"
#: Codes of other single brands, for the slip of the eye.
_NEIGHBORS = ("J1552", "J1554", "J1557")


class Dose:
    """Vials that are used up, and the claims that bill them with one code or another."""

    def __init__(self, asked: Asked) -> None:
        self.asked, self.vials = asked, whole_vials(asked)
        self.dose = total_mg(self.vials)
        self.words = in_words(self.dose, self.vials) | {"on": date_text(asked.on)}

    def line(self, code: str) -> Line:
        """A drug line with an NDC of Yimmugo, so that the checker can tell what was given."""
        units = self.dose // self.asked.aside("unit.size")
        beside = {"qualifier": "N4", "ndc": carton(self.vials[0].size_mg), "quantity": str(units), "unit": "ML"}
        return line(code, units, "JZ", drug=beside)

    def made(self, place: Place, code: str) -> Made:
        """The code as an option, and its claim."""
        return (code,), claim(place, self.asked.on, [self.line(code), line(self.asked.initial, 1)])

    def slips(self, unlisted: Iterable[str], place: Place) -> Iterator[Choice]:
        """Unlisted codes, and the code of another brand."""
        for code in unlisted:
            yield wrong("unlisted", *self.made(place, code), code=code)
        code = self.asked.draws.pick(_NEIGHBORS)
        yield wrong("neighbor", *self.made(place, code), code=code, brand=self.asked.fact(f"related.{code}")["brand"])


def on_a_valid_date(asked: Asked) -> Draft:
    """A date on which the code is valid, at an office, a hospital or a commercial plan."""
    drug = Dose(asked)
    first, unlisted = asked.fact("code.first_date_of_service"), asked.fact("code.unlisted")
    places = {
        "Office, CMS-1500, Medicare Part B": asked.place(),
        "Hospital outpatient department, UB-04, Medicare Part B": asked.hospital(),
        "Office, CMS-1500, a commercial plan": asked.place("commercial"),
    }
    name, place = asked.draws.pick(list(places.items()))
    commercial = place.payer == "commercial"
    asked.states("code.valid", *([] if commercial else ["code.specific_over_unlisted"]))
    # Without it a payer that loads new codes late could be right with the old one.
    loaded = " The payer has loaded J1553." if commercial else ""
    figures = drug.words | {"setting": name, "first": date_text(first), "loaded": loaded}
    return Draft(figures, partial(drug.made, place), name, drug.slips(unlisted, place))


def first_date(asked: Asked) -> Draft:
    """Which of four dates the code is valid on; the others are dates that staff remember."""
    first: date = asked.fact("code.first_date_of_service")
    good = first + timedelta(days=asked.draws.below(90))
    new_year = first.replace(month=1, day=asked.draws.between(2, 9))
    approval, launch = asked.fact("product.approval_date"), asked.fact("product.launch_date")
    days = {"good": good, "approval": approval, "launch": launch, "new_year": new_year}
    return _four_dates(asked, days, first, variant="remembered")


def beside_the_first_date(asked: Asked) -> Draft:
    """The first date or the day after it, and days close before it."""
    first: date = asked.fact("code.first_date_of_service")
    before = first - timedelta(days=asked.draws.between(2, 30))
    new_year = first.replace(month=1, day=asked.draws.between(2, 9))
    good = first + timedelta(days=asked.draws.below(2))
    days = {"good": good, "day_before": first - timedelta(days=1), "before": before, "new_year": new_year}
    return _four_dates(asked, days, first)


def _four_dates(asked: Asked, days: dict[str, date], first: date, variant: str = "") -> Draft:
    drug = Dose(asked)
    asked.states("code.valid")
    texts = {name: date_text(day) for name, day in days.items()}

    def made(text: str) -> Made:
        day = next(day for name, day in days.items() if texts[name] == text)
        return (text,), claim(asked.place(), day, [drug.line(CODE), line(asked.initial, 1)])

    return Draft(drug.words | texts | {"first": date_text(first)}, made, variant)


def two_dates(asked: Asked) -> Draft:
    """One date before the code and one after it, at a payer that named its code."""
    first: date = asked.fact("code.first_date_of_service")
    before, after = asked.draws.between(10, 60), asked.draws.between(5, 40)
    return _both_dates(asked, first - timedelta(days=before), first + timedelta(days=after))


def two_days_of_the_change(asked: Asked) -> Draft:
    """The last day before the code and its first."""
    first: date = asked.fact("code.first_date_of_service")
    return _both_dates(asked, first - timedelta(days=1), first + timedelta(days=asked.draws.below(3)))


def _both_dates(asked: Asked, before: date, after: date) -> Draft:
    old, new = (code_for(day, payer=_PAYER, facts=asked.base).code for day in (before, after))
    assert old is not None and new == CODE
    asked.fact(_NAMED, before)
    asked.states("code.valid")
    first = date_text(asked.fact("code.first_date_of_service"))
    drug = Dose(asked)
    prepared = after + timedelta(days=asked.draws.between(3, 12))

    def made(on_first: str, on_second: str) -> Made:
        lines: list[Line] = []
        for day, code in ((before, on_first), (after, on_second)):
            lines += [dated(drug.line(code), day), dated(line(asked.initial, 1), day)]
        words = (f"{date_text(before)}: {on_first}", f"{date_text(after)}: {on_second}")
        return words, claim(asked.place(_PAYER), before, lines)

    days = {"before": date_text(before), "after": date_text(after), "prepared": date_text(prepared)}
    return Draft(drug.words | days | {"first": first, "old": old, "new": new}, made)


def old_approval(asked: Asked) -> Draft:
    """An approval that names the old code."""
    first, unlisted = asked.fact("code.first_date_of_service"), asked.fact("code.unlisted")
    named = _NAMED.rpartition(".")[2].partition("-")[0]
    asked.fact(_NAMED, first - timedelta(days=1))
    asked.states("code.valid")
    drug = Dose(asked)
    place = asked.place(_PAYER)
    month = asked.draws.pick(["January", "February", "March"])
    figures = drug.words | {"first": date_text(first), "named": named, "month": f"{month} {first.year}"}
    slips = drug.slips([code for code in unlisted if code != named], place)
    return Draft(figures, partial(drug.made, place), "approval", spare=slips)


def code_and_units(asked: Asked) -> Draft:
    """Code and units together."""
    drug = Dose(asked)
    first, usual, unit = asked.fact("code.first_date_of_service"), asked.usual, asked.unit
    asked.states("code.valid", "code.specific_over_unlisted", "discard.jz", "discard.single_dose_basis")
    neighbor = asked.draws.pick(_NEIGHBORS)
    brand = asked.fact(f"related.{neighbor}")["brand"]
    habit, units = drug.dose // usual, drug.dose // unit

    def made(code: str, units: str) -> Made:
        lines = [drug.line(code) | {"units": int(units)}, line(asked.initial, 1)]
        return (f"{code} JZ × {units}",), claim(asked.place(), asked.on, lines)

    other = asked.draws.pick([code for code in asked.fact("code.unlisted") if code.startswith("J")])
    amounts = {"usual": usual, "unit": unit, "units": units, "habit": habit}
    codes = {"first": date_text(first), "neighbor": neighbor, "brand": brand, "other": other}
    return Draft(drug.words | amounts | codes, made)
