"""The fact loader, the form of the facts files, and what the packaged facts owe each other."""

from __future__ import annotations

import json
import pickle
import re
import tomllib
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from command import run
from hypothesis import given
from hypothesis import strategies as st

from j1553ref.facts import GRADES, Entry, FactBase, FactError, as_date, checked_until, fact, load, packaged
from j1553ref.facts.packed import FILE, pack, unpack
from j1553ref.facts.profiles import vocabulary

SCHEMA = json.loads(Path(__file__).parents[1].joinpath("schemas/facts.schema.json").read_text("utf-8"))
SOURCE = 'sources = [{ id = "paper", locator = "page 1", grade = "primary" }]\nchecked = 2026-01-02\n'
HEAD = '[size]\nlabel = "Size"\ngap = "later"\n'


def entry(start: str, value: str = "1", extra: str = "", fact_id: str = "size") -> str:
    return f"[[{fact_id}.history]]\n{start}\nvalue = {value}\n{extra}\n{SOURCE}"


BESIDE = {
    "sources.toml": '[paper]\npublisher = "P"\ntitle = "T"\nurl = ""\nown_date = ""\ngrade = "primary"\nseen = 2026-01-02\n',
    "gaps.toml": '[later]\nlabel = "l"\nlooked_for = "f"\nmatters = "m"\nconfirm = "c"\n',
}


def folder(tmp_path: Path, text: str | bytes, name: str = "own.toml") -> Path:
    """A facts folder with one file, beside the source and the gap that the facts of these tests name."""
    path = tmp_path / name
    for other, beside in BESIDE.items():
        if name not in BESIDE and not (tmp_path / other).exists():
            tmp_path.mkdir(parents=True, exist_ok=True)
            (tmp_path / other).write_text(beside)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return tmp_path


def loaded(tmp_path: Path, text: str) -> FactBase:
    return load(folder(tmp_path, text))


def refusal(path: Path) -> str:
    with pytest.raises(FactError) as caught:
        load(path)
    return str(caught.value)


# --- looking up ------------------------------------------------------------------------------------------


def test_the_next_entry_ends_the_one_before(tmp_path: Path) -> None:
    base = loaded(tmp_path, HEAD + entry("from = 2026-01-01", "1") + entry("from = 2026-04-01", "2"))
    asked = ["2026-01-01", "2026-03-31", "2026-04-01", "2099-12-31"]
    assert [base.on("size", when).value for when in asked] == [1, 1, 2, 2]


def test_nothing_is_guessed_before_a_dated_first_entry(tmp_path: Path) -> None:
    base = loaded(tmp_path, HEAD + entry("from = 2026-01-01"))
    with pytest.raises(FactError, match=r"^size: nothing is known before 2026-01-01, asked for 2025-12-31$"):
        base.on("size", "2025-12-31")


def test_an_undated_first_entry_answers_for_earlier_dates_and_only_the_first(tmp_path: Path) -> None:
    base = loaded(tmp_path, HEAD + entry("observed = 2026-01-05", "1") + entry("observed = 2026-04-01", "2"))
    asked = ["1999-01-01", "2026-03-31", "2026-04-01"]
    assert [base.on("size", when).value for when in asked] == [1, 1, 2]


def test_outside_known_until_is_unknown_not_ended_and_names_the_gap(tmp_path: Path) -> None:
    base = loaded(tmp_path, HEAD + entry("from = 2026-04-01", "7", "known_until = 2026-06-30"))
    assert base.on("size", "2026-06-30").value == 7
    answer = base.on("size", "2026-07-01")
    assert not answer.known
    message = r"^size: not known after 2026-06-30, asked for 2026-07-01 \(gap: later\)$"
    with pytest.raises(FactError, match=message):
        _ = answer.value


def test_a_real_end_is_refused_from_its_day_on(tmp_path: Path) -> None:
    ended = f"[[size.history]]\nfrom = 2026-04-01\nended = true\n{SOURCE}"
    base = loaded(tmp_path, HEAD + entry("from = 2026-01-01", "1") + ended)
    assert base.on("size", "2026-03-31").value == 1
    with pytest.raises(FactError, match=r"^size: ended on 2026-04-01, asked for 2026-04-01$"):
        base.on("size", "2026-04-01")


def test_a_date_is_always_needed() -> None:
    with pytest.raises(FactError, match=r"^unit\.size: a date of service is needed; today never decides$"):
        fact("unit.size", on=None)


def test_an_unknown_id_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(FactError, match=r"^unit\.sise: no such fact; nearest: unit\.size"):
        fact("unit.sise", on="2026-05-01")
    with pytest.raises(LookupError, match=r"^zz: no such fact$"):
        fact("zz", on="2026-05-01")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2026-4-1",
        "20260401",
        "2026-W14-3",
        "２０２６-04-01",
        " 2026-04-01",
        "2026-04-01\n",
        "2026-04-01T00:00:00",
        20260401,
        datetime(2026, 4, 1),  # noqa: DTZ001
    ],
)
def test_only_a_calendar_date_is_a_date(text: Any) -> None:
    with pytest.raises(FactError, match=r"^a date is written YYYY-MM-DD, such as 2026-05-01$"):
        as_date(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-02-30", "that month has the days 01 to 28"),
        ("2028-02-30", "that month has the days 01 to 29"),
        ("2026-04-31", "that month has the days 01 to 30"),
        ("2026-05-00", "that month has the days 01 to 31"),
        ("2026-13-01", "the months go from 01 to 12"),
        ("2026-00-10", "the months go from 01 to 12"),
        ("0000-01-01", "the year is 0000"),
    ],
)
def test_a_day_that_no_calendar_has_is_named_as_such(text: str, why: str) -> None:
    with pytest.raises(FactError, match=f"^there is no such day: {why}$"):
        as_date(text)


