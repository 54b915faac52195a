"""``j1553ref convert`` as its user meets it: one document each, notes beside them, nothing half-written, no patient data."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from build import edit
from test_cli import run
from test_forms import HERE, hospital
from test_privacy import documents, marked, places

from j1553ref import case, check
from j1553ref.claim import InputError
from j1553ref.forms import PAPERS, clearinghouse
from j1553ref.forms.base import FormError
from j1553ref.readers import claim_from

GOLDEN_CMS = (HERE / "forms" / "three-vials.cms1500.txt").read_text(encoding="utf-8").rstrip()
OFFICE = json.dumps(case("three-vials-with-jw"))
TWO = json.dumps(case("three-vials-with-jw")) + "\n" + json.dumps(case("whole-vials-jz"))
NOT_ASKED = "j1553ref: note: Not carried over unless asked for (--with-ids): the claim id.\n"


def test_a_paper_form_on_the_terminal_and_notes_beside_it():
    done = run("convert", "-", "--to", "cms1500", stdin=OFFICE)
    assert (done.returncode, done.stdout) == (0, GOLDEN_CMS + "\n")
    notes = done.stderr.splitlines()
    assert all(note.startswith("j1553ref: note: ") for note in notes)
    assert "24C; 24H-J; 26." in notes[0]
    assert NOT_ASKED in done.stderr


def test_the_id_is_printed_on_demand():
    done = run("convert", "-", "--to", "cms1500", "--with-ids", stdin=OFFICE)
    assert "26 account number: SYNTHETIC-THREE-VIALS-WITH-JW" in done.stdout
    assert NOT_ASKED not in done.stderr


def test_a_body_is_what_the_checker_reads(tmp_path):
    done = run("convert", "-", "--to", "clearinghouse", stdin=OFFICE)
    assert done.returncode == 0
    assert done.stdout.startswith('{\n  "claimInformation"'), "one body is indented for people"
    assert check(done.stdout, payer="medicare-ab").codes == []
    path = tmp_path / "body.json"
    path.write_text(done.stdout, encoding="utf-8")
    assert run("check", str(path), "--payer", "medicare-ab").returncode == 0
    assert run("convert", str(path), "--to", "cms1500").stdout == GOLDEN_CMS.replace("D83.9", "D839") + "\n"


def test_a_note_names_the_claims_that_it_is_about():
    lacking = case("whole-vials-jz")
    del lacking["lines"][1]["charge"]
    noted = run("convert", "-", "--to", "clearinghouse", stdin=f"{OFFICE}\n{json.dumps(lacking)}").stderr
    assert "j1553ref: note: claim 1: Left out: " in noted
    assert "j1553ref: note: claim 2: Left out: " in noted
    assert "lineItemChargeAmount (line 2)" in noted


def test_several_claims_give_one_document_each():
    done = run("convert", "-", "--to", "clearinghouse", stdin=TWO)
    assert [sorted(json.loads(line)) for line in done.stdout.splitlines()] == [["claimInformation"]] * 2
    assert "j1553ref: note: claim 1 and 1 more: No place here for: the payer" in done.stderr
    text = run("convert", "-", "--to", "cms1500", stdin=TWO).stdout
    assert text.startswith("Claim 1\n" + GOLDEN_CMS + "\n\nClaim 2\nCMS-1500\n")
    page = run("convert", "-", "--to", "cms1500", "--output", "html", stdin=TWO).stdout
    assert (page.count("<!doctype html>"), page.count("<h2>"), page.count("<table")) == (1, 2, 2)


@pytest.mark.parametrize("target", ["cms1500", "clearinghouse"])
def test_one_claim_that_cannot_be_converted_holds_back_all(target):
    bad = edit(case("whole-vials-jz"), {"/lines/0/charge": "12000.005"})
    done = run("convert", "-", "--to", target, stdin=OFFICE + "\n" + json.dumps(bad) + "\n{}\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "j1553ref: <stdin>: claim 2: /lines/0/charge: charge: expected dollars with at most two decimals:"
        " round it in the claim",
        "j1553ref: <stdin>: line 3, column 1: JSON, but not a claim: expected an object with schema_version, form and"
        " lines, or with claimInformation, or with serviceLines and encounter, or with service_lines, or with resourceType, or"
        " with the text of an X12 file",
    ]


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (["no-such-file.json", "--to", "ub04"], None, "no-such-file.json: no such file"),
        (
            ["-", "--to", "ub04"],
            OFFICE,
            "claim 1: a cms1500 claim, which has no place on a UB-04: convert it to cms1500",
        ),
        (["-", "--to", "cms1500"], json.dumps(hospital()), "a ub04 claim, which has no place on a CMS-1500"),
        (["-", "--to", "clearinghouse", "--output", "html"], OFFICE, "--output is for paper forms"),
        (["-", "--to", "fax"], OFFICE, "'fax' is not one of"),
        (["-"], OFFICE, "Missing option '--to'"),
        (["-", "--to", "cms1500"], "", "empty; expected a claim"),
        (["-", "--to", "cms1500", "--format", "clearinghouse"], OFFICE, "JSON, but not a clearinghouse body"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(arguments, stdin, said):
    done = run("convert", *arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and done.stderr.count("\n") == 1


def test_a_full_disk_is_one_line():
    command = f"{sys.executable} -P -m j1553ref convert - --to cms1500 >/dev/full"
    done = subprocess.run(command, shell=True, input=OFFICE.encode(), capture_output=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(b"j1553ref: cannot write")


MARK = "ZEBRAQUAGGA SYNTHETIC"


@pytest.mark.parametrize(
    ("name", "document"), list(documents()), ids=lambda each: each if isinstance(each, str) else ""
)
def test_no_note_and_no_refusal_repeats_the_input(name, document):
    leaks = set()
    for path in places(document):
        try:
            claim = claim_from(marked(document, path, MARK))
        except InputError as error:
            said = str(error)
        else:
            said = ""
            for make in (clearinghouse.body, *PAPERS.values()):
                for with_ids in (False, True):
                    try:
                        said += repr(make(claim, with_ids=with_ids).notes)
                    except FormError as error:
                        said += str(error)
        if "zebra" in said.lower():
            leaks.add(path)
    assert leaks == set()
