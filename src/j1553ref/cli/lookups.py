"""Commands that look one thing up: ``units``, ``infusion``, ``ndc``, ``code``, ``fact``."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import click

from j1553ref import facts, ndc
from j1553ref.amounts import dose_by_weight, milligrams
from j1553ref.billing import Billing, plain
from j1553ref.cli.base import (
    day_of,
    fact_base,
    facts_option,
    on_option,
    output_option,
    print_answer,
    print_json,
    print_notes,
    say,
    settings_of,
)
from j1553ref.code import SETTINGS, code_for
from j1553ref.facts.wording import date_text, plain_text, since_text
from j1553ref.infusion import infusion_codes
from j1553ref.planning import Split, WholeVials, course, notes_on_units, split_claims, whole_vials
from j1553ref.redaction import counted
from j1553ref.units import bill_units
from j1553ref.vials import grams, least_waste, vials_text

__all__ = ["code", "fact", "infusion", "ndc_", "units"]


@click.command()
@click.option("--dose-mg", metavar="MG", help="The dose given, in mg, such as 32450; or with its unit, such as 35g.")
@click.option("--weight-kg", metavar="KG", help="Instead of --dose-mg, with --g-per-kg: the weight, such as 72.5.")
@click.option("--g-per-kg", metavar="G", help="The dose for each kg of weight, in grams, such as 0.45.")
@click.option(
    "--vials",
    metavar="LIST",
    help="The opened vials: 20g,10g,5g or 2x20g, or their NDCs. Without them the smallest set, for planning.",
)
@click.option(
    "--labeler",
    metavar="ID",
    help="Whose packages they are, for vials given by size: 70573 or 83372. Default: labeler in j1553ref.toml, else both.",
)
@click.option("--every-weeks", metavar="N", help="Plan a course: weeks from one dose to the next.")
@click.option("--for-weeks", metavar="N", help="Length of the course in weeks, such as 52.")
@click.option("--for-days", metavar="N", help="Length of the course in days, such as 365.")
@click.option("--charge-per-unit", metavar="USD", help="The charge for one unit: is it too much for one claim?")
@click.option("--charge", metavar="USD", help="Instead: the charge for all units of the drug.")
@click.option("--other-charges", metavar="USD", help="The charge of the other lines of the claim.")
@on_option("Date of service")
@click.option("--payer", metavar="ID", help="Who is billed; decides the notes and how claims are split.")
@output_option
def units(on: str | None, payer: str | None, output: str, **given: str | None) -> None:
    """Billing units, discarded units and claim lines for a dose and its opened vials."""
    day = day_of(on, "unit.size")
    dose = _dose(given)
    vials = given["vials"] if given["vials"] is not None else least_waste(dose, on=day)
    labeler = given["labeler"] or settings_of(None, fact_base).labeler
    bill = bill_units(dose_mg=dose, vials=vials, on=day, payer=payer, labeler=labeler)
    rounded = whole_vials(dose, on=day)
    planned = split = None
    if any(given[name] is not None for name in ("every_weeks", "for_weeks", "for_days")):
        if given["every_weeks"] is None:
            raise click.UsageError("--every-weeks is missing: how many weeks from one dose to the next?")
        planned = course(
            bill, every_weeks=given["every_weeks"], for_weeks=given["for_weeks"], for_days=given["for_days"]
        )
    if any(given[name] is not None for name in ("charge", "charge_per_unit", "other_charges")):
        split = split_claims(
            bill,
            on=day,
            payer=payer,
            charge=given["charge"],
            charge_per_unit=given["charge_per_unit"],
            other_charges=given["other_charges"],
        )
    assumed = (
        () if given["vials"] is not None else ("No vials were named: the smallest set is taken. Bill what was opened.",)
    )
    more = (*assumed, *notes_on_units(bill, dose, rounded, payer=payer, on=day))
    if output == "json":
        answer = bill.to_json() | {
            "dose_mg": plain(dose),
            "whole_vials": [other.to_json() for other in rounded],
            "course": planned.to_json() if planned else None,
            "split": split.to_json() if split else None,
        }
        print_answer(answer, on, day, more)
        return
    if given["dose_mg"] is None:
        say(f"{plain(dose)} mg by weight and dose for each kg")
    _print_units(bill, rounded)
    if planned:
        say(
            f"{counted(planned.doses, 'dose')}: {counted(planned.administered_units, 'unit')} given,"
            f" {planned.discarded_units} discarded, {planned.total_units} opened; {vials_text(planned.vials)}"
        )
        say(f"  {planned.why}")
    if split:
        _print_split(split)
    print_notes((*bill.notes, *more, *(split.notes if split else ())), on, day)


def _print_units(bill: Billing, rounded: Iterable[WholeVials]) -> None:
    given = counted(bill.administered_units, "unit")
    say(f"{given} given, {bill.discarded_units} discarded, {bill.total_units} opened")
    for line in bill.lines:
        say(f"  {' '.join((line.code, *line.modifiers)):9} x {line.units}")
        for drug in line.ndc:
            strings = (f"N4{code} {drug.unit}{plain(drug.quantity)}" for code in drug.codes)
            say(f"              {' or '.join(strings)}")
    if rounded:
        say("whole vials instead, if the prescriber orders them:")
    for other in rounded:
        say(
            f"  {grams(other.dose_mg):5} = {other.administered_units} units, {other.discarded_units} discarded,"
            f" {other.percent:.1f}% of the dose{' (nearest)' if other.nearest else ''}"
        )


def _dose(given: dict[str, str | None]) -> Decimal:
    """The dose in mg: as given, or by weight."""
    dose, weight, per_kg = given["dose_mg"], given["weight_kg"], given["g_per_kg"]
    if dose is not None and weight is None and per_kg is None:
        return milligrams(dose)
    if dose is None and weight is not None and per_kg is not None:
        return dose_by_weight(weight, per_kg)
    raise click.UsageError("the dose: give either --dose-mg, or --weight-kg and --g-per-kg together")


def _print_split(split: Split) -> None:
    total = split.charge + split.other_charges
    if split.limit is None:
        return
    if not split.claims:
        say(f"${total:,.2f} fits on one claim: the limit of Medicare Part B is ${split.limit:,.2f}")
        return
    say(f"${total:,.2f} is above ${split.limit:,.2f}, the most that one professional claim can charge:")
    for number, claim in enumerate(split.claims, start=1):
        lines = ", ".join(f"{' '.join((line.code, *line.modifiers))} x {line.units}" for line in claim.lines)
        beside = ", with the other lines" if number == 1 else ""
        say(f"  claim {number}: {vials_text(claim.vials)}; {lines}; ${claim.total_charge:,.2f}{beside}")


@click.command()
@click.option("--start", required=True, metavar="TIME", help="When the infusion began: 09:05, 0905 or 9:05 AM.")
@click.option("--stop", required=True, metavar="TIME", help="When it ended.")
@click.option("--pause", "pauses", multiple=True, metavar="TIME-TIME", help="A time without infusion; may be repeated.")
@click.option("--next-day", is_flag=True, help="The infusion ended on the day after it began.")
@click.option("--same-day", is_flag=True, help="It ended on the day it began, after more than 12 hours.")
@on_option("Date of service")
@output_option
def infusion(
    start: str, stop: str, pauses: tuple[str, ...], next_day: bool, same_day: bool, on: str | None, output: str
) -> None:
    """Administration codes for an infusion, from its start and stop times."""
    day = day_of(on, "infusion.push_limit")
    outcome = infusion_codes(start, stop, pauses=pauses, next_day=next_day, same_day=same_day, on=day)
    if output == "json":
        print_answer(outcome.to_json(), on, day)
        return
    say(f"{counted(outcome.minutes, 'minute')} of infusion")
    for line in outcome.lines:
        say(f"  {line.code} x {line.units}")
    print_notes(outcome.notes, on, day)


@click.command("ndc")
@click.argument("code")
@output_option
def ndc_(code: str, output: str) -> None:
    """The 11 digits of an NDC, and the vial, units and mL of a package of Yimmugo.

    CODE is what is on the vial, the carton or the claim: ten or eleven digits, also with N4 in front, or the digits of a
    barcode. What is written wrong is named, with what to write.
    """
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
@click.option("--setting", type=click.Choice(list(SETTINGS)), help="Where the drug is given.")
@output_option
def code(on: str | None, payer: str | None, setting: str | None, output: str) -> None:
    """Which code a date of service takes for Yimmugo, and why, by payer and setting."""
    day = day_of(on, "code.valid")
    choice = code_for(day, payer=payer, setting=setting)
    if output == "json":
        print_answer(choice.to_json(), on, day)
        return
    say(choice.code or ("no code is known for this payer" if payer else "no one code: it depended on the payer"))
    for other in choice.alternatives:
        binds = ", ".join(other.binds) or "any payer"
        place = f", {other.setting} only" if other.setting else ""
        say(f"  {other.code}  {binds}{place}  ({other.grade})")
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
        gap = base.gaps.get(found.gap)
        say(f"  not known on {day.isoformat()}: {gap.confirm if gap else 'see the site'}")
        for text in (gap.url, gap.ask) if gap else ():
            if text:
                say(f"    {text}")
        say("  last known:")
    for entry in entries:
        since = f"from {entry.start}" if entry.takes_effect else since_text(entry)
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
        "dated_by": entry.dated_by or None,
        "known_until": entry.known_until.isoformat() if entry.known_until else None,
        "ended": entry.ended,
        "value": _data(entry.value),
        "grade": entry.grade,
        "sources": [{"id": source.id, "locator": source.locator, "grade": source.grade} for source in entry.sources],
        "checked": entry.checked.isoformat(),
        "note": entry.note or None,
    }


def _data(value: Any) -> Any:
    """A fact's value as JSON: money and quantities as decimal strings, dates as text."""
    if isinstance(value, dict):
        return {key: _data(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_data(item) for item in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
