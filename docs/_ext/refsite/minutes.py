"""The directive ``minute-table``: minutes of infusion, from one change of the codes to the next, computed minute by minute."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from j1553ref.facts import FactError, checked_until
from j1553ref.infusion import infusion_codes
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, facts
from refsite.nodes import table

_HOUR = 60


class MinuteTable(CheckedDirective):
    """Up to ``last`` minutes."""

    option_spec = {"last": directives.positive_int}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """The table, and a note of the facts that it was computed from."""
        if "last" not in self.options:
            raise FactError("minute-table: expected the option last, in minutes")
        found, read = spans(self.options["last"], checked_until())
        facts(self.env, *read)
        domain_of(self.env).use("fact", *read)
        rows = [[[nodes.Text(f"{first} to {last}")], [nodes.Text(codes)]] for first, last, codes in found]
        return [table("minutes", ["Minutes", "Codes"], rows)]


def spans(last: int, on: date) -> tuple[list[tuple[int, int, str]], set[str]]:
    """First and last minute of each span with the same codes, and the ids of the facts behind them.

    >>> spans(151, date(2026, 5, 4))[0]
    [(1, 15, '96374'), (16, 90, '96365'), (91, 150, '96365, 96366 × 1'), (151, 151, '96365, 96366 × 2')]
    """
    read = set[str]()

    def codes(minutes: int) -> str:
        hours, over = divmod(minutes, _HOUR)
        done = infusion_codes("00:00", f"{hours:02}:{over:02}", on=on)
        read.update(done.facts)
        return ", ".join(line.code if at == 0 else f"{line.code} × {line.units}" for at, line in enumerate(done.lines))

    grouped = [(text, list(span)) for text, span in groupby(range(1, last + 1), codes)]
    return [(span[0], span[-1], text) for text, span in grouped], read


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("minute-table", MinuteTable)
