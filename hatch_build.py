"""Packs the facts into each wheel, in the form that loads fast; see ``src/j1553ref/facts/packed.py``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PackFacts(BuildHookInterface):
    """Reads the TOML files of the source tree, so facts that cannot be read stop the build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the packed file to the wheel."""
        if version == "editable":
            return  # reads the TOML files themselves, as they are edited
        sys.path.insert(0, str(Path(self.root, "src")))
        from j1553ref.facts.packed import FILE, pack
        from j1553ref.facts.reading import read

        self.folder = tempfile.TemporaryDirectory()
        packed = Path(self.folder.name, FILE)
        packed.write_text(pack(read(Path(self.root, "src/j1553ref/facts"), None)), encoding="ascii")
        build_data["force_include"][str(packed)] = f"j1553ref/facts/{FILE}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove it from this machine."""
        if version != "editable":
            self.folder.cleanup()
