"""The claim schema, our reading of it, and two independent engines: they must agree, keyword by keyword."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from schema_coverage import stated

from j1553ref import schemas, shape
from j1553ref.claim import ShapeProblem
from j1553ref.readers.strict import parse

CASES = Path(__file__).parent / "cases" / "claim"
PASS = sorted(CASES.glob("pass/*.json"))
FAIL = sorted(CASES.glob("fail/*.json"))
SCHEMA: dict[str, Any] = json.loads(schemas.text("claim"))
PYTHON = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
RUST = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)
#: Lists too long for a file a person may want to read; they are tried in test_long_lists.
LONG = {("/lines", 999), ("/administrations", 100), ("/administrations/*/vials", 50), ("/administrations/*/pauses", 50)}

Site = tuple[str, str]


def name(path: Path) -> str:
    return path.stem


def pointer(tokens: Any) -> str:
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def by_us(text: str) -> set[Site]:
    found = shape.problems(parse(text))
    # The engines report an unknown name at the object that holds it, we at the name.
    return {
        (
            problem.place.rpartition("/")[0] if problem.keyword == "additionalProperties" else problem.place,
            problem.keyword,
        )
        for problem in found
    }


def by_python(text: str) -> set[Site]:
    return {(pointer(error.absolute_path), error.validator) for error in PYTHON.iter_errors(json.loads(text))}


def by_rust(text: str) -> set[Site]:
    return {(pointer(error.instance_path), error.schema_path[-1]) for error in RUST.iter_errors(json.loads(text))}


# -- the corpus -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PASS, ids=name)
def test_pass_cases_have_no_problem_in_any_engine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert by_us(text) == by_python(text) == by_rust(text) == set()


@pytest.mark.parametrize("path", FAIL, ids=name)
def test_fail_cases_fail_as_stated_and_for_nothing_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert by_us(text) == stated(path.stem)
    assert by_python(text) == stated(path.stem)
    assert by_rust(text) == stated(path.stem)
    assert len(shape.distinct(shape.problems(parse(text)))) == 1


def test_there_are_cases() -> None:
    assert len(PASS) >= 13
    assert len(FAIL) >= 170


@pytest.mark.parametrize(("where", "most"), sorted(LONG))
def test_long_lists(where: str, most: int) -> None:
    document = json.loads((CASES / "pass" / "full-cms1500.json").read_text(encoding="utf-8"))
    *way, last = where.replace("*", "0").split("/")[1:]
    holder = document
    for token in way:
        holder = holder[int(token) if token.isdigit() else token]
    for count, expected in ((most, set()), (most + 1, {(where.replace("*", "0"), "maxItems")})):
        holder[last] = [copy.deepcopy(holder[last][0])] * count
        text = json.dumps(document)
        assert by_us(text) == by_python(text) == by_rust(text) == expected


# -- the schema's own manners -------------------------------------------------------------------------------------------


def every_node(node: Any, where: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield where, node
        for key, value in node.items():
            yield from every_node(value, f"{where}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from every_node(value, f"{where}/{index}")


def test_the_schema_is_valid_and_keeps_our_rules() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "schemas/v1/claim.schema.json"
    text = schemas.text("claim")
    assert not re.search(r"multipleOf|oneOf|\\\\d|\\\\w|\\\\s", text)
    for where, node in every_node(SCHEMA):
        if node.get("type") == "object":
            assert node["additionalProperties"] is False, where
            assert list(node["patternProperties"]) == ["^x-"], where
        if "string" in str(node.get("type")):
            assert "maxLength" in node, where
        if node.get("type") == "array":
            assert "maxItems" in node, where
        if "pattern" in node:
            assert node["pattern"].startswith("^") and node["pattern"].endswith("$"), where
            assert any(isinstance(sample, str) for sample in node["examples"]), where
        for name, subschema in node.get("properties", {}).items() if isinstance(node.get("properties"), dict) else ():
            if "/if" not in where and not ("/then" in where and name == "lines"):
                assert subschema.get("description"), f"{where}/{name}"


@pytest.mark.parametrize(
    "broken",
    [
        {"multipleOf": 2},
        {"oneOf": []},
        {"properties": {"a": {"format": "uuid"}}},
        {"pattern": "[0-9]+"},
        {"pattern": r"^\d$"},
        {"pattern": r"^a\$"},
        {"additionalProperties": True},
        {"additionalProperties": {}},
        {"not": {"type": "string"}},
        {"enum": [1]},
        {"const": None},
        {"$ref": "other.json"},
        {"items": True},
        {"then": {"minProperties": 1}, "if": {}},
        {"properties": {}, "additionalProperties": False, "patternProperties": {"^x-": {"type": "string"}}},
        {"properties": {}, "additionalProperties": False, "patternProperties": {"x$": {}}},
        {"$ref": "#/$defs/loop", "$defs": {"loop": {"items": {"$ref": "#/$defs/loop"}}}},
    ],
    ids=json.dumps,
)
def test_a_schema_that_is_not_understood_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(shape.SchemaError, match="not understood in a schema"):
        shape._Compiler(broken)


# -- agreement on documents that nobody wrote ---------------------------------------------------------------------------


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    return {**SCHEMA["$defs"][node["$ref"].rpartition("/")[2]], **node} if "$ref" in node else node


def values(document: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    yield place, document
    if isinstance(document, dict):
        for key, value in document.items():
            yield from values(value, f"{place}/{key}")
    elif isinstance(document, list):
        for value in document:
            yield from values(value, f"{place}/*")


def drawn(node: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a subschema accepts, read off the schema by itself, without the code under test."""
    node = resolved(node)
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if "const" in node:
        return st.just(node["const"])
    if "properties" in node:
        named = {key: drawn(subschema) for key, subschema in node["properties"].items()}
        needed = {key: named[key] for key in node.get("required", ())}
        rest = {key: value for key, value in named.items() if key not in needed} | {"x-own": junk}
        return st.fixed_dictionaries(needed, optional=rest)
    if node["type"] == "array":
        return st.lists(drawn(node["items"]), min_size=node.get("minItems", 0), max_size=min(node["maxItems"], 3))
    if node["type"] == "boolean":
        return st.booleans()
    if node["type"] == "integer":
        whole = st.integers(node["minimum"], node["maximum"])
        return whole | whole.map(float)
    if "number" in node["type"]:
        least, below = node["minimum"], node["exclusiveMaximum"]
        return st.integers(least, below - 1) | st.floats(least, below, exclude_max=True) | written(node)
    return written(node)


