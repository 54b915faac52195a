"""``check``: claims against the rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

import click

from j1553ref import checking, config, report
from j1553ref.claim import InputError
from j1553ref.cli import fixing, running
from j1553ref.cli.base import column_option, columns_given, complain, fact_base, facts_option, say, settings_of
from j1553ref.cli.printers import PRINTERS, Run
from j1553ref.errors import unexpected
from j1553ref.facts import FactBase
from j1553ref.payers import parse_payer
from j1553ref.readers import FORMATS, Record, nothing_in, open_source, read
from j1553ref.redaction import one_line
from j1553ref.report.tally import MOST_NAMED
from j1553ref.suppression import Suppression
from j1553ref.vials import UnitsError

__all__ = ["check", "records"]


@click.command()
@click.argument("sources", metavar="FILE...", nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(FORMATS), help="Input format; sniffed without it.")
@column_option
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
@click.option(
    "--in-scope-only",
    is_flag=True,
    help="Pass over, unparsed, records in whose bytes no code or NDC of ours can be; the summary counts them as skipped.",
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 60),
    default=1,
    show_default=True,
    help="Check in so many processes; order and exit status stay the same.",
)
@facts_option
def check(
    sources: tuple[str, ...],
    form: str | None,
    columns: tuple[str, ...],
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
    in_scope_only: bool,
    jobs: int,
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
    settings = settings_of(configured, lambda own: fact_base(folder or own))
    base = fact_base(folder or settings.facts)
    _check_stocked(settings, base)
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
    examiner = running.Examiner(
        running.Plan(
            folder=folder or settings.facts,
            form=form,
            payer=payer,
            select=chosen,
            ignore=left_out,
            stocked=settings.stocked_vials,
            suppress=tuple(entry for entry in settings.suppress if entry.codes & wanted),
            with_ids=with_ids,
            columns=columns_given(columns),
        ),
        base,
    )
    summary = report.Summary()
    watch = _Suppressions(settings.suppress)

    well = not fix or fixing.fix_sources(
        tuple((source, _named(source)) for source in sources),
        form,
        examine=examiner.check,
        whole=partial(examiner.check, source="", by_all=True),
        write=write,
        say=partial(say, err=output != "text"),
    )
    queue = tuple(running.Source(place, source, _named(source)) for place, source in enumerate(sources))
    stop, progress = running.Stop(), running.Progress(queue)
    outcomes = running.examined(
        examiner.plan, queue, here=examiner, jobs=jobs, in_scope_only=in_scope_only, opened=progress.opened
    )

    def claims() -> Iterator[dict[str, Any]]:
        source, index, cut = queue[0], 0, ""
        unusable = others = 0
        try:
            for outcome in stop.until(outcomes):
                if outcome.source != source:
                    yield from empty(source.name, index, others)
                    only_counted(source.name, unusable)
                    source, index, unusable, others = outcome.source, 0, 0, 0
                summary.skipped += outcome.skipped
                others += outcome.others
                watch.note(outcome)
                for remark in outcome.remarks:
                    progress.erase()
                    complain(f"note: {source.name}: {remark}")
                for claim in outcome.claims:
                    unusable += claim["error"] is not None
                    summary.add(claim)
                    if claim["error"] is None or unusable <= MOST_NAMED:
                        yield announced(claim | {"index": index + claim["index"]})
                progress.add(count := outcome.skipped + len(outcome.claims))
                index += count
        except running.WorkerError as error:
            cut = str(error)
        except MemoryError as error:
            cut = unexpected(error)
        if not stop.signal and not cut:
            yield from empty(source.name, index, others)
        only_counted(source.name, unusable)
        if stop.signal:
            cut = "interrupted: what follows was not checked"
        if cut:
            last = report.claim_object(Record(source=source.name, index=index, error=cut), None)
            summary.add(last)
            yield announced(last)

    def empty(name: str, count: int, others: int) -> Iterator[dict[str, Any]]:
        """The error of a source of which all ``count`` records are of kinds that hold no claim."""
        if others and others == count:
            nothing = report.claim_object(nothing_in(name), None)
            summary.add(nothing)
            yield announced(nothing | {"index": count})

    def announced(claim: dict[str, Any]) -> dict[str, Any]:
        progress.erase()
        if claim["error"] is not None:
            complain(f"{claim['source']}: {claim['error']}")
        return claim

    def only_counted(name: str, unusable: int) -> None:
        progress.erase()
        if unusable > MOST_NAMED:
            complain(f"{name}: {unusable - MOST_NAMED:,} more records are unusable; they are counted and not named")

    if show_not_checked is None:
        show_not_checked = bool(settings.show_not_checked)

    def status() -> int:
        if stop.signal:
            return 128 + stop.signal
        found = summary.exit_status(fail_level or settings.fail_level or "error", exit_zero=exit_zero)
        return found if well else 2

    with stop.heeded():
        PRINTERS[output](
            claims(),
            Run(
                summary=summary,
                facts=base,
                show_not_checked=show_not_checked,
                statistics=statistics,
                settings=_in_force(settings, folder),
                status=status,
            ),
        )
    for number, entry in watch.idle() if not stop.signal else ():
        complain(
            f"note: {settings.where('suppress', number)}: the entry for {entry.code} suppressed nothing here; take it out "
            "if it is not needed any more"
        )
    sys.exit(status())


class _Suppressions:
    """The suppressions of a run, and which of them were tried and hid something."""

    def __init__(self, entries: tuple[Suppression, ...]) -> None:
        self._numbers = {entry: number for number, entry in reversed(list(enumerate(entries)))}
        self._tried: set[Suppression] = set()
        self._used: set[Suppression] = set()

    def note(self, outcome: running.Outcome) -> None:
        self._used |= outcome.used
        self._tried |= outcome.tried

    def idle(self) -> Iterator[tuple[int, Suppression]]:
        """The entries, with their numbers, that could have hidden something and did not."""
        left = self._tried - self._used
        return ((number, entry) for entry, number in reversed(self._numbers.items()) if entry in left)


def _in_force(settings: config.Config, folder: str | None) -> report.Settings:
    """What the report says of the configuration and the facts folder, so that neither decides unseen."""
    lists = {"select": settings.select, "ignore": settings.ignore, "stocked vials": settings.stocked_vials}
    changes = [f"{name} {', '.join(values)}" for name, values in lists.items() if values]
    changes += [f"payer {settings.payer}"] if settings.payer else []
    changes += [f"labeler {settings.labeler}"] if settings.labeler else []
    changes += [f"fail level {settings.fail_level}"] if settings.fail_level else []
    changes += [f"suppress {entry.code}: {entry.reason}" for entry in settings.suppress]
    facts = folder or settings.facts
    return report.Settings(
        config=settings.source.name if settings.source else None,
        facts=one_line(facts) if facts else None,
        changes=tuple(changes),
    )


def _check_stocked(settings: config.Config, base: FactBase) -> None:
    try:
        checking.vial_sizes(settings.stocked_vials, base)
    except UnitsError as error:  # it begins with the word vials
        raise config.ConfigError(f"{settings.where('stocked_vials')}: stocked_{error}") from None


def records(sources: tuple[str, ...], form: str | None, columns: tuple[tuple[str, str], ...] = ()) -> Iterator[Record]:
    """Every record of every source; a source that cannot be opened is a record with an error."""
    for source in sources:
        name = _named(source)
        try:
            with open_source(source) as stream:
                yield from read(stream, source=name, format=form, columns=columns)
        except InputError as error:
            yield Record(source=name, index=0, error=str(error).removeprefix(f"{name}: "))


def _named(source: str) -> str:
    """A source as it is printed: on one line."""
    return "<stdin>" if source == "-" else one_line(source)


def _codes(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if not parts:
        raise click.ClickException("--select and --ignore want codes or prefixes, such as JWZ,UNT002")
    return parts
