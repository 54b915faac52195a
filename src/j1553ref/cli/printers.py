"""How ``check`` prints its claims, one by one as they come, and the summary after them: one function for each output."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import click

from j1553ref import facts, report, rules
from j1553ref.report import text as report_text

__all__ = ["PRINTERS"]

_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow"},
    "info": {"fg": "cyan"},
    "quiet": {"dim": True},
    "plain": {},
}


def _print_text(
    claims: Iterator[dict[str, Any]], summary: report.Summary, _: facts.FactBase, show: bool, count: bool
) -> None:
    for claim in claims:
        if claim["error"] is not None:
            continue  # stands on stderr already
        for style, line in report_text.claim_lines(claim, show_not_checked=show):
            click.secho(line, **_STYLES[style])
    if count:
        for code, number in sorted(summary.by_code.items()):
            click.echo(f"{number:6d}  {code}  {rules.get(code).name}")
    click.secho(report_text.summary_line(summary), bold=True)


def _print_json(claims: Iterator[dict[str, Any]], summary: report.Summary, base: facts.FactBase, *_: bool) -> None:
    """One document, written claim by claim so that memory stays constant."""
    head = {"schema_version": report.SCHEMA_VERSION, "tool": report.tool_object(base)}
    click.echo(json.dumps(head, indent=2)[:-2] + ',\n  "claims": [', nl=False)
    for index, claim in enumerate(claims):
        body = json.dumps(claim, indent=2, ensure_ascii=False).replace("\n", "\n    ")
        click.echo(("," if index else "") + "\n    " + body, nl=False)
    counts = json.dumps(summary.to_json(), indent=2).replace("\n", "\n  ")
    click.echo(f'\n  ],\n  "summary": {counts}\n}}')


def _print_jsonl(claims: Iterator[dict[str, Any]], summary: report.Summary, *_: Any) -> None:
    for claim in claims:
        click.echo(json.dumps(claim, ensure_ascii=False))
    click.echo(json.dumps({"summary": summary.to_json()}))


#: The choices of ``--output``, in the order of the help.
PRINTERS: dict[str, Callable[..., None]] = {"text": _print_text, "json": _print_json, "jsonl": _print_jsonl}
