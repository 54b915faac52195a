"""The topics with their three levels: what each asks, and the templates that ask it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from j1553ref.training.topics import (
    administration,
    code_by_date,
    denials,
    home,
    jw_jz,
    modifiers,
    ndc,
    sites,
    units,
)
from j1553ref.training.asking import Template

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
    Topic(
        "units",
        "Dose and vials to units",
        {
            1: "whole vials; the dose in grams, milligrams or milliliters",
            2: "drug left in the vials, a dose that is no whole number of units, a switch from a code per 500 mg",
            3: "an order by body weight, an infusion that was stopped, two days",
        },
        units.LEVELS,
    ),
    Topic(
        "jw-jz",
        "JW and JZ",
        {
            1: "JZ or a JW line; doses in whole grams",
            2: "a dose and a rest that are no whole units, the hospital's claim",
            3: "two days, overfill, free drug, vials that could have been avoided",
        },
        jw_jz.LEVELS,
    ),
    Topic(
        "ndc",
        "NDC",
        {
            1: "eleven digits from the carton, the qualifier, milliliters of whole vials",
            2: "the whole string of item 24A, a line for each NDC",
            3: "a dose that is no whole number of units, two brands of one seller",
        },
        ndc.LEVELS,
    ),
    Topic(
        "administration",
        "Administration codes",
        {
            1: "start and stop time to first and further hours",
            2: "a last piece at the threshold, a pause, a push before the infusion",
            3: "premedication, hydration, an infusion no longer than a push",
        },
        administration.LEVELS,
    ),
    Topic(
        "modifiers",
        "Modifiers and their lines",
        {
            1: "one modifier and its line: 25, JZ, PO and PN, TB, GA",
            2: "two at once: a visit, a signed notice, a second encounter, 340B stock, an off-campus department",
            3: "three at once, and one dose on two lines",
        },
        modifiers.LEVELS,
    ),
    Topic(
        "code-by-date",
        "Code by date of service",
        {
            1: "J1553 against unlisted codes, and the dates that staff remember",
            2: "days around the first date, two dates at a payer that named its code",
            3: "the day of the change, an approval of the old code, code and units together",
        },
        code_by_date.LEVELS,
    ),
    Topic(
        "home",
        "Medicare's home benefit",
        {
            1: "contractor, place of service, diagnoses on the list",
            2: "bundle lines and dates, diagnoses of one category",
            3: "the last day of the window, diagnosis pointers, a whole claim",
        },
        home.LEVELS,
    ),
    Topic(
        "sites",
        "Sites of service and forms",
        {
            1: "an office's place of service, who bills a hospital's patient, the drug's revenue code",
            2: "a critical access hospital, an off-campus department, modifiers at a hospital",
            3: "a whole claim of a hospital or an office",
        },
        sites.LEVELS,
    ),
    Topic(
        "denials",
        "Denials",
        {
            1: "from the pair of codes to the cause, and back",
            2: "prevention, and what is sent instead",
            3: "four claims, of which one may go out",
        },
        denials.LEVELS,
    ),
    Topic("mixed", "Mixed", {1: "all topics", 2: "all topics", 3: "all topics"}, {}),
)

#: Every topic by its id.
TOPICS: dict[str, Topic] = {each.id: each for each in _ALL}
