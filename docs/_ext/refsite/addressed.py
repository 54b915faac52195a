"""The directive ``site-code``: code to copy in which ``SITE/`` is the site's address, which is written once."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class SiteCode(SphinxDirective):
    """A block of code in the language named."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """One literal block."""
        text = "\n".join(self.content).replace("SITE/", self.config.html_baseurl)
        return [nodes.literal_block(text, text, language=self.arguments[0])]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("site-code", SiteCode)
