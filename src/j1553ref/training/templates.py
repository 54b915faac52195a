"""A topic from its two files: the module that computes its questions and the TOML of the same name that holds their words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from types import ModuleType
from typing import Any

from j1553ref.errors import nearest
from j1553ref.training.asking import Row, Template
from j1553ref.training.data import MISTAKES, read, table
from j1553ref.training.model import ExerciseError

__all__ = ["LEVEL_NAMES", "Topic", "load", "topic"]

LEVEL_NAMES = {1: "first steps", 2: "everyday", 3: "tricky"}
_TEXTS = {"setting": str, "situation": str, "ask": str}
_ROWS = {"right": list, "wrong": list, "spare": list}
_QUESTION = {"level": int, **_TEXTS, "steps": list, **_ROWS, "by": str, "with": dict, "dated": bool}
#: Keys of a topic's head that hold for each of its questions, unless the question has its own.
_SHARED = {**_TEXTS, **_ROWS, "steps": list, "dated": bool}


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: its id and title, what it asks at each level, and its templates by name; ``mixed`` has none of its own."""

    id: str
    title: str
    about: dict[int, str]
    templates: dict[str, Template]


def topic(topic_id: str, data: dict[str, Any], module: ModuleType) -> Topic:
    """A topic from its TOML and its module; raises ExerciseError for what is missing, unknown or wrong in them."""
    where = f"{topic_id}.toml"
    head = {key: data.pop(key) for key in ("title", "levels", *_SHARED) if key in data}
    table(where, head, {"title": str, "levels": list, **_SHARED}, _SHARED)
    title, about = head.pop("title"), dict(zip(LEVEL_NAMES, head.pop("levels"), strict=True))
    made = {name: _template(topic_id, name, head, found, module) for name, found in data.items()}
    return Topic(topic_id, title, about, made)


def _template(topic_id: str, name: str, head: dict[str, Any], found: Any, module: ModuleType) -> Template:
    where = f"{topic_id}.toml, {name}"
    table(where, found, _QUESTION, _QUESTION)
    words = table(where, head | found, _QUESTION, ("right", "wrong", "spare", "by", "with", "dated"))
    function, options = words.pop("by", name), words.pop("with", {})
    if words["level"] not in LEVEL_NAMES:
        raise ExerciseError(f"{where}: level: expected one of {', '.join(map(str, LEVEL_NAMES))}")
    if not hasattr(module, function):
        raise ExerciseError(f"{where}: {module.__name__} has no function {function}")
    texts = (*(words.pop(key) for key in _TEXTS), *words.pop("steps"))
    words["right"] = Row("", tuple(words.get("right", ())))
    for key in ("wrong", "spare"):
        words[key] = tuple(_row(f"{where}: {key}", row) for row in words.get(key, ()))
    return Template(
        topic=topic_id,
        name=name,
        words=texts,
        make=partial(getattr(module, function), **options),
        **{"dated": True} | words,
    )


def _row(where: str, row: Any) -> Row:
    if not isinstance(row, list) or not row or not isinstance(row[0], str):
        raise ExerciseError(f"{where}: expected a mistake and what its option is made from, not {row!r}")
    mistake, *words = row
    if mistake not in MISTAKES:
        raise ExerciseError(f"{where}: {mistake}: no such mistake{nearest(mistake, MISTAKES)}")
    figures = words.pop() if words and isinstance(words[-1], dict) else {}
    return Row(mistake, tuple(words), figures)


@cache
def load(topic_id: str) -> Topic:
    """The topic of that id.

    >>> load("jw-jz").title
    'JW and JZ'
    """
    name = topic_id.replace("-", "_")
    return topic(topic_id, read(f"topics/{name}.toml"), import_module(f"j1553ref.training.topics.{name}"))
