"""The schemas as a product: documents that cover each of them, words for each property, and versions that never change."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from build import edit
from schema_coverage import Corpus, fitting, gaps, long_ones, nodes, unrolled, validator

from j1553ref import schemas

CASES = Path(__file__).parent / "cases"
#: folder of documents -> schema, and the definition that they follow where it is not the whole schema
SUBJECTS = {
    "claim": ("claim", None),
    "report": ("report", None),
    "config": ("config", None),
    "facts": ("facts", None),
    "facts-gaps": ("facts", "gaps"),
    "facts-sources": ("facts", "sources"),
}
#: Schemas of what the package alone writes: the tests that make such documents change every value of one in turn.
MADE = {"composer": "tests/test_composing.py"}
#: What no document can violate: a fact is told from a group by its history, so it cannot be without one.
EXEMPT = {"facts": ["#/additionalProperties/then: no failing document violates required history"]}


def read(folder: Path) -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def corpus(subject: str) -> Corpus:
    return Corpus(read(CASES / subject / "pass"), read(CASES / subject / "fail"))


def schema(subject: str) -> dict[str, Any]:
    name, part = SUBJECTS[subject]
    document: dict[str, Any] = json.loads(schemas.text(name))
    return {**document, "$ref": f"#/$defs/{part}"} if part else document


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_documents_cover_the_schema(subject: str) -> None:
    assert gaps(schema(subject), corpus(subject)) == EXEMPT.get(subject, [])


def test_every_schema_has_its_documents() -> None:
    assert {name for name, _ in SUBJECTS.values()} | set(MADE) == set(schemas.NAMES)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_second_engine_says_the_same(subject: str) -> None:
    engine = jsonschema_rs.Draft202012Validator(schema(subject), validate_formats=True)
    passing, failing = corpus(subject)
    assert [name for name, each in passing.items() if not engine.is_valid(each)] == []
    assert [name for name, each in failing.items() if engine.is_valid(each)] == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_long_lists_end_where_the_schema_says(subject: str) -> None:
    judge = validator(schema(subject))
    for keyword, most, document, holder in long_ones(schema(subject), corpus(subject)):
        before = copy.copy(holder)
        for count in (most, most + 1):
            lengthen(holder, count)
            assert judge.is_valid(document) is (count == most), keyword
        holder.clear()
        holder.extend(before) if isinstance(holder, list) else holder.update(before)


def lengthen(holder: list[Any] | dict[str, Any], count: int) -> None:
    if isinstance(holder, list):
        holder += [holder[0]] * (count - len(holder))
    else:
        holder.update({f"k{number}": next(iter(holder.values())) for number in range(len(holder), count)})


# -- words ----------------------------------------------------------------------------------------------------------


def parts(node: Any, where: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property, definition and condition of a schema; what stands under a condition says only what else is asked."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from parts(each, f"{where}/{index}")
    elif isinstance(node, dict):
        for key in ("properties", "$defs"):
            yield from ((f"{where}/{key}/{name}", each) for name, each in node.get(key, {}).items())
        for key, each in node.items():
            if key not in ("if", "then", "else", "not", "examples", "enum", "const"):
                yield from parts(each, f"{where}/{key}")
            if key == "allOf":
                yield from ((f"{where}/allOf/{index}", part) for index, part in enumerate(each))


@pytest.mark.parametrize("name", schemas.NAMES)
def test_every_property_and_definition_says_what_it_is(name: str) -> None:
    document = json.loads(schemas.text(name))
    validator(document).check_schema(document)
    assert document["title"] and document["description"]
    assert [where for where, each in parts(document) if not each.get("description")] == []


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_example_is_valid_itself(subject: str) -> None:
    fits = fitting(schema(subject))
    given = [
        (each, value)
        for each in nodes(unrolled(schema(subject))[0]).values()
        for value in each.schema.get("examples", ())
    ]
    assert given
    assert [(each.place, value) for each, value in given if not fits(each.schema, value)] == []


@pytest.mark.parametrize("name", schemas.NAMES)
def test_no_definition_is_left_over(name: str) -> None:
    document = json.loads(schemas.text(name))
    wholes = [document] if name in MADE else [schema(subject) for subject, (of, _) in SUBJECTS.items() if of == name]
    assert set(document["$defs"]) == set().union(*[unrolled(whole)[1] for whole in wholes])


# -- versions ---------------------------------------------------------------------------------------------------------


def shape_hash(document: dict[str, Any]) -> str:
    """SHA-256 of a schema without its words, which may be bettered at any time."""

    def bare(node: Any, names: bool = False) -> Any:
        if isinstance(node, list):
            return [bare(each) for each in node]
        if not isinstance(node, dict):
            return node
        words = set() if names else {"title", "description", "examples"}
        named = ("properties", "patternProperties", "$defs")
        return {key: bare(each, key in named and not names) for key, each in node.items() if key not in words}

    return hashlib.sha256(json.dumps(bare(document), sort_keys=True).encode()).hexdigest()


def test_a_released_schema_never_changes(root: Path) -> None:
    """But for the configuration's, which may gain keys: nobody but the package reads that file."""
    record = tomllib.loads((root / "schemas" / "released.toml").read_text(encoding="utf-8"))
    frozen = [path for path in sorted((root / "schemas").rglob("*.json")) if path.name != "config.schema.json"]
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in frozen]
    hashes = {each["$id"]: shape_hash(each) for each in kept}
    assert {place: hashes.get(place) for place in record} == record
    if re.search(r"^## [0-9]", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.M):
        assert hashes == record, "released: write these lines into schemas/released.toml"


