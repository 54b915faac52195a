"""The report for people: whole where it is searched, wrapped where it is read, and the same without color."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios

import pytest
from build import make_claim
from command import PROGRAM, environment, run
from rules import CASES

from j1553ref.checking import check
from j1553ref.readers import Record
from j1553ref.report import Summary, claim_object
from j1553ref.report.text import claim_lines, statistics_lines, summary_line

RIGHT = make_claim(40000, [20, 20], [(400, ["JZ"])])
WRONG = make_claim(40000, [20, 20], [(80, ["JZ"])])
ANSI = re.compile(r"\x1b\[[0-9;]*m")
#: Lines that are never broken: the first of a claim, of a finding, and of a datum that is missing.
HEAD = re.compile(
    r"\S.*: claim \d+ \(|  [A-Z]{3}\d{3} (?:error|warning|info) at /|  not checked; missing: \S+(?:, \S+)*$"
)


def told(claim, payer=None, facts=None):
    outcome = check(claim, payer=payer, facts=facts)
    return claim_object(Record(source="claims.json", index=0, line=1, format="j1553"), outcome)


EVERY = [told(each.claim, each.payer, each.facts) for each in CASES if each.outcome == "fires"]


@pytest.mark.parametrize("width", [40, 61, 80, 100])
def test_every_line_fits_the_width_and_no_word_is_lost(width):
    assert len(EVERY) > 70
    for claim in EVERY:
        wide = [line for _, line in claim_lines(claim, show_not_checked=True)]
        lines = [line for _, line in claim_lines(claim, show_not_checked=True, width=width)]
        assert " ".join(" ".join(lines).split()) == " ".join(" ".join(wide).split())
        heads = [line for line in wide if HEAD.match(line)]
        assert len(heads) > len(claim["findings"])
        assert [line for line in lines if HEAD.match(line)] == heads
        long = [line for line in lines if len(line) > width and line not in heads]
        assert all(len(line.split()) == 1 for line in long), "only what cannot be broken runs over"


def test_a_line_that_goes_on_stands_farther_in():
    lines = [line for _, line in claim_lines(told(WRONG), width=40)]
    at = lines.index(next(line for line in lines if line.startswith("    80 units")))
    assert lines[at + 1].startswith("      ") and lines[at + 1].strip()


def test_what_is_not_on_a_terminal_is_never_wrapped(tmp_path):
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(WRONG))
    lines = run("check", str(path)).stdout.splitlines()
    assert "    80 units are the dose of 40000 mg in 500 mg units; one unit of J1553 is 100 mg, so bill 400" in lines
    assert max(map(len, run("check", str(path), COLUMNS="52").stdout.splitlines()[2:])) <= 52


@pytest.mark.parametrize(("asked", "used"), [("12", 40), ("300", 100)])
def test_the_width_stays_between_40_and_100(tmp_path, asked, used):
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(WRONG))
    lines = run("check", str(path), COLUMNS=asked).stdout.splitlines()
    assert used - 12 < max(len(line) for line in lines if not HEAD.match(line) and len(line.split()) > 1) <= used


def on_a_terminal(width: int, *arguments: str, **more: str) -> str:
    """What the program prints to a terminal of that width."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    process = subprocess.Popen([*PROGRAM, *arguments], stdin=its, stdout=its, stderr=its, env=environment(**more))
    os.close(its)
    said = b""
    try:
        while chunk := os.read(ours, 4096):
            said += chunk
    except OSError:  # Linux says so at the end
        pass
    os.close(ours)
    process.wait(timeout=60)
    return said.decode().replace("\r\n", "\n")


def test_a_terminal_gets_color_and_its_own_width(tmp_path):
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(WRONG))
    colored = on_a_terminal(50, "check", str(path), TERM="xterm")
    assert ANSI.search(colored)
    lines = ANSI.sub("", colored).splitlines()
    assert max(len(line) for line in lines if not HEAD.match(line)) <= 50
    for asked in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}):
        plain = on_a_terminal(50, "check", str(path), **asked)
        assert plain == ANSI.sub("", colored), "color adds nothing to the words"
        assert plain.isascii(), "no box drawing"


