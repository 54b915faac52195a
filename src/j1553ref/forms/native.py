"""The native claim: what was read of a claim of any format, in the shape of ``schemas/claim.schema.json``.

The reader of the native claim has the table of its paths; here it is walked the other way. Unlike the forms for payers it
refuses nothing: a value that could not be read, or that a native claim does not have, is left out and named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from j1553ref import shape
from j1553ref.billing import plain
from j1553ref.claim import Claim, Part
from j1553ref.readers import native
from j1553ref.readers.reading import Table
from j1553ref.redaction import counted

__all__ = ["Native", "document"]

#: Fields that can lead to a patient.
_IDS = frozenset({"claim_id", "prescription_number"})
#: So many values that were not read are named, and the others counted.
_MOST = 20
#: What is taken out may leave something else that does not fit, as an empty list.
_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Native:
    """A native claim as plain data, and notes on what is not in it.

    >>> from j1553ref import case, claim_from
    >>> document(claim_from(case("whole-vials-jz"))).content["lines"][0]["units"]
    400
    """

    content: dict[str, Any]
    notes: tuple[str, ...]


def document(claim: Claim, *, with_ids: bool = False) -> Native:
    """What was read of a claim; ``with_ids`` carries the claim id and prescription numbers over.

    >>> from j1553ref import claim_from
    >>> line = {"procedure_code": "J1553", "modifiers": ["jz"], "quantity": "many", "charge_amount_cents": 1200050}
    >>> made = document(claim_from({"service_lines": [line], "place_of_service_code": "11"}))
    >>> made.content["lines"]
    [{'procedure_code': 'J1553', 'modifiers': ['JZ'], 'place_of_service': '11', 'charge': '12000.5'}]
    >>> for note in made.notes:
    ...     print(note)
    /service_lines/0/modifiers/0: expected capital letters (JZ), found jz; the claim is checked as if it said JZ
    /service_lines/0/quantity: not read: expected a number of units written like "350", found <text, 4 characters>
    """
    left_out = frozenset() if with_ids else _IDS
    content = {"schema_version": "1", **_object(claim, native.CLAIM, left_out)}
    unfit = list(_fitted(content, claim))
    return Native(content, (*_unread(claim), *unfit, *_private(claim, left_out)))


def _object(part: Part, table: Table[Any], left_out: frozenset[str]) -> dict[str, Any]:
    """The object of a part, without what it does not have."""
    content: dict[str, Any] = {}
    for row in table.rows:
        value = None if row.field in left_out else getattr(part, row.field, None)
        if value is None or value == () or (value is False and row.field == "next_day"):
            continue
        if row.table:
            value = [_object(inner, row.table, left_out) for inner in (value if row.many else [value])]
            value = value if row.many else value[0]
        elif row.many:
            value = [_written(item) for item in value]
        else:
            value = _written(value)
        holder = content
        for step in row.path[:-1]:
            holder = holder.setdefault(step, {})
        holder[row.path[-1]] = value
    return content


def _written(value: Any) -> Any:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return plain(value) if isinstance(value, Decimal) else value


def _fitted(content: dict[str, Any], claim: Claim) -> Iterator[str]:
    """Takes out what a native claim does not have, and says so."""
    lacking: Counter[str] = Counter()
    for _ in range(_ROUNDS):
        found = {problem.place for problem in shape.problems(content) if problem.keyword != "required"}
        if not found:
            break
        # The last element of a list goes first, so that the places of the others hold.
        for place in sorted(found, key=_order, reverse=True):
            lacking[_taken(content, place.split("/")[1:])] += 1
    for name, count in lacking.items():
        times = f" ({count} times)" if count > 1 else ""
        yield f"left out, since a native claim of this form does not hold it: {name}{times}"
    if "form" not in content:
        yield "the form is not known: add form, cms1500 or ub04"
    if not claim.lines:
        yield "no service line was read"


def _order(place: str) -> list[tuple[int, str]]:
    return [(int(step), "") if step.isdigit() else (-1, step) for step in place.split("/")]


def _taken(content: dict[str, Any], steps: list[str]) -> str:
    """Removes the value at a place; the name of its field. Of the diagnoses all go, since lines point to them by number."""
    if steps[0] == "diagnoses":
        steps = steps[:1]
    holder: Any = content
    for step in steps[:-1]:
        holder = holder[int(step)] if isinstance(holder, list) else holder.get(step, {})
    if isinstance(holder, list):
        del holder[int(steps[-1])]
        return steps[-2]
    holder.pop(steps[-1], None)
    return steps[-1]


def _unread(claim: Claim) -> Iterator[str]:
    """The problems of shape, and the fields that could not be read without one."""
    said = []
    for problem in claim.shape:
        note = f"; {problem.note}" if problem.note else ""
        unread = "" if note else "not read: "
        said.append(f"{problem.pointer or '/'}: {unread}expected {problem.expected}, found {problem.actual}{note}")
    places = {problem.pointer for problem in claim.shape}
    for part in _parts(claim):
        said += [
            f"{place}: not read: {name}"
            for name in sorted(part.damaged)
            if (place := part.at(name) or "/") not in places
        ]
    yield from said[:_MOST]
    if len(said) > _MOST:
        yield f"{counted(len(said) - _MOST, 'more value')} not read"


def _parts(claim: Claim) -> Iterator[Part]:
    yield claim
    for line in claim.lines:
        yield line
        if line.drug:
            yield line.drug
    yield from claim.administrations


def _private(claim: Claim, left_out: frozenset[str]) -> Iterator[str]:
    numbers = [line.drug.prescription_number for line in claim.lines if line.drug]
    if left_out and (claim.claim_id or any(numbers)):
        yield "not carried over unless asked for (--with-ids): the claim id, prescription numbers"
