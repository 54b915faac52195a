"""Changed facts, configurations and command lines: each either loads and works, or is refused in one line.

``nox -s fuzz`` runs it: ``python tests/fuzz_settings.py COUNT [SEED]``. A find prints the seed that makes it again.
"""

from __future__ import annotations

import random
import sys
import tempfile
import tomllib
import traceback
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from j1553ref import case, config
from j1553ref.cases import slugs as case_names
from j1553ref.checking import check
from j1553ref.errors import J1553Error
from j1553ref.facts import FactBase, load, packaged
from j1553ref.facts.wording import plain_text, value_text

#: What a value is changed to: written as TOML.
HOSTILE = (
    '""', '"x"', '"\\u001b[2J"', '"::error::x"', "0", "-1", "1", "7", "999999999",
    "0.01", '["J1553"]', "[7]", '"99999999999"', '"yes"', '"medicare-ab"', "10000000000000000000000", "1.5", "nan", "inf",
    "1e400",
    "true", "false", "[]", "{}", "[[]]", '[""]', "[1, 2]", '["x", 1]', "[[1], [2]]", '{x = 1}', '{x = {y = []}}',
    "0001-01-01", "9999-12-31", "2026-05-01", "2026-05-01T00:00:00", "10:00:00",
    '"70573060521"', '"J1553"', '"\\u202e"',
    '"' + "a" * 3000 + '"',
)  # fmt: skip
CONFIGURATION = """
payer = "medicare-ab:ngs"
select = ["JWZ", "UNT"]
ignore = ["UNT002"]
fail_level = "warning"
stocked_vials = ["20g", "10g"]
show_not_checked = true
[[suppress]]
code = "JWZ007"
reason = "no 5 g vials in stock"
until = 2026-12-31
path = "claims/*.json"
pointer = "/lines/0/units"
"""


def written(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)} = {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in value) + '"'
    return value.isoformat() if isinstance(value, date) else str(value)


class Raw:
    """TOML as it is."""

    def __init__(self, text: str) -> None:
        self.text = text


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def changed(value: Any, path: tuple[Any, ...], how: str, dice: random.Random) -> Any:
    """A copy with one change: another value, a key left out, or a key added."""
    if not path:
        return Raw(how)
    copy = dict(value) if isinstance(value, dict) else list(value)
    key, *more = path
    if not more and how == "left out":
        del copy[key]
    elif not more and how == "added" and isinstance(copy, dict):
        copy[dice.choice(["x", "value", "ended", "\x1b"])] = Raw(dice.choice(HOSTILE))
    else:
        copy[key] = changed(copy[key], tuple(more), dice.choice(HOSTILE) if how == "added" else how, dice)
    return copy


def facts_of_all() -> list[tuple[str, dict[str, Any]]]:
    """Each packaged fact alone, as a file of its own; and the documents and gaps, each alone."""
    found: list[tuple[str, dict[str, Any]]] = []

    def gather(table: dict[str, Any], path: tuple[str, ...]) -> None:
        for key, value in table.items():
            if "history" in value:
                inner: dict[str, Any] = {key: value}
                for name in reversed(path):
                    inner = {name: inner}
                found.append(("own.toml", inner))
            else:
                gather(value, (*path, key))

    root = files("j1553ref.facts")
    for folder in (root, root / "payers"):
        for item in folder.iterdir():
            if item.name.endswith(".toml"):
                data = tomllib.loads(item.read_text(encoding="utf-8"))
                if item.name in ("sources.toml", "gaps.toml"):
                    found.extend((item.name, {key: value}) for key, value in data.items())
                else:
                    gather(data, ())
    return found


def used(base: FactBase, dice: random.Random) -> None:
    """What rules, calculators and printers do with facts."""
    for slug in dice.sample(case_names(), 3):
        check(case(slug), facts=base)
    for name in dice.sample(sorted(base.facts), 5):
        found = base.get(name)
        value_text(found.newest.value, found.unit)
    base.checked_until  # noqa: B018


def used_wholly(base: FactBase, ids: list[str]) -> None:
    """The changed facts, as ``fact`` prints them."""
    for name in ids:
        found = base.get(name)
        for entry in found.history:
            value_text(entry.value, found.unit), plain_text(entry.value), entry.grade
        found.coming  # noqa: B018 - goes through newest


def main() -> int:
    """Run; the number of finds."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    known, settings = facts_of_all(), tomllib.loads(CONFIGURATION)
    every = [(name, data, list(places(data))) for name, data in known]
    settings_places, kinds, finds = list(places(settings)), Counter[str](), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(seed, seed + count):
            dice = random.Random(number)
            how = dice.choice(("left out", "added", *HOSTILE))
            try:
                if number % 5 == 0:
                    text = "\n".join(
                        f"{written(key)} = {written(value)}"
                        for key, value in changed(settings, dice.choice(settings_places), how, dice).items()
                    )
                    config.parse(text, name="j1553ref.toml")
                    kinds["configuration works"] += 1
                    continue
                name, data, spots = dice.choice(every)
                text = "\n".join(
                    f"{written(key)} = {written(value)}"
                    for key, value in changed(data, dice.choice(spots), how, dice).items()
                )
                for old in Path(folder).iterdir():
                    old.unlink()
                Path(folder, name).write_text(text, encoding="utf-8")
                base = load(Path(folder), packaged())
                used_wholly(base, [key for key in base.facts if base.facts[key] is not packaged().facts.get(key)])
                used(base, dice)
                kinds["facts work"] += 1
            except J1553Error as error:
                kinds["refused"] += 1
                if not str(error).isprintable():
                    finds["a message that is no line"] += 1
                    print(f"seed {number}: {str(error)[:200]!r}")
            except Exception as error:
                frame = traceback.extract_tb(error.__traceback__)[-1]
                kind = f"{type(error).__name__} {Path(frame.filename).name}:{frame.lineno}"
                finds[kind] += 1
                if finds[kind] == 1:
                    print(f"seed {number}: {kind}: {error}\n  {text[:300]}")
    print(f"{count:,} inputs from seed {seed}: {dict(kinds)}; finds: {dict(finds)}")
    return len(finds)


if __name__ == "__main__":
    sys.exit(bool(main()))
