"""What happens when nobody reads, nothing can be written, or somebody presses Ctrl-C: no traceback, no half truth."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest
from build import make_claim
from command import PROGRAM, environment

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
    mark = {"text": " claims: ", "jsonl": '{"summary"', "github": "::notice title=j1553ref::"}[output]
    return mark in last


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
def test_an_interrupted_run_says_so_and_does_not_look_complete(output):
    process = subprocess.Popen(
        [*PROGRAM, "check", "-", "--output", output],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    process.stdin.write(MANY[:20_000])
    process.stdin.flush()  # and the run waits for more
    first = os.read(process.stdout.fileno(), 60)
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert errors.decode().strip() == "j1553ref: interrupted"
    assert not looks_complete(output, (first + rest).decode())


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
