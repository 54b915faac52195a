"""From the clock times of one infusion to its administration codes.

Only the minutes in which this drug ran count: pauses are left out, and the minutes after the last full hour count
only above the threshold. The limits and codes are facts (``infusion``); CPT codes appear by number alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from j1553ref.errors import J1553Error
from j1553ref.facts import FactBase, as_date, packaged

__all__ = [
    "Infusion",
    "InfusionError",
    "InfusionLine",
    "PauseLike",
    "further_hours",
    "infusion_codes",
    "minutes_infused",
]

_DAY = 24 * 60
#: Above this a typing mistake is more likely than an infusion into the next day, so the user has to confirm it.
_LONGEST_UNCONFIRMED = 12 * 60
_LIMITS = ("push_limit", "first_hour", "further_hour", "further_hour_threshold")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
#: A pause: its start and stop, or one text such as ``10:00-10:25``.
PauseLike = tuple[time | str, time | str] | str


class InfusionError(J1553Error, ValueError):
    """The times do not describe an infusion."""


@dataclass(frozen=True, slots=True)
class InfusionLine:
    """One administration line: CPT code by number, and its units.

    >>> from j1553ref import infusion_codes
    >>> infusion_codes("09:00", "13:35", on="2026-05-01").lines[1]
    InfusionLine(code='96366', units=4)
    """

    code: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Infusion:
    """Minutes in which the drug ran, administration lines, what to know, and the ids of the facts read.

    >>> from j1553ref import infusion_codes
    >>> infusion_codes("09:00", "10:00", on="2026-05-01").to_json()
    {'minutes': 60, 'lines': [{'code': '96365', 'units': 1}], 'notes': []}
    """

    minutes: int
    lines: tuple[InfusionLine, ...]
    notes: tuple[str, ...]
    facts: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``minutes, lines: [{code, units}], notes``."""
        return {
            "minutes": self.minutes,
            "lines": [{"code": line.code, "units": line.units} for line in self.lines],
            "notes": list(self.notes),
        }


def infusion_codes(
    start: time | str,
    stop: time | str,
    *,
    on: date | str,
    pauses: Iterable[PauseLike] = (),
    next_day: bool = False,
    facts: FactBase | None = None,
) -> Infusion:
    """Administration codes for one infusion that started on the date of service ``on``.

    Times are ``HH:MM`` of a 24-hour clock or :class:`datetime.time`; ``pauses`` are pairs of them or texts
    such as ``"10:00-10:25"``. A stop before the start is one on the next day. Raises :class:`InfusionError`
    for times that describe no infusion, and for more than 12 hours without ``next_day``;
    :class:`~j1553ref.facts.FactError` where the limits are not known on that date. Sources: facts
    ``infusion.push_limit``, ``infusion.first_hour``, ``infusion.further_hour_threshold``.

    >>> found = infusion_codes("22:30", "02:10", on="2026-05-01")
    >>> found.minutes, [(line.code, line.units) for line in found.lines]
    (220, [('96365', 1), ('96366', 3)])
    >>> infusion_codes("09:00", "13:35", pauses=["10:00-10:25"], on="2026-05-01").minutes
    250
    """
    when, base = as_date(on), facts or packaged()
    minutes, notes = _timed(start, stop, pauses, next_day)

    def fact(name: str) -> Any:
        return base.on(f"infusion.{name}", when).value

    push_limit: int = fact("push_limit")
    if minutes <= push_limit:
        notes.append(
            f"{push_limit} minutes or less is a push ({fact('code.push')}); {fact('code.initial')} takes"
            f" {push_limit + 1} or more. That is short for immune globulin: check the times in the record."
        )
        read: tuple[str, ...] = ("push_limit", "code.push", "code.initial")
        return Infusion(
            minutes=minutes,
            lines=(InfusionLine(fact("code.push"), 1),),
            notes=tuple(notes),
            facts=tuple(f"infusion.{name}" for name in read),
        )
    further = further_hours(minutes, on=when, facts=base)
    lines = [InfusionLine(fact("code.initial"), 1)]
    if further:
        lines.append(InfusionLine(fact("code.further"), further))
    remainder = minutes - fact("first_hour") - further * fact("further_hour")
    if remainder > 0:
        threshold = fact("further_hour_threshold")
        notes.append(f"The last {remainder} min add no {fact('code.further')}: that takes more than {threshold}.")
    read = (*_LIMITS, "code.initial", "code.further")
    return Infusion(
        minutes=minutes, lines=tuple(lines), notes=tuple(notes), facts=tuple(f"infusion.{name}" for name in read)
    )


