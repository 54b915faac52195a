"""Which code a date of service takes: J1553 from its first date, and before that what a payer is known to accept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from j1553ref.facts import FactBase, FactError, as_date, packaged
from j1553ref.payers import parse_payer

__all__ = ["CODE", "Alternative", "CodeChoice", "code_for"]

#: The code that this package is about.
CODE = "J1553"
_BEFORE = "code.predecessor"


@dataclass(frozen=True, slots=True)
class Alternative:
    """A code used before J1553: whom it binds (empty: everyone), its grade, what it says, and the id of the fact.

    >>> code_for("2026-03-31", payer="bcbs:premera").alternatives[0].binds
    ('bcbs:premera',)
    """

    code: str
    binds: tuple[str, ...]
    grade: str
    says: str
    fact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeChoice:
    """The code for one date of service, or None with the alternatives; why; and the ids of the facts read.

    >>> choice = code_for("2026-04-01")
    >>> choice.code, choice.alternatives, choice.facts
    ('J1553', (), ('code.valid',))
    """

    on: date
    code: str | None
    alternatives: tuple[Alternative, ...]
    why: str
    facts: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``on, code, alternatives: [{code, binds, grade, says}], why, facts``."""
        return {
            "on": self.on.isoformat(),
            "code": self.code,
            "alternatives": [
                {
                    "code": alternative.code,
                    "binds": list(alternative.binds),
                    "grade": alternative.grade,
                    "says": alternative.says,
                }
                for alternative in self.alternatives
            ],
            "why": self.why,
            "facts": list(self.facts),
        }


def code_for(on: date | str, *, payer: str | None = None, facts: FactBase | None = None) -> CodeChoice:
    """The code that a date of service takes, for everyone or for one payer.

    Before J1553 a code is given only where a source names it for that payer; otherwise ``code`` is None and
    the alternatives say for whom each was seen and on what grade. Raises
    :class:`~j1553ref.facts.FactError` for a text that is not a date, :class:`~j1553ref.payers.PayerError` for an
    unknown payer. Sources: facts ``code.valid``, ``code.predecessor``, ``product.launch_date``.

    >>> code_for("2026-04-01").code
    'J1553'
    >>> found = code_for("2026-03-31", payer="bcbs:premera")
    >>> found.code, found.alternatives[0].grade
    ('J3590', 'secondary')
    """
    when, base = as_date(on), facts or packaged()
    who = parse_payer(payer, base) if payer else None
    valid = base.on("code.valid", when)
    if valid.value:
        why = (
            f"{CODE} is valid for dates of service from {valid.entry.start.isoformat()} ({valid.grade}); an"
            " unlisted code no longer fits. A payer that has not loaded it yet may say otherwise."
        )
        return CodeChoice(on=when, code=CODE, alternatives=(), why=why, facts=("code.valid",))

    seen = tuple(_alternatives(base, when))
    named = [alternative for alternative in seen if who and alternative.binds and who.is_bound_by(alternative.binds)]
    others = [alternative for alternative in seen if alternative not in named]
    codes = {alternative.code for alternative in named if alternative.grade != "inferred"}
    code = codes.pop() if len(codes) == 1 else None
    return CodeChoice(
        on=when,
        code=code,
        alternatives=(*named, *others),
        why=" ".join(_reasons(base, when, code, payer, named, bool(seen))),
        facts=("code.valid", "product.launch_date", *(alternative.fact for alternative in seen)),
    )


def _alternatives(base: FactBase, when: date) -> Iterator[Alternative]:
    for fact in base.under(_BEFORE):
        try:
            answer = fact.on(when)
        except FactError:
            continue
        if answer.known:
            says = f"{answer.value}. {answer.entry.note}".rstrip()
            # What follows the code in an id, as in J3590-premera, only tells two payers' statements apart.
            code = fact.id.removeprefix(f"{_BEFORE}.").partition("-")[0]
            yield Alternative(code, fact.binds, answer.grade, says, fact.id)


def _reasons(
    base: FactBase, when: date, code: str | None, payer: str | None, named: list[Alternative], seen: bool
) -> Iterator[str]:
    first = next((entry.start for entry in base.get("code.valid").history if entry.value), None)
    if first and when < first:
        yield f"{CODE} is not valid before {first.isoformat()}."
    else:
        yield f"{CODE} is not valid on {when.isoformat()}."
    launched: date = base.get("product.launch_date").newest.value
    if when < launched:
        yield f"US marketing began on {launched.isoformat()}: compare the date of service with the record."
    if code:
        yield f"A source names {code} for this payer; confirm it with the payer."
    elif len(named) > 1:
        names = " and ".join(alternative.code for alternative in named)
        yield f"Sources name {names} for this payer; ask which one it takes."
    elif not seen:
        yield "No source names another code for this date: ask the payer."
    elif payer:
        yield "No source names a code for this payer: what is listed is inferred or another payer's; ask."
    else:
        yield "Before it the code depended on the payer: the list says for whom each was seen; ask the payer."
