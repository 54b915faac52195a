"""Governance of the site: every rule, case and example has its page, every page runs, every figure has an origin."""

from __future__ import annotations

import re

import pytest
from scaffold import HEADINGS

from j1553ref import cases, rules
from j1553ref.facts import packaged

EXAMPLE_HEADINGS = [
    "Situation",
    "The question",
    "The claim",
    "The arithmetic",
    "The check",
    "If it were different",
    "Sources",
]
CODES = [rule.code for rule in rules.catalogue()]


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def pages(root, pattern="**/*.md"):
    return [path for path in sorted((root / "docs").glob(pattern)) if "_build" not in path.parts]


def test_rules_and_rule_pages_are_the_same_set(root):
    assert {path.stem for path in pages(root, "rules/[A-Z]*.md")} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_rule_page_has_its_headings_and_prints_its_own_code(root, code):
    text = (root / "docs" / "rules" / f"{code}.md").read_text(encoding="utf-8")
    found = sections(text)
    assert list(found) == HEADINGS
    assert re.search(rf"^# .+ \({code}\)$", text, re.M)
    assert f"{{rule-card}} {code}" in text
    assert re.search(rf"^(\[.*')?{code}\b", found["Example"], re.M), "the example prints the finding"
    corrected = found["Corrected claim"]
    assert re.search(r"\.codes\n\[\]$", corrected, re.M), "the corrected claim prints no finding codes"
    assert re.search(rf'^>>> "{code}" in \w+\.not_checked_codes\nFalse$', corrected, re.M), "and was really checked"


def test_every_case_is_shown_on_the_page_of_its_name(root):
    for slug in cases.slugs():
        page = root / "docs" / "examples" / f"{slug}.md"
        assert page.exists(), f"{slug} has no page"
        text = page.read_text(encoding="utf-8")
        assert f"{{case}} {slug}" in text
        assert list(sections(text)) == EXAMPLE_HEADINGS, slug
    assert {path.stem for path in pages(root, "examples/*.md")} - {"index"} == set(cases.slugs())


def tags(path) -> dict[str, str]:
    """The front matter of an example page."""
    front = re.match(r"---\n(.*?)\n---\n", path.read_text(encoding="utf-8"), re.S)
    return dict(line.split(": ", 1) for line in front[1].splitlines()) if front else {}


def test_every_denial_is_prevented_by_a_worked_case(root):
    prevented = {denial for path in pages(root, "examples/*.md") for denial in tags(path).get("denials", "").split()}
    assert prevented == {fact.id.removeprefix("denial.") for fact in packaged().under("denial")}


def test_a_case_whose_answer_is_not_settled_says_so_before_its_first_heading(root):
    """The badge is for the eye; the words are for whoever reads on."""
    for path in pages(root, "examples/*.md"):
        if tags(path).get("answer") in ("inferred", "open"):
            opening = path.read_text(encoding="utf-8").split("\n## ")[0]
            assert re.search(r"infer|open|not known|not settled|no source|differ|confirm|\{gap\}", opening), path.stem


def test_examples_and_rules_have_a_prompt(root):
    for path in [*pages(root, "examples/*.md"), *pages(root, "rules/*.md")]:
        if path.stem != "index":
            assert ">>> " in path.read_text(encoding="utf-8"), path.name


def test_doctest_fences_only(root):
    """A plain python fence is read by the runner but not by the reader's eye, and breaks on its closing fence."""
    for path in pages(root):
        assert not re.search(r"^```(python|pycon)\n>>> ", path.read_text(encoding="utf-8"), re.M), path.name


#: A figure in prose: money, an NDC, an ISO date, a percentage, or a number with a unit.
FIGURE = re.compile(
    r"\$\s?\d[\d,.]*|\b\d{5}-\d{3,4}-\d{1,2}\b|\b\d{11}\b|\b(?:19|20)\d\d-\d\d-\d\d\b|\b\d[\d,.]*\s?%"
    r"|\b\d[\d,.]*(?:\s|-)?(?:mg|g|grams?|mL|ml|units?|minutes?|hours?|vials?|days?|months?|percent)\b"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}(?:, \d{4})?\b"
)


def prose(text: str) -> str:
    """The page without fences, directives, roles, inline code and links: what a writer typed as text."""
    text = re.sub(r"^(`{3,}|~{3,})[^\n]*\n.*?^\1[ \t]*$", "", text, flags=re.M | re.S)
    text = re.sub(
        r"^:{3,}\{(?!admonition|note|tip|important|dropdown)[^\n]*\n.*?^:{3,}[ \t]*$", "", text, flags=re.M | re.S
    )
    text = re.sub(r"\{[a-z-]+\}`[^`]*`", "", text)
    text = re.sub(r"`[^`\n]*`", "", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return re.sub(r"^---\n.*?\n---\n", "", text, count=1, flags=re.S)


def figures(text: str) -> list[str]:
    return [match[0] for match in FIGURE.finditer(prose(text))]


#: Names that happen to look like a figure, and why they may be typed.
NAMES = {
    "500 mg": "the habit that the trap is named after, not a statement about a product",
    "100 mg": "part of the code's own name",
}


def test_no_figure_is_typed(root):
    typed = {
        str(path.relative_to(root)): left
        for path in pages(root)
        if (left := [figure for figure in figures(path.read_text(encoding="utf-8")) if figure not in NAMES])
    }
    assert typed == {}


@pytest.mark.parametrize(
    "planted",
    [
        "It costs $24.32 a unit.",
        "Use 70573-0605-21.",
        "From 2026-04-01 on.",
        "Pay 20 % of it.",
        "Give 35 g today.",
        "Bill 350 units.",
        "After 91 minutes.",
        "From April 1, 2026 on.",
    ],
)
def test_a_planted_figure_is_found(planted):
    assert figures(f"# Title\n\nText.\n\n{planted}\n")
    assert not figures(f"# Title\n\n```{{doctest}}\n>>> 1\n{planted}\n\n```\n")


def effects_claimed(text: str) -> list[str]:
    """Where a page says "since", "from" or "of" before a date that is a document's or a claim edit's, by fact."""
    asked = re.findall(r"\b(?:[Ss]ince|[Ff]rom|of)\s+\{fact\}`([^`\[|@\\]+)\\?\|since(?:@([0-9-]+))?`", text)
    entries = [(name, packaged().on(name, on).entry if on else packaged().get(name).newest) for name, on in asked]
    return [name for name, entry in entries if not entry.takes_effect]


def test_no_page_says_since_before_the_date_of_a_document(root):
    claimed = {str(path.relative_to(root)): effects_claimed(path.read_text(encoding="utf-8")) for path in pages(root)}
    assert {path: names for path, names in claimed.items() if names} == {}
    assert effects_claimed("Edits since\n{fact}`modifier.PO|since`, from {fact}`modifier.TB\\|since`.") == [
        "modifier.PO"
    ]


@pytest.mark.last
def test_every_prompt_on_a_page_was_run(root, tried, request):
    """Counted by the runner, not by parsing again: a page that is not collected shows as none."""
    if request.config.args != request.config.getini("testpaths"):
        pytest.skip("only part of the suite was collected")
    wanted = {path: path.read_text(encoding="utf-8").count("\n>>> ") for path in [*pages(root), root / "README.md"]}
    ran = {path: tried.get(path, 0) for path in wanted}
    assert {str(path): count for path, count in ran.items() if count != wanted[path]} == {}
    assert sum(ran.values()) > 0
