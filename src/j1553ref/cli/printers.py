"""How ``check`` prints its claims, one by one as they come, and the summary after them: one function for each output.

A run whose output fails leaves JSON and SARIF unclosed, lines without a summary, and text without counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import click

from j1553ref import facts, report
from j1553ref.cli.base import columns, print_lines
from j1553ref.redaction import harmless_json
from j1553ref.report import github, sarif
from j1553ref.report import text as report_text
from j1553ref.report.layout import wrapped
from j1553ref.report.tally import Tally

__all__ = ["PRINTERS", "Run"]

Claims = Iterator[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a printer gets beside the claims; ``summary`` and ``status`` hold once the last claim has come."""

    summary: report.Summary
    facts: facts.FactBase
    show_not_checked: bool
    statistics: bool
    settings: report.Settings
    #: the exit status of the run
    status: Callable[[], int]


def _json(value: Any, indent: int | None = None) -> str:
    return harmless_json(json.dumps(value, indent=indent))


def _print_text(claims: Claims, run: Run) -> None:
    width = columns()
    for claim in claims:
        if claim["error"] is None:  # else it is on stderr already
            print_lines(report_text.claim_lines(claim, show_not_checked=run.show_not_checked, width=width))
    if run.statistics:
        print_lines(report_text.statistics_lines(run.summary))
    if run.settings:
        print_lines(wrapped("quiet", str(run.settings), width))
    print_lines(wrapped("title", report_text.summary_line(run.summary), width))


def _print_json(claims: Claims, run: Run) -> None:
    """One document, written claim by claim so that memory stays constant."""
    head = {"schema_version": report.SCHEMA_VERSION, "tool": report.tool_object(run.facts), **run.settings.to_json()}
    click.echo(_json(head, indent=2)[:-2] + ',\n  "claims": [', nl=False)
    for index, claim in enumerate(claims):
        body = _json(claim, indent=2).replace("\n", "\n    ")
        click.echo(("," if index else "") + "\n    " + body, nl=False)
    counts = _json(run.summary.to_json(), indent=2).replace("\n", "\n  ")
    click.echo(f'\n  ],\n  "summary": {counts}\n}}')
    _statistics_aside(run)


def _print_jsonl(claims: Claims, run: Run) -> None:
    for claim in claims:
        click.echo(_json(claim))
    click.echo(_json({"summary": run.summary.to_json(), **run.settings.to_json()}))
    _statistics_aside(run)


def _print_sarif(claims: Claims, run: Run) -> None:
    """One log with one run, a result on each line; what the run has to say of itself comes last."""
    head, tally, count = _json(sarif.head(run.facts), indent=2), Tally(), 0
    click.echo(head.removesuffix("\n    }\n  ]\n}") + ',\n      "results": [', nl=False)
    for claim in claims:
        tally.add(claim)
        for result in sarif.claim_results(claim):
            click.echo(("," if count else "") + "\n        " + _json(result), nl=False)
            count += 1
    last = {
        "invocations": [sarif.invocation(run.summary, tally, run.status())],
        "properties": {"summary": run.summary.to_json(), **run.settings.to_json()},
    }
    body = _json(last, indent=2)[2:].replace("\n", "\n    ")
    click.echo(f"\n      ],\n    {body}\n  ]\n}}")
    _statistics_aside(run)


def _print_github(claims: Claims, run: Run) -> None:
    tally = Tally()
    for claim in claims:
        tally.add(claim)
        for line in github.claim_commands(claim):
            click.echo(line)
    if run.statistics:
        print_lines(report_text.statistics_lines(run.summary))
    for line in github.last_commands(run.summary, tally, run.settings):
        click.echo(line)


def _statistics_aside(run: Run) -> None:
    """The counts by rule on standard error, where a document is on standard output."""
    if run.statistics:
        print_lines(report_text.statistics_lines(run.summary), err=True)


#: The choices of ``--output``, in the order of the help.
PRINTERS: dict[str, Callable[[Claims, Run], None]] = {
    "text": _print_text,
    "json": _print_json,
    "jsonl": _print_jsonl,
    "sarif": _print_sarif,
    "github": _print_github,
}
