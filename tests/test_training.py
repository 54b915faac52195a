"""Exercises: the same sheet everywhere, options that differ, right answers that pass, mistakes that the checker catches.

``J1553REF_EXAMPLES`` sets with how many seeds each topic and level is verified (a twentieth of it).
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from functools import cache
from html.parser import HTMLParser
from importlib import import_module

import pytest

from j1553ref import check, project, rules
from j1553ref.facts import FactBase, packaged
from j1553ref.training import (
    LEVEL_NAMES,
    TOPICS,
    ExerciseError,
    Question,
    Sheet,
    key_page,
    sheet,
    sheet_page,
    sheets,
    templates,
)
from j1553ref.training.asking import Asked, Choice, wrong
from j1553ref.training.data import MAY_BE_INFERRED, MISTAKES, mistakes
from j1553ref.training.draws import Draws
from j1553ref.training.pages import Element, Page, as_html, as_markdown, el
from j1553ref.training.topics import denials, units

SEEDS = max(5, int(os.environ.get("J1553REF_EXAMPLES", "100")) // 20)
#: The one topic and level whose questions hold no figures to vary.
FEW = {("denials", 1): 12}
ALL = [(topic, level) for topic in TOPICS for level in LEVEL_NAMES]
each_level = pytest.mark.parametrize(("topic", "level"), ALL)


@cache
def made(topic: str, level: int, seed: int) -> Sheet:
    return sheet(topic, level, FEW.get((topic, level), 20), seed)


def questions(topic: str, level: int) -> list[Question]:
    return [each for seed in range(SEEDS) for each in made(topic, level, seed).questions]


# -- the key cannot be wrong -----------------------------------------------------------------------------------


@each_level
def test_the_right_answer_passes_and_each_wrong_one_is_caught_by_its_rule(topic, level):
    for each in questions(topic, level):
        by_letter = {one.letter: mistake for one, mistake in each.wrong}
        assert {each.answer, *by_letter} == set("ABCD")
        for option in each.options:
            if option.claim is None:
                continue
            report = check(option.claim)
            assert "out_of_scope" not in report.notes
            if option.letter == each.answer:
                assert [str(one) for one in report.findings if one.severity != "info"] == []
            else:
                assert by_letter[option.letter].rule in report.codes, (each.kind, option.text)


def test_thousands_of_questions_are_verified():
    assert sum(len(questions(*each)) for each in ALL) == SEEDS * sum(FEW.get(each, 20) for each in ALL) >= 2_900


#: Templates whose options are words, not claims.
WORDS_ONLY = {"payable", "cause", "pair", "prevention"}


@each_level
def test_options_differ_and_make_claims(topic, level):
    for each in questions(topic, level):
        assert len({option.text for option in each.options}) == 4, each.situation
        claims = [json.dumps(option.claim, sort_keys=True) for option in each.options if option.claim]
        assert len(claims) == len(set(claims)) == (0 if each.kind in WORDS_ONLY else 4), each.kind


@each_level
def test_a_sheet_asks_nothing_twice_and_its_letters_are_spread(topic, level):
    for seed in range(SEEDS):
        asked = [(each.situation, each.ask, each.right.text) for each in made(topic, level, seed).questions]
        assert len(asked) == len(set(asked))
    letters = Counter(each.answer for each in questions(topic, level))
    assert set(letters) == set("ABCD")
    assert max(letters.values()) < 0.5 * letters.total()


WRITTEN = re.compile(r"^([A-Z]?[0-9]{4,5})((?: [A-Z0-9]{2})*) × ([0-9]+)")


@each_level
def test_what_an_option_says_is_what_its_claim_holds(topic, level):
    for each in questions(topic, level):
        for option in each.options:
            if option.claim is None:
                continue
            lines = [(one["procedure_code"], one["modifiers"], one["units"]) for one in option.claim["lines"]]
            for text in option.lines:
                said = WRITTEN.match(text.rpartition("MAC: ")[2])
                if said and said[1] != "Q2052":
                    shown = (said[1], said[2].split(), int(said[3]))
                    # JW and JZ at home are not asked, so they are left out of the words there.
                    at_home = any(one.get("place_of_service") == "12" for one in option.claim["lines"])
                    kept = [(code, [m for m in mods if not at_home or m != "JZ"], units) for code, mods, units in lines]
                    assert shown in lines or shown in kept, (each.kind, text, lines)
            if units := re.fullmatch(r"([0-9,]+) units?", option.text):
                dose = sum(count for code, mods, count in lines if code == "J1553" and "JW" not in mods)
                assert dose == int(units[1].replace(",", ""))
            if on := re.search(r"place of service ([0-9]{2})$", option.lines[0]):
                assert {one.get("place_of_service") for one in option.claim["lines"]} == {on[1]}
            if bill := re.search(r"bill type ([0-9]{3})", option.lines[0]):
                assert option.claim["type_of_bill"] == bill[1]


@each_level
def test_what_the_options_leave_out_is_said(topic, level):
    """Otherwise a class may call every option wrong: no JZ at home, no further hours beside the first."""
    for each in questions(topic, level):
        for option in each.options:
            modifiers = {one for line in (option.claim or {}).get("lines", []) for one in line["modifiers"]}
            if "Q2052" in option.text and "JZ" in modifiers:
                assert "left out here" in each.situation, each.situation
            timed = re.search(r"[0-9]{2}:[0-9]{2}|minutes", each.situation)
            if re.search(r"96365( [0-9A-Z]{2})* × 1", option.text) and not timed:
                assert "further hours are left out" in each.situation, each.situation


def test_no_pair_of_codes_is_told_of_a_diagnosis_off_the_home_list():
    """It may come back as not necessary or as no benefit: sources name both."""
    for each in (
        one for level in (2, 3) for one in questions("denials", level) if one.kind in ("may_go_out", "sent_instead")
    ):
        assert "denied-diagnosis" not in {mistake.id for _, mistake in each.wrong}
        assert "CARC 50" not in each.situation


HELD_MG = {"70573060501": 5000, "70573060511": 10000, "70573060521": 20000, "70573060502": 5000, "70573060512": 10000}
COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
VIALS = re.compile(r"(one|two|three|four|five|six) (5|10|20) g vials?")
DOSE = re.compile(r"([0-9][0-9,.]*) (g|mg|mL) (?:of Yimmugo )?is given")
MG = {"g": 1000, "mg": 1, "mL": 100}


def told(each: Question) -> tuple[int | None, dict[int, int]]:
    """Dose in mg and vials by size in g, read from the words of the situation alone."""
    before = each.situation.replace("Until now", "Now").partition("The nurse measures")[0]
    dose = DOSE.search(before)
    vials = {int(size): COUNTS[count] for count, size in VIALS.findall(each.situation)}
    return (int(float(dose[1].replace(",", "")) * MG[dose[2]]) if dose else None), vials


@each_level
def test_the_situation_tells_what_the_claim_records(topic, level):
    for each in questions(topic, level):
        dose, vials = told(each)
        for record in (each.right.claim or {}).get("administrations", []):
            if vials:
                assert {HELD_MG[one["ndc"]] // 1000: one["count"] for one in record["vials"]} == vials, each.situation
            if dose is not None:
                assert record["dose_mg"] == str(dose), each.situation
            for name in ("start", "stop"):
                assert record.get(name, "") in each.situation


#: Templates whose right answer is the lines of one dose, nothing else.
LINES = {"nothing_left", "some_left", "some_left_in_milligrams", "odd_milligrams", "hospital", "overfill"}
UNITS = {"in_grams", "in_milligrams", "in_milliliters", "with_leftover", "odd"}


def test_the_lines_of_a_dose_by_hand():
    """Rounding by hand: neither ``units`` nor the checker is asked."""
    counted = 0
    for each in (one for topic in ("units", "jw-jz") for level in LEVEL_NAMES for one in questions(topic, level)):
        dose, vials = told(each)
        if each.kind not in LINES | UNITS:
            continue
        given = -(-dose // 100)
        left = sum(size * 10 * count for size, count in vials.items()) - given
        lines = f"J1553 × {given}; J1553 JW × {left}" if left else f"J1553 JZ × {given}"
        assert each.right.text == (f"{given} units" if each.kind in UNITS else lines), each.situation
        counted += 1
    assert counted > 100


def test_the_hours_of_an_infusion_by_hand():
    counted = 0
    for each in (one for level in LEVEL_NAMES for one in questions("administration", level)):
        clock = [int(hour) * 60 + int(minute) for hour, minute in re.findall(r"([0-9]{2}):([0-9]{2})", each.situation)]
        if each.kind == "hydration":
            clock = clock[2:]
        start, stop, *pause = clock
        minutes = stop - start - (pause[1] - pause[0] if pause else 0)
        further = sum(minutes > limit for limit in range(90, 24 * 60, 60))
        hours = "96374 × 1" if minutes < 16 else "96365 × 1" + (f"; 96366 × {further}" if further else "")
        assert each.right.text.startswith(hours), each.situation
        counted += 1
    assert counted > 100


@each_level
def test_each_reason_is_filled_and_names_a_rule(topic, level):
    codes = {rule.code for rule in rules.catalogue()}
    for each in questions(topic, level):
        for one, mistake in each.wrong:
            assert mistake.rule in codes
            assert mistake.help.endswith(f"rules/{mistake.rule}.html")
            assert one.why.endswith(".") and not re.search(r"[{}]|None", one.why), one.why
        assert each.steps and all(step[-1] in ".:" for step in each.steps), each.steps
        assert each.basis


def test_every_mistake_is_offered_somewhere():
    offered = {
        mistake.id
        for topic, level in ALL
        if topic != "mixed"
        for each in questions(topic, level)
        for _, mistake in each.wrong
    }
    assert sorted(set(MISTAKES) - offered) == []


def test_a_right_answer_that_the_checker_dislikes_stops_the_sheet(monkeypatch):
    monkeypatch.setattr(sheets, "loud", lambda claim: ["UNT002"])
    with pytest.raises(ExerciseError, match="a right answer draws UNT002"):
        sheet("units", 1, 1, 1)


def test_a_mistake_that_the_checker_does_not_catch_is_never_offered(monkeypatch):
    monkeypatch.setattr(sheets, "caught", lambda choice: choice.mistake.id != "grams")
    asked = [each for seed in range(5) for each in sheet("units", 1, 20, seed).questions]
    offered = {mistake.id for each in asked for _, mistake in each.wrong}
    assert "vials" in offered
    assert "grams" not in offered


def test_caught_means_the_named_rule_and_no_other():
    question = made("units", 1, 0).questions[0]
    option = next(one for one in question.options if one.letter != question.answer)
    rule = next(mistake.rule for one, mistake in question.wrong if one.letter == option.letter)
    others = {each.rule: each for each in MISTAKES.values()}
    assert sheets.caught(Choice(option.lines, option.claim, others[rule]))
    assert not sheets.caught(Choice(option.lines, option.claim, others["HOM001"]))
    assert not sheets.caught(wrong("ab-contractor", option.lines, question.right.claim, bundle="Q2052"))


# -- only settled things are asked -----------------------------------------------------------------------------

#: Inferred facts that a rule behind a wrong option declares, and why they do not decide that option.
BESIDE_THE_POINT = {
    "infusion.visit_family": "tells which lines are visits; the one visit here is of that family by any reading",
    "home.practitioner_drug": "softens a warning for places other than the home, which are not asked",
    "place_of_service.facility_bills_doubtful": "two places that are never offered",
    "discard.not_used_places": "two kinds of health center, where no question is set",
}
#: Inferred facts that are looked up on the way and decide nothing.
ON_THE_WAY = {"code.predecessor.J1599": "listed beside the code that a payer's own text names; it is never the answer"}


@each_level
def test_no_question_rests_on_an_inferred_fact_but_those_that_are_listed(topic, level):
    for each in questions(topic, level):
        inferred = {one.id: one.note for one in each.basis if one.grade == "inferred"}
        assert set(inferred) <= set(MAY_BE_INFERRED)
        assert all(inferred.values()), "the key says why"
        for _, mistake in each.wrong:
            declared = {fact_id for fact_id in rules.get(mistake.rule).facts if _inferred(fact_id)}
            assert declared <= set(MAY_BE_INFERRED) | set(BESIDE_THE_POINT), mistake.rule


def _inferred(fact_id: str) -> bool:
    return packaged().on(fact_id, "2026-05-04").grade == "inferred"


def test_nothing_inferred_is_looked_up_in_secret(monkeypatch):
    """Every look-up of the templates is watched; what the checker reads is its own."""
    looked_up, watching = set(), [True]
    plain_on, plain_under, plain_check = FactBase.on, FactBase.under, sheets.check

    def on(self, fact_id, when):
        if watching[0]:
            looked_up.add(fact_id)
        return plain_on(self, fact_id, when)

    def under(self, prefix):
        for fact in plain_under(self, prefix):
            if watching[0]:
                looked_up.add(fact.id)
            yield fact

    def checked(claim):
        watching[0] = False
        try:
            return plain_check(claim)
        finally:
            watching[0] = True

    monkeypatch.setattr(FactBase, "on", on)
    monkeypatch.setattr(FactBase, "under", under)
    monkeypatch.setattr(sheets, "check", checked)
    for topic, level in ALL:
        sheet(topic, level, FEW.get((topic, level), 20), 11)
    inferred = {each for each in looked_up if packaged().get(each).newest.grade == "inferred"} - {"diagnosis.home_list"}
    assert inferred == set(MAY_BE_INFERRED) | set(ON_THE_WAY)


def test_what_the_list_of_exceptions_allows_is_inferred_and_used():
    assert {each for each in MAY_BE_INFERRED if _inferred(each)} == set(MAY_BE_INFERRED)
    used = {one.id for topic, level in ALL for each in questions(topic, level) for one in each.basis}
    assert set(MAY_BE_INFERRED) <= used


@pytest.mark.parametrize(
    ("kinds", "asked_about"),
    [("units jw-jz", r"midnight|Medicare Advantage"), ("home", r"JZ|JW"), ("administration", "99211")],
)
def test_open_matters_are_not_asked(kinds, asked_about):
    for topic in kinds.split():
        for level in LEVEL_NAMES:
            for each in questions(topic, level):
                told = f"{each.setting} {each.situation} {each.ask} {' '.join(one.text for one in each.options)}"
                assert not re.search(asked_about, told)


def test_no_rest_of_one_unit_and_none_below_it():
    """On a rest of exactly one unit sources differ, on one below a unit they are silent."""
    for topic in ("units", "jw-jz", "ndc", "modifiers", "denials"):
        for level in LEVEL_NAMES:
            for each in questions(topic, level):
                claim = each.right.claim
                if claim is None or each.kind in ("stopped", "free_drug"):
                    continue
                for told in claim.get("administrations", []):
                    held = sum(HELD_MG[one["ndc"]] * one["count"] for one in told["vials"])
                    left = held - int(told["dose_mg"])
                    assert left == 0 or left >= 200, each.situation
                    assert left < 5000 or each.kind == "stopped_early", "no vial too many"


def test_a_date_on_which_a_fact_is_only_inferred_yields_no_question_about_it():
    asked = {each.kind for each in sheet("home", 1, 20, 1, on="2026-09-30").questions}
    later = {each.kind for each in sheet("home", 1, 20, 1, on="2026-10-01").questions}
    assert "listed_diagnosis" in asked
    assert later == asked - {"listed_diagnosis"}


def test_a_date_after_the_known_quarter_asks_nothing_about_the_hospitals_status():
    within = {each.kind for each in sheet("jw-jz", 2, 20, 1, on="2026-09-30").questions}
    after = {each.kind for each in sheet("jw-jz", 2, 20, 1, on="2026-10-01").questions}
    assert after == within - {"hospital"} != within


def test_only_well_graded_denials_are_asked():
    used = {one.id for level in LEVEL_NAMES for each in questions("denials", level) for one in each.basis}
    known = {each for each in used if each.startswith("denial.")}
    assert known
    assert all(packaged().get(each).newest.carries_error for each in known)


def test_a_denial_on_one_secondary_source_is_refused(monkeypatch):
    plain = denials._denial
    monkeypatch.setattr(denials, "_denial", lambda asked, name: plain(asked, "modifier_missing"))
    with pytest.raises(ExerciseError, match=r"denial\.modifier_missing comes from one secondary source"):
        sheet("denials", 3, 1, 1)


# -- the same sheet everywhere ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "page"), [("sheet", sheet_page), ("key", key_page)])
def test_a_sheet_and_its_key_stay_as_they_were(root, name, page):
    """Golden texts: a change of wording, draws or facts shows here, and a printed sheet then fits no new key."""
    stored = (root / "tests" / "cases" / "exercise" / f"mixed-2-seed-7-{name}.md").read_text(encoding="utf-8")
    # The site's address stands in pyproject.toml alone.
    assert as_markdown(page(sheet("mixed", 2, 10, 7))).replace(project.address(), "SITE/") == stored


def test_another_process_and_hash_seed_make_the_same_sheet():
    script = "from j1553ref.training import sheet; print([sheet(t, 3, 5, 9).code for t in ('mixed', 'home', 'sites')])"
    printed = {
        subprocess.run(
            [sys.executable, "-P", "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale},
        ).stdout
        for seed, zone, locale in (("1", "UTC", "C"), ("2", "Asia/Tokyo", "C.UTF-8"))
    }
    assert len(printed) == 1


def test_seed_topic_level_count_and_date_decide_and_nothing_else():
    first = sheet("jw-jz", 2, 5, 7)
    assert sheet("jw-jz", 2, 5, 7) == first
    assert sheet("jw-jz", 2, 8, 7).questions[:5] == first.questions, "a longer sheet begins alike"
    others = [
        sheet("jw-jz", 2, 5, 8),
        sheet("jw-jz", 1, 5, 7),
        sheet("units", 2, 5, 7),
        sheet("jw-jz", 2, 5, 7, "2026-05-04"),
    ]
    assert len({first.code, *(each.code for each in others[:3])}) == 4
    assert {each.on for each in others[3].questions} == {date(2026, 5, 4)}


def test_dates_lie_in_the_known_period_on_weekdays():
    first = packaged().get("code.first_date_of_service").newest.value
    last = packaged().get("opps.status").newest.known_until
    days = {each.on for topic, level in ALL for each in questions(topic, level) if each.on}
    assert min(days) >= first and max(days) <= last
    assert {each.weekday() for each in days} == set(range(5))


def test_no_random_and_no_hash_of_its_own(root):
    """Their results may change from one Python to the next."""
    for path in sorted((root / "src" / "j1553ref" / "training").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not imported & {"random", "secrets", "uuid", "time"}, path.name
        assert not called & {"hash", "id"}, path.name


# -- refusals --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("jwjz", 1, 1, 1), "topic: no such topic; nearest: jw-jz; there are units, "),
        (("", 1, 1, 1), "topic: no such topic"),
        ((None, 1, 1, 1), "topic: no such topic"),
        (("units", 4, 1, 1), r"level: no such level; there are 1 \(first steps\), 2 \(everyday\), 3 \(tricky\)"),
        (("units", True, 1, 1), "level: no such level"),
        (("units", "1", 1, 1), "level: no such level"),
        (("units", 1, 0, 1), "count: expected a whole number from 1 to 100"),
        (("units", 1, 101, 1), "count: expected a whole number from 1 to 100"),
        (("units", 1, 1.0, 1), "count: expected a whole number"),
        (("units", 1, 1, -1), "seed: expected a whole number from 0 to 999999999"),
        (("units", 1, 1, 10**9), "seed: expected a whole number"),
        (("units", 1, 1, "7"), "seed: expected a whole number"),
        (
            ("units", 1, 1, 1, "2026-03-31"),
            "on: J1553 is not valid on 2026-03-31; give a date of service from 2026-04-01",
        ),
        (("code-by-date", 1, 1, 1, "2026-03-31"), "on: J1553 is not valid"),
        (("units", 1, 1, 1, "2026-11-24"), "on: the facts were checked until 2026-11-23; give a date up to it"),
        (
            ("denials", 1, 13, 1),
            "level 1: 12 distinct questions were found, and 13 were asked for; ask for 12 or fewer",
        ),
    ],
)
def test_refusals_are_one_clear_line(arguments, says):
    with pytest.raises(ExerciseError, match=says) as refused:
        sheet(*arguments)
    assert "\n" not in str(refused.value)


def test_a_level_that_no_fact_allows_says_which_fact_is_missing(monkeypatch):
    monkeypatch.setattr("j1553ref.training.sheets.MAY_BE_INFERRED", {})
    says = r"no question can be asked: .* is only inferred for .*, and such a thing is not asked"
    with pytest.raises(ExerciseError, match=says):
        sheet("jw-jz", 1, 1, 1)


def test_ten_questions_are_to_be_had_everywhere_and_a_hundred_in_most_places():
    for topic, level in ALL:
        assert len(sheet(topic, level, 10, 4).questions) == 10
    for topic in ("jw-jz", "administration", "mixed"):
        assert len(sheet(topic, 2, 100, 4).questions) == 100


# -- what is printed -------------------------------------------------------------------------------------------


@each_level
def test_the_sheet_gives_nothing_away(topic, level):
    one = made(topic, level, 0)
    printed = as_markdown(sheet_page(one))
    assert not [rule.code for rule in rules.catalogue() if rule.code in printed]
    assert "Based on" not in printed
    for each in one.questions:
        assert not [one.why for one, _ in each.wrong if one.why in printed]


@each_level
def test_the_key_matches_its_sheet(topic, level):
    one = made(topic, level, 1)
    paper, key = sheet_page(one), key_page(one)
    asked = [part for part in paper.sections if heading(part).startswith("Question")]
    answered = [part for part in key.sections if heading(part).startswith("Question")]
    assert len(asked) == len(answered) == len(one.questions)
    letters = dict(re.findall(r"([0-9]+) ([A-D])", _strip(key)))
    for each, question, answer in zip(one.questions, asked, answered, strict=True):
        assert heading(answer) == f"Question {each.number}: {each.answer}"
        assert letters[str(each.number)] == each.answer
        options = next(block for block in question.content if block.tag == "ol").content
        assert "; ".join(line.text for line in options["ABCD".index(each.answer)].content) == each.right.text
        said = next(block for block in answer.content if block.kind == "answer")
        assert said.content == (el("strong", f"{each.answer} is right: "), each.right.text)
        steps, reasons = (block for block in answer.content if block.tag in ("ol", "ul"))
        assert [item.text for item in steps.content] == list(each.steps)
        assert [item.text[0] for item in reasons.content] == [one.letter for one, _ in each.wrong]
        assert question.content[1:4] == answer.content[1:4], "asked in the same words"
    for page in (paper, key):
        assert f"Seed {one.seed}, sheet {one.code}" in as_markdown(page)
        assert f"seed {one.seed}, sheet {one.code}" in page.foot


def heading(part: Element) -> str:
    return part.content[0].text


def _strip(key: Page) -> str:
    return next(block.text for block in key.content if block.text.startswith("Answers: "))


def test_the_key_lists_each_fact_with_grade_and_sources_and_each_rule_with_its_page():
    one = made("mixed", 3, 2)
    tables = {heading(part): part.content[-1] for part in key_page(one).sections if part.content[-1].tag == "table"}
    rows = {row.content[0].text: row.content for row in tables["The facts behind the answers"].content}
    for basis in (basis for each in one.questions for basis in each.basis):
        assert rows[basis.id][0].content[0].entry == ("fact", basis.id)
        assert [cell.text for cell in rows[basis.id][2:]] == [basis.grade, ", ".join(basis.sources)]
    _, *rules_shown = tables["The rules that catch the wrong answers"].content
    codes = {row.content[0].text: row.content[2].content[0].url for row in rules_shown}
    assert codes == {mistake.rule: mistake.help for each in one.questions for _, mistake in each.wrong}


@pytest.mark.parametrize("page", [sheet_page, key_page])
def test_both_papers_bear_the_notices(page):
    for printed in (as_markdown(page(made("units", 1, 0))), as_html(page(made("units", 1, 0)))):
        assert "American Medical Association" in printed
        assert "no medical, legal or payment advice" in printed
        assert "no advice on a dose" in printed


class Elements(HTMLParser):
    """Checks nesting, and collects elements with their attributes and the text."""

    VOID = ("meta", "br", "link")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@each_level
@pytest.mark.parametrize("page", [sheet_page, key_page])
def test_html_is_well_formed_and_needs_nothing_else(topic, level, page):
    elements = Elements(as_html(page(made(topic, level, 0))))
    tags = Counter(tag for tag, _ in elements.found)
    assert tags["h1"] == tags["main"] == tags["title"] == tags["style"] == 1
    assert not tags.keys() & {"script", "link", "img", "iframe", "object", "form"}
    for tag, attrs in elements.found:
        assert not [name for name in attrs if name.startswith("on") or name in ("style", "src")], tag
    assert dict(elements.found)["html"] == {"lang": "en"}
    policy = next(
        attrs["content"] for tag, attrs in elements.found if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    if page is sheet_page:
        assert tags["h2"] == len(made(topic, level, 0).questions) + 1
        assert [attrs["type"] for tag, attrs in elements.found if tag == "ol"] == ["A"] * (tags["h2"] - 1)
        assert "Name" in elements.text and "Date" in elements.text


def test_the_style_is_the_one_that_the_policy_allows():
    from base64 import b64encode
    from hashlib import sha256

    printed = as_html(sheet_page(made("units", 1, 0)))
    style = re.search("<style>(.*?)</style>", printed, re.S)[1]
    assert f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in printed
    assert "size: letter" in style


def test_text_is_escaped_for_html_and_for_markdown():
    hostile = 'A <b>&"*_|`'
    options = el("ol", *[el("li", el("span", hostile, kind="line"))] * 4, kind="options")
    table = el("table", *[el("tr", el("td", hostile))] * 2)
    part = el("section", el("h2", hostile), table, el("ul", el("li", hostile)))
    page = Page(hostile, (el("p", hostile, el("strong", hostile)), options, part))
    elements = Elements(as_html(page))
    assert "b" not in {tag for tag, _ in elements.found}
    assert elements.text.count(hostile) == 12
    assert "<b>" not in as_markdown(page)
    assert as_markdown(page).count("\\<b\\>") == 11


def test_json_keeps_the_key_apart():
    one = made("jw-jz", 2, 3)
    told, key = json.loads(json.dumps(one.to_json())), one.key_to_json()
    head = ["schema_version", "sheet", "seed", "topic", "level", "on", "facts_checked"]
    assert list(told) == [*head, "questions", "key"]
    assert list(key) == [*head, "key"]
    assert told["key"] == json.loads(json.dumps(key["key"]))
    assert "answer" not in json.dumps(told["questions"])
    first = told["questions"][0]
    assert list(first) == ["number", "topic", "setting", "on", "situation", "question", "options"]
    assert [list(each) for each in first["options"]] == [["letter", "text", "claim"]] * 4
    answer = told["key"]["answers"][0]
    assert list(answer) == ["number", "answer", "steps", "wrong", "facts"]
    assert list(answer["wrong"][0]) == ["letter", "mistake", "name", "why", "rule", "help"]
    assert list(answer["facts"][0]) == ["id", "label", "grade", "sources", "note"]
    for option in first["options"]:
        clean = not [each for each in check(option["claim"]).findings if each.severity != "info"]
        assert clean == (option["letter"] == answer["answer"]), "who has no key can ask the checker"


def test_a_mixed_sheet_has_every_topic_before_one_comes_again():
    topics = [each.topic for each in sheet("mixed", 1, 9, 5).questions]
    assert sorted(topics) == sorted(set(TOPICS) - {"mixed"})


# -- words and mistakes are data -------------------------------------------------------------------------------

MISTAKE = {"name": "A slip", "rule": "UNT002", "why": "Wrong."}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"rule": "UNT999"}, r"mistakes\.toml, slip: rule: UNT999: no such rule; families: SHP"),
        ({"why": ""}, r"mistakes\.toml, slip: why: expected text"),
        ({"name": 7}, r"mistakes\.toml, slip: name: expected text"),
        ({"reason": "Wrong."}, r"mistakes\.toml, slip: reason: no such key"),
    ],
)
def test_a_faulty_mistake_is_refused_with_file_and_name(changed, says):
    assert mistakes({"slip": MISTAKE})["slip"].rule == "UNT002"
    with pytest.raises(ExerciseError, match=says):
        mistakes({"slip": MISTAKE | changed})
    with pytest.raises(ExerciseError, match=r"mistakes\.toml, slip: why: expected text"):
        mistakes({"slip": {"name": "A slip", "rule": "UNT002"}})


QUESTION = {"level": 1, "situation": "{grams}.", "right": ["J1553"], "wrong": [["grams", "J1553"]], "by": "used_up"}
TOPIC = {"title": "T", "levels": ["a", "b", "c"], "setting": "Office", "ask": "Which?", "steps": ["{sum}"]}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"level": 4}, r"x\.toml, q: level: expected one of 1, 2, 3"),
        ({"situation": ""}, r"x\.toml, q: situation: expected text"),
        ({"situtation": "?"}, r"x\.toml, q: situtation: no such key; nearest: situation"),
        ({"steps": "one"}, r"x\.toml, q: steps: expected a list"),
        ({"by": "nobody"}, r"x\.toml, q: j1553ref\.training\.topics\.units has no function nobody"),
        ({"wrong": [["gram", "1"]]}, r"x\.toml, q: wrong: gram: no such mistake; nearest: grams"),
        ({"spare": ["grams"]}, r"x\.toml, q: spare: expected a mistake and what its option is made from"),
    ],
)
def test_a_faulty_question_is_refused_with_file_and_name(changed, says):
    assert templates.topic("x", TOPIC | {"q": QUESTION}, units).templates["q"].level == 1
    with pytest.raises(ExerciseError, match=says):
        templates.topic("x", TOPIC | {"q": QUESTION | changed}, units)


def test_a_field_without_a_figure_is_refused_with_its_question():
    template = templates.topic("x", TOPIC | {"q": QUESTION | {"right": ["{right}"], "wrong": []}}, units).templates["q"]
    with pytest.raises(ExerciseError, match=r"x\.toml, q: no figure for 'sum' in '\{sum\}'"):
        template(Asked(Draws(1), date(2026, 5, 4)))


def test_each_mistake_and_each_function_of_a_topic_is_used():
    """A mistake that no row names, or a function that no question calls, would be dead words."""
    for name, found in TOPICS.items():
        if name != "mixed":
            module = import_module(f"j1553ref.training.topics.{name.replace('-', '_')}")
            own = {each for each, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
            called = {template.make.func.__name__ for template in found.templates.values()}
            assert called == {each for each in own if each[0].islower()}, name


def test_the_exercises_are_loaded_only_when_asked_for(tmp_path):
    claim = tmp_path / "claim.json"
    claim.write_text(json.dumps(made("units", 1, 0).questions[0].right.claim))
    units_of_a_dose = ["units", "--dose-mg", "20000", "--vials", "20g", "--on", "2026-05-04"]
    exercise = ["exercise", "--topic", "units", "--count", "1"]
    for arguments, loaded in ((units_of_a_dose, False), (["check", str(claim)], False), (exercise, True)):
        script = (
            "import sys; from j1553ref.cli import main; sys.argv = ['j1553ref', *sys.argv[1:]]\n"
            "try:\n    main()\nfinally:\n    print('loaded', 'j1553ref.training' in sys.modules, file=sys.stderr)"
        )
        command = [sys.executable, "-P", "-c", script, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout
        assert done.stderr.splitlines()[-1] == f"loaded {loaded}", arguments
