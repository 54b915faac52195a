"""The topics with their three levels: what each asks, and the templates that ask it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from j1553ref.exercises import administration, billed_units, discarded, ndc_strings, riding_modifiers
from j1553ref.exercises.asking import Template

__all__ = ["LEVEL_NAMES", "TOPICS", "Topic"]

LEVEL_NAMES = {1: "first steps", 2: "everyday", 3: "tricky"}


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: its id and title, and by level what it asks and the templates, each with the topic that it is of."""

    id: str
    title: str
    about: Mapping[int, str]
    levels: Mapping[int, tuple[Template, ...]]

    def templates(self, level: int) -> Iterator[tuple[str, Template]]:
        """The templates of a level; those of ``mixed`` are all the others'."""
        for topic in TOPICS.values() if self.id == "mixed" else (self,):
            yield from ((topic.id, each) for each in topic.levels.get(level, ()))


_ALL = (
    Topic("units", "Dose and vials to units", {
        1: "whole vials; the dose in grams, milligrams or milliliters",
        2: "drug left in the vials, a dose that is no whole number of units, a switch from a code per 500 mg",
        3: "an order by body weight, an infusion that was stopped, two days",
    }, billed_units.LEVELS),
    Topic("jw-jz", "JW and JZ", {
        1: "JZ or a JW line; doses in whole grams",
        2: "a dose and a rest that are no whole units, the hospital's claim",
        3: "two days, overfill, free drug, vials that could have been avoided",
    }, discarded.LEVELS),
    Topic("ndc", "NDC", {
        1: "eleven digits from the carton, the qualifier, milliliters of whole vials",
        2: "the whole string of item 24A, a line for each NDC",
        3: "a dose that is no whole number of units, two brands of one seller",
    }, ndc_strings.LEVELS),
    Topic("administration", "Administration codes", {
        1: "start and stop time to first and further hours",
        2: "a last piece at the threshold, a pause, a push before the infusion",
        3: "premedication, hydration, an infusion no longer than a push",
    }, administration.LEVELS),
    Topic("modifiers", "Modifiers and their lines", {
        1: "25, JZ and JB: which line bears it",
        2: "340B stock, off-campus departments, a signed notice",
        3: "two encounters, a visit on the day, three modifiers of a hospital, one dose on two lines",
    }, riding_modifiers.LEVELS),
    Topic("mixed", "Mixed", {1: "all topics", 2: "all topics", 3: "all topics"}, {}),
)  # fmt: skip

#: Every topic by its id.
TOPICS: dict[str, Topic] = {each.id: each for each in _ALL}
