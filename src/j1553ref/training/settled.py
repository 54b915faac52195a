"""Facts that are only inferred and may be asked about all the same, each with its reason; the key prints it.

Nothing else that is inferred or open is asked: a rest below one unit, a rest of exactly one unit, JW and JZ at Medicare
Advantage or at home, which date decides the code at home, an infusion past midnight, a nurse visit beside an infusion.
"""

from __future__ import annotations

__all__ = ["MAY_BE_INFERRED"]

#: fact id -> why it may be relied on
MAY_BE_INFERRED = {
    "discard.single_dose_basis": (
        "That the vials are single-dose is inferred, for no US label was seen; Medicare's rule on JW and JZ is not, and"
        " staying silent about it would cost the claim."
    ),
    "product.vial_sizes": (
        "Two of the sizes stand in the FDA's listing; that of the largest vial is inferred, and other documents name it too."
    ),
    "product.package.20g-carton": (
        "The NDC stands in the FDA's listing; that it is the carton of the largest vial is inferred."
    ),
    "discard.exclusive": (
        "Medicare's text says where JW stands and that the dose line then carries neither; that JW and JZ exclude each"
        " other follows from what they mean."
    ),
}
