"""From bytes to records: layouts, places, and everything that a file can do wrong."""

from __future__ import annotations

import io
import json
import os
import random
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from j1553ref import readers
from j1553ref.claim import Claim, InputError
from j1553ref.readers import JsonFormat, Record, TextFormat, claim_from, native, open_source, read, stream
from j1553ref.readers.locate import Locator, Offsets, first_constant, first_duplicate
from j1553ref.readers.stream import Unreadable
from j1553ref.readers.strict import DEPTH, parse

CLAIM = {"schema_version": "1", "form": "cms1500", "lines": [{"procedure_code": "J1553", "units": 400}]}
ONE = json.dumps(CLAIM)
PRETTY = json.dumps(CLAIM, indent=2)


def numbered(number: int) -> dict[str, Any]:
    return {**CLAIM, "lines": [{"procedure_code": "J1553", "units": number}]}


def records(data: str | bytes, **options: Any) -> list[Record]:
    return list(read(data.encode() if isinstance(data, str) else data, source="claims.json", **options))


def units(found: list[Record]) -> list[int | None]:
    """The units of each claim's first line; None where the record or the line could not be read."""
    return [record.claim.lines[0].units if record.claim and record.claim.lines else None for record in found]


def error(data: str | bytes) -> str:
    """The one error of a text that holds no claim."""
    [found] = records(data)
    assert found.claim is None and found.error is not None
    return found.error


class Drip(io.RawIOBase):
    """A stream that hands out its bytes in pieces of random length, as a pipe may."""

    def __init__(self, data: bytes, seed: int, most: int = 7) -> None:
        self.rest, self.random, self.most = data, random.Random(seed), most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = self.random.randint(1, self.most)
        out, self.rest = self.rest[:size], self.rest[size:]
        return out


