"""``check(claim)`` runs the rules that apply, in order, and reports what they found and what they could not check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from j1553ref import fixes
from j1553ref.claim import Claim, InputError, Line
from j1553ref.errors import J1553Error, unexpected
from j1553ref.facts import FactBase, FactError, packaged
from j1553ref.payers import Payer, PayerError, parse_payer, payer_from_filing_code
from j1553ref.readers import Record, claim_from
from j1553ref.redaction import masked
from j1553ref.rules import RuleError, matching
from j1553ref.rules.base import REGISTRY, Finding, Missing, NotChecked, Rule
from j1553ref.rules.context import CODE, ClaimView, Group, View
from j1553ref.rules.rulebook import in_order
from j1553ref.rules.shp import finding_for
from j1553ref.suppression import Suppressed, Suppression
from j1553ref.vials import parse_vials

__all__ = ["NOTES", "Report", "check", "chosen_codes", "judged", "vial_sizes"]

#: What each note of a report says.
NOTES = {
    "out_of_scope": "no J1553 line and none that should be one: nothing was checked, so nothing was passed",
    "beyond_facts": "a date of service lies after the date up to which the facts were checked",
    "payer_from_filing_code": "the payer was taken from the claim filing indicator",
    "service_date_from_statement": "a drug line has no date of its own: the statement's single date was used",
    "shape_not_selected": "the claim has problems of shape, and the selected rules leave them out: this is not a pass",
    "segments_miscounted": "the SE segment counts other segments than its transaction set has: is the file whole?",
    "not_a_bill": "a request before the service and no bill: only the units were checked",
    "pharmacy_claim": "a pharmacy claim bills by NDC, without a HCPCS code: nothing was checked, so nothing was passed",
    "payer_unknown": "no payer was named: rules that depend on the payer were not checked",
}

_DAMAGED = "damaged in the input"
_NO_BILL = "a request before the service is no bill"
#: What a request before the service can be judged by.
_OF_A_REQUEST = "UNT"
#: How pointers of NDCs end.
_NDCS = ("/ndc", "/nationalDrugCode")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome for one claim. A rule that is in no list was decided and stayed quiet, or did not apply.

    ``suppressed`` are findings that the caller has decided on; they are not among ``findings`` and are not a pass.
    ``fixes`` are the certain corrections of some of the findings.

    >>> from j1553ref import case, check
    >>> claim = case("whole-vials-jz")
    >>> claim["lines"][0]["modifiers"] = ["TB"]
    >>> [fix] = check(claim).fixes
    >>> fix.finding.code, fix.edits
    ('JWZ003', (Edit(pointer='/lines/0/modifiers/1', old=None, new='JZ'),))
    """

    findings: tuple[Finding, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    notes: tuple[str, ...] = ()
    payer: str | None = None
    suppressed: tuple[Suppressed, ...] = ()
    fixes: tuple[fixes.Fix, ...] = ()

    @property
    def codes(self) -> list[str]:
        """The codes of the findings, in the order of the run."""
        return [finding.code for finding in self.findings]

    @property
    def not_checked_codes(self) -> list[str]:
        """The codes of the rules that could not be decided, sorted, each once."""
        return sorted({outcome.code for outcome in self.not_checked})

    def __str__(self) -> str:
        hidden = f"; {len(self.suppressed)} suppressed" if self.suppressed else ""
        return "\n".join(map(str, self.findings)) or f"no findings{hidden}"


def check(
    claim: Claim | Mapping[str, Any] | str | bytes,
    *,
    payer: str | None = None,
    select: str | Iterable[str] = (),
    ignore: str | Iterable[str] = (),
    stocked_vials: str | Iterable[str] = (),
    suppress: Iterable[Suppression] = (),
    facts: FactBase | None = None,
) -> Report:
    """Run the rules on one claim.

    ``claim`` is a :class:`~j1553ref.claim.Claim`, a JSON document or its text. ``payer`` is an id such as
    ``medicare-ab``; it takes precedence over the claim's own. ``select`` and ``ignore`` take codes or prefixes.
    ``stocked_vials`` are the sizes that the provider stocks, such as ``"20g,10g"``: JWZ007 then reports only a smaller
    set of these. ``suppress`` hides findings that were decided on; the report lists them separately. Raises
    :class:`~j1553ref.payers.PayerError`, :class:`~j1553ref.rules.RuleError` and
    :class:`~j1553ref.vials.UnitsError` for unknown names and :class:`~j1553ref.claim.InputError` for input that is
    not a claim.

    >>> from j1553ref import case
    >>> check(case("whole-vials-jz")).codes
    []
    """
    if not isinstance(claim, Claim | Mapping | str | bytes):
        raise InputError("expected one claim: a Claim, a JSON document or its text")
    subject = claim if isinstance(claim, Claim) else claim_from(claim)
    base = facts or packaged()
    wanted = chosen_codes(_prefixes(select), _prefixes(ignore))
    if not wanted:
        raise RuleError("no rule is left: what is selected is ignored too")
    who, notes = _payer(subject, payer, base)
    view = ClaimView.of(subject, who, base, stocked=vial_sizes(stocked_vials, base))
    findings = [finding_for(problem) for problem in subject.shape]
    not_checked: list[NotChecked] = []
    if view.in_scope and "pharmacy_claim" not in subject.notes:
        seen, not_checked = _run(view)
        findings += seen
    else:
        notes = [*(note for note in notes if note != "payer_unknown"), "out_of_scope"]
    if any(line.start and line.start > base.checked_until for line in view.drug_lines):
        notes.append("beyond_facts")
    if any(line.is_dated_by_statement for line in view.drug_lines):
        notes.append("service_date_from_statement")
    notes += subject.notes
    if subject.shape and not any(code.startswith("SHP") for code in wanted):
        notes.append("shape_not_selected")
    hidden, left = _apply_suppressions(
        [finding for finding in findings if finding.code in wanted], tuple(suppress), who, subject
    )
    return Report(
        findings=left,
        not_checked=tuple(dict.fromkeys(outcome for outcome in not_checked if outcome.code in wanted)),
        notes=tuple(notes),
        payer=who.id if who else None,
        suppressed=hidden,
        fixes=fixes.proposed(left, view, payer_named="payer_from_filing_code" not in notes, beside=findings),
    )


def judged(record: Record, examine: Callable[[Claim], Report]) -> tuple[Record, Report | None]:
    """A record with the report on its claim; one that cannot be judged comes back as an unusable one with its place.

    ``examine`` makes the report. What it raises is this record's alone: a payer that does not exist, too little memory,
    or a fault of a rule.

    >>> from j1553ref.readers import read
    >>> text = b'{"schema_version": "1", "form": "ub04", "payer": "medicarea-ab", "lines": [{"units": 4}]}'
    >>> [record] = read(text, source="claims.json")
    >>> judged(record, check)[0].error
    'line 1, column 50: payer: no such id; nearest: medicare-ab, medicare-dme, medicare-advantage'
    """
    if record.claim is None:
        return record, None
    try:
        return record, examine(record.claim)
    except J1553Error as error:
        message, pointer = str(error), "/payer" if isinstance(error, PayerError) else ""
    except Exception as error:
        message, pointer = unexpected(error), ""
    at = record.locate(pointer) or (record.line, record.column)
    where = f"line {at[0]}, column {at[1]}: " if at[0] else ""
    return replace(record, claim=None, document=None, places=None, error=f"{where}{message}"), None


def vial_sizes(sizes: str | Iterable[str], facts: FactBase) -> tuple[int, ...]:
    """The sizes of vials in mg; raises :class:`~j1553ref.vials.UnitsError` for one that the product does not have.

    >>> vial_sizes("20g, 10g", packaged())
    (20000, 10000)
    """
    if not sizes:
        return ()
    known = facts.get("product.vial_sizes").newest.start
    return tuple(vial.size_mg for vial in parse_vials(sizes, on=known, facts=facts))


def _apply_suppressions(
    findings: list[Finding], entries: tuple[Suppression, ...], payer: Payer | None, claim: Claim
) -> tuple[tuple[Suppressed, ...], tuple[Finding, ...]]:
    """The findings that an entry hides, each by the first that does, and those that are left."""
    hidden, left = [], []
    for finding in findings:
        day = _last_day(finding, claim) if entries else None
        by = next((entry for entry in entries if entry.hides(finding, payer, day)), None)
        if by:
            hidden.append(Suppressed(finding=finding, by=by))
        else:
            left.append(finding)
    return tuple(hidden), tuple(left)


def _last_day(finding: Finding, claim: Claim) -> date | None:
    """The last date of service that a finding is about; None where one is not known.

    It is the date of the finding's line; for a finding elsewhere, the last of all lines and facts consulted.
    """
    own = claim.part_at(finding.place or finding.pointer)
    days = [line.end or line.start for line in ([own] if isinstance(own, Line) else claim.lines)]
    if not isinstance(own, Line):
        days += [on for _, on in finding.facts]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _prefixes(codes: str | Iterable[str]) -> tuple[str, ...]:
    """Codes or prefixes; a text holds one or several, separated by commas."""
    return tuple(part.strip() for part in codes.split(",")) if isinstance(codes, str) else tuple(map(str, codes))


@lru_cache(maxsize=64)
def chosen_codes(select: tuple[str, ...], ignore: tuple[str, ...]) -> frozenset[str]:
    """The codes of the rules that are selected (all, where nothing is) and not ignored; it may be empty.

    >>> sorted(chosen_codes(("DAT", "UNT001"), ("DAT003",)))
    ['DAT001', 'DAT002', 'UNT001']
    """
    chosen = matching(select) if select else frozenset(REGISTRY)
    return chosen - (matching(ignore) if ignore else frozenset())


def _payer(claim: Claim, given: str | None, facts: FactBase) -> tuple[Payer | None, list[str]]:
    """The payer: as given, else as the claim says, else by its filing indicator, else unknown."""
    if named := given or claim.payer:
        return parse_payer(named, facts), []
    if claim.claim_filing_code and (guess := payer_from_filing_code(claim.claim_filing_code)):
        home = guess == "medicare-ab" and _is_at_home(claim, facts)
        return parse_payer("medicare-dme" if home else guess, facts), ["payer_from_filing_code"]
    return None, ["payer_unknown"]


def _is_at_home(claim: Claim, facts: FactBase) -> bool:
    """Whether service or drug is that of the home: the indicator does not tell the two kinds of Medicare contractor apart."""
    bundle = facts.get("home.bundle_code").newest.value
    own_home = facts.get("site.home").newest.value["place_of_service"]
    return any(
        line.procedure_code == bundle or (line.procedure_code == CODE and line.place_of_service == own_home)
        for line in claim.lines
    )


def _run(claim: ClaimView) -> tuple[list[Finding], list[NotChecked]]:
    """Run every rule in order, on the claim or on each group; a rule that fires stops the rules it names.

    The claim is looked at quickly. A rule that sees something runs once more on a recorded view of the same claim, so
    that its findings cite the facts that it consulted.
    """
    findings: list[Finding] = []
    if claim.unreadable_code:
        damaged = (rule.code for rule in in_order(REGISTRY) if rule.run)
        return findings, [claim.book.not_checked(code, _DAMAGED, "procedure_code") for code in damaged]
    not_checked: list[NotChecked] = []
    book, holds = claim.book, claim.holds
    requested = "not_a_bill" in claim.claim.notes
    quick: dict[str, tuple[View, ...]] = {"claim": (claim,), "group": claim.groups}
    recorded: dict[View, View] = {}
    for rule, unmet in book.plan:
        if unmet is not None:
            not_checked.append(unmet)
            continue
        if requested and not rule.code.startswith(_OF_A_REQUEST):
            not_checked.append(book.not_checked(rule.code, _NO_BILL, "bill"))
            continue
        if rule.scope == "group" and claim.hides_a_line:
            not_checked.append(book.not_checked(rule.code, _DAMAGED, claim.hides_a_line))
            continue
        for view in quick[rule.scope]:
            if view.stopped and rule.code in view.stopped:
                continue
            if view.damage and (unreadable := next((name for name in rule.needs if name in view.damage), None)):
                not_checked.append(book.not_checked(rule.code, _DAMAGED, unreadable))
                continue
            if rule.looks_for and holds:
                targets = book.targets(rule, view.on)
                if targets is not None and targets.isdisjoint(holds):
                    continue
            assert rule.run is not None
            try:
                quiet = next(rule.run(view), None) is None
            except Missing as missing:
                not_checked.append(book.not_checked(rule.code, missing.reason, missing.datum))
                continue
            if not quiet:
                if view not in recorded:
                    recorded[view] = view.recorded()
                view.stopped.update(rule.stops)
                try:
                    findings.extend(_findings(rule, recorded[view]))
                except Missing as missing:
                    not_checked.append(book.not_checked(rule.code, missing.reason, missing.datum))
    return findings, not_checked


def _findings(rule: Rule, view: View) -> Iterator[Finding]:
    """What a rule sees on a recorded view, with code, severity and the facts that it consulted."""
    assert rule.run is not None and view.recording is not None
    consulted: dict[tuple[str, date], None]
    view.recording.noted = consulted = {}
    for seen in rule.run(view):
        # The rules of the NDC are about all its digits.
        say: Callable[[str], str] = str if seen.pointer.endswith(_NDCS) else masked
        yield Finding(
            code=rule.code,
            name=rule.name,
            severity=seen.severity or rule.severity,
            pointer=seen.pointer,
            message=say(seen.message),
            expected=None if seen.expected is None else say(str(seen.expected)),
            actual=None if seen.actual is None else say(str(seen.actual)),
            facts=tuple(_basis(rule, view, seen.pointer) | consulted),
        )


def _basis(rule: Rule, view: View, pointer: str) -> dict[tuple[str, date], None]:
    """The facts of the rule's basis on the date of the finding; a fact that does not hold on it is not cited."""
    day = view.on if isinstance(view, Group) else view.claim.date_at(pointer)
    found: dict[tuple[str, date], None] = {}
    for fact_id in rule.basis if day is not None else ():
        try:
            found[fact_id, view.book.answer(fact_id, day).on] = None  # type: ignore[arg-type]
        except FactError:
            continue
    return found
