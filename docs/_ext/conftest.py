"""The doctests of the extension run where Sphinx is installed."""

import sys
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
collect_ignore_glob = [] if find_spec("sphinx") else ["refsite/*.py"]
