"""What pages must not do; each finding is a warning with file and line, which the build treats as an error."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from refsite.nodes import element

logger = logging.getLogger(__name__)


def lint(app: Sphinx, doctree: nodes.document) -> None:
    """Look at headings, which the menus repeat, and at the heads of tables, which screen readers speak."""
    for title in doctree.findall(nodes.title):
        if next(title.findall(element), None):
            logger.warning("a heading cannot hold a fact, source or gap", location=title)
    for head in doctree.findall(nodes.thead):
        for entry in head.findall(nodes.entry):
            if not entry.astext().strip():
                logger.warning("a column of a table has no head: name what is in it", location=head)


def setup(app: Sphinx) -> None:
    """Look at each page when it has been read."""
    app.connect("doctree-read", lint)
