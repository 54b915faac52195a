"""Topic ``modifiers``: which modifier goes on which line of the claim.

A day has features (a visit, 340B stock, an off-campus department, a signed notice, a second encounter), and each feature
has its modifier, its lines and its mistakes. The more features, the harder the question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import combinations
from typing import Any

from j1553ref.training.asking import Asked, Choice, Draft, Made, draft, right, wrong
from j1553ref.training.claims import Line, claim, drug, line, written
from j1553ref.training.doses import NGS, Given, total_mg, whole_dose_with_rest, whole_vials

#: A visit to the physician, by number; the rules know the family.
_VISIT = "99214"
#: role of a line -> the line; a claim has them in this order
_Lines = dict[str, Line]
_Edit = Callable[[_Lines], _Lines]
_DRUG, _SERVICES = ("dose", "rest"), ("infusion", "again", "visit")
_OFFICE_FEATURES, _HOSPITAL_FEATURES = ("visit", "notice", "again"), ("340b", "off-campus", "again")
#: feature -> the facts that a question about it rests on
_READ = {
    "visit": ("modifier.25", "infusion.same_day_visit"),
    "notice": ("modifier.GA", "modifier.GZ", "modifier.GY"),
    "again": ("modifier.59", "infusion.one_initial"),
    "340b": ("modifier.TB", "modifier.JG"),
    "off-campus": (),
}
#: feature -> what the situation tells of it; the setting tells that a department is off campus
_TELLS = {
    "visit": f" On the same day the physician sees the patient for a separate reason, {_VISIT}.",
    "notice": " The office expects a denial as not medically necessary, and the patient signed an Advance Beneficiary Notice"
    " (ABN) beforehand.",
    "again": " In the evening the patient comes back, and another drug is infused for up to an hour; its drug line is left"
    " out here.",
    "340b": " The vials come from 340B stock.",
    "off-campus": "",
}
#: feature -> why its modifier goes where it goes
_STEPS = {
    "visit": f"25 marks the separate visit and goes on {_VISIT} only.",
    "notice": "A denial is expected and an ABN was signed: GA, on drug and administration. GZ would say that none was.",
    "again": "Two encounters: {initial} is billed twice, and 59 marks the second one, not the drug.",
    "340b": "TB marks 340B stock and goes on the drug.",
    "off-campus": "PO marks an excepted off-campus department, PN one that is not: {mark}, on each line.",
}
#: feature -> its mistakes; those about discarded drug depend on whether there is any
_MISTAKES = {
    "visit": ("25-on-the-drug", "25-on-the-infusion", "no-25"),
    "notice": ("gz", "gz-and-ga", "gz-and-gy"),
    "again": ("no-59", "59-on-the-drug-only", "25-for-59"),
    "340b": ("no-tb", "jg", "tb-on-the-infusion"),
    "off-campus": ("off-campus-unmarked", "off-campus-drug-only", "off-campus-infusion-only", "po-and-pn"),
}


class Day:
    """One day of an office or a hospital with its features, the lines that they make, and their mistakes."""

    def __init__(self, asked: Asked, features: tuple[str, ...], *, hospital: bool = False, rest: bool = False) -> None:
        self.asked, self.features, self.hospital = asked, features, hospital
        vials = whole_vials(asked)
        dose, vials = whole_dose_with_rest(asked) if rest else (total_mg(vials), vials)
        # A contractor's own text is behind the visit's 25.
        place = asked.hospital() if hospital else asked.place(NGS if "visit" in features else "medicare-ab")
        self.given = Given(asked, place, dose, vials, aside=True)
        self.mark = asked.draws.pick(["PO", "PN"] if features == ("off-campus",) else ["PO"])
        asked.rests_on("discard.jw" if rest else "discard.jz", "discard.single_dose_basis")
        asked.rests_on(*(fact_id for feature in features for fact_id in _READ[feature]))
        asked.rests_on(*(["discard.institutional"] if hospital else []))
        asked.rests_on(*([f"modifier.{self.mark}"] if "off-campus" in features else []))

    def lines(self) -> _Lines:
        """The right lines."""
        made = dict(zip(_DRUG, self.given.lines(), strict=False))
        made["infusion"] = self.given.initial
        if "again" in self.features:
            made["again"] = line(self.asked.initial, 1, "59")
        if "visit" in self.features:
            made["visit"] = line(_VISIT, 1, "25")
        marks = {"340b": _put("TB", *_DRUG), "off-campus": _put(self.mark), "notice": _put("GA", *_DRUG, "infusion")}
        return reduce(lambda lines, name: marks[name](lines) if name in self.features else lines, marks, made)

    def made(self, lines: _Lines, *, recorded: bool = True) -> Made:
        """What an option says, and its claim."""
        more: dict[str, Any] = {}
        if self.hospital:
            more = {"is_340b": "340b" in self.features, "off_campus": "off-campus" in self.features}
        drugs, services = ([lines[role] for role in roles if role in lines] for roles in (_DRUG, _SERVICES))
        if recorded:
            return written(lines.values()), self.given.claim(drugs, services, **more)
        return written(lines.values()), claim(self.given.place, self.asked.on, [*drugs, *services], **more)

    def slipped(self, mistake: str) -> _Lines:
        """The lines with a mistake."""
        return reduce(lambda lines, edit: edit(lines), _edits(self.mark)[mistake], self.lines())

    def slips(self, features: tuple[str, ...], *, recorded: bool) -> Iterator[Choice]:
        """The mistakes of these features."""
        mistakes = [mistake for feature, own in _MISTAKES.items() if feature in features for mistake in own]
        if "discarded" in features:
            mistakes += self._about_discarded(recorded)
        for mistake in mistakes:
            yield wrong(mistake, *self.made(self.slipped(mistake), recorded=recorded))

    def _about_discarded(self, recorded: bool) -> Iterator[str]:
        if self.given.bill.discarded_units:
            self.asked.rests_on("discard.jw_line", "discard.exclusive")
            yield from ("jz-beside-jw", "no-jw-line")
        else:
            yield from ("no-modifier" if recorded else "neither", "jz-on-the-infusion")
        yield from ("jb",) if "again" in self.features else ("jb", "59-on-the-drug")

    def words(self) -> dict[str, Any]:
        """Figures of the words."""
        left, where = self.given.bill.discarded_units, "on campus"
        if "off-campus" in self.features:
            where = f"{'excepted' if self.mark == 'PO' else 'non-excepted'} off-campus department"
        contractor = " (contractor NGS)" if "visit" in self.features else ""
        setting = f"Office, CMS-1500, Medicare Part B{contractor}"
        if self.hospital:
            setting = f"Hospital outpatient department, {where}, UB-04, Medicare Part B"
        step = "Nothing was discarded: JZ on the drug line, and on no other."
        if left:
            step = f"{left} units were discarded: a JW line, and neither JW nor JZ on the dose."
        happened = ("The rest is discarded." if left else "Nothing is left.", *(_TELLS[name] for name in self.features))
        steps = [step, *(_STEPS[name].format(initial=self.asked.initial, mark=self.mark) for name in self.features)]
        figures = {"setting": setting, "happened": "".join(happened), "steps": "\n".join(steps)}
        return self.given.words | figures | {"right": self.mark, "left": left}


def line_of_25(asked: Asked) -> Draft:
    """25 goes on the visit."""
    day = Day(asked, ("visit",))
    infusion, good = f"the infusion, {asked.initial}", f"the visit, {_VISIT}"
    others = {"25-on-the-drug": "the drug, J1553", "25-on-the-infusion": infusion, "25-everywhere": "each line"}
    return _which_line(day, "25", good, others)


def line_of_jz(asked: Asked) -> Draft:
    """JZ goes on the drug."""
    day = Day(asked, ("visit",))
    infusion, visit = f"the infusion, {asked.initial}", f"the visit, {_VISIT}"
    others = {"jz-on-the-infusion": infusion, "jz-on-the-visit": visit, "jz-everywhere": "each line"}
    return _which_line(day, "JZ", "the drug, J1553", others)


def line_of_the_department(asked: Asked) -> Draft:
    """PO or PN goes on each line."""
    day = Day(asked, ("off-campus",), hospital=True)
    others = {
        "off-campus-drug-only": "the drug alone, J1553",
        "off-campus-infusion-only": f"the infusion alone, {asked.initial}",
        "off-campus-unmarked": "none",
    }
    return _which_line(day, day.mark, "each line", others)


def _which_line(day: Day, modifier: str, where: str, others: dict[str, str]) -> Draft:
    slips = (wrong(mistake, (text,), day.made(day.slipped(mistake))[1]) for mistake, text in others.items())
    good = right((where,), day.made(day.lines())[1])
    return draft(good, slips, variant=modifier, **day.words() | {"modifier": modifier, "right": modifier})


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
    # Whether TB goes on the JW line too rests on one source, so 340B stock is always used up here.
    rest = "340b" not in features and bool(asked.draws.below(2))
    day, recorded = Day(asked, features, hospital=hospital, rest=rest), "visit" not in features
    about = features if len(features) == 1 else (*features, "discarded")
    return draft(
        right(*day.made(day.lines(), recorded=recorded)),
        day.slips(about, recorded=recorded),
        spare=day.slips(("discarded",), recorded=recorded),
        variant=f"{'-'.join(features)} {'rest' if rest else 'whole'}",
        **day.words(),
    )


def split_lines(asked: Asked) -> Draft:
    """One dose on two lines, at a contractor that says how to mark the second one."""
    given = Given.whole(asked, NGS, kinds=2, aside=True)
    first, second = (vial.size_mg * vial.count // asked.unit for vial in given.vials)
    asked.rests_on(
        "modifiers.split_line", "modifier.76", "discard.jz", "discard.single_dose_basis", "discard.exclusive"
    )

    def made(*on_second: str) -> Made:
        lines = [drug(first, "JZ"), drug(second, *on_second)]
        return written(lines), given.claim(lines)

    return draft(
        right(*made("JZ", "76")),
        (
            wrong("second-line-unmarked", *made("JZ")),
            wrong("25-to-part-lines", *made("JZ", "25")),
            wrong("jw-on-the-second", *made("JW")),
        ),
        variant="split",
        **given.words | {"first": first, "second": second},
    )


def _edits(mark: str) -> dict[str, tuple[_Edit, ...]]:
    """What each mistake changes about the right lines; ``mark`` is the modifier of the department."""
    without_25, without_59, without_jz, without_tb = _take("25"), _take("59"), _take("JZ", *_DRUG), _take("TB", *_DRUG)
    return {
        "25-on-the-drug": (without_25, _put("25", "dose")),
        "25-on-the-infusion": (without_25, _put("25", "infusion")),
        "25-everywhere": (without_25, _put("25")),
        "no-25": (without_25,),
        "jz-on-the-infusion": (without_jz, _put("JZ", "infusion", first=True)),
        "jz-on-the-visit": (without_jz, _put("JZ", "visit")),
        "jz-everywhere": (without_jz, _put("JZ")),
        "gz": (_swap("GA", "GZ"),),
        "gz-and-ga": (_swap("GA", "GA", "GZ"),),
        "gz-and-gy": (_swap("GA", "GY", "GZ"),),
        "no-59": (without_59,),
        "59-on-the-drug-only": (without_59, _put("59", "dose")),
        "25-for-59": (_swap("59", "25"),),
        "no-tb": (without_tb,),
        "jg": (_swap("TB", "JG"),),
        "tb-on-the-infusion": (without_tb, _put("TB", "infusion")),
        "off-campus-unmarked": (_take(mark),),
        "off-campus-drug-only": (_take(mark, *_SERVICES),),
        "off-campus-infusion-only": (_take(mark, *_DRUG),),
        "po-and-pn": (_swap(mark, "PO", "PN"),),
        "jz-beside-jw": (_put("JZ", "dose", first=True),),
        "no-jw-line": (lambda lines: {role: kept for role, kept in lines.items() if role != "rest"},),
        "no-modifier": (without_jz,),
        "neither": (without_jz,),
        "jb": (_put("JB", "dose"),),
        "59-on-the-drug": (_put("59", "dose"),),
    }


def _edit(change: Callable[[list[str]], list[str]], roles: tuple[str, ...]) -> _Edit:
    """A change of the modifiers of the lines of these roles, or of all."""

    def edit(lines: _Lines) -> _Lines:
        chosen = roles or lines
        return {
            role: made | {"modifiers": change(made["modifiers"])} if role in chosen else made
            for role, made in lines.items()
        }

    return edit


def _put(modifier: str, *roles: str, first: bool = False) -> _Edit:
    return _edit(lambda held: [modifier, *held] if first else [*held, modifier], roles)


def _take(modifier: str, *roles: str) -> _Edit:
    return _edit(lambda held: [other for other in held if other != modifier], roles)


def _swap(modifier: str, *others: str) -> _Edit:
    return _edit(lambda held: [new for old in held for new in (others if old == modifier else (old,))], ())
