"""What a sheet is made of: questions with four options each, and apart from them the key with arithmetic and reasons."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from j1553ref.errors import J1553Error
from j1553ref.report import help_url

__all__ = ["LETTERS", "SCHEMA_VERSION", "Basis", "ExerciseError", "Mistake", "Option", "Question", "Sheet"]

#: Of the JSON of a sheet; its keys change only with it.
SCHEMA_VERSION = "1"
LETTERS = "ABCD"


class ExerciseError(J1553Error, ValueError):
    """A sheet that cannot be made: an unknown topic or level, a bad count or seed, or too few distinct questions."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake that staff really make: its id and name, the rule that catches it, and why it is wrong.

    ``why`` holds fields in braces, which the question fills with its own figures.
    """

    id: str
    name: str
    rule: str
    why: str

    @property
    def help(self) -> str:
        """The address of the rule's page.

        >>> Mistake("grams", "Grams as units", "UNT002", "").help.endswith("rules/UNT002.html")
        True
        """
        return help_url(self.rule)


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its letter, what it says line by line, and the native claim that it makes, or None.

    A wrong one has the mistake that it makes, and why it is wrong, with the figures of the question.
    """

    letter: str
    lines: tuple[str, ...]
    claim: dict[str, Any] | None
    mistake: Mistake | None = None
    why: str = ""

    @property
    def text(self) -> str:
        """The lines in one.

        >>> Option("A", ("J1553 × 320", "J1553 JW × 30"), None).text
        'J1553 × 320; J1553 JW × 30'
        """
        return "; ".join(self.lines)

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``letter, text, claim``."""
        return {"letter": self.letter, "text": self.text, "claim": self.claim}


@dataclass(frozen=True, slots=True)
class Basis:
    """A fact that an answer is based on: its id and label, the grade of the entry that held, the ids of its sources.

    ``note`` says why a fact that is only inferred may be used all the same; it is empty for any other.
    """

    id: str
    label: str
    grade: str
    sources: tuple[str, ...]
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``id, label, grade, sources, note``."""
        return asdict(self) | {"sources": list(self.sources), "note": self.note or None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question, and what the key says of it. ``on`` is None where the dates are in the situation."""

    number: int
    topic: str
    kind: str
    setting: str
    on: date | None
    situation: str
    ask: str
    options: tuple[Option, ...]
    answer: str
    steps: tuple[str, ...]
    basis: tuple[Basis, ...]

    @property
    def right(self) -> Option:
        """The right option."""
        return self.options[LETTERS.index(self.answer)]

    @property
    def wrong(self) -> tuple[tuple[Option, Mistake], ...]:
        """The wrong options, each with its mistake."""
        return tuple((option, option.mistake) for option in self.options if option.mistake)

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``number, topic, setting, on, situation, question, options``: no answer."""
        return {
            "number": self.number,
            "topic": self.topic,
            "setting": self.setting,
            "on": self.on.isoformat() if self.on else None,
            "situation": self.situation,
            "question": self.ask,
            "options": [option.to_json() for option in self.options],
        }

    def key_to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``number, answer, steps, wrong, facts``.

        Of each wrong option ``letter, mistake, name, why, rule, help``.
        """
        wrong = [
            {"letter": option.letter, "mistake": made.id, "name": made.name}
            | {"why": option.why, "rule": made.rule, "help": made.help}
            for option, made in self.wrong
        ]
        return {
            "number": self.number,
            "answer": self.answer,
            "steps": list(self.steps),
            "wrong": wrong,
            "facts": [basis.to_json() for basis in self.basis],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet of questions with its key. ``on`` is the date of service that was asked for, or None."""

    topic: str
    level: int
    seed: int
    on: date | None
    facts_checked: date
    questions: tuple[Question, ...]

    @property
    def code(self) -> str:
        """Eight characters made from the questions and their answers: equal on a sheet and on the key that fits it."""
        said = [
            [asked.situation, asked.ask, *(option.text for option in asked.options), asked.answer]
            for asked in self.questions
        ]
        return sha256(json.dumps(said).encode()).hexdigest()[:8]

    def to_json(self) -> dict[str, Any]:
        """The sheet as plain data: the head, ``questions``, and ``key`` as an object of its own."""
        *head, key = self.key_to_json().items()
        return dict([*head, ("questions", [asked.to_json() for asked in self.questions]), key])

    def key_to_json(self) -> dict[str, Any]:
        """The key alone as plain data, under the same head."""
        return {
            "schema_version": SCHEMA_VERSION,
            "sheet": self.code,
            "seed": self.seed,
            "topic": self.topic,
            "level": self.level,
            "on": self.on.isoformat() if self.on else None,
            "facts_checked": self.facts_checked.isoformat(),
            "key": {"answers": [asked.key_to_json() for asked in self.questions]},
        }
