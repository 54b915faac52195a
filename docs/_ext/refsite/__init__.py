"""The site's own Sphinx extension: facts with their sources on demand, rules, cases, and pages that a strict policy fits."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from refsite import bundle, cards, cases, domain, doors, footnotes, harden, nodes, page, publish, registers, roles, search, tables


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part."""
    for part in (nodes, domain, footnotes, roles, tables, registers, cards, cases, doors, page, search, publish, bundle, harden):
        part.setup(app)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": False}
