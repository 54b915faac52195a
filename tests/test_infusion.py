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


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("09:05", 545),
        ("9:05", 545),
        ("0905", 545),
        ("09:05:00", 545),
        ("9:05:00", 545),
        ("0905h", 545),
        ("0905 hrs", 545),
        ("09:05 H", 545),
        (" 9:05 AM ", 545),
        ("9:05am", 545),
        ("09:05 a.m.", 545),
        ("0905 AM", 545),
        ("9:05 PM", 1265),
        ("09:05 P.M.", 1265),
        ("12:00 AM", 0),
        ("12:30 am", 30),
        ("12:00 PM", 720),
        ("12:59 pm", 779),
        ("1:00 PM", 780),
        ("11:59 PM", 1439),
        ("0:05", 5),
        ("0000", 0),
        ("2359", 1439),
        ("23:59:00", 1439),
    ],
)
def test_clocks_as_charts_write_them(written: str, minutes: int) -> None:
    # Minutes are counted from midnight; what starts there is read by itself.
    if minutes:
        assert minutes_infused("00:00", written, same_day=True) == minutes
        assert minutes_infused(written, "24:00", same_day=True) == 1440 - minutes
    else:
        assert minutes_infused(written, "01:00") == 60


@given(st.integers(0, 1439), st.integers(1, 720))
def test_a_clock_reads_the_same_however_it_is_written(start: int, length: int) -> None:
    def ways(minute: int) -> list[str]:
        hour, over = divmod(minute % 1440, 60)
        half = "AM" if hour < 12 else "PM"
        return [
            f"{hour:02}:{over:02}",
            f"{hour}:{over:02}",
            f"{hour:02}{over:02}",
            f"{hour:02}:{over:02}:00",
            f"{hour % 12 or 12}:{over:02} {half}",
            f"{hour % 12 or 12:02}:{over:02}{half.lower()}",
        ]

    for begin, end in zip(ways(start), ways(start + length), strict=True):
        assert minutes_infused(begin, end) == length, (begin, end)
        inside = (begin, end)
        if length > 2:
            pause = f"{ways(start + 1)[0]}-{ways(start + 2)[4]}"
            assert minutes_infused(*inside, pauses=[pause]) == length - 1


def test_the_end_of_the_day_is_24_00() -> None:
    found = infusion_codes("22:00", "24:00", on=DAY)
    assert (found.minutes, noted(found, "next day")) == (120, False)
    assert infusion_codes("22:00", "2400", on=DAY).minutes == 120
    assert noted(infusion_codes("22:00", "00:00", on=DAY), "next day")
    assert minutes_infused("22:00", "24:00", pauses=["23:30-24:00"]) == 90
    assert minutes_infused("22:00", "01:00", pauses=["23:30-24:00", "00:00-00:10"]) == 140


def test_past_midnight_says_so_and_keeps_the_date_of_the_start() -> None:
    found = infusion_codes("22:30", "02:10", on=DAY)
    assert found.notes == (
        "Ended the next day: counted as one infusion on the date on which it started. For its own rule, ask the payer.",
        "Clock times as written: in a night in which the clocks changed, correct the minutes by that hour.",
    )
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


def test_pauses_are_left_out_and_the_other_view_is_named_with_what_it_would_bill() -> None:
    out = "{} min of pauses are left out: only those in which the drug runs; pauses and gaps do not count (secondary)."
    view = (
        "Another guide (secondary) says of a brief change of bag or vial that it does not stop the clock."
        " If all pauses were such changes: {}. Follow the payer, or ask it."
    )
    same = infusion_codes("09:00", "10:25", pauses="09:10-09:20,09:30-09:45", on=DAY)
    assert same.notes == (out.format(25), view.format("85 min, the same codes"))
    other = infusion_codes("09:00", "13:35", pauses=["10:00-10:05"], on=DAY)
    assert (other.minutes, codes(other)) == (270, {"96365": 1, "96366": 3})
    assert other.notes[:2] == (out.format(5), view.format("275 min, 96365 x 1, 96366 x 4"))
    assert {"infusion.counted_time", "infusion.bag_change"} <= set(other.facts)
    none = infusion_codes("09:00", "13:35", on=DAY)
    assert none.notes == () and "infusion.bag_change" not in none.facts


@pytest.mark.parametrize(
    ("start", "stop", "said"),
    [
        ("22:30", "02:10", True),
        ("22:30", "02:00", False),
        ("01:00", "04:00", True),
        ("02:00", "04:00", False),
        ("01:59", "02:01", True),
        ("22:00", "24:00", False),
        ("09:00", "13:35", False),
    ],
)
def test_a_night_in_which_the_clocks_may_change_is_named(start: str, stop: str, said: bool) -> None:
    assert noted(infusion_codes(start, stop, on=DAY), "the clocks changed") == said


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


CLOCK = "expected a clock time such as 09:05, 9:05, 0905 or 9:05 AM, from 00:00 to 24:00"
NO_MINUTES = "an hour without minutes: write 09:00, 0900 or 9:00 AM"
THREE = "three digits may have lost one: write four, such as 0905, or 9:05"
POINT = "9.30 may be half past nine or 18 minutes past: write 09:30 or 09:18"
HALVES = "AM and PM go with the hours 1 to 12: write 13:35 or 1:35 PM, not both in one"


