"""What the commands share: options, the facts that they read, notes, and one clear line for an error."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from j1553ref import config, facts
from j1553ref.redaction import harmless, harmless_json, one_line

if TYPE_CHECKING:
    from j1553ref.report.layout import Line

__all__ = [
    "beyond_facts",
    "colored",
    "column_option",
    "columns",
    "columns_given",
    "complain",
    "day_of",
    "fact_base",
    "facts_option",
    "notes_on_date",
    "on_option",
    "output_option",
    "print_answer",
    "print_json",
    "print_lines",
    "print_notes",
    "say",
    "settings_of",
]

_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow"},
    "info": {"fg": "cyan"},
    "quiet": {"dim": True},
    "plain": {},
}

#: A longer message keeps its beginning, which says where, and its end, which says what to do.
_LONGEST = 2_000

#: So much of a name that the user typed is repeated.
_SHOWN = 300

output_option = click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
facts_option = click.option(
    "--facts", "folder", metavar="DIR", help="A folder of dated fact files laid over the packaged ones."
)


column_option = click.option(
    "--column",
    "columns",
    metavar="FIELD=NAME",
    multiple=True,
    help="Of a table: the column, by its name or number, that holds a field, such as units=Qty; more than once for more.",
)


def columns_given(columns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The columns of ``--column`` as pairs; a field that a table does not have is a mistake in the command."""
    if not columns:
        return ()
    from j1553ref.readers.table import COLUMNS  # only who names columns waits for it

    found = [text.partition("=") for text in columns]
    if any(not separator or not name.strip() for _, separator, name in found):
        raise click.ClickException("--column: expected FIELD=NAME, such as units=Qty or units=5")
    if any(field not in COLUMNS for field, _, _ in found):
        raise click.ClickException(f"--column: no such field; expected one of {', '.join(COLUMNS)}")
    return tuple((field, name) for field, _, name in found)


def on_option(help_text: str) -> Callable[[Any], Any]:
    """The ``--on`` option: a date of service, never today by default."""
    return click.option(
        "--on", metavar="DATE", help=f"{help_text} (YYYY-MM-DD). Default: the newest entry, whose date is printed."
    )


def day_of(on: str | None, fact_id: str) -> date:
    """The date of service given, else the first date of a fact's newest entry."""
    return facts.as_date(on) if on else facts.packaged().get(fact_id).newest.start


def fact_base(folder: str | None) -> facts.FactBase:
    """The packaged facts, with a folder of dated fact files laid over them."""
    if folder is None:
        return facts.packaged()
    try:
        there = Path(folder).is_dir()
    except (OSError, ValueError):  # too long, or with a character that no name has
        there = False
    if not there:
        folder = folder if len(folder) <= _SHOWN else f"{folder[:_SHOWN]}..."
        raise click.ClickException(f"--facts {folder}: not a folder; give a folder with dated fact files (*.toml)")
    return facts.load(Path(folder), facts.packaged())


def settings_of(configured: str | None, facts_of: config.FactsOf) -> config.Config:
    """The configuration named, ``none`` for none at all, else the one that holds in the current folder."""
    if configured == "none":
        return config.Config()
    if configured is not None:
        return config.load(Path(configured), facts_of=facts_of)
    try:
        here = Path.cwd()
    except OSError:  # the folder is gone
        return config.Config()
    return config.find(here, facts_of=facts_of)


def notes_on_date(on: str | None, day: date) -> tuple[str, ...]:
    """Which date an answer rests on, where that has to be said."""
    return (
        *([f"the facts were checked until {facts.checked_until().isoformat()}"] if beyond_facts(day) else []),
        *([f"no date of service was given; the newest entry is used, from {day.isoformat()}"] if on is None else []),
    )


def beyond_facts(day: date) -> bool:
    """Whether a date of service lies after the date up to which the facts were checked."""
    return day > facts.checked_until()


def print_notes(notes: Iterable[str], on: str | None, day: date) -> None:
    """Print what to know about an answer, and which date it rests on."""
    for note in (*notes, *notes_on_date(on, day)):
        say(f"  note: {note}", dim=True)


def print_answer(answer: dict[str, Any], on: str | None, day: date, notes: Iterable[str] = ()) -> None:
    """Print an answer as JSON, with the date it rests on and all the notes that the text has."""
    said = [*answer.get("notes", ()), *notes, *notes_on_date(on, day)]
    print_json(answer | {"on": day.isoformat(), "notes": said, "beyond_facts": beyond_facts(day)})


def colored() -> bool | None:
    """Whether the environment asks for color (FORCE_COLOR) or for none (NO_COLOR, a dumb terminal); None: as fits."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def columns() -> int:
    """The width to wrap text at: COLUMNS or the terminal's, from 40 to 100; 0 where output goes anywhere else."""
    found = shutil.get_terminal_size((0, 0)).columns
    return min(max(found, 40), 100) if found else 0


def print_lines(lines: Iterable[Line], *, err: bool = False) -> None:
    """Print lines in their styles; the words say what a style says."""
    for style, line in lines:
        say(line, err=err, **_STYLES[style])


def say(text: str, *, err: bool = False, **style: Any) -> None:
    """Print text, perhaps of several lines: every line that people read goes through here, made harmless."""
    click.secho("\n".join(map(harmless, text.split("\n"))), err=err, **style)


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print an answer as JSON."""
    click.echo(harmless_json(json.dumps(value, indent=indent, ensure_ascii=False)))


def complain(message: str) -> None:
    """One line on standard error; if it cannot be written, the exit status still says it."""
    if len(message) > _LONGEST:
        message = f"{message[: _LONGEST // 2]} ... {message[-_LONGEST // 2 :]}"
    with suppress(OSError):
        say(f"j1553ref: {one_line(message)}", err=True)
