"""Governance of the words: comments, docstrings, rule summaries and names of the package do without the habit words."""

from __future__ import annotations

import ast
import doctest
import io
import re
import tokenize
import tomllib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
ROOMS = WORDS["pages"]["rooms"]


def either(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds whole words, in any case."""
    return re.compile("|".join(rf"(?<!\w)(?:{word})(?!\w)" for word in words), re.IGNORECASE)


HABIT, PAGE_HABIT = either(WORDS["habits"]), either(WORDS["pages"]["words"])
ROOM_HABIT, MESSAGE_HABIT = either(ROOMS["words"]), either(WORDS["messages"]["words"])


def prose(docstring: str) -> str:
    """A docstring with its examples blanked out, line by line."""
    lines = docstring.splitlines()
    for example in doctest.DocTestParser().get_examples(docstring):
        used = example.source.count("\n") + example.want.count("\n")
        lines[example.lineno : example.lineno + used] = [""] * used
    return "\n".join(lines)


def texts(source: str) -> Iterator[tuple[int, str]]:
    """What people read in a module that no program prints, line by line: (line number, text)."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node, clean=False) is not None:
                literal = node.body[0].value  # type: ignore[attr-defined]
                for number, line in enumerate(prose(literal.value).splitlines()):
                    yield literal.lineno + number, line
            if not isinstance(node, ast.Module):
                yield node.lineno, node.name.replace("_", " ")
        elif isinstance(node, ast.keyword) and node.arg == "summary" and isinstance(node.value, ast.Constant):
            yield node.value.lineno, str(node.value.value)
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg.replace("_", " ")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id.replace("_", " ")


def habits(source: str) -> list[str]:
    """The habit words of a module, and its loops that do not name their item, as ``line: word``."""
    found = [(number, word) for number, text in texts(source) for word in HABIT.findall(text)]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.For | ast.comprehension) and getattr(node.target, "id", "") == "each":
            found.append((node.target.lineno, "for each"))
    return [f"{number}: {word}" for number, word in sorted(found)]


def test_the_package_does_without_the_habit_words(root):
    folder = root / "src" / "j1553ref"
    found = []
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        if not any(fnmatch(name, pattern) for pattern in WORDS["exempt"]):
            found += [f"{name}:{habit}" for habit in habits(path.read_text(encoding="utf-8"))]
    assert found == [], "tests/words.toml says what to write instead"


def page_habits(text: str, habit: re.Pattern[str] = PAGE_HABIT, allowed: Iterable[str] = ()) -> list[str]:
    """The habit words of a page, as ``line: word``; what a program prints, roles and inline code are blanked out."""
    for seen in (r"^(`{3,}|~{3,})[^\n]*\n.*?^\1[ \t]*$", r"\{[a-z-]+\}`[^`]*`", r"`[^`\n]*`"):
        text = re.sub(seen, lambda found: "\n" * found[0].count("\n"), text, flags=re.M | re.S)
    for phrase in allowed:
        text = re.sub(rf"\b{phrase}\b", "", text, flags=re.IGNORECASE)
    return [f"{number}: {word}" for number, line in enumerate(text.splitlines(), 1) for word in habit.findall(line)]


def test_the_pages_and_the_facts_do_without_the_habit_words(root):
    docs, facts = root / "docs", root / "src" / "j1553ref" / "facts"
    pages = {path.relative_to(docs).as_posix(): path for path in docs.rglob("*.md")}
    read = {
        name: path for name, path in pages.items() if not any(fnmatch(name, out) for out in WORDS["pages"]["exempt"])
    }
    read |= {path.relative_to(facts).as_posix(): path for path in facts.rglob("*.toml")}
    found = [f"{name}:{word}" for name in sorted(read) for word in page_habits(read[name].read_text(encoding="utf-8"))]
    assert found == [], "tests/words.toml says what to write instead"


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("# Lines\n\nJZ rides on the line.\n", ["3: rides"]),
        ("The line bears JZ,\nand a line\nis made for want of one.\n", ["1: bears", "3: for want of"]),
        ('label = "A law unto itself"\n', ["1: unto"]),
        # what is not looked at: what a program prints, roles, inline code, words that only look alike
        ("```{doctest}\n>>> print(1)\nthe drug bears PO\n\n```\n", []),
        ("See {fact}`what it bears <modifier.PO=rides>` and `bears`.\n", []),
        ("Overrides, forebears, into, the bearing.\n", []),
    ],
)
def test_a_planted_habit_of_a_page_is_found_and_nothing_else(page, found):
    assert page_habits(page) == found


