"""The roles that pages are written with: how one is spelled, and what it says.

The site makes links and cards of them, the terminal plain text; both take words, target and value from this table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeVar

from j1553ref import rules
from j1553ref.cases import case
from j1553ref.errors import nearest
from j1553ref.facts import FactBase, FactError
from j1553ref.facts.reference import FactSaid, said
from j1553ref.facts.wording import cite, claim_value_text

__all__ = ["ROLES", "Said", "known", "say", "split"]

_WITH_WORDS = re.compile(r"(?P<words>.+?)\s*<(?P<target>[^<>]*)>", re.DOTALL)
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Said:
    """What a role says: the text, whether it is the page's own words, and what the terminal adds in brackets."""

    text: str
    own_words: bool = False
    aside: str = ""
    fact: FactSaid | None = None


def split(content: str) -> tuple[str, str]:
    """The words of the page (or nothing) and the target of a role, from what is between its backticks.

    >>> split("on its own line <discard.jw_line=on a separate line>"), split("unit.size")
    (('on its own line', 'discard.jw_line=on a separate line'), ('', 'unit.size'))
    """
    text = " ".join(content.split())
    found = _WITH_WORDS.fullmatch(text)
    return (found["words"], found["target"]) if found else ("", text)


def say(base: FactBase, name: str, content: str) -> Said:
    """What the role ``name`` says; raises :class:`~j1553ref.errors.J1553Error` for whatever does not exist or fit.

    >>> from j1553ref.facts import packaged
    >>> say(packaged(), "fact", "unit.size").text, say(packaged(), "rule", "JWZ003").text
    ('100 mg', 'JWZ003')
    """
    words, target = split(content)
    return known("role", name, ROLES)(base, target, words)


def known(kind: str, name: str, named: Mapping[str, _Item]) -> _Item:
    """The item of that name; raises :class:`~j1553ref.facts.FactError` with the nearest names.

    >>> known("topic", "untis", {"units": 1})
    Traceback (most recent call last):
    j1553ref.facts.FactError: untis: no such topic; nearest: units
    """
    if name in named:
        return named[name]
    raise FactError(f"{name}: no such {kind}{nearest(name, named)}")


def _fact(base: FactBase, target: str, words: str) -> Said:
    found = said(base, target, words)
    aside = "inferred" if found.entry.grade == "inferred" else ""
    return Said(found.text, bool(words), aside, found)


def _source(base: FactBase, target: str, words: str) -> Said:
    return Said(words or cite(known("source", target, base.documents)), bool(words))


def _gap(base: FactBase, target: str, words: str) -> Said:
    gap = known("gap", target, base.gaps)
    return Said(words or gap.says, bool(words), "" if words else gap.label)


def _rule(base: FactBase, target: str, words: str) -> Said:
    return Said(words or rules.get(target).code, bool(words))


def _cpt(base: FactBase, target: str, words: str) -> Said:
    if words:
        raise FactError(f"{target}: a CPT code is shown by its number, without words")
    if not any(target in f"{fact.id} {entry.value}" for fact in base.facts.values() for entry in fact.history):
        raise FactError(f"{target}: no fact speaks of this CPT code")
    return Said(target)


def _case_value(base: FactBase, target: str, words: str) -> Said:
    slug, _, pointer = target.partition(":")
    keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
    document: Any = case(slug)
    try:
        value = reduce(lambda within, key: within[int(key) if isinstance(within, list) else key], keys, document)
    except (ValueError, LookupError, TypeError):
        raise FactError(f"case {slug}: no value at {pointer or '/'}") from None
    if words or isinstance(value, dict | list) or value is None:
        raise FactError(f"case {slug}: {pointer or '/'} must be one single value, and is shown without words")
    return Said(claim_value_text(keys[-1], value))


#: Every role of a page, with what it says when given the facts, its target and the page's own words for it.
ROLES: dict[str, Callable[[FactBase, str, str], Said]] = {
    "fact": _fact,
    "source": _source,
    "gap": _gap,
    "rule": _rule,
    "cpt": _cpt,
    "case-value": _case_value,
}
