"""The few certain corrections: the claim itself holds everything that they state, and nothing is guessed.

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
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from j1553ref import ndc
from j1553ref.claim import Administration, Line
from j1553ref.payers import payer_from_filing_code
from j1553ref.readers import clearinghouse, native
from j1553ref.readers.locate import Offsets
from j1553ref.rules.base import Finding, Missing
from j1553ref.rules.context import CODE, ClaimView, Group, modifier_at

__all__ = ["CODES", "Edit", "Fix", "Splice", "applied", "proposed", "splices"]

#: Formats whose documents are edited.
_FORMATS = (native.FORMAT, clearinghouse.FORMAT)
#: An NDC that is right but for its hyphens.
_HYPHENATED = re.compile("[0-9]{5}-[0-9]{4}-[0-9]{2}")
#: Insert ``modifiers`` after this property.
_BEFORE = "procedure_code"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a document: the value at the pointer now, and the value to write there.

    Where ``old`` is ``None`` there is no value yet: the new one is appended to its list, or added as a property.

    >>> Edit("/lines/0/modifiers/0", "JG", "TB").to_json()
    {'pointer': '/lines/0/modifiers/0', 'old': 'JG', 'new': 'TB'}
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
    """The correction of one finding: why it is certain, and the edits that make it.

    >>> from j1553ref import case, check
    >>> claim = case("whole-vials-jz")
    >>> claim["lines"][0]["modifiers"] = []
    >>> check(claim).fixes[0].description
    'add JZ: the dose in the record, 40000 mg, uses up the opened vials'
    """

    finding: Finding
    description: str
    edits: tuple[Edit, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data with the keys ``description, edits``."""
        return {"description": self.description, "edits": [edit.to_json() for edit in self.edits]}


@dataclass(frozen=True, slots=True)
class Splice:
    """The text from ``start`` to ``end``, and what replaces it.

    >>> splice = Splice(1, 5, '"TB"')
    >>> '["JG"]'[: splice.start] + splice.new + '["JG"]'[splice.end :]
    '["TB"]'
    """

    start: int
    end: int
    new: str


# -- what is certain ----------------------------------------------------------------------------------------------


def proposed(
    findings: Iterable[Finding], claim: ClaimView, *, payer_named: bool, beside: Iterable[Finding] = ()
) -> tuple[Fix, ...]:
    """The fixes of those findings that have one, in their order.

    ``payer_named`` says that the payer was named and not guessed from the claim filing indicator; ``beside`` are all
    findings of the claim, including those that were not selected. A claim with problems of shape gets no fix, because
    what could not be read might contradict it.

    >>> from j1553ref import case, check
    >>> claim = case("whole-vials-jz")
    >>> claim["lines"][0]["modifiers"] = []
    >>> from j1553ref import claim_from
    >>> from j1553ref.facts import packaged
    >>> from j1553ref.payers import parse_payer
    >>> view = ClaimView.of(claim_from(claim), parse_payer("medicare-ab", packaged()), packaged())
    >>> findings = check(claim).findings
    >>> [fix.finding.code for fix in proposed(findings, view, payer_named=True)]
    ['JWZ003']
    >>> proposed(findings, view, payer_named=False)
    ()
    """
    fixable = [finding for finding in findings if finding.code in CODES]
    if not fixable or claim.claim.shape or claim.claim.format not in _FORMATS:
        return ()
    sure = payer_named and _payer_agrees(claim)
    whole = _Whole(claim)
    doubted = {whole.place(finding.pointer) for finding in beside if finding.code in _DOUBTS}
    made = (_fix(finding, whole, doubted) for finding in fixable if sure or finding.code not in _BY_PAYER)
    return tuple(fix for fix in made if fix)


class _Whole:
    """The drug lines of a claim by pointer, and how many records it has of each day: looked at once for all findings."""

    def __init__(self, claim: ClaimView) -> None:
        self.drug = {line.pointer: (group, line) for group in claim.groups for line in group.lines}
        self.records = Counter(record.service_date for record in claim.claim.administrations)

    def place(self, pointer: str) -> str:
        """The pointer of the drug line that a pointer leads into; empty where it leads into none."""
        while pointer and pointer not in self.drug:
            pointer = pointer.rpartition("/")[0]
        return pointer


def _fix(finding: Finding, whole: _Whole, doubted: set[str]) -> Fix | None:
    place = whole.place(finding.pointer)
    if not place or (finding.code == "JWZ003" and place in doubted):
        return None
    try:
        found = _MAKERS[finding.code](finding, whole, *whole.drug[place])
    except Missing:
        return None
    return Fix(finding=finding, description=found[0], edits=(found[1],)) if found else None


def _payer_agrees(claim: ClaimView) -> bool:
    """Whether the claim itself names no payer of another kind than the one by which it was checked."""
    if claim.payer is None:
        return False
    filing = claim.claim.claim_filing_code
    own = (claim.claim.payer or claim.payer.base).partition(":")[0].strip().casefold()
    # An indicator that maps to no payer id still names another payer.
    return own == claim.payer.base and (not filing or payer_from_filing_code(filing) == claim.payer.base)


def _jz_added(finding: Finding, whole: _Whole, group: Group, line: Line) -> tuple[str, Edit] | None:
    """JZ states that nothing was discarded from single-dose vials, so the record must confirm all of that."""
    if finding.pointer != line.at("modifiers") or finding.severity != "error" or group.lines != (line,):
        return None
    if len(group.records) != 1 or not _attests(group.records[0], line):
        return None
    if not _alone(whole, group, line) or not _as_recorded(group, line):
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


