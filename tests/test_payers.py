"""Payer ids and profiles; and that the payer, diagnosis, site, home and denial facts hold together."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j1553ref.facts import FactBase, load, packaged
from j1553ref.payers import STATES, Payer, PayerError, parse_payer, payer_from_filing_code, payer_ids, profile

FACTS = packaged()
DAY = date(2026, 5, 1)

BASES = [
    "aetna",
    "bcbs",
    "cigna",
    "commercial",
    "medicaid",
    "medicare-ab",
    "medicare-advantage",
    "medicare-dme",
    "unitedhealthcare",
]

ENTRY = """
[[{id}.history]]
{when}
value = {value}
checked = 2026-11-23
{more}
sources = [{{ id = "s", locator = "l", grade = "{grade}" }}]
"""


def entry(
    fact_id: str, value: str, *, when: str = "observed = 2026-11-23", grade: str = "primary", more: str = ""
) -> str:
    return ENTRY.format(id=fact_id, value=value, when=when, grade=grade, more=more)


def facts_with(folder: Path, *parts: str) -> FactBase:
    """The packaged facts with a few made-up ones laid over them."""
    labels = dict.fromkeys(re.search(r"\[\[(.+)\.history\]\]", each)[1] for each in parts)
    heads = {name: f'\n[{name}]\nlabel = "made up"\n' for name in labels}
    (folder / "made_up.toml").write_text(
        "".join(heads[name] + "".join(p for p in parts if f"[[{name}.history]]" in p) for name in heads),
        encoding="utf-8",
    )
    return load(folder, FACTS)


# -- ids -------------------------------------------------------------------------------------------


def test_the_bases_are_those_that_the_command_line_promises() -> None:
    assert [each for each in payer_ids(FACTS) if ":" not in each] == BASES


@pytest.mark.parametrize("name", payer_ids(FACTS))
def test_every_listed_id_parses_to_itself(name: str) -> None:
    payer = parse_payer(name, FACTS)
    assert payer.id == name
    assert f"{payer.base}:{payer.qualifier}".rstrip(":") == name
    assert payer.label
    assert payer.line[0] == name


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("bcbs:north-dakota", ("bcbs:north-dakota", "bcbs", "commercial")),
        ("aetna", ("aetna", "commercial")),
        ("commercial", ("commercial",)),
        ("medicaid:MD", ("medicaid:MD", "medicaid")),
        ("medicare-ab:ngs", ("medicare-ab:ngs", "medicare-ab")),
        ("medicare-dme", ("medicare-dme",)),
        ("medicare-advantage", ("medicare-advantage",)),
    ],
)
def test_line_runs_from_the_most_to_the_least_specific(name: str, line: tuple[str, ...]) -> None:
    assert parse_payer(name, FACTS).line == line


def test_case_and_blanks_do_not_matter() -> None:
    assert parse_payer(" Medicare-AB:NGS\n", FACTS).id == "medicare-ab:ngs"
    assert parse_payer("medicaid:md", FACTS) == parse_payer("MEDICAID:MD", FACTS)


def test_medicaid_takes_each_state_and_nothing_else() -> None:
    assert {parse_payer(f"medicaid:{state}", FACTS).qualifier for state in STATES} == STATES
    assert len(STATES) == 56
    assert {"AK", "DC", "MD", "PR", "WV", "WY"} <= STATES
    for wrong in ("medicaid:XX", "medicaid:", "medicaid:maryland", "medicaid:MD:x"):
        with pytest.raises(PayerError, match="two-letter state code, such as medicaid:MD"):
            parse_payer(wrong, FACTS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("medicare", "payer: no such id; nearest: medicare-ab, medicare-dme, medicaid"),
        ("unitedhealth", "payer: no such id; nearest: unitedhealthcare"),
        ("anthem", "payer: no such id; nearest: bcbs:anthem"),
        ("fep", "payer: no such id; nearest: bcbs:fep"),
        ("bcbs:illinios", "payer: no such id; nearest: bcbs:illinois; for one that is not listed write bcbs"),
        ("bcbs:premra", "payer: no such id; nearest: bcbs:premera; for one that is not listed write bcbs"),
        ("cigna:east", "payer: nothing may follow cigna; write cigna"),
        ("", f"payer: no such id; expected one of {', '.join(BASES)}"),
        ("qqqq", f"payer: no such id; expected one of {', '.join(BASES)}"),
    ],
)
def test_a_mistyped_id_is_refused_with_the_nearest(text: str, message: str) -> None:
    with pytest.raises(PayerError) as caught:
        parse_payer(text, FACTS)
    assert str(caught.value) == message


def test_an_unlisted_plan_is_answered_with_the_listed_ones() -> None:
    with pytest.raises(PayerError, match=r"expected one of bcbs:alabama, .*bcbs:texas; .* write bcbs$"):
        parse_payer("bcbs:zzz", FACTS)


@pytest.mark.parametrize(
    "text", ["x" * 10_000_000, " " * 100 + "aetna", "aetna\0", "ａｅｔｎａ", "bcbs:" * 5000], ids=range(5)
)
def test_hostile_text_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(PayerError) as caught:
        parse_payer(text, FACTS)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("value", [None, 16, b"aetna", ["aetna"]])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(PayerError, match=r"^payer: expected one of aetna, "):
        parse_payer(value, FACTS)  # type: ignore[arg-type]


def test_the_message_never_repeats_what_was_typed() -> None:
    for secret in ("Roe Jane 000-00-0000", "bcbs:Roe Jane", "medicaid:Roe Jane", "cigna:Roe Jane"):
        with pytest.raises(PayerError) as caught:
            parse_payer(secret, FACTS)
        assert "jane" not in str(caught.value).casefold()


NEAR_IDS = st.sampled_from(payer_ids(FACTS)).flatmap(
    lambda each: st.sampled_from([each, each.upper(), f" {each}", f"{each}:", each[:-1]])
)


@given(st.one_of(st.text(max_size=80), NEAR_IDS))
def test_any_text_is_an_id_that_stays_itself_or_a_payer_error(text: str) -> None:
    try:
        payer = parse_payer(text, FACTS)
    except PayerError:
        return
    assert parse_payer(payer.id, FACTS) == payer
    assert payer.id.casefold() == text.strip().casefold()


def test_a_new_payer_is_data_and_not_code(tmp_path: Path) -> None:
    facts = facts_with(
        tmp_path,
        entry("payer.tricare", '{ label = "Made-up payer", family = "tricare" }'),
        entry("payer_part.tricare.east", '{ label = "Made-up part" }'),
    )
    payer = parse_payer("tricare:EAST", facts)
    assert payer == Payer("tricare:east", "tricare", "east", "Made-up part", "tricare")
    with pytest.raises(PayerError):
        parse_payer("tricare", FACTS)


# -- claim filing indicator ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "payer"),
    [
        (["MA", "MB"], "medicare-ab"),
        (["MC"], "medicaid"),
        (["16"], "medicare-advantage"),
        (["CI", "12", "13", "14", "15", "HM"], "commercial"),
        (["BL"], "bcbs"),
        (["CH", "VA", "OF", "ZZ", "", "mb", "11", "17"], None),
    ],
)
def test_filing_code(codes: list[str], payer: str | None) -> None:
    assert {payer_from_filing_code(each) for each in codes} == {payer}
    assert payer is None or parse_payer(payer, FACTS).id == payer


# -- binding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payer", "binds", "bound"),
    [
        ("cigna", [], True),
        ("bcbs:premera", ["bcbs:premera"], True),
        ("bcbs:premera", ["bcbs"], True),
        ("bcbs:premera", ["commercial"], True),
        ("bcbs", ["bcbs:premera"], False),
        ("commercial", ["aetna", "bcbs"], False),
        ("medicare-ab:ngs", ["medicare-ab"], True),
        ("medicare-ab", ["medicare-ab:ngs"], False),
        ("medicare-advantage", ["medicare-ab", "commercial"], False),
    ],
)
def test_who_is_bound(payer: str, binds: list[str], bound: bool) -> None:
    assert parse_payer(payer, FACTS).is_bound_by(binds) is bound
    assert parse_payer(payer, FACTS).is_bound_by(iter(binds)) is bound


# -- profiles --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payer", "value", "grade"),
    [
        ("medicare-ab", "required", "primary"),
        ("medicare-ab:palmetto", "required", "primary"),
        ("medicare-dme", "required", "inferred"),
        ("medicare-advantage", "required", "inferred"),
        ("bcbs:lifewise", "required", "primary"),
        ("bcbs:premera", "required", "secondary"),
        ("bcbs:north-dakota", "not-required", "primary"),
        ("medicaid:MD", "required", "inferred"),
    ],
)
def test_who_asks_for_jw_and_jz(payer: str, value: str, grade: str) -> None:
    answer = profile(parse_payer(payer, FACTS), "jw_jz", DAY, FACTS)
    assert answer is not None
    assert (answer.value, answer.grade) == (value, grade)
    assert answer.entry.carries_error is (grade == "primary")


@pytest.mark.parametrize(
    "payer", ["bcbs", "bcbs:anthem", "aetna", "cigna", "unitedhealthcare", "commercial", "medicaid:VA"]
)
def test_nothing_is_known_is_none_and_no_guess(payer: str) -> None:
    assert profile(parse_payer(payer, FACTS), "jw_jz", DAY, FACTS) is None


@pytest.mark.parametrize(
    ("payer", "grade"), [("medicare-ab:ngs", "primary"), ("medicare-ab:wps", "inferred"), ("medicare-ab", "inferred")]
)
def test_split_lines_are_ngs_own_text_and_inferred_elsewhere(payer: str, grade: str) -> None:
    answer = profile(parse_payer(payer, FACTS), "split_lines", DAY, FACTS)
    assert answer is not None
    assert (answer.value, answer.grade) == ("marked", grade)


@pytest.mark.parametrize(
    "fact_id",
    [
        "unitedhealthcare.authorization",
        "unitedhealthcare.policy",
        "cigna.policy",
        "cigna.site_of_care",
        "aetna.bulletin_2017",
        "bcbs.highmark.criteria",
        "bcbs.florida_blue.policy",
        "bcbs.massachusetts.policy",
        "bcbs.hcsc.site_of_care",
        "bcbs.anthem.marker_340b",
        "medicaid.nc.drug_program",
    ],
)
def test_a_document_older_than_the_product_says_nothing_of_today(fact_id: str) -> None:
    answer = FACTS.on(fact_id, DAY)
    assert not answer.known
    assert answer.fact.gap in FACTS.gaps
    assert (
        answer.entry.known_until is not None
        and answer.entry.known_until < FACTS.get("product.approval_date").newest.value
    )


def test_ndc_profiles() -> None:
    def of(name: str, key: str) -> object:
        answer = profile(parse_payer(name, FACTS), key, DAY, FACTS)
        return answer and answer.value

    assert of("medicaid:TX", "ndc_required") == of("bcbs:lifewise", "ndc_required") == "required"
    assert of("cigna", "ndc_required") is of("bcbs:texas", "ndc_required") is None
    assert of("medicare-ab:palmetto", "ndc_lines") == "one-line"
    assert of("medicaid:MD", "ndc_lines") == "line-per-ndc"
    assert of("medicare-ab", "ndc_lines") is of("unitedhealthcare", "ndc_lines") is None


def test_the_most_specific_fact_wins_and_a_silent_one_gives_way(tmp_path: Path) -> None:
    facts = facts_with(
        tmp_path,
        entry("profile.commercial.made_up", '"class"', when="from = 2020-01-01"),
        entry("profile.bcbs.made_up", '"brand"', when="from = 2022-01-01"),
        entry('profile."bcbs:premera".made_up', '"plan"', when="from = 2026-02-01"),
    )

    def asked(name: str, day: date) -> object:
        answer = profile(parse_payer(name, FACTS), "made_up", day, facts)
        return answer and answer.value

    assert asked("bcbs:premera", date(2026, 2, 1)) == "plan"
    assert asked("bcbs:premera", date(2026, 1, 31)) == "brand"
    assert asked("bcbs:texas", date(2026, 2, 1)) == "brand"
    assert asked("cigna", date(2026, 2, 1)) == "class"
    assert asked("bcbs:premera", date(2021, 12, 31)) == "class"
    assert asked("bcbs:premera", date(2019, 12, 31)) is None
    assert asked("medicaid", date(2026, 2, 1)) is None


def test_what_is_not_known_any_more_is_answered_as_unknown_and_not_by_the_class(tmp_path: Path) -> None:
    facts = facts_with(
        tmp_path,
        entry("profile.commercial.made_up", '"class"', when="from = 2020-01-01"),
        entry("profile.cigna.made_up", '"own"', when="from = 2026-01-01", more="known_until = 2026-03-31"),
    )
    answer = profile(parse_payer("cigna", FACTS), "made_up", DAY, facts)
    assert answer is not None
    assert not answer.known


# -- the facts themselves --------------------------------------------------------------------------

VOCABULARY = {
    "jw_jz": {"required", "not-required"},
    "ndc_required": {"required", "not-required"},
    "specific_code": {"required"},
    "ndc_lines": {"one-line", "line-per-ndc"},
    "date_span": {"one-date-per-line"},
    "split_lines": {"marked"},
    "route_modifier": {"informational", "dual-route brands only"},
}


def test_every_payer_that_a_fact_binds_exists() -> None:
    for fact in FACTS.facts.values():
        for each in fact.binds:
            assert parse_payer(each, FACTS).id == each, fact.id


def test_profiles_name_payers_that_exist_bind_them_and_keep_to_the_vocabulary() -> None:
    for fact in FACTS.under("profile"):
        _, name, key = fact.id.split(".")
        assert fact.binds == (parse_payer(name, FACTS).id,), fact.id
        for each in fact.history:
            if isinstance(each.value, tuple):
                assert all(re.fullmatch("[0-9A-Z]{2}", modifier) for modifier in each.value), fact.id
            else:
                assert each.value in VOCABULARY[key], fact.id
    assert {fact.id.split(".")[2] for fact in FACTS.under("profile")} >= set(VOCABULARY) - {"split_lines"}


def test_home_list() -> None:
    codes = FACTS.on("diagnosis.home_list", DAY).value
    assert len(codes) == 25
    assert all(re.fullmatch(r"[A-Z][0-9]{2}\.[0-9]{1,2}", code) and title for code, title in codes.items())
    near = [code for fact in FACTS.under("diagnosis.near_miss") for code in fact.newest.value]
    assert "D80.1" in near
    assert not set(near) & set(codes)


def test_home_list_of_the_next_fiscal_year_cannot_carry_an_error() -> None:
    last = FACTS.on("diagnosis.home_list", date(2026, 9, 30))
    new = FACTS.on("diagnosis.home_list", date(2026, 10, 1))
    assert last.value == new.value
    assert (last.entry.carries_error, new.entry.carries_error) == (True, False)
    assert new.fact.gap in FACTS.gaps


def test_home_rules_agree_with_each_other() -> None:
    places = FACTS.on("home.places_of_service", DAY).value
    assert {"04", "12"} <= set(places)
    assert not set(places) & set(FACTS.on("place_of_service.facility_bills", DAY).value)
    assert FACTS.on("home.product_window", DAY).value == 30
    assert not FACTS.on("home.bundle_rate", DAY).known
    assert FACTS.on("home.coding_dates", DAY).value["J1553"] == FACTS.on("code.valid", DAY).entry.start


def test_places_that_the_facility_bills_are_facility_places() -> None:
    facility = FACTS.on("place_of_service.facility", DAY).value
    office = FACTS.on("place_of_service.non_facility", DAY).value
    assert not set(facility) & set(office)
    certain, doubtful = (
        FACTS.on(f"place_of_service.{each}", DAY) for each in ("facility_bills", "facility_bills_doubtful")
    )
    assert {*certain.value, *doubtful.value} <= set(facility)
    assert not set(certain.value) & set(doubtful.value)
    assert (certain.entry.carries_error, doubtful.entry.carries_error) == (True, False)


def test_denials_have_every_column() -> None:
    rows = list(FACTS.under("denial"))
    assert len(rows) == 16
    for row in rows:
        value = row.newest.value
        assert (
            {"carc", "meaning", "trigger", "prevention", "next_step"}
            <= set(value)
            <= {"carc", "rarc", "meaning", "trigger", "prevention", "next_step"}
        ), row.id
        assert re.fullmatch("[0-9A-Z]{1,3}( or [0-9A-Z]{1,3})?", value["carc"]), row.id
        remark = value.get("rarc", "M51")
        assert re.fullmatch("[A-Z]{1,2}[0-9]{2,3}( or [A-Z]{1,2}[0-9]{2,3})?", remark), row.id


def test_gaps_hold_no_figure_of_the_label() -> None:
    for gap in FACTS.gaps.values():
        text = f"{gap.label} {gap.looked_for} {gap.matters}"
        assert not re.search(r"[0-9] ?(mg/kg|mL/kg|g/kg|°|degrees|C\b|percent|%)", text), gap.id
        if gap.id.startswith("label-"):
            assert not re.search("[0-9]", text), gap.id


@pytest.mark.parametrize(
    "gap", ["opps-later-quarters", "icd-10-fy2027", "q2052-rate", "ab-mac-names-j1553", "a52509-modifiers"]
)
def test_gaps_that_pages_and_rules_lean_on_exist(gap: str) -> None:
    found = FACTS.gaps[gap]
    assert found.label
    assert found.looked_for
    assert found.matters
    assert found.confirm


def test_every_gap_that_a_fact_names_exists() -> None:
    assert {fact.gap for fact in FACTS.facts.values() if fact.gap} <= set(FACTS.gaps)


def test_every_document_was_seen_and_has_a_title() -> None:
    for each in FACTS.documents.values():
        assert each.publisher, each.id
        assert each.title, each.id
        assert each.grade in ("primary", "mirror", "secondary"), each.id
        assert each.url == "" or re.fullmatch(r"https?://[^\s…]+", each.url), each.id
        assert "..." not in each.url, each.id


OWN_FILES = {"home.toml", "sites.toml", "diagnoses.toml", "denials.toml"}


def test_no_reader_meets_an_iso_date_in_prose() -> None:
    for fact in FACTS.facts.values():
        if fact.file in OWN_FILES or fact.file.startswith("payers/"):
            for each in fact.history:
                prose = f"{each.note} {each.value if isinstance(each.value, str) else ''}"
                assert not re.search("20[0-9]{2}-[0-9]{2}", prose), fact.id
