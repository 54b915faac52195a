"""What was not checked, as a list of things to do: by what the user can add, the step that lets most rules run first.

``STEPS`` says for each datum what to do and where the native claim has it. How to write it comes from the claim schema
and, for a clearinghouse body, from the tables by which the body is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from j1553ref import schemas
from j1553ref.readers import clearinghouse, native
from j1553ref.readers.reading import Row
from j1553ref.rules.base import NotChecked

__all__ = ["STEPS", "Step", "steps"]

_DAMAGED = "damaged in the input"
_MEND = "mend what the SHP findings name"
_TABLE = "load the table of that quarter"
_TIMES = "give the clock times of the infusion"
_DAY = "administrations/*/service_date"
_OTHER_TIMES = "give the clock times of the other service of that day"
_RECORD = "look into the record: how each drug of that day was given"

#: Datum -> what to do, and where the native claim has it (several places with a comma), or what to give instead.
STEPS: Mapping[str, tuple[str, str]] = {
    "dose_mg": ("give the dose", f"{_DAY},administrations/*/dose_mg"),
    "vials": ("give the vials opened", f"{_DAY},administrations/*/vials"),
    "start": (_TIMES, f"{_DAY},administrations/*/start,administrations/*/stop"),
    "stop": (_TIMES, "administrations/*/stop"),
    "stock": ("say whether the drug was bought or free", "administrations/*/stock"),
    "service_date": ("give the date of service", "lines/*/service_date/start"),
    "units": ("give the units of every line", "lines/*/units"),
    "modifiers": ("give the modifiers", "lines/*/modifiers"),
    "charge": ("give the charge of every line", "lines/*/charge"),
    "place_of_service": ("give the place of service", "lines/*/place_of_service"),
    "revenue_code": ("give the revenue code", "lines/*/revenue_code"),
    "diagnosis_pointers": ("point the drug line to its diagnosis", "lines/*/diagnosis_pointers"),
    "diagnoses": ("give the diagnoses", "diagnoses"),
    "ndc": ("give the NDC", "lines/*/drug/ndc"),
    "start_time": (_OTHER_TIMES, "lines/*/start_time"),
    "stop_time": (_OTHER_TIMES, "lines/*/stop_time"),
    "encounter": ("name the encounter of each line and record", "lines/*/encounter"),
    "type_of_bill": ("give the type of bill", "type_of_bill"),
    "bill": ("check the bill after the service", ""),
    "total_charge": ("give the total charge", "total_charge"),
    "is_340b": ("say whether the drug was bought under the 340B program", "is_340b"),
    "off_campus": ("say whether the department is off the campus", "off_campus"),
    "payer": ("name the payer", "payer"),
    "contractor": ("name the contractor", "payer"),
    "stocked_vials": ("name the vial sizes that you stock", "stocked_vials in the configuration"),
    "mue_table": (_TABLE, "--facts DIR"),
    "published_value": ("ask the contractor whether it limits the units: no limit is published", ""),
    "coinsurance": (_TABLE, "--facts DIR"),
    "route_modifier": ("load the contractor's list of route modifiers", "--facts DIR"),
    "diagnosis_list": ("ask the contractor which diagnoses it covers", ""),
    "diagnosis_condition": ("ask the contractor under which condition it covers the diagnosis", ""),
    "payer_rule": ("ask the payer, whose rule is not known", ""),
    "infused_drugs": (_RECORD, ""),
    "other_claim": ("look at the other claims of that date", ""),
    "drug_line": ("look for the drug on another claim", ""),
}
#: A fact that is not known for the date of service, by its id.
_UNKNOWN = ("ask for what is not known for this date", "")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: the data that it gives, how to write them in the claim, and the rules that can then run.

    ``write`` is empty where the claim has no place for it.

    >>> left = NotChecked(code="UNT003", reason="not in the claim", missing="dose_mg")
    >>> [step] = steps((left,), "j1553")
    >>> step.do, step.write
    ('give the dose', '"administrations": [{"service_date": "2026-05-04", "dose_mg": "32450"}]')
    """

    do: str
    write: str
    missing: tuple[str, ...]
    rules: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``do, write, missing, rules``."""
        return {"do": self.do, "write": self.write or None, "missing": list(self.missing), "rules": list(self.rules)}


@lru_cache(maxsize=256)  # the claims of one sender leave the same rules out
def steps(left: tuple[NotChecked, ...], format: str | None, form: str | None = None) -> tuple[Step, ...]:
    """What to do so that rules can run which could not: first what the user can write, the most rules first.

    ``format`` and ``form`` are those of the claim. A rule names the datum that it missed first, so it may ask for another
    one later.

    >>> dose = [NotChecked(code=code, reason="not in the claim", missing="dose_mg") for code in ("UNT003", "UNT004")]
    >>> table = NotChecked(code="PAY001", reason="not loaded", missing="mue_table")
    >>> stop = NotChecked(code="ADM003", reason="not in the claim", missing="stop")
    >>> [(step.do, step.rules) for step in steps((stop, table, *dose), "j1553")][:2]
    [('give the dose', ('UNT003', 'UNT004')), ('give the clock times of the infusion', ('ADM003',))]
    """
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for outcome in left:
        do = _MEND if outcome.reason == _DAMAGED else STEPS.get(outcome.missing, _UNKNOWN)[0]
        data, codes = found.setdefault(do, ({}, {}))
        data[outcome.missing] = codes[outcome.code] = None
    made = [
        Step(do, "" if do == _MEND else _written(tuple(data), format, form), tuple(data), tuple(codes))
        for do, (data, codes) in found.items()
    ]
    return tuple(sorted(made, key=lambda step: (step.do != _MEND and not _is_at_hand(step), -len(step.rules))))


def _is_at_hand(step: Step) -> bool:
    """Whether the claim, or an option, has a place for what the step gives."""
    return any(_places(datum) for datum in step.missing)


def _places(datum: str) -> list[str]:
    """The paths of a datum in the native claim, or none."""
    place = STEPS.get(datum, _UNKNOWN)[1]
    return place.split(",") if place and " " not in place else []


@cache
def _written(data: tuple[str, ...], format: str | None, form: str | None) -> str:
    """How to write some data in a claim of a format."""
    paths = list(dict.fromkeys(path for datum in data for path in _places(datum)))
    if not paths:
        return next((STEPS[datum][1] for datum in data if datum in STEPS), "")
    if paths == ["payer"]:
        sample = _at("payer")["examples"][0 if data == ("payer",) else 1]
        return f'"payer": "{sample}", or --payer {sample}' if format == native.FORMAT else f"--payer {sample}"
    if format == clearinghouse.FORMAT:
        own = [text for datum in data if (text := _in_body(datum, form))]
        return ", ".join(own) or f"no field of this format has it: check a native claim with {_snippet(paths)}"
    return _snippet(paths)


# -- a native claim -----------------------------------------------------------------------------------------------


@cache
def _schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(schemas.text("claim"), parse_float=Decimal)
    return found


def _at(path: str) -> dict[str, Any]:
    """The subschema of a path of names, with ``*`` for an element."""
    node = _schema()
    for name in path.split("/"):
        node = _resolved(node)
        node = node["items"] if name == "*" else node["properties"][name]
    return _resolved(node)


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    return {**_schema()["$defs"][node["$ref"].rpartition("/")[2]], **node} if "$ref" in node else node


def _sample(node: dict[str, Any]) -> Any:
    """A value that a subschema accepts."""
    node = _resolved(node)
    if samples := node.get("examples") or node.get("enum"):
        return samples[0]
    if node["type"] == "array":
        return [_sample(node["items"])]
    if node["type"] == "object":
        return {name: _sample(node["properties"][name]) for name in node["required"]}
    return True if node["type"] == "boolean" else node["minimum"]


def _snippet(paths: Iterable[str]) -> str:
    """The properties at some paths as they are written, in the objects and lists that hold them."""
    whole: dict[str, Any] = {}
    for path in paths:
        holder: Any = whole
        *steps, last = path.replace("/*", "*").split("/")
        for name in steps:
            inner = holder.setdefault(name.rstrip("*"), [{}] if name.endswith("*") else {})
            holder = inner[0] if isinstance(inner, list) else inner
        holder[last] = _sample(_at(path))
    return json.dumps(whole)[1:-1]


# -- a clearinghouse body -----------------------------------------------------------------------------------------


def _in_body(datum: str, form: str | None) -> str:
    """Where a body has a datum, and how it is written there; empty where it has no place for it."""
    for way, row in _rows(form):
        if row.field == _FIELDS.get(datum, datum) and row.kind:
            return f"{'.'.join((*way, *row.path))}{'[]' if row.many else ''}: {row.kind.expected}"
    return ""


#: Our names of data that the body has under another name of ours.
_FIELDS = {"service_date": "start", "start": "", "stop": ""}


def _rows(form: str | None) -> Iterator[tuple[tuple[str, ...], Row]]:
    service = clearinghouse.INSTITUTIONAL if form == "ub04" else clearinghouse.PROFESSIONAL
    yield from (((), row) for row in clearinghouse.CLAIM.rows)
    for row in clearinghouse.LINES[service].rows:
        way = ("claimInformation", "serviceLines[]")
        yield way, row
        yield from (((*way, *row.path), inner) for inner in (row.table.rows if row.table else ()))
