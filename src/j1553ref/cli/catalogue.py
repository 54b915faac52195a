"""Commands about the catalogue and the schemas: ``explain``, ``rules``, ``schema``."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten
from typing import Any

import click

from j1553ref import report, rules, schemas
from j1553ref.cli.base import columns, output_option, print_json, print_lines, say
from j1553ref.report import page
from j1553ref.report.layout import Line

__all__ = ["explain", "rules_", "schema"]

#: With less room than this a summary says nothing.
_ROOM = 20


@click.command()
@click.argument("code")
@output_option
def explain(code: str, output: str) -> None:
    """The page of a rule such as JWZ001, or the rules of a family such as JWZ."""
    about = rules.FAMILIES.get(code.upper())
    if about is None:
        found = page.read(code)
        if output == "json":
            print_json(_rule_object(rules.get(code)) | _page_object(found))
        else:
            print_lines(page.page_lines(code, columns() or 80))
        return
    family = tuple(rule for rule in rules.catalogue() if rule.code.startswith(code.upper()))
    if output == "json":
        print_json([_rule_object(rule) for rule in family])
        return
    say(f"{code.upper()}: {about}", bold=True)
    print_lines(_table(family))


@click.command("rules")
@output_option
def rules_(output: str) -> None:
    """The catalogue of rules."""
    if output == "json":
        print_json([_rule_object(rule) for rule in rules.catalogue()])
    else:
        print_lines(_table(rules.catalogue()))


@click.command()
@click.argument("name", type=click.Choice(schemas.NAMES))
def schema(name: str) -> None:
    """Print a JSON Schema (2020-12) with its published address."""
    print_json(schemas.schema(name))


def _table(chosen: tuple[rules.Rule, ...]) -> Iterator[Line]:
    """A line for each rule: code, severity, name, summary; on a terminal the summary is cut or, in want of room, left out."""
    width = columns()
    name_width = max(len(rule.name) for rule in chosen)
    for rule in chosen:
        line = f"{rule.code}  {rule.severity:7}  {rule.name:{name_width}}  "
        room = width - len(line)
        summary = rule.summary if not width else shorten(rule.summary, room, placeholder="...") if room >= _ROOM else ""
        yield rule.severity, (line + summary).rstrip()


def _rule_object(rule: rules.Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "since": rule.since,
        "summary": rule.summary,
        "facts": list(rule.facts),
        "binds": list(rule.binds),
        "help": report.help_url(rule.code),
    }


def _page_object(found: page.Page) -> dict[str, Any]:
    return {
        "title": found.title,
        "sections": [{"heading": heading, "text": section.text} for heading, section in found.sections.items()],
        "sources": [
            {
                "id": document.id,
                "publisher": document.publisher,
                "title": document.title,
                "url": document.url or None,
                "find": document.find or None,
            }
            for document in found.sources
        ],
        "not_known": [
            {"id": gap.id, "label": gap.label, "confirm": gap.confirm, "url": gap.url or None, "ask": gap.ask}
            for gap in found.gaps
        ],
    }
