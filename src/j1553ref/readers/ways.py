"""Ways through documents whose lists are searched, as in FHIR: which element of a list holds a value is said in the element.

A way is the path of a :class:`~j1553ref.readers.reading.Row` with two more signs: ``coding[ndc]`` is the element of a list
that the sign ``ndc`` chooses, and ``modifier*`` means all elements. A field may have several ways; the first that leads
to a value is taken. A form writes the first way of each field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Generic, TypeVar

from j1553ref.claim import Part
from j1553ref.readers.reading import Kind, Node, Reading
from j1553ref.redaction import shown

__all__ = ["Field", "Sign", "Ways"]

P = TypeVar("P", bound=Part)

_STEP = re.compile(r"([A-Za-z]+)(?:\[([a-z-]+)\])?(\*?)")
_LIST, _OBJECT = "a list in brackets", "an object in braces"


@dataclass(frozen=True, slots=True)
class Sign:
    """How an element of a list shows what it holds: what it says of itself, and the texts that mean this sign.

    ``says`` gives the texts of an element. ``means`` are regular expressions for a whole text in small letters; an earlier one
    goes before a later one. ``writes`` is what a form puts into the element.

    >>> ndc = Sign(lambda coding: [coding.get("system")], (".*/sid/ndc", ".*/ndc"), {"system": "http://hl7.org/fhir/sid/ndc"})
    >>> ndc.rank({"system": "http://example.org/ndc"}), ndc.rank({"system": "http://loinc.org"})
    (1, None)
    """

    says: Callable[[Mapping[str, Any]], Iterable[Any]]
    means: tuple[str, ...]
    writes: Mapping[str, Any]

    def rank(self, element: Any) -> int | None:
        """The number of the first expression that fits; None where none does."""
        if not isinstance(element, dict):
            return None
        texts = [text.strip().lower() for text in self.says(element) if isinstance(text, str)]
        return next(
            (rank for rank, means in enumerate(self.means) if any(re.fullmatch(means, text) for text in texts)), None
        )


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a part: our name, the ways to it, the kind of its value.

    Where ``many`` is set, the values of all places are read. Of a ``quiet`` field a value of another kind is passed over: it
    may hold something else that is right.
    """

    name: str
    ways: tuple[str, ...]
    kind: Kind[Any]
    many: bool = False
    quiet: bool = False