class Endless(io.RawIOBase):
    """A stream of pieces made as they are read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return next(self.pieces, b"")


# -- layouts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ONE, [400]),
        (PRETTY, [400]),
        (f"\n\n  {PRETTY}\n\n", [400]),
        (f"[{ONE}]", [400]),
        (f"[{ONE},{PRETTY} ,\n{ONE}]\n", [400, 400, 400]),
        (f"{ONE}\n{ONE}", [400, 400]),
        (f"{ONE}\r\n\r\n  \n{ONE}\r\n", [400, 400]),
        (f"{PRETTY}\n{PRETTY}\n", [400, 400]),
        (f"{ONE} {ONE}{ONE}", [400, 400, 400]),
        ("\ufeff" + ONE, [400]),
        ("\ufeff[" + ONE + "]", [400]),
    ],
)
def test_layouts(text: str, expected: list[int]) -> None:
    found = records(text)
    assert units(found) == expected
    assert [record.index for record in found] == list(range(len(found)))
    assert {(record.source, record.format, record.error) for record in found} == {("claims.json", "j1553", None)}
    assert all(record.document == CLAIM for record in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Broken lines among good ones, first, middle and last.
        (f"{ONE}\nnonsense\n{ONE}", [400, None, 400]),
        (f'{ONE}\n{{"a": \n{ONE}\n{{"b": 1', [400, None, 400, None]),
        (f'{{"a":\n{ONE}\n{ONE}', [None, 400, 400]),
        (f'{{"claim_id": "cut\n{ONE}\n{ONE}', [None, 400, 400]),
        (f'{{"lines": [\n{ONE}\n{ONE}', [None, 400, 400]),
        (f"nonsense\n{ONE}\n{ONE}", [None, 400, 400]),
        (f"{ONE[:-1]},}}\n{ONE}", [None, 400]),
        (f"{ONE}}}\n{ONE}", [400, None, 400]),
        (f"\n {ONE}\nnonsense {{\n{ONE}", [400, None, 400]),
        (f"{ONE},\n{ONE},\n", [400, None, 400, None]),
        (f'{ONE}\n{{"not": "a claim"}}\n[]\n{ONE}', [400, None, None, 400]),
        # Broken elements of a list.
        (f'[{ONE}, {{"a": }}, {ONE}]', [400, None, 400]),
        (f"[{ONE}, 5, null, {ONE}]", [400, None, None, 400]),
        (f"[{ONE},, {ONE}]", [400, None, 400]),
        (f"[{ONE},]", [400, None]),
        (f"[{ONE}", [400, None]),
        (f"[{ONE}, ", [400, None]),
        (f'[{ONE}, {{"a": 1', [400, None, None]),
        (f"[{ONE}}}", [400, None]),
        (f"[{ONE}] {ONE}", [400, None, 400]),
        (f"[{PRETTY.replace('1500', '1500' + chr(92))},\n{PRETTY}]", [None, 400]),
        # A quote that is missing spoils its own record only.
        (f"{PRETTY.replace('J1553' + chr(34), 'J1553')}\n{PRETTY}", [None, 400]),
        (f"[{PRETTY.replace('J1553' + chr(34), 'J1553')},\n{PRETTY}]", [None, 400]),
    ],
)
def test_what_is_broken_does_not_spoil_its_neighbors(text: str, expected: list[int | None]) -> None:
    found = records(text)
    assert units(found) == expected
    assert [record.index for record in found] == list(range(len(found)))


def test_a_broken_claim_over_many_lines_is_one_error() -> None:
    assert error(PRETTY[:-4]).startswith("line 8, column 6: not valid JSON: the record ends before it is closed")
    # Python 3.13 and later point at the comma, earlier ones at what follows it.
    broken = PRETTY.replace('"units": 400', '"units": 400,')
    assert error(broken).startswith(("line 8, column 5: not valid JSON: ", "line 7, column 19: not valid JSON: "))
    # Lines that are objects of their own are not taken for records: they are no claims.
    line = '{"procedure_code": "J1553", "units": 400}'
    assert error(f'{{"schema_version": "1", "lines": [\n{line},\n{line}\n{line}').startswith(
        "line 4, column 1: not valid"
    )


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=8),
    st.sampled_from(["lines", "list", "pretty", "values"]),
    st.integers(),
)
@settings(deadline=None)
def test_any_cut_of_the_stream_gives_the_same_records(wanted: list[int], layout: str, seed: int) -> None:
    escaped = [{**numbered(number), "x-own": '\\"[{,\n}]" \u00e9\U0001f48a' * (number % 3)} for number in wanted]
    texts = [
        json.dumps(document, ensure_ascii=bool(index % 2), indent=2 if layout == "pretty" else None)
        for index, document in enumerate(escaped)
    ]
    text = {
        "lines": "\n".join(texts),
        "list": f"[{', '.join(texts)}]",
        "pretty": f"[\n{','.join(texts)}\n]",
        "values": " ".join(texts),
    }[layout]
    whole = records(text)
    assert units(whole) == wanted
    dripped = list(read(Drip(text.encode(), seed), source="claims.json"))
    assert units(dripped) == wanted
    assert [(record.line, record.column) for record in dripped] == [(record.line, record.column) for record in whole]
    for record in dripped:
        spot = record.locate("/lines/0/units")
        assert spot is not None
        assert text.split("\n")[spot[0] - 1][spot[1] - 1 :].startswith(str(wanted[record.index]))


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\\n 1aé', max_size=200).map(str.encode), st.integers())
@settings(deadline=None)
def test_nothing_in_a_file_makes_the_reader_fall_over(data: bytes, seed: int) -> None:
    found = records(data)
    assert found
    assert [record.index for record in found] == list(range(len(found)))
    for record in found:
        assert (record.claim is None) is (record.error is not None)
        assert record.error is None or ("\n" not in record.error and record.error.isprintable())
    outcome = [(record.line, record.column, record.error) for record in found]
    assert outcome == [
        (record.line, record.column, record.error) for record in read(Drip(data, seed), source="claims.json")
    ]


class Cut(io.RawIOBase):
    """A stream that hands out its bytes cut at the given places."""

    def __init__(self, data: bytes, cuts: Iterable[int]) -> None:
        ends = [*cuts, len(data)]
        self.parts = [data[start:end] for start, end in zip([0, *ends], ends, strict=False) if start < end]

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.parts.pop(0) if self.parts else b""


def outcome(stream: Any) -> list[Any]:
    """What is seen of a stream: each record, its place, and the places in it."""
    return [
        (
            record.index,
            record.line,
            record.column,
            record.error,
            record.claim,
            record.locate("/lines/0/units"),
        )
        for record in read(stream, source="claims.json")
    ]


CASES = Path(__file__).parent / "cases"
SMALL = [
    "",
    "{",
    "[{},,{}]",
    '[{"a": 1}\n{"b": 2}]',
    '{"a":\n{"a": [\n{"a": 1}',
    'x\n{"a": 1}\n{"a": 2',
    '[1] {"a": 1}\n\n[2]',
    '{"a": "\\"{\n{"b": 1}',
    '{"é\U0001f48a": 1}\n{"b": "\\u00e9"}',
    "\ufeff[ ]\n x",
]
TOKENS = [*'{}[],:"\\ ', "\n", "\n", '"a"', "1", "x", ONE, ONE, PRETTY, ONE[:-3], ONE[-20:], PRETTY[:-5], PRETTY[:40]]
BROKEN = [
    ONE[:-3] + "\n" + (ONE + "\n") * 8 + ONE[-20:],
    "a line of text\n" + (json.dumps({**CLAIM, "x-own": "a" * 5000}) + "\n") * 5,
    f"[\n{ONE},\n{ONE[:-9]}\n{ONE},\n{ONE[:-25]},\n{ONE}\n]",
    f"{ONE}\n{PRETTY}\n{ONE}\nsome\ntext\n{ONE}{ONE}\n{PRETTY[:-3]}\n{PRETTY}",
]


@pytest.mark.parametrize("text", SMALL)
def test_a_small_text_is_read_the_same_however_it_is_cut(text: str) -> None:
    data = text.encode()
    whole = outcome(io.BytesIO(data))
    for cuts in range(2 ** min(len(data), 12)):
        assert outcome(Cut(data, [at for at in range(len(data)) if cuts >> at % 12 & 1])) == whole


def samples() -> Iterator[bytes]:
    yield from (text.encode() for text in BROKEN)
    paths = sorted(path for kind in ("claim", "clearinghouse", "report") for path in (CASES / kind).rglob("*.json"))
    texts = [path.read_bytes() for path in paths]
    yield from texts
    yield b"\n".join(texts)
    yield b"[" + b",".join(texts) + b"]"
    yield b"\n".join(b"".join(text.split(b"\n")) for text in texts)
    yield b"\n".join(text[: -(7 + at % 40)] for at, text in enumerate(texts))


@pytest.mark.parametrize("data", list(samples()), ids=lambda data: str(len(data)))
def test_each_sample_is_read_the_same_in_any_chunking(data: bytes) -> None:
    whole, chance = outcome(io.BytesIO(data)), random.Random(len(data))
    for pieces in (3, 40) if len(data) > 50_000 else (1, 3, 40, len(data)):
        cuts = sorted(chance.sample(range(len(data)), min(pieces, len(data))))
        assert outcome(Cut(data, cuts)) == whole, cuts[:5]


@given(st.lists(st.sampled_from(TOKENS), max_size=14), st.sampled_from([30, 120, 10**6]), st.integers(), st.booleans())
@settings(deadline=None)
def test_no_damage_makes_the_chunking_matter(tokens: list[str], limit: int, seed: int, is_list: bool) -> None:
    data = ("[" * is_list + "".join(tokens)).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "LIMIT", limit)
        whole = outcome(io.BytesIO(data))
        assert outcome(Drip(data, seed)) == outcome(Drip(data, seed, most=90)) == outcome(Drip(data, seed, 1)) == whole


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BROKEN[0], [None, *[400] * 8, None]),
        (BROKEN[1], [None, *[400] * 5]),
        (BROKEN[2], [400, None, 400, None, 400, None]),
        (BROKEN[3], [400, 400, 400, None, 400, 400, None, 400]),
        # Cut where a value could follow: the next line seems to belong to it until one comes that cannot.
        *((f"{ONE}\n{ONE[: ONE.index(mark) + 1]}\n{ONE}\n{ONE}", [400, None, 400, 400]) for mark in "[,:"),
        (f'{{"lines": [\n{ONE}\n{ONE}\n]}}', [None, 400, 400, None]),
        (f"[2026-05-04 10:00] a log\n{ONE}\n{ONE}", [None, None, 400, 400]),
        (f"text\n{PRETTY}\nmore\nof it\n\n{PRETTY}", [None, 400, None, 400]),
        (f"[{ONE}\n{ONE},\n{ONE}]", [400, None, 400, 400]),
        (f"[{ONE},,,\n,,{ONE},,]", [400, None, 400, None]),
        (f"{ONE}\n{ONE} {ONE}\n{ONE}", [400] * 4),
        (f"{ONE} x {ONE}\n{ONE}", [400, None, 400, 400]),
        # Found by the fuzzer: a line without its head and its tail took the whole line behind it along.
        (f'{ONE}\n{{"start": 1}}, "x": [1], "vials": [{{"ndc": "7",\n{ONE}\n{ONE}', [400, None, None, 400, 400]),
        (f'{{"schem": 1, "\n{ONE[:-1]}, "x":\n{ONE}\n: 1}}}}\n{ONE}', [None, 400, None, 400]),
        (f'[{ONE},\n{{"schem": 1, "\n{ONE[:-1]}, "x":\n{ONE}\n: 1}}}},\n{ONE}]', [400, None, 400, None, 400]),
        (f'{ONE}\nx "vials": [{{"ndc": "7",\n{ONE}\n{ONE}', [400, None, 400, 400]),
        # A document that is sound is one record, however it is laid out.
        (f'{{"claims": [\n{ONE},\n{ONE}\n]}}\n{ONE}', [None, 400]),
        ('{"id": 1, "below": [\n{"id": 2},\n{"id": 3}\n]}', [None]),
    ],
)
def test_what_is_cut_ends_where_a_line_begins_a_record(text: str, expected: list[int | None]) -> None:
    assert units(records(text)) == expected
    assert units(records(text.replace("\n", "\r\n"))) == expected


def test_a_slow_pipe_gives_the_same_records() -> None:
    for text in BROKEN:
        reading, writing = os.pipe()

        def write(text: str = text, writing: int = writing) -> None:
            with os.fdopen(writing, "wb", buffering=0) as pipe:
                for start in range(0, len(text), 4096):
                    pipe.write(text.encode()[start : start + 4096])
                    time.sleep(0.005)

        writer = threading.Thread(target=write)
        writer.start()
        with os.fdopen(reading, "rb") as pipe:
            assert outcome(pipe) == outcome(io.BytesIO(text.encode()))
        writer.join()


def test_a_record_is_handed_on_when_its_last_character_is_there() -> None:
    for before, text, after in (("", ONE, "\n"), ("", PRETTY, "\n"), ("[", ONE, ","), ("", ONE, " "), ("", ONE, "")):
        pieces = [f"{before}{text}{after}", f"{text}{after}"]
        taken: list[str] = []

        def hand(pieces: list[str] = pieces, taken: list[str] = taken) -> Iterator[bytes]:
            for piece in pieces:
                taken.append(piece)
                yield piece.encode()

        found = read(Endless(hand()), source="claims.json")
        assert units([next(found)]) == [400]
        assert len(taken) == 1, "nothing else was waited for"


@pytest.mark.parametrize("how", ["drop", "double", "cut", *'{}[]",:\\\0 é'])
def test_any_one_changed_character_costs_one_line_at_most(how: str) -> None:
    one, two = json.dumps(numbered(1)), json.dumps(numbered(2))
    for at in range(how == "[", len(ONE)):  # a file that begins with [ is a list
        changed = {"drop": ONE[:at] + ONE[at + 1 :], "double": ONE[: at + 1] + ONE[at:], "cut": ONE[: at + 1]}.get(
            how, ONE[:at] + how + ONE[at + 1 :]
        )
        assert units(records(f"{changed}\n{one}\n{two}"))[-2:] == [1, 2], changed
        among = units(records(f"{one}\n{changed}\n{two}"))
        assert (among[0], among[-1], len(among)) == (1, 2, 3), changed


# -- hostile input ----------------------------------------------------------------------------------------------------


NOT_A_CLAIM = (
    "JSON, but not a claim: expected an object with schema_version, form and lines, or with claimInformation, "
    "or with the text of an X12 file"
)
NOT_A_NUMBER = "is NaN or infinite, which JSON does not have; expected a number"
NO_ESCAPE = "not valid JSON: a backslash is before a character that it cannot escape"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty; expected a claim"),
        (b" \n\t ", "empty; expected a claim"),
        (b"\xef\xbb\xbf", "empty; expected a claim"),
        (b"[]", "no claim in it; expected at least one"),
        (ONE.encode("utf-16"), "encoded as UTF-16; expected UTF-8: save the file as UTF-8"),
        (ONE.encode("utf-16-le"), "encoded as UTF-16; expected UTF-8: save the file as UTF-8"),
        (ONE.encode("utf-16-be"), "encoded as UTF-16; expected UTF-8: save the file as UTF-8"),
        (ONE.encode("utf-32"), "encoded as UTF-32; expected UTF-8: save the file as UTF-8"),
        (ONE.encode("utf-32-be"), "encoded as UTF-32; expected UTF-8: save the file as UTF-8"),
        (b"\x1f\x8b\x08\x00", "a gzip file; expected text: unpack it, or export the claims as JSON"),
        (b"PK\x03\x04\x14\x00", "a zip file; expected text: unpack it, or export the claims as JSON"),
        (b"%PDF-1.7\n", "a PDF file; expected text: unpack it, or export the claims as JSON"),
        (b"Jane Roe, 5 May", "line 1, column 1: neither JSON nor another known format; expected a claim as JSON"),
        (b"\n <html>", "line 2, column 2: neither JSON nor another known format; expected a claim as JSON"),
        (b"\0\0\0\0\0\0", "line 1, column 1: neither JSON nor another known format; expected a claim as JSON"),
        (b'{"name": "Jane Roe"}', f"line 1, column 1: {NOT_A_CLAIM}"),
        (b'[\n  "Jane Roe"\n]', f"line 2, column 3: {NOT_A_CLAIM}"),
        (b'{"a": "\xe9"}', "line 1, column 8: byte 7: not UTF-8; expected UTF-8: save the file as UTF-8"),
        (
            '\ufeff{"é":\n "'.encode() + b'\xff"}',
            "line 2, column 3: byte 12: not UTF-8; expected UTF-8: save the file as UTF-8",
        ),
        (b'{"a": "\xed\xa0\x80"}', "line 1, column 8: byte 7: not UTF-8; expected UTF-8: save the file as UTF-8"),
        (b'{"a":\n"\0"}', "line 2, column 2: a NUL character; expected text: the file is damaged"),
        (b'{"a": 1,\n "units": 1, "units": 2}', "line 2, column 23: /units appears twice in one object; keep one"),
        (
            b'{"lines": [{"Jane Roe": 1, "Jane Roe": 2}]}',
            "line 1, column 40: /lines/0/? appears twice in one object; keep one",
        ),
        (b'{"lines": [{"a": 1, "\\u0061": 2}]}', "line 1, column 31: /lines/0/? appears twice in one object; keep one"),
        (b'{"lines": [{}, {"units": NaN}]}', f"line 1, column 26: /lines/1/units {NOT_A_NUMBER}"),
        (b'{"units": -Infinity}', f"line 1, column 11: /units {NOT_A_NUMBER}"),
        (b"NaN", "line 1, column 1: neither JSON nor another known format; expected a claim as JSON"),
        (b'{"a": "\\ud83d"}', "line 1, column 8: a \\u escape that is half of a character; expected both"),
        (
            b'{"a": "\\ud83d\\udc8a", "": "\\udc8a"}',
            "line 1, column 28: a \\u escape that is half of a character; expected both",
        ),
        (b'{"a": 01}', "line 1, column 8: not valid JSON: expected a comma or a closing bracket"),
        (b'{"a" 1}', "line 1, column 6: not valid JSON: expected a colon after the property name"),
        (b"{'a': 1}", "line 1, column 2: not valid JSON: expected a property name in double quotes"),
        (b'{"a": Jane}', "line 1, column 7: not valid JSON: expected a value"),
        (
            b'{"a": "Jane\tRoe"}',
            "line 1, column 12: not valid JSON: a line break or control character is inside a text",
        ),
        (b'{"a": "\\Jane"}', f"line 1, column 8: {NO_ESCAPE}"),
        (b'{"a": "\\u12"}', f"line 1, column 9: {NO_ESCAPE}"),
        (
            b'{"a": "Jane',
            "line 1, column 7: not valid JSON: a text that begins here is not closed; expected a double quote",
        ),
        (b'{"a": ', "line 1, column 6: not valid JSON: the record ends before it is closed; get the whole file"),
    ],
)
def test_one_clear_line_for_each_kind_of_damage(data: bytes, message: str) -> None:
    assert error(data) == message


def test_bytes_are_counted_over_all_pieces_of_the_stream() -> None:
    pieces = [b"\xef\xbb\xbf", ONE.encode() + b"\n", '{"é": 1}\n'.encode(), b'{"a"', b': "', b'\xff"}\n', ONE.encode()]
    found = list(read(Endless(iter(pieces)), source="claims.json"))
    assert units(found) == [400, None, None, 400]
    at = b"".join(pieces).index(b"\xff")
    assert found[2].error == f"line 3, column 8: byte {at}: not UTF-8; expected UTF-8: save the file as UTF-8"


def test_what_follows_a_list_is_pointed_at() -> None:
    found = records(f"[{ONE}]\n\n  x {{}}")
    assert units(found) == [400, None]
    assert found[1].error is not None and found[1].error.startswith("line 3, column 3: something follows the end")
    found = records(f"[{ONE}}} ")
    assert found[1].error is not None and found[1].error.endswith("the list of claims is closed by a brace; expected ]")


def test_bytes_that_are_not_utf8_cost_only_their_record() -> None:
    found = records(ONE.encode() + b'\n{"a": "\xe9\xe8"}\n' + ONE.encode())
    assert units(found) == [400, None, 400]
    assert found[1].error == f"line 2, column 8: byte {len(ONE) + 8}: not UTF-8; expected UTF-8: save the file as UTF-8"


@pytest.mark.parametrize("opening", ["[", '{"x-a":', '[{"x-a":'])
def test_deep_nesting_is_refused(opening: str) -> None:
    closing = "".join({"[": "]", "{": "}"}[bracket] for bracket in reversed(opening) if bracket in "[{")
    levels = 20_000
    text = '{"x-own": ' + opening * levels + "1" + closing * levels + "}"
    assert f"nested more than {DEPTH} levels deep; expected a claim" in error(text)
    assert f"nested more than {DEPTH} levels deep" in error('{"x-own": ' + opening * levels)


def test_the_depth_limit_is_exact() -> None:
    def nested(levels: int) -> str:
        return '{"x-a": ' + "[" * (levels - 1) + '"[[[["' + "]" * (levels - 1) + "}"

    assert parse(nested(DEPTH))
    with pytest.raises(Unreadable, match="nested more than") as caught:
        parse(nested(DEPTH + 1))
    assert nested(DEPTH + 1)[caught.value.offset :].startswith('["[[[["')
    with pytest.raises(Unreadable, match="a NUL character"):
        parse("\0")
    assert parse(json.dumps({"x-a": [{}] * 100 + ["[" * 100]}))


def test_many_brackets_side_by_side_are_not_deep() -> None:
    wide = {**CLAIM, "x-own": [[], {}] * 200, "x-text": "{[" * 200}
    assert units(records(json.dumps(wide))) == [400]


@pytest.mark.parametrize("number", ["9" * 10_000, "1e999999999", "1e99999999999999999999999", "1" * 100 + ".5"])
def test_huge_numbers_are_out_of_range_and_cost_nothing(number: str) -> None:
    [found] = records(ONE.replace("400", number))
    assert found.claim is not None
    [problem] = found.claim.shape
    assert (problem.pointer, problem.actual) == ("/lines/0/units", "<number>")
    assert problem.keyword in ("maximum", "type")


def test_numbers_too_small_to_write_out_are_zero() -> None:
    for number in ("1e-999999999", "1e-99999999999999999999999", "0e999999999", "-0.0"):
        document = parse(f'{{"x-own": {number}}}')
        assert str(document["x-own"]) == "0"


def big(before: str, after: str, megabytes: int = 100) -> Iterator[bytes]:
    yield before.encode()
    for _ in range(megabytes):
        yield b"a" * 1_000_000
    yield after.encode()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('{"schema_version": "1", "form": "ub04", "x-a": "', '"}', [None]),
        ('{"schema_version": "1", "form": "ub04",\n"x-a": "', "", [None]),
        (f'{ONE}\n{{"x-a": "', f'"}}\n{ONE}', [400, None, 400]),
        (f'[{ONE}, {{"x-a": "', f'"}}, {ONE}]', [400, None, 400]),
        (f'{PRETTY}\n{{\n"x-a": "', f'"}}\n{PRETTY}', [400, None, 400]),
        (f"[{ONE}] ", "", [400, None]),
        ("", "", [None]),
    ],
)
def test_a_text_of_100_megabytes_takes_bounded_memory(before: str, after: str, expected: list[int | None]) -> None:
    tracemalloc.start()
    try:
        found = list(read(Endless(big(before, after)), source="claims.json"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert units(found) == expected
    assert peak < 6 * stream.LIMIT
    [failed] = [record.error for record in found if record.error]
    if "[" not in before and before:
        assert (
            "longer than 8,388,608 characters, the limit for one record; make each claim a record of its own" in failed
        )


@pytest.mark.parametrize("layout", ["lines", "list", "values", "list, one line each"])
def test_many_claims_take_constant_memory(layout: str) -> None:
    count = 2_000
    before, between, after = {
        "lines": ("", "\n", "\n"),
        "list": ("[", ",", "]"),
        "values": ("", " ", ""),
        "list, one line each": ("[\n", ",\n", "\n]"),
    }[layout]

    def pieces() -> Iterator[bytes]:
        yield before.encode()
        for number in range(count):
            yield (between if number else "").encode() + ONE.encode()
        yield after.encode()

    tracemalloc.start()
    try:
        seen = 0
        for number, record in enumerate(read(Endless(piece for piece in pieces() if piece), source="claims.json")):
            assert record.index == number and record.claim is not None
            seen += 1
            if number == 200:
                early = tracemalloc.get_traced_memory()[0]
                tracemalloc.reset_peak()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seen == count
    assert peak - early < 300_000


def padded(length: int) -> str:
    text = ONE[:-1] + ', "x-own": "' + "a" * (length - len(ONE) - 13) + '"}'
    assert len(text) == length
    return text


def test_a_record_may_be_as_long_as_the_limit() -> None:
    assert units(records(f"{padded(stream.LIMIT)}\n{ONE}")) == [400, 400]
    assert units(records(f"[{padded(stream.LIMIT)}, {ONE}]")) == [400, 400]


@pytest.mark.parametrize(
    ("before", "between", "after"),
    [
        ("", "\n", ""),
        ("[", ", ", "]"),
        ("", " ", ""),
        ("\n[\n", "\n,\n", "\n]"),
        ("[" + " " * 3000, "," + " " * 2000, "]"),
    ],
)
def test_the_limit_is_for_one_record_and_not_for_the_file(
    before: str, between: str, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LIMIT", 1000)
    fits, too_long = padded(1000), padded(1100)
    text = before + between.join([fits, ONE, *[fits] * 8, too_long, fits, too_long, too_long, ONE]) + after
    for seed in range(5):
        found = list(read(Drip(text.encode(), seed, most=90), source="claims.json"))
        assert units(found) == [*[400] * 10, None, 400, None, None, 400]
        failed = [record for record in found if record.error]
        assert [(record.line, record.column) for record in failed] == [by_hand(text, too_long, nth) for nth in range(3)]
        assert all(
            str(record.error).startswith(f"line {record.line}, column {record.column}: longer than")
            for record in failed
        )


# -- places -----------------------------------------------------------------------------------------------------------


def by_hand(text: str, needle: str, nth: int = 0) -> tuple[int, int]:
    at = -1
    for _ in range(nth + 1):
        at = text.index(needle, at + 1)
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def test_places_in_every_layout() -> None:
    marked = PRETTY.replace("400", "123456")
    for text in (
        marked,
        f"[{ONE},\n\n  {marked}]",
        f"[{ONE}, {marked}]",
        f"{PRETTY}\n  {marked}\n",
        f"{ONE}\n {marked.replace(chr(10), '')}\n",
        f'{{"é": "\U0001f48a"}}\n{json.dumps(numbered(123456))}',
    ):
        found = [record for record in records(text) if record.claim and record.claim.lines[0].units == 123456]
        [record] = found
        assert record.locate("/lines/0/units") == by_hand(text, "123456")
        assert record.locate("") == (record.line, record.column)


def test_a_byte_order_mark_takes_no_column() -> None:
    [found] = records("\ufeff" + ONE)
    assert found.locate("") == (1, 1)


def test_columns_count_characters_not_bytes() -> None:
    text = json.dumps({**CLAIM, "x-é\U0001f48a": "é", "payer": "aetna"}, ensure_ascii=False)
    [found] = records(text)
    assert found.locate("/payer") == (1, text.index('"aetna"') + 1)


def test_a_place_that_is_not_there_is_none() -> None:
    [found] = records(ONE)
    for pointer in ("/lines/1", "/lines/0/charge", "/lines/0/units/0", "lines", "/", "/lines/-1", "/lines/00"):
        assert found.locate(pointer) is None
    assert records("")[0].locate("") is None


def test_shape_problems_lead_to_their_place() -> None:
    text = ONE.replace('"units": 400', '"units": 400, "Jane Roe": 7, "charge": "$9"')
    [found] = records(text)
    assert found.claim is not None
    unknown, charge = found.claim.shape
    assert unknown.pointer == "/lines/0/?"
    assert found.locate(unknown.place) == found.locate(unknown.pointer) == (1, text.index("7, ") + 1)
    assert found.locate(charge.pointer) == (1, text.index('"$9"') + 1)


keys = st.text(alphabet='ab/~"\\\n é?0', max_size=3)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


def walked(document: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    yield pointer, document
    pairs = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, inner in pairs:
        yield from walked(inner, pointer + "/" + str(key).replace("~", "~0").replace("/", "~1"))


@given(trees, st.sampled_from([None, 0, 3]), st.booleans())
@settings(deadline=None)
def test_every_value_is_found_where_it_stands(document: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    offsets = Offsets(text)
    found = [(pointer, offsets.find(pointer)) for pointer, _ in walked(document)]
    for (_, offset), (_, value) in zip(found, walked(document), strict=True):
        assert offset is not None
        assert json.JSONDecoder().raw_decode(text, offset) == (value, offsets.end(offset))
    assert first_duplicate(text) is None
    places = Locator(text, line=4, column=9, known=frozenset())
    for pointer, offset in found:
        before = text[:offset].split("\n")
        assert places.place(pointer) == (3 + len(before), len(before[-1]) + (9 if len(before) == 1 else 1))
        assert places.offset(offset) == places.place(pointer)


@given(trees.filter(lambda tree: isinstance(tree, dict) and bool(tree)), st.data())
@settings(deadline=None)
def test_the_first_duplicate_is_found(document: dict[str, Any], data: st.DataObject) -> None:
    objects = [(pointer, value) for pointer, value in walked(document) if isinstance(value, dict) and value]
    where, chosen = data.draw(st.sampled_from(objects))
    key = data.draw(st.sampled_from(sorted(chosen)))
    chosen["\0again"] = "\0marker"
    text = json.dumps(document).replace('"\\u0000again"', json.dumps(key))
    token = key.replace("~", "~0").replace("/", "~1")
    assert first_duplicate(text) == (f"{where}/{token}", text.index('"\\u0000marker"'))
    with pytest.raises(Unreadable, match="appears twice in one object"):
        parse(text)


def test_constants_are_found_outside_texts_only() -> None:
    assert first_constant('{"NaN": "NaN", "a": [1, -Infinity]}') == ("/a/1", 24)
    assert first_constant('{"NaN": "Infinity"}') is None


def test_a_name_that_may_not_be_shown_is_found_in_the_order_of_the_text() -> None:
    text = '{"a": {"b": {}}, "Jane": {"c": 1}, "Roe": [{"b": 2}, {"Jane": {"b": 3}}]}'
    places = Locator(text, line=1, column=1, known=frozenset("ab"))
    for pointer, there in (("/?", '{"c"'), ("/?/?", "1"), ("/?/0/b", "2"), ("/?/1/?/b", "3"), ("/a/b", "{}}")):
        assert places.place(pointer) == (1, text.index(there) + 1), pointer
    assert places.place("/a/?") is places.place("/?/?/?") is places.place("/Jane/?/b") is None


# -- formats ----------------------------------------------------------------------------------------------------------


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(InputError, match="no such format; expected one of j1553"):
        read(ONE.encode(), source="claims.json", format="edifact")


def test_a_named_format_reads_what_would_not_be_recognized() -> None:
    text = '{"lines": [{"units": 400}]}'
    assert "not a claim" in error(text)
    [found] = records(text, format="j1553")
    assert found.claim is not None and len(found.claim.shape) == 2
    assert "not a claim" in (records("[5]", format="j1553")[0].error or "")


def bundle(document: Any) -> Iterator[Claim]:
    if "refuse" in document:
        raise InputError("not so; expected otherwise")
    for claim in document.get("claims", [document["claim"]] if "claim" in document else ()):
        yield native.claim(claim)


@pytest.fixture
def more_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two formats as further modules would bring them."""
    wrapped = JsonFormat(
        name="wrapped",
        marks="kind",
        recognizes=lambda document: document.get("kind") in ("one", "many"),
        claims=bundle,
        names=frozenset({"kind", "claims", "claim"}),
        envelope=lambda head: "entry" if '"kind": "envelope"' in head else None,
    )

    def by_star(pieces: Iterator[str], source: str) -> Iterator[Record]:
        for index, _ in enumerate("".join(pieces).split("*")[1:]):
            yield Record(source=source, index=index, format="stars", claim=Claim(pointer="", format="stars"))

    monkeypatch.setattr(readers, "JSON_FORMATS", (*readers.JSON_FORMATS, wrapped))
    stars = TextFormat(name="stars", recognizes=lambda head: head.startswith("*"), read=by_star)
    monkeypatch.setattr(readers, "TEXT_FORMATS", (stars,))
    monkeypatch.setattr(readers, "FORMATS", ("j1553", "wrapped", "stars"))


