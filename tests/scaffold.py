"""Begins a new rule or payer: ``nox -s new-rule``, ``nox -s new-payer``. What it writes fails the tests until it is filled in."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: The headings of a rule's page, in their order.
HEADINGS = [
    "What it checks",
    "Why it matters",
    "Example",
    "Corrected claim",
    "When this rule does not fire",
    "Sources",
    "History",
]
#: No source has this id, so the loader refuses what is not filled in.
BLANK = "FILL-IN"


class Refused(Exception):  # noqa: N818 - what was asked for cannot be done
    """One line that says why, and what would do."""


def new_rule(root: Path, code: str, name: str, summary: str) -> list[str]:
    """Write stub, page and cases of a rule; returns what is left to do. Raises Refused for a code or name that cannot be."""
    if not re.fullmatch(r"[A-Z]{3}[0-9]{3}", code):
        raise Refused(f"{code}: a code is three capital letters and three digits, such as UNT009")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name):
        raise Refused(f"{name}: a name states the problem in kebab-case, such as units-look-like-vials")
    if not re.fullmatch(r"[A-Z].+\.", summary):
        raise Refused("the summary is one sentence with a capital letter and a period")
    family = code[:3].lower()
    module = root / "src" / "j1553ref" / "rules" / f"{family}.py"
    cases = root / "tests" / "rules" / f"{family}.py"
    page = root / "docs" / "rules" / f"{code}.md"
    families = sorted(path.stem for path in cases.parent.glob("*.py") if path.stem != "__init__")
    if family not in families:
        raise Refused(f"{code}: no such family; there are {' '.join(families).upper()}")
    text = module.read_text(encoding="utf-8")
    if f'"{code}",\n' in text:
        raise Refused(f"{code} is taken: {page.relative_to(root)}")
    if page.exists():
        raise Refused(f"{code} is retired: {page.relative_to(root)} stays, and the number is never used again")
    if "@rule(" not in text:
        raise Refused(
            f"{code}: the rules of this family are rows of a table in {module.relative_to(root)}: add one there"
        )
    function = name.replace("-", "_")
    since = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    stub = RULE.format(code=code, name=name, function=function, summary=json.dumps(summary), since=since)
    module.write_text(_listed(text, function) + stub, encoding="utf-8")
    title = name.replace("-", " ").capitalize()
    page.write_text(PAGE.format(code=code, title=title, summary=summary, since=since), encoding="utf-8")
    table = cases.read_text(encoding="utf-8")
    imported = re.search(r"^from rule_cases import (.+)$", table, re.M)[1].split(", ")
    needed = ", ".join(sorted({*imported, "bare", "fires", "quiet", "unsure", "whole"}, key=_as_sorted))
    table = table.replace(f"from rule_cases import {', '.join(imported)}\n", f"from rule_cases import {needed}\n")
    cases.write_text(table.rstrip().removesuffix("]") + CASES.format(code=code) + "]\n", encoding="utf-8")
    return [
        f"{page.relative_to(root)}: first the page; each {BLANK}",
        f"{module.relative_to(root)}: {function}: what it looks at and says, severity, basis, reads, stops, binds",
        f"{cases.relative_to(root)}: the last three cases; what else leaves it quiet or not checked",
        f"changelog.d/{code.lower()}-{name}.rule.md: one sentence for whoever checks claims",
        "nox -s lint, then nox -s tests: it fails until all of this is done",
    ]


def _listed(text: str, function: str) -> str:
    """The module with one more name in ``__all__``, sorted."""
    block = re.search(r"__all__ = \[(.*?)\]", text, re.S)
    names = sorted({*re.findall(r'"(\w+)"', block[1]), function})
    return text.replace(block[0], "__all__ = [\n" + "".join(f'    "{name}",\n' for name in names) + "]", 1)


def _as_sorted(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as the linter sorts the names of an import."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2, name)


def new_payer(root: Path, payer: str, label: str) -> list[str]:
    """Write the id of a payer, and its page where it is no part of another; returns what is left to do. Raises Refused."""
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*(:[a-z]+(-[a-z]+)*)?", payer):
        raise Refused(f"{payer}: an id is in small letters and hyphens, such as cigna, or bcbs:north-dakota for a plan")
    if not re.fullmatch(r"[^\"\\\n]+", label):
        raise Refused("a label is one line without quotation marks and backslashes")
    folder = root / "src" / "j1553ref" / "facts" / "payers"
    known = {name: path for path in sorted(folder.glob("*.toml")) for name in _payers(path)}
    if payer in known:
        raise Refused(f"{payer} is taken: {known[payer].relative_to(root)}")
    base, _, part = payer.partition(":")
    day = datetime.now(tz=UTC).date().isoformat()
    if part:
        parts = sorted(name for name in known if name.startswith(f"{base}:"))
        if not parts:
            raise Refused(f"{payer}: nothing may follow {base}; the payers with parts are {_with_parts(known)}")
        file = known[parts[0]]
        text = file.read_text(encoding="utf-8")
        entry = ENTRY.format(fact=f"payer_part.{base}.{part}", title=f"Plan: {label}", label=label, more="", day=day)
        later = next((name for name in parts if name > payer), None)
        at = text.index(f"[payer_part.{later.replace(':', '.')}]") if later else len(text)
        file.write_text(f"{text[:at]}{entry}\n{text[at:]}".rstrip() + "\n", encoding="utf-8")
        pages = f"docs/payers/: the page of {base}, and the row in index.md"
    else:
        file, page = folder / f"{payer}.toml", root / "docs" / "payers" / f"{payer}.md"
        entry = ENTRY.format(fact=f"payer.{payer}", title=label, label=label, more=', family = "commercial"', day=day)
        file.write_text(f"# {label}.\n\n{entry}", encoding="utf-8")
        page.write_text(PAYER_PAGE.format(payer=payer, label=label), encoding="utf-8")
        pages = (
            f"{page.relative_to(root)}: what it asks for; docs/payers/index.md: two rows and the menu; "
            "docs/check/index.md: the id"
        )
    return [
        f"{file.relative_to(root)}: each {BLANK}; add its profile and policy facts, or a gap where nothing is known",
        "src/j1553ref/facts/sources.toml: the document that was read",
        "src/j1553ref/facts/payers/evidence.toml: its newest document, and whether it names Yimmugo",
        "docs/reference/not-known.md: its gaps",
        pages,
        "tests/test_payers.py: the id, and what its profile changes",
        f"changelog.d/{payer.replace(':', '-')}.fact.md: one sentence, with the dates of service that it is about",
        "nox -s lint, then nox -s tests",
    ]


def _payers(file: Path) -> list[str]:
    """The ids that a file of facts defines."""
    held = tomllib.loads(file.read_text(encoding="utf-8"))
    parts = [f"{base}:{part}" for base, names in held.get("payer_part", {}).items() for part in names]
    return [*held.get("payer", {}), *parts]


def _with_parts(known: dict[str, Path]) -> str:
    return ", ".join(sorted({name.partition(":")[0] for name in known if ":" in name}))


RULE = '''

@rule(
    "{code}",
    "{name}",
    severity="warning",
    since="{since}",
    summary={summary},
)
def {function}(group: Group) -> Iterator[Seen]:
    """FILL-IN."""
    for line in group.lines:
        if need(line.units, "units") < 0:
            yield Seen(line.at("units"), "FILL-IN", expected="FILL-IN", actual=line.units)
'''

CASES = """    fires("{code}", "FILL-IN", whole(), "warning", "/lines/0/units"),
    quiet("{code}", "a right claim", whole()),
    unsure("{code}", "FILL-IN", bare([(400, ["JZ"])])),