def test_the_hash_hears_the_shape_and_not_the_words() -> None:
    document = {"title": "a", "properties": {"title": {"description": "b", "type": "string"}}}
    other_words = {"title": "x", "properties": {"title": {"description": "y", "type": "string"}}}
    assert shape_hash(document) == shape_hash(other_words)
    for changed in ({"properties": {"title": {"type": "number"}}}, {"properties": {"description": {"type": "string"}}}):
        assert shape_hash(document) != shape_hash(changed)


# -- the coverage itself is heard where it breaks -------------------------------------------------------------------------

SMALL: dict[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {
        "kind": {"enum": ["a", "b"]},
        "code": {"type": "string", "pattern": "^[A-Z]+$"},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}},
    },
    "$defs": {"part": {"type": "object", "maxProperties": 1, "additionalProperties": {"$ref": "#/$defs/part"}}},
}
COVERING = Corpus(
    {"a": {"kind": "a", "code": "A", "parts": [{"in": {}}]}, "b": {"kind": "b"}},
    {
        "type--root": 1,
        "required--root--kind": {},
        "additionalProperties--root": {"kind": "a", "other": 1},
        "enum--kind": {"kind": "c"},
        "type--code": {"kind": "a", "code": 1},
        "pattern--code": {"kind": "a", "code": "a"},
        "type--parts": {"kind": "a", "parts": 1},
        "type--parts-0": {"kind": "a", "parts": [1]},
        "maxProperties--parts-0": {"kind": "a", "parts": [{"one": {}, "two": {}}]},
    },
)


def test_a_corpus_that_covers_leaves_no_gap() -> None:
    assert gaps(SMALL, COVERING) == []


@pytest.mark.parametrize(
    ("broken", "passing", "failing", "heard"),
    [
        ({"/properties/kind/enum": ["a", "b", "d"]}, {}, {}, '#/properties/kind: "d" stands in no passing document'),
        (
            {"/properties/code/pattern": "^[A-Za-z]+$"},
            {},
            {},
            "pattern--code: fails at [], its name says [('/code', 'pattern')]",
        ),
        ({"/properties/code/pattern": "^[B-Z]+$"}, {}, {}, "a: fails at $.code"),
        ({"/properties/code/maxLength": 5}, {}, {}, "#/properties/code: no failing document violates maxLength"),
        ({"/properties/new": {"type": "string"}}, {}, {}, "#/properties/new: stands in no passing document"),
        ({"/required": ["kind", "code"]}, {}, {}, "required--root--kind: leaves out code, kind"),
        (
            {"/properties/box": {"required": ["lid"]}},
            {"box": {"kind": "a", "box": {"lid": 1}}},
            {},
            "#/properties/box: no failing document violates required lid",
        ),
        (
            {"/additionalProperties": True},
            {},
            {},
            "additionalProperties--root: fails at [], its name says [('', 'additionalProperties')]",
        ),
        (
            {"/$defs/part/type": ["object", "null"]},
            {},
            {"type--parts-0": {"kind": "a", "parts": [None]}},
            "type--parts-0: fails at [], its name says [('/parts/0', 'type')]",
        ),
        ({}, {"a": {"kind": "a", "parts": [{"in": {}}]}}, {}, "#/properties/code: stands in no passing document"),
        (
            {},
            {},
            {"required--root--kind": {"code": "a"}},
            "required--root--kind: fails at [('', 'required'), ('/code', 'pattern')], its name says [('', 'required')]",
        ),
    ],
)
def test_a_gap_is_heard(broken: dict[str, Any], passing: dict[str, Any], failing: dict[str, Any], heard: str) -> None:
    changed = edit(copy.deepcopy(SMALL), broken)
    assert heard in gaps(changed, Corpus({**COVERING.passing, **passing}, {**COVERING.failing, **failing}))
