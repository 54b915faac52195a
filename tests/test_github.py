"""Workflow commands: read back as the runner of GitHub Actions reads them, whatever names and texts are put in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from build import make_claim
from command import run
from hypothesis import given
from hypothesis import strategies as st
from rules import CASES

from j1553ref.checking import check
from j1553ref.readers import Record
from j1553ref.report import Summary, claim_object
from j1553ref.report.github import SHOWN, claim_commands, command, last_commands
from j1553ref.report.tally import Tally

RIGHT = make_claim(40000, [20, 20], [(400, ["JZ"])])
WRONG = make_claim(40000, [20, 20], [(80, ["JZ"])])
WARNED = make_claim(34950, [20, 10, 5], [(350, [])])


def unescaped(text, *pairs):
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), *pairs, ("%25", "%")):
        text = text.replace(code, sign)
    return text


def received(line):
    """The command on one line, as the runner takes it apart: kind, properties, message; None for a line of the log."""
    line = line.lstrip()
    if not line.startswith("::") or (end := line.find("::", 2)) < 0:
        assert not re.search(r"##\[.*\]", line), "an old form of command, anywhere in the line"
        return None
    kind, _, told = line[2:end].partition(" ")
    pairs = (each.split("=", 1) for each in told.strip().split(",") if each)
    return kind, {key: unescaped(value, ("%3A", ":"), ("%2C", ",")) for key, value in pairs}, unescaped(line[end + 2 :])


def commands(text):
    return [found for line in text.splitlines() if (found := received(line))]


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write_(name: str, content: object) -> str:
        Path(name).write_text(json.dumps(content, indent=2), encoding="utf-8")
        return name

    return write_


@given(st.text(), st.text(), st.text())
def test_whatever_goes_in_comes_out_and_stays_on_one_line(name, title, message):
    line = command("error", message, file=f"x{name}", title=f"x{title}")
    assert "\n" not in line and "\r" not in line
    # The runner trims white space at the end of the properties.
    kind, told, said = received(line)
    assert kind == "error" and said == message
    assert (told["file"] == f"x{name}" and told["title"] == f"x{title}".rstrip()) or told["title"] == f"x{title}"


def test_a_finding_becomes_an_annotation_at_its_place(write):
    done = run("check", write("wrong, 50%.json", WRONG), "--output", "github")
    assert done.returncode == 1
    (kind, told, said), *_ = commands(done.stdout)
    line = next(
        number for number, text in enumerate(Path("wrong, 50%.json").read_text().splitlines(), 1) if "80" in text
    )
    assert kind == "error"
    assert told == {"file": "wrong, 50%.json", "line": str(line), "col": "16", "title": "UNT002 unit-of-another-size"}
    assert said.startswith(f"wrong, 50%.json:{line}:16: UNT002 at /lines/0/units: 80 units ")
    assert said.endswith("/rules/UNT002.html")


def test_severities_are_kinds(write):
    kinds = {}
    for each in CASES:
        if each.outcome == "fires":
            record = Record(source="a.json", index=0, line=1, format="j1553")
            claim = claim_object(record, check(each.claim, payer=each.payer, facts=each.facts))
            for finding, line in zip(claim["findings"], claim_commands(claim), strict=True):
                kind, told, said = received(line)
                kinds.setdefault(finding["severity"], set()).add(kind)
                assert told["title"] == f"{finding['code']} {finding['name']}"
                assert finding["message"] in said
    assert kinds == {"error": {"error"}, "warning": {"warning"}, "info": {"notice"}}


def test_not_checked_is_one_notice_and_the_counts_come_last(write):
    done = run("check", write("two.json", [RIGHT, WRONG, {"no": "claim"}]), "--output", "github")
    assert done.returncode == 2
    *_, (kind, told, said), (last, about, counts) = commands(done.stdout)
    assert (kind, told["title"]) == ("notice", "not checked")
    assert "not a pass" in said and "\nmue_table: PAY001" in said
    assert (last, about["title"]) == ("notice", "j1553ref")
    assert counts.startswith("2 claims: 1 error, 0 warnings, 0 infos; ") and counts.endswith("1 unusable")
    unusable = [told for kind, told, _ in commands(done.stdout) if told["title"] == "unusable input"]
    assert [told["file"] for told in unusable] == ["two.json"]


def test_standard_input_has_no_file():
    record = Record(source="<stdin>", index=0, line=1, format="j1553")
    [line] = claim_commands(claim_object(record, check(WRONG)))
    assert "file" not in received(line)[1]


@pytest.mark.parametrize(("errors", "warned"), [(SHOWN, False), (SHOWN + 1, True)])
def test_more_than_github_shows_is_said(errors, warned):
    *_, last = last_commands(Summary(claims=1, errors=errors), Tally())
    assert ("GitHub shows at most 10" in last) == warned


def test_notes_are_in_the_last_notice(write):
    done = run(
        "check", write("none.json", make_claim(None, None, []) | {"diagnoses": ["M05.79"]}), "--output", "github"
    )
    assert "1 claim: no J1553 line and none that should be one" in commands(done.stdout)[-1][2]


HOSTILE = [
    "##[add-mask]x.json",
    "::add-mask::x.json",
    "a\n::stop-commands::y.json",
    "b\r::error::z.json",
    "c%0A::d.json",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("content", [WRONG, "broken", RIGHT])
def test_a_file_name_cannot_give_a_command(write, name, content):
    write(name, content)
    done = run("check", f"./{name}", "--output", "github", "--statistics")
    for line in (done.stdout + done.stderr).splitlines():
        found = received(line)
        assert found is None or found[0] in ("error", "warning", "notice")
        assert found is None or set(found[1]) <= {"file", "line", "col", "title"}
    assert {each[0] for each in commands(done.stderr)} == set()
