"""The configuration: its schema and its reader agree, every mistake is one line with its place, the nearest one holds."""

from __future__ import annotations

import json
import os
import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from build import make_claim
from hypothesis import given
from hypothesis import strategies as st
from inside import j1553ref  # noqa: F401 - a fixture

from j1553ref import config, rules, schemas
from j1553ref.config import ConfigError, find, load, parse
from j1553ref.facts import packaged
from j1553ref.payers import payer_ids

SCHEMA: dict[str, Any] = json.loads(schemas.text("config"))
CASES = Path(__file__).parent / "cases" / "config"
PYTHON = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
RUST = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)

VALID = [
    "",
    "# nothing\n",
    'payer = "medicare-ab"',
    'payer = "Medicaid:md"',
    'select = ["JWZ", "UNT002", "NDC00"]',
    "ignore = []",
    'ignore = ["MOD013"]\nselect = ["MOD"]',
    'fail_level = "info"',
    'facts = "of the quarter"',
    "show_not_checked = true",
    'stocked_vials = ["20g", "10 g"]',
    "suppress = []",
    '[[suppress]]\ncode = "JWZ007"\nreason = "not stocked"',
    '[[suppress]]\ncode = "DAT"\nreason = "late loading"\npayer = "bcbs:premera"\npath = "claims/*.json"\n'
    'pointer = "/lines/0/units"\nuntil = 2026-06-30\n[[suppress]]\ncode = "SHP002"\nreason = "our own names"',
    '[[suppress]]\ncode = "JWZ007"\nreason = "é, the 5 g vial"\nuntil = "2026-06-30"\npointer = ""',
]
INVALID = [
    "paye = 1",
    "payer = 1",
    'payer = ""',
    'payer = "medicare ab"',
    f'payer = "{"a" * 61}"',
    'select = "JWZ"',
    "select = []",
    'select = ["jwz"]',
    'select = ["JWZ0007"]',
    'select = ["ABC"]',
    "select = [1]",
    'ignore = ["JW"]',
    'ignore = [["JWZ"]]',
    'fail_level = "fatal"',
    "fail_level = true",
    'facts = ""',
    'facts = ["a"]',
    f'facts = "{"a" * 301}"',
    'show_not_checked = "yes"',
    "show_not_checked = 1",
    "stocked_vials = []",
    'stocked_vials = "20g"',
    'stocked_vials = ["20"]',
    'stocked_vials = ["0g"]',
    'stocked_vials = ["20000g"]',
    "stocked_vials = [20]",
    "suppress = {}",
    "suppress = [1]",
    '[suppress]\ncode = "JWZ007"\nreason = "x"',
    '[[suppress]]\nreason = "x"',
    '[[suppress]]\ncode = "JWZ007"',
    '[[suppress]]\ncode = "JWZ007"\nreason = ""',
    '[[suppress]]\ncode = "JWZ007"\nreason = "  "',
    '[[suppress]]\ncode = "JWZ007"\nreason = 1.5',
    '[[suppress]]\ncode = "JWZ007"\nreason = "x"\npath = 1e9',
    "facts = 1.5",
    '[[suppress]]\ncode = "JWZ007"\nreason = """two\nlines"""',
    '[[suppress]]\ncode = "JWZ007"\nreason = "\\u001b[31m"',
    f'[[suppress]]\ncode = "JWZ007"\nreason = "{"x" * 301}"',
    '[[suppress]]\ncode = "JWZ007"\nreason = "x"\nclaim = 3',
    '[[suppress]]\ncode = ["JWZ007"]\nreason = "x"',
    '[[suppress]]\ncode = "JWZ007"\nreason = "x"\npayer = 5',
    '[[suppress]]\ncode = "JWZ007"\nreason = "x"\npath = ""',
    '[[suppress]]\ncode = "JWZ007"\nreason = "x"\npath = "./"',
    '[[suppress]]\ncode = "JWZ007"\nreason = "x"\npointer = "lines/0"',
    '[[suppress]]\ncode = "JWZ007"\nreason = "x"\nuntil = "2026-02-30"',
    '[[suppress]]\ncode = "JWZ007"\nreason = "x"\nuntil = "tomorrow"',
    '[[suppress]]\ncode = "JWZ007"\nreason = "x"\nuntil = 2026',
    '[[suppress]]\ncode = "JWZ007"\nreason = "x"\nuntil = 2026-06-30T10:00:00',
]


