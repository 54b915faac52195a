"""What a sheet and its key say: a page is a list of elements, which every printer walks: Markdown, HTML and the site."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files

from j1553ref import project
from j1553ref.facts.wording import date_text
from j1553ref.report import help_url
from j1553ref.rules import get
from j1553ref.training.model import LETTERS, Basis, Question, Sheet
from j1553ref.training.templates import LEVEL_NAMES
from j1553ref.training.topics import TOPICS
from j1553ref.training.words import unbroken

__all__ = ["Element", "Node", "Page", "as_html", "as_markdown", "command", "el", "key_page", "sheet_page"]


@dataclass(frozen=True, slots=True)
class Element:
    """An element by its HTML name; ``kind`` is its class, ``entry`` the rule or fact that it names, by kind and id.

    A page is made of p, ol, ul, table and section; these of li, tr, td, h2, and of strong, code, a and span, each of which
    holds one text.
    """

    tag: str
    content: tuple[Node, ...]
    kind: str = ""
    entry: tuple[str, str] | None = None
    url: str = ""

    @property
    def text(self) -> str:
        """All its text.

        >>> el("p", "One ", el("strong", "two")).text
        'One two'
        """
        return "".join(node if isinstance(node, str) else node.text for node in self.content)


Node = Element | str


def el(tag: str, *content: Node, kind: str = "", entry: tuple[str, str] | None = None, url: str = "") -> Element:
    """An element."""
    return Element(tag, content, kind, entry, url)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its title, its elements, and what is printed at the foot of each sheet of paper."""

    title: str
    content: tuple[Element, ...]
    foot: str = ""

    @property
    def sections(self) -> tuple[Element, ...]:
        """Its parts with a heading."""
        return tuple(element for element in self.content if element.tag == "section")


# -- what is said ----------------------------------------------------------------------------------------------

_GRADES = (
    "Grades: primary is the issuer's own text, mirror a copy of it, secondary someone else's account; inferred follows from"
    " the sources and is stated by none."
)
_NOTICES = (
    "All patients, charts and claims here are made up; orders and amounts are figures to count with and no advice on a dose.",
    "This exercise informs coding. It is no medical, legal or payment advice; the instructions of the payer and of the Medicare"
    " contractor govern.",
    "CPT is owned and copyrighted by the American Medical Association: CPT codes appear here by number, in our own words.",
)
#: Options whose lines have no more characters are printed in two columns.
_SHORT = 28


def sheet_page(sheet: Sheet) -> Page:
    """The sheet for the learner: no answer, no rule."""
    blanks = el("p", el("span", "Name"), el("span", "Date"), kind="blanks")
    head = (blanks, _identity(sheet), _note("One answer is right. Circle its letter."))
    asked = (
        _section(f"Question {question.number}", *_asked(question), _options(question)) for question in sheet.questions
    )
    return _page(sheet, "", *head, *asked)


def key_page(sheet: Sheet) -> Page:
    """The key for the trainer: each question again, its arithmetic, its wrong options, its facts and rules."""
    answers = " · ".join(f"{asked.number} {asked.answer}" for asked in sheet.questions)
    made = command(sheet.topic, sheet.level, len(sheet.questions), sheet.seed)
    on = f" --on {sheet.on.isoformat()}" if sheet.on else ""
    again = ("The same sheet again: ", el("code", f"{made}{on}"), "; add ", el("code", "--key"), " for this key.")
    head = (_identity(sheet), el("p", el("strong", "Answers: "), answers, kind="answer"), _note(*again))
    return _page(sheet, "Key, ", *head, *map(_answered, sheet.questions), _rules(sheet), *_facts(sheet))


def command(topic: str, level: int, count: int, seed: int) -> str:
    """The command that makes a sheet.

    >>> command("units", 1, 5, 7)
    'j1553ref exercise --topic units --level 1 --count 5 --seed 7'
    """
    return f"j1553ref exercise --topic {topic} --level {level} --count {count} --seed {seed}"


