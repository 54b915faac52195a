# ruff: noqa: E501 - a table reads better with one case on a line
"""HOM: the home benefit."""

from __future__ import annotations

from build import edit
from rule_cases import FILED, fires, home, quiet, unsure, whole

CASES = [
    fires("HOM001", "Q2052 to the A/B contractor", home(), "error", "/lines/1/procedure_code", "medicare-ab"),
    fires("HOM001", "Q2052 that bears no date of its own", edit(home(), {"/lines/1/service_date": ...}), "error", "/lines/1/procedure_code", "medicare-ab"),
    fires("HOM001", "at home without Q2052", edit(whole(), {"/lines/0/place_of_service": "12"}), "warning", "/lines/0/place_of_service", says="which the DME contractor pays: confirm"),
    fires("HOM001", "assisted living without Q2052", edit(whole(), {"/lines/0/place_of_service": "13"}), "warning", "/lines/0/place_of_service", says="a practitioner's own drug"),
    quiet("HOM001", "office", whole()),
    quiet("HOM001", "the DME contractor", home()),
    unsure("HOM001", "no place of service", edit(whole(), {"/lines/0/place_of_service": ...})),
    quiet("HOM001", "the filing indicator names Medicare, the home service says which contractor", home() | FILED),
    fires("HOM002", "two bundle lines on one date", home("Q2052"), "error", "/lines/2"),
    fires("HOM002", "31 days after the product", edit(home(), {"/lines/1/service_date/start": "2026-06-04"}), "warning", "/lines/1/service_date", says="more than 30 days after the product"),
    fires("HOM002", "before the product", edit(home(), {"/lines/1/service_date/start": "2026-05-03"}), "warning", "/lines/1/service_date", says="before the product"),
    quiet("HOM002", "a visit that fits another product of the claim", edit(home("J1569"), {"/lines/2/service_date": {"start": "2026-05-01"}, "/lines/1/service_date": {"start": "2026-05-03"}})),
    unsure("HOM002", "a visit before the product, which has a visit of its own", edit(home("Q2052"), {"/lines/2/service_date": {"start": "2026-04-20"}}), missing="drug_line"),
    quiet("HOM001", "no payer named, and the drug given at home: the DME contractor's", edit(home(), {"/lines/1": ..., "/payer": ...}) | FILED),
    fires("HOM002", "in the office", home(place="11"), "error", "/lines/1/place_of_service"),
    fires("HOM002", "two places", edit(home(), {"/lines/1/place_of_service": "13"}), "error", "/lines/1/place_of_service"),
    quiet("HOM002", "30 days after the product", edit(home(), {"/lines/1/service_date/start": "2026-06-03"})),
    quiet("HOM002", "on two dates", edit(home("Q2052"), {"/lines/2/service_date": {"start": "2026-05-06"}})),
    unsure("HOM002", "the product on another claim", edit(home(), {"/lines/0/procedure_code": "A4222"}), missing="drug_line"),
    fires("HOM003", "a pump code", home("G0069"), "warning", "/lines/2/procedure_code"),
    quiet("HOM003", "no pump code", home()),
    unsure("HOM003", "no date of service", edit(home(), {"/lines/0/service_date": ...})),
]