def test_a_fraction_stays_exact(tmp_path: Path) -> None:
    value = loaded(tmp_path, HEAD + entry("from = 2026-01-01", "24.323")).on("size", "2026-01-01").value
    assert (type(value), value) == (Decimal, Decimal("24.323"))


# --- newest: in force when it was checked ------------------------------------------------------------------


def starts(entries: tuple[Entry, ...]) -> list[str]:
    return [str(each.start) for each in entries]


@pytest.mark.parametrize(
    ("begins", "checks", "newest", "coming"),
    [
        (["2026-01-01"], ["2026-01-02"], "2026-01-01", []),
        (["2026-01-01", "2026-04-01"], ["2026-05-01", "2026-05-01"], "2026-04-01", []),
        (["2026-01-01", "2027-01-01"], ["2026-05-01", "2026-12-10"], "2026-01-01", ["2027-01-01"]),
        # In force from its first day on, and known to be so although another entry was the one seen again.
        (["2026-01-01", "2027-01-01"], ["2026-05-01", "2027-01-01"], "2027-01-01", []),
        (["2026-01-01", "2027-01-01"], ["2027-02-01", "2026-12-10"], "2027-01-01", []),
        (["2026-01-01", "2027-01-01", "2028-01-01"], ["2026-12-10"] * 3, "2026-01-01", ["2027-01-01", "2028-01-01"]),
        (["2026-01-01", "2026-12-10", "2027-01-01"], ["2026-12-10"] * 3, "2026-12-10", ["2027-01-01"]),
        (["2027-01-01", "2028-01-01"], ["2026-12-10"] * 2, "2027-01-01", ["2028-01-01"]),
    ],
)
def test_newest_is_in_force_on_the_day_checked_and_later_entries_are_coming(
    tmp_path: Path, begins: list[str], checks: list[str], newest: str, coming: list[str]
) -> None:
    texts = [
        entry(f"from = {start}").replace("checked = 2026-01-02", f"checked = {checked}")
        for start, checked in zip(begins, checks, strict=True)
    ]
    size = loaded(tmp_path, HEAD + "".join(texts)).get("size")
    assert str(size.newest.start) == newest
    assert starts(size.coming) == coming


def test_nothing_that_is_packaged_is_still_to_come_unless_announced() -> None:
    for each in packaged().facts.values():
        assert each.newest.start <= max(item.checked for item in each.history), each.id
        assert (*each.history[: each.history.index(each.newest) + 1], *each.coming) == each.history, each.id


# --- grades ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grades", "agreeing", "grade", "error"),
    [
        (["primary"], False, "primary", True),
        (["mirror"], False, "mirror", True),
        (["primary", "mirror"], False, "mirror", True),
        (["secondary"], False, "secondary", False),
        (["secondary", "secondary"], True, "secondary", True),
        (["primary", "secondary"], False, "secondary", False),
        (["inferred", "primary"], False, "inferred", False),
        (["inferred", "secondary"], True, "inferred", False),
    ],
)
def test_the_weakest_source_decides(tmp_path: Path, grades: list[str], agreeing: bool, grade: str, error: bool) -> None:
    sources = ", ".join(f'{{ id = "paper", locator = "p", grade = "{each}" }}' for each in grades)
    flag = "agreeing = true\n" if agreeing else ""
    text = f"{HEAD}[[size.history]]\nfrom = 2026-01-01\nvalue = 1\nchecked = 2026-01-02\n{flag}"
    found = loaded(tmp_path, f"{text}sources = [{sources}]\n").get("size").newest
    assert (found.grade, found.carries_error) == (grade, error)


# --- overlay ---------------------------------------------------------------------------------------------


def test_a_folder_is_laid_over_the_packaged_facts(tmp_path: Path) -> None:
    changed = '[opps.rate]\nlabel = "Rate"\n' + entry("from = 2026-10-01", "25.5", fact_id="opps.rate")
    base = load(folder(tmp_path, changed, "import.toml"), packaged())
    assert base.on("opps.rate", "2026-11-01").value == Decimal("25.5")
    assert base.on("opps.rate", "2026-05-01").value == packaged().on("opps.rate", "2026-05-01").value
    assert base.get("opps.rate").unit == packaged().get("opps.rate").unit
    assert base.on("unit.size", "2026-08-01").value == packaged().on("unit.size", "2026-08-01").value
    assert not packaged().on("opps.rate", "2026-11-01").known


CHANGE = """
[profile."bcbs:north-dakota".jw_jz]
label = "North Dakota: JW or JZ"
[[profile."bcbs:north-dakota".jw_jz.history]]
from = {start}
value = "required"
checked = 2026-12-10
sources = [{{ id = "paper", locator = "page 1", grade = "primary" }}]
"""


def test_a_change_from_next_year_holds_from_its_day_and_is_announced_until_then(tmp_path: Path) -> None:
    base = load(folder(tmp_path, CHANGE.format(start="2027-01-01")), packaged())
    name = "profile.bcbs:north-dakota.jw_jz"
    asked = ["2026-05-01", "2026-12-01", "2026-12-31", "2027-01-01", "2027-06-01"]
    assert [base.on(name, when).value for when in asked] == ["not-required"] * 3 + ["required"] * 2
    changed = base.get(name)
    assert changed.newest.value == "not-required"
    assert [(str(each.start), each.value) for each in changed.coming] == [("2027-01-01", "required")]
    assert base.checked_until == packaged().checked_until


