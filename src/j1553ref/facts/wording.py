"""How a value reads in a sentence: thousands separators, money, dates, NDCs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from j1553ref.facts.model import Document, Entry

__all__ = [
    "FIELD_UNITS",
    "cite",
    "claim_value_text",
    "date_text",
    "dating",
    "field_text",
    "ndc_text",
    "pairs",
    "plain_text",
    "since_text",
    "value_text",
]

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ACRONYMS = {
    "ndc": "NDC",
    "ndc10": "NDC, 10 digits",
    "ml": "mL",
    "hcpcs": "HCPCS",
    "cpt": "CPT",
    "carc": "CARC",
    "rarc": "RARC",
    "opps": "OPPS",
    "icd10": "ICD-10",
}
#: Fields of a table-valued fact whose unit goes without saying.
FIELD_UNITS = {"mg": "mg", "ml": "mL", "ml_per_vial": "mL", "limit": "USD", "coinsurance": "%"}
#: Fields of a claim whose decimal strings are numbers to a reader; other digits (codes, NDCs) are names.
_NUMBERS = {"dose_mg", "charge", "total_charge", "quantity"}


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


def value_text(value: Any, unit: str = "", joined: str = "") -> str:
    """A value with its unit. A list of codes is one of them or another, any other list is all of it, unless ``joined``.

    >>> value_text(32450, "mg"), value_text(Decimal("24.323"), "USD per unit"), value_text(106, "% of ASP")
    ('32,450 mg', '$24.323 per unit', '106% of ASP')
    >>> value_text((5000, 10000, 20000), "mg"), value_text(1, "minutes"), value_text(True)
    ('5,000 mg, 10,000 mg and 20,000 mg', '1 minute', 'yes')
    >>> value_text(("G", "K")), value_text(("13X", "85X"), joined="and"), value_text(("order", "weight in kg"))
    ('G or K', '13X and 85X', 'order and weight in kg')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, tuple):
        words = [value_text(item, unit) for item in value]
        codes = all(isinstance(item, str) and " " not in item for item in value)
        return f" {joined or ('or' if codes else 'and')} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {text}" if name else text for name, text in pairs(value))
    if not isinstance(value, int | Decimal):
        return f"{value} {unit}" if unit else str(value)
    number = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    if unit.startswith("USD"):
        return f"${number}{unit[3:]}"
    if unit.startswith("%"):
        return f"{number}{unit}"
    return f"{number} {unit.removesuffix('s') if value == 1 else unit}".rstrip()


def field_text(field: str, value: Any) -> str:
    """The value of one field of a table-valued fact.

    >>> field_text("mg", 5000), field_text("ndc", "70573060501"), field_text("kind", "carton")
    ('5,000 mg', '70573-0605-01', 'carton')
    """
    if field == "ndc" and isinstance(value, str):
        return ndc_text(value)
    return value_text(value, FIELD_UNITS.get(field, ""))


def pairs(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The fields of a table-valued fact as name and text; the name is empty where the unit says it already.

    >>> pairs({"ndc": "70573060501", "mg": 5000, "drug_line": "yes"})
    [('NDC', '70573-0605-01'), ('', '5,000 mg'), ('drug line', 'yes')]
    """
    return [
        ("" if key in FIELD_UNITS else _ACRONYMS.get(key, key.replace("_", " ")), field_text(key, field))
        for key, field in value.items()
    ]


def plain_text(value: Any) -> str:
    """A value on one line as it is in the facts file: no unit, no thousands separator, dates as YYYY-MM-DD.

    >>> plain_text(32450), plain_text(Decimal("24.30")), plain_text(date(2026, 4, 1)), plain_text(False)
    ('32450', '24.30', '2026-04-01', 'no')
    >>> plain_text((5000, 10000)), plain_text({"mg": 5000, "kind": "carton"})
    ('5000, 10000', 'mg: 5000; kind: carton')
    """
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {plain_text(item)}" for name, item in value.items())
    if isinstance(value, tuple):
        return ", ".join(plain_text(item) for item in value)
    return value_text(value) if isinstance(value, bool) else str(value)


def claim_value_text(key: str, value: Any) -> str:
    """The value of one field of a claim.

    >>> claim_value_text("dose_mg", "32450"), claim_value_text("service_date", "2026-05-04")
    ('32,450', 'May 4, 2026')
    >>> claim_value_text("procedure_code", "96365")
    '96365'
    """
    if isinstance(value, str) and key in _NUMBERS:
        return value_text(Decimal(value))
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return date_text(date.fromisoformat(value))
    return ndc_text(value) if isinstance(value, str) else value_text(value)


def cite(document: Document) -> str:
    """A document as a reader would name it.

    >>> from j1553ref.facts import packaged
    >>> cite(packaged().documents["ngs-rounding"])
    'National Government Services: Units with discarded drug'
    """
    return f"{document.publisher}: {document.title}"


def dating(entry: Entry) -> tuple[str, str]:
    """What the date of an entry is, and the date: of effect, of the document or edit behind it, or of its sighting.

    >>> from j1553ref.facts import packaged
    >>> for name in ("unit.size", "ndc.digits", "bcbs.north_carolina.claims", "modifier.PO"):
    ...     print(*dating(packaged().get(name).newest), sep=": ")
    In effect from: April 1, 2026
    Document dated: June 4, 2025
    Document of: November 2024
    Edit of: August 1, 2023
    """
    day = date_text(entry.start)
    if not entry.dated:
        return "Undated; seen", day
    month, year = _MONTHS[entry.start.month - 1], str(entry.start.year)
    return {
        "document": ("Document dated", day),
        "document-month": ("Document of", f"{month} {year}"),
        "document-year": ("Document of", year),
        "edit": ("Edit of", day),
    }.get(entry.dated_by, ("In effect from", day))


def since_text(entry: Entry) -> str:
    """From when the entry is in effect, or what else its date is.

    >>> from j1553ref.facts import packaged
    >>> since_text(packaged().get("unit.size").newest), since_text(packaged().get("ndc.digits").newest)
    ('April 1, 2026', 'document dated June 4, 2025')
    """
    what, when = dating(entry)
    return when if entry.takes_effect else f"{what.lower()} {when}"
