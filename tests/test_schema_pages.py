"""The reference pages of the schemas on the built site: nothing of a schema is left out, and what is to be copied is right.

Runs on the folder that the environment variable ``J1553REF_SITE`` names; ``nox -s tests`` builds it first.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from j1553ref import schemas

SITE = Path(os.environ.get("J1553REF_SITE", ""))
if not os.environ.get("J1553REF_SITE"):
    pytest.skip("no built site: set J1553REF_SITE to its folder, or run nox -s tests", allow_module_level=True)
bs4 = pytest.importorskip("bs4")


def page(name: str) -> Any:
    return bs4.BeautifulSoup((SITE / "check" / "schemas" / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def words(text: str) -> str:
    """Text as it reads: without marks of code, typographic apostrophes and line breaks."""
    return " ".join(text.replace("`", "").replace("’", "'").split())


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a schema that says what its properties are; a condition only names them."""
    if isinstance(node, dict):
        yield from [node] if "properties" in node else []
        for key, each in node.items():
            yield from objects(each) if key not in ("if", "then", "else", "allOf") else ()


@pytest.mark.parametrize("name", schemas.NAMES)
def test_every_property_has_its_row(name: str) -> None:
    document = json.loads(schemas.text(name))
    rows = [
        [words(cell.get_text(" ")) for cell in row.find_all(["th", "td"])]
        for row in page(name).select(".schema tbody tr")
    ]
    told = {(head, what): allowed for head, _, what, allowed in rows}
    for node in objects(document):
        for key, each in node["properties"].items():
            whole = {**document["$defs"].get(each.get("$ref", "").removeprefix("#/$defs/"), {}), **each}
            row = (f"{key} required" if key in node.get("required", ()) else key, words(whole["description"]))
            assert row in told
            values = [each if isinstance(each, str) else json.dumps(each) for each in whole.get("enum", ())]
            assert [each for each in values if each not in told[row].split()] == []
    anchors = {each["id"] for each in page(name).select("section[id], .schema code[id]")}
    assert set(document["$defs"]) <= anchors


@pytest.mark.parametrize("name", schemas.NAMES)
def test_the_page_links_to_the_schema_itself(name: str) -> None:
    link = page(name).select_one("dl.schema-head a")
    published = json.loads((SITE / "check" / "schemas" / link["href"]).read_text(encoding="utf-8"))
    assert link.get_text() == published["$id"]
    assert published["$id"].endswith(json.loads(schemas.text(name))["$id"])


def test_what_an_editor_is_told_is_json_and_leads_to_the_schema(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address = f"{project['urls']['Documentation']}schemas/v1/claim.schema.json"
    blocks = [json.loads(each.get_text()) for each in page("index").select("div.highlight-json pre")]
    claim, settings, catalog = blocks
    assert (
        claim["$schema"] == settings["json.schemas"][0]["url"] == catalog["url"] == catalog["versions"]["1"] == address
    )
    properties = json.loads(schemas.text("claim"))["properties"]
    assert set(claim) <= set(properties)
