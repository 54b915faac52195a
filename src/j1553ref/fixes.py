"""The few certain corrections: where the claim itself holds all that they state, and nothing of it is a guess.

There are three, and no other rule ever gets one:

- JZ is added where the record of the infusion holds a dose that uses up the opened single-dose vials of bought stock.
- TB is written for JG on Medicare's 340B stock.
- The hyphens are taken out of an NDC of Yimmugo whose eleven digits are right.

A fix is a list of edits, each a JSON Pointer with the old and the new value. :func:`applied` makes them in the text of the
document and leaves every other character as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from j1553ref import ndc
from j1553ref.claim import Administration, Line
from j1553ref.payers import payer_from_filing_code
from j1553ref.readers import clearinghouse, native
from j1553ref.readers.locate import values
from j1553ref.rules.base import Finding, Missing
from j1553ref.rules.context import CODE, ClaimView, Group, modifier_at

__all__ = ["CODES", "Edit", "Fix", "Splice", "applied", "proposed", "splices"]

#: Formats whose documents are edited.
_FORMATS = (native.FORMAT, clearinghouse.FORMAT)
#: An NDC that is right but for its hyphens.
_HYPHENATED = re.compile("[0-9]{5}-[0-9]{4}-[0-9]{2}")
#: A new list of modifiers stands behind this property, as people write it.
_BEFORE = "procedure_code"
#: Numbers are only passed over here, and a long one would be refused.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a document: what stands at the pointer and what is to stand there.

    Where ``old`` is ``None`` nothing stands there yet: the value is added at the end of its list, or as a property.
    """

    pointer: str
    old: str | None
    new: str | tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``pointer, old, new``."""
        new = self.new if isinstance(self.new, str) else list(self.new)
        return {"pointer": self.pointer, "old": self.old, "new": new}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """The correction of one finding: why it is certain, and the edits that make it."""

    finding: Finding
    description: str
    edits: tuple[Edit, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``description, edits``."""
        return {"description": self.description, "edits": [each.to_json() for each in self.edits]}


@dataclass(frozen=True, slots=True)
class Splice:
    """A piece of text, from ``start`` to ``end``, and what takes its place."""

    start: int
    end: int
    new: str


# -- what is certain ----------------------------------------------------------------------------------------------


def proposed(
    findings: Iterable[Finding], claim: ClaimView, *, payer_named: bool, beside: Iterable[Finding] = ()
) -> tuple[Fix, ...]:
    """The fixes of those findings that have one, in their order.

    ``payer_named`` says that the payer was named and not guessed from the claim filing indicator; ``beside`` are all
    findings of the claim, also those that were not selected. A claim with problems of shape gets no fix: what could not
    be read might contradict it.
    """
    fixable = [each for each in findings if each.code in CODES]
    if not fixable or claim.claim.shape or claim.claim.format not in _FORMATS:
        return ()
    sure = payer_named and _payer_agrees(claim)
    doubted = tuple(each.pointer for each in beside if each.code in _DOUBTS)
    made = (_fix(each, claim, doubted) for each in fixable if sure or each.code not in _BY_PAYER)
    return tuple(each for each in made if each)


def _fix(finding: Finding, claim: ClaimView, doubted: tuple[str, ...]) -> Fix | None:
    for group in claim.groups:
        for line in group.lines:
            if any(each.startswith(f"{line.pointer}/") for each in doubted) and finding.code == "JWZ003":
                continue
            try:
                found = _MAKERS[finding.code](finding, group, line)
            except Missing:
                continue
            if found:
                return Fix(finding=finding, description=found[0], edits=(found[1],))
    return None


def _payer_agrees(claim: ClaimView) -> bool:
    """Whether the claim itself names no payer of another kind than the one by which it was checked."""
    if claim.payer is None:
        return False
    filing = claim.claim.claim_filing_code
    own = (claim.claim.payer or claim.payer.base).partition(":")[0].strip().casefold()
    # An indicator that stands for no payer id is that of another payer all the same.
    return own == claim.payer.base and (not filing or payer_from_filing_code(filing) == claim.payer.base)


