"""The words of the exercises are data: TOML files beside the code, refused with file, table and key where they are wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from string import Formatter
from typing import Any

from j1553ref import rules
from j1553ref.errors import nearest
from j1553ref.facts import FactError, packaged
from j1553ref.training.model import ExerciseError, Mistake

__all__ = ["MAY_BE_INFERRED", "MISTAKES", "fields", "filled", "inferred", "mistakes", "read", "table"]

_KINDS = {str: "text", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}


def read(name: str) -> dict[str, Any]:
    """A file of this folder by its path; raises ExerciseError where it is no TOML.

    >>> sorted(read("mistakes.toml")["grams"])
    ['name', 'rule', 'why']
    """
    try:
        return tomllib.loads(files("j1553ref.training").joinpath(name).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ExerciseError(f"{name}: {error}") from None


def table(where: str, found: Any, kinds: Mapping[str, type], optional: Iterable[str] = ()) -> dict[str, Any]:
    """A table whose keys hold values of these kinds; raises ExerciseError for one that is missing, empty or unknown.

    >>> table("mistakes.toml, grams", {"name": "Grams"}, {"name": str, "why": str})
    Traceback (most recent call last):
    j1553ref.training.model.ExerciseError: mistakes.toml, grams: why: expected text
    """
    if not isinstance(found, Mapping):
        raise ExerciseError(f"{where}: expected a table with {', '.join(kinds)}")
    for key in found:
        if key not in kinds:
            raise ExerciseError(f"{where}: {key}: no such key{nearest(key, kinds)}")
    for key, kind in kinds.items():
        if key not in found and key in optional:
            continue
        if not isinstance(found.get(key), kind) or found[key] == "":
            raise ExerciseError(f"{where}: {key}: expected {_KINDS[kind]}")
    return dict(found)


def fields(texts: Iterable[str]) -> Iterator[str]:
    """The names of the fields in texts.

    >>> list(fields(["{dose} mg from {vials}"]))
    ['dose', 'vials']
    """
    return (name.partition("[")[0] for text in texts for _, name, _, _ in Formatter().parse(text) if name)


def filled(where: str, text: str, figures: Mapping[str, object]) -> str:
    """The text with its fields filled; raises ExerciseError where there is no such figure.

    >>> filled("units.toml, in_grams", "{dose} mg", {"dose": 300})
    '300 mg'
    """
    try:
        return text.format_map(figures)
    except (KeyError, AttributeError) as error:
        raise ExerciseError(f"{where}: no figure for {error} in {text!r}") from None


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
