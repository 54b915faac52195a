"""The report for people: findings by claim, what was not checked by the missing datum, then the counts.

The first line of a claim and of a finding is never broken, whatever the width, so that a search finds it whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from j1553ref import rules
from j1553ref.checking import NOTES
from j1553ref.redaction import counted
from j1553ref.report import Summary
from j1553ref.report.layout import Line, wrapped

__all__ = ["claim_lines", "place", "statistics_lines", "summary_line"]


def claim_lines(claim: dict[str, Any], *, show_not_checked: bool = False, width: int = 0) -> Iterator[Line]:
    """Each line of one claim's report with its style; ``width`` is that of the terminal, 0 where nothing is wrapped.

    >>> from j1553ref import case, check
    >>> claim = case("whole-vials-jz")
    >>> claim["lines"][0]["modifiers"] = []
    >>> from j1553ref.readers import Record
    >>> from j1553ref.report import claim_object
    >>> record = Record(source="a.json", index=0, line=1, format="j1553")
    >>> [line for _, line in claim_lines(claim_object(record, check(claim)))][:2]
    ['a.json: claim 1 (j1553, medicare-ab)', '  JWZ003 error at /lines/0/modifiers']
    """
    if claim["error"] is not None:
        yield "error", f"{place(claim)}: {claim['error']}"
        return
    payer = claim["payer"] or "payer not named"
    yield "title", f"{place(claim)}: claim {claim['index'] + 1} ({claim['format']}, {payer})"
    if claim["claim_id"]:
        yield "plain", f"  claim id {claim['claim_id']}"
    for finding in claim["findings"]:
        yield from _finding(finding, width)
    if not claim["findings"] and "out_of_scope" not in claim["notes"]:
        yield "plain", "  no other findings" if claim["suppressed"] else "  no findings"
    for finding in claim["suppressed"]:
        entry = f"suppressed: {finding['code']} at {finding['pointer'] or '/'}: {finding['reason']}"
        yield from wrapped("quiet", entry, width, indent=2)
    for note in claim["notes"]:
        yield from wrapped("quiet", f"note: {NOTES.get(note, note)}", width, indent=2)
    yield from _not_checked(claim["not_checked"], claim["to_do"], show_not_checked, width)


def place(claim: dict[str, Any]) -> str:
    """The file, and the line on which the claim begins where that is not the first.

    >>> place({"source": "claims.ndjson", "line": 3})
    'claims.ndjson:3'
    """
    line = f":{claim['line']}" if claim["line"] and claim["line"] > 1 else ""
    return f"{claim['source']}{line}"


def _finding(finding: dict[str, Any], width: int) -> Iterator[Line]:
    spot = f" (line {finding['line']}, column {finding['column']})" if finding["line"] else ""
    yield finding["severity"], f"  {finding['code']} {finding['severity']} at {finding['pointer'] or '/'}{spot}"
    yield from wrapped("plain", finding["message"], width, indent=4)
    sides = {"expected": finding["expected"], "found": finding["actual"]}
    if not all(_says(finding["message"], value) for value in sides.values()):
        difference = ", ".join(f"{name} {value}" for name, value in sides.items() if value is not None)
        yield from wrapped("plain", difference, width, indent=4)
    if finding["fix"]:
        yield from wrapped("plain", f"certain fix (--fix): {finding['fix']['description']}", width, indent=4)
    yield from wrapped("quiet", f"{finding['name']}: {finding['help']}", width, indent=4)


def _says(message: str, value: str | None) -> bool:
    """Whether a value is already in the message, as a word of its own."""
    return value is None or bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", message))


def _not_checked(items: list[dict[str, str]], steps: list[dict[str, Any]], show: bool, width: int) -> Iterator[Line]:
    if not items:
        return
    if not show:
        data = ", ".join(dict.fromkeys(datum for step in steps for datum in step["missing"]))
        counts = f"not checked: {counted(len(items), 'rule')}; missing: {data} (--show-not-checked says what to do)"
        yield from wrapped("quiet", counts, width, indent=2)
        return
    reasons = {(outcome["code"], outcome["missing"]): outcome["reason"] for outcome in items}
    for step in steps:
        yield "plain", f"  not checked; missing: {', '.join(step['missing'])}"
        yield from wrapped("plain", f"to do: {step['do']}", width, indent=4)
        if step["write"]:
            yield from wrapped("plain", f"write: {step['write']}", width, indent=4)
        for code, datum in reasons:
            if code in step["rules"] and datum in step["missing"]:
                yield from wrapped("quiet", f"{code}: {reasons[code, datum]}", width, indent=4)


def statistics_lines(summary: Summary) -> Iterator[Line]:
    """How often each rule found something, the most frequent first.

    >>> [line for _, line in statistics_lines(Summary(by_code={"JWZ003": 1, "UNT002": 12}))]
    ['findings by rule:', '    12  UNT002  unit-of-another-size', '     1  JWZ003  jz-missing']
    """
    if summary.by_code:
        yield "title", "findings by rule:"
    for code, number in sorted(summary.by_code.items(), key=lambda item: (-item[1], item[0])):
        yield "plain", f"{number:6d}  {code}  {rules.get(code).name}"


def summary_line(summary: Summary) -> str:
    """The counts in one line.

    >>> summary_line(Summary(claims=2, errors=1))
    '2 claims: 1 error, 0 warnings, 0 infos'
    """
    counts = ", ".join(
        counted(number, name)
        for number, name in ((summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info"))
    )
    extra = [
        f"{number} {name}"
        for number, name in (
            (summary.suppressed, "suppressed"),
            (summary.not_checked, "not checked"),
            (summary.out_of_scope, "out of scope"),
            (summary.skipped, "skipped"),
            (summary.unusable, "unusable"),
        )
        if number
    ]
    return "; ".join([f"{counted(summary.claims, 'claim')}: {counts}", *extra])
