"""The doors of the front page: ``doors`` holds ``door`` cards, each wholly a link."""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from refsite.nodes import el


class Doors(SphinxDirective):
    """A row of cards."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The cards side by side."""
        return [el("div", "doors", *self.parse_content_to_nodes())]


class Door(SphinxDirective):
    """One card: a title that links to the page ``to``, and a sentence or two."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"to": directives.unchanged_required}  # noqa: RUF012 - as docutils declares it

    def run(self) -> list[nodes.Node]:
        """The card; Sphinx warns where the page does not exist."""
        title, place = nodes.inline("", self.arguments[0]), "/" + self.options["to"]
        target = pending_xref(
            "",
            title,
            refdomain="std",
            reftype="doc",
            reftarget=place,
            refdoc=self.env.docname,
            refexplicit=True,
            refwarn=True,
        )
        self.set_source_info(target)
        return [el("div", "door", el("h2", "", target), *self.parse_content_to_nodes())]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("doors", Doors)
    app.add_directive("door", Door)
