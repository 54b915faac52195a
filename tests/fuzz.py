"""Readers, streams and the command line on many damaged inputs: ``nox -s fuzz -- 100000``, or with a seed behind it.

Each input is made of whole claims and pieces of them. What must hold of any: records are numbered, each has a claim or one
clear line; however the bytes arrive, the records and their places are the same; a claim that has a line for itself, among
lines that are damaged, is read; records that are passed over are out of scope; every output of the command is whole. What
was found is in ``test_readers.py``. The seed of an input that fails is printed: it makes the same input again.
"""

from __future__ import annotations

import io
import json
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from build import make_claim
from command import run

from j1553ref import cases
from j1553ref.cli.printers import PRINTERS
from j1553ref.facts import packaged
from j1553ref.forms import clearinghouse
from j1553ref.readers import Scope, Skipped, claim_from, read, record_texts, records_of
from j1553ref.report import claim_objects

#: One input in so many goes through the command line too.
COMMANDS = 50
OTHER = {"schema_version": "1", "form": "ub04", "lines": [{"procedure_code": "J9035", "units": 1}]}
WRONG = make_claim(40000, [20, 20], [(80, ["JZ"])])
SMALL = {"schema_version": "1", "form": "cms1500", "lines": [{"procedure_code": "J1553", "units": 400}]}
SCOPE = Scope(packaged())
BITS = [
    *'{}[],:"\\',
    "\n",
    "\r\n",
    " ",
    "\t",
    "\0",
    "\ufeff",
    "\u2028",
    "é",
    "\U0001f48a",
    "\\ud83d",
    "NaN",
    "1e999999",
    "-",
    "null",
]


def seeds() -> list[str]:
    here = Path(__file__).parent / "cases"
    texts = [path.read_text(encoding="utf-8") for path in sorted(here.glob("c*/**/*.json"))]
    texts += [json.dumps(cases.case(slug)) for slug in cases.slugs()]
    found = [clearinghouse.body(claim_from(WRONG)).content, OTHER, WRONG, SMALL, WRONG | {"payer": "medicarea-ab"}]
    return [*texts, *(json.dumps(document, indent=indent) for document in found for indent in (None, 1))]


SEEDS = seeds()


class Cut:
    """A stream that hands out its bytes in pieces of random length."""

    def __init__(self, data: bytes, chance: random.Random, most: int) -> None:
        self.data, self.chance, self.most = data, chance, most

    def read(self, size: int = -1) -> bytes:
        size = self.chance.randint(1, self.most)
        out, self.data = self.data[:size], self.data[size:]
        return out


