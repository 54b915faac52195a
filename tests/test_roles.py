"""Roles with words of their own: they record the value that they were written for, and fit no other.

The grammar is tried here by itself; small sites are built with the project's extension and a folder of changed facts.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from j1553ref.facts import Entry, Fact, FactBase, FactError, SourceRef, load, packaged
from j1553ref.facts.reference import Reference, announced, coming, parse_reference, record, resolved, said
from j1553ref.report.page import _plain
from j1553ref.report.roles import say, split

CHECKED = date(2026, 11, 30)
NORTH_DAKOTA = "profile.bcbs:north-dakota.jw_jz"


def entry(value, start=date(2026, 1, 1), checked=CHECKED, **more) -> Entry:
    return Entry(start=start, value=value, sources=(SourceRef("s", "p. 1", "primary"),), checked=checked, **more)


def base_of(*entries: Entry, unit: str = "") -> FactBase:
    return FactBase({"x": Fact("x", "X", unit, (), "", entries, "x.toml")})


VALUES = {
    "text": "required",
    "number": 320,
    "money": Decimal("24.30"),
    "date": date(2026, 4, 1),
    "yes": True,
    "no": False,
    "list": ("J3590", "C9399"),
    "table": {"mg": 5000, "kind": "carton"},
}
RECORDS = {
    "text": "required",
    "number": "320",
    "money": "24.30",
    "date": "2026-04-01",
    "yes": "yes",
    "no": "no",
    "list": "J3590, C9399",
    "table": "mg: 5000; kind: carton",
}


@pytest.mark.parametrize("kind", VALUES)
def test_each_kind_of_value_is_recorded_as_in_the_facts_file(kind):
    assert said(base_of(entry(VALUES[kind])), f"x={RECORDS[kind]}", "words").text == "words"
    for other in VALUES.values():
        if other != VALUES[kind]:
            with pytest.raises(FactError, match="written for"):
                said(base_of(entry(other)), f"x={RECORDS[kind]}", "words")


@pytest.mark.parametrize(
    ("target", "recorded"),
    [("x[kind]", "carton"), ("x|note", "as sold"), ("x|grade", "primary"), ("x@2026-05-01", "mg: 5000; kind: carton")],
)
def test_a_field_a_view_or_a_date_narrows_what_is_recorded(target, recorded):
    base = base_of(entry(VALUES["table"], note="as sold"))
    assert said(base, f"{target}={recorded}", "words").text == "words"
    with pytest.raises(FactError, match=re.escape(f"{target}: the words 'words' were written for the value 'other'")):
        said(base, f"{target}=other", "words")


def test_an_ended_fact_is_recorded_as_ended():
    base = base_of(entry("required"), entry(None, date(2026, 6, 1), ended=True))
    assert said(base, "x=ended", "no longer asked for").text == "no longer asked for"
    with pytest.raises(FactError, match="for the value 'required', but the value is 'ended'"):
        said(base, "x=required", "asked for")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("asked for <x>", r"x: the words 'asked for' record no value; where they fit, write <x=required>"),
        ("asked for <x=>", r"x: the words 'asked for' were written for the value '', but the value is 'required'"),
        ("asked for 2 times <x=required>", r"x: the text 'asked for 2 times' holds a figure"),
        ("x=required", r"x: without words of its own the role prints the value; remove =required"),
        ("asked for <y=required>", r"y: no such fact"),
        ("asked for <x[field]=required>", r"x: has no field field"),
        ("asked for <x|since=required>", r"but the value is 'January 1, 2026'"),
        ("asked for <x|vew=required>", r"x: has no view vew|were written"),
    ],
)
def test_what_does_not_fit_is_refused(content, message):
    with pytest.raises(FactError, match=message):
        say(base_of(entry("required")), "fact", content)


def test_a_role_may_be_broken_over_lines():
    assert split("a signed\n  order <x=signed\n  order>") == ("a signed order", "x=signed order")
    assert say(base_of(entry("signed order")), "fact", "a signed\n  order <x=signed\n  order>").text == "a signed order"


def test_a_long_value_is_recorded_by_its_beginning_and_notices_each_change():
    long = "first dose anywhere; all later ones outside the hospital, unless an exception is documented"
    base = base_of(entry(long))
    short = record(base, base.get("x"), base.get("x").newest, Reference("x"))
    assert short.startswith("first dose anywhere; all later ones...#") and len(short) < 50
    changed = base_of(entry(long.removesuffix("ed")))
    with pytest.raises(FactError, match="written for"):
        said(changed, f"x={short}", "words")


def test_the_value_of_every_fact_fits_into_a_role_and_differs_from_its_others():
    base = packaged()
    for fact in base.facts.values():
        records = {}
        for one in fact.history:
            text = record(base, fact, one, Reference(fact.id))
            assert len(text) <= 60 and not re.search(r"[`<>|\n]", text) and text == " ".join(text.split()), fact.id
            records.setdefault(text, one.value)
            assert records[text] == one.value, f"{fact.id}: two values are recorded alike"


def test_in_force_is_the_last_entry_that_began_by_the_date_checked():
    january = entry("required", date(2027, 1, 1))
    base = base_of(entry("not-required"), january, entry("denied", date(2028, 1, 1)))
    fact = base.get("x")
    assert (fact.newest.value, [later.value for later in coming(fact)]) == ("not-required", ["required", "denied"])
    assert resolved(base, Reference("x")).announced == "from January 1, 2027: required; from January 1, 2028: denied"
    assert resolved(base, Reference("x", on=date(2026, 5, 1))).announced == ""
    on_the_day = replace(fact, history=(fact.history[0], replace(january, checked=date(2027, 1, 1))))
    assert on_the_day.newest is on_the_day.history[1] and coming(on_the_day) == ()


def test_a_fact_that_only_begins_later_says_when():
    found = resolved(base_of(entry("required", date(2027, 1, 1))), Reference("x"))
    assert (found.text, found.announced) == ("required", "from January 1, 2027")


@pytest.mark.parametrize(
    ("before", "later", "target", "text"),
    [
        (5000, 10000, "x", "from January 1, 2027: 10,000 mg"),
        (5000, 10000, "x|g", "from January 1, 2027: 10 g"),
        ({"mg": 5, "kind": "vial"}, {"mg": 5, "kind": "carton"}, "x", "from January 1, 2027: kind carton"),
        ({"mg": 5, "kind": "vial"}, {"mg": 5, "kind": "carton"}, "x[mg]", ""),
        ({"mg": 5, "kind": "vial"}, {"mg": 5, "kind": "carton"}, "x[kind]", "from January 1, 2027: carton"),
        (5000, 5000, "x", ""),
        (5000, 10000, "x|since", ""),
        (5000, None, "x", "not valid from January 1, 2027"),
    ],
)
def test_what_is_announced(before, later, target, text):
    new = entry(later, date(2027, 1, 1), ended=later is None)
    base, ref = base_of(entry(before), new, unit="mg"), parse_reference(target)
    assert announced(base, base.get("x"), base.get("x").newest, ref) == text


def test_the_terminal_announces_too(monkeypatch):
    base = base_of(entry("not-required"), entry("required", date(2027, 1, 1)))
    monkeypatch.setattr("j1553ref.report.page.packaged", lambda: base)
    assert _plain("JZ: {fact}`x`.") == "JZ: not-required (from January 1, 2027: required)."
    assert _plain("{fact}`not asked <x=not-required>`") == "not asked (from January 1, 2027: required)"


def test_all_words_of_the_pages_fit_their_facts(root):
    worded, wrong = 0, []
    for path in sorted((root / "docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        for found in re.finditer(r"\{fact\}`([^`]*<[^`]*)`", text):
            worded += 1
            try:
                say(packaged(), "fact", found[1].replace(r"\|", "|"))
            except FactError as error:
                line = text.count("\n", 0, found.start()) + 1
                wrong.append(f"{path.relative_to(root)}:{line}: {error}")
    assert wrong == []
    assert worded > 200


# Small sites, built with the extension and a folder of facts laid over the packaged ones.

CONF = """\
import sys
sys.path.insert(0, {ext!r})
extensions = ["myst_parser", *(f"refsite.{{name}}" for name in {parts!r})]
myst_enable_extensions = ["colon_fence"]
j1553_facts = "facts"
html_theme = "basic"
suppress_warnings = {unlinked!r}
"""
PARTS = ["nodes", "domain", "footnotes", "roles", "tables", "changes", "dates", "registers"]
JANUARY = """\
[profile."bcbs:north-dakota".jw_jz]
label = "BCBS North Dakota: JZ on single-dose drugs"

