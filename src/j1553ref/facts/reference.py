"""What a page asks of a fact: an id, perhaps a field of it, a view and a date; and what the page then says.

A page shows the entry in force on the date on which the fact was last checked, and announces the entries after it.
Words of a page's own record the value that they were written for: where the value differs, they are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, NoReturn

from j1553ref.facts.model import Entry, Fact, FactBase, FactError, as_date
from j1553ref.facts.wording import FIELD_UNITS, date_text, dating, field_text, plain_text, since_text, value_text

__all__ = [
    "FactSaid",
    "Reference",
    "announced",
    "coming",
    "entry_for",
    "parse_reference",
    "record",
    "resolved",
    "said",
    "shown",
]

_REFERENCE = re.compile(r"([^\[\]|@=\s]+)(?:\[([\w.-]+)\])?(?:\|([\w-]+))?(?:@(\S+))?")
#: Views that speak of the fact or of the entry, not of its value.
_ASIDES = ("label", "note", "since", "date", "until", "checked", "grade")
#: Views that say how a list is joined: any one of it, or all of it.
_JOINS = ("or", "and")
#: A longer value is recorded by its first words and a check sum of all of it.
_LONGEST_RECORD = 60
_FIRST_WORDS = 36
#: What would end a role, its target or the cell of a table.
_BREAKS_A_ROLE = re.compile("[`<>|]")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a role asks for: ``id``, ``id[field]``, ``id|view``, ``id@2026-05-01``, or all of them in that order.

    >>> Reference("unit.size").view
    ''
    """

    id: str
    field: str = ""
    view: str = ""
    on: date | None = None

    def __str__(self) -> str:
        field = f"[{self.field}]" if self.field else ""
        view = f"|{self.view}" if self.view else ""
        return f"{self.id}{field}{view}" + (f"@{self.on}" if self.on else "")


@dataclass(frozen=True, slots=True)
class FactSaid:
    """What a page says of a fact: the entry behind it, the text, and what is announced (empty where nothing is)."""

    ref: Reference
    fact: Fact
    entry: Entry
    text: str
    announced: str


def parse_reference(text: str) -> Reference:
    """Take a reference apart; raises :class:`FactError` where it is not in that form or the date is bad.

    >>> parse_reference("product.package.5g-carton[mg]|units@2026-05-01")
    Reference(id='product.package.5g-carton', field='mg', view='units', on=datetime.date(2026, 5, 1))
    """
    found = _REFERENCE.fullmatch(text.strip())
    if not found:
        raise FactError(f"{text!r}: expected id, id[field], id|view or id@YYYY-MM-DD, in that order")
    name, field, view, on = found.groups()
    return Reference(name, field or "", view or "", as_date(on) if on else None)


def said(base: FactBase, target: str, words: str = "") -> FactSaid:
    """What a role says: the value of ``target``, or the page's own ``words`` for it.

    With words, the target ends in ``=`` and the value that they were written for, as :func:`record` spells it;
    words that paraphrase a note or name a grade record that view.
    Raises :class:`FactError` where the value is now another one, where words record none or hold a figure, and
    where the reference does not fit the fact.

    >>> from j1553ref.facts import packaged
    >>> said(packaged(), "unit.size").text
    '100 mg'
    >>> said(packaged(), "discard.jw_line=on a separate line, after the line of the dose", "on its own line").text
    'on its own line'
    >>> said(packaged(), "discard.jw_line=on the first line", "on the first line")
    Traceback (most recent call last):
    j1553ref.facts.FactError: discard.jw_line: the words 'on the first line' were written for the value \
'on the first line', but the value is 'on a separate line, after the line of the dose': make the words fit, then record it
    """
    asked, equals, recorded = " ".join(target.split()).partition("=")
    found = resolved(base, parse_reference(asked))
    if words:
        now = record(base, found.fact, found.entry, found.ref)
        _fits(found.ref, words, recorded.strip() if equals else None, now)
        return replace(found, text=words)
    if equals:
        raise FactError(f"{found.ref}: without words of its own the role prints the value; remove ={recorded}")
    return found


def resolved(base: FactBase, ref: Reference) -> FactSaid:
    """What a reference prints; raises :class:`FactError` where it does not fit the fact.

    >>> from j1553ref.facts import packaged
    >>> resolved(packaged(), Reference("unit.size")).text
    '100 mg'
    """
    fact = base.get(ref.id)
    entry = entry_for(fact, ref.on)
    return FactSaid(ref, fact, entry, shown(base, fact, entry, ref), announced(base, fact, entry, ref))


def _fits(ref: Reference, words: str, recorded: str | None, now: str) -> None:
    if re.search("[0-9]", words):
        raise FactError(f"{ref.id}: the text {words!r} holds a figure; let the fact print it")
    if recorded is None:
        raise FactError(f"{ref}: the words {words!r} record no value; where they fit, write <{ref}={now}>")
    if recorded != now:
        raise FactError(
            f"{ref}: the words {words!r} were written for the value {recorded!r}, but the value is {now!r}: "
            "make the words fit, then record it"
        )


