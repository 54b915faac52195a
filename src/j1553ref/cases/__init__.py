"""Worked claims, all synthetic, as native claim JSON; one file for each example page of the site."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from j1553ref.errors import J1553Error, nearest

__all__ = ["CaseError", "case", "slugs"]


class CaseError(J1553Error, LookupError):
    """A worked claim that does not exist."""


def slugs() -> list[str]:
    """The names of all worked claims, sorted.

    >>> "whole-vials-jz" in slugs()
    True
    """
    return sorted(item.name.removesuffix(".json") for item in files(__name__).iterdir() if item.name.endswith(".json"))


def case(slug: str) -> dict[str, Any]:
    """A fresh copy of a worked claim as a JSON document, ready to be changed and checked.

    Raises :class:`CaseError` with the nearest names for an unknown slug.

    >>> case("whole-vials-jz")["lines"][0]["units"]
    400
    """
    if slug not in slugs():
        known = slugs()
        raise CaseError(f"{slug}: no such case{nearest(slug, known, else_say='; there are ' + ', '.join(known))}")
    document: dict[str, Any] = json.loads(files(__name__).joinpath(f"{slug}.json").read_text(encoding="utf-8"))
    return document
