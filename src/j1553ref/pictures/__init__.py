"""Pictures that are computed: vials, minutes, digits, dates, questions, steps and prices as SVG text, all pure functions.

Each takes plain values, or the result of :func:`~j1553ref.bill_units`, and makes a :class:`Picture`: SVG with a title and a
description that say the same, and a caption. Classes alone give it its look; ``name`` begins its ids, so that a page can
hold many. Each is legible at a width of 290 pixels; the two that would not be have a form for it, ``upright=True``.
``callouts`` say in words what the boxes of a claim form hold, and ``legend`` makes HTML of them.
"""

from __future__ import annotations

from j1553ref.pictures.bars import Bar, bars
from j1553ref.pictures.callouts import Callout, callouts, legend, marks
from j1553ref.pictures.digits import digits
from j1553ref.pictures.flow import flow
from j1553ref.pictures.ruler import ruler
from j1553ref.pictures.svg import Picture
from j1553ref.pictures.timeline import timeline
from j1553ref.pictures.tree import tree
from j1553ref.pictures.vials import vials

__all__ = [
    "Bar",
    "Callout",
    "Picture",
    "bars",
    "callouts",
    "digits",
    "flow",
    "legend",
    "marks",
    "ruler",
    "timeline",
    "tree",
    "vials",
]
