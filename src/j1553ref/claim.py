"""What a claim is to the rules: frozen, neutral, with a pointer back into the document that the user gave.

Readers make a :class:`Claim`; rules read it. A value that the input lacks is ``None``; a value that is there
but damaged is ``None`` too, and its field name is in ``damaged``, so that a rule which needs it is
*not checked*.

No class here has slots: a reader makes a part by :meth:`Part.of`, which leaves the fields that the input lacks to
the defaults of the class.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from j1553ref.errors import J1553Error

__all__ = [
    "STRAY",
    "Administration",
    "Claim",
    "Drug",
    "InputError",
    "Line",
    "Part",
    "Pause",
    "Places",
    "ShapeProblem",
    "Vials",
]

#: In ``damaged`` of a claim that has fields of its lines outside of them.
STRAY = "fields of lines"


class InputError(J1553Error, ValueError):
    """Input that is no claim at all; its text is one line and never repeats the input."""


@dataclass(frozen=True, slots=True)
class ShapeProblem:
    """One violation of the input's shape: where, which JSON Schema keyword, what was expected, what is there.

    ``pointer`` (RFC 6901) may be shown: names that the schema does not know are ``?`` in it. ``place`` is the
    same pointer with the names of the input; it is for looking up line and column, and is never printed. ``note`` says
    more, such as what the value was taken for; ``severity`` is given only where it is lower than that of an error.

    >>> ShapeProblem("/?", "additionalProperties", "a known name", "<an unknown name>", "/Jane Roe")
    ShapeProblem(pointer='/?', keyword='additionalProperties', expected='a known name', actual='<an unknown name>')
    """

    pointer: str
    keyword: str
    expected: str
    actual: str
    place: str = field(default="", repr=False, compare=False)
    note: str = field(default="", repr=False)
    severity: str = field(default="", repr=False)

    def under(self, pointer: str) -> ShapeProblem:
        """The same in a document that holds this one at a pointer.

        >>> ShapeProblem("/form", "required", "form", "<absent>").under("/claim").pointer
        '/claim/form'
        """
        return replace(self, pointer=pointer + self.pointer, place=pointer + self.place)


_NONE: Mapping[str, Any] = {}


class Places(Mapping[str, str]):
    """Field name -> pointer of its value in the input document, joined only when somebody asks.

    ``ways`` lead from the part at ``pointer`` to its fields, ``counts`` are the numbers of elements of lists that are
    whole, ``elsewhere`` holds pointers from the root, which go before. A mapping like any other, in which an element
    is ``name.N``.

    >>> places = Places("/lines/0", {"units": "/units", "modifiers": "/modifiers"}, {"modifiers": 2})
    >>> places["units"], places["modifiers.1"], "modifiers.2" in places, len(places)
    ('/lines/0/units', '/lines/0/modifiers/1', False, 4)
    """

    __slots__ = ("_counts", "_elsewhere", "_pointer", "_ways")

    def __init__(
        self,
        pointer: str,
        ways: Mapping[str, str],
        counts: Mapping[str, int] = _NONE,
        elsewhere: Mapping[str, str] = _NONE,
    ) -> None:
        self._pointer = pointer
        self._ways = ways
        self._counts = counts
        self._elsewhere = elsewhere

    def __getitem__(self, name: str) -> str:
        if name in self._elsewhere:
            return self._elsewhere[name]
        if name in self._ways:
            return self._pointer + self._ways[name]
        field, _, index = name.rpartition(".")
        if index in map(str, range(self._counts.get(field, 0))):
            return f"{self[field]}/{index}"
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        yield from self._elsewhere
        yield from (name for name in self._ways if name not in self._elsewhere)
        yield from (f"{name}.{index}" for name, count in self._counts.items() for index in range(count))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def under(self, pointer: str) -> Places:
        """The same in a document that holds this one at a pointer.

        >>> Places("/lines/0", {"units": "/units"}).under("/claim")["units"]
        '/claim/lines/0/units'
        """
        elsewhere = {name: pointer + place for name, place in self._elsewhere.items()}
        return Places(pointer + self._pointer, self._ways, self._counts, elsewhere)

    def __hash__(self) -> int:
        return hash(frozenset(self.items()))

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass(frozen=True, kw_only=True)
class Part:
    """Anything with a place in the input document."""

    pointer: str
    #: field name -> pointer of that field in the input document, for the fields that are there;
    #: an element of a tuple is ``name.N``, N from 0, as in ``modifiers.0``
    places: Mapping[str, str] = Places("", {})
    #: names of fields that are there but could not be read
    damaged: frozenset[str] = frozenset()

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Self:
        """The part with these fields, the others with their defaults; ``fields`` becomes its own and is not checked.

        For readers: it takes a quarter of the time of the constructor, which sets every field by itself.

        >>> Line.of({"pointer": "/lines/0", "units": 400}) == Line(pointer="/lines/0", units=400)
        True
        """
        part = object.__new__(cls)
        object.__setattr__(part, "__dict__", fields)
        return part

    def under(self, pointer: str) -> Self:
        """The part as it is in a document that holds this one at a pointer.

        >>> line = Line(pointer="/lines/0", places=Places("/lines/0", {"units": "/units"}))
        >>> Claim(pointer="", format="j1553", lines=(line,)).under("/claim").lines[0].at("units")
        '/claim/lines/0/units'
        """
        changed: dict[str, Any] = {"pointer": pointer + self.pointer}
        for name, value in vars(self).items():
            if isinstance(value, Part | Places):
                changed[name] = value.under(pointer)
            elif isinstance(value, tuple) and value and isinstance(value[0], Part | ShapeProblem):
                changed[name] = tuple(inner.under(pointer) for inner in value)
            elif name == "also":
                changed[name] = tuple(pointer + place for place in value)
        return self.of({name: value for name, value in vars(self).items() if not name.startswith("_")} | changed)

    def at(self, name: str, index: int | None = None) -> str:
        """The pointer of a field, or of the part itself where the field is absent.

        With ``index`` it is the pointer of that element of a tuple, or of the field where that is not known.

        >>> line = Line(pointer="/lines/0", places={"modifiers": "/lines/0/m", "modifiers.0": "/lines/0/m/0"})
        >>> line.at("modifiers", 0), line.at("modifiers", 4), line.at("units")
        ('/lines/0/m/0', '/lines/0/m', '/lines/0')
        """
        if index is not None and (place := self.places.get(f"{name}.{index}")):
            return place
        return self.places.get(name, self.pointer)


@dataclass(frozen=True, kw_only=True)
class Drug(Part):
    """The drug identification of a line: NDC as given, NDC quantity and its unit (F2 GR ME ML UN).

    >>> drug = Drug(pointer="/lines/0/drug", ndc="70573060521", unit="ML")
    >>> drug.unit, drug.quantity
    ('ML', None)
    """

    #: kept out of repr: the field takes any text, so that the rules can judge it
    ndc: str | None = field(default=None, repr=False)
    qualifier: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    prescription_number: str | None = field(default=None, repr=False)
    #: False where the input format has no slot for the N4 qualifier
    has_qualifier_slot: bool = True


@dataclass(frozen=True, kw_only=True)
class Line(Part):
    """One service line. ``units`` is the whole-number HCPCS unit count; ``charge`` the line total in dollars.

    ``end`` is ``None`` where only one date was stated. ``revenue_code`` always has four digits.
    ``diagnosis_pointers`` are the numbers, from 1, of the claim's diagnoses.

    >>> Line(pointer="/lines/0", procedure_code="J1553", units=350).modifiers
    ()
    """

    procedure_code: str | None = None
    modifiers: tuple[str, ...] = ()
    units: int | None = None
    unit_basis: str | None = None
    start: date | None = None
    end: date | None = None
    place_of_service: str | None = None
    revenue_code: str | None = None
    diagnosis_pointers: tuple[int, ...] = ()
    charge: Decimal | None = None
    drug: Drug | None = None
    start_time: time | None = None
    stop_time: time | None = None
    encounter: str | None = field(default=None, repr=False)
    line_number: int | None = None
    #: further places of the line, where a format spreads it over several
    also: tuple[str, ...] = ()

    def holds(self, pointer: str) -> bool:
        """Whether a place in the input document is on this line.

        >>> line = Line(pointer="/segments/8", also=("/segments/9",))
        >>> line.holds("/segments/8/4"), line.holds("/segments/9/3"), line.holds("/segments/80")
        (True, True, False)
        """
        return f"{pointer}/".startswith(tuple(f"{place}/" for place in (self.pointer, *self.also)))

    @property
    def is_dated_by_statement(self) -> bool:
        """Whether the date of service is not the line's own but that of the claim's statement.

        >>> Line(pointer="/lines/0", start=date(2026, 5, 4), places={"start": "/statement"}).is_dated_by_statement
        True
        """
        place = self.places.get("start")
        return self.start is not None and place is not None and not self.holds(place)


@dataclass(frozen=True, kw_only=True)
class Vials(Part):
    """Opened vials of one NDC.

    >>> Vials(pointer="/administrations/0/vials/0", ndc="70573060521", count=2).count
    2
    """

    ndc: str = field(repr=False)
    count: int


@dataclass(frozen=True, kw_only=True)
class Pause(Part):
    """A pause of the infusion, by clock times.

    >>> from datetime import time
    >>> str(Pause(pointer="/administrations/0/pauses/0", start=time(10, 5), stop=time(10, 20)).stop)
    '10:20:00'
    """

    start: time
    stop: time


@dataclass(frozen=True, kw_only=True)
class Administration(Part):
    """What the record says of one infusion of the drug on one date of service in one encounter.

    ``container`` is ``single``, ``multi`` or ``unknown``; ``stock`` is ``bought`` or ``free``. Milligrams for the dose.

    >>> from decimal import Decimal
    >>> given = Administration(pointer="/administrations/0", dose_mg=Decimal(35000))
    >>> given.dose_mg, given.vials, given.next_day
    (Decimal('35000'), None, None)
    """

    service_date: date | None = None
    encounter: str | None = field(default=None, repr=False)
    dose_mg: Decimal | None = None
    vials: tuple[Vials, ...] | None = None
    container: str | None = None
    stock: str | None = None
    start: time | None = None
    stop: time | None = None
    #: True or False only where the record says so; a stop before the start is one on the next day all the same
    next_day: bool | None = None
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Claim(Part):
    """A claim as the rules see it. ``format`` names the input format, ``form`` is ``cms1500`` or ``ub04``.

    ``type_of_bill`` has three characters, without the leading zero. Where one of ``diagnoses`` is damaged the
    tuple is empty, since the lines point to them by number.

    >>> from j1553ref import case, claim_from
    >>> claim = claim_from(case("whole-vials-jz"))
    >>> claim.lines[0].units, claim.lines[0].modifiers, claim.administrations[0].dose_mg
    (400, ('JZ',), Decimal('40000'))
    """

    format: str
    form: str | None = None
    payer: str | None = None
    claim_filing_code: str | None = None
    claim_id: str | None = field(default=None, repr=False)
    type_of_bill: str | None = None
    #: first and last date of the statement of a facility bill
    statement_start: date | None = None
    statement_end: date | None = None
    diagnoses: tuple[str, ...] = ()
    total_charge: Decimal | None = None
    lines: tuple[Line, ...] = ()
    administrations: tuple[Administration, ...] = ()
    is_340b: bool | None = None
    off_campus: bool | None = None
    dual_eligible: bool | None = None
    shape: tuple[ShapeProblem, ...] = ()
    #: what the reader has to say of the claim, by the names of the report's notes
    notes: tuple[str, ...] = ()

    def date_at(self, pointer: str) -> date | None:
        """The date of service of the line or record that holds the place, or None.

        >>> line = Line(pointer="/lines/0", start=date(2026, 5, 4))
        >>> Claim(pointer="", format="j1553", lines=(line,)).date_at("/lines/0/modifiers/1")
        datetime.date(2026, 5, 4)
        """
        part = self.part_at(pointer)
        if isinstance(part, Line):
            return part.start
        return part.service_date if part else None

    def part_at(self, pointer: str) -> Line | Administration | None:
        """The line or record that holds a place, or None.

        >>> line = Line(pointer="/segments/8", also=("/segments/9",))
        >>> claim = Claim(pointer="", format="x12", lines=(line,))
        >>> claim.part_at("/segments/9/3") is line, claim.part_at("/segments/80")
        (True, None)
        """
        while pointer and pointer not in self._parts:
            pointer = pointer.rpartition("/")[0]
        return self._parts.get(pointer)

    @cached_property
    def by_date(self) -> dict[date | None, tuple[Line, ...]]:
        """The lines of each date of service; those without one under None.

        >>> lines = (Line(pointer="/lines/0", start=date(2026, 5, 4)), Line(pointer="/lines/1"))
        >>> [len(same) for same in Claim(pointer="", format="j1553", lines=lines).by_date.values()]
        [1, 1]
        """
        found: dict[date | None, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.start, []).append(line)
        return {day: tuple(lines) for day, lines in found.items()}

    @cached_property
    def _parts(self) -> dict[str, Line | Administration]:
        """Each line and record by its pointers."""
        records: dict[str, Line | Administration] = {record.pointer: record for record in self.administrations}
        return records | {place: line for line in self.lines for place in (line.pointer, *line.also)}
