"""What the site publishes beside its pages: schemas under stable addresses, sitemap, robots, a 404 page for any depth."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from refsite.harden import POLICY

_LOCAL = re.compile(r'\b(href|src|action|data-content_root)="(?![a-z]+:|/|#)(?:\./)?([^"]*)"')
#: For hosts that read it: the policy of the pages, and what only a header can say.
_HEADERS = f"""/*
  Content-Security-Policy: {POLICY}; frame-ancestors 'self'
  Referrer-Policy: no-referrer
  X-Content-Type-Options: nosniff
"""
_SCHEMA_PATH = re.compile(r"schemas/v[0-9]+/[a-z0-9.-]+\.schema\.json")


def publish(app: Sphinx, error: Exception | None) -> None:
    """Write the files; all addresses are built on ``html_baseurl``."""
    if error or app.builder.format != "html":
        return
    out, address = Path(app.outdir), app.config.html_baseurl
    if not address.endswith("/"):
        raise ExtensionError(f"the site's address must end in a slash: {address}")
    _schemas(Path(app.srcdir).parent / "schemas", out, address)
    _sweep(app, out)
    pages = sorted(page for page in app.env.found_docs if page != "404")
    places = "".join(f"  <url><loc>{escape(address + _target(app, page))}</loc></url>\n" for page in pages)
    (out / "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n',
        encoding="utf-8",
    )
    (out / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {address}sitemap.xml\n", encoding="utf-8")
    (out / "_headers").write_text(_HEADERS, encoding="utf-8")
    (out / ".buildinfo").unlink(missing_ok=True)
    missing = out / "404.html"
    if missing.exists():
        # A server shows this page under the address that was asked for, so its links must not depend on the depth.
        base = urlsplit(address).path
        text = missing.read_text(encoding="utf-8")
        missing.write_text(_LOCAL.sub(lambda m: f'{m[1]}="{base}{m[2]}"', text), encoding="utf-8")


def _sweep(app: Sphinx, out: Path) -> None:
    """Sphinx leaves the page of a source that is gone; it must not be published."""
    wanted = {out / app.builder.get_target_uri(page) for page in (*app.env.found_docs, "search")}
    for folder in {path.parent for path in wanted}:
        for path in set(folder.glob("*.html")) - wanted:
            path.unlink()


def _target(app: Sphinx, page: str) -> str:
    return "" if page == app.config.root_doc else app.builder.get_target_uri(page)


def _schemas(folder: Path, out: Path, address: str) -> None:
    for path in sorted(folder.rglob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        place = schema.get("$id", "")
        if not _SCHEMA_PATH.fullmatch(place):
            raise ExtensionError(f"{path.name}: $id must be relative, such as schemas/v1/{path.name}")
        schema["$id"] = address + place
        target = out / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Publish at the end of the build, before the pages are checked."""
    app.connect("build-finished", publish, priority=600)
