"""The guide for pipelines: its snippets are what the services take, and their commands do in a fresh repository what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from j1553ref import case

yaml = pytest.importorskip("yaml", reason="the site's tools are not installed: run through nox -s tests")

#: Set-up steps, which the tests have done in their own way: the package under test is installed already.
SET_UP = ("pip install ", "pip wheel ", "pre-commit ")


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "check" / "ci.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def snippets(page: str) -> dict[str, Any]:
    """The YAML of the page by what it is for."""
    found = [yaml.safe_load(each) for each in re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)]
    names = ["pre-commit", "github", "sarif", "gitlab"]
    return dict(zip(names, found, strict=True))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A fresh repository as a newcomer makes it: a right claim, one with the habit of 500 mg units, a file that is no claim."""
    (tmp_path / "bin").mkdir()
    for name, call in (("python", ""), ("j1553ref", "-m j1553ref")):
        program = tmp_path / "bin" / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P {call} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    folder = tmp_path / "repository"
    (folder / "claims").mkdir(parents=True)
    claim = case("whole-vials-jz")
    (folder / "claims" / "right.json").write_text(json.dumps(claim, indent=2), encoding="utf-8")
    claim["lines"][0]["units"] = 80
    (folder / "claims" / "wrong.json").write_text(json.dumps(claim, indent=2), encoding="utf-8")
    (folder / "package.json").write_text("{}", encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "add", "."], cwd=folder, check=True)
    return folder


def run(commands: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The commands in one shell, as both services start it, but for the set-up."""
    wanted = [each for each in commands if not each.startswith(SET_UP)]
    assert wanted, "nothing but set-up"
    path = f"{folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", "\n".join(wanted)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PATH": path},
    )


def steps(workflow: dict[str, Any]) -> list[str]:
    return [each["run"] for each in workflow["jobs"]["check"]["steps"] if "run" in each]


def mended(folder: Path) -> Path:
    (folder / "claims" / "wrong.json").unlink()
    return folder


def test_github_annotates_the_line_and_fails_until_it_is_mended(snippets: dict[str, Any], repository: Path) -> None:
    done = run(steps(snippets["github"]), repository)
    assert done.returncode == 1
    assert re.search(r"^::error file=claims/wrong\.json,line=[0-9]+,col=[0-9]+,title=UNT002 ", done.stdout, re.M)
    assert run(steps(snippets["github"]), mended(repository)).returncode == 0


def test_sarif_is_there_to_upload_although_the_step_fails(snippets: dict[str, Any], repository: Path) -> None:
    done = run(steps(snippets["sarif"]), repository)
    upload = snippets["sarif"]["jobs"]["check"]["steps"][-1]
    log = json.loads((repository / upload["with"]["sarif_file"]).read_text(encoding="utf-8"))
    assert done.returncode == 1
    assert upload["if"] == "always()"
    assert [each["ruleId"] for each in log["runs"][0]["results"]] == ["UNT002"]
    assert snippets["sarif"]["permissions"]["security-events"] == "write"
    assert run(steps(snippets["sarif"]), mended(repository)).returncode == 0


def test_gitlab_gets_its_report_and_the_status(snippets: dict[str, Any], page: str, repository: Path) -> None:
    job = snippets["gitlab"]["claims"]
    script = re.search(r"^```python\n(.*?)^```", page, re.M | re.S)
    assert script
    (repository / "codequality.py").write_text(script[1], encoding="utf-8")
    done = run(job["script"], repository)
    assert (done.returncode, done.stderr) == (1, "")
    [found] = json.loads((repository / job["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8"))
    assert set(found) == {"description", "check_name", "fingerprint", "severity", "location"}
    assert (found["check_name"], found["severity"]) == ("unit-of-another-size", "major")
    assert found["location"]["path"] == "claims/wrong.json" and found["location"]["lines"]["begin"] > 1
    last = (repository / job["artifacts"]["paths"][0]).read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last)["summary"]["claims"] == 2
    assert run(job["script"], mended(repository)).returncode == 0
    (repository / "claims" / "broken.json").write_text("{", encoding="utf-8")
    assert run(job["script"], repository).returncode == 2


def test_the_hook_takes_the_claims_and_nothing_else(snippets: dict[str, Any], root: Path, repository: Path) -> None:
    [hook] = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    [wanted] = snippets["pre-commit"]["repos"][0]["hooks"]
    assert (hook["id"], hook["language"], hook["types"]) == (wanted["id"], "python", ["json"])
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=repository, capture_output=True, text=True, check=True
    ).stdout.split()
    files = [name for name in tracked if name.endswith(".json") and re.search(wanted["files"], name)]
    assert files == ["claims/right.json", "claims/wrong.json"]
    done = run([f"{hook['entry']} {' '.join(files)}"], repository)
    assert done.returncode == 1 and "UNT002 error" in done.stdout
    assert run([f"{hook['entry']} package.json"], repository).returncode == 2


def test_everything_that_is_installed_is_held_to_a_hash(root):
    """A version that was changed after its release is refused, by pip at the first command and by uv in each session."""
    for name in ("constraints.txt", "requirements.txt"):
        entries = re.split(r"(?m)^(?=[a-z])", (root / name).read_text(encoding="utf-8"))[1:]
        assert len(entries) > 10
        assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    for path in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        text = (root / path).read_text(encoding="utf-8")
        installed = re.findall(r"pip install ([^&\n]*)", text)
        # The package itself, from this folder, is no file of a registry.
        assert [
            what for what in installed if "--require-hashes -r requirements.txt" not in what and what != "-q ."
        ] == []