#: Documents that are dated by the day from which they are in effect.
DATED_BY_EFFECT = {"ncd-250-3", "cms-addb-2026-04", "mcd-a52509-ver46", "arkbcbs-2018030", "cms-mue-2026-10"}


def test_a_date_that_is_the_documents_own_is_marked() -> None:
    """Else the pages would print it as the day on which a rule began."""
    base = packaged()
    missed = [
        f"{fact.id} from {entry.start}: {source.id}"
        for fact in base.facts.values()
        for entry in fact.history
        for source in entry.sources
        if entry.takes_effect
        and source.id not in DATED_BY_EFFECT
        and base.documents[source.id].own_date.startswith(str(entry.start))
    ]
    assert missed == []


def test_a_document_has_an_address_or_says_how_to_find_it() -> None:
    documents = packaged().documents.values()
    assert [document.id for document in documents if bool(document.url) == bool(document.find)] == []


def test_each_gap_says_what_to_ask_and_what_would_change() -> None:
    assert [gap.id for gap in packaged().gaps.values() if not (gap.ask and gap.changes)] == []


def test_the_command_says_where_to_look_and_what_to_ask(tmp_path: Path) -> None:
    gaps = BESIDE["gaps.toml"] + 'url = "https://example.org/t"\nask = "Which one?"\n'
    (tmp_path / "gaps.toml").write_text(gaps)
    text = '[payment.limit]\nlabel = "L"\ngap = "later"\n' + entry(
        "from = 2026-04-01", "{ limit = 1.5, coinsurance = 20 }", "known_until = 2026-06-30", "payment.limit"
    )
    path = str(folder(tmp_path, text))
    shown = run("fact", "payment.limit", "--facts", path, "--on", "2027-02-01").stdout.splitlines()
    assert shown[1:4] == ["  not known on 2027-02-01: c", "    https://example.org/t", "    Which one?"]


def test_the_history_of_a_fact_says_what_each_date_is(tmp_path: Path) -> None:
    history = HEAD + entry("from = 2024-11-01", "1", 'dated_by = "document-month"') + entry("from = 2026-01-01", "2")
    path = str(folder(tmp_path, history.replace("size", "unit.size")))
    shown = run("fact", "unit.size", "--facts", path, "--history").stdout
    assert "  1 mg  (document of November 2024)" in shown and "  2 mg  (from 2026-01-01)" in shown
    said = json.loads(run("fact", "unit.size", "--facts", path, "--history", "--output", "json").stdout)["entries"]
    assert [(each["from"], each["dated_by"]) for each in said][:2] == [
        ("2024-11-01", "document-month"),
        ("2026-01-01", None),
    ]


def test_the_command_prints_what_is_in_force_and_announces_what_is_coming(tmp_path: Path) -> None:
    path = str(folder(tmp_path, CHANGE.format(start="2027-01-01")))
    asked = ("fact", "profile.bcbs:north-dakota.jw_jz", "--facts", path)
    shown = run(*asked).stdout.splitlines()
    (now,) = [number for number, line in enumerate(shown) if line.startswith("  not-required  (undated; seen ")]
    assert shown[-3:] == [
        "  from January 1, 2027: required",
        "    primary: paper, page 1",
        "    checked 2026-12-10",
    ]
    assert now < len(shown) - 3
    said = json.loads(run(*asked, "--output", "json").stdout)
    assert (said["on"], [each["value"] for each in said["entries"]]) == ("2026-11-23", ["not-required"])
    assert [(each["from"], each["value"]) for each in said["coming"]] == [("2027-01-01", "required")]

    for when, value in (("2026-12-01", "not-required"), ("2027-01-01", "required")):
        said = json.loads(run(*asked, "--on", when, "--output", "json").stdout)
        assert ([each["value"] for each in said["entries"]], "coming" in said) == ([value], False)
        assert "January" not in run(*asked, "--on", when).stdout
    said = json.loads(run(*asked, "--history", "--output", "json").stdout)
    assert ([each["value"] for each in said["entries"]], "coming" in said) == (["not-required", "required"], False)
    assert json.loads(run("fact", "unit.size", "--output", "json").stdout)["coming"] == []


def test_a_change_that_the_packaged_entry_would_undo_is_refused(tmp_path: Path) -> None:
    """Laid over, it would lie before the entry observed on 2026-11-23, which would still hold today."""
    path = folder(tmp_path, CHANGE.format(start="2026-09-01"))
    with pytest.raises(FactError) as caught:
        load(path, packaged())
    assert str(caught.value) == (
        "own.toml: profile.bcbs:north-dakota.jw_jz: the change from 2026-09-01 lies before the entry observed 2026-11-23,"
        " which would undo it; add an entry with from = 2026-11-23 and the new value, to replace that one"
    )
    both = CHANGE.format(start="2026-09-01") + CHANGE.format(start="2026-11-23").partition('JW or JZ"\n')[2]
    base = load(folder(tmp_path, both), packaged())
    asked = ["2026-09-01", "2026-11-23", "2026-12-01"]
    assert [base.on("profile.bcbs:north-dakota.jw_jz", when).value for when in asked] == ["required"] * 3


def test_an_overlay_may_say_what_held_before(tmp_path: Path) -> None:
    """What undoes nothing is loaded: an older sighting, or an entry before one that has its own date."""
    seen = load(folder(tmp_path / "a", CHANGE.format(start="2026-09-01").replace("from =", "observed =")), packaged())
    asked = ["2020-01-01", "2026-09-01", "2026-11-23"]
    assert [seen.on("profile.bcbs:north-dakota.jw_jz", day).value for day in asked] == ["required"] * 2 + [
        "not-required"
    ]
    known = packaged().get("infusion.push_limit")
    assert known.history[0].dated
    older = f'[{known.id}]\nlabel = "L"\n' + entry("from = 2001-01-01", "15", fact_id=known.id)
    laid_over = load(folder(tmp_path / "b", older), packaged()).get(known.id)
    assert starts(laid_over.history) == ["2001-01-01", *starts(known.history)]


