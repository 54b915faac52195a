"""A rule's page of the site as text for a terminal: its headings and paragraphs, each role replaced by what it prints.

The pages are written in a small part of Markdown: headings, paragraphs, one level of lists, and examples in fences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any
from urllib.parse import urljoin

from j1553ref import project, rules
from j1553ref.cases import case
from j1553ref.facts import Document, Fact, packaged
from j1553ref.facts.reference import entry_for, parse_reference, shown
from j1553ref.facts.wording import cite, claim_value_text, value_text
from j1553ref.payers import parse_payer
from j1553ref.report import help_url
from j1553ref.report.layout import Line, wrapped

__all__ = ["Page", "Section", "page_lines", "read"]

_BLOCK = re.compile(
    r"^```[^\n]*\n(?P<code>.*?)^```$|^:::.*?^:::$|^- (?P<item>.+?)(?=^- |^$|\Z)|^(?P<text>\S.*?)(?=^$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_INLINE = re.compile(
    r"\{(?P<role>[a-z-]+)\}`(?:(?P<title>[^`<]+?)\s*<(?P<titled>[^`>]+)>|(?P<target>[^`]+))`|`(?P<code>[^`]+)`"
    r"|\[(?P<words>[^\]]+)\]\((?P<link>[^)\s]+)\)|(?P<stars>\*{1,2})(?P<strong>[^*]+)(?P=stars)"
)

_CITED = re.compile(r"\{source\}`(?:[^`<]*<)?([^`<>]+)>?`")
#: A longer value is a list of its own and is counted.
_LONGEST = 240


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading: blocks of ``text``, ``item`` or ``code``, each with its words."""

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
        return _joined(each for each in self.blocks if each[0] != "code")


def _joined(blocks: Iterable[tuple[str, str]]) -> str:
    return "\n\n".join(f"- {words}" if kind == "item" else words for kind, words in blocks)


@dataclass(frozen=True, slots=True)
class Page:
    """A rule's page: its title, its sections by heading, and the documents that it cites."""

    title: str
    sections: dict[str, Section]
    sources: tuple[Document, ...]


def read(code: str) -> Page:
    """The page of a rule; raises :class:`~j1553ref.rules.RuleError` for an unknown code.

    >>> read("JWZ001").title, list(read("JWZ001").sections)[:3]
    ('Lines differ from the vials', ['What it checks', 'Why it matters', 'Example'])
    """
    name = rules.get(code).code
    text = project.shipped("pages/rules", "docs/rules").joinpath(f"{name}.md").read_text(encoding="utf-8")
    head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    headed = (part.partition("\n") for part in parts)
    cited = dict.fromkeys(_CITED.findall(text))
    return Page(
        title=head.removeprefix("# ").partition(f" ({name})")[0],
        sections={heading: Section(tuple(_blocks(body))) for heading, _, body in headed},
        sources=tuple(packaged().documents[each] for each in cited),
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
        return _ROLES[match["role"]](match["titled"] or match["target"], match["title"] or "")
    if match["link"]:
        page = re.sub(r"\.md(?=#|$)", ".html", match["link"])
        return f"{_plain(match['words'])} ({urljoin(project.address() + 'rules/', page)})"
    return match["code"] or _plain(match["strong"])


def _fact(target: str, title: str) -> str:
    ref, base = parse_reference(target), packaged()
    fact = base.get(ref.id)
    entry = entry_for(fact, ref.on)
    return (title or shown(base, fact, entry, ref)) + (" [inferred]" if entry.grade == "inferred" else "")


def _case_value(target: str, _: str) -> str:
    slug, _, pointer = target.partition(":")
    keys = pointer.split("/")[1:]
    value: Any = reduce(lambda part, key: part[int(key) if isinstance(part, list) else key], keys, case(slug))
    return claim_value_text(keys[-1], value)


#: What each role prints, told its target and the page's own words for it.
_ROLES: dict[str, Callable[[str, str], str]] = {
    "fact": _fact,
    "source": lambda target, title: title or f'"{cite(packaged().documents[target])}"',
    "gap": lambda target, title: title or f"not available [{packaged().gaps[target].label}]",
    "rule": lambda target, title: title or rules.get(target).code,
    "cpt": lambda target, _: target,
    "case-value": _case_value,
}


def page_lines(code: str, width: int) -> Iterator[Line]:
    """A rule's page in lines with their styles: what the registry says of the rule, then the sections.

    >>> [line for _, line in page_lines("UNT002", 80)][0]
    'UNT002 unit-of-another-size'
    """
    rule, page, base = rules.get(code), read(code), packaged()
    yield "title", f"{rule.code} {rule.name}"
    yield from wrapped("plain", f"{page.title}. {rule.summary}", width, hang=0)
    binds = f"; binds {', '.join(parse_payer(each, packaged()).label for each in rule.binds)}" if rule.binds else ""
    yield from wrapped("plain", f"Severity: at most {rule.severity}; since {rule.since}{binds}", width)
    if rule.stops:
        yield from wrapped("plain", f"Once it has fired, these stay silent: {', '.join(rule.stops)}", width)
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
            for each in page.sources:
                if each.url:
                    yield from wrapped("plain", f"- {each.title}: {each.url}", width, indent=2)
    if rule.facts:
        yield "plain", ""
        yield "title", "Facts that it reads"
        for fact in map(base.get, rule.facts):
            yield from wrapped("plain", f"- {fact.id}: {fact.label}: {_newest(fact)}", width, indent=2)
        yield from wrapped(
            "plain", "j1553ref fact ID shows where a fact comes from and how it changed", width, indent=2
        )
    yield "plain", ""
    yield "quiet", help_url(rule.code)


def _newest(fact: Fact) -> str:
    value = fact.newest.value
    if fact.newest.ended:
        return "ended"
    told = value_text(value, fact.unit)
    return told if len(told) <= _LONGEST else f"{len(value)} entries"


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
