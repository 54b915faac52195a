"""How well passing and failing documents cover a JSON Schema; the checks are those that SchemaStore asks of a catalog entry.

A schema is unrolled into nodes, one for each place at which a part of it is used; a definition inside itself is the same
node again. Passing documents are walked along the nodes; what the failing ones violate is told by jsonschema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jsonschema

#: Keywords that a document can violate by themselves.
ASSERTIONS = {
    "type",
    "enum",
    "const",
    "not",
    "anyOf",
    "required",
    "additionalProperties",
    "pattern",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
}
_BOUNDS = {"maxItems", "maxProperties"}
#: Lists and objects longer than this are not kept as files: see ``long_ones``.
LONG = 49
#: Keywords that hold subschemas: by name, as a list, or one.
_NAMED, _LISTED = ("properties", "patternProperties"), ("allOf", "anyOf")
_SINGLE = ("items", "additionalProperties", "propertyNames", "then", "else")

Step = tuple[str | int, ...]
#: place in the document, keyword
Site = tuple[str, str]


@dataclass
class Node:
    """One place of the schema, with the definitions that it refers to merged in, and every value that reached it."""

    place: str
    schema: dict[str, Any]
    children: dict[Step, Node] = field(default_factory=dict)
    values: list[Any] = field(default_factory=list)


class Corpus(NamedTuple):
    """Documents by the name of their file."""

    passing: Mapping[str, Any]
    failing: Mapping[str, Any]


def unrolled(root: dict[str, Any]) -> tuple[Node, set[str]]:
    """The tree of a schema, and the names of the definitions in it."""
    used: set[str] = set()

    def build(schema: dict[str, Any], place: str, opened: Mapping[str, Node]) -> Node:
        names = []
        while "$ref" in schema:
            name = schema["$ref"].removeprefix("#/$defs/")
            if name in opened:
                return opened[name]
            names.append(name)
            schema = {**root["$defs"][name], **{key: each for key, each in schema.items() if key != "$ref"}}
        used.update(names)
        node = Node(place, schema)
        opened = {**opened, **dict.fromkeys(names, node)}
        for step, each in subschemas(schema):
            node.children[step] = build(each, "/".join(map(str, (place, *step))), opened)
        return node

    return build(root, "#", {}), used


def subschemas(schema: dict[str, Any]) -> Iterator[tuple[Step, dict[str, Any]]]:
    """What a schema asks of a value or of parts of it; conditions and negations ask nothing."""
    for keyword in _NAMED:
        yield from (((keyword, name), each) for name, each in schema.get(keyword, {}).items())
    for keyword in _LISTED:
        yield from (((keyword, index), each) for index, each in enumerate(schema.get(keyword, ())))
    yield from (((keyword,), schema[keyword]) for keyword in _SINGLE if isinstance(schema.get(keyword), dict))


def nodes(root: Node) -> dict[str, Node]:
    """Every node by its place."""
    found: dict[str, Node] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if found.setdefault(node.place, node) is node:
            waiting += [each for each in node.children.values() if each.place not in found]
    return found


def walk(node: Node, value: Any, fits: Callable[[dict[str, Any], Any], bool]) -> None:
    """Note a valid value at its node, and its parts at theirs; ``fits(schema, value)`` decides a condition."""
    node.values.append(value)
    schema, children = node.schema, node.children
    taken = "then" if "if" in schema and fits(schema["if"], value) else "else"
    for (keyword, *name), child in children.items():
        if keyword in ("then", "else"):
            parts = [value] if keyword == taken else []
        elif keyword == "anyOf":
            parts = [value] if fits(child.schema, value) else []
        elif keyword == "allOf":
            parts = [value]
        elif keyword == "items":
            parts = value if isinstance(value, list) else []
        elif not isinstance(value, dict):
            parts = []
        elif keyword == "properties":
            parts = [value[name[0]]] if name[0] in value else []
        elif keyword == "patternProperties":
            parts = [each for key, each in value.items() if re.search(name[0], key)]
        elif keyword == "propertyNames":
            parts = list(value)
        else:
            parts = [each for key, each in value.items() if key not in schema.get("properties", {})]
        for each in parts:
            walk(child, each, fits)


def violated(root: Node, errors: Any) -> Iterator[tuple[str, str, jsonschema.ValidationError]]:
    """Node, keyword and error, also of the branches of an ``anyOf``."""
    for error in errors:
        node, steps = root, list(error.absolute_schema_path)[:-1]
        while steps:
            step = tuple(steps[:2]) if steps[0] in (*_NAMED, *_LISTED) else tuple(steps[:1])
            node, steps = node.children[step], steps[len(step) :]
        yield node.place, error.validator, error
        yield from violated(root, error.context or ())


def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def stated(name: str) -> set[Site]:
    """What the name of a failing document says: keywords, place, and perhaps a note."""
    keywords, where, *_ = name.split("--")
    place = "" if where == "root" else "/" + where.replace("-", "/")
    return {(place, each) for each in keywords.split("+")}


def fitting(schema: dict[str, Any]) -> Callable[[dict[str, Any], Any], bool]:
    """Whether a value fits a part of the schema."""
    judge, defs = validator(schema), schema.get("$defs", {})
    return lambda part, value: judge.evolve(schema={"$defs": defs, **part}).is_valid(value)


def gaps(schema: dict[str, Any], corpus: Corpus) -> list[str]:
    """What the corpus leaves uncovered, and each document that does not do what it is there for."""
    judge, fits = validator(schema), fitting(schema)
    root, _ = unrolled(schema)
    found = []
    for name, document in corpus.passing.items():
        faults = [error.json_path for error in judge.iter_errors(document)]
        found += [f"{name}: fails at {', '.join(faults)}"] if faults else []
        if not faults:
            walk(root, document, fits)
    hit: set[tuple[str, str]] = set()
    for name, document in corpus.failing.items():
        errors = list(judge.iter_errors(document))
        real = {("".join(f"/{each}" for each in error.absolute_path), error.validator) for error in errors}
        if real != stated(name):
            found.append(f"{name}: fails at {sorted(real)}, its name says {sorted(stated(name))}")
        absent = {each for error in errors if error.validator == "required" for each in _absent(error)}
        found += [f"{name}: leaves out {', '.join(sorted(absent))}"] if len(absent) > 1 else []
        for place, keyword, error in violated(root, errors):
            hit |= (
                {(place, f"required {each}") for each in _absent(error)}
                if keyword == "required"
                else {(place, keyword)}
            )
    for place, node in nodes(root).items():
        if node.schema.get("not") != {}:  # a property that is forbidden stands in no passing document
            found += _unused(node)
        found += [f"{place}: no failing document violates {each}" for each in _asked(node) if (place, each) not in hit]
    return found


def _absent(error: jsonschema.ValidationError) -> set[str]:
    return set(error.validator_value) - set(error.instance)


def _unused(node: Node) -> Iterator[str]:
    seen = {json.dumps(each) for each in node.values if not isinstance(each, dict | list)}
    allowed = [*node.schema.get("enum", ()), *([node.schema["const"]] if "const" in node.schema else [])]
    if not node.values:
        yield f"{node.place}: stands in no passing document"
    elif missing := [text for each in allowed if (text := json.dumps(each)) not in seen]:
        yield f"{node.place}: {', '.join(missing)} stands in no passing document"
    elif "pattern" in node.schema and not any(isinstance(each, str) for each in node.values):
        yield f"{node.place}: no passing document meets the pattern"


def _asked(node: Node) -> Iterator[str]:
    for keyword in sorted(ASSERTIONS & node.schema.keys()):
        value = node.schema[keyword]
        if keyword == "required":
            yield from (f"required {each}" for each in value)
        elif not (
            (keyword == "additionalProperties" and isinstance(value, dict))
            or (keyword == "type" and node.place.endswith("/propertyNames"))  # a name is always text
            or (keyword in _BOUNDS and value > LONG)
        ):
            yield keyword


def long_ones(schema: dict[str, Any], corpus: Corpus) -> Iterator[tuple[str, int, Any, list[Any] | dict[str, Any]]]:
    """For each bound above LONG: the keyword, the bound, a passing document, and in it a list or object to make longer."""
    fits, seen = fitting(schema), set()
    for document in corpus.passing.values():
        root, _ = unrolled(schema)
        walk(root, document, fits)
        for place, node in nodes(root).items():
            samples = [each for each in node.values if each and isinstance(each, list | dict)]
            for keyword in _BOUNDS & node.schema.keys():
                if node.schema[keyword] > LONG and samples and place not in seen:
                    seen.add(place)
                    yield keyword, node.schema[keyword], document, samples[0]
