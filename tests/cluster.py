"""The recipe for a cluster against one process: 20,000 claims, two workers, equal claim for claim. ``nox -s cluster``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet

from j1553ref import case
from j1553ref.report import claim_objects

RECIPE = Path(__file__).parent.parent / "docs" / "check" / "large_files.py"
FILES, CLAIMS, IN_SCOPE = 8, 2500, 20


def write(folder: Path) -> None:
    """Claims of the drug, right and wrong, one in twenty among those of another; a line of each file is cut."""
    right = case("three-vials-with-jw")
    lines = [right["lines"][0] | {"procedure_code": "J9035", "drug": {"ndc": "50242006001"}}]
    other = {"schema_version": "1", "form": "cms1500", "lines": lines * 3}
    wrong = json.loads(json.dumps(right).replace('"units": 320', '"units": 64'))
    for number in range(FILES):
        claims = [
            other if at % IN_SCOPE else (right, wrong)[at // IN_SCOPE % 2] for at in range(number, number + CLAIMS)
        ]
        rows = list(map(json.dumps, claims))
        rows[number] = rows[number][:-5]
        (folder / f"{number}.ndjson").write_text("\n".join(rows) + "\n", encoding="utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        claims, report = Path(name).resolve() / "claims", Path(name) / "report"
        claims.mkdir()
        write(claims)
        start = time.monotonic()
        alone = [
            (str(path), claim["index"], json.dumps(claim))
            for path in sorted(claims.iterdir())
            for claim in claim_objects(path.open("rb"), source=str(path), payer="medicare-ab", in_scope_only=True)
        ]
        one = time.monotonic() - start
        workers = {"PYSPARK_SUBMIT_ARGS": "--master local[2] pyspark-shell", "PYSPARK_PYTHON": sys.executable}
        start = time.monotonic()
        subprocess.run(
            [sys.executable, "-P", str(RECIPE), str(claims), str(report), "medicare-ab"],
            env=os.environ | workers,
            check=True,
        )
        two = time.monotonic() - start
        rows = pyarrow.parquet.read_table(report).to_pylist()
        found = sorted((row["path"], row["index"], row["claim"]) for row in rows)
        parts = len(list(report.glob("*.parquet")))
    assert (
        alone and any('"UNT002"' in claim for _, _, claim in alone) and any("not valid JSON" in row[2] for row in alone)
    )
    assert found == alone, "the cluster and one process disagree"
    print(f"{FILES * CLAIMS:,} claims in {FILES} files, {len(alone):,} of them reported, equal claim for claim")
    print(f"one process {one:.1f} s; two workers {two:.1f} s with the start of Spark; {parts} parts written")


if __name__ == "__main__":
    main()
