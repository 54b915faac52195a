"""What a payer's profile may say: the keys and values under ``$defs/profile`` of ``schemas/facts.schema.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from j1553ref import schemas
from j1553ref.errors import nearest
from j1553ref.facts.model import Fact

__all__ = ["check_profile", "vocabulary"]


@cache
def vocabulary() -> Mapping[str, Mapping[str, Any]]:
    """The keys of a profile, each with the part of the schema that its values follow.

    >>> vocabulary()["jw_jz"]["enum"]
    ['required', 'not-required']
    """
    defs = json.loads(schemas.text("facts"))["$defs"]
    kinds = {key: defs[node["$ref"].removeprefix("#/$defs/")] for key, node in defs["profile"]["properties"].items()}
    return {key: kind["properties"]["history"]["items"]["properties"]["value"] for key, kind in kinds.items()}


def check_profile(fact: Fact, facts: Mapping[str, Fact]) -> None:
    """Raise ValueError for a ``profile.PAYER.KEY`` whose payer, key or value no rule would ever ask for.

    >>> from j1553ref.facts import packaged
    >>> facts = packaged().facts
    >>> check_profile(facts["profile.medicare-ab.jw_jz"], facts)
    """
    _, *names = fact.id.split(".")
    if len(names) != 2:
        raise ValueError("a profile is named profile.PAYER.KEY")
    (payer, _, part), key = names[0].partition(":"), names[1]
    parts = f"payer_part.{payer}."
    wanted = parts + part if part and any(fact_id.startswith(parts) for fact_id in facts) else f"payer.{payer}"
    if wanted not in facts:
        raise ValueError(f"there is no {wanted}, so no claim has this payer{nearest(wanted, facts)}")
    if key not in vocabulary():
        raise ValueError(f"a profile has no {key}{nearest(key, vocabulary())}; it has {', '.join(vocabulary())}")
    kind = vocabulary()[key]
    if not all(entry.ended or _fits(entry.value, kind) for entry in fact.history):
        raise ValueError(f"expected {' or '.join(kind['enum']) if 'enum' in kind else kind['description']}")


def _fits(value: Any, kind: Mapping[str, Any]) -> bool:
    """Whether a value has a kind: the few keywords of JSON Schema that profiles use, on what the loader made of TOML."""
    if "enum" in kind:
        return any(type(value) is type(member) and value == member for member in kind["enum"])
    match kind["type"]:
        case "string":
            return isinstance(value, str) and re.fullmatch(kind["pattern"], value) is not None
        case "integer":
            return type(value) is int and value >= kind["minimum"]
        case "array":
            return isinstance(value, tuple) and value != () and all(_fits(item, kind["items"]) for item in value)
        case "object":
            parts = kind["properties"]
            return (
                isinstance(value, dict)
                and value.keys() == parts.keys()
                and all(_fits(value[name], part) for name, part in parts.items())
            )
    raise AssertionError(f"facts.schema.json: a profile uses the type {kind['type']}, which is not understood")
