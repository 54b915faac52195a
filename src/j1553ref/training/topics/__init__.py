"""The topics by id. Each has a module that computes its questions, and a TOML file of the same name that holds their words."""

from __future__ import annotations

from j1553ref.training.asking import Template
from j1553ref.training.templates import LEVEL_NAMES, Topic, load

__all__ = ["TOPICS", "templates"]

_NAMES = ("units", "jw-jz", "ndc", "administration", "modifiers", "code-by-date", "home", "sites", "denials")

TOPICS = {name: load(name) for name in _NAMES} | {
    "mixed": Topic("mixed", "Mixed", dict.fromkeys(LEVEL_NAMES, "all topics"), {})
}


def templates(topic_id: str, level: int) -> list[Template]:
    """The templates of a level; those of ``mixed`` are all the others'.

    >>> [template.name for template in templates("denials", 1)]
    ['cause', 'pair']
    """
    chosen = TOPICS.values() if topic_id == "mixed" else [TOPICS[topic_id]]
    return [template for topic in chosen for template in topic.templates.values() if template.level == level]
