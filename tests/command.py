"""The command line, for the tests: ``run`` inside this process, ``start`` as a program of its own.

``run`` is a hundred times quicker and goes through the real ``main``. ``start`` is for what only a process shows: pipes,
signals, closed streams, encodings. ``test_cli.py`` holds the two equal.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

from j1553ref.cli import main

PROGRAM = [sys.executable, "-P", "-m", "j1553ref"]
#: What the environment may say of width and color; a test sets it, the machine does not.
_ASKED = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM")
if path := os.environ.get("PYTHONPATH"):
    os.environ["PYTHONPATH"] = str(Path(path).resolve())  # holds from any folder in which a test starts the program


class Done(NamedTuple):
    """What a command left: exit status, standard output, standard error."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, stdin: str | bytes | None = None, **more: str) -> Done:
    """The command with these arguments, standard input and environment, in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        for name in _ASKED:
            patch.delenv(name, raising=False)
        for name, value in more.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["j1553ref", *arguments])
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))  # click asks it for the program's name
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(_data(stdin) or b""), encoding="utf-8"))
        for name, stream in (("stdout", out), ("__stdout__", out), ("stderr", err)):
            patch.setattr(sys, name, stream)
        # An error ends the program with its standard output closed; descriptor 1 is the tests' own here.
        patch.setattr(os, "dup2", lambda source, _: os.close(source))
        try:
            main()
        except SystemExit as left:
            status = int(left.code or 0)
        else:
            status = 0
    return Done(status, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def start(*arguments: str, stdin: str | bytes | None = None, program: list[str] = PROGRAM, **more: str) -> Done:
    """The same as a program of its own."""
    done = subprocess.run(
        [*program, *arguments],
        input=_data(stdin),
        capture_output=True,
        check=False,
        timeout=120,
        env=environment(**more),
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _ASKED} | more


def _data(stdin: str | bytes | None) -> bytes | None:
    return stdin.encode() if isinstance(stdin, str) else stdin
