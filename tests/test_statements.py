"""Each statement of a page names what it rests on: a fact, source, gap, rule or case, or it comes from a directive.

Read from the pages' own Markdown, where what a writer typed is kept apart from what a directive prints; that each role
leads somewhere is the build's task. Navigation is exempt by its form, anything else only by ``exempt_statements.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

pytest.importorskip("myst_parser", reason="the site's tools are not installed: run through nox -s tests")
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

FOLDERS = ("reference", "payers", "workflows", "daily")
ORIGIN = re.compile(r"\{(?:fact|source|gap|rule|case-value)\}`[^`]+`")
#: Directives whose content a writer typed; all others print facts, cases or registers.
TYPED = re.compile(
    r"\{(?:admonition|attention|caution|danger|dropdown|error|hint|important|note|seealso|tip|warning)\}"
)
#: A target for links, or a class for the block that follows.
MARK = re.compile(r"\([\w-]+\)=|\{[.#][\w .#-]+\}")
#: Words that may be between links without saying anything.
JOINTS = {"related", "see", "and", "or", "step", "by"}
#: On an index page: a page's name, and what is there.
SIGNPOST = re.compile(r"\*\*\[[^\]]*\]\([^)]*\)\*\*[:,]? [^.\d]*(?:\b837\b[^.\d]*)?\.?")
LINK = re.compile(r"\[[^\]]*\]\([^)]*\)")
EXEMPT = tomllib.loads((Path(__file__).parent / "exempt_statements.toml").read_text(encoding="utf-8")).get("exempt", [])


class Statement(NamedTuple):
    line: int
    text: str

    @property
    def sourced(self) -> bool:
        return bool(ORIGIN.search(self.text))

    @property
    def navigation(self) -> bool:
        """Links and what joins them, such as "Related: [units](units.md) and [payment](payment.md).", or a mark."""
        words = {word.casefold() for word in re.findall(r"\w+", LINK.sub(" ", self.text))}
        return bool(MARK.fullmatch(self.text)) or (bool(LINK.search(self.text)) and words <= JOINTS)


def parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").use(front_matter_plugin).use(colon_fence_plugin).use(deflist_plugin)


def statements(text: str, first_line: int = 1) -> Iterator[Statement]:
    """Every paragraph, list item and table row that a writer typed, with its line; headings are none."""
    row: list[str] | None = None
    heading, in_head = False, False
    for token in parser().parse(text):
        line = first_line + (token.map[0] if token.map else 0)
        if token.type in ("thead_open", "thead_close"):
            in_head = token.type == "thead_open"
        elif token.type == "tr_open":
            row, row_line = [], line
        elif token.type == "tr_close" and row is not None:
            if not in_head:
                yield Statement(row_line, " | ".join(row))
            row = None
        elif token.type in ("heading_open", "heading_close", "dt_open", "dt_close"):
            heading = token.type.endswith("_open")
        elif token.type == "inline" and row is not None:
            row.append(token.content)
        elif (token.type == "inline" and not heading) or _html(token):
            yield Statement(line, " ".join(token.content.split()))
        elif _typed(token):
            yield from statements(
                re.sub(r"\A(?::[\w-]+:.*\n)+", lambda m: "\n" * m[0].count("\n"), token.content), line + 1
            )


def _html(token: Token) -> bool:
    return token.type == "html_block" and not token.content.lstrip().startswith("<!--")


def _typed(token: Token) -> bool:
    return token.type in ("fence", "colon_fence") and bool(TYPED.match(token.info.strip()))


def _pages(root: Path) -> dict[str, str]:
    paths = [path for folder in FOLDERS for path in sorted((root / "docs" / folder).glob("*.md"))]
    return {
        path.relative_to(root / "docs").with_suffix("").as_posix(): path.read_text(encoding="utf-8") for path in paths
    }


def _exempt(page: str, statement: Statement) -> bool:
    if page.endswith("/index") and SIGNPOST.fullmatch(statement.text):
        return True
    return any(entry["page"] == page and statement.text.startswith(entry["starts"]) for entry in EXEMPT)


def unsourced(page: str, text: str) -> list[str]:
    return [
        f"docs/{page}.md:{statement.line}: {statement.text}"
        for statement in statements(text)
        if not statement.sourced and not statement.navigation and not _exempt(page, statement)
    ]


def test_every_statement_names_its_origin(root):
    pages = _pages(root)
    assert {page.split("/")[0] for page in pages} == set(FOLDERS)
    every = [statement for text in pages.values() for statement in statements(text) if not statement.navigation]
    assert sum(statement.sourced for statement in every) > 0.95 * len(every), "exemptions must stay few"
    left = [statement for page, text in pages.items() for statement in unsourced(page, text)]
    assert left == [], "each needs a role, or an entry with a reason in tests/exempt_statements.toml"


def test_each_exemption_has_a_reason_and_is_still_needed(root):
    pages = _pages(root)
    for entry in EXEMPT:
        assert set(entry) == {"page", "starts", "reason"}
        assert len(entry["reason"]) > 20
        found = [one for one in statements(pages[entry["page"]]) if one.text.startswith(entry["starts"])]
        assert len(found) == 1, f"{entry['page']}: {len(found)} statements start with {entry['starts']!r}"
        assert not found[0].sourced
        assert not found[0].navigation


@pytest.mark.parametrize(
    "planted",
    [
        "Bill it twice.",
        "- Bill it twice.",
        "| a | b |\n|---|---|\n| Bill it | twice |",
        "1. Bill it twice.",
        "> Bill it twice.",
        "Term\n: Bill it twice.",
        ":::{warning}\n:class: x\n\nBill it twice.\n:::",
        "```{note}\nBill it twice.\n```",
        "<p>Bill it twice.</p>",
        "See [units](units.md): bill it twice.",
        "Bill {cpt}`96365` twice.",
        "- {fact}`unit.size`\n\n  Bill it twice.",
    ],
)
def test_a_planted_statement_is_found(planted):
    text = f"---\ndescription: x\n---\n\n# Title\n\nOne unit is {{fact}}`unit.size`.\n\n{planted}\n"
    found = unsourced("reference/planted", text)
    assert len(found) == 1
    line, said = found[0].removeprefix("docs/reference/planted.md:").split(": ", 1)
    assert "twice" in said
    assert "wice" in "\n".join(text.splitlines()[int(line) - 1 :])


@pytest.mark.parametrize(
    "form",
    [
        "**Related:** [units](units.md) · [payment](payment.md)",
        "- [Units](units.md)",
        "(n822)=\n### Heading",
        ":::{facts}\nunit.size\n:::",
        "```{doctest}\n>>> 1\n1\n\n```",
        "| {fact}`unit.size` | twice |\n|---|---|\n| a | {gap}`mue-value` |",
        "<!-- a note to writers -->",
        "{.checklist}\n- {fact}`unit.size`",
    ],
)
def test_navigation_and_directives_are_no_statements(form):
    assert unsourced("reference/planted", f"# Title\n\n{form}\n") == []


@pytest.mark.parametrize(("page", "left"), [("reference/index", 2), ("reference/units", 3)])
def test_a_signpost_is_on_an_index_page_and_holds_no_figure(page, left):
    posts = [
        "**[Units](units.md)**: what to count",
        "**[Units](units.md)**: bill 2",
        "**[Units](units.md)**: see. Bill it twice",
    ]
    assert len(unsourced(page, "\n".join(f"- {post}" for post in posts))) == left
