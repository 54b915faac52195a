"""A rule's page of the site as text for a terminal: its headings and paragraphs, each role replaced by what it prints.

The pages are written in a small part of Markdown: headings, paragraphs, one level of lists, and examples in fences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from j1553ref import project, rules
from j1553ref.facts import Document, Fact, FactBase, Gap, packaged
from j1553ref.facts.reference import Reference, announced
from j1553ref.facts.wording import value_text
from j1553ref.payers import parse_payer
from j1553ref.report import help_url
from j1553ref.report.layout import Line, wrapped
from j1553ref.report.roles import Said, say, split

__all__ = ["Page", "Section", "page_lines", "read"]

_BLOCK = re.compile(
    r"^```[^\n]*\n(?P<code>.*?)^```$|^:::.*?^:::$|^- (?P<item>.+?)(?=^- |^$|\Z)|^(?P<text>\S.*?)(?=^$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_INLINE = re.compile(
    r"\{(?P<role>[a-z-]+)\}`(?P<content>[^`]+)`|`(?P<code>[^`]+)`"
    r"|\[(?P<words>[^\]]+)\]\((?P<link>[^)\s]+)\)|(?P<stars>\*{1,2})(?P<strong>[^*]+)(?P=stars)"
)
_CITED = re.compile(r"\{(source|gap)\}`([^`]+)`")
#: A longer value is a list of its own and is counted.
_LONGEST = 240


@dataclass(frozen=True, slots=True)
class Section:
    """What is under one heading: blocks of ``text``, ``item`` or ``code``, each with its words."""

    blocks: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The section as running text.

        >>> Section((("text", "Silent where:"), ("item", "the drug was free"))).text.split("\\n\\n")
        ['Silent where:', '- the drug was free']
        """
        return _joined(self.blocks)

    @property
    def prose(self) -> str:
        """The section without its examples.

        >>> read("JWZ001").sections["Example"].prose
        'Three vials were opened; the JW line falls short of them:'
        """
        return _joined(block for block in self.blocks if block[0] != "code")


def _joined(blocks: Iterable[tuple[str, str]]) -> str:
    return "\n\n".join(f"- {words}" if kind == "item" else words for kind, words in blocks)


@dataclass(frozen=True, slots=True)
class Page:
    """A rule's page: its title, its sections by heading, the documents that it cites, and what it says is not known."""

    title: str
    sections: dict[str, Section]
    sources: tuple[Document, ...]
    gaps: tuple[Gap, ...]


def read(code: str) -> Page:
    """The page of a rule; raises :class:`~j1553ref.rules.RuleError` for an unknown code.

    >>> read("JWZ001").title, list(read("JWZ001").sections)[:3]
    ('Lines differ from the vials', ['What it checks', 'Why it matters', 'Example'])
    """
    name = rules.get(code).code
    text = project.shipped("pages/rules", "docs/rules").joinpath(f"{name}.md").read_text(encoding="utf-8")
    head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    headed = (part.partition("\n") for part in parts)
    cited = dict.fromkeys((kind, split(content)[1]) for kind, content in _CITED.findall(text))
    return Page(
        title=head.removeprefix("# ").partition(f" ({name})")[0],
        sections={heading: Section(tuple(_blocks(body))) for heading, _, body in headed},
        sources=tuple(packaged().documents[name] for kind, name in cited if kind == "source"),
        gaps=tuple(packaged().gaps[name] for kind, name in cited if kind == "gap"),
    )


def _blocks(body: str) -> Iterator[tuple[str, str]]:
    for match in _BLOCK.finditer(body):
        if match["code"] is not None:
            yield "code", match["code"].rstrip()
        elif words := match["item"] or match["text"]:
            yield "item" if match["item"] else "text", _plain(words)


def _plain(text: str) -> str:
    return " ".join(_INLINE.sub(_resolved, text).split())


def _resolved(match: re.Match[str]) -> str:
    if match["role"]:
        return _role(match["role"], say(packaged(), match["role"], match["content"]))
    if match["link"]:
        page = re.sub(r"\.md(?=#|$)", ".html", match["link"])
        return f"{_plain(match['words'])} ({urljoin(project.address() + 'rules/', page)})"
    return match["code"] or _plain(match["strong"])


def _role(name: str, found: Said) -> str:
    text = f'"{found.text}"' if name == "source" and not found.own_words else found.text
    aside = f" [{found.aside}]" if found.aside else ""
    return text + aside + (f" ({found.fact.announced})" if found.fact and found.fact.announced else "")


def page_lines(code: str, width: int) -> Iterator[Line]:
    """A rule's page in lines with their styles: what the registry says of the rule, then the sections.

    >>> [line for _, line in page_lines("UNT002", 80)][0]
    'UNT002 unit-of-another-size'
    """
    rule, page, base = rules.get(code), read(code), packaged()
    yield "title", f"{rule.code} {rule.name}"
    yield from wrapped("plain", f"{page.title}. {rule.summary}", width, hang=0)
    binds = f"; binds {', '.join(parse_payer(payer, base).label for payer in rule.binds)}" if rule.binds else ""
    yield from wrapped("plain", f"Severity: at most {rule.severity}; since {rule.since}{binds}", width)
    if rule.stops:
        yield from wrapped("plain", f"Once it has fired, these do not fire: {', '.join(rule.stops)}", width)
    for heading, section in page.sections.items():
        yield "plain", ""
        yield "title", heading
        before = ""
        for kind, words in section.blocks:
            if before and kind == "text":
                yield "plain", ""
            yield from _block(kind, words, width)
            before = kind
        if heading == "Sources":
            for document in page.sources:
                where = document.url or f"to find it: {document.find}"
                yield from wrapped("plain", f"- {document.title}: {where}", width, indent=2)
    if page.gaps:
        yield "plain", ""
        yield "title", "What is not known"
        for gap in page.gaps:
            where = f"{gap.confirm} ({gap.url})" if gap.url else gap.confirm
            yield from wrapped("plain", f"- {gap.label}. Look: {where}. Ask: {gap.ask}", width, indent=2)
    if rule.facts:
        yield "plain", ""
        yield "title", "Facts that it reads"
        for fact in map(base.get, rule.facts):
            yield from wrapped("plain", f"- {fact.id}: {fact.label}: {_in_force(base, fact)}", width, indent=2)
        yield from wrapped(
            "plain", "j1553ref fact ID shows where a fact comes from and how it changed", width, indent=2
        )
    yield "plain", ""
    yield "quiet", help_url(rule.code)


def _in_force(base: FactBase, fact: Fact) -> str:
    entry = fact.newest
    text = "ended" if entry.ended else value_text(entry.value, fact.unit)
    text = text if len(text) <= _LONGEST else f"{len(entry.value)} entries"
    coming = announced(base, fact, entry, Reference(fact.id))
    return f"{text} ({coming})" if coming else text


def _block(kind: str, words: str, width: int) -> Iterator[Line]:
    if kind == "text":
        yield from wrapped("plain", words, width, indent=2, hang=0)
    elif kind == "item":
        yield from wrapped("plain", f"- {words}", width, indent=2)
    else:
        for line in words.splitlines():
            # Code stays as it is, to be pasted; what it prints may be long.
            if line.startswith((">>> ", "... ")):
                yield "plain", f"    {line}"
            else:
                yield from wrapped("plain", line, width, indent=4)
