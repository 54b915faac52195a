"""What every rule is made of: the registry, what a rule saw, the finding, and the third outcome, *not checked*."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeVar

from j1553ref.errors import J1553Error

__all__ = [
    "REGISTRY",
    "SEVERITIES",
    "Finding",
    "Missing",
    "NotChecked",
    "Rule",
    "RuleError",
    "Seen",
    "Severity",
    "need",
    "rule",
]

Severity = Literal["error", "warning", "info"]

#: Severities from loudest to quietest.
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")

T = TypeVar("T")


class RuleError(J1553Error, LookupError):
    """A rule code that does not exist."""


class Missing(Exception):  # noqa: N818 - not an error: the third outcome of a rule
    """The rule cannot be decided: ``datum`` names what is missing, ``reason`` says why it is needed."""

    def __init__(self, datum: str, reason: str) -> None:
        super().__init__(datum, reason)
        self.datum = datum
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.datum}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a rule saw: the place in the input (RFC 6901), the message, what was expected and what is there.

    The run makes a :class:`Finding` of it. ``severity`` is given only where it is lower than the rule's own.

    >>> Seen("/lines/0/units", "zero units bill nothing", expected="at least 1", actual=0).actual
    0
    """

    pointer: str
    message: str
    expected: object = None
    actual: object = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, or that staff may want to confirm, and where it is in the input document.

    ``pointer`` is RFC 6901. ``facts`` are the ids that the rule consulted, each with the date that it asked for.

    >>> print(Finding(code="UNT008", name="line-of-no-units", severity="warning", pointer="/lines/0/units", message="zero"))
    UNT008 warning at /lines/0/units: zero
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
    #: the pointer with the input's own names, used to find line and column; never printed
    place: str = field(default="", repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.code} {self.severity} at {self.pointer or '/'}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChecked:
    """A rule that could not be decided, with the datum that was missing. Silence is not a pass.

    >>> from j1553ref import case, check
    >>> [outcome.missing for outcome in check(case("whole-vials-jz"), select="PAY001").not_checked]
    ['mue_table']
    """

    code: str
    reason: str
    missing: str


#: The function of a rule: it takes a view of the claim (``rules.context``) and yields what it saw.
Check = Callable[[Any], Iterator[Seen]]

#: How the families among ``Rule.reads`` begin.
_FAMILIES = ("profile.", "product.package", "code.predecessor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check. ``severity`` is the highest it can reach; ``stops`` names rules that stay silent once it has fired.

    ``basis`` lists the facts that say why it is wrong, ``reads`` the facts whose values decide it. A name in ``reads``
    may be a family: ``product.package`` means every package, ``profile.jw_jz`` that key of any payer's profile.
    ``scope`` is ``group``, ``claim`` or, for the shape of the file, ``shape``.

    >>> from j1553ref.rules import get
    >>> get("JWZ003").name, get("JWZ003").severity, get("JWZ003").stops
    ('jz-missing', 'error', ('JWZ009',))
    """

    code: str
    name: str
    severity: Severity
    since: str
    summary: str
    basis: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    scope: Literal["group", "claim", "shape"] = "group"
    #: fields of the drug lines that must be readable; a damaged one means *not checked*
    needs: tuple[str, ...] = ()
    #: modifiers, and facts that list codes: on a claim with none of them the rule cannot fire, so it is not run
    looks_for: tuple[str, ...] = ()
    run: Check | None = None

    @property
    def family(self) -> str:
        """The three letters that the code begins with.

        >>> from j1553ref.rules import get
        >>> get("JWZ003").family
        'JWZ'
        """
        return self.code[:3]

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids of the facts that it is based on or reads, without families and tables of a facts folder.

        >>> from j1553ref.rules import get
        >>> get("MOD006").basis, get("MOD006").reads, get("MOD006").facts
        (('modifier.JA',), ('profile.route_modifier',), ('modifier.JA',))
        """
        return tuple(name for name in (*self.basis, *self.reads) if not name.startswith(_FAMILIES))

    def may_consult(self, fact_id: str) -> bool:
        """Whether a fact is declared, by its id or by its family.

        >>> from j1553ref.rules import get
        >>> get("MOD006").may_consult("profile.medicare-ab:ngs.route_modifier"), get("MOD006").may_consult("unit.size")
        (True, False)
        """
        family, _, key = fact_id.rpartition(".")
        if family.startswith("profile."):
            family = f"profile.{key}"
        return fact_id in self.basis or fact_id in self.reads or (family.startswith(_FAMILIES) and family in self.reads)


REGISTRY: dict[str, Rule] = {}


def rule(
    code: str,
    name: str,
    *,
    severity: Severity,
    since: str,
    summary: str,
    basis: tuple[str, ...] = (),
    reads: tuple[str, ...] = (),
    binds: tuple[str, ...] = (),
    stops: tuple[str, ...] = (),
    scope: Literal["group", "claim", "shape"] = "group",
    needs: tuple[str, ...] = (),
    looks_for: tuple[str, ...] = (),
) -> Callable[[Check], Check]:
    """Register the decorated generator as the rule of that code; raises ValueError for a code that is taken.

    >>> from j1553ref.rules import get
    >>> rule(get("JWZ003").code, "another", severity="info", since="0.2.0", summary="")(lambda group: iter(()))
    Traceback (most recent call last):
    ValueError: JWZ003 is taken
    """

    def register(run: Check) -> Check:
        if code in REGISTRY:
            raise ValueError(f"{code} is taken")
        REGISTRY[code] = Rule(
            code=code,
            name=name,
            severity=severity,
            since=since,
            summary=summary,
            basis=basis,
            reads=reads,
            binds=binds,
            stops=stops,
            scope=scope,
            needs=needs,
            looks_for=looks_for,
            run=run,
        )
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
