"""The codes of the drug by date of service: what each payer was seen to take before J1553, and J1553 since its first date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from j1553ref.code import CODE
from j1553ref.facts import FactBase, packaged
from j1553ref.facts.wording import date_text
from j1553ref.payers import parse_payer
from j1553ref.pictures.svg import Picture, hatched, line, picture, rect, text

__all__ = ["Span", "spans", "timeline"]

#: Pixels: left edge, length of the axis, from one row to the next, a bar's height, room above for the dates.
_LEFT, _LENGTH, _ROW, _BAR, _TOP = 12, 300, 44, 16, 34
_PREDECESSOR, _NEW = "code.predecessor", "code.new_drug_code"
_PLACES = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Span:
    """A code, for whom it was seen, from and until (None: no end is known), and whether that is inferred."""

    code: str
    whom: str
    since: date
    until: date | None
    inferred: bool
    #: False where the date is only that of the document
    dated: bool = True


def spans(*, facts: FactBase | None = None) -> tuple[Span, ...]:
    """The codes from the product's launch on, J1553 last. A code that was seen to be taken earlier begins with the launch.

    Sources: facts ``code.valid``, ``code.predecessor``, ``code.new_drug_code``, ``product.launch_date``.

    >>> for span in spans():
    ...     print(span.code, span.since, span.until, span.inferred, span.whom)
    C9399 2025-07-01 2026-03-31 False Anthem, hospital outpatient
    C9399 2025-07-01 2026-03-31 False Medicare Part B, hospital outpatient
    J3590 2025-07-01 2026-03-31 False Anthem
    J3590 2025-07-01 2026-03-31 False Premera
    J1599 2026-01-12 2026-03-31 True a fallback anywhere
    J1553 2026-04-01 None False everyone
    """
    base = facts or packaged()
    launch: date = base.get("product.launch_date").newest.value
    first = next(entry.start for entry in base.get("code.valid").history if entry.value)
    new = base.get(_NEW)
    made = []
    for fact in (*base.under(_PREDECESSOR), new):
        entry = fact.newest
        code = entry.value if fact is new else fact.id.removeprefix(f"{_PREDECESSOR}.").partition("-")[0]
        whom = " and ".join(_payer(payer, base) for payer in fact.binds) or "a fallback anywhere"
        if code == new.newest.value:
            whom += ", hospital outpatient"
        until = entry.known_until or date.fromordinal(first.toordinal() - 1)
        made.append(Span(code, whom, max(entry.start, launch), until, entry.grade == "inferred", entry.takes_effect))
    earlier = sorted(made, key=lambda span: (span.inferred, span.code, span.whom))
    return (*earlier, Span(CODE, "everyone", first, None, False))


def _payer(payer: str, base: FactBase) -> str:
    label = parse_payer(payer, base).label
    return "Medicare Part B" if payer == "medicare-ab" else label.partition(" (")[0]


def timeline(*, name: str = "timeline", facts: FactBase | None = None) -> Picture:
    """The codes on one axis of dates, from the launch to the date up to which the code is known to be valid."""
    base = facts or packaged()
    found = spans(facts=base)
    start, first = base.get("product.launch_date").newest.value, found[-1].since
    end = base.get("code.valid").newest.checked
    days = (end - start).days

    def at(when: date) -> Decimal:
        return Decimal(_LEFT + Decimal((when - start).days * _LENGTH) / days).quantize(_PLACES)

    bottom = _TOP + _ROW * len(found)
    shapes = [
        text(date_text(start), _LEFT, 14, "label quiet", anchor="start"),
        line("tick", _LEFT, 20, _LEFT, bottom),
        text(date_text(first), at(first), 14, "label strong"),
        line("tick first-date", at(first), 20, at(first), bottom),
    ]
    for row, span in enumerate(found):
        y = _TOP + row * _ROW
        x, width = at(span.since), at(span.until or end) - at(span.since)
        bar = hatched("guess", x, y + 18, width, _BAR) if span.inferred else [rect("bar", x, y + 18, width, _BAR)]
        if span.code == CODE:
            bar = [
                rect("bar ours", x, y + 18, width, _BAR),
                f'<polygon class="mark" points="{x + width},{y + 18} {x + width + 8},{y + 26} {x + width},{y + 34}"/>',
            ]
        shapes += bar
        anchored = x + width if span.code == CODE else Decimal(_LEFT)
        shapes.append(_labeled(span, anchored, y + 13, "end" if span.code == CODE else "start"))
    words = " ".join(_sentence(span) for span in found)
    return picture(
        name,
        f"Codes for Yimmugo by date of service: {CODE} from {date_text(first)}",
        words,
        (_LEFT + _LENGTH + 14, bottom + 6),
        shapes,
        kind="timeline",
    )


def _labeled(span: Span, x: Decimal, y: int, anchor: str) -> str:
    guessed = ", inferred" if span.inferred else ""
    label = text(f"{span.whom}{guessed}", x, y, anchor=anchor)
    start, _, words = label.partition(">")
    return f'{start}><tspan class="strong">{span.code}</tspan> {words}'


def _sentence(span: Span) -> str:
    until = f" until {date_text(span.until)}" if span.until else " on"
    guessed = ", inferred" if span.inferred else ""
    since = "from" if span.dated else "seen from"
    return f"{span.code}, {span.whom}{guessed}: {since} {date_text(span.since)}{until}."
