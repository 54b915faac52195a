"""Topic ``ndc``: from the printed NDC to the claim: eleven digits, qualifier, unit of measure, quantity."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from j1553ref import ndc
from j1553ref.training.asking import Asked, Draft, Made, Template, right, wrong
from j1553ref.training.claims import carton
from j1553ref.training.doses import Given, drug, whole_vials
from j1553ref.training.words import number, total_mg, vials_text
from j1553ref.vials import Vial, grams

__all__ = ["LEVELS"]

_MEDICAID = "Office, CMS-1500, state Medicaid"


def from_the_box(asked: Asked) -> Draft:
    """From ten digits with hyphens to the eleven of a claim."""
    package, printed = _package(asked)
    vial = Vial(package["mg"], 1)
    given = Given(asked=asked, place=asked.office("medicaid"), dose=total_mg([vial]), vials=(vial,))
    labeler, product, size = printed.split("-")
    ml = str(package["ml"])
    asked.rests_on("ndc.padding", "ndc.medicaid")

    def made(code: str) -> Made:
        return (code,), _whole(given, _drug(asked, code, ml))

    digits = asked.fact("ndc.digits")
    misplaced = (f"0{labeler}{product}{size}", f"{labeler}{product}0{size}", f"{labeler}{product}{size}0")
    return Draft(
        setting=_MEDICAID,
        situation=f"The {grams(package['mg'])} {package['kind']} shows NDC {printed}, the one that this payer wants.",
        ask="How is the NDC written on the claim?",
        right=right(*made(package["ndc"])),
        wrong=(
            wrong("ten-digits", *made(f"{labeler}{product}{size}"), digits=digits),
            wrong("hyphens", *made(printed), digits=digits),
            *(wrong("zero-misplaced", *made(each)) for each in misplaced),
        ),
        steps=(
            f"{printed} has segments of 5, 3 and 2 digits; a claim takes 5, 4 and 2, {digits} digits without hyphens.",
            f"The short segment gets a zero in front: {product} becomes 0{product}, so {package['ndc']}.",
        ),
    )


def qualifier(asked: Asked) -> Draft:
    """What stands in front of the NDC."""
    package, printed = _package(asked)
    vial = Vial(package["mg"], 1)
    given = Given(asked=asked, place=asked.office("medicaid"), dose=total_mg([vial]), vials=(vial,))
    known, measures = asked.fact("ndc.qualifier"), asked.fact("ndc.units_of_measure")
    asked.rests_on("ndc.medicaid")

    def made(letters: str) -> Made:
        beside = _drug(asked, package["ndc"], str(package["ml"]), qualifier=letters)
        return (f"{letters}{package['ndc']}",), _whole(given, beside)

    return Draft(
        setting=_MEDICAID,
        situation=f"NDC {printed} has been written with eleven digits, {package['ndc']}.",
        ask="What goes right in front of it, qualifier and NDC together?",
        right=right(*made(known)),
        wrong=tuple(wrong("qualifier", *made(each), right=known, figure=each) for each in measures),
        steps=(f"{known} says that an NDC follows. {', '.join(measures)} are units of measure, which come after it.",),
    )


def milliliters(asked: Asked) -> Draft:
    """The quantity in milliliters."""
    vial = _vials_of_one_size(asked)
    given = Given(asked=asked, place=asked.office("medicaid"), dose=total_mg([vial]), vials=(vial,))
    unit, per_ml, usual = (asked.fact(each) for each in ("ndc.unit", "product.concentration", "unit.usual_iv_size"))
    asked.rests_on("ndc.medicaid")

    def made(quantity: str) -> Made:
        return (f"{unit}{quantity}",), _whole(given, _drug(asked, carton(vial.size_mg), quantity))

    slips = {
        "ml-as-grams": given.dose // 1000,
        "ml-as-milligrams": given.dose,
        "ml-as-vials": given.count,
        "ml-as-500": given.in_units_of(usual),
    }
    figures = {"right": _ml(given), "usual": usual, "per_ml": per_ml}
    return Draft(
        setting=_MEDICAID,
        situation=f"{grams(given.dose)} of Yimmugo is given from {vials_text([vial])}. Nothing is left.",
        ask="Which unit of measure and quantity go with the NDC?",
        right=right(*made(_ml(given))),
        wrong=tuple(
            wrong(each, *made(str(figure)), figure=number(figure), **figures) for each, figure in slips.items()
        ),
        steps=(f"A liquid is counted in {unit}.", _ml_step(given)),
    )


def whole_string(asked: Asked) -> Draft:
    """Everything together, from the printed NDC and the dose."""
    vial = _vials_of_one_size(asked)
    given = Given(asked=asked, place=asked.office("medicaid"), dose=total_mg([vial]), vials=(vial,))
    package = asked.fact(f"product.package.{vial.size_mg // 1000}g-carton")
    printed, code = package["ndc10"], package["ndc"]
    unit, digits, per_ml = (asked.fact(each) for each in ("ndc.unit", "ndc.digits", "product.concentration"))
    asked.rests_on("ndc.medicaid", "ndc.cms1500", "ndc.padding", "ndc.unit_refused")
    ml, in_grams, bare = _ml(given), str(given.dose // 1000), printed.replace("-", "")
    figures = {"unit": unit, "digits": digits, "per_ml": per_ml, "right": ml, "figure": in_grams}

    def made(code: str, quantity: str, measure: str = "") -> Made:
        beside = _drug(asked, code, quantity, measure)
        return (_written(beside),), _whole(given, beside)

    return Draft(
        setting=_MEDICAID,
        situation=f"{grams(given.dose)} of Yimmugo is given from {vials_text([vial])}, carton NDC {printed}. Nothing is left.",
        ask="What goes in the shaded part of item 24A, if the payer wants the NDC of the carton?",
        right=right(*made(code, ml)),
        wrong=(
            wrong("ten-digits", *made(bare, ml), **figures),
            wrong("hyphens", *made(printed, ml), **figures),
            wrong("zero-misplaced", *made(f"{bare[:8]}0{bare[8:]}", ml), **figures),
            wrong("unit-me", *made(code, str(given.dose), "ME"), **figures),
            wrong("unit-un", *made(code, str(given.count), "UN"), **figures),
            wrong("unit-gr", *made(code, in_grams, "GR"), **figures),
            wrong("ml-as-grams", *made(code, in_grams), **figures),
            wrong("ml-missing", *made(code, ""), **figures),
        ),
        steps=(
            f"{printed} becomes {code}, behind {asked.fact('ndc.qualifier')}.",
            f"A liquid is counted in {unit}.",
            _ml_step(given),
        ),
    )


def one_line_each(asked: Asked) -> Draft:
    """Two sizes, and a payer that wants a line for each NDC."""
    vials = whole_vials(asked, kinds=2)
    given = Given(asked=asked, place=asked.office("commercial"), dose=total_mg(vials), vials=vials)
    asked.rests_on("ndc.two_packages", "ndc.cms1500", *(f"product.package.{v.size_mg // 1000}g-carton" for v in vials))
    unit, measure = asked.unit, asked.fact("ndc.unit")
    units = [each.size_mg * each.count // unit for each in vials]
    codes = [carton(each.size_mg) for each in vials]
    ml = [number(Decimal(each.size_mg * each.count) / asked.fact("product.concentration")) for each in vials]

    def made(quantities: list[str], measure: str = measure) -> Made:
        rows = list(zip(units, codes, quantities, strict=True))
        lines = [drug(each, drug=_drug(asked, code, ml, measure)) for each, code, ml in rows]
        return tuple(f"J1553 × {each['units']}: {_written(each['drug'])}" for each in lines), given.claim(lines)

    words = " and ".join(
        f"{quantity} mL on the line of the {grams(v.size_mg)} carton" for quantity, v in zip(ml, vials, strict=True)
    )
    total = number(sum(map(Decimal, ml)))
    return Draft(
        setting="Office, CMS-1500, a commercial plan that wants a line for each NDC",
        situation=f"{grams(given.dose)} of Yimmugo is given from {vials_text(vials)}. Nothing is left.",
        ask="Which lines, with which NDC quantities?",
        right=right(*made(ml)),
        wrong=(
            wrong("ml-swapped", *made(ml[::-1]), right=words),
            wrong("ml-total", *made([total, total])),
            wrong("unit-un", *made([str(each.count) for each in vials], "UN"), unit=measure),
            wrong("unit-me", *made([str(each.size_mg * each.count) for each in vials], "ME"), unit=measure),
        ),
        steps=tuple(
            f"{vials_text([v])}: {n} units, {q} mL, NDC {c}."
            for v, n, q, c in zip(vials, units, ml, codes, strict=True)
        ),
    )


def rounded_tail(asked: Asked) -> Draft:
    """Units are rounded, milliliters are not."""
    size = asked.draws.pick(sorted(asked.fact("product.vial_sizes"))[1:])
    vials = (Vial(size, asked.draws.between(1, 3)),)
    tenths = asked.draws.between(3, 48) * 10 + asked.draws.between(1, 9)
    dose = total_mg(vials) - tenths * asked.unit // 10
    given = Given(asked=asked, place=asked.office("medicare-ab:ngs"), dose=dose, vials=vials)
    asked.rests_on("ndc.dual_eligible")
    measure, per_ml, ml = asked.fact("ndc.unit"), asked.fact("product.concentration"), _ml(given)
    units, left = given.bill.administered_units, given.bill.discarded_units
    rest = drug(left, "JW", drug=_drug(asked, carton(size), number(Decimal(tenths) / 10)))

    def made(quantity: str) -> Made:
        dosed = drug(units, drug=_drug(asked, carton(size), quantity))
        return (f"{measure}{quantity}",), given.claim([dosed, rest], dual_eligible=True)

    slipped, down = number(Decimal(dose) / 1000), str(dose // asked.unit)
    figures = {"right": ml, "per_ml": per_ml}
    return Draft(
        setting="Office, CMS-1500, Medicare Part B (contractor NGS); the patient has Medicaid too, so the NDC is sent",
        situation=(
            f"{number(dose)} mg of Yimmugo is given from {vials_text(vials)}; the rest is discarded. The lines are J1553 ×"
            f" {units} and J1553 JW × {left}."
        ),
        ask="Which unit of measure and quantity go with the NDC on the dose line?",
        right=right(*made(ml)),
        wrong=(
            wrong("ml-copied", *made(str(units)), figure=units, **figures),
            wrong("ml-rounded-down", *made(down), figure=down, **figures),
            wrong("ml-as-grams", *made(slipped), figure=slipped, **figures),
            wrong("ml-as-milligrams", *made(str(dose)), figure=number(dose), **figures),
        ),
        steps=(_ml_step(given), f"The units are rounded up to {units}; the milliliters stay as they are."),
    )


def other_brand(asked: Asked) -> Draft:
    """Two brands of one seller on the shelf."""
    brand = asked.fact("trap.qivigy")
    package, printed = _package(asked, "carton")
    other, qivigy = asked.draws.pick([brand["ndc_5g"], brand["ndc_10g"]]), "Qivigy"
    vial = Vial(package["mg"], asked.draws.between(1, 3))
    given = Given(asked=asked, place=asked.office("medicaid"), dose=total_mg([vial]), vials=(vial,))
    asked.rests_on("ndc.medicaid", "ndc.matches_code", "ndc.padding", "product.other_ndcs")
    digits, ml = asked.fact("ndc.digits"), _ml(given)
    foreign = ndc.to_11_digits(other)
    bare = printed.replace("-", "")

    def made(code: str) -> Made:
        return (code,), _whole(given, _drug(asked, code, ml))

    return Draft(
        setting=_MEDICAID,
        situation=(
            f"Two brands of one seller are on the shelf: Yimmugo, carton NDC {printed}, and {qivigy}, NDC {other}. The chart"
            f" says Yimmugo, {vials_text([vial])}."
        ),
        ask="Which NDC goes on the J1553 line?",
        right=right(*made(package["ndc"])),
        wrong=(wrong("other-brand", *made(foreign), brand=qivigy),),
        spare=(
            wrong("zero-misplaced", *made(f"0{bare}")),
            wrong("ten-digits", *made(bare), digits=digits),
            wrong("zero-misplaced", *made(f"{bare}0")),
        ),
        steps=(f"The chart decides: {printed}, as {digits} digits {package['ndc']}.", f"{foreign} is {qivigy}'s."),
    )


def _package(asked: Asked, kind: str = "") -> tuple[dict[str, Any], str]:
    known = [each.id for each in asked.base.under("product.package") if each.id.endswith(kind)]
    value = asked.fact(asked.draws.pick(known))
    return value, value["ndc10"]


def _vials_of_one_size(asked: Asked) -> Vial:
    sizes = sorted(asked.fact("product.vial_sizes"))
    size = asked.draws.pick(sizes)
    return Vial(size, asked.draws.between(1, 3 if size == sizes[-1] else 6))


def _ml(given: Given) -> str:
    return number(Decimal(given.dose) / given.asked.fact("product.concentration")).replace(",", "")


def _ml_step(given: Given) -> str:
    return f"{number(given.dose)} mg ÷ {given.asked.fact('product.concentration')} mg in 1 mL = {_ml(given)} mL."


def _drug(asked: Asked, code: str, quantity: str, measure: str = "", qualifier: str = "") -> dict[str, Any]:
    """What stands beside a line: the right unit of measure and qualifier unless others are given."""
    made = {
        "qualifier": qualifier or asked.fact("ndc.qualifier"),
        "ndc": code,
        "unit": measure or asked.fact("ndc.unit"),
    }
    return made | ({"quantity": quantity} if quantity else {})


def _written(drug: dict[str, Any]) -> str:
    return f"{drug['qualifier']}{drug['ndc']} {drug['unit']}{drug.get('quantity', '')}"


def _whole(given: Given, beside: dict[str, Any]) -> dict[str, Any]:
    """The claim of vials that were used up, with the NDC beside its one line."""
    return given.claim([drug(given.dose // given.asked.unit, drug=beside)])


LEVELS: dict[int, tuple[Template, ...]] = {
    1: (from_the_box, qualifier, milliliters),
    2: (whole_string, one_line_each),
    3: (rounded_tail, other_brand),
}
