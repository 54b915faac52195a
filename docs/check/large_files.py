"""Checks a folder of claim files on a Spark cluster: ``spark-submit large_files.py FOLDER REPORT [PAYER]``.

A task reads whole files with the package itself, so that lines, numbers and pointers are those of a run on one machine.
Both folders must be where every worker sees them. REPORT becomes a Parquet table: file, number of the claim, claim as JSON.
"""

import json
import sys
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow
from pyspark.sql import SparkSession

from j1553ref.report import claim_objects


def check_files(batches: Iterator[pyarrow.RecordBatch], payer: str | None) -> Iterator[pyarrow.RecordBatch]:
    """The claims in scope of the files that a task is given, a thousand at a time."""
    for path in (path for batch in batches for path in batch.column("path").to_pylist()):
        with Path(path).open("rb") as stream:
            claims = claim_objects(stream, source=path, payer=payer, in_scope_only=True)
            while some := list(islice(claims, 1000)):
                rows = [{"path": path, "index": claim["index"], "claim": json.dumps(claim)} for claim in some]
                yield pyarrow.RecordBatch.from_pylist(rows)


def main(folder: str, report: str, payer: str | None = None) -> None:
    spark = SparkSession.builder.appName("j1553ref").getOrCreate()
    paths = [(str(path),) for path in sorted(Path(folder).resolve().iterdir())]
    files = spark.createDataFrame(spark.sparkContext.parallelize(paths, len(paths)), "path string")
    found = files.mapInArrow(partial(check_files, payer=payer), "path string, index long, claim string")
    found.write.parquet(report)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
