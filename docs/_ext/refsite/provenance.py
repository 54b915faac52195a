"""Where a value comes from, shown on demand: a value that opens a card, and the numbered list at the foot of a page.

The card is the browser's own popover: it needs no script and works by keyboard, by touch and with a screen reader.
In print the cards are gone and each value has the number of its sources in the list.
"""

from __future__ import annotations

from dataclasses import replace

from docutils import nodes
from sphinx.environment import BuildEnvironment

from j1553ref.facts import Entry, Fact, FactBase, Gap, SourceRef
from j1553ref.facts.reference import FactSaid, Reference, announced, resolved
from j1553ref.facts.wording import cite, date_text, dating
from j1553ref.payers import parse_payer
from refsite.domain import domain_of, facts, known, link
from refsite.footnotes import numbers
from refsite.nodes import el, element

GRADES = {
    "primary": "the issuer’s own text or data",
    "mirror": "the issuer’s text or data, seen in a copy",
    "secondary": "someone other than the issuer says so",
    "inferred": "follows from the sources; none of them states it",
}
#: Longer values are running text: they stay text, and a small number after them opens the card.
LONGEST_BUTTON = 24


def fact_nodes(
    env: BuildEnvironment, ref: Reference, text: str = "", *, on_row: bool = False, badge: bool = True
) -> list[nodes.Node]:
    """The nodes of one referenced value, or of ``text`` in its place; raises FactError."""
    found = resolved(facts(env), ref)
    return said_nodes(env, replace(found, text=text or found.text), on_row=on_row, badge=badge)


def said_nodes(env: BuildEnvironment, found: FactSaid, *, on_row: bool = False, badge: bool = True) -> list[nodes.Node]:
    """What is said of a fact, its card and badge, and what is announced.

    ``on_row``: the card opens from the publisher's name, and value and announcement are in another cell of the row.
    """
    base, fact, entry, text = facts(env, found.fact.id), found.fact, found.entry, found.text
    numbered = numbers(env, entry.sources)
    domain_of(env).use("fact", fact.id)
    card, name = _card(env, fact, entry), f"card-{env.new_serialno('card')}"
    card["ids"], card["attrs"]["aria-label"] = [name], f"Source of: {fact.label}"
    marks = el("sup", "fact-mark no-search", f"[{', '.join(map(str, numbered))}]")
    badges = [el("span", "badge badge-inferred", "inferred")] if badge and entry.grade == "inferred" else []
    if on_row:
        publishers = dict.fromkeys(known("source", source.id, base.documents).publisher for source in entry.sources)
        opener = _opener(name, ", ".join(publishers), f"source of: {fact.label}", "fact-value")
        return [el("span", "fact", opener, marks, *badges, card)]
    after: list[nodes.Node] = [nodes.Text(f" ({found.announced})")] if found.announced else []
    if len(text) <= LONGEST_BUTTON:
        return [el("span", "fact", _opener(name, text, "source", "fact-value"), marks, *badges, card), *after]
    opener = _opener(name, str(numbered[0]), f"source of: {fact.label}", "fact-number no-search")
    return [el("span", "fact", el("span", "fact-text", text), opener, marks, *badges, card), *after]


def gap_nodes(env: BuildEnvironment, name: str, text: str = "") -> list[nodes.Node]:
    """That it was not found and whom to ask, with what was looked for, where to look and what to ask; raises FactError."""
    gap = known("gap", name, facts(env).gaps)
    domain_of(env).use("gap", name)
    serial = f"card-{env.new_serialno('card')}"
    body = [el("span", "card-row", el("span", "card-key", key), el("span", "", *words)) for key, words in gap_rows(gap)]
    foot = el("span", "card-foot", link("gap", name, "All that is not known", env.docname))
    card = _shell(gap.label, *body, foot)
    card["ids"], card["attrs"]["aria-label"] = [serial], f"Not found: {gap.label}"
    words = text or gap.says
    return [el("span", "fact fact-gap", _opener(serial, words, gap.label, "fact-value"), card)]


def gap_rows(gap: Gap) -> list[tuple[str, list[nodes.Node | str]]]:
    """What there is to say of a gap, each under its key: where to look is a link where the address is recorded."""
    where = el("a", "external", gap.confirm, href=gap.url) if gap.url else gap.confirm
    rows: list[tuple[str, list[nodes.Node | str]]] = [
        ("Looked for", [gap.looked_for]),
        ("Why it matters", [gap.matters]),
        ("Where to look", [where]),
        ("Ask", [gap.ask]),
        ("What would change", [gap.changes]),
    ]
    return [(key, words) for key, words in rows if words != [""]]


def binds_text(base: FactBase, binds: tuple[str, ...]) -> str:
    """Whom a statement binds, in words."""
    return ", ".join(parse_payer(payer, base).label for payer in binds) if binds else "everyone"


def _opener(target: str, text: str, label: str, classes: str) -> element:
    unseen = el("span", "unseen no-search", f", {label}")
    return el("button", classes, text, unseen, type="button", popovertarget=target)


def _shell(title: str, *body: nodes.Node) -> element:
    return el("span", "card no-search", el("span", "card-title", title), *body, popover="auto", role="dialog")


def _card(env: BuildEnvironment, fact: Fact, entry: Entry) -> element:
    base = facts(env)
    rows = [dating(entry)]
    if entry.known_until:
        rows.append(("Known until", date_text(entry.known_until)))
    if coming := announced(base, fact, entry, Reference(fact.id)):
        rows.append(("To come", coming))
    if fact.binds:
        rows.append(("Binds", binds_text(base, fact.binds)))
    body: list[nodes.Node] = [el("span", "card-row", el("span", "card-key", k), el("span", "", v)) for k, v in rows]
    for source in entry.sources:
        document = known("source", source.id, base.documents)
        body.append(
            el(
                "span",
                "card-source",
                link("source", source.id, cite(document), env.docname),
                el("span", "card-where", source.locator),
                *([] if document.url else [el("span", "card-where", f"To find it: {document.find or cite(document)}")]),
                grade(source.grade),
            )
        )
    if entry.note:
        body.append(el("span", "card-note", entry.note))
    history = link("fact", fact.id, "History", env.docname, title=f"All that is recorded on: {fact.label}")
    body.append(el("span", "card-foot", el("span", "", f"Checked {date_text(entry.checked)}"), history))
    return _shell(fact.label, *body)


def grade(name: str) -> element:
    """A grade with its meaning."""
    return el("span", f"grade grade-{name}", el("b", "", name), f": {GRADES[name]}")


def cite_source(env: BuildEnvironment, name: str, text: str = "") -> list[nodes.Node]:
    """A link to a document of the bibliography; raises FactError."""
    document = known("source", name, facts(env).documents)
    number = numbers(env, (SourceRef(name, "", document.grade),))[0]
    mark = el("sup", "fact-mark no-search", f"[{number}]")
    return [link("source", name, text or cite(document), env.docname, classes="source"), mark]
