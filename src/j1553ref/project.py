"""What the installed distribution says about itself: version, the site's address, and where its files are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["address", "shipped", "version"]


@cache
def address() -> str:
    """The site's address with a trailing slash; empty where the package is not installed.

    >>> address().endswith("/")
    True
    """
    from importlib.metadata import PackageNotFoundError, metadata  # 10 ms, and few commands need it

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
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        return metadata("j1553ref")["Version"]
    except PackageNotFoundError:
        return "0+unknown"


def shipped(name: str, tree: str) -> Traversable:
    """A folder that is at its usual place in a source tree, and inside the package in the wheel.

    >>> shipped("schemas", "schemas").joinpath("claim.schema.json").is_file()
    True
    """
    from importlib.resources import files

    folder = files("j1553ref").joinpath(name)
    return folder if folder.is_dir() else Path(__file__).parents[2] / tree
