"""Shape: what a native claim looks like, by ``schemas/claim.schema.json`` and nothing else.

The schema is compiled once into closures that collect every violation. Exactly the keywords that it uses are
understood, as JSON Schema 2020-12 defines them with ``format`` asserted; any other keyword is refused when the
schema is loaded, so that nothing in it can be overlooked in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeAlias

from j1553ref import schemas
from j1553ref.claim import ShapeProblem
from j1553ref.redaction import PRIVATE, counted, pointer, shown

__all__ = ["LIMIT", "SchemaError", "distinct", "names", "problems"]

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

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, Decimal),
    "integer": (int,),
    "boolean": (bool,),
}
_TYPE_WORDS = {
    "object": "an object in braces",
    "array": "a list in brackets",
    "string": "text in quotes",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}

_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

#: A value's way from the document's root, as linked pairs: cheap to lengthen, written out only for a problem.
_At: TypeAlias = "tuple[_At, str | int] | None"
_Check: TypeAlias = Callable[[Any, _At, "_Found"], None]


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

    def add(self, at: _At, keyword: str, expected: str, actual: Callable[[], str]) -> None:
        tokens = _tokens(at)
        said = pointer(tokens, self.known)
        self.problems.append(ShapeProblem(said, keyword, expected, actual(), pointer(tokens)))
        if len(self.problems) >= self.limit:
            raise _Enough


class _Probe(_Found):
    """Only asks whether there is a problem."""

    def __init__(self) -> None:
        super().__init__(1, frozenset())

    def add(self, at: _At, keyword: str, expected: str, actual: Callable[[], str]) -> None:
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
    check, known = _compiled()
    found = _Found(LIMIT, known)
    with suppress(_Enough):
        check(document, None, found)
    return tuple(found.problems)


def distinct(found: Iterable[ShapeProblem]) -> tuple[ShapeProblem, ...]:
    """One problem for each mistake: of the keywords about the text or number of one value the first is kept.

    >>> line = {"procedure_code": "J15530", "units": 400}
    >>> found = problems({"schema_version": "1", "form": "cms1500", "lines": [line]})
    >>> [each.keyword for each in found], [each.keyword for each in distinct(found)]
    (['pattern', 'maxLength'], ['pattern'])
    """
    kept: dict[Any, ShapeProblem] = {}
    for number, each in enumerate(found):
        kept.setdefault((each.place or each.pointer) if each.keyword in _ONE_VALUE else number, each)
    return tuple(kept.values())


def names() -> frozenset[str]:
    """Every property name that the claim schema knows: the names that may be shown in a pointer.

    >>> "units" in names()
    True
    """
    return _compiled()[1]


@cache
def _compiled() -> tuple[_Check, frozenset[str]]:
    compiler = _Compiler(json.loads(schemas.text("claim"), parse_float=Decimal))
    return compiler.check or _nothing, frozenset(compiler.names)


class _Compiler:
    """Turns one schema document into one closure."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.names: set[str] = set()
        self.open: list[str] = []
        self.check = self.schema(root, private=False)

    def schema(self, node: Any, *, private: bool) -> _Check | None:
        """The check of one subschema; None where it accepts everything."""
        if not isinstance(node, dict) or not node.keys() <= _KEYWORDS:
            unknown = sorted(node.keys() - _KEYWORDS) if isinstance(node, dict) else [repr(node)]
            raise SchemaError(f"not understood in a schema: {', '.join(unknown)}")
        steps = [
            self.reference(node["$ref"], private) if "$ref" in node else None,
            self.typed(node, private),
            _one_of(node["enum"], "enum", private) if "enum" in node else None,
            _one_of([node["const"]], "const", private) if "const" in node else None,
            _never(node, private) if "not" in node else None,
            self.conditional(node, private) if "if" in node else None,
            *(self.schema(each, private=private) for each in node.get("allOf", ())),
        ]
        return _all([each for each in steps if each])

    def reference(self, ref: str, private: bool) -> _Check | None:
        if not ref.startswith("#/$defs/") or ref in self.open:
            raise SchemaError(f"not understood in a schema: $ref {ref}")
        self.open.append(ref)
        name = ref.removeprefix("#/$defs/")
        check = self.schema(self.root["$defs"][name], private=private or name == PRIVATE)
        self.open.pop()
        return check

    def conditional(self, node: Mapping[str, Any], private: bool) -> _Check:
        condition = self.schema(node["if"], private=private) or _nothing
        then = self.schema(node.get("then", {}), private=private) or _nothing
        otherwise = self.schema(node.get("else", {}), private=private) or _nothing

        def check(value: Any, at: _At, found: _Found) -> None:
            try:
                condition(value, None, _Probe())
            except _Enough:
                otherwise(value, at, found)
            else:
                then(value, at, found)

        return check

    def typed(self, node: Mapping[str, Any], private: bool) -> _Check | None:
        """The type, and the keywords that look at values of one type only."""
        number = _number(node, private) if node.keys() & _NUMBER else None
        table: dict[type, _Check | None] = {
            str: _text(node, private) if node.keys() & _TEXT else None,
            int: number,
            Decimal: number,
            list: self.array(node, private) if node.keys() & _ARRAY else None,
            dict: self.object(node, private) if node.keys() & _OBJECT else None,
        }
        if "type" not in node:
            return _by_type(table) if any(table.values()) else None
        wanted = [node["type"]] if isinstance(node["type"], str) else node["type"]
        expected = " or ".join(_TYPE_WORDS[each] for each in wanted)

        def wrong(value: Any, at: _At, found: _Found) -> None:
            found.add(at, "type", expected, lambda: shown(value, private=private))

        def whole(value: Decimal, at: _At, found: _Found) -> None:
            if value != value.to_integral_value():
                wrong(value, at, found)
            if number:  # its keywords look at every number, whole or not
                number(value, at, found)

        allowed = {each for name in wanted for each in _TYPES[name]}
        typed = {each: table.get(each) if each in allowed else wrong for each in (*table, bool, type(None))}
        if "integer" in wanted and "number" not in wanted:
            typed[Decimal] = whole  # 350.0 is a whole number, 350.5 is not
        return _by_type(typed)

    def array(self, node: Mapping[str, Any], private: bool) -> _Check:
        least, most = node.get("minItems", 0), node.get("maxItems")
        step = self.schema(node.get("items", {}), private=private)

        def check(value: list[Any], at: _At, found: _Found) -> None:
            if len(value) < least:
                found.add(at, "minItems", f"at least {counted(least, 'item')}", lambda: shown(value))
            if most is not None and len(value) > most:
                found.add(at, "maxItems", f"at most {counted(most, 'item')}", lambda: shown(value))
            if step:
                for index, each in enumerate(value):
                    step(each, (at, index), found)

        return check

    def object(self, node: Mapping[str, Any], private: bool) -> _Check:
        properties: Mapping[str, Any] = node.get("properties", {})
        self.names.update(properties)
        compiled = {name: self.schema(each, private=private) for name, each in properties.items()}
        steps = [(name, step) for name, step in compiled.items() if step]
        required: Sequence[str] = node.get("required", ())
        unknown = self.unknown(node) if "additionalProperties" in node else None

        def check(value: dict[str, Any], at: _At, found: _Found) -> None:
            for name in required:
                if name not in value:
                    found.add(at, "required", f"the property {name}", lambda: "<absent>")
            if unknown:
                unknown(value, at, found)
            for name, step in steps:
                if name in value:
                    step(value[name], (at, name), found)

        return check

    def unknown(self, node: Mapping[str, Any]) -> _Check:
        """Refuses every name that is neither a property nor begins with one of the free prefixes."""
        if node["additionalProperties"] is not False:
            raise SchemaError("not understood in a schema: additionalProperties other than false")
        known = frozenset(node.get("properties", {}))
        patterns: Mapping[str, Any] = node.get("patternProperties", {})
        free = tuple(each.removeprefix("^") for each in patterns)
        for pattern, anything in patterns.items():
            if not re.fullmatch(r"\^[a-z]+-", pattern) or self.schema(anything, private=False):
                raise SchemaError("not understood in a schema: patternProperties other than a free prefix")
        sample = ", ".join([each for each in node.get("properties", ()) if each.isidentifier()][:3])

        def check(value: dict[str, Any], at: _At, found: _Found) -> None:
            if value.keys() <= known:
                return
            for name in value:
                if name not in known and not name.startswith(free):
                    near = ", ".join(get_close_matches(name[:40], known, n=2))
                    expected = f"a known name ({f'nearest: {near}' if near else f'such as {sample}'})"
                    found.add((at, name), "additionalProperties", expected, lambda: "<an unknown name>")

        return check


