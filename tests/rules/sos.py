# ruff: noqa: E501 - a table reads better with one case on a line
"""SOS: site of service and form."""

from __future__ import annotations

from build import edit
from rule_cases import facility, fires, quiet, unsure, whole

CASES = [
    fires("SOS001", "outpatient hospital on a CMS-1500", edit(whole(), {"/lines/0/place_of_service": "22"}), "error", "/lines/0/place_of_service", says="at place of service 22 the facility bills the drug, not the physician"),
    fires("SOS001", "surgical center", edit(whole(), {"/lines/0/place_of_service": "24"}), "warning", "/lines/0/place_of_service", says="unless the biller is that facility"),
    fires("SOS001", "inpatient bill", facility("111", modifiers=("JZ",)), "warning", "/type_of_bill"),
    quiet("SOS001", "office", whole()),
    quiet("SOS001", "outpatient bill", facility(modifiers=("JZ",))),
    quiet("SOS001", "a plan", edit(whole(), {"/lines/0/place_of_service": "22"}), "commercial"),
    unsure("SOS001", "no place of service", edit(whole(), {"/lines/0/place_of_service": ...})),
    fires("SOS002", "0250 for the drug", edit(facility(modifiers=("JZ",)), {"/lines/0/revenue_code": "0250"}), "warning", "/lines/0/revenue_code"),
    quiet("SOS002", "0636", facility(modifiers=("JZ",))),
    quiet("SOS002", "no revenue code on a CMS-1500", whole()),
    unsure("SOS002", "no date of service", edit(facility(modifiers=("JZ",)), {"/lines/0/service_date": ...})),
    fires("SOS003", "no date on a UB-04 line", edit(facility(modifiers=("JZ",)), {"/lines/0/service_date": ...}), "info", "/lines/0"),
    quiet("SOS003", "dated", facility(modifiers=("JZ",))),
    quiet("SOS003", "a date that is not readable", edit(facility(modifiers=("JZ",)), {"/lines/0/service_date/start": "2026-02-30"})),
    fires("SOS003", "no date on a CMS-1500", edit(whole(), {"/lines/0/service_date": ...}), "error", "/lines/0", says="has no date of service: add it"),
]
