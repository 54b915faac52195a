"""Counts the doctest prompts that really ran, on every page, in every worker; deals tests to workers; sets Hypothesis."""

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

#: file -> doctest prompts run in this process; the guard in tests/test_pages.py compares it with the prompts written
TRIED: dict[Path, int] = {}
#: prompts run in the workers that have ended
WORKERS_TRIED: list[int] = []
GUARD = "test_every_prompt_on_a_page_was_run"
TOGETHER = {"tests/test_site.py"}


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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Which tests run in one worker: see ``unit``."""
    from xdist.scheduler import LoadScopeScheduling

    class ByUnit(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit(nodeid)

    return ByUnit(config, log)


def unit(nodeid: str) -> str:
    """What one worker runs as a whole.

    All pages, then the guard that counts their prompts; a test with all its parameters; a file whose tests share parsed pages.
    """
    file, _, test = nodeid.partition("::")
    if not file.startswith("tests/") or test == GUARD:
        return GUARD
    return file if file in TOGETHER else nodeid.partition("[")[0]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["tried"] = sum(TRIED.values())


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    WORKERS_TRIED.append(getattr(node, "workeroutput", {}).get("tried", 0))


def pytest_terminal_summary(terminalreporter) -> None:
    """The number of prompts, beside pytest's own number of tests."""
    if prompts := sum(TRIED.values()) + sum(WORKERS_TRIED):
        terminalreporter.write_line(f"{prompts} doctest prompts were run and compared")