def record(base: FactBase, fact: Fact, entry: Entry, ref: Reference) -> str:
    """A value as a role with words records it: as in the facts file, a long one by its first words and a check sum.

    >>> from j1553ref.facts import packaged
    >>> for text in ("product.vial_sizes", "modifier.TB[drug_line]", "code.first_date_of_service", "infusion.one_initial"):
    ...     ref = parse_reference(text)
    ...     fact = packaged().get(ref.id)
    ...     print(record(packaged(), fact, fact.newest, ref))
    5000, 10000, 20000
    yes, for 340B stock
    2026-04-01
    one, unless a second site or a...#ce56f9
    """
    if entry.ended:
        return "ended"
    text = shown(base, fact, entry, ref) if ref.view in _ASIDES else plain_text(_value(fact, entry, ref.field))
    if len(text) <= _LONGEST_RECORD and not _BREAKS_A_ROLE.search(text):
        return text
    start = _BREAKS_A_ROLE.split(text)[0][:_FIRST_WORDS]
    return f"{start.rpartition(' ')[0] or start}...#{sha256(text.encode()).hexdigest()[:6]}"


def coming(fact: Fact) -> tuple[Entry, ...]:
    """The entries that begin after the date on which the fact was last checked, earliest first.

    >>> from j1553ref.facts import packaged
    >>> coming(packaged().get("unit.size"))
    ()
    """
    return tuple(entry for entry in fact.history if entry.dated and entry.start > _checked(fact))


def _checked(fact: Fact) -> date:
    return max(entry.checked for entry in fact.history)


def entry_for(fact: Fact, on: date | None) -> Entry:
    """The entry of a date, or the one in force; raises :class:`FactError` where the date has no known value.

    >>> from j1553ref.facts import packaged
    >>> entry_for(packaged().get("unit.size"), None).value
    100
    """
    if on is None:
        return fact.newest
    answer = fact.on(on)
    answer.value  # noqa: B018 - refuses an unknown value, naming the gap
    return answer.entry


def announced(base: FactBase, fact: Fact, entry: Entry, ref: Reference) -> str:
    """What is still to come after ``entry``; empty where nothing is, and where the reference names a date.

    Raises :class:`FactError` where an entry to come lacks the field that is asked for.

    >>> from j1553ref.facts import packaged
    >>> fact = packaged().get("unit.size")
    >>> announced(packaged(), fact, fact.newest, Reference("unit.size"))
    ''
    """
    if ref.on or ref.view in _ASIDES:
        return ""
    return "; ".join(_announcements(base, fact, entry, ref))


def _announcements(base: FactBase, fact: Fact, entry: Entry, ref: Reference) -> Iterator[str]:
    before = entry
    for later in coming(fact):
        day = date_text(later.start)
        if later is entry:
            yield f"from {day}"
        elif later.ended:
            yield f"not valid from {day}"
        elif before.ended or _value(fact, before, ref.field) != _value(fact, later, ref.field):
            yield f"from {day}: {_news(base, fact, before, later, ref)}"
        before = later


def _news(base: FactBase, fact: Fact, before: Entry, later: Entry, ref: Reference) -> str:
    """The later value; of a table only the fields that change."""
    if ref.field or not (isinstance(before.value, Mapping) and isinstance(later.value, Mapping)):
        return shown(base, fact, later, ref)
    changed = {name: value for name, value in later.value.items() if before.value.get(name) != value}
    return value_text(changed or later.value)


def shown(base: FactBase, fact: Fact, entry: Entry, ref: Reference) -> str:
    """The text of a reference; raises :class:`FactError` for an unknown field or view.

    Views: ``since date until checked grade label note`` of the entry; ``g`` and ``units`` convert milligrams, the latter by
    the size of the billing unit on the same date; ``or`` and ``and`` join a list.

    >>> from j1553ref.facts import packaged
    >>> base = packaged()
    >>> fact = base.get("product.package.5g-carton")
    >>> [shown(base, fact, fact.newest, Reference(fact.id, "mg", view)) for view in ("", "g", "units")]
    ['5,000 mg', '5 g', '50 units']
    """
    if ref.view in _ASIDES:
        return {
            "label": fact.label,
            "note": entry.note,
            "since": since_text(entry),
            "date": dating(entry)[1],
            "checked": date_text(entry.checked),
            "grade": entry.grade,
            "until": date_text(entry.known_until) if entry.known_until else "",
        }[ref.view] or _refuse(fact, f"has no {ref.view}")
    if entry.ended:
        return f"ended; not valid from {date_text(entry.start)}"
    value, unit = _value(fact, entry, ref.field), FIELD_UNITS.get(ref.field, "") if ref.field else fact.unit
    if ref.view in ("g", "units"):
        if unit != "mg":
            _refuse(fact, f"is not in mg, so |{ref.view} does not fit")
        return _converted(base, value, ref)
    if ref.view and not (ref.view in _JOINS and isinstance(value, tuple)):
        _refuse(fact, f"has no view {ref.view}")
    return field_text(ref.field, value) if ref.field else value_text(value, unit, ref.view)


def _value(fact: Fact, entry: Entry, field: str) -> Any:
    if not field:
        return entry.value
    if not isinstance(entry.value, Mapping) or field not in entry.value:
        _refuse(fact, f"has no field {field}")
    return entry.value[field]


def _converted(base: FactBase, mg: int, ref: Reference) -> str:
    size = 1000 if ref.view == "g" else entry_for(base.get("unit.size"), ref.on).value
    number = Decimal(mg) / size
    return value_text(int(number) if number == int(number) else number, ref.view)


def _refuse(fact: Fact, why: str) -> NoReturn:
    raise FactError(f"{fact.id}: {why}")