def _jz_added(finding: Finding, group: Group, line: Line) -> tuple[str, Edit] | None:
    """JZ states that nothing of single-dose vials was discarded, so the record must hold every part of that."""
    if finding.pointer != line.at("modifiers") or finding.severity != "error" or group.lines != (line,):
        return None
    if len(group.records) != 1 or not _attests(group.records[0], line):
        return None
    if not _alone(group, line) or not _as_recorded(group, line):
        return None
    if group.unused or group.tail_mg or line.units != group.needed or line.end not in (None, line.start):
        return None
    count = len(line.modifiers)
    if count >= group.value("modifiers.limit"):
        return None
    if "modifiers" in line.places:
        edit = Edit(f"{line.places['modifiers']}/{count}", None, "JZ")
    else:
        edit = Edit(f"{line.pointer}/modifiers", None, ("JZ",))
    return f"add JZ: the dose in the record, {group.dose_mg:f} mg, uses up the opened vials", edit


def _attests(record: Administration, line: Line) -> bool:
    same_encounter = record.encounter is None or line.encounter is None or record.encounter == line.encounter
    return record.container == "single" and record.stock == "bought" and same_encounter


def _alone(group: Group, line: Line) -> bool:
    """Whether nothing else of that date holds more of the drug, or says that some was discarded.

    What has no date may be of the same day.
    """
    days = (None, group.on)
    others = [each for each in group.claim.lines if each is not line and each.start in days]
    more = (each.procedure_code == CODE or "JW" in each.modifiers or _of_yimmugo(group, each) for each in others)
    return sum(each.service_date in days for each in group.claim.administrations) == 1 and not any(more)


def _of_yimmugo(group: Group, line: Line) -> bool:
    return bool(line.drug and line.drug.ndc and group.is_yimmugo(line.drug.ndc))


def _as_recorded(group: Group, line: Line) -> bool:
    """Whether the NDC and the milliliters of the line, where it has them, are those of the opened vials."""
    drug = line.drug
    if drug is None:
        return True
    given = group.dose_mg / group.value("product.concentration")
    if drug.ndc is None:
        return drug.quantity in (None, given)
    billed = group.package(drug.ndc, group.on)
    opened = [group.package(vials.ndc, group.on) for record in group.records for vials in record.vials or ()]
    if billed is None or billed.mg not in {package.mg for package in opened if package}:
        return False
    return drug.quantity in (None, given, billed.ml)  # NDC002 knows when one vial may stand for several


def _tb_for_jg(finding: Finding, group: Group, line: Line) -> tuple[str, Edit] | None:
    """JG and TB both say 340B stock; which of them is used was changed before the code existed."""
    if "JG" not in line.modifiers or finding.pointer != modifier_at(line, "JG"):
        return None
    if "TB" in line.modifiers or line.modifiers.count("JG") > 1 or group.claim.is_340b is False:
        return None
    if any(each.stock == "free" for each in group.records):
        return None  # a free drug was not bought under 340B
    group.fact("modifier.TB", group.on)  # raises where TB was not in use
    if group.claim.is_340b and not all({"JG", "TB"} & set(each.modifiers) for each in group.lines):
        return None  # a line without either would then be asked for TB
    return "write TB for JG, whose place it has taken on 340B stock", Edit(finding.pointer, "JG", "TB")


def _no_hyphens(finding: Finding, group: Group, line: Line) -> tuple[str, Edit] | None:
    """Hyphens only: where a digit is missing too, somebody has to look at the carton."""
    drug = line.drug
    if drug is None or drug.ndc is None or finding.pointer != drug.at("ndc") or "ndc" not in drug.places:
        return None
    if not _HYPHENATED.fullmatch(drug.ndc) or drug.qualifier not in (None, "N4"):
        return None
    if group.package(drug.ndc, group.on) is None:
        return None
    return "take the hyphens out of the NDC", Edit(finding.pointer, drug.ndc, ndc.compact(drug.ndc))


