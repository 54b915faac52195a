"""Topic ``administration``: from clock times to the codes beside the drug; pushes, other infusions, hydration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from j1553ref.infusion import Infusion, further_hours, infusion_codes
from j1553ref.training.asking import Asked, Draft, Made
from j1553ref.training.claims import line, parsed, written
from j1553ref.training.doses import Given, total_mg, whole_vials
from j1553ref.training.words import clock
from j1553ref.vials import Vial


@dataclass(frozen=True)
class Timed:
    """An infusion by the clock (minutes since midnight)."""

    asked: Asked
    given: Given
    codes: Infusion
    start: int
    stop: int
    pause: tuple[int, int] | None

    def code(self, name: str) -> str:
        """An administration code by its name in the facts."""
        return str(self.asked.fact(f"infusion.code.{name}"))

    def made(self, text: str) -> Made:
        """An option that says the lines beside the drug, and its claim."""
        return tuple(text.split("; ")), self.given.claim(self.given.lines(), parsed(text))

    def figures(self, *others: str) -> dict[str, Any]:
        """Times, arithmetic, the right lines, and those of the mistakes that these minutes invite; None for the others.

        ``others`` are families of codes that are mistaken for the right ones, by their name in the facts.
        """
        initial, further = self.code("initial"), self.code("further")
        first, hour, threshold = (
            self.asked.fact(f"infusion.{name}") for name in ("first_hour", "further_hour", "further_hour_threshold")
        )
        minutes, elapsed = self.codes.minutes, self.stop - self.start
        full, over = divmod(max(minutes - first, 0), hour)
        right = sum(made.units for made in self.codes.lines[1:])
        by_clock = further_hours(elapsed, on=self.asked.on, facts=self.asked.base)
        started, exact = 0 < over < threshold, over == threshold

        def said(units: int | None, codes: Sequence[str] = (initial, further)) -> str | None:
            """The lines with so many further hours."""
            made = [line(codes[0], 1), *([line(codes[1], units)] if units else [])]
            return None if units is None else "; ".join(written(made))

        families = {name: self.asked.fact(f"infusion.{name}_codes") for name in others}
        counts = f"more than {threshold}, so it counts"
        if over <= threshold:
            counts = f"not more than {threshold}, so it adds nothing"
        last = f" and {over} minutes; the last partial hour is {counts}" if over else ""
        start, stop = clock(self.start), clock(self.stop)
        pause = f", with a pause from {clock(self.pause[0])} to {clock(self.pause[1])}" if self.pause else ""
        less = f", less a pause of {elapsed - minutes}: {minutes}" if self.pause else ""
        steps = (
            f"{start} to {stop} are {elapsed} minutes{less}.",
            f"The first {first} minutes are {initial}. Left are {minutes - first}:"
            f" {full} full hour{'' if full == 1 else 's'}{last}.",
            f"{further} × {right}.",
        )
        return {
            "runs": f"Yimmugo runs from {start} to {stop}{pause}",
            "arithmetic": "\n".join(steps),
            "initial": initial,
            "further": further,
            "minutes": minutes,
            "elapsed": elapsed,
            "rest": over,
            "threshold": threshold,
            "right": right,
            "hours": "; ".join(written(line(made.code, made.units) for made in self.codes.lines)),
            "half_hour": said(right + 1 if exact else None),
            "started": said(right + 1 if started else None),
            "dropped": said(right - 1 if over > threshold else None),
            "paused": said(by_clock if by_clock != right else None),
            "more": right + 1,
            "first_minute": said(right + 1),
            # Where two mistakes come to the same lines, the more telling name is offered.
            "only_first_minute": said(None if started or exact else right + 1),
            "none": said(0 if right else None),
            "none_by_itself": said(0 if right and (right > 1 or over <= threshold) else None),
            **{name: said(right, codes) for name, codes in families.items()},
            **{f"{name}_first": codes[0] for name, codes in families.items()},
        }


def plain_hours(asked: Asked) -> Draft:
    """Start and stop, nothing between."""
    return _draft(_timed(asked, asked.draws.between(2, 6) * 60 + asked.draws.pick([0, 15, 45])))


def near_the_threshold(asked: Asked) -> Draft:
    """Last minutes at the threshold, or just beside it."""
    threshold: int = asked.fact("infusion.further_hour_threshold")
    return _draft(_timed(asked, asked.draws.between(2, 5) * 60 + threshold + asked.draws.pick([0, 0, 1, 1, -1, 3])))


def with_a_pause(asked: Asked) -> Draft | None:
    """A pause that decides whether the last minutes count."""
    asked.states("infusion.counted_time")
    made = _draft(_timed(asked, asked.draws.between(24, 72) * 5, asked.draws.between(15, 40, 5)))
    return made if made.figures["paused"] else None


def push_before(asked: Asked) -> Draft:
    """A push of another drug before the infusion."""
    timed = _timed(asked, asked.draws.between(8, 24) * 15)
    codes = {"push": timed.code("push"), "later_push": timed.code("sequential_push")}
    asked.states("infusion.one_initial", "infusion.hierarchy")
    return Draft(timed.figures("complex") | codes, timed.made)


def premedication(asked: Asked) -> Draft:
    """Another infusion and a push before the drug."""
    timed = _timed(asked, asked.draws.between(8, 24) * 15)
    before = asked.draws.between(20, 30, 5)
    timed.code("initial")
    codes = {"push": timed.code("push"), "later": timed.code("sequential"), "later_push": timed.code("sequential_push")}
    asked.states("infusion.one_initial", "infusion.hierarchy")
    return Draft(timed.figures("complex") | codes | {"before": before}, timed.made)


def hydration(asked: Asked) -> Draft:
    """Saline before the drug, alongside it, or too short."""
    timed = _timed(asked, asked.draws.between(8, 24) * 15)
    kind = asked.draws.pick(["before", "alongside", "short"])
    least: int = asked.fact("infusion.hydration_minimum")
    minutes = asked.draws.between(15, least - 1) if kind == "short" else asked.draws.between(35, 60, 5)
    start = timed.start + 15 if kind == "alongside" else timed.start - minutes
    code, other = timed.code("hydration"), timed.code("hydration_initial")
    times = {"start_time": clock(start), "stop_time": clock(start + minutes)}
    asked.states("infusion.one_initial", *(["infusion.carrier_fluid"] if kind == "alongside" else []))

    def made(text: str) -> Made:
        lines = [made | (times if made["procedure_code"] in (code, other) else {}) for made in parsed(text)]
        return tuple(text.split("; ")), timed.given.claim(timed.given.lines(), lines)

    figures = timed.figures("complex", "subcutaneous") | times | {"saline": minutes, "least": least}
    figures |= {"code": code, "other": other, "beside": f"; {code} × 1" if kind == "before" else ""}
    figures |= {name: figures["hours"] if kind == name else None for name in ("alongside", "short")}
    reason = {
        "before": f"{minutes} minutes before the drug are {least} or more: {code}, second to the infusion.",
        "alongside": "What runs alongside the drug is no hydration.",
        "short": f"{minutes} minutes are fewer than {least}: nothing.",
    }
    return Draft(figures | {"reason": reason[kind]}, made)


def stopped_early(asked: Asked) -> Draft:
    """An infusion that was no longer than a push."""
    limit: int = asked.fact("infusion.push_limit")
    minutes, ml = asked.draws.between(6, limit), asked.draws.between(3, 9)
    size = min(asked.fact("product.vial_sizes"))
    timed = _timed(asked, minutes, vials=(Vial(size, 1),), dose=ml * asked.fact("product.concentration"))
    figures = {"initial": timed.code("initial"), "further": timed.code("further"), "limit": limit, "minutes": minutes}
    figures |= {"beneath": asked.fact("infusion.subcutaneous_codes")[0], "push": timed.code("push"), "ml": ml}
    return Draft(figures | {"start": clock(timed.start), "stop": clock(timed.stop)}, timed.made)


def _draft(timed: Timed) -> Draft:
    return Draft(timed.figures("complex", "subcutaneous"), timed.made)


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
    asked.states(*codes.facts)
    return Timed(asked, given, codes, start, stop, (began, began + pause) if pause else None)
