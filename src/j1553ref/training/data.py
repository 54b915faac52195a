"""The words of the exercises are data: TOML files beside the code, refused with file, table and key where they are wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from j1553ref.errors import nearest
from j1553ref.training.model import ExerciseError

__all__ = ["filled", "read", "texts"]


def read(name: str) -> dict[str, Any]:
    """A file of this folder by its path; raises ExerciseError where it is no TOML.

    >>> sorted(read("mistakes.toml")["grams"])
    ['name', 'rule', 'why']
    """
    try:
        return tomllib.loads(files("j1553ref.training").joinpath(name).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ExerciseError(f"{name}: {error}") from None


def texts(where: str, table: Any, wanted: tuple[str, ...], besides: tuple[str, ...] = ()) -> list[str]:
    """The values of the wanted keys; raises ExerciseError where one is no text, and for a key that has no meaning.

    >>> texts("mistakes.toml, grams", {"name": "Grams"}, ("name", "why"))
    Traceback (most recent call last):
    j1553ref.training.model.ExerciseError: mistakes.toml, grams: why: expected text
    """
    if not isinstance(table, Mapping):
        raise ExerciseError(f"{where}: expected a table with {', '.join(wanted)}")
    for key in table:
        if key not in (*wanted, *besides):
            raise ExerciseError(f"{where}: {key}: no such key{nearest(key, (*wanted, *besides))}")
    for key in wanted:
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise ExerciseError(f"{where}: {key}: expected text")
    return [table[key] for key in wanted]


def filled(where: str, text: str, figures: Mapping[str, object]) -> str:
    """The text with its fields filled; raises ExerciseError where there is no such figure.

    >>> filled("units.toml, in_grams", "{dose} mg", {"dose": 300})
    '300 mg'
    """
    try:
        return text.format_map(figures)
    except (KeyError, AttributeError) as error:
        raise ExerciseError(f"{where}: no figure for {error} in {text!r}") from None
