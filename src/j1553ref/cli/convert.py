"""``convert``: a claim in the shape of another form."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from j1553ref.cli.base import complain, print_json, say
from j1553ref.cli.check import records
from j1553ref.forms import PAPERS, clearinghouse, html, text
from j1553ref.forms.base import FormError
from j1553ref.forms.clearinghouse import Body
from j1553ref.forms.paper import Paper
from j1553ref.readers import FORMATS

__all__ = ["convert"]


@click.command()
@click.argument("source", metavar="FILE")
@click.option("--to", "target", type=click.Choice(["clearinghouse", *PAPERS]), required=True, help="The form wanted.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Input format; sniffed without it.")
@click.option(
    "--output",
    type=click.Choice(["text", "html"]),
    help="How a paper form is written; text unless told otherwise. A clearinghouse body is JSON.",
)
@click.option(
    "--with-ids",
    is_flag=True,
    help="Carry over the claim id and prescription numbers. They can lead to a patient, so a converted claim"
    " that you hand to others holds none unless you ask.",
)
def convert(source: str, target: str, form: str | None, output: str | None, with_ids: bool) -> None:
    """Write a claim in the shape of another form; - reads standard input.

    Nothing is invented and nothing is checked: what the form needs and the claim lacks stays blank, and notes on
    standard error name it beside what has no place on the form. One clearinghouse body is printed indented, several
    one on each line. Exit status: 0 everything was written, 2 nothing was, because a claim could not be.
    """
    if output and target not in PAPERS:
        raise click.UsageError("--output is for paper forms; a clearinghouse body is always JSON")
    make: Callable[..., Any] = PAPERS.get(target, clearinghouse.body)
    made, refused = [], False
    for record in records((source,), form):
        error = record.error
        if record.claim is not None:
            try:
                made.append(make(record.claim, with_ids=with_ids))
                continue
            except FormError as cause:
                error = f"claim {record.index + 1}: {cause}"
        complain(f"{record.source}: {error}")
        refused = True
    if refused:
        # Half of a batch would be sent as if it were all of it.
        sys.exit(2)
    for note, places in _by_note(made).items():
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        whose = f"claim {places[0]}{more}: " if len(made) > 1 else ""
        complain(f"note: {whose}{note}")
    _PRINTERS[output or ("text" if target in PAPERS else "json")](made)


def _by_note(made: list[Any]) -> dict[str, list[int]]:
    """The claims that each note is about, by number from 1."""
    notes: dict[str, list[int]] = {}
    for place, form in enumerate(made, 1):
        for note in form.notes:
            notes.setdefault(note, []).append(place)
    return notes


def _print_json(bodies: list[Body]) -> None:
    if len(bodies) == 1:
        print_json(bodies[0].content)
        return
    for body in bodies:
        print_json(body.content, indent=None)


def _print_text(papers: list[Paper]) -> None:
    for place, paper in enumerate(papers, 1):
        if len(papers) > 1:
            say(f"{'' if place == 1 else chr(10)}Claim {place}")
        say(text.render(paper))


def _print_html(papers: list[Paper]) -> None:
    click.echo(html.page(papers))


_PRINTERS: dict[str, Callable[[list[Any]], None]] = {"json": _print_json, "text": _print_text, "html": _print_html}
