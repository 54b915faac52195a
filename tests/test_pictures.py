"""Pictures: what they say and draw is what the package computes, on many doses and clocks, and on the pages of the site."""

from __future__ import annotations

import os
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from html import unescape
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from j1553ref import bill_units, case, cases, claim_from, ndc, pictures
from j1553ref.billing import Billing
from j1553ref.facts import packaged
from j1553ref.forms import PAPERS, html
from j1553ref.infusion import Infusion, infusion_codes, stretches
from j1553ref.pictures import Picture
from j1553ref.pictures.timeline import spans
from j1553ref.pictures.tree import jw_or_jz

DAY = "2026-05-04"
SVG = "{http://www.w3.org/2000/svg}"
#: Pixels that a letter takes at most, by the size of the pictures' text.
LETTER = Decimal("7.8")
SIZES = st.dictionaries(st.sampled_from(["20g", "10g", "5g"]), st.integers(1, 4), min_size=1)


def parsed(picture: Picture) -> ElementTree.Element:
    """The picture as XML; an HTML page needs no namespace, a parser does not mind."""
    return ElementTree.fromstring(picture.svg)


def texts(picture: Picture) -> list[str]:
    return ["".join(node.itertext()) for node in parsed(picture).iter("text")]


def of_class(picture: Picture, name: str) -> list[ElementTree.Element]:
    return [node for node in parsed(picture).iter() if name in node.get("class", "").split()]


def plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def agrees_with_bill(picture: Picture, bill: Billing, dose: Decimal) -> None:
    """Every figure in words and drawing is one of the bill; raises AssertionError."""
    shown = texts(picture)
    assert [text for text in shown if text.startswith("given:")] == [
        f"given: {bill.administered_units} unit{'s' * (bill.administered_units != 1)}"
    ]
    waste = f"{bill.discarded_units} unit{'s' * (bill.discarded_units != 1)}" if bill.discarded_units else "none"
    assert [text for text in shown if text.startswith("waste:")] == [f"waste: {waste}"]
    opened = sum((vial.ml for vial in bill.vials), Decimal(0))
    numbers = [int(found) for found in re.findall(r"(\d+) units?\b", picture.words)]
    assert numbers == [
        bill.total_units,
        bill.administered_units,
        *([bill.discarded_units] if bill.discarded_units else []),
    ]
    counts = [int(found) for found in re.findall(r"(\d+) x \d+ g vial, each|\d+ g vial:", picture.words) if found] or []
    if not counts:
        given = sum(map(Decimal, re.findall(r"([\d.]+) mL given", picture.words)), Decimal(0))
        left = sum(map(Decimal, re.findall(r"([\d.]+) mL left over", picture.words)), Decimal(0))
        assert (given * 100, given + left) == (dose, opened)
        drawn = [
            sum(Decimal(node.get("height", "0")) for node in of_class(picture, name) if node.get("width") == "56")
            for name in ("given", "waste")
        ]
        assert [drawn[0] * 100, sum(drawn)] == [dose, bill.total_units]
        assert sum(int(text.split()[0]) for text in shown if re.fullmatch(r"\d+ units", text)) == bill.total_units


@given(SIZES, st.integers(1, 10**6))
@example({"20g": 1, "10g": 1, "5g": 1}, 324500)
@example({"20g": 1, "10g": 1, "5g": 1}, 349500)
@example({"5g": 1}, 1)
@settings(max_examples=300, deadline=None)
def test_vials_show_what_the_bill_says(counts: dict[str, int], tenths: int) -> None:
    dose = Decimal(tenths) / 10
    opened = ",".join(f"{count}x{size}" for size, count in counts.items())
    assume(dose <= sum(int(size[:-1]) * 1000 * count for size, count in counts.items()))
    bill = bill_units(dose_mg=dose, vials=opened, on=DAY)
    picture = pictures.vials(bill)
    agrees_with_bill(picture, bill, dose)
    sound(picture)


def test_a_wrong_figure_in_the_vials_is_found() -> None:
    bill = bill_units(dose_mg=32000, vials="20g,10g,5g", on=DAY)
    made = pictures.vials(bill)
    for right, wrong in (
        ("given: 320 units", "given: 321 units"),
        ("waste: 30 units", "waste: 20 units"),
        ('height="30"', 'height="31"'),
        (">100 units<", ">110 units<"),
    ):
        assert right in made.svg
        planted = Picture(made.title, made.words, made.svg.replace(right, wrong), made.caption)
        with pytest.raises(AssertionError):
            agrees_with_bill(planted, bill, Decimal(32000))
    planted = Picture(made.title, made.words.replace("20 mL given", "25 mL given"), made.svg, made.caption)
    with pytest.raises(AssertionError):
        agrees_with_bill(planted, bill, Decimal(32000))


def clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def agrees_with_minutes(picture: Picture, done: Infusion, runs: tuple[tuple[int, int], ...], *, upright: bool) -> None:
    """The ruler says and draws the minutes and codes of an infusion; raises AssertionError."""
    billed = ", ".join(f"{line.code} × {line.units}" for line in done.lines)
    assert picture.title == f"{done.minutes} minute{'s' * (done.minutes != 1)} of infusion: {billed}"
    hours = re.findall(r"(\d+) to (\d+) are (\d{5}|not billed)", picture.words)
    assert int(hours[0][0]) == 1 and int(hours[-1][1]) == done.minutes
    assert [int(low) for low, _, _ in hours[1:]] == [int(high) + 1 for _, high, _ in hours[:-1]]
    for line in done.lines:
        assert [code for _, _, code in hours].count(line.code) == line.units
    marks = [int(number) for number in re.findall(r"minute (\d+(?:, \d+)*)", picture.words)[0].split(", ")]
    further = sum(line.units for line in done.lines[1:])
    if further:
        assert marks == [60 + 60 * hour + 31 for hour in range(further)]
        assert len(of_class(picture, "mark")) == further + 1
    # Lengths: the minutes that ran and the pauses have one scale.
    side = "height" if upright else "width"
    kinds = {
        kind: sum(Decimal(node.get(side, "0")) for node in of_class(picture, kind) if node.tag == "rect")
        for kind in ("first", "further", "push", "short", "pause")
    }
    elapsed = runs[-1][1] - runs[0][0]
    drawn = sum(kinds.values())
    paused = elapsed - done.minutes
    assert abs(kinds["pause"] * elapsed - paused * drawn) <= elapsed
    counted = {"first": min(done.minutes, 60), "short": max(done.minutes - 60 - 60 * further, 0)}
    if done.lines[0].code == "96374":
        counted = {"push": done.minutes}
    for kind, minutes in counted.items():
        assert abs(kinds[kind] * elapsed - minutes * drawn) <= elapsed, kind
    strong = [text for text in texts(picture) if re.fullmatch(r"\d+:\d\d", text)]
    assert f"{int(clock(runs[0][0])[:2])}:{clock(runs[0][0])[3:]}" in strong
    assert f"{int(clock(runs[-1][1])[:2])}:{clock(runs[-1][1])[3:]}" in strong


@given(st.integers(0, 1439), st.integers(1, 720), st.lists(st.integers(1, 719), max_size=6, unique=True), st.booleans())
@example(22 * 60 + 30, 220, [], False)
@example(540, 275, [90, 115], True)
@example(540, 15, [], False)
@example(540, 91, [], True)
@settings(max_examples=300, deadline=None)
def test_the_ruler_shows_the_minutes(start: int, length: int, edges: list[int], upright: bool) -> None:
    edges = sorted(edge for edge in edges if edge < length)
    pauses = [
        f"{clock(start + since)}-{clock(start + until)}" for since, until in zip(edges[::2], edges[1::2], strict=False)
    ]
    times = clock(start), clock(start + length)
    done = infusion_codes(*times, pauses=pauses, on=DAY)
    picture = pictures.ruler(*times, pauses=pauses, on=DAY, upright=upright)
    agrees_with_minutes(picture, done, stretches(*times, pauses=pauses), upright=upright)
    sound(picture)


def test_a_wrong_figure_on_the_ruler_is_found() -> None:
    done, runs = infusion_codes("09:00", "13:35", on=DAY), stretches("09:00", "13:35")
    made = pictures.ruler("09:00", "13:35", on=DAY)
    agrees_with_minutes(made, done, runs, upright=False)
    first = of_class(made, "first")[0].get("width")
    for planted in (
        Picture(made.title.replace("× 4", "× 5"), made.words, made.svg, ""),
        Picture(made.title, made.words.replace("61 to 120", "61 to 121"), made.svg, ""),
        Picture(made.title, made.words.replace("minute 91", "minute 90"), made.svg, ""),
        Picture(made.title, made.words, made.svg.replace(f'width="{first}"', 'width="90"'), ""),
        Picture(made.title, made.words, made.svg.replace(">13:35<", ">13:30<"), ""),
    ):
        with pytest.raises(AssertionError):
            agrees_with_minutes(planted, done, runs, upright=False)


