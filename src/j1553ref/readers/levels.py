"""Where the properties of a format are at home: what is in the wrong object, and a name like one that is read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from j1553ref.code import CODE

__all__ = ["MOST", "Home", "Level", "may_hold"]

#: The name of a property, the way to the object that holds it, and our field.
Home = tuple[str, tuple[str, ...], str]

#: How much alike two names are of which one may be a slip for the other.
_NEAR = 17 / 20
#: Longer names are no slips, and of more names in one object none is compared: a hostile file must not take long.
_LONGEST, MOST = 60, 100
_CODE = re.compile("[0-9A-Z]{5}")


class Level:
    """One object of a part: which properties are at home in it, and which would be at home elsewhere.

    ``homes`` are those of the part, the nearest first; ``way`` leads to the object.

    >>> homes = (("service", (), "units"), ("unitCount", ("service",), "units"))
    >>> level = Level(homes, ())
    >>> sorted(level.own), level.elsewhere, level.astray(frozenset({"unitCount"})), level.astray(frozenset({"note"}))
    (['service'], {'unitCount': ((('service',), 'units'),)}, True, False)
    >>> Level(homes, ("service",)).near("unitsCount")
    'unitCount'
    """

    def __init__(self, homes: Iterable[Home], way: tuple[str, ...]) -> None:
        found = tuple(homes)
        self.own = frozenset(name for name, home, _ in found if home == way)
        self.elsewhere: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {}
        for name, home, own in found:
            if name not in self.own:
                self.elsewhere[name] = (*self.elsewhere.get(name, ()), (home, own))
        self._known = lru_cache(maxsize=256)(self._look)
        self._nearest = lru_cache(maxsize=1024)(self._compare)

    def astray(self, names: frozenset[str]) -> bool:
        """Whether one of these properties is at home elsewhere, or has a name like one that is read here.

        The objects of one sender have the same further names, so the answer is kept.
        """
        if len(names) > MOST:
            return not self.elsewhere.keys().isdisjoint(names)
        return self._look(names) if max(map(len, names)) > _LONGEST else self._known(names)

    def near(self, name: str) -> str:
        """The name that is read here and is nearly this one; empty for none."""
        return self._nearest(name) if len(name) <= _LONGEST else ""

    def _look(self, names: frozenset[str]) -> bool:
        return any(name in self.elsewhere or self.near(name) for name in names)

    def _compare(self, name: str) -> str:
        return next(iter(get_close_matches(name, self.own, n=1, cutoff=_NEAR)), "")


def may_hold(value: Any, name: str, codes: frozenset[str]) -> bool:
    """Whether the code of the drug may be in a value: under one of the names there is no code of something else.

    >>> codes = frozenset({"code"})
    >>> may_hold({"code": "J1553"}, "x", codes), may_hold("", "code", codes), may_hold([{"code": "99213"}], "x", codes)
    (True, True, False)
    """
    if name in codes:
        return not (isinstance(value, str) and value != CODE and _CODE.fullmatch(value))
    if isinstance(value, dict):
        return any(may_hold(inner, inside, codes) for inside, inner in value.items())
    return isinstance(value, list) and any(may_hold(inner, "", codes) for inner in value)
