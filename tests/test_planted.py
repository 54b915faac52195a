"""Nothing that could be a patient's is repeated, wherever in a claim it is put: every place, every kind, every output.

Names, addresses, birth dates, telephone, record and policy numbers are planted one at a time, in the place of each value,
object and list, as a further element and as a further property. ``SHOWN`` is the whole list of fields that may repeat one
of them, each with the reason.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import run
from fhir import CLAIM as FHIR
from fhir import V2
from test_bodies import CMS1500, FLAT

HERE = Path(__file__).parent / "cases"

#: Kind -> in the writings in which it may be met; the first is planted in every output.
PLANTED: dict[str, list[Any]] = {
    "birth date": ["03/17/1951", "1951-03-17", 19510317],
    "birth date of a child": ["2011-03-17", "20110317"],
    "telephone": ["(555) 867-5309", "555-867-5309", "5558675309", 5558675309],
    "telephone of eleven digits": ["1 555 867 5309", "15558675309"],
    "record number": ["K729184", "72918465", "MRN7291", "K7291ZQ", 7291846, 72918465],
    "social security number": ["729-18-4655", 729184655],
    "policy number": ["1EG4-TE5-MK73", "1EG4TE5MK73"],
    "name": ["Quagga", "QUAGGA ZEBRA"],
    "address": ["17 Zebra Street"],
}
OUTPUTS = {
    "text": ("--show-not-checked", "--statistics"),
    "json": ("--output", "json", "--statistics"),
    "sarif": ("--output", "sarif"),
    "github": ("--output", "github"),
    "fixes": ("--fix",),
}

DOCUMENTS: dict[str, dict[str, Any]] = {
    name: json.loads((HERE / "claim" / "pass" / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("full-cms1500", "full-ub04")
}
DOCUMENTS |= {
    name: json.loads((HERE / "clearinghouse" / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("professional-whole-vials", "institutional-whole-vials")
}
DOCUMENTS |= {"fhir": FHIR, "fhir of cms": V2, "cms1500-body": CMS1500, "flat": FLAT}

_DATE = "a date of service, which decides what holds: the rules name it"
_NDC = "the eleven digits of an NDC: the rules say what is wrong with them"
_DATES = {"birth date", "birth date of a child"}
#: Field -> kinds that it may repeat, where they are written as the field is, and why. Nothing else is repeated anywhere.
SHOWN: dict[str, tuple[set[str], str]] = {
    **dict.fromkeys(("start", "end", "serviceDate", "servicedDate", "date_of_service"), (_DATES, _DATE)),
    "service_date": ({"birth date of a child"}, f"{_DATE}; of a record only how it is written"),
    **dict.fromkeys(("ndc", "nationalDrugCode", "national_drug_code"), ({"telephone of eleven digits"}, _NDC)),
}


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield path, value
    for step, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from nodes(inner, (*path, step))


def is_coding_of_an_ndc(document: Any, path: tuple[Any, ...]) -> bool:
    """Whether a place in a resource of FHIR is the code of a coding whose system is that of NDCs."""
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    return isinstance(holder, dict) and str(holder.get("system")).endswith("/ndc")


def planted(document: dict[str, Any], secret: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The field and the document with the secret, for every place and way to plant it."""
    for path, value in nodes(document):
        field = next((step for step in reversed(path) if isinstance(step, str)), "")
        if field == "code" and is_coding_of_an_ndc(document, path):
            field = "ndc"
        changes: list[Any] = [secret, {"note": secret}] if path else []
        if isinstance(value, dict):
            changes += [{**value, "note": secret}]
            changes += [{**value, secret: secret}] if isinstance(secret, str) else []
        if isinstance(value, list):
            changes += [[*value, secret]]
        if isinstance(value, str):
            changes += [f"{value} {secret}"]
        for change in changes:
            made: Any = copy.deepcopy(document)
            holder = made
            for step in path[:-1]:
                holder = holder[step]
            if path:
                holder[path[-1]] = change
            yield field, made if path else change


def bare(text: str) -> str:
    return re.sub("[^0-9a-z]", "", text.lower())