@given(st.integers(0, 1439), st.integers(1, 720), st.lists(st.integers(1, 719), max_size=6, unique=True))
@settings(max_examples=200, deadline=None)
def test_stretches_are_the_minutes_of_the_infusion(start: int, length: int, edges: list[int]) -> None:
    edges = sorted(edge for edge in edges if edge < length)
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    pauses = [(clock(start + since), clock(start + until)) for since, until in pairs]
    runs = stretches(clock(start), clock(start + length), pauses=iter(pauses))
    ran = {minute for since, until in runs for minute in range(since, until)}
    paused = {start + minute for since, until in pairs for minute in range(since, until)}
    assert ran == set(range(start, start + length)) - paused
    assert all(before < after for (_, before), (after, _) in pairwise(runs))


@pytest.mark.parametrize("package", ndc.packages(), ids=lambda package: package.ndc)
def test_digits_put_the_zero_where_the_rule_says(package: ndc.Package) -> None:
    ten = packaged().get(package.fact).newest.value.get("ndc10")
    if ten is None:
        with pytest.raises(ndc.NdcError, match="were not seen"):
            pictures.digits(package.ndc)
        return
    made = pictures.digits(package.ndc)
    sound(made)
    assert {ten, f"N4{package.ndc}"} <= set(re.findall(r"N4\d+|[\d-]+\d", made.words))
    boxes = [text for text in texts(made) if len(text) == 1 and text.isdigit()]
    # Each digit of the eleven is above itself in the ten, except the zero.
    assert len(boxes) == 21 and ndc.to_11_digits(ten) == package.ndc
    zero = of_class(made, "zero")[0].get("x")
    row = sorted(
        (int(node.get("x")), node.text)
        for node in of_class(made, "code")
        if node.get("y") == "209" and node.text != "-"
    )
    assert "".join(digit for _, digit in row) == package.ndc
    place = [x for x, _ in row].index(int(zero) + 9)
    assert package.ndc[:place] + package.ndc[place + 1 :] == ten.replace("-", "")


def test_the_timeline_has_the_codes_of_the_facts() -> None:
    base = packaged()
    found = spans()
    assert found[-1].code == "J1553" and found[-1].since == base.get("code.first_date_of_service").newest.value
    known = {fact.id.split(".")[-1].partition("-")[0] for fact in base.under("code.predecessor")}
    assert {span.code for span in found[:-1]} == known | {base.get("code.new_drug_code").newest.value}
    assert all(span.until and span.until < found[-1].since for span in found[:-1])
    made = pictures.timeline()
    sound(made)
    for span in found:
        assert span.code in made.words
        assert any(text.startswith(f"{span.code} {span.whom}") for text in texts(made))


def test_the_tree_leads_where_the_calculator_goes() -> None:
    questions, last = jw_or_jz(on=DAY)
    left = bill_units(dose_mg=32000, vials="20g,10g,5g", on=DAY).lines
    used_up = bill_units(dose_mg=35000, vials="20g,10g,5g", on=DAY).lines
    assert [line.modifiers for line in left] == [(), ("JW",)] and "Two lines" in questions[-1].leads_to
    assert [line.modifiers for line in used_up] == [("JZ",)] and last.endswith("JZ")
    made = pictures.tree(on=DAY)
    sound(made)
    drawn = " ".join(texts(made))
    for question in questions:
        for words in (question.asks, question.leads_to):
            assert words in made.words
            assert set(words.split()) <= set(drawn.split())


