"""Doses in milligrams, the vials that were opened, and the smallest set of vials for a dose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import gcd
from typing import Protocol

from j1553ref.amounts import EXACT, UnitsError, milligrams
from j1553ref.facts import FactBase, packaged
from j1553ref.ndc import NdcError, Package, package

__all__ = ["EXACT", "UnitsError", "Vial", "grams", "least_waste", "milligrams", "parse_vials", "vials_text"]

#: Far above any dose.
_MOST_VIALS = 999
_ITEM = re.compile(r"(?:([0-9]{1,3}) ?[xX×] ?)?(.+)")
_SIZE = re.compile(r"([0-9]{1,6}) ?(g|mg)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Vial:
    """Opened vials of one kind: labeled content of one vial in mg, how many, and the NDC if it was given.

    >>> Vial(20000, 2)
    Vial(size_mg=20000, count=2, ndc=None)
    """

    size_mg: int
    count: int = 1
    ndc: str | None = None


def parse_vials(
    vials: str | Iterable[Vial | str], *, on: date | str, facts: FactBase | None = None
) -> tuple[Vial, ...]:
    """The opened vials, largest first, from text such as ``"20g,10g,5g"``, ``"2x20g"`` or NDCs, or a list.

    Equal vials are added up. Raises :class:`UnitsError` for anything that is not a vial of Yimmugo on that date
    of service. Sources: facts ``product.vial_sizes``, ``product.package``.

    >>> parse_vials("5g, 2x70573-0605-21", on="2026-05-01")
    (Vial(size_mg=20000, count=2, ndc='70573060521'), Vial(size_mg=5000, count=1, ndc=None))
    """
    base = facts or packaged()
    sizes = _sizes(base, on)
    given = re.split(r"[,+]", vials) if isinstance(vials, str) else vials
    counts: dict[tuple[int, str | None], int] = {}
    for number, item in enumerate(given, start=1):
        where = f"vials, item {number}"
        vial = _parsed(item, where, base, sizes) if isinstance(item, str) else item
        if vial.size_mg not in sizes:
            raise UnitsError(
                f"{where}: no such vial of Yimmugo, the sizes are {_named(sizes)}; name each vial that was opened,"
                " as in 20g,10g,5g"
            )
        if vial.ndc and vial.size_mg != _known(vial.ndc, where, base).mg:
            raise UnitsError(f"{where}: the NDC is that of another size")
        if not 1 <= vial.count <= _MOST_VIALS:
            raise UnitsError(f"{where}: expected a count from 1 to {_MOST_VIALS}")
        kind = vial.size_mg, vial.ndc
        counts[kind] = counts.get(kind, 0) + vial.count
    if not counts:
        raise UnitsError(f"vials: expected at least one; {_expected(sizes)}")
    found = (Vial(size, count, ndc) for (size, ndc), count in counts.items())
    return tuple(sorted(found, key=lambda vial: -vial.size_mg))


def least_waste(
    dose_mg: int | str | Decimal, *, on: date | str, sizes: Iterable[int] | None = None, facts: FactBase | None = None
) -> tuple[Vial, ...]:
    """The vials that hold the dose with the least total, and among those the fewest; largest first.

    ``sizes`` (mg) narrows the choice to what is in stock. Raises :class:`UnitsError` for a size that the
    product does not have on that date. Sources: facts ``product.vial_sizes``, ``discard.least_waste``.

    >>> least_waste(24000, on="2026-05-01")
    (Vial(size_mg=20000, count=1, ndc=None), Vial(size_mg=5000, count=1, ndc=None))
    """
    known = _sizes(facts or packaged(), on)
    stocked = sorted(known if sizes is None else set(sizes), reverse=True)
    if not stocked or not set(stocked) <= set(known):
        raise UnitsError(f"sizes: expected one or more of {_named(known)}, in mg")
    dose = milligrams(dose_mg)
    step = gcd(*stocked)
    # fewest[n]: the fewest vials that hold exactly n steps, as the sizes taken.
    fewest: dict[int, tuple[int, ...]] = {0: ()}
    total = 0
    while total not in fewest or total * step < dose:
        total += 1
        ways = [(*fewest[total - size // step], size) for size in stocked if total - size // step in fewest]
        if ways:
            fewest[total] = min(ways, key=len)
    taken = fewest[total]
    return tuple(Vial(size, taken.count(size)) for size in stocked if size in taken)


def grams(mg: int | Decimal) -> str:
    """Milligrams as grams for a reader.

    >>> grams(20000), grams(Decimal("2500"))
    ('20 g', '2.5 g')
    """
    return f"{EXACT.divide(Decimal(mg), Decimal(1000)):f} g"


class _OfOneSize(Protocol):
    """Vials of one size, with or without what else is known of them."""

    @property
    def size_mg(self) -> int: ...

    @property
    def count(self) -> int: ...


def vials_text(vials: Iterable[_OfOneSize]) -> str:
    """Vials as staff say them.

    >>> vials_text([Vial(20000, 2), Vial(5000)])
    '2 x 20 g + 5 g'
    """
    return " + ".join(
        f"{vial.count} x {grams(vial.size_mg)}" if vial.count > 1 else grams(vial.size_mg) for vial in vials
    )


def _parsed(item: str, where: str, base: FactBase, sizes: Iterable[int]) -> Vial:
    parts = _ITEM.fullmatch(item.strip())
    if parts is None:
        raise UnitsError(f"{where}: {_expected(sizes)}")
    count, kind = int(parts[1] or 1), parts[2]
    size = _SIZE.fullmatch(kind)
    if size:
        return Vial(int(size[1]) * (1000 if size[2].lower() == "g" else 1), count)
    # Shorter numbers are sizes or counts that lack their unit; an NDC message would mislead.
    if sum(character.isdigit() for character in kind) < 10:
        raise UnitsError(f"{where}: {_expected(sizes)}")
    found = _known(kind, where, base)
    return Vial(found.mg, count, found.ndc)


def _known(ndc: str, where: str, base: FactBase) -> Package:
    try:
        found = package(ndc, facts=base)
    except NdcError as error:
        raise UnitsError(f"{where}: {error}") from None
    if found is None:
        raise UnitsError(f"{where}: not the NDC of a known Yimmugo package; compare it with the carton")
    return found


def _sizes(base: FactBase, on: date | str) -> tuple[int, ...]:
    sizes: tuple[int, ...] = base.on("product.vial_sizes", on).value
    return sizes


def _expected(sizes: Iterable[int]) -> str:
    return f"expected a size with its unit ({_named(sizes)}), or an NDC, with a count as in 2x20g"


def _named(sizes: Iterable[int]) -> str:
    return ", ".join(grams(size) for size in sorted(sizes))
