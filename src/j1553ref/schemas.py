"""The JSON Schemas (2020-12) of this project: normative for shape, shipped with the package."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

from j1553ref import project

__all__ = ["NAMES", "schema", "text"]

#: The schemas by name; each is in ``<name>.schema.json``.
NAMES = ("claim", "report", "facts", "config", "composer")


def text(name: str) -> str:
    """The text of a schema as it is kept, its ``$id`` relative to the site; ``name`` is one of NAMES.

    >>> text("claim").startswith("{")
    True
    """
    if name not in NAMES:
        raise KeyError(f"no schema of that name; there are {', '.join(NAMES)}")
    return project.shipped("schemas", "schemas").joinpath(f"{name}.schema.json").read_text(encoding="utf-8")


def schema(name: str) -> dict[str, Any]:
    """A schema as a document whose ``$id`` is its published address, or relative in a package not installed.

    >>> schema("claim")["$id"].endswith("schemas/v1/claim.schema.json")
    True
    """
    document: dict[str, Any] = json.loads(text(name))
    document["$id"] = urljoin(project.address(), document["$id"])
    return document
