"""SHP: the shape of the claim file. The parser finds these; here each JSON Schema keyword gets its code and page."""

from __future__ import annotations

from j1553ref.claim import ShapeProblem
from j1553ref.rules.base import REGISTRY, Finding, Rule

__all__ = ["finding_for"]

_RULES = (
    (
        "SHP001",
        "missing-property",
        "A property that every claim needs is missing.",
        ("required", "dependentRequired"),
    ),
    (
        "SHP002",
        "unknown-property",
        "A property that the format does not know in this place; it may be a misspelled name.",
        ("additionalProperties", "unevaluatedProperties", "propertyNames"),
    ),
    ("SHP003", "wrong-type", "A value is of another JSON type than the format says.", ("type", "anyOf")),
    (
        "SHP004",
        "value-not-allowed",
        "A value is not one of those that the format allows.",
        ("enum", "const", "not", "false"),
    ),
    (
        "SHP005",
        "malformed-value",
        "A code, date, time or amount is not written the way the format says.",
        ("pattern", "format", "minLength", "maxLength"),
    ),
    (
        "SHP006",
        "out-of-range",
        "A number is too large or too small, or a list is too long or too short.",
        (
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "minItems",
            "maxItems",
            "uniqueItems",
            "minProperties",
            "maxProperties",
        ),
    ),
)

_BY_KEYWORD: dict[str, Rule] = {}
for _code, _name, _summary, _keywords in _RULES:
    REGISTRY[_code] = Rule(code=_code, name=_name, severity="error", since="0.1.0", summary=_summary, scope="shape")
    _BY_KEYWORD |= dict.fromkeys(_keywords, REGISTRY[_code])


def finding_for(problem: ShapeProblem) -> Finding:
    """The finding for one problem of shape.

    >>> finding_for(ShapeProblem("/lines/0", "required", "units", "<absent>")).code
    'SHP001'
    """
    by = _BY_KEYWORD[problem.keyword]
    return Finding(
        code=by.code,
        name=by.name,
        severity=problem.severity or by.severity,
        pointer=problem.pointer,
        message=f"expected {problem.expected}, found {problem.actual}{f'; {problem.note}' if problem.note else ''}",
        expected=problem.expected,
        actual=problem.actual,
        place=problem.place,
    )
