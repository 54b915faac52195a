"""From the clock times of one infusion to its administration codes.

Only the minutes in which this drug ran count: pauses are left out, and the minutes after the last full hour count
only above the threshold. The limits and codes are facts (``infusion``); CPT codes appear by number alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
#: The clocks change at this time of night, in minutes.
_CLOCKS_CHANGE = 2 * 60
_LIMITS = ("push_limit", "first_hour", "further_hour", "further_hour_threshold")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
#: As charts write it: 9:05, 09:05:00, 0905, 0905h, 9:05 AM, 9:05 p.m.
_CHARTED = re.compile(
    r"(?:([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?|([0-9]{2})([0-9]{2})) ?(?:(am|pm|a\.m\.|p\.m\.)|h|hrs?)?",
    re.IGNORECASE,
)
_EXPECTED = "expected a clock time such as 09:05, 9:05, 0905 or 9:05 AM, from 00:00 to 24:00"
#: Shapes that have two readings, and what to say of them.
_UNCLEAR = (
    (re.compile(r"[0-9]{1,2} ?(?:[aApP]\.?[mM]\.?)?"), "an hour without minutes: write 09:00, 0900 or 9:00 AM"),
    (re.compile(r"[0-9]{3}"), "three digits may have lost one: write four, such as 0905, or 9:05"),
    (re.compile(r"[0-9]{1,2}[.,][0-9]+"), "9.30 may be half past nine or 18 minutes past: write 09:30 or 09:18"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", re.DOTALL), "a date: write the clock time alone, such as 09:05"),
)
_RANGE = re.compile(r" *(?:-|\u2013| to ) *")
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
    same_day: bool = False,
    facts: FactBase | None = None,
) -> Infusion:
    """Administration codes for one infusion that started on the date of service ``on``.

    Times are :class:`datetime.time` or texts as charts write them: ``09:05``, ``9:05``, ``0905``, ``09:05:00``,
    ``9:05 AM``, and ``24:00`` for a stop at the end of the day. ``pauses`` are pairs of them or texts such as
    ``"10:00-10:25"``. A stop before the start is one on the next day. Raises :class:`InfusionError`
    for times that describe no infusion or have two readings, for more than 12 hours that neither ``next_day`` nor
    ``same_day`` confirms, and for more than 24; :class:`~j1553ref.facts.FactError` where the limits are not known on
    that date. Sources: facts ``infusion.push_limit``, ``infusion.first_hour``, ``infusion.further_hour_threshold``,
    ``infusion.counted_time``, ``infusion.bag_change``.

    >>> found = infusion_codes("22:30", "02:10", on="2026-05-01")
    >>> found.minutes, [(line.code, line.units) for line in found.lines]
    (220, [('96365', 1), ('96366', 3)])
    >>> infusion_codes("09:00", "13:35", pauses=["10:00-10:25"], on="2026-05-01").minutes
    250
    """
    when, base = as_date(on), facts or packaged()
    minutes, paused, notes = _timed(start, stop, pauses, next_day, same_day)
    lines, more, read = _coded(minutes, when, base)
    if paused:
        more = [*_on_pauses(lines, minutes, paused, when, base), *more]
        read = (*read, "counted_time", "bag_change")
    return Infusion(
        minutes=minutes,
        lines=tuple(lines),
        notes=(*notes, *more),
        facts=tuple(f"infusion.{name}" for name in read),
    )


def _coded(minutes: int, when: date, base: FactBase) -> tuple[list[InfusionLine], list[str], tuple[str, ...]]:
    """The lines for minutes of infusion, what to know about them, and the facts read."""

    def fact(name: str) -> Any:
        return base.on(f"infusion.{name}", when).value

    push_limit: int = fact("push_limit")
    if minutes <= push_limit:
        note = (
            f"{push_limit} minutes or less is a push ({fact('code.push')}); {fact('code.initial')} takes"
            f" {push_limit + 1} or more. That is short for immune globulin: check the times in the record."
        )
        return [InfusionLine(fact("code.push"), 1)], [note], ("push_limit", "code.push", "code.initial")
    further = further_hours(minutes, on=when, facts=base)
    lines = [InfusionLine(fact("code.initial"), 1)]
    if further:
        lines.append(InfusionLine(fact("code.further"), further))
    remainder = minutes - fact("first_hour") - further * fact("further_hour")
    notes = []
    if remainder > 0:
        threshold = fact("further_hour_threshold")
        notes.append(f"The last {remainder} min add no {fact('code.further')}: that takes more than {threshold}.")
    return lines, notes, (*_LIMITS, "code.initial", "code.further")


def _on_pauses(lines: list[InfusionLine], minutes: int, paused: int, when: date, base: FactBase) -> Iterator[str]:
    """Which stops count, as far as sources go, and what the codes would be otherwise: the user decides."""
    counted, change = base.on("infusion.counted_time", when), base.on("infusion.bag_change", when)
    yield f"{paused} min of pauses are left out: {counted.value} ({counted.grade})."
    other, _, _ = _coded(minutes + paused, when, base)
    otherwise = "the same codes" if other == lines else ", ".join(f"{line.code} x {line.units}" for line in other)
    yield (
        f"Another guide ({change.grade}) says of a brief change of bag or vial that it {change.value}."
        f" If all pauses were such changes: {minutes + paused} min, {otherwise}. Follow the payer, or ask it."
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
    start: time | str,
    stop: time | str,
    *,
    pauses: Iterable[PauseLike] = (),
    next_day: bool = False,
    same_day: bool = False,
) -> int:
    """Minutes between start and stop without the pauses; arguments and errors as in :func:`infusion_codes`.

    >>> minutes_infused("09:00", "13:35", pauses=[("10:00", "10:25")])
    250
    """
    return _timed(start, stop, pauses, next_day, same_day)[0]


def _timed(
    start: time | str, stop: time | str, pauses: Iterable[PauseLike], next_day: bool, same_day: bool
) -> tuple[int, int, list[str]]:
    """Minutes in which the drug ran, minutes of pauses, and what to know about the clock times."""
    began, ended = _clock(start, "start"), _clock(stop, "stop", ends=True)
    if next_day and same_day:
        raise InfusionError("stop: on the same day or on the next one, not both")
    if began == ended and not next_day:
        raise InfusionError("stop: the same time as the start; compare both with the record")
    if same_day and ended < began:
        raise InfusionError("stop: before the start, and on the same day; compare both times with the record")
    overnight = next_day or ended < began
    elapsed = ended - began + (_DAY if overnight else 0)
    if elapsed > _DAY:
        raise InfusionError(
            f"stop: {_hours(elapsed)} after the start, more than 24 hours, which is no single infusion here; if it ended"
            f" on the day it started, after {_hours(elapsed - _DAY)}, write --same-day (same_day=True) instead;"
            " else bill each date by itself"
        )
    if elapsed > _LONGEST_UNCONFIRMED and not (next_day if overnight else same_day):
        longest = f"more than {_LONGEST_UNCONFIRMED // 60} hours"
        confirm = "--next-day (next_day=True)" if overnight else "--same-day (same_day=True)"
        afternoon = ended + _DAY // 2
        hint = f"; if it stopped in the afternoon, write {_said(afternoon)}" if overnight and afternoon < _DAY else ""
        raise InfusionError(
            f"stop: {_hours(elapsed)} after the start, {longest}; compare both times with the record, or confirm it"
            f" with {confirm}{hint}"
        )
    paused = _paused(began, elapsed, pauses)
    if paused == elapsed:
        raise InfusionError("pauses: nothing is left of the infusion; compare the times with the record")
    return elapsed - paused, paused, [*_on_clocks(began, elapsed, overnight)]


def _on_clocks(began: int, elapsed: int, overnight: bool) -> Iterator[str]:
    if overnight:
        yield "Ended the next day: counted as one infusion on the date on which it started. For its own rule, ask the payer."
    if elapsed > _LONGEST_UNCONFIRMED:
        yield f"{_hours(elapsed)} from start to stop, as confirmed: compare the times with the record once more."
    if any(began < change < began + elapsed for change in (_CLOCKS_CHANGE, _CLOCKS_CHANGE + _DAY)):
        yield "Clock times as written: in a night in which the clocks changed, correct the minutes by that hour."


def _paused(began: int, elapsed: int, pauses: Iterable[PauseLike]) -> int:
    spans = []
    given = pauses.split(",") if isinstance(pauses, str) else pauses
    for number, pause in enumerate(given, start=1):
        name = f"pause {number}"
        pair = _RANGE.split(pause.strip()) if isinstance(pause, str) else pause
        if len(pair) != 2:
            raise InfusionError(f"{name}: expected a start and a stop, such as 10:00-10:25")
        first, last = _clock(pair[0], name), _clock(pair[1], name, ends=True)
        if first == last:
            raise InfusionError(f"{name}: starts and stops at the same time")
        # Counted from the start of the infusion, so that midnight needs no care.
        since = (first - began) % _DAY
        spans.append((since, since + (last - first) % _DAY, name))
    spans.sort()
    reached, paused = 0, 0
    for since, until, name in spans:
        if until > elapsed:
            raise InfusionError(f"{name}: expected within the infusion, start before stop")
        if since < reached:
            raise InfusionError(f"{name}: overlaps another pause")
        reached, paused = until, paused + until - since
    return paused


def _clock(value: time | str, name: str, *, ends: bool = False) -> int:
    """Minutes since midnight of a clock time; ``ends`` allows 24:00, the end of the day."""
    if isinstance(value, time):
        if value.second or value.microsecond or value.tzinfo:
            raise InfusionError(f"{name}: expected whole minutes of a clock without time zone")
        return value.hour * 60 + value.minute
    text = value.strip() if isinstance(value, str) else ""
    if plain := _CLOCK.fullmatch(text):
        return int(plain[1]) * 60 + int(plain[2])
    found = _CHARTED.fullmatch(text)
    if found is None:
        reason = next((words for shape, words in _UNCLEAR if shape.fullmatch(text)), _EXPECTED)
        raise InfusionError(f"{name}: {reason}")
    hour, minute = int(found[1] or found[4]), int(found[2] or found[5])
    if int(found[3] or 0):
        raise InfusionError(f"{name}: the codes count whole minutes: write the time without seconds, such as 09:05")
    if found[6]:
        if not 1 <= hour <= 12:
            raise InfusionError(f"{name}: AM and PM go with the hours 1 to 12: write 13:35 or 1:35 PM, not both in one")
        hour = hour % 12 + (12 if found[6][0] in "pP" else 0)
    if minute > 59 or hour * 60 + minute > _DAY:
        raise InfusionError(f"{name}: {_EXPECTED}")
    if hour * 60 + minute == _DAY and not ends:
        raise InfusionError(f"{name}: 24:00 ends a day; what starts then starts at 00:00 of the next date")
    return hour * 60 + minute


def clock_text(text: str) -> str:
    """A clock time as charts write it, as ``HH:MM``; 24:00 is the end of a day.

    Raises :class:`InfusionError` for anything else.

    >>> clock_text("9:05 AM"), clock_text("0905"), clock_text("24:00")
    ('09:05', '09:05', '00:00')
    """
    return _said(_clock(text, "time", ends=True) % _DAY)


def _said(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _hours(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60} min"