def plain(value: Any) -> Any:
    """TOML as JSON has it: dates as text."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def accepted(text: str) -> tuple[bool, bool, bool]:
    document = plain(tomllib.loads(text))
    said = ""
    try:
        parse(text, name="j1553ref.toml")
    except ConfigError as error:
        said = str(error)
    assert "\n" not in said
    # Which rules and payers there are is meaning, not shape: no schema says it.
    ours = not said or "no such id" in said or "no such rule" in said
    return ours, PYTHON.is_valid(document), RUST.is_valid(document)


@pytest.mark.parametrize("text", VALID)
def test_reader_and_schema_accept_the_same(text):
    assert accepted(text) == (True, True, True)


@pytest.mark.parametrize("text", INVALID)
def test_reader_and_schema_refuse_the_same(text):
    assert accepted(text) == (False, False, False)


@pytest.mark.parametrize(
    "path", [each for each in sorted(CASES.glob("*/*.json")) if each.stem != "type--root"], ids=lambda path: path.stem
)
def test_reader_and_schema_agree_on_the_documents_of_the_schema(path):
    document = json.loads(path.read_text(encoding="utf-8"))
    text = "\n".join(f"{key} = {toml(each)}" for key, each in document.items())
    assert set(accepted(text)) == {path.parent.name == "pass"}


CODES = [*rules.FAMILIES, *(each.code for each in rules.catalogue())]
JUNK = st.sampled_from(
    [0, 1, True, "", " ", "x", "JWZ ", "20g", "2026-06-30", "2026-13-01", "error", "/a", "a/", [], ["x"], [1], {}]
)
RIGHT = {
    "payer": st.sampled_from(payer_ids(packaged())),
    "select": st.lists(st.sampled_from(CODES), min_size=1, max_size=3),
    "ignore": st.lists(st.sampled_from(CODES), max_size=3),
    "fail_level": st.sampled_from(["error", "warning", "info"]),
    "facts": st.text("abc/.", min_size=1, max_size=9),
    "show_not_checked": st.booleans(),
    "stocked_vials": st.lists(st.sampled_from(["5g", "10 g", "20g"]), min_size=1, max_size=3),
}
ENTRY = {
    "code": st.sampled_from(CODES),
    "reason": st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12),
    "payer": RIGHT["payer"],
    "path": st.text("ab*/.", min_size=1, max_size=6),
    "pointer": st.sampled_from(["", "/", "/lines/0", "lines"]),
    "until": st.sampled_from(["2026-06-30", "2024-02-29", "2025-02-29", "2026-6-1"]),
}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Mostly right, with a wrong value or an unknown key here and there."""

    def table(keys: dict[str, Any], needed: tuple[str, ...] = ()) -> dict[str, Any]:
        names = draw(st.lists(st.sampled_from([*keys, "unknown"]), max_size=4, unique=True))
        names = [*(each for each in needed if draw(st.integers(0, 9))), *names]
        return {name: draw(JUNK if name == "unknown" or draw(st.integers(0, 9)) == 0 else keys[name]) for name in names}

    found = table(RIGHT)
    found.pop("unknown", None) if draw(st.booleans()) else None
    if draw(st.booleans()):
        found["suppress"] = [table(ENTRY, ("code", "reason")) for _ in range(draw(st.integers(0, 2)))]
    return found


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def test_what_is_written_wrong_is_named_before_what_does_not_exist():
    """Else a payer or rule that does not exist would hide a mistake of form behind it, which the schema sees."""
    text = 'payer = "nobody"\nselect = ["XYZ"]\nsuppress = [{code = "SHP", payer = "nobody", reason = "0"}, {}]'
    assert accepted(text.replace('select = ["XYZ"]\n', "")) == (False, False, False)


@given(documents())
def test_reader_and_schema_agree_on_generated_configurations(document):
    text = "\n".join(f"{key} = {toml(each)}" for key, each in document.items())
    assert len(set(accepted(text))) == 1, text


def test_the_keys_are_those_of_the_schema():
    assert list(config.KEYS) == list(SCHEMA["properties"])
    assert list(config.SUPPRESS_KEYS) == list(SCHEMA["$defs"]["suppression"]["properties"])
    families = "|".join(rules.FAMILIES)
    assert SCHEMA["$defs"]["code"]["pattern"] == f"^({families})[0-9]{{0,3}}$"