def test_an_overlay_may_name_sources_and_gaps_of_its_base_and_no_other(tmp_path: Path) -> None:
    text = '[opps.rate]\nlabel = "Rate"\n' + entry("from = 2026-07-01", "25.5", fact_id="opps.rate")
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(FactError, match=r"^own\.toml: opps\.rate: no source paper in sources\.toml"):
        load(tmp_path, packaged())
    known = next(iter(packaged().documents))
    (tmp_path / "own.toml").write_text(text.replace('"paper"', f'"{known}"'))
    assert load(tmp_path, packaged()).on("opps.rate", "2026-08-01").value == Decimal("25.5")


def test_an_overlaid_entry_with_the_same_start_replaces_the_old_one(tmp_path: Path) -> None:
    base = loaded(tmp_path / "a", HEAD + entry("from = 2026-01-01", "1") + entry("from = 2026-04-01", "2"))
    over = load(folder(tmp_path / "b", HEAD + entry("from = 2026-04-01", "3")), base)
    assert [(str(each.start), each.value) for each in over.get("size").history] == [
        ("2026-01-01", 1),
        ("2026-04-01", 3),
    ]


def test_gaps_and_documents_are_laid_over_too(tmp_path: Path) -> None:
    folder(tmp_path, '[new]\nlabel = "l"\nlooked_for = "f"\nmatters = "m"\nconfirm = "c"\n', "gaps.toml")
    base = load(tmp_path, packaged())
    assert base.gaps["new"].confirm == "c"
    assert base.gaps.keys() > packaged().gaps.keys()


def test_payer_files_are_read_with_the_rest(tmp_path: Path) -> None:
    folder(tmp_path, HEAD + entry("from = 2026-01-01"))
    folder(
        tmp_path,
        HEAD.replace("[size]", "[plan.size]") + entry("from = 2026-01-01", fact_id="plan.size"),
        "payers/plan.toml",
    )
    base = load(tmp_path)
    assert [(each.id, each.file) for each in base.facts.values()] == [
        ("size", "own.toml"),
        ("plan.size", "payers/plan.toml"),
    ]
    assert [each.id for each in base.under("plan")] == ["plan.size"]
    assert not list(base.under("pla"))


def test_a_family_is_found_at_every_dot_and_in_the_order_of_the_files() -> None:
    base = packaged()
    for prefix in (
        "product",
        "product.package",
        "payer",
        "payer_part",
        "related",
        "profile.medicare-ab",
        "unit.size",
        "",
    ):
        assert [each.id for each in base.under(prefix)] == [
            each for each in base.facts if each.startswith(prefix + ".")
        ]


# --- refusals --------------------------------------------------------------------------------------------

