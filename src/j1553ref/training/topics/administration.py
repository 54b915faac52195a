"""Topic ``administration``: from clock times to the codes beside the drug; pushes, other infusions, hydration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from j1553ref.infusion import Infusion, further_hours, infusion_codes
from j1553ref.training.asking import Asked, Choice, Draft, draft, right, wrong
from j1553ref.training.claims import Line, line, written
from j1553ref.training.doses import Given, total_mg, whole_vials
from j1553ref.training.words import clock
from j1553ref.vials import Vial

_PLAIN = (
    "first-minute",
    "started-hours",
    "initial-per-hour",
    "only-the-first-hour",
    "subcutaneous-codes",
    "complex-codes",
)
_SPARE = ("first-minute", "initial-per-hour", "complex-codes", "subcutaneous-codes")


@dataclass(frozen=True)
class Timed:
    """An infusion by the clock (minutes since midnight), and the mistakes that its minutes invite."""

    asked: Asked
    given: Given
    codes: Infusion
    start: int
    stop: int
    pause: tuple[int, int] | None

    @property
    def hours(self) -> list[Line]:
        """The right lines of the infusion itself."""
        return [line(made.code, made.units) for made in self.codes.lines]

    @property
    def further(self) -> int:
        """How many further hours are billed."""
        return sum(made.units for made in self.codes.lines[1:])

    def code(self, name: str) -> str:
        """An administration code by its name in the facts."""
        found: str = self.asked.fact(f"infusion.code.{name}")
        return found

    def limits(self) -> tuple[int, int, int]:
        """Minutes of the first hour, of a further hour, and above which the last of them counts."""
        first, hour, threshold = (
            self.asked.fact(f"infusion.{name}") for name in ("first_hour", "further_hour", "further_hour_threshold")
        )
        return first, hour, threshold

    def right(self, beside: Sequence[Line] = ()) -> Choice:
        """The right choice."""
        lines = [*self.hours, *beside]
        return right(written(lines), self.given.claim(self.given.lines(), lines))

    def slip(self, mistake: str, lines: Sequence[Line], **figures: Any) -> Choice:
        """A wrong choice with these lines beside the drug."""
        codes = {"initial": self.code("initial"), "further": self.code("further"), "minutes": self.codes.minutes}
        claimed = self.given.claim(self.given.lines(), lines)
        return wrong(mistake, written(lines) or ("none",), claimed, **codes | figures)

    def slips(self, mistakes: Iterable[str], beside: Sequence[Line] = ()) -> Iterator[Choice]:
        """The mistakes of these names, as far as these minutes invite them; ``beside`` is in each."""
        initial, further = self.code("initial"), self.code("further")
        first, hour, threshold = self.limits()
        rest = max(self.codes.minutes - first, 0) % hour
        elapsed = self.stop - self.start
        by_clock = further_hours(elapsed, on=self.asked.on, facts=self.asked.base)
        figures = {"rest": rest, "threshold": threshold, "right": self.further, "elapsed": elapsed}
        counted = {
            "half-hour-counted": self.further + 1 if rest == threshold else None,
            "started-hours": self.further + 1 if 0 < rest < threshold else None,
            "last-piece-dropped": self.further - 1 if rest > threshold else None,
            "pause-counted": by_clock if by_clock != self.further else None,
            "first-minute": self.further + 1,
            "only-the-first-hour": 0 if self.further else None,
        }
        taken: set[int] = set()
        for mistake, units in counted.items():
            # Where two mistakes come to the same units, the more telling name comes first.
            if mistake in mistakes and units is not None and units not in taken:
                taken.add(units)
                lines = [*_pair((initial, further), units), *beside]
                yield self.slip(mistake, lines, figure=f"{further} × {units}", **figures)
        if "initial-per-hour" in mistakes:
            lines = [line(initial, self.further + 1), *beside]
            yield self.slip("initial-per-hour", lines, figure=initial, **figures)
        for name in ("complex", "subcutaneous"):
            if f"{name}-codes" in mistakes:
                codes = self.asked.fact(f"infusion.{name}_codes")
                yield self.slip(f"{name}-codes", [*_pair(codes, self.further), *beside], figure=codes[0], **figures)

    def words(self) -> dict[str, Any]:
        """Figures of the words: the times, and the arithmetic of the hours."""
        first, hour, threshold = self.limits()
        start, stop, elapsed, minutes = clock(self.start), clock(self.stop), self.stop - self.start, self.codes.minutes
        pause = f", with a pause from {clock(self.pause[0])} to {clock(self.pause[1])}" if self.pause else ""
        less = f", less a pause of {elapsed - minutes}: {minutes}" if self.pause else ""
        full, rest = divmod(minutes - first, hour)
        counts = f"more than {threshold}, so it counts"
        if rest <= threshold:
            counts = f"not more than {threshold}, so it adds nothing"
        last = f" and {rest} minutes; the last piece is {counts}" if rest else ""
        hours = f"{full} full hour{'' if full == 1 else 's'}"
        initial, further = self.code("initial"), self.code("further")
        steps = (
            f"{start} to {stop} are {elapsed} minutes{less}.",
            f"The first {first} minutes are {initial}. Left are {minutes - first}: {hours}{last}.",
            f"{further} × {self.further}.",
        )
        runs = f"Yimmugo runs from {start} to {stop}{pause}"
        return {"runs": runs, "hours": "\n".join(steps), "initial": initial}


def plain_hours(asked: Asked) -> Draft:
    """Start and stop, nothing between."""
    return _draft(_timed(asked, asked.draws.between(2, 6) * 60 + asked.draws.pick([0, 15, 45])), _PLAIN)


def near_the_threshold(asked: Asked) -> Draft:
    """A last piece at the threshold, or just beside it."""
    threshold: int = asked.fact("infusion.further_hour_threshold")
    timed = _timed(asked, asked.draws.between(2, 5) * 60 + threshold + asked.draws.pick([0, 0, 1, 1, -1, 3]))
    return _draft(timed, ("started-hours", "half-hour-counted", "last-piece-dropped", "first-minute"))


def with_a_pause(asked: Asked) -> Draft | None:
    """A pause that decides whether the last piece counts."""
    asked.rests_on("infusion.counted_time")
    timed = _timed(asked, asked.draws.between(24, 72) * 5, asked.draws.between(15, 40, 5))
    made = _draft(timed, ("pause-counted", "only-the-first-hour", "last-piece-dropped"))
    return made if any(slip.mistake and slip.mistake.id == "pause-counted" for slip in made.wrong) else None


def push_before(asked: Asked) -> Draft:
    """A push of another drug before the infusion."""
    timed = _timed(asked, asked.draws.between(8, 24) * 15)
    push, sequential = timed.code("push"), timed.code("sequential_push")
    beside = [line(sequential, 1)]
    asked.rests_on("infusion.one_initial", "infusion.hierarchy")
    return draft(
        timed.right(beside),
        (
            timed.slip("push-as-initial", [*timed.hours, line(push, 1)], right=sequential),
            timed.slip("add-on-alone", [*timed.hours[1:], *beside], figure=sequential),
            *timed.slips(("first-minute",), beside),
        ),
        spare=timed.slips(("complex-codes", "initial-per-hour"), beside),
        **timed.words() | {"push": sequential},
    )


def premedication(asked: Asked) -> Draft:
    """Another infusion and a push before the drug."""
    timed = _timed(asked, asked.draws.between(8, 24) * 15)
    minutes = asked.draws.between(20, 30, 5)
    initial, push = timed.code("initial"), timed.code("push")
    later, after = timed.code("sequential"), timed.code("sequential_push")
    beside = [line(later, 1), line(after, 1)]
    asked.rests_on("infusion.one_initial", "infusion.hierarchy")
    twice = [line(initial, 2), *timed.hours[1:], line(after, 1)]
    return draft(
        timed.right(beside),
        (
            timed.slip("two-infusions-initial", twice, right=later),
            timed.slip("push-as-initial", [*timed.hours, line(later, 1), line(push, 1)], right=after),
            timed.slip("add-on-alone", [*timed.hours[1:], *beside], figure=later),
        ),
        spare=timed.slips(("complex-codes",), beside),
        **timed.words() | {"before": minutes, "later": later, "push": after},
    )


def hydration(asked: Asked) -> Draft:
    """Saline before the drug, alongside it, or too short."""
    timed = _timed(asked, asked.draws.between(8, 24) * 15)
    kind = asked.draws.pick(["before", "alongside", "short"])
    least: int = asked.fact("infusion.hydration_minimum")
    minutes = asked.draws.between(15, least - 1) if kind == "short" else asked.draws.between(35, 60, 5)
    start = timed.start + 15 if kind == "alongside" else timed.start - minutes
    code, other = timed.code("hydration"), timed.code("hydration_initial")
    times = {"start_time": clock(start), "stop_time": clock(start + minutes)}
    billed = line(code, 1, **times)
    asked.rests_on("infusion.one_initial", *(["infusion.carrier_fluid"] if kind == "alongside" else []))
    slips = [timed.slip("hydration-initial", [*timed.hours, line(other, 1, **times)], right=code)]
    if kind != "before":
        slips.append(timed.slip(f"hydration-{kind}", [*timed.hours, billed], minutes=minutes, least=least, code=code))
    beside = [billed] if kind == "before" else []
    reason = {
        "before": f"{minutes} minutes before the drug are {least} or more: {code}, second to the infusion.",
        "alongside": "What runs alongside the drug is no hydration.",
        "short": f"{minutes} minutes are fewer than {least}: nothing.",
    }[kind]
    return draft(
        timed.right(beside),
        (*slips, *timed.slips(("first-minute", "initial-per-hour"), beside)),
        spare=timed.slips(("complex-codes", "subcutaneous-codes"), beside),
        **timed.words() | times | {"reason": reason},
    )


def stopped_early(asked: Asked) -> Draft:
    """An infusion that was no longer than a push."""
    limit: int = asked.fact("infusion.push_limit")
    minutes, ml = asked.draws.between(6, limit), asked.draws.between(3, 9)
    size = min(asked.fact("product.vial_sizes"))
    timed = _timed(asked, minutes, vials=(Vial(size, 1),), dose=ml * asked.fact("product.concentration"))
    initial, further = timed.code("initial"), timed.code("further")
    beneath = asked.fact("infusion.subcutaneous_codes")[0]
    return draft(
        timed.right(),
        (
            timed.slip("push-as-infusion", [line(initial, 1)]),
            timed.slip("push-and-hour", [line(initial, 1), line(further, 1)]),
            timed.slip("no-administration", []),
            timed.slip("subcutaneous-codes", [line(beneath, 1)], figure=beneath),
        ),
        runs=f"Yimmugo runs from {clock(timed.start)} to {clock(timed.stop)}",
        ml=ml,
        limit=limit,
        minutes=minutes,
        push=timed.code("push"),
        initial=initial,
    )


def _draft(timed: Timed, about: tuple[str, ...]) -> Draft:
    return draft(timed.right(), list(timed.slips(about)), spare=list(timed.slips(_SPARE)), **timed.words())


def _timed(
    asked: Asked, minutes: int, pause: int = 0, vials: tuple[Vial, ...] | None = None, dose: int | None = None
) -> Timed:
    """An infusion of so many minutes, with or without a pause somewhere in its middle, all on one day."""
    opened = vials or whole_vials(asked)
    start = asked.draws.between(8 * 60, 10 * 60, 5)
    stop = start + minutes + pause
    began = start + asked.draws.between(30, minutes - 30, 5) if pause else 0
    record: dict[str, Any] = {"start": clock(start), "stop": clock(stop)}
    if pause:
        record["pauses"] = [{"start": clock(began), "stop": clock(began + pause)}]
    given = Given(asked, asked.place(), dose or total_mg(opened), opened, record, aside=True)
    pauses = [(span["start"], span["stop"]) for span in record.get("pauses", ())]
    codes = infusion_codes(record["start"], record["stop"], on=asked.on, pauses=pauses, facts=asked.base)
    asked.rests_on(*codes.facts)
    return Timed(asked, given, codes, start, stop, (began, began + pause) if pause else None)


def _pair(codes: Sequence[str], further: int) -> list[Line]:
    """The code of the first hour and, where there are any, that of the further ones."""
    return [line(codes[0], 1), *([line(codes[1], further)] if further else [])]
