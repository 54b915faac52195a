"""The site's own Sphinx extension: facts with their sources on demand, rules, cases, and pages that a strict policy fits.

In a page:

- ``{fact}`id```, ``{fact}`id[field]|view@2026-05-01``` (views: g units or and since date until checked grade label note),
  ``{fact}`words of our own <id=value that they were written for>```, ``{source}`id```, ``{gap}`id```,
  ``{rule}`JWZ003```, ``{cpt}`96365```, ``{case-value}`slug:/lines/0/units```;
- ``facts`` (an id or ``prefix.*`` a line), ``fact-history``, ``changes``, ``periods``, ``gaps-list``, ``case``
  (``:pointer:``), ``rule-card``, ``worked-cases`` (``:topic:``, ``:level:``, ``:rule:`` or ``:denial:``);
- ``dose-table`` (``:step:`` and ``:last:`` in mg), ``course-table`` (``:doses:`` in mg and ``:courses:`` such as ``4/52w``),
  ``whole-vials`` (``:doses:``), ``minute-table`` (``:last:``), ``ndc-strings`` (a form), ``chargemaster``: figures and text
  to copy; ``price-table``: payment limits by quarter and brand; ``picture`` (its kind): a picture that is computed;
- ``exercise-sheet`` and ``exercise-key`` (``:topic:``, ``:level:``, ``:count:``, ``:seed:``; a sheet with ``:answers:`` opens
  each), ``exercise-topics``, ``exercise-mistakes``; ``lesson`` (a timed plan), ``slides`` (the cases of a lesson);
- ``library`` (``Heading: name name`` a line): the names of the package;
- ``schema`` (its name): the reference of a JSON Schema; ``site-code`` (a language): code with the site's address in it;
- ``payer-card`` (ids), ``payer-matrix`` (``:page:``): the same answers for each payer, out of ``docs/payers/cards.toml``;
- ``calculator``: the form that runs the package in the page;
- ``doctest`` with ``:show: table``, ``text`` or ``findings``: what the code prints, as an answer in front of it; on pages for
  staff the code itself is folded under "How this was computed" (``computed.STAFF`` names their folders);
- once for the site: ``contractors-by-state``, ``at-a-glance``, ``doors``, ``fact-register``, ``sources-list``, ``rule-index``.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from refsite import (
    addressed,
    bundle,
    cards,
    cases,
    changes,
    computed,
    dates,
    domain,
    doors,
    doses,
    exercises,
    footnotes,
    harden,
    lesson,
    library,
    lint,
    live,
    minutes,
    nav,
    nodes,
    page,
    payercards,
    pictures,
    planned,
    prices,
    publish,
    registers,
    roles,
    rulelists,
    schema,
    search,
    slides,
    states,
    strings,
    tables,
    worked,
)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part."""
    parts = (
        nodes,
        domain,
        footnotes,
        lint,
        roles,
        tables,
        registers,
        cards,
        rulelists,
        cases,
        doors,
        nav,
        page,
        payercards,
        search,
        publish,
        states,
    )
    parts += (
        addressed,
        library,
        schema,
        changes,
        computed,
        dates,
        doses,
        pictures,
        planned,
        prices,
        minutes,
        strings,
        worked,
        exercises,
        lesson,
        live,
        slides,
    )
    for part in (*parts, bundle, harden):
        part.setup(app)
    return {"version": "1", "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