# -- one line with the place ----------------------------------------------------------------------------------------

HEAD = "# ours\n\n"
ENTRY_A = '[[suppress]]\ncode = "JWZ007"\nreason = "a"'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('fail_levle = "info"', "x.toml:3: fail_levle: no such key; nearest: fail_level"),
        ("zzz = 1", "x.toml:3: zzz: no such key; there are payer, select"),
        ('"a\\nb" = 1', "x.toml: a?b: no such key"),
        ('select = [\n  "JWZ",\n  "UNT999",\n]', "x.toml:3: UNT999: no such rule; families: SHP"),
        ('payer = "medicare-a"', "x.toml:3: payer: no such id; nearest: medicare-ab"),
        ("payer = 7", 'x.toml:3: payer: expected a payer id, such as "medicare-ab:ngs"'),
        ('select = "JWZ"', 'x.toml:3: select: expected a list of rules or families, such as ["JWZ", "UNT002"]'),
        ("show_not_checked = 'true'", "x.toml:3: show_not_checked: expected true or false, without quotes"),
        ('ignore = ["MOD"]\nfail_level = "warn"', "x.toml:4: fail_level: expected one of error, warning, info"),
        (f'{ENTRY_A}\n[[suppress]]\ncode = "JWZ077"\nreason = "b"', "x.toml:7: JWZ077: no such rule"),
        (f'{ENTRY_A}\n[[suppress]]\ncode = "JWZ007"', "x.toml:6: suppress: an entry without reason"),
        (f'{ENTRY_A}\npayer = "cigma"', "x.toml:6: payer: no such id; nearest: cigna"),
        ('[[suppress]]\ncode = "JWZ007"\nreasn = "a"', "x.toml:5: reasn: no such key; nearest: reason"),
        ("payer = \n", "x.toml:3:9: not TOML: Invalid value"),
        ("payer", "x.toml:3"),
        ('payer = "a', "x.toml:3"),
        ('payer = "cigna"\npayer = "aetna"', "x.toml:4"),
        ("x = " + "[" * 3000, "x.toml: not TOML"),
        ("x = " + "9" * 5000, "x.toml: not TOML"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(text, says):
    with pytest.raises(ConfigError) as refusal:
        parse(HEAD + text, name="x.toml")
    assert str(refusal.value).startswith(says)
    assert "\n" not in str(refusal.value)


def test_a_line_in_a_pyproject_is_that_of_our_table():
    text = '[tool.other]\nselect = ["E"]\n[tool.j1553ref]\npayer = "cigna"\nselect = ["E"]\n'
    with pytest.raises(ConfigError, match=r"^p.toml:5: select: expected"):
        parse(text, name="p.toml", under=("tool", "j1553ref"))


def test_the_search_for_a_line_is_bounded():
    text = "\n".join(f'select{number} = """' + '\n"""' for number in range(20000))
    assert config.Source("x.toml", text).where(("select",)) == "x.toml"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"payer = '\xff'", "x.toml:1: not UTF-8"),
        ("payer = 'cigna'".encode("utf-16"), "x.toml:1: not UTF-8"),
        (b"#" * (config._LIMIT + 1), "bytes"),
        (None, "no such file"),
        ("folder", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path, monkeypatch, content, says):
    monkeypatch.chdir(tmp_path)
    path = Path("x.toml")
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=says) as refusal:
        load(path)
    assert str(refusal.value).startswith("x.toml") and "\n" not in str(refusal.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "j1553ref.toml")
    with pytest.raises(ConfigError, match="not a plain file"):
        find(tmp_path)


@pytest.mark.parametrize("content", [b"#" * (config._LIMIT + 1), b"name = '\xff'", b"[tool.other\n"])
def test_a_pyproject_that_does_not_speak_of_us_is_passed_over(tmp_path, content):
    (tmp_path / "pyproject.toml").write_bytes(content)
    (tmp_path / ".git").mkdir()
    assert find(tmp_path) == config.Config()


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path):
    (tmp_path / "x.toml").write_bytes(b'\xef\xbb\xbfpayer = "cigna"\r\nselect = ["UNT"]\r\n')
    assert load(tmp_path / "x.toml").select == ("UNT",)