GOOD = entry("from = 2026-01-01")
NO_TABLES = "size: the history must be a list of tables; head each entry with [[size.history]]"
REFUSED = {
    "broken TOML": (HEAD + "[", "not readable as TOML: "),
    "not UTF-8": (b"[\xff]", "not readable as TOML: "),
    "no table": ("size = 1\n", "size: expected a table that ends in a history"),
    "too deep": ("[a" + ".a" * 5000 + "]\nhistory = 1\n", "a key of more than 40 parts"),
    "hostile nesting": ("a = " + "[" * 100_000, "cannot be read"),
    "no label": ("[size]\n" + GOOD, "size: label must be a text"),
    "label no text": ("[size]\nlabel = 1\n" + GOOD, "size: label must be a text"),
    "binds no list": ('[size]\nlabel = "S"\nbinds = "medicare-ab"\n' + GOOD, "size: binds must be a list of payer ids"),
    "unknown key of a fact": (HEAD + 'units = "mg"\n' + GOOD, "size: unknown key units; expected binds, gap, "),
    "unknown key of an entry": (
        HEAD + entry("from = 2026-01-01", extra="known_untill = 2026-06-30"),
        "size: unknown key known_untill; expected agreeing, ",
    ),
    "empty history": (HEAD + "history = []\n", "size: the history must have at least one entry"),
    "history no list": (HEAD + "history = 1\n", NO_TABLES),
    "entry no table": (HEAD + "history = [1]\n", NO_TABLES),
    "same start": (
        HEAD + GOOD + GOOD,
        "size: the entry of 2026-01-01 comes after that of 2026-01-01; entries go from the oldest to the newest, one for a date",
    ),
    "wrong order": (
        HEAD + entry("from = 2026-04-01") + GOOD,
        "size: the entry of 2026-01-01 comes after that of 2026-04-01; entries go from the oldest to the newest, one for a date",
    ),
    "change before the day on which an undated entry was seen": (
        HEAD + entry("observed = 2026-11-23") + entry("from = 2026-09-01", "2"),
        "size: the change from 2026-09-01 lies before the entry above it, observed 2026-11-23; write there observed = "
        "2026-08-31: a first entry answers for all earlier dates, and checked keeps the day on which it was seen",
    ),
    "change on the day on which an undated entry was seen": (
        HEAD + entry("observed = 2026-11-23") + entry("from = 2026-11-23", "2"),
        "size: the entry of 2026-11-23 comes after that of 2026-11-23; ",
    ),
    "two undated entries in the wrong order": (
        HEAD + entry("observed = 2026-11-23") + entry("observed = 2026-09-01", "2"),
        "size: the entry of 2026-09-01 comes after that of 2026-11-23; ",
    ),
    "change before an undated entry that is not the first": (
        HEAD + entry("from = 2026-01-01") + entry("observed = 2026-11-23") + entry("from = 2026-09-01", "2"),
        "size: the entry of 2026-09-01 comes after that of 2026-11-23; ",
    ),
    "unknown source": (
        HEAD + GOOD.replace("paper", "papper"),
        "size: no source papper in sources.toml; nearest: paper",
    ),
    "unknown gap": (HEAD.replace("later", "latter") + GOOD, "size: no gap latter in gaps.toml; nearest: later"),
    "no start": (HEAD + entry(""), "size: an entry has either from or observed"),
    "two starts": (
        HEAD + entry("from = 2026-01-01\nobserved = 2026-01-01"),
        "size: an entry has either from or observed",
    ),
    "start a text": (HEAD + entry('from = "2026-01-01"'), "size: from must be a date, such as 2026-05-01"),
    "start with a time": (HEAD + entry("from = 2026-01-01T00:00:00"), "size: from must be a date"),
    "dated by what": (
        HEAD + entry("from = 2026-01-01", extra='dated_by = "letter"'),
        "size: dated_by says what the date of from is: document, document-month, document-year, edit",
    ),
    "dated by nothing": (HEAD + entry("from = 2026-01-01", extra='dated_by = ""'), "size: dated_by says what"),
    "sighting dated by a document": (
        HEAD + entry("observed = 2026-01-01", extra='dated_by = "document"'),
        "size: dated_by says what the date of from is",
    ),
    "known_until before start": (
        HEAD + entry("from = 2026-01-01", extra="known_until = 2025-12-31"),
        "size: known_until lies before the entry's own date",
    ),
    "neither value nor end": (
        f"{HEAD}[[size.history]]\nfrom = 2026-01-01\n{SOURCE}",
        "size: an entry has either a value or ended = true",
    ),
    "value and end": (
        HEAD + entry("from = 2026-01-01", extra="ended = true"),
        "size: an entry has either a value or ended = true",
    ),
    "flag no flag": (
        HEAD + entry("from = 2026-01-01", extra='agreeing = "yes"'),
        "size: agreeing must be true or false",
    ),
    "no check date": (HEAD + GOOD.replace("checked = 2026-01-02\n", ""), "size: checked must be a date"),
    "no source": (
        HEAD + GOOD.split("sources")[0] + "checked = 2026-01-02\n",
        "size: an entry needs at least one source",
    ),
    "empty sources": (
        HEAD + GOOD.split("sources")[0] + "sources = []\nchecked = 2026-01-02\n",
        "size: an entry needs at least one source",
    ),
    "source without locator": (
        HEAD + GOOD.replace('locator = "page 1", ', ""),
        "size: a source has exactly id, locator and grade",
    ),
    "empty locator": (HEAD + GOOD.replace("page 1", ""), "size: locator must be a text"),
    "unknown grade": (
        HEAD + GOOD.replace("primary", "unconfirmed"),
        "size: a grade is one of primary, mirror, secondary, inferred",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_facts_file_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    text, message = REFUSED[name]
    said = refusal(folder(tmp_path, text))
    assert said.startswith("own.toml: ")
    assert message in said
    assert "\n" not in said


# --- profiles --------------------------------------------------------------------------------------------


def profiled(name: str, value: str) -> str:
    payer, key = name.split(" ")
    dotted = f'profile."{payer}".{key}'
    return f'[{dotted}]\nlabel = "P"\n' + entry("from = 2026-01-01", value, fact_id=dotted)


MUE_WORDS = "expected a table with value, a whole number, and indicator, 1, 2 or 3"
MODIFIER_WORDS = "expected a list of modifiers, each of two characters"
#: payer and key, value, what is said of it
NO_PROFILE = [
    ("cigna jw_zj", '"required"', "a profile has no jw_zj; nearest: jw_jz; it has jw_jz, ndc_required, "),
    ("cigna jw_jz", '"requird"', "expected required or not-required"),
    ("cigna jw_jz", "true", "expected required or not-required"),
    ("cigna jw_jz", '["required"]', "expected required or not-required"),
    ("cigna ndc_required", '"yes"', "expected required or not-required"),
    ("cigna specific_code", '"Required"', "expected required or not-required"),
    ("cigna ndc_lines", '"one line"', "expected one-line or line-per-ndc"),
    ("cigna split_lines", '"unmarked"', "expected marked"),
    ("cigna date_span", '"one-date"', "expected one-date-per-line"),
    ("cigna route_modifier", '"not-required"', "expected required or informational or dual-route-brands-only"),
    ("cigna ndc_modifiers", '"KP"', MODIFIER_WORDS),
    ("cigna ndc_modifiers", "[]", MODIFIER_WORDS),
    ("cigna split_line_modifiers", '["59", "xs"]', MODIFIER_WORDS),
    ("cigna split_line_modifiers", '["59", 76]', MODIFIER_WORDS),
    ("cigna diagnosis_list", '["D83.9", "D83."]', "expected a list of ICD-10-CM codes, such as D83.9"),
    ("cigna diagnosis_list", '{ "D83.9" = "x" }', "expected a list of ICD-10-CM codes, such as D83.9"),
    ("cigna mue", "300", MUE_WORDS),
    ("cigna mue", "{ value = 300 }", MUE_WORDS),
    ("cigna mue", '{ value = "300", indicator = "2" }', MUE_WORDS),
    ("cigna mue", '{ value = true, indicator = "2" }', MUE_WORDS),
    ("cigna mue", '{ value = -1, indicator = "2" }', MUE_WORDS),
    ("cigna mue", '{ value = 300, indicator = "4" }', MUE_WORDS),
    ("cigna mue", "{ value = 300, indicator = true }", MUE_WORDS),
    ("cigna mue", '{ value = 300, indicator = "2", note = "x" }', MUE_WORDS),
]


@pytest.mark.parametrize(("name", "value", "says"), NO_PROFILE)
def test_a_profile_that_no_rule_understands_is_refused_by_loader_and_schema(
    tmp_path: Path, name: str, value: str, says: str
) -> None:
    text = profiled(name, value)
    with pytest.raises(FactError) as caught:
        load(folder(tmp_path, text), packaged())
    assert str(caught.value).startswith(f"own.toml: profile.{name.replace(' ', '.')}: {says}")
    assert accepted(plain(tomllib.loads(text))) == [False, False]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cigna jw_jz", '"not-required"'),
        ("medicaid:MD jw_jz", '"required"'),
        ("medicare-ab:wps route_modifier", '"required"'),
        ("medicare-ab:wps diagnosis_list", '["D83.9", "D800"]'),
        ("medicare-ab mue", '{ value = 0, indicator = "1" }'),
        ("medicare-ab mue", "{ value = 300, indicator = 3 }"),
        ("cigna ndc_modifiers", '["KP", "KQ"]'),
    ],
)
def test_a_profile_that_a_rule_understands_is_loaded(tmp_path: Path, name: str, value: str) -> None:
    text = profiled(name, value)
    base = load(folder(tmp_path, text), packaged())
    assert base.on(f"profile.{name.replace(' ', '.')}", "2027-01-01").known
    assert accepted(plain(tomllib.loads(text))) == [True, True]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("profile.sigma.jw_jz", "there is no payer.sigma, so no claim has this payer; nearest: payer.cigna"),
        (
            'profile."bcbs:north-dekota".jw_jz',
            "there is no payer_part.bcbs.north-dekota, so no claim has this payer; nearest: payer_part.bcbs.north-dakota",
        ),
        ("profile.cigna", "a profile is named profile.PAYER.KEY"),
        ("profile.cigna.jw_jz.more", "a profile is named profile.PAYER.KEY"),
    ],
)
def test_a_profile_of_nobody_is_refused(tmp_path: Path, name: str, says: str) -> None:
    text = f'[{name}]\nlabel = "P"\n' + entry("from = 2026-01-01", '"required"', fact_id=name)
    with pytest.raises(FactError) as caught:
        load(folder(tmp_path, text), packaged())
    assert str(caught.value).startswith(f"own.toml: {name.replace(chr(34), '')}: {says}")


