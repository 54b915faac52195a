"""Where a page is: the sections of the site, short labels, breadcrumbs, and neighbors that stay within a section.

The sections are the captions of the toctrees on the front page, the labels are their titles (``Label <page>``); pages
below them come from their own toctrees. Nothing else says what the menus hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

#: Sections on the bar; the others are behind "More".
ON_BAR = 6
#: Lists of which each page has an index that serves better than a menu.
CLOSED = ("examples/index", "rules/index")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in a menu, its label, and the pages below it."""

    page: str
    label: str
    below: tuple[Entry, ...]

    def path_to(self, page: str) -> tuple[Entry, ...]:
        """The entries that lead to a page, this one first; empty where it is not below."""
        if self.page == page:
            return (self,)
        found = next((path for entry in self.below if (path := entry.path_to(page))), ())
        return (self, *found) if found else ()


@dataclass(frozen=True, slots=True)
class Section:
    """A caption of the front page's toctrees with its entries."""

    label: str
    entries: tuple[Entry, ...]


def sections(env: BuildEnvironment) -> tuple[Section, ...]:
    """All sections, in the order of the front page."""
    root = env.tocs[env.config.root_doc]
    return tuple(
        Section(tree["caption"], tuple(_entries(env, tree)))
        for tree in root.findall(addnodes.toctree)
        if tree["caption"]
    )


def _entries(env: BuildEnvironment, tree: addnodes.toctree) -> Iterator[Entry]:
    for label, page in tree["entries"]:
        below = (entry for inner in env.tocs[page].findall(addnodes.toctree) for entry in _entries(env, inner))
        yield Entry(page, label or env.titles[page].astext(), tuple(below))


class Menus:
    """What the templates of all pages share, computed once."""

    def __init__(self, env: BuildEnvironment) -> None:
        self.sections = sections(env)
        #: page -> its section and the entries that lead to it
        self.places: dict[str, tuple[Section, tuple[Entry, ...]]] = {}
        for section in self.sections:
            for entry in section.entries:
                self._place(section, (entry,))

    def _place(self, section: Section, path: tuple[Entry, ...]) -> None:
        self.places[path[-1].page] = (section, path)
        for entry in path[-1].below:
            self._place(section, (*path, entry))

    def neighbor(self, page: str, step: int) -> Entry | None:
        """The page before (-1) or after (1) in the same section, in the order of its menu."""
        section, path = self.places[page]
        row = [entry for first in section.entries for entry in _flat(first)]
        at = row.index(path[-1]) + step
        return row[at] if 0 <= at < len(row) else None


def _flat(entry: Entry) -> Iterator[Entry]:
    yield entry
    for inner in entry.below:
        yield from _flat(inner)


def menus(app: Sphinx) -> Menus:
    """The menus of this build."""
    made: Menus | None = getattr(app, "refsite_menus", None)
    if made is None:
        made = app.refsite_menus = Menus(app.env)  # type: ignore[attr-defined]
    return made


def place(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Hand sections, path and neighbors to the template."""
    if app.builder.format != "html":
        return
    made = menus(app)
    section, path = made.places.get(page, (None, ()))
    context.update(sections=made.sections, on_bar=ON_BAR, section=section, path=path, closed=CLOSED)
    for name, step in (("prev", -1), ("next", 1)):
        entry = made.neighbor(page, step) if section else None
        context[name] = entry and {"title": entry.label, "link": app.builder.get_relative_uri(page, entry.page)}


def setup(app: Sphinx) -> None:
    """Fill the context of each page."""
    app.connect("html-page-context", place)
