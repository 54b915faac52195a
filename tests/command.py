"""The command line as its user starts it, for the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = [sys.executable, "-P", "-m", "j1553ref"]
#: What the environment may say of width and color; a test sets it, the machine does not.
_ASKED = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM")
if path := os.environ.get("PYTHONPATH"):
    os.environ["PYTHONPATH"] = str(Path(path).resolve())  # holds from any folder in which a test starts the program


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _ASKED} | more


def run(*arguments: str, stdin: str | bytes | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [*PROGRAM, *arguments], input=data, capture_output=True, check=False, timeout=120, env=environment(**more)
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
