"""``check``: claims against the rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import click

from j1553ref import checking, config, report
from j1553ref.claim import Claim, InputError
from j1553ref.cli import fixing
from j1553ref.cli.base import complain, fact_base, facts_option
from j1553ref.cli.printers import PRINTERS, Run
from j1553ref.facts import FactBase
from j1553ref.payers import parse_payer
from j1553ref.readers import FORMATS, Record, open_source, read
from j1553ref.suppression import Suppression
from j1553ref.vials import UnitsError

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
@click.option(
    "--show-not-checked/--hide-not-checked",
    default=None,
    help="List the rules that could not be decided, by missing datum.",
)
@click.option("--statistics", is_flag=True, help="Count findings by rule; on standard error for json, jsonl and sarif.")
@click.option(
    "--fail-level",
    type=click.Choice(["error", "warning", "info"]),
    help="The quietest finding that makes the exit status 1.  [default: error]",
)
@click.option("--exit-zero", is_flag=True, help="Exit 0 in spite of findings; unusable input still exits 2.")
@click.option("--with-ids", is_flag=True, help="Print claim ids, which are left out otherwise.")
@click.option(
    "--config",
    "configured",
    metavar="FILE",
    help="This configuration instead of the one that is found upward from here; none for none at all.",
)
@click.option("--fix", is_flag=True, help="Show the few certain corrections as changed values.")
@click.option("--write", is_flag=True, help="With --fix, write them into the files.")
@facts_option
def check(
    sources: tuple[str, ...],
    form: str | None,
    payer: str | None,
    select: str | None,
    ignore: str | None,
    output: str,
    show_not_checked: bool | None,
    statistics: bool,
    fail_level: str | None,
    exit_zero: bool,
    with_ids: bool,
    configured: str | None,
    fix: bool,
    write: bool,
    folder: str | None,
) -> None:
    """Check claim files against the rules; - reads standard input.

    Exit status: 0 nothing at or above the fail level, 1 at least one such finding, 2 unusable input or usage. Options go
    before the configuration, which is looked for in j1553ref.toml and pyproject.toml.
    """
    if write and not fix:
        raise click.ClickException("--write goes with --fix: give both, or neither")
    if fix:
        fixing.refuse_unfit(sources)
    settings = _settings(configured, lambda own: fact_base(folder or own))
    base = fact_base(folder or settings.facts)
    stocked = _stocked(settings, base)
    payer = payer or settings.payer
    if payer:
        parse_payer(payer, base)
    chosen = _codes(select) if select is not None else settings.select
    left_out = _codes(ignore) if ignore is not None else settings.ignore
    wanted = checking.chosen_codes(chosen, left_out)
    if not wanted:
        named = [
            f"--{name}" if given is not None else f"{name} in {settings.where(name)}"
            for name, given, codes in (("select", select, chosen), ("ignore", ignore, left_out))
            if codes
        ]
        raise click.ClickException(f"no rule is left by {' and '.join(named)}: select more, or ignore less")
    summary = report.Summary()
    watch = _Suppressions(settings.suppress, wanted)
    by_all_rules = partial(checking.check, payer=payer, stocked_vials=stocked, facts=base)

    def examine(claim: Claim, source: str) -> checking.Report:
        return by_all_rules(claim, select=chosen, ignore=left_out, suppress=watch.covering(source))

    well = not fix or fixing.fix_sources(
        tuple((each, _named(each)) for each in sources),
        form,
        examine=examine,
        whole=by_all_rules,
        write=write,
        say=partial(click.echo, err=output != "text"),
    )

    def claims() -> Iterator[dict[str, Any]]:
        for record in records(sources, form):
            outcome = examine(record.claim, record.source) if record.claim is not None else None
            if outcome:
                watch.note(record.source, outcome)
            summary.add(record, outcome)
            claim = report.claim_object(record, outcome, with_ids=with_ids)
            if claim["error"] is not None:
                complain(f"{claim['source']}: {claim['error']}")
            yield claim

    if show_not_checked is None:
        show_not_checked = bool(settings.show_not_checked)

    def status() -> int:
        found = summary.exit_status(fail_level or settings.fail_level or "error", exit_zero=exit_zero)
        return found if well else 2

    PRINTERS[output](
        claims(),
        Run(summary=summary, facts=base, show_not_checked=show_not_checked, statistics=statistics, status=status),
    )
    for number, entry in watch.idle():
        complain(
            f"note: {settings.where('suppress', number)}: the entry for {entry.code} suppressed nothing here; take it out "
            "if it is not needed any more"
        )
    sys.exit(status())


class _Suppressions:
    """The suppressions of a run, and which of them were tried and hid something."""

    def __init__(self, entries: tuple[Suppression, ...], wanted: frozenset[str]) -> None:
        self._entries = tuple(each for each in entries if each.codes & wanted)
        self._numbers = {each: number for number, each in reversed(list(enumerate(entries)))}
        self._tried: set[Suppression] = set()
        self._used: set[Suppression] = set()
        self.covering = cache(self._covering)

    def _covering(self, source: str) -> tuple[Suppression, ...]:
        return tuple(each for each in self._entries if each.covers(source))

    def note(self, source: str, outcome: checking.Report) -> None:
        self._used.update(each.by for each in outcome.suppressed)
        if "out_of_scope" not in outcome.notes:
            self._tried.update(each for each in self.covering(source) if each.concerns(outcome.payer))

    def idle(self) -> Iterator[tuple[int, Suppression]]:
        """The entries, with their numbers, that could have hidden something and did not."""
        return ((self._numbers[each], each) for each in self._entries if each in self._tried - self._used)


def _settings(configured: str | None, facts_of: config.FactsOf) -> config.Config:
    if configured == "none":
        return config.Config()
    if configured is not None:
        return config.load(Path(configured), facts_of=facts_of)
    try:
        here = Path.cwd()
    except OSError:  # the folder is gone
        return config.Config()
    return config.find(here, facts_of=facts_of)


def _stocked(settings: config.Config, base: FactBase) -> tuple[str, ...]:
    try:
        checking.vial_sizes(settings.stocked_vials, base)
    except UnitsError as error:  # it begins with the word vials
        raise config.ConfigError(f"{settings.where('stocked_vials')}: stocked_{error}") from None
    return settings.stocked_vials


def records(sources: tuple[str, ...], form: str | None) -> Iterator[Record]:
    """Every record of every source; a source that cannot be opened is a record with an error."""
    for source in sources:
        name = _named(source)
        try:
            with open_source(source) as stream:
                yield from read(stream, source=name, format=form)
        except InputError as error:
            yield Record(source=name, index=0, error=str(error).removeprefix(f"{name}: "))


def _named(source: str) -> str:
    """A source as it is printed: on one line."""
    return "<stdin>" if source == "-" else "".join(each if each.isprintable() else "?" for each in source)


def _codes(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if not parts:
        raise click.ClickException("--select and --ignore want codes or prefixes, such as JWZ,UNT002")
    return parts
