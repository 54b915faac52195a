"""JW or JZ as a tree of questions: each answer leads to the lines of a claim, or on to the next question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from j1553ref.facts import FactBase, packaged
from j1553ref.facts.wording import value_text
from j1553ref.pictures.svg import Picture, line, lines, picture, rect, text

__all__ = ["Question", "jw_or_jz", "tree"]

#: Pixels: left edge, a question's width, the room for the answer between it and what it leads to, that one's width.
_LEFT, _ASK, _GAP, _LEAF = 2, 150, 36, 130
_LEADING, _PAD = 15, 12
#: Letters of a line in a question and in what it leads to.
_ASKED, _SAID = 18, 14


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the answer that leads out of the tree and where to, and the answer that leads on (empty: the same word)."""

    asks: str
    answer: str
    leads_to: str
    otherwise: str


def jw_or_jz(*, on: date | str, facts: FactBase | None = None) -> tuple[tuple[Question, ...], str]:
    """The questions in the order in which a biller asks them, and what is left when all of them lead on.

    Sources: facts ``discard.jw``, ``discard.jz``, ``discard.free_drug_charge``, ``discard.free_drug``, ``discard.jw_line``.

    >>> questions, last = jw_or_jz(on="2026-05-04")
    >>> [question.answer for question in questions], last
    (['no', 'no', 'yes'], 'One line: J1553 with JZ')
    """
    base = facts or packaged()
    jw, jz = (base.on(f"discard.{name}", on).value for name in ("jw", "jz"))
    token = base.on("discard.free_drug_charge", on)
    charge = value_text(token.value, token.fact.unit)
    questions = (
        Question(
            "Medicare Part B, or a payer that asks for JW and JZ?",
            "no",
            f"Ask the payer: no {jw} or {jz} by habit",
            "yes",
        ),
        Question("Did you buy the drug?", "no", f"J1553 at {charge}, no {jw}, no {jz}", "yes"),
        Question(
            "Is one whole unit or more left in the opened vials?",
            "yes",
            f"Two lines: J1553 for the dose, J1553 {jw} for the waste",
            "no",
        ),
    )
    return questions, f"One line: J1553 with {jz}"


def tree(*, on: date | str, name: str = "tree", facts: FactBase | None = None) -> Picture:
    """The tree of :func:`jw_or_jz` on a date of service."""
    questions, last = jw_or_jz(on=on, facts=facts)
    shapes: list[str] = []
    y = 2
    for question in questions:
        asked, leaf = lines(question.asks, _ASKED), lines(question.leads_to, _SAID)
        height = max(len(asked), len(leaf)) * _LEADING + 2 * _PAD
        middle = y + height // 2
        shapes += _box("ask", _LEFT, y, _ASK, height, asked)
        right = _LEFT + _ASK + _GAP
        shapes += _box("leaf", right, y, _LEAF, height, leaf)
        shapes += _way(_LEFT + _ASK, middle, right, middle)
        shapes.append(text(question.answer, _LEFT + _ASK + _GAP // 2 - 3, middle - 6, "label strong"))
        down = _LEFT + _ASK // 2
        shapes += _way(down, y + height, down, y + height + 34)
        shapes.append(text(question.otherwise, down + 8, y + height + 20, "label strong", anchor="start"))
        y += height + 34
    end = lines(last, _ASKED)
    height = len(end) * _LEADING + 2 * _PAD
    shapes += _box("leaf", _LEFT, y, _ASK, height, end)
    words = " ".join(
        f"{asked.asks} If {asked.answer}: {asked.leads_to}. If {asked.otherwise}, go on." for asked in questions
    )
    size = (_LEFT + _ASK + _GAP + _LEAF + 2, y + height + 2)
    return picture(name, "JW or JZ: which line for what is left", f"{words} Then: {last}.", size, shapes, kind="tree")


def _box(kind: str, x: int, y: int, width: int, height: int, words: list[str]) -> list[str]:
    start = y + (height - len(words) * _LEADING) // 2 + 12
    label = "label strong" if kind == "leaf" else "label"
    rows = [text(row, x + 10, start + at * _LEADING, label, anchor="start") for at, row in enumerate(words)]
    return [rect(kind, x, y, width, height, round_by=8), *rows]


def _way(x: int, y: int, to_x: int, to_y: int) -> list[str]:
    """A straight arrow, to the right or down."""
    across = to_y == y
    tip = f"{to_x},{to_y} {to_x - 8},{to_y - 5} {to_x - 8},{to_y + 5}"
    if not across:
        tip = f"{to_x},{to_y} {to_x - 5},{to_y - 8} {to_x + 5},{to_y - 8}"
    return [line("arrow", x, y, to_x - 6 * across, to_y - 6 * (not across)), f'<polygon class="mark" points="{tip}"/>']
