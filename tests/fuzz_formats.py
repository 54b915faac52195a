"""The readers of FHIR, X12, other JSON and tables on damaged files: ``nox -s fuzz`` runs them behind the others.

An input is raw bytes, a file with a few of its characters changed, or a document with values, names and lists changed. What must
hold of any: every record has a claim or one line that is no fault of the program; a claim can be checked, printed as a native
claim and pointed into; an input is read the same however its bytes arrive. The seed of an input that fails is printed: it
makes the same input again. What was found is in the tests of the formats.
"""

from __future__ import annotations

import copy
import io
import json
import random
import sys
import time
from collections import Counter
from typing import Any

from fhir import CLAIM, V1, V2, V3, bundle
from fuzz import BITS, Cut, damaged
from test_bodies import BODY, CMS1500, FLAT
from test_table import TABLE
from test_x12 import INST, PRO
from test_x12 import text as x12

from j1553ref import check, shape
from j1553ref.forms import native
from j1553ref.readers import read

DOCUMENTS = [CLAIM, V1, V2, V3, bundle(CLAIM, V3), CMS1500, FLAT, {"claims": [BODY, FLAT]}, {"x12": x12(PRO)}]
TEXTS = [
    x12(PRO),
    x12(INST),
    x12(PRO, after=""),
    x12(INST, end="\n", after=""),
    TABLE,
    TABLE.replace(",", "\t"),
    *(json.dumps(document) for document in DOCUMENTS),
    "\n".join(json.dumps(document) for document in DOCUMENTS),
    json.dumps(bundle(CLAIM, V2), indent=1),
]
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    10**40,
    1e300,
    0.1,
    "",
    " ",
    "J1553",
    "j1553 ",
    "J1553-JZ",
    "JZ,76",
    "A" * 300,
    "2026-02-30",
    "\u0660",
    "\u2028",
    [],
    {},
    [[]],
    [None],
    {"coding": []},
    {"coding": [{"code": "J1553"}]},
    {"value": "400"},
]
#: No input may take longer than so many seconds of processor time.
LONGEST = 5


def edited(document: Any, chance: random.Random) -> Any:
    """A document with one to four of its values, names or elements changed."""
    made = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 2, 4))):
        holders: list[Any] = []
        todo = [made]
        while todo:
            value = todo.pop()
            if isinstance(value, dict | list) and value:
                holders.append(value)
                todo.extend(value.values() if isinstance(value, dict) else value)
        if not holders:
            break
        holder = chance.choice(holders)
        place = chance.choice([*holder]) if isinstance(holder, dict) else chance.randrange(len(holder))
        match chance.randrange(5):
            case 0:
                del holder[place]
            case 1:
                holder[place] = copy.deepcopy(chance.choice(VALUES))
            case 2 if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[place]))
            case 3 if isinstance(holder, dict):
                other = chance.choice([*chance.choice([found for found in holders if isinstance(found, dict)])])
                holder[other] = holder.pop(place)
            case _:
                holder[place] = [holder[place]]
    return made


def made(chance: random.Random) -> bytes:
    """An input."""
    match chance.randrange(4):
        case 0:
            return chance.randbytes(chance.choice((3, 40, 400)))
        case 1:
            text = "".join(chance.choice([*BITS, *TEXTS]) for _ in range(chance.randint(1, 6)))
        case 2:
            text = damaged(chance.choice(TEXTS), chance)
        case _:
            documents = [edited(chance.choice(DOCUMENTS), chance) for _ in range(chance.choice((1, 1, 3)))]
            text = "\n".join(map(json.dumps, documents))
    return text.encode("utf-8", "surrogatepass")


def tried(data: bytes, chance: random.Random) -> int:
    """What must hold of an input; the number of its claims."""
    start = time.process_time()
    records = list(read(io.BytesIO(data), source="a"))
    said = [(record.index, record.line, record.error, record.claim) for record in records]
    assert said == [
        (record.index, record.line, record.error, record.claim)
        for record in read(Cut(data, chance, chance.choice((1, 7, 900))), source="a")  # type: ignore[arg-type]
    ], "read another way in other pieces"
    claims = [record for record in records if record.claim is not None]
    assert records, "no record at all"
    for record in records:
        assert (record.error is None) != (record.claim is None)
        assert record.error is None or ("j1553ref itself" not in record.error and "\n" not in record.error)
    for record in claims[:20]:
        assert record.claim is not None
        report = check(record.claim)
        for finding in report.findings:
            record.locate(finding.pointer)
        content = native.document(record.claim, with_ids=True).content
        left = [problem for problem in shape.problems(content) if problem.keyword != "required"]
        assert left == [], left
    assert time.process_time() - start < LONGEST, "too slow"
    return len(claims)


def main(count: int, seed: int) -> int:
    """So many inputs from a seed on."""
    found: Counter[str] = Counter()
    for number in range(seed, seed + count):
        chance = random.Random(number)
        data = made(chance)
        try:
            found["claims"] += tried(data, chance)
        except Exception as error:
            print(f"seed {number}: {type(error).__name__}: {str(error)[:300]}", flush=True)
            found["failures"] += 1
            if found["failures"] > 20:
                break
        found["inputs"] += 1
    print(dict(found))
    return int(bool(found["failures"]))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
