"""The library as others use it: every public name on its page with a doctest, results and errors named, types that hold."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import os
import re
import runpy
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import j1553ref
import j1553ref.cli
from j1553ref import J1553Error


@pytest.fixture(scope="module")
def listed(root: Path) -> dict[str, Any]:
    """What stands on the page, by the name under which it is reached below ``j1553ref``."""
    page = (root / "docs" / "check" / "library.md").read_text(encoding="utf-8")
    block = re.search(r"^```\{library\}\n(.*?)^```", page, re.M | re.S)
    assert block
    names = [f"j1553ref.{name}" for line in block[1].splitlines() for name in line.partition(": ")[2].split()]
    assert len(set(names)) == len(names)
    return {name: getattr(import_module(name.rpartition(".")[0]), name.rpartition(".")[2]) for name in names}


def public() -> dict[str, Any]:
    """The public names; a module counts by its functions."""
    names: dict[str, Any] = {}
    for name in j1553ref.__all__:
        thing = getattr(j1553ref, name)
        if isinstance(thing, ModuleType):
            names |= {f"{name}.{each}": getattr(thing, each) for each in thing.__all__ if each.islower()}
        else:
            names[name] = thing
    return names


def ours() -> set[type]:
    """Every class of the package that a user can meet."""
    return {
        each
        for module in [module for name, module in sys.modules.items() if name.split(".")[0] == "j1553ref"]
        for each in vars(module).values()
        if inspect.isclass(each) and each.__module__.startswith("j1553ref")
    }


def test_the_library_is_what_the_design_says() -> None:
    promised = {"check", "claim_from", "fact", "bill_units", "infusion_codes", "ndc", "case", "rules"}
    assert set(j1553ref.__all__) == promised | {"Claim", "Report", "J1553Error"}


def test_every_public_name_stands_on_the_page_and_has_a_doctest(listed: dict[str, Any]) -> None:
    assert [name for name, thing in public().items() if thing not in listed.values()] == []
    assert [name for name, thing in public().items() if ">>> " not in (inspect.getdoc(thing) or "")] == []


def test_every_type_that_comes_back_stands_on_the_page(listed: dict[str, Any]) -> None:
    told = [inspect.signature(thing).return_annotation for thing in public().values() if inspect.isfunction(thing)]
    told += [
        each.type for thing in listed.values() if dataclasses.is_dataclass(thing) for each in dataclasses.fields(thing)
    ]
    wanted = {word for annotation in told for word in re.findall(r"\w+", annotation)} & {
        each.__name__ for each in ours()
    }
    assert {"Report", "Finding", "Answer", "Billing"} <= wanted
    assert wanted - {each.__name__ for each in listed.values()} == set()


def test_every_error_that_is_raised_on_purpose_stands_on_the_page(listed: dict[str, Any]) -> None:
    assert {each for each in ours() if issubclass(each, J1553Error)} - set(listed.values()) == set()


def test_the_page_can_be_pasted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each example of the built page runs by itself, in an empty namespace."""
    if not os.environ.get("J1553REF_SITE"):
        pytest.skip("no built site: set J1553REF_SITE to its folder, or run nox -s tests")
    bs4 = pytest.importorskip("bs4")
    page = bs4.BeautifulSoup(
        (Path(os.environ["J1553REF_SITE"]) / "check" / "library.html").read_text("utf-8"), "html.parser"
    )
    blocks = [each.get_text() for each in page.select("section section section div.highlight-pycon pre")]
    assert len(blocks) >= len(public())
    runner, parser = (
        doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE),
        doctest.DocTestParser(),
    )
    for text in blocks:
        runner.run(parser.get_doctest(text, {}, text.splitlines()[0], None, 0))
    assert runner.summarize(verbose=False).failed == 0, capsys.readouterr().out


def test_a_user_program_runs() -> None:
    """That mypy --strict reads it against the installed package is seen in ``nox -s lint``."""
    runpy.run_path(str(Path(__file__).parent / "user_program.py"), run_name="__main__")