# -- which one holds ------------------------------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A home with a repository in it, and folders in that; nothing above is looked at."""
    home = tmp_path / "home"
    inner = home / "repository" / "claims" / "may"
    inner.mkdir(parents=True)
    (home / "repository" / ".git").mkdir()
    monkeypatch.setenv("HOME", str(home))

    def write(where: str, payer: str, table: str = "") -> Path:
        path = home / where
        path.write_text(f'{table}\npayer = "{payer}"\n', encoding="utf-8")
        return path

    return inner, write


def test_the_nearest_one_holds_and_they_are_not_mixed(tree):
    inner, write = tree
    write("repository/j1553ref.toml", "cigna", 'select = ["UNT"]')
    write("repository/claims/j1553ref.toml", "aetna")
    assert find(inner) == find(inner.parent)
    assert (find(inner).payer, find(inner).select) == ("aetna", ())
    assert find(inner.parents[1]).payer == "cigna"


def test_in_one_folder_our_own_file_goes_first(tree):
    inner, write = tree
    write("repository/claims/pyproject.toml", "cigna", "[tool.j1553ref]")
    assert find(inner).payer == "cigna"
    write("repository/claims/j1553ref.toml", "aetna")
    assert find(inner).payer == "aetna"


def test_a_pyproject_without_our_table_is_passed_over(tree):
    inner, write = tree
    write("repository/j1553ref.toml", "cigna")
    write("repository/claims/pyproject.toml", "aetna", '[project]\nname = "j1553ref-claims"\n[tool.other]')
    assert find(inner).payer == "cigna"
    (inner.parent / "pyproject.toml").write_text("broken = [", encoding="utf-8")
    assert find(inner).payer == "cigna", "one that does not speak of us is not ours to judge"
    (inner.parent / "pyproject.toml").write_text("[tool.j1553ref]\nbroken = [", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"pyproject\.toml:2"):
        find(inner)


@pytest.mark.parametrize("text", ['[[tool.j1553ref]]\npayer = "cigna"', "[tool]\nj1553ref = 3"])
def test_a_table_of_ours_that_is_none_is_not_passed_over(tree, text):
    inner, _ = tree
    (inner.parent / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"pyproject\.toml:[12]: tool\.j1553ref: expected one table"):
        find(inner)


def test_a_link_that_leads_nowhere_is_not_passed_over(tree):
    inner, write = tree
    write("repository/j1553ref.toml", "cigna")
    (inner / "j1553ref.toml").symlink_to(inner / "gone.toml")
    with pytest.raises(ConfigError, match="no such file"):
        find(inner)


def test_nothing_is_looked_for_above_the_repository_or_the_home_folder(tree):
    inner, write = tree
    write("j1553ref.toml", "cigna")
    assert find(inner).payer is None, "the home folder lies above the repository"
    (inner.parents[1] / ".git").rmdir()
    assert find(inner).payer == "cigna"
    (inner.parents[2] / "j1553ref.toml").unlink()
    (inner.parents[3] / "j1553ref.toml").write_text('payer = "aetna"', encoding="utf-8")
    assert find(inner).payer is None, "and nothing above the home folder"


def test_a_named_file_is_read_whole_and_a_pyproject_by_its_table(tree):
    _, write = tree
    assert load(write("other.toml", "aetna")).payer == "aetna"
    assert load(write("pyproject.toml", "aetna", "[tool.j1553ref]")).payer == "aetna"
    with pytest.raises(ConfigError, match=r"no table \[tool\.j1553ref\]"):
        load(write("pyproject.toml", "aetna", "[tool.other]"))


def test_the_facts_folder_is_looked_for_from_the_file(tree):
    inner, _ = tree
    (inner / "facts").mkdir()
    path = inner / "j1553ref.toml"
    path.write_text('facts = "facts"', encoding="utf-8")
    assert find(inner).facts == str(inner / "facts")
    path.write_text('\nfacts = "fact"', encoding="utf-8")
    with pytest.raises(ConfigError, match="toml:2: facts: no such folder"):
        find(inner)


# -- on the command line --------------------------------------------------------------------------------------------

WRONG = make_claim(40000, [20, 20], [(80, ["JZ"])])
WARNED = make_claim(34950, [20, 10, 5], [(350, [])])
PLAIN = make_claim(40000, [20, 20], [(400, [])], payer=None)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder to work in, which is a repository."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for name, claim in (("wrong", WRONG), ("warned", WARNED), ("plain", PLAIN)):
        (tmp_path / f"{name}.json").write_text(json.dumps(claim), encoding="utf-8")

    def write(text: str, name: str = "j1553ref.toml") -> None:
        (tmp_path / name).write_text(text, encoding="utf-8")

    return write


