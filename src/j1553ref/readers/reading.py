"""The kit that all formats share: how values are written, tables of paths, and the part of a claim that is being read.

A format is a :class:`Table` for each part of the claim, with a :class:`Row` for each field: our name, the path of
theirs, the :class:`Kind` of the value. A reader fills the fields by it and a form writes them by it. What no table can
say is code beside it, made of :class:`Node` and :class:`Reading`. Places and damage are noted on the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from j1553ref.claim import STRAY, Claim, Part, Places, ShapeProblem
from j1553ref.readers.levels import MOST, Level, may_hold
from j1553ref.readers.slips import attached, code_alone, digits, meant, one_in_each_place, several
from j1553ref.redaction import pointer as pointer_to
from j1553ref.redaction import shown
from j1553ref.shape import LIMIT, MISPLACED, misplaced

__all__ = ["Enough", "Kind", "Made", "Node", "Problems", "Reading", "Row", "Table", "Unfit", "kind", "whole"]

T = TypeVar("T")
P = TypeVar("P", bound=Part)

_ALL = "*"
_NONE: Mapping[str, Any] = {}


class Enough(Exception):  # noqa: N818 - not an error: the collection is full
    """Stops the reading: as many problems as are collected from one claim were found."""


class Unfit(ValueError):  # noqa: N818 - it says what was expected instead
    """A value that is written as its kind asks and still is not what was expected; the text says what that is."""


# -- how values are written -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """How one kind of value is written, what is made of it, and how that is written again.

    ``read`` raises ValueError, or answers None, for a text that fits the pattern and still cannot be used: the error
    is a problem of shape, None is none. Without ``pattern`` the value was judged before, as by a schema, and is only
    read.

    >>> day = kind("[0-9]{2}", 'a day written like "04"', int, write="{:02}".format)
    >>> day.value("04"), day.value("x"), day.write(4), day.problem("x")
    (4, None, '04', ('pattern', 'a day written like "04"'))
    """

    expected: str
    read: Callable[[Any], T | None]
    write: Callable[[T], Any] = str
    pattern: re.Pattern[str] | None = None
    keyword: str = "pattern"
    #: the name of the field in :mod:`j1553ref.redaction` and :mod:`j1553ref.readers.slips`; without it nothing is
    #: shown, and there are no slips
    field: str = ""
    #: whether the value is a number of JSON, or with None may be one; the pattern, and what is read, are then its digits
    number: bool | None = False

    def value(self, there: Any) -> T | None:
        """What a value of the document means; None where it cannot be used."""
        if self.pattern is None:
            return self.read(there)
        if self.number is not False:
            there = digits(there) or (None if self.number else there)
        if isinstance(there, str) and self.pattern.fullmatch(there):
            try:
                return self.read(there)
            except ValueError:
                pass  # such as a date that the calendar does not have
        return None

    def problem(self, there: Any) -> tuple[str, str] | None:
        """Keyword and expected words for a value that cannot be used; None where its shape is not at fault."""
        if self.pattern is None:
            return None
        if self.number is not False and type(there) in (int, Decimal):
            there = digits(there) or ""
        elif self.number:
            return "type", f"a number without quotes: {self.expected}"
        if not isinstance(there, str):
            return "type", f"text in quotes: {self.expected}"
        if not self.pattern.fullmatch(there):
            return self.keyword, self.expected
        try:
            self.read(there)
        except Unfit as error:
            return self.keyword, str(error)
        except ValueError:
            return self.keyword, self.expected
        return None


def kind(pattern: str, expected: str, read: Callable[[str], T | None], **more: Any) -> Kind[T]:
    """A kind of text that is written as a regular expression says.

    >>> kind("[0-9]+", "digits", int).problem(350)
    ('type', 'text in quotes: digits')
    """
    return Kind(expected, read, pattern=re.compile(pattern), **more)


# -- tables of paths ------------------------------------------------------------------------------------------------


class Row:
    """One field of a part: our name, the path of theirs from the part's object, the kind of its value.

    A path is property names with ``/`` between them; ``/*`` at its end says that the value is a list, whose elements
    are of the kind. ``most`` is the number of elements that may be used; of a ``whole`` list nothing is read where an
    element is damaged. ``kind`` may be a table: then the field is a part of its own. Without a kind only the place is
    noted. Without a path the name is theirs too.

    >>> row = Row("modifiers", "service/procedureModifiers/*", Kind("a modifier", str))
    >>> row.path, row.many
    (('service', 'procedureModifiers'), True)
    """

    __slots__ = ("field", "kind", "many", "most", "path", "table", "whole")

    def __init__(
        self,
        field: str,
        path: str = "",
        kind: Kind[Any] | Table[Any] | None = None,
        *,
        most: int | None = None,
        whole: bool = False,
    ) -> None:
        *steps, last = (path or field).split("/")
        self.field = field
        self.many = last == _ALL
        self.path = tuple(steps if self.many else [*steps, last])
        self.kind = kind if isinstance(kind, Kind) else None
        self.table = kind if isinstance(kind, Table) else None
        self.most = most
        self.whole = whole

    @property
    def take(self) -> Callable[[Any], Any] | None:
        """Reads one value of the row's kind; quicker than :meth:`Kind.value` where the value was judged before."""
        if self.kind is None:
            return None
        return self.kind.value if self.kind.pattern else self.kind.read

    def source(self, read: str) -> Iterator[str]:
        """The lines of a function that make of a value ``x`` what it means; ``read`` is what reads one."""
        way = "".join(f"/{step}" for step in self.path)
        if self.many:
            yield f"if type(x) is not list{f' or len(x) > {self.most}' if self.most else ''}: return None"
            item = f"{read}(i, f'{{p}}{way}/{{n}}')" if self.table else f"{read}(i)"
            yield f"x = tuple([{item} for n, i in enumerate(x)])" if self.table else f"x = tuple(map({read}, x))"
            yield "if not all(x): return None" if self.table else "if None in x: return None"
            if self.kind:
                yield f"c[{self.field!r}] = len(x)"
        elif self.kind and self.take is not str:
            yield f"x = {read}(x)"
            yield "if x is None: return None"
        elif self.table:
            yield f"x = {read}(x, p + {way!r})"
            yield "if x is None: return None"

    def written(self, part: Part) -> Any:
        """The field of a part as it is written in the document; empty where the part does not have it.

        >>> from j1553ref.claim import Line
        >>> marks = Row("modifiers", "marks/*", kind("[A-Z]{2}", "a modifier", str))
        >>> marks.written(Line(pointer="", modifiers=("JZ",))), marks.written(Line(pointer=""))
        (['JZ'], [])
        """
        value = getattr(part, self.field)
        if self.kind is None or value is None:
            return ""
        return [self.kind.write(item) for item in value] if self.many else self.kind.write(value)

    def element(self, item: Node) -> tuple[Any, ...]:
        """What one element of the list means, or the several that are written as one; empty where it cannot be used."""
        found = self.table.read(item.value, item.pointer, item.problems) if self.table else None
        return item.values(self.kind) if self.kind else (found,) if found is not None else ()


class Made(Protocol[P]):
    """What a part is made by: its class, and the fields that are the same in every document of the format."""

    part: type[P]
    fixed: Mapping[str, Any]


class Table(Generic[P]):
    """The rows of one part of the claim, in the order in which they are read.

    ``required`` are paths of properties without which there is a problem; ``fixed`` are fields that are the same in every
    document of the format. ``beside`` are paths that are read by code and not by a row: path -> our field, and the tables
    of what may be there. ``open`` says that the document may hold other properties too. ``names`` are the
    property names on all paths: they may be shown in a pointer. Raises ValueError for a row whose field the part does
    not have.

    >>> from j1553ref.claim import Drug
    >>> table = Table(Drug, Row("ndc", "code", kind("[0-9]+", "digits", str)), required=("code",))
    >>> problems = Problems()
    >>> table.read({"code": "70573060521"}, "/drug", problems).ndc, table.read({"code": 7}, "/drug", problems).damaged
    ('70573060521', frozenset({'ndc'}))
    >>> [(found.pointer, found.keyword) for found in problems.found.values()]
    [('/drug/code', 'type')]
    >>> table.quick({"code": "70573060521"}, "/drug").at("ndc"), table.quick({"code": 7}, "/drug")
    ('/drug/code', None)
    """

    def __init__(
        self,
        part: type[P],
        *rows: Row,
        required: tuple[str, ...] = (),
        fixed: Mapping[str, Any] | None = None,
        beside: Mapping[str, tuple[str, *tuple[Table[Any], ...]]] | None = None,
        open: bool = False,
    ) -> None:
        known = {field.name: field for field in fields(part)}
        if unknown := [row.field for row in rows if row.field not in known and (row.kind or row.table)]:
            raise ValueError(f"no fields of {part.__name__}: {', '.join(unknown)}")
        self.part: type[P] = part
        self.rows = rows
        self.fixed: Mapping[str, Any] = fixed or {}
        self.beside = beside or {}
        self.open = open
        below = [row.table.names for row in rows if row.table]
        self.names: frozenset[str] = frozenset(step for row in rows for step in row.path).union(*below)
        #: fields without which there is no part
        self.needed = {name for name, field in known.items() if field.default is MISSING} - {"pointer", *self.fixed}
        by_path = {"/".join(row.path): row for row in rows}
        self.required = tuple(by_path[path] for path in required)

    def read(self, value: Any, pointer: str, problems: Problems) -> P | None:
        """The part that an object is; None for no object, and where what every such part has cannot be read."""
        reading = Reading(value, pointer, problems)
        if not reading.is_object():
            return None
        reading.ask(self)
        reading.fill(self)
        reading.astray(self)
        return reading.made(self) if self.needed <= reading.fields.keys() else None

    @cached_property
    def homes(self) -> tuple[tuple[str, tuple[str, ...], str], ...]:
        """Where each property that is read is at home: its name, the way to its object and our field, the nearest first.

        The way leads from the part's object; a list on it is passed by.

        >>> from j1553ref.claim import Drug, Line
        >>> drug = Table(Drug, Row("ndc", "code", kind("[0-9]+", "digits", str)))
        >>> Table(Line, Row("units", "count", kind("[0-9]+", "digits", int)), Row("drug", kind=drug)).homes
        (('count', (), 'units'), ('drug', (), 'drug'), ('code', ('drug',), 'drug'))
        """
        ways = [(row.path, row.field, *((row.table,) if row.table else ())) for row in self.rows]
        ways += [(tuple(path.split("/")), *what) for path, what in self.beside.items()]
        found = [(name, path[:size], own) for path, own, *_ in ways for size, name in enumerate(path)]
        for path, own, *tables in ways:
            found += [(name, (*path, *way), own) for table in tables for name, way, _ in table.homes]
        return tuple(sorted(dict.fromkeys(found), key=lambda home: len(home[1])))

    @cached_property
    def codes(self) -> frozenset[str]:
        """The names of properties that hold a procedure code, here and in the tables of rows."""
        tables = [row.table for row in self.rows if row.table] + [
            table for what in self.beside.values() for table in what[1:]
        ]
        own = (row.path[-1] for row in self.rows if row.field == "procedure_code")
        return frozenset(own).union(*(table.codes for table in tables))

    @cached_property
    def levels(self) -> tuple[tuple[tuple[str, ...], Level], ...]:
        """The part's object, and the objects in it that rows look into, each with the way to it."""
        paths = [row.path for row in self.rows] + [tuple(path.split("/")) for path in self.beside]
        ways = dict.fromkeys([(), *(path[:size] for path in paths for size in range(1, len(path)))])
        return tuple((way, Level(self.homes, way)) for way in ways)

    def written(self, part: P, order: Iterable[str]) -> dict[str, Any]:
        """The object of a part, the other way: the fields named in ``order`` at their paths, in that order.

        What the part does not have is empty.

        >>> from j1553ref.claim import Drug
        >>> table = Table(Drug, Row("ndc", "of/code", Kind("text", str)), Row("unit", kind=Kind("text", str)))
        >>> table.written(Drug(pointer="", ndc="70573060521"), ("unit", "ndc"))
        {'unit': '', 'of': {'code': '70573060521'}}
        """
        rows = {row.field: row for row in self.rows}
        content: dict[str, Any] = {}
        for name in order:
            holder = content
            for step in rows[name].path[:-1]:
                holder = holder.setdefault(step, {})
            holder[rows[name].path[-1]] = rows[name].written(part)
        return content

    @cached_property
    def quick(self) -> Callable[..., P | None]:
        """The same as :meth:`read` for an object in which all is as it should be, and None where something is not.

        It is the rows written out as one Python function of the object ``v`` and its pointer ``p``. A third argument
        holds fields that are taken from outside where the path leads to none: our field -> (pointer, value). In the
        function ``f`` are the fields, and ``w``, ``c`` and ``e`` what :class:`~j1553ref.claim.Places` asks for.
        """
        names: dict[str, Any] = {"of": self.part.of, "Places": Places, "fixed": self.fixed, "none": _NONE}
        lines = ["def quick(v, p, outside=none):", " if type(v) is not dict: return None"]
        lines.append(" f, w, c, e = {'pointer': p, **fixed}, {}, {}, {}")
        objects: dict[tuple[str, ...], str] = {(): "v"}
        for parents in dict.fromkeys(row.path[:size] for row in self.rows for size in range(1, len(row.path))):
            name = objects[parents] = f"v{len(objects)}"
            lines.append(f" {name} = {objects[parents[:-1]]}.get({parents[-1]!r}, none)")
            lines.append(f" if type({name}) is not dict: return None")
        for number, (way, level) in enumerate(self.levels if self.open else ()):
            names |= {f"own{number}": level.own, f"astray{number}": level.astray}
            unread = f"frozenset({objects[way]}.keys() - own{number})"
            lines.append(f" if not {objects[way]}.keys() <= own{number} and astray{number}({unread}): return None")
        needed = ((row.path[-1], objects[row.path[:-1]]) for row in self.required)
        lines += [f" if {name!r} not in {there}: return None" for name, there in needed]
        for number, row in enumerate(self.rows):
            there = "True" if row in self.required else f"{row.path[-1]!r} in {objects[row.path[:-1]]}"
            lines.append(f" if {there}:")
            lines.append(f"  x = {objects[row.path[:-1]]}[{row.path[-1]!r}]")
            lines += [f"  {line}" for line in row.source(f"read{number}")]
            lines.append(f"  w[{row.field!r}] = {''.join(f'/{step}' for step in row.path)!r}")
            if row.kind or row.table:
                names[f"read{number}"] = row.table.quick if row.table else row.take
                lines.append(f"  f[{row.field!r}] = x")
        lines += [f" if {name!r} not in f: return None" for name in self.needed]
        lines += [" for n in outside:", "  if n not in f: e[n], f[n] = outside[n]"]
        lines += [" f['places'] = Places(p, w, c, e)", " return of(f)"]
        exec(compile("\n".join(lines), f"<{self.part.__name__}>", "exec"), names)
        quick: Callable[..., P | None] = names["quick"]
        return quick


# -- the document, and the parts of the claim that are made of it ----------------------------------------------------


@dataclass(slots=True)
class Problems:
    """The problems found so far, each once; their pointers hold names of the tables only, so all may be shown.

    ``bad`` are pointers of values that were found at fault before: they are damaged and not read, unless they are slips
    of form. Where ``blank`` holds, ``null`` and empty text count as absent. ``right`` is given where all values were
    judged before, as by a schema, and says whether another value would be right at a pointer: then no problem is added,
    and ``slips`` holds what to say of each slip, by its pointer.
    """

    bad: frozenset[str] = frozenset()
    blank: bool = False
    right: Callable[[str, Any], bool] | None = None
    slips: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: pointers of lines and other objects that lack what nothing can be judged without
    absent: frozenset[str] = frozenset()
    found: dict[tuple[str, str, str], ShapeProblem] = field(default_factory=dict)

    def add(self, pointer: str, keyword: str, expected: str, actual: str) -> None:
        """Raises :class:`Enough` where no more are collected.

        >>> problems = Problems()
        >>> problems.add("/units", "type", "a whole number", "null")
        >>> [found.expected for found in problems.found.values()]
        ['a whole number']
        """
        self.put(ShapeProblem(pointer, keyword, expected, actual, pointer))

    def put(self, problem: ShapeProblem) -> None:
        """As :meth:`add`."""
        self.found[problem.place, problem.keyword, problem.expected] = problem
        if len(self.found) >= LIMIT:
            raise Enough

    def blame(self, kind: Kind[Any], value: Any, pointer: str) -> None:
        """A problem for a value that a kind cannot use, if its shape is at fault."""
        if found := kind.problem(value):
            self.add(pointer, *found, shown(value, kind.field))

    def slip(self, value: Any, pointer: str, field: str, keyword: str, said: tuple[str, str]) -> None:
        """Note a slip of form: ``said`` is what to write, and what the claim is checked as."""
        if self.right is None:
            self.put(ShapeProblem(pointer, keyword, said[0], shown(value, field), pointer, said[1]))
        else:
            self.slips[pointer] = said

    def astray(self, pointer: str, expected: str, note: str) -> None:
        """A property of the format in the wrong object."""
        self.put(ShapeProblem(pointer, "additionalProperties", expected, MISPLACED, pointer, note))

    def unread(self, node: Node, name: str, near: str) -> None:
        """A property that is not read, with a name like one that is: it is not shown, since it may be anything."""
        self.put(
            ShapeProblem(
                f"{node.pointer}/?",
                "additionalProperties",
                f"{near}, if that is what is meant",
                "<an unknown name>",
                node.pointer + pointer_to([name]),
                "it is not read",
                "info",
            )
        )

    def accepts(self, kind: Kind[Any], pointer: str) -> Callable[[Any], bool]:
        """Whether a value is written right for a kind, at a pointer."""
        right = self.right
        return (lambda value: kind.problem(value) is None) if right is None else (lambda value: right(pointer, value))


class Node:
    """A value of the document with its place.

    >>> node = Node({"name": "x", "note": ""}, "", Problems(blank=True))
    >>> node.at("name").pointer, node.at("note"), node.at("name").at("first")
    ('/name', None, None)
    """

    __slots__ = ("pointer", "problems", "value")

    def __init__(self, value: Any, pointer: str, problems: Problems) -> None:
        self.value = value
        self.pointer = pointer
        self.problems = problems

    def at(self, name: str) -> Node | None:
        """The value under a name of an object; None where there is none."""
        if not isinstance(self.value, dict) or name not in self.value:
            return None
        value = self.value[name]
        absent = self.problems.blank and (value is None or value == "")
        return None if absent else Node(value, f"{self.pointer}/{name}", self.problems)

    def require(self, name: str, expected: str) -> None:
        """A problem where an object lacks a property."""
        if isinstance(self.value, dict) and self.at(name) is None:
            self.problems.add(self.pointer, "required", f"{name}, {expected}", "<absent>")

    def is_object(self) -> bool:
        """Whether it is an object; a problem where it is not."""
        if self.pointer in self.problems.bad:
            return False
        if not isinstance(self.value, dict):
            self.problems.add(self.pointer, "type", "an object in braces", shown(self.value))
        return isinstance(self.value, dict)

    def items(self) -> list[Node]:
        """The elements of a list; a problem where it is none."""
        if isinstance(self.value, list):
            return [Node(item, f"{self.pointer}/{index}", self.problems) for index, item in enumerate(self.value)]
        if self.pointer not in self.problems.bad:
            self.problems.add(self.pointer, "type", "a list in brackets", shown(self.value))
        return []

    def read(self, kind: Kind[T]) -> T | None:
        """What the value means; None where it cannot be used, with a problem where its shape is at fault."""
        if self.pointer not in self.problems.bad:
            found = kind.value(self.value)
            if found is not None:
                return found
        return self.mended(kind)

    def mended(self, kind: Kind[T]) -> T | None:
        """What a value means that cannot be used as it is: that of a slip of form, which is a problem all the same."""
        problems, fault = self.problems, kind.problem(self.value)
        if kind.field and (fault or self.pointer in problems.bad):
            slip = meant(self.value, kind.field, problems.accepts(kind, self.pointer))
            found = kind.value(slip.right) if slip else None
            if slip and found is not None:
                keyword = fault[0] if fault else ""
                problems.slip(self.value, self.pointer, kind.field, keyword, (slip.expected, slip.note))
                return found
        if self.pointer not in problems.bad:
            problems.blame(kind, self.value, self.pointer)
        return None

    def values(self, kind: Kind[T]) -> tuple[T, ...]:
        """As :meth:`read`, for an element of a list: several modifiers may be written as one."""
        if kind.field == "modifiers" and (found := self.joined(kind)):
            return found
        one = self.read(kind)
        return () if one is None else (one,)

    def joined(self, kind: Kind[T]) -> tuple[T, ...]:
        """The modifiers that are written as one text, which is a problem; empty where it is one, or no modifier."""
        found = several(self.value)
        if found:
            self.problems.slip(self.value, self.pointer, "", "pattern", one_in_each_place(found))
        return tuple(value for text in found if (value := kind.value(text)) is not None)

    def alone(self, kind: Kind[T]) -> tuple[T, ...]:
        """What one value means where a list of them was expected, which is a problem; empty where it cannot be used."""
        accepts = self.problems.accepts(kind, f"{self.pointer}/0")
        found: tuple[Any, ...] = several(self.value) if kind.field == "modifiers" else ()
        if not found and accepts(self.value):
            found = (self.value,)
        elif not found and kind.field and (slip := meant(self.value, kind.field, accepts)):
            found = (slip.right,)
        values = [value for one in found if (value := kind.value(one)) is not None]
        if not values or len(values) < len(found):
            return ()
        self.problems.slip(
            self.value, self.pointer, "", "type", ("a list in brackets", "the claim is checked as if it were one")
        )
        return tuple(values)


class Reading(Node):
    """An object of the document that is being read as a part of the claim.

    It notes the place of each field, and which fields are there and could not be read.

    >>> reading = Reading({"units": "400", "charge": 5}, "/lines/0", Problems())
    >>> reading.get("units", reading.at("units"), kind("[0-9]+", "digits", int)), reading.damaged
    (400, set())
    """

    __slots__ = ("behind", "counts", "damaged", "fields", "places")

    def __init__(self, value: Any, pointer: str, problems: Problems) -> None:
        self.value = value
        self.pointer = pointer
        self.problems = problems
        #: what is known of the part: our field -> value
        self.fields: dict[str, Any] = {}
        self.damaged: set[str] = set()
        self.places: dict[str, str] = {}
        #: of a list that is whole the number of elements
        self.counts: dict[str, int] = {}
        #: modifiers that are written behind the code
        self.behind: tuple[str, ...] = ()

    def made(self, table: Made[P]) -> P:
        """The part of what was read."""
        fields = self.fields
        fields["pointer"] = self.pointer
        fields["places"] = Places(self.pointer, {}, self.counts, self.places)
        if self.damaged:
            fields["damaged"] = frozenset(self.damaged)
        fields.update(table.fixed)
        return table.part.of(fields)

    def fill(
        self, table: Table[Any], *, rows: Mapping[str, Row] = _NONE, otherwise: Mapping[str, Node | None] = _NONE
    ) -> None:
        """Every row of a table; ``rows`` replace some by their fields.

        ``otherwise`` are the values of fields whose path leads to none.
        """
        for row in table.rows:
            self.row(rows.get(row.field, row), otherwise.get(row.field))
        if self.behind:
            self.join()
        if self.pointer in self.problems.absent:
            self.miss_code(table)

    def ask(self, table: Table[Any]) -> None:
        """A problem for each required property that is not in the object that should hold it."""
        for row in table.required:
            holder: Node | None = self
            for name in row.path:
                if holder is not None and isinstance(holder.value, dict) and holder.at(name) is None:
                    holder.require(name, row.kind.expected if row.kind else "")
                    if row.field == "procedure_code":
                        self.miss_code(table)
                holder = holder and holder.at(name)

    def row(self, row: Row, otherwise: Node | None = None) -> None:
        """One row."""
        holder = self.follow(row)
        if holder and not holder.is_object():
            self.damage(holder, row.field)
            return
        there = (holder and holder.at(row.path[-1])) or otherwise
        if there is None:
            return
        if row.many:
            self.many(row, there)
        elif row.kind:
            if row.kind.field != "procedure_code" or not self.split(row.kind, there):
                self.get(row.field, there, row.kind)
        else:
            self.places[row.field] = there.pointer
            if row.table:
                self.keep(row.field, row.table.read(there.value, there.pointer, there.problems))

    def split(self, kind: Kind[Any], there: Node) -> bool:
        """Whether a procedure code has modifiers behind it, which is a problem: both are read."""
        problems = self.problems
        if there.pointer not in problems.bad and kind.value(there.value) is not None:
            return False
        found = attached(there.value)
        if not found or not problems.accepts(kind, there.pointer)(found[0]):
            return False
        problems.slip(there.value, there.pointer, "", "pattern", code_alone(*found))
        self.places["procedure_code"] = there.pointer
        self.fields["procedure_code"] = kind.value(found[0])
        self.behind = found[1]
        return True

    def join(self) -> None:
        """The modifiers behind the code before those in their own place."""
        own, code = self.fields.get("modifiers", ()), self.places["procedure_code"]
        first = [modifier for modifier in self.behind if modifier not in own]
        places = [
            self.places.get(f"modifiers.{index}", f"{self.places.get('modifiers')}/{index}")
            for index in range(len(own))
        ]
        self.counts.pop("modifiers", None)
        self.places.setdefault("modifiers", code)
        self.places |= {f"modifiers.{index}": place for index, place in enumerate([code] * len(first) + places)}
        self.fields["modifiers"] = (*first, *own)

    def astray(self, table: Table[Any]) -> None:
        """What is in the wrong object of the part is damaged, and said; an unread name like one that is read is named."""
        for way, level in table.levels:
            value = self.value
            for step in way:
                value = value.get(step) if type(value) is dict else None
            if type(value) is not dict or value.keys() <= level.own:
                continue
            names = value.keys() - level.own
            if not level.astray(frozenset(names)):
                continue
            node = Node(value, self.pointer + pointer_to(way), self.problems)
            strays: dict[tuple[str, ...], list[str]] = {}
            for name in value:
                if name not in names or node.at(name) is None:
                    continue
                if name in level.elsewhere:
                    lacking = [home for home in level.elsewhere[name] if self.lacks(home[0], name)]
                    for _, own in lacking:
                        self.stray(table, own, node, name)
                    if lacking:
                        strays.setdefault(self.nearest([home for home, _ in lacking]), []).append(name)
                elif table.open and len(names) <= MOST and (near := level.near(name)) and node.at(near) is None:
                    self.problems.unread(node, name, near)
            for home, found in strays.items() if self.problems.right is None else ():
                expected, note = misplaced(found, way, home)
                self.problems.astray(f"{node.pointer}/{found[0]}", expected, note)

    def stray(self, table: Table[Any], own: str, node: Node, name: str) -> None:
        """Damage for a property in the wrong object; the code of something else is read, since it hides no drug line."""
        hides = may_hold(node.value[name], name, table.codes)
        if own == "lines":
            self.damaged.add(own if hides else STRAY)
            return
        self.places.setdefault(own, f"{node.pointer}/{name}")
        if own == "procedure_code" and name in table.codes and not hides:
            self.fields[own] = node.value[name]
        else:
            self.fields.pop(own, None)
            self.damaged.add(own)

    def nearest(self, homes: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        """The first of some ways whose object is there, else the first."""
        return next((home for home in homes if not home or not self.lacks(home[:-1], home[-1])), homes[0])

    def lacks(self, home: tuple[str, ...], name: str) -> bool:
        """Whether nothing is in the place of a property; a list lacks what one of its elements lacks."""

        def found(node: Node | None, way: tuple[str, ...]) -> bool:
            if node is None or not isinstance(node.value, list):
                return node is not None and (not way or found(node.at(way[0]), way[1:]))
            return bool(node.value) and all(found(Node(item, "", node.problems), way) for item in node.value)

        return not found(self, (*home, name))

    def miss(self, *names: str) -> None:
        """Fields that must be there and are not: nothing that needs them can be judged."""
        self.damaged.update(names)
        for name in names:
            self.places.setdefault(name, self.pointer)

    def miss_code(self, table: Table[Any]) -> None:
        """A line without its code is damaged where the code is there and empty, or somewhere else in the line."""
        if any(may_hold(value, name, table.codes) for name, value in self.value.items()):
            self.miss("procedure_code")

    def follow(self, row: Row) -> Node | None:
        """What holds a row's value: the last object of its path, or what is in the place of one; None for nothing."""
        node: Node | None = self
        for name in row.path[:-1]:
            if node is None or not isinstance(node.value, dict):
                break
            node = node.at(name)
        return node

    def get(self, name: str, there: Node | None, kind: Kind[T]) -> T | None:
        """The field ``name`` from a value of the document, kept and returned."""
        if there is None:
            return None
        self.places[name] = there.pointer
        return self.keep(name, there.read(kind))

    def keep(self, name: str, found: T | None) -> T | None:
        """The value of a field that is there; None where it cannot be used."""
        if found is None:
            self.damaged.add(name)
        else:
            self.fields[name] = found
        return found

    def damage(self, there: Node, *names: str) -> None:
        """Fields of an object, where there is something else in its place."""
        self.damaged.update(names)
        self.places |= dict.fromkeys(names, there.pointer)

    def elements(self, name: str, there: Node | None) -> list[Node]:
        """The elements of a list for the field ``name``; the field is damaged where it is none, or was found at fault before.

        ``null`` and empty text are no elements. Where the schema or the format asks for something there, that is a
        problem, but no damage: nothing is what is meant.
        """
        if there is None:
            return []
        self.places.setdefault(name, there.pointer)
        if not isinstance(there.value, list) or there.pointer in self.problems.bad:
            self.damaged.add(name)
        found = there.items()
        if not any(type(item.value) is not dict and _is_nothing(item) for item in found):
            return found
        for item in filter(_is_nothing, found):
            if item.value != "" or not self.problems.blank:
                said = "no empty element in a list: leave it out", "the claim is checked without it"
                self.problems.slip(item.value, item.pointer, "", "type" if item.value is None else "pattern", said)
        return [item for item in found if not _is_nothing(item)]

    def many(self, row: Row, there: Node) -> None:
        """The sound elements of a list; the field is damaged where not all are sound."""
        name = row.field
        alone = None if isinstance(there.value, list) or not row.kind else there.alone(row.kind)
        if alone:
            sound, listed, items = [(there.pointer, found) for found in alone], -1, []
            self.places.setdefault(name, there.pointer)
        else:
            items = self.elements(name, there)
            listed = len(there.value) if isinstance(there.value, list) else -1
            found = [(item.pointer, row.element(item)) for item in items]
            sound = [(pointer, one) for pointer, values in found for one in values]
            if any(not values for _, values in found) or (row.whole and row.kind and have_gap(items)):
                self.damaged.add(name)
        if row.most is not None and max(len(sound), len(items)) > row.most:
            self.problems.add(there.pointer, "maxItems", f"at most {row.most} items", shown(there.value))
            self.damaged.add(name)
        if row.whole and name in self.damaged:
            return
        self.fields[name] = tuple(found for _, found in sound)
        if row.kind and len(sound) == listed:
            self.counts[name] = len(sound)
        elif row.kind:
            self.places |= {f"{name}.{index}": pointer for index, (pointer, _) in enumerate(sound)}


def have_gap(items: Iterable[Node]) -> bool:
    """Whether elements of a list were passed over before one of these, so that it has another number than its place says.

    >>> listed = Node([None, "D839"], "/codes", Problems()).items()
    >>> have_gap(listed), have_gap(listed[1:])
    (False, True)
    """
    return any(item.pointer.rpartition("/")[2] != str(index) for index, item in enumerate(items))


def _is_nothing(item: Node) -> bool:
    return item.value is None or (isinstance(item.value, str) and not item.value.strip())


def whole(document: Mapping[str, Any], make: Callable[[Reading], Claim], format: str) -> Claim:
    """The claim that ``make`` reads of a body, with the problems of its shape; of one that has too many no line is read.

    >>> whole({}, lambda part: Claim(pointer=part.pointer, format="flat"), "flat").shape
    ()
    """
    problems = Problems(blank=True)
    try:
        found = make(Reading(document, "", problems))
    except Enough:
        # The remaining values were not looked at, so none of them may be read.
        found = Claim(pointer="", format=format, damaged=frozenset({"lines"}))
    return replace(found, shape=tuple(problems.found.values())) if problems.found else found
