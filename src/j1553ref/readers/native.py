"""The native claim: from a document of the shape of ``schemas/claim.schema.json`` to a Claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, TypeVar

from j1553ref import shape
from j1553ref.claim import Administration, Claim, Drug, Line, Pause, Vials

__all__ = ["FORMAT", "claim", "claims", "recognizes"]

FORMAT = "j1553"

T = TypeVar("T")

#: Six places: whatever lies beyond comes from binary arithmetic in the sender's program.
_FINEST = Decimal("0.000001")
_ROUNDING = Context(prec=30, rounding=ROUND_HALF_EVEN)


def recognizes(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object is meant to be a native claim: two of the three required properties are there.

    >>> recognizes({"form": "ub04", "lines": []}), recognizes({"name": "package", "lines": 30})
    (True, False)
    """
    return len({"schema_version", "form", "lines"} & document.keys()) >= 2


def claims(document: Mapping[str, Any]) -> Iterator[Claim]:
    """The one claim of a document, as an iterator like those of the other formats."""
    yield claim(document)


def claim(document: Mapping[str, Any]) -> Claim:
    """The claim of a document as the strict parser makes it; problems of shape are in its ``shape``.

    What is damaged is ``None`` and named in ``damaged``. Of a damaged list the sound elements are kept, but
    none where their number or sum matters (diagnoses, vials, pauses).

    >>> line = {"procedure_code": "J1553", "units": "many"}
    >>> [found] = claim({"schema_version": "1", "form": "cms1500", "lines": [line]}).lines
    >>> found.procedure_code, found.units, sorted(found.damaged)
    ('J1553', None, ['units'])
    """
    found = shape.problems(document)
    if len(found) >= shape.LIMIT:
        # The rest was not looked at, so nothing of it may be read.
        return Claim(pointer="", format=FORMAT, damaged=frozenset(document), shape=shape.distinct(found))
    bad = frozenset(each.place for each in found if each.keyword != "required")
    here = _Object(document, "", bad)
    return Claim(
        format=FORMAT,
        shape=shape.distinct(found),
        form=here.get("form", str),
        payer=here.get("payer", str),
        claim_filing_code=here.get("claim_filing_code", str),
        claim_id=here.get("claim_id", str),
        type_of_bill=here.get("type_of_bill", lambda text: text[-3:]),
        diagnoses=here.list("diagnoses", str, whole=True),
        total_charge=here.get("total_charge", _amount),
        lines=here.parts("lines", _line),
        administrations=here.parts("administrations", _administration),
        is_340b=here.get("is_340b", bool),
        off_campus=here.get("off_campus", bool),
        dual_eligible=here.get("dual_eligible", bool),
        **here.where(),
    )


def _line(here: _Object) -> Line:
    dates = here.object("service_date", ("start", "end")) or _Object({}, "", here.bad)
    return Line(
        procedure_code=here.get("procedure_code", str),
        modifiers=here.list("modifiers", str),
        units=here.get("units", int),
        unit_basis=here.get("unit_basis", str),
        start=here.get("start", date.fromisoformat, dates),
        end=here.get("end", date.fromisoformat, dates),
        place_of_service=here.get("place_of_service", str),
        revenue_code=here.get("revenue_code", lambda text: text.zfill(4)),
        diagnosis_pointers=here.list("diagnosis_pointers", int),
        charge=here.get("charge", _amount),
        drug=_drug(here.object("drug", ("drug",))),
        start_time=here.get("start_time", time.fromisoformat),
        stop_time=here.get("stop_time", time.fromisoformat),
        encounter=here.get("encounter", str),
        line_number=here.get("line_number", int),
        **here.where(),
    )


def _drug(here: _Object | None) -> Drug | None:
    if here is None:
        return None
    return Drug(
        ndc=here.get("ndc", str),
        qualifier=here.get("qualifier", str),
        quantity=here.get("quantity", _amount),
        unit=here.get("unit", str),
        prescription_number=here.get("prescription_number", str),
        **here.where(),
    )