@pytest.mark.parametrize(
    ("text", "options", "file", "status"),
    [
        ("", (), "warned", 0),
        ('fail_level = "warning"', (), "warned", 1),
        ('fail_level = "warning"', ("--fail-level", "error"), "warned", 0),
        ('fail_level = "warning"', ("--config", "none"), "warned", 0),
        ('ignore = ["UNT002"]', (), "wrong", 0),
        ('ignore = ["UNT002"]', ("--ignore", "JWZ"), "wrong", 1),
        ('select = ["JWZ"]', (), "wrong", 0),
        ('select = ["JWZ"]', ("--select", "UNT"), "wrong", 1),
        ('payer = "medicare-ab"', (), "plain", 1),
        ('payer = "medicare-ab"', ("--payer", "commercial"), "plain", 0),
        ('payer = "commercial"', ("--payer", "medicare-ab"), "plain", 1),
    ],
)
def test_an_option_goes_before_the_configuration(j1553ref, place, text, options, file, status):  # noqa: F811
    place(text)
    assert j1553ref("check", f"{file}.json", *options).status == status


def test_a_named_configuration_goes_before_the_one_that_is_found(j1553ref, place):  # noqa: F811
    place('ignore = ["UNT002"]')
    place("", "strict.toml")
    assert j1553ref("check", "wrong.json").status == 0
    assert j1553ref("check", "wrong.json", "--config", "strict.toml").status == 1


def test_what_was_not_checked_is_listed_on_demand(j1553ref, place):  # noqa: F811
    place("show_not_checked = true")
    listed = "not checked; missing: payer"
    assert listed in j1553ref("check", "plain.json").out
    assert listed not in j1553ref("check", "plain.json", "--hide-not-checked").out
    assert listed not in j1553ref("check", "plain.json", "--config", "none").out
    assert listed in j1553ref("check", "plain.json", "--config", "none", "--show-not-checked").out


def test_a_facts_folder_of_the_configuration_is_laid_over(j1553ref, place, tmp_path):  # noqa: F811
    place('facts = "quarter"')
    (tmp_path / "quarter").mkdir()
    (tmp_path / "quarter" / "x.toml").write_text("[unit.size]\nhistory = []\n", encoding="utf-8")
    done = j1553ref("check", "wrong.json")
    assert done.status == 2 and done.err.count("\n") == 1 and "unit.size" in done.err


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("broken = [", (), "j1553ref.toml:1: not TOML"),
        ("\nselct = 1", (), "j1553ref.toml:2: selct: no such key; nearest: select"),
        ('\n\nignore = ["UNT002", "UNT022"]', (), "j1553ref.toml:3: UNT022: no such rule"),
        ('select = ["UNT"]', ("--ignore", "UNT"), "no rule is left by select in j1553ref.toml:1 and --ignore"),
        (
            'select = ["UNT"]\nignore = ["UNT"]',
            (),
            "no rule is left by select in j1553ref.toml:1 and ignore in j1553ref.toml:2",
        ),
        ("", ("--ignore", ",".join(rules.FAMILIES)), "no rule is left by --ignore"),
        ('stocked_vials = ["30g"]', (), "j1553ref.toml:1: stocked_vials, item 1: no such vial"),
        ("", ("--config", "other.toml"), "other.toml: no such file"),
        ("", ("--write",), "--write goes with --fix"),
        ("", ("--fix", "-"), "standard input cannot be written back"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(j1553ref, place, text, options, says):  # noqa: F811
    place(text)
    done = j1553ref("check", "wrong.json", *options)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1), done
    assert says in done.err


def test_a_folder_that_is_gone_has_no_configuration(j1553ref, place, tmp_path, monkeypatch):  # noqa: F811
    place('ignore = ["UNT002"]')
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert j1553ref("check", str(tmp_path / "wrong.json")).status == 1
    monkeypatch.chdir(tmp_path)


def test_the_examples_on_the_pages_are_read(root):
    found = 0
    for page in sorted((root / "docs").rglob("*.md")):
        for text in re.findall(r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S):
            assert parse(text, name=page.name) != config.Config()
            found += 1
    assert found >= 2
