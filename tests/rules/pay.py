# ruff: noqa: E501 - a table reads better with one case on a line
"""PAY: payer and payment."""

from __future__ import annotations

from build import edit, make_claim
from rule_cases import MUE, A, bare, costly, facility, fires, loaded, quiet, refused, unsure, whole, with_ndc

CASES = [
    fires("PAY001", "above a date's limit", whole(), "error", "/lines/0/units", "medicare-ab", loaded("profile.medicare-ab.mue", MUE), says="400 units are above the limit of 300 (indicator 2)"),
    fires("PAY001", "above a date's limit with review", whole(), "warning", "/lines/0/units", "medicare-ab", loaded("profile.medicare-ab.mue", MUE | {"indicator": "3"})),
    fires("PAY001", "JW units count by date", make_claim(28000, [20, 10, 5], [(280, []), (70, ["JW"])]), "error", "/lines/0/units", "medicare-ab", loaded("profile.medicare-ab.mue", MUE), actual="350"),
    fires("PAY001", "two encounters of one date", edit(bare([(200, ["JZ"]), (200, ["JZ"])]), {"/lines/0/encounter": "a", "/lines/1/encounter": "b"}), "error", "/lines/0/units", "medicare-ab", loaded("profile.medicare-ab.mue", MUE)),
    quiet("PAY001", "by line, each below", make_claim(28000, [20, 10, 5], [(280, []), (70, ["JW"])]), "medicare-ab", loaded("profile.medicare-ab.mue", MUE | {"indicator": "1"})),
    quiet("PAY001", "at the limit", bare([(300, ["JZ"])]), "medicare-ab", loaded("profile.medicare-ab.mue", MUE)),
    refused("PAY001", "a limit without its indicator", whole(), loaded("profile.medicare-ab.mue", {"value": 300}), "profile.medicare-ab.mue: expected a table"),
    refused("PAY001", "a limit that is no table", whole(), loaded("profile.medicare-ab.mue", 300), "profile.medicare-ab.mue: expected a table"),
    unsure("PAY001", "no table", whole()),
    fires("PAY002", "not in the file", whole(), "info", "/lines/0/procedure_code", "medicare-ab", loaded("payment.limit", {"listed": False})),
    quiet("PAY002", "in the file", whole(), "medicare-ab", loaded("payment.limit", {"limit": "24.323", "coinsurance": "20"})),
    unsure("PAY002", "no file", whole()),
    refused("PAY002", "a payment limit that is no table", whole(), loaded("payment.limit", "24.323"), "payment.limit: expected a table"),
    fires("PAY003", "below the usual share", whole(), "info", "/lines/0/procedure_code", "medicare-ab", loaded("payment.limit", {"limit": "24.323", "coinsurance": "18.554"})),
    quiet("PAY003", "the usual share", whole(), "medicare-ab", loaded("payment.limit", {"limit": "24.323", "coinsurance": "20.000"})),
    unsure("PAY003", "no file", whole()),
    unsure("PAY003", "not in the file", whole(), facts=loaded("payment.limit", {"listed": False}), missing="coinsurance", says="does not list the code"),
    unsure("PAY003", "no coinsurance column", whole(), facts=loaded("payment.limit", {"limit": "24.323"}), missing="coinsurance", says="no coinsurance column"),
    refused("PAY003", "a coinsurance that is no number", whole(), loaded("payment.limit", {"limit": "24.323", "coinsurance": "20%"}), "payment.limit: coinsurance: expected a number"),
    fires("PAY004", "a total that is no sum", whole(total_charge="12000.00"), "warning", "/total_charge", says="the lines add up to 12300.00, and the claim says 12000.00"),
    quiet("PAY004", "the sum", whole()),
    unsure("PAY004", "no total", edit(whole(), {"/total_charge": ...})),
    quiet("PAY004", "the line of a UB-04 that repeats the total", facility(modifiers=("JZ",)) | {"lines": [*facility(modifiers=("JZ",))["lines"], {"revenue_code": "0001", "units": 1, "charge": "12300.00"}]}),
    unsure("PAY004", "a line that is no object", edit(whole(), {"/lines/1": 5})),
    fires("PAY005", "a fifth of the payment figure", edit(bare([(2000, ["JZ"])]), {"/lines/0/charge": "9729.20"}), "info", "/lines/0/units", says="about 1/5 of"),
    fires("PAY005", "just near enough to five times", edit(bare([(20, ["JZ"])]), {"/lines/0/charge": "2675.53"}), "info", "/lines/0/units", says="about 5 times"),
    fires("PAY005", "nine times, nearly the price of a gram", edit(bare([(4, ["JZ"])]), {"/lines/0/charge": "885.36"}), "info", "/lines/0/units", says="about 10 times"),
    fires("PAY005", "nearly the price of a 10 g vial", edit(bare([(4, ["JZ"])]), {"/lines/0/charge": "8804.93"}), "info", "/lines/0/units", says="about 100 times"),
    fires("PAY005", "an NDC without quantity", edit(bare([(80, ["JZ"])]), {"/lines/0/charge": "9729.20", "/lines/0/drug": {"ndc": A}}), "info", "/lines/0/units", says="about 5 times"),
    quiet("PAY005", "the NDC quantity is known", edit(with_ndc(80, "400"), {"/lines/0/charge": "9729.20"})),
    quiet("PAY005", "no units", edit(bare([(0, ["JZ"])]), {"/lines/0/charge": "10.00"})),
    quiet("PAY005", "a JW line alone", bare([(30, ["JW"])])),
    quiet("PAY005", "an ordinary charge", bare([(400, ["JZ"])])),
    quiet("PAY005", "the dose is known", edit(whole(), {"/lines/0/charge": "1945.84"})),
    unsure("PAY005", "before the code existed", bare([(400, ["JZ"])], day="2026-03-31")),
    unsure("PAY005", "no payment figure for the quarter", bare([(400, ["JZ"])], day="2026-07-06")),
    fires("PAY006", "above the limit", costly(800, ["JZ"], infused=True), "error", "/total_charge", "medicare-ab:noridian", says="160300.00 is above 99999.99, the most that one professional claim can charge: split the dose over claims of whole vials, at most 450 units each at this charge for a unit: put 76 on the drug", expected="at most 99999.99", actual="160300.00"),
    *(fires("PAY006", f"the way of {part}", costly(800, ["JZ"], infused=True), severity, "/total_charge", f"medicare-ab:{part}", says=says)
      for part, severity, says in (("first-coast", "error", "76 on the drug of each later claim"), ("cgs", "error", "59 on the drug of the second"), ("ngs", "error", "59 on the drug of the second"), ("palmetto", "error", "1 of 2, 2 of 2"), ("novitas", "warning", "name the contractor or ask it"), ("wps", "warning", "name the contractor or ask it"))),
    fires("PAY006", "no contractor", costly(800, ["JZ"]), "warning", "/total_charge", "medicare-ab"),
    fires("PAY006", "a cent above", edit(costly(800, ["JZ"]), {"/total_charge": "100000.00"}), "warning", "/total_charge", "medicare-ab"),
    fires("PAY006", "two dates", edit(bare([(400, ["JZ"]), (400, ["JZ"])], total_charge="160000.00"), {"/lines/1/service_date/start": "2026-05-11"}), "error", "/total_charge", "medicare-ab:noridian", says="bill the dates on separate claims"),
    fires("PAY006", "a line without its charge", edit(costly(800, ["JZ"]), {"/lines/0/charge": ...}), "warning", "/total_charge", "medicare-ab", says="split the dose over claims: "),
    fires("PAY006", "one vial is above the limit", costly(50, ["JZ"], price=2001), "warning", "/total_charge", "medicare-ab", says="claims of whole vials: "),
    quiet("PAY006", "at the limit", edit(costly(800, ["JZ"]), {"/total_charge": "99999.99"})),
    quiet("PAY006", "a facility bill", facility(modifiers=("JZ",)) | {"total_charge": "160000.00"}),
    quiet("PAY006", "another payer", costly(800, ["JZ"]), "cigna"),
    unsure("PAY006", "no total", edit(costly(800, ["JZ"]), {"/total_charge": ...}), missing="total_charge"),
    unsure("PAY006", "no date of service", edit(costly(800, ["JZ"]), {"/lines/0/service_date": ...}), missing="service_date"),
]
