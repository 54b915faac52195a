"""Answers first, code second: what staff see on a page is what its doctests print, and the code is in a fold behind it."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from doctest import DocTestParser
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, SoupStrainer, Tag

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

from refsite.computed import STAFF, cells, guessed, place_in_words, printed  # noqa: E402

FENCE = re.compile(r"^```\{doctest\}\n((?::[a-z-]+:[^\n]*\n)*)(.*?)^```$", re.M | re.S)
PAGES = sorted(
    path.relative_to(ROOT / "docs").with_suffix("").as_posix()
    for folder in STAFF
    for path in (ROOT / "docs" / folder).rglob("*.md")
)


def blocks(page: str) -> list[tuple[str, str]]:
    """The doctests of a page: how each is shown (or empty) and its code."""
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return [
        ("".join(re.findall(r":show: (\w+)", options)) or guessed(code), code) for options, code in FENCE.findall(text)
    ]


SHOWN = [page for page in PAGES if any(shown for shown, _ in blocks(page))]


@cache
def article(page: str) -> Tag:
    folder = os.environ.get("J1553REF_SITE")
    if not folder:
        pytest.skip("J1553REF_SITE is not set: run through nox -s tests")
    text = (Path(folder) / f"{page}.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser", parse_only=SoupStrainer("article"))


def visible_code(found: Tag) -> list[str]:
    """The prompts that a reader sees without opening anything."""
    return [
        pre.get_text()
        for pre in found.find_all("pre")
        if ">>>" in pre.get_text()
        and not pre.find_parent(lambda tag: tag.name == "details" and not tag.has_attr("open"))
    ]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_for_staff_shows_no_prompt(page):
    assert visible_code(article(page)) == []


def test_a_prompt_in_the_open_is_found():
    page = "<article>{}<details{}><summary>How</summary><pre>&gt;&gt;&gt; 1</pre></details></article>"
    shown = lambda *given: visible_code(BeautifulSoup(page.format(*given), "html.parser"))  # noqa: E731
    assert shown("", "") == []
    assert len(shown("<pre>&gt;&gt;&gt; 2</pre>", "")) == len(shown("", " open")) == 1


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)])
def test_words_come_before_the_first_fold_and_each_opens_by_key(page):
    """A native ``details`` opens by key; its summary must come first, and nothing may take it out of the tab order."""
    folds = article(page).select("details.computed")
    assert folds, "the code of this page is not folded"
    assert folds[0].find_previous("p"), "nothing is said before the first code"
    for fold in folds:
        assert fold.find(True).name == "summary"
        assert fold.summary.get_text() == "How this was computed"
        assert not fold.has_attr("open") and not fold.summary.attrs.keys() & {"tabindex", "role", "hidden"}


def printed_by(code: str, names: dict[str, object]) -> tuple[list[str], list[str]]:
    """What a doctest expects, and what it prints, line by line; errors are left out of both."""
    wanted, got = [], []
    for example in DocTestParser().get_examples(code):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.suppress(Exception if example.exc_msg else ()):
            exec(compile(example.source, "<page>", "single"), names)
        if not example.exc_msg:
            wanted += example.want.splitlines()
            got += out.getvalue().splitlines()
    return wanted, got


@pytest.mark.parametrize("page", SHOWN)
def test_what_is_shown_is_what_the_code_prints(page):
    """Line for line, where the runner of the doctests forgives spaces and line breaks."""
    names: dict[str, object] = {}
    for shown, code in blocks(page):
        wanted, got = printed_by(code, names)
        if shown:
            assert wanted == got


def plain(text: str) -> str:
    """Text as it is compared: no-break spaces, curled quotes and dashes as they were typed."""
    table = str.maketrans({"\xa0": " ", "‘": "'", "’": "'", "“": '"', "”": '"', "–": "--", "…": "..."})
    return " ".join(text.translate(table).split())


def expected(shown: str, code: str) -> list[str]:
    """The texts that a reader finds in the answer, in their order."""
    lines = printed(code)
    if shown == "table":
        return [cell for line in lines for cell in cells(line)]
    if shown == "findings":
        found = [re.fullmatch(r"(\w+) (\w+) at (\S+): (.+)", line) for line in lines]
        return (
            ["No findings."]
            if not all(found)
            else [
                text
                for line in found
                if line
                for text in (f"{line[2].capitalize()} {line[1]} · {place_in_words(line[3])}", line[4])
            ]
        )
    return [line[1:-1] if line[0] in "'\"" else line for line in lines]


@pytest.mark.parametrize("page", SHOWN)
def test_the_page_shows_what_its_doctests_expect(page):
    answers = article(page).select("div.answer")
    wanted = [expected(shown, code) for shown, code in blocks(page) if shown]
    found = [
        [plain(part.get_text()) for part in answer.select("th, td, p:not(table p), ul:not(.findings) > li")]
        for answer in answers
    ]
    assert found == [[plain(text) for text in texts] for texts in wanted]
