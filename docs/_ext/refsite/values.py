"""How a fact's value reads on a page: thousands separators, money, dates, NDCs. Pure functions, no Sphinx."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from j1553ref.facts import Entry, Fact, FactBase, FactError, as_date

_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_REFERENCE = re.compile(r"([^\[\]|@\s]+)(?:\[(\w+)\])?(?:\|([\w-]+))?(?:@(\S+))?")
_ACRONYMS = {"ndc": "NDC", "ndc10": "NDC, 10 digits", "ml": "mL", "hcpcs": "HCPCS", "cpt": "CPT",
             "carc": "CARC", "rarc": "RARC", "opps": "OPPS", "icd10": "ICD-10"}  # fmt: skip
_FIELD_UNITS = {"mg": "mg", "ml": "mL", "ml_per_vial": "mL"}


@dataclass(frozen=True, slots=True)
class Reference:
    """What stands in a role: ``id``, ``id[field]``, ``id|view``, ``id@2026-05-01``, or all of them in that order."""

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


def date_text(when: date) -> str:
    """A date in American English, whatever the locale.

    >>> date_text(date(2026, 4, 1))
    'April 1, 2026'
    """
    return f"{_MONTHS[when.month - 1]} {when.day}, {when.year}"


def ndc_text(digits: str) -> str:
    """An 11-digit NDC in segments of 5, 4 and 2, as on a package; anything else unchanged.

    >>> ndc_text("70573060521")
    '70573-0605-21'
    """
    return f"{digits[:5]}-{digits[5:9]}-{digits[9:]}" if re.fullmatch("[0-9]{11}", digits) else digits


def value_text(value: Any, unit: str = "") -> str:
    """A value with its unit.

    >>> value_text(32450, "mg"), value_text(Decimal("24.323"), "USD per unit"), value_text(20, "%")
    ('32,450 mg', '$24.323 per unit', '20%')
    >>> value_text((5000, 10000, 20000), "mg"), value_text(1, "minutes"), value_text(True)
    ('5,000 mg, 10,000 mg and 20,000 mg', '1 minute', 'yes')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, tuple):
        words = [value_text(each, unit) for each in value]
        return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {text}" if name else text for name, text in pairs(value))
    if not isinstance(value, int | Decimal):
        return f"{value} {unit}" if unit else str(value)
    number = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    if unit.startswith("USD"):
        return f"${number}{unit[3:]}"
    if unit in ("%", "percent"):
        return f"{number}%"
    return f"{number} {unit.removesuffix('s') if value == 1 else unit}".rstrip()


def field_text(field: str, value: Any) -> str:
    """The value of one field of a table-valued fact.

    >>> field_text("mg", 5000), field_text("ndc", "70573060501"), field_text("kind", "carton")
    ('5,000 mg', '70573-0605-01', 'carton')
    """
    if field == "ndc" and isinstance(value, str):
        return ndc_text(value)
    return value_text(value, _FIELD_UNITS.get(field, ""))


def pairs(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The fields of a table-valued fact as name and text; the name is empty where the unit says it already.

    >>> pairs({"ndc": "70573060501", "mg": 5000, "drug_line": "yes"})
    [('NDC', '70573-0605-01'), ('', '5,000 mg'), ('drug line', 'yes')]
    """
    return [
        ("" if key in _FIELD_UNITS else _ACRONYMS.get(key, key.replace("_", " ")), field_text(key, each))
        for key, each in value.items()
    ]


def entry_for(fact: Fact, on: date | None) -> Entry:
    """The entry of a date, or the newest; raises :class:`FactError` where the date has no known value."""
    if on is None:
        return fact.newest
    answer = fact.on(on)
    answer.value  # noqa: B018 - refuses an unknown value, naming the gap
    return answer.entry


def since_text(entry: Entry) -> str:
    """From when the entry holds; an undated source only says when it was seen to say so."""
    return date_text(entry.start) if entry.dated else f"undated; seen {date_text(entry.start)}"


def shown(base: FactBase, fact: Fact, entry: Entry, ref: Reference) -> str:
    """The text of a reference; raises :class:`FactError` for an unknown field or view.

    Views: ``since until checked label note`` of the entry; ``g`` and ``units`` convert milligrams, the latter by
    the size of the billing unit on the same date.
    """
    if ref.view in ("label", "note", "since", "until", "checked"):
        return {
            "label": fact.label, "note": entry.note, "since": since_text(entry), "checked": date_text(entry.checked),
            "until": date_text(entry.known_until) if entry.known_until else "",
        }[ref.view] or _refuse(fact, f"has no {ref.view}")  # fmt: skip
    if entry.ended:
        return f"ended; not valid from {date_text(entry.start)}"
    value, unit = entry.value, fact.unit
    if ref.field:
        if not isinstance(value, Mapping) or ref.field not in value:
            _refuse(fact, f"has no field {ref.field}")
        value, unit = value[ref.field], _FIELD_UNITS.get(ref.field, "")
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
