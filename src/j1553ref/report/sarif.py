"""The report as SARIF 2.1.0 (OASIS): one run, its rules before the results and what the run itself has to say after them.

Results are made claim by claim, so that memory stays constant; what is not checked, notes and unusable input follow as
notifications, added up over all claims. Nothing names the user, the machine or the command line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from j1553ref import project, rules
from j1553ref.checking import NOTES
from j1553ref.facts import FactBase
from j1553ref.redaction import counted
from j1553ref.report import Summary, help_url, page, tool_object
from j1553ref.report.tally import Tally

__all__ = ["SCHEMA", "artifact", "claim_results", "head", "invocation"]

#: The address of the schema of the log.
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_NOTIFICATIONS = {
    "unusable_input": "a file or a record in it could not be read",
    "not_checked": "a rule could not be decided, because a datum, a table or a fact is missing: this is not a pass",
    **NOTES,
}
_PAGE = f"{project.address()}check/outputs.html"
_INDEX = {rule.code: index for index, rule in enumerate(rules.catalogue())}


def head(facts: FactBase) -> dict[str, Any]:
    """The log without its results: the tool with all rules, and how columns are counted.

    >>> from j1553ref.facts import packaged
    >>> [run] = head(packaged())["runs"]
    >>> run["tool"]["driver"]["name"], run["tool"]["driver"]["rules"][0]["id"]
    ('j1553ref', 'ADM001')
    """
    tool = tool_object(facts)
    driver = {
        "name": tool["name"],
        "version": tool["version"],
        **({"informationUri": project.address()} if project.address() else {}),
        "rules": [_descriptor(rule) for rule in rules.catalogue()],
        "notifications": [
            {"id": name, "shortDescription": {"text": text}, "fullDescription": {"text": text}, "help": {"text": _PAGE}}
            for name, text in _NOTIFICATIONS.items()
        ],
        "properties": {"facts_checked": tool["facts_checked"]},
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints"}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _descriptor(rule: rules.Rule) -> dict[str, Any]:
    sections = page.read(rule.code).sections
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": sections["What it checks"].prose},
        "help": {"text": f"{sections['Why it matters'].prose}\n\n{help_url(rule.code)}"},
        **({"helpUri": help_url(rule.code)} if project.address() else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "facts": list(rule.facts),
            "binds": list(rule.binds),
            "since": rule.since,
            "tags": [rules.FAMILIES[rule.code[:3]]],
        },
    }


def claim_results(claim: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One result for each finding of a claim object, then one for each that the configuration suppresses.

    >>> from j1553ref import case, check
    >>> claim = case("whole-vials-jz")
    >>> claim["lines"][0]["modifiers"] = []
    >>> from j1553ref.readers import Record
    >>> from j1553ref.report import claim_object
    >>> record = Record(source="a.json", index=0, line=1, format="j1553")
    >>> [(result["ruleId"], result["level"]) for result in claim_results(claim_object(record, check(claim)))]
    [('JWZ003', 'error')]
    """
    seen: dict[tuple[str, str], int] = {}
    for finding in claim["findings"]:
        about = {key: finding[key] for key in ("expected", "actual", "fix") if finding[key] is not None}
        yield {
            **_result(claim, finding, seen, finding["severity"], finding["message"]),
            "suppressions": [],
            "properties": {**_about(claim), **about, "facts": finding["facts"]},
        }
    for finding in claim["suppressed"]:
        yield {
            **_result(claim, finding, seen, finding["severity"], finding["message"]),
            "suppressions": [{"kind": "external", "justification": finding["reason"]}],
            "properties": _about(claim),
        }


def _result(
    claim: dict[str, Any], finding: dict[str, Any], seen: dict[tuple[str, str], int], severity: str, message: str
) -> dict[str, Any]:
    code, pointer = finding["code"], finding["pointer"]
    seen[code, pointer] = number = seen.get((code, pointer), 0) + 1
    last = pointer.rpartition("/")[2]
    logical = {
        "fullyQualifiedName": pointer,
        "kind": "object" if not pointer else "value" if last.isdigit() else "property",
    }
    # Line and value are left out, so that a finding keeps its identity while the file around it changes.
    mark = hashlib.sha256(f"{code}\n{claim['index']}\n{pointer}".encode()).hexdigest()[:32]
    return {
        "ruleId": code,
        "ruleIndex": _INDEX[code],
        "level": _LEVELS[severity],
        "message": {"text": message},
        "locations": [
            {
                "physicalLocation": _physical(claim, finding["line"], finding["column"]),
                "logicalLocations": [logical | ({"name": last} if last else {})],
            }
        ],
        # GitHub uses the second name only.
        "partialFingerprints": {"j1553ref/v1": f"{mark}:{number}", "primaryLocationLineHash": f"{mark[:16]}:{number}"},
    }


def _about(claim: dict[str, Any]) -> dict[str, Any]:
    names = ("index", "format", "payer", "claim_id")
    return {"claim": {name: claim[name] for name in names if claim[name] is not None}}


def _physical(claim: dict[str, Any], line: int | None, column: int | None) -> dict[str, Any]:
    """The place in the file; where the pointer cannot be located, the line on which the claim begins."""
    region = {"startLine": line, "startColumn": column} if line else {"startLine": claim["line"]}
    known = {name: value for name, value in region.items() if value is not None}
    return {"artifactLocation": artifact(claim["source"]), **({"region": known} if known else {})}


def artifact(source: str) -> dict[str, Any]:
    """The location of a source: a relative path as it was named, else a ``file`` address; standard input is ``-``.

    >>> artifact("./claims/of May #1.json"), artifact("<stdin>")["uri"]
    ({'uri': 'claims/of%20May%20%231.json'}, '-')
    """
    if source == "<stdin>":
        return {"uri": "-", "description": {"text": "standard input"}}
    path = Path(source)
    if path.is_absolute() or ".." in path.parts:
        return {"uri": path.resolve().as_uri()}
    return {"uri": quote(path.as_posix())}


def invocation(summary: Summary, tally: Tally, status: int) -> dict[str, Any]:
    """How the run went: whether everything could be read, the exit status, and what was not checked.

    >>> invocation(Summary(claims=1), Tally(), 0)
    {'executionSuccessful': True, 'exitCode': 0, 'toolExecutionNotifications': []}
    """
    notifications = [
        {
            **_notification("unusable_input", "error", claim["error"]),
            "locations": [{"physicalLocation": _physical(claim, claim["line"], None)}],
        }
        for claim in tally.unusable
    ]
    if summary.unusable > len(tally.unusable):
        more = f"{summary.unusable - len(tally.unusable)} more could not be read"
        notifications.append(_notification("unusable_input", "error", more))
    notifications += [
        {
            **_notification(
                "not_checked",
                "note",
                f"{code} was not checked in {counted(number, 'claim')}; missing: {datum} ({tally.reasons[datum, code]})",
            ),
            "associatedRule": {"id": code, "index": _INDEX[code]},
            "properties": {"claims": number, "missing": datum},
        }
        for datum, by_rule in tally.not_checked.items()
        for code, number in by_rule.items()
    ]
    notifications += [
        {**_notification(note, "note", f"{counted(number, 'claim')}: {NOTES[note]}"), "properties": {"claims": number}}
        for note, number in tally.notes.items()
    ]
    return {
        "executionSuccessful": not summary.unusable,
        "exitCode": status,
        "toolExecutionNotifications": notifications,
    }


def _notification(name: str, level: str, message: str) -> dict[str, Any]:
    index = list(_NOTIFICATIONS).index(name)
    return {"descriptor": {"id": name, "index": index}, "level": level, "message": {"text": message}}
