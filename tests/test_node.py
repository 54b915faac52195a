"""JavaScript: the page's example runs, and ajv and VS Code's JSON editor judge our documents as our own engines do.

It needs Node and what tests/node/package-lock.json names: ``nox -s node`` installs it. Without them the tests are skipped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from schema_coverage import stated
from test_schema_coverage import CASES, SUBJECTS, corpus, schema
from test_shape import by_python, by_rust, by_us

from j1553ref import case

HERE = Path(__file__).parent / "node"
NODE = shutil.which("node")
#: The editor takes a whole number for one only where it is written without a point, and looks at the form of a date alone.
OF_ITS_OWN_MIND = {
    "claim/pass/json-numbers.json",
    "claim/fail/format--administrations-0-service_date.json",
    "claim/fail/format--lines-0-service_date-end.json",
    "claim/fail/format--lines-0-service_date-start.json",
    "claim/fail/format--statement-end.json",
    "claim/fail/format--statement-start.json",
}

if not (NODE and (HERE / "node_modules").exists()):
    why = "Node is not installed" if not NODE else "tests/node holds no node_modules"
    if os.environ.get("J1553REF_NODE"):
        pytest.fail(f"{why}, and J1553REF_NODE asks for these tests", pytrace=False)
    pytest.skip(f"{why}: run nox -s node", allow_module_level=True)


def run(*arguments: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(NODE), *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def said(root: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run("agree.mjs", root / "schemas", CASES, json.dumps(SUBJECTS), cwd=HERE))
    return answer


def test_four_readers_of_the_claim_schema_name_the_same_keyword_at_the_same_place(said: dict[str, Any]) -> None:
    paths = sorted((CASES / "claim").glob("*/*.json"))
    assert len(paths) > 180
    for path in paths:
        text = path.read_text(encoding="utf-8")
        ajv = {tuple(site) for site in said["found"][f"claim/{path.parent.name}/{path.name}"]["ajv"]}
        expected = stated(path.stem) if path.parent.name == "fail" else set()
        assert by_us(text) == by_python(text) == by_rust(text) == ajv == expected, path.name


@pytest.mark.parametrize("subject", SUBJECTS)
def test_ajv_accepts_and_refuses_what_the_corpus_says(subject: str, said: dict[str, Any]) -> None:
    passing, failing = corpus(subject)
    assert [name for name in passing if said["found"][f"{subject}/pass/{name}.json"]["ajv"]] == []
    assert [name for name in failing if not said["found"][f"{subject}/fail/{name}.json"]["ajv"]] == []


def test_the_editor_underlines_what_is_wrong_and_offers_what_may_follow(said: dict[str, Any]) -> None:
    claims = {name: bool(each["editor"]) for name, each in said["found"].items() if name.startswith("claim/")}
    assert {name for name, marked in claims.items() if marked is not name.startswith("claim/fail/")} == OF_ITS_OWN_MIND
    line = schema("claim")["$defs"]["line"]["properties"]
    assert set(said["offered"]) == set(line) - {"procedure_code"}
    assert re.sub(r"\\(.)", r"\1", said["hover"][0]) == line["procedure_code"]["description"]


def test_the_pages_example_prints_what_the_page_says(root: Path, tmp_path: Path) -> None:
    page = (root / "docs" / "check" / "validate.md").read_text(encoding="utf-8")
    script = re.search(r"^```js\n(.*?)^```", page, re.M | re.S)
    printed = re.search(r"^\$ node validate\.mjs claim\.json\n(.*?)^```", page, re.M | re.S)
    assert script and printed
    (tmp_path / "validate.mjs").write_text(script[1], encoding="utf-8")
    (tmp_path / "claim.schema.json").write_text(json.dumps(schema("claim")), encoding="utf-8")
    claim = case("whole-vials-jz")
    claim["lines"][0]["units"] = "400 units"
    (tmp_path / "claim.json").write_text(json.dumps(claim), encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    assert run("validate.mjs", "claim.json", cwd=tmp_path) == printed[1]


def test_the_page_and_the_lock_name_the_same_packages(root: Path) -> None:
    page = (root / "docs" / "check" / "validate.md").read_text(encoding="utf-8")
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    installed = re.search(r"^\$ npm install (.+)$", page, re.M)
    assert installed and set(installed[1].split()) <= set(wanted)
