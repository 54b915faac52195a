"""Infusion: clock times to minutes and administration codes, across pauses and midnight."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from j1553ref.errors import J1553Error
from j1553ref.facts import FactError, load, packaged
from j1553ref.infusion import Infusion, InfusionError, PauseLike, further_hours, infusion_codes, minutes_infused

DAY = "2026-05-01"
MIDNIGHT = datetime.fromisoformat("2026-05-01T00:00")


def codes(found: Infusion) -> dict[str, int]:
    return {line.code: line.units for line in found.lines}


def noted(found: Infusion, words: str) -> bool:
    return any(words in note for note in found.notes)


def clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


@pytest.mark.parametrize(
    ("start", "stop", "pauses", "minutes", "expected"),
    [
        ("09:00", "13:35", (), 275, {"96365": 1, "96366": 4}),
        ("09:00", "13:35", ["10:00-10:25"], 250, {"96365": 1, "96366": 3}),
        ("22:30", "02:10", (), 220, {"96365": 1, "96366": 3}),
        ("09:00", "09:52", (), 52, {"96365": 1}),
        ("09:00", "10:30", (), 90, {"96365": 1}),
        ("09:00", "10:31", (), 91, {"96365": 1, "96366": 1}),
        ("09:00", "11:30", (), 150, {"96365": 1, "96366": 1}),
        ("09:00", "11:31", (), 151, {"96365": 1, "96366": 2}),
        ("09:00", "09:16", (), 16, {"96365": 1}),
        ("09:00", "09:15", (), 15, {"96374": 1}),
        ("09:00", "09:01", (), 1, {"96374": 1}),
        ("09:00", "10:00", ["09:10-09:55"], 15, {"96374": 1}),
    ],
)
def test_golden_times(start: str, stop: str, pauses: list[PauseLike], minutes: int, expected: dict[str, int]) -> None:
    found = infusion_codes(start, stop, pauses=pauses, on=DAY)
    assert (found.minutes, codes(found)) == (minutes, expected)


@pytest.mark.parametrize(("minutes", "units"), [(0, 0), (60, 0), (90, 0), (91, 1), (150, 1), (151, 2), (275, 4)])
def test_golden_further_hours(minutes: int, units: int) -> None:
    assert further_hours(minutes, on=DAY) == units


@given(st.integers(0, 3000))
def test_further_hours_are_those_of_counting_half_hours(minutes: int) -> None:
    # Each further unit starts with the 31st minute of its hour: count those minutes.
    starts = sum(1 for minute in range(1, minutes + 1) if minute > 60 and (minute - 60) % 60 == 31)
    assert further_hours(minutes, on=DAY) == starts


def test_past_midnight_says_so_and_keeps_the_date_of_the_start() -> None:
    found = infusion_codes("22:30", "02:10", on=DAY)
    assert found.notes[0].startswith("Ended the next day: counted as one infusion on the date on which it started.")
    assert "ask the payer" in found.notes[0]
    assert not noted(infusion_codes("09:00", "13:35", on=DAY), "next day")


def test_a_short_infusion_is_a_push_and_says_so() -> None:
    found = infusion_codes("09:00", "09:15", on=DAY)
    assert noted(found, "15 minutes or less is a push (96374); 96365 takes 16 or more.")
    assert "infusion.code.push" in found.facts
    assert not noted(infusion_codes("09:00", "09:16", on=DAY), "push")


def test_the_piece_that_does_not_count_is_explained() -> None:
    said = "The last {} min add no 96366: that takes more than 30."
    assert infusion_codes("09:00", "10:30", on=DAY).notes == (said.format(30),)
    assert infusion_codes("09:00", "11:01", on=DAY).notes == (said.format(1),)
    for stop in ("09:52", "10:00", "10:31", "11:00"):
        assert infusion_codes("09:00", stop, on=DAY).notes == ()


def test_pauses_are_said_to_be_left_out() -> None:
    assert infusion_codes("09:00", "10:25", pauses="09:10-09:20,09:30-09:45", on=DAY).notes == (
        "25 min of pauses are left out: only the minutes in which the drug ran count.",
    )


def test_json_has_the_promised_keys() -> None:
    assert infusion_codes("09:00", "10:31", on=DAY).to_json() == {
        "minutes": 91,
        "lines": [{"code": "96365", "units": 1}, {"code": "96366", "units": 1}],
        "notes": [],
    }


@given(st.integers(0, 1439), st.integers(1, 720))
def test_minutes_are_those_of_the_calendar(start: int, length: int) -> None:
    begin = MIDNIGHT + timedelta(minutes=start)
    end = begin + timedelta(minutes=length)
    assert minutes_infused(begin.time(), end.time()) == length
    assert minutes_infused(f"{begin:%H:%M}", f"{end:%H:%M}") == length
    found = infusion_codes(begin.time(), end.time(), on=DAY)
    assert noted(found, "next day") == (end.date() != begin.date())


@given(
    st.integers(0, 1439),
    st.integers(10, 720),
    st.lists(st.integers(0, 720), min_size=2, max_size=8, unique=True),
    st.randoms(use_true_random=False),
)
def test_pauses_leave_the_minutes_in_which_it_ran(start: int, length: int, marks: list[int], shuffler: object) -> None:
    marks = sorted(mark for mark in marks if mark <= length)
    spans = list(zip(marks[::2], marks[1::2], strict=False))
    ran = [m for m in range(length) if not any(begin <= m < end for begin, end in spans)]
    assume(ran)
    shuffler.shuffle(spans)  # type: ignore[attr-defined]
    pauses = [(clock(start + begin), clock(start + end)) for begin, end in spans]
    assert minutes_infused(clock(start), clock(start + length), pauses=pauses) == len(ran)


def test_ways_to_give_pauses() -> None:
    pairs: list[PauseLike] = [("10:00", "10:25"), (time(11), time(11, 5))]
    assert minutes_infused("09:00", "13:35", pauses=pairs) == 245
    assert minutes_infused("09:00", "13:35", pauses=["10:00-10:25", "11:00 - 11:05"]) == 245
    assert minutes_infused("09:00", "13:35", pauses="10:00-10:25, 11:00-11:05") == 245
    # Pauses may touch one another, and midnight may lie within one.
    assert minutes_infused("09:00", "13:35", pauses="10:00-10:25,10:25-10:30") == 245
    assert minutes_infused("22:30", "02:10", pauses="23:50-00:10") == 200


CLOCK = "expected HH:MM of a 24-hour clock, from 00:00 to 23:59, such as 09:05"


@pytest.mark.parametrize(
    ("start", "stop", "pauses", "message"),
    [
        ("09:00", "09:00", (), "stop: the same time as the start; compare both with the record"),
        ("9:00", "13:00", (), f"start: {CLOCK}"),
        ("09:00", "24:00", (), f"stop: {CLOCK}"),
        ("09:00", "13:60", (), f"stop: {CLOCK}"),
        ("09:00", "1:35 PM", (), f"stop: {CLOCK}"),
        ("09:00", "٠٩:٣٠", (), f"stop: {CLOCK}"),
        ("09:00", "", (), f"stop: {CLOCK}"),
        ("09:00", None, (), f"stop: {CLOCK}"),
        (time(9, 0, 30), "13:00", (), "start: expected whole minutes of a clock without time zone"),
        (time(9, tzinfo=UTC), "13:00", (), "start: expected whole minutes of a clock without time zone"),
        ("09:00", "13:35", ["10:00"], "pause 1: expected a start and a stop, such as 10:00-10:25"),
        ("09:00", "13:35", ["10:00-10:25", "x-y"], f"pause 2: {CLOCK}"),
        ("09:00", "13:35", ["10:00-10:00"], "pause 1: starts and stops at the same time"),
        ("09:00", "13:35", ["10:25-10:00"], "pause 1: expected within the infusion, start before stop"),
        ("09:00", "13:35", ["08:50-09:10"], "pause 1: expected within the infusion, start before stop"),
        ("09:00", "13:35", ["13:30-13:36"], "pause 1: expected within the infusion, start before stop"),
        ("09:00", "13:35", ["10:00-10:25", "10:24-10:30"], "pause 2: overlaps another pause"),
        ("09:00", "13:35", ["10:00-11:00", "10:10-10:20"], "pause 2: overlaps another pause"),
        ("09:00", "13:35", ["09:00-13:35"], "pauses: nothing is left of the infusion; compare the times with"),
    ],
)
def test_times_that_are_refused(start: object, stop: object, pauses: list[PauseLike], message: str) -> None:
    with pytest.raises(InfusionError) as refusal:
        infusion_codes(start, stop, pauses=pauses, on=DAY)  # type: ignore[arg-type]
    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)


def test_an_infusion_error_is_a_value_error_of_this_package() -> None:
    assert issubclass(InfusionError, ValueError) and issubclass(InfusionError, J1553Error)


def test_more_than_12_hours_needs_confirmation() -> None:
    assert minutes_infused("10:00", "22:00") == 720
    assert minutes_infused("14:00", "02:00") == 720
    with pytest.raises(InfusionError) as refusal:
        infusion_codes("14:00", "02:01", on=DAY)
    assert str(refusal.value) == (
        "stop: 12 h 1 min after the start, more than 12 hours; compare both times with the record,"
        " or confirm it with --next-day (next_day=True)"
    )
    assert infusion_codes("14:00", "02:01", next_day=True, on=DAY).minutes == 721
    with pytest.raises(InfusionError, match=r"12 h 1 min after the start, more than 12 hours; .* record$"):
        infusion_codes("10:00", "22:01", on=DAY)


def test_next_day_means_the_day_after_the_start() -> None:
    assert minutes_infused("22:30", "02:10", next_day=True) == 220
    assert minutes_infused("09:00", "10:00", next_day=True) == 25 * 60
    assert minutes_infused("09:00", "09:00", next_day=True) == 24 * 60
    assert minutes_infused("09:00", "09:00", next_day=True, pauses="08:30-08:55") == 24 * 60 - 25
    with pytest.raises(InfusionError, match=r"^pauses: on which day cannot be told"):
        minutes_infused("09:00", "10:00", next_day=True, pauses="09:10-09:20")


def test_limits_come_from_the_facts_of_the_date(tmp_path: Path) -> None:
    (tmp_path / "more.toml").write_text(
        """
        [infusion.further_hour_threshold]
        label = "made up"
        [[infusion.further_hour_threshold.history]]
        from = 2030-01-01
        value = 20
        checked = 2030-01-01
        sources = [{ id = "cms-hpt", locator = "none", grade = "primary" }]
        [infusion.push_limit]
        label = "made up"
        [[infusion.push_limit.history]]
        from = 2030-01-01
        value = 60
        checked = 2030-01-01
        sources = [{ id = "cms-hpt", locator = "none", grade = "primary" }]
        """
    )
    base = load(tmp_path, packaged())
    assert codes(infusion_codes("09:00", "10:25", on="2029-12-31", facts=base)) == {"96365": 1}
    assert codes(infusion_codes("09:00", "10:25", on="2030-01-01", facts=base)) == {"96365": 1, "96366": 1}
    assert codes(infusion_codes("09:00", "10:00", on="2029-12-31", facts=base)) == {"96365": 1}
    assert codes(infusion_codes("09:00", "10:00", on="2030-01-01", facts=base)) == {"96374": 1}


def test_a_date_before_the_limits_are_known_is_refused() -> None:
    with pytest.raises(FactError, match=r"infusion\.push_limit: nothing is known before"):
        infusion_codes("09:00", "10:00", on="1990-01-01")


def test_facts_that_were_read_are_named_and_exist() -> None:
    for stop in ("09:10", "13:35"):
        found = infusion_codes("09:00", stop, on=DAY)
        assert found.facts and all(packaged().get(each) for each in found.facts)