@pytest.mark.usefixtures("more_formats")
def test_one_document_may_hold_many_claims_or_none() -> None:
    many = json.dumps({"kind": "many", "claims": [numbered(1), numbered(2)]})
    found = records(f"{many}\n{ONE}\n" + json.dumps({"kind": "one", "claim": numbered(3)}))
    assert [(record.index, record.line) for record in found] == [(0, 1), (1, 1), (2, 2), (3, 3)]
    assert units(found) == [1, 2, 400, 3]
    assert error('{"kind": "many", "claims": []}').endswith("no claim in it; expected at least one")
    assert error('{"kind": "many", "refuse": 1}') == "line 1, column 1: not so; expected otherwise"


@pytest.mark.usefixtures("more_formats")
def test_the_elements_of_an_envelope_are_read_one_by_one() -> None:
    entry = ", ".join(json.dumps({"kind": "one", "claim": numbered(number), "entry": [1]}) for number in (1, 2))
    for before, after in (
        ('"total": 2, ', ""),
        ('"x": [[{"entry": [3]}]], "y": {"entry": [4]}, ', ', "z": [5, {}]'),
        ("", ""),
    ):
        text = f'{{"kind": "envelope", {before}"entry" : [{entry}, {ONE}]{after}}}'
        assert units(records(text)) == [1, 2, 400]
        assert units(list(read(Drip(text.encode() * 1, 5), source="claims.json"))) == [1, 2, 400]
    assert error('{"kind": "envelope", "total": 0}').endswith("no list under entry; expected one that holds the claims")
    assert units(records(f'{{"kind": "envelope", "entry": [{entry}')) == [1, 2, None]


