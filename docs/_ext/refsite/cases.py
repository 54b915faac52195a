"""Worked cases on a page: ``case`` prints the claim or a part of it, ``case-value`` one value in the text."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from j1553ref.facts import FactError
from refsite.checked import CheckedDirective, CheckedRole
from refsite.domain import domain_of
from refsite.values import date_text, ndc_text, value_text

_CASES = Path(str(files("j1553ref.cases")))
#: Fields whose decimal strings are numbers to a reader; other digits (codes, NDCs) are names.
_NUMBERS = {"dose_mg", "charge", "total_charge", "quantity"}


class Case(CheckedDirective):
    """A packaged case as JSON, or the part of it that a JSON Pointer names."""

    required_arguments = 1
    option_spec = {"pointer": directives.unchanged_required}  # noqa: RUF012 - as docutils declares it

    def render(self) -> list[nodes.Node]:
        """A highlighted block."""
        # Figures keep their spelling: 24.30 must not turn into 24.3.
        part = _part(self.env, self.arguments[0], self.options.get("pointer", ""), lambda text: f"\x00{text}\x00")
        text = re.sub(r'"\\u0000(.*?)\\u0000"', r"\1", json.dumps(part, indent=2))
        return [nodes.literal_block(text, text, language="json", classes=["case"])]


class CaseValue(CheckedRole):
    """``{case-value}`slug:/lines/0/units```: one value of a case, written as in a sentence."""

    def render(self, text: str) -> list[nodes.Node]:
        """The value as text."""
        slug, _, pointer = self.target.partition(":")
        value = _part(self.env, slug, pointer, Decimal)
        if isinstance(value, dict | list) or value is None:
            raise FactError(f"case {slug}: {pointer} is no single value")
        return [nodes.inline("", reads(pointer.rpartition("/")[2], value), classes=["case-value"])]


def reads(key: str, value: Any) -> str:
    """A value of a claim as in a sentence.

    >>> reads("dose_mg", "32450"), reads("service_date", "2026-05-04"), reads("procedure_code", "96365")
    ('32,450', 'May 4, 2026', '96365')
    """
    if isinstance(value, str) and key in _NUMBERS:
        return value_text(Decimal(value))
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return date_text(date.fromisoformat(value))
    return ndc_text(value) if isinstance(value, str) else value_text(value)


def _part(env: BuildEnvironment, slug: str, pointer: str, number: Any) -> Any:
    path = _CASES / f"{slug}.json"
    env.note_dependency(str(path))
    try:
        part = json.loads(path.read_text(encoding="utf-8"), parse_float=number)
        for token in pointer.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            part = part[int(key)] if isinstance(part, list) else part[key]
    except OSError:
        raise FactError(f"case {slug}: no such case") from None
    except (ValueError, LookupError, TypeError):
        raise FactError(f"case {slug}: no value at {pointer or '/'}, or not readable as JSON") from None
    domain_of(env).use("case", slug)
    return part


def setup(app: Sphinx) -> None:
    """Register both."""
    app.add_directive("case", Case)
    app.add_role("case-value", CaseValue())
