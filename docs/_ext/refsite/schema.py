"""The directive ``schema``: the reference of a JSON Schema, a table for each object in it and one for the values they share.

It prints all there is: descriptions, limits and examples stand in the schema and nowhere else. What is asked under a
condition is told by the ``description`` of each ``allOf``, since the keywords themselves read like code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from j1553ref import schemas
from refsite.checked import CheckedDirective
from refsite.domain import known
from refsite.nodes import el, table

_HEADS = ["Property", "Type", "What it is", "Allowed, and an example"]
_BOUNDS = (("minLength", "maxLength", "characters"), ("minItems", "maxItems", "items"),
           ("minProperties", "maxProperties", "names"), ("minimum", "maximum", ""))  # fmt: skip
_Nodes = list[nodes.Node]


class Schema(CheckedDirective):
    """The schema of that name, from the address to the last definition."""

    required_arguments = 1

    def render(self) -> _Nodes:
        """Address, what it is, the top level, then each definition."""
        name = known("schema", self.arguments[0], {each: each for each in schemas.NAMES})
        self.env.note_dependency(str(Path(self.env.srcdir).parent / "schemas" / f"{name}.schema.json"))
        self.schema: dict[str, Any] = json.loads(schemas.text(name))
        defs: dict[str, dict[str, Any]] = self.schema["$defs"]
        objects = {key: each for key, each in defs.items() if _holds(each)}
        shared = {key: each for key, each in defs.items() if key not in objects}
        made: _Nodes = [self._address(), nodes.paragraph("", "", *_text(self.schema["description"]))]
        if "properties" in self.schema:
            made += self._object("Top level", "top-level", {**self.schema, "description": ""})
        for key, each in objects.items():
            made += self._object(key, key, each)
        return [*made, self._section("Values used in several places", "values", [self._rows(shared, (), "")])]

    def _address(self) -> nodes.Node:
        place = self.schema["$id"]
        page = self.env.app.builder.get_target_uri(self.env.docname)
        link = el("a", "", el("code", "", self.config.html_baseurl + place), href=relative_uri(page, place))
        version = re.search(r"/v([0-9]+)/", place)
        rows = [("Address", [link]), ("Version", [nodes.Text(version[1] if version else "")]),
                ("Written in", [nodes.Text("JSON Schema 2020-12")])]  # fmt: skip
        return el("dl", "rows", *(node for key, value in rows for node in (el("dt", "", key), el("dd", "", *value))))

    def _object(self, title: str, anchor: str, node: dict[str, Any]) -> _Nodes:
        """A section for one object, followed by those for the objects that are written inside it."""
        body: _Nodes = [nodes.paragraph("", "", *_text(node["description"]))] if node["description"] else []
        if "properties" in node:
            body.append(self._rows(node["properties"], node.get("required", ()), f"{anchor}."))
        for keyword, lead in (("propertyNames", "Names in it: "), ("additionalProperties", "Each value: ")):
            if isinstance(node.get(keyword), dict):
                body.append(nodes.paragraph("", "", nodes.Text(lead), *self._type(node[keyword], "")))
        said = [each["description"] for each in node.get("allOf", ())]
        if said:
            body.append(
                nodes.bullet_list("", *(nodes.list_item("", nodes.paragraph("", "", *_text(each))) for each in said))
            )
        made = [self._section(title, anchor, body)]
        for key, each in node.get("properties", {}).items():
            inner, mark = each.get("items", each), "[]" if "items" in each else ""
            if "properties" in inner:
                told = {"description": each["description"], **inner}
                made += self._object(f"{title}.{key}{mark}".removeprefix("Top level."), f"{anchor}.{key}", told)
        return made

    def _section(self, title: str, anchor: str, body: _Nodes) -> nodes.section:
        section = nodes.section("", nodes.title("", title), *body, ids=[anchor])
        self.state.document.note_explicit_target(section)
        return section

    def _rows(self, properties: dict[str, Any], required: Any, prefix: str) -> nodes.table:
        rows = []
        for key, each in properties.items():
            inner = each.get("items", each)  # an object written inside has its name as the anchor of its section
            name: _Nodes = [el("code", "", key, **({} if "properties" in inner else {"id": f"{prefix}{key}"}))]
            name += [el("span", "needed", "required")] if key in required else []
            whole = {**self._definition(each), **each}
            rows.append([name, self._type(each, f"{prefix}{key}"), _text(whole["description"]), [*_allowed(whole)]])
        return table("schema stacked", _HEADS, rows)

    def _definition(self, node: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.schema["$defs"].get(node.get("$ref", "").removeprefix("#/$defs/"), {})
        return found

    def _type(self, node: dict[str, Any], anchor: str) -> _Nodes:
        """The type in words, with links to what is told elsewhere on the page."""
        if "$ref" in node:
            name = node["$ref"].removeprefix("#/$defs/")
            return [nodes.reference("", name, internal=True, refuri=f"#{name}")]
        if "if" in node and "$ref" in node.get("then", {}):
            return [*self._type(node["then"], ""), nodes.Text(" or "), *self._type(node["else"], "")]
        if "anyOf" in node:
            branches = [self._type(each, "") for each in node["anyOf"]]
            return [
                part for index, each in enumerate(branches) for part in ([nodes.Text(", ")] if index else []) + each
            ]
        if "items" in node:
            return [nodes.Text("list of "), *self._type(node["items"], anchor)]
        if "properties" in node:
            return [nodes.reference("", "object", internal=True, refuri=f"#{anchor}")]
        if isinstance(node.get("additionalProperties"), dict):
            return [nodes.Text("object of "), *self._type(node["additionalProperties"], "")]
        values = node.get("enum", [node["const"]] if "const" in node else [])
        kinds = node.get("type") or sorted({_KIND[type(each)] for each in values}) or "anything"
        return [nodes.Text(kinds if isinstance(kinds, str) else " or ".join(kinds))]


_KIND = {str: "string", type(None): "null", int: "integer", bool: "boolean"}


def _holds(node: dict[str, Any]) -> bool:
    return any(isinstance(node.get(each), dict) for each in ("properties", "additionalProperties"))


def _text(words: str) -> _Nodes:
    """Words in which back quotes mark code."""
    parts = re.split(r"`([^`]+)`", words)
    return [el("code", "", part) if index % 2 else nodes.Text(part) for index, part in enumerate(parts) if part]


def _allowed(node: dict[str, Any]) -> Iterator[nodes.Node]:
    """Values, pattern and limits, then examples, each on a line of its own."""
    items = node.get("items", {})
    listed = node.get("enum", items.get("enum", [node["const"]] if "const" in node else []))
    if listed:
        yield el("span", "field", *(part for each in listed for part in (el("code", "", _json(each)), " ")))
    for least, most, what in _BOUNDS:
        low, high = node.get(least), node.get(most)
        if high is not None and (low or what == ""):
            yield el("span", "field", f"{low} to {high} {what}".strip())
        elif low is not None or high is not None:
            yield el(
                "span",
                "field",
                f"at {'most' if low is None else 'least'} {high if low is None else low} {what}".strip(),
            )
    if "exclusiveMaximum" in node:
        yield el("span", "field", f"less than {node['exclusiveMaximum']}")
    if "pattern" in node:
        yield el("span", "field", el("code", "", node["pattern"]))
    for each in node.get("examples", items.get("examples", ()))[:2]:
        yield el("span", "field", "such as ", el("code", "", _json(each)))


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("schema", Schema)
