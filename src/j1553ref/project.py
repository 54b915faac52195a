"""What the installed distribution says of itself: its version, and the site's address from pyproject.toml."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, metadata

__all__ = ["address", "version"]


@cache
def address() -> str:
    """The site's address with a trailing slash; empty where the package is not installed.

    >>> address().endswith("/")
    True
    """
    try:
        urls = metadata("j1553ref").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    return next((url.partition(", ")[2] for url in urls if url.startswith("Documentation, ")), "")


@cache
def version() -> str:
    """The version of the installed package.

    >>> version()[0].isdigit()
    True
    """
    try:
        return metadata("j1553ref")["Version"]
    except PackageNotFoundError:
        return "0+unknown"