def further_hours(minutes: int, *, on: date | str, facts: FactBase | None = None) -> int:
    """Units of the code for further hours, for whole minutes of infusion.

    The first hour has its own code; after it each full hour counts, and what is left only if it is more than
    the threshold. Sources: facts ``infusion.first_hour``, ``infusion.further_hour``,
    ``infusion.further_hour_threshold``.

    >>> [further_hours(minutes, on="2026-05-01") for minutes in (52, 90, 91, 150, 151, 275)]
    [0, 0, 1, 1, 2, 4]
    """
    base = facts or packaged()
    first: int = base.on("infusion.first_hour", on).value
    hour: int = base.on("infusion.further_hour", on).value
    threshold: int = base.on("infusion.further_hour_threshold", on).value
    full, remainder = divmod(max(minutes - first, 0), hour)
    return full + (remainder > threshold)


def minutes_infused(
    start: time | str, stop: time | str, *, pauses: Iterable[PauseLike] = (), next_day: bool = False
) -> int:
    """Minutes between start and stop without the pauses; arguments and errors as in :func:`infusion_codes`.

    >>> minutes_infused("09:00", "13:35", pauses=[("10:00", "10:25")])
    250
    """
    return _timed(start, stop, pauses, next_day)[0]


def _timed(start: time | str, stop: time | str, pauses: Iterable[PauseLike], next_day: bool) -> tuple[int, list[str]]:
    began, ended = _clock(start, "start"), _clock(stop, "stop")
    if began == ended and not next_day:
        raise InfusionError("stop: the same time as the start; compare both with the record")
    overnight = next_day or ended < began
    elapsed = ended - began + (_DAY if overnight else 0)
    if elapsed > _LONGEST_UNCONFIRMED and not next_day:
        longest = f"more than {_LONGEST_UNCONFIRMED // 60} hours"
        raise InfusionError(
            f"stop: {_hours(elapsed)} after the start, {longest}; compare both times with the record"
            + (", or confirm it with --next-day (next_day=True)" if overnight else "")
        )
    paused = _paused(began, elapsed, pauses)
    if paused == elapsed:
        raise InfusionError("pauses: nothing is left of the infusion; compare the times with the record")
    notes = []
    if overnight:
        notes.append(
            "Ended the next day: counted as one infusion on the date on which it started. No text says so: ask the payer."
        )
    if paused:
        notes.append(f"{paused} min of pauses are left out: only the minutes in which the drug ran count.")
    return elapsed - paused, notes


def _paused(began: int, elapsed: int, pauses: Iterable[PauseLike]) -> int:
    spans = []
    given = pauses.split(",") if isinstance(pauses, str) else pauses
    for number, pause in enumerate(given, start=1):
        name = f"pause {number}"
        pair = pause.split("-") if isinstance(pause, str) else pause
        if len(pair) != 2:
            raise InfusionError(f"{name}: expected a start and a stop, such as 10:00-10:25")
        first, last = (_clock(value, name) for value in pair)
        if first == last:
            raise InfusionError(f"{name}: starts and stops at the same time")
        # Counted from the start of the infusion, so that midnight needs no care.
        since = (first - began) % _DAY
        spans.append((since, since + (last - first) % _DAY, name))
    if spans and elapsed > _DAY:
        raise InfusionError("pauses: on which day cannot be told in an infusion of more than 24 hours")
    spans.sort()
    reached, paused = 0, 0
    for since, until, name in spans:
        if until > elapsed:
            raise InfusionError(f"{name}: expected within the infusion, start before stop")
        if since < reached:
            raise InfusionError(f"{name}: overlaps another pause")
        reached, paused = until, paused + until - since
    return paused


def _clock(value: time | str, name: str) -> int:
    if isinstance(value, time):
        if value.second or value.microsecond or value.tzinfo:
            raise InfusionError(f"{name}: expected whole minutes of a clock without time zone")
        return value.hour * 60 + value.minute
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise InfusionError(f"{name}: expected HH:MM of a 24-hour clock, from 00:00 to 23:59, such as 09:05")
    return int(found[1]) * 60 + int(found[2])


def _hours(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60} min"
