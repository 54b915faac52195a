"""Rules in the terminal: the page of the site with every role resolved, readable at 80 columns, and the lists of rules."""

from __future__ import annotations

import json
import re

import pytest
from command import run

from j1553ref import rules
from j1553ref.facts import packaged
from j1553ref.report import page
from j1553ref.report.page import page_lines, read

CODES = [rule.code for rule in rules.catalogue()]
HEADINGS = [
    "What it checks",
    "Why it matters",
    "Example",
    "Corrected claim",
    "When this rule does not fire",
    "Sources",
    "History",
]


def source_of(root, code: str) -> str:
    return (root / "docs" / "rules" / f"{code}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", CODES)
def test_every_page_is_whole_and_without_markup(root, code):
    found, text = read(code), source_of(root, code)
    assert list(found.sections) == HEADINGS
    assert all(section.blocks for section in found.sections.values())
    assert f"# {found.title} ({code})" in text
    words = "\n".join(each for section in found.sections.values() for kind, each in section.blocks if kind != "code")
    assert not re.search(r"\{[a-z-]+\}`|`|\]\(|\*\*|:::|(?<!\w)\*\w", words)
    # Every word that a writer typed outside roles and examples is still there, in its order.
    typed = text.partition("\n## ")[2]
    typed = re.sub(r"^```.*?^```$|^## .*$|^- ", " ", typed, flags=re.M | re.S)
    typed = re.sub(r"\{[a-z-]+\}`[^`]*`|\]\([^)]*\)|[`*\[]", "\n", typed)
    heads = "\n".join(section.prose for section in found.sections.values())
    body, at = " ".join(re.sub(r"^- ", "", heads, flags=re.M).split()), 0
    for part in (" ".join(each.split()) for each in typed.replace("What it checks", "").splitlines() if each.strip()):
        at = body.find(part, at)
        assert at >= 0, part


@pytest.mark.parametrize("code", CODES)
def test_the_example_is_the_pages_example(root, code):
    shown = [each for section in read(code).sections.values() for kind, each in section.blocks if kind == "code"]
    fences = re.findall(r"^```[^\n]*\n(.*?)^```$", source_of(root, code), flags=re.M | re.S)
    assert shown == [each.rstrip() for each in fences]
    lines = [line for _, line in page_lines(code, 40)]
    typed = [f"    {line}" for each in fences for line in each.splitlines() if line.startswith((">>> ", "... "))]
    assert [line for line in lines if line.startswith(("    >>> ", "    ... "))] == typed, "code can be pasted"
    assert any(each.startswith(">>> ") for each in shown)


@pytest.mark.parametrize("width", [40, 80, 100])
def test_lines_fit_unless_they_are_code_or_one_word(width):
    for code in CODES:
        for _, line in page_lines(code, width):
            assert len(line) <= width or line.lstrip().startswith((">>>", "...")) or len(line.split()) <= 2, line


def test_roles_print_what_the_site_prints():
    base = packaged()
    said = " ".join(read("UNT002").sections["Why it matters"].text.split())
    assert "Most IV immune globulin codes count 500 mg, J1553 counts 100 mg." in said
    title = base.documents["ngs-rounding"].title
    assert f': {title}"' in read("JWZ001").sections["Sources"].text
    assert "single-dose" in read("JWZ001").sections["Sources"].text
    assert f"not found; ask your A/B MAC [{base.gaps['mue-value'].label}]" in page._plain("{gap}`mue-value`")
    assert (
        page._plain("{cpt}`96365` on {case-value}`whole-vials-jz:/administrations/0/service_date`")
        == "96365 on May 4, 2026"
    )
    assert page._plain("{rule}`one of these <JWZ003>`, *not* `JW`") == "one of these, not JW"
    assert page._plain("[severity](../check/severity.md#severity)").endswith("/check/severity.html#severity)")
    for unknown in ("{fact}`unit.sise`", "{source}`nobody`", "{gap}`nothing`", "{rule}`XXX001`", "{sum}`1`"):
        with pytest.raises(LookupError):
            page._plain(unknown)


def test_the_page_in_a_pipe():
    done = run("explain", "jwz001")
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "JWZ001 lines-differ-from-vials"
    assert [line for line in lines if line in HEADINGS] == HEADINGS
    assert any(line.startswith("    JWZ001 error at /lines/1/units: 320 given") for line in lines)
    assert lines[-1].endswith("/rules/JWZ001.html")
    assert max(len(line) for line in lines if "://" not in line) <= 80
    assert "\x1b" not in done.stdout


def test_the_page_as_json():
    found = json.loads(run("explain", "JWZ001", "--output", "json").stdout)
    listed = {each["code"]: each for each in json.loads(run("rules", "--output", "json").stdout)}
    assert {key: found[key] for key in listed["JWZ001"]} == listed["JWZ001"]
    assert [each["heading"] for each in found["sections"]] == HEADINGS
    assert [each["id"] for each in found["sources"]] == [
        "ngs-rounding",
        "cgs-jwjz-2023",
        "noridian-wastage",
        "fda-purple-2026",
    ]
    assert [each["find"] for each in found["sources"]][:3] == [None, None, None]
    assert list(listed) == CODES


def test_a_page_says_where_to_look_and_what_to_ask_for_what_is_not_known():
    gap = packaged().gaps["avoidable-vials"]
    text = " ".join(line.strip() for line in run("explain", "JWZ007").stdout.splitlines())
    assert f"What is not known - {gap.label}. Look: {gap.confirm} ({gap.url}). Ask: {gap.ask}" in text
    (found,) = json.loads(run("explain", "JWZ007", "--output", "json").stdout)["not_known"]
    assert found == {key: getattr(gap, key) for key in ("id", "label", "confirm", "url", "ask")}


def test_a_source_without_an_address_says_how_to_find_it():
    code, paper = next((code, paper) for code in CODES for paper in read(code).sources if not paper.url)
    text = " ".join(line.strip() for line in run("explain", code).stdout.splitlines())
    assert f"- {paper.title}: to find it: {paper.find}" in text


@pytest.mark.parametrize("family", rules.FAMILIES)
def test_a_family_lists_its_rules(family):
    done = run("explain", family.lower())
    codes = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert codes == [code for code in CODES if code.startswith(family)]
    assert done.stdout.startswith(f"{family}: {rules.FAMILIES[family]}\n")
    assert [each["code"] for each in json.loads(run("explain", family, "--output", "json").stdout)] == codes


@pytest.mark.parametrize(
    ("code", "near"), [("JWZ03", "JWZ003"), ("JWZ999", "JWZ"), ("J1553", "families"), ("", "families")]
)
def test_an_unknown_rule_names_the_nearest(code, near):
    done = run("explain", code)
    assert (done.returncode, done.stdout) == (2, "")
    assert near in done.stderr and done.stderr.count("\n") == 1


def test_the_catalogue_stands_in_columns():
    lines = run("rules").stdout.splitlines()
    assert [line.split()[0] for line in lines] == CODES
    at = {line.index(rules.get(line[:6]).summary) for line in lines}
    assert len(at) == 1, "summaries begin in one column, and are whole in a pipe"
    for line in lines:
        assert line.split()[:3] == [line[:6], rules.get(line[:6]).severity, rules.get(line[:6]).name]
    narrow = run("rules", COLUMNS="80").stdout.splitlines()
    assert max(map(len, narrow)) <= 80 and any(line.endswith("...") for line in narrow)
    for width in ("80", "40"):
        names = [line.split()[:3] for line in run("rules", COLUMNS=width).stdout.splitlines()]
        assert names == [line.split()[:3] for line in lines], "code, severity and name are whole at every width"