@pytest.mark.usefixtures("more_formats")
def test_a_format_that_is_not_json_is_asked_first() -> None:
    assert [record.format for record in records("**")] == ["stars", "stars"]
    assert len(records("x*y", format="stars")) == 1
    assert "neither JSON" in error("x*y")
    assert units(records(ONE, format="wrapped")) == [None]


# -- files ------------------------------------------------------------------------------------------------------------


def test_open_source_reads_a_file_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "claims.json"
    path.write_text(ONE, encoding="utf-8")
    for source in (path, str(path)):
        with open_source(source) as opened:
            assert units(list(read(opened, source="claims.json"))) == [400]
    assert opened.closed
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ONE.encode())))
    with open_source("-") as standard:
        assert units(list(read(standard, source="<stdin>"))) == [400]
    assert not standard.closed


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.json", "no such file; expected a file with claims: check the name"),
        ("", "a directory; expected a file: name the files in it"),
        ("a\nb", "no such file; expected a file with claims: check the name"),
        ("a\0b", "cannot be opened: not a file name; expected a file"),
        ("x" * 5000, "cannot be opened: File name too long; expected a file"),
    ],
)
def test_a_file_that_cannot_be_opened_is_one_line(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        open_source(tmp_path / name if name != "a\0b" else f"{tmp_path}/{name}")
    assert str(caught.value).endswith(f": {message}")
    assert str(caught.value).isprintable()


def test_a_file_that_may_not_be_read_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="may not be read; expected a readable file: check its permissions"):
        open_source(tmp_path / "claims.json")


