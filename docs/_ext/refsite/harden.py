"""The last look at the built pages: nothing inline, nothing foreign, nothing missing. Each finding fails the build."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

#: Goes into every page. ``wasm-unsafe-eval`` lets the checker run in the page; it allows no other eval.
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
#: Elements whose addresses a browser fetches by itself.
_FETCHED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "video": "src", "audio": "src"}
#: Links that name an address without fetching it.
_NAMED = {"canonical", "next", "prev", "search", "license"}


class Page(HTMLParser):
    """Collects what breaks the policy, and ids that stand twice (a card would open the wrong value's source)."""

    def __init__(self, path: Path, root: Path, base: str) -> None:
        super().__init__()
        self.path, self.root, self.base = path, root, base
        self.problems: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.problems.append(f"inline <{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.problems.append(f"<{tag} {name}=...>")
            elif name in ("href", "src", "action") and (value or "").strip().lower().startswith("javascript:"):
                self.problems.append(f"<{tag} {name}=javascript:...>")
            elif name == "id":
                if value in self.ids:
                    self.problems.append(f"id {value!r} stands twice")
                self.ids.add(value or "")
        if tag in _FETCHED and not _NAMED & set((given.get("rel") or "").split()):
            self._fetched(tag, given.get(_FETCHED[tag]) or "")

    def _fetched(self, tag: str, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme == "data" and tag == "img":
            return
        if parts.scheme or parts.netloc:
            self.problems.append(f"<{tag}> fetches {address}")
            return
        path = unquote(parts.path)
        target = self.root / path.removeprefix(self.base) if path.startswith("/") else self.path.parent / path
        if path and not target.exists():
            self.problems.append(f"<{tag}> wants {path}, which is not in the site")


def remember(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Note each page that this build writes, and hand the policy to its template."""
    context["policy"] = POLICY
    app.env.temp_data.setdefault("refsite_pages", set())
    _written.add(app.builder.get_outfilename(page) if hasattr(app.builder, "get_outfilename") else page)


_written: set[Any] = set()


def check(app: Sphinx, error: Exception | None) -> None:
    """Check the pages that this build wrote."""
    if error or app.builder.format != "html":
        return
    root, base = Path(app.outdir), urlsplit(app.config.html_baseurl).path
    found = [
        f"{path.relative_to(root)}: {problem}"
        for path in sorted(Path(each) for each in _written)
        if path.suffix == ".html"
        for problem in Page(path, root, base).problems
    ]
    if found:
        raise ExtensionError("the pages break the site's policy:\n  " + "\n  ".join(found[:30]))


def setup(app: Sphinx) -> None:
    """Check last of all."""
    app.connect("html-page-context", remember)
    app.connect("build-finished", check, priority=999)