def _by_type(table: Mapping[type, _Check | None]) -> _Check:
    def check(value: Any, at: _At, found: _Found) -> None:
        if step := table.get(type(value)):
            step(value, at, found)

    return check


def _text(node: Mapping[str, Any], private: bool) -> _Check:
    if node.get("format", "date") != "date":
        raise SchemaError(f"not understood in a schema: format {node['format']}")
    pattern, is_date = _pattern(node.get("pattern")), "format" in node
    most, least = node.get("maxLength"), node.get("minLength", 0)
    written = " or ".join(each for each in node.get("examples", ()) if isinstance(each, str))

    def check(value: str, at: _At, found: _Found) -> None:
        def actual() -> str:
            return shown(value, private=private)

        if pattern and not pattern(value):
            found.add(at, "pattern", f"text written like {written}", actual)
        if is_date and not _is_date(value):
            found.add(at, "format", f"a calendar date written like {written}", actual)
        if most is not None and len(value) > most:
            found.add(at, "maxLength", f"at most {counted(most, 'character')}", actual)
        if len(value) < least:
            found.add(at, "minLength", f"at least {counted(least, 'character')}", actual)

    return check


def _number(node: Mapping[str, Any], private: bool) -> _Check:
    least, most, below = node.get("minimum"), node.get("maximum"), node.get("exclusiveMaximum")

    def check(value: int | Decimal, at: _At, found: _Found) -> None:
        def actual() -> str:
            return shown(value, private=private)

        if least is not None and value < least:
            found.add(at, "minimum", f"at least {least}", actual)
        if most is not None and value > most:
            found.add(at, "maximum", f"at most {most}", actual)
        if below is not None and value >= below:
            found.add(at, "exclusiveMaximum", f"less than {below}", actual)

    return check