def written(node: dict[str, Any]) -> st.SearchStrategy[str]:
    if node.get("format") == "date":
        return st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(date.isoformat)
    if "pattern" in node:
        exact = re.compile(node["pattern"][:-1] + r"\Z", re.ASCII)
        fits = st.from_regex(exact).filter(lambda text: len(text) <= node["maxLength"])
        return fits.filter(lambda text: len(text) >= node.get("minLength", 0))
    return st.text(st.characters(codec="utf-8"), max_size=node["maxLength"])


texts = st.text(st.characters(codec="utf-8"), max_size=12)
numbers = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
junk = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    document: dict[str, Any] = draw(drawn(SCHEMA))
    for line in document["lines"]:
        if document["form"] == "cms1500":
            line.pop("revenue_code", None)
        else:
            line.pop("place_of_service", None)
        if document["form"] == "cms1500" or "revenue_code" not in line:
            line.setdefault("procedure_code", "J1553")
    if document["form"] == "cms1500":
        document.pop("type_of_bill", None)
        document.pop("statement", None)
    return document


WORDS = [*sorted(shape.names()), "x-own", "remark", "X-own"]
NEAR = [
    "J1553",
    "JZ",
    "11",
    "131",
    "0636",
    "636",
    "2026-02-29",
    "2026-05-04",
    "20260504",
    "09:05",
    "24:00",
    "9600.00",
    "-1",
    "1e3",
    "cms1500",
    "ub04",
    "1",
    "",
    " ",
    "ML",
    "single",
    "medicare-ab:ngs",
    "\u0661\u0661",
    "J1553 ",
    "\u212a",
]


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    """A valid document with one change at one place."""
    document = draw(documents())
    if draw(st.sampled_from([False] * 5 + [True])):
        document["form"] = draw(st.sampled_from(["cms1500", "ub04", "paper"]))
        return document
    holders = [
        value for _, value in values(document) if isinstance(value, dict | list) and (value or isinstance(value, dict))
    ]
    holder = draw(st.sampled_from(holders))
    other = st.sampled_from(NEAR) | junk | st.sampled_from([-1, -0.5, 0, 1, 51, 1000, 10_000, 999_999_999, 10**9, 0.5])
    if isinstance(holder, dict) and (not holder or draw(st.booleans())):
        holder[draw(st.sampled_from(WORDS) | texts)] = draw(other)
        return document
    key = draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
    old = holder[key]
    how = draw(st.sampled_from(["drop", "replace", "longer", "repeat"]))
    if how == "drop":
        del holder[key]
    elif how == "longer" and isinstance(old, str):
        holder[key] = old + draw(st.sampled_from(["0", "A", "-", ".", "x" * 60, "\u00e9", "\u0663"]))
    elif how == "repeat" and isinstance(old, list):
        holder[key] = old * draw(st.integers(0, 20))
    else:
        holder[key] = draw(other)
    return document


