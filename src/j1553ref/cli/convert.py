"""``convert``: a claim in the shape of another form."""

from __future__ import annotations

import codecs
import json
import sys
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import click

from j1553ref.cli.base import column_option, columns_given, complain
from j1553ref.cli.check import records
from j1553ref.errors import unexpected
from j1553ref.forms import PAPERS, clearinghouse, html, native, text
from j1553ref.forms.base import FormError
from j1553ref.forms.clearinghouse import Body
from j1553ref.forms.native import Native
from j1553ref.forms.paper import Paper
from j1553ref.readers import FORMATS
from j1553ref.redaction import harmless, harmless_json
from j1553ref.report.tally import MOST_NAMED

__all__ = ["convert"]

#: Forms that are JSON, by name.
_BODIES: dict[str, Callable[..., Any]] = {"j1553": native.document, "clearinghouse": clearinghouse.body}


@click.command()
@click.argument("source", metavar="FILE")
@click.option("--to", "target", type=click.Choice([*_BODIES, *PAPERS]), required=True, help="The form wanted.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Input format; sniffed without it.")
@column_option
@click.option(
    "--output",
    type=click.Choice(["text", "html"]),
    help="How a paper form is written; text by default. The others are JSON.",
)
@click.option(
    "--with-ids",
    is_flag=True,
    help="Carry over the claim id and prescription numbers. They can lead to a patient, so a converted claim"
    " that you hand to others holds none unless you ask.",
)
def convert(
    source: str,
    target: str,
    form: str | None,
    columns: tuple[str, ...],
    output: str | None,
    with_ids: bool,
) -> None:
    """Write a claim in the shape of another form; - reads standard input.

    Nothing is invented and nothing is checked: what the form needs and the claim lacks stays blank, and notes on
    standard error name it beside what has no place on the form. One clearinghouse body is printed indented, several
    one on each line. Exit status: 0 everything was written, 2 nothing was, because a claim could not be.

    With --to j1553 it shows what was read of claims of any format, as native claims; what could not be read is named on
    standard error, and the others are written all the same.
    """
    if output and target not in PAPERS:
        raise click.UsageError("--output is for paper forms; this one is always JSON")
    named_columns = columns_given(columns)
    make: Callable[..., Any] = _BODIES.get(target) or PAPERS[target]
    shows_all = target == "j1553"
    notes: dict[str, tuple[int, int]] = {}
    held, named, converted, refused = _Held(), "", 0, 0

    def made() -> Iterator[Any]:
        """The forms, so long as no claim was refused; those after it are only looked at."""
        nonlocal converted, refused, named
        for record in records((source,), form, named_columns):
            if record.remark:
                complain(f"note: {record.source}: {record.remark}")
            error = record.error
            if record.claim is not None:
                try:
                    written = make(record.claim, with_ids=with_ids)
                except FormError as cause:
                    error = f"claim {record.index + 1}: {cause}"
                except Exception as cause:
                    error = f"claim {record.index + 1}: {unexpected(cause)}"
            if error:
                refused += 1
                named = record.source
                if refused <= MOST_NAMED:
                    complain(f"{record.source}: {error}")
            elif not refused or shows_all:
                converted += 1
                for note in written.notes:
                    first, count = notes.get(note, (converted, 0))
                    notes[note] = first, count + 1
                yield written

    for lines in _WRITERS[output or ("text" if target in PAPERS else "json")](made()):
        held.add(lines)
    if refused > MOST_NAMED:
        complain(f"{named}: {refused - MOST_NAMED:,} more records could not be converted; they are not named")
    if refused and not shows_all:
        # Half of a batch would be sent as if it were all of it.
        sys.exit(2)
    for note, (first, count) in notes.items():
        more = f" and {count - 1} more" if count > 1 else ""
        complain(f"note: {f'claim {first}{more}: ' if converted > 1 else ''}{note}")
    for lines in held.texts():
        click.echo(lines, nl=False)
    if refused:
        sys.exit(2)


class _Held:
    """What is to be printed once every claim was converted; packed, since it may be long."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(1)
        self._parts: list[bytes] = []

    def add(self, text: str) -> None:
        """Holds one more line or block of lines."""
        if part := self._packer.compress(f"{text}\n".encode("utf-8", "surrogatepass")):
            self._parts.append(part)

    def texts(self) -> Iterator[str]:
        """All of it, block by block."""
        unpacker = zlib.decompressobj()
        decoder = codecs.getincrementaldecoder("utf-8")("surrogatepass")
        for part in (*self._parts, self._packer.flush()):
            yield decoder.decode(unpacker.decompress(part))
        yield decoder.decode(unpacker.flush())


def _json(bodies: Iterator[Body | Native]) -> Iterator[str]:
    """One body indented, several one on each line."""
    first, second = next(bodies, None), next(bodies, None)
    if first and not second:
        yield harmless_json(json.dumps(first.content, indent=2, ensure_ascii=False))
        return
    for body in chain([first, second], bodies):
        if body:
            yield harmless_json(json.dumps(body.content, ensure_ascii=False))


def _text(papers: Iterator[Paper]) -> Iterator[str]:
    """Several forms have a heading each."""
    first, second = next(papers, None), next(papers, None)
    if first and not second:
        yield _printed(first)
        return
    for place, paper in enumerate(chain([first, second], papers), 1):
        if paper:
            yield f"{'' if place == 1 else chr(10)}Claim {place}\n{_printed(paper)}"


def _printed(paper: Paper) -> str:
    return "\n".join(map(harmless, text.render(paper).split("\n")))


_WRITERS: dict[str, Callable[[Iterator[Any]], Iterator[str]]] = {"json": _json, "text": _text, "html": html.blocks}
