"""A topic from its two files: the module that computes its questions and the TOML of the same name that holds their words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from j1553ref.training.asking import Template
from j1553ref.training.data import read, texts
from j1553ref.training.model import ExerciseError

__all__ = ["LEVEL_NAMES", "Topic", "load", "topic"]

LEVEL_NAMES = {1: "first steps", 2: "everyday", 3: "tricky"}
_WORDS, _BESIDES = ("setting", "situation", "ask"), ("level", "steps", "by", "dated")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: its id and title, what it asks at each level, and its templates by name; ``mixed`` has none of its own."""

    id: str
    title: str
    about: dict[int, str]
    templates: dict[str, Template]


def topic(topic_id: str, data: dict[str, Any], module: ModuleType) -> Topic:
    """A topic from its TOML and its module; raises ExerciseError for a missing text, an unknown key or a missing function."""
    where = f"{topic_id}.toml"
    heads = {"title": data.pop("title", None)}
    levels = data.pop("levels", None)
    [title] = texts(where, heads, ("title",))
    if not isinstance(levels, list) or len(levels) != len(LEVEL_NAMES):
        raise ExerciseError(f"{where}: levels: expected a text for each of {len(LEVEL_NAMES)} levels")
    made = {name: _template(topic_id, name, table, module) for name, table in data.items()}
    return Topic(topic_id, title, dict(zip(LEVEL_NAMES, levels, strict=True)), made)


def _template(topic_id: str, name: str, table: Any, module: ModuleType) -> Template:
    where = f"{topic_id}.toml, {name}"
    setting, situation, ask = texts(where, table, _WORDS, _BESIDES)
    make = getattr(module, table.get("by", name), None)
    steps = table.get("steps")
    if table.get("level") not in LEVEL_NAMES:
        raise ExerciseError(f"{where}: level: expected one of {', '.join(map(str, LEVEL_NAMES))}")
    if not isinstance(steps, list) or not all(isinstance(step, str) for step in steps):
        raise ExerciseError(f"{where}: steps: expected a list of texts")
    if make is None:
        raise ExerciseError(f"{where}: {module.__name__} has no function {table.get('by', name)}")
    return Template(
        topic=topic_id,
        name=name,
        level=table["level"],
        setting=setting,
        situation=situation,
        ask=ask,
        steps=tuple(steps),
        dated=table.get("dated", True),
        make=make,
    )


@cache
def load(topic_id: str) -> Topic:
    """The topic of that id.

    >>> load("jw-jz").title
    'JW and JZ'
    """
    name = topic_id.replace("-", "_")
    return topic(topic_id, read(f"topics/{name}.toml"), import_module(f"j1553ref.training.topics.{name}"))
