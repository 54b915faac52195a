"""What happens when nobody reads, nothing can be written, or somebody presses Ctrl-C: no traceback, no half truth."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from build import make_claim
from command import PROGRAM, environment
from command import run as command_run

from j1553ref import checking
from j1553ref.cli import running
from j1553ref.cli.printers import PRINTERS

WRONG = make_claim(40000, [20, 20], [(80, ["JZ"])])
MANY = "\n".join([json.dumps(WRONG)] * 300).encode()
OUTPUTS = list(PRINTERS)


def looks_complete(output: str, said: str) -> bool:
    """Whether a reader of this output would take it for the whole report."""
    lines = said.splitlines()
    if output in ("json", "sarif"):
        try:
            json.loads(said)
        except ValueError:
            return False
        return True
    last = lines[-1] if said.endswith("\n") else ""
    mark = {"text": r"\d+ claims?: ", "jsonl": r'\{"summary"', "github": "::notice title=j1553ref::"}[output]
    return bool(re.match(mark, last))


@pytest.fixture
def many(tmp_path):
    path = tmp_path / "many.ndjson"
    path.write_bytes(MANY)
    return str(path)


@pytest.mark.parametrize("output", OUTPUTS)
def test_the_whole_report_looks_complete(many, output):
    done = subprocess.run(
        [*PROGRAM, "check", many, "--output", output], capture_output=True, check=False, timeout=120, env=environment()
    )
    assert done.returncode == 1
    assert looks_complete(output, done.stdout.decode())


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_reader_that_leaves_early_ends_the_run_in_silence(many, output):
    with subprocess.Popen(
        [*PROGRAM, "check", many, "--output", output], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        first = process.stdout.read(40)
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 141, "neither a pass nor a finding"
    assert first and said == b""


def redirected(how: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """The program with its streams redirected as a shell does it."""
    return subprocess.run(
        ["bash", "-c", f'"$@" {how}', "bash", *PROGRAM, *arguments],
        capture_output=True,
        check=False,
        timeout=120,
        env=environment(),
    )


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("how", [">/dev/full", "1</dev/null"])
def test_what_cannot_be_written_is_one_line_and_exit_2(many, output, how):
    done = redirected(how, "check", many, "--output", output)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1 and b"cannot write" in done.stderr, done.stderr


@pytest.mark.parametrize("arguments", [("rules",), ("explain", "JWZ001"), ("schema", "report"), ("--version",)])
def test_so_it_is_for_the_other_commands(arguments):
    done = redirected(">/dev/full", *arguments)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1 and b"cannot write" in done.stderr, done.stderr


@pytest.mark.parametrize("output", OUTPUTS)
def test_without_standard_output_the_status_still_tells(many, output):
    done = redirected(">&-", "check", many, "--output", output)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("how", ["2>/dev/full", "2>&-", "2>&1 >/dev/full"])
def test_the_status_holds_where_an_error_cannot_be_told(tmp_path, how):
    assert redirected(how, "check", str(tmp_path / "missing.json"), "--output", "jsonl").returncode == 2


@pytest.mark.parametrize("output", OUTPUTS)
def test_an_interrupted_run_prints_what_was_done_and_says_that_it_is_not_all(output):
    process = subprocess.Popen(
        [*PROGRAM, "check", "-", "--output", output],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    process.stdin.write(MANY[:20_000])
    process.stdin.flush()  # and the run waits for more
    first = b""
    while first.count(b"UNT002") < (2 if output == "sarif" else 1):  # a log in SARIF begins with all rules
        first += os.read(process.stdout.fileno(), 4096)
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=120)
    said = (first + rest).decode()
    assert process.returncode == 130
    assert errors.decode() == "j1553ref: <stdin>: interrupted: what follows was not checked\n"
    assert looks_complete(output, said)
    if output == "json":
        report = json.loads(said)
        assert report["claims"][-1]["error"] == "interrupted: what follows was not checked"
        assert report["claims"][-1]["index"] == len(report["claims"]) - 1 == report["summary"]["claims"] > 0
        assert report["summary"]["unusable"] == 1
    elif output == "sarif":
        [invocation] = json.loads(said)["runs"][0]["invocations"]
        assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 130)
    else:
        assert ("unusable" if output != "github" else "interrupted") in said


def test_a_name_that_the_terminal_cannot_spell_is_no_error(tmp_path):
    path = tmp_path / "Ⅹ_é.json"
    path.write_text(json.dumps(WRONG))
    for output in OUTPUTS:
        done = subprocess.run(
            [*PROGRAM, "check", str(path), str(tmp_path / "ü.json"), "--output", output],
            capture_output=True,
            check=False,
            timeout=60,
            env=environment(PYTHONIOENCODING="latin-1"),
        )
        assert done.returncode == 2
        assert done.stderr.count(b"\n") == 1 and b"Traceback" not in done.stderr
        if output in ("json", "jsonl", "sarif"):
            assert done.stdout.isascii(), "JSON is the same in every encoding"


# -- many records, many processes -------------------------------------------------------------------------------------

OTHER = {"schema_version": "1", "form": "ub04", "lines": [{"procedure_code": "J9035", "units": 1}]}
RIGHT = make_claim(40000, [20, 20], [(400, ["JZ"])])


@pytest.fixture
def mixed(tmp_path):
    """Two files and one that is missing; broken records among claims of this drug and of others."""
    rows = [json.dumps(WRONG if number % 7 else OTHER) for number in range(150)]
    rows[50:50] = ['{"cut": ', "[]", '{"hello": 1}']
    (tmp_path / "a.ndjson").write_text("\n".join(rows))
    (tmp_path / "b.json").write_text(json.dumps([RIGHT, OTHER, OTHER, WRONG] * 20, indent=1))
    (tmp_path / "j1553ref.toml").write_text(
        '[[suppress]]\ncode = "UNT002"\npath = "b.json"\nreason = "known"\n'
        '[[suppress]]\ncode = "JWZ001"\nreason = "known"\n'
    )
    return tmp_path


def checked(folder, *options: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [*PROGRAM, "check", "a.ndjson", "missing.json", "b.json", *options],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=120,
        env=environment(),
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("output", OUTPUTS)
def test_more_processes_say_the_same_in_the_same_order(mixed, output):
    more = ("--in-scope-only", "--statistics") if output in ("text", "json") else ()
    alone = checked(mixed, "--output", output, *more)
    assert alone[0] == 2 and "entry for JWZ001" in alone[2] and "entry for UNT002" not in alone[2]
    assert checked(mixed, "--output", output, *more, "--jobs", "2") == alone


def test_what_is_passed_over_is_counted_and_keeps_the_numbers_of_the_others(mixed):
    def report(*options: str) -> dict:
        return json.loads(checked(mixed, "--output", "json", *options)[1])

    full, less = report(), report("--in-scope-only")
    left = [claim for claim in full["claims"] if "out_of_scope" not in claim["notes"]]
    assert less["claims"] == left
    assert full["summary"]["skipped"] == 0
    skipped = full["summary"]["out_of_scope"]
    assert less["summary"] == full["summary"] | {
        "skipped": skipped,
        "out_of_scope": 0,
        "claims": full["summary"]["claims"] - skipped,
    }
    assert f"; {skipped} skipped; " in checked(mixed, "--in-scope-only")[1].splitlines()[-1]


MISTYPED = WRONG | {"payer": "medicarea-ab"}


@pytest.fixture
def spoiled(tmp_path):
    """A file in which records cannot be judged for one reason or another, and one after it."""
    rows = [WRONG, MISTYPED, WRONG, OTHER, RIGHT]
    (tmp_path / "a.ndjson").write_text("\n".join([*map(json.dumps, rows[:3]), '{"cut": ', *map(json.dumps, rows[3:])]))
    (tmp_path / "b.json").write_text(json.dumps([MISTYPED, RIGHT, WRONG], indent=1))
    return tmp_path


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("more", [(), ("--jobs", "2"), ("--statistics",), ("--fix",), ("--fix", "--write")])
def test_a_payer_that_does_not_exist_costs_one_record(spoiled, output, more):
    before = (spoiled / "a.ndjson").read_bytes()
    status, said, errors = checked(spoiled, "--output", output, *more)
    assert status == 2 and "Traceback" not in errors
    assert looks_complete(output, said)
    lines = [line for line in errors.splitlines() if "payer" in line]
    for line, place in zip(lines, ("a.ndjson: line 2, column ", "b.json: line "), strict=True):
        assert line.startswith(f"j1553ref: {place}") and line.endswith(
            ": payer: no such id; nearest: medicare-ab, medicare-dme, medicare-advantage"
        )
    if output == "json":
        report = json.loads(said)
        found = [(claim["source"], claim["index"], claim["error"] is None) for claim in report["claims"]]
        assert found == [
            *(("a.ndjson", index, index not in (1, 3)) for index in range(6)),
            ("missing.json", 0, False),
            *(("b.json", index, index != 0) for index in range(3)),
        ]
        assert (report["summary"]["unusable"], report["summary"]["claims"]) == (4, 6)
    assert (spoiled / "a.ndjson").read_bytes() == before


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), KeyError("Jane Roe"), ZeroDivisionError()])
def test_whatever_a_rule_does_costs_one_record(tmp_path, monkeypatch, output, error):
    path = tmp_path / "claims.ndjson"
    path.write_text("\n".join(map(json.dumps, [WRONG, WRONG | {"total_charge": "1.00"}, WRONG])))
    real = checking.check

    def check(claim, **options):
        if claim.total_charge == 1:
            raise error
        return real(claim, **options)

    monkeypatch.setattr(checking, "check", check)
    done = command_run("check", str(path), "--output", output)
    assert done.returncode == 2 and looks_complete(output, done.stdout)
    [line] = done.stderr.splitlines()
    assert line.startswith(f"j1553ref: {path}: line 2, column 1: ") and "Jane" not in done.stderr + done.stdout
    assert ("more memory" if isinstance(error, MemoryError) else type(error).__name__) in line
    if output == "json":
        assert [claim["error"] is None for claim in json.loads(done.stdout)["claims"]] == [True, False, True]


@pytest.mark.parametrize("output", OUTPUTS)
def test_of_one_file_20_unusable_records_are_named_and_the_others_counted(tmp_path, output):
    (tmp_path / "a.ndjson").write_text("{}\n" * 500 + json.dumps(WRONG) + "\n" + "[]\n" * 7)
    (tmp_path / "b.json").write_text("[{}, {}]")
    (tmp_path / "missing.json").write_text("[" + "," * 100_000)
    status, said, errors = checked(tmp_path, "--output", output)
    assert status == 2 and looks_complete(output, said)
    lines = errors.splitlines()
    assert len(lines) == 20 + 1 + 2 + 2
    assert lines[20] == "j1553ref: a.ndjson: 487 more records are unusable; they are counted and not named"
    assert len(said) < 200_000
    if output == "json":
        report = json.loads(said)
        assert [claim["index"] for claim in report["claims"]][:21] == [*range(20), 500]
        assert (report["summary"]["unusable"], report["summary"]["claims"]) == (511, 1)
    elif output in ("text", "github"):
        assert "511 unusable" in said


@pytest.mark.parametrize("output", ["text", "jsonl"])
def test_findings_are_printed_as_claims_arrive(output):
    with subprocess.Popen(
        [*PROGRAM, "check", "-", "--output", output],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        for number in range(3):
            process.stdin.write(json.dumps(WRONG).encode() + b"\n")
            process.stdin.flush()
            said = b""
            while b"UNT002" not in said or not said.endswith(b"\n"):
                ready, _, _ = select.select([process.stdout], [], [], 60)
                assert ready, f"claim {number + 1} was not printed"
                said += os.read(process.stdout.fileno(), 65536)
        process.stdin.close()
        assert b"3" in process.stdout.read()


@pytest.mark.parametrize("jobs", ["0", "61", "two"])
def test_a_wrong_number_of_jobs_is_one_line_and_exit_2(mixed, jobs):
    status, out, errors = checked(mixed, "--jobs", jobs)
    assert (status, out, errors.count("\n")) == (2, "", 1) and "--jobs" in errors


def children(process: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, parent = int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == process and b"resource_tracker" not in (stat.parent / "cmdline").read_bytes():
            found.append(number)
    return found


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the workers by /proc")
def test_a_worker_that_dies_ends_the_run_in_one_line_and_a_whole_document():
    process = subprocess.Popen(
        [*PROGRAM, "check", "-", "--output", "json", "--jobs", "2"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    process.stdin.write(MANY)
    process.stdin.flush()  # and the run waits for more
    for _ in range(400):
        if workers := children(process.pid):
            break
        time.sleep(0.05)
    os.kill(workers[0], signal.SIGKILL)
    out, errors = process.communicate(MANY, timeout=120)
    assert process.returncode == 2
    assert errors.count(b"\n") == 1 and b"a worker process ended before its work" in errors
    assert "worker process" in json.loads(out)["claims"][-1]["error"]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the workers by /proc")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_for_the_whole_group_ends_workers_too(number, status, jobs):
    process = subprocess.Popen(
        [*PROGRAM, "check", "-", "--output", "jsonl", "--jobs", jobs],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )
    line = json.dumps(WRONG).encode() + b"\n"
    process.stdin.write(line * (10 if jobs == "1" else 130))  # workers begin with the 65th
    process.stdin.flush()
    first = b""
    while not (first if jobs == "1" else children(process.pid)):
        first += os.read(process.stdout.fileno(), 60) if jobs == "1" else b""
        time.sleep(0.05)
    workers = children(process.pid)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    out, errors = process.communicate(timeout=120)
    assert process.returncode == status
    for _ in range(200):
        if not (left := [worker for worker in workers if runs(worker)]):
            break
        time.sleep(0.05)
    assert left == []
    assert errors.decode() == "j1553ref: <stdin>: interrupted: what follows was not checked\n"
    assert json.loads((first + out).splitlines()[-1])["summary"]["unusable"] == 1


def test_progress_is_for_a_terminal_only_and_only_for_a_run_that_lasts(monkeypatch, capsys, tmp_path):
    path = tmp_path / "claims.ndjson"
    path.write_bytes(b"x" * 1000)
    sources = (running.Source(0, str(path), str(path)), running.Source(1, "-", "<stdin>"))
    clock = iter(range(0, 10**12, 10**9))
    monkeypatch.setattr(running.time, "monotonic_ns", lambda: next(clock))
    progress = running.Progress(sources[:1])
    for _ in range(9):
        progress.add(1000)
    assert capsys.readouterr().err == "", "not a terminal"
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _: True, raising=False)
    for named, seen in (
        (sources[:1], "3,000 records, 1,000 a second, 25 %, 0:09 left"),
        (sources, "3,000 records, 1,000 a second"),
    ):
        progress = running.Progress(named)
        with path.open("rb") as stream:
            progress.opened(named[0], stream)
            stream.seek(250)
            progress.add(1000)
            progress.add(1000)
            assert capsys.readouterr().err == "", "not yet"
            progress.add(1000)
        assert capsys.readouterr().err == f"\r{seen}\x1b[K"
        progress.erase()
        progress.erase()
        assert capsys.readouterr().err == "\r\x1b[K"
