"""Payer ids, and what is known of a payer that decides a rule.

An id is a base, or a base and a part: ``medicare-ab``, ``medicare-ab:ngs``, ``medicaid:MD``.
Which bases and parts exist is a fact (``payer.*``, ``payer_part.*``); what a payer asks for is one too
(``profile.<payer id>.<key>``), so a new payer is a change of data and not of code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache

from j1553ref.errors import J1553Error
from j1553ref.facts import Answer, FactBase, FactError

__all__ = ["Payer", "PayerError", "parse_payer", "payer_from_filing_code", "payer_ids", "profile"]

_STATES = (
    "AK AL AR AS AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MP MS MT "
    "NC ND NE NH NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UT VA VI VT WA WI WV WY"
)
#: Two-letter codes of the states, the District of Columbia and the territories, for ``medicaid:``.
STATES = frozenset(_STATES.split())

#: The base whose part is a state instead of a name from the facts.
_BY_STATE = "medicaid"

#: Claim filing indicator of the 837 (SBR09) -> payer id: a matter of the format. Other codes do not tell.
_FILING_CODES = {
    "MA": "medicare-ab",
    "MB": "medicare-ab",
    "MC": "medicaid",
    "16": "medicare-advantage",
    "BL": "bcbs",
    "CI": "commercial",
    "12": "commercial",
    "13": "commercial",
    "14": "commercial",
    "15": "commercial",
    "HM": "commercial",
}

#: Longer input cannot be an id; not reading it keeps the search for near names quick on hostile input.
_LONGEST = 64


class PayerError(J1553Error, ValueError):
    """The text is not a payer id; the message lists the nearest ids and never repeats the text."""


@dataclass(frozen=True, slots=True)
class Payer:
    """A payer: its id, the two halves of the id, a label, and the payer whose profile it falls back to.

    >>> from j1553ref.facts import packaged
    >>> parse_payer("medicare-ab:wps", packaged())
    Payer(id='medicare-ab:wps', base='medicare-ab', qualifier='wps', label='WPS', family='medicare-ab')
    """

    id: str
    base: str
    qualifier: str
    label: str
    family: str

    @property
    def line(self) -> tuple[str, ...]:
        """Payer ids from the most to the least specific, in which a profile is looked up.

        >>> from j1553ref.facts import packaged
        >>> parse_payer("bcbs:north-dakota", packaged()).line
        ('bcbs:north-dakota', 'bcbs', 'commercial')
        >>> parse_payer("medicare-ab:ngs", packaged()).line
        ('medicare-ab:ngs', 'medicare-ab')
        """
        return tuple(dict.fromkeys((self.id, self.base, self.family)))

    def is_bound_by(self, binds: Iterable[str]) -> bool:
        """Whether a statement binds this payer. ``binds`` is that of a fact or rule; empty means everyone.

        What one plan asks for does not bind the base: ``bcbs`` alone asserts only what every plan shares.

        >>> from j1553ref.facts import packaged
        >>> parse_payer("bcbs:premera", packaged()).is_bound_by(["bcbs"])
        True
        >>> parse_payer("bcbs", packaged()).is_bound_by(["bcbs:premera"])
        False
        """
        wanted = tuple(binds)
        return not wanted or any(each in wanted for each in self.line)


def payer_ids(facts: FactBase) -> tuple[str, ...]:
    """Every payer id that the facts know, bases and parts, sorted; ``medicaid`` takes any state besides.

    >>> from j1553ref.facts import packaged
    >>> [each for each in payer_ids(packaged()) if each.startswith("medicare-")][:3]
    ['medicare-ab', 'medicare-ab:cgs', 'medicare-ab:first-coast']
    """
    parts = (fact.id.removeprefix("payer_part.").split(".") for fact in facts.under("payer_part"))
    return tuple(sorted([*_bases(facts), *(f"{name}:{part}" for name, part in parts)]))


def parse_payer(text: str, facts: FactBase) -> Payer:
    """The payer of an id, in any case and with blanks around it.

    Raises :class:`PayerError`, which names the nearest ids that the facts know.

    >>> from j1553ref.facts import packaged
    >>> parse_payer(" Medicaid:md ", packaged()).id
    'medicaid:MD'
    >>> parse_payer("premara", packaged())
    Traceback (most recent call last):
    j1553ref.payers.PayerError: payer: no such id; nearest: bcbs:premera
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise PayerError(f"payer: expected one of {', '.join(_bases(facts))}")
    return _parsed(text.strip().casefold(), facts)


@lru_cache(maxsize=256)
def _parsed(text: str, facts: FactBase) -> Payer:
    bases = _bases(facts)
    name, colon, part = text.partition(":")
    if name not in bases:
        raise PayerError(_nearest(name, {known.rpartition(":")[2]: known for known in payer_ids(facts)}, bases))
    entry: dict[str, str] = facts.get(f"payer.{name}").newest.value
    if not colon:
        return Payer(name, name, "", entry["label"], entry["family"])
    if name == _BY_STATE:
        if (state := part.upper()) not in STATES:
            raise PayerError(f"payer: after {name}: comes a two-letter state code, such as {name}:MD")
        label = f"{entry['label'].partition(',')[0]}, {state}"
        return Payer(f"{name}:{state}", name, state, label, entry["family"])
    known_parts = {known.partition(":")[2]: known for known in payer_ids(facts) if known.startswith(f"{name}:")}
    if not known_parts:
        raise PayerError(f"payer: nothing may follow {name}; write {name}")
    if part not in known_parts:
        raise PayerError(
            f"{_nearest(part, known_parts, known_parts.values())}; for one that is not listed write {name}"
        )
    label = facts.get(f"payer_part.{name}.{part}").newest.value["label"]
    return Payer(known_parts[part], name, part, label, entry["family"])


def payer_from_filing_code(code: str) -> str | None:
    """The payer id that a claim filing indicator (837 SBR09) stands for, or None where it does not tell.

    It is used only where nothing else names the payer. MB and MA are the Part B and Part A contractors.

    >>> payer_from_filing_code("MB"), payer_from_filing_code("16"), payer_from_filing_code("CH")
    ('medicare-ab', 'medicare-advantage', None)
    """
    return _FILING_CODES.get(code)


def profile(payer: Payer, key: str, on: date, facts: FactBase) -> Answer | None:
    """What is known of a payer under one key on a date of service: the most specific answer, or None.

    A specific fact that says nothing on that date gives way to a less specific one.

    >>> from j1553ref.facts import as_date, packaged
    >>> answer = profile(parse_payer("bcbs:north-dakota", packaged()), "jw_jz", as_date("2026-05-01"), packaged())
    >>> answer.value, answer.grade
    ('not-required', 'primary')
    >>> profile(parse_payer("cigna", packaged()), "jw_jz", as_date("2026-05-01"), packaged()) is None
    True
    """
    for payer_id in payer.line:
        fact_id = f"profile.{payer_id}.{key}"
        if fact_id in facts.facts:
            try:
                return facts.on(fact_id, on)
            except FactError:
                continue
    return None


def _bases(base: FactBase) -> tuple[str, ...]:
    return tuple(sorted(fact.id.removeprefix("payer.") for fact in base.under("payer")))


def _nearest(text: str, ids: Mapping[str, str], all_ids: Iterable[str]) -> str:
    """``ids`` holds what the text is compared with, and the payer id to name for it."""
    near = [ids[each] for each in get_close_matches(text, ids, n=3)]
    hint = f"nearest: {', '.join(near)}" if near else f"expected one of {', '.join(all_ids)}"
    return f"payer: no such id; {hint}"
