"""Suppressions: findings that the user has decided on. The report still lists each of them, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from j1553ref.payers import Payer
from j1553ref.rules import matching
from j1553ref.rules.base import Finding

__all__ = ["Suppressed", "Suppression"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One ``[[suppress]]`` entry: the findings it hides, and why.

    ``code`` is a rule or a family; ``payer``, ``path``, ``pointer`` and ``until`` narrow it. ``until`` is the last date
    of service for which it holds; a finding with an unknown date of service is then not hidden.

    >>> entry = Suppression(code="JWZ007", reason="no 5 g vials in stock")
    >>> sorted(entry.codes)
    ['JWZ007']
    """

    code: str
    reason: str
    payer: str | None = None
    path: str | None = None
    pointer: str | None = None
    until: date | None = None

    @property
    def codes(self) -> frozenset[str]:
        """The rules whose findings it can hide."""
        return matching((self.code,))

    def covers(self, source: str) -> bool:
        """Whether findings in a file, as it was named, can be hidden: every file, or those that match ``path``.

        ``path`` is compared from its end, name by name; ``*`` matches any part of one name. Standard input
        (``<stdin>``) matches no path.

        >>> entry = Suppression(code="JWZ007", reason="no 5 g vials in stock", path="claims/*.json")
        >>> entry.covers("may/claims/a.json"), entry.covers("claims/may/a.json")
        (True, False)
        """
        if self.path is None:
            return True
        return source != "<stdin>" and PurePosixPath(Path(source).absolute().as_posix()).match(self.path)

    def concerns(self, payer: str | None) -> bool:
        """Whether it can hide findings of claims to this payer id."""
        return self.payer is None or (payer is not None and self.payer in (payer, payer.partition(":")[0]))

    def hides(self, finding: Finding, payer: Payer | None, last_day: date | None = None) -> bool:
        """Whether it hides a finding of a claim to this payer; ``last_day`` is the last date of service it is about."""
        return (
            finding.code in self.codes
            and (self.pointer is None or finding.pointer == self.pointer)
            and self.concerns(payer.id if payer else None)
            and (self.until is None or (last_day is not None and last_day <= self.until))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """A finding that is hidden, and the entry that hides it.

    >>> from j1553ref import case, check
    >>> claim = case("whole-vials-jz")
    >>> claim["lines"][0]["modifiers"] = []
    >>> from j1553ref.suppression import Suppression
    >>> report = check(claim, suppress=[Suppression(code="JWZ003", reason="an example")])
    >>> report.codes, [(hidden.finding.code, hidden.by.reason) for hidden in report.suppressed]
    ([], [('JWZ003', 'an example')])
    """

    finding: Finding
    by: Suppression