def test_color_can_be_forced_into_a_pipe(tmp_path):
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(WRONG))
    assert not ANSI.search(run("check", str(path)).stdout)
    forced = run("check", str(path), FORCE_COLOR="1").stdout
    assert ANSI.search(forced)
    assert ANSI.sub("", forced) == run("check", str(path)).stdout


def test_what_was_expected_and_found_is_told_where_the_message_does_not():
    lines = [line for _, line in claim_lines(told(make_claim(40000, [20, 20], [(400, [])])))]
    assert "    expected JZ, found no JZ" in lines
    assert not [line for _, line in claim_lines(told(WRONG)) if line.startswith("    expected")]


def test_what_was_not_checked_is_one_line_unless_asked_for():
    claim = told(RIGHT, payer="commercial")
    folded = [line for _, line in claim_lines(claim) if "not checked" in line]
    assert len(folded) == 1
    assert all(each["missing"] in folded[0] for each in claim["not_checked"])
    lines = [line for _, line in claim_lines(claim, show_not_checked=True)]
    data = [line.partition("; missing: ")[2] for line in lines if line.startswith("  not checked;")]
    assert data == [", ".join(step["missing"]) for step in claim["to_do"]]
    assert {datum for step in claim["to_do"] for datum in step["missing"]} == {
        each["missing"] for each in claim["not_checked"]
    }
    for step, head in zip(claim["to_do"], data, strict=True):
        under = lines[lines.index(f"  not checked; missing: {head}") + 1 :]
        assert under[0] == f"    to do: {step['do']}"
        assert not step["write"] or under[1] == f"    write: {step['write']}"
        reasons = [
            f"    {each['code']}: {each['reason']}" for each in claim["not_checked"] if each["code"] in step["rules"]
        ]
        assert set(reasons) <= set(under)


def test_a_suppressed_finding_is_told_with_its_reason():
    claim = told(RIGHT) | {"suppressed": [{"code": "JWZ007", "pointer": "/lines/0", "reason": "one size on the shelf"}]}
    lines = list(claim_lines(claim))
    assert ("quiet", "  suppressed: JWZ007 at /lines/0: one size on the shelf") in lines
    assert ("plain", "  no other findings") in lines and ("plain", "  no findings") not in lines
    assert summary_line(Summary(claims=1, suppressed=1)).endswith("; 1 suppressed")


def test_a_certain_fix_is_told_under_its_finding():
    claim = told(WRONG)
    assert not [line for _, line in claim_lines(claim) if "certain fix" in line]
    claim["findings"][0]["fix"] = {"description": "write 400", "edits": []}
    lines = [line for _, line in claim_lines(claim)]
    assert lines.index("    certain fix (--fix): write 400") > next(
        at for at, line in enumerate(lines) if line.startswith("  UNT002")
    )


def test_statistics_come_by_number_then_by_code(tmp_path):
    lines = [line.split() for _, line in statistics_lines(Summary(by_code={"UNT002": 3, "JWZ003": 12, "DXC003": 3}))]
    assert [line[:2] for line in lines[1:]] == [["12", "JWZ003"], ["3", "DXC003"], ["3", "UNT002"]]
    assert list(statistics_lines(Summary())) == []
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(WRONG))
    text = run("check", str(path), "--statistics")
    assert "     1  UNT002  unit-of-another-size\n1 claim:" in text.stdout and text.stderr == ""
    for output in ("json", "jsonl", "sarif"):
        done = run("check", str(path), "--statistics", "--output", output)
        assert done.stdout == run("check", str(path), "--output", output).stdout, "the document stays as it is"
        assert "UNT002  unit-of-another-size" in done.stderr
