"""The base class of every error that this package raises on purpose, and the names nearest to a mistyped one."""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["J1553Error", "nearest", "unexpected"]


class J1553Error(Exception):
    """Something that the user can fix; its text is one line: where, what was expected, what to do.

    >>> from j1553ref import J1553Error, bill_units
    >>> try:
    ...     bill_units(dose_mg=50000, vials="20g", on="2026-05-04")
    ... except J1553Error as error:
    ...     print(error)
    dose: 50000 mg is more than the 20000 mg in the opened vials, and overfill is not billable; correct the dose or the vials
    """


def unexpected(error: Exception) -> str:
    """What to say of one record where too little memory, or a fault of this package, kept it from being judged.

    >>> unexpected(MemoryError())
    'more memory is needed than there is; split the claim, or check it alone'
    """
    if isinstance(error, MemoryError):
        return "more memory is needed than there is; split the claim, or check it alone"
    return (
        f"a fault of j1553ref itself ({type(error).__name__}), not of the claim; please report it without patient data"
    )


def nearest(name: str, known: Iterable[str], *, else_say: str = "") -> str:
    """The end of a message that refuses an unknown name: the three nearest known ones, or something else to say.

    >>> "no such fact" + nearest("unit.sise", ["unit.size", "opps.rate"])
    'no such fact; nearest: unit.size'
    """
    near = get_close_matches(name, list(known), n=3)
    return f"; nearest: {', '.join(near)}" if near else else_say
