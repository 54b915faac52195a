"""Roles and directives that turn each failure into a warning with file and line, which the build treats as an error."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from j1553ref.errors import J1553Error

logger = logging.getLogger(__name__)


class CheckedRole(SphinxRole):
    """A role whose :meth:`render` may raise J1553Error."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Render, or say what is wrong and where."""
        try:
            return self.render(), []
        except J1553Error as error:
            logger.warning("%s", error, location=self._location(), type="j1553", subtype=self.name)
            return [nodes.problematic(self.rawtext, self.rawtext)], []

    def render(self) -> list[nodes.Node]:
        """The nodes."""
        raise NotImplementedError

    def _location(self) -> str:
        """File and line of the role itself: docutils knows only where its paragraph or table begins."""
        source, first = self.get_source_info()
        lines = Path(source).read_text(encoding="utf-8").splitlines()[first - 1 :]
        start = f"{{{self.name}}}`{self.text.split()[0]}"
        return f"{source}:{first + next((count for count, line in enumerate(lines) if start in line), 0)}"


class CheckedDirective(SphinxDirective):
    """A directive whose :meth:`render` may raise J1553Error."""

    def run(self) -> list[nodes.Node]:
        """Render, or say what is wrong and where."""
        try:
            return self.render()
        except J1553Error as error:
            logger.warning("%s", error, location=self.get_location(), type="j1553", subtype=self.name)
            return []

    def render(self) -> list[nodes.Node]:
        """The nodes."""
        raise NotImplementedError
