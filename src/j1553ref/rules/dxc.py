"""DXC: the diagnoses to which the drug line points."""

from __future__ import annotations

import re
from collections.abc import Iterator

from j1553ref.claim import Line
from j1553ref.redaction import fits
from j1553ref.rules.base import Missing, Seen, rule
from j1553ref.rules.context import CODE, ClaimView, Group

__all__ = ["diagnosis_off_contractor_list", "diagnosis_off_home_list", "pointer_to_nothing", "too_many_diagnoses"]


@rule(
    "DXC001",
    "diagnosis-off-home-list",
    severity="error",
    since="0.1.0",
    binds=("medicare-dme",),
    reads=("diagnosis.home_list",),
    summary="Home infusion, and no diagnosis of the drug line is on the list of the home benefit.",
)
def diagnosis_off_home_list(group: Group) -> Iterator[Seen]:
    """The home benefit covers a closed list of diagnoses."""
    listed = group.fact("diagnosis.home_list", group.on)
    known = {_bare(code) for code in listed.value}
    for line in group.lines:
        codes = _pointed(group, line)
        if not any(_bare(code) in known for code in codes):
            yield Seen(
                line.at("diagnosis_pointers"),
                "the home benefit covers primary immunodeficiencies on its list, and no diagnosis of this line is on it: "
                "check the code with the prescriber; Part D may cover the drug otherwise",
                expected="a listed diagnosis",
                actual=", ".join(codes) if all(map(_is_code, codes)) else None,
                severity="error" if listed.entry.carries_error else "warning",
            )


#: The mark that an article puts on a diagnosis to which a condition belongs.
_MARK = "*"
#: What a contractor says of a diagnosis off its list.
_OFF_LIST = {
    "denied": "the contractor denies such a diagnosis as not reasonable and necessary: check the code with the prescriber",
    "unsupported": "the contractor counts such a diagnosis as not supporting medical necessity: check the code with the "
    "prescriber",
}


@rule(
    "DXC002",
    "diagnosis-off-contractor-list",
    severity="warning",
    since="0.1.0",
    binds=("medicare-ab",),
    basis=("diagnosis.ab_mac",),
    reads=("profile.code_in_article", "profile.diagnosis_list", "profile.diagnosis_off_list"),
    summary="No diagnosis of the drug line is on the contractor's list for the code.",
)
def diagnosis_off_contractor_list(group: Group) -> Iterator[Seen]:
    """The billing article of the contractor, where it ties diagnoses to the code."""
    listed = group.profile("diagnosis_list", group.on)
    if listed is None or not listed.known:
        _refuse_without_list(group)
        raise Missing("diagnosis_list", "the diagnosis list of the contractor's article is not loaded")
    plain = {_bare(code) for code in listed.value if not code.endswith(_MARK)}
    marked = {_bare(code.removesuffix(_MARK)) for code in listed.value} - plain
    means = group.profile("diagnosis_off_list", group.on)
    for line in group.lines:
        codes = {_bare(code) for code in _pointed(group, line)}
        if codes & plain:
            continue
        if codes & marked:
            raise Missing(
                "diagnosis_condition",
                "the contractor's article marks the diagnosis with an asterisk, and what the asterisk says was not seen",
            )
        yield Seen(
            line.at("diagnosis_pointers"),
            "no diagnosis of this line is on the list of the contractor's article: "
            + (_OFF_LIST[means.value] if means is not None and means.known else "confirm it there"),
            expected="a listed diagnosis",
            actual=None,
        )


def _refuse_without_list(group: Group) -> None:
    """Raise Missing where the reason is known: no contractor is named, or its article does not list the code."""
    if group.payer is not None and not group.payer.qualifier:
        raise Missing(
            "contractor", "each contractor has its own list: name the contractor, such as medicare-ab:noridian"
        )
    article = group.profile("code_in_article", group.on)
    if article is not None and article.known and article.value == "not-listed":
        raise Missing("diagnosis_list", f"the contractor's article does not tie codes to {CODE}: ask the contractor")


@rule(
    "DXC003",
    "pointer-to-nothing",
    severity="error",
    since="0.1.0",
    summary="A diagnosis pointer of the drug line points to a diagnosis that the claim does not have.",
)
def pointer_to_nothing(group: Group) -> Iterator[Seen]:
    """Pointers count the diagnoses of the claim."""
    if "diagnoses" in group.claim.damaged:
        raise Missing("diagnoses", "damaged in the input")
    count = len(group.claim.diagnoses)
    for line in group.lines:
        for index, pointer in enumerate(line.diagnosis_pointers):
            if pointer > count:
                yield Seen(
                    line.at("diagnosis_pointers", index),
                    f"the line points to diagnosis {pointer} and the claim has {count}: correct the pointer or add the diagnosis",
                    expected=f"at most {count}",
                    actual=pointer,
                )
    if "diagnosis_pointers" in group.damage:
        raise Missing("diagnosis_pointers", "damaged in the input")


@rule(
    "DXC004",
    "too-many-diagnoses",
    severity="warning",
    since="0.2.0",
    scope="claim",
    reads=("diagnosis.claim_limit", "diagnosis.pointer_limit"),
    summary="A professional claim has more diagnoses, or the drug line points to more of them, than the form holds.",
)
def too_many_diagnoses(claim: ClaimView) -> Iterator[Seen]:
    """What is beyond the last place of the form is lost."""
    if claim.claim.form != "cms1500":
        return
    for line in claim.drug_lines:
        most = claim.value_on("diagnosis.pointer_limit", line.start)
        count = len(line.diagnosis_pointers)
        if count > most:
            yield Seen(
                line.at("diagnosis_pointers", most),
                f"the line points to {count} diagnoses, and a line holds {most}: keep those for which the drug was given, the "
                "main one first",
                expected=f"at most {most}",
                actual=count,
            )
    if claim.drug_lines and claim.claim.diagnoses:
        most = claim.value_on("diagnosis.claim_limit", claim.drug_lines[0].start)
        count = len(claim.claim.diagnoses)
        if count > most:
            yield Seen(
                claim.claim.at("diagnoses", most),
                f"{count} diagnoses, and a professional claim holds {most}: take off those to which no line points",
                expected=f"at most {most}",
                actual=count,
            )
    if "diagnoses" in claim.claim.damaged:
        raise Missing("diagnoses", "damaged in the input")
    if "diagnosis_pointers" in claim.damage:
        raise Missing("diagnosis_pointers", "damaged in the input")


def _pointed(group: Group, line: Line) -> list[str]:
    """The diagnoses to which a line points; raises Missing where it points to none."""
    codes = group.claim.diagnoses
    found = [codes[pointer - 1] for pointer in line.diagnosis_pointers if 0 < pointer <= len(codes)]
    if not found:
        raise Missing("diagnosis_pointers", "the drug line points to no diagnosis")
    return found


def _bare(code: str) -> str:
    return code.replace(".", "").upper()


#: Seven characters without a point end in a letter here: seven that end in a digit could be a record number.
_CODE_OF_SEVEN = re.compile("[A-Z][0-9][0-9A-Z]([.][0-9A-Z]{4}|[0-9A-Z]{3}[A-Z])")


def _is_code(text: str) -> bool:
    return fits(text, "diagnoses") or _CODE_OF_SEVEN.fullmatch(text.upper()) is not None