def _one_of(values: Sequence[str], keyword: str, private: bool) -> _Check:
    if not all(isinstance(each, str) for each in values):
        raise SchemaError(f"not understood in a schema: {keyword} with anything but text")
    allowed = frozenset(values)
    expected = " or ".join(", ".join(f'"{each}"' for each in values).rsplit(", ", 1))

    def check(value: Any, at: _At, found: _Found) -> None:
        if not (isinstance(value, str) and value in allowed):
            found.add(at, keyword, expected, lambda: shown(value, private=private))

    return check


def _never(node: Mapping[str, Any], private: bool) -> _Check:
    if node["not"] != {} or "description" not in node:
        raise SchemaError("not understood in a schema: not, other than an empty one with a description")
    expected = node["description"]

    def check(value: Any, at: _At, found: _Found) -> None:
        found.add(at, "not", expected, lambda: shown(value, private=private))

    return check


def _all(steps: list[_Check]) -> _Check | None:
    if len(steps) < 2:
        return steps[0] if steps else None

    def check(value: Any, at: _At, found: _Found) -> None:
        for step in steps:
            step(value, at, found)

    return check


def _nothing(value: Any, at: _At, found: _Found) -> None:
    pass


def _pattern(pattern: str | None) -> Callable[[str], object] | None:
    """Patterns are ECMA-262, where ``$`` is the very end; Python's ``$`` would let a trailing line break pass."""
    if pattern is None:
        return None
    if not re.fullmatch(r"\^.*[^\\]\$", pattern) or re.search(r"\\[a-zA-Z]", pattern):
        raise SchemaError("not understood in a schema: a pattern that is not anchored, or not portable")
    return re.compile(rf"{pattern[:-1]}\Z").search


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _tokens(at: _At) -> list[str | int]:
    tokens: list[str | int] = []
    while at is not None:
        at, token = at
        tokens.append(token)
    return tokens[::-1]