def test_a_profile_may_end_and_a_modifier_has_no_line_break(tmp_path: Path) -> None:
    text = profiled("cigna ndc_modifiers", '["KP"]')
    end = text[text.index("[[") :].replace("2026-01-01", "2026-07-01", 1).replace('value = ["KP"]', "ended = true")
    assert len(load(folder(tmp_path, text + end), packaged()).get("profile.cigna.ndc_modifiers").history) == 2
    with pytest.raises(FactError, match="control character"):
        load(folder(tmp_path, text.replace("KP", "KP\\n")), packaged())


def test_the_loader_understands_every_keyword_of_the_profiles() -> None:
    def keywords(kind: dict[str, Any]) -> set[str]:
        parts = [*kind.get("properties", {}).values(), *([kind["items"]] if "items" in kind else [])]
        return set(kind).union(*map(keywords, parts))

    used = set().union(*map(keywords, vocabulary().values()))
    understood = {"enum", "type", "pattern", "minimum", "items", "properties", "required", "additionalProperties"}
    assert used == understood | {"description"}
    for kind in vocabulary().values():
        assert set(kind.get("required", [])) == set(kind.get("properties", {}))


def test_each_key_of_a_profile_is_asked_for_by_the_package_or_shown_on_a_page(root: Path) -> None:
    code = "".join(path.read_text("utf-8") for path in (root / "src").rglob("*.py"))
    shown = {"ndc_modifiers", "split_line_modifiers"}
    assert {key for key in vocabulary() if f'"{key}"' not in code} == shown


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    folder(tmp_path, HEAD + GOOD, "a.toml")
    folder(tmp_path, HEAD + GOOD, "b.toml")
    with pytest.raises(FactError, match=r"^b\.toml: size appears twice$"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("gaps.toml", "label, looked_for, matters, confirm, url, ask, changes"),
        ("sources.toml", "publisher, title, url, own_date, grade, seen, note, find"),
    ],
)
@pytest.mark.parametrize("text", ["one = 1\n", '[one]\nlabel = "l"\nmore = 1\n'])
def test_a_damaged_list_is_refused(tmp_path: Path, name: str, keys: str, text: str) -> None:
    said = refusal(folder(tmp_path, text, name))
    assert said == f"{name}: one: expected a table with the keys {keys}"


def test_a_folder_that_cannot_serve_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "odd" / "own.toml").mkdir(parents=True)
    for name, message in {
        "missing": "the facts folder cannot be read: give a folder that holds *.toml files",
        "file": "the facts folder cannot be read: give a folder that holds *.toml files",
        "empty": "the facts folder holds no *.toml file",
        "odd": "own.toml: not a plain file; facts are read from plain files",
    }.items():
        assert refusal(tmp_path / name) == message


