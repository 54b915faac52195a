"""What others put into names, options, facts folders and configurations harms neither the reader nor the run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from j1553ref import case

CLAIM = {"schema_version": "1", "form": "ub04", "lines": [{"procedure_code": "J1553", "units": 400}]}
NAMES = ["::error file=x,line=1::pwned.json", "##[error]pwned.json", "  ::warning::x.json", "a\x1b[2J\u202e.json"]
FACT = """[unit.size]
label = "Size of one unit"
unit = "mg"
[[unit.size.history]]
from = 2026-04-01
value = 100
checked = 2026-11-23
sources = [{id = "ngs-rounding", locator = "p. 1", grade = "primary"}]
"""


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "j1553ref", *arguments], cwd=cwd, capture_output=True, text=True, timeout=60
    )


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist there")
@pytest.mark.parametrize("output", ["text", "json", "jsonl", "sarif"])
@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_cannot_steer_its_reader(tmp_path, name, output):
    tmp_path.joinpath(name).write_text(json.dumps(CLAIM))
    done = run("check", name, "--output", output, cwd=tmp_path)
    assert done.returncode in (0, 1), done.stderr
    for line in (done.stdout + done.stderr).splitlines():
        assert line.isprintable() and not line.lstrip().startswith("::") and "##[" not in line


def test_json_keeps_the_name_that_it_escapes(tmp_path):
    tmp_path.joinpath("##[x.json").write_text(json.dumps(CLAIM))
    done = run("check", "##[x.json", "--output", "json", cwd=tmp_path)
    assert json.loads(done.stdout)["claims"][0]["source"] == "##[x.json"


@pytest.mark.parametrize("option", ["--payer", "--facts", "--config", "--select"])
def test_an_empty_option_value_is_refused(tmp_path, option):
    done = run("check", "x.json", option, "", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and f"{option} has an empty value" in done.stderr


def test_a_long_name_of_a_facts_folder_is_no_folder(tmp_path):
    done = run("fact", "unit.size", "--facts", "x" * 5000, cwd=tmp_path)
    assert done.returncode == 2 and "not a folder" in done.stderr and len(done.stderr) < 600


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value = 100", "value = [100]"),
        ("value = 100", 'value = "100"'),
        ("value = 100", "value = nan"),
        ("value = 100", "value = 10000000000000000000000"),
        ('label = "Size of one unit"', 'label = "\\u001b[2J"'),
        ("2026-04-01", "9999-12-31"),
        ("[unit.size]", "[" + ".".join("a" * 60) + "]\n[unit.size]"),
    ],
)
def test_a_fact_of_another_kind_is_one_line(tmp_path, old, new):
    tmp_path.joinpath("facts").mkdir()
    tmp_path.joinpath("facts", "own.toml").write_text(FACT.replace(old, new))
    done = run("fact", "unit.size", "--facts", "facts", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize(("fact", "value"), [("product.vial_sizes", "[1, 2]"), ("unit.size", "50000")])
def test_a_vial_smaller_than_a_unit_is_refused(tmp_path, fact, value):
    own = FACT.replace("unit.size", fact).replace("value = 100", f"value = {value}")
    tmp_path.joinpath("own.toml").write_text(own)
    done = run("fact", "unit.size", "--facts", ".", cwd=tmp_path)
    assert done.returncode == 2 and "at least one unit" in done.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("how", ["pipe", "device", "long"])
def test_a_facts_file_is_a_plain_file_of_bounded_size(tmp_path, how):
    tmp_path.joinpath("facts").mkdir()
    file = tmp_path.joinpath("facts", "own.toml")
    {"pipe": lambda: os.mkfifo(file), "device": lambda: file.symlink_to("/dev/zero")}.get(
        how, lambda: file.write_text("#" * 2_000_000)
    )()
    done = run("fact", "unit.size", "--facts", "facts", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "own.toml" in done.stderr


@pytest.mark.parametrize("output", ["text", "json", "jsonl", "sarif", "github"])
def test_a_configuration_found_above_is_named(tmp_path, output):
    tmp_path.joinpath("j1553ref.toml").write_text('ignore = ["UNT"]\n')
    below = tmp_path / "claims"
    below.mkdir()
    below.joinpath("a.json").write_text(json.dumps(CLAIM))
    done = run("check", "a.json", "--output", output, cwd=below)
    assert "j1553ref.toml" in done.stdout and "ignore UNT" in done.stdout
    assert "settings" not in run("check", "a.json", "--output", output, "--config", "none", cwd=below).stdout


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_cleans_up_what_a_rewrite_left(tmp_path, name):
    claim = CLAIM | {"payer": "medicare-ab", "lines": [{"procedure_code": "J1553", "units": 400}]}
    tmp_path.joinpath("a.json").write_text(json.dumps(claim))
    slow = (
        "import sys, tempfile, time\nfrom pathlib import Path\nfrom j1553ref.cli import fixing, main\n"
        "fixing._copied = lambda *_: (Path('ready').touch(), time.sleep(30))\n"
        "import os\n"
        "import j1553ref.cli.check\n"
        "fixing.fix_sources = lambda *a, **k: fixing._rewrite(Path('a.json').absolute(), [], b'', os.stat('a.json'))\n"
        "sys.argv = ['j1553ref', 'check', '--fix', '--write', 'a.json']\nmain()\n"
    )
    started = subprocess.Popen([sys.executable, "-P", "-c", slow], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    for _ in range(200):
        if tmp_path.joinpath("ready").exists():
            break
        time.sleep(0.05)
    assert list(tmp_path.glob(".j1553ref-*"))
    started.send_signal(getattr(signal, name))
    _, said = started.communicate(timeout=20)
    assert started.returncode == 128 + getattr(signal, name) and said.count("\n") == 1, said
    assert not list(tmp_path.glob(".j1553ref-*"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("how", ["pipe", "device", "dots"])
def test_a_configuration_is_a_plain_file_without_endless_keys(tmp_path, how):
    file = tmp_path.joinpath("pyproject.toml")
    {"pipe": lambda: os.mkfifo(file), "device": lambda: file.symlink_to("/dev/zero")}.get(
        how, lambda: file.write_text("# j1553ref\n" + "a." * 500_000 + "a = 1\n")
    )()
    tmp_path.joinpath("a.json").write_text(json.dumps(CLAIM))
    done = run("check", "a.json", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "pyproject.toml" in done.stderr


def test_the_copy_of_a_killed_run_is_named(tmp_path):
    claim = case("whole-vials-jz")
    claim["lines"][0]["modifiers"] = []
    tmp_path.joinpath("a.json").write_text(json.dumps(claim))
    tmp_path.joinpath(".j1553ref-abc").touch()
    done = run("check", "--fix", "--write", "a.json", cwd=tmp_path)
    assert ".j1553ref-abc, a copy of claims left by a run that was killed" in done.stderr
    tmp_path.joinpath("a.json").write_text(json.dumps(claim))
    tmp_path.joinpath(".j1553ref-abc").unlink()
    assert "killed" not in run("check", "--fix", "--write", "a.json", cwd=tmp_path).stderr
