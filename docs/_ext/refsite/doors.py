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
from refsite.doses import DoseTable
from refsite.live import calculator
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


#: The way in that works by itself; the script that searches as one types takes the field over.
_SEARCH = """<div class="search-box pst-js-only"><form class="bd-search" action="search.html" method="get" role="search">
<i class="fa-solid fa-magnifying-glass" aria-hidden="true"></i>
<input type="search" name="q" class="form-control" placeholder="JZ, N822, D83.9, box 24"
aria-label="Search" autocomplete="off" spellcheck="false">
</form><div class="search-hits"></div></div>"""


class SearchBox(SphinxDirective):
    """The search field of the front page."""

    def run(self) -> list[nodes.Node]:
        """A form that leads to the search page."""
        return [nodes.raw("", _SEARCH, format="html")]


class Composer(DoseTable):
    """The section ``composer``: the calculator, and under it the dose table, which needs no script."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def render(self) -> list[nodes.Node]:
        """A section with an id of its own, which pages and scripts may link to."""
        body = [*calculator(self.env), *self.parse_content_to_nodes(), *super().render()]
        return [nodes.section("", nodes.title("", self.arguments[0]), *body, ids=["composer"])]


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
    app.add_directive("search-box", SearchBox)
    app.add_directive("composer", Composer)
    app.add_directive("doors", Doors)
    app.add_directive("door", Door)
