"""The rule catalogue: one module per family, one function per rule, registered by code.

A rule yields findings, stays quiet, or raises :class:`~j1553ref.rules.base.Missing` (not checked). Codes are never
reused.
"""

from __future__ import annotations

from importlib import import_module

from j1553ref.errors import nearest
from j1553ref.rules.base import REGISTRY, Finding, Rule, RuleError

__all__ = ["FAMILIES", "Finding", "Rule", "RuleError", "catalogue", "get", "matching"]

#: family prefix -> what the family is about, in the order of the index
FAMILIES = {
    "SHP": "shape of the claim file",
    "DAT": "dates and code choice",
    "UNT": "billing units",
    "JWZ": "discarded drug",
    "NDC": "NDC",
    "MOD": "modifiers",
    "ADM": "administration",
    "SOS": "site of service and form",
    "DXC": "diagnosis",
    "HOM": "home benefit",
    "PAY": "payer and payment",
}

for _module in ("shp", "dat", "unt", "jwz", "ndc", "mod", "adm", "sos", "dxc", "hom", "pay"):
    import_module(f"j1553ref.rules.{_module}")


def catalogue() -> tuple[Rule, ...]:
    """Every rule, sorted by code.

    >>> [rule.code for rule in catalogue() if rule.code.startswith("JWZ")][:2]
    ['JWZ001', 'JWZ002']
    """
    return tuple(REGISTRY[code] for code in sorted(REGISTRY))


def get(code: str) -> Rule:
    """The rule of that code; raises :class:`RuleError` with the nearest codes.

    >>> get("JWZ004").name
    'jw-and-jz-together'
    """
    try:
        return REGISTRY[code.upper()]
    except KeyError:
        hint = nearest(code.upper(), REGISTRY, else_say=f"; families: {', '.join(FAMILIES)}")
        raise RuleError(f"{code}: no such rule{hint}") from None


def matching(prefixes: tuple[str, ...]) -> frozenset[str]:
    """The codes that start with one of the prefixes (``JWZ``, ``JWZ001``); a prefix that matches none is refused.

    >>> sorted(matching(("DAT001", "MOD001")))
    ['DAT001', 'MOD001']
    """
    found: set[str] = set()
    for prefix in prefixes:
        codes = {code for code in REGISTRY if code.startswith(prefix.upper())} if prefix else set()
        if not codes:
            get(prefix)
        found |= codes
    return frozenset(found)
