"""What ``check`` says to people and programs: one object for each claim, one summary, and the exit status.

The keys are those of ``schemas/report.schema.json``; they change only with its version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from j1553ref import project
from j1553ref.checking import Report, check, judged
from j1553ref.facts import FactBase, packaged
from j1553ref.fixes import Fix
from j1553ref.payers import parse_payer
from j1553ref.readers import Record, Scope, Skipped, record_texts, records_of
from j1553ref.report.todo import steps
from j1553ref.rules.base import SEVERITIES, Finding

__all__ = ["SCHEMA_VERSION", "Settings", "Summary", "claim_object", "claim_objects", "help_url", "tool_object"]

SCHEMA_VERSION = "1"
_PLURALS = {"error": "errors", "warning": "warnings", "info": "infos"}


@dataclass
class Summary:
    """Counts over all claims of a run."""

    claims: int = 0
    out_of_scope: int = 0
    skipped: int = 0
    unusable: int = 0
    errors: int = 0
    warnings: int = 0
    infos: int = 0
    not_checked: int = 0
    suppressed: int = 0
    by_code: dict[str, int] = field(default_factory=dict)

    def add(self, claim: Mapping[str, Any]) -> None:
        """Count one claim object of the report; one with an error could not be read."""
        if claim["error"] is not None:
            self.unusable += 1
            return
        self.claims += 1
        self.out_of_scope += "out_of_scope" in claim["notes"]
        self.not_checked += len(claim["not_checked"])
        self.suppressed += len(claim["suppressed"])
        for finding in claim["findings"]:
            name = _PLURALS[finding["severity"]]
            setattr(self, name, getattr(self, name) + 1)
            self.by_code[finding["code"]] = self.by_code.get(finding["code"], 0) + 1

    def to_json(self) -> dict[str, int]:
        """The counts under their published keys."""
        return {
            key: getattr(self, key)
            for key in (
                "claims",
                "out_of_scope",
                "skipped",
                "unusable",
                "errors",
                "warnings",
                "infos",
                "not_checked",
                "suppressed",
            )
        }

    def exit_status(self, fail_level: str, *, exit_zero: bool = False) -> int:
        """2 if anything was unusable, else 1 if a finding reaches the fail level, else 0; ``exit_zero`` never hides 2."""
        if self.unusable:
            return 2
        loud = SEVERITIES[: SEVERITIES.index(fail_level) + 1]
        return int(not exit_zero and any(getattr(self, _PLURALS[severity]) for severity in loud))


def tool_object(facts: FactBase) -> dict[str, str]:
    """Name, version and the date up to which the facts were checked."""
    return {"name": "j1553ref", "version": project.version(), "facts_checked": facts.checked_until.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What beside the command line decides a run: the configuration file, the facts folder, and what they change.

    >>> print(Settings(config="j1553ref.toml", changes=("ignore UNT",)))
    settings in force: configuration j1553ref.toml (ignore UNT)
    """

    config: str | None = None
    facts: str | None = None
    changes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.config or self.facts)

    def __str__(self) -> str:
        changes = f" ({'; '.join(self.changes)})" if self.changes else ""
        named = [f"configuration {self.config}{changes}"] if self.config else []
        return "settings in force: " + ", ".join(named + ([f"facts from {self.facts}"] if self.facts else []))

    def to_json(self) -> dict[str, Any]:
        """As the report holds it under ``settings``; empty where nothing is in force."""
        if not self:
            return {}
        return {"settings": {"config": self.config, "facts": self.facts, "changes": list(self.changes)}}


def help_url(code: str) -> str:
    """The address of a rule's page.

    >>> help_url("JWZ003").endswith("rules/JWZ003.html")
    True
    """
    return f"{project.address()}rules/{code}.html"


def _placed(record: Record, finding: Finding) -> Finding:
    """The finding with line and column of its pointer in the user's file."""
    spot = record.locate(finding.place or finding.pointer)
    return replace(finding, line=spot[0], column=spot[1]) if spot else finding


def claim_object(record: Record, report: Report | None, *, with_ids: bool = False) -> dict[str, Any]:
    """One claim of the report as a JSON object; an unusable record has ``error`` and nothing else to say."""
    claim = record.claim
    fixes = {fix.finding: fix for fix in report.fixes} if report else {}
    return {
        "source": record.source,
        "index": record.index,
        "line": record.line,
        "format": record.format,
        "payer": report.payer if report else None,
        "claim_id": claim.claim_id if claim and with_ids else None,
        "findings": [_finding_object(_placed(record, finding), fixes.get(finding)) for finding in report.findings]
        if report
        else [],
        "not_checked": [
            {"code": rule.code, "reason": rule.reason, "missing": rule.missing} for rule in report.not_checked
        ]
        if report
        else [],
        "to_do": [step.to_json() for step in steps(report.not_checked, record.format, claim.form if claim else None)]
        if report
        else [],
        "suppressed": [
            _suppressed_object(_placed(record, hidden.finding), hidden.by.reason) for hidden in report.suppressed
        ]
        if report
        else [],
        "notes": list(report.notes) if report else [],
        "error": record.error,
    }


def claim_objects(
    stream: BinaryIO,
    *,
    source: str,
    payer: str | None = None,
    in_scope_only: bool = False,
    facts: FactBase | None = None,
) -> Iterator[dict[str, Any]]:
    """The claim object of each record of a stream, in order and in constant memory: the lines of ``--output jsonl``.

    ``source`` is what they call the stream. With ``in_scope_only``, records in whose bytes nothing of ours can be are
    passed over. Raises :class:`~j1553ref.payers.PayerError` for an unknown ``payer``.

    >>> import io
    >>> line = b'{"schema_version": "1", "form": "ub04", "lines": [{"procedure_code": "J1553", "units": 400}]}'
    >>> other = line.replace(b"J1553", b"99213")
    >>> stream = io.BytesIO(other + b"\\n" + line)
    >>> [(claim["index"], claim["notes"]) for claim in claim_objects(stream, source="a.ndjson", in_scope_only=True)]
    [(1, ['payer_unknown'])]
    """
    base = facts or packaged()
    if payer:
        parse_payer(payer, base)
    index = 0
    for found in record_texts(stream, source=source, scope=Scope(base) if in_scope_only else None):
        index += found.count if isinstance(found, Skipped) else 0
        for record in records_of(found, source=source, index=index):
            index += 1
            if isinstance(record, Skipped):
                continue
            yield claim_object(*judged(record, lambda claim: check(claim, payer=payer, facts=base)))


def _suppressed_object(finding: Finding, reason: str) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "pointer": finding.pointer,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "reason": reason,
    }


def _finding_object(finding: Finding, fix: Fix | None) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "pointer": finding.pointer,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "expected": finding.expected,
        "actual": finding.actual,
        "facts": [{"id": fact_id, "on": on.isoformat()} for fact_id, on in finding.facts],
        "help": help_url(finding.code),
        "fix": fix.to_json() if fix else None,
    }
