"""Shape: what a native claim looks like, by ``schemas/claim.schema.json`` and nothing else.

The schema is written out once as a Python function that collects every violation: straight-line code, in which a
pointer is made only where something is wrong. Exactly the keywords that the schema uses are understood, as JSON
Schema 2020-12 defines them with ``format`` asserted; any other keyword is refused when the schema is loaded, so that
nothing in it can be overlooked in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import Any

from j1553ref import schemas
from j1553ref.claim import ShapeProblem
from j1553ref.redaction import counted, pointer, shown

__all__ = ["LIMIT", "MISPLACED", "SchemaError", "distinct", "is_right", "misplaced", "names", "problems"]

#: More problems than this are not collected from one claim: a hostile file must not fill the memory.
LIMIT = 1000

_ANNOTATIONS = frozenset({"$schema", "$id", "$defs", "title", "description", "examples"})
_TEXT = frozenset({"pattern", "format", "maxLength", "minLength"})
_NUMBER = frozenset({"minimum", "maximum", "exclusiveMaximum"})
_ARRAY = frozenset({"items", "minItems", "maxItems"})
_OBJECT = frozenset({"required", "properties", "patternProperties", "additionalProperties"})
#: Keywords of which several may find fault with one and the same value.
_ONE_VALUE = _TEXT | _NUMBER | {"type"}
_OTHER = frozenset({"$ref", "type", "enum", "const", "not", "if", "then", "else", "allOf"})
_KEYWORDS = _ANNOTATIONS | _TEXT | _NUMBER | _ARRAY | _OBJECT | _OTHER

#: The Python types that a JSON type is read as; a bool is no number.
_TYPES: Mapping[str, tuple[str, ...]] = {
    "object": ("dict",),
    "array": ("list",),
    "string": ("str",),
    "number": ("int", "Decimal"),
    "integer": ("int", "Decimal"),
    "boolean": ("bool",),
}
_TYPE_WORDS = {
    "object": "an object in braces",
    "array": "a list in brackets",
    "string": "text in quotes",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}
#: What is found where a property of the format is in the wrong object.
MISPLACED = "<in the wrong place>"
#: So many properties of one object are named in one message.
_MOST_NAMED = 5
_NUMBERS = ("no", "one", "two", "three", "four")
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


class SchemaError(ValueError):
    """A schema uses something that this module does not understand."""


class _Enough(Exception):  # noqa: N818 - not an error: the collection is full
    """Stops the check."""


class _Found:
    """The problems found so far."""

    def __init__(self, limit: int, known: frozenset[str]) -> None:
        self.problems: list[ShapeProblem] = []
        self.limit = limit
        self.known = known

    def add(self, at: tuple[str | int, ...], keyword: str, expected: str | tuple[str, str], actual: str) -> None:
        note = ""
        if isinstance(expected, tuple):
            (expected, note), actual = expected, MISPLACED
        self.problems.append(ShapeProblem(pointer(at, self.known), keyword, expected, actual, pointer(at), note))
        if len(self.problems) >= self.limit:
            raise _Enough


def problems(document: Any) -> tuple[ShapeProblem, ...]:
    """Every violation of the claim schema in a document as the readers parse it (numbers are int or Decimal).

    They come in the order of the schema, at most LIMIT. One mistake may violate several keywords: see
    :func:`distinct`.

    >>> line = {"procedure_code": "J1553", "units": "400"}
    >>> [found] = problems({"schema_version": "1", "form": "cms1500", "lines": [line]})
    >>> found.pointer, found.keyword, found.expected, found.actual
    ('/lines/0/units', 'type', 'a whole number', '400')
    """
    found = _Found(LIMIT, names())
    with suppress(_Enough):
        _check()(document, found.add)
    return tuple(found.problems)


def distinct(found: Iterable[ShapeProblem]) -> tuple[ShapeProblem, ...]:
    """One problem for each mistake: of the keywords about the text or number of one value the first is kept.

    >>> line = {"procedure_code": "J15530", "units": 400}
    >>> found = problems({"schema_version": "1", "form": "cms1500", "lines": [line]})
    >>> [problem.keyword for problem in found], [problem.keyword for problem in distinct(found)]
    (['pattern', 'maxLength'], ['pattern'])
    """
    kept: dict[Any, ShapeProblem] = {}
    for number, problem in enumerate(found):
        place = problem.place or problem.pointer
        kept.setdefault(place if problem.keyword in _ONE_VALUE else number, problem)
    return tuple(kept.values())


@cache
def names() -> frozenset[str]:
    """Every property name that the claim schema knows: the names that may be shown in a pointer.

    >>> "units" in names()
    True
    """
    return frozenset(_compiler().names)


@cache
def _compiler() -> _Compiler:
    return _Compiler(json.loads(schemas.text("claim"), parse_float=Decimal))


@cache
def _check() -> Callable[[Any, Callable[..., None]], None]:
    return _compiler().function()


class _Compiler:
    """Writes one schema document as the source of one function of a document and of what collects its problems.

    ``at`` is the source of a tuple: the way to the value ``x`` of the schema that is being written. Nothing of the
    schema enters the source but by ``repr``.
    """

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.names: set[str] = set()
        #: what the source refers to by name
        self.globals: dict[str, Any] = {
            "Decimal": Decimal,
            "shown": shown,
            "is_date": _is_date,
            "known_name": _known_name,
        }
        self.open: list[str] = []
        self.lines: list[str] = []
        self.depth = 0
        self.count = 0
        #: whether the source only says yes or no, as the condition of an ``if`` does
        self.asks = False
        with self.block("def check(x, add):"):
            self.schema(root, "x", "", field="")

    def function(self) -> Callable[[Any, Callable[..., None]], None]:
        """The function."""
        exec(compile("\n".join(self.lines), "<schema>", "exec"), self.globals)
        check: Callable[[Any, Callable[..., None]], None] = self.globals["check"]
        return check

    # -- writing ----------------------------------------------------------------------------------------------------

    def write(self, line: str) -> None:
        self.lines.append(" " * self.depth + line)

    @contextmanager
    def block(self, opening: str) -> Iterator[None]:
        """What is written inside is indented under a line that ends with a colon."""
        self.write(opening)
        start = len(self.lines)
        self.depth += 1
        yield
        if len(self.lines) == start:
            self.write("pass")
        self.depth -= 1

    def name(self, kind: str, value: Any = None) -> str:
        """A new name in the source; with a value it is that of a constant."""
        self.count += 1
        name = f"{kind}{self.count}"
        if value is not None:
            self.globals[name] = value
        return name

    def fault(self, at: str, keyword: str, expected: str, actual: str) -> None:
        """A problem; ``expected`` and ``actual`` are source."""
        self.write("return False" if self.asks else f"add(({at}), {keyword!r}, {expected}, {actual})")

    # -- the keywords -----------------------------------------------------------------------------------------------

    def schema(self, node: Any, x: str, at: str, *, field: str) -> None:
        """One subschema of the value named ``x``, which is one of ``field``."""
        if not isinstance(node, dict) or not node.keys() <= _KEYWORDS:
            unknown = sorted(node.keys() - _KEYWORDS) if isinstance(node, dict) else [repr(node)]
            raise SchemaError(f"not understood in a schema: {', '.join(unknown)}")
        said = f"shown({x}, {field!r})"
        if "$ref" in node:
            self.reference(node["$ref"], x, at, field)
        self.typed(node, x, at, field)
        if "enum" in node:
            self.one_of(node["enum"], "enum", x, at, said)
        if "const" in node:
            self.one_of([node["const"]], "const", x, at, said)
        if "not" in node:
            if node["not"] != {} or "description" not in node:
                raise SchemaError("not understood in a schema: not, other than an empty one with a description")
            self.fault(at, "not", repr(node["description"]), said)
        if "if" in node:
            self.conditional(node, x, at, field)
        for subschema in node.get("allOf", ()):
            self.schema(subschema, x, at, field=field)

    def reference(self, ref: str, x: str, at: str, field: str) -> None:
        if not ref.startswith("#/$defs/") or ref in self.open:
            raise SchemaError(f"not understood in a schema: $ref {ref}")
        self.open.append(ref)
        name = ref.removeprefix("#/$defs/")
        self.schema(self.root["$defs"][name], x, at, field=name)
        self.open.pop()

    def conditional(self, node: Mapping[str, Any], x: str, at: str, field: str) -> None:
        """The condition is a function of its own; nothing that it finds is a problem."""
        outside = self.lines, self.depth, self.asks
        self.lines, self.depth, self.asks = [], 0, True
        condition = self.name("condition")
        with self.block(f"def {condition}(x):"):
            self.schema(node["if"], "x", "", field=field)
            self.write("return True")
        inside = self.lines
        self.lines, self.depth, self.asks = outside
        self.lines[:0] = inside
        with self.block(f"if {condition}({x}):"):
            self.schema(node.get("then", {}), x, at, field=field)
        with self.block("else:"):
            self.schema(node.get("else", {}), x, at, field=field)

    def typed(self, node: Mapping[str, Any], x: str, at: str, field: str) -> None:
        """The type, and the keywords that look at values of one type only."""
        kinds: Mapping[str, tuple[frozenset[str], Callable[..., None]]] = {
            "str": (_TEXT, self.text),
            "int": (_NUMBER, self.number),
            "Decimal": (_NUMBER, self.number),
            "list": (_ARRAY, self.array),
            "dict": (_OBJECT, self.object),
            "bool": (frozenset(), self.text),
        }
        wanted = [node["type"]] if isinstance(node.get("type"), str) else node.get("type", ())
        # Nothing is repeated where an object or a list was expected: what is there is a value of another field.
        said = "" if {"object", "array"} & set(wanted) else field
        allowed = {kind for name in wanted for kind in _TYPES[name]} if wanted else set(kinds)
        wrong = ("type", repr(" or ".join(_TYPE_WORDS[name] for name in wanted)), f"shown({x}, {said!r})")
        opening = "if"
        for kind, (keywords, write) in kinds.items():
            if kind in allowed and (wanted or node.keys() & keywords):
                with self.block(f"{opening} type({x}) is {kind}:"):
                    if kind == "Decimal" and "integer" in wanted and "number" not in wanted:
                        with self.block(f"if {x} != {x}.to_integral_value():"):  # 350.0 is a whole number, 350.5 is not
                            self.fault(at, *wrong)
                    if node.keys() & keywords:
                        write(node, x, at, field)
                opening = "elif"
        if wanted:
            with self.block("else:"):
                self.fault(at, *wrong)

    def text(self, node: Mapping[str, Any], x: str, at: str, field: str) -> None:
        said = f"shown({x}, {field!r})"
        if node.get("format", "date") != "date":
            raise SchemaError(f"not understood in a schema: format {node['format']}")
        written = " or ".join(example for example in node.get("examples", ()) if isinstance(example, str))
        if "pattern" in node:
            with self.block(f"if not {self.name('fits', _pattern(node['pattern']))}({x}):"):
                self.fault(at, "pattern", repr(f"text written like {written}"), said)
        if "format" in node:
            with self.block(f"if not is_date({x}):"):
                self.fault(at, "format", repr(f"a calendar date written like {written}"), said)
        self.limit(node, "maxLength", f"len({x}) >", at, "at most N character", said)
        self.limit(node, "minLength", f"len({x}) <", at, "at least N character", said)

    def number(self, node: Mapping[str, Any], x: str, at: str, field: str) -> None:
        said = f"shown({x}, {field!r})"
        self.limit(node, "minimum", f"{x} <", at, "at least", said)
        self.limit(node, "maximum", f"{x} >", at, "at most", said)
        self.limit(node, "exclusiveMaximum", f"{x} >=", at, "less than", said)

    def limit(self, node: Mapping[str, Any], keyword: str, beyond: str, at: str, words: str, said: str) -> None:
        """One limit: ``beyond`` is the source of a comparison up to it; a limit to a length is counted in ``words``."""
        if keyword in node:
            most = node[keyword]
            before, _, noun = words.partition(" N ")
            with self.block(f"if {beyond} {self.name('limit', most)}:"):
                self.fault(at, keyword, repr(f"{before} {counted(most, noun) if noun else most}"), said)

    def array(self, node: Mapping[str, Any], x: str, at: str, field: str) -> None:
        self.limit(node, "minItems", f"len({x}) <", at, "at least N item", f"shown({x})")
        self.limit(node, "maxItems", f"len({x}) >", at, "at most N item", f"shown({x})")
        index, item = self.name("i"), self.name("x")
        with self.block(f"for {index}, {item} in enumerate({x}):"):
            self.schema(node.get("items", {}), item, f"{at}{index}, ", field=field)

    def object(self, node: Mapping[str, Any], x: str, at: str, field: str) -> None:
        properties: Mapping[str, Any] = node.get("properties", {})
        self.names.update(properties)
        for name in node.get("required", ()):
            with self.block(f"if {name!r} not in {x}:"):
                self.fault(at, "required", repr(f"the property {name}"), "'<absent>'")
        if "additionalProperties" in node:
            self.unknown(node, x, at)
        for name, subschema in properties.items():
            value = self.name("x")
            with self.block(f"if {name!r} in {x}:"):
                self.write(f"{value} = {x}[{name!r}]")
                self.schema(subschema, value, f"{at}{name!r}, ", field=name)

    def unknown(self, node: Mapping[str, Any], x: str, at: str) -> None:
        """Refuses every name that is neither a property nor begins with one of the free prefixes."""
        if node["additionalProperties"] is not False:
            raise SchemaError("not understood in a schema: additionalProperties other than false")
        properties: Mapping[str, Any] = node.get("properties", {})
        patterns: Mapping[str, Any] = node.get("patternProperties", {})
        for pattern, anything in patterns.items():
            if not re.fullmatch(r"\^[a-z]+-", pattern) or not self.is_anything(anything):
                raise SchemaError("not understood in a schema: patternProperties other than a free prefix")
        known = self.name("known", frozenset(properties))
        free = self.name("free", tuple(pattern.removeprefix("^") for pattern in patterns))
        sample = ", ".join([name for name in properties if name.isidentifier()][:3])
        homes = self.name("homes", self.homes(node))
        name = self.name("n")
        expected = f"known_name({name}, {known}, {sample!r}, {homes})"
        with (
            self.block(f"if not {x}.keys() <= {known}:"),
            self.block(f"for {name} in {x}:"),
            self.block(f"if {name} not in {known} and not {name}.startswith({free}):"),
        ):
            self.fault(f"{at}{name}, ", "additionalProperties", expected, "'<an unknown name>'")

    def homes(self, node: Mapping[str, Any]) -> dict[str, tuple[tuple[str, ...], ...]]:
        """Where the properties of the objects in an object are at home: name -> the ways, past lists; the nearest first."""
        found: dict[str, tuple[tuple[str, ...], ...]] = {}
        level: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [((), node)]
        while level:
            below = []
            for way, holder in level:
                for name, inner in self.resolved(holder).get("properties", {}).items():
                    if way:
                        found[name] = (*found.get(name, ()), way)
                    below.append(((*way, name), inner))
            level = below
        return {name: ways for name, ways in found.items() if name not in node["properties"]}

    def resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """The subschema of an object, of the elements of a list, or what it refers to."""
        while "$ref" in node or "items" in node:
            node = self.root["$defs"][node["$ref"].removeprefix("#/$defs/")] if "$ref" in node else node["items"]
        return node

    def is_anything(self, node: Any) -> bool:
        """Whether a subschema, or what it refers to, accepts everything."""
        if isinstance(node, dict) and "$ref" in node:
            node = self.root["$defs"][node["$ref"].removeprefix("#/$defs/")]
        return isinstance(node, dict) and node.keys() <= _ANNOTATIONS

    def one_of(self, values: Sequence[Any], keyword: str, x: str, at: str, said: str) -> None:
        if not all(isinstance(value, str) for value in values):
            raise SchemaError(f"not understood in a schema: {keyword} with anything but text")
        expected = " or ".join(", ".join(f'"{value}"' for value in values).rsplit(", ", 1))
        with self.block(f"if type({x}) is not str or {x} not in {self.name('values', frozenset(values))}:"):
            self.fault(at, keyword, repr(expected), said)


def _known_name(
    name: str, known: frozenset[str], sample: str, homes: Mapping[str, Sequence[Sequence[str]]]
) -> str | tuple[str, str]:
    """What was expected in place of an unknown name; of one that is at home further in, also what to do."""
    near = ", ".join(get_close_matches(name[:40], known, n=2))
    if name in homes:
        first, *others = homes[name]
        expected, note = misplaced([name], (), first)
        more = "".join(f" or {'/'.join(way)}" for way in others)
        return f"{expected}{more}{f' (nearest name here: {near})' if near else ''}", f"{note}{more}"
    return f"a known name ({f'nearest: {near}' if near else f'such as {sample}'})"


def misplaced(names: Sequence[str], at: Sequence[str], home: Sequence[str]) -> tuple[str, str]:
    """What was expected of properties that are in the wrong object, and what to do; ``at`` and ``home`` are ways to objects.

    >>> misplaced(["ndc", "quantity"], (), ("drug",))
    ('ndc, quantity inside drug', 'these fields are one level too high: move them into drug')
    >>> misplaced(["drugIdentification"], ("professionalService",), ())[1]
    'this field is one level too low: move it out of professionalService'
    """
    said = ", ".join(names[:_MOST_NAMED]) + (" and others" if len(names) > _MOST_NAMED else "")
    are, them = ("this field is", "it") if len(names) == 1 else ("these fields are", "them")
    apart = len(home) - len(at)
    levels = f"{_NUMBERS[abs(apart)]} level{'s' if abs(apart) > 1 else ''}" if abs(apart) < len(_NUMBERS) else "levels"
    if apart > 0 and tuple(home[: len(at)]) == tuple(at):
        inside = "/".join(home[len(at) :])
        return f"{said} inside {inside}", f"{are} {levels} too high: move {them} into {inside}"
    if apart < 0 and tuple(at[: len(home)]) == tuple(home):
        outside = "/".join(at[len(home) :])
        return f"{said} outside {outside}", f"{are} {levels} too low: move {them} out of {outside}"
    return f"{said} inside {'/'.join(home)}", f"{are} in the wrong object: move {them} into {'/'.join(home)}"


@cache
def _right(path: str) -> Callable[[Any, Callable[..., None]], None]:
    root = _compiler().root
    node: Any = root
    for token in path.split("/")[1:]:
        while "$ref" in node:
            node = {
                **root["$defs"][node["$ref"].removeprefix("#/$defs/")],
                **{k: v for k, v in node.items() if k != "$ref"},
            }
        node = node["items"] if token == "*" else node["properties"][token]
    return _Compiler({**node, "$defs": root["$defs"]}).function()


def is_right(pointer: str, value: Any) -> bool:
    """Whether a value would be right at a pointer of a native claim, by what the schema says of it wherever it is.

    >>> is_right("/lines/0/modifiers/0", "JZ"), is_right("/lines/0/modifiers/0", "jz"), is_right("/lines/3/units", 400)
    (True, False, True)
    """
    path = "/".join("*" if token.isdigit() else token for token in pointer.split("/"))
    found: list[Any] = []
    _right(path)(value, lambda *problem: found.append(problem))
    return not found


def _pattern(pattern: str) -> Callable[[str], object]:
    """Patterns are ECMA-262, where ``$`` is the very end; Python's ``$`` would let a trailing line break pass."""
    if not re.fullmatch(r"\^.*[^\\]\$", pattern) or re.search(r"\\[a-zA-Z]", pattern):
        raise SchemaError("not understood in a schema: a pattern that is not anchored, or not portable")
    return re.compile(rf"{pattern[:-1]}\Z").search


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