[[profile."bcbs:north-dakota".jw_jz.history]]
from = 2027-01-01
value = "required"
checked = {checked}
sources = [{{ id = "bcbsnd-wastage", locator = "modifiers", grade = "primary" }}]
"""
WORDED = f"{{fact}}`not required <{NORTH_DAKOTA}=not-required>`"
PAGE = f"""\
# Plans

One line.
And North Dakota wants JZ: {WORDED}.

| Plan | JZ |
|---|---|
| LifeWise | {{fact}}`profile.bcbs:lifewise.jw_jz` |
| North Dakota | {WORDED} |

:::{{facts}}
{NORTH_DAKOTA}
:::
"""
FRAME = {
    "index.md": "# Start\n\n```{toctree}\npage\nchanges\ndates\nreference/facts\nreference/not-known\n```\n",
    "changes.md": f"""\
# Changes

## Come

:::{{changes}} 2023-01-01
:to-come:
:::

## Done

:::{{changes}} 2023-01-01
:flat:
modifier.TB
{NORTH_DAKOTA}
:::
""",
    "dates.md": f"# Dates\n\n:::{{periods}} 2026-04-01\nunit.size = Unit\n{NORTH_DAKOTA} = JZ\n:::\n",
    "reference/facts.md": "# Facts\n\n```{fact-register}\n```\n\n```{sources-list}\n```\n",
    "reference/not-known.md": "# Not known\n\n```{gaps-list}\n```\n",
}


class Site:
    """A built site; unless it is built ``whole``, only the page is read, which finds what is wrong in it."""

    def __init__(self, folder: Path, root: Path, facts: str, page: str, whole: bool) -> None:
        source, self.out = folder / "docs", folder / "out"
        parts = PARTS if whole else PARTS[: PARTS.index("changes")]
        conf = CONF.format(ext=str(root / "docs" / "_ext"), parts=parts, unlinked=[] if whole else ["ref"])
        files = FRAME | {"page.md": page} if whole else {"index.md": page}
        for name, text in {**files, "conf.py": conf, "facts/plan.toml": facts}.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(text, encoding="utf-8")
        options = ["-n", "-W", "--keep-going", "-q", "-b", "html" if whole else "dummy"]
        command = [sys.executable, "-P", "-m", "sphinx", "--no-color", *options, str(source), str(self.out)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.status, self.errors = done.returncode, done.stderr.replace(str(source), "docs").splitlines()

    def text(self, page: str, id_: str | None = None) -> str:
        """What a reader sees of a page, or of an element of it, before opening anything."""
        bs4 = pytest.importorskip("bs4")
        found = bs4.BeautifulSoup((self.out / f"{page}.html").read_text(encoding="utf-8"), "html.parser")
        for hidden in found.select(".card, .unseen, .fact-mark, .headerlink"):
            hidden.decompose()
        return " ".join((found.find(id=id_) if id_ else found.find("div", role="main")).get_text(" ").split())


@pytest.fixture
def site(tmp_path, root):
    pytest.importorskip("myst_parser", reason="the site's tools are not installed: run through nox -s tests")
    return lambda facts, page=PAGE, whole=False: Site(tmp_path, root, facts, page, whole)


def test_a_change_still_to_come_is_announced_and_todays_value_shown(site):
    built = site(JANUARY.format(checked="2026-11-30"), whole=True)
    assert (built.status, built.errors) == (0, [])
    page = built.text("page")
    assert "North Dakota wants JZ: not required (from January 1, 2027: required)." in page
    assert "North Dakota not required (from January 1, 2027: required) Statement" in page
    row = page.partition("JZ on single-dose drugs")[2]
    assert row.startswith(" BCBS North Dakota not-required from January 1, 2027: required JZ is not required;")
    assert "since January 1, 2027" not in page.lower()
    come, done = built.text("changes").split(" Done ")
    assert "JZ on single-dose drugs BCBS North Dakota required before: not-required from January 1, 2027" in come
    assert "January 1, 2025" in done and "2027" not in done
    dates = built.text("dates")
    assert "From January 1, 2027 (still to come) 100 mg required" in dates
    assert "April 1 to December 31, 2026 100 mg not-required" in dates
    entries = built.text("reference/facts", NORTH_DAKOTA)
    assert "January 1, 2027 still to come required" in entries
    assert entries.count("still to come") == 1


@pytest.mark.parametrize(
    ("dated_by", "words"),
    [
        ("document", "document dated January 1, 2027"),
        ("document-month", "document of January 2027"),
        ("document-year", "document of 2027"),
        ("edit", "edit of January 1, 2027"),
    ],
)
def test_the_date_of_a_document_is_never_printed_as_a_date_of_effect(site, dated_by, words):
    facts = JANUARY.format(checked="2027-01-15").replace(
        "from = 2027-01-01", f'from = 2027-01-01\ndated_by = "{dated_by}"'
    )
    built = site(facts, f"# Plans\n\n:::{{facts}}\n{NORTH_DAKOTA}\n:::\n", whole=True)
    pages = {name: built.text(name) for name in ("page", "changes", "dates")}
    for page in (*pages.values(), built.text("reference/facts", NORTH_DAKOTA)):
        assert "from January 1, 2027" not in page and "since January" not in page.lower()
    assert words in pages["page"] and words in pages["dates"]
    assert words not in pages["changes"]
    assert words in built.text("reference/facts", NORTH_DAKOTA).lower().replace("january", "January")


def test_once_the_change_is_in_force_words_that_no_longer_fit_fail_the_build(site):
    built = site(JANUARY.format(checked="2027-01-15"))
    assert built.status == 1
    said = (
        f"WARNING: {NORTH_DAKOTA}: the words 'not required' were written for the value 'not-required', "
        "but the value is 'required': make the words fit, then record it [j1553.fact]"
    )
    assert built.errors == [f"docs/index.md:4: {said}", f"docs/index.md:9: {said}"]


def test_words_that_record_no_value_fail_the_build(site):
    built = site(JANUARY.format(checked="2026-11-30"), f"# Plans\n\nOne.\nJZ: {{fact}}`not asked <{NORTH_DAKOTA}>`.\n")
    assert built.status == 1
    assert built.errors == [
        f"docs/index.md:4: WARNING: {NORTH_DAKOTA}: the words 'not asked' record no value; "
        f"where they fit, write <{NORTH_DAKOTA}=not-required> [j1553.fact]"
    ]


def test_facts_that_cannot_be_read_end_the_build_in_one_line(site, tmp_path):
    built = site(JANUARY.format(checked="2026-11-30").replace("checked =", "cheked ="))
    assert built.status == 2
    assert len(built.errors) == 1
    assert built.errors[0].startswith(f"ERROR: plan.toml: {NORTH_DAKOTA}: ")
    with pytest.raises(FactError) as error:
        load(tmp_path / "docs" / "facts", packaged())
    assert built.errors[0].removeprefix("ERROR: ") == str(error.value)
