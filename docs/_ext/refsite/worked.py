"""Worked cases by the tags in their front matter: the mark under a case's title, and ``worked-cases``, which lists them.

The tags are in each page of ``docs/examples`` and nowhere else; every list is made of them, so none can be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from j1553ref.cases import case as case_file
from j1553ref.facts import FactError
from j1553ref.rules import FAMILIES
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, known
from refsite.nodes import el

FOLDER = "examples"
LEVELS = {1: "First steps", 2: "Everyday", 3: "Tricky"}
TOPICS = {
    "units": "units",
    "jw-jz": "JW and JZ",
    "ndc": "NDC",
    "administration": "administration",
    "modifiers": "modifiers",
    "sites": "sites of service",
    "home": "home infusion",
    "payers": "payers",
    "code-by-date": "code by date",
    "authorization": "authorization",
    "denials": "denials",
    "payment": "payment",
    "diagnoses": "diagnoses",
}
#: Where the drug was given, by form and place of service, and who was billed, by the first part of the payer's id.
SETTINGS = {"office": "Office, infusion center", "hospital": "Hospital outpatient", "home": "Home"}
PAYERS = {
    "medicare-ab": "Medicare Part B",
    "medicare-dme": "Medicare at home (DME)",
    "medicare-advantage": "Medicare Advantage",
    "medicaid": "Medicaid",
    "bcbs": "Blue Cross",
    "unitedhealthcare": "UnitedHealthcare",
}
#: How well the main answer is sourced, and what a reader sees of it.
ANSWERS = {"settled": "", "inferred": "answer inferred", "open": "partly open"}
#: On a rule's card no more than these; the others are on the index.
_MOST = 6
_RULE = re.compile(rf"\b(?:{'|'.join(FAMILIES)})[0-9]{{3}}\b")
_TAUGHT = re.compile(r"\| case: (\S+)")
_FRONT = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Worked:
    """A case by its page: front matter, title, setting and payer of its claim, and every rule that it speaks of."""

    slug: str
    title: str
    level: int
    topics: tuple[str, ...]
    answer: str
    denials: tuple[str, ...]
    rules: frozenset[str]
    setting: str
    payer: str

    def has(self, kind: str, name: str) -> bool:
        """Whether it belongs into the list of a topic, level, rule or denial."""
        held: dict[str, Iterable[str]] = {
            "topic": self.topics,
            "level": (str(self.level),),
            "rule": self.rules,
            "denial": self.denials,
        }
        return name in held[kind]


def worked(folder: Path) -> tuple[Worked, ...]:
    """All cases of a folder of pages in teaching order; raises FactError for tags that cannot be used.

    Within a level the cases of the lessons come first, as they are taught, then the others by topic and title.
    """
    lessons = [path.read_text(encoding="utf-8") for path in sorted(folder.parent.glob("training/lesson-*.md"))]
    taught = {slug: place for place, slug in enumerate(_TAUGHT.findall("\n".join(lessons)))}
    cases = [_read(path, path.stat().st_mtime_ns) for path in folder.glob("*.md") if path.stem != "index"]
    topics = [*TOPICS]

    def order(case: Worked) -> tuple[int, int, int, str]:
        return case.level, taught.get(case.slug, len(taught)), topics.index(case.topics[0]), case.title

    return tuple(sorted(cases, key=order))


@cache
def _read(path: Path, changed: int) -> Worked:
    text = path.read_text(encoding="utf-8")
    front, title = _FRONT.match(text), re.search(r"^# (.+)$", text, re.M)
    tags: dict[str, Any] = yaml.safe_load(front[1]) if front else {}
    topics = str(tags.get("topics", "")).split()
    wrong = [
        name
        for name, good in {
            "level": tags.get("level") in LEVELS,
            "topics": bool(topics) and set(topics) <= TOPICS.keys(),
            "answer": tags.get("answer") in ANSWERS,
            "a title": bool(title),
        }.items()
        if not good
    ]
    if wrong or title is None:
        expected = f"level {', '.join(map(str, LEVELS))}; topics of {' '.join(TOPICS)}; answer {', '.join(ANSWERS)}"
        raise FactError(f"{path.name}: front matter: {', '.join(wrong)}: expected {expected}")
    denials = tuple(str(tags.get("denials", "")).split())
    rules = frozenset(_RULE.findall(text))
    claim = case_file(path.stem)
    home = claim["lines"][0].get("place_of_service") == "12"
    return Worked(
        slug=path.stem,
        title=title[1].replace("`", ""),
        level=tags["level"],
        topics=tuple(topics),
        answer=tags["answer"],
        denials=denials,
        rules=rules,
        setting="hospital" if claim["form"] == "ub04" else "home" if home else "office",
        payer=str(claim.get("payer", "")).partition(":")[0],
    )


class WorkedCases(CheckedDirective):
    """Lists the cases of one ``topic``, ``level``, ``rule`` or ``denial`` (several names: cases of any of them).

    Without an option, for the index: cards by level in teaching order, and the menu. A script adds filters.
    """

    option_spec = dict.fromkeys(("topic", "level", "rule", "denial"), directives.unchanged_required)

    def render(self) -> list[nodes.Node]:
        """One list, or the index."""
        if not self.options:
            return self._index(noted(self.env, "level", *map(str, LEVELS)))
        [(kind, names)] = self.options.items()
        return [case_list(self.env, noted(self.env, kind, *names.split()))]

    def _index(self, every: list[Worked]) -> list[nodes.Node]:
        made: list[nodes.Node] = []
        for level, name in LEVELS.items():
            section = nodes.section("", nodes.title("", name), ids=[f"level-{level}"])
            section += el("ul", "case-cards", *(_card(self.env, case) for case in every if case.level == level))
            made.append(section)
        menu = addnodes.toctree(
            parent=self.env.docname,
            entries=[(None, f"{FOLDER}/{case.slug}") for case in every],
            glob=False,
            includefiles=[f"{FOLDER}/{case.slug}" for case in every],
            hidden=True,
            titlesonly=True,
            maxdepth=1,
            numbered=0,
            includehidden=False,
            caption=None,
            rawentries=[],
        )
        return [*made, nodes.compound("", menu, classes=["toctree-wrapper"])]


def _card(env: BuildEnvironment, case: Worked) -> nodes.Node:
    """A case as a card, with what the filters read: the words of setting, payer, topics and level."""
    topics = [TOPICS[topic] for topic in case.topics]
    setting, payer = SETTINGS[case.setting], PAYERS.get(case.payer, "Any payer")
    return el(
        "li",
        "case-card",
        el("p", "case-name", *case_link(env, case)),
        el("p", "case-tags", " · ".join([setting, payer, *topics])),
        data_setting=setting,
        data_payer=payer,
        data_topic="|".join(topics),
        data_level=LEVELS[case.level],
    )


def noted(env: BuildEnvironment, kind: str, *names: str) -> list[Worked]:
    """The cases of a list; the page is made anew when the list would differ."""
    if kind == "topic":
        for name in names:
            known("topic", name, TOPICS)
    found = chosen(Path(env.srcdir), kind, names)
    if not found and kind != "rule":
        raise FactError(f"worked-cases: no case has the {kind} {' '.join(names)}")
    domain_of(env).data["worked"].setdefault(env.docname, []).append((kind, names, found))
    return found


def chosen(source: Path, kind: str, names: tuple[str, ...]) -> list[Worked]:
    """The cases that have any of the names."""
    return [case for case in worked(source / FOLDER) if any(case.has(kind, name) for name in names)]


def case_list(env: BuildEnvironment, cases: list[Worked]) -> nodes.Node:
    """Links to the cases, each with how well its answer is sourced."""
    return el("ul", "worked", *(el("li", "", *case_link(env, case)) for case in cases))


def case_link(env: BuildEnvironment, case: Worked) -> list[nodes.Node]:
    """The link to a case by its title, with its marks."""
    made: list[nodes.Node] = [page_link(env, f"/{FOLDER}/{case.slug}", case.title)]
    if ANSWERS[case.answer]:
        made += [nodes.Text(" "), el("span", f"badge badge-{case.answer}", ANSWERS[case.answer])]
    return made


def page_link(env: BuildEnvironment, page: str, text: str) -> nodes.Node:
    """A link to a page by its place in the folder of pages."""
    return addnodes.pending_xref(
        "",
        nodes.inline("", text),
        refdomain="std",
        reftype="doc",
        reftarget=page,
        refdoc=env.docname,
        refexplicit=True,
        refwarn=True,
    )


def rule_cases(env: BuildEnvironment, code: str) -> list[nodes.Node]:
    """The easiest cases that speak of a rule, for its card."""
    found = noted(env, "rule", code)
    return [case_list(env, found[:_MOST])] if found else []


def page_of(env: BuildEnvironment, page: str) -> Worked | None:
    """The case whose own page this is."""
    folder, _, slug = page.rpartition("/")
    if folder != FOLDER or slug == "index":
        return None
    return next((case for case in worked(Path(env.srcdir) / FOLDER) if case.slug == slug), None)


def mark(app: Sphinx, doctree: nodes.document) -> None:
    """Under the title of a case: its level and topics, and how well its answer is sourced."""
    case = page_of(app.env, app.env.docname)
    if case is None:
        return
    words = " · ".join([LEVELS[case.level], ", ".join(TOPICS[topic] for topic in case.topics)])
    shown: list[nodes.Node | str] = [words]
    if ANSWERS[case.answer]:
        shown += [" ", el("span", f"badge badge-{case.answer}", ANSWERS[case.answer])]
    title = next(iter(doctree.findall(nodes.title)))
    title.parent.insert(title.parent.index(title) + 1, el("p", "case-tags no-search", *shown))


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """The pages whose lists of cases would differ now."""
    source = Path(app.srcdir)
    lists = domain_of(env).data["worked"]
    return [
        page for page, made in lists.items() if any(chosen(source, kind, names) != found for kind, names, found in made)
    ]


def setup(app: Sphinx) -> None:
    """Register the directive, the mark, and what makes pages anew."""
    app.add_directive("worked-cases", WorkedCases)
    app.connect("doctree-read", mark)
    app.connect("env-get-outdated", outdated)
