"""What a run reports besides its findings, added up over all claims in bounded memory: not checked, notes, unusable input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["MOST_NAMED", "MOST_UNUSABLE", "Tally"]

#: Of one file so many unusable records are named; further ones are only counted.
MOST_NAMED = 20

#: The most unreadable records that are listed one by one; further ones are only counted.
MOST_UNUSABLE = 1000


@dataclass
class Tally:
    """Counts over the claims of a run, for outputs that say these things once and at the end.

    >>> tally = Tally()
    >>> tally.add({"error": None, "notes": ["out_of_scope"], "not_checked": []})
    >>> tally.notes
    {'out_of_scope': 1}
    """

    #: missing datum -> rule -> number of claims; in the order in which they came up
    not_checked: dict[str, dict[str, int]] = field(default_factory=dict)
    #: (missing datum, rule) -> the first reason given
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    #: claim objects with an error, the first of them only
    unusable: list[dict[str, Any]] = field(default_factory=list)

    def add(self, claim: dict[str, Any]) -> None:
        """Count one claim object of the report."""
        if claim["error"] is not None:
            if len(self.unusable) < MOST_UNUSABLE:
                self.unusable.append(claim)
            return
        for note in claim["notes"]:
            self.notes[note] = self.notes.get(note, 0) + 1
        for datum, code in dict.fromkeys((outcome["missing"], outcome["code"]) for outcome in claim["not_checked"]):
            by_rule = self.not_checked.setdefault(datum, {})
            by_rule[code] = by_rule.get(code, 0) + 1
        for outcome in claim["not_checked"]:
            self.reasons.setdefault((outcome["missing"], outcome["code"]), outcome["reason"])
