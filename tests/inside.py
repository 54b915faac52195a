"""The command line inside this process: as quick as a function, with the real ``main`` around it."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

import pytest

from j1553ref.cli import main


class Done(NamedTuple):
    status: int
    out: str
    err: str


class Command:
    """Runs ``j1553ref`` with arguments; standard input is closed."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str) -> Done:
        self._capsys.readouterr()
        self._monkeypatch.setattr(sys, "argv", ["j1553ref", *arguments])
        kept = os.dup(
            1
        )  # a program that leaves with an error closes its standard output, and here it is the tests' own
        try:
            main()
        except SystemExit as left:
            status = left.code
        else:
            status = 0
        finally:
            os.dup2(kept, 1)
            os.close(kept)
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return Done(int(status or 0), out, err)


@pytest.fixture
def j1553ref(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(capsys, monkeypatch)