@pytest.mark.parametrize(
    ("start", "stop", "pauses", "message"),
    [
        ("09:00", "09:00", (), "stop: the same time as the start; compare both with the record"),
        ("9", "13:00", (), f"start: {NO_MINUTES}"),
        ("09:00", "1 PM", (), f"stop: {NO_MINUTES}"),
        ("900", "13:00", (), f"start: {THREE}"),
        ("09:00", "9.30", (), f"stop: {POINT}"),
        ("09:00", "13,5", (), f"stop: {POINT}"),
        ("09:00", "2026-05-01 13:35", (), "stop: a date: write the clock time alone, such as 09:05"),
        ("24:00", "02:00", (), "start: 24:00 ends a day; what starts then starts at 00:00 of the next date"),
        ("09:00", "24:01", (), f"stop: {CLOCK}"),
        ("09:00", "25:00", (), f"stop: {CLOCK}"),
        ("09:00", "13:60", (), f"stop: {CLOCK}"),
        ("09:00", "9:5", (), f"stop: {CLOCK}"),
        ("09:00", "13:35 PM", (), f"stop: {HALVES}"),
        ("09:00", "0:35 AM", (), f"stop: {HALVES}"),
        (
            "09:00:30",
            "13:00",
            (),
            "start: the codes count whole minutes: write the time without seconds, such as 09:05",
        ),
        ("noon", "13:00", (), f"start: {CLOCK}"),
        ("-9:00", "13:00", (), f"start: {CLOCK}"),
        ("09:00", "٠٩:٣٠", (), f"stop: {CLOCK}"),
        ("09:00", "", (), f"stop: {CLOCK}"),
        ("09:00", None, (), f"stop: {CLOCK}"),
        (time(9, 0, 30), "13:00", (), "start: expected whole minutes of a clock without time zone"),
        (time(9, tzinfo=UTC), "13:00", (), "start: expected whole minutes of a clock without time zone"),
        ("09:00", "13:35", ["10:00"], "pause 1: expected a start and a stop, such as 10:00-10:25"),
        ("09:00", "13:35", ["10:00-10:25", "x-y"], f"pause 2: {CLOCK}"),
        ("09:00", "13:35", ["10:00-10:05-10:10"], "pause 1: expected a start and a stop, such as 10:00-10:25"),
        ("22:00", "02:00", ["24:00-00:10"], "pause 1: 24:00 ends a day"),
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


RECORD = "more than 12 hours; compare both times with the record, or confirm it with"


@pytest.mark.parametrize(
    ("start", "stop", "message"),
    [
        (
            "14:00",
            "02:01",
            f"12 h 1 min after the start, {RECORD} --next-day (next_day=True);"
            " if it stopped in the afternoon, write 14:01",
        ),
        (
            "9:00",
            "1:35",
            f"16 h 35 min after the start, {RECORD} --next-day (next_day=True);"
            " if it stopped in the afternoon, write 13:35",
        ),
        ("21:00", "12:00", f"15 h 0 min after the start, {RECORD} --next-day (next_day=True)"),
        ("21:00", "20:00", f"23 h 0 min after the start, {RECORD} --next-day (next_day=True)"),
        ("10:00", "22:01", f"12 h 1 min after the start, {RECORD} --same-day (same_day=True)"),
        ("07:00", "21:00", f"14 h 0 min after the start, {RECORD} --same-day (same_day=True)"),
        ("00:00", "24:00", f"24 h 0 min after the start, {RECORD} --same-day (same_day=True)"),
    ],
)
def test_more_than_12_hours_needs_confirmation(start: str, stop: str, message: str) -> None:
    with pytest.raises(InfusionError) as refusal:
        infusion_codes(start, stop, on=DAY)
    assert str(refusal.value) == f"stop: {message}"


def test_up_to_12_hours_need_no_confirmation() -> None:
    assert minutes_infused("10:00", "22:00") == 720
    assert minutes_infused("14:00", "02:00") == 720
    assert not noted(infusion_codes("10:00", "22:00", on=DAY), "as confirmed")


def test_a_long_day_is_billed_once_it_is_confirmed() -> None:
    found = infusion_codes("07:00", "21:00", same_day=True, on=DAY)
    assert (found.minutes, codes(found)) == (840, {"96365": 1, "96366": 13})
    assert found.notes == ("14 h 0 min from start to stop, as confirmed: compare the times with the record once more.",)
    assert minutes_infused("07:00", "21:00", same_day=True, pauses=["12:00-12:30"]) == 810
    assert minutes_infused("09:00", "13:35", same_day=True) == 275
    assert infusion_codes("14:00", "02:01", next_day=True, on=DAY).minutes == 721


def test_next_day_means_the_day_after_the_start() -> None:
    assert minutes_infused("22:30", "02:10", next_day=True) == 220
    assert minutes_infused("09:00", "09:00", next_day=True) == 24 * 60
    assert minutes_infused("09:00", "09:00", next_day=True, pauses="08:30-08:55") == 24 * 60 - 25


def test_more_than_24_hours_are_refused_with_the_hours_named() -> None:
    for start, stop, hours, alone in (
        ("07:00", "21:00", "38 h 0 min", "14 h 0 min"),
        ("09:00", "09:01", "24 h 1 min", "0 h 1 min"),
        ("22:00", "24:00", "26 h 0 min", "2 h 0 min"),
    ):
        with pytest.raises(InfusionError) as refusal:
            infusion_codes(start, stop, next_day=True, on=DAY)
        assert str(refusal.value) == (
            f"stop: {hours} after the start, more than 24 hours, which is no single infusion here; if it ended on the day"
            f" it started, after {alone}, write --same-day (same_day=True) instead; else bill each date by itself"
        )


def test_the_two_days_exclude_each_other() -> None:
    with pytest.raises(InfusionError, match=r"^stop: on the same day or on the next one, not both$"):
        infusion_codes("09:00", "13:35", next_day=True, same_day=True, on=DAY)
    with pytest.raises(InfusionError, match=r"^stop: before the start, and on the same day; compare both"):
        infusion_codes("13:35", "09:00", same_day=True, on=DAY)


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
