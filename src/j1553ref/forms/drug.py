"""The drug identification of a line: qualifier, NDC, quantity and unit as each form writes them.

Paper joins the four, an 837 keeps them apart (facts ``ndc.cms1500``, ``ndc.ub04``, ``ndc.x12``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from j1553ref.billing import plain
from j1553ref.claim import Drug
from j1553ref.facts import packaged
from j1553ref.forms.base import FormError
from j1553ref.ndc import Package, is_valid, to_11_digits

__all__ = ["Parts", "clearinghouse", "cms1500", "of_drug", "of_package", "on_paper", "qualifier", "ub04", "x12"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What every form asks for; ``quantity`` is a plain decimal. Empty text where it is not known.

    >>> cms1500(Parts("N4", "70573060521", "200", "ML"))
    'N470573060521 ML200'
    """

    qualifier: str
    ndc: str
    quantity: str
    unit: str

    def named(self) -> dict[str, str]:
        """The parts by what they are; empty where none is known.

        >>> Parts("N4", "70573060521", "", "ML").named()["NDC quantity"], Parts("", "", "", "").named()
        ('', {})
        """
        values = (self.qualifier, self.ndc, self.quantity, self.unit)
        return dict(zip(("qualifier", "NDC", "NDC quantity", "NDC unit"), values, strict=True)) if any(values) else {}


def qualifier() -> str:
    """The qualifier of an NDC, by the fact ``ndc.qualifier``.

    >>> qualifier()
    'N4'
    """
    known: str = packaged().get("ndc.qualifier").newest.value
    return known


def of_package(package: Package) -> Parts:
    """The parts for one whole package of Yimmugo, in mL. Facts: ``ndc.qualifier``, ``ndc.unit``.

    >>> from j1553ref.ndc import package
    >>> of_package(package("70573-605-21"))
    Parts(qualifier='N4', ndc='70573060521', quantity='200', unit='ML')
    """
    return Parts(qualifier(), package.ndc, str(package.ml), packaged().get("ndc.unit").newest.value)


def of_drug(drug: Drug | None) -> Parts:
    """The parts as a claim has them.

    Where the claim's format has no slot for the qualifier, it is the one of the fact ``ndc.qualifier``.

    >>> of_drug(Drug(pointer="/lines/0/drug", ndc="70573-605-21", has_qualifier_slot=False)).qualifier
    'N4'
    """
    if drug is None:
        return Parts("", "", "", "")
    implied = "" if drug.has_qualifier_slot or not drug.ndc else qualifier()
    quantity = "" if drug.quantity is None else plain(drug.quantity)
    return Parts(drug.qualifier or implied, drug.ndc or "", quantity, drug.unit or "")


def on_paper(drug: Drug | None) -> Parts:
    """The parts with the NDC in 11 digits; raises :class:`~j1553ref.forms.base.FormError` where it is no NDC.

    >>> on_paper(Drug(pointer="/lines/0/drug", ndc="70573-605-21")).ndc
    '70573060521'
    >>> on_paper(Drug(pointer="/lines/0/drug", ndc="7057360521"))
    Traceback (most recent call last):
    j1553ref.forms.base.FormError: /lines/0/drug: expected an NDC of 11 digits, or with its hyphens: mend it first; j1553ref check says how
    """  # noqa: E501  (the message is one line)
    parts = of_drug(drug)
    if drug is None or not parts.ndc:
        return parts
    if not is_valid(parts.ndc, facts=packaged()):
        wanted = "expected an NDC of 11 digits, or with its hyphens"
        raise FormError(f"{drug.at('ndc')}: {wanted}: mend it first; j1553ref check says how")
    return replace(parts, ndc=to_11_digits(parts.ndc, facts=packaged()))


def cms1500(parts: Parts) -> str:
    """The shaded part of item 24A.

    >>> cms1500(Parts("N4", "70573060521", "200", "ML"))
    'N470573060521 ML200'
    """
    return f"{parts.qualifier}{parts.ndc} {parts.unit}{parts.quantity}".strip()


def ub04(parts: Parts) -> str:
    """Form locator 43, without spaces.

    >>> ub04(Parts("N4", "70573060521", "200", "ML"))
    'N470573060521ML200'
    """
    return cms1500(parts).replace(" ", "")


def x12(parts: Parts) -> str:
    """The segments of loop 2410, each value in the element that the fact ``ndc.x12`` names.

    >>> x12(Parts("N4", "70573060521", "200", "ML"))
    'LIN**N4*70573060521~\\nCTP****200*ML~'
    """
    places = packaged().get("ndc.x12").newest.value
    given = {"qualifier": parts.qualifier, "ndc": parts.ndc, "quantity": parts.quantity, "unit": parts.unit}
    segments: dict[str, dict[int, str]] = {}
    for name, value in given.items():
        place = places[name].partition("-")[0]
        segments.setdefault(place[:-2], {})[int(place[-2:])] = value
    return "\n".join(
        "*".join([name, *(held.get(at, "") for at in range(1, max(held) + 1))]) + "~" for name, held in segments.items()
    )


def clearinghouse(parts: Parts, *, professional: bool = True) -> dict[str, str]:
    """The property ``drugIdentification``; all values are text, and only a professional line takes the qualifier.

    >>> clearinghouse(Parts("N4", "70573060521", "200", "ML"))["nationalDrugUnitCount"]
    '200'
    """
    named = {"serviceIdQualifier": parts.qualifier} if professional else {}
    named |= {"nationalDrugCode": parts.ndc, "nationalDrugUnitCount": parts.quantity}
    return named | {"measurementUnitCode": parts.unit}
