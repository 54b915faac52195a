"""No text of the input ever comes out again: marked strings in every field and every name, one at a time."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhir import CLAIM, V2
from test_bodies import CMS1500, FLAT
from test_table import TABLE
from test_x12 import PRO
from test_x12 import text as x12

from j1553ref import cases
from j1553ref.checking import check
from j1553ref.errors import J1553Error
from j1553ref.readers import read
from j1553ref.report import Summary, claim_object, sarif
from j1553ref.report.github import claim_commands, last_commands
from j1553ref.report.tally import Tally
from j1553ref.report.text import claim_lines

HERE = Path(__file__).parent / "cases"
#: A name no reader knows, in the shapes that slip through: words, digits, an e-mail address, an identifier.
MARKS = ("ZEBRAQUAGGA SYNTHETIC", "ZEBRAQUAGGA", "zebra@quagga.invalid")


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    for slug in ("three-vials-with-jw", "pause-in-the-infusion"):
        yield f"native {slug}", cases.case(slug)
    for path in sorted((HERE / "claim" / "pass").glob("full*.json")):
        yield f"native {path.stem}", json.loads(path.read_text(encoding="utf-8"))
    for name in ("professional-whole-vials", "institutional-whole-vials"):
        yield name, json.loads((HERE / "clearinghouse" / f"{name}.json").read_text(encoding="utf-8"))
    yield from (("fhir", CLAIM), ("fhir of cms", V2), ("cms1500-body", CMS1500), ("flat", FLAT))
    yield "one level down", {"claims": [FLAT]}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every scalar and every object of a document."""
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))
    else:
        yield path


def marked(document: dict[str, Any], path: tuple[Any, ...], mark: str) -> dict[str, Any]:
    """The mark in the place of a scalar, or as the name of a further property of an object."""
    made = copy.deepcopy(document)
    node: Any = made
    for step in path[:-1]:
        node = node[step]
    if path and not isinstance(node[path[-1]], dict):
        node[path[-1]] = mark
    else:
        (node[path[-1]] if path else node)[mark] = mark
    return made


def spoken(text: bytes) -> str:
    """All that the checker says of a file in every output, its errors, and the library's own words."""
    said, tally, summary = [], Tally(), Summary()
    for record in read(text, source="claims.json"):
        try:
            outcome = check(record.claim) if record.claim is not None else None
        except J1553Error as error:
            said.append(str(error))
            continue
        claim = claim_object(record, outcome)
        tally.add(claim)
        summary.add(claim)
        said += [json.dumps(claim), str(outcome), repr(record), repr(record.claim)]
        said += [line for _, line in claim_lines(claim, show_not_checked=True)]
        said += [json.dumps(result) for result in sarif.claim_results(claim)]
        said += claim_commands(claim)
    said += [json.dumps(sarif.invocation(summary, tally, 1)), *last_commands(summary, tally)]
    return "\n".join(said)


@pytest.mark.parametrize(
    ("name", "document"), list(documents()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_nothing_of_the_input_is_repeated(name, document):
    leaks = {
        "/".join(map(str, path))
        for path in places(document)
        for mark in MARKS
        if (heard := spoken(json.dumps(marked(document, path, mark), indent=1).encode()).lower())
        and ("zebra" in heard or "quagga" in heard)
    }
    assert leaks == set()


@pytest.mark.parametrize(("text", "mark"), [(TABLE, ","), (x12(PRO), "*"), (x12(PRO), ":")])
def test_nothing_of_a_table_or_an_x12_file_is_repeated(text, mark):
    """The mark in the place of each value, one at a time."""
    parts = re.split(f"([{mark}~\n])", text)
    for number in range(0, len(parts), 2):
        for word in MARKS:
            heard = spoken("".join([*parts[:number], word, *parts[number + 1 :]]).encode()).lower()
            assert "zebra" not in heard and "quagga" not in heard, parts[number]


def test_the_test_would_hear_a_leak():
    assert "claims.json" in spoken(b'{"schema_version": "1", "form": "cms1500", "lines": []}')
