"""The domain: where facts, sources, gaps and rules have their entry, and which page uses which of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.domains import Domain, ObjType
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from j1553ref.facts import FactBase, FactError, load, packaged
from j1553ref.report.roles import known

__all__ = ["KINDS", "ReferenceDomain", "all_facts", "domain_of", "facts", "known", "link"]

logger = logging.getLogger(__name__)
KINDS = ("fact", "source", "gap", "rule", "case")
_FACTS = Path(str(files("j1553ref.facts")))


class ReferenceDomain(Domain):
    """``objects``: (kind, id) -> (page, anchor). ``usage``: page -> kind -> ids, for the tests that govern the site.

    ``worked``: page -> its lists of worked cases, to tell when they would differ. ``payer_rows``: page -> the payers as CSV.
    """

    name = "j1553"
    label = "J1553 reference"
    object_types = {kind: ObjType(kind, kind) for kind in KINDS}  # noqa: RUF012 - as Sphinx declares it
    initial_data = {"objects": {}, "usage": {}, "worked": {}, "payer_rows": {}}  # noqa: RUF012
    data_version = 4

    def define(self, kind: str, name: str, anchor: str, location: Any) -> None:
        """Note where the entry of an id is; a second place is an error."""
        page = self.env.docname
        other = self.data["objects"].setdefault((kind, name), (page, anchor))
        if other != (page, anchor):
            logger.warning("%s %s has its entry in %s already", kind, name, other[0], location=location)

    def use(self, kind: str, *names: str) -> None:
        """Note that the page being read uses these ids."""
        self.data["usage"].setdefault(self.env.docname, {}).setdefault(kind, set()).update(names)

    def clear_doc(self, docname: str) -> None:
        """Forget a page that is read again."""
        self.data["usage"].pop(docname, None)
        self.data["worked"].pop(docname, None)
        self.data["payer_rows"].pop(docname, None)
        for key in [key for key, (page, _) in self.data["objects"].items() if page == docname]:
            del self.data["objects"][key]

    def merge_domaindata(self, docnames: Iterable[str], otherdata: dict[str, Any]) -> None:
        """Take over what a parallel reader noted."""
        pages = set(docnames)
        for noted in ("usage", "worked", "payer_rows"):
            self.data[noted] |= {page: held for page, held in otherdata[noted].items() if page in pages}
        self.data["objects"] |= {key: at for key, at in otherdata["objects"].items() if at[0] in pages}

    def resolve_xref(
        self,
        env: Any,
        fromdocname: str,
        builder: Any,
        typ: str,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """Link to the entry; Sphinx warns where there is none."""
        page, anchor = self.data["objects"].get((typ, target), (None, ""))
        if page is None:
            return None
        return make_refnode(builder, fromdocname, page, anchor, contnode, node.get("reftitle"))

    def resolve_any_xref(self, *args: Any) -> list[tuple[str, nodes.reference]]:
        """Nothing: ids are only found by their own roles."""
        return []

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """For other sites' cross-references; priority -1 keeps them out of the search results."""
        for (kind, name), (page, anchor) in self.data["objects"].items():
            yield name, name, kind, page, anchor, -1


def domain_of(env: BuildEnvironment) -> ReferenceDomain:
    """The domain of this build."""
    found = env.domains["j1553"]
    assert isinstance(found, ReferenceDomain)
    return found


def link(kind: str, name: str, text: str, page: str, title: str = "", classes: str = "") -> pending_xref:
    """A link to the entry of an id; missing entries are warned of with the place of the node."""
    xref = pending_xref(
        "",
        nodes.inline("", text),
        refdomain="j1553",
        reftype=kind,
        reftarget=name,
        refdoc=page,
        refwarn=True,
        refexplicit=True,
        classes=classes.split(),
    )
    if title:
        xref["reftitle"] = title
    return xref


def facts(env: BuildEnvironment, *used: str) -> FactBase:
    """All facts; the page being read then depends on the files of the facts that it uses."""
    base = all_facts(env)
    names = {base.facts[name].file for name in used if name in base.facts}
    for name in names or {"sources.toml", "gaps.toml"}:
        env.note_dependency(str(_FACTS / name))
    if env.config.j1553_facts:
        for path in sorted(Path(env.srcdir, env.config.j1553_facts).rglob("*.toml")):
            env.note_dependency(str(path))
    return base


def all_facts(env: BuildEnvironment) -> FactBase:
    """The packaged facts, with the folder that ``j1553_facts`` of ``conf.py`` names laid over them, if any."""
    folder = env.config.j1553_facts
    return _overlaid(Path(env.srcdir, folder)) if folder else packaged()


@cache
def _overlaid(folder: Path) -> FactBase:
    return load(folder, packaged())


def write_usage(app: Sphinx, error: Exception | None) -> None:
    """Write which page uses which ids beside the built site, as ``<name of its folder>.usage.json``."""
    if error or app.builder.format != "html":
        return
    usage = domain_of(app.env).data["usage"]
    plain = {
        page: {f"{kind}s": sorted(usage.get(page, {}).get(kind, ())) for kind in KINDS}
        for page in sorted(app.env.found_docs)
    }
    out = Path(app.outdir)
    out.with_name(out.name + ".usage.json").write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


def check_facts(app: Sphinx) -> None:
    """Facts that cannot be read end the build in one line before the first page; Sphinx would add a traceback."""
    try:
        all_facts(app.env)
    except FactError as error:
        logger.error("%s", error)
        raise SystemExit(2) from None


def setup(app: Sphinx) -> None:
    """Register the domain."""
    app.add_config_value("j1553_facts", "", "env", types=(str,))
    app.connect("builder-inited", check_facts)
    app.add_domain(ReferenceDomain)
    app.connect("build-finished", write_usage)
