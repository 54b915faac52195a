"""The console blocks of pages about the checker: typed into a shell, they print what the page says they print."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command import environment

from j1553ref import case, project

HERE = Path(__file__).parent
#: Pages whose commands need nothing but the files of the desk below and what they make themselves.
PAGES = [
    HERE.parent / "docs" / "check" / f"{name}.md"
    for name in ("index", "outputs", "report", "clearinghouse", "configuration", "fixes", "calculators")
]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
#: Steps that set the reader's machine up; the tests have theirs.
SET_UP = "python3 -m venv"


def steps(text: str) -> list[tuple[str, str]]:
    """Each command of a page with what the page prints below it."""
    found: list[tuple[str, str]] = []
    for line in "".join(BLOCK.findall(text)).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            command, said = found[-1]
            found[-1] = (command, f"{said}{line}\n")
    return [(command, said) for command, said in found if not command.startswith(SET_UP)]


@pytest.fixture
def desk(tmp_path):
    """A folder with the files that the pages take for granted, and the two programs that they call."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, call in (("python", ""), ("j1553ref", "-m j1553ref")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -P {call} "$@"\n')
        (programs / name).chmod(0o755)
    bodies = [
        each.read_text(encoding="utf-8") for each in sorted((HERE / "cases" / "clearinghouse").glob("*-vials.json"))
    ]
    (tmp_path / "body.json").write_text(bodies[0])
    (tmp_path / "bodies.ndjson").write_text("".join(json.dumps(json.loads(each)) + "\n" for each in bodies))
    (tmp_path / "claims").mkdir()
    for slug in ("whole-vials-jz", "three-vials-with-jw"):
        (tmp_path / "claims" / f"{slug}.json").write_text(json.dumps(case(slug)))
    (tmp_path / "claim.json").write_text(json.dumps(case("three-vials-with-jw"), indent=2) + "\n")
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_what_a_page_shows_is_what_a_shell_shows(page, desk):
    wanted = steps(page.read_text(encoding="utf-8"))
    script = "".join(f'{{ {command}\n}} 2>&1; s=$?; printf "@%s@\\n" $s; (exit $s)\n' for command, _ in wanted)
    path = environment()["PATH"]
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=desk,
        capture_output=True,
        check=False,
        timeout=300,
        text=True,
        env=environment(PATH=f"{desk / 'bin'}:{path}"),
    )
    said = re.findall(r"(.*?)@(\d+)@\n", done.stdout.replace(project.address(), "https://…/"), flags=re.S)
    assert len(said) == len(wanted), done.stderr
    for (command, shown), (output, status) in zip(wanted, said, strict=True):
        assert status in "012", f"{command}: {output}"
        if shown:
            assert output == shown, command
        else:
            assert "no such" not in output, f"{command}: {output}"


def test_the_blocks_are_found():
    counts = {page.stem: len(steps(page.read_text(encoding="utf-8"))) for page in PAGES}
    assert counts["index"] > 10 and counts["outputs"] > 5
    assert steps("```console\n$ one\na\nb\n$ two\n```\n") == [("one", "a\nb\n"), ("two", "")]