@pytest.mark.parametrize("folder", ROOMS["folders"])
def test_the_pages_for_staff_do_without_the_words_of_their_rooms(root, folder):
    pages = sorted((root / "docs" / folder).rglob("*.md"))
    assert pages
    found = [
        f"{path.relative_to(root)}:{word}"
        for path in pages
        for word in page_habits(path.read_text(encoding="utf-8"), ROOM_HABIT, ROOMS["allowed"])
    ]
    assert found == [], "tests/words.toml lists the words and the phrases that are allowed"


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("JW stands on the line; the rest is waste.\n", ["1: stands", "1: rest"]),
        ("It is no denial.\nPay 20 % or 5 percent.\n", ["1: is no denial", "2: 20 %", "2: percent"]),
        ("The rate is not available.\n", ["1: not available"]),
        ("J1553 stands for a unit in a free-standing suite, by standing order; the restated plan. Pay 20%.\n", []),
        ("See {gap}`the rest <x>` and `rest`.\n", []),
    ],
)
def test_a_planted_word_of_a_room_is_found_and_nothing_else(page, found):
    assert page_habits(page, ROOM_HABIT, ROOMS["allowed"]) == found


def message_habits(source: str) -> list[str]:
    """The habit words of the texts in a module that are no docstrings, as ``line: word``."""
    tree = ast.parse(source)
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        f"{node.lineno}: {word}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        for word in words_said(node.value)
    ]


def words_said(text: str) -> list[str]:
    """The habit words of a text, without the phrases that are allowed and the names that only look alike."""
    if text in WORDS["messages"]["names"]:
        return []
    for phrase in (*WORDS["messages"]["allowed"], *WORDS["messages"]["names"][1:]):
        text = text.replace(phrase, "")
    return MESSAGE_HABIT.findall(text)


def test_what_the_package_says_does_without_the_habit_words(root):
    folder = root / "src" / "j1553ref"
    found = []
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        if not any(fnmatch(name, pattern) for pattern in WORDS["messages"]["exempt"]):
            found += [f"{name}:{habit}" for habit in message_habits(path.read_text(encoding="utf-8"))]
    assert found == [], "tests/words.toml lists the words"


def test_the_exercises_do_without_the_habit_words(root):
    folder = root / "src" / "j1553ref" / "training"
    said = [
        (path.name, text)
        for path in sorted(folder.rglob("*.toml"))
        for text in texts_of(tomllib.loads(path.read_text(encoding="utf-8")))
    ]
    assert len(said) > 100
    assert [(name, word) for name, text in said for word in words_said(text)] == []


def texts_of(value: object) -> Iterator[str]:
    """Every text in the data of a topic; commands of one word and a line's name are no sentences."""
    if isinstance(value, str):
        if not re.match(r"(?:take|leave|add) ", value):
            yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts_of(inner)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise ValueError("another value stands there")\n', ["1: stands"]),
        ('x = f"{a} rides on {b}"\n', ["1: rides"]),
        ('def f():\n    """It stands."""\n    return "rest", "J1553 stands for a unit"\n', []),
    ],
)
def test_a_planted_word_of_a_message_is_found_and_nothing_else(source, found):
    assert message_habits(source) == found


def test_every_exemption_is_for_a_file_and_has_a_reason(root):
    for folder, ending, exempt in (
        (root / "src" / "j1553ref", "*.py", WORDS["exempt"]),
        (root / "docs", "*.md", WORDS["pages"]["exempt"]),
    ):
        names = [path.relative_to(folder).as_posix() for path in folder.rglob(ending)]
        assert [pattern for pattern in exempt if not any(fnmatch(name, pattern) for name in names)] == []
        assert all(exempt.values())


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = 1  # JZ rides on the line\n", ["1: rides"]),
        ('"""A line.\n\nIt stands there."""\n', ["3: stands"]),
        ('def f():\n    """No line bears JZ."""\n', ["2: bears"]),
        ('class C:\n    """Silence is no pass."""\n', ["2: no pass"]),
        ('rule(\n    summary="Not run for want of a payer."\n)\n', ["2: for want of"]),
        ("def _parted(x):\n    told = x\n", ["1: parted", "2: told"]),
        ("def f(borne):\n    pass\n", ["1: borne"]),
        ("y = [each for each in x]\nfor each in x:\n    pass\n", ["1: for each", "2: for each"]),
        # what is not looked at: messages, examples and their output, words that only look alike
        ('raise ValueError("another value stands there")\n', []),
        ('def f():\n    """Print.\n\n    >>> print("the rest")\n    the rest\n    """\n', []),
        (
            'def f():\n    """Fail.\n\n    >>> f()\n    Traceback (most recent call last):\n    E: the rest\n    """\n',
            [],
        ),
        ('def f():\n    """Print.\n\n    >>> f()\n    3\n\n    The rest.\n    """\n', ["7: rest"]),
        ("# overrides, forests, understands, beard, apart\nfor line in lines:\n    pass\n", []),
    ],
)
def test_a_planted_habit_is_found_and_nothing_else(source, found):
    assert habits(source) == found