def _administration(here: _Object) -> Administration:
    vials = here.parts("vials", _vials)
    return Administration(
        service_date=here.get("service_date", date.fromisoformat),
        encounter=here.get("encounter", str),
        dose_mg=here.get("dose_mg", _amount),
        vials=vials if "vials" in here.value and "vials" not in here.damaged else None,
        container=here.get("container", str),
        stock=here.get("stock", str),
        start=here.get("start", time.fromisoformat),
        stop=here.get("stop", time.fromisoformat),
        next_day=here.get("next_day", bool) or False,
        pauses=here.parts("pauses", _pause, whole=True),
        **here.where(),
    )


def _vials(here: _Object) -> Vials | None:
    ndc, count = here.get("ndc", str), here.get("count", int)
    return None if ndc is None or count is None else Vials(ndc=ndc, count=count, **here.where())


def _pause(here: _Object) -> Pause | None:
    start, stop = here.get("start", time.fromisoformat), here.get("stop", time.fromisoformat)
    return None if start is None or stop is None else Pause(start=start, stop=stop, **here.where())


class _Object:
    """A JSON object that is being read: notes where each field stands and which could not be read."""

    def __init__(self, value: Mapping[str, Any], pointer: str, bad: frozenset[str]) -> None:
        self.value = value
        self.pointer = pointer
        self.bad = bad
        self.places: dict[str, str] = {}
        self.damaged: set[str] = set()

    def where(self) -> dict[str, Any]:
        """The arguments that every :class:`~j1553ref.claim.Part` has."""
        return {"pointer": self.pointer, "places": self.places, "damaged": frozenset(self.damaged)}

    def get(self, name: str, read: Callable[[Any], T], source: _Object | None = None) -> T | None:
        """A field's value, from this object or from one inside it."""
        source = source or self
        if name not in source.value:
            return None
        place = self.places[name] = f"{source.pointer}/{name}"
        if place in self.bad:
            self.damaged.add(name)
            return None
        return read(source.value[name])

    def object(self, name: str, fields: tuple[str, ...]) -> _Object | None:
        """The object under a name; ``fields`` are damaged where it is none."""
        if name not in self.value:
            return None
        place = self.places[name] = f"{self.pointer}/{name}"
        if place not in self.bad:
            return _Object(self.value[name], place, self.bad)
        self.places |= dict.fromkeys(fields, place)
        self.damaged.update(fields)
        return None

    def list(self, name: str, read: Callable[[Any], T], *, whole: bool = False) -> tuple[T, ...]:
        """The sound elements of a list; with ``whole`` all or none."""
        sound = [(place, read(each)) for place, each in self._elements(name) if place not in self.bad]
        if whole and name in self.damaged:
            return ()
        self.places |= {f"{name}.{index}": place for index, (place, _) in enumerate(sound)}
        return tuple(each for _, each in sound)

    def parts(self, name: str, read: Callable[[_Object], T | None], *, whole: bool = False) -> tuple[T, ...]:
        """The sound objects of a list; with ``whole`` all or none."""
        found = []
        for place, each in self._elements(name):
            part = read(_Object(each, place, self.bad)) if place not in self.bad else None
            if part is None:
                self.damaged.add(name)
            else:
                found.append(part)
        return () if whole and name in self.damaged else tuple(found)

    def _elements(self, name: str) -> Iterator[tuple[str, Any]]:
        if name not in self.value:
            return
        place = self.places[name] = f"{self.pointer}/{name}"
        if place in self.bad:
            self.damaged.add(name)
        elements = self.value[name]
        for index, each in enumerate(elements if isinstance(elements, list) else ()):
            if f"{place}/{index}" in self.bad:
                self.damaged.add(name)
            yield f"{place}/{index}", each


def _amount(value: int | str | Decimal) -> Decimal:
    if isinstance(value, str):
        return Decimal(value)
    # Written out, so that neither 1E+2 nor a tail of zeros from the rounding reaches a message.
    text = format(Decimal(value).quantize(_FINEST, context=_ROUNDING), "f")
    return Decimal(text.rstrip("0").rstrip("."))
