"""``exercise``: a question sheet for a class, or its key."""

from __future__ import annotations

import click

from j1553ref.cli.base import print_json
from j1553ref.training import TOPICS, ExerciseError, key_page, sheet, sheet_page
from j1553ref.training.pages import as_html, as_markdown

__all__ = ["exercise"]


@click.command()
@click.option("--topic", required=True, metavar="TOPIC", help=f"One of {', '.join(TOPICS)}.")
@click.option("--level", default="1", show_default=True, metavar="N", help="1 first steps, 2 everyday, 3 tricky.")
@click.option("--count", default="10", show_default=True, metavar="N", help="How many questions, 1 to 100.")
@click.option(
    "--seed", default="1", show_default=True, metavar="N", help="A number; the same one gives the same sheet."
)
@click.option(
    "--on", metavar="DATE", help="Date of service of each dated question (YYYY-MM-DD). Default: drawn by the seed."
)
@click.option("--key", is_flag=True, help="The key instead of the sheet.")
@click.option("--output", type=click.Choice(["markdown", "html", "json"]), default="markdown", show_default=True)
def exercise(topic: str, level: str, count: str, seed: str, on: str | None, key: bool, output: str) -> None:
    """A sheet of questions with four options each, or its key with arithmetic, reasons, rules and sources.

    Both show the seed and the sheet code. JSON holds the sheet with the key as an object of its own; with --key the key
    alone.
    """
    made = sheet(topic, _number("level", level), _number("count", count), _number("seed", seed), on)
    if output == "json":
        print_json(made.key_to_json() if key else made.to_json())
        return
    page = key_page(made) if key else sheet_page(made)
    click.echo((as_html if output == "html" else as_markdown)(page), nl=False)


def _number(name: str, text: str) -> int:
    # int() alone also takes signs, blanks, underscores and digits of other scripts.
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20):
        raise ExerciseError(f"{name}: expected a whole number")
    return int(text)
