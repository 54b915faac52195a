"""What begins a rule or a payer: it refuses what cannot be, fits where it is put, and is not mistaken for finished work."""

from __future__ import annotations

import ast
import re
import shutil
import tomllib

import pytest
from scaffold import BLANK, HEADINGS, Refused, new_payer, new_rule

from j1553ref.facts import load, packaged
from j1553ref.payers import parse_payer

SUMMARY = "A line is synthetic."


@pytest.fixture
def copy(root, tmp_path):
    """The parts of the project that are read and written."""
    for place in ("src/j1553ref/rules", "src/j1553ref/facts/payers", "tests/rules", "docs/rules"):
        shutil.copytree(root / place, tmp_path / place, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "docs" / "payers").mkdir()
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize("family", ["UNT", "DXC", "PAY"])
def test_a_new_rule_fits_into_its_family(copy, family):
    left = new_rule(copy, f"{family}099", "line-is-synthetic", SUMMARY)
    assert [step.split(":")[0] for step in left[:3]] == [
        f"docs/rules/{family}099.md",
        f"src/j1553ref/rules/{family.lower()}.py",
        f"tests/rules/{family.lower()}.py",
    ]
    module, cases, page = (
        (copy / place.split(":")[0]).read_text(encoding="utf-8") for place in (left[1], left[2], left[0])
    )
    tree = ast.parse(module)
    [listed] = [node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "__all__"]
    names = ast.literal_eval(listed)
    assert names == sorted(names) and "line_is_synthetic" in names
    assert {"line_is_synthetic", *names} <= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    added = [
        node for node in ast.walk(ast.parse(cases)) if isinstance(node, ast.Constant) and node.value == f"{family}099"
    ]
    assert len(added) == 3
    imported = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(cases))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {"fires", "quiet", "unsure", "whole", "bare"} <= imported
    assert re.findall(r"^## (.+)$", page, re.M) == HEADINGS
    assert BLANK in module and BLANK in cases and BLANK in page


@pytest.mark.parametrize(
    ("code", "name", "summary", "says"),
    [
        ("UNT001", "line-is-synthetic", SUMMARY, "UNT001 is taken: docs/rules/UNT001.md"),
        ("UNT098", "line-is-synthetic", SUMMARY, "UNT098 is retired: docs/rules/UNT098.md stays"),
        ("UNT9", "line-is-synthetic", SUMMARY, "three capital letters and three digits"),
        ("unt009", "line-is-synthetic", SUMMARY, "three capital letters and three digits"),
        ("XYZ001", "line-is-synthetic", SUMMARY, "no such family; there are ADM"),
        ("SHP099", "line-is-synthetic", SUMMARY, "rows of a table in src/j1553ref/rules/shp.py"),
        ("UNT099", "Line Is", SUMMARY, "kebab-case"),
        ("UNT099", "line-is-synthetic", "a line", "one sentence"),
    ],
)
def test_a_code_or_name_that_cannot_be_is_refused_and_nothing_is_written(copy, code, name, summary, says):
    (copy / "docs" / "rules" / "UNT098.md").write_text("# Retired (UNT098)\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in copy.rglob("*.*")}
    with pytest.raises(Refused, match=re.escape(says)):
        new_rule(copy, code, name, summary)
    assert {path: path.read_bytes() for path in copy.rglob("*.*")} == before


@pytest.mark.parametrize(
    ("payer", "file"),
    [("zebra-health", "zebra-health"), ("bcbs:aaa", "bcbs"), ("bcbs:mmm", "bcbs"), ("bcbs:zzz", "bcbs")],
)
def test_a_new_payer_is_an_id_once_its_source_is_named(copy, payer, file):
    folder = copy / "src" / "j1553ref" / "facts" / "payers"
    new_payer(copy, payer, "Zebra Health")
    path = folder / f"{file}.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count(BLANK) == 1
    path.write_text(text.replace(BLANK, "openpayer-j1553"), encoding="utf-8")
    assert parse_payer(payer, load(folder, packaged())).label == "Zebra Health"
    assert (copy / "docs" / "payers" / f"{payer}.md").exists() is (":" not in payer)
    if ":" in payer:
        parts = list(tomllib.loads(text)["payer_part"]["bcbs"])
        assert parts == sorted(parts)
    with pytest.raises(Refused, match=f"{payer} is taken"):
        new_payer(copy, payer, "Zebra Health")


@pytest.mark.parametrize(
    ("payer", "label", "says"),
    [
        ("Cigna", "Cigna", "small letters"),
        ("cigna", "Cigna", "cigna is taken"),
        ("bcbs:north-dakota", "North Dakota", "bcbs:north-dakota is taken"),
        (
            "cigna:east",
            "Cigna East",
            "nothing may follow cigna; the payers with parts are bcbs, commercial, medicare-ab",
        ),
        ("zebra", 'Ze"bra', "label"),
    ],
)
def test_a_payer_that_cannot_be_is_refused(copy, payer, label, says):
    with pytest.raises(Refused, match=re.escape(says)):
        new_payer(copy, payer, label)
