"""A claim as another form: one module for each form, all pure.

``clearinghouse`` makes a JSON body, ``cms1500`` and ``ub04`` make the boxes of a paper form as plain data, which
``text`` and ``html`` write down. Nothing is invented: what a form needs and the claim lacks stays blank, what the
claim holds and the form has no place for is named in ``notes``, and a claim that would lose something on the
way is refused with :class:`~j1553ref.forms.base.FormError`.
"""

from __future__ import annotations

from collections.abc import Callable

from j1553ref.forms import cms1500, ub04
from j1553ref.forms.paper import Paper

__all__ = ["PAPERS"]

#: The paper forms, by the name that a claim's ``form`` has for them.
PAPERS: dict[str, Callable[..., Paper]] = {"cms1500": cms1500.form, "ub04": ub04.form}
