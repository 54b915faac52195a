"""The command line as its user meets it: output, exit status, one clear line for bad input, no patient data."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import pytest
from build import edit, make_claim
from command import run, start

from j1553ref import cases, facts, schemas
from j1553ref.cli.printers import PRINTERS

RIGHT = make_claim(40000, [20, 20], [(400, ["JZ"])])
WRONG = make_claim(40000, [20, 20], [(80, ["JZ"])])
WARNED = make_claim(34950, [20, 10, 5], [(350, [])])


@pytest.fixture
def write(tmp_path):
    def write_(name: str, content: object) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    return write_


#: Arguments, then standard input: what a program of its own answers, and how it leaves.
STARTED = {
    "right": (("check", "-"), json.dumps(RIGHT)),
    "wrong": (("check", "-"), json.dumps(WRONG)),
    "wrong, as JSON": (("check", "-", "--output", "json"), json.dumps(WRONG)),
    "empty": (("check", "-"), ""),
    "deep": (("check", "-"), "[" * 20_000 + "]" * 20_000),
    "deep object": (("check", "-"), '{"a":' * 20_000 + "1" + "}" * 20_000),
    "no such command": (("chek",), None),
    "units": (("units", "--dose-mg", "32450", "--vials", "20g,10g,5g"), None),
    "bad units": (("units", "--dose-mg", "40000", "--vials", "3g"), None),
    "help": (("--help",), None),
}


SCRIPT = Path(sys.executable).with_name("j1553ref")


@pytest.mark.skipif(not SCRIPT.exists(), reason="the package is not installed: run through nox -s tests")
@pytest.mark.parametrize("name", STARTED)
def test_the_installed_program_says_and_returns_what_the_function_does(name):
    """All other tests of this file call the function."""
    arguments, stdin = STARTED[name]
    assert start(*arguments, stdin=stdin, program=[str(SCRIPT)]) == run(*arguments, stdin=stdin)


def test_a_right_claim_exits_0_and_says_what_was_not_checked(write):
    done = run("check", write("right.json", RIGHT))
    assert done.returncode == 0
    assert "no findings" in done.stdout
    assert "1 claim: 0 errors, 0 warnings, 0 infos" in done.stdout
    assert done.stderr == ""


def test_a_wrong_claim_exits_1_and_points_into_the_file(write):
    path = write("wrong.json", json.dumps(WRONG, indent=2).encode())
    done = run("check", path)
    assert done.returncode == 1
    line = next(
        number for number, text in enumerate(json.dumps(WRONG, indent=2).splitlines(), 1) if '"units": 80' in text
    )
    assert f"UNT002 error at /lines/0/units (line {line}, column 16)" in done.stdout


@pytest.mark.parametrize(
    ("claim", "options", "status"),
    [
        (WARNED, (), 0),
        (WARNED, ("--fail-level", "warning"), 1),
        (WRONG, ("--exit-zero",), 0),
        (WRONG, ("--ignore", "UNT002"), 0),
        (WRONG, ("--select", "JWZ,DAT"), 0),
    ],
)
def test_exit_status(write, claim, options, status):
    assert run("check", write("claim.json", claim), *options).returncode == status


def test_unusable_input_is_never_hidden(write):
    done = run("check", write("right.json", RIGHT), write("empty.json", b""), "--exit-zero")
    assert done.returncode == 2
    assert "no findings" in done.stdout, "everything readable is reported"
    assert done.stderr.count("\n") == 1 and "empty.json" in done.stderr


BAD = {
    "empty": b"",
    "blank": b" \n ",
    "not UTF-8": b'{"schema_version": "1", "form": "\xff\xfe"}',
    "UTF-16": json.dumps(RIGHT).encode("utf-16"),
    "UTF-32": json.dumps(RIGHT).encode("utf-32"),
    "not JSON": b"schema_version = 1",
    "cut off": json.dumps(RIGHT).encode()[:200],
    "JSON but no claim": b'{"hello": "world"}',
    "a number": b"42",
    "duplicate keys": b'{"schema_version": "1", "form": "cms1500", "form": "ub04", "lines": []}',
    "NaN": b'{"schema_version": "1", "form": "cms1500", "total_charge": NaN, "lines": []}',
    "deep": b"[" * 20_000 + b"]" * 20_000,
    "deep object": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "NUL": b'{"schema_version": "1", \x00"form": "cms1500"}',
    "huge number": b'{"schema_version": "1", "form": "cms1500", "total_charge": ' + b"9" * 10_000 + b', "lines": [',
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_one_line_and_exit_2(write, name):
    path = write("bad.json", BAD[name])
    for done in (run("check", path), run("check", "-", stdin=BAD[name])):
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1, done.stderr
        assert "Traceback" not in done.stderr + done.stdout
    assert "bad.json" in run("check", path).stderr


def test_a_missing_file_and_a_directory_get_one_line_and_exit_2(tmp_path):
    for path in (tmp_path / "missing.json", tmp_path):
        done = run("check", str(path))
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert str(path) in done.stderr


def test_a_missing_file_does_not_hide_the_others(write, tmp_path):
    done = run("check", str(tmp_path / "missing.json"), write("wrong.json", WRONG))
    assert done.returncode == 2
    assert "UNT002" in done.stdout


def test_shape_errors_are_findings_not_refusals(write):
    broken = edit(json.loads(json.dumps(RIGHT)), {"/lines/0/units": "many", "/lines/1/charge": True, "/form": "paper"})
    done = run("check", write("shape.json", broken))
    assert done.returncode == 1
    assert done.stdout.count("SHP") >= 3


@pytest.mark.parametrize("shape", ["array", "ndjson"])
def test_many_claims_in_one_file(write, shape):
    claims = [RIGHT, WRONG, make_claim(None, None, []) | {"diagnoses": ["M05.79"]}]
    text = json.dumps(claims) if shape == "array" else "\n".join(map(json.dumps, claims))
    done = run("check", write("many.json", text.encode()), "--output", "json")
    report = json.loads(done.stdout)
    assert [[finding["code"] for finding in claim["findings"]] for claim in report["claims"]] == [[], ["UNT002"], []]
    assert report["claims"][2]["notes"] == ["out_of_scope"]
    assert report["summary"]["out_of_scope"] == 1
    assert done.returncode == 1


def test_a_broken_line_leaves_the_other_lines_readable(write):
    text = "\n".join([json.dumps(RIGHT), "{broken", json.dumps(WRONG)])
    done = run("check", write("mixed.ndjson", text.encode()), "--output", "json")
    report = json.loads(done.stdout)
    assert [claim["error"] is None for claim in report["claims"]] == [True, False, True]
    assert report["claims"][2]["line"] == 3
    assert report["summary"]["unusable"] == 1
    assert done.returncode == 2


def test_json_conforms_to_its_schema_and_hides_ids(write):
    claim = RIGHT | {"claim_id": "SYNTHETIC-0001"}
    broken = edit(json.loads(json.dumps(WRONG)), {"/lines/0/charge": []})
    paths = [write("a.json", claim), write("b.json", broken), write("c.json", b"")]
    done = run("check", *paths, "--output", "json")
    report = json.loads(done.stdout)
    jsonschema.validate(report, schemas.schema("report"), format_checker=jsonschema.FormatChecker())
    assert "SYNTHETIC-0001" not in done.stdout
    assert (
        json.loads(run("check", paths[0], "--output", "json", "--with-ids").stdout)["claims"][0]["claim_id"]
        == "SYNTHETIC-0001"
    )


def test_jsonl_is_one_claim_a_line_then_the_summary(write):
    done = run("check", write("a.json", RIGHT), write("b.json", WRONG), "--output", "jsonl")
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(objects) == 3
    assert objects[2]["summary"]["claims"] == 2


def test_no_text_of_the_input_is_repeated(write):
    secret = "ZEBRA-SECRET"
    claim = edit(
        json.loads(json.dumps(WRONG)),
        {
            "/x-patient": {"name": secret},
            "/claim_id": secret,
            f"/{secret}": 1,
            "/lines/0/drug": {"ndc": secret},
            "/lines/1/procedure_code": secret,
            "/lines/0/modifiers": [secret],
            "/diagnoses": [secret],
            "/payer": "medicare-ab",
            "/administrations/0/start": secret,
            "/lines/0/encounter": secret,
        },
    )
    path = write("claim.json", claim)
    for output in PRINTERS:
        done = run("check", path, "--output", output, "--show-not-checked")
        assert done.returncode == 1
        assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "x.json", "--payer", "medicare-a"), "medicare-ab"),
        (("check", "x.json", "--select", "JWZ03"), "JWZ003"),
        (("check", "x.json", "--output", "xml"), "json"),
        (("check",), "FILE"),
        ((), "--help"),
        (("check", "x.json", "--select", "UNT", "--ignore", "UNT"), "no rule"),
        (("check", "x.json", "--select", ","), "prefixes"),
        (("chek",), "chek"),
        (("fact", "unit.sise"), "unit.size"),
        (("fact", "unit.size", "--on", "2026-03-31"), "2026-04-01"),
        (("fact", "unit.size", "--on", "05/01/2026"), "YYYY-MM-DD"),
        (("fact", "unit.size", "--on", "2026-02-30"), "there is no such day: that month has the days 01 to 28"),
        (("code", "--on", "2026-02-30"), "there is no such day: that month has the days 01 to 28"),
        (("units", "--dose-mg", "40000", "--vials", "3g"), "the sizes are 5 g, 10 g, 20 g"),
        (("units", "--dose-mg", "40000", "--vials", "20"), "(5 g, 10 g, 20 g)"),
        (("units", "--dose-mg", "72,5"), "write a point before decimals"),
        (("units", "--dose-mg", "1e9"), "write all digits"),
        (("units", "--dose-mg", "NaN"), "plain digits, such as 32450"),
        (("units", "--dose-mg", "0"), "more than 0 mg"),
        (("units", "--vials", "20g"), "give either --dose-mg, or --weight-kg and --g-per-kg together"),
        (("units", "--weight-kg", "72.5"), "give either --dose-mg, or --weight-kg and --g-per-kg together"),
        (("units", "--dose-mg", "35g", "--weight-kg", "72.5", "--g-per-kg", "0.45"), "give either --dose-mg, or"),
        (("units", "--weight-kg", "72,5", "--g-per-kg", "0.45"), "weight: expected kilograms"),
        (("units", "--weight-kg", "72.5", "--g-per-kg", "450"), "450 mg/kg or 0.45"),
        (("units", "--dose-mg", "35g", "--for-weeks", "52"), "--every-weeks is missing"),
        (("units", "--dose-mg", "35g", "--every-weeks", "4"), "either in weeks, such as 52, or in days"),
        (("units", "--dose-mg", "35g", "--every-weeks", "4.5", "--for-weeks", "52"), "a whole number from 1 to 522"),
        (("units", "--dose-mg", "35g", "--other-charges", "345"), "either that of one unit or that of all units"),
        (
            ("units", "--dose-mg", "35g", "--charge-per-unit", "4864.60"),
            "is it the charge for one unit, or for a vial?",
        ),
        (("units", "--dose-mg", "41000", "--vials", "2x20g"), "overfill"),
        (("units", "--dose-mg", "40000", "--vials", "2x20g", "--on", "2026-03-31"), "not valid then"),
        (("infusion", "--start", "9", "--stop", "13:35"), "an hour without minutes: write 09:00"),
        (("infusion", "--start", "07:00", "--stop", "21:00"), "--same-day"),
        (("infusion", "--start", "07:00", "--stop", "21:00", "--next-day"), "38 h 0 min after the start"),
        (("infusion", "--start", "9:00", "--stop", "1:35"), "if it stopped in the afternoon, write 13:35"),
        (("code", "--on", "2026-03-31", "--setting", "hospital"), "hospital-outpatient"),
        (("infusion", "--start", "21:00", "--stop", "20:00"), "--next-day"),
        (("ndc", "5024260521"), "50242060521"),
        (("ndc", "70573-0605-2"), "a digit of the last segment is missing"),
        (("units", "--dose-mg", "20g", "--labeler", "12345"), "not one of Yimmugo's, which are 70573, 83372"),
        (("explain", "JWZ03"), "JWZ003"),
        (("schema", "clam"), "claim"),
    ],
)
def test_wrong_use_gets_one_line_that_helps_and_exit_2(arguments, says):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert says in done.stderr


def test_units_json_has_the_published_keys():
    out = json.loads(run("units", "--dose-mg", "32450", "--vials", "20g,10g,5g", "--output", "json").stdout)
    assert list(out) == [
        "administered_units",
        "discarded_units",
        "total_units",
        "vials",
        "lines",
        "least_waste_vials",
        "notes",
        "dose_mg",
        "whole_vials",
        "course",
        "split",
        "on",
        "beyond_facts",
    ]
    assert (out["dose_mg"], out["course"], out["split"], out["on"], out["beyond_facts"]) == (
        "32450",
        None,
        None,
        "2026-04-01",
        False,
    )
    assert [(each["dose_mg"], each["percent"]) for each in out["whole_vials"]] == [
        ("30000", "92.4"),
        ("35000", "107.9"),
    ]
    assert [(line["code"], line["modifiers"], line["units"]) for line in out["lines"]] == [
        ("J1553", [], 325),
        ("J1553", ["JW"], 25),
    ]
    assert out["lines"][1]["ndc"] == [
        {"code": "70573060501", "also": ["83372060501"], "quantity": "25.5", "unit": "ML"}
    ]


def test_units_without_a_date_prints_the_date_it_used():
    assert "2026-04-01" in run("units", "--dose-mg", "40000", "--vials", "2x20g").stdout
    assert "newest entry" not in run("units", "--dose-mg", "40000", "--vials", "2x20g", "--on", "2026-05-04").stdout


PLAN = ["--weight-kg", "72.5", "--g-per-kg", "0.45", "--vials", "20g,10g,5g", "--every-weeks", "4", "--for-weeks", "52"]
CHARGED = [
    "--charge-per-unit",
    "300",
    "--other-charges",
    "345",
    "--payer",
    "medicare-ab:noridian",
    "--on",
    "2026-11-09",
]


def test_units_by_weight_for_a_year_and_over_two_claims():
    out = run("units", *PLAN, *CHARGED, "--labeler", "70573").stdout
    assert out.splitlines()[:17] == [
        "32625 mg by weight and dose for each kg",
        "327 units given, 23 discarded, 350 opened",
        "  J1553     x 327",
        "              N470573060521 ML200",
        "              N470573060511 ML100",
        "              N470573060501 ML26.25",
        "  J1553 JW  x 23",
        "              N470573060501 ML23.75",
        "whole vials instead, if the prescriber orders them:",
        "  30 g  = 300 units, 0 discarded, 92.0% of the dose",
        "  35 g  = 350 units, 0 discarded, 107.3% of the dose (nearest)",
        "13 doses: 4251 units given, 299 discarded, 4550 opened; 13 x 20 g + 13 x 10 g + 13 x 5 g",
        "  the first dose on day 1 of 364, then one every 28 days; one more would be on day 365",
        "$105,345.00 is above $99,999.99, the most that one professional claim can charge:",
        "  claim 1: 20 g + 10 g; J1553 x 300; $90,345.00, with the other lines",
        "  claim 2: 5 g; J1553 76 x 27, J1553 JW x 23; $15,000.00",
        "  note: Vials are taken to be emptied from the largest down: what is then left is discarded, and its NDC quantity"
        " goes on the JW line.",
    ]
    answer = json.loads(run("units", *PLAN, *CHARGED, "--labeler", "70573", "--output", "json").stdout)
    assert (answer["dose_mg"], answer["course"]["doses"], len(answer["split"]["claims"])) == ("32625", 13, 2)
    said = [line.removeprefix("  note: ") for line in out.splitlines() if line.startswith("  note: ")]
    assert said == answer["notes"] + answer["split"]["notes"]


def test_units_of_a_charge_that_fits_and_of_a_payer_without_a_limit():
    fits = run("units", "--dose-mg", "40000", "--vials", "2x20g", "--charge", "80000", "--on", "2026-11-09").stdout
    assert "$80,000.00 fits on one claim: the limit of Medicare Part B is $99,999.99\n" in fits
    other = run("units", "--dose-mg", "40000", "--vials", "2x20g", "--charge", "180000", "--payer", "aetna").stdout
    assert "note: No charge limit of Aetna is known for one claim: ask." in other
    assert "$180,000" not in other


def test_units_give_each_string_under_both_labelers_or_the_one_that_is_stocked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    asked = ("units", "--dose-mg", "20000", "--vials", "20g")
    assert "  N470573060521 ML200 or N483372060521 ML200\n" in run(*asked).stdout
    assert "copy the number on the vial or carton that was used" in run(*asked).stdout.lower()
    (tmp_path / "j1553ref.toml").write_text('labeler = "83372"\n', encoding="utf-8")
    assert "  N483372060521 ML200\n" in run(*asked).stdout
    assert "70573" not in run(*asked).stdout
    assert "  N470573060521 ML200\n" in run(*asked, "--labeler", "70573").stdout
    (tmp_path / "j1553ref.toml").write_text('labeler = "76179"\n', encoding="utf-8")
    refused = run(*asked)
    assert refused.returncode == 2
    assert "j1553ref.toml:1: labeler: not one of Yimmugo's, which are 70573, 83372" in refused.stderr


def test_units_without_vials_say_which_were_taken():
    out = run("units", "--dose-mg", "24 g").stdout
    assert "J1553 JW  x 10\n" in out
    assert "note: No vials were named: the smallest set is taken. Bill what was opened." in out
    assert "No vials were named" not in run("units", "--dose-mg", "24 g", "--vials", "20g,5g").stdout


def test_one_unit_is_said_as_one():
    assert run("units", "--dose-mg", "100", "--vials", "5g").stdout.startswith(
        "1 unit given, 49 discarded, 50 opened\n"
    )
    one = run("units", "--dose-mg", "35", "--vials", "5g").stdout
    assert "note: 35 mg is less than one unit: are these grams? Write 35g." in one
    assert "whole vials" not in one
    course = run("units", "--dose-mg", "5g", "--every-weeks", "4", "--for-weeks", "4").stdout
    assert "1 dose: 50 units given" in course
    assert run("infusion", "--start", "09:00", "--stop", "09:01").stdout.startswith("1 minute of infusion\n")


@pytest.mark.parametrize(
    "asked",
    [
        ("units", "--dose-mg", "40000", "--vials", "2x20g"),
        ("infusion", "--start", "09:00", "--stop", "13:35"),
        ("code",),
    ],
)
def test_json_says_of_the_date_what_the_text_says(asked):
    for on in (None, "2026-05-04", "2031-05-04"):
        options = ("--on", on) if on else ()
        answer = json.loads(run(*asked, *options, "--output", "json").stdout)
        text = run(*asked, *options).stdout
        assert [line.removeprefix("  note: ") for line in text.splitlines() if "  note: " in line] == answer["notes"]
        assert answer["beyond_facts"] == (on == "2031-05-04")
        assert ("the facts were checked until" in text) == answer["beyond_facts"]
        assert ("no date of service was given" in text) == (on is None)
        assert answer["on"] == on or on is None


def test_code_by_payer_and_setting():
    asked = ("code", "--on", "2026-03-31", "--payer", "medicare-ab", "--setting", "hospital-outpatient")
    lines = run(*asked).stdout.splitlines()
    assert lines[:3] == [
        "C9399",
        "  C9399  medicare-ab, hospital-outpatient only  (secondary)",
        "  J1599  any payer  (inferred)",
    ]
    assert "Medicare packages J1599 and J3590" in lines[3]
    assert json.loads(run(*asked, "--output", "json").stdout)["setting"] == "hospital-outpatient"
    assert run("code", "--on", "2026-03-31", "--payer", "aetna").stdout.startswith("no code is known for this payer\n")


def test_infusion_of_a_chart():
    out = run(
        "infusion", "--start", "0900", "--stop", "1:35 PM", "--pause", "10:00-10:05", "--pause", "1100-1110"
    ).stdout
    assert out.startswith("260 minutes of infusion\n  96365 x 1\n  96366 x 3\n")
    assert "does not stop the clock" in out
    assert run("infusion", "--start", "07:00", "--stop", "21:00", "--same-day").stdout.startswith("840 minutes")


def test_infusion_json():
    out = json.loads(run("infusion", "--start", "09:00", "--stop", "13:35", "--output", "json").stdout)
    assert list(out) == ["minutes", "lines", "notes", "on", "beyond_facts"]
    assert out["minutes"] == 275
    assert out["lines"] == [{"code": "96365", "units": 1}, {"code": "96366", "units": 4}]


def test_infusion_past_midnight_says_so():
    out = json.loads(run("infusion", "--start", "22:30", "--stop", "02:10", "--output", "json").stdout)
    assert out["minutes"] == 220
    assert any("next day" in note for note in out["notes"])


def test_ndc():
    out = run("ndc", "70573-605-21").stdout
    assert "70573060521" in out and "200 units" in out and "200 mL" in out


@pytest.mark.parametrize(("on", "says"), [("2026-04-01", "J1553"), ("2026-03-31", "J3590")])
def test_code_on_either_side_of_the_first_date(on, says):
    assert run("code", "--on", on).stdout.split()[0] == ("J1553" if says == "J1553" else "no")
    assert says in run("code", "--on", on).stdout


def test_fact_shows_value_source_grade_and_the_gap_outside_what_is_known():
    out = run("fact", "opps.rate", "--on", "2026-05-01").stdout
    assert "24.323" in out and "cms-addb-2026-04" in out and "mirror" in out
    assert "not known on 2026-10-01" in run("fact", "opps.rate", "--on", "2026-10-01").stdout
    history = json.loads(run("fact", "code.valid", "--history", "--output", "json").stdout)
    assert [entry["value"] for entry in history["entries"]] == [False, True]


def test_schema_prints_an_absolute_id():
    for name in schemas.NAMES:
        assert json.loads(run("schema", name).stdout)["$id"].startswith("https://")


def test_version_names_the_date_of_the_facts():
    assert facts.checked_until().isoformat() in run("--version").stdout


def test_every_packaged_case_is_checked_clean(tmp_path):
    for slug in cases.slugs():
        path = tmp_path / f"{slug}.json"
        path.write_text(json.dumps(cases.case(slug)))
        assert run("check", str(path)).returncode == 0, slug


def test_a_facts_folder_is_laid_over_the_packaged_ones(write, tmp_path):
    folder = tmp_path / "facts"
    folder.mkdir()
    (folder / "quarter.toml").write_text(
        '[opps.status]\nlabel = "OPPS status"\n[[opps.status.history]]\nfrom = 2026-10-01\nknown_until = 2026-12-31\n'
        'value = "N"\nchecked = 2026-11-23\nsources = [{id = "cms-hpt", locator = "test", grade = "primary"}]\n'
    )
    claim = make_claim(40000, [20, 20], [(400, [])], day="2026-10-05") | {"form": "ub04", "type_of_bill": "131"}
    for line in claim["lines"]:
        del line["place_of_service"], line["diagnosis_pointers"]
        line["revenue_code"] = "0636"
    path = write("facility.json", claim)
    assert "JWZ003 warning" in run("check", path).stdout
    done = run("check", path, "--facts", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "JWZ" not in done.stdout


def test_a_facts_folder_that_fits_no_fact_is_refused(write, tmp_path):
    path = write("right.json", RIGHT)
    head = '[{}]\nlabel = "x"\n[[{}.history]]\nfrom = 2026-04-01\nvalue = {}\nchecked = 2026-11-23\n'
    tail = 'sources = [{id = "cms-hpt", locator = "test", grade = "primary"}]\n'
    folder = tmp_path / "facts"
    folder.mkdir()
    for fact_id, value, says in (
        ("unit.size", '"abc"', "value like 100"),
        ("unit.size", "-5", "value like 100"),
        ("unit.size", "true", "value like 100"),
        ("unit.sise", "100", "unit.size"),
        ("unit.size", "9" * 5000, "TOML"),
    ):
        (folder / "x.toml").write_text(head.format(fact_id, fact_id, value) + tail)
        done = run("check", path, "--facts", str(folder))
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1 and says in done.stderr, done.stderr


def test_problems_of_shape_are_not_passed_in_silence(write):
    broken = edit(json.loads(json.dumps(RIGHT)), {"/lines/0/units": "many"})
    done = run("check", write("shape.json", broken), "--select", "JWZ")
    assert "this is not a pass" in done.stdout


def test_a_thousand_problems_are_not_out_of_scope(write):
    broken = RIGHT | {f"unknown{number}": 1 for number in range(1200)}
    report = json.loads(run("check", write("many.json", broken), "--output", "json").stdout)
    assert report["claims"][0]["notes"] == ["payer_unknown"]
    assert report["summary"]["errors"] >= 1000


# -- exercise --------------------------------------------------------------------------------------------------


def test_an_exercise_and_its_key_bear_the_same_seed_and_sheet():
    asked = ("exercise", "--topic", "jw-jz", "--level", "2", "--count", "3", "--seed", "7")
    paper, key = run(*asked), run(*asked, "--key")
    assert paper.returncode == key.returncode == 0
    assert paper.stderr == key.stderr == ""
    mark = next(line for line in paper.stdout.splitlines() if line.startswith("**Seed 7, sheet "))
    assert mark in key.stdout.splitlines()
    assert paper.stdout.startswith("# J1553 exercise: JW and JZ, level 2 (everyday)\n")
    assert key.stdout.startswith("# Key to the J1553 exercise: JW and JZ, level 2 (everyday)\n")
    assert paper.stdout.count("## Question ") == key.stdout.count("## Question ") == 3
    assert run(*asked).stdout == paper.stdout


def test_an_exercise_as_html_and_as_json():
    asked = ("exercise", "--topic", "units", "--count", "2", "--seed", "0", "--on", "2026-05-04")
    page = run(*asked, "--output", "html").stdout
    assert page.startswith("<!DOCTYPE html>\n") and page.endswith("</html>\n")
    sheet, key = (
        json.loads(run(*asked, "--output", "json").stdout),
        json.loads(run(*asked, "--output", "json", "--key").stdout),
    )
    assert (sheet["seed"], sheet["topic"], sheet["level"], sheet["on"]) == (0, "units", 1, "2026-05-04")
    assert sheet["key"] == key["key"]
    assert "questions" not in key


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--topic", "unit"), "topic: no such topic; nearest: units"),
        (("--topic", "units", "--level", "4"), "level: no such level; there are 1 (first steps)"),
        (("--topic", "units", "--level", "one"), "level: expected a whole number"),
        (("--topic", "units", "--count", "0"), "count: expected a whole number from 1 to 100"),
        (("--topic", "units", "--count", "101"), "count: expected a whole number from 1 to 100"),
        (("--topic", "units", "--seed", "-1"), "seed: expected a whole number from 0 to 999999999"),
        (("--topic", "units", "--seed", "seven"), "seed: expected a whole number"),
        (("--topic", "units", "--seed", "1_0"), "seed: expected a whole number"),
        (("--topic", "units", "--seed", "٧"), "seed: expected a whole number"),
        (("--topic", "units", "--seed", "9" * 5000), "seed: expected a whole number"),
        (("--topic", "units", "--on", "May 4"), "a date is written YYYY-MM-DD"),
        (("--topic", "units", "--on", "2026-03-31"), "on: J1553 is not valid on 2026-03-31"),
        (("--topic", "denials", "--count", "100"), "12 distinct questions were found, and 100 were asked for"),
        ((), "Missing option '--topic'"),
    ],
)
def test_a_bad_exercise_gets_one_line_and_exit_2(options, says):
    done = run("exercise", *options)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