def damaged(text: str, chance: random.Random) -> str:
    """A text with one to three changes."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(text) + 1)
        to = min(len(text), at + chance.choice((0, 1, 1, 2, 30)))
        match chance.randrange(5):
            case 0:
                text = text[:at]
            case 1:
                text = text[at:]
            case 2:
                text = text[:at] + text[to:]
            case 3:
                text = text[:at] + chance.choice(BITS) * chance.choice((1, 1, 1, 70)) + text[to:]
            case _:
                text = text[:to] + text[at:]
    return text


def made(chance: random.Random) -> tuple[bytes, int | None]:
    """An input, and how many claims on lines of their own it holds among damaged lines; None where that is not known."""
    whole = [chance.choice(SEEDS) for _ in range(chance.randint(1, 5))]
    texts = [damaged(text, chance) if chance.random() < 0.5 else text for text in whole]
    match chance.randrange(6):
        case 0:
            rows = [json.dumps(SMALL) if chance.random() < 0.6 else None for _ in range(chance.randint(3, 9))]
            rows[:2] = [json.dumps(SMALL)] * 2
            bad = [damaged(json.dumps(WRONG), chance).replace("\n", "").replace("\r", "") or "x" for _ in rows]
            lines = [row or one for row, one in zip(rows, bad, strict=True)] + [json.dumps(SMALL)] * 2
            return "\n".join(lines).encode("utf-8", "replace"), sum(row is not None for row in rows) + 2
        case 1:
            text = f"[{chance.choice((',', chr(10), ',' + chr(10), ' ')).join(texts)}]"
        case 2:
            text = "\n".join(texts)
        case 3:
            text = "\n".join(" ".join(text.split("\n")) for text in texts)
        case 4:
            text = damaged("\n".join(texts), chance)
        case _:
            text = "".join(chance.choice([*BITS, *texts]) for _ in range(chance.randint(1, 12)))
    data = text.encode("utf-8", "replace")
    if chance.random() < 0.1:
        at = chance.randrange(len(data) + 1)
        data = data[:at] + chance.randbytes(2) + data[at:]
    return data, None


def outcome(stream: Any) -> list[Any]:
    return [
        (record.index, record.line, record.column, record.error, record.claim) for record in read(stream, source="a")
    ]


def reads(data: bytes, whole: int | None, chance: random.Random) -> None:
    """What must hold of the reader."""
    found = outcome(io.BytesIO(data))
    assert found and [index for index, *_ in found] == list(range(len(found)))
    for _, line, _, error, claim in found:
        assert (claim is None) is (error is not None)
        assert error is None or (error.isprintable() and len(error) < 300 and "fault of j1553ref" not in error)
        assert line is None or line >= 1
    for most in (7, 300):
        assert outcome(Cut(data, chance, most)) == found, "the chunking matters"
    if whole is not None:
        read_well = sum(
            claim is not None and claim.lines[:1] != () and claim.lines[0].units == 400 for *_, claim in found
        )
        assert read_well >= whole, f"{read_well} of {whole} whole lines"
    passed, left = 0, []
    for item in record_texts(io.BytesIO(data), source="a", scope=SCOPE):
        if isinstance(item, Skipped):
            passed += item.count
        else:
            left += [record.claim for record in records_of(item, source="a", index=0)]
    assert passed + len(left) == len(found)
    for claim in claim_objects(io.BytesIO(data), source="a", payer="medicare-ab"):
        assert claim["error"] is None or "fault of j1553ref" not in claim["error"]
        assert all(finding["line"] for finding in claim["findings"]), "a finding without a place"


def commands(data: bytes, folder: Path, chance: random.Random) -> None:
    """What must hold of the command line."""
    (folder / "a.json").write_bytes(data)
    (folder / "b.json").write_text(json.dumps(WRONG), encoding="utf-8")
    output = chance.choice(list(PRINTERS))
    more = [
        option
        for option in ("--statistics", "--show-not-checked", "--in-scope-only", "--fix", "--exit-zero", "--with-ids")
        if chance.random() < 0.2
    ]
    names = [str(folder / name) for name in ("a.json", "b.json")]
    done = run("check", *names, "--output", output, "--payer", "medicare-ab", *more, "--config", "none")
    assert done.returncode in (0, 1, 2) and "Traceback" not in done.stderr
    if output == "json":
        assert json.loads(done.stdout)["claims"][-1]["findings"], "the second file was not read"
    elif output == "sarif":
        json.loads(done.stdout)
    elif output == "jsonl":
        assert "summary" in [json.loads(line) for line in done.stdout.splitlines()][-1]
    assert done.stderr.count("\n") < 60
    run("convert", names[0], "--to", chance.choice(["clearinghouse", "cms1500", "ub04"]))


def main(count: int, seed: int = 1553) -> None:
    kinds: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(seed * 10**9, seed * 10**9 + count):
            chance = random.Random(number)
            data, whole = made(chance)
            try:
                reads(data, whole, chance)
                if number % COMMANDS == 0:
                    commands(data, Path(folder), chance)
            except Exception as error:
                kinds[f"{type(error).__name__}: {str(error)[:80]}"] += 1
                if kinds[f"{type(error).__name__}: {str(error)[:80]}"] <= 3:
                    print(f"{number}: {type(error).__name__}: {str(error)[:200]}\n{data[:1000]!r}", flush=True)
    print(f"{count} inputs from seed {seed}: {sum(kinds.values())} failed", *kinds.items(), sep="\n")
    if kinds:
        raise SystemExit(1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
