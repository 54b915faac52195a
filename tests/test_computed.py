"""Pages for staff show the answer and fold the code that computed it; what is shown is what the code prints."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest

SITE = Path(os.environ.get("J1553REF_SITE", ""))
if not os.environ.get("J1553REF_SITE"):
    pytest.skip("no built site: set J1553REF_SITE to its folder, or run nox -s tests", allow_module_level=True)

DOCS = Path(__file__).parents[1] / "docs"
STAFF = ("reference", "payers", "daily", "workflows", "examples", "training")
#: Pages whose slides still show code.
SLIDES = {"lesson-30.md", "lesson-60.md", "lesson-90.md"}
PAGES = sorted(path for folder in STAFF for path in (DOCS / folder).glob("*.md") if path.name not in SLIDES)
FOLDED = re.compile(r'<details class="computed">.*?</details>', re.S)
FENCE = re.compile(r"^```\{doctest\}\n(.*?)^```", re.M | re.S)


def built(page: Path) -> str:
    return (SITE / page.relative_to(DOCS)).with_suffix(".html").read_text(encoding="utf-8")


def words(html: str) -> str:
    """The text of a page, its white space made single."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_no_prompt_is_seen_before_something_is_opened(page: Path) -> None:
    html, source = built(page), page.read_text(encoding="utf-8")
    left = FOLDED.sub("", html)
    shown = sum(">>>" in fence for fence in FENCE.findall(source) if ":show: code" in fence)
    assert 'class="gp"' not in left or shown, "a prompt outside of a folded block"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_a_shown_table_holds_what_the_doctest_prints(page: Path) -> None:
    seen = words(FOLDED.sub("", built(page)))
    for fence in FENCE.findall(page.read_text(encoding="utf-8")):
        if ":show: table" not in fence:
            continue
        printed = [line for line in fence.splitlines() if " | " in line and not line.startswith((">>>", "..."))]
        assert printed, "a table without a line"
        for line in printed:
            assert " ".join(line.replace(" | ", " ").split()) in seen
