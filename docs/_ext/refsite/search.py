"""Sphinx's own search drops words made of digits, in the index and in the query; billing codes are such words."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.search.en import SearchEnglish

_MENDED = "// Queries may hold numbers; summaries show the text of the page only.\n"
_REMOVED = '[".headerlink", "script", "style"{}]'
#: What is replaced in Sphinx's searchtools.js. Each must be there, so that a new Sphinx fails loudly.
_PATCHES = {
    r" || queryTerm.match(/^\d+$/)": "",
    _REMOVED.format(""): _REMOVED.format(
        ', "pre", ".no-search", ".page-chrome", ".bd-header-article", ".prev-next-footer", ".bd-toc"'
    ),
}


class SearchCodes(SearchEnglish):
    """English, with numbers kept."""

    def word_filter(self, word: str) -> bool:
        """Whether a word goes into the index."""
        return word not in self.stopwords


def mend_query(app: Sphinx, error: Exception | None) -> None:
    """Let queries hold numbers, and let summaries show the text of the page only."""
    path = Path(app.outdir) / "_static" / "searchtools.js"
    if error or app.builder.format != "html":
        return
    text = path.read_text(encoding="utf-8")
    if text.startswith(_MENDED):
        return  # a build that had nothing to do copies nothing anew
    for old, new in _PATCHES.items():
        if text.count(old) != 1:
            raise ExtensionError(f"searchtools.js: {old!r} is not there once; look at how this Sphinx searches")
        text = text.replace(old, new)
    path.write_text(_MENDED + text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Replace the English language of the search."""
    app.add_search_language(SearchCodes)
    app.connect("build-finished", mend_query)