def _alone(whole: _Whole, group: Group, line: Line) -> bool:
    """Whether nothing else of that date holds more of the drug, or says that some was discarded.

    A line or record without a date may be of the same day.
    """
    days = {None, group.on}
    others = [other for day in days for other in group.claim.by_date.get(day, ()) if other is not line]
    more = (other.procedure_code == CODE or "JW" in other.modifiers or _of_yimmugo(group, other) for other in others)
    return sum(whole.records[day] for day in days) == 1 and not any(more)


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
    return drug.quantity in (
        None,
        given,
        billed.ml,
    )  # NDC002 decides when the quantity of one vial is enough for several


def _tb_for_jg(finding: Finding, _: _Whole, group: Group, line: Line) -> tuple[str, Edit] | None:
    """JG and TB both mark 340B stock; TB replaced JG before the code existed."""
    if "JG" not in line.modifiers or finding.pointer != modifier_at(line, "JG"):
        return None
    if "TB" in line.modifiers or line.modifiers.count("JG") > 1 or group.claim.is_340b is False:
        return None
    if any(record.stock == "free" for record in group.records):
        return None  # a free drug was not bought under 340B
    group.fact("modifier.TB", group.on)  # raises where TB was not in use
    if group.claim.is_340b and not all({"JG", "TB"} & set(drug_line.modifiers) for drug_line in group.lines):
        return None  # a line without either would then be asked for TB
    return "write TB for JG, whose place it has taken on 340B stock", Edit(finding.pointer, "JG", "TB")


def _no_hyphens(finding: Finding, _: _Whole, group: Group, line: Line) -> tuple[str, Edit] | None:
    """Only hyphens are removed: if a digit is missing too, somebody has to look at the carton."""
    drug = line.drug
    if drug is None or drug.ndc is None or finding.pointer != drug.at("ndc") or "ndc" not in drug.places:
        return None
    if not _HYPHENATED.fullmatch(drug.ndc) or drug.qualifier not in (None, "N4"):
        return None
    if group.package(drug.ndc, group.on) is None:
        return None
    return "take the hyphens out of the NDC", Edit(finding.pointer, drug.ndc, ndc.compact(drug.ndc))


_Maker = Callable[[Finding, _Whole, Group, Line], tuple[str, Edit] | None]
_MAKERS: dict[str, _Maker] = {"JWZ003": _jz_added, "MOD008": _tb_for_jg, "NDC001": _no_hyphens}
#: Fixes for which the payer must have been named.
_BY_PAYER = ("JWZ003", "MOD008")
#: Findings that cast doubt on what the record says was given on the line.
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
    written, done = [], 0
    for splice in splices(text, edits):
        written += [text[done : splice.start], splice.new]
        done = splice.end
    return "".join([*written, text[done:]])


def splices(text: str, edits: Iterable[Edit]) -> list[Splice]:
    """What the edits change in the text of a JSON document, in order; raises LookupError as :func:`applied` does.

    >>> splices('{"modifiers": ["JG"]}', [Edit("/modifiers/0", "JG", "TB")])
    [Splice(start=15, end=19, new='"TB"')]
    """
    offsets = Offsets(text)
    found = [_replaced(text, offsets, edit) if edit.old is not None else _added(text, offsets, edit) for edit in edits]
    return sorted(found, key=lambda splice: splice.start)


def _offset(offsets: Offsets, pointer: str) -> int:
    if (at := offsets.find(pointer)) is None:
        raise LookupError("no such value")
    return at


def _replaced(text: str, offsets: Offsets, edit: Edit) -> Splice:
    start = _offset(offsets, edit.pointer)
    if _value(text, start, offsets) != edit.old:
        raise LookupError("another value is there")
    return Splice(start, offsets.end(start), json.dumps(edit.new))


def _value(text: str, start: int, offsets: Offsets) -> Any:
    """The text that is there; None for a value of another kind, which no edit replaces."""
    return json.loads(text[start : offsets.end(start)], strict=False) if text.startswith('"', start) else None


def _added(text: str, offsets: Offsets, edit: Edit) -> Splice:
    """A new last element of a list, or a new property, in the style of those that are there."""
    holder, _, name = edit.pointer.rpartition("/")
    if offsets.find(edit.pointer) is not None:
        raise LookupError("a value is there")
    start = _offset(offsets, holder)
    if text[start] == "[":
        return _appended(text, offsets, holder, json.dumps(edit.new))
    members = offsets.members(start)
    inside = list(members.values())
    if not inside:
        raise LookupError("no object with properties")
    comma, colon = _style(text, offsets, inside)
    at = offsets.end(members.get(_BEFORE, inside[-1]))
    return Splice(at, at, f"{comma}{json.dumps(name)}{colon}{json.dumps(edit.new)}")


def _appended(text: str, offsets: Offsets, holder: str, new: str) -> Splice:
    start = _offset(offsets, holder)
    inside = offsets.items(start)
    if not inside:
        return Splice(start + 1, text.index("]", start), new)
    at = offsets.end(inside[-1])
    if len(inside) > 1:
        comma = text[offsets.end(inside[-2]) : inside[-1]]
    else:
        lead = text[start + 1 : inside[0]]
        beside = list(offsets.members(_offset(offsets, holder.rpartition("/")[0])).values())
        between = _style(text, offsets, beside)[0]
        comma = f",{lead}" if "\n" in lead else ", " if "\n" in between else between
    return Splice(at, at, f"{comma}{new}")


def _style(text: str, offsets: Offsets, members: list[int]) -> tuple[str, str]:
    """The separators used in an object: between two properties, and between name and value."""
    if len(members) < 2:
        return ", ", ": "
    end = offsets.end(members[0])
    name = text.index('"', end)
    return text[end:name], text[offsets.end(name) : members[1]]
