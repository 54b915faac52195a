"""``check``: claims against the rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click

from j1553ref import checking, report, rules
from j1553ref.claim import InputError
from j1553ref.cli.base import complain, fact_base, facts_option
from j1553ref.cli.printers import PRINTERS, Run
from j1553ref.payers import parse_payer
from j1553ref.readers import FORMATS, Record, open_source, read

__all__ = ["check", "records"]


@click.command()
@click.argument("sources", metavar="FILE...", nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Input format; sniffed without it.")
@click.option(
    "--payer", metavar="ID", help="Such as medicare-ab, medicare-ab:ngs, medicaid:NC, bcbs:premera, commercial."
)
@click.option("--select", metavar="CODES", help="Only these rules; prefixes allowed: JWZ,UNT002.")
@click.option("--ignore", metavar="CODES", help="Not these rules; prefixes allowed.")
@click.option("--output", type=click.Choice(tuple(PRINTERS)), default="text", show_default=True)
@click.option("--show-not-checked", is_flag=True, help="List the rules that could not be decided, by missing datum.")
@click.option("--statistics", is_flag=True, help="Count findings by rule; on standard error for json, jsonl and sarif.")
@click.option("--fail-level", type=click.Choice(["error", "warning", "info"]), default="error", show_default=True,
              help="The quietest finding that makes the exit status 1.")  # fmt: skip
@click.option("--exit-zero", is_flag=True, help="Exit 0 in spite of findings; unusable input still exits 2.")
@click.option("--with-ids", is_flag=True, help="Print claim ids, which are left out otherwise.")
@facts_option
def check(
    sources: tuple[str, ...], form: str | None, payer: str | None, select: str | None, ignore: str | None, output: str,
    show_not_checked: bool, statistics: bool, fail_level: str, exit_zero: bool, with_ids: bool, folder: str | None,
) -> None:  # fmt: skip
    """Check claim files against the rules; - reads standard input.

    Exit status: 0 nothing at or above the fail level, 1 at least one such finding, 2 unusable input or usage.
    """
    base = fact_base(folder)
    if payer:
        parse_payer(payer)
    chosen, left_out = _codes(select), _codes(ignore)
    if not (rules.matching(chosen) if chosen else {"all"}) - (rules.matching(left_out) if left_out else frozenset()):
        raise click.ClickException("--select and --ignore leave no rule: select more, or ignore less")
    summary = report.Summary()

    def claims() -> Iterator[dict[str, Any]]:
        for record in records(sources, form):
            outcome = (
                checking.check(record.claim, payer=payer, select=chosen, ignore=left_out, facts=base)
                if record.claim is not None
                else None
            )
            summary.add(record, outcome)
            claim = report.claim_object(record, outcome, with_ids=with_ids)
            if claim["error"] is not None:
                complain(f"{claim['source']}: {claim['error']}")
            yield claim

    def status() -> int:
        return summary.exit_status(fail_level, exit_zero=exit_zero)

    PRINTERS[output](
        claims(),
        Run(summary=summary, facts=base, show_not_checked=show_not_checked, statistics=statistics, status=status),
    )
    sys.exit(status())


def records(sources: tuple[str, ...], form: str | None) -> Iterator[Record]:
    """Every record of every source; a source that cannot be opened is a record with an error."""
    for source in sources:
        name = "<stdin>" if source == "-" else "".join(each if each.isprintable() else "?" for each in source)
        try:
            with open_source(source) as stream:
                yield from read(stream, source=name, format=form)
        except InputError as error:
            yield Record(source=name, index=0, error=str(error).removeprefix(f"{name}: "))


def _codes(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if not parts:
        raise click.ClickException("--select and --ignore want codes or prefixes, such as JWZ,UNT002")
    return parts
