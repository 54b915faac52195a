"""What may be repeated of an input, and what never."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j1553ref import redaction


@given(st.text(max_size=30) | st.from_regex(r"[A-Z][a-z]{2,12}( [A-Z][a-z]{2,12})?", fullmatch=True))
def test_shown_repeats_nothing_that_reads_like_a_name(text: str) -> None:
    said = redaction.shown(text)
    if said == text:
        assert len(text) <= 2 or any(character.isdigit() for character in text)
        assert text.isascii()
    else:
        assert re.fullmatch(r"<text, [0-9]+ characters?>", said)


@pytest.mark.parametrize(
    "text", ["123-45-6789", "123456789", "5551234567", "1EG4TE5MK73", "Ng", "MRN1234567", "J1553\n"]
)
def test_shown_hides_identity_numbers_and_short_names(text: str) -> None:
    assert text not in redaction.shown(text)


@pytest.mark.parametrize(
    "number", [Decimal("1E+999999999"), Decimal("1E-300"), Decimal("Infinity"), 10**40, Decimal("0." + "1" * 60)]
)
def test_shown_is_short_whatever_the_number(number: Any) -> None:
    assert redaction.shown(number) == "<number>"
