# ruff: noqa: E501 - a table reads better with one case on a line
"""DAT: dates and code choice."""

from __future__ import annotations

from build import edit
from rule_cases import facility, fires, home, quiet, stated, unsure, whole, with_ndc

CASES = [
    fires("DAT001", "the day before the first date", whole(day="2026-03-31"), "error", "/lines/0/procedure_code", says="from 2026-04-01, this one is 2026-03-31"),
    quiet("DAT001", "the first date", whole(day="2026-04-01")),
    unsure("DAT001", "no date of service", edit(whole(), {"/lines/0/service_date": ...})),
    fires("DAT002", "J1599 with Yimmugo's NDC, Medicare", edit(with_ndc(400, "400"), {"/lines/0/procedure_code": "J1599"}),
          "error", "/lines/0/procedure_code"),
    fires("DAT002", "J3590 with Yimmugo's NDC, commercial", edit(with_ndc(1, "400"), {"/lines/0/procedure_code": "J3590"}),
          "warning", "/lines/0/procedure_code", "commercial"),
    quiet("DAT002", "before J1553 existed",
          edit(with_ndc(400, "400", day="2026-03-31"), {"/lines/0/procedure_code": "J1599"})),
    quiet("DAT002", "an unlisted code with another product's NDC",
          edit(with_ndc(400, "400", ndc="76179001002"), {"/lines/0/procedure_code": "J1599"})),
    unsure("DAT002", "no date of service",
           edit(with_ndc(400, "400"), {"/lines/0/procedure_code": "J1599", "/lines/0/service_date": ...})),
    fires("DAT002", "ten bare digits of Yimmugo", edit(with_ndc(80, "400", ndc="7057360521"), {"/lines/0/procedure_code": "J1599"}), "error", "/lines/0/procedure_code"),
    fires("DAT002", "the qualifier glued to the NDC", edit(with_ndc(80, "400", ndc="N470573060521"), {"/lines/0/procedure_code": "J1599"}), "error", "/lines/0/procedure_code"),
    fires("DAT002", "only the record's vials name the brand", edit(whole(), {"/lines/0/procedure_code": "J1599"}), "warning", "/lines/0/procedure_code"),
    quiet("DAT002", "an unlisted code with another product's NDC beside the record", edit(whole(), {"/lines/0/procedure_code": "J3490", "/lines/0/drug": {"ndc": "99999999999"}})),
    fires("DAT003", "two days on one line, NGS", edit(whole(), {"/lines/0/service_date/end": "2026-05-05"}), "error", "/lines/0/service_date/end", "medicare-ab:ngs"),
    fires("DAT003", "two days on one line, another contractor", edit(whole(), {"/lines/0/service_date/end": "2026-05-05"}), "warning", "/lines/0/service_date/end"),
    quiet("DAT003", "the same day twice", edit(whole(), {"/lines/0/service_date/end": "2026-05-04"})),
    quiet("DAT003", "home infusion", edit(home(), {"/lines/0/service_date/end": "2026-05-05"})),
    unsure("DAT003", "payer unknown", edit(whole(payer=None), {"/lines/0/service_date/end": "2026-05-05"})),
    fires("DAT001", "a hospital, whose code is known", facility(day="2026-03-31"), "error", "/lines/0/procedure_code", says="bill C9399, which a source names for this payer", expected="C9399"),
    fires("DAT001", "a plan whose code is known", whole(day="2026-03-31", payer=None), "error", "/lines/0/procedure_code", "bcbs:premera", says="bill J3590", expected="J3590"),
    fires("DAT001", "payer unknown", whole(day="2026-03-31", payer=None), "error", "/lines/0/procedure_code", says="the code that the payer names (J1599 or J3590)", expected="a code valid on 2026-03-31"),
    fires("DAT001", "only inferred for this payer", whole(day="2026-03-31"), "error", "/lines/0/procedure_code", says="no source names one for this payer; J1599 is inferred"),
    fires("DAT001", "no date on the line, and the statement ends before the code begins", stated("20260301", "20260331"), "error", "/claimInformation/claimDateInformation/statementEndDate",
          says="the whole statement is before it (to 2026-03-31)", expected="C9399"),
    unsure("DAT001", "no date on the line, and the statement reaches the first date", stated("20260301", "20260401")),
]
