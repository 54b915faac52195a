"""Parser, jsonschema and jsonschema-rs on many generated native documents: ``nox -s fuzz -- 100000``.

A worked or passing claim, whole or with one to three random changes; all three must name the same keyword at the same place.
"""

from __future__ import annotations

import copy
import json
import random
import sys
from pathlib import Path
from typing import Any

from test_privacy import places
from test_shape import agree

from j1553ref import cases

JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    350.0,
    0.5,
    10**9,
    "",
    "x" * 300,
    "J1553",
    "2026-02-30",
    "09:60",
    "70573060521",
    [],
    {},
    [1],
    {"a": 1},
    "350",
    "-3",
    "1.2345678",
    "D83.9",
    "cms1500",
    "ub04",
)


def change(document: dict[str, Any], chance: random.Random) -> None:
    """Replace, remove or add one value anywhere."""
    path = chance.choice(list(places(document)))
    node: Any = document
    for step in path[:-1]:
        node = node[step]
    match chance.randrange(4):
        case 0 | 1 if path:
            node[path[-1]] = copy.deepcopy(chance.choice(JUNK))
        case 2 if path and isinstance(node, dict):
            del node[path[-1]]
        case _:
            target = node[path[-1]] if path else document
            if isinstance(target, dict):
                target[chance.choice(("units", "x-note", "unknown", "start", "ndc", "form"))] = chance.choice(JUNK)


def main(count: int) -> None:
    chance = random.Random(1553)
    passing = (Path(__file__).parent / "cases" / "claim" / "pass").glob("*.json")
    seeds = [cases.case(slug) for slug in cases.slugs()]
    seeds += [json.loads(path.read_text(encoding="utf-8")) for path in passing]
    invalid = 0
    for _ in range(count):
        document = copy.deepcopy(chance.choice(seeds))
        for _ in range(chance.randrange(4)):
            change(document, chance)
        invalid += bool(agree(document))
    print(f"{count} documents, {invalid} of them invalid: no disagreement")


if __name__ == "__main__":
    main(int(sys.argv[1]))
