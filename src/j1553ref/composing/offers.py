"""What the fields offer, what a change of one does, the check of a pasted claim, and all of it by name as JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from j1553ref import ndc
from j1553ref.composing.answer import SCHEMA_VERSION, compose
from j1553ref.composing.entries import FIELDS
from j1553ref.errors import J1553Error
from j1553ref.facts import FactBase, packaged
from j1553ref.facts.wording import date_text
from j1553ref.payers import parse_payer, payer_ids
from j1553ref.report import claim_objects
from j1553ref.vials import grams

__all__ = ["answered", "changes", "checked", "choices", "variants"]

SETTINGS = {
    "office": "Physician office",
    "infusion-center": "Infusion center",
    "hospital-outpatient": "Hospital outpatient department",
    "home": "Home",
}


def choices(facts: FactBase | None = None) -> dict[str, Any]:
    """What each field offers: settings, payers with their contractors or plans, labelers, vial sizes, known quarters.

    >>> offered = choices()
    >>> [setting["id"] for setting in offered["settings"]][:2], [size["label"] for size in offered["vials"]]
    (['office', 'infusion-center'], ['20 g', '10 g', '5 g'])
    """
    base = facts or packaged()
    ids = payer_ids(base)
    newest = base.get("product.vial_sizes").newest
    return {
        "schema_version": SCHEMA_VERSION,
        "facts_checked": base.checked_until.isoformat(),
        "fields": [{"name": name, "label": label, "expects": expects} for name, (label, expects) in FIELDS.items()],
        "settings": [{"id": name, "label": label} for name, label in SETTINGS.items()],
        "payers": [
            {
                "id": name,
                "label": parse_payer(name, base).label,
                "parts": [
                    {"id": part, "label": parse_payer(part, base).label} for part in ids if part.startswith(f"{name}:")
                ],
            }
            for name in ids
            if ":" not in name
        ],
        "labelers": [{"id": name, "label": name} for name in ndc.labelers(facts=base)],
        "vials": [
            {"id": grams(size).replace(" ", ""), "label": grams(size)} for size in sorted(newest.value, reverse=True)
        ],
        "quarters": [
            {
                "from": entry.start.isoformat(),
                "until": entry.known_until.isoformat() if entry.known_until else None,
            }
            for entry in base.get("payment.limit").history
        ],
    }


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What differs between two answers of :func:`compose`, in words, for "what would change this answer?".

    >>> office = {"dose_mg": "32450", "vials": "20g,10g,5g", "on": "2026-11-03", "payer": "medicare-ab"}
    >>> changes(compose(office), compose(office | {"is_340b": "yes"}))
    ['J1553 x 325 becomes J1553 TB x 325', 'J1553 JW x 25 becomes J1553 JW TB x 25']
    """
    if after["problems"]:
        return [problem["message"] for problem in after["problems"]]
    old, new = _lines_by_kind(before), _lines_by_kind(after)
    out = [f"{old[kind]} becomes {new[kind]}" for kind in old if kind in new and old[kind] != new[kind]]
    out += [f"{text} goes" for kind, text in old.items() if kind not in new]
    out += [f"{text} is new" for kind, text in new.items() if kind not in old]
    if (form := _title(before)) != (other := _title(after)):
        out.append(f"{form} becomes {other}")
    paid, pays = (f"${answer['payment']['allowed']}" if answer["payment"] else "" for answer in (before, after))
    if paid != pays:
        out.append(
            f"Medicare allows {pays}, not {paid}"
            if paid and pays
            else f"Medicare allows {pays}"
            if pays
            else "payment: not known here"
        )
    return out


def _lines_by_kind(answer: Mapping[str, Any]) -> dict[tuple[str, bool], str]:
    """The text of each line by its code, the discarded drug apart from the drug given."""
    return {
        (line["code"], "JW" in line["modifiers"]): f"{' '.join([line['code'], *line['modifiers']])} x {line['units']}"
        for line in answer["claim_lines"]
    }


