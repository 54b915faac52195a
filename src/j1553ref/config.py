"""The configuration of ``check`` and ``units``: ``j1553ref.toml``, or ``[tool.j1553ref]`` in ``pyproject.toml``.

``schemas/config.schema.json`` describes it and this module reads it. The first mistake is reported in one line with
its file and line number; nothing is guessed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from j1553ref.errors import J1553Error, nearest
from j1553ref.facts import FactBase, packaged
from j1553ref.facts.reading import deep_key
from j1553ref.ndc import labelers
from j1553ref.payers import PayerError, parse_payer
from j1553ref.redaction import one_line
from j1553ref.rules import FAMILIES, RuleError, matching
from j1553ref.rules.base import SEVERITIES
from j1553ref.suppression import Suppression

__all__ = ["KEYS", "SUPPRESS_KEYS", "Config", "ConfigError", "Source", "find", "load", "parse"]

#: Looked for in this order in each folder.
NAMES = ("j1553ref.toml", "pyproject.toml")
#: The table that holds the configuration in a pyproject.toml.
_TABLE = ("tool", "j1553ref")
#: The search ends at a folder that holds one of these.
_REPOSITORIES = (".git", ".hg")
#: The most bytes that are read. A configuration has about a hundred lines, and parsing one hostile key is quadratic.
_LIMIT = 64 * 1024
_LONGEST_PYPROJECT = 4 * 1024 * 1024
#: The most prefixes of the text that are parsed to find one line.
_TRIES = 200

_CODE = re.compile(rf"({'|'.join(FAMILIES)})[0-9]{{0,3}}")
_PAYER = re.compile(r"[A-Za-z]+(-[A-Za-z]+){0,4}(:[0-9A-Za-z]+(-[0-9A-Za-z]+){0,6})?")
_LABELER = re.compile(r"[0-9]{5}")
_SIZE = re.compile(r"[1-9][0-9]{0,2} ?g")
_PATTERN = re.compile(r".*[^./].*", re.DOTALL)
_POINTER = re.compile(r"(/[^/]*)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

#: The path of a key from the top of the file: names, and indexes in a list.
_Way = tuple[str | int, ...]


class ConfigError(J1553Error, ValueError):
    """A configuration that cannot be used; its text is one line with file and line."""


class _Wrong(Exception):  # noqa: N818 - internal signal
    """A value is not what its key wants; the text says what is expected."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text that a configuration was read from, what messages call it, and the table that holds it.

    >>> Source("j1553ref.toml", 'payer = "cigna"\\nselect = ["JWZ"]').where(("select",))
    'j1553ref.toml:2'
    """

    name: str
    text: str
    under: tuple[str, ...] = ()

    def where(self, path: _Way) -> str:
        """File and line of the value under a path; the file alone where the line cannot be found.

        tomllib gives no line numbers, so this parses growing prefixes until the key appears.
        """
        whole = (*self.under, *path)
        key = next((step for step in reversed(whole) if isinstance(step, str)), "")
        lines = self.text.split("\n")
        tries = iter(range(_TRIES))
        for number, line in enumerate(lines, 1):
            if key not in line:
                continue
            for end in range(number, len(lines) + 1):  # a value may run over several lines
                if next(tries, None) is None:
                    return self.name
                try:
                    known = tomllib.loads("\n".join(lines[:end]))
                except (ValueError, RecursionError):
                    continue
                if _reaches(known, whole):
                    return f"{self.name}:{number}"
                break
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a configuration says; a key that it leaves out is ``None`` or empty.

    >>> config = parse('stocked_vials = ["20g", "10g"]', name="j1553ref.toml")
    >>> config.stocked_vials, config.payer, config.where("stocked_vials")
    (('20g', '10g'), None, 'j1553ref.toml:1')
    """

    payer: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_level: str | None = None
    facts: str | None = None
    stocked_vials: tuple[str, ...] = ()
    labeler: str | None = None
    show_not_checked: bool | None = None
    suppress: tuple[Suppression, ...] = ()
    source: Source | None = field(default=None, repr=False)

    def where(self, *path: str | int) -> str:
        """File and line of a key, such as ``"select"`` or ``"suppress", 0``; empty where there is no file."""
        return self.source.where(path) if self.source else ""


#: Makes the facts from the ``facts`` value of a configuration; they decide which payers exist.
FactsOf = Callable[[str | None], FactBase]


def _packaged(_: str | None) -> FactBase:
    return packaged()


def find(folder: Path, *, facts_of: FactsOf = _packaged) -> Config:
    """The configuration that holds in a folder: the nearest one, upward to the repository's root or the home folder.

    In one folder ``j1553ref.toml`` takes precedence over ``pyproject.toml``, which counts only where it has the table.
    Where there is no file the configuration is empty. ``facts_of`` makes the facts from the folder that the
    configuration names; they decide which payers exist. Raises :class:`ConfigError` for a file that cannot be used.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "j1553ref.toml").write_text('select = ["JWZ"]', encoding="utf-8")
    ...     Path(folder, "claims").mkdir()
    ...     find(Path(folder, "claims")).select
    ('JWZ',)
    """
    for candidate in (folder, *folder.parents):
        for name in NAMES:
            if _is_there(candidate / name) and (found := _load(candidate / name, facts_of, needed=False)) is not None:
                return found
        if candidate == _home() or any(_is_there(candidate / name) for name in _REPOSITORIES):
            break
    return Config()


