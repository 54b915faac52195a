"""The command line: thin. Every answer comes from the library; here are only options, printing and the exit status."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from j1553ref import checking, facts, ndc, project, report, rules, schemas
from j1553ref.billing import plain
from j1553ref.claim import InputError
from j1553ref.code import code_for
from j1553ref.errors import J1553Error
from j1553ref.infusion import infusion_codes
from j1553ref.payers import parse_payer
from j1553ref.readers import FORMATS, Record, open_source, read
from j1553ref.report import text as report_text
from j1553ref.units import bill_units

__all__ = ["main"]

_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow"},
    "info": {"fg": "cyan"},
    "quiet": {"dim": True},
    "plain": {},
}

output_option = click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)


def on_option(help_text: str) -> Callable[[Any], Any]:
    """The ``--on`` option: a date of service, never today by default."""
    return click.option(
        "--on", metavar="DATE", help=f"{help_text} (YYYY-MM-DD). Default: the newest entry, whose date is printed."
    )


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"j1553ref {project.version()}, facts checked until {facts.checked_until().isoformat()}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
              help="Version, and the date up to which the facts were checked.")  # fmt: skip
def cli() -> None:
    """The executable reference for HCPCS J1553 (injection, immune globulin (yimmugo), 100 mg).

    It informs coding; it is no medical, legal or payment advice. Payer and contractor instructions govern.
    """


@cli.command()
@click.argument("sources", metavar="FILE...", nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Input format; sniffed without it.")
@click.option(
    "--payer", metavar="ID", help="Such as medicare-ab, medicare-ab:ngs, medicaid:NC, bcbs:premera, commercial."
)
@click.option("--select", metavar="CODES", help="Only these rules; prefixes allowed: JWZ,UNT002.")
@click.option("--ignore", metavar="CODES", help="Not these rules; prefixes allowed.")
@click.option("--output", type=click.Choice(["text", "json", "jsonl"]), default="text", show_default=True)
@click.option("--show-not-checked", is_flag=True, help="List the rules that could not be decided, by missing datum.")
@click.option("--statistics", is_flag=True, help="Count findings by rule (text output).")
@click.option("--fail-level", type=click.Choice(["error", "warning", "info"]), default="error", show_default=True,
              help="The quietest finding that makes the exit status 1.")  # fmt: skip
@click.option("--exit-zero", is_flag=True, help="Exit 0 in spite of findings; unusable input still exits 2.")
@click.option("--with-ids", is_flag=True, help="Print claim ids, which are left out otherwise.")
@click.option("--facts", "folder", metavar="DIR", help="A folder of dated fact files laid over the packaged ones.")
def check(
    sources: tuple[str, ...], form: str | None, payer: str | None, select: str | None, ignore: str | None, output: str,
    show_not_checked: bool, statistics: bool, fail_level: str, exit_zero: bool, with_ids: bool, folder: str | None,
) -> None:  # fmt: skip
    """Check claim files against the rules; - reads standard input.

    Exit status: 0 nothing at or above the fail level, 1 at least one such finding, 2 unusable input or usage.
    """
    base = _facts(folder)
    if payer:
        parse_payer(payer)
    chosen, left_out = _codes(select), _codes(ignore)
    if not (rules.matching(chosen) if chosen else {"all"}) - (rules.matching(left_out) if left_out else frozenset()):
        raise click.ClickException("--select and --ignore leave no rule: select more, or ignore less")
    summary = report.Summary()

    def claims() -> Iterator[dict[str, Any]]:
        for record in _records(sources, form):
            outcome = (
                checking.check(record.claim, payer=payer, select=chosen, ignore=left_out, facts=base)
                if record.claim is not None
                else None
            )
            summary.add(record, outcome)
            claim = report.claim_object(record, outcome, with_ids=with_ids)
            if claim["error"] is not None:
                _complain(f"{claim['source']}: {claim['error']}")
            yield claim

    _PRINTERS[output](claims(), summary, base, show_not_checked, statistics)
    sys.exit(summary.exit_status(fail_level, exit_zero=exit_zero))


def _records(sources: tuple[str, ...], form: str | None) -> Iterator[Record]:
    """Every record of every source; a source that cannot be opened is a record with an error."""
    for source in sources:
        name = "<stdin>" if source == "-" else "".join(each if each.isprintable() else "?" for each in source)
        try:
            with open_source(source) as stream:
                yield from read(stream, source=name, format=form)
        except InputError as error:
            yield Record(source=name, index=0, error=str(error).removeprefix(f"{name}: "))


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


_PRINTERS: dict[str, Callable[..., None]] = {"text": _print_text, "json": _print_json, "jsonl": _print_jsonl}


@cli.command()
@click.option("--dose-mg", required=True, metavar="MG", help="The dose given, in mg, such as 32450.")
@click.option("--vials", required=True, metavar="LIST", help="The opened vials: 20g,10g,5g or 2x20g, or their NDCs.")
@on_option("Date of service")
@click.option("--payer", metavar="ID", help="Who is billed; decides the notes.")
@output_option
def units(dose_mg: str, vials: str, on: str | None, payer: str | None, output: str) -> None:
    """Billing units, discarded units and claim lines for a dose and its opened vials."""
    day = _day(on, "unit.size")
    bill = bill_units(dose_mg=dose_mg, vials=vials, on=day, payer=payer)
    if output == "json":
        _json(bill.to_json())
        return
    click.echo(f"{bill.administered_units} units given, {bill.discarded_units} discarded, {bill.total_units} opened")
    for line in bill.lines:
        codes = "  ".join(f"N4{each.code} {each.unit}{plain(each.quantity)}" for each in line.ndc)
        click.echo(f"  {' '.join((line.code, *line.modifiers)):9} x {line.units}   {codes}")
    _notes(bill.notes, on, day)


@cli.command()
@click.option("--start", required=True, metavar="HH:MM", help="When the infusion began.")
@click.option("--stop", required=True, metavar="HH:MM", help="When it ended.")
@click.option(
    "--pause", "pauses", multiple=True, metavar="HH:MM-HH:MM", help="A time without infusion; may be repeated."
)
@click.option("--next-day", is_flag=True, help="The infusion ended on the day after it began.")
@on_option("Date of service")
@output_option
def infusion(start: str, stop: str, pauses: tuple[str, ...], next_day: bool, on: str | None, output: str) -> None:
    """Administration codes for an infusion, from its start and stop times."""
    day = _day(on, "infusion.push_limit")
    outcome = infusion_codes(start, stop, pauses=pauses, next_day=next_day, on=day)
    if output == "json":
        _json(outcome.to_json())
        return
    click.echo(f"{outcome.minutes} minutes of infusion")
    for line in outcome.lines:
        click.echo(f"  {line.code} x {line.units}")
    _notes(outcome.notes, on, day)


@cli.command("ndc")
@click.argument("code")
@output_option
def ndc_(code: str, output: str) -> None:
    """The 11 digits of an NDC, and the vial, units and mL of a package of Yimmugo."""
    found = ndc.details(code)
    if output == "json":
        _json(found.to_json())
        return
    click.echo(f"{found.ndc}  ({found.formatted})")
    if found.package:
        click.echo(f"  Yimmugo, {found.package.label}: {found.package.units} units of J1553, {found.package.ml} mL")
    if found.note:
        click.echo(f"  {found.note}")


@cli.command()
@on_option("Date of service")
@click.option("--payer", metavar="ID", help="Who is billed.")
@output_option
def code(on: str | None, payer: str | None, output: str) -> None:
    """Which code a date of service takes for Yimmugo, and why."""
    day = _day(on, "code.valid")
    choice = code_for(day, payer=payer)
    if output == "json":
        _json(choice.to_json())
        return
    click.echo(choice.code or "no specific code: one of the unlisted codes that the payer names")
    for other in choice.alternatives:
        binds = ", ".join(other.binds) or "any payer"
        click.echo(f"  {other.code}  {binds}  ({other.grade})")
    click.echo(f"  {choice.why}")
    _notes((), on, day)


@cli.command()
@click.argument("fact_id", metavar="ID")
@on_option("Date of service")
@click.option("--history", is_flag=True, help="Every entry, not only the one that holds.")
@click.option("--facts", "folder", metavar="DIR", help="A folder of dated fact files laid over the packaged ones.")
@output_option
def fact(fact_id: str, on: str | None, history: bool, folder: str | None, output: str) -> None:
    """One fact with its date, source and grade."""
    base = _facts(folder)
    found = base.get(fact_id)
    day = facts.as_date(on) if on else found.newest.start
    answer = found.on(day) if not history or on else None
    entries = found.history if history else (answer.entry,) if answer else ()
    if output == "json":
        _json({
            "id": found.id, "label": found.label, "unit": found.unit, "binds": list(found.binds), "on": day.isoformat(),
            "known": answer.known if answer else None, "gap": found.gap or None,
            "entries": [_entry_object(each) for each in entries],
        })  # fmt: skip
        return
    click.secho(f"{found.label} ({found.id})", bold=True)
    if answer and not answer.known:
        click.echo(f"  not known on {day.isoformat()}: {base.gaps[found.gap].confirm if found.gap else 'see the site'}")
        click.echo("  last known:")
    for each in entries:
        since = f"from {each.start}" if each.dated else f"undated source, seen {each.start}"
        until = f", known until {each.known_until}" if each.known_until else ""
        click.echo(f"  {'ended' if each.ended else _plain(each.value)} {found.unit}".rstrip() + f"  ({since}{until})")
        for source in each.sources:
            click.echo(f"    {source.grade}: {source.id}, {source.locator}")
        if each.note:
            click.echo(f"    {each.note}")
        click.echo(f"    checked {each.checked}")


@cli.command()
@click.argument("code")
def explain(code: str) -> None:
    """What a rule checks, how loudly, on which facts."""
    rule = rules.get(code)
    click.secho(f"{rule.code} {rule.name}", bold=True)
    click.echo(f"  {rule.summary}")
    click.echo(f"  severity: at most {rule.severity}; since {rule.since}")
    for fact_id in rule.facts:
        known = facts.packaged().get(fact_id)
        click.echo(f"  reads {fact_id}: {known.label} = {_plain(known.newest.value)} {known.unit}".rstrip())
    if rule.stops:
        click.echo(f"  once it fires, silent: {', '.join(rule.stops)}")
    click.echo(f"  {report.help_url(rule.code)}")


@cli.command("rules")
@output_option
def rules_(output: str) -> None:
    """The catalogue of rules."""
    if output == "json":
        _json([
            {"code": each.code, "name": each.name, "severity": each.severity, "since": each.since, "summary": each.summary,
             "facts": list(each.facts), "binds": list(each.binds), "help": report.help_url(each.code)}
            for each in rules.catalogue()
        ])  # fmt: skip
        return
    for each in rules.catalogue():
        click.echo(f"{each.code}  {each.severity:7}  {each.name}")


@cli.command()
@click.argument("name", type=click.Choice(schemas.NAMES))
def schema(name: str) -> None:
    """Print a JSON Schema (2020-12) with its published address."""
    click.echo(json.dumps(schemas.schema(name), indent=2, ensure_ascii=False))


def _day(on: str | None, fact_id: str) -> date:
    return facts.as_date(on) if on else facts.packaged().get(fact_id).newest.start


def _facts(folder: str | None) -> facts.FactBase:
    if folder is None:
        return facts.packaged()
    if not Path(folder).is_dir():
        raise click.ClickException(f"--facts {folder}: not a folder; give a folder with dated fact files (*.toml)")
    return facts.load(Path(folder), facts.packaged())


def _codes(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if not parts:
        raise click.ClickException("--select and --ignore want codes or prefixes, such as JWZ,UNT002")
    return parts


def _entry_object(entry: facts.Entry) -> dict[str, Any]:
    return {
        "from" if entry.dated else "observed": entry.start.isoformat(),
        "known_until": entry.known_until.isoformat() if entry.known_until else None,
        "ended": entry.ended,
        "value": _data(entry.value),
        "grade": entry.grade,
        "sources": [{"id": each.id, "locator": each.locator, "grade": each.grade} for each in entry.sources],
        "checked": entry.checked.isoformat(),
        "note": entry.note or None,
    }


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_plain(each)}" for key, each in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(_plain, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _data(value: Any) -> Any:
    """A fact's value as JSON: money and quantities as decimal strings, dates as text."""
    if isinstance(value, dict):
        return {key: _data(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_data(each) for each in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _notes(notes: tuple[str, ...], on: str | None, day: date) -> None:
    for note in notes:
        click.secho(f"  note: {note}", dim=True)
    if day > facts.checked_until():
        click.secho(f"  note: the facts were checked until {facts.checked_until().isoformat()}", dim=True)
    if on is None:
        click.secho(f"  note: no date of service was given; the newest entry is used, from {day.isoformat()}", dim=True)


def _json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _complain(message: str) -> None:
    click.echo(f"j1553ref: {message}", err=True)


def main() -> None:
    """Run a command; every error is one line on standard error."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        _complain("interrupted")
        sys.exit(130)
    except click.ClickException as error:
        where = f" (see {error.ctx.command_path} --help)" if isinstance(error, click.UsageError) and error.ctx else ""
        _complain(" ".join(error.format_message().split()) + where)
        sys.exit(2)
    except J1553Error as error:
        _complain(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        _complain("interrupted")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that the interpreter's last flush is silent
        sys.exit(1)
    except OSError as error:
        _complain(f"cannot write: {error.strerror}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