def _title(answer: Mapping[str, Any]) -> str:
    return str(answer["form"]["title"]) if answer["form"] else "none"


def variants(entries: Mapping[str, str], *, facts: FactBase | None = None) -> list[dict[str, Any]]:
    """What would change this answer: other settings, payers, stock, leftover and quarters, one at a time, in words.

    Each holds ``field``, ``value``, ``label`` and ``changes``; what changes nothing is left out. Empty where the entries
    make no claim.

    >>> asked = {"dose_mg": "32450", "vials": "20g,10g,5g", "on": "2026-11-03", "payer": "medicare-ab"}
    >>> [other["label"] for other in variants(asked) if other["field"] == "is_340b"]
    ['If the drug is 340B stock']
    """
    base = facts or packaged()
    before = compose(entries, facts=base)
    if before["claim"] is None:
        return []
    out = []
    for name, value, label in _others(entries, base):
        if str(entries.get(name) or "") == value:
            continue
        said = changes(before, compose({**entries, name: value}, facts=base))
        if said:
            out.append({"field": name, "value": value, "label": label, "changes": said})
    return out


def _others(entries: Mapping[str, str], base: FactBase) -> Iterator[tuple[str, str, str]]:
    """Field, value and words of each change that staff may ask about."""
    for name, label in SETTINGS.items():
        yield "setting", name, f"If it is given here: {label.lower()}"
    for name in ("medicare-ab", "medicare-advantage", "medicaid", "aetna", "bcbs", "cigna", "unitedhealthcare"):
        yield "payer", name, f"If the payer is {parse_payer(name, base).label}"
    yield (
        "is_340b",
        "no" if entries.get("is_340b") == "yes" else "yes",
        ("If the drug is not 340B stock" if entries.get("is_340b") == "yes" else "If the drug is 340B stock"),
    )
    yield (
        "leftover",
        "discarded" if entries.get("leftover") == "used" else "used",
        ("If what was left is discarded" if entries.get("leftover") == "used" else "If nothing was discarded"),
    )
    for entry in base.get("payment.limit").history:
        yield "on", entry.start.isoformat(), f"If the date is {date_text(entry.start)}"
    last = base.get("code.valid").history
    for entry in last[:-1]:
        if not entry.value:
            yield "on", (last[-1].start - timedelta(days=1)).isoformat(), "If it was the day before the code began"


def checked(entries: Mapping[str, str], *, facts: FactBase | None = None) -> list[dict[str, Any]]:
    """The claims of a pasted text in any format that the package reads, each as in the report of ``check``.

    ``entries`` holds ``text`` and, if it is known, ``payer``. Nothing of a patient is repeated. Raises
    :class:`~j1553ref.payers.PayerError` for an unknown payer.

    >>> [claim] = checked({"text": '{"schema_version": "1", "form": "ub04", "lines": []}'})
    >>> claim["format"], claim["error"]
    ('j1553', None)
    """
    stream = io.BytesIO(str(entries.get("text") or "").encode("utf-8"))
    return list(claim_objects(stream, source="pasted", payer=str(entries.get("payer") or "") or None, facts=facts))


#: What the page may ask for, by name.
_ASKED: Mapping[str, Callable[[Any], Any]] = {
    "compose": compose,
    "variants": variants,
    "checked": checked,
    "choices": lambda _: choices(),
}


def answered(name: str, text: str) -> str:
    """One of ``compose``, ``variants``, ``checked`` and ``choices``, from JSON text to JSON text, for other languages.

    An error of the package comes back as ``{"error": ...}``, one line that repeats nothing of a patient.

    >>> json.loads(answered("compose", '{"dose_mg": "40000", "on": "2026-05-04"}'))["answer"]
    'Bill 400 units on one line with JZ: nothing was discarded.'
    >>> answered("checked", '{"text": "", "payer": "premara"}')
    '{"error": "payer: no such id; nearest: bcbs:premera"}'
    """
    try:
        return json.dumps(_ASKED[name](json.loads(text)))
    except J1553Error as error:
        return json.dumps({"error": str(error)})
