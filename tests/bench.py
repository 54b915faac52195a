"""Speed as ratios, all measured in one run: ``nox -s bench``, or ``nox -s bench -- --wheel OLD.whl`` to set a wheel beside it.

A worker process for each wheel measures one task after another for a moment each, round after round, so that a machine that
slows down slows all of them. Medians of CPU time, garbage collector off.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import timeit
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROUNDS, SECONDS, STARTS = 11, 0.03, 9
PAYER = "medicare-ab"
BILL = "import j1553ref; j1553ref.bill_units(dose_mg=32450, vials='20g,10g,5g', on='2026-05-04')"
UNITS = ("units", "--dose-mg", "32450", "--vials", "20g,10g,5g")
PEER = "jsonschema, all errors of the parsed claim"
Task = Callable[[], object]


# -- the claims ------------------------------------------------------------------------------------------------------


def texts() -> dict[str, str]:
    """Claims as text by name, all synthetic: native and clearinghouse, right and wrong, three lines; native 1 and 20."""
    from build import make_claim

    from j1553ref import claim_from
    from j1553ref.forms import clearinghouse

    right = make_claim(32450, [20, 10, 5], [(325, []), (25, ["JW"])])
    wrong = make_claim(32450, [20, 10, 5], [(65, []), (5, ["JW"])])
    one = make_claim(40000, [20, 20], [(400, ["JZ"])])
    del one["lines"][1]
    one["total_charge"] = one["lines"][0]["charge"]
    days = [make_claim(40000, [20, 20], [(400, ["JZ"])], day=f"2026-05-{day:02}") for day in range(4, 14)]
    lines = [line for claim in days for line in claim["lines"]]
    many = days[0] | {
        "lines": [line | {"line_number": number, "charge": "4000.00"} for number, line in enumerate(lines, 1)],
        "administrations": [record for claim in days for record in claim["administrations"]],
        "total_charge": f"{4000 * len(lines)}.00",  # below the limit for one claim
    }
    made = {
        "native, 3 lines, right": right,
        "native, 3 lines, wrong": wrong,
        "native, 1 line": one,
        "native, 20 lines": many,
    }
    made |= {
        f"clearinghouse, 3 lines, {name}": clearinghouse.body(claim_from(claim)).content
        for name, claim in (("right", right), ("wrong", wrong))
    }
    return {name: json.dumps(claim) for name, claim in made.items()}


# -- what a worker measures --------------------------------------------------------------------------------------------


def own_tasks(name: str, text: str) -> Iterator[tuple[str, Task]]:
    """``check(text)`` and its stages; the names are the same for every wheel."""
    from j1553ref import check, claim_from
    from j1553ref.readers import Record, strict
    from j1553ref.report import claim_object

    claim = claim_from(text)
    report = check(claim, payer=PAYER)
    if bool(report.codes) != ("wrong" in name) and "1 line" not in name:
        raise SystemExit(f"{name}: {report.codes}")
    record = Record(source="claims.json", index=0, line=1, format="j1553")
    yield "check(text)", lambda: check(text, payer=PAYER)
    yield "claim_from(text)", lambda: claim_from(text)
    yield "strict parse", lambda: strict.parse(text)
    yield "check(claim)", lambda: check(claim, payer=PAYER)
    yield "report object and JSON", lambda: json.dumps(claim_object(record, report))


def peer_tasks(name: str, text: str) -> Iterator[tuple[str, Task]]:
    """What others do with the same text; the schema is that of the native claim."""
    yield "json.loads", lambda: json.loads(text)
    if not name.startswith("native"):
        return
    import jsonschema
    import jsonschema_rs

    from j1553ref import schemas

    document, schema = json.loads(text), schemas.schema("claim")
    pure = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    rust = jsonschema_rs.validator_for(schema, validate_formats=True)
    yield PEER, lambda: list(pure.iter_errors(document))
    yield "json.loads and jsonschema-rs, all errors", lambda: list(rust.iter_errors(json.loads(text)))
    yield from claim_validator_tasks(document)


def claim_validator_tasks(document: dict[str, Any]) -> Iterator[tuple[str, Task]]:
    """The package claim-validator on the same lines in its own form: general checks, none of units, waste, NDC or payer."""
    try:
        from claim_validator import validate
        from claim_validator.models.claim import ClaimData
        from claim_validator.validators.pipeline import ValidationPipeline
    except ImportError:
        return
    person = {"first_name": "SYNTHETIC", "last_name": "SYNTHETIC", "dob": "1970-01-01", "gender": "U"}
    lines = [
        {
            "procedure_code": line["procedure_code"],
            "modifiers": line["modifiers"],
            "charge_amount": float(line["charge"]),
            "units": line["units"],
            "service_date_from": line["service_date"]["start"],
            "place_of_service": line["place_of_service"],
            "diagnosis_pointers": line["diagnosis_pointers"],
        }
        for line in document["lines"]
    ]
    theirs = {
        "billing_provider_npi": "1234567893",
        "subscriber_id": "SYNTHETIC1",
        "payer_id": "SYNTHETIC",
        "place_of_service": "11",
        "total_charge": sum(line["charge_amount"] for line in lines),
        "diagnosis_codes": [{"code": code} for code in document["diagnoses"]],
        "lines": lines,
        **{f"{who}_{key}": value for who in ("patient", "subscriber") for key, value in person.items()},
    }
    text, pipeline = json.dumps(theirs), ValidationPipeline.from_settings()
    yield "claim-validator, validate() as its README calls it", lambda: validate(json.loads(text))
    yield "claim-validator, its pipeline made once", lambda: pipeline.run(ClaimData(**json.loads(text)))


def work() -> None:
    """Answer each line ``[peers, name, task]`` with microseconds a call; the first line holds the texts."""
    claims = json.loads(sys.stdin.readline())
    tasks = {(name, task): call for name, text in claims.items() for task, call in own_tasks(name, text)}
    if "--peers" in sys.argv:
        tasks |= {(name, task): call for name, text in claims.items() for task, call in peer_tasks(name, text)}
    timers = {task: timeit.Timer(call, timer=time.process_time) for task, call in tasks.items()}
    counts = {task: max(1, int(SECONDS / (timer.timeit(20) / 20))) for task, timer in timers.items()}
    print(json.dumps(list(tasks)), flush=True)
    for line in sys.stdin:
        task = tuple(json.loads(line))
        print(
            timers[task].timeit(counts[task]) / counts[task] * 1e6, flush=True
        )  # timeit turns the garbage collector off
        gc.collect()


# -- the run -----------------------------------------------------------------------------------------------------------


class Worker:
    """A process with one wheel."""

    def __init__(self, python: str, claims: dict[str, str], *options: str) -> None:
        self.python = python
        self.process = subprocess.Popen(
            [python, "-P", __file__, "--work", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.tasks = [tuple(task) for task in json.loads(self.ask(claims))]
        self.spent: dict[tuple[str, ...], list[float]] = {task: [] for task in self.tasks}
        self.starts: dict[str, list[float]] = {}

    def ask(self, question: object) -> str:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"the worker of {self.python} ended")
        return answer

    def median(self, name: str, task: str) -> float:
        return statistics.median(self.spent[name, task])

    def programs(self) -> dict[str, list[str]]:
        """What is started: nothing, the first answer of the library, the command."""
        script = str(Path(self.python).with_name("j1553ref"))
        return {
            "python alone": [self.python, "-P", "-c", ""],
            "import j1553ref and a first bill_units": [self.python, "-P", "-c", BILL],
            "j1553ref units ...": [script, *UNITS],
        }


def measure(workers: list[Worker]) -> None:
    """Round after round, each task on each worker in turn, then the starts of programs."""
    for _ in range(ROUNDS):
        for task in workers[-1].tasks:
            for worker in workers:
                if task in worker.spent:
                    worker.spent[task].append(float(worker.ask(task)))
    for _ in range(STARTS):
        for worker in workers:
            for name, command in worker.programs().items():
                start = children_seconds()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
                worker.starts.setdefault(name, []).append(children_seconds() - start)


def children_seconds() -> float:
    """CPU time of the programs that have ended: it does not grow where other work takes turns."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def cells(label: str, *values: str) -> str:
    return f"  {label:<52}" + "".join(f"{value:>14}" for value in values)