_Maker = Callable[[Finding, Group, Line], tuple[str, Edit] | None]
_MAKERS: dict[str, _Maker] = {"JWZ003": _jz_added, "MOD008": _tb_for_jg, "NDC001": _no_hyphens}
#: Of these the payer must have been named.
_BY_PAYER = ("JWZ003", "MOD008")
#: Findings on the line that cast doubt on what the record says was given.
_DOUBTS = ("NDC002", "NDC006")
#: The rules whose findings may have a fix.
CODES = frozenset(_MAKERS)


# -- the text -----------------------------------------------------------------------------------------------------


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text of a JSON document with the edits made, and otherwise unchanged.

    Raises :class:`LookupError` where the document does not hold what an edit says.

    >>> print(applied('{"modifiers": [\\n  "JG"\\n]}', [Edit("/modifiers/0", "JG", "TB")]))
    {"modifiers": [
      "TB"
    ]}
    """
    parts, done = [], 0
    for each in splices(text, edits):
        parts += [text[done : each.start], each.new]
        done = each.end
    return "".join([*parts, text[done:]])


def splices(text: str, edits: Iterable[Edit]) -> list[Splice]:
    """What the edits change in the text of a JSON document, in its order; raises LookupError as :func:`applied` does."""
    offsets = dict(values(text))
    found = [_replaced(text, offsets, each) if each.old is not None else _added(text, offsets, each) for each in edits]
    return sorted(found, key=lambda each: each.start)


def _replaced(text: str, offsets: dict[str, int], edit: Edit) -> Splice:
    start = offsets[edit.pointer]
    value, end = _DECODER.raw_decode(text, start)
    if value != edit.old:
        raise LookupError("another value stands there")
    return Splice(start, end, json.dumps(edit.new))


def _added(text: str, offsets: dict[str, int], edit: Edit) -> Splice:
    """A new last element of a list, or a new property, in the style of those that are there."""
    holder, _, name = edit.pointer.rpartition("/")
    if edit.pointer in offsets:
        raise LookupError("a value stands there")
    inside = [each for each in offsets if each.rpartition("/")[0] == holder and each]
    if text[offsets[holder]] == "[":
        return _appended(text, offsets, holder, inside, json.dumps(edit.new))
    before = f"{holder}/{_BEFORE}" if f"{holder}/{_BEFORE}" in inside else inside[-1]
    comma, colon = _style(text, offsets, inside)
    at = _end(text, offsets[before])
    return Splice(at, at, f"{comma}{json.dumps(name)}{colon}{json.dumps(edit.new)}")


def _appended(text: str, offsets: dict[str, int], holder: str, inside: list[str], new: str) -> Splice:
    start = offsets[holder]
    if not inside:
        return Splice(start + 1, text.index("]", start), new)
    at = _end(text, offsets[inside[-1]])
    if len(inside) > 1:
        comma = text[_end(text, offsets[inside[-2]]) : offsets[inside[-1]]]
    else:
        lead = text[start + 1 : offsets[inside[0]]]
        beside = [each for each in offsets if each.rpartition("/")[0] == holder.rpartition("/")[0] and each]
        between = _style(text, offsets, beside)[0]
        comma = f",{lead}" if "\n" in lead else ", " if "\n" in between else between
    return Splice(at, at, f"{comma}{new}")


def _style(text: str, offsets: dict[str, int], members: list[str]) -> tuple[str, str]:
    """How the properties of an object are parted: between two of them, and between name and value."""
    if len(members) < 2:
        return ", ", ": "
    between = text[_end(text, offsets[members[0]]) : offsets[members[1]]]
    name = between.index('"')
    return between[:name], between[_end(between, name) :]


def _end(text: str, start: int) -> int:
    end: int = _DECODER.raw_decode(text, start)[1]
    return end