def heard(text: str, secret: Any) -> bool:
    """Whether a text repeats a secret, in this or another writing."""
    words = {bare(str(secret))}
    if date := re.fullmatch("([0-9]{2})([0-9]{2})((?:19|20)[0-9]{2})", bare(str(secret))):
        words |= {date[3] + date[1] + date[2], date[3] + date[2] + date[1]}
    if date := re.fullmatch("((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})", bare(str(secret))):
        words |= {date[2] + date[3] + date[1]}
    said = bare(text)
    return any(word in said for word in words)


def file(document: dict[str, Any], secret: Any, without: set[str]) -> tuple[list[str], str]:
    """The field of each record, and the records: the secret in every place but some fields."""
    made = [(field, text) for field, text in planted(document, secret) if field not in without]
    return [field for field, _ in made], "\n".join(json.dumps(text) for _, text in made) + "\n"


def test_the_test_hears_every_writing():
    assert heard("born 1951-03-17", "03/17/1951") and heard('"actual": "5558675309"', "(555) 867-5309")
    assert heard("QUAGGA", "Quagga") and not heard("2026-05-04", "1951-03-17")


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize(("kind", "secret"), [(kind, secret) for kind, listed in PLANTED.items() for secret in listed])
def test_only_listed_fields_repeat_what_is_planted(name, kind, secret):
    fields, text = file(DOCUMENTS[name], secret, set())
    done = run("check", "-", "--output", "jsonl", "--payer", "medicare-ab:ngs", stdin=text)
    claims = [(json.loads(line), line) for line in done.stdout.splitlines()]
    # A resource of FHIR of another type is passed over.
    skipped = claims[-1][0]["summary"]["skipped"]
    assert len([claim for claim, _ in claims if "index" in claim]) + skipped == len(fields)
    assert not skipped or name.startswith("fhir")
    leaks = {(fields[claim["index"]], line) for claim, line in claims if "index" in claim and heard(line, secret)}
    assert not heard(done.stderr, secret)
    unlisted = [leak for leak in leaks if kind not in SHOWN.get(leak[0], ((), ""))[0]]
    assert unlisted == []


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("kind", ["birth date", "telephone", "record number", "name"])
def test_no_output_repeats_what_is_planted_elsewhere(name, kind, output, tmp_path):
    secret = PLANTED[kind][0]
    _, text = file(DOCUMENTS[name], secret, {field for field, (kinds, _) in SHOWN.items() if kind in kinds})
    path = tmp_path / "claims.ndjson"
    path.write_text(text, encoding="utf-8")
    done = run("check", str(path), *OUTPUTS[output])
    assert not heard(done.stdout + done.stderr, secret)


@pytest.mark.parametrize("target", ["clearinghouse", "cms1500", "ub04"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_form_holds_what_is_billed_and_nothing_else(name, target):
    """A form is the claim again, so it holds the numbers of the claim; it never holds free text, nor what is not read."""
    for secret in ("QUAGGA ZEBRA", "(555) 867-5309"):
        own = {"claim_id", "patientControlNumber", "encounter", "prescription_number", "pharmacyPrescriptionNumber"}
        _, text = file(DOCUMENTS[name], secret, own | {"ndc", "nationalDrugCode", "national_drug_code"})
        for record in text.splitlines()[:: 1 if target == "clearinghouse" else 7]:
            done = run("convert", "-", "--to", target, stdin=record)
            assert not heard(done.stdout + done.stderr, secret), record


@pytest.mark.parametrize("field", SHOWN)
def test_each_listed_field_has_its_reason_and_its_use(field):
    """An exception that is not needed is no exception."""
    kinds, reason = SHOWN[field]
    assert reason
    used = {
        kind
        for document in DOCUMENTS.values()
        for kind in kinds
        for secret in PLANTED[kind]
        for own, text in planted(document, secret)
        if own == field and not isinstance(text, str)
        if heard(run("check", "-", "--output", "jsonl", stdin=json.dumps(text)).stdout, secret)
    }
    assert used == kinds