# --- the rule of the look-up, for any history and any date -------------------------------------------------

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(starts=st.lists(DAYS, min_size=1, max_size=6, unique=True).map(sorted), dated=st.booleans(), when=DAYS)
def test_the_last_entry_that_has_begun_answers(
    tmp_path_factory: pytest.TempPathFactory, starts: list[date], dated: bool, when: date
) -> None:
    kinds = ["from" if dated else "observed", *["from"] * (len(starts) - 1)]
    text = HEAD + "".join(entry(f"{kind} = {start}", f'"{start}"') for kind, start in zip(kinds, starts, strict=True))
    base = load(folder(tmp_path_factory.mktemp("facts"), text))
    begun = [start for start in starts if start <= when]
    if begun or not dated:
        assert base.on("size", when).value == str(begun[-1] if begun else starts[0])
    else:
        with pytest.raises(FactError, match="nothing is known before"):
            base.on("size", when)


@given(when=DAYS)
def test_packaged_facts_answer_by_the_same_rule(when: date) -> None:
    for each in packaged().facts.values():
        begun = [entry for entry in each.history if entry.start <= when]
        if not begun and each.history[0].dated:
            with pytest.raises(FactError):
                each.on(when)
            continue
        expected = begun[-1] if begun else each.history[0]
        if expected.ended:
            with pytest.raises(FactError, match=": ended on "):
                each.on(when)
        else:
            answer = each.on(when)
            assert answer.entry is expected
            assert answer.known == (expected.known_until is None or when <= expected.known_until)


# --- the packed form -------------------------------------------------------------------------------------


def test_the_wheel_carries_what_the_toml_files_say(root: Path) -> None:
    assert files("j1553ref.facts").joinpath(FILE).is_file()
    read = load(root / "src" / "j1553ref" / "facts")
    for kind in ("facts", "gaps", "documents"):
        ours, theirs = getattr(packaged(), kind), getattr(read, kind)
        assert list(ours) == list(theirs), kind
        # Also types: as values, 1 equals true and an exact 24.0 equals 24.
        assert [repr(each) for each in ours.values()] == [repr(each) for each in theirs.values()], kind
    assert packaged().checked_until == read.checked_until


def test_where_no_packed_file_is_the_toml_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("j1553ref.facts.packed.FILE", "none.jsonl")
    assert isinstance(packaged.__wrapped__().facts, dict)


def test_a_packed_fact_is_built_when_it_is_first_read_and_once() -> None:
    base = unpack(pack(packaged()))
    assert "unit.size" in base.facts and "unit.sise" not in base.facts
    assert base.facts.get("unit.sise") is None
    assert base.get("unit.size") is base.facts["unit.size"]
    assert pickle.loads(pickle.dumps(base)).facts == base.facts


