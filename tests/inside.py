"""The command line inside this process, as a fixture: ``command.run`` with the traceback ruled out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from command import run


class Done(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def j1553ref() -> Callable[..., Done]:
    """Runs ``j1553ref`` with arguments; standard input is empty."""

    def command(*arguments: str) -> Done:
        done = Done(*run(*arguments))
        assert "Traceback" not in done.out + done.err
        return done

    return command