def load(path: Path, *, facts_of: FactsOf = _packaged) -> Config:
    """The configuration of one file: the table of a ``pyproject.toml``, the whole of any other file.

    Raises :class:`ConfigError` for a file that is missing or cannot be used, and for a ``pyproject.toml`` without the table.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "strict.toml").write_text('fail_level = "info"', encoding="utf-8")
    ...     load(Path(folder, "strict.toml")).fail_level
    'info'
    """
    found = _load(path, facts_of, needed=True)
    assert found is not None
    return found


def parse(
    text: str,
    *,
    name: str,
    folder: Path | None = None,
    under: tuple[str, ...] = (),
    facts_of: FactsOf = _packaged,
) -> Config:
    """The configuration in a TOML text; ``name`` is what messages call it, ``under`` the table that holds it.

    >>> parse('payer = "medicare-ab"\\nselect = ["JWZ"]', name="j1553ref.toml").select
    ('JWZ',)
    >>> parse('fail_levle = "warning"', name="j1553ref.toml")
    Traceback (most recent call last):
    j1553ref.config.ConfigError: j1553ref.toml:1: fail_levle: no such key; nearest: fail_level
    """
    return _config(_table(_toml(text, name), under) or {}, Source(name, text, under), folder, facts_of)


def _config(table: Mapping[str, Any], source: Source, folder: Path | None, facts_of: FactsOf) -> Config:
    try:
        # First how everything is written, then whether the rules and payers exist.
        values = _read(table, KEYS, ())
        entries = [_suppression(found, ("suppress", index)) for index, found in enumerate(values.get("suppress", ()))]
        for key in ("select", "ignore"):
            for code in values.get(key, ()):
                _exists(code, (key,))
        if "facts" in values and folder is not None:
            values["facts"] = _folder(folder, values["facts"])

        def payer(text: str, path: _Way) -> str:
            try:
                return parse_payer(text, facts_of(values.get("facts"))).id
            except PayerError as error:
                raise _Fault(path, str(error)) from None

        if "payer" in values:
            values["payer"] = payer(values["payer"], ("payer",))
        known = labelers(facts=facts_of(values.get("facts"))) if "labeler" in values else ()
        if known and values["labeler"] not in known:
            raise _Fault(("labeler",), f"labeler: not one of Yimmugo's, which are {', '.join(known)}")
        for index, entry in enumerate(entries):
            _exists(entry["code"], ("suppress", index, "code"))
            if "payer" in entry:
                entry["payer"] = payer(entry["payer"], ("suppress", index, "payer"))
        values["suppress"] = tuple(Suppression(**entry) for entry in entries)
    except _Fault as fault:
        raise ConfigError(f"{source.where(fault.path)}: {fault}") from None
    return Config(**values, source=source)


# -- the values ---------------------------------------------------------------------------------------------------


def _text(expected: str, pattern: re.Pattern[str] | None = None, most: int = 300) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= most or (pattern and not pattern.fullmatch(value)):
            raise _Wrong(expected)
        return value

    return read


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in allowed:
            raise _Wrong(f"one of {', '.join(allowed)}")
        return str(value)

    return read


def _list(expected: str, pattern: re.Pattern[str], least: int) -> Callable[[Any], tuple[str, ...]]:
    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) < least:
            raise _Wrong(expected)
        if not all(isinstance(item, str) and pattern.fullmatch(item) for item in value):
            raise _Wrong(expected)
        return tuple(value)

    return read


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("true or false, without quotes")
    return value


