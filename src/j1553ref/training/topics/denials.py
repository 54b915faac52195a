"""Topic ``denials``: what set a pair of codes off, what is sent instead, and which claim may go out.

Only pairs whose fact is well graded are asked: the issuer's own text, or two sources that agree. The pairs are those that
one contractor lists; another payer may use others.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from j1553ref.facts import FactError
from j1553ref.facts.wording import date_text
from j1553ref.training.asking import Asked, Choice, Draft, Made, wrong
from j1553ref.training.claims import Line, Place, claim, drug, line, written
from j1553ref.training.doses import total_mg, whole_vials
from j1553ref.training.templates import load

#: denial -> the mistake that sets it off
_SET_OFF = {
    "modifier_conflict": "denied-modifier",
    "code_date": "denied-date",
    "necessity": "denied-diagnosis",
    "wrong_contractor": "denied-contractor",
    "place_of_service": "denied-place",
}
#: denial, or nothing where the claim came back as unprocessable -> topic and question whose answer is sent instead
_CORRECTED = (
    ("", "jw-jz", "nothing_left"),
    ("", "jw-jz", "some_left"),
    ("place_of_service", "sites", "who_bills"),
    ("wrong_contractor", "home", "contractor"),
    ("modifier_conflict", "modifiers", "one_feature"),
)


def remittance(asked: Asked, *, field: str) -> Draft:
    """One pair of codes; the options are what the facts of it and of others say in a field."""
    name = asked.draws.pick([*_SET_OFF, "late"])
    denial = _denial(asked, name)
    slips = (_set_off(asked, other, (_denial(asked, other)[field],)) for other in _SET_OFF if other != name)
    figures = denial | {"note": _note(asked, name), "right": denial[field]}
    return Draft(figures, lambda text: ((text,), None), name, slips)


def sent_instead(asked: Asked) -> Draft | None:
    """A claim came back: what is sent instead."""
    name, topic, question = asked.draws.pick(list(_CORRECTED))
    inner = load(topic).templates[question](asked)
    if inner is None or (name == "modifier_conflict" and "340B" not in inner.words[1]):
        return None
    came, note = "as unprocessable: the modifier of a single-dose drug was missing", ""
    if name:
        denial = _denial(asked, name)
        came, note = f"with {denial['pair']}: {denial['meaning']}", _note(asked, name)
    else:
        asked.states("discard.missing_modifier")
    figures = {"inner": inner.words, "came": came, "steps": "\n".join((*inner.words[3:], note))}
    variant = f"{name} {inner.variant}" if name else ""
    right = inner.right.lines, inner.right.claim
    return Draft({**inner.figures, **figures}, lambda: right, variant, inner.wrong, inner.spare)


def may_go_out(asked: Asked) -> Draft:
    """Four claims, of which one may go out."""
    units, on = total_mg(whole_vials(asked)) // asked.unit, asked.on
    first = asked.fact("code.first_date_of_service")
    early = first.replace(month=first.month - 1, day=1)
    early = early.replace(day=asked.draws.between(3, 28))
    office, hospital = asked.place(), asked.hospital()
    bundle, here = asked.fact("home.bundle_code"), asked.fact("site.home")["place_of_service"]
    home = Place(payer="medicare-dme", place_of_service=here)
    listed = asked.draws.pick(sorted(asked.fact("diagnosis.home_list")))
    near = asked.draws.pick(sorted(asked.fact("diagnosis.near_miss.antibody")))
    plain, at_home = [drug(units, "JZ"), line(asked.initial, 1)], [drug(units, "JZ"), line(bundle, 1)]
    stock = [drug(units, "JZ", "TB"), line(asked.initial, 1)]
    campus: dict[str, Any] = {"is_340b": True, "off_campus": False}

    def made(head: str, place: Place, lines: list[Line], day: date = on, **more: Any) -> Made:
        codes = (text.partition(" × ")[0].replace(" JZ", "") for text in written(lines))
        return (head, f"{date_text(day)}: {', '.join(codes)}"), claim(place, day, lines, **more)

    in_office = "office, place of service 11, to the A/B MAC"
    in_hospital = "hospital on campus, bill type 131, 340B stock, to the A/B MAC"
    in_home = f"home, place of service {here}, {{}}, to the {{}} MAC"
    good = asked.draws.pick(
        [
            made(in_office, office, plain),
            made(in_home.format(listed, "DME"), home, at_home, diagnoses=[listed]),
            made(in_hospital, hospital, stock, **campus),
        ]
    )
    elsewhere, mac = replace(office, place_of_service="22"), replace(home, payer="medicare-ab")
    bad = {
        "place_of_service": made("physician, place of service 22, to the A/B MAC", elsewhere, plain),
        "code_date": made(in_office, office, plain, early),
        "wrong_contractor": made(in_home.format(listed, "A/B"), mac, at_home, diagnoses=[listed]),
        "modifier_conflict": made(in_hospital, hospital, plain, **campus),
    }
    # No pair of codes: it may come back as not necessary or as no benefit.
    unlisted = made(in_home.format(near, "DME"), home, at_home, diagnoses=[near])
    slips = [*(_set_off(asked, name, *bad[name]) for name in bad), wrong("near-miss", *unlisted, code=near)]
    return Draft({"units": units}, lambda: good, wrong=slips)


def _set_off(asked: Asked, name: str, lines: tuple[str, ...], made: dict[str, Any] | None = None) -> Choice:
    """An option that sets off a denial."""
    denial = _denial(asked, name)
    cause: str = denial["trigger"]
    return wrong(_SET_OFF[name], lines, made, cause=cause[0].upper() + cause[1:], codes=denial["pair"])


def _denial(asked: Asked, name: str) -> dict[str, Any]:
    """The fact of a denial with its pair of codes; raises FactError where it is not well graded."""
    if not asked.base.on(f"denial.{name}", asked.on).entry.carries_error:
        raise FactError(f"denial.{name} comes from one secondary source, and such a pair is not asked")
    value: dict[str, Any] = dict(asked.fact(f"denial.{name}"))
    if name == "modifier_conflict":  # the fact names the modifiers alone
        value["trigger"] = f"a modifier that clashes or is missing ({value['trigger']})"
    return value | {"pair": f"CARC {value['carc']}" + (f", RARC {value['rarc']}" if "rarc" in value else "")}


def _note(asked: Asked, name: str) -> str:
    """What the fact says besides, as far as it is about the codes, a line for each sentence."""
    note = asked.base.on(f"denial.{name}", asked.on).entry.note
    said = (sentence.strip().rstrip(".") for sentence in note.split(". "))
    return "\n".join(f"{sentence}." for sentence in said if "remark" in sentence or "come with" in sentence)
