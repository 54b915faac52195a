"""Sphinx's own search drops words made of digits, in the index and in the query; billing codes are such words."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.search.en import SearchEnglish

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
    for old, new in _PATCHES.items():
        if new and new in text:
            continue
        if text.count(old) != 1 and not (not new and "queryTermLower)) return" in text):
            raise ExtensionError(f"searchtools.js: {old!r} is not there once; look at how this Sphinx searches")
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Replace the English language of the search."""
    app.add_search_language(SearchCodes)
    app.connect("build-finished", mend_query)