class Ways(Generic[P]):
    """The fields of one part of the claim, in a document whose lists are searched by ``signs``.

    ``fixed`` are fields that are the same in every document. Raises ValueError for a field that the part does not have.

    >>> from j1553ref.claim import Drug
    >>> from j1553ref.readers.reading import Problems, kind
    >>> signs = {"ndc": Sign(lambda coding: [coding.get("system")], (".*/ndc",), {"system": "x/ndc"})}
    >>> table = Ways(Drug, signs, Field("ndc", ("product/coding[ndc]/code",), kind("[0-9]+", "digits", str)))
    >>> reading = Reading({"product": {"coding": [{"system": "y/ndc", "code": "70573060521"}]}}, "", Problems())
    >>> table.fill(reading)
    >>> reading.fields["ndc"], reading.places["ndc"]
    ('70573060521', '/product/coding/0/code')
    """

    def __init__(
        self, part: type[P], signs: Mapping[str, Sign], *rows: Field, fixed: Mapping[str, Any] | None = None
    ) -> None:
        if unknown := {row.name for row in rows} - {field.name for field in fields(part)}:
            raise ValueError(f"no fields of {part.__name__}: {', '.join(sorted(unknown))}")
        self.part: type[P] = part
        self.fixed: Mapping[str, Any] = fixed or {}
        self.rows = {row.name: row for row in rows}
        self._signs = signs
        self.names: frozenset[str] = frozenset(name for row in rows for way in row.ways for name, _, _ in _steps(way))

    def fill(self, part: Reading, *, without: frozenset[str] = frozenset()) -> None:
        """Every field of the part, but for those named in ``without``."""
        for name, row in self.rows.items():
            if name not in without:
                self.row(part, row)

    def row(self, part: Reading, row: Field) -> None:
        """One field."""
        if row.quiet:
            found = (node for way in row.ways for node in self.nodes(part, (way,)))
            nodes = [node for node in found if row.kind.value(node.value) is not None]
        else:
            nodes = self.nodes(part, row.ways, part.damaged, row.name)
        if nodes and row.many:
            self.several(part, row, nodes)
        elif nodes:
            part.get(row.name, nodes[0], row.kind)

    def several(self, part: Reading, row: Field, nodes: list[Node]) -> None:
        """The values of a field that has several; the field is damaged where not all are sound."""
        found = [(node.pointer, node.values(row.kind)) for node in nodes]
        if not all(values for _, values in found):
            part.damaged.add(row.name)
        part.places[row.name] = nodes[0].pointer
        sound = [(pointer, value) for pointer, values in found for value in values]
        part.places |= {f"{row.name}.{index}": pointer for index, (pointer, _) in enumerate(sound)}
        part.fields[row.name] = tuple(value for _, value in sound)

    def nodes(self, node: Node, ways: Iterable[str], damaged: set[str] | None = None, name: str = "") -> list[Node]:
        """Where the first of some ways leads that leads anywhere.

        What is neither list nor object where each way wants one is a problem, and the field ``name`` is ``damaged``.
        """
        strays: list[tuple[Node, str]] = []
        right: set[str] = set()
        for way in ways:
            if found := list(self._follow(node, _steps(way), strays, right)):
                return found
        # What one way wants as a list another may want as an object.
        for stray, expected in {stray.pointer: (stray, expected) for stray, expected in strays}.values():
            if stray.pointer in right:
                continue
            node.problems.add(stray.pointer, "type", expected, shown(stray.value))
            if damaged is not None:
                damaged.add(name)
        return []

    def _follow(
        self, node: Node, steps: tuple[tuple[str, str, bool], ...], strays: list[tuple[Node, str]], right: set[str]
    ) -> Iterator[Node]:
        if not steps:
            yield node
            return
        (name, sign, many), *more = steps
        inner = node.at(name)
        if not isinstance(node.value, dict):
            strays.append((node, _OBJECT))
        elif inner is not None and not sign and not many:
            right.add(node.pointer)
            yield from self._follow(inner, tuple(more), strays, right)
        elif inner is not None and not isinstance(inner.value, list):
            strays.append((inner, _LIST))
        elif inner is not None:
            right |= {node.pointer, inner.pointer}
            for item in self.chosen(inner.items(), sign, many=many):
                yield from self._follow(item, tuple(more), strays, right)

    def chosen(self, items: list[Node], sign: str, *, many: bool = False) -> list[Node]:
        """The elements with a sign: all in their order, or without ``many`` the first of those of the lowest rank."""
        if not sign:
            return items
        ranked = [(rank, item) for item in items if (rank := self._signs[sign].rank(item.value)) is not None]
        if many or not ranked:
            return [item for _, item in ranked]
        return [min(ranked, key=lambda found: found[0])[1]]

    def written(self, content: dict[str, Any], name: str, value: Any) -> None:
        """Puts a value into an object at the first way of a field; lists get one element for it.

        >>> content = {}
        >>> signs = {"hcpcs": Sign(lambda coding: [coding.get("system")], ("x",), {"system": "x"})}
        >>> from j1553ref.claim import Line
        >>> from j1553ref.readers.reading import kind
        >>> table = Ways(Line, signs, Field("modifiers", ("modifier*/coding[hcpcs]/code",), kind(".", "", str), many=True))
        >>> for modifier in ("JZ", "76"):
        ...     table.written(content, "modifiers", modifier)
        >>> content["modifier"][1]
        {'coding': [{'system': 'x', 'code': '76'}]}
        """
        *steps, (last, _, _) = _steps(self.rows[name].ways[0])
        holder: Any = content
        for step, sign, many in steps:
            if not sign and not many:
                holder = holder.setdefault(step, {})
                continue
            marks = dict(self._signs[sign].writes) if sign else {}
            listed = holder.setdefault(step, [])
            same = next((item for item in listed if not many and marks.items() <= item.items()), None)
            if same is None:
                listed.append(same := marks)
            holder = same
        holder[last] = value


@cache
def _steps(way: str) -> tuple[tuple[str, str, bool], ...]:
    found = [_STEP.fullmatch(step) for step in way.split("/")]
    return tuple((step[1], step[2] or "", bool(step[3])) for step in found if step)
