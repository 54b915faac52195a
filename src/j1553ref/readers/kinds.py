"""How the values of an 837 are written, in its elements as in the JSON bodies that are made of them: all as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from j1553ref.readers.reading import Unfit, kind

__all__ = [
    "BASIS",
    "COUNT",
    "DATE",
    "DAY",
    "DIAGNOSIS",
    "DRUG_UNITS",
    "FACILITY",
    "FILING",
    "FREQUENCY",
    "ICD_10",
    "IDENTIFIER",
    "MODIFIER",
    "MONEY",
    "NDC",
    "NDC_UNIT",
    "NUMBER",
    "OTHER_PROCEDURE",
    "PLACE",
    "POINTER",
    "PROCEDURE",
    "QUALIFIER",
    "QUANTITY",
    "REVENUE",
]


def _whole(text: str) -> int | None:
    """Whole units; the body allows decimals, which codes other than the drug's may need."""
    count = Decimal(text)
    return int(count) if count == count.to_integral_value() else None


def _drug_units(text: str) -> int:
    if (count := _whole(text)) is None:
        raise Unfit("a whole number of billing units")
    return count


_DECIMAL = r"([0-9]{1,9}(\.[0-9]{0,6})?|\.[0-9]{1,6})"
DATE = kind(
    "(19|20)[0-9]{6}",
    'a calendar date written like "20260504"',
    date.fromisoformat,
    write="{:%Y%m%d}".format,
    field="date",
)
#: The same day in the way of most programs.
DAY = kind(
    "(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}",
    'a calendar date written like "2026-05-04"',
    date.fromisoformat,
    write=date.isoformat,
    field="date",
)
COUNT = kind(_DECIMAL, 'a number of units written like "350"', _whole, field="units")
DRUG_UNITS = replace(COUNT, read=_drug_units)
MONEY = kind(_DECIMAL, 'dollars written like "9600.00"', Decimal, write="{:.2f}".format, field="amount")
#: A quantity below zero can be read; what it means is for the rules to say.
QUANTITY = kind(f"-?{_DECIMAL}", 'an NDC quantity written like "350"', Decimal, field="amount")
NUMBER = kind("[0-9]{1,6}", 'the number of the line, such as "1"', int, field="line_number")
POINTER = kind("[1-9][0-9]?", 'the number of a diagnosis, from 1, such as "1"', int, field="diagnosis_pointers")
PROCEDURE = kind(
    "[0-9A-Z]{5}", 'a code of five digits or capital letters, such as "J1553"', str, field="procedure_code"
)
OTHER_PROCEDURE = kind(".{1,48}", "a code", PROCEDURE.value)
MODIFIER = kind("[0-9A-Z]{2}", 'a modifier of two digits or capital letters, such as "JZ"', str, field="modifiers")
# One published definition misprints its two codes as the one value "DA, UN", and programs made from it send that.
BASIS = kind(
    "UN|MJ|DA|DA, UN",
    '"UN", "MJ" or "DA"',
    lambda text: text if len(text) == 2 else None,
    keyword="enum",
    field="unit_basis",
)
PLACE = kind("[0-9]{2}", 'a place of service code of two digits, such as "11"', str, field="place_of_service")
FACILITY = kind("[0-9]{2}", 'the first two digits of the type of bill, such as "13"', str, field="type_of_bill")
FREQUENCY = kind("[0-9A-Z]", 'the last character of the type of bill, such as "1"', str, field="type_of_bill")
REVENUE = kind(
    "[0-9]{3,4}", 'a revenue code of four digits, such as "0636"', lambda text: text.zfill(4), field="revenue_code"
)
ICD_10 = kind("[A-Z][0-9][0-9A-Z]{1,5}", 'an ICD-10-CM code without the point, such as "D839"', str, field="diagnoses")
#: The same code with or without its point.
DIAGNOSIS = kind(r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?", 'an ICD-10-CM code, such as "D83.9"', str, field="diagnoses")
FILING = kind("[0-9A-Z]{2}", 'a claim filing indicator of two characters, such as "MB"', str, field="claim_filing_code")
NDC = kind("(?s:.{1,48})", "an NDC of 11 digits", str, field="ndc")
QUALIFIER = kind("[0-9A-Z]{2}", '"N4" for an NDC', str, field="qualifier")
NDC_UNIT = kind("F2|GR|ME|ML|UN", '"F2", "GR", "ME", "ML" or "UN"', str, keyword="enum", field="unit")
IDENTIFIER = kind("[ -~\u00a1-\u017f]{1,80}", "at most 80 printable characters", str, field="identifier")
