"""One stylesheet, one script and one small icon font for the whole site, made of the theme's and our own.

The theme brings 2.5 MB. Each part that is left out is named here and must be there, so that a new theme fails loudly.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import shutil
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from refsite.shake import shaken

STYLES = (
    "basic.css",
    "styles/pydata-sphinx-theme.css",
    "pygments.css",
    "styles/sphinx-book-theme.css",
    "copybutton.css",
    "j1553.css",
    "training.css",
    "schema.css",
    "computed.css",
    "live.css",
    "payers.css",
    "pictures.css",
)
#: Ours come first: the theme's stops where a browser refuses to store anything, and all behind it with it.
SCRIPTS = (
    "documentation_options.js",
    "finder.js",
    "j1553.js",
    "slides.js",
    "scripts/pydata-sphinx-theme.js",
    "clipboard.min.js",
    "copybutton.js",
)
#: Not needed.
UNUSED_SCRIPTS = ("doctools.js", "sphinx_highlight.js", "scripts/sphinx-book-theme.js")
_FONTS = "vendor/fontawesome/webfonts"
_DROPPED = (
    "scripts/fontawesome.js",
    "scripts/bootstrap.js",
    "scripts/sphinx-book-theme.js",
    "doctools.js",
    "searchtools.js",
    "sphinx_highlight.js",
    "language_data.js",
    f"{_FONTS}/fa-brands-400.woff2",
    f"{_FONTS}/fa-regular-400.woff2",
    "copybutton_funcs.js",
    "check-solid.svg",
    "copy-button.svg",
    "file.png",
    "plus.png",
    "minus.png",
    "styles/theme.css",
    "scripts/bootstrap.js.LICENSE.txt",
    "scripts/fontawesome.js.LICENSE.txt",
    "webpack-macros.html",
    "sbt-webpack-macros.html",
    "images",
    "locales",
)
_NOTICE = re.compile(r"/\*!.*?\*/", re.DOTALL)
_ICON = re.compile(r"\\(f[0-9a-f]{3})\b")


def bundle(app: Sphinx, error: Exception | None) -> None:
    """Write the bundles after the static files were copied; a build that copied none keeps those it has."""
    static = Path(app.outdir) / "_static"
    style, script = static / "styles" / "site.css", static / "scripts" / "site.js"
    if error or app.builder.format != "html" or (style.exists() and not (static / STYLES[1]).exists()):
        return
    missing = [name for name in (*STYLES, *SCRIPTS, *_DROPPED) if not (static / name).exists()]
    if missing:
        raise ExtensionError(f"the theme no longer has {', '.join(missing)}: look at what its pages load now")
    code = ";\n".join((static / name).read_text(encoding="utf-8") for name in SCRIPTS)
    script.write_text(re.sub(r"(?m)^//# sourceMappingURL=.*$", "", code), encoding="utf-8")
    pages = sorted(path for path in Path(app.outdir).rglob("*.html") if static not in path.parents)
    scripts = [path.read_text(encoding="utf-8") for path in (script, *static.glob("*.js"))]
    words, tags = _vocabulary([page.read_text(encoding="utf-8") for page in pages], "\n".join(scripts))
    full = "\n".join((static / name).read_text(encoding="utf-8") for name in STYLES)
    css = _without_fonts(shaken(full, words, tags))
    style.write_text("\n".join([*dict.fromkeys(_NOTICE.findall(full)), css]), encoding="utf-8")
    _subset(static / _FONTS / "fa-solid-900.woff2", {int(point, 16) for point in _ICON.findall(css)})
    for path in [*(static / name for name in (*_DROPPED, *STYLES, *SCRIPTS)), *static.rglob("*.map")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    _stamp(pages, {"styles/site.css": style, "scripts/site.js": script, "_static/early.js": static / "early.js"})


def _vocabulary(pages: list[str], code: str) -> tuple[frozenset[str], frozenset[str]]:
    # What scripts add to a page is somewhere in their text; each word of it counts as used.
    words = set(re.findall(r"[\w-]+", code))
    tags = {"html", "body", "svg", "path", "rect", *re.findall(r"(?:createElement|make)\(\W*(\w+)", code)}
    for page in pages:
        tags.update(re.findall(r"<([a-z][\w-]*)", page))
        for value in re.findall(r"\b(?:class|id)=\"([^\"]*)\"", page):
            words.update(value.split())
    return frozenset(words), frozenset(tags)


def _without_fonts(css: str) -> str:
    return re.sub(
        r"@font-face\{[^}]*\}", lambda m: m[0] if "fa-solid-900" in m[0] and "FontAwesome" not in m[0] else "", css
    )


def _subset(path: Path, points: set[int]) -> None:
    if not points:
        raise ExtensionError("no icon is left in the stylesheet")
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    font = TTFont(path, recalcTimestamp=False)  # the same bytes from every build
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False, name_IDs=["*"])
    work = subset.Subsetter(options)
    work.populate(unicodes=points)
    work.subset(font)
    buffer = io.BytesIO()
    font.flavor = "woff2"
    font.save(buffer)
    path.write_bytes(buffer.getvalue())


def _stamp(pages: list[Path], files: dict[str, Path]) -> None:
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for name, path in files.items():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
            text = re.sub(rf"{re.escape(name)}\?v=\w+", f"{name}?v={digest}", text)
        page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Bundle after the theme has written its last file."""
    app.connect("build-finished", bundle, priority=700)
