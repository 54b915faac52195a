"""Draws from a seed that are the same on every machine and every Python: digits of SHA-256, no ``random``, no float."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

__all__ = ["Draws"]

T = TypeVar("T")


class Draws:
    """A stream of draws that is named by a path, such as seed, topic, level and number of the question.

    >>> draws = Draws(7, "jw-jz", 2, 0)
    >>> [draws.below(100) for _ in range(4)], Draws(7, "jw-jz", 2, 0).below(100)
    ([65, 90, 67, 56], 65)
    """

    def __init__(self, *path: object) -> None:
        self._path = "/".join(map(str, path))
        self._drawn = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 to ``limit - 1``; of 256 bits, so that none is likelier in any way that shows."""
        self._drawn += 1
        digest = sha256(f"{self._path}/{self._drawn}".encode()).digest()
        return int.from_bytes(digest, "big") % limit

    def between(self, first: int, last: int, step: int = 1) -> int:
        """A whole number from ``first`` to ``last``, both included, in steps.

        >>> 10 <= Draws(1).between(10, 30, 5) <= 30
        True
        """
        return first + step * self.below((last - first) // step + 1)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items.

        >>> Draws(1).pick(["a", "b"]) in ("a", "b")
        True
        """
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order.

        >>> sorted(Draws(1).shuffled([3, 1, 2]))
        [1, 2, 3]
        """
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(len(left))]
