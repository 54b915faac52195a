"""HOM: the Medicare home benefit for immune globulin: which contractor pays, and the service bundle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from j1553ref.claim import Line
from j1553ref.rules.base import Missing, Seen, need, rule
from j1553ref.rules.context import CODE, ClaimView, Group, is_drug

__all__ = ["bundle_rules", "home_claim_at_wrong_contractor", "pump_service_code"]


@rule(
    "HOM001",
    "home-claim-at-wrong-contractor",
    severity="error",
    since="0.1.0",
    scope="claim",
    binds=("medicare-ab",),
    basis=("home.contractor", "home.practitioner_drug"),
    reads=("home.bundle_code", "home.places_of_service", "site.home"),
    summary="Home infusion is billed to the A/B contractor; the home benefit belongs to the DME contractor.",
)
def home_claim_at_wrong_contractor(claim: ClaimView) -> Iterator[Seen]:
    """The bundle code, or a home-like place of service, on a claim to the A/B MAC."""
    first = claim.drug_lines[0].start if claim.drug_lines else None
    bundle = claim.value_on("home.bundle_code", first)
    services = [line for line in claim.claim.lines if line.procedure_code == bundle]
    for line in services:
        yield Seen(
            line.at("procedure_code"),
            f"{bundle} belongs to the home benefit, which the DME contractor pays: send drug and service there",
            expected="the DME MAC",
            actual=bundle,
        )
    if services or claim.claim.form != "cms1500":
        return
    own_home = claim.value_on("site.home", first)["place_of_service"]
    for line in claim.drug_lines:
        place = need(line.place_of_service, "place_of_service")
        if place in claim.value_on("home.places_of_service", line.start):
            own = "" if place == own_home else "; a practitioner's own drug can be the A/B contractor's"
            yield Seen(
                line.at("place_of_service"),
                f"at place of service {place} the home benefit may apply, which the DME contractor pays{own}: confirm whose "
                "claim this is",
                expected="the DME MAC",
                actual=place,
                severity="warning",
            )


@rule(
    "HOM002",
    "service-bundle-rules",
    severity="error",
    since="0.1.0",
    scope="claim",
    binds=("medicare-dme",),
    basis=("home.bundle_units",),
    reads=("home.bundle_code", "home.product_window", "home.places_of_service"),
    summary="The home service bundle does not fit the drug line: twice a day, too late, too early, or another place.",
)
def bundle_rules(claim: ClaimView) -> Iterator[Seen]:
    """One line a date, within the window after the product, at the same place."""
    first = next((line.start for line in claim.claim.lines if line.start), None)
    bundle = claim.value_on("home.bundle_code", first)
    services = [line for line in claim.claim.lines if line.procedure_code == bundle]
    if not services:
        return
    if not claim.drug_lines:
        raise Missing("drug_line", "the product may be on another claim")
    places = claim.value_on("home.places_of_service", first)
    window = claim.value_on("home.product_window", first)
    days = {line.pointer: need(line.start, "service_date") for line in claim.drug_lines}
    others = [line.start for line in claim.claim.lines if is_drug(line) and line.procedure_code not in (CODE, bundle)]
    visits = [need(line.start, "service_date") for line in services]
    # A product without a visit of its own may be the one that a visit with a wrong date belongs to.
    unvisited = not all(any(_fits(day, visit, window) for visit in visits) for day in days.values())
    seen: set[object] = set()
    elsewhere = False
    for line, day in zip(services, visits, strict=True):
        if day in seen:
            yield Seen(
                line.pointer,
                f"a second {bundle} line on one date: one is paid for each infusion date",
                expected=f"one {bundle} line",
                actual="a further line",
            )
        seen.add(day)
        own = [drug for drug in claim.drug_lines if _fits(days[drug.pointer], day, window)]
        if not own and None not in others and any(_fits(other, day, window) for other in others if other):
            yield from _places(line, (), places)
            continue
        if not own and not unvisited:
            elsewhere = True
        elif not own:
            early = all(day < product_day for product_day in days.values())
            yield Seen(
                line.at("service_date"),
                f"the {bundle} date lies {'before the product' if early else f'more than {window} days after the product'}: "
                "correct the date; if its product is on another claim or of another brand, nothing is wrong",
                expected=f"0 to {window} days after the product",
                actual=day.isoformat(),
                severity="warning",
            )
        yield from _places(line, own, places)
    if elsewhere:
        raise Missing("drug_line", f"the product of a {bundle} visit may be on another claim")


def _fits(product: date, visit: date, window: int) -> bool:
    """Whether a visit lies within the window after a product."""
    return 0 <= (visit - product).days <= window


def _places(line: Line, own: Sequence[Line], allowed: tuple[str, ...]) -> Iterator[Seen]:
    """The place of a visit: one of those allowed, and that of its own product."""
    place = need(line.place_of_service, "place_of_service")
    other = next((drug.place_of_service for drug in own if drug.place_of_service not in (None, place)), None)
    if place not in allowed:
        yield Seen(
            line.at("place_of_service"),
            f"{line.procedure_code} is paid at home and in home-like places only",
            expected=", ".join(allowed),
            actual=place,
        )
    elif other is not None:
        yield Seen(
            line.at("place_of_service"),
            f"drug and {line.procedure_code} need the same place of service",
            expected=other,
            actual=place,
        )


@rule(
    "HOM003",
    "pump-service-code",
    severity="warning",
    since="0.1.0",
    reads=("home.pump_codes",),
    looks_for=("home.pump_codes",),
    summary="A service code for drugs given by an external pump is billed with immune globulin.",
)
def pump_service_code(group: Group) -> Iterator[Seen]:
    """The home infusion therapy codes belong to pump drugs."""
    for line in group.beside(*group.value("home.pump_codes")):
        yield Seen(
            line.at("procedure_code"),
            f"{line.procedure_code} belongs to drugs given by an external pump, not to intravenous immune globulin",
            expected=None,
            actual=line.procedure_code,
        )
