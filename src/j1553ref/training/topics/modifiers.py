"""Topic ``modifiers``: which modifier goes on which line of the claim.

A day has features (a visit, 340B stock, an off-campus department, a signed notice, a second encounter), and each feature
has its modifier, its lines and its mistakes. The more features, the harder the question.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from j1553ref.training.asking import Asked, Choice, Draft, Made, wrong
from j1553ref.training.claims import Line, claim, line, parsed, written
from j1553ref.training.data import read, table
from j1553ref.training.doses import NGS, Given, dose_with_leftover, total_mg, whole_vials

#: A visit to the physician, by number; the rules know the family.
_VISIT = "99214"
_OFFICE_FEATURES, _HOSPITAL_FEATURES = ("visit", "notice", "again"), ("340b", "off-campus", "again")
_KEYS = {"facts": list, "tells": str, "step": str, "mistakes": dict}
_FEATURES = {
    name: table(f"features.toml, {name}", found, _KEYS, ["tells"])
    for name, found in read("topics/features.toml").items()
}


class Day:
    """One day of an office or a hospital with its features, the lines that they make, and their mistakes."""

    def __init__(
        self,
        asked: Asked,
        features: tuple[str, ...],
        *,
        hospital: bool = False,
        leftover: bool = False,
        recorded: bool = True,
    ) -> None:
        self.asked, self.features, self.hospital, self.recorded = asked, features, hospital, recorded
        self.discarded = "discarded" if leftover else "nothing-left"
        vials = whole_vials(asked)
        dose, vials = dose_with_leftover(asked) if leftover else (total_mg(vials), vials)
        # A contractor's own text is behind the visit's 25.
        place = asked.hospital() if hospital else asked.place(NGS if "visit" in features else "medicare-ab")
        self.given = Given(asked, place, dose, vials, aside=True)
        self.mark = asked.draws.pick(["PO", "PN"] if features == ("off-campus",) else ["PO"])
        asked.states("discard.jw" if leftover else "discard.jz", "discard.single_dose_basis")
        asked.states(*(fact_id for feature in features for fact_id in _FEATURES[feature]["facts"]))
        asked.states(*(["discard.institutional"] if hospital else []))
        asked.states(*([f"modifier.{self.mark}"] if "off-campus" in features else []))

    def lines(self) -> dict[str, Line]:
        """The right lines by role, in the order of the claim."""
        on_drug, on_infusion, on_others = (["TB"] if "340b" in self.features else []), list[str](), list[str]()
        for added in (on_drug, on_infusion, on_others):
            added += [self.mark] if "off-campus" in self.features else []
        for added in (on_drug, on_infusion):
            added += ["GA"] if "notice" in self.features else []
        made = {
            role: drug | {"modifiers": [*drug["modifiers"], *on_drug]}
            for role, drug in zip(("dose", "rest"), self.given.lines(), strict=False)
        }
        made["infusion"] = line(self.asked.initial, 1, *on_infusion)
        if "again" in self.features:
            made["again"] = line(self.asked.initial, 1, "59", *on_others)
        if "visit" in self.features:
            made["visit"] = line(_VISIT, 1, "25", *on_others)
        return made

    def made(self, text: str) -> Made:
        """What an option says, and its claim."""
        more: dict[str, Any] = {}
        if self.hospital:
            more = {"is_340b": "340b" in self.features, "off_campus": "off-campus" in self.features}
        if self.recorded:
            return self.given.made(text, services=[], **more)
        return tuple(text.split("; ")), claim(self.given.place, self.asked.on, parsed(text), **more)

    def slipped(self, edits: list[str]) -> Made:
        """An option with a mistake."""
        lines = self.lines()
        for edit in edits:
            lines = _edited(lines, *edit.format(mark=self.mark).split())
        return self.made("; ".join(written(lines.values())))

    def slips(self, *features: str) -> Iterator[Choice]:
        """The mistakes of these features."""
        left_out = {"neither" if self.recorded else "no-modifier"}
        left_out |= {"59-on-the-drug"} if "again" in self.features else set()
        for name, feature in _FEATURES.items():
            if name in features:
                self.asked.states(*feature["facts"])
                for mistake, edits in feature["mistakes"].items():
                    if mistake not in left_out:
                        yield wrong(mistake, *self.slipped(edits))

    def figures(self) -> dict[str, Any]:
        """Figures of the words."""
        where = "on campus"
        if "off-campus" in self.features:
            where = f"{'excepted' if self.mark == 'PO' else 'non-excepted'} off-campus department"
        contractor = " (contractor NGS)" if "visit" in self.features else ""
        setting = f"Office, CMS-1500, Medicare Part B{contractor}"
        if self.hospital:
            setting = f"Hospital outpatient department, {where}, UB-04, Medicare Part B"
        names: dict[str, Any] = {"visit": _VISIT, "initial": self.asked.initial, "mark": self.mark, "right": self.mark}
        names["left"] = self.given.bill.discarded_units
        features = [_FEATURES[name] for name in (self.discarded, *self.features)]
        happened, steps = (
            [feature.get(key, "").format_map(names) for feature in features] for key in ("tells", "step")
        )
        lines = "; ".join(written(self.lines().values()))
        words = {"setting": setting, "happened": "".join(happened), "steps": "\n".join(steps), "lines": lines}
        return self.given.words | names | words


def which_line(asked: Asked, *, feature: str, modifier: str) -> Draft:
    """On which line a modifier of a day with one feature goes; PO and PN go on each line."""
    day = Day(asked, (feature,), hospital=feature == "off-campus")
    modifier = modifier.format(mark=day.mark)

    def made(text: str, *edits: str) -> Made:
        return (text,), day.slipped(list(edits))[1]

    return Draft(day.figures() | {"modifier": modifier, "right": modifier}, made, modifier)


def one_feature(asked: Asked) -> Draft:
    """A plain day, 340B stock, or a signed notice."""
    features, hospital = asked.draws.pick([((), False), (("340b",), True), (("notice",), False)])
    return _day(asked, features, hospital)


def several_features(asked: Asked, *, count: int) -> Draft:
    """So many features of an office or a hospital."""
    hospital = bool(asked.draws.below(2))
    features = asked.draws.pick(list(combinations(_HOSPITAL_FEATURES if hospital else _OFFICE_FEATURES, count)))
    return _day(asked, features, hospital)


def _day(asked: Asked, features: tuple[str, ...], hospital: bool) -> Draft:
    # One source alone says whether TB goes on the JW line too, so 340B stock is always used up here.
    leftover = "340b" not in features and bool(asked.draws.below(2))
    day = Day(asked, features, hospital=hospital, leftover=leftover, recorded="visit" not in features)
    about = features if len(features) == 1 else (*features, day.discarded)
    variant = f"{'-'.join(features)} {'rest' if leftover else 'whole'}"
    return Draft(day.figures(), day.made, variant, day.slips(*about), day.slips(day.discarded))


def split_lines(asked: Asked) -> Draft:
    """One dose on two lines, at a contractor that says how to mark the second one."""
    given = Given.whole(asked, NGS, kinds=2, aside=True)
    first, second = (vial.size_mg * vial.count // asked.unit for vial in given.vials)
    asked.states("modifiers.split_line", "modifier.76", "discard.jz", "discard.single_dose_basis", "discard.exclusive")
    return Draft(given.words | {"first": first, "second": second}, given.made, "split")


def _edited(lines: dict[str, Line], change: str, modifier: str, *others: str) -> dict[str, Line]:
    """The lines with one change, as ``features.toml`` writes it."""
    if change == "leave":
        return {role: made for role, made in lines.items() if role != modifier}
    edited = {}
    for role, made in lines.items():
        held: list[str] = made["modifiers"]
        if change == "swap":
            held = [new for old in held for new in (others if old == modifier else (old,))]
        elif not others or role in others:
            without = [old for old in held if old != modifier]
            held = {"take": without, "put": [*held, modifier], "lead": [modifier, *held]}[change]
        edited[role] = made | {"modifiers": held}
    return edited