def _asked(question: Question) -> tuple[Element, ...]:
    on = f"; date of service {date_text(question.on)}" if question.on else ""
    setting = el("p", f"{question.setting}{on}", kind="setting")
    return setting, el("p", question.situation), el("p", el("strong", question.ask), kind="ask")


def _options(question: Question) -> Element:
    short = all(len(line) <= _SHORT for option in question.options for line in option.lines)
    items = (el("li", *(el("span", line, kind="line") for line in option.lines)) for option in question.options)
    return el("ol", *items, kind="options short" if short else "options")


def _answered(question: Question) -> Element:
    wrong = (
        el(
            "li",
            el("strong", f"{option.letter}: "),
            f"{option.text}. ",
            el("strong", f"{made.name}. "),
            f"{option.why} ",
            el("a", made.rule, entry=("rule", made.rule), url=made.help),
        )
        for option, made in question.wrong
    )
    based_on: list[Node] = []
    for basis in question.basis:
        based_on += [", " if based_on else "Based on ", el("code", basis.id, entry=("fact", basis.id))]
    return _section(
        f"Question {question.number}: {question.answer}",
        *_asked(question),
        el("p", el("strong", f"{question.answer} is right: "), question.right.text, kind="answer"),
        el("ol", *(el("li", step) for step in question.steps)),
        el("ul", *wrong),
        _note(*based_on, "."),
    )


def _page(sheet: Sheet, kind: str, *content: Element) -> Page:
    """A page with title and foot, and the notices at its end."""
    named = f"{TOPICS[sheet.topic].title}, level {sheet.level} ({LEVEL_NAMES[sheet.level]})"
    title = f"Key to the J1553 exercise: {named}" if kind else f"J1553 exercise: {named}"
    notices = _section("Notices", *map(_note, _NOTICES))
    return Page(title, (*content, notices), f"{kind}J1553 exercise, seed {sheet.seed}, sheet {sheet.code}")


def _identity(sheet: Sheet) -> Element:
    on = f" Dates of service: {date_text(sheet.on)}." if sheet.on else ""
    return _note(
        el("strong", f"Seed {sheet.seed}, sheet {sheet.code}. "),
        f"Sheet and key belong together where both are the same. {len(sheet.questions)} questions.{on} Facts last checked"
        f" {date_text(sheet.facts_checked)}.",
    )


def _rules(sheet: Sheet) -> Element:
    codes = sorted({made.rule for asked in sheet.questions for _, made in asked.wrong})
    rows = ((code, get(code).name, el("a", help_url(code), entry=("rule", code), url=help_url(code))) for code in codes)
    return _section("The rules that catch the wrong answers", _table(("Rule", "Name", "Page"), rows))


def _facts(sheet: Sheet) -> Iterator[Element]:
    known: dict[str, Basis] = {basis.id: basis for asked in sheet.questions for basis in asked.basis}
    found = [known[fact_id] for fact_id in sorted(known)]
    address = f"{project.address()}reference/facts.html#"
    rows = (
        (el("a", one.id, entry=("fact", one.id), url=address + one.id), one.label, one.grade, ", ".join(one.sources))
        for one in found
    )
    table = _table(("Fact", "About", "Grade", "Sources"), rows)
    yield _section("The facts behind the answers", _note(_GRADES), table)
    notes = [el("li", el("code", one.id, entry=("fact", one.id)), f": {one.note}") for one in found if one.note]
    if notes:
        yield _section("Inferred, and asked all the same", el("ul", *notes))


def _note(*content: Node) -> Element:
    return el("p", *content, kind="note")


def _section(heading: str, *content: Element) -> Element:
    """A part of a page; ``whole`` is kept on one sheet of paper, which a long table must not be."""
    long = any(element.tag == "table" for element in content)
    return el("section", el("h2", heading), *content, kind="" if long else "whole")


def _table(heads: tuple[str, ...], rows: Iterable[tuple[Node, ...]]) -> Element:
    """A table whose first column heads its rows."""
    return el("table", *(el("tr", *(el("td", cell) for cell in row)) for row in (heads, *rows)))


# -- Markdown --------------------------------------------------------------------------------------------------

#: Characters that Markdown could take for marks; what we write holds no others.
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|#"})


