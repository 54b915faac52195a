"""How a run of ``check`` goes: claims examined here or in worker processes, in order; progress; and Ctrl-C."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, BinaryIO, NamedTuple

import click

from j1553ref import checking, report
from j1553ref.claim import InputError
from j1553ref.cli.base import fact_base
from j1553ref.facts import FactBase
from j1553ref.readers import Record, RecordText, Scope, Skipped, open_source, record_texts, records_of
from j1553ref.suppression import Suppression

__all__ = ["Examiner", "Outcome", "Plan", "Progress", "Source", "Stop", "WorkerError", "examined"]

#: A batch for a worker holds so many records, or so many characters.
_RECORDS, _CHARACTERS = 64, 1024 * 1024

Found = RecordText | Record


class WorkerError(RuntimeError):
    """A worker process ended before its work."""


class Source(NamedTuple):
    """A source: its place among those of the run, how it is opened, and how it is called."""

    place: int
    path: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How claims are examined; it goes to each worker as it is."""

    folder: str | None
    form: str | None
    payer: str | None
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    stocked: tuple[str, ...]
    suppress: tuple[Suppression, ...]
    with_ids: bool
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Outcome:
    """Claim objects of one source, numbered from 0; which suppressions were tried and hid something; records passed over."""

    source: Source
    claims: list[dict[str, Any]] = field(default_factory=list)
    tried: set[Suppression] = field(default_factory=set)
    used: set[Suppression] = field(default_factory=set)
    skipped: int = 0
    #: those of them that are of a kind that holds no claim
    others: int = 0
    #: what to say once of the source
    remarks: list[str] = field(default_factory=list)


class Examiner:
    """Checks records by a plan."""

    def __init__(self, plan: Plan, facts: FactBase | None = None) -> None:
        self.plan = plan
        self.facts = facts or fact_base(plan.folder)
        self.covering = cache(self._covering)

    def _covering(self, source: str) -> tuple[Suppression, ...]:
        return tuple(entry for entry in self.plan.suppress if entry.covers(source))

    def check(self, claim: Any, source: str, *, by_all: bool = False) -> checking.Report:
        """The report on one claim; with ``by_all`` by every rule, and nothing suppressed."""
        plan = self.plan
        wanted = {} if by_all else {"select": plan.select, "ignore": plan.ignore, "suppress": self.covering(source)}
        return checking.check(claim, payer=plan.payer, stocked_vials=plan.stocked, facts=self.facts, **wanted)  # type: ignore[arg-type]

    def outcome(self, source: Source, batch: list[Found]) -> Outcome:
        """The claim objects of records that follow each other in a source."""
        done = Outcome(source)
        examine = partial(self.check, source=source.name)
        for found in batch:
            index = len(done.claims) + done.skipped
            for record in records_of(found, source=source.name, index=index, format=self.plan.form):
                if isinstance(record, Skipped):
                    done.skipped += record.count
                    done.others += record.count
                    continue
                done.remarks += [record.remark] if record.remark else []
                record, result = checking.judged(record, examine)
                done.claims.append(report.claim_object(record, result, with_ids=self.plan.with_ids))
                if result is None:
                    continue
                done.used.update(hidden.by for hidden in result.suppressed)
                if "out_of_scope" not in result.notes:
                    done.tried.update(entry for entry in self.covering(source.name) if entry.concerns(result.payer))
        return done


def examined(
    plan: Plan,
    sources: tuple[Source, ...],
    *,
    here: Examiner,
    jobs: int,
    in_scope_only: bool,
    opened: Callable[[Source, BinaryIO], None],
) -> Generator[Outcome, None, None]:
    """What is found in the sources, in the order of the input.

    ``opened`` gets each stream. With more than one job, batches are checked in processes of their own; raises
    :class:`WorkerError` where one of them dies.
    """
    scope = Scope(here.facts, plan.form) if in_scope_only else None
    found = _found(sources, plan, scope, opened)
    if jobs == 1:
        for source, item in found:
            yield Outcome(source, skipped=item.count) if isinstance(item, Skipped) else here.outcome(source, [item])
        return
    # Processes are started afresh, so that it goes the same way on every system.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(plan,))
    waiting: deque[Outcome | Future[Outcome]] = deque()
    busy, finished = 0, False
    try:
        for source, batch in _batches(found):
            if isinstance(batch, int):
                waiting.append(Outcome(source, skipped=batch))
            else:
                with _unheard():
                    waiting.append(pool.submit(_outcome, source, batch))
                busy += 1
            while waiting and (isinstance(waiting[0], Outcome) or busy > 2 * jobs):
                first = waiting.popleft()
                busy -= not isinstance(first, Outcome)
                yield _done(first)
        yield from map(_done, waiting)
        finished = True
    except BrokenProcessPool:
        raise WorkerError("a worker process ended before its work: too little memory? Try fewer --jobs") from None
    finally:
        # Where all is done, the wait is short; without it the end of the program may meet the pool while it closes.
        pool.shutdown(wait=finished, cancel_futures=True)


def _done(first: Outcome | Future[Outcome]) -> Outcome:
    return first if isinstance(first, Outcome) else first.result()


