"""Governance of the code: layers, no clock, no floats, no dates in rules, what the wheel holds, where tests run."""

from __future__ import annotations

import ast
import os
import re
import sys
import zipfile
from pathlib import Path

import pytest

import j1553ref

#: Lowest first, as CONTRIBUTING prints it.
LAYERS = """
errors project < facts schemas barcode < ndc amounts vials units billing planning infusion code payers < claim redaction shape
  < readers forms cases < rules < suppression fixes checking < report config importers training < composing < cli
"""
RANK = {name: rank for rank, layer in enumerate(LAYERS.split("<")) for name in layer.split()}
#: What starts the program and what users import: above all layers.
TOP = {"__init__", "__main__"}
STANDARD_LIBRARY_ALONE = {name for name, rank in RANK.items() if rank < RANK["report"]} | {"training", "composing"}


def modules(root: Path):
    folder = root / "src" / "j1553ref"
    for path in sorted(folder.rglob("*.py")):
        relative = path.relative_to(folder)
        yield relative.parts[0].removesuffix(".py"), path, ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def arrows(root: Path) -> set[tuple[str, str]]:
    """Which module or package of the top level imports which other, wherever in it the import is written."""
    return {
        (name, parts[1])
        for name, _, tree in modules(root)
        for target in imports(tree)
        if (parts := target.split("."))[0] == "j1553ref" and len(parts) > 1 and parts[1] in RANK and parts[1] != name
    }


def upward(found: set[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((name, target) for name, target in found if name not in TOP and RANK[target] > RANK[name])


def circle(found: set[tuple[str, str]]) -> list[str]:
    """What is left once modules that import no other, or that no other imports, are taken away again and again."""
    left = {name for arrow in found for name in arrow}
    while True:
        within = [(name, target) for name, target in found if {name, target} <= left]
        kept = {name for name, _ in within} & {target for _, target in within}
        if kept == left:
            return sorted(left)
        left = kept


def test_every_module_has_a_layer(root):
    assert {name for name, _, _ in modules(root)} <= set(RANK) | TOP


def test_modules_import_lower_layers_or_beside_them_without_a_circle(root):
    found = arrows(root)
    assert len(found) > 50
    assert upward(found) == []
    assert circle(found) == []


def test_an_upward_import_and_a_circle_are_found():
    assert upward({("units", "rules"), ("rules", "units"), ("units", "vials")}) == [("units", "rules")]
    assert circle({("rules", "units"), ("units", "vials"), ("vials", "ndc"), ("ndc", "units")}) == [
        "ndc",
        "units",
        "vials",
    ]
    assert circle({("rules", "units"), ("units", "vials"), ("rules", "vials")}) == []


def test_contributing_prints_the_layers(root):
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"```\n{LAYERS.strip()}\n```" in text


def test_everything_below_the_report_and_the_training_import_the_standard_library_alone(root):
    foreign = {
        f"{path.name}: {target}"
        for name, path, tree in modules(root)
        if name in STANDARD_LIBRARY_ALONE
        for target in imports(tree)
        if target.split(".")[0] not in sys.stdlib_module_names | {"j1553ref", "__future__"}
    }
    assert foreign == set()


def test_no_clock_and_no_float_in_the_package(root):
    wrong = []
    for _, path, tree in modules(root):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in {"today", "now", "utcnow", "localtime", "gmtime"}:
                wrong.append(f"{path.name}:{node.lineno}: {node.attr}")
            if isinstance(node, ast.Name) and node.id == "float" and not _refuses_floats(node, tree):
                wrong.append(f"{path.name}:{node.lineno}: float")
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                wrong.append(f"{path.name}:{node.lineno}: {node.value}")
    assert wrong == []


def _refuses_floats(name: ast.Name, tree: ast.AST) -> bool:
    """``isinstance(x, float)`` is how a float is refused."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    return any(
        call.func.id == "isinstance" and name in set(ast.walk(call.args[1])) for call in calls if len(call.args) == 2
    )


def test_no_date_in_the_rules(root):
    pattern = re.compile(r"\b(19|20)\d\d-\d\d-\d\d\b|\bdate\(\s*\d|\b(19|20)\d\d\b")
    wrong = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted((root / "src" / "j1553ref" / "rules").glob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert wrong == []


def test_the_tests_run_against_the_installed_package(root):
    assert not Path(j1553ref.__file__).is_relative_to(root / "src"), "run the tests through nox: they test the wheel"


def test_the_wheel_holds_facts_schemas_cases_pages_and_the_type_marker(root):
    wheel = os.environ.get("J1553REF_WHEEL")
    if not wheel:
        pytest.skip("J1553REF_WHEEL is not set: run through nox -s tests")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = root / "src" / "j1553ref"
    wanted = {
        f"j1553ref/{path.relative_to(package).as_posix()}"
        for path in package.rglob("*")
        if path.suffix in {".toml", ".json"}
    }
    wanted |= {f"j1553ref/schemas/{path.name}" for path in (root / "schemas").glob("*.json")} | {"j1553ref/py.typed"}
    wanted |= {f"j1553ref/pages/rules/{path.name}" for path in (root / "docs" / "rules").glob("*.md")}
    assert wanted <= names
    assert not [name for name in names if "/tests/" in name or name.startswith("tests")]


def test_the_public_names_are_documented_and_typed():
    for name in j1553ref.__all__:
        assert getattr(j1553ref, name).__doc__, name


def test_the_readmes_commands_are_cis_commands(root):
    readme = (root / "README.md").read_text(encoding="utf-8")
    ci = (root / ".ci" / "run").read_text(encoding="utf-8")
    commands = [line for line in readme.splitlines() if line.startswith("python3 -m venv") and "nox -s" in line]
    assert [line.rsplit(" ", 1)[1] for line in commands] == ["serve", "tests"]
    assert commands[1] in ci.splitlines()


def test_the_sites_address_is_written_once(root):
    address = re.search(r'^Documentation = "(.+)"', (root / "pyproject.toml").read_text(), re.M)[1]
    host = address.split("/")[2]
    tracked = [
        path for folder in ("src", "docs", "schemas", "tests") for path in (root / folder).rglob("*") if path.is_file()
    ]
    texts = [
        path
        for path in tracked
        if path.suffix in {".py", ".toml", ".md", ".json", ".html", ".css", ".js"} and "_build" not in path.parts
    ]
    assert [str(path) for path in texts if host in path.read_text(encoding="utf-8")] == []
