"""Topic ``denials``: what set a pair of codes off, what is sent instead, and which claim may go out.

Only pairs whose fact is well graded are asked: the issuer's own text, or two sources that agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from j1553ref.facts import FactError
from j1553ref.training.topics import home, jw_jz, sites
from j1553ref.training.asking import Asked, Draft, Template, right, wrong
from j1553ref.training.claims import Place, claim, line
from j1553ref.training.doses import drug, whole_vials
from j1553ref.training.topics.modifiers import one_feature
from j1553ref.training.words import day_text, total_mg

__all__ = ["LEVELS"]

#: The pairs are those that this contractor lists; another payer may use others.
_REMITTANCE = "A Medicare remittance for a J1553 line (contractor Noridian)"
#: denial -> the mistake that sets it off
_SET_OFF = {
    "modifier_conflict": "denied-modifier",
    "code_date": "denied-date",
    "necessity": "denied-diagnosis",
    "wrong_contractor": "denied-contractor",
    "place_of_service": "denied-place",
}


def cause(asked: Asked) -> Draft:
    """From the pair of codes to what set it off."""
    name = asked.draws.pick([*_SET_OFF, "late"])
    denial = _denial(asked, name)
    return Draft(
        setting=_REMITTANCE,
        situation=f"The line comes back with {_pair(denial)}.",
        ask="Which of these sets it off?",
        right=right((denial["trigger"],)),
        wrong=tuple(
            wrong(mistake, (other["trigger"],), cause=_sentence(other), codes=_pair(other))
            for each, mistake in _SET_OFF.items()
            if each != name and (other := _denial(asked, each))
        ),
        steps=(
            f"{_pair(denial)}: {denial['meaning']}.",
            f"To prevent it: {denial['prevention']}.",
            *_note(asked, name),
        ),
        dated=False,
        variant=name,
    )


def pair(asked: Asked) -> Draft:
    """From what happened to the pair of codes."""
    name = asked.draws.pick([*_SET_OFF, "late"])
    denial = _denial(asked, name)
    return Draft(
        setting="A Medicare claim with a J1553 line (contractor Noridian)",
        situation=f"What went wrong: {denial['trigger']}.",
        ask="With which adjustment and remark code does the line come back?",
        right=right((_pair(denial),)),
        wrong=tuple(
            wrong(mistake, (_pair(other),), cause=_sentence(other), codes=_pair(other))
            for each, mistake in _SET_OFF.items()
            if each != name and (other := _denial(asked, each))
        ),
        steps=(f"{_pair(denial)}: {denial['meaning']}.", *_note(asked, name)),
        dated=False,
        variant=name,
    )


def prevention(asked: Asked) -> Draft:
    """From the pair of codes to what prevents it."""
    name = asked.draws.pick([*_SET_OFF, "late"])
    denial = _denial(asked, name)
    return Draft(
        setting=_REMITTANCE,
        situation=f"The line comes back with {_pair(denial)}: {denial['meaning']}.",
        ask="What would have prevented it?",
        right=right((denial["prevention"],)),
        wrong=tuple(
            wrong(mistake, (other["prevention"],), cause=_sentence(other), codes=_pair(other))
            for each, mistake in _SET_OFF.items()
            if each != name and (other := _denial(asked, each))
        ),
        steps=(f"What sets it off: {denial['trigger']}.", *_note(asked, name)),
        dated=False,
        variant=name,
    )


def sent_instead(asked: Asked) -> Draft | None:
    """A claim came back: what is sent instead."""
    name, template = asked.draws.pick(list(_CORRECTED))
    draft = template(asked)
    if draft is None:
        return None
    if name == "modifier_conflict" and "340B" not in draft.situation:
        return None
    if name:
        denial = _denial(asked, name)
        came = f"A claim for the following came back with {_pair(denial)}: {denial['meaning']}."
        steps = _note(asked, name)
    else:
        asked.rests_on("discard.missing_modifier")
        came, steps = (
            "A claim for the following came back as unprocessable: the modifier of a single-dose drug was missing.",
            (),
        )
    return replace(
        draft,
        situation=f"{came} {draft.situation}",
        ask=f"It is sent again. {draft.ask}",
        steps=(*draft.steps, *steps),
        variant=f"{name} {draft.variant}" if name else "",
    )


def may_go_out(asked: Asked) -> Draft:
    """Four claims, of which one may go out."""
    vials = whole_vials(asked)
    units, on = total_mg(vials) // asked.unit, asked.on
    first = asked.fact("code.first_date_of_service")
    early = first.replace(day=1, month=first.month - 1)
    early = early.replace(day=asked.draws.between(3, 28))
    office, hospital = asked.office(), asked.hospital()
    bundle, here = asked.fact("home.bundle_code"), asked.fact("site.home")["place_of_service"]
    home = Place(payer="medicare-dme", place_of_service=here)
    listed = asked.draws.pick(sorted(asked.fact("diagnosis.home_list")))
    near = asked.draws.pick(sorted(asked.fact("diagnosis.near_miss.antibody")))
    here_lines, home_lines = [drug(units, "JZ"), line(asked.initial, 1)], [drug(units, "JZ"), line(bundle, 1)]
    campus: dict[str, Any] = {"is_340b": True, "off_campus": False}
    stock = [drug(units, "JZ", "TB"), line(asked.initial, 1)]

    def words(head: str, lines: list[Any], on: Any = on) -> tuple[str, ...]:
        codes = ", ".join(
            " ".join([each["procedure_code"], *(one for one in each["modifiers"] if one != "JZ")]) for each in lines
        )
        return head, f"{day_text(on)}: {codes}"

    good = asked.draws.pick(
        [
            (words("office, place of service 11, to the A/B MAC", here_lines), claim(office, on, here_lines)),
            (
                words(f"home, place of service {here}, {listed}, to the DME MAC", home_lines),
                claim(home, on, home_lines, diagnoses=[listed]),
            ),
            (
                words("hospital on campus, bill type 131, 340B stock, to the A/B MAC", stock),
                claim(hospital, on, stock, **campus),
            ),
        ]
    )
    bad = (
        (
            "place_of_service",
            words("physician, place of service 22, to the A/B MAC", here_lines),
            claim(replace(office, place_of_service="22"), on, here_lines),
        ),
        (
            "code_date",
            words("office, place of service 11, to the A/B MAC", here_lines, early),
            claim(office, early, here_lines),
        ),
        (
            "wrong_contractor",
            words(f"home, place of service {here}, {listed}, to the A/B MAC", home_lines),
            claim(replace(home, payer="medicare-ab"), on, home_lines, diagnoses=[listed]),
        ),
        (
            "modifier_conflict",
            words("hospital on campus, bill type 131, 340B stock, to the A/B MAC", here_lines),
            claim(hospital, on, here_lines, **campus),
        ),
    )
    return Draft(
        setting=f"Four claims for {units} units of Yimmugo from vials that were used up, Medicare (contractor Noridian)",
        situation="Each of them names place, diagnosis or stock where it matters, then date of service, codes and modifiers; JW"
        " and JZ are left out here.",
        ask="Which of them may go out?",
        right=right(*good),
        wrong=(
            *(
                wrong(_SET_OFF[name], text, made, cause=_sentence(d := _denial(asked, name)), codes=_pair(d))
                for name, text, made in bad
            ),
            # No pair of codes: it may come back as not necessary or as no benefit.
            wrong(
                "near-miss",
                words(f"home, place of service {here}, {near}, to the DME MAC", home_lines),
                claim(home, on, home_lines, diagnoses=[near]),
                code=near,
            ),
        ),
        steps=("The other three would come back.",),
        dated=False,
    )


def _denial(asked: Asked, name: str) -> dict[str, Any]:
    """The fact of a denial; raises FactError where it is not well graded."""
    answer = asked.base.on(f"denial.{name}", asked.on)
    if not answer.entry.carries_error:
        raise FactError(f"denial.{name} rests on one secondary source, and such a pair is not asked")
    value: dict[str, Any] = dict(asked.fact(f"denial.{name}"))
    if name == "modifier_conflict":  # the fact names the modifiers alone
        value["trigger"] = f"a modifier that clashes or is missing ({value['trigger']})"
    return value


def _note(asked: Asked, name: str) -> tuple[str, ...]:
    """What the fact says besides, as far as it is about the codes."""
    note = asked.base.on(f"denial.{name}", asked.on).entry.note
    said = [each.strip() for each in note.split(". ") if "remark" in each or "come with" in each]
    return tuple(f"{each.rstrip('.')}." for each in said)


def _sentence(denial: dict[str, Any]) -> str:
    trigger: str = denial["trigger"]
    return trigger[0].upper() + trigger[1:]


def _pair(denial: dict[str, Any]) -> str:
    return f"CARC {denial['carc']}" + (f", RARC {denial['rarc']}" if "rarc" in denial else "")


_CORRECTED: tuple[tuple[str, Callable[[Asked], Draft | None]], ...] = (
    ("", jw_jz.nothing_left),
    ("", jw_jz.some_left),
    ("place_of_service", sites.who_bills),
    ("wrong_contractor", home.contractor),
    ("modifier_conflict", one_feature),
)

LEVELS: dict[int, tuple[Template, ...]] = {1: (cause, pair), 2: (prevention, sent_instead), 3: (may_go_out,)}
