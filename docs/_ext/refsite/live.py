"""The calculator in the page: the form of the composer, and the Python engine and wheel that answer it.

``calculator`` prints the form with what the package offers for each field. The engine's files come from the folder that the
environment names (``J1553REF_ENGINE``, ``J1553REF_LIVE_WHEEL``); without them the site is built all the same, and the form
says that this build has no calculator.
"""

from __future__ import annotations

import json
import os
import shutil
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.osutil import relative_uri

from j1553ref.composing import FIELDS, choices
from refsite.checked import CheckedDirective
from refsite.nodes import el, element

#: What the engine needs of its package, in the order in which it loads them.
FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
#: Where the engine is in the site; what is there says the file beside it, so that no page depends on a version.
_PLACE = "_static/engine/"
#: Fields that stay on this computer between visits, where the reader wants it.
KEPT = ("labeler", "payer", "setting")
#: What nearly every infusion needs, and what is opened where it matters.
_FIELDS = ("dose_mg", "vials", "on", "labeler", "start", "stop", "setting", "payer")
_MORE = ("weight_kg", "g_per_kg", "pauses", "next_day", "off_campus", "is_340b", "stock", "leftover")
_SAID = {
    "yes": "Yes",
    "no": "No",
    "bought": "Bought",
    "free": "Free of charge",
    "discarded": "Discarded",
    "used": "Nothing was discarded",
    "PO": "Off campus, excepted (PO)",
    "PN": "Off campus, not excepted (PN)",
}
_OFFERED: dict[str, tuple[str, ...]] = {
    "next_day": ("no", "yes"),
    "off_campus": ("no", "PO", "PN"),
    "stock": ("bought", "free"),
    "is_340b": ("no", "yes"),
    "leftover": ("discarded", "used"),
}


@cache
def engine() -> dict[str, Any] | None:
    """Folder, wheel and size of the engine; None where the site is built without it."""
    folder, wheel = os.environ.get("J1553REF_ENGINE"), os.environ.get("J1553REF_LIVE_WHEEL")
    if not folder or not wheel:
        return None
    held, packed = Path(folder), Path(wheel)
    missing = [name for name in FILES if not (held / name).is_file()]
    if missing or not packed.is_file():
        raise ExtensionError(
            f"the engine of the calculator lacks {', '.join(missing) or packed.name}: nox -s docs fetches it"
        )
    digest = sha256(packed.read_bytes()).hexdigest()[:8]
    return {
        "folder": held,
        "wheel": packed,
        "place": f"{held.name}/",
        "wheel_name": f"j1553ref-{digest}.whl",
        "total": sum((held / name).stat().st_size for name in FILES) + packed.stat().st_size,
    }


class Calculator(CheckedDirective):
    """The form; what it answers goes into the element ``#composed``, and as JSON into ``#answer``."""

    def render(self) -> list[nodes.Node]:
        """Fields by group, the place of the answer, and what holds without a script."""
        return calculator(self.env)


def calculator(env: BuildEnvironment) -> list[nodes.Node]:
    """The form on the page being read."""
    offered, page = choices(), env.docname
    found = engine()
    if found is None:
        words = "This copy of the site was built without the calculator. The tables on this page give the same answers."
        return [el("section", "composer", el("p", "composer-none", words), id="calculator")]

    def here(place: str) -> str:
        return relative_uri(env.app.builder.get_target_uri(page), place)

    fields, more = ([_field(name, offered) for name in names] for names in (_FIELDS, _MORE))
    groups = [
        el("fieldset", "", el("legend", "", "The infusion"), *fields),
        el(
            "details",
            "composer-more",
            el("summary", "", "By weight, pauses, 340B, off campus, leftover"),
            el("fieldset", "", *more),
        ),
    ]
    buttons = [
        el("button", "composer-copy", "Copy link", type="button"),
        el("button", "composer-print", "Print", type="button"),
        el("button", "composer-reset", "Start over", type="reset"),
    ]
    form = el("form", "composer-form", *groups, el("p", "composer-buttons", *buttons), autocomplete="off")
    without = el(
        "p",
        "composer-without",
        "The calculator needs JavaScript. The tables on this page give the same answers without it.",
    )
    return [
        el(
            "section",
            "composer",
            without,
            form,
            el("p", "composer-state", role="status"),
            el("div", "composed", aria_live="polite", id="composed"),
            el("pre", "no-search", hidden="", id="answer"),
            id="calculator",
            data_about=here(f"{_PLACE}about.json"),
            data_kept=" ".join(KEPT),
        )
    ]


def _field(name: str, offered: dict[str, Any]) -> element:
    """A labeled field with what it expects."""
    label, expects = FIELDS[name]
    options = _options(name, offered)
    if options:
        held = el("select", "", *options, name=name, id=f"composer-{name}", aria_describedby=f"composer-{name}-problem")
    else:
        kind = (
            {"type": "date"}
            if name == "on"
            else {"type": "text", "placeholder": expects.partition("such as ")[2].split(" ")[0].rstrip(",;")}
        )
        mode = {"inputmode": "decimal"} if name in ("weight_kg", "g_per_kg") else {}
        held = el(
            "input", "", name=name, id=f"composer-{name}", aria_describedby=f"composer-{name}-problem", **kind, **mode
        )
    return el(
        "p",
        "composer-field",
        el("label", "", label, **{"for": f"composer-{name}"}),
        held,
        el("span", "composer-problem", id=f"composer-{name}-problem"),
        data_field=name,
    )


def _options(name: str, offered: dict[str, Any]) -> list[element]:
    if name == "setting":
        return [_option(place["id"], place["label"]) for place in offered["settings"]]
    if name == "labeler":
        return [
            _option("", "Both labelers"),
            *(_option(labeler["id"], labeler["label"]) for labeler in offered["labelers"]),
        ]
    if name == "payer":
        groups = [_option("", "Not known")]
        for payer in offered["payers"]:
            own = [_option(part["id"], part["label"]) for part in payer["parts"]]
            groups += [_option(payer["id"], payer["label"])] if not own else []
            groups += (
                [el("optgroup", "", _option(payer["id"], payer["label"]), *own, label=payer["label"])] if own else []
            )
        return groups
    if name in _OFFERED:
        return [
            _option("", ""),
            *(
                _option(value, _SAID[value] if (name, value) != ("off_campus", "no") else "On campus")
                for value in _OFFERED[name]
            ),
        ]
    return []


def _option(value: str, words: str) -> element:
    return el("option", "", words, value=value)


def add_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """The module script on the pages that hold the form."""
    if doctree is None or engine() is None:
        return
    if any("composer" in node["classes"] for node in doctree.findall(element)):
        app.add_js_file("live-composer.js", type="module")


def copy_engine(app: Sphinx, error: Exception | None) -> None:
    """Put engine and wheel into the site, under names that change with what is in them."""
    found = engine()
    if error or found is None or app.builder.format != "html":
        return
    place = Path(app.outdir) / _PLACE
    shutil.rmtree(place, ignore_errors=True)
    (place / found["place"]).mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(found["folder"] / name, place / found["place"] / name)
    shutil.copyfile(found["wheel"], place / found["wheel_name"])
    about = {"engine": found["place"], "wheel": found["wheel_name"], "files": FILES, "total": found["total"]}
    (place / "about.json").write_text(json.dumps(about | {"worker": "../live-worker.js"}) + "\n", encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("calculator", Calculator)
    app.connect("html-page-context", add_script)
    app.connect("build-finished", copy_engine, priority=600)
