"""The directive ``contractors-by-state``: the states that the contractors' articles name, and the others in one row."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from j1553ref.facts import FactError
from j1553ref.facts.reference import Reference
from refsite.checked import CheckedDirective
from refsite.domain import facts
from refsite.nodes import element, table
from refsite.provenance import binds_text, fact_nodes, gap_nodes

#: The states and territories of the United States by the letters that the contractors' articles use.
STATES = {
    "AK": "Alaska",
    "AL": "Alabama",
    "AR": "Arkansas",
    "AS": "American Samoa",
    "AZ": "Arizona",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DC": "District of Columbia",
    "DE": "Delaware",
    "FL": "Florida",
    "GA": "Georgia",
    "GU": "Guam",
    "HI": "Hawaii",
    "IA": "Iowa",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "MA": "Massachusetts",
    "MD": "Maryland",
    "ME": "Maine",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MO": "Missouri",
    "MP": "Northern Mariana Islands",
    "MS": "Mississippi",
    "MT": "Montana",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "NE": "Nebraska",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NV": "Nevada",
    "NY": "New York",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "PR": "Puerto Rico",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VA": "Virginia",
    "VI": "US Virgin Islands",
    "VT": "Vermont",
    "WA": "Washington",
    "WI": "Wisconsin",
    "WV": "West Virginia",
    "WY": "Wyoming",
}
_FAMILY, _GAP = "medicare.states", "mac-jurisdictions"


class ContractorsByState(CheckedDirective):
    """A row for each state that a fact under ``medicare.states`` names, and a last row for those that none names."""

    def render(self) -> list[nodes.Node]:
        """State, contractor, whether its article lists the code."""
        base = facts(self.env)
        named: dict[str, str] = {}
        for fact in base.under(_FAMILY):
            for state in fact.newest.value:
                if state not in STATES or state in named:
                    raise FactError(f"{fact.id}: {state} is no state or territory, or a second contractor's")
                named[state] = fact.id
        rows = [self._row(state, named[state]) for state in sorted(named, key=lambda letters: STATES[letters])]
        others = [STATES[state] for state in sorted(STATES, key=lambda letters: STATES[letters]) if state not in named]
        rows.append(
            [[nodes.Text(", ".join(others))], gap_nodes(self.env, _GAP, "look in CMS's list"), [nodes.Text("")]]
        )
        return [table("states", ["State or territory", "Part A and B contractor", "J1553 in its article"], rows)]

    def _row(self, state: str, fact_id: str) -> list[list[nodes.Node | element]]:
        base = facts(self.env, fact_id)
        contractor = binds_text(base, base.get(fact_id).binds)
        listed = Reference(f"profile.{base.get(fact_id).binds[0]}.code_in_article")
        words = str(base.get(listed.id).newest.value).replace("-", " ")
        return [
            [nodes.Text(f"{STATES[state]} ({state})")],
            fact_nodes(self.env, Reference(fact_id), contractor),
            fact_nodes(self.env, listed, words),
        ]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("contractors-by-state", ContractorsByState)
