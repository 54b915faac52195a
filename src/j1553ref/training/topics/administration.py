"""Topic ``administration``: from clock times to the codes beside the drug; pushes, other infusions, hydration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from j1553ref.infusion import Infusion, further_hours
from j1553ref.training.asking import Asked, Choice, Draft, Template, right, wrong
from j1553ref.training.claims import Line, line, written
from j1553ref.training.doses import Given, whole_vials
from j1553ref.training.words import total_mg
from j1553ref.vials import Vial

__all__ = ["LEVELS"]

_SETTING = "Office, CMS-1500, Medicare Part B; the contractor's list of complex drugs does not name immune globulin"
_ASK = "Which administration codes go with the drug?"


@dataclass(frozen=True, kw_only=True)
class Timed:
    """An infusion by the clock, and the mistakes that its minutes invite."""

    asked: Asked
    given: Given
    codes: Infusion
    start: int
    stop: int
    pause: tuple[int, int] | None = None

    @property
    def hours(self) -> list[Line]:
        """The right lines of the infusion itself."""
        return [line(each.code, each.units) for each in self.codes.lines]

    @property
    def further(self) -> int:
        """How often the code for further hours stands."""
        return sum(each.units for each in self.codes.lines[1:])

    def code(self, name: str) -> str:
        """An administration code by its name in the facts."""
        found: str = self.asked.fact(f"infusion.code.{name}")
        return found

    def told(self) -> str:
        """The times in words."""
        pause = f", with a pause from {_clock(self.pause[0])} to {_clock(self.pause[1])}" if self.pause else ""
        return f"Yimmugo runs from {_clock(self.start)} to {_clock(self.stop)}{pause}"

    def right(self, beside: Sequence[Line] = ()) -> Choice:
        """The right choice."""
        lines = [*self.hours, *beside]
        return right(written(lines), self.given.claim(self.given.lines(), lines))

    def slip(self, mistake: str, lines: Sequence[Line], **figures: object) -> Choice:
        """A wrong choice with these lines beside the drug."""
        said = {"initial": self.code("initial"), "further": self.code("further"), "minutes": self.codes.minutes}
        text = written(lines) or ("none",)
        return wrong(mistake, text, self.given.claim(self.given.lines(), lines), **said, **figures)

    def slips(self, mistakes: Iterable[str], beside: Sequence[Line] = ()) -> Iterator[Choice]:
        """The mistakes of these names, as far as these minutes invite them; ``beside`` stands in each."""
        initial, further = self.code("initial"), self.code("further")
        first, hour, threshold = (
            self.asked.fact(f"infusion.{each}") for each in ("first_hour", "further_hour", "further_hour_threshold")
        )
        rest = max(self.codes.minutes - first, 0) % hour
        elapsed = self.stop - self.start
        by_clock = further_hours(elapsed, on=self.asked.on, facts=self.asked.base)
        counted = {
            "half-hour-counted": self.further + 1 if rest == threshold else None,
            "started-hours": self.further + 1 if 0 < rest < threshold else None,
            "last-piece-dropped": self.further - 1 if rest > threshold else None,
            "pause-counted": by_clock if by_clock != self.further else None,
            "first-minute": self.further + 1,
            "only-the-first-hour": 0 if self.further else None,
        }
        other = {"initial-per-hour": [line(initial, self.further + 1)]}
        for name in ("complex", "subcutaneous"):
            if f"{name}-codes" in mistakes:
                other[f"{name}-codes"] = _pair(self.asked.fact(f"infusion.{name}_codes"), self.further)
        taken: set[int] = set()
        for mistake in (each for each in (*counted, *other) if each in mistakes):
            if mistake in counted:
                units = counted[mistake]
                if units is None or units in taken:  # the more telling name stands first
                    continue
                taken.add(units)
                lines = _pair((initial, further), units)
            else:
                lines = other[mistake]
            yield self.slip(
                mistake,
                [*lines, *beside],
                rest=rest,
                threshold=threshold,
                right=self.further,
                elapsed=elapsed,
                figure=lines[0]["procedure_code"] if mistake in other else f"{further} × {counted[mistake]}",
            )

    def steps(self) -> tuple[str, ...]:
        """The arithmetic of the hours."""
        first, hour, threshold = (
            self.asked.fact(f"infusion.{each}") for each in ("first_hour", "further_hour", "further_hour_threshold")
        )
        elapsed, minutes = self.stop - self.start, self.codes.minutes
        pause = f", less a pause of {elapsed - minutes}: {minutes}" if self.pause else ""
        full, rest = divmod(minutes - first, hour)
        counts = (
            f"more than {threshold}, so it counts"
            if rest > threshold
            else f"not more than {threshold}, so it adds nothing"
        )
        last = f" and {rest} minutes; the last piece is {counts}" if rest else ""
        hours = f"{full} full hour{'' if full == 1 else 's'}"
        return (
            f"{_clock(self.start)} to {_clock(self.stop)} are {elapsed} minutes{pause}.",
            f"The first {first} minutes are {self.code('initial')}. Left are {minutes - first}: {hours}{last}.",
            f"{self.code('further')} × {self.further}.",
        )


def plain_hours(asked: Asked) -> Draft:
    """Start and stop, nothing between."""
    timed = _timed(asked, asked.draws.between(2, 6) * 60 + asked.draws.pick([0, 15, 45]))
    about = (
        "first-minute",
        "started-hours",
        "initial-per-hour",
        "only-the-first-hour",
        "subcutaneous-codes",
        "complex-codes",
    )
    return _draft(timed, about)


def near_the_threshold(asked: Asked) -> Draft:
    """A last piece at the threshold, or just beside it."""
    threshold: int = asked.fact("infusion.further_hour_threshold")
    timed = _timed(asked, asked.draws.between(2, 5) * 60 + threshold + asked.draws.pick([0, 0, 1, 1, -1, 3]))
    return _draft(timed, ("started-hours", "half-hour-counted", "last-piece-dropped", "first-minute"))


def with_a_pause(asked: Asked) -> Draft | None:
    """A pause that decides whether the last piece counts."""
    asked.rests_on("infusion.counted_time")
    timed = _timed(asked, asked.draws.between(24, 72) * 5, asked.draws.between(15, 40, 5))
    draft = _draft(timed, ("pause-counted", "only-the-first-hour", "last-piece-dropped"))
    return draft if any(each.mistake and each.mistake.id == "pause-counted" for each in draft.wrong) else None


def push_before(asked: Asked) -> Draft:
    """A push of another drug before the infusion."""
    timed = _timed(asked, asked.draws.between(8, 24) * 15)
    push, beside = timed.code("push"), [line(timed.code("sequential_push"), 1)]
    asked.rests_on("infusion.one_initial", "infusion.hierarchy")
    return Draft(
        setting=_SETTING,
        situation=f"Diphenhydramine is given by IV push. Then {timed.told()}.",
        ask="Which administration codes go on the claim?",
        right=timed.right(beside),
        wrong=(
            timed.slip("push-as-initial", [*timed.hours, line(push, 1)], right=timed.code("sequential_push")),
            timed.slip("add-on-alone", [*timed.hours[1:], *beside], figure=timed.code("sequential_push")),
            *timed.slips(("first-minute",), beside),
        ),
        spare=tuple(timed.slips(("complex-codes", "initial-per-hour"), beside)),
        steps=(
            *timed.steps(),
            f"The infusion is the one initial service; the push beside it is {timed.code('sequential_push')}.",
        ),
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
    return Draft(
        setting=_SETTING,
        situation=(
            f"Methylprednisolone runs for {minutes} minutes, then diphenhydramine is given by IV push. Then {timed.told()};"
            " it is what the patient came for."
        ),
        ask="Which administration codes go on the claim?",
        right=timed.right(beside),
        wrong=(
            timed.slip("two-infusions-initial", twice, right=later),
            timed.slip("push-as-initial", [*timed.hours, line(later, 1), line(push, 1)], right=after),
            timed.slip("add-on-alone", [*timed.hours[1:], *beside], figure=later),
        ),
        spare=tuple(timed.slips(("complex-codes",), beside)),
        steps=(
            *timed.steps(),
            f"One service is the initial one: {initial} for what the patient came for, whatever ran first.",
            f"The other infusion is {later}, the push {after}.",
        ),
    )


def hydration(asked: Asked) -> Draft:
    """Saline before the drug, alongside it, or too short."""
    timed = _timed(asked, asked.draws.between(8, 24) * 15)
    kind = asked.draws.pick(["before", "alongside", "short"])
    least: int = asked.fact("infusion.hydration_minimum")
    minutes = asked.draws.between(15, least - 1) if kind == "short" else asked.draws.between(35, 60, 5)
    start = timed.start + 15 if kind == "alongside" else timed.start - minutes
    code, other = timed.code("hydration"), timed.code("hydration_initial")
    told = {"start_time": _clock(start), "stop_time": _clock(start + minutes)}
    asked.rests_on("infusion.one_initial", *(["infusion.carrier_fluid"] if kind == "alongside" else []))
    slips = [timed.slip("hydration-initial", [*timed.hours, line(other, 1, **told)], right=code)]
    if kind != "before":
        name = "hydration-alongside" if kind == "alongside" else "hydration-short"
        lines = [*timed.hours, line(code, 1, **told)]
        slips.append(
            wrong(
                name,
                written(lines),
                timed.given.claim(timed.given.lines(), lines),
                minutes=minutes,
                least=least,
                code=code,
            )
        )
    beside = [line(code, 1, **told)] if kind == "before" else []
    reason = {
        "before": f"{minutes} minutes before the drug are {least} or more: {code}, second to the infusion.",
        "alongside": "What runs alongside the drug is no hydration.",
        "short": f"{minutes} minutes are fewer than {least}: nothing.",
    }[kind]
    return Draft(
        setting=_SETTING,
        situation=(
            f"Saline, ordered beforehand and not for a reaction, runs from {told['start_time']} to {told['stop_time']}."
            f" {timed.told()}."
        ),
        ask="Which administration codes go on the claim?",
        right=timed.right(beside),
        wrong=(*slips, *timed.slips(("first-minute", "initial-per-hour"), beside)),
        spare=tuple(timed.slips(("complex-codes", "subcutaneous-codes"), beside)),
        steps=(*timed.steps(), reason),
    )


def stopped_early(asked: Asked) -> Draft:
    """An infusion that was no longer than a push."""
    limit: int = asked.fact("infusion.push_limit")
    minutes, ml = asked.draws.between(6, limit), asked.draws.between(3, 9)
    size = min(asked.fact("product.vial_sizes"))
    timed = _timed(asked, minutes, vials=(Vial(size, 1),), dose=ml * asked.fact("product.concentration"))
    initial, further = timed.code("initial"), timed.code("further")
    beneath = asked.fact("infusion.subcutaneous_codes")[0]
    return Draft(
        setting=_SETTING,
        situation=f"{timed.told()}; then it is stopped for a reaction. {ml} mL has run in.",
        ask=_ASK,
        right=timed.right(),
        wrong=(
            timed.slip("push-as-infusion", [line(initial, 1)], limit=limit),
            timed.slip("push-and-hour", [line(initial, 1), line(further, 1)], limit=limit),
            timed.slip("no-administration", []),
            timed.slip("subcutaneous-codes", [line(beneath, 1)], figure=beneath),
        ),
        steps=(f"{minutes} minutes are not more than {limit}: a push, {timed.code('push')}, not {initial}.",),
    )


def _draft(timed: Timed, about: tuple[str, ...]) -> Draft:
    spare = ("first-minute", "initial-per-hour", "complex-codes", "subcutaneous-codes")
    return Draft(
        setting=_SETTING,
        situation=f"{timed.told()}.",
        ask=_ASK,
        right=timed.right(),
        wrong=tuple(timed.slips(about)),
        spare=tuple(timed.slips(spare)),
        steps=timed.steps(),
    )


def _timed(
    asked: Asked, minutes: int, pause: int = 0, vials: tuple[Vial, ...] | None = None, dose: int | None = None
) -> Timed:
    """An infusion of so many minutes, with or without a pause somewhere in its middle, all on one day."""
    opened = vials or whole_vials(asked)
    start = asked.draws.between(8 * 60, 10 * 60, 5)
    stop = start + minutes + pause
    began = start + asked.draws.between(30, minutes - 30, 5) if pause else 0
    span = (began, began + pause) if pause else None
    pauses = [(_clock(began), _clock(began + pause))] if pause else []
    record: dict[str, Any] = {"start": _clock(start), "stop": _clock(stop)}
    if pauses:
        record["pauses"] = [{"start": first, "stop": last} for first, last in pauses]
    given = Given(
        asked=asked, place=asked.office(), dose=dose or total_mg(opened), vials=opened, more=record, aside=True
    )
    codes = asked.infusion(record["start"], record["stop"], pauses)
    return Timed(asked=asked, given=given, codes=codes, start=start, stop=stop, pause=span)


def _pair(codes: Sequence[str], further: int) -> list[Line]:
    """The code of the first hour and, where there are any, that of the further ones."""
    return [line(codes[0], 1), *([line(codes[1], further)] if further else [])]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


LEVELS: dict[int, tuple[Template, ...]] = {
    1: (plain_hours,),
    2: (near_the_threshold, with_a_pause, push_before),
    3: (premedication, hydration, stopped_early),
}
