"""Counts the doctest examples that really ran, on every page: a conftest sees only what lies below it. Sets Hypothesis."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure; nox -s fuzz asks for more examples.
settings.register_profile(
    "j1553ref",
    deadline=None,
    max_examples=int(os.environ.get("J1553REF_EXAMPLES", "100")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("j1553ref")

#: They need Spark, and nox -s cluster runs them.
collect_ignore = ["docs/check/large_files.py", "tests/cluster.py"]

#: file -> doctest examples tried in this session; the guard in tests/test_pages.py compares it with the prompts
TRIED: dict[Path, int] = {}


@pytest.fixture(scope="session")
def tried() -> dict[Path, int]:
    return TRIED


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item):
    runner = getattr(item, "runner", None)
    before = runner.tries if runner is not None else 0
    try:
        return (yield)
    finally:
        if runner is not None:
            path = Path(item.path)
            TRIED[path] = TRIED.get(path, 0) + runner.tries - before


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The guard that counts what ran comes last."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "last: runs after every other test")