def agree(document: Any) -> set[Site]:
    text = json.dumps(document)
    ours = by_us(text)
    assert ours == by_rust(text)
    # Python's $ matches before a trailing line break, and so does jsonschema's; JSON Schema's does not.
    if not re.search(r'\\n"', text):
        assert ours == by_python(text)
    assert (ours == set()) is RUST.is_valid(json.loads(text))
    return ours


effort = settings(deadline=None, suppress_health_check=list(HealthCheck))


@effort
@given(documents())
def test_engines_agree_that_generated_documents_are_valid(document: dict[str, Any]) -> None:
    assert agree(document) == set()


@effort
@given(mutations())
@example({"schema_version": "1", "form": "ub04", "lines": [{"procedure_code": "J1553\n", "units": 1}]})
@example({"schema_version": "1", "form": "ub04", "lines": [{"revenue_code": "636\n", "units": 1}]})
@example({"schema_version": "1", "form": "cms1500", "lines": [{"procedure_code": "J1553", "units": 350.0}]})
@example(
    {"form": "cms1500", "lines": [{"procedure_code": "J1553", "place_of_service": 1, "revenue_code": 2, "unknown": 3}]}
)
@example(
    {"schema_version": "1", "form": "cms1500", "lines": [{"procedure_code": "J1553", "units": -0.5, "charge": -1}]}
)
@example({"lines": [{"revenue_code": "x", "place_of_service": "x"}], "type_of_bill": "x", "form": "paper"})
def test_engines_agree_on_single_mutations(document: dict[str, Any]) -> None:
    agree(document)


@effort
@given(junk)
def test_engines_agree_on_junk(document: Any) -> None:
    agree(document)


# -- what a problem says ------------------------------------------------------------------------------------------------

CLAIM = {"schema_version": "1", "form": "cms1500", "lines": [{"procedure_code": "J1553", "units": 400}]}


def only(change: dict[str, Any], line: dict[str, Any] | None = None) -> ShapeProblem:
    document = {**CLAIM, "lines": [{**CLAIM["lines"][0], **(line or {})}], **change}
    [found] = shape.distinct(shape.problems(parse(json.dumps(document))))
    return found


TOP = "a known name (such as line_number, procedure_code, modifiers)"
MISPLACED = "<in the wrong place>"
UNKNOWN = "<an unknown name>"