def table(workers: list[Worker]) -> Iterator[str]:
    """The figures as lines: peers once, our own for each wheel."""
    now, before = workers[-1], workers[:-1]
    head = [*(["before, us"] * len(before)), "us", *(["times faster"] * len(before)), "x jsonschema"]
    for name in dict.fromkeys(name for name, _ in now.tasks):
        base = now.median(name, PEER) if (name, PEER) in now.spent else None
        yield f"\n{name}\n{cells('', *head)}"
        for task in (task for of, task in now.tasks if of == name):
            mine = now.median(name, task)
            old = [worker.median(name, task) if (name, task) in worker.spent else None for worker in before]
            yield cells(
                task,
                *(f"{value:.0f}" if value else "" for value in old),
                f"{mine:.0f}",
                *(f"{value / mine:.2f}" if value else "" for value in old),
                f"{base / mine:.2f}" if base else "no schema",
            )
        yield "\n  where the time of check(text) goes"
        for worker in workers:
            yield cells(
                "now" if worker is now else "before", *(f"{part} {share:.0%}" for part, share in stages(worker, name))
            )


def stages(worker: Worker, name: str) -> Iterator[tuple[str, float]]:
    """Shares of ``check(text)``: strict parsing; layout, shape and model; rules; and what printing adds."""
    whole = worker.median(name, "check(text)")
    text, parse = worker.median(name, "claim_from(text)"), worker.median(name, "strict parse")
    yield "parse", parse / whole
    yield "model", (text - parse) / whole
    yield "rules", (whole - text) / whole
    yield "report adds", worker.median(name, "report object and JSON") / whole


def start_table(workers: list[Worker]) -> Iterator[str]:
    now = workers[-1]
    yield "\nstarts of a program, CPU milliseconds, median of " + str(STARTS)
    yield cells("", *(["before", "now", "times faster"] if len(workers) > 1 else ["now"]))
    for name in now.starts:
        each = [statistics.median(worker.starts[name]) * 1000 for worker in workers]
        yield cells(name, *(f"{value:.0f}" for value in each), *([f"{each[0] / each[1]:.2f}"] if len(each) > 1 else []))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", help="the Python of an environment with an older wheel")
    options = parser.parse_args()
    claims = texts()
    workers = [Worker(options.before, claims)] if options.before else []
    workers.append(Worker(sys.executable, claims, "--peers"))
    measure(workers)
    print(
        f"Median of {ROUNDS} interleaved rounds of {SECONDS} s CPU, Python {sys.version.split()[0]}, {os.cpu_count()} cores"
    )
    print("\n".join([*table(workers), *start_table(workers)]))
    print(
        "\nclaim-validator checks a claim in general: identifiers, charges, dates, code tables. It knows nothing of units, waste,"
        "\nNDC or payer, and its tables lack J1553: not an equal, a measure of the machinery. There is no schema of"
        "\nclearinghouse bodies to compare with."
    )


if __name__ == "__main__":
    work() if "--work" in sys.argv else main()
