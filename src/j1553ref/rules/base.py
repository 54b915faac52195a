"""What every rule is made of: the registry, the finding, and the third outcome, *not checked*."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from j1553ref.errors import J1553Error

__all__ = ["REGISTRY", "Finding", "Missing", "NotChecked", "Rule", "RuleError", "need", "rule"]

#: Severities from loudest to quietest.
SEVERITIES = ("error", "warning", "info")

T = TypeVar("T")


class RuleError(J1553Error, LookupError):
    """A rule code that does not exist."""


class Missing(Exception):  # noqa: N818 - not an error: the third outcome of a rule
    """The rule cannot be decided: ``datum`` names what is missing, ``reason`` says why it is needed."""

    def __init__(self, datum: str, reason: str) -> None:
        super().__init__(f"{datum}: {reason}")
        self.datum = datum
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, or that staff may want to confirm, and where it stands in the input document.

    ``pointer`` is RFC 6901. ``facts`` are the ids consulted, each with the date of service it was asked for.
    """

    code: str
    name: str
    severity: str
    pointer: str
    message: str
    expected: str | None = None
    actual: str | None = None
    facts: tuple[tuple[str, date], ...] = ()
    line: int | None = None
    column: int | None = None
    #: the pointer as it stands in the input, to look up line and column by; never printed
    place: str = field(default="", repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.code} {self.severity} at {self.pointer or '/'}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChecked:
    """A rule that could not be decided, with the datum that was missing. Silence is not a pass."""

    code: str
    reason: str
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check. ``severity`` is the highest it can reach; ``stops`` names rules that stay silent once it has fired.

    ``order`` is the place in the run; ``scope`` is ``group``, ``claim`` or, for the file's shape, ``shape``.
    """

    code: str
    name: str
    severity: str
    since: str
    summary: str
    order: int
    facts: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    scope: str = "group"
    #: fields of the drug lines that must be readable; a damaged one means *not checked*
    needs: tuple[str, ...] = ()
    run: Callable[[Any], Iterator[Finding]] | None = None


REGISTRY: dict[str, Rule] = {}

Check = Callable[[Any], Iterator[Finding]]


def rule(code: str, name: str, **about: Any) -> Callable[[Check], Check]:
    """Register the decorated generator as the rule of that code."""

    def register(run: Check) -> Check:
        if code in REGISTRY:
            raise ValueError(f"{code} is taken")
        REGISTRY[code] = Rule(code=code, name=name, run=run, **about)
        return run

    return register


def need(value: T | None, datum: str, reason: str = "not in the claim") -> T:
    """The value, or *not checked* where there is none.

    >>> need(400, "units")
    400
    >>> need(None, "dose_mg")
    Traceback (most recent call last):
    j1553ref.rules.base.Missing: dose_mg: not in the claim
    """
    if value is None:
        raise Missing(datum, reason)
    return value
