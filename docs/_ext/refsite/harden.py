"""The last look at the built pages: nothing inline, nothing foreign, nothing missing. Each finding fails the build."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

#: Goes into every page. ``wasm-unsafe-eval`` lets the checker run in the page; it allows no other eval.
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "worker-src blob:; object-src 'none'; base-uri 'self'; form-action 'self'"
)
#: Elements whose addresses a browser fetches by itself.
_FETCHED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "link": "href",
    "source": "src",
    "video": "src",
    "audio": "src",
}
#: Links that name an address without fetching it.
_NAMED = {"canonical", "next", "prev", "search", "license"}


#: An opening tag and its attributes, as a browser reads them; a fifth of the time of a parser for the whole of HTML.
_TAG = re.compile(r"""<([a-zA-Z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")


class Page:
    """Collects what breaks the policy, and ids used twice (a card would open the wrong value's source).

    ``exists`` says whether the site holds the file at an address as the page writes it.

    >>> Page('<p id="a" style="x"><b id="a" onclick="y()"><script>1</script><img src="https://cdn.example/a.png">',
    ...      lambda address: True).problems
    ['<p style=...>', '<b onclick=...>', "id 'a' is used twice", 'inline <script>', '<img> fetches https://cdn.example/a.png']
    """

    def __init__(self, text: str, exists: Callable[[str], bool]) -> None:
        self.exists = exists
        self.problems: list[str] = []
        self.ids: set[str] = set()
        for tag, inside in _TAG.findall(text):
            found = _ATTRIBUTE.findall(inside)
            self._look(
                tag.lower(),
                [(name.lower(), unescape(double or single or bare)) for name, double, single, bare in found],
            )

    def _look(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.problems.append(f"inline <{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.problems.append(f"<{tag} {name}=...>")
            elif name in ("href", "src", "action") and value.strip().lower().startswith("javascript:"):
                self.problems.append(f"<{tag} {name}=javascript:...>")
        anchor = given.get("id")
        if anchor in self.ids:
            self.problems.append(f"id {anchor!r} is used twice")
        self.ids |= {anchor} if anchor else set()
        if tag in _FETCHED and not _NAMED & set((given.get("rel") or "").split()):
            self._fetched(tag, given.get(_FETCHED[tag]) or "")

    def _fetched(self, tag: str, address: str) -> None:
        parts = urlsplit(address)
        if (parts.scheme, tag) == ("data", "img"):
            return
        if parts.scheme or parts.netloc:
            self.problems.append(f"<{tag}> fetches {address}")
        elif parts.path and not self.exists(unquote(parts.path)):
            self.problems.append(f"<{tag}> wants {parts.path}, which is not in the site")


def hand_over(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Hand the policy to the template of each page."""
    context["policy"] = POLICY


def check(app: Sphinx, error: Exception | None) -> None:
    """Check all pages: those that this build wrote are known only to the processes that wrote them."""
    if error or app.builder.format != "html":
        return
    root, base = Path(app.outdir), urlsplit(app.config.html_baseurl).path
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.html"))
    found = [f"{name}: {problem}" for name in names for problem in _problems(root, name, base)]
    if found:
        raise ExtensionError("the pages break the site's policy:\n  " + "\n  ".join(found[:30]))


def _problems(root: Path, name: str, base: str) -> list[str]:
    path = root / name

    def exists(address: str) -> bool:
        return (root / address.removeprefix(base) if address.startswith("/") else path.parent / address).exists()

    return Page(path.read_text(encoding="utf-8"), exists).problems


def setup(app: Sphinx) -> None:
    """Check last of all."""
    app.connect("html-page-context", hand_over)
    app.connect("build-finished", check, priority=999)
