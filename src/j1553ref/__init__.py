"""The executable reference for HCPCS J1553 (injection, immune globulin (yimmugo), 100 mg).

>>> from j1553ref import bill_units, case, check, fact
>>> fact("unit.size", on="2026-05-04").value
100
>>> bill_units(dose_mg=32450, vials="20g,10g,5g", on="2026-05-04").administered_units
325
>>> check(case("whole-vials-jz")).codes
[]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from j1553ref import ndc, rules
    from j1553ref.cases import case
    from j1553ref.checking import Report, check
    from j1553ref.claim import Claim
    from j1553ref.errors import J1553Error
    from j1553ref.facts import fact
    from j1553ref.infusion import infusion_codes
    from j1553ref.readers import claim_from
    from j1553ref.units import bill_units

__all__ = [
    "Claim",
    "J1553Error",
    "Report",
    "bill_units",
    "case",
    "check",
    "claim_from",
    "fact",
    "infusion_codes",
    "ndc",
    "rules",
]

#: Public name -> module that holds it; a calculator need not wait until readers and rules are loaded.
_HOMES = {
    "Claim": "claim",
    "J1553Error": "errors",
    "Report": "checking",
    "bill_units": "units",
    "case": "cases",
    "check": "checking",
    "claim_from": "readers",
    "fact": "facts",
    "infusion_codes": "infusion",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for (PEP 562)."""
    if name in _HOMES:
        found = getattr(import_module(f"j1553ref.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
    if name in __all__:
        return import_module(f"j1553ref.{name}")
    raise AttributeError(f"module 'j1553ref' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
