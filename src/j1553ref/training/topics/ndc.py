"""Topic ``ndc``: from the printed NDC to the claim: eleven digits, qualifier, unit of measure, quantity."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from j1553ref import ndc
from j1553ref.training.asking import Asked, Draft, Made, draft, right, wrong
from j1553ref.training.claims import carton, drug
from j1553ref.training.doses import NGS, Given, total_mg
from j1553ref.training.words import number, vials_text
from j1553ref.vials import Vial, grams


def from_the_box(asked: Asked) -> Draft:
    """From ten digits with hyphens to the eleven of a claim."""
    package, printed = _package(asked)
    given = _given(asked, Vial(package["mg"], 1))
    labeler, product, size = printed.split("-")
    asked.rests_on("ndc.padding", "ndc.medicaid")
    digits = asked.fact("ndc.digits")

    def made(code: str) -> Made:
        return (code,), _whole(given, _drug(asked, code, str(package["ml"])))

    misplaced = (f"0{labeler}{product}{size}", f"{labeler}{product}0{size}", f"{labeler}{product}{size}0")
    return draft(
        right(*made(package["ndc"])),
        (
            wrong("ten-digits", *made(f"{labeler}{product}{size}")),
            wrong("hyphens", *made(printed)),
            *(wrong("zero-misplaced", *made(code)) for code in misplaced),
        ),
        **given.words | package | {"printed": printed, "product": product, "digits": digits},
    )


def qualifier(asked: Asked) -> Draft:
    """What goes in front of the NDC."""
    package, printed = _package(asked)
    given = _given(asked, Vial(package["mg"], 1))
    known, measures = asked.fact("ndc.qualifier"), asked.fact("ndc.units_of_measure")
    asked.rests_on("ndc.medicaid")

    def made(letters: str) -> Made:
        beside = _drug(asked, package["ndc"], str(package["ml"]), qualifier=letters)
        return (f"{letters}{package['ndc']}",), _whole(given, beside)

    return draft(
        right(*made(known)),
        (wrong("qualifier", *made(letters), figure=letters) for letters in measures),
        **package | {"printed": printed, "right": known, "measures": ", ".join(measures)},
    )


def milliliters(asked: Asked) -> Draft:
    """The quantity in milliliters."""
    vial = _vials_of_one_size(asked)
    given = _given(asked, vial)
    unit, per_ml, usual = asked.fact("ndc.unit"), asked.fact("product.concentration"), asked.usual
    asked.rests_on("ndc.medicaid")

    def made(quantity: str) -> Made:
        return (f"{unit}{quantity}",), _whole(given, _drug(asked, carton(vial.size_mg), quantity))

    slips = {
        "ml-as-grams": given.dose // 1000,
        "ml-as-milligrams": given.dose,
        "ml-as-vials": given.count,
        "ml-as-500": given.in_units_of(usual),
    }
    return draft(
        right(*made(_ml(given))),
        (wrong(mistake, *made(str(figure)), figure=number(figure)) for mistake, figure in slips.items()),
        **given.words | {"unit": unit, "usual": usual, "per_ml": per_ml, "right": _ml(given)},
    )


def whole_string(asked: Asked) -> Draft:
    """Everything together, from the printed NDC and the dose."""
    vial = _vials_of_one_size(asked)
    given = _given(asked, vial)
    package = asked.fact(f"product.package.{vial.size_mg // 1000}g-carton")
    printed, code = package["ndc10"], package["ndc"]
    unit, digits, per_ml = (asked.fact(name) for name in ("ndc.unit", "ndc.digits", "product.concentration"))
    asked.rests_on("ndc.medicaid", "ndc.cms1500", "ndc.padding", "ndc.unit_refused")
    ml, in_grams, bare = _ml(given), str(given.dose // 1000), printed.replace("-", "")

    def made(code: str, quantity: str, measure: str = "") -> Made:
        beside = _drug(asked, code, quantity, measure)
        return (_written(beside),), _whole(given, beside)

    return draft(
        right(*made(code, ml)),
        (
            wrong("ten-digits", *made(bare, ml)),
            wrong("hyphens", *made(printed, ml)),
            wrong("zero-misplaced", *made(f"{bare[:8]}0{bare[8:]}", ml)),
            wrong("unit-me", *made(code, str(given.dose), "ME")),
            wrong("unit-un", *made(code, str(given.count), "UN")),
            wrong("unit-gr", *made(code, in_grams, "GR")),
            wrong("ml-as-grams", *made(code, in_grams)),
            wrong("ml-missing", *made(code, "")),
        ),
        **given.words | {"printed": printed, "ndc": code, "qualifier": asked.fact("ndc.qualifier"), "unit": unit},
        **{"digits": digits, "per_ml": per_ml, "right": ml, "figure": in_grams},
    )


def one_line_each(asked: Asked) -> Draft:
    """Two sizes, and a payer that wants a line for each NDC."""
    given = Given.whole(asked, "commercial", kinds=2)
    vials = given.vials
    asked.rests_on("ndc.two_packages", "ndc.cms1500", *(f"product.package.{v.size_mg // 1000}g-carton" for v in vials))
    unit, measure, per_ml = asked.unit, asked.fact("ndc.unit"), asked.fact("product.concentration")
    units = [vial.size_mg * vial.count // unit for vial in vials]
    codes = [carton(vial.size_mg) for vial in vials]
    ml = [number(Decimal(vial.size_mg * vial.count) / per_ml) for vial in vials]

    def made(quantities: list[str], measure: str = measure) -> Made:
        rows = zip(units, codes, quantities, strict=True)
        lines = [drug(billed, drug=_drug(asked, code, quantity, measure)) for billed, code, quantity in rows]
        return tuple(f"J1553 × {line['units']}: {_written(line['drug'])}" for line in lines), given.claim(lines)

    rows = list(zip(vials, units, ml, codes, strict=True))
    words = " and ".join(
        f"{quantity} mL on the line of the {grams(vial.size_mg)} carton" for vial, _, quantity, _ in rows
    )
    total = number(sum(map(Decimal, ml)))
    return draft(
        right(*made(ml)),
        (
            wrong("ml-swapped", *made(ml[::-1])),
            wrong("ml-total", *made([total, total])),
            wrong("unit-un", *made([str(vial.count) for vial in vials], "UN")),
            wrong("unit-me", *made([str(vial.size_mg * vial.count) for vial in vials], "ME")),
        ),
        **given.words | {"right": words, "unit": measure},
        lines="\n".join(
            f"{vials_text([vial])}: {n} units, {quantity} mL, NDC {code}." for vial, n, quantity, code in rows
        ),
    )


def rounded_tail(asked: Asked) -> Draft:
    """Units are rounded, milliliters are not."""
    size = asked.draws.pick(sorted(asked.fact("product.vial_sizes"))[1:])
    vials = (Vial(size, asked.draws.between(1, 3)),)
    tenths = asked.draws.between(3, 48) * 10 + asked.draws.between(1, 9)
    dose = total_mg(vials) - tenths * asked.unit // 10
    given = Given(asked, asked.place(NGS), dose, vials)
    asked.rests_on("ndc.dual_eligible")
    measure, per_ml, ml = asked.fact("ndc.unit"), asked.fact("product.concentration"), _ml(given)
    units, left = given.bill.administered_units, given.bill.discarded_units
    waste = drug(left, "JW", drug=_drug(asked, carton(size), number(Decimal(tenths) / 10)))

    def made(quantity: str) -> Made:
        dosed = drug(units, drug=_drug(asked, carton(size), quantity))
        return (f"{measure}{quantity}",), given.claim([dosed, waste], dual_eligible=True)

    slipped, down = number(Decimal(dose) / 1000), str(dose // asked.unit)
    return draft(
        right(*made(ml)),
        (
            wrong("ml-copied", *made(str(units)), figure=units),
            wrong("ml-rounded-down", *made(down), figure=down),
            wrong("ml-as-grams", *made(slipped), figure=slipped),
            wrong("ml-as-milligrams", *made(str(dose)), figure=number(dose)),
        ),
        **given.words | {"units": units, "left": left, "right": ml, "per_ml": per_ml},
    )


def other_brand(asked: Asked) -> Draft:
    """Two brands of one seller on the shelf."""
    brand = asked.fact("trap.qivigy")
    package, printed = _package(asked, "carton")
    other = asked.draws.pick([brand["ndc_5g"], brand["ndc_10g"]])
    given = _given(asked, Vial(package["mg"], asked.draws.between(1, 3)))
    asked.rests_on("ndc.medicaid", "ndc.matches_code", "ndc.padding", "product.other_ndcs")
    digits, ml = asked.fact("ndc.digits"), _ml(given)
    foreign, bare = ndc.to_11_digits(other), printed.replace("-", "")

    def made(code: str) -> Made:
        return (code,), _whole(given, _drug(asked, code, ml))

    return draft(
        right(*made(package["ndc"])),
        (wrong("other-brand", *made(foreign)),),
        spare=(
            wrong("zero-misplaced", *made(f"0{bare}")),
            wrong("ten-digits", *made(bare)),
            wrong("zero-misplaced", *made(f"{bare}0")),
        ),
        **given.words | package | {"printed": printed, "brand": "Qivigy", "other": other, "foreign": foreign},
        digits=digits,
    )


def _package(asked: Asked, kind: str = "") -> tuple[dict[str, Any], str]:
    known = [fact.id for fact in asked.base.under("product.package") if fact.id.endswith(kind)]
    value = dict(asked.fact(asked.draws.pick(known)))
    return value, value["ndc10"]


def _vials_of_one_size(asked: Asked) -> Vial:
    sizes = sorted(asked.fact("product.vial_sizes"))
    size = asked.draws.pick(sizes)
    return Vial(size, asked.draws.between(1, 3 if size == sizes[-1] else 6))


def _given(asked: Asked, vial: Vial) -> Given:
    """Vials of one size that are used up for a patient with Medicaid."""
    return Given(asked, asked.place("medicaid"), total_mg([vial]), (vial,))


def _ml(given: Given) -> str:
    return number(Decimal(given.dose) / given.asked.fact("product.concentration")).replace(",", "")


def _drug(asked: Asked, code: str, quantity: str, measure: str = "", qualifier: str = "") -> dict[str, Any]:
    """What goes beside a line: the right unit of measure and qualifier unless others are given."""
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
