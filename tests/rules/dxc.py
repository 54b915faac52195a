# ruff: noqa: E501 - a table reads better with one case on a line
"""DXC: diagnosis."""

from __future__ import annotations

from typing import Any

from build import edit
from rule_cases import diagnosed, facility, fires, home, loaded, quiet, unsure, whole


def dx(code: str) -> dict[str, Any]:
    """40 g billed right, for one diagnosis."""
    return edit(whole(), {"/diagnoses": [code]})


CASES = [
    fires("DXC001", "nonfamilial hypogammaglobulinemia", home(diagnosis="D80.1"), "error", "/lines/0/diagnosis_pointers", actual="D80.1"),
    fires("DXC001", "a listed diagnosis to which the line does not point", edit(home(diagnosis="D80.1"), {"/diagnoses": ["D80.1", "D83.9"]}), "error", "/lines/0/diagnosis_pointers", actual="D80.1"),
    fires("DXC001", "a pointer past the last diagnosis", edit(home(diagnosis="D80.1"), {"/lines/0/diagnosis_pointers": [1, 2]}), "error", "/lines/0/diagnosis_pointers", actual="D80.1"),
    *(fires("DXC001", f"a code is shown: {text}", home(diagnosis=text), "error", "/lines/0/diagnosis_pointers", actual=text) for text in ("G61", "T80.51XA")),
    *(fires("DXC001", f"other text is not shown: {text}", diagnosed(text), "error", "/lines/0/diagnosis_pointers", actual=None) for text in ("G6", "T80.51XAB", "G61 8", "G61Ä")),
    fires("DXC001", "after the list of codes changed", home(diagnosis="D80.1", day="2026-10-01"), "warning", "/lines/0/diagnosis_pointers"),
    quiet("DXC001", "listed, without its point", home(diagnosis="D839")),
    quiet("DXC001", "the second pointer is listed", edit(home(diagnosis="D80.1"), {"/diagnoses": ["D80.1", "D83.9"], "/lines/0/diagnosis_pointers": [1, 2]})),
    quiet("DXC001", "not home", edit(whole(), {"/diagnoses": ["D80.1"]})),
    unsure("DXC001", "a pointer before the first diagnosis", diagnosed("D80.1", pointer=0), missing="diagnosis_pointers"),
    unsure("DXC001", "no pointer", edit(home(), {"/lines/0/diagnosis_pointers": ...})),
    fires("DXC002", "off the loaded list", whole(), "warning", "/lines/0/diagnosis_pointers", "medicare-ab:wps", loaded("profile.medicare-ab:wps.diagnosis_list", ("D80.0",))),
    quiet("DXC002", "on the loaded list", whole(), "medicare-ab:wps", loaded("profile.medicare-ab:wps.diagnosis_list", ("D83.9",))),
    quiet("DXC002", "plain beside starred, as the facts folder says", whole(), "medicare-ab:wps", loaded("profile.medicare-ab:wps.diagnosis_list", ("D83.9*", "D83.9"))),
    fires("DXC002", "off the list of First Coast", dx("D84.9"), "warning", "/lines/0/diagnosis_pointers", "medicare-ab:first-coast", says="not supporting medical necessity"),
    fires("DXC002", "off the list of Novitas, whose words were not seen", dx("D84.9"), "warning", "/lines/0/diagnosis_pointers", "medicare-ab:novitas", says="confirm it there"),
    fires("DXC002", "off the list of Noridian", dx("D80.8"), "warning", "/lines/0/diagnosis_pointers", "medicare-ab:noridian", says="denies such a diagnosis"),
    quiet("DXC002", "on the list of Noridian", whole(), "medicare-ab:noridian"),
    quiet("DXC002", "on the list of Noridian, within a range", dx("M3311"), "medicare-ab:noridian"),
    quiet("DXC002", "on the list of Novitas, without its point", dx("D801"), "medicare-ab:novitas"),
    quiet("DXC002", "a starred diagnosis beside a plain one", edit(whole(), {"/diagnoses": ["D83.9", "D83.0"], "/lines/0/diagnosis_pointers": [1, 2]}), "medicare-ab:first-coast"),
    unsure("DXC002", "a starred diagnosis", whole(), "medicare-ab:first-coast", missing="diagnosis_condition", says="what the asterisk says was not seen"),
    unsure("DXC002", "a starred diagnosis within a range", dx("H05.242"), "medicare-ab:novitas", missing="diagnosis_condition"),
    unsure("DXC002", "a starred diagnosis beside one off the list", edit(whole(), {"/diagnoses": ["D84.9", "B20"], "/lines/0/diagnosis_pointers": [1, 2]}), "medicare-ab:noridian", missing="diagnosis_condition"),
    *(unsure("DXC002", f"an article without the code: {part}", whole(), f"medicare-ab:{part}", missing="diagnosis_list", says="does not tie codes to J1553: ask the contractor") for part in ("cgs", "ngs", "palmetto", "wps")),
    unsure("DXC002", "no contractor named", whole(), missing="contractor", says="name the contractor"),
    unsure("DXC002", "a contractor that lists the code, its list taken away", whole(), "medicare-ab:wps", facts=loaded("profile.medicare-ab:wps.code_in_article", "listed"), missing="diagnosis_list", says="not loaded"),
    fires("DXC003", "the second of one", edit(whole(), {"/lines/0/diagnosis_pointers": [1, 2]}), "error", "/lines/0/diagnosis_pointers/1", says="points to diagnosis 2 and the claim has 1", actual="2"),
    quiet("DXC003", "the first of one", whole()),
    unsure("DXC003", "diagnoses not readable", edit(whole(), {"/diagnoses": "?"})),
    unsure("DXC003", "a pointer not readable", edit(whole(), {"/lines/0/diagnosis_pointers": [1, "A"]}), missing="diagnosis_pointers"),
    fires("DXC004", "five pointers", edit(whole(), {"/diagnoses": ["D83.9", "D80.0", "D80.3", "D80.6", "D80.7"], "/lines/0/diagnosis_pointers": [1, 2, 3, 4, 5]}), "warning",
          "/lines/0/diagnosis_pointers/4", says="points to 5 diagnoses, and a line holds 4", expected="at most 4", actual="5"),
    fires("DXC004", "thirteen diagnoses", edit(whole(), {"/diagnoses": [f"D83.{at}" for at in range(10)] + ["D80.0", "D80.1", "D80.2"]}), "warning", "/diagnoses/12", says="13 diagnoses", actual="13"),
    quiet("DXC004", "four pointers, twelve diagnoses",
          edit(whole(), {"/diagnoses": [f"D83.{at}" for at in range(10)] + ["D80.0", "D80.1"], "/lines/0/diagnosis_pointers": [1, 2, 3, 12]})),
    quiet("DXC004", "a facility bill", edit(facility(modifiers=("JZ",)), {"/diagnoses": [f"D83.{at}" for at in range(10)] + ["D80.0", "D80.1", "D80.2"]})),
    unsure("DXC004", "a pointer not readable", edit(whole(), {"/lines/0/diagnosis_pointers": [1, "A"]}), missing="diagnosis_pointers"),
    unsure("DXC004", "diagnoses not readable", edit(whole(), {"/diagnoses": "?"}), missing="diagnoses"),
]
