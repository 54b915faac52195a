"""Topic ``modifiers``: which modifier may ride on which line of the claim.

A day has features (a visit, 340B stock, an off-campus department, a signed notice, a second encounter), and each feature
has its modifier, its lines and its mistakes. The more features, the harder the question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from j1553ref.training.asking import Asked, Choice, Draft, Made, Template, right, wrong
from j1553ref.training.claims import Line, claim, line, written
from j1553ref.training.doses import Given, drug, whole_dose_with_rest, whole_vials
from j1553ref.training.words import FURTHER_HOURS, total_mg, vials_text
from j1553ref.vials import grams

__all__ = ["LEVELS"]

#: A visit to the physician, by number; the rules know the family.
_VISIT = "99214"
#: role of a line (dose, rest, infusion, again, visit) -> the line; a claim has them in this order
_Lines = dict[str, Line]
_DRUG, _SERVICES = ("dose", "rest"), ("infusion", "again", "visit")
_OFFICE_FEATURES, _HOSPITAL_FEATURES = ("visit", "notice", "again"), ("340b", "off-campus", "again")
_READ = {
    "visit": ("modifier.25", "infusion.same_day_visit"),
    "notice": ("modifier.GA", "modifier.GZ", "modifier.GY"),
    "again": ("modifier.59", "infusion.one_initial"),
    "340b": ("modifier.TB", "modifier.JG"),
    "off-campus": (),
}


class Day:
    """One day of an office or a hospital with its features, the lines that they make, and their mistakes."""

    def __init__(
        self, asked: Asked, features: tuple[str, ...], *, hospital: bool, rest: bool, recorded: bool = True
    ) -> None:
        self.asked, self.features, self.recorded, self.hospital = asked, features, recorded, hospital
        vials = whole_vials(asked)
        dose, vials = whole_dose_with_rest(asked) if rest else (total_mg(vials), vials)
        # A contractor's own text stands behind the visit's 25.
        place = (
            asked.hospital() if hospital else asked.office("medicare-ab:ngs" if "visit" in features else "medicare-ab")
        )
        self.given = Given(asked=asked, place=place, dose=dose, vials=vials, aside=True)
        self.mark = asked.draws.pick(["PO", "PN"] if features == ("off-campus",) else ["PO"])
        self.initial = asked.initial
        asked.rests_on("discard.jw" if rest else "discard.jz", "discard.single_dose_basis")
        asked.rests_on(*(each for feature in features for each in _READ[feature]))
        if hospital:
            asked.rests_on("discard.institutional")
        if "off-campus" in features:
            asked.rests_on(f"modifier.{self.mark}")

    @property
    def setting(self) -> str:
        """Where it is."""
        if not self.hospital:
            return "Office, CMS-1500, Medicare Part B" + (" (contractor NGS)" if "visit" in self.features else "")
        where = "on campus"
        if "off-campus" in self.features:
            where = f"{'excepted' if self.mark == 'PO' else 'non-excepted'} off-campus department"
        return f"Hospital outpatient department, {where}, UB-04, Medicare Part B"

    @property
    def told(self) -> str:
        """What happened."""
        left = "Nothing is left." if not self.given.bill.discarded_units else "The rest is discarded."
        words = {
            "visit": f"On the same day the physician sees the patient for a separate reason, {_VISIT}.",
            "notice": "The office expects a denial as not medically necessary, and the patient signed an"
            " Advance Beneficiary Notice (ABN) beforehand.",
            "again": "In the evening the patient comes back, and another drug is infused for up to an hour; its drug line is left"
            " out here.",
            "340b": "The vials come from 340B stock.",
        }
        dose = f"{grams(self.given.dose)} of Yimmugo is given from {vials_text(self.given.vials)}. {left}"
        told = " ".join([dose, *(words[each] for each in self.features if each in words)])
        return f"{told} {FURTHER_HOURS}"

    def lines(self) -> _Lines:
        """The right lines."""
        made = dict(zip(_DRUG, self.given.lines(), strict=False))
        made["infusion"] = line(self.initial, 1)
        if "again" in self.features:
            made["again"] = line(self.initial, 1, "59")
        if "visit" in self.features:
            made["visit"] = line(_VISIT, 1, "25")
        if "340b" in self.features:
            made = _add(made, _DRUG, "TB")
        if "off-campus" in self.features:
            made = _add(made, (*_DRUG, *_SERVICES), self.mark)
        if "notice" in self.features:
            made = _add(made, (*_DRUG, "infusion"), "GA")
        return made

    def choice(self, lines: _Lines) -> Made:
        """What an option says, and its claim."""
        more: dict[str, Any] = {}
        if self.hospital:
            more = {"is_340b": "340b" in self.features, "off_campus": "off-campus" in self.features}
        drugs, services = ([lines[each] for each in roles if each in lines] for roles in (_DRUG, _SERVICES))
        if self.recorded:
            return written(lines.values()), self.given.claim(drugs, services, **more)
        return written(lines.values()), claim(self.given.place, self.asked.on, [*drugs, *services], **more)

    def slips(self, features: tuple[str, ...]) -> Iterator[Choice]:
        """The mistakes of these features."""
        figures = {"right": self.mark, "left": self.given.bill.discarded_units}
        for mistake, changed in self._changes(features):
            yield wrong(mistake, *self.choice(changed(self.lines())), **figures)

    def _changes(self, features: tuple[str, ...]) -> Iterator[tuple[str, Callable[[_Lines], _Lines]]]:
        mark, marked = self.mark, (*_DRUG, *_SERVICES)
        if "visit" in features:
            yield "25-on-the-drug", lambda made: _add(_drop(made, ("visit",), "25"), ("dose",), "25")
            yield "25-on-the-infusion", lambda made: _add(_drop(made, ("visit",), "25"), ("infusion",), "25")
            yield "no-25", lambda made: _drop(made, ("visit",), "25")
        if "notice" in features:
            yield "gz", lambda made: _swap(made, "GA", "GZ")
            yield "gz-and-ga", lambda made: _swap(made, "GA", "GA", "GZ")
            yield "gz-and-gy", lambda made: _swap(made, "GA", "GY", "GZ")
        if "again" in features:
            yield "no-59", lambda made: _drop(made, ("again",), "59")
            yield "59-on-the-drug-only", lambda made: _add(_drop(made, ("again",), "59"), ("dose",), "59")
            yield "25-for-59", lambda made: _swap(made, "59", "25")
        if "340b" in features:
            yield "no-tb", lambda made: _drop(made, _DRUG, "TB")
            yield "jg", lambda made: _swap(made, "TB", "JG")
            yield "tb-on-the-infusion", lambda made: _add(_drop(made, _DRUG, "TB"), ("infusion",), "TB")
        if "off-campus" in features:
            yield "off-campus-unmarked", lambda made: _drop(made, marked, mark)
            yield "off-campus-drug-only", lambda made: _drop(made, _SERVICES, mark)
            yield "off-campus-infusion-only", lambda made: _drop(made, _DRUG, mark)
            yield "po-and-pn", lambda made: _swap(made, mark, "PO", "PN")
        if "discarded" in features and self.given.bill.discarded_units:
            self.asked.rests_on("discard.jw_line", "discard.exclusive")
            yield "jz-beside-jw", lambda made: _add(made, ("dose",), "JZ", first=True)
            yield "no-jw-line", lambda made: {role: each for role, each in made.items() if role != "rest"}
        elif "discarded" in features:
            yield "no-modifier" if self.recorded else "neither", lambda made: _drop(made, _DRUG, "JZ")
            yield "jz-on-the-infusion", lambda made: _add(_drop(made, _DRUG, "JZ"), ("infusion",), "JZ", first=True)
        if "discarded" in features:
            yield "jb", lambda made: _add(made, ("dose",), "JB")
            if "again" not in self.features:
                yield "59-on-the-drug", lambda made: _add(made, ("dose",), "59")

    def steps(self) -> tuple[str, ...]:
        """Modifier by modifier."""
        rest = self.given.bill.discarded_units
        words = {
            "visit": f"25 marks the separate visit and goes on {_VISIT} only.",
            "notice": "A denial is expected and an ABN was signed: GA, on drug and administration. GZ would say that none was.",
            "again": f"Two encounters: {self.initial} is billed twice, and 59 marks the second one, not the drug.",
            "340b": "TB marks 340B stock and goes on the drug.",
            "off-campus": f"PO marks an excepted off-campus department, PN one that is not: {self.mark}, on each line.",
        }
        drug_words = (
            f"{rest} units were discarded: a JW line, and neither JW nor JZ on the dose."
            if rest
            else ("Nothing was discarded: JZ on the drug line, and on no other.")
        )
        return (drug_words, *(words[each] for each in self.features))


def line_of_25(asked: Asked) -> Draft:
    """25 rides on the visit."""
    day = Day(asked, ("visit",), hospital=False, rest=False)
    bare = _drop(day.lines(), ("visit",), "25")
    return _which_line(
        day,
        "25",
        f"the visit, {_VISIT}",
        {
            "25-on-the-drug": ("the drug, J1553", _add(bare, ("dose",), "25")),
            "25-on-the-infusion": (f"the infusion, {day.initial}", _add(bare, ("infusion",), "25")),
            "25-everywhere": ("each line", _add(bare, ("dose", "infusion", "visit"), "25")),
        },
    )


def line_of_jz(asked: Asked) -> Draft:
    """JZ rides on the drug."""
    day = Day(asked, ("visit",), hospital=False, rest=False)
    bare = _drop(day.lines(), ("dose",), "JZ")
    return _which_line(
        day,
        "JZ",
        "the drug, J1553",
        {
            "jz-on-the-infusion": (f"the infusion, {day.initial}", _add(bare, ("infusion",), "JZ")),
            "jz-on-the-visit": (f"the visit, {_VISIT}", _add(bare, ("visit",), "JZ")),
            "jz-everywhere": ("each line", _add(bare, ("dose", "infusion", "visit"), "JZ")),
        },
    )


def line_of_the_department(asked: Asked) -> Draft:
    """PO or PN rides on each line."""
    day = Day(asked, ("off-campus",), hospital=True, rest=False)
    lines, mark = day.lines(), day.mark
    return _which_line(
        day,
        mark,
        "each line",
        {
            "off-campus-drug-only": ("the drug alone, J1553", _drop(lines, _SERVICES, mark)),
            "off-campus-infusion-only": (f"the infusion alone, {day.initial}", _drop(lines, _DRUG, mark)),
            "off-campus-unmarked": ("none", _drop(lines, (*_DRUG, *_SERVICES), mark)),
        },
    )


def _which_line(day: Day, modifier: str, where: str, others: dict[str, tuple[str, _Lines]]) -> Draft:
    return Draft(
        setting=day.setting,
        situation=day.told,
        ask=f"Which line carries modifier {modifier}?",
        right=right((where,), day.choice(day.lines())[1]),
        wrong=tuple(
            wrong(mistake, (text,), day.choice(lines)[1], right=modifier) for mistake, (text, lines) in others.items()
        ),
        steps=day.steps(),
        variant=modifier,
    )


def one_feature(asked: Asked) -> Draft:
    """A plain day, 340B stock, or a signed notice."""
    features, hospital = asked.draws.pick([((), False), (("340b",), True), (("notice",), False)])
    return _day(asked, features, hospital)


def two_features(asked: Asked) -> Draft:
    """Two features of an office or a hospital."""
    return _several(asked, 2)


def three_features(asked: Asked) -> Draft:
    """Three features of an office or a hospital."""
    return _several(asked, 3)


def _several(asked: Asked, count: int) -> Draft:
    hospital = bool(asked.draws.below(2))
    features = asked.draws.pick(list(combinations(_HOSPITAL_FEATURES if hospital else _OFFICE_FEATURES, count)))
    return _day(asked, features, hospital)


def _day(asked: Asked, features: tuple[str, ...], hospital: bool) -> Draft:
    # Whether TB rides on the JW line too rests on one source, so 340B stock is always used up here.
    rest = "340b" not in features and bool(asked.draws.below(2))
    day = Day(asked, features, hospital=hospital, rest=rest, recorded="visit" not in features)
    about = features if len(features) == 1 else (*features, "discarded")
    return Draft(
        setting=day.setting,
        situation=day.told,
        ask="Which lines go on the claim?",
        right=right(*day.choice(day.lines())),
        wrong=tuple(day.slips(about)),
        spare=tuple(day.slips(("discarded",))),
        steps=day.steps(),
        variant=f"{'-'.join(features)} {'rest' if rest else 'whole'}",
    )


def split_lines(asked: Asked) -> Draft:
    """One dose on two lines, at a contractor that says how to part them."""
    vials = whole_vials(asked, kinds=2)
    given = Given(asked=asked, place=asked.office("medicare-ab:ngs"), dose=total_mg(vials), vials=vials, aside=True)
    first, second = (each.size_mg * each.count // asked.unit for each in vials)
    asked.rests_on(
        "modifiers.split_line", "modifier.76", "discard.jz", "discard.single_dose_basis", "discard.exclusive"
    )

    def made(*on_second: str) -> Made:
        lines = [drug(first, "JZ"), drug(second, *on_second)]
        return written(lines), given.claim(lines)

    return Draft(
        setting="Office, CMS-1500, Medicare Part B (contractor NGS)",
        situation=(
            f"{grams(given.dose)} of Yimmugo is given from {vials_text(vials)}. Nothing is left. The office bills each lot on"
            " a line of its own."
        ),
        ask="Which drug lines go on the claim?",
        right=right(*made("JZ", "76")),
        wrong=(
            wrong("second-line-unmarked", *made("JZ")),
            wrong("25-to-part-lines", *made("JZ", "25")),
            wrong("jw-on-the-second", *made("JW")),
        ),
        steps=(
            f"{first} + {second} units, both with JZ.",
            "The second line would look like a duplicate: 76 parts it from the first.",
        ),
        variant="split",
    )


def _add(lines: _Lines, roles: tuple[str, ...], modifier: str, *, first: bool = False) -> _Lines:
    """The lines with a modifier more on those of these roles."""
    return {
        role: each | {"modifiers": [modifier, *each["modifiers"]] if first else [*each["modifiers"], modifier]}
        if role in roles
        else each
        for role, each in lines.items()
    }


def _drop(lines: _Lines, roles: tuple[str, ...], modifier: str) -> _Lines:
    """The lines without a modifier on those of these roles."""
    return {
        role: each | {"modifiers": [one for one in each["modifiers"] if role not in roles or one != modifier]}
        for role, each in lines.items()
    }


def _swap(lines: _Lines, modifier: str, *others: str) -> _Lines:
    """The lines with others in the place of a modifier."""
    return {
        role: each
        | {"modifiers": [new for one in each["modifiers"] for new in (others if one == modifier else (one,))]}
        for role, each in lines.items()
    }


LEVELS: dict[int, tuple[Template, ...]] = {
    1: (line_of_25, line_of_jz, line_of_the_department, one_feature),
    2: (two_features,),
    3: (three_features, split_lines),
}
