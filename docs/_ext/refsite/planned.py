"""The directives ``course-table`` and ``whole-vials``: units over a year, and a dose beside whole vials, no figure typed."""

from __future__ import annotations

from datetime import date

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.billing import Billing
from j1553ref.facts import checked_until
from j1553ref.planning import Course, course, whole_vials
from j1553ref.units import bill_units
from j1553ref.vials import grams, least_waste
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, facts
from refsite.doses import cell, vials_text
from refsite.nodes import table


def _words(text: str) -> list[str]:
    return directives.unchanged_required(text).split()


class CourseTable(CheckedDirective):
    """A row for each dose of ``doses`` (mg), a column for each course of ``courses``, such as ``4/52w`` or ``4/365d``."""

    option_spec = {"doses": _words, "courses": _words}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """The table, and a note of the facts that it was computed from."""
        on = checked_until()
        rows, read, heads = [], set[str](), list[str]()
        for dose in self.options["doses"]:
            bill, found = planned(int(dose), self.options["courses"], on)
            heads = [head(each) for each in found]
            cells = [grams(int(dose)), f"{bill.total_units}", *(f"{each.total_units:,}" for each in found)]
            rows.append([[cell(text)] for text in cells])
            read |= set(bill.facts)
        facts(self.env, *read)
        domain_of(self.env).use("fact", *read)
        return [table("doses courses", ["Dose", "Units of a dose", *heads], rows)]


def planned(dose_mg: int, courses: list[str], on: date) -> tuple[Billing, list[Course]]:
    """The billing of a dose from the smallest set of vials, and its courses; raises J1553Error where there is none.

    >>> bill, found = planned(35000, ["4/52w", "4/365d"], date(2026, 5, 4))
    >>> bill.total_units, [each.total_units for each in found]
    (350, [4550, 4900])
    """
    bill = bill_units(dose_mg=dose_mg, vials=least_waste(dose_mg, on=on), on=on)
    return bill, [_course(bill, *each.partition("/")[::2]) for each in courses]


def _course(bill: Billing, every: str, period: str) -> Course:
    key = {"w": "for_weeks", "d": "for_days"}[period[-1]]
    return course(bill, every_weeks=every, **{key: period[:-1]})


def head(found: Course) -> str:
    """A course as the head of a column.

    >>> head(planned(35000, ["4/52w"], date(2026, 5, 4))[1][0])
    'every 4 weeks, 52 weeks: 13 doses'
    """
    weeks, over = divmod(found.for_days, 7)
    period = f"{found.for_days} days" if over else f"{weeks} weeks"
    return f"every {found.every_days // 7} weeks, {period}: {found.doses} doses"


class WholeVialsTable(CheckedDirective):
    """For each dose of ``doses`` (mg) the two doses of whole vials beside it, from the smallest set."""

    option_spec = {"doses": _words}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """The table, and a note of the facts that it was computed from."""
        on = checked_until()
        read = set[str]()
        rows = []
        for dose in map(int, self.options["doses"]):
            cells, ids = beside(dose, on)
            rows += [[[cell(text)] for text in row] for row in cells]
            read |= set(ids)
        facts(self.env, *read)
        domain_of(self.env).use("fact", *read)
        return [table("doses courses", ["Dose", "Vials", "Units given", "Units left", "Of the ordered dose"], rows)]


def beside(dose_mg: int, on: date) -> tuple[list[list[str]], tuple[str, ...]]:
    """The rows of one dose: as ordered, and as whole vials below and above; and the ids of the facts behind them.

    >>> for row in beside(32450, date(2026, 5, 4))[0]:
    ...     print(row)
    ['32.45 g, as ordered', '20 g + 10 g + 5 g', '325', '25', '100%']
    ['30 g, the nearest', '20 g + 10 g', '300', '0', '92.4%']
    ['35 g', '20 g + 10 g + 5 g', '350', '0', '107.9%']
    """
    bill = bill_units(dose_mg=dose_mg, vials=least_waste(dose_mg, on=on), on=on)
    rows = [[f"{grams(dose_mg)}, as ordered", vials_text(bill.vials), f"{bill.administered_units}"]]
    rows[0] += [f"{bill.discarded_units}", "100%"]
    for each in whole_vials(dose_mg, on=on):
        name = f"{grams(each.dose_mg)}{', the nearest' if each.nearest else ''}"
        counts = [f"{each.administered_units}", f"{each.discarded_units}", f"{each.percent:.1f}%"]
        rows.append([name, vials_text(each.vials), *counts])
    return rows, bill.facts


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("course-table", CourseTable)
    app.add_directive("whole-vials", WholeVialsTable)