def as_markdown(page: Page) -> str:
    """The page as Markdown (CommonMark with tables).

    >>> print(as_markdown(Page("Title", (el("p", "Some ", el("strong", "text"), "."),))))
    # Title
    <BLANKLINE>
    Some **text**.
    <BLANKLINE>
    """
    return "\n\n".join([f"# {page.title.translate(_MARKS)}", *map(_markdown, page.content)]) + "\n"


def _markdown(node: Node) -> str:
    match node:
        case str():
            return node.translate(_MARKS)
        case Element("section", (heading, *blocks)):
            return "\n\n".join([f"## {_markdown(heading)}", *map(_markdown, blocks)])
        case Element("ol", items, "options" | "options short"):
            options = ("; ".join(map(_markdown, item.content)) for item in items if isinstance(item, Element))
            return "\n".join(f"- **{letter}.** {text}" for letter, text in zip(LETTERS, options, strict=True))
        case Element("ol", items):
            return "\n".join(f"{position}. {_markdown(item)}" for position, item in enumerate(items, 1))
        case Element("ul", items):
            return "\n".join(f"- {_markdown(item)}" for item in items)
        case Element("table", (heads, *rows)) if isinstance(heads, Element):
            return "\n".join([_markdown(heads), f"|{' --- |' * len(heads.content)}", *map(_markdown, rows)])
        case Element("tr", cells):
            return f"| {' | '.join(map(_markdown, cells))} |"
        case Element("p", names, "blanks"):
            return "    ".join(f"{_markdown(name)}: {'_' * 24}" for name in names)
        case Element("strong"):
            inner = node.text.strip()
            return node.text.replace(inner, f"**{inner.translate(_MARKS)}**")
        case Element("code"):
            return f"`{node.text}`"
        case Element("a"):
            return f"[{node.text}]({node.url})" if node.text != node.url else f"<{node.url}>"
    text = "".join(map(_markdown, node.content))
    return f"*{text}*" if node.kind == "setting" else text


# -- HTML ------------------------------------------------------------------------------------------------------

_IN_A_LINE, _OPENED_ON_A_LINE = {"strong", "code", "a", "span"}, {"ol", "ul", "section"}


def as_html(page: Page) -> str:
    """The page as one HTML file that needs nothing else: no script, no font, no address to fetch.

    >>> as_html(Page("A & B", ())).splitlines()[0]
    '<!DOCTYPE html>'
    """
    css = files("j1553ref.training").joinpath("sheet.css").read_text(encoding="utf-8")
    style = "\n" + css.replace("FOOT", page.foot)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(page.title)}</h1>\n{''.join(map(_html, page.content))}</main>\n</body>\n</html>\n"
    )


def _html(node: Node) -> str:
    match node:
        case str():
            return escape(unbroken(node))
        case Element("li", (Element("span", (str(only),)),)):
            return f"<li>{escape(only)}</li>\n"
        case Element("table", (heads, *rows)) if isinstance(heads, Element):
            top = "".join(f'<th scope="col">{cell}</th>' for cell in _cells(heads))
            body = "".join(map(_row, rows))
            head = f'<div class="table"><table>\n<thead><tr>{top}</tr></thead>\n'
            return f"{head}<tbody>\n{body}</tbody>\n</table></div>\n"
    inner = escape(node.text) if node.tag in _IN_A_LINE else "".join(map(_html, node.content))
    marks = f' class="{node.kind}"' if node.kind else ""
    marks += f' href="{escape(node.url)}"' if node.url else ""
    marks += ' type="A"' if node.kind.startswith("options") else ""
    opened = "\n" if node.tag in _OPENED_ON_A_LINE else ""
    closed = "" if node.tag in _IN_A_LINE else "\n"
    return f"<{node.tag}{marks}>{opened}{inner}</{node.tag}>{closed}"


def _row(row: Node) -> str:
    first, *others = _cells(row)
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>\n'


def _cells(row: Node) -> list[str]:
    cells = () if isinstance(row, str) else row.content
    return ["" if isinstance(cell, str) else "".join(map(_html, cell.content)) for cell in cells]