"""

PAGE = """# {title} ({code})

:::{{rule-card}} {code}
:::

## What it checks

FILL-IN. {summary}

## Why it matters

FILL-IN

## Example

FILL-IN:

```{{doctest}}
>>> from j1553ref import case, check
>>> claim = case("whole-vials-jz")
>>> print(check(claim, select="{code}"))
{code} warning at /lines/0/units: FILL-IN

```

## Corrected claim

FILL-IN:

```{{doctest}}
>>> claim = case("whole-vials-jz")
>>> report = check(claim)
>>> report.codes
[]
>>> "{code}" in report.not_checked_codes
False

```

## When this rule does not fire

- FILL-IN

It is a warning, for every payer. It is *not checked* where FILL-IN.

## Sources

FILL-IN

## History

Since {since}.
"""

ENTRY = """[{fact}]
label = "{title}"

[[{fact}.history]]
observed = {day}
value = {{ label = "{label}"{more} }}
checked = {day}
sources = [{{ id = "FILL-IN", locator = "publisher", grade = "primary" }}]
"""

PAYER_PAGE = """---
description: "{label} and J1553 (Yimmugo): FILL-IN."
---

# What does {label} ask for?

**FILL-IN ({{gap}}`not known <FILL-IN>`).** The newest document that was read is of {{fact}}`evidence.{payer}[newest]`.

## Ask first

- **Is prior authorization required for J1553**, and on which form? FILL-IN
- **Which brands are preferred, and is there a step?** FILL-IN
- **Which sites are covered after the first infusions?** FILL-IN
- **Units:** ask for the approval in units of {{fact}}`unit.size`.
- **JW, JZ, NDC:** FILL-IN

Related: [all payers](index.md), [denials](../reference/denials.md), [what is not known](../reference/not-known.md).
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="nox -s", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    of_rule = kinds.add_parser("new-rule", usage='nox -s new-rule -- UNT009 kebab-case-name "One sentence."')
    of_payer = kinds.add_parser(
        "new-payer", usage='nox -s new-payer -- ID "Label", where ID is cigna or bcbs:north-dakota'
    )
    for name in ("code", "name", "summary"):
        of_rule.add_argument(name)
    for name in ("id", "label"):
        of_payer.add_argument(name)
    asked = parser.parse_args()
    try:
        if asked.kind == "new-rule":
            left = new_rule(ROOT, asked.code, asked.name, asked.summary)
        else:
            left = new_payer(ROOT, asked.id, asked.label)
    except Refused as error:
        sys.exit(str(error))
    print("\n".join(["Written. Now fill in:", *(f"- {step}" for step in left)]))


if __name__ == "__main__":
    main()
