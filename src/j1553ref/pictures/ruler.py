"""The minutes of an infusion on a ruler: which of them are the first hour, which a further hour, and from when it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from j1553ref.facts import FactBase, packaged
from j1553ref.infusion import Infusion, PauseLike, infusion_codes, stretches
from j1553ref.pictures.svg import Number, Picture, hatched, line, picture, rect, text

__all__ = ["Block", "blocks", "ruler"]

_DAY = 24 * 60
#: Pixels: the ruler's length and its start, and how thick it is, lying and upright.
_WIDE, _MARGIN, _THICK = 600, 30, 34
_TALL, _ACROSS, _BROAD = 400, 86, 62
#: Pixels that words need along a lying and an upright ruler.
_CODE, _CLOCK, _LINE, _WORDS = 46, 46, 16, 76
#: How many digits of a minute a pixel has.
_PLACES = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Block:
    """Minutes in a row of one kind: ``first``, ``further``, ``push``, ``short`` (not billed) or ``pause``.

    ``since`` and ``until`` are minutes after midnight of the date of service; ``hour`` counts the hours of infusion from 0.

    >>> Block("pause", 600, 625).minutes
    25
    """

    kind: str
    since: int
    until: int
    hour: int = 0

    @property
    def minutes(self) -> int:
        """How long it is."""
        return self.until - self.since


def blocks(runs: Iterable[tuple[int, int]], done: Infusion, *, first: int, hour: int) -> tuple[Block, ...]:
    """The ruler of the times in which the drug ran and of what they come to; ``first`` and ``hour`` are minutes.

    >>> from j1553ref import infusion_codes
    >>> done = infusion_codes("09:00", "10:50", pauses=["09:30-10:00"], on="2026-05-01")
    >>> for block in blocks([(540, 570), (600, 650)], done, first=60, hour=60):
    ...     print(block.kind, block.since, block.until, block.hour)
    first 540 570 0
    pause 570 600 0
    first 600 630 0
    short 630 650 1
    """
    billed = sum(row.units for row in done.lines)
    pushed = done.minutes <= first and len(done.lines) == 1 and _is_push(done)
    made: list[Block] = []
    counted, reached = 0, None
    for since, until in runs:
        if reached is not None:
            made.append(Block("pause", reached, since, _hour(counted, first, hour)))
        reached = until
        while since < until:
            at = _hour(counted, first, hour)
            end = first + at * hour if at else first
            step = min(until - since, end - counted)
            kind = "push" if pushed else "first" if at == 0 else "further" if at < billed else "short"
            made.append(Block(kind, since, since + step, at))
            since, counted = since + step, counted + step
    return tuple(made)


def _is_push(done: Infusion) -> bool:
    return "infusion.code.push" in done.facts


def _hour(counted: int, first: int, hour: int) -> int:
    return 0 if counted < first else 1 + (counted - first) // hour


def ruler(
    start: time | str,
    stop: time | str,
    *,
    on: date | str,
    pauses: Iterable[PauseLike] = (),
    next_day: bool = False,
    same_day: bool = False,
    upright: bool = False,
    name: str = "ruler",
    facts: FactBase | None = None,
) -> Picture:
    r"""The minutes of one infusion; arguments and errors as in :func:`~j1553ref.infusion.infusion_codes`.

    ``upright`` makes the ruler for a narrow screen, from the start above to the stop below.

    >>> made = ruler("09:00", "13:35", pauses=["10:30-10:55"], on="2026-05-04")
    >>> made.title
    '250 minutes of infusion: 96365 × 1, 96366 × 3'
    >>> print(made.words.replace("; ", ";\n").replace(": a", ":\na").replace(". ", ".\n"))
    9:00 to 13:35.
    Minutes 1 to 60 are 96365;
    61 to 120 are 96366;
    121 to 180 are 96366;
    181 to 240 are 96366;
    241 to 250 are not billed:
    a further hour counts once it is over 30 minutes, so from minute 91, 151, 211.
    Not counted: pause 10:30 to 10:55.
    """
    base = facts or packaged()
    kept = pauses if isinstance(pauses, str) else tuple(pauses)
    done = infusion_codes(start, stop, on=on, pauses=kept, next_day=next_day, same_day=same_day, facts=base)
    runs = stretches(start, stop, pauses=kept, next_day=next_day, same_day=same_day)
    found = _Ruler(
        runs,
        done,
        first=base.on("infusion.first_hour", on).value,
        hour=base.on("infusion.further_hour", on).value,
        threshold=base.on("infusion.further_hour_threshold", on).value,
        further=base.on("infusion.code.further", on).value,
        push_limit=base.on("infusion.push_limit", on).value,
        initial=base.on("infusion.code.initial", on).value,
    )
    size, shapes = found.tall() if upright else found.wide()
    return picture(name, found.title(), found.words(), size, shapes, kind="ruler-tall" if upright else "ruler-wide")


class _Ruler:
    """What is on the ruler, and its two drawings."""

    def __init__(
        self,
        runs: tuple[tuple[int, int], ...],
        done: Infusion,
        *,
        first: int,
        hour: int,
        threshold: int,
        further: str,
        push_limit: int,
        initial: str,
    ) -> None:
        self.runs, self.done = runs, done
        self.first, self.hour, self.threshold, self.push_limit = first, hour, threshold, push_limit
        self.further, self.initial = further, initial
        self.blocks = blocks(runs, done, first=first, hour=hour)
        self.began, self.ended = runs[0][0], runs[-1][1]

    def code(self, block: Block) -> str:
        """The code of a block, empty where it is not billed."""
        if block.kind in ("first", "push"):
            return self.done.lines[0].code
        return self.further if block.kind == "further" else ""

    def title(self) -> str:
        billed = ", ".join(f"{row.code} × {row.units}" for row in self.done.lines)
        return f"{self.done.minutes} {_minutes(self.done.minutes)} of infusion: {billed}"

    def words(self) -> str:
        said = [f"{clock(self.began)} to {clock(self.ended)}."]
        if self.ended > _DAY:
            said = [f"{clock(self.began)} to {clock(self.ended)} on the next day."]
        hours = [f"{low} to {high} are {code or 'not billed'}" for low, high, code in self.hours()]
        marks = [minute for minute, _ in self.marks()]
        since = f": a further hour counts once it is over {self.threshold} minutes"
        since += f", so from minute {', '.join(map(str, marks))}" if marks else f". {self.next_code()}"
        said.append(f"Minutes {'; '.join(hours)}{since}.")
        if gaps := [f"{clock(block.since)} to {clock(block.until)}" for block in self.blocks if block.kind == "pause"]:
            said.append(f"Not counted: pause {', '.join(gaps)}.")
        return " ".join(said)

    def next_code(self) -> str:
        """What longer minutes would be billed as, where no further hour is."""
        if _is_push(self.done):
            return f"{self.initial} is billed from minute {self.push_limit + 1}"
        return f"{self.further} is billed from minute {self.first + self.threshold + 1}"

    def hours(self) -> Iterator[tuple[int, int, str]]:
        """First and last counted minute of each hour, and its code."""
        counted = 0
        for at in range(1 + max(block.hour for block in self.blocks)):
            run = [block for block in self.blocks if block.hour == at and block.kind != "pause"]
            length = sum(block.minutes for block in run)
            if length:
                yield counted + 1, counted + length, self.code(run[0])
            counted += length

    def marks(self) -> Iterator[tuple[int, int]]:
        """The counted minute from which each billed further hour counts, and when on the clock it begins."""
        for at in range(self.done.lines[-1].units if len(self.done.lines) > 1 else 0):
            minute = self.first + at * self.hour + self.threshold + 1
            left = minute - 1
            for since, until in self.runs:
                if left < until - since:
                    yield minute, since + left
                    break
                left -= until - since

    def clocks(self) -> list[tuple[int, str, str]]:
        """The clock times that are written beside the ruler, in order, each with its class."""
        edges = {self.began: "strong", self.ended: "strong"}
        for block in self.blocks:
            if block.kind == "pause":
                edges |= {block.since: "", block.until: ""}
        found = [(at, clock(at), f"label {kind}".strip()) for at, kind in edges.items()]
        if self.began < _DAY < self.ended:
            found = [item for item in found if item[0] != _DAY] + [(_DAY, "midnight", "label alert")]
        return sorted(found)

    def widest(self, at: int) -> Block:
        """The block of an hour that has most room for its code."""
        return max((b for b in self.blocks if b.hour == at and b.kind != "pause"), key=lambda block: block.minutes)

    def clear(self, low: Decimal, high: Decimal, midnight: Decimal, *, least: int = 24) -> Decimal:
        """The middle of a block, or of the larger side of midnight where that line would cross the code."""
        middle = (low + high) / 2
        if self.began < _DAY < self.ended and low < midnight < high and abs(middle - midnight) < least:
            low, high = (low, midnight) if midnight - low >= high - midnight else (midnight, high)
            middle = (low + high) / 2
        return middle.quantize(_PLACES)

    def wide(self) -> tuple[tuple[int, int], list[str]]:
        scale = Decimal(_WIDE) / max(self.ended - self.began, self.first)

        def at(minute: int) -> Decimal:
            return (_MARGIN + (minute - self.began) * scale).quantize(_PLACES)

        shapes: list[str] = []
        below = False
        rows = _rows([(at(minute), words) for minute, words, _ in self.clocks()])
        top = 22 + 16 * max(rows)
        for block in self.blocks:
            x, width = at(block.since), at(block.until) - at(block.since)
            shapes += _bar(block, x, top, width, _THICK)
        for hour in range(1 + max(block.hour for block in self.blocks)):
            block = self.widest(hour)
            width = at(block.until) - at(block.since)
            middle = self.clear(at(block.since), at(block.until), at(_DAY))
            if block.kind == "short" and width < _WORDS:
                below = True
                shapes.append(text("not billed", middle, top + _THICK + 17, "label quiet"))
            elif width >= _CODE:
                shapes.append(_name(self.code(block), middle, top + _THICK // 2 + 5))
        for (minute, words, classes), row in zip(self.clocks(), rows, strict=True):
            x, y = at(minute), top - 8 - 16 * row
            shapes.append(line("tick midnight" if words == "midnight" else "tick", x, y + 3, x, top + _THICK))
            shapes.append(text(words, x, y, classes, anchor="middle"))
        bottom = top + _THICK
        free = Decimal(-99)
        for minute, when in self.marks():
            x = at(when)
            shapes.append(_arrow(x, bottom + 2, up=True))
            if x - free >= 34:
                shapes.append(text(f"{minute}", x, bottom + 24))
                free = x
        key = bottom + (46 if any(True for _ in self.marks()) else 36 if below else 22)
        if any(True for _ in self.marks()):
            shapes.append(_arrow(Decimal(_MARGIN + 5), key - 11, up=True))
            words = f"minute from which the next hour is billed: {self.threshold + 1} minutes into it"
            shapes.append(text(words, _MARGIN + 16, key, "label quiet", anchor="start"))
        else:
            shapes.append(text(self.next_code(), _MARGIN, key, "label quiet", anchor="start"))
        return (_WIDE + 2 * _MARGIN, key + 8), shapes

    def tall(self) -> tuple[tuple[int, int], list[str]]:
        elapsed = max(self.ended - self.began, self.first)
        scale = min(Decimal(3) / 2, Decimal(_TALL) / elapsed)

        def at(minute: int) -> Decimal:
            return (20 + (minute - self.began) * scale).quantize(_PLACES)

        shapes: list[str] = []
        for block in self.blocks:
            y, height = at(block.since), at(block.until) - at(block.since)
            shapes += _bar(block, _ACROSS, y, _BROAD, height)
        for hour in range(1 + max(block.hour for block in self.blocks)):
            block = self.widest(hour)
            y, height = at(block.since), at(block.until) - at(block.since)
            if height >= _LINE:
                middle = self.clear(y, y + height, at(_DAY), least=10)
                shapes.append(_name(self.code(block), _ACROSS + _BROAD // 2, middle + 5))
            elif block.kind == "short":
                shapes.append(text("not billed", _ACROSS + _BROAD + 16, y + height, "label quiet", anchor="start"))
        free = Decimal(0)
        for minute, words, classes in self.clocks():
            y = at(minute)
            free = max(y + 4, free + _LINE)
            shapes.append(
                line("tick midnight" if words == "midnight" else "tick", _ACROSS - 10, y, _ACROSS + _BROAD, y)
            )
            shapes.append(text(words, _ACROSS - 14, free, classes, anchor="end"))
        below = free
        free = Decimal(0)
        for minute, when in self.marks():
            y = at(when)
            shapes.append(_arrow(Decimal(_ACROSS + _BROAD + 2), y, up=False))
            if y + 4 >= free + _LINE:
                free = y + 4
                shapes.append(text(f"minute {minute}", _ACROSS + _BROAD + 16, free, anchor="start"))
        key = int(max(at(self.ended), below, at(self.began + self.first) if elapsed == self.first else 0)) + 30
        if any(True for _ in self.marks()):
            shapes.append(_arrow(Decimal(4), Decimal(key - 4), up=False))
            words = "from here the next hour is billed"
            shapes.append(text(words, 18, key, "label quiet", anchor="start"))
        else:
            shapes.append(text(self.next_code(), 4, key, "label quiet", anchor="start"))
        return (290, key + 8), shapes


def _bar(block: Block, x: Number, y: Number, width: Number, height: Number) -> list[str]:
    if block.kind == "pause":
        return hatched("pause", x, y, width, height)
    return [rect(block.kind, x, y, width, height)]


def _name(code: str, x: Number, y: Number) -> str:
    return text(code or "not billed", x, y, "label inside" if code else "label quiet")


def _arrow(x: Decimal, y: Decimal | int, *, up: bool) -> str:
    """A small triangle that points at the ruler: up from below it, or left from its right side."""
    points = ((0, 0), (5, 9), (-5, 9)) if up else ((0, 0), (9, 5), (9, -5))
    drawn = " ".join(f"{x + across},{y + down}" for across, down in points)
    return f'<polygon class="mark" points="{drawn}"/>'


def _rows(labels: list[tuple[Decimal, str]]) -> list[int]:
    """The row of each label, 0 next to the ruler, so that none covers another."""
    ends: list[Decimal] = []
    rows = []
    for x, words in labels:
        half = Decimal(max(_CLOCK, len(words) * 8)) / 2
        row = next((number for number, end in enumerate(ends) if x - half >= end), len(ends))
        ends[row:] = [x + half, *ends[row + 1 :]]
        rows.append(row)
    return rows


def clock(minute: int) -> str:
    """A time of the day for minutes after midnight, of the next day as well.

    >>> clock(545), clock(1570)
    ('9:05', '2:10')
    """
    hour, minutes = divmod(minute % _DAY, 60)
    return f"{hour}:{minutes:02}"


def _minutes(number: int) -> str:
    return "minute" if number == 1 else "minutes"