@given(st.lists(st.decimals(0, 2000, places=2), min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_bars_are_as_long_as_their_figures(values: list[Decimal]) -> None:
    made = pictures.bars(
        [pictures.Bar(f"brand {at}", value, f"${value:,}") for at, value in enumerate(values)], title="Bars"
    )
    sound(made)
    assert made.words == "; ".join(f"brand {at} ${value:,}" for at, value in enumerate(values)) + "."
    lengths = [Decimal(node.get("width", "")) for node in of_class(made, "bar")]
    for value, length in zip(values, lengths, strict=True):
        assert abs(length * max(values) - value * 216) <= max(values) * 2
    assert [text for text in texts(made) if text.startswith("$")] == [f"${value:,}" for value in values]


@pytest.mark.parametrize("upright", [False, True])
def test_the_flow_has_each_step_in_its_lane(upright: bool) -> None:
    made = pictures.flow(upright=upright)
    sound(made)
    assert [int(number) for number in re.findall(r"(\d)\. \w", " ".join(texts(made)))] == list(range(1, 10))


def sound(picture: Picture) -> None:
    """Well-formed, named, without style or script, ids its own, and no word outside of it."""
    root = parsed(picture)
    assert root.get("role") == "img"
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids)) == 2 and root.get("aria-labelledby") == " ".join(ids)
    assert root.findtext("title") == picture.title and root.findtext("desc") == picture.words
    assert "<style" not in picture.svg and "<script" not in picture.svg
    assert not [name for node in root.iter() for name in node.attrib if name == "style" or name.startswith("on")]
    _, _, width, height = map(int, root.get("viewBox", "").split())
    narrow = "ruler-wide" not in root.get("class", "") and "flow-wide" not in root.get("class", "")
    assert not narrow or width <= 520
    for node in root.iter("text"):
        words = "".join(node.itertext())
        x, y = Decimal(node.get("x", "")), Decimal(node.get("y", ""))
        room = len(words) * (LETTER if "strong" in node.get("class", "") else LETTER - 1)
        start = x - room * {"start": 0, "middle": Decimal("0.5"), "end": 1}[node.get("text-anchor", "start")]
        assert start >= -12 and start + room <= width + 14, (words, start, room, width)
        assert 0 < y <= height, words


@pytest.mark.parametrize("slug", cases.slugs())
def test_callouts_hold_what_is_on_the_form(slug: str) -> None:
    claim = claim_from(case(slug))
    paper = PAPERS[claim.form or ""](claim)
    found = pictures.callouts(claim, paper)
    assert [callout.number for callout in found] == list(range(1, len(found) + 1))
    numbers = {"24G": "units", "46": "units"}
    for callout in found:
        if callout.label not in numbers:
            continue
        said = [value for value, _ in callout.here]
        units = [int(number) for value in said for number in value.partition(":")[2].replace("and", " ").split()]
        assert units == [line.units for line in claim.lines]
        for value, why in callout.here:
            if "minutes" in why:
                [record] = claim.administrations
                pauses = [(pause.start, pause.stop) for pause in record.pauses]
                ran = stretches(record.start, record.stop, pauses=pauses, next_day=bool(record.next_day))
                assert why == f"from {sum(until - since for since, until in ran)} minutes", value
            if "mg" in why:
                [record] = claim.administrations
                assert why.startswith(f"{record.dose_mg:,} mg in units of 100 mg")
    shown = html.render(paper, marks=pictures.marks(found))
    for callout in found:
        assert f'<span class="callout">{callout.number}</span> <b>{callout.label}</b>' in shown


SITE = Path(os.environ.get("J1553REF_SITE", "nowhere"))


@pytest.mark.skipif(not SITE.exists(), reason="J1553REF_SITE is not set: run through nox -s tests")
@pytest.mark.parametrize("slug", cases.slugs())
def test_the_page_of_a_case_shows_the_pictures_that_fit_it(slug: str) -> None:
    page = (SITE / "examples" / f"{slug}.html").read_text(encoding="utf-8")
    shown = [unescape(words) for words in re.findall(r"<desc id=[^>]*>(.*?)</desc>", page, re.S)]
    wanted = []
    for record in claim_from(case(slug)).administrations:
        day = record.service_date or date.min
        if record.dose_mg is not None and record.vials:
            opened = [f"{kind.count}x{kind.ndc}" for kind in record.vials]
            bill = bill_units(dose_mg=record.dose_mg, vials=opened, on=day)
            wanted.append(pictures.vials(bill).words)
        if record.start and record.stop:
            pauses = [(pause.start, pause.stop) for pause in record.pauses]
            times = {"start": record.start, "stop": record.stop, "pauses": pauses, "next_day": bool(record.next_day)}
            wanted += [pictures.ruler(**times, on=day, upright=upright).words for upright in (False, True)]
    others = [words for words in shown if words not in wanted]
    assert Counter(words for words in shown if words in wanted) == Counter(wanted)
    assert all(words.startswith(("The ", "C9399")) for words in others), (
        "only digits and codes by date may be beside them"
    )
    assert page.index("The question") < page.index('data-shape="paper"') < page.index("The arithmetic")
