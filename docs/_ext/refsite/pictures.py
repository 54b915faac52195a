"""``picture``: a picture that the package computes, inline, with its caption; and the pictures of a worked case.

``:::{picture} vials`` (``:dose:`` in mg, ``:vials:``), ``ruler`` (``:start:``, ``:stop:``, ``:pauses:``), ``digits`` (``:ndc:``),
``timeline``, ``tree``, ``flow``, ``limits`` (by quarter) and ``grams`` (by brand). ``:on:`` is the date of service, by default
the one up to which the facts were checked; ``:caption:`` other words below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from j1553ref import bill_units, pictures
from j1553ref.claim import Administration, Claim
from j1553ref.facts import FactError, checked_until
from j1553ref.ndc import NdcError
from j1553ref.pictures import Picture
from j1553ref.vials import Vial
from refsite import prices
from refsite.checked import CheckedDirective
from refsite.domain import domain_of, facts
from refsite.nodes import el, element

#: Makes one drawing of a picture under a name; a second one for narrow screens where it differs.
Draw = Callable[[str], Picture]


class Shown(CheckedDirective):
    """One picture by its name; its options are the arguments of the package's function."""

    required_arguments = 1
    option_spec = dict.fromkeys(
        ("dose", "vials", "start", "stop", "pauses", "ndc", "on", "caption"), directives.unchanged_required
    )

    def render(self) -> list[nodes.Node]:
        """The figure; the page is made anew when a fact behind it changes."""
        given = dict(self.options)
        caption = given.pop("caption", "")
        on = given.pop("on", str(checked_until()))
        try:
            drawn, used = _KINDS[self.arguments[0]](self.env, on, **given)
        except KeyError:
            raise FactError(f"picture: expected one of {', '.join(_KINDS)}") from None
        except TypeError:
            raise FactError(
                f"picture {self.arguments[0]}: one of its options is missing, or is not one of its own"
            ) from None
        note_facts(self.env, used)
        return [figure(self.env, *drawn, caption=caption)]


def figure(env: BuildEnvironment, *drawings: Draw, caption: str = "") -> element:
    """A figure of one drawing, or of one for wide and one for narrow screens, of which a reader sees one.

    A figure of one drawing is slim: there is room for words beside it.
    """
    name = f"picture-{env.new_serialno('picture')}"
    made = [draw(f"{name}-{place}" if place else name) for place, draw in enumerate(drawings)]
    sizes = ("", "") if len(made) == 1 else ("for-wide", "for-narrow")
    shown = [
        el("div", size, nodes.raw("", picture.svg, format="html")) for size, picture in zip(sizes, made, strict=False)
    ]
    return el(
        "figure",
        "drawn no-search" if len(made) > 1 else "drawn slim no-search",
        *shown,
        el("figcaption", "", caption or f"{made[0].caption.rstrip('.')}."),
    )


def note_facts(env: BuildEnvironment, used: Iterable[str]) -> None:
    """The page being read uses these facts."""
    names = tuple(dict.fromkeys(used))
    facts(env, *names)
    domain_of(env).use("fact", *names)


_Made = tuple[list[Draw], Iterable[str]]


def _vials(env: BuildEnvironment, on: str, *, dose: str, vials: str) -> _Made:
    bill = bill_units(dose_mg=dose, vials=vials, on=on)
    return [lambda name: pictures.vials(bill, name=name)], bill.facts


def _ruler(env: BuildEnvironment, on: str, *, start: str, stop: str, pauses: str = "") -> _Made:
    kept = tuple(filter(None, pauses.split(",")))
    return _rulers(start=start, stop=stop, pauses=kept, on=on), _MINUTES


def _rulers(**given: Any) -> list[Draw]:
    return [
        lambda name: pictures.ruler(name=name, **given),
        lambda name: pictures.ruler(name=name, upright=True, **given),
    ]


def _digits(env: BuildEnvironment, on: str, *, ndc: str) -> _Made:
    return [lambda name: pictures.digits(ndc, name=name)], ("ndc.digits", "ndc.padding", "ndc.qualifier")


