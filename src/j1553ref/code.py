"""Which code a date of service takes: J1553 from its first date, and before that what a payer is known to accept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from j1553ref.errors import J1553Error
from j1553ref.facts import Answer, FactBase, FactError, as_date, packaged
from j1553ref.payers import Payer, parse_payer

__all__ = ["CODE", "SETTINGS", "Alternative", "CodeChoice", "SettingError", "code_for"]

#: The code that this package is about.
CODE = "J1553"
_BEFORE = "code.predecessor"
_HOSPITAL = "hospital-outpatient"
#: Where the drug is given, and how a sentence says it.
SETTINGS = {"office": "the office", "home": "the home", _HOSPITAL: "the hospital outpatient department"}
#: OPPS status of what is packaged: paid with the service, not by itself.
_PACKAGED = "N"


class SettingError(J1553Error, ValueError):
    """The text is not a setting."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A code used before J1553: whom it binds (empty: everyone), its grade, what it says, and the id of the fact.

    ``setting`` is the one for which the code exists, None for any.

    >>> code_for("2026-03-31", payer="bcbs:premera").alternatives[0].binds
    ('bcbs:premera',)
    """

    code: str
    binds: tuple[str, ...]
    grade: str
    says: str
    fact: str
    setting: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeChoice:
    """The code for one date of service, or None with the alternatives; why; and the ids of the facts read.

    >>> choice = code_for("2026-04-01")
    >>> choice.code, choice.alternatives, choice.facts
    ('J1553', (), ('code.valid',))
    """

    on: date
    payer: str | None
    setting: str | None
    code: str | None
    alternatives: tuple[Alternative, ...]
    why: str
    facts: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data: ``on, payer, setting, code, alternatives: [{code, setting, binds, grade, says}], why, facts``."""
        return {
            "on": self.on.isoformat(),
            "payer": self.payer,
            "setting": self.setting,
            "code": self.code,
            "alternatives": [
                {
                    "code": alternative.code,
                    "setting": alternative.setting,
                    "binds": list(alternative.binds),
                    "grade": alternative.grade,
                    "says": alternative.says,
                }
                for alternative in self.alternatives
            ],
            "why": self.why,
            "facts": list(self.facts),
        }


def code_for(
    on: date | str, *, payer: str | None = None, setting: str | None = None, facts: FactBase | None = None
) -> CodeChoice:
    """The code that a date of service takes, for everyone or for one payer, anywhere or in one setting.

    Before J1553 a code is given only where a source names it for that payer and setting; otherwise ``code`` is None
    and the alternatives say for whom each was seen and on what grade. What binds another payer, or fits another
    setting, is left out. ``setting`` is one of :data:`SETTINGS`. Raises :class:`~j1553ref.facts.FactError` for a text
    that is not a date, :class:`~j1553ref.payers.PayerError` for an unknown payer, :class:`SettingError` for an unknown
    setting. Sources: facts ``code.valid``, ``code.predecessor``, ``code.new_drug_code``, ``opps.predecessor``,
    ``product.launch_date``.

    >>> code_for("2026-04-01").code
    'J1553'
    >>> found = code_for("2026-03-31", payer="bcbs:premera")
    >>> found.code, found.alternatives[0].grade
    ('J3590', 'secondary')
    >>> code_for("2026-03-31", payer="medicare-ab", setting="hospital-outpatient").code
    'C9399'
    """
    when, base = as_date(on), facts or packaged()
    who = parse_payer(payer, base) if payer else None
    if setting is not None and setting not in SETTINGS:
        raise SettingError(f"setting: expected one of {', '.join(SETTINGS)}")
    choice = partial(CodeChoice, on=when, payer=who.id if who else None, setting=setting)
    valid = base.on("code.valid", when)
    if valid.value:
        why = (
            f"{CODE} is valid for dates of service from {valid.entry.start.isoformat()} ({valid.grade}); an"
            " unlisted code no longer fits. A payer that has not loaded it yet may say otherwise."
        )
        reasons = [why, *_at_home(base, when, who, setting)]
        read = ("code.valid", *(["home.product_date"] if len(reasons) > 1 else []))
        return choice(code=CODE, alternatives=(), why=" ".join(reasons), facts=read)

    known = tuple(_alternatives(base, when))
    fit = [other for other in known if who is None or who.is_bound_by(other.binds)]
    fit = [other for other in fit if setting is None or other.setting in (None, setting)]
    named = [other for other in fit if who and other.binds]
    sure = {(other.code, other.setting) for other in named if other.grade != "inferred"}
    # A code of one setting answers only who asked for that setting.
    code = next(iter(sure))[0] if len(sure) == 1 and all(place in (None, setting) for _, place in sure) else None
    seen = tuple(sorted(fit, key=lambda other: other not in named))
    packed = tuple(_packaged(base, when)) if who is None or who.base == "medicare-ab" else ()
    reasons = [
        *_reasons(base, when, code, who, setting, named, seen),
        *_of_settings(setting, seen, packed),
        *_unnamed(base, when, known),
        *_at_home(base, when, who, setting),
    ]
    read = ("code.valid", "product.launch_date", *(other.fact for other in seen), *(other.fact.id for other in packed))
    return choice(code=code, alternatives=seen, why=" ".join(reasons), facts=read)


