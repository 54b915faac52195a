"""The mistakes behind the wrong options, read from ``mistakes.toml``, and which inferred facts may be asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from j1553ref import rules
from j1553ref.facts import FactError, packaged
from j1553ref.training.data import read, table
from j1553ref.training.model import ExerciseError, Mistake

__all__ = ["MAY_BE_INFERRED", "MISTAKES", "inferred", "mistakes"]


def mistakes(tables: Mapping[str, Any]) -> dict[str, Mistake]:
    """Every mistake by its id; raises ExerciseError for a missing text, an unknown key or an unknown rule.

    >>> mistakes({"slip": {"name": "A slip", "rule": "UNT02", "why": "Wrong."}})
    Traceback (most recent call last):
    j1553ref.training.model.ExerciseError: mistakes.toml, slip: rule: UNT02: no such rule; nearest: UNT002, UNT008, UNT007
    """
    made = {}
    for mistake_id, found in tables.items():
        where = f"mistakes.toml, {mistake_id}"
        made[mistake_id] = Mistake(mistake_id, **table(where, found, {"name": str, "rule": str, "why": str}))
        try:
            rules.get(made[mistake_id].rule)
        except rules.RuleError as error:
            raise ExerciseError(f"{where}: rule: {error}") from None
    return made


def inferred(reasons: Mapping[str, Any]) -> dict[str, str]:
    """Fact id -> why the fact may be relied on although it is only inferred; raises ExerciseError for an unknown fact.

    >>> inferred({"unit.sise": "Said somewhere."})
    Traceback (most recent call last):
    j1553ref.training.model.ExerciseError: inferred.toml: unit.sise: no such fact; nearest: unit.size, unit.basis
    """
    for fact_id in reasons:
        try:
            packaged().get(fact_id)
        except FactError as error:
            raise ExerciseError(f"inferred.toml: {error}") from None
    return table("inferred.toml", reasons, dict.fromkeys(reasons, str))


MISTAKES = mistakes(read("mistakes.toml"))
MAY_BE_INFERRED = inferred(read("inferred.toml"))
