"""What a page asks of a fact: an id, perhaps a field of it, a view and a date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from j1553ref.facts.model import Entry, Fact, FactBase, FactError, as_date
from j1553ref.facts.wording import FIELD_UNITS, date_text, field_text, since_text, value_text

__all__ = ["Reference", "entry_for", "parse_reference", "shown"]

_REFERENCE = re.compile(r"([^\[\]|@\s]+)(?:\[([\w.-]+)\])?(?:\|([\w-]+))?(?:@(\S+))?")


@dataclass(frozen=True, slots=True)
class Reference:
    """What stands in a role: ``id``, ``id[field]``, ``id|view``, ``id@2026-05-01``, or all of them in that order.

    >>> Reference("unit.size").view
    ''
    """

    id: str
    field: str = ""
    view: str = ""
    on: date | None = None


def parse_reference(text: str) -> Reference:
    """Take a role's text apart; raises :class:`FactError` where it is not in that form or the date is bad.

    >>> parse_reference("product.package.5g-carton[mg]|units@2026-05-01")
    Reference(id='product.package.5g-carton', field='mg', view='units', on=datetime.date(2026, 5, 1))
    """
    found = _REFERENCE.fullmatch(text.strip())
    if not found:
        raise FactError(f"{text!r}: expected id, id[field], id|view or id@YYYY-MM-DD, in that order")
    name, field, view, on = found.groups()
    return Reference(name, field or "", view or "", as_date(on) if on else None)


def entry_for(fact: Fact, on: date | None) -> Entry:
    """The entry of a date, or the newest; raises :class:`FactError` where the date has no known value.

    >>> from j1553ref.facts import packaged
    >>> entry_for(packaged().get("unit.size"), None).value
    100
    """
    if on is None:
        return fact.newest
    answer = fact.on(on)
    answer.value  # noqa: B018 - refuses an unknown value, naming the gap
    return answer.entry


def shown(base: FactBase, fact: Fact, entry: Entry, ref: Reference) -> str:
    """The text of a reference; raises :class:`FactError` for an unknown field or view.

    Views: ``since until checked label note`` of the entry; ``g`` and ``units`` convert milligrams, the latter by
    the size of the billing unit on the same date.

    >>> from j1553ref.facts import packaged
    >>> base = packaged()
    >>> fact = base.get("product.package.5g-carton")
    >>> [shown(base, fact, fact.newest, Reference(fact.id, "mg", view)) for view in ("", "g", "units")]
    ['5,000 mg', '5 g', '50 units']
    """
    if ref.view in ("label", "note", "since", "until", "checked"):
        return {
            "label": fact.label,
            "note": entry.note,
            "since": since_text(entry),
            "checked": date_text(entry.checked),
            "until": date_text(entry.known_until) if entry.known_until else "",
        }[ref.view] or _refuse(fact, f"has no {ref.view}")
    if entry.ended:
        return f"ended; not valid from {date_text(entry.start)}"
    value, unit = entry.value, fact.unit
    if ref.field:
        if not isinstance(value, Mapping) or ref.field not in value:
            _refuse(fact, f"has no field {ref.field}")
        value, unit = value[ref.field], FIELD_UNITS.get(ref.field, "")
    if ref.view in ("g", "units"):
        if unit != "mg":
            _refuse(fact, f"is not in mg, so |{ref.view} does not fit")
        return _converted(base, value, ref)
    if ref.view:
        _refuse(fact, f"has no view {ref.view}")
    return field_text(ref.field, value) if ref.field else value_text(value, unit)


def _converted(base: FactBase, mg: int, ref: Reference) -> str:
    size = 1000 if ref.view == "g" else entry_for(base.get("unit.size"), ref.on).value
    number = Decimal(mg) / size
    return value_text(int(number) if number == int(number) else number, ref.view)


def _refuse(fact: Fact, why: str) -> str:
    raise FactError(f"{fact.id}: {why}")