def _first(base: FactBase) -> date | None:
    """The first date of service on which the code is valid."""
    return next((entry.start for entry in base.get("code.valid").history if entry.value), None)


def _alternatives(base: FactBase, when: date) -> Iterator[Alternative]:
    first = _first(base)
    # A drug is new until it has a code of its own.
    new = _held(base, "code.new_drug_code", when) if first and when < first else None
    for fact in base.under(_BEFORE):
        if answer := _held(base, fact.id, when):
            # What follows the code in an id, as in J3590-premera, only tells two payers' statements apart.
            code = fact.id.removeprefix(f"{_BEFORE}.").partition("-")[0]
            yield _alternative(code, answer, _HOSPITAL if new and code == new.value else None)
    if new:
        yield _alternative(new.value, new, _HOSPITAL)


def _alternative(code: str, answer: Answer, setting: str | None) -> Alternative:
    says = f"{answer.value}. {answer.entry.note}".rstrip() if answer.value != code else answer.entry.note
    return Alternative(code, answer.fact.binds, answer.grade, says, answer.fact.id, setting)


def _held(base: FactBase, fact_id: str, when: date) -> Answer | None:
    """What a fact says on that date; None where it says nothing."""
    try:
        answer = base.on(fact_id, when)
    except FactError:
        return None
    return answer if answer.known else None


def _packaged(base: FactBase, when: date) -> Iterator[Answer]:
    held = (_held(base, fact.id, when) for fact in base.under("opps.predecessor"))
    yield from (answer for answer in held if answer and answer.value == _PACKAGED)


def _reasons(
    base: FactBase,
    when: date,
    code: str | None,
    who: Payer | None,
    setting: str | None,
    named: list[Alternative],
    seen: tuple[Alternative, ...],
) -> Iterator[str]:
    first = _first(base)
    if first and when < first:
        yield f"{CODE} is not valid before {first.isoformat()}."
    else:
        yield f"{CODE} is not valid on {when.isoformat()}."
    launched: date = base.get("product.launch_date").newest.value
    if when < launched:
        yield f"US marketing began on {launched.isoformat()}: compare the date of service with the record."
    place = f" in {SETTINGS[setting]}" if setting else ""
    codes = list(dict.fromkeys(other.code for other in named))
    if code:
        grades = " and ".join(dict.fromkeys(other.grade for other in named if other.code == code))
        yield f"A source names {code} for this payer{place} ({grades}); confirm it with the payer."
        yield from (other.says for other in named if other.code == code and other.setting)
    elif len(codes) > 1:
        yield f"Sources name {' and '.join(codes)} for this payer{place}; ask which one it takes."
    elif not seen:
        yield f"No source names another code for this date{place}: ask the payer."
    elif hospital := [other.code for other in named if other.setting and other.grade != "inferred"]:
        yield f"For this payer a source names {hospital[0]} in {SETTINGS[_HOSPITAL]}; for other settings none does: ask."
    elif who:
        yield f"No source names a code for this payer{place}: what is listed is inferred; ask."
    else:
        yield "Before it the code depended on the payer: the list says for whom each was seen; ask the payer."


def _of_settings(setting: str | None, seen: tuple[Alternative, ...], packed: tuple[Answer, ...]) -> Iterator[str]:
    only = next((other.code for other in seen if other.setting), None)
    if setting is None and only:
        yield f"{only} is for hospital outpatient departments and surgical centers alone."
    if setting in (None, _HOSPITAL) and packed:
        codes = " and ".join(sorted(answer.fact.id.rpartition(".")[2] for answer in packed))
        yield (
            f"In {SETTINGS[_HOSPITAL]} Medicare packages {codes} (OPPS status {_PACKAGED}, {packed[0].grade}):"
            " not paid separately."
        )


def _unnamed(base: FactBase, when: date, known: tuple[Alternative, ...]) -> Iterator[str]:
    """Unlisted codes that staff may think of, and that no source names for the drug."""
    unlisted = _held(base, "code.unlisted", when)
    others = [code for code in unlisted.value if code not in {other.code for other in known}] if unlisted else []
    if known and others:
        yield f"No source names {' or '.join(others)} for Yimmugo on that date."


def _at_home(base: FactBase, when: date, who: Payer | None, setting: str | None) -> Iterator[str]:
    if setting != "home":
        return
    # The rule is about products from before the code as well, and is known from the code's first date on.
    rule = _held(base, "home.product_date", max(when, base.get("home.product_date").newest.start))
    if rule and (who is None or who.is_bound_by(rule.fact.binds)):
        yield f"What decides under Medicare's home benefit is {rule.value} ({rule.grade})."
