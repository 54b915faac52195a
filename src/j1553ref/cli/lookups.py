"""Commands that look one thing up: ``units``, ``infusion``, ``ndc``, ``code``, ``fact``."""

from __future__ import annotations

from typing import Any

import click

from j1553ref import facts, ndc
from j1553ref.billing import plain
from j1553ref.cli.base import (
    day_of,
    fact_base,
    facts_option,
    on_option,
    output_option,
    print_json,
    print_notes,
    say,
)
from j1553ref.code import code_for
from j1553ref.facts.wording import date_text, plain_text
from j1553ref.infusion import infusion_codes
from j1553ref.units import bill_units

__all__ = ["code", "fact", "infusion", "ndc_", "units"]


@click.command()
@click.option("--dose-mg", required=True, metavar="MG", help="The dose given, in mg, such as 32450.")
@click.option("--vials", required=True, metavar="LIST", help="The opened vials: 20g,10g,5g or 2x20g, or their NDCs.")
@on_option("Date of service")
@click.option("--payer", metavar="ID", help="Who is billed; decides the notes.")
@output_option
def units(dose_mg: str, vials: str, on: str | None, payer: str | None, output: str) -> None:
    """Billing units, discarded units and claim lines for a dose and its opened vials."""
    day = day_of(on, "unit.size")
    bill = bill_units(dose_mg=dose_mg, vials=vials, on=day, payer=payer)
    if output == "json":
        print_json(bill.to_json())
        return
    say(f"{bill.administered_units} units given, {bill.discarded_units} discarded, {bill.total_units} opened")
    for line in bill.lines:
        codes = "  ".join(f"N4{each.code} {each.unit}{plain(each.quantity)}" for each in line.ndc)
        say(f"  {' '.join((line.code, *line.modifiers)):9} x {line.units}   {codes}")
    print_notes(bill.notes, on, day)


@click.command()
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
    day = day_of(on, "infusion.push_limit")
    outcome = infusion_codes(start, stop, pauses=pauses, next_day=next_day, on=day)
    if output == "json":
        print_json(outcome.to_json())
        return
    say(f"{outcome.minutes} minutes of infusion")
    for line in outcome.lines:
        say(f"  {line.code} x {line.units}")
    print_notes(outcome.notes, on, day)


@click.command("ndc")
@click.argument("code")
@output_option
def ndc_(code: str, output: str) -> None:
    """The 11 digits of an NDC, and the vial, units and mL of a package of Yimmugo."""
    found = ndc.details(code)
    if output == "json":
        print_json(found.to_json())
        return
    say(f"{found.ndc}  ({found.formatted})")
    if found.package:
        say(f"  Yimmugo, {found.package.label}: {found.package.units} units of J1553, {found.package.ml} mL")
    if found.note:
        say(f"  {found.note}")


@click.command()
@on_option("Date of service")
@click.option("--payer", metavar="ID", help="Who is billed.")
@output_option
def code(on: str | None, payer: str | None, output: str) -> None:
    """Which code a date of service takes for Yimmugo, and why."""
    day = day_of(on, "code.valid")
    choice = code_for(day, payer=payer)
    if output == "json":
        print_json(choice.to_json())
        return
    say(choice.code or "no specific code: one of the unlisted codes that the payer names")
    for other in choice.alternatives:
        binds = ", ".join(other.binds) or "any payer"
        say(f"  {other.code}  {binds}  ({other.grade})")
    say(f"  {choice.why}")
    print_notes((), on, day)


@click.command()
@click.argument("fact_id", metavar="ID")
@on_option("Date of service")
@click.option("--history", is_flag=True, help="Every entry, not only the one that holds.")
@facts_option
@output_option
def fact(fact_id: str, on: str | None, history: bool, folder: str | None, output: str) -> None:
    """One fact with its date, source and grade; without a date the entry in force when it was checked."""
    base = fact_base(folder)
    found = base.get(fact_id)
    day = facts.as_date(on) if on else found.newest.start
    answer = found.on(day) if not history or on else None
    entries = found.history if history else (answer.entry,) if answer else ()
    coming = () if history or on else found.coming
    if output == "json":
        print_json(
            {
                "id": found.id,
                "label": found.label,
                "unit": found.unit,
                "binds": list(found.binds),
                "on": day.isoformat(),
                "known": answer.known if answer else None,
                "gap": found.gap or None,
                "entries": [_entry_object(entry) for entry in entries],
            }
            | ({} if history or on else {"coming": [_entry_object(entry) for entry in coming]})
        )
        return
    say(f"{found.label} ({found.id})", bold=True)
    if answer and not answer.known:
        say(f"  not known on {day.isoformat()}: {base.gaps[found.gap].confirm if found.gap else 'see the site'}")
        say("  last known:")
    for entry in entries:
        since = f"from {entry.start}" if entry.dated else f"undated source, seen {entry.start}"
        until = f", known until {entry.known_until}" if entry.known_until else ""
        _print_entry(entry, f"{_value_text(entry, found.unit)}  ({since}{until})")
    for entry in coming:
        _print_entry(entry, f"from {date_text(entry.start)}: {_value_text(entry, found.unit)}")


def _value_text(entry: facts.Entry, unit: str) -> str:
    return "ended" if entry.ended else f"{plain_text(entry.value)} {unit}".rstrip()


def _print_entry(entry: facts.Entry, line: str) -> None:
    say(f"  {line}")
    for source in entry.sources:
        say(f"    {source.grade}: {source.id}, {source.locator}")
    if entry.note:
        say(f"    {entry.note}")
    say(f"    checked {entry.checked}")


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


def _data(value: Any) -> Any:
    """A fact's value as JSON: money and quantities as decimal strings, dates as text."""
    if isinstance(value, dict):
        return {key: _data(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_data(each) for each in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
