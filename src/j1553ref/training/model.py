"""What a sheet is made of: questions with four options each, and apart from them the key with arithmetic and reasons."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from j1553ref.errors import J1553Error
from j1553ref.report import help_url

__all__ = ["LETTERS", "SCHEMA_VERSION", "Basis", "ExerciseError", "Option", "Question", "Sheet", "Wrong"]

#: Of the JSON of a sheet; its keys change only with it.
SCHEMA_VERSION = "1"
LETTERS = "ABCD"


class ExerciseError(J1553Error, ValueError):
    """A sheet that cannot be made: an unknown topic or level, a bad count or seed, or too few distinct questions."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its letter, what it says line by line, and the native claim that it makes, or None."""

    letter: str
    lines: tuple[str, ...]
    claim: dict[str, Any] | None

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
class Wrong:
    """Why one option is wrong: the mistake by id and name, the reason with its figures, the rule that catches it."""

    letter: str
    mistake: str
    name: str
    why: str
    rule: str

    @property
    def help(self) -> str:
        """The address of the rule's page.

        >>> Wrong("B", "grams", "Grams as units", "", "UNT002").help.endswith("rules/UNT002.html")
        True
        """
        return help_url(self.rule)

    def to_json(self) -> dict[str, str]:
        """Plain data with the keys ``letter, mistake, name, why, rule, help``."""
        return asdict(self) | {"help": self.help}


@dataclass(frozen=True, slots=True)
class Basis:
    """A fact that an answer rests on: its id and label, the grade of the entry that held, the ids of its sources.

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
    wrong: tuple[Wrong, ...]
    basis: tuple[Basis, ...]

    @property
    def right(self) -> Option:
        """The right option."""
        return self.option(self.answer)

    def option(self, letter: str) -> Option:
        """The option of a letter."""
        return self.options[LETTERS.index(letter)]

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
        """Plain data with the keys ``number, answer, steps, wrong, facts``."""
        return {
            "number": self.number,
            "answer": self.answer,
            "steps": list(self.steps),
            "wrong": [wrong.to_json() for wrong in self.wrong],
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
