"""What each page needs around its text: description, the facts' date, and scripts and styles as two bundles."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

from j1553ref.facts import packaged
from j1553ref.facts.wording import date_text
from refsite.bundle import SCRIPTS, STYLES, UNUSED_SCRIPTS
from refsite.nodes import plain_text

logger = logging.getLogger(__name__)
_LONGEST = 200
#: Pages that Sphinx makes by itself.
_MADE = {"search": "Search the J1553 reference by code, NDC, modifier, rule, payer or word."}
#: docutils' own, which comes beside Sphinx's.
_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1" />'
#: Inline scripts of the theme that nothing here needs; each must be there, so that a new theme fails loudly.
_INLINE = ("DOCUMENTATION_OPTIONS.pagename = ", "DOCUMENTATION_OPTIONS.search_as_you_type = ")


def complete(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Fill the template's context."""
    if app.builder.format != "html":
        return
    context["description"] = _description(app, page, doctree)
    context["facts_checked"] = date_text(packaged().checked_until)
    if page == app.config.root_doc:
        context["pageurl"] = app.config.html_baseurl
    context["metatags"] = context.get("metatags", "").replace(_VIEWPORT, "")
    context["script_files"] = _scripts(context["script_files"])
    known = {f"_static/{name}" for name in STYLES}
    context["css_files"] = [css for css in context["css_files"] if str(css.filename).split("?")[0] not in known]


def _scripts(files: list[Any]) -> list[Any]:
    bodies = [str(js.attributes.get("body", "")) for js in files if not js.filename]
    if len(bodies) != len(_INLINE) or not all(any(body.startswith(start) for body in bodies) for start in _INLINE):
        raise ExtensionError(f"the theme's inline scripts have changed: {bodies}")
    bundled = {f"_static/{name}" for name in (*SCRIPTS, *UNUSED_SCRIPTS)}
    return [js for js in files if js.filename and str(js.filename).split("?")[0] not in bundled]


def _description(app: Sphinx, page: str, doctree: nodes.document | None) -> str:
    given = _MADE.get(page) or str(app.env.metadata.get(page, {}).get("description", ""))
    if given or doctree is None:
        return given
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(plain_text(paragraph).split())
        if text and isinstance(paragraph.parent, nodes.section):
            return text if len(text) <= _LONGEST else text[: text.rindex(" ", 0, _LONGEST)] + " …"
    logger.warning("the page needs a description: in its front matter, or a first paragraph", location=page)
    return ""


def setup(app: Sphinx) -> None:
    """Run after the theme has added its own scripts."""
    app.connect("html-page-context", complete, priority=900)
