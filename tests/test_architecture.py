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

#: Lowest first; a module imports only modules of lower layers, or of its own where the layer is a package.
LAYERS = [
    {"errors", "project"},
    {"facts", "schemas"},
    {"ndc", "vials", "billing", "units", "infusion", "code", "payers"},
    {"claim", "redaction", "shape"},
    {"readers", "rules", "forms", "cases"},
    {"fixes", "suppression"},
    {"checking", "config"},
    {"report"},
    {"training"},
    {"cli", "__main__", "__init__"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
STANDARD_LIBRARY_ALONE = {name for name, rank in RANK.items() if rank < RANK["report"]} | {"training"}


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


def test_every_module_has_a_layer(root):
    assert {name for name, _, _ in modules(root)} <= set(RANK)


def test_modules_import_only_lower_layers(root):
    wrong = []
    for name, path, tree in modules(root):
        if name == "__init__":
            continue
        for target in imports(tree):
            parts = target.split(".")
            if parts[0] != "j1553ref" or len(parts) < 2 or parts[1] not in RANK:
                continue
            same = parts[1] == name
            if not same and RANK[parts[1]] > RANK[name]:
                wrong.append(f"{path.name} imports {target}")
    assert wrong == []


def test_everything_below_the_report_and_the_exercises_import_the_standard_library_alone(root):
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
    calls = (each for each in ast.walk(tree) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name))
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


def test_the_sites_address_stands_once(root):
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
