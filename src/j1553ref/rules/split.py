"""Whether a claim looks like one of several over which a dose was split, because one claim cannot carry the charge.

Contractors say how they want that: a modifier on the drug of the later claim, or a note. Half a dose on a claim of its
own then has no administration code, a modifier that a single line never needs, and units that no whole vials make.
"""

from __future__ import annotations

from decimal import Decimal

from j1553ref.facts import Answer
from j1553ref.rules.base import Missing
from j1553ref.rules.context import Group, View

__all__ = ["ADD_ONS", "SPLIT", "later_claim", "marks", "split_asked_for"]

#: Codes that add to an initial service.
ADD_ONS = (
    "infusion.code.further",
    "infusion.code.sequential",
    "infusion.code.concurrent",
    "infusion.code.sequential_push",
)
#: What :func:`later_claim` reads, for the declarations of the rules that use it.
SPLIT = ("profile.charge_split", "medicare.charge_limit", "infusion.initial_codes", "unit.size", *ADD_ONS)

#: Grams beyond any dose of one day. No source says so; no finding rests on it, only that a rule does not speak.
_BEYOND_ANY_DOSE = 300
_MG_IN_A_GRAM = 1000


def marks(way: str) -> frozenset[str]:
    """The modifiers that may mark the drug of a later claim: 76, and 59 where the contractor asks for it or may ask.

    >>> sorted(marks("76")), sorted(marks("note")), sorted(marks("59")), sorted(marks("differs"))
    (['76'], ['76'], ['59', '76'], ['59', '76'])
    """
    return frozenset({"59", "76"} if way in ("59", "differs") else {"76"})


def split_asked_for(view: View) -> Answer | None:
    """How the payer wants a dose split over professional claims for its charge; None where it takes no such claims."""
    if view.payer is None or view.on is None or view.claim.form == "ub04":
        return None
    asked = view.profile("charge_split", view.on)
    return asked if asked is not None and asked.known else None


def later_claim(group: Group, why: str) -> None:
    """Raise Missing where the group may be part of a dose that was split over claims for its charge.

    ``why`` says what the rule would need the other claim for.

    >>> from j1553ref import case, claim_from
    >>> from j1553ref.facts import packaged
    >>> from j1553ref.payers import parse_payer
    >>> from j1553ref.rules.context import ClaimView
    >>> payer = parse_payer("medicare-ab:noridian", packaged())
    >>> [group] = ClaimView.of(claim_from(case("whole-vials-jz")), payer, packaged()).groups
    >>> later_claim(group, "an ordinary charge raises nothing")
    """
    asked = split_asked_for(group)
    if asked is None:
        return
    limit: Decimal = group.value("medicare.charge_limit")
    charge = _charge(group)
    units = sum(line.units or 0 for line in group.lines)
    beyond = _BEYOND_ANY_DOSE * _MG_IN_A_GRAM // group.unit_size
    if charge is None or charge > limit or charge * beyond <= limit * units:
        return  # at this charge for a unit no dose of one day needs a second claim
    marked = any(marks(asked.value) & set(line.modifiers) for line in group.given_lines)
    alone = not group.beside(*group.value("infusion.initial_codes"), *(group.value(name) for name in ADD_ONS))
    if charge * 2 > limit or (alone and (marked or asked.value == "note")):
        raise Missing("other_claim", f"this may be part of a dose split over claims for its charge: {why}")


def _charge(group: Group) -> Decimal | None:
    """The charge of the group's lines, in dollars; None where a line has none."""
    charges = [line.charge for line in group.lines]
    return None if None in charges else sum((charge for charge in charges if charge is not None), Decimal(0))