VALUES = st.recursive(
    st.text() | st.integers() | st.booleans() | st.dates() | st.decimals(allow_nan=False) | st.from_regex("[@#\\\\].*"),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(value=VALUES)
def test_any_value_comes_back_from_the_packed_form_as_it_was(value: Any) -> None:
    known = packaged().get("unit.size")
    one = replace(known, history=(replace(known.newest, value=value),))
    back = unpack(pack(FactBase({known.id: one}))).facts[known.id]
    assert repr(back) == repr(one)


# --- the schema ------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """TOML as JSON data: dates as text, exact decimals as numbers."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def toml_files() -> dict[str, str]:
    root = files("j1553ref.facts")
    found = [*root.iterdir(), *(root / "payers").iterdir()]
    return {each.name: each.read_text("utf-8") for each in found if each.name.endswith(".toml")}


def accepted(document: Any, part: str = "facts") -> list[bool]:
    """Whether jsonschema and jsonschema-rs accept a document; they must agree."""
    schema = {**SCHEMA, "$ref": f"#/$defs/{part}"}
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return [
        jsonschema.Draft202012Validator(schema, format_checker=checker).is_valid(document),
        jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(document),
    ]


@pytest.mark.parametrize("name", sorted(toml_files()))
def test_each_file_conforms_to_the_schema(name: str) -> None:
    document = plain(tomllib.loads(toml_files()[name], parse_float=Decimal))
    part = {"gaps.toml": "gaps", "sources.toml": "sources"}.get(name, "facts")
    faults = jsonschema.Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{part}"}).iter_errors(document)
    assert accepted(document, part) == [True, True], [(each.json_path, each.message[:99]) for each in faults]


# Damage that only the loader can see, or that never reaches the schema as data.
LOADER_ALONE = {
    "broken TOML",
    "not UTF-8",
    "hostile nesting",
    "too deep",
    "same start",
    "wrong order",
    "change before the day on which an undated entry was seen",
    "change on the day on which an undated entry was seen",
    "two undated entries in the wrong order",
    "change before an undated entry that is not the first",
    "unknown source",
    "unknown gap",
    "known_until before start",
    "start with a time",
}


@pytest.mark.parametrize("name", sorted(REFUSED.keys() - LOADER_ALONE - {"start a text"}))
def test_what_the_loader_refuses_the_schema_refuses_too(name: str) -> None:
    text = REFUSED[name][0]
    assert isinstance(text, str)
    assert accepted(plain(tomllib.loads(text))) == [False, False]


def test_a_good_file_passes_both_and_bad_texts_do_not() -> None:
    document = plain(tomllib.loads(HEAD + GOOD))
    assert accepted(document) == [True, True]
    for path, bad in {
        ("gap",): "Not An Id",
        ("unit",): "",
        ("label",): "two\nlines",
        ("binds",): ["medicare ab"],
        ("history", 0, "from"): "2026-02-30",
        ("history", 0, "checked"): "２０２６-01-02",
        ("history", 0, "value"): None,
        ("history", 0, "note"): "",
        ("history", 0, "sources", 0, "id"): "A B",
    }.items():
        damaged = json.loads(json.dumps(document))
        spot = damaged["size"]
        for step in path[:-1]:
            spot = spot[step]
        spot[path[-1]] = bad
        assert accepted(damaged) == [False, False], path


def test_the_schema_is_sound_and_says_what_each_property_is() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "schemas/v1/facts.schema.json"
    bare = [
        f"{name}.{key}"
        for name, part in SCHEMA["$defs"].items()
        for key, value in part.get("properties", {}).items()
        if not value.get("description")
    ]
    assert not bare
    assert not [name for name, part in SCHEMA["$defs"].items() if not part.get("description")]
    assert "\\d" not in json.dumps(SCHEMA)
    assert SCHEMA["$defs"]["grade"]["enum"] == list(GRADES)


# --- what the packaged facts owe each other ----------------------------------------------------------------


def test_each_source_and_each_gap_that_a_fact_names_exists() -> None:
    base = packaged()
    cited = {source.id for each in base.facts.values() for entry in each.history for source in entry.sources}
    assert not cited - base.documents.keys()
    assert not {each.gap for each in base.facts.values() if each.gap} - base.gaps.keys()


def test_what_is_not_known_later_has_a_gap() -> None:
    open_ended = [each.id for each in packaged().facts.values() if each.newest.known_until is not None and not each.gap]
    assert not open_ended


def test_histories_increase_and_every_statement_has_a_checked_source() -> None:
    for each in packaged().facts.values():
        starts = [entry.start for entry in each.history]
        assert starts == sorted(set(starts)), each.id
        for item in each.history:
            assert item.grade in GRADES, each.id
            assert all(source.locator.strip() for source in item.sources), each.id
            assert item.ended or item.value is not None, each.id


def test_nothing_unconfirmed_is_kept() -> None:
    for name, text in toml_files().items():
        assert "unconfirmed" not in text.lower(), name


def test_agreeing_needs_two_documents_and_no_inference() -> None:
    for each in packaged().facts.values():
        for item in each.history:
            if item.agreeing:
                assert len({source.id for source in item.sources}) > 1, each.id
                assert item.grade == "secondary", each.id


def test_facts_are_checked_up_to_the_oldest_of_their_newest_checks(tmp_path: Path) -> None:
    late = entry("from = 2026-04-01").replace("checked = 2026-01-02", "checked = 2026-05-05")
    other = '[other]\nlabel = "Other"\n' + entry("from = 2026-01-01", fact_id="other")
    other = other.replace("checked = 2026-01-02", "checked = 2026-03-03")
    assert loaded(tmp_path, HEAD + GOOD + late + other).checked_until == date(2026, 3, 3)
    assert checked_until() == packaged().checked_until


def test_each_package_agrees_with_padding_and_strength() -> None:
    base = packaged()
    strength = base.get("product.concentration").newest.value
    packages = {each.id: each.newest.value for each in base.under("product.package")}
    for name, box in packages.items():
        if "ndc10" in box:
            labeler, product, package = box["ndc10"].split("-")
            assert box["ndc"] == labeler.zfill(5) + product.zfill(4) + package.zfill(2), name
        else:
            assert (box["ndc"][:5], box["listed_by"]) == ("83372", "CMS"), name
        assert box["mg"] == box["ml"] * strength, name
        assert re.search(rf"[.-]{box['mg'] // 1000}g-{box['kind']}$", name), name
        assert packages[f"product.package.{box['mg'] // 1000}g-{box['kind']}"]["ndc"][5:] == box["ndc"][5:], name
    assert {box["mg"] for box in packages.values()} == set(base.get("product.vial_sizes").newest.value)
    assert "product.package.20g-vial" not in packages


def test_the_row_of_j1553_among_its_neighbors_is_that_of_the_code() -> None:
    base = packaged()
    row, paid = (base.on(f"{table}.J1553", "2026-05-01").value for table in ("related", "related_opps"))
    assert row["mg"] == base.on("unit.size", "2026-05-01").value
    assert row["brand"] == base.get("product.name").newest.value
    assert row["added"] == base.get("code.first_date_of_service").newest.value
    assert paid == {
        "status": base.on("opps.status", "2026-05-01").value,
        "rate": base.on("opps.rate", "2026-05-01").value,
    }


def test_a_neighbors_weight_is_that_of_its_unit() -> None:
    for each in packaged().under("related"):
        for item in each.history:
            if not item.ended and ("mg" in item.value or item.value.get("unit", "").endswith(" mg")):
                assert item.value["unit"] == f"{item.value['mg']} mg", each.id


def test_the_code_is_valid_from_its_first_date_on() -> None:
    first = packaged().get("code.first_date_of_service").newest.value
    assert fact("code.valid", on=first).value is True
    assert fact("code.valid", on=first - timedelta(days=1)).value is False


@pytest.mark.parametrize(("day", "codes"), [("2026-06-30", ["J1553"]), ("2026-07-01", ["J1553", "J1577"])])
def test_among_the_neighbors_yimmugo_and_since_july_2026_qivigy_are_iv_alone_and_per_100_mg(
    day: str, codes: list[str]
) -> None:
    current = {}
    for neighbor in packaged().under("related"):
        with suppress(FactError):
            current[neighbor.id.removeprefix("related.")] = neighbor.on(as_date(day)).value
    per_100_mg = {code: row for code, row in current.items() if row.get("mg") == 100}
    assert len(per_100_mg) > 2
    assert [code for code, row in per_100_mg.items() if row["route"] == "IV"] == codes
