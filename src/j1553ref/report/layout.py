"""Lines for a terminal: wrapped at its width, without breaking a code, a pointer or an address."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

__all__ = ["Line", "wrapped"]

#: A style (``title``, ``error``, ``warning``, ``info``, ``plain``, ``quiet``) and a line in it.
Line = tuple[str, str]


def wrapped(style: str, text: str, width: int, *, indent: int = 0, hang: int = 2) -> Iterator[Line]:
    """A text in lines of at most ``width`` columns, or in one where ``width`` is 0.

    ``indent`` is the indent of the first line, ``hang`` the extra indent of the others.

    >>> list(wrapped("plain", "one unit of J1553 is 100 mg", 20, indent=2))
    [('plain', '  one unit of J1553'), ('plain', '    is 100 mg')]
    >>> list(wrapped("plain", "one unit of J1553 is 100 mg", 0, indent=2))
    [('plain', '  one unit of J1553 is 100 mg')]
    """
    lines = (
        [" " * indent + text]
        if not width
        else textwrap.wrap(
            text,
            width,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hang),
            break_long_words=False,
            break_on_hyphens=False,
        )
    )
    return ((style, line) for line in lines)