@contextmanager
def _unheard() -> Iterator[None]:
    """Signals wait until a process is started: half a start would be a traceback. The new process hears no Ctrl-C.

    Ctrl-C is for the process that prints.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    kept = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, kept)


def _found(
    sources: tuple[Source, ...], plan: Plan, scope: Scope | None, opened: Callable[[Source, BinaryIO], None]
) -> Iterator[tuple[Source, Found | Skipped]]:
    """Every record of every source as text; a source that cannot be opened is a record with an error."""
    for source in sources:
        try:
            with open_source(source.path) as stream:
                opened(source, stream)
                options = {"format": plan.form, "scope": scope, "columns": plan.columns}
                for item in record_texts(stream, source=source.name, **options):  # type: ignore[arg-type]
                    yield source, item
        except InputError as error:
            yield source, Record(source=source.name, index=0, error=str(error).removeprefix(f"{source.name}: "))


def _batches(found: Iterator[tuple[Source, Found | Skipped]]) -> Iterator[tuple[Source, list[Found] | int]]:
    """Records in batches of one source, and numbers of records that were passed over, in order."""
    batch: list[Found] = []
    size, of = 0, Source(0, "", "")
    for source, item in found:
        if batch and (isinstance(item, Skipped) or source != of or len(batch) >= _RECORDS or size >= _CHARACTERS):
            yield of, batch
            batch, size = [], 0
        of = source
        if isinstance(item, Skipped):
            yield source, item.count
        else:
            batch.append(item)
            size += len(item.text) if isinstance(item, RecordText) else 0
    if batch:
        yield of, batch


def _begin(plan: Plan) -> None:
    """Makes a worker ready: it ignores Ctrl-C and heeds SIGTERM, which its start kept waiting."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    global _examiner
    _examiner = Examiner(plan)


def _outcome(source: Source, batch: list[Found]) -> Outcome:
    return _examiner.outcome(source, batch)


_examiner: Examiner


class Stop:
    """Ctrl-C, SIGTERM and SIGHUP: the claim at hand is printed whole, and a wait for input or workers ends at once."""

    def __init__(self) -> None:
        #: the signal that came, 0 for none
        self.signal = 0
        self._waiting = False

    def _came(self, number: int, _: object) -> None:
        again, self.signal = bool(self.signal), number
        if self._waiting or again:
            raise KeyboardInterrupt

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Signals are taken while this lasts; in a thread of somebody else's program they stay as they are."""
        kept = {}
        with suppress(ValueError):
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                number = getattr(signal, name, None)
                if number is not None and (name != "SIGHUP" or signal.getsignal(number) != signal.SIG_IGN):
                    kept[number] = signal.signal(number, self._came)
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)

    def until(self, outcomes: Generator[Outcome, None, None]) -> Iterator[Outcome]:
        """The outcomes up to the signal."""
        while not self.signal:
            try:
                self._waiting = True
                outcome = next(outcomes, None)
                self._waiting = False
            except KeyboardInterrupt:
                self._waiting = False
                return
            if outcome is None:
                return
            yield outcome
        outcomes.close()


class Progress:
    """Records so far, their rate and the time that is left, on a terminal's standard error after two seconds."""

    _FIRST, _STEP, _SECOND = 2_000_000_000, 250_000_000, 1_000_000_000

    def __init__(self, sources: tuple[Source, ...]) -> None:
        self._on = sys.stderr is not None and sys.stderr.isatty()
        self._sizes = [_size(source.path) for source in sources] if self._on else []
        self._total = sum(self._sizes) if all(self._sizes) else 0
        self._start = self._last = time.monotonic_ns()
        self._count = self._before = 0
        self._stream: BinaryIO | None = None
        self._shown = False

    def opened(self, source: Source, stream: BinaryIO) -> None:
        """The next source; those before it have been read."""
        self._before = sum(self._sizes[: source.place])
        self._stream = stream

    def add(self, count: int) -> None:
        """More records are done."""
        self._count += count
        at = time.monotonic_ns() if self._on else 0
        if at - self._start > self._FIRST and at - self._last > self._STEP:
            self._last, self._shown = at, True
            click.echo(f"\r{self.line(at - self._start, self._before + self._read())}\x1b[K", err=True, nl=False)

    def line(self, elapsed: int, read: int) -> str:
        """What is shown after so many nanoseconds and bytes."""
        rate = f"{self._count:,} records, {self._count * self._SECOND // max(elapsed, 1):,} a second"
        if not self._total or not read:
            return rate
        left = (self._total - read) * elapsed // read // self._SECOND
        return f"{rate}, {100 * read // self._total} %, {left // 60}:{left % 60:02d} left"

    def erase(self) -> None:
        """Makes room for other lines."""
        if self._shown:
            self._shown = False
            click.echo("\r\x1b[K", err=True, nl=False)

    def _read(self) -> int:
        with suppress(OSError, ValueError, AttributeError):
            return self._stream.tell() if self._stream and self._total else 0  # a closed one was read to its end
        return 0


def _size(source: str) -> int:
    with suppress(OSError, ValueError):
        return os.stat(source).st_size if source != "-" else 0  # noqa: PTH116 - the text of a name, as it is opened
    return 0
