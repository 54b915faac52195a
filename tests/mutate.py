"""Mutation testing: change one operator, number, condition or word at a time and see whether the tests notice.

``nox -s mutate -- units ndc infusion rules`` prints the score of each module and every survivor. Each mutant lives in a
forked child: the module is executed again in place, every name that others imported from it is rebound, and what proves
the module runs: its test file, or for the rules every case, golden claim and correct claim.
"""

from __future__ import annotations

import ast
import copy
import io
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from test_golden import GOLDEN, test_golden_claim
from test_rules import CASES, test_declarations_name_what_exists, test_outcome

from j1553ref.rules.base import REGISTRY

HERE = Path(__file__).parent
FORMS = ("base", "clearinghouse", "cms1500", "drug", "html", "paper", "text", "ub04")
TESTS = {
    "barcode": ["test_ndc"],
    "ndc": ["test_ndc", "test_units"],
    "amounts": ["test_amounts", "test_units"],
    "vials": ["test_units"],
    "planning": ["test_planning"],
    "units": ["test_units"],
    "billing": ["test_units"],
    "infusion": ["test_infusion"],
    "code": ["test_code"],
    "payers": ["test_payers"],
    "fixes": ["test_fixes"],
    "suppression": ["test_suppression"],
    "config": ["test_config"],
    **{f"forms.{each}": ["test_forms", "test_forms_losses", "test_forms_written"] for each in FORMS},
}
RULES = tuple(
    f"rules.{name}"
    for name in (
        "rulebook",
        "context",
        "waste",
        "unt",
        "jwz",
        "dat",
        "mod",
        "ndc",
        "adm",
        "sos",
        "dxc",
        "hom",
        "pay",
    )
)
#: Arguments that only people or the order of the output see.
FOR_PEOPLE = {"since", "summary", "expected", "actual", "repr", "slots", "frozen", "kw_only"}
COMPARE = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
BINARY = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
    ast.Div: ast.Mult,
}


def mutants(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(index of the node, kind of the change); words of messages and docstrings are left alone."""
    spared = {id(part) for node in ast.walk(tree) for part in _spared(node)}
    for index, node in enumerate(ast.walk(tree)):
        if id(node) in spared:
            continue
        if isinstance(node, ast.Compare):
            yield from ((index, f"compare {place}") for place, op in enumerate(node.ops) if type(op) in COMPARE)
        elif isinstance(node, ast.BinOp) and type(node.op) in BINARY:
            yield index, "arithmetic"
        elif isinstance(node, ast.BoolOp):
            yield index, "and/or"
        elif isinstance(node, ast.If | ast.IfExp | ast.While):
            yield index, "condition"
        elif isinstance(node, ast.comprehension) and node.ifs:
            yield index, "filter"
        elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
            yield index, "number"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value and " " not in node.value:
            yield index, "word"


def _spared(node: ast.AST) -> Iterator[ast.AST]:
    """What is text for people or only typing: f-strings, annotations, __all__, docstrings, a rule's name and version."""
    if isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
    ):
        yield from ast.walk(node)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for part in (node.returns, *(arg.annotation for arg in ast.walk(node.args) if isinstance(arg, ast.arg))):
            yield from ast.walk(part) if part else ()
    if isinstance(node, ast.AnnAssign):
        yield from ast.walk(node.annotation)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    if isinstance(node, ast.keyword) and node.arg in FOR_PEOPLE:
        yield from ast.walk(node.value)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Missing", "rule"}:
        yield from (arg for arg in node.args)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "need":
        yield from (arg for arg in node.args[1:])


def changed(tree: ast.Module, index: int, kind: str) -> tuple[ast.Module, int]:
    """The mutated tree and the line of the change."""
    made = copy.deepcopy(tree)
    node = list(ast.walk(made))[index]
    line = getattr(node, "lineno", getattr(getattr(node, "target", None), "lineno", 1))
    match kind.split():
        case ["compare", place]:
            node.ops[int(place)] = COMPARE[type(node.ops[int(place)])]()
        case ["arithmetic"]:
            node.op = BINARY[type(node.op)]()
        case ["and/or"]:
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ["condition"]:
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case ["filter"]:
            node.ifs[0] = ast.UnaryOp(ast.Not(), node.ifs[0])
        case ["number"]:
            node.value = not node.value if isinstance(node.value, bool) else node.value + 1
        case ["word"]:
            node.value = "XX" + node.value
    return ast.fix_missing_locations(made), line


def install(module: ModuleType, tree: ast.Module) -> None:
    """Execute the mutant in place of the module, and hand its names to all who imported the old ones."""
    for code in [code for code, rule in REGISTRY.items() if rule.run and rule.run.__module__ == module.__name__]:
        del REGISTRY[code]
    old = dict(vars(module))
    exec(compile(tree, module.__file__ or "", "exec"), vars(module))
    fresh = {id(old[name]): value for name, value in vars(module).items() if name in old and old[name] is not value}
    for other in [each for name, each in sys.modules.items() if name.startswith("j1553ref") and each is not module]:
        for name, value in list(vars(other).items()):
            if id(value) in fresh and not name.startswith("__"):
                setattr(other, name, fresh[id(value)])
            elif isinstance(value, dict) and not name.startswith("__"):
                value |= {key: fresh[id(each)] for key, each in value.items() if id(each) in fresh}
    # What was computed with the old names must not be used again.
    for other in [each for name, each in sys.modules.items() if name.startswith("j1553ref")]:
        for value in list(vars(other).values()):
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def prove_rules() -> None:
    """Every rule's declaration, every case and golden claim, without a test runner; the first failure kills."""
    test_declarations_name_what_exists()
    for each in CASES:
        test_outcome(each)
    for each in GOLDEN:
        test_golden_claim(*each)


def prover(name: str) -> Callable[[], None]:
    if name not in TESTS:
        return prove_rules

    def prove() -> None:
        files = [str(HERE / f"{each}.py") for each in TESTS[name]]
        assert pytest.main(["-x", "-q", "-p", "no:cacheprovider", *files]) == 0

    return prove


def survives(module: ModuleType, tree: ast.Module, prove: Callable[[], None]) -> bool:
    """Whether a forked child that runs the mutant finds nothing wrong."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                install(module, tree)
                prove()
            status = 0
        finally:
            os._exit(status)  # whatever was raised: the mutant is dead
    return os.waitpid(child, 0)[1] == 0


def main(names: list[str]) -> None:
    wanted = [each for name in names or ["units", "rules"] for each in (RULES if name == "rules" else (name,))]
    for name in wanted:
        module = import_module(f"j1553ref.{name}")
        tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
        prove = prover(name)

        def judge(job: tuple[int, str], tree=tree, module=module, prove=prove) -> tuple[bool, int, str]:
            made, line = changed(tree, *job)
            return survives(module, made, prove), line, job[1]

        assert survives(module, tree, prove), f"{name}: the tests fail without any mutation"
        jobs = list(mutants(tree))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            alive = [(line, kind) for lives, line, kind in pool.map(judge, jobs) if lives]
        dead = len(jobs) - len(alive)
        print(f"{name}: {dead} of {len(jobs)} killed, {100 * dead // len(jobs)} %", flush=True)
        source = Path(module.__file__ or "").read_text(encoding="utf-8").splitlines()
        for line, kind in alive:
            print(f"  {name}.py:{line} {kind}: {source[line - 1].strip()}")


if __name__ == "__main__":
    main(sys.argv[1:])
