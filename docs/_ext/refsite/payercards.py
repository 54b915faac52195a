"""The same answers for each payer, out of ``docs/payers/cards.toml``: a card on the payer's page, a row in the table of all.

``payer-card`` (ids, one or several) and ``payer-matrix``; the table is published as ``payers/payers.csv`` too.
"""

from __future__ import annotations

import csv
import io
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from j1553ref.facts import FactError
from refsite.checked import CheckedDirective
from refsite.domain import all_facts, domain_of
from refsite.nodes import el, element, plain_text

_FILE = "payers/cards.toml"
CSV = "payers/payers.csv"
#: Answer -> its heading, in the order of a card.
ANSWERS = {
    "authorization": "Authorization",
    "site": "Site of care",
    "preferred": "Preferred, step",
    "jw_jz": "JW and JZ",
    "ndc": "NDC",
    "limits": "Limits",
}
#: Mark -> sign and what it means.
MARKS = {
    "required": ("●", "required or restricted"),
    "partly": ("◐", "in part, or it differs"),
    "free": ("○", "not required"),
    "unknown": ("?", "not found"),
}


@cache
def _cards(path: Path) -> tuple[dict[str, Any], ...]:
    held: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["payer"]
    for card in held:
        wrong = [name for name in ANSWERS if card.get(name, [""])[0] not in MARKS]
        if wrong:
            raise FactError(f"{_FILE}: {card.get('id')}: {wrong[0]}: expected one of {', '.join(MARKS)} and words")
    return tuple(held)


class _Cards(CheckedDirective):
    """What both directives share."""

    def cards(self) -> tuple[dict[str, Any], ...]:
        self.env.note_dependency(_FILE)
        return _cards(Path(self.env.srcdir) / _FILE)

    def answer(self, card: dict[str, Any], name: str) -> list[nodes.Node]:
        """Sign and words of one answer."""
        mark, words = card[name]
        sign, meaning = MARKS[mark]
        return [
            el("span", f"sign sign-{mark}", sign, title=meaning, role="img", aria_label=meaning),
            nodes.Text(" "),
            *self.parse_inline(words)[0],
        ]


class PayerCard(_Cards):
    """A card for each payer named."""

    required_arguments = 1
    final_argument_whitespace = True

    def render(self) -> list[nodes.Node]:
        """The cards."""
        known = {card["id"]: card for card in self.cards()}
        wanted = self.arguments[0].split()
        if missing := [name for name in wanted if name not in known]:
            raise FactError(f"payer-card: {missing[0]}: not in {_FILE}; there are {', '.join(known)}")
        return [self._card(known[name], named=len(wanted) > 1) for name in wanted]

    def _card(self, card: dict[str, Any], *, named: bool) -> element:
        rows = [
            el("div", "", el("dt", "", head), el("dd", "", *self.answer(card, name))) for name, head in ANSWERS.items()
        ]
        rows.append(el("div", "", el("dt", "", "Newest evidence"), el("dd", "", *self.parse_inline(card["newest"])[0])))
        gap = all_facts(self.env).gaps[card["call"]]
        domain_of(self.env).use("gap", gap.id)
        rows.append(el("div", "", el("dt", "", "Call and ask"), el("dd", "", gap.ask or gap.confirm)))
        title = [el("p", "card-name", card["name"])] if named else []
        return el("div", "payer-card", *title, el("dl", "", *rows), _legend())


class PayerMatrix(_Cards):
    """All payers: a row each, with the six answers and the newest evidence; links to the pages and to the CSV."""

    option_spec = {"page": directives.unchanged_required}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """The table in a box that scrolls by itself, so that its head and first column stay."""
        heads = ["Payer", *ANSWERS.values(), "Newest evidence; Yimmugo"]
        only = self.options.get("page")
        shown = [card for card in self.cards() if only in (None, card["page"])]
        head = el("thead", "", el("tr", "", *[el("th", "", head, scope="col") for head in heads]))
        rows = [self._row(card) for card in shown]
        table = el("table", "", head, el("tbody", "", *rows))
        scroll = el("div", "payer-matrix", table, tabindex="0", role="region", aria_label="Payers and their answers")
        if only is not None:
            return [_legend(), scroll]
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows([["id", *heads], *map(self._plain, shown)])
        domain_of(self.env).data["payer_rows"][self.env.docname] = text.getvalue()
        here = self.env.app.builder.get_target_uri(self.env.docname)
        return [
            _legend(),
            scroll,
            el("p", "payer-take", el("a", "", "This table as CSV", href=relative_uri(here, CSV), download="")),
        ]

    def _row(self, card: dict[str, Any]) -> element:
        place = "" if card["page"] == self.env.docname.rpartition("/")[2] else f"{card['page']}.html"
        link = el("a", "", card["name"], href=place + (f"#{card['anchor']}" if "anchor" in card else ""))
        cells = [self.answer(card, name) for name in ANSWERS] + [self.parse_inline(card["newest"])[0]]
        return el("tr", "", el("th", "", link, scope="row"), *[el("td", "", *cell) for cell in cells])

    def _plain(self, card: dict[str, Any]) -> list[str]:
        """A row as text: what the mark means, then the words."""
        words = {name: self.parse_inline(card[name][1])[0] for name in ANSWERS} | {
            "newest": self.parse_inline(card["newest"])[0]
        }
        texts = {name: " ".join(plain_text(el("span", "", *found)).split()) for name, found in words.items()}
        cells = [f"{MARKS[card[name][0]][1]}: {texts[name]}" for name in ANSWERS]
        return [card["id"], card["name"], *cells, texts["newest"]]


def _legend() -> element:
    """What the marks mean, in words."""
    parts: list[nodes.Node | str] = []
    for mark, (sign, meaning) in MARKS.items():
        parts += [el("span", f"sign sign-{mark}", sign, aria_hidden="true"), f" {meaning}  "]
    return el("p", "payer-legend no-search", *parts)


def write_csv(app: Sphinx, error: Exception | None) -> None:
    """Write the table of all payers beside its page, with a mark that makes spreadsheets read it as UTF-8."""
    if error or app.builder.format != "html":
        return
    for text in domain_of(app.env).data.get("payer_rows", {}).values():
        (Path(app.outdir) / CSV).write_bytes(b"\xef\xbb\xbf" + text.encode("utf-8"))


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("payer-card", PayerCard)
    app.add_directive("payer-matrix", PayerMatrix)
    app.connect("build-finished", write_csv, priority=500)
