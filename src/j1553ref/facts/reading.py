"""Facts files to facts: reads a folder of ``*.toml`` and refuses in one line what is not in their form."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import Any

from j1553ref.errors import nearest
from j1553ref.facts.model import DATED_BY, GRADES, Document, Entry, Fact, FactBase, FactError, Gap, SourceRef
from j1553ref.facts.profiles import check_profile

__all__ = ["deep_key", "read"]

# Any other key is refused: a mistyped one would silently change the meaning.
_FACT_KEYS = {"label", "unit", "binds", "gap", "history"}
_ENTRY_KEYS = {
    "from",
    "observed",
    "dated_by",
    "known_until",
    "value",
    "ended",
    "agreeing",
    "checked",
    "note",
    "sources",
}
#: Bounds of a folder that somebody else may have written.
_MOST_FILES, _LONGEST_FILE, _LONGEST_TEXT = 500, 1024 * 1024, 5_000
_MOST_DOTS, _MOST_PLACES, _FIRST_YEAR, _LAST_YEAR = 40, 15, 1900, 2199
_DEEP_KEY = re.compile(
    rb"""(?<![A-Za-z0-9_-])(?:(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){%d}""" % _MOST_DOTS
)
#: A table nested deeper is no fact any more, and a hostile file must not exhaust the stack.
_DEEPEST = 10


def read(folder: Traversable | Path, base: FactBase | None) -> FactBase:
    """What :func:`j1553ref.facts.load` does."""
    facts: dict[str, Fact] = dict(base.facts) if base else {}
    gaps: dict[str, Gap] = dict(base.gaps) if base else {}
    documents: dict[str, Document] = dict(base.documents) if base else {}
    own: dict[str, tuple[Fact, str]] = {}
    for name, data in _documents(folder):
        if name == "gaps.toml":
            gaps |= {key: _record(Gap, key, value, name) for key, value in data.items()}
        elif name == "sources.toml":
            documents |= {key: _record(Document, key, value, name) for key, value in data.items()}
        else:
            for new in _facts(data, name):
                if new.id in own:
                    raise FactError(f"{name}: {new.id} appears twice")
                own[new.id] = new, name
                if base is not None:
                    _fits(new, facts, name)
                facts[new.id] = _overlay(facts[new.id], new) if new.id in facts else new
    for new, name in own.values():
        _refers(new, name, FactBase(facts, gaps, documents))
    return FactBase(facts, gaps, documents)


def _documents(folder: Traversable | Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        found = list(_toml_files(folder))
    except OSError:
        raise FactError("the facts folder cannot be read: give a folder that holds *.toml files") from None
    if not found:
        raise FactError("the facts folder holds no *.toml file")
    if len(found) > _MOST_FILES:
        raise FactError(f"the facts folder holds more than {_MOST_FILES} *.toml files")
    for name, item in found:
        try:
            data = tomllib.loads(_content(item, name), parse_float=_decimal)
            _bounded(data, name)
            yield name, data
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise FactError(f"{name}: not readable as TOML: {error}") from None
        except ValueError:
            raise FactError(f"{name}: not readable as TOML: a number or date that cannot be") from None
        except (OSError, RecursionError):
            raise FactError(f"{name}: cannot be read") from None


def _content(item: Traversable | Path, name: str) -> str:
    """The text of a regular file of bounded size: reading a pipe or a device might never end."""
    if not item.is_file():
        raise FactError(f"{name}: not a plain file; facts are read from plain files")
    with item.open("rb") as stream:
        data = stream.read(_LONGEST_FILE + 1)
    if len(data) > _LONGEST_FILE:
        raise FactError(f"{name}: more than {_LONGEST_FILE:,} bytes")
    if deep_key(data):
        raise FactError(f"{name}: a key of more than {_MOST_DOTS} parts")
    return data.decode("utf-8")


def deep_key(data: bytes) -> bool:
    """Whether a TOML text has a dotted key so long that parsing it would take memory by the square of its length.

    >>> deep_key(b"a.b.c = 1"), deep_key(b"a." * 1000 + b"a = 1")
    (False, True)
    """
    return _DEEP_KEY.search(data) is not None


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or not -_MOST_PLACES < number.adjusted() < _MOST_PLACES or len(text) > 2 * _MOST_PLACES:
        raise ValueError
    return number


def _bounded(value: Any, name: str, depth: int = 0) -> None:
    """Refuses what no fact holds, whatever its place: deep nesting, huge numbers, far dates, unprintable characters."""
    if depth > 2 * _DEEPEST:
        raise FactError(f"{name}: nested too deep for a facts file")
    if isinstance(value, dict):
        for key, inner in value.items():
            _bounded(key, name, depth)
            _bounded(inner, name, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _bounded(inner, name, depth + 1)
    elif isinstance(value, str):
        if not value.isprintable() or len(value) > _LONGEST_TEXT:
            raise FactError(
                f"{name}: a text of more than {_LONGEST_TEXT:,} characters, or with a control character in it"
            )
    elif isinstance(value, date) and not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise FactError(f"{name}: the year {value.year}; expected {_FIRST_YEAR} to {_LAST_YEAR}")
    elif isinstance(value, int) and abs(value) >= 10**_MOST_PLACES:
        raise FactError(f"{name}: a number of more than {_MOST_PLACES} digits")


def _toml_files(folder: Traversable | Path) -> Iterator[tuple[str, Traversable | Path]]:
    for item in sorted(folder.iterdir(), key=lambda path: path.name):
        if item.name.endswith(".toml"):
            yield item.name, item
        elif item.name == "payers" and item.is_dir():
            for name, inner in _toml_files(item):
                yield f"payers/{name}", inner


def _record(kind: type[Any], key: str, table: Any, file: str) -> Any:
    try:
        if not all(isinstance(value, date if name == "seen" else str) for name, value in table.items()):
            raise TypeError
        return kind(key, **table)
    except (TypeError, AttributeError):
        wanted = ", ".join(field.name for field in fields(kind) if field.name != "id")
        raise FactError(f"{file}: {key}: expected a table with the keys {wanted}") from None


def _facts(data: Mapping[str, Any], file: str, path: tuple[str, ...] = ()) -> Iterator[Fact]:
    for key, value in data.items():
        here = (*path, key)
        if not isinstance(value, dict) or len(here) > _DEEPEST:
            raise FactError(f"{file}: {'.'.join(here)}: expected a table that ends in a history")
        if "history" in value:
            yield _fact(".".join(here), value, file)
        else:
            yield from _facts(value, file, here)


def _fact(fact_id: str, table: Mapping[str, Any], file: str) -> Fact:
    try:
        _only(table, _FACT_KEYS)
        entries = table["history"]
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise ValueError(f"the history must be a list of tables; head each entry with [[{fact_id}.history]]")
        if not entries:
            raise ValueError("the history must have at least one entry")
        history = tuple(_entry(entry) for entry in entries)
        _in_order(history)
        return Fact(
            id=fact_id,
            label=_text(table, "label"),
            unit=_text(table, "unit", ""),
            binds=_names(table.get("binds", [])),
            gap=_text(table, "gap", ""),
            history=history,
            file=file,
        )
    except ValueError as error:
        raise FactError(f"{file}: {fact_id}: {error}") from None


def _in_order(history: tuple[Entry, ...]) -> None:
    for earlier, later in pairwise(history):
        if later.start > earlier.start:
            continue
        if earlier is history[0] and not earlier.dated and later.dated and later.start < earlier.start:
            raise ValueError(
                f"the change from {later.start} lies before the entry above it, observed {earlier.start}; write there"
                f" observed = {later.start - timedelta(days=1)}: a first entry answers for all earlier dates, and checked"
                " keeps the day on which it was seen"
            )
        raise ValueError(
            f"the entry of {later.start} comes after that of {earlier.start}; entries go from the oldest to the newest,"
            " one for a date"
        )


def _entry(table: dict[str, Any]) -> Entry:
    _only(table, _ENTRY_KEYS)
    ended = _flag(table, "ended")
    if ("from" in table) == ("observed" in table):
        raise ValueError("an entry has either from or observed")
    if ended == ("value" in table):
        raise ValueError("an entry has either a value or ended = true")
    start = _day(table, "from" if "from" in table else "observed")
    dated_by = _text(table, "dated_by", "")
    if "dated_by" in table and ("from" not in table or dated_by not in DATED_BY):
        raise ValueError(f"dated_by says what the date of from is: {', '.join(DATED_BY)}")
    until = _day(table, "known_until") if "known_until" in table else None
    if until is not None and until < start:
        raise ValueError("known_until lies before the entry's own date")
    sources = table.get("sources")
    if not isinstance(sources, list) or not sources:
        raise ValueError("an entry needs at least one source")
    return Entry(
        start=start,
        dated="from" in table,
        dated_by=dated_by,
        value=_frozen(table.get("value")),
        known_until=until,
        ended=ended,
        sources=tuple(_source(source) for source in sources),
        checked=_day(table, "checked"),
        agreeing=_flag(table, "agreeing"),
        note=_text(table, "note", ""),
    )


def _source(table: Any) -> SourceRef:
    if not isinstance(table, dict) or set(table) != {"id", "locator", "grade"}:
        raise ValueError("a source has exactly id, locator and grade")
    if table["grade"] not in GRADES:
        raise ValueError(f"a grade is one of {', '.join(GRADES)}")
    return SourceRef(_text(table, "id"), _text(table, "locator"), table["grade"])


def _only(table: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(table) - known):
        raise ValueError(f"unknown key {unknown[0]}; expected {', '.join(sorted(known))}")


def _text(table: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise ValueError(f"{key} must be a text")
    return value


def _day(table: Mapping[str, Any], key: str) -> date:
    value = table.get(key)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"{key} must be a date, such as 2026-05-01, without quotes and without a time")
    return value


def _flag(table: Mapping[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError("binds must be a list of payer ids")
    return tuple(value)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


#: What a code is written like: another value of the same fact is written so too.
_SHAPES = tuple(map(re.compile, ("[0-9]{11}", "[A-Z0-9][0-9]{4}", "[0-9]{4}-[0-9]{2}-[0-9]{2}")))
#: What a folder may add: tables of a payer or a quarter, and further members of a family.
_OPEN = (
    "profile.",
    "payment.limit",
    "payer.",
    "payer_part.",
    "product.package.",
    "code.predecessor.",
    "modifier.",
    "related.",
    "related_opps.",
)


def _fits(new: Fact, known: Mapping[str, Fact], file: str) -> None:
    """Refuses an overlay that names no known fact, or gives a value of another kind than the fact has."""
    old = known.get(new.id)
    if old is None and not new.id.startswith(_OPEN):
        raise FactError(f"{file}: {new.id}: no such fact to lay entries over{nearest(new.id, known)}")
    family = new.id.rpartition(".")[0] + "."
    alike = [old] if old else [fact for fact in known.values() if fact.id.rpartition(".")[0] + "." == family]
    likes = [entry.value for fact in alike for entry in reversed(fact.history) if not entry.ended]
    if new.id.startswith("profile."):  # their kinds are in the schema, and checked with it
        likes = []
    if new.id.startswith("payment.limit"):  # also a share with decimals, the limit alone, or not listed
        likes += [{"limit": Decimal(1), "coinsurance": Decimal(1)}, {"limit": Decimal(1)}, {"listed": False}]
    if new.id.startswith("product.package."):  # the list that holds a package need not be known
        likes += [{key: value for key, value in like.items() if key != "listed_by"} for like in likes]
    for entry in new.history:
        if not entry.ended and likes and not any(_same_kind(entry.value, like) for like in likes):
            raise FactError(f"{file}: {new.id}: expected a value like {likes[0]!r}")
    if old is None:
        return
    first = old.history[0]
    starts = [entry.start for entry in new.history]
    for entry in new.history:
        if not first.dated and entry.dated and entry.start < first.start and first.start not in starts:
            raise FactError(
                f"{file}: {new.id}: the change from {entry.start} lies before the entry observed {first.start}, which"
                f" would undo it; add an entry with from = {first.start} and the new value, to replace that one"
            )


def _same_kind(value: Any, like: Any) -> bool:
    """Whether a value has the kind of another one, to its last field: type, sign, keys, and the shape of a code."""
    if isinstance(like, bool) or isinstance(value, bool):
        return isinstance(like, bool) and isinstance(value, bool)
    if isinstance(like, int | Decimal):
        whole = isinstance(value, int) or (isinstance(like, Decimal) and isinstance(value, Decimal))
        return whole and (value > 0 or like <= 0)
    if isinstance(like, str):
        shape = next((shape for shape in _SHAPES if shape.fullmatch(like)), None)
        return (
            isinstance(value, str) and (value != "" or like == "") and (shape is None or bool(shape.fullmatch(value)))
        )
    if isinstance(like, tuple) and isinstance(value, tuple):
        return bool(value) >= bool(like) and all(any(_same_kind(item, one) for one in like) for item in value)
    if isinstance(like, dict) and isinstance(value, dict):
        return value.keys() == like.keys() and all(_same_kind(value[key], like[key]) for key in like)
    return type(value) is type(like)


def _refers(fact: Fact, file: str, base: FactBase) -> None:
    """Refuses a fact that names what does not exist, or says of a payer what no rule understands."""
    named = {source.id for entry in fact.history for source in entry.sources}
    try:
        for source in sorted(named - base.documents.keys()):
            raise ValueError(f"no source {source} in sources.toml{nearest(source, base.documents)}")
        if fact.gap and fact.gap not in base.gaps:
            raise ValueError(f"no gap {fact.gap} in gaps.toml{nearest(fact.gap, base.gaps)}")
        if fact.id in ("product.vial_sizes", "unit.size"):
            _sizes_fit(base)
        if fact.id.startswith("profile."):
            check_profile(fact, base.facts)
    except ValueError as error:
        raise FactError(f"{file}: {fact.id}: {error}") from None


def _sizes_fit(base: FactBase) -> None:
    """Refuses vials that hold less than one unit, whatever the dates: no set of them makes whole units."""
    sizes, units = (
        [entry.value for entry in base.facts[name].history if not entry.ended] if name in base.facts else []
        for name in ("product.vial_sizes", "unit.size")
    )
    if sizes and units and min(map(min, sizes)) < max(units):
        raise ValueError(
            f"a vial holds at least one unit, {max(units)} mg; the smallest here has {min(map(min, sizes))} mg"
        )


def _overlay(old: Fact, new: Fact) -> Fact:
    merged = {entry.start: entry for entry in (*old.history, *new.history)}
    history = tuple(merged[start] for start in sorted(merged))
    return Fact(
        id=old.id,
        label=new.label,
        unit=new.unit or old.unit,
        binds=new.binds or old.binds,
        gap=new.gap or old.gap,
        history=history,
        file=old.file,
    )
