"""Drop from a stylesheet what no page can match: rules, then variables that nothing reads. Pure functions on text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_NEGATED = re.compile(r":(?:not|is|where|has)\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\]|::?[\w-]+(?:\([^()]*\))?")
_NAME = re.compile(r"([.#])([\w-]+)")
_TAG = re.compile(r"(?<![\w.#-])([a-zA-Z][\w-]*)")
_VARIABLE = re.compile(r"(--[\w-]+)\s*:\s*((?:\"[^\"]*\"|'[^']*'|\([^()]*(?:\([^()]*\)[^()]*)*\)|[^;{}\"'()])*);?")


def shaken(css: str, words: frozenset[str], tags: frozenset[str]) -> str:
    """The rules of ``css`` that can match: each class and id in ``words``, each element in ``tags``.

    >>> shaken(".a{x:1}.b{x:2}p,.b p{x:3}@media print{.b{x:4}}", frozenset({"a"}), frozenset({"p"}))
    '.a{x:1}p{x:3}'
    """
    return _without_idle_variables("".join(_rules(_COMMENT.sub("", css), words, tags)))


def _rules(css: str, words: frozenset[str], tags: frozenset[str]) -> Iterator[str]:
    for head, body in blocks(css):
        if body is None:
            continue  # @charset and @import: the bundle is one file in UTF-8
        elif head.startswith(("@media", "@supports", "@layer", "@container")):
            inner = "".join(_rules(body, words, tags))
            if inner:
                yield f"{head}{{{inner}}}"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        else:
            kept = [selector for selector in _split(head) if _can_match(selector, words, tags)]
            if kept and body.strip():
                yield f"{','.join(kept)}{{{body}}}"


def blocks(css: str) -> Iterator[tuple[str, str | None]]:
    """The top-level statements of a stylesheet without comments, as head and body; ``None`` where there is no body.

    >>> list(blocks('@charset "x";a{b:c}'))
    [('@charset "x"', None), ('a', 'b:c')]
    """
    start = depth = opened = 0
    quote = ""
    for index, char in enumerate(css):
        if quote:
            quote = "" if char == quote and css[index - 1] != "\\" else quote
        elif char in "\"'":
            quote = char
        elif char == "{":
            depth += 1
            opened = index if depth == 1 else opened
        elif char == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened].strip(), css[opened + 1 : index]
                start = index + 1
        elif char == ";" and depth == 0:
            yield css[start:index].strip(), None
            start = index + 1


def _split(selectors: str) -> list[str]:
    parts, depth = [""], 0
    for char in selectors:
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _can_match(selector: str, words: frozenset[str], tags: frozenset[str]) -> bool:
    plain = _NEGATED.sub("", selector)
    names = {name for _, name in _NAME.findall(plain)}
    return names <= words and {tag.lower() for tag in _TAG.findall(_NAME.sub("", plain))} <= tags


def _without_idle_variables(css: str) -> str:
    while True:
        read = set(re.findall(r"var\(\s*(--[\w-]+)", css))
        smaller = _VARIABLE.sub(lambda m, read=read: m[0] if m[1] in read else "", css)  # type: ignore[misc]
        smaller = re.sub(r"[^{}]+\{\s*\}", "", smaller)
        if smaller == css:
            return css
        css = smaller
