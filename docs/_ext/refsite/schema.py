"""The directive ``schema``: the reference of a JSON Schema, a table for each object in it and one for the values they share.

It prints all there is: descriptions, limits and examples are in the schema and nowhere else. What is asked under a
condition is in the ``description`` of each ``allOf``, since the keywords themselves read like code.
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
_BOUNDS = (
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " names"),
    ("minimum", "maximum", ""),
)
_KIND = {str: "string", type(None): "null", int: "integer", bool: "boolean"}
_Nodes = list[nodes.Node]
_Schema = dict[str, Any]


class Schema(CheckedDirective):
    """The schema of that name, from the address to the last definition."""

    required_arguments = 1

    def render(self) -> _Nodes:
        """Address, what it is, the top level, then each definition."""
        name = known("schema", self.arguments[0], {other: other for other in schemas.NAMES})
        self.env.note_dependency(str(Path(self.env.srcdir).parent / "schemas" / f"{name}.schema.json"))
        whole: _Schema = json.loads(schemas.text(name))
        self.defs: dict[str, _Schema] = whole["$defs"]
        objects = {key: node for key, node in self.defs.items() if "properties" in node or _values(node)}
        shared = {key: node for key, node in self.defs.items() if key not in objects}
        made: _Nodes = [self._head(whole["$id"]), nodes.paragraph("", "", *_text(whole["description"]))]
        if "properties" in whole:
            made += self._object("Top level", "top-level", {**whole, "description": ""})
        for key, node in objects.items():
            made += self._object(key, key, node)
        return [*made, self._section("Values used in several places", "values", [self._table(shared, (), "")])]

    def _head(self, place: str) -> nodes.Node:
        page = self.env.app.builder.get_target_uri(self.env.docname)
        link = el("a", "", el("code", "", self.config.html_baseurl + place), href=relative_uri(page, place))
        rows = {"Address": link, "Version": place.split("/")[1].removeprefix("v"), "Written in": "JSON Schema 2020-12"}
        parts = [part for key, node in rows.items() for part in (el("dt", "", key), el("dd", "", node))]
        return el("dl", "rows schema-head", *parts)

    def _object(self, title: str, anchor: str, node: _Schema) -> _Nodes:
        """A section for one object, followed by those for the objects that are written inside it."""
        properties: dict[str, _Schema] = node.get("properties", {})
        body: _Nodes = [nodes.paragraph("", "", *_text(node["description"]))] if node["description"] else []
        body += [self._table(properties, node.get("required", ()), f"{anchor}.")] if properties else []
        others = {f"Names that match `{key}`: ": schema for key, schema in node.get("patternProperties", {}).items()}
        others |= {"Names in it: ": node["propertyNames"]} if "propertyNames" in node else {}
        others |= {"Each value: ": _values(node)} if _values(node) else {}
        body += [nodes.paragraph("", "", *_text(lead), *self._type(schema, "")) for lead, schema in others.items()]
        body += [nodes.paragraph("", "", *_text(condition["description"])) for condition in node.get("allOf", ())]
        made: _Nodes = [self._section(title, anchor, body)]
        for key, inside in properties.items():
            inner, mark = inside.get("items", inside), "[]" if "items" in inside else ""
            if "properties" in inner:
                described = {"description": inside["description"], **inner}
                made += self._object(f"{title}.{key}{mark}".removeprefix("Top level."), f"{anchor}.{key}", described)
        return made

    def _section(self, title: str, anchor: str, body: _Nodes) -> nodes.section:
        section = nodes.section("", nodes.title("", title), *body, ids=[anchor])
        self.state.document.note_explicit_target(section)
        return section

    def _table(self, properties: dict[str, _Schema], required: Any, prefix: str) -> nodes.table:
        rows = []
        for key, node in properties.items():
            # An object that is written inside has its name as the anchor of its section.
            anchor = {} if "properties" in node.get("items", node) else {"id": f"{prefix}{key}"}
            name: _Nodes = [el("code", "", key, **anchor)]
            name += [el("span", "needed", "required")] if key in required else []
            whole = {**self.defs.get(node.get("$ref", "").removeprefix("#/$defs/"), {}), **node}
            rows.append([name, self._type(node, f"{prefix}{key}"), _text(whole["description"]), [*_allowed(whole)]])
        return table("schema stacked", _HEADS, rows)

    def _type(self, node: _Schema, anchor: str) -> _Nodes:
        """The type in words, with links to what is elsewhere on the page."""
        if name := node.get("$ref", "").removeprefix("#/$defs/"):
            return [nodes.reference("", name, internal=True, refuri=f"#{name}")]
        if several := node.get("anyOf") or ([node["then"], node["else"]] if "if" in node else []):
            parts = [[nodes.Text(" or "), *self._type(choice, "")] for choice in several]
            return [part for choice in parts for part in choice][1:]
        if "items" in node:
            return [nodes.Text("list of "), *self._type(node["items"], anchor)]
        if values := _values(node):
            return [nodes.Text("object of "), *self._type(values, "")]
        given = node.get("enum", [node["const"]] if "const" in node else [])
        kinds = node.get("type") or sorted({_KIND[type(value)] for value in given}) or "anything"
        words = kinds if isinstance(kinds, str) else " or ".join(kinds)
        link = nodes.reference("", words, internal=True, refuri=f"#{anchor}")
        return [link if "properties" in node else nodes.Text(words)]


def _values(node: _Schema) -> _Schema | None:
    found = node.get("additionalProperties")
    return found if isinstance(found, dict) else None


def _text(words: str) -> _Nodes:
    parts = re.split(r"`([^`]+)`", words)  # back quotes mark code
    return [el("code", "", part) if index % 2 else nodes.Text(part) for index, part in enumerate(parts) if part]


def _allowed(node: _Schema) -> Iterator[nodes.Node]:
    """Values, limits and pattern, then examples, each on a line of its own."""
    items = node.get("items", {})
    if listed := node.get("enum", items.get("enum", [node["const"]] if "const" in node else [])):
        yield el("span", "field", *_codes(listed))
    for least, most, what in _BOUNDS:
        low, high = node.get(least), node.get(most)
        if None not in (low, high):
            yield el("span", "field", f"{low} to {high}{what}")
        elif low != high:
            yield el("span", "field", f"at least {low}{what}" if high is None else f"at most {high}{what}")
    if "exclusiveMaximum" in node:
        yield el("span", "field", f"less than {node['exclusiveMaximum']}")
    if "pattern" in node:
        yield el("span", "field", *_codes([node["pattern"]]))
    if samples := node.get("examples", items.get("examples")):
        yield el("span", "field", "such as ", *_codes(samples))


def _codes(values: list[Any]) -> Iterator[nodes.Node | str]:
    for value in values:
        yield from (el("code", "", value if isinstance(value, str) else json.dumps(value)), " ")


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("schema", Schema)
