"""The report for people: findings by claim, what was not checked by the missing datum, then the counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from j1553ref.checking import NOTES
from j1553ref.report import Summary

__all__ = ["claim_lines", "summary_line"]


def claim_lines(claim: dict[str, Any], *, show_not_checked: bool = False) -> Iterator[tuple[str, str]]:
    """Each line of one claim's report with its style (``title``, ``error``, ``warning``, ``info``, ``plain``, ``quiet``)."""
    place = claim["source"] + (f":{claim['line']}" if claim["line"] and claim["line"] > 1 else "")
    if claim["error"] is not None:
        yield "error", f"{place}: {claim['error']}"
        return
    payer = claim["payer"] or "payer not named"
    yield "title", f"{place}: claim {claim['index'] + 1} ({claim['format']}, {payer})"
    if claim["claim_id"]:
        yield "plain", f"  claim id {claim['claim_id']}"
    for each in claim["findings"]:
        spot = f" (line {each['line']}, column {each['column']})" if each["line"] else ""
        yield each["severity"], f"  {each['code']} {each['severity']} at {each['pointer'] or '/'}{spot}"
        yield "plain", f"    {each['message']}"
        yield "quiet", f"    {each['name']}: {each['help']}"
    if not claim["findings"] and "out_of_scope" not in claim["notes"]:
        yield "plain", "  no findings"
    for note in claim["notes"]:
        yield "quiet", f"  note: {NOTES.get(note, note)}"
    yield from _not_checked(claim["not_checked"], show_not_checked)


def _not_checked(items: list[dict[str, str]], show: bool) -> Iterator[tuple[str, str]]:
    if not items:
        return
    by_datum: dict[str, list[dict[str, str]]] = {}
    for each in items:
        by_datum.setdefault(each["missing"], []).append(each)
    if not show:
        data = ", ".join(by_datum)
        yield "quiet", f"  not checked: {_count(len(items), 'rule')} for want of {data} (--show-not-checked lists them)"
        return
    for datum, group in by_datum.items():
        yield "plain", f"  not checked for want of {datum}:"
        for each in group:
            yield "quiet", f"    {each['code']}: {each['reason']}"


def summary_line(summary: Summary) -> str:
    """The counts in one line.

    >>> summary_line(Summary(claims=2, errors=1))
    '2 claims: 1 error, 0 warnings, 0 infos'
    """
    counts = ", ".join(
        _count(number, name)
        for number, name in ((summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info"))
    )
    extra = [f"{summary.not_checked} not checked"] if summary.not_checked else []
    extra += [f"{summary.out_of_scope} out of scope"] if summary.out_of_scope else []
    extra += [f"{summary.unusable} unusable"] if summary.unusable else []
    return "; ".join([f"{_count(summary.claims, 'claim')}: {counts}", *extra])


def _count(number: int, name: str) -> str:
    return f"{number} {name}" + ("" if number == 1 else "s")
