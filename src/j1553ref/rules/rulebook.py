"""The facts as they apply to one payer, kept: answers by date, packages by NDC, and the rules to run, in order.

A :class:`Rulebook` is built on first use for a set of facts and a payer. The date of service still decides every answer;
it is looked up once. :class:`Consulted` is the facts as a recorded run sees them: it notes every dated look-up.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from j1553ref import ndc
from j1553ref.facts import Answer, FactBase, FactError
from j1553ref.payers import Payer, profile
from j1553ref.rules.base import REGISTRY, Missing, NotChecked, Rule

__all__ = ["Consulted", "Kept", "Rulebook", "Values", "in_order", "rulebook"]

K = TypeVar("K")
V = TypeVar("V")

#: More answers than this are not kept: a hostile file may name any number of dates and NDCs.
_MOST = 20_000
#: The families in the order of the run: units before waste, since one slip gives one finding.
_ORDER = ("SHP", "DAT", "UNT", "JWZ", "DXC", "HOM", "SOS", "NDC", "MOD", "ADM", "PAY")


def in_order(registry: dict[str, Rule]) -> tuple[Rule, ...]:
    """The rules by family and code, except that a rule that stops another one comes before it.

    >>> [rule.code for rule in in_order(REGISTRY) if rule.family == "UNT"][:4]
    ['UNT005', 'UNT008', 'UNT001', 'UNT002']
    """
    found: dict[str, Rule] = {}

    def place(code: str) -> None:
        for other in by_code:
            if code in registry[other].stops and other not in found:
                place(other)
        found[code] = registry[code]

    by_code = sorted(registry, key=lambda code: (_ORDER.index(code[:3]), code))
    for code in by_code:
        if code not in found:
            place(code)
    return tuple(found.values())


class Rulebook:
    """The rules that apply to one payer, and every answer of the facts that was asked for before.

    >>> from j1553ref.facts import packaged
    >>> book = rulebook(packaged(), None)
    >>> book.answer("unit.size", packaged().checked_until).value, book.package("70573060521").label
    (100, '20 g carton')
    """

    def __init__(self, facts: FactBase, payer: Payer | None) -> None:
        self.facts = facts
        self.payer = payer
        self.answers: dict[tuple[str, date], Answer] = {}
        self.profiles: dict[tuple[str, date], Answer | None] = {}
        self._values: dict[date | None, Values] = {}
        self._targets: dict[tuple[str, date | None], frozenset[str] | None] = {}
        self._undecided: dict[tuple[str, str, str], NotChecked] = {}
        self._bound: dict[tuple[str, ...], bool] = {}
        self._packages: dict[str, ndc.Package | None] = {}
        self._yimmugo: dict[str, bool] = {}
        self._ndcs: dict[str, str] = {}
        self._slips: dict[str, ndc.Slip | None] = {}
        #: the rules to run, in order; each with its *not checked* outcome where it needs a payer and none is named
        self.plan = tuple(
            (rule, self.not_checked(rule.code, "the rule depends on the payer", "payer"))
            if rule.binds and payer is None
            else (rule, None)
            for rule in in_order(REGISTRY)
            if rule.run is not None and (not rule.binds or payer is None or set(rule.binds) & set(payer.line))
        )

    def not_checked(self, code: str, reason: str, missing: str) -> NotChecked:
        """The outcome of a rule that could not be decided; there are few different ones, so they are kept."""
        key = code, reason, missing
        found = self._undecided.get(key)
        if found is None:
            found = NotChecked(code=code, reason=reason, missing=missing)
            _keep(self._undecided, key, found)
        return found

    def answer(self, fact_id: str, on: date) -> Answer:
        """What a fact says on a date; raises :class:`~j1553ref.facts.FactError` as the facts do."""
        key = fact_id, on
        found = self.answers.get(key)
        if found is None:
            found = self.facts.on(fact_id, on)
            _keep(self.answers, key, found)
        return found

    def known(self, fact_id: str, on: date | None) -> Answer:
        """What a fact says on a date of service; raises Missing where there is no date or the value is not known."""
        if on is None:
            raise Missing("service_date", "the date of service decides which facts hold")
        try:
            found = self.answer(fact_id, on)
        except FactError as error:
            raise Missing(fact_id, str(error)) from None
        if not found.known:
            raise Missing(fact_id, f"not known for {on.isoformat()}; see the gap {found.fact.gap}")
        return found

    def values(self, on: date | None) -> Values:
        """The values of facts on a date of service."""
        found = self._values.get(on)
        if found is None:
            found = Values(self, on)
            _keep(self._values, on, found)
        return found

    def profile(self, key: str, on: date) -> Answer | None:
        """What is known of the payer under a key of its profile on a date of service, or None."""
        if self.payer is None:
            return None
        if (key, on) not in self.profiles:
            _keep(self.profiles, (key, on), profile(self.payer, key, on, self.facts))
        return self.profiles[key, on]

    def targets(self, rule: Rule, on: date | None) -> frozenset[str] | None:
        """The modifiers and codes without which a rule has nothing to say; None where they are not known."""
        key = rule.code, on
        if key not in self._targets:
            _keep(self._targets, key, self._resolved(rule.looks_for, on))
        return self._targets[key]

    def _resolved(self, names: tuple[str, ...], on: date | None) -> frozenset[str] | None:
        found: set[str] = set()
        for name in names:
            if "." not in name:
                found.add(name)
                continue
            try:
                value = self.answer(name, on).value if on else None
            except FactError:
                value = None
            if value is None:
                return None
            found.update((value,) if isinstance(value, str) else value)
        return frozenset(found)

    def package(self, text: str) -> ndc.Package | None:
        """The package of Yimmugo with this NDC; None for any other text."""
        if text not in self._packages:
            known = ndc.package(text, facts=self.facts) if self.eleven(text) else None
            _keep(self._packages, text, known)
        return self._packages[text]

    def is_bound_by(self, binds: tuple[str, ...]) -> bool:
        """Whether the payer is known and a statement with these ``binds`` binds it."""
        if binds not in self._bound:
            _keep(self._bound, binds, self.payer is not None and self.payer.is_bound_by(binds))
        return self._bound[binds]

    @cached_property
    def kept(self) -> Kept:
        """The facts, for functions that take them."""
        return Kept(self)

    @cached_property
    def unlisted(self) -> frozenset[str]:
        """The codes under which Yimmugo was billed before it had one of its own."""
        return frozenset(self.facts.get("code.unlisted").newest.value)

    @cached_property
    def modifiers(self) -> frozenset[str]:
        """The modifiers that the facts describe."""
        return frozenset(fact.id.removeprefix("modifier.") for fact in self.facts.under("modifier"))

    def eleven(self, text: str) -> str:
        """The 11 digits of an NDC; empty for a text that is none."""
        if text not in self._ndcs:
            valid = ndc.is_valid(text, facts=self.facts)
            _keep(self._ndcs, text, ndc.to_11_digits(text, facts=self.facts) if valid else "")
        return self._ndcs[text]

    def slip(self, text: str) -> ndc.Slip | None:
        """How an NDC is written wrong, if it is known."""
        if text not in self._slips:
            _keep(self._slips, text, ndc.slip(text, facts=self.facts))
        return self._slips[text]

    def is_yimmugo(self, text: str) -> bool:
        """Whether labeler and product of an NDC are Yimmugo's."""
        if text not in self._yimmugo:
            _keep(self._yimmugo, text, ndc.is_yimmugo(text, facts=self.facts))
        return self._yimmugo[text]


