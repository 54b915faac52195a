"""From what staff know of one infusion to its claim: lines, NDC strings, form, payment, check, in one answer of plain data.

:func:`compose` takes texts as they were typed, by field, and returns what ``schemas/composer.schema.json`` describes. A
field that cannot be read gets a message of its own, and no line is made of a number that is in doubt. :func:`choices` holds
what the fields offer. The page that asks holds no rule and no number: it shows what these functions return.
"""

from __future__ import annotations

from j1553ref.composing.answer import SCHEMA_VERSION, compose
from j1553ref.composing.entries import FIELDS
from j1553ref.composing.offers import answered, changes, checked, choices, variants

__all__ = ["FIELDS", "SCHEMA_VERSION", "answered", "changes", "checked", "choices", "compose", "variants"]
