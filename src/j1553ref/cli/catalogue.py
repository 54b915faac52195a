"""Commands about the catalogue and the schemas: ``explain``, ``rules``, ``schema``."""

from __future__ import annotations

import json

import click

from j1553ref import facts, report, rules, schemas
from j1553ref.cli.base import output_option, plain_text, print_json

__all__ = ["explain", "rules_", "schema"]


@click.command()
@click.argument("code")
def explain(code: str) -> None:
    """What a rule checks, how loudly, on which facts."""
    rule = rules.get(code)
    click.secho(f"{rule.code} {rule.name}", bold=True)
    click.echo(f"  {rule.summary}")
    click.echo(f"  severity: at most {rule.severity}; since {rule.since}")
    for fact_id in rule.facts:
        known = facts.packaged().get(fact_id)
        click.echo(f"  reads {fact_id}: {known.label} = {plain_text(known.newest.value)} {known.unit}".rstrip())
    if rule.stops:
        click.echo(f"  once it fires, silent: {', '.join(rule.stops)}")
    click.echo(f"  {report.help_url(rule.code)}")


@click.command("rules")
@output_option
def rules_(output: str) -> None:
    """The catalogue of rules."""
    if output == "json":
        print_json([
            {"code": each.code, "name": each.name, "severity": each.severity, "since": each.since, "summary": each.summary,
             "facts": list(each.facts), "binds": list(each.binds), "help": report.help_url(each.code)}
            for each in rules.catalogue()
        ])  # fmt: skip
        return
    for each in rules.catalogue():
        click.echo(f"{each.code}  {each.severity:7}  {each.name}")


@click.command()
@click.argument("name", type=click.Choice(schemas.NAMES))
def schema(name: str) -> None:
    """Print a JSON Schema (2020-12) with its published address."""
    click.echo(json.dumps(schemas.schema(name), indent=2, ensure_ascii=False))
