"""A program as a user would write it, for mypy --strict: where ``py.typed`` went missing, the last lines would be no errors."""

from __future__ import annotations

from decimal import Decimal

from j1553ref import Claim, J1553Error, Report, bill_units, case, check, claim_from, fact, infusion_codes, ndc, rules


def units_of(claim: Claim) -> int:
    """Billed units over all lines."""
    return sum(line.units for line in claim.lines if line.units is not None)


def wrong(report: Report) -> list[str]:
    """Places of the errors."""
    return [finding.pointer for finding in report.findings if finding.severity == "error"]


def main() -> None:
    """One of everything."""
    claim = claim_from(case("whole-vials-jz"))
    assert units_of(claim) > 0
    assert wrong(check(claim, payer="medicare-ab", select=["JWZ", "UNT"])) == []
    tail: Decimal = bill_units(dose_mg="32450", vials="20g,10g,5g", on="2026-05-04").tail_mg
    assert tail == Decimal(50)
    assert fact("unit.size", on="2026-05-04").known
    assert [line.units for line in infusion_codes("09:00", "13:35", on="2026-05-04").lines] == [1, 4]
    package = ndc.package("70573-605-21")
    assert package is not None and package.units == 200
    assert all(rule.code[:3] in rules.FAMILIES for rule in rules.catalogue())
    try:
        check(7)  # type: ignore[arg-type]
    except J1553Error as error:
        message: str = str(error)
        assert message


def never_run() -> None:
    """What a type checker has to refuse; an ignore that is not needed is an error too."""
    check(case("whole-vials-jz"), payer=7)  # type: ignore[arg-type]
    bill_units(dose_mg=32450.5, vials="20g", on="2026-05-04")  # type: ignore[arg-type]
    case("whole-vials-jz").findings  # type: ignore[attr-defined]  # noqa: B018
    ndc.package("70573-605-21").units  # type: ignore[union-attr]  # noqa: B018


if __name__ == "__main__":
    main()