def _timeline(env: BuildEnvironment, on: str) -> _Made:
    used = [fact.id for fact in facts(env).under("code.predecessor")]
    return [lambda name: pictures.timeline(name=name)], (
        *used,
        "code.new_drug_code",
        "code.valid",
        "product.launch_date",
    )


def _tree(env: BuildEnvironment, on: str) -> _Made:
    names = ("jw", "jz", "jw_line", "free_drug", "free_drug_charge", "other_payers", "small_tail")
    return [lambda name: pictures.tree(on=on, name=name)], [f"discard.{name}" for name in names]


def _flow(env: BuildEnvironment, on: str) -> _Made:
    return [lambda name: pictures.flow(name=name), lambda name: pictures.flow(upright=True, name=name)], ()


def _grams(env: BuildEnvironment, on: str) -> _Made:
    quarters, found = prices.prices(facts(env))
    return [lambda name: prices.by_gram(found, quarters[-1], name)], prices.used(found)


def _limits(env: BuildEnvironment, on: str) -> _Made:
    quarters, found = prices.prices(facts(env))
    return [lambda name: prices.by_quarter(found, quarters, name)], ["payment.limit"]


#: What the minutes of an infusion are read from.
_MINUTES = tuple(f"infusion.{name}" for name in ("first_hour", "further_hour_threshold", "push_limit", "counted_time"))
_KINDS: dict[str, Callable[..., _Made]] = {
    "vials": _vials,
    "ruler": _ruler,
    "digits": _digits,
    "timeline": _timeline,
    "tree": _tree,
    "flow": _flow,
    "grams": _grams,
    "limits": _limits,
}


def of_case(env: BuildEnvironment, claim: Claim, topics: Iterable[str]) -> Iterator[element]:
    """The pictures that fit a case: the vials and the minutes of each record; the digits or the codes where it is about them."""
    several = len(claim.administrations) > 1
    for number, record in enumerate(claim.administrations, 1):
        which = f"Infusion {number}: " if several else ""
        yield from _of_record(env, record, which)
    if "ndc" in topics:
        yield from _of_packages(env, claim)
    if "code-by-date" in topics:
        drawn, used = _timeline(env, "")
        note_facts(env, used)
        yield figure(env, *drawn)


def _of_record(env: BuildEnvironment, record: Administration, which: str) -> Iterator[element]:
    if record.service_date is None:
        return
    if record.dose_mg is not None and record.vials:
        opened = [vial_of(kind.ndc, kind.count) for kind in record.vials]
        bill = bill_units(dose_mg=record.dose_mg, vials=opened, on=record.service_date)
        note_facts(env, bill.facts)
        caption = f"{which}{pictures.vials(bill).caption}"
        yield figure(env, lambda name: pictures.vials(bill, name=name), caption=caption)
    if record.start and record.stop:
        pauses = [(pause.start, pause.stop) for pause in record.pauses]
        drawn = _rulers(
            start=record.start, stop=record.stop, pauses=pauses, next_day=bool(record.next_day), on=record.service_date
        )
        note_facts(env, _MINUTES)
        caption = f"{which}{drawn[0]('caption').caption}."
        yield figure(env, *drawn, caption=caption)


def _of_packages(env: BuildEnvironment, claim: Claim) -> Iterator[element]:
    """The digits of the packages on the claim, as far as their ten digits were seen."""
    for code in dict.fromkeys(line.drug.ndc for line in claim.lines if line.drug and line.drug.ndc):
        try:
            pictures.digits(code)
        except NdcError:
            continue
        yield figure(env, lambda name, code=code: pictures.digits(code, name=name))


def vial_of(ndc: str | None, count: int | None) -> Vial | str:
    """Opened vials of a record as :func:`~j1553ref.bill_units` takes them.

    >>> vial_of("70573060521", 2)
    '2x70573060521'
    """
    return f"{count or 1}x{ndc}"


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("picture", Shown)
