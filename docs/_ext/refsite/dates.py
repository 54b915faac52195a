"""The directive ``periods``: what holds on a date of service, from each change of a fact to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.facts import Answer, FactBase, FactError, as_date
from j1553ref.facts.reference import Reference, shown
from j1553ref.facts.wording import date_text
from refsite.changes import TO_COME, events, label_nodes, value_nodes
from refsite.checked import CheckedDirective
from refsite.domain import all_facts, facts
from refsite.nodes import el, table
from refsite.provenance import fact_nodes, gap_nodes
from refsite.tables import dated_text, references

_DAY = timedelta(days=1)
#: The view of an OPPS status that says what follows from it for JW and JZ.
JW_JZ = "jw-jz"


class Period(NamedTuple):
    """One date of the period, one of the period before it, and the words for the period."""

    on: date
    earlier: date | None
    title: str


class Periods(CheckedDirective):
    """What holds between the dates, from one on, at which a listed fact changes or ceases to be known, newest first.

    A line is a reference or ``prefix.*``; ``= head`` puts it into the overview. Facts under the prefixes of
    ``while-known`` are left out where they are not known.
    """

    required_arguments = 1
    has_content = True
    option_spec = {"while-known": directives.unchanged}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """An overview, then a section for each period."""
        lines = [line.partition("=") for line in self.content if line.strip()]
        refs = [(ref, head.strip()) for text, _, head in lines for ref in references(all_facts(self.env), text)]
        base, first = facts(self.env, *(ref.id for ref, _ in refs)), as_date(self.arguments[0])
        turns = [event for ref, _ in refs for event in events(base.get(ref.id), first, base.checked_until)]
        come = {event.day for event in turns if not event.to_come}
        found = periods(come, {event.day for event in turns} - come)
        columns = [(ref, head) for ref, head in refs if head]
        rows = [[_link(period), *(self._value(ref, period.on) for ref, _ in columns)] for period in found]
        made: list[nodes.Node] = [table("periods", ["Date of service", *(head for _, head in columns)], rows)]
        for period in found:
            body = [row for ref, _ in refs if (row := self._row(ref, period))]
            section = nodes.section("", nodes.title("", period.title), ids=[f"on-{period.on}"])
            section += table("facts", ["Statement", "Value", "Date", "Source"], body)
            made.append(section)
        return made

    def _value(self, ref: Reference, on: date) -> list[nodes.Node]:
        base = facts(self.env)
        answer = _at(base, ref, on)
        if answer is None:
            return [nodes.Text("not yet")]
        if not answer.known:
            return gap_nodes(self.env, answer.fact.gap)
        return fact_nodes(self.env, Reference(ref.id, on=on), _text(base, ref, answer))

    def _row(self, ref: Reference, period: Period) -> list[list[nodes.Node]] | None:
        base, fading = facts(self.env), tuple(self.options.get("while-known", "").split())
        answer = _at(base, ref, period.on)
        if answer is None or (not answer.known and ref.id.startswith(fading)):
            return None
        fact, entry = answer.fact, answer.entry
        label = [nodes.Text("JW or JZ in the hospital")] if ref.view == JW_JZ else label_nodes(base, fact)
        if news := _news(answer, _at(base, ref, period.earlier)) if period.earlier else "":
            label = [*label, nodes.Text(" "), el("span", "badge badge-info", news)]
        plain = ref.field or ref.view
        value: list[nodes.Node] = [nodes.Text(_text(base, ref, answer))] if plain else value_nodes(fact, entry)
        value = value if answer.known else gap_nodes(self.env, fact.gap)
        since = dated_text(entry)
        if entry.known_until and not answer.known:
            since = f"from {date_text(entry.known_until + _DAY)}"
        source = fact_nodes(self.env, Reference(fact.id, on=entry.start), on_row=True)
        return [label, value, [nodes.Text(since)], source]


def periods(days: Iterable[date], to_come: Iterable[date] = ()) -> list[Period]:
    """The periods that these dates and those still to come begin, and the one before them all, newest first.

    >>> [(str(period.on), period.title) for period in periods([date(2026, 4, 1), date(2026, 7, 1)])]
    [('2026-07-01', 'From July 1, 2026'), ('2026-04-01', 'April 1 to June 30, 2026'), ('2026-03-31', 'Before April 1, 2026')]
    >>> periods([date(2026, 4, 1)], [date(2027, 1, 1)])[0].title
    'From January 1, 2027 (still to come)'
    """
    later = set(to_come)
    turns = sorted({*days, *later})
    made = [Period(turns[0] - _DAY, None, f"Before {date_text(turns[0])}")]
    for start, end in zip(turns, [*turns[1:], None], strict=True):
        last = date_text(end - _DAY) if end else ""
        first = date_text(start).removesuffix(last[-6:]) if end else date_text(start)
        title = f"{first} to {last}" if end else f"From {first}"
        made.append(Period(start, made[-1].on, title + (f" ({TO_COME})" if start in later else "")))
    return made[::-1]


def _at(base: FactBase, ref: Reference, on: date) -> Answer | None:
    try:
        return base.on(ref.id, on)
    except FactError:
        return None


def _text(base: FactBase, ref: Reference, answer: Answer) -> str:
    fact, entry = answer.fact, answer.entry
    if ref.view == JW_JZ:
        return "JW or JZ" if entry.value in base.on("opps.separately_paid", answer.on).value else "neither"
    if ref.field or not isinstance(entry.value, Mapping):
        return shown(base, fact, entry, ref)
    return "".join(node.astext() for node in value_nodes(fact, entry))


def _news(now: Answer, before: Answer | None) -> str:
    if before is None or before.known != now.known or (now.known and before.entry.value != now.entry.value):
        return "changed"
    return f"now {now.grade}" if before.grade != now.grade else ""


def _link(period: Period) -> list[nodes.Node]:
    return [nodes.reference("", period.title, refid=f"on-{period.on}", internal=True)]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("periods", Periods)
