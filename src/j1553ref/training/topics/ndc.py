"""Topic ``ndc``: from the printed NDC to the claim: eleven digits, qualifier, unit of measure, quantity."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from j1553ref import ndc
from j1553ref.training.asking import Asked, Draft, Made, wrong
from j1553ref.training.claims import carton, drug
from j1553ref.training.doses import NGS, Given, total_mg
from j1553ref.training.words import number, vials_text
from j1553ref.vials import Vial, grams


def from_the_box(asked: Asked) -> Draft:
    """From ten digits with hyphens to the eleven of a claim."""
    package = _package(asked)
    given = _given(asked, Vial(package["mg"], 1))
    asked.states("ndc.padding", "ndc.medicaid")
    figures = package | given.words | {"digits": asked.fact("ndc.digits")}

    def made(code: str) -> Made:
        return (code,), _whole(given, _drug(asked, code, str(package["ml"])))

    return Draft(figures | dict(zip(("labeler", "product", "size"), package["ndc10"].split("-"), strict=True)), made)


def qualifier(asked: Asked) -> Draft:
    """What goes in front of the NDC."""
    package = _package(asked)
    given = _given(asked, Vial(package["mg"], 1))
    known, measures = asked.fact("ndc.qualifier"), asked.fact("ndc.units_of_measure")
    asked.states("ndc.medicaid")

    def made(letters: str) -> Made:
        beside = _drug(asked, package["ndc"], str(package["ml"]), qualifier=letters)
        return (f"{letters}{package['ndc']}",), _whole(given, beside)

    slips = (wrong("qualifier", *made(letters), figure=letters) for letters in measures)
    return Draft(package | {"right": known, "measures": ", ".join(measures)}, made, wrong=slips)


def milliliters(asked: Asked) -> Draft:
    """The quantity in milliliters."""
    vial = _vials_of_one_size(asked)
    given = _given(asked, vial)
    unit, per_ml, usual = asked.fact("ndc.unit"), asked.fact("product.concentration"), asked.usual
    asked.states("ndc.medicaid")

    def made(quantity: str) -> Made:
        return (f"{unit}{quantity}",), _whole(given, _drug(asked, carton(vial.size_mg), quantity))

    figures = {"unit": unit, "usual": usual, "per_ml": per_ml, "habit": given.in_units_of(usual)}
    return Draft(_figures(given) | figures, made)


def whole_string(asked: Asked) -> Draft:
    """Everything together, from the printed NDC and the dose."""
    vial = _vials_of_one_size(asked)
    given = _given(asked, vial)
    package = dict(asked.fact(f"product.package.{vial.size_mg // 1000}g-carton"))
    names = ("ndc.unit", "ndc.digits", "product.concentration")
    figures = dict(zip(("unit", "digits", "per_ml"), map(asked.fact, names), strict=True))
    asked.states("ndc.medicaid", "ndc.cms1500", "ndc.padding", "ndc.unit_refused")
    bare = package["ndc10"].replace("-", "")
    figures |= {"qualifier": asked.fact("ndc.qualifier"), "bare": bare, "bare_end": bare[8:]}

    def made(code: str, quantity: str, measure: str = "") -> Made:
        beside = _drug(asked, code, quantity, measure)
        return (_written(beside),), _whole(given, beside)

    return Draft(package | _figures(given) | figures, made)


def one_line_each(asked: Asked) -> Draft:
    """Two sizes, and a payer that wants a line for each NDC."""
    given = Given.whole(asked, "commercial", kinds=2)
    sizes = [f"product.package.{vial.size_mg // 1000}g-carton" for vial in given.vials]
    asked.states("ndc.two_packages", "ndc.cms1500", *sizes)
    unit, measure, per_ml = asked.unit, asked.fact("ndc.unit"), asked.fact("product.concentration")
    held = [vial.size_mg * vial.count for vial in given.vials]
    ml = [number(Decimal(mg) / per_ml) for mg in held]
    cartons = [carton(vial.size_mg) for vial in given.vials]

    def made(measure: str, *quantities: str) -> Made:
        rows = zip(held, cartons, quantities, strict=True)
        lines = [drug(mg // unit, drug=_drug(asked, code, quantity, measure)) for mg, code, quantity in rows]
        return tuple(f"J1553 × {line['units']}: {_written(line['drug'])}" for line in lines), given.claim(lines)

    rows = list(zip(given.vials, held, ml, cartons, strict=True))
    on_lines = (f"{quantity} mL on the line of the {grams(vial.size_mg)} carton" for vial, _, quantity, _ in rows)
    steps = (f"{vials_text([vial])}: {mg // unit} units, {amount} mL, NDC {code}." for vial, mg, amount, code in rows)
    figures = {"right": " and ".join(on_lines), "steps": "\n".join(steps), "unit": measure}
    amounts = {"ml": ml, "sum": number(sum(map(Decimal, ml))), "held": held, "counts": [v.count for v in given.vials]}
    return Draft(given.words | figures | amounts, made)


def other_labeler(asked: Asked) -> Draft:
    """The number on the carton has another labeler than the chargemaster."""
    vial = _vials_of_one_size(asked)
    given = _given(asked, vial)
    first, second = ndc.labelers(facts=asked.base)
    code = f"{second}{carton(vial.size_mg)[len(first) :]}"
    name = f"product.package.{second}-{vial.size_mg // 1000}g-carton"
    asked.states("ndc.medicaid", "ndc.which", "ndc.labelers", "ndc.padding", name)
    figures = _figures(given) | {"first": first, "second": second, "ndc": code, "digits": asked.fact("ndc.digits")}
    bare = f"{code[:5]}{code[6:]}"
    figures |= {"listed": carton(vial.size_mg), "shown": ndc.format(code), "bare": bare, "misplaced": f"0{bare}"}

    def made(option: str) -> Made:
        return (option,), _whole(given, _drug(asked, option, figures["right"]))

    return Draft(figures, made)


def rounded_tail(asked: Asked) -> Draft:
    """Units are rounded, milliliters are not."""
    size = asked.draws.pick(sorted(asked.fact("product.vial_sizes"))[1:])
    vials = (Vial(size, asked.draws.between(1, 3)),)
    tenths = asked.draws.between(3, 48) * 10 + asked.draws.between(1, 9)
    dose = total_mg(vials) - tenths * asked.unit // 10
    given = Given(asked, asked.place(NGS), dose, vials)
    asked.states("ndc.dual_eligible")
    measure, per_ml = asked.fact("ndc.unit"), asked.fact("product.concentration")
    units, left = given.bill.administered_units, given.bill.discarded_units
    waste = drug(left, "JW", drug=_drug(asked, carton(size), number(Decimal(tenths) / 10)))

    def made(quantity: str) -> Made:
        dosed = drug(units, drug=_drug(asked, carton(size), quantity))
        return (f"{measure}{quantity}",), given.claim([dosed, waste], dual_eligible=True)

    figures = {"units": units, "left": left, "per_ml": per_ml, "down": dose // asked.unit}
    return Draft(_figures(given) | figures, made)


def other_brand(asked: Asked) -> Draft:
    """Two brands of one seller on the shelf."""
    brand = asked.fact("trap.qivigy")
    package = _package(asked, "carton")
    other = asked.draws.pick([brand["ndc_5g"], brand["ndc_10g"]])
    given = _given(asked, Vial(package["mg"], asked.draws.between(1, 3)))
    asked.states("ndc.medicaid", "ndc.matches_code", "ndc.padding", "product.other_ndcs")
    figures: dict[str, Any] = {"digits": asked.fact("ndc.digits"), "bare": package["ndc10"].replace("-", "")}
    figures |= _figures(given) | {"brand": "Qivigy", "other": other, "foreign": ndc.to_11_digits(other)}

    def made(code: str) -> Made:
        return (code,), _whole(given, _drug(asked, code, figures["right"]))

    return Draft(package | figures, made)


def _package(asked: Asked, kind: str = "") -> dict[str, Any]:
    printed = (fact for fact in asked.base.under("product.package") if "ndc10" in fact.newest.value)
    known = [fact.id for fact in printed if fact.id.endswith(kind)]
    return dict(asked.fact(asked.draws.pick(known)))


def _vials_of_one_size(asked: Asked) -> Vial:
    sizes = sorted(asked.fact("product.vial_sizes"))
    size = asked.draws.pick(sizes)
    return Vial(size, asked.draws.between(1, 3 if size == sizes[-1] else 6))


def _given(asked: Asked, vial: Vial) -> Given:
    """Vials of one size that are used up for a patient with Medicaid."""
    return Given(asked, asked.place("medicaid"), total_mg([vial]), (vial,))


def _figures(given: Given) -> dict[str, Any]:
    per_ml = given.asked.fact("product.concentration")
    ml, in_grams = number(Decimal(given.dose) / per_ml).replace(",", ""), number(Decimal(given.dose) / 1000)
    count = sum(vial.count for vial in given.vials)
    return given.words | {"right": ml, "dose": given.dose, "in_grams": in_grams, "count": count}


def _drug(asked: Asked, code: str, quantity: str, measure: str = "", qualifier: str = "") -> dict[str, Any]:
    """What goes beside a line: the right unit of measure and qualifier unless others are given."""
    letters, measure = qualifier or asked.fact("ndc.qualifier"), measure or asked.fact("ndc.unit")
    return {"qualifier": letters, "ndc": code, "unit": measure} | ({"quantity": quantity} if quantity else {})


def _written(drug: dict[str, Any]) -> str:
    return f"{drug['qualifier']}{drug['ndc']} {drug['unit']}{drug.get('quantity', '')}"


def _whole(given: Given, beside: dict[str, Any]) -> dict[str, Any]:
    """The claim of vials that were used up, with the NDC beside its one line."""
    return given.claim([drug(given.dose // given.asked.unit, drug=beside)])