@pytest.mark.parametrize(
    ("change", "line", "pointer", "expected", "actual"),
    [
        ({}, {"units": "350"}, "/lines/0/units", "a whole number", "350"),
        ({}, {"units": 350.5}, "/lines/0/units", "a whole number", "350.5"),
        ({}, {"units": True}, "/lines/0/units", "a whole number", "true"),
        ({}, {"units": None}, "/lines/0/units", "a whole number", "null"),
        ({}, {"units": [1]}, "/lines/0/units", "a whole number", "<list, 1 item>"),
        ({}, {"units": {}}, "/lines/0/units", "a whole number", "<object>"),
        ({}, {"units": -1}, "/lines/0/units", "at least 0", "-1"),
        ({}, {"units": -0.5}, "/lines/0/units", "a whole number", "-0.5"),
        ({}, {"units": 1234567890}, "/lines/0/units", "at most 999999999", "<number>"),
        ({}, {"charge": True}, "/lines/0/charge", "a number or text in quotes", "true"),
        ({}, {"charge": 1e9}, "/lines/0/charge", "less than 1000000000", "<number>"),
        ({}, {"modifiers": ["jz"]}, "/lines/0/modifiers/0", "text written like JZ", "jz"),
        ({}, {"procedure_code": "j1553"}, "/lines/0/procedure_code", "text written like J1553", "j1553"),
        (
            {},
            {"service_date": {"start": "5/4/2026"}},
            "/lines/0/service_date/start",
            "text written like 2026-05-04",
            "5/4/2026",
        ),
        (
            {},
            {"service_date": {"end": "2026-02-30", "start": "2026-02-03"}},
            "/lines/0/service_date/end",
            "a calendar date written like 2026-05-04",
            "2026-02-30",
        ),
        ({}, {"unit_basis": "EA"}, "/lines/0/unit_basis", '"UN", "MJ" or "DA"', "EA"),
        ({}, {"revenue_code": "0636"}, "/lines/0/revenue_code", "no revenue code on a CMS-1500 line", "0636"),
        ({"form": "ub"}, {}, "/form", '"cms1500" or "ub04"', "<text, 2 characters>"),
        ({"schema_version": 1}, {}, "/schema_version", '"1"', "1"),
        ({"lines": []}, {}, "/lines", "at least 1 item", "<list, 0 items>"),
        (
            {"payer": "Roe, Jane"},
            {},
            "/payer",
            "text written like medicare-ab or medicare-ab:ngs or medicaid:NC",
            "<text, 9 characters>",
        ),
        # A name that the schema knows elsewhere may be shown; any other may be anything at all.
        ({}, {"payer": "aetna"}, "/lines/0/payer", TOP, UNKNOWN),
        ({}, {"unit": 1}, "/lines/0/unit", "unit inside drug (nearest name here: units)", MISPLACED),
        ({}, {"Jane Roe": 1}, "/lines/0/?", TOP, UNKNOWN),
        # An identifier is never shown, whatever it looks like.
        ({"claim_id": 12345}, {}, "/claim_id", "text in quotes", "<number>"),
        ({}, {"encounter": ""}, "/lines/0/encounter", "at least 1 character", "<text, 0 characters>"),
        (
            {},
            {"drug": {"prescription_number": "1234" * 20}},
            "/lines/0/drug/prescription_number",
            "at most 50 characters",
            "<text, 80 characters>",
        ),
    ],
)
def test_a_problem_says_where_and_what(
    change: dict[str, Any], line: dict[str, Any], pointer: str, expected: str, actual: str
) -> None:
    found = only(change, line)
    assert (found.pointer, found.expected, found.actual) == (pointer, expected, actual)


def test_a_missing_property_is_named() -> None:
    [found] = shape.problems({"schema_version": "1", "form": "ub04", "lines": [{"revenue_code": "0636"}]})
    assert (found.pointer, found.keyword, found.expected, found.actual) == (
        "/lines/0",
        "required",
        "the property units",
        "<absent>",
    )


def test_every_problem_is_collected_in_one_pass() -> None:
    document = {"form": "ub04", "lines": [{"units": "x"}, 5], "patient": "?", "synthetic": 1}
    assert [(problem.place, problem.keyword) for problem in shape.problems(document)] == [
        ("", "required"),
        ("/patient", "additionalProperties"),
        ("/synthetic", "type"),
        ("/lines/0/units", "type"),
        ("/lines/1", "type"),
        ("/lines/0", "required"),
    ]


def test_place_keeps_the_true_name_and_is_never_printed() -> None:
    found = only({"Jane/Roe~": 1})
    assert (found.pointer, found.place) == ("/?", "/Jane~1Roe~0")
    assert "Jane" not in repr(found)


def test_a_hostile_list_of_mistakes_is_cut_off() -> None:
    document = {"schema_version": "1", "form": "ub04", "lines": [None] * 100_000}
    assert len(shape.problems(document)) == shape.LIMIT


def test_distinct_keeps_one_problem_for_each_mistake() -> None:
    path = CASES / "fail" / "pattern+format+maxLength--lines-0-service_date-start--with-time.json"
    found = shape.problems(parse(path.read_text(encoding="utf-8")))
    assert len(found) == 3
    assert [problem.keyword for problem in shape.distinct(found)] == ["pattern"]
    twice = [ShapeProblem("", "required", word, "<absent>") for word in ("a", "b")]
    assert len(shape.distinct(twice)) == 2
