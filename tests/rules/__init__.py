"""For every rule the claims that make it fire, leave it quiet, and leave it not checked: one module for each family."""

from __future__ import annotations

from importlib import import_module

from rule_cases import Case

from j1553ref.rules import FAMILIES

CASES: list[Case] = [case for family in FAMILIES for case in import_module(f"rules.{family.lower()}").CASES]
