"""Roles and directives that turn each failure into a warning with file and line, which the build treats as an error."""

from __future__ import annotations

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from j1553ref.errors import J1553Error

logger = logging.getLogger(__name__)


class CheckedRole(ReferenceRole):
    """A role whose :meth:`render` may raise J1553Error."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Render, or say what is wrong and where."""
        try:
            return self.render(self.title if self.has_explicit_title else ""), []
        except J1553Error as error:
            logger.warning("%s", error, location=self.get_location(), type="j1553", subtype=self.name)
            return [nodes.problematic(self.rawtext, self.rawtext)], []

    def render(self, text: str) -> list[nodes.Node]:
        """The nodes; ``text`` is empty unless the page gives words of its own."""
        raise NotImplementedError


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
