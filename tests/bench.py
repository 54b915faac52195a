"""Ratios, not seconds: shape check and whole check against the public validators, in one process. ``nox -s bench``."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

import jsonschema
import jsonschema_rs

from j1553ref import case, check, claim_from, schemas

ROUNDS = 5
SECONDS = 0.5


def per_second(work: Callable[[], object]) -> float:
    """Calls a second of CPU time, median of the rounds."""
    rates = []
    for _ in range(ROUNDS):
        count, start = 0, time.process_time()
        while time.process_time() - start < SECONDS:
            work()
            count += 1
        rates.append(count / (time.process_time() - start))
    return statistics.median(rates)


def main() -> None:
    document = case("three-vials-with-jw")
    text = json.dumps(document)
    schema = schemas.schema("claim")
    pure = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    rust = jsonschema_rs.validator_for(schema, validate_formats=True)
    claim = claim_from(document)
    base = per_second(lambda: list(pure.iter_errors(document)))
    rows = {
        "jsonschema, all errors (the peer)": base,
        "jsonschema-rs, all errors": per_second(lambda: list(rust.iter_errors(document))),
        "json.loads alone": per_second(lambda: json.loads(text)),
        "claim_from(document): shape check and model": per_second(lambda: claim_from(document)),
        "claim_from(text)": per_second(lambda: claim_from(text)),
        "check(claim): all rules": per_second(lambda: check(claim)),
        "check(text): from text to findings": per_second(lambda: check(text)),
    }
    print(f"{len(text)} bytes, {len(document['lines'])} lines, median of {ROUNDS} rounds of {SECONDS} s CPU")
    for name, rate in rows.items():
        print(f"{rate:10,.0f} a second  {rate / base:7.1f} x jsonschema  {name}")


if __name__ == "__main__":
    main()