def _day(value: Any) -> date:
    """A date of TOML, or its text."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _Wrong("a date of service, such as 2026-06-30")
    return value


def _reason(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 300 or value[0] == " " or _CONTROL.search(value):
        raise _Wrong('one line that says why, such as "no 5 g vials in stock"')
    return value


def _pointer(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 300 or not _POINTER.fullmatch(value):
        raise _Wrong('a JSON Pointer as the report prints it, such as "/lines/0/units"')
    return value


def _tables(value: Any) -> list[Any]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise _Wrong("[[suppress]] entries, each with code and reason")
    return value


_CODES = 'a list of rules or families, such as ["JWZ", "UNT002"]'
#: The keys of a configuration, and those of one ``[[suppress]]`` entry, each with its reader.
KEYS: Mapping[str, Callable[[Any], Any]] = {
    "payer": _text('a payer id, such as "medicare-ab:ngs"', _PAYER, 60),
    "select": _list(_CODES, _CODE, 1),
    "ignore": _list(_CODES, _CODE, 0),
    "fail_level": _one_of(*SEVERITIES),
    "facts": _text("a folder of dated fact files, from the folder of this file"),
    "show_not_checked": _flag,
    "stocked_vials": _list('a list of vial sizes, such as ["20g", "10g"]', _SIZE, 1),
    "labeler": _text('the five digits of a labeler, such as "83372"', _LABELER, 5),
    "suppress": _tables,
}
SUPPRESS_KEYS: Mapping[str, Callable[[Any], Any]] = {
    "code": _text('a rule or family, such as "JWZ007"', _CODE),
    "reason": _reason,
    "payer": _text('a payer id, such as "medicare-ab:ngs"', _PAYER, 60),
    "path": _text('a file pattern, such as "claims/*.json"', _PATTERN),
    "pointer": _pointer,
    "until": _day,
}
_REQUIRED = ("code", "reason")


class _Fault(Exception):  # noqa: N818 - internal signal
    """A mistake, and the path of its key."""

    def __init__(self, path: _Way, message: str) -> None:
        super().__init__(message)
        self.path = path


def _read(table: Mapping[str, Any], keys: Mapping[str, Callable[[Any], Any]], under: _Way) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in keys:
            hint = nearest(key, keys, else_say=f"; there are {', '.join(keys)}")
            raise _Fault((*under, key), f"{_shown(key)}: no such key{hint}")
        try:
            found[key] = keys[key](value)
        except _Wrong as wrong:
            raise _Fault((*under, key), f"{key}: expected {wrong}") from None
    return found


def _suppression(table: Any, here: _Way) -> dict[str, Any]:
    entry = _read(table, SUPPRESS_KEYS, here)
    if absent := next((key for key in _REQUIRED if key not in entry), None):
        raise _Fault(here, f"suppress: an entry without {absent}; expected code and reason")
    return entry


def _exists(code: str, path: _Way) -> None:
    try:
        matching((code,))
    except RuleError as error:
        raise _Fault(path, str(error)) from None


def _folder(start: Path, name: str) -> str:
    found = start / name
    try:
        there = found.is_dir()
    except (OSError, ValueError):
        there = False
    if not there:
        raise _Fault(("facts",), "facts: no such folder; it is looked for from the folder of this file")
    return str(found)


def _shown(key: str) -> str:
    return one_line(key[:40]) or '""'


# -- the file -----------------------------------------------------------------------------------------------------


def _load(path: Path, facts_of: FactsOf, *, needed: bool) -> Config | None:
    name = _name(path)
    if path.name != "pyproject.toml":
        return parse(_text_of(path, _content(path)), name=name, folder=path.parent, facts_of=facts_of)
    # A pyproject.toml that does not mention us is not checked, whatever its length or encoding.
    data = _content(path, _LONGEST_PYPROJECT)
    text = _text_of(path, data) if _TABLE[1].encode() in data else ""
    if text and _reaches(known := _toml(text, name), _TABLE):
        source, table = Source(name, text, _TABLE), _table(known, _TABLE)
        if table is None:
            raise ConfigError(f"{source.where(())}: tool.j1553ref: expected one table, [tool.j1553ref]")
        return _config(table, source, path.parent, facts_of)
    if needed:
        raise ConfigError(f"{name}: no table [tool.j1553ref] in it; write one, or name another file")
    return None


def _content(path: Path, limit: int | None = None) -> bytes:
    name, limit = _name(path), limit or _LIMIT
    try:
        if path.is_fifo() or path.is_char_device() or path.is_socket():  # reading it might never end
            raise OSError(0, "not a plain file")
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except FileNotFoundError:
        raise ConfigError(f"{name}: no such file; expected a configuration, or none to go without one") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        raise ConfigError(f"{name}: cannot be read: {reason.lower()}; expected a configuration") from None
    if len(data) > limit:
        raise ConfigError(f"{name}: more than {limit:,} bytes; expected a configuration")
    if deep_key(data):
        raise ConfigError(f"{name}: a key with too many dots; expected a configuration")
    return data


def _text_of(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{_name(path)}:{line}: not UTF-8; save the file as UTF-8") from None


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=lambda _: None)  # no key takes a float
    except tomllib.TOMLDecodeError as error:
        said = re.fullmatch(r"(.*) \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)", str(error), re.DOTALL)
        what = " ".join((said[1] if said else str(error)).split())
        place = f"{said[2]}:{said[3]}" if said and said[2] else str(len(text.splitlines()) or 1)
        raise ConfigError(f"{name}:{place}: not TOML: {what}") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{name}: not TOML: a number or date that cannot be, or brackets nested too deep") from None


def _table(data: Any, under: tuple[str, ...]) -> dict[str, Any] | None:
    for key in under:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else None


def _reaches(data: Any, path: _Way) -> bool:
    for step in path:
        if isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        elif isinstance(data, dict) and step in data:
            data = data[str(step)]
        else:
            return False
    return True


def _name(path: Path) -> str:
    try:
        shown = str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        shown = str(path)
    return one_line(shown)


def _is_there(path: Path) -> bool:
    """A broken link counts too, so that a lost configuration is reported instead of ignored."""
    try:
        return path.is_symlink() or path.exists()
    except (OSError, ValueError):
        return False


def _home() -> Path | None:
    try:
        return Path.home().resolve()
    except (OSError, RuntimeError):
        return None
