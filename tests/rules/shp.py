
"""SHP: the shape of the file."""

from __future__ import annotations

from rule_cases import fires, quiet, shape, whole

CASES = [
    fires("SHP001", "units missing", shape({"/lines/0/units": ...}), "error", "/lines/0"),
    quiet("SHP001", "whole claim", whole()),
    fires("SHP002", "misspelled name", shape({"/lines/0/unitz": 400}), "error", "/lines/0/?"),
    quiet("SHP002", "a name that starts with x-", shape({"/lines/0/x-note": "synthetic"})),
    fires("SHP003", "text for a number", shape({"/lines/0/units": "400"}), "error", "/lines/0/units"),
    quiet("SHP003", "a decimal string for money", shape({"/lines/0/charge": "12000.00"})),
    fires("SHP004", "a form that does not exist", shape({"/administrations/0/container": "bag"}), "error",
          "/administrations/0/container"),
    quiet("SHP004", "whole claim", whole()),
    fires("SHP005", "a date that does not exist", shape({"/lines/0/service_date/start": "2026-02-30"}), "error",
          "/lines/0/service_date/start"),
    quiet("SHP005", "whole claim", whole()),
    fires("SHP006", "negative units", shape({"/lines/0/units": -400}), "error", "/lines/0/units"),
    quiet("SHP006", "whole claim", whole()),
]
