"""From dose and vials to claim lines: billing units, discarded units, JW or JZ, NDC quantities.

The dose of one patient on one date is rounded up once, what is left is rounded down to whole units; together
they make the units of the opened vials. Sources: facts ``unit.size``, ``rounding``, ``discard``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from j1553ref.billing import Billing, BillLine, NdcQuantity, OpenedVials, notes, notes_on_payer, plain
from j1553ref.code import CODE
from j1553ref.facts import FactBase, FactError, as_date, packaged
from j1553ref.ndc import labelers, on_lists, packages
from j1553ref.payers import parse_payer
from j1553ref.vials import EXACT, UnitsError, Vial, grams, least_waste, milligrams, parse_vials

__all__ = [
    "BillLine",
    "Billing",
    "NdcQuantity",
    "OpenedVials",
    "UnitsError",
    "Vial",
    "administered_units",
    "bill_units",
    "discarded_units",
    "least_waste",
    "parse_vials",
]

#: mg by NDC
_Shares = Mapping[str, Decimal]
#: the NDCs of a size (mg) of which one goes on the claim
_Cartons = Mapping[int, tuple[str, ...]]


def bill_units(
    *,
    dose_mg: int | str | Decimal,
    vials: str | Iterable[Vial | str],
    on: date | str,
    payer: str | None = None,
    labeler: str | None = None,
    facts: FactBase | None = None,
) -> Billing:
    """Claim lines for a dose (mg) given from the opened vials on a date of service.

    ``vials`` is text such as ``"20g,10g,5g"``, ``"2x20g"`` or NDCs, or a list of :class:`Vial`. For vials given by size each
    NDC is that of the carton under every labeler, or under the one that ``labeler`` names. Raises
    :class:`UnitsError` for a dose or vials that cannot be read, for a labeler that is not Yimmugo's, and for a dose above
    what the vials hold, since overfill is not billable; :class:`~j1553ref.payers.PayerError` for an unknown payer;
    :class:`~j1553ref.facts.FactError` where the code is not valid on that date.

    >>> found = bill_units(dose_mg=32450, vials="20g,10g,5g", on="2026-05-01")
    >>> [(line.units, line.modifiers) for line in found.lines]
    [(325, ()), (25, ('JW',))]
    """
    when, base = as_date(on), facts or packaged()
    if not base.on("code.valid", when).value:
        raise FactError(
            f"date of service {when.isoformat()}: {CODE} is not valid then, so it has no billing units;"
            " look up which code that date takes"
        )
    who = parse_payer(payer, base) if payer else None
    dose, taken = milligrams(dose_mg), parse_vials(vials, on=when, facts=base)
    given = administered_units(dose, on=when, facts=base)
    discarded = discarded_units(dose, taken, on=when, facts=base)
    cartons = _cartons(taken, labeler, base)
    named = {vial.ndc for vial in taken}
    cartons = {size: codes[:1] if codes[0] in named else codes for size, codes in cartons.items()}
    given_mg, left_mg = _drawn(dose, taken, cartons)
    tail = EXACT.subtract(Decimal(_mg(taken) - discarded * _unit(base, when)), dose)
    opened = _rows(taken, base, when)
    least = _rows(least_waste(dose, on=when, facts=base), base, when)

    modifier = base.on("discard.jw" if discarded else "discard.jz", when).value
    lines = [BillLine(CODE, () if discarded else (modifier,), given, _quantities(given_mg, cartons, base, when))]
    if discarded:
        lines.append(BillLine(CODE, (modifier,), discarded, _quantities(left_mg, cartons, base, when)))
    doubt = on_lists(facts=base) if any(len(codes) > 1 for codes in cartons.values()) else ""
    remarks = notes(opened=opened, least=least, discarded=discarded, tail_mg=tail, labelers=doubt)
    return Billing(
        administered_units=given,
        discarded_units=discarded,
        total_units=given + discarded,
        tail_mg=tail,
        vials=opened,
        lines=tuple(lines),
        least_waste_vials=least,
        notes=(*remarks, *notes_on_payer(who, ndcs=len({*given_mg, *left_mg}), on=when, facts=base)),
        # Looked up, not only named: a fact that has ended or is missing must stop the answer.
        facts=tuple(base.on(fact_id, when).fact.id for fact_id in _basis(bool(discarded), bool(tail))),
    )


def administered_units(dose_mg: int | str | Decimal, *, on: date | str, facts: FactBase | None = None) -> int:
    """Billing units of a dose in mg, rounded up once for the whole dose.

    Raises :class:`UnitsError` for anything that is not a dose. Sources: facts ``unit.size``, ``rounding.dose``.

    >>> administered_units(32450, on="2026-05-01")
    325
    """
    return _rounded(milligrams(dose_mg), "rounding.dose", facts or packaged(), on)


def discarded_units(
    dose_mg: int | str | Decimal, vials: str | Iterable[Vial | str], *, on: date | str, facts: FactBase | None = None
) -> int:
    """Whole billing units left in the opened vials, rounded down.

    Raises :class:`UnitsError` where the dose is more than the vials hold. Sources: facts ``unit.size``,
    ``rounding.discard``, ``discard.overfill``.

    >>> discarded_units(32450, "20g,10g,5g", on="2026-05-01")
    25
    """
    base = facts or packaged()
    dose, content = milligrams(dose_mg), _mg(parse_vials(vials, on=on, facts=base))
    if dose > content:
        raise UnitsError(
            f"dose: {plain(dose)} mg is more than the {content} mg in the opened vials, and overfill is not"
            " billable; correct the dose or the vials"
        )
    return _rounded(EXACT.subtract(Decimal(content), dose), "rounding.discard", base, on)


def _basis(discarded: bool, tail: bool) -> Iterator[str]:
    yield from ("code.valid", "unit.size", "product.concentration", "product.vial_sizes", "rounding.dose")
    yield from ("rounding.discard", "discard.overfill", "discard.least_waste")
    yield from ("discard.single_dose_basis", "ndc.unit")
    yield "discard.jw" if discarded else "discard.jz"
    if tail and not discarded:
        yield "discard.small_tail"


def _unit(base: FactBase, on: date | str) -> int:
    """Milligrams in one billing unit."""
    size: int = base.on("unit.size", on).value
    return size


def _rounded(mg: Decimal, rule: str, base: FactBase, on: date | str) -> int:
    whole, remainder = EXACT.divmod(mg, Decimal(_unit(base, on)))
    return int(whole) + (remainder > 0 and base.on(rule, on).value == "up")


def _mg(vials: Iterable[Vial]) -> int:
    return sum(vial.size_mg * vial.count for vial in vials)


def _ml(mg: Decimal | int, base: FactBase, on: date) -> Decimal:
    return EXACT.divide(Decimal(mg), Decimal(base.on("product.concentration", on).value))


def _rows(vials: Iterable[Vial], base: FactBase, on: date) -> tuple[OpenedVials, ...]:
    unit = _unit(base, on)
    return tuple(
        OpenedVials(vial.size_mg, vial.count, _mg([vial]) // unit, _ml(_mg([vial]), base, on), vial.ndc)
        for vial in vials
    )


def _drawn(dose: Decimal, opened: Iterable[Vial], cartons: _Cartons) -> tuple[_Shares, _Shares]:
    """The mg given and the mg left, when the dose is drawn from the largest vial down."""
    given: dict[str, Decimal] = {}
    left: dict[str, Decimal] = {}
    for vial in opened:
        code, content = vial.ndc or cartons[vial.size_mg][0], Decimal(_mg([vial]))
        drawn = min(dose, content)
        dose = EXACT.subtract(dose, drawn)
        for share, mg in ((given, drawn), (left, EXACT.subtract(content, drawn))):
            if mg:
                share[code] = EXACT.add(share.get(code, Decimal(0)), mg)
    return given, left


def _cartons(opened: Iterable[Vial], labeler: str | None, base: FactBase) -> _Cartons:
    """The NDCs of the cartons of the vials that were given by size, under the labeler named or under each."""
    known = labelers(facts=base)
    if labeler is not None and labeler not in known:
        raise UnitsError(f"labeler: not one of Yimmugo's, which are {', '.join(known)}")
    cartons = [
        package
        for package in packages(facts=base)
        if package.kind == "carton" and (labeler is None or package.labeler == labeler)
    ]
    found = {
        vial.size_mg: tuple(package.ndc for package in cartons if package.mg == vial.size_mg)
        for vial in opened
        if vial.ndc is None
    }
    if missing := [size for size, codes in found.items() if not codes]:
        raise UnitsError(f"vials: no NDC is known for the carton of {grams(missing[0])}; give the NDC itself")
    return found


def _quantities(mg: _Shares, cartons: _Cartons, base: FactBase, on: date) -> tuple[NdcQuantity, ...]:
    unit: str = base.on("ndc.unit", on).value
    also = {codes[0]: codes[1:] for codes in cartons.values()}
    return tuple(NdcQuantity(code, _ml(amount, base, on), unit, also.get(code, ())) for code, amount in mg.items())
