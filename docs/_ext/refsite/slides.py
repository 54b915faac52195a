"""``slides``: the cases of a lesson as slides, made of the sections of their own pages; nothing is written twice.

A slide is a box on the page, a sheet in print, and the whole screen when the page is presented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from j1553ref import bill_units, case, check, fact, infusion_codes
from j1553ref.billing import plain
from j1553ref.facts.wording import date_text
from j1553ref.ndc import package
from j1553ref.vials import Vial
from refsite.checked import CheckedDirective
from refsite.doses import vials_text
from refsite.lesson import cases_of, find
from refsite.nodes import el, element, table
from refsite.worked import FOLDER, Worked

#: Lines that a slide holds, and the characters of a line.
_LINES = 15
_WIDTH = 76
_SECTION = re.compile(r"^## (.+)$", re.M)
#: Paragraphs and code blocks.
_BLOCK = re.compile(r"(^```.*?^```$)|\n\n", re.M | re.S)
_SIBLING = re.compile(r"\]\((?=[\w-]+\.md)")
_BOLD = re.compile(r"\*\*.+?\*\*", re.S)
#: Topics of cases that compute something else than units and minutes: their own arithmetic is shown.
_OTHER_ARITHMETIC = {"payment", "authorization", "ndc", "code-by-date", "denials"}
_STEPS = ["Step", "From", "Comes to"]
_HEADS = ["Line", "Code", "Modifiers", "Units", "NDC and quantity"]


class Slides(CheckedDirective):
    """``:::{slides} lesson-30``: the cases that this lesson names, each as a few slides."""

    required_arguments = 1

    def render(self) -> list[nodes.Node]:
        """A section for each case."""
        lesson = Path(self.env.doc2path(self.env.docname)).parent / f"{self.arguments[0]}.md"
        self.env.note_dependency(str(lesson))
        made: list[nodes.Node] = []
        for slug in cases_of(lesson):
            found = find(self.env, slug)
            section = nodes.section("", nodes.title("", found.title), ids=[f"case-{slug}"])
            section += list(self._slides(found))
            made.append(section)
        return made

    def _slides(self, found: Worked) -> Iterator[element]:
        page = Path(self.env.srcdir) / FOLDER / f"{found.slug}.md"
        opening, *parts = _SECTION.split(page.read_text(encoding="utf-8"))
        answer = _BOLD.search(opening)
        text = dict(zip(parts[::2], parts[1::2], strict=True))
        yield self._slide(found, "", f"{text['Situation']}\n\n**{text['The question'].strip()}**")
        steps = arithmetic(case(found.slug)) if found.topics[0] not in _OTHER_ARITHMETIC else []
        if steps:
            yield self._slide(found, "The arithmetic", "", table("slide-claim", _STEPS, steps))
        else:
            for words in slide_texts(text["The arithmetic"]):
                yield self._slide(found, "The arithmetic", words)
        yield self._slide(found, "The claim", answer[0] if answer else "", *_claim(found.slug))
        for words in slide_texts(text["If it were different"]):
            yield self._slide(found, "If it were different", words)

    def _slide(self, found: Worked, heading: str, text: str, *more: nodes.Node) -> element:
        body = self.parse_text_to_nodes(_SIBLING.sub(f"](../{FOLDER}/", text), offset=self.lineno)
        head = [el("p", "slide-case", found.title), *([el("p", "slide-head", heading)] if heading else [])]
        kind = "slide-first" if not heading else "slide-dense" if _lines(text) > _LINES else ""
        # What does not fit is scrolled, and that by the keyboard too.
        return el("div", f"slide {kind}", *head, el("div", "slide-body", *body, *more), tabindex="0")


def slide_texts(text: str) -> Iterator[str]:
    r"""A section cut into texts that fit on a slide; the words before a code block stay with it.

    >>> code = "```{doctest}\n" + ">>> 1\n1\n" * 6 + "```"
    >>> [page.split(".")[0] for page in slide_texts(f"One.\n\n{code}\n\nTwo.\n\n{code}\n\nEnd.\n")]
    ['One', 'Two', 'End']
    """
    held, unit = "", ""
    for block in filter(None, map(str.strip, filter(None, _BLOCK.split(text)))):
        unit += f"{block}\n\n"
        if _lines(unit) < _LINES and not block.startswith("```"):
            continue  # words that may lead to a code block
        if held and _lines(held + unit) > _LINES:
            yield held
            held = ""
        held, unit = held + unit, ""
    if unit and held and _lines(held + unit) > _LINES:
        yield held
        held = ""
    if held + unit:
        yield held + unit


def _lines(text: str) -> int:
    """Lines that a text takes on a slide, about."""
    return sum(1 + len(line) // _WIDTH for line in text.splitlines() if line.strip())


def arithmetic(claim: dict[str, Any]) -> list[list[list[nodes.Node]]]:
    """What the record of a claim comes to, a row for each step; empty where it holds no dose with bought vials.

    >>> for row in arithmetic(case("half-a-unit")):
    ...     print(*[cell.astext() for [cell] in row], sep=" | ")
    Given, May 4, 2026 | 32,450 mg ÷ 100 mg = 324.5, rounded up | 325 units
    Opened | 20 g + 10 g + 5 g | 350 units
    Discarded | 350 − 325 | 25 units
    Infused | 09:00 to 13:00, 240 minutes | 96365 × 1, 96366 × 3
    """
    rows: list[tuple[str, str, str]] = []
    for record in claim.get("administrations", ()):
        if not {"dose_mg", "vials"} <= record.keys() or record.get("stock") == "free":
            return []
        day = record["service_date"]
        given = Decimal(record["dose_mg"])
        vials = [Vial(package(vial["ndc"]).mg, vial["count"], vial["ndc"]) for vial in record["vials"]]
        bill = bill_units(dose_mg=given, vials=vials, on=day)
        unit = fact("unit.size", on=day)
        quotient = plain(given / unit.value)
        rounded = f" = {quotient}, rounded up" if "." in quotient else ""
        start = f"Given, {date_text(date.fromisoformat(day))}"
        rows.append(
            (start, f"{given:,} mg ÷ {unit.value} {unit.fact.unit}{rounded}", f"{bill.administered_units} units")
        )
        rows.append(("Opened", vials_text(bill.vials), f"{bill.total_units} units"))
        left = f"{bill.total_units} − {bill.administered_units}"
        rows.append(("Discarded", left, f"{bill.discarded_units} units"))
        if {"start", "stop"} <= record.keys():
            pauses = [(pause["start"], pause["stop"]) for pause in record.get("pauses", ())]
            done = infusion_codes(
                record["start"], record["stop"], pauses=pauses, next_day=record.get("next_day", False), on=day
            )
            less = ", pauses left out" if pauses else ""
            billed = ", ".join(f"{line.code} × {line.units}" for line in done.lines)
            rows.append(("Infused", f"{record['start']} to {record['stop']}{less}, {done.minutes} minutes", billed))
    return [[[nodes.Text(cell)] for cell in row] for row in rows]


def _claim(slug: str) -> list[nodes.Node]:
    """The lines of the case's claim, and what the checker says of it."""
    claim = case(slug)
    rows = []
    for number, line in enumerate(claim["lines"], 1):
        drug = line.get("drug", {})
        ndc = " ".join(str(drug[key]) for key in ("ndc", "quantity", "unit") if key in drug)
        cells = [
            str(number),
            line.get("procedure_code", line.get("revenue_code", "")),
            " ".join(line.get("modifiers", ())),
            str(line["units"]),
            ndc,
        ]
        rows.append([[nodes.Text(cell)] for cell in cells])
    codes = check(claim).codes
    return [table("slide-claim", _HEADS, rows), el("p", "", f"The checker finds {', '.join(codes) or 'nothing'}.")]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("slides", Slides)