class Values(dict[str, Any]):
    """The values of facts on one date of service, by fact id, each looked up once.

    Raises :class:`~j1553ref.rules.base.Missing` where there is no date, or a fact has no known value on it.

    >>> from j1553ref.facts import packaged
    >>> rulebook(packaged(), None).values(packaged().checked_until)["unit.size"]
    100
    >>> rulebook(packaged(), None).values(None)["unit.size"]
    Traceback (most recent call last):
    j1553ref.rules.base.Missing: service_date: the date of service decides which facts hold
    """

    def __init__(self, book: Rulebook, on: date | None) -> None:
        super().__init__()
        self._book = book
        self._on = on

    def __missing__(self, fact_id: str) -> Any:
        value = self[fact_id] = self._book.known(fact_id, self._on).value
        return value


class Kept(FactBase):
    """The facts with the answers that the rulebook has kept, for functions that take facts.

    >>> from j1553ref.facts import packaged
    >>> Kept(rulebook(packaged(), None)).on("unit.size", packaged().checked_until).value
    100
    """

    def __init__(self, book: Rulebook) -> None:
        super().__init__(book.facts.facts, book.facts.gaps, book.facts.documents)
        self.book = book

    # FactBase is frozen; the book is not part of the facts.
    __setattr__ = object.__setattr__

    def on(self, fact_id: str, when: date | str | None) -> Answer:
        """As :meth:`~j1553ref.facts.FactBase.on`."""
        return self.book.answer(fact_id, when) if type(when) is date else super().on(fact_id, when)


class Consulted(Kept):
    """The facts as a recorded run sees them: each look-up with a date is noted.

    >>> from j1553ref.facts import packaged
    >>> facts = Consulted(rulebook(packaged(), None))
    >>> facts.on("unit.size", packaged().checked_until).value, [fact_id for fact_id, _ in facts.noted]
    (100, ['unit.size'])
    """

    def __init__(self, book: Rulebook) -> None:
        super().__init__(book)
        #: what was looked up since the last rule began: (fact id, date) -> None, in the order of the look-ups
        self.noted: dict[tuple[str, date], None] = {}

    def on(self, fact_id: str, when: date | str | None) -> Answer:
        """As :meth:`~j1553ref.facts.FactBase.on`; a look-up with a date is noted."""
        found = super().on(fact_id, when)
        self.noted[fact_id, found.on] = None
        return found


@lru_cache(maxsize=256)
def rulebook(facts: FactBase, payer: Payer | None) -> Rulebook:
    """The rulebook of a set of facts and a payer.

    >>> from j1553ref.facts import packaged
    >>> [rule.code for rule, _ in rulebook(packaged(), None).plan][:2]
    ['DAT001', 'DAT002']
    """
    return Rulebook(facts, payer)


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    if len(kept) >= _MOST:
        kept.clear()
    kept[key] = value