def test_a_stream_that_fails_is_one_line() -> None:
    class Failing(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            raise OSError(5, "Input/output error")

    [found] = read(Failing(), source="claims.json")
    assert found.error == "cannot be read: Input/output error; expected a file"


def test_a_stream_that_fails_half_way_keeps_what_was_read() -> None:
    def pieces() -> Iterator[bytes]:
        yield ONE.encode() + b"\n" + b" " * 5000
        raise OSError(5, "Input/output error")

    found = list(read(Endless(pieces()), source="claims.json"))
    assert units(found) == [400, None]
    assert found[1].error == "cannot be read: Input/output error; expected a file"


BODIES = Path(__file__).parent / "cases" / "clearinghouse"


@pytest.mark.parametrize(
    "text",
    [
        *(path.read_text(encoding="utf-8") for path in sorted(BODIES.glob("*.json"))),
        '\ufeff{"schema_version": "1", "form": "ub04", "lines": [{"units": 1}]}',
        '{"schema_version": "1", "form": "ub04", "lines": [{"units": 1}]}\n\n',
        ' {"schema_version": "1", "form": "ub04", "lines": [{"units": 1}]}',
        '{"schema_version": "1", "form": "ub04", "lines": [{"units": 1}]} {}',
        '{"schema_version": "1", "form": "ub04", "x-name": "\ud800", "lines": [{"units": 1}]}',
        '{"schema_version": "1", "form": "ub04", "x-name": "M\u00fcller", "lines": [{"units": 1}]}',
        '{"schema_version": "1", "form": "ub04", "lines": [{"units": 1}], "lines": []}',
        '{"name": "package"}',
        '{"claimInformation": {}}',
        "[]",
        "",
        "{",
    ],
)
def test_a_text_is_read_as_a_stream_of_it_would_be(text):
    """One object is read by a shorter way; it and the stream must agree on the claim, and on each refusal."""
    data = text.encode("utf-8", "surrogatepass")
    records = list(read(data, source="text"))
    if len(records) == 1 and records[0].claim is not None:
        assert claim_from(text) == claim_from(data) == records[0].claim
        return
    for source in (text, data):
        with pytest.raises(InputError) as refusal:
            claim_from(source)
        failed = [record.error for record in records if record.error]
        assert str(refusal.value).removeprefix("text: ") in (*failed, "more than one claim in it; expected one")
