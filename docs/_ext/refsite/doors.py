"""The front page's own: ``doors`` holds ``door`` cards, each wholly a link; the role ``count`` says how much there is."""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from j1553ref import cases
from j1553ref.facts.wording import date_text
from j1553ref.rules import catalogue
from refsite.checked import CheckedRole
from refsite.domain import all_facts, known
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


class Count(CheckedRole):
    """How many ``facts``, ``gaps``, ``cases`` or ``rules`` the reference holds, or the day on which it was ``checked``."""

    def render(self) -> list[nodes.Node]:
        """The figure."""
        base = all_facts(self.env)
        said = {
            "facts": str(len(base.facts)),
            "gaps": str(len(base.gaps)),
            "cases": str(len(cases.slugs())),
            "rules": str(len(catalogue())),
            "checked": date_text(base.checked_until),
        }
        return [nodes.Text(known("count", self.text, said))]


def setup(app: Sphinx) -> None:
    """Register directives and role."""
    app.add_role("count", Count())
    app.add_directive("doors", Doors)
    app.add_directive("door", Door)
