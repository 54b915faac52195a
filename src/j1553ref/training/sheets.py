"""``sheet()``: draws questions that differ, checks every option as it is made, and puts letters to them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from j1553ref.checking import check
from j1553ref.errors import J1553Error, nearest
from j1553ref.facts import FactBase, FactError, as_date, packaged
from j1553ref.training.asking import Asked, Choice, Draft, Template
from j1553ref.training.data import MAY_BE_INFERRED, filled
from j1553ref.training.draws import Draws
from j1553ref.training.model import LETTERS, Basis, ExerciseError, Option, Question, Sheet
from j1553ref.training.templates import LEVEL_NAMES
from j1553ref.training.topics import TOPICS, templates

__all__ = ["caught", "loud", "sheet"]

_MOST_QUESTIONS = 100
#: A seed is written by hand on paper, so it stays short.
_DIGITS_OF_SEED = 9
#: How often a template is tried for one question, and after how many rounds through all templates without a new question
#: there is none left.
_TRIES, _IDLE_ROUNDS = 12, 6


def sheet(topic: str, level: int, count: int, seed: int, on: date | str | None = None) -> Sheet:
    """A sheet of questions with its key; the same arguments and facts give the same sheet on every machine.

    ``on`` is the date of service of every dated question; without it each draws its own, from the first date of
    J1553 to the end of the quarter for which its OPPS status is known. Every option that makes a claim has been
    checked: the right one draws neither error nor warning, each wrong one is caught by the rule that it names.
    Raises :class:`ExerciseError` for an unknown topic or level, a count that is not 1 to 100, a seed that is no
    whole number of at most nine digits, a date on which J1553 is not valid or up to which the facts were not
    checked, and where the topic cannot yield so many distinct questions.

    >>> made = sheet("jw-jz", level=1, count=2, seed=7)
    >>> [(asked.number, asked.answer, asked.right.text) for asked in made.questions]
    [(1, 'D', 'J1553 × 480; J1553 JW × 20'), (2, 'B', 'J1553 JZ × 100')]
    """
    if not isinstance(topic, str) or topic not in TOPICS:
        raise ExerciseError(f"topic: no such topic{nearest(str(topic), TOPICS)}; there are {', '.join(TOPICS)}")
    if isinstance(level, bool) or level not in LEVEL_NAMES:
        names = ", ".join(f"{number} ({name})" for number, name in LEVEL_NAMES.items())
        raise ExerciseError(f"level: no such level; there are {names}")
    _whole(count, "count", 1, _MOST_QUESTIONS)
    _whole(seed, "seed", 0, 10**_DIGITS_OF_SEED - 1)
    base = packaged()
    maker = _Maker(base, None if on is None else _asked_for(on, base))
    order = _order(Draws(seed, topic, level), templates(topic, level))
    idle = 0
    for turn in itertools.count():
        idle = 0 if maker.add(order[turn % len(order)], (seed, topic, level, turn)) else idle + 1
        if len(maker.questions) == count:
            break
        if idle and idle % len(order) == 0:
            maker.rounds += 1
            if idle == len(order) * _IDLE_ROUNDS:
                raise ExerciseError(f"topic {topic}, level {level}: {maker.too_few(count)}")
    made = tuple(maker.questions)
    return Sheet(topic=topic, level=level, seed=seed, on=maker.day, facts_checked=base.checked_until, questions=made)


class _Maker:
    """The questions so far, and what must not come again."""

    def __init__(self, base: FactBase, day: date | None) -> None:
        self.base, self.day = base, day
        self.questions: list[Question] = []
        self.seen: set[object] = set()
        self.uses: Counter[tuple[str, str, str]] = Counter()
        #: how often each variant may have come already
        self.rounds = 0
        self.reason: J1553Error | None = None

    def add(self, template: Template, path: tuple[object, ...]) -> bool:
        """One more question from a template; False where it has no new one."""
        for attempt in range(_TRIES):
            draws = Draws(*path, attempt)
            asked = Asked(draws, self.day or _day(draws, self.base), self.base)
            try:
                draft = template(asked)
                if draft is None:
                    continue
                use = (template.topic, template.name, draft.variant)
                if draft.identity in self.seen or (draft.variant and self.uses[use] > self.rounds):
                    continue
                basis = tuple(_basis(asked))
            except FactError as error:
                self.reason = error
                return False
            if options := _options(draft, asked):
                self.seen.add(draft.identity)
                self.uses[use] += 1
                self.questions.append(_question(len(self.questions) + 1, template, draft, asked.on, options, basis))
                return True
        return False

    def too_few(self, count: int) -> str:
        """Why there are fewer questions than were asked for."""
        on, found = f" for {self.day.isoformat()}" if self.day else "", len(self.questions)
        if not found and self.reason:
            return f"no question can be asked{on}: {self.reason}"
        return f"{found} distinct questions were found{on}, and {count} were asked for; ask for {found} or fewer"


def _order(draws: Draws, found: list[Template]) -> list[Template]:
    """The templates in the order in which they take turns: one of each topic, then a second of each, and so on."""
    by_topic: dict[str, list[Template]] = {}
    for template in draws.shuffled(found):
        by_topic.setdefault(template.topic, []).append(template)
    rounds = itertools.zip_longest(*draws.shuffled(list(by_topic.values())))
    return [template for turn in rounds for template in turn if template is not None]


def _whole(value: int, name: str, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ExerciseError(f"{name}: expected a whole number from {least} to {most}")


def _asked_for(on: date | str, base: FactBase) -> date:
    """A date of service on which the code is valid and up to which the facts were checked."""
    day = as_date(on)
    if not base.on("code.valid", day).value:
        first = base.get("code.first_date_of_service").newest.value.isoformat()
        raise ExerciseError(f"on: J1553 is not valid on {day.isoformat()}; give a date of service from {first}")
    if day > base.checked_until:
        raise ExerciseError(f"on: the facts were checked until {base.checked_until.isoformat()}; give a date up to it")
    return day


def _day(draws: Draws, base: FactBase) -> date:
    """A weekday from the first date of the code to the end of the quarter whose OPPS status is known."""
    first: date = base.get("code.first_date_of_service").newest.value
    last = base.get("opps.status").newest.known_until
    assert last is not None
    while (day := first + timedelta(days=draws.below((last - first).days + 1))).weekday() > 4:
        continue
    return day


def _basis(asked: Asked) -> Iterator[Basis]:
    """The facts that were read; raises FactError where one is only inferred and not among those that may be."""
    for fact_id, on in asked.read.items():
        answer = asked.base.on(fact_id, on)
        inferred = answer.grade == "inferred"
        if inferred and fact_id not in MAY_BE_INFERRED:
            raise FactError(f"{fact_id} is only inferred for {on.isoformat()}, and such a thing is not asked")
        sources = tuple(source.id for source in answer.entry.sources)
        yield Basis(fact_id, answer.fact.label, answer.grade, sources, MAY_BE_INFERRED[fact_id] if inferred else "")


def _options(draft: Draft, asked: Asked) -> list[Choice] | None:
    """The right choice and three wrong ones in the order of the sheet; None where three that differ are not to be had.

    A wrong one that the checker does not catch by the rule of its mistake is never offered.
    """
    if found := loud(draft.right.claim):
        raise ExerciseError(f"a right answer draws {', '.join(found)}: please report this exercise ({draft.words[1]})")
    chosen = [draft.right]
    for choice in (*asked.draws.shuffled(list(draft.wrong)), *asked.draws.shuffled(list(draft.spare))):
        if choice.lines not in [other.lines for other in chosen] and caught(choice):
            chosen.append(choice)
        if len(chosen) == len(LETTERS):
            return asked.draws.shuffled(chosen)
    return None


def loud(claim: dict[str, Any] | None) -> list[str]:
    """The codes of the errors and warnings that a claim draws, and the note that nothing was checked; no claim draws none.

    >>> loud(None)
    []
    """
    if claim is None:
        return []
    report = check(claim)
    found = [finding.code for finding in report.findings if finding.severity != "info"]
    return found + [note for note in report.notes if note == "out_of_scope"]


def caught(choice: Choice) -> bool:
    """Whether the rule of the mistake is among those that the choice's claim draws; a choice without a claim passes.

    >>> from j1553ref.training.asking import wrong
    >>> caught(wrong("25-everywhere", ("each line",)))
    True
    """
    assert choice.mistake is not None
    return choice.claim is None or choice.mistake.rule in check(choice.claim).codes


def _question(
    number: int, template: Template, draft: Draft, on: date, chosen: Sequence[Choice], basis: tuple[Basis, ...]
) -> Question:
    options, answer = [], ""
    for letter, choice in zip(LETTERS, chosen, strict=True):
        mistake = choice.mistake
        figures = {**draft.figures, **choice.figures}
        why = filled(f"mistakes.toml, {mistake.id}", mistake.why, figures) if mistake else ""
        options.append(Option(letter, choice.lines, choice.claim, mistake, why))
        answer = answer if mistake else letter
    setting, situation, ask, *steps = draft.words
    return Question(
        number=number,
        topic=template.topic,
        kind=template.name,
        setting=setting,
        on=on if template.dated else None,
        situation=situation,
        ask=ask,
        options=tuple(options),
        answer=answer,
        steps=tuple(steps),
        basis=basis,
    )
