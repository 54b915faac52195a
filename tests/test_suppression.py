"""Suppressed findings stand apart with their reason, count for nothing and are no pass; stocked vials."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from build import edit, make_claim
from inside import j1553ref  # noqa: F401 - a fixture

from j1553ref import check, schemas
from j1553ref.facts import packaged
from j1553ref.payers import parse_payer
from j1553ref.rules import RuleError
from j1553ref.suppression import Suppression
from j1553ref.units import UnitsError

WRONG = make_claim(40000, [20, 20], [(80, ["JZ"])])
TWO = edit(make_claim(40000, [20, 20], [(80, ["JZ", "KD"])]), {})


def entry(code: str = "UNT002", **more: object) -> Suppression:
    return Suppression(code=code, reason="decided", **more)  # type: ignore[arg-type]


# -- in the library -------------------------------------------------------------------------------------------------


def test_a_suppressed_finding_stands_apart():
    report = check(TWO, suppress=[entry()])
    assert report.codes == ["MOD005"]
    [hidden] = report.suppressed
    assert (hidden.finding.code, hidden.by.reason) == ("UNT002", "decided")
    assert "UNT002" not in str(report)
    assert str(check(WRONG, suppress=[entry()])) == "no findings; 1 suppressed"


def test_a_family_is_suppressed_and_a_rule_that_it_had_stopped_stays_silent():
    assert check(WRONG, suppress=[entry("UNT")]).codes == []
    assert check(WRONG, suppress=[entry("UNT00")]).codes == []


def test_the_first_entry_that_fits_hides_it():
    first, second = entry("UNT002", pointer="/lines/1/units"), entry("UNT")
    assert [each.by for each in check(WRONG, suppress=[first, second]).suppressed] == [second]


@pytest.mark.parametrize(
    ("more", "hides"),
    [
        ({"pointer": "/lines/0/units"}, True),
        ({"pointer": "/lines/0"}, False),
        ({"payer": "medicare-ab"}, True),
        ({"payer": "medicare-ab:ngs"}, False),
        ({"payer": "commercial"}, False),
        ({"until": date(2026, 5, 4)}, True),
        ({"until": date(2026, 5, 3)}, False),
        ({"pointer": "/lines/0/units", "payer": "commercial"}, False),
    ],
)
def test_each_key_narrows_it(more, hides):
    assert bool(check(WRONG, suppress=[entry(**more)]).suppressed) == hides


def test_a_payer_stands_for_its_parts_and_not_for_its_family():
    [found] = check(WRONG).findings
    hides = entry(payer="bcbs").hides
    assert hides(found, parse_payer("bcbs:premera", packaged())) and hides(found, parse_payer("bcbs", packaged()))
    assert not entry(payer="commercial").hides(found, parse_payer("bcbs:premera", packaged()))
    assert not hides(found, None)
    assert not check(WRONG | {"payer": "medicare-ab:ngs"}, suppress=[entry(payer="medicare-ab:wps")]).suppressed


def test_a_finding_on_lines_without_a_date_is_not_hidden_by_a_date():
    claim = edit(json.loads(json.dumps(WRONG)), {"/unknown": 1})
    entries = [entry("SHP002", until=date(2026, 5, 4)), entry("UNT", until=date(2026, 5, 4))]
    assert check(claim, suppress=entries).codes == []
    undated = edit(json.loads(json.dumps(claim)), {"/lines/1/service_date": ...})
    assert check(undated, select=["SHP002", "UNT002"], suppress=entries).codes == ["SHP002"], (
        "a fault of the whole claim"
    )


def test_a_rule_that_reads_no_fact_goes_by_the_date_of_its_line():
    claim = edit(
        json.loads(json.dumps(WRONG)), {"/lines/0/modifiers": ["JZ", "Q9"], "/lines/1/service_date/start": "2026-05-09"}
    )
    hidden = [each.by.code for each in check(claim, suppress=[entry("MOD013", until=date(2026, 5, 4))]).suppressed]
    assert hidden == ["MOD013"]
    assert check(claim, select=["MOD013"], suppress=[entry("MOD013", until=date(2026, 5, 3))]).codes == ["MOD013"]


def test_of_a_line_over_several_days_the_last_one_counts():
    claim = edit(json.loads(json.dumps(WRONG)), {"/lines/0/service_date/end": "2026-05-06"})
    for day, codes in ((5, ["UNT002"]), (6, [])):
        assert check(claim, select=["UNT002"], suppress=[entry("UNT002", until=date(2026, 5, day))]).codes == codes


def test_an_unknown_rule_is_refused():
    with pytest.raises(RuleError, match="UNT002"):
        check(WRONG, suppress=[entry("UNT022")])


@pytest.mark.parametrize(
    ("pattern", "source", "covers"),
    [
        (None, "<stdin>", True),
        ("*.json", "a.json", True),
        ("*.json", "may/a.json", True),
        ("*.json", "<stdin>", False),
        ("*", "<stdin>", False),
        ("may/*.json", "may/a.json", True),
        ("may/*.json", "../may/a.json", True),
        ("may/*.json", "old/may/a.json", True),
        ("may/*.json", "may/old/a.json", False),
        ("may/*.json", "may/a.ndjson", False),
        ("./may/a.json", "may/a.json", True),
        ("MAY/*.json", "may/a.json", False),
    ],
)
def test_a_path_is_compared_from_its_end(tmp_path, monkeypatch, pattern, source, covers):
    monkeypatch.chdir(tmp_path)
    assert entry(path=pattern).covers(source) == covers


def test_a_path_is_told_from_the_folder_to_work_in(tmp_path, monkeypatch):
    (tmp_path / "may").mkdir()
    monkeypatch.chdir(tmp_path / "may")
    assert entry(path="may/*.json").covers("a.json")
    assert not entry(path="june/*.json").covers("a.json")
    assert entry(path="may/*.json").covers(str(tmp_path / "may" / "a.json"))


# -- on the command line --------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A repository with wrong.json and two.json in it; the function writes the configuration."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.json").write_text(json.dumps(WRONG, indent=1), encoding="utf-8")
    (tmp_path / "two.json").write_text(json.dumps([TWO, WRONG]), encoding="utf-8")
    return (tmp_path / "j1553ref.toml").write_text


ENTRY = '[[suppress]]\ncode = "{}"\nreason = "the payer wants it so"\n'


def test_it_does_not_count_and_is_reported_with_place_and_reason(j1553ref, place):  # noqa: F811
    place(ENTRY.format("UNT002"))
    done = j1553ref("check", "wrong.json", "--output", "json")
    report = json.loads(done.out)
    jsonschema.validate(report, schemas.schema("report"))
    assert (done.status, done.err) == (0, "")
    assert report["claims"][0]["findings"] == []
    [hidden] = report["claims"][0]["suppressed"]
    line = next(n for n, text in enumerate(Path("wrong.json").read_text().splitlines(), 1) if '"units": 80' in text)
    assert hidden == {
        "code": "UNT002",
        "severity": "error",
        "pointer": "/lines/0/units",
        "line": line,
        "column": 13,
        "message": "80 units are the dose of 40000 mg in 500 mg units; one unit of J1553 is 100 mg, so bill 400",
        "reason": "the payer wants it so",
    }
    assert (report["summary"]["errors"], report["summary"]["suppressed"]) == (0, 1)
    jsonl = [json.loads(line) for line in j1553ref("check", "wrong.json", "--output", "jsonl").out.splitlines()]
    assert jsonl[0] == report["claims"][0] and jsonl[1]["summary"]["suppressed"] == 1


def test_without_the_configuration_it_is_a_finding_again(j1553ref, place):  # noqa: F811
    place(ENTRY.format("UNT002"))
    assert j1553ref("check", "wrong.json", "--config", "none").status == 1
    assert j1553ref("check", "two.json", "--fail-level", "warning").status == 1, "what is left still counts"


def test_the_text_report_says_so(j1553ref, place):  # noqa: F811
    place(ENTRY.format("UNT002"))
    done = j1553ref("check", "wrong.json")
    assert "suppressed: UNT002 at /lines/0/units: the payer wants it so" in done.out
    assert "  no findings\n" not in done.out, "it is no pass"
    assert done.out.splitlines()[-1].startswith("1 claim: 0 errors, 0 warnings, 0 infos; 1 suppressed")


def test_a_log_for_code_scanning_keeps_it_with_its_reason(j1553ref, place):  # noqa: F811
    place(ENTRY.format("UNT002"))
    [run] = json.loads(j1553ref("check", "wrong.json", "--output", "sarif").out)["runs"]
    [result] = run["results"]
    assert (result["ruleId"], result["level"]) == ("UNT002", "error")
    assert result["suppressions"] == [{"kind": "external", "justification": "the payer wants it so"}]
    assert run["invocations"][0]["exitCode"] == 0


def test_an_entry_that_hides_nothing_is_named_and_changes_no_status(j1553ref, place):  # noqa: F811
    place(ENTRY.format("UNT002") + ENTRY.format("MOD"))
    done = j1553ref("check", "wrong.json")
    assert (done.status, done.err) == (
        0,
        "j1553ref: note: j1553ref.toml:4: the entry for MOD suppressed nothing here; take it out if it is not needed "
        "any more\n",
    )
    assert j1553ref("check", "wrong.json", "two.json").err == "", "the other file has a finding for it"


@pytest.mark.parametrize(
    ("more", "options"),
    [('path = "june/*.json"', ()), ('payer = "cigna"', ()), ("", ("--select", "UNT")), ("", ("--ignore", "MOD"))],
)
def test_an_entry_that_had_no_say_here_is_not_named(j1553ref, place, more, options):  # noqa: F811
    place(ENTRY.format("MOD") + more)
    assert j1553ref("check", "wrong.json", *options).err == ""


def test_an_entry_is_not_named_where_nothing_was_in_scope(j1553ref, place, tmp_path):  # noqa: F811
    place(ENTRY.format("MOD"))
    claim = make_claim(None, None, []) | {"diagnoses": ["M05.79"]}
    (tmp_path / "other.json").write_text(json.dumps(claim), encoding="utf-8")
    assert j1553ref("check", "other.json").err == ""


# -- stocked vials --------------------------------------------------------------------------------------------------

#: 25 g from a 20 g and a 10 g vial: with a 5 g vial nothing would have been left.
EXPLAINED = make_claim(25000, [20, 10], [(250, []), (50, ["JW"])])


def test_a_size_that_is_not_stocked_makes_no_avoidable_waste():
    assert check(EXPLAINED).codes == ["JWZ007"]
    assert check(EXPLAINED, stocked_vials="20g,10g").codes == []
    assert check(EXPLAINED, stocked_vials=["20g", "10g", "5g"]).codes == ["JWZ007"]
    assert check(EXPLAINED, stocked_vials=["5g"]).codes == ["JWZ007"]


def test_the_smallest_set_is_that_of_the_stocked_sizes():
    claim = make_claim(24000, [20, 20], [(240, []), (160, ["JW"])])
    [finding] = check(claim, stocked_vials="20g,10g").findings
    assert (finding.code, finding.expected, finding.actual) == ("JWZ007", "300", "400")
    assert "a smaller set of the stocked sizes would have done (300)" in finding.message
    [finding] = check(claim).findings
    assert finding.expected == "250" and "of the stocked sizes" not in finding.message


def test_every_vial_of_the_smallest_set_is_counted():
    claim = make_claim(40000, [20, 20, 20], [(400, []), (200, ["JW"])])
    [finding] = check(claim, stocked_vials="20g").findings
    assert (finding.code, finding.expected, finding.actual) == ("JWZ007", "400", "600")


def test_no_other_rule_reads_the_stock():
    for lines in ([(250, [])], [(250, []), (20, ["JW"])], [(300, ["JZ"])]):
        claim = make_claim(25000, [20, 10], lines)
        without = [each for each in check(claim).findings if each.code != "JWZ007"]
        assert [each for each in check(claim, stocked_vials="20g,10g").findings if each.code != "JWZ007"] == without
        assert without


def test_jz_beside_a_rest_is_not_excused_by_the_stock():
    claim = make_claim(25000, [20, 10], [(250, ["JZ"])])
    [finding] = check(claim, stocked_vials="20g,10g").findings
    assert (finding.code, finding.severity, finding.expected, finding.actual) == ("JWZ012", "warning", "JW 50", "JZ")


def test_without_dose_or_vials_the_stock_changes_nothing():
    claim = make_claim(None, [20, 10], [(250, []), (50, ["JW"])])
    assert "JWZ007" in check(claim, stocked_vials="20g").not_checked_codes


@pytest.mark.parametrize("sizes", ["30g", ["20"], "x"])
def test_a_size_that_there_is_not_is_refused(sizes):
    with pytest.raises(UnitsError):
        check(EXPLAINED, stocked_vials=sizes)


def test_the_configuration_names_the_stock(j1553ref, place, tmp_path):  # noqa: F811
    (tmp_path / "rest.json").write_text(json.dumps(EXPLAINED), encoding="utf-8")
    place("")
    assert j1553ref("check", "rest.json", "--fail-level", "info").status == 1
    place('stocked_vials = ["20g", "10 g"]')
    assert j1553ref("check", "rest.json", "--fail-level", "info").status == 0
