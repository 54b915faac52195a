"""``check --fix --write``: what is shown, what is written, and that a file is replaced whole or left alone."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import jsonschema
import pytest
from build import make_claim
from command import PROGRAM, environment
from inside import j1553ref  # noqa: F401 - a fixture

from j1553ref import fixes, schemas
from j1553ref.cli import fixing

RIGHT = make_claim(40000, [20, 20], [(400, ["JZ"])])
NO_JZ = make_claim(40000, [20, 20], [(400, [])])
JG = make_claim(40000, [20, 20], [(400, ["JZ", "JG"])])
UNITS = make_claim(40000, [20, 20], [(80, ["JZ", "JG"])])


@pytest.fixture
def place(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "claims"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def write(path: Path, *claims: object, **style: object) -> bytes:
    text = json.dumps(claims[0] if len(claims) == 1 else list(claims), **style)
    path.write_bytes(text.encode())
    return path.read_bytes()


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


# -- what is shown --------------------------------------------------------------------------------------------------


def test_the_diff_shows_the_changed_values_and_writes_nothing(j1553ref, place):  # noqa: F811
    before = write(place / "a.json", JG | {"x-patient": "ZEBRA"})
    done = j1553ref("check", "a.json", "--fix")
    column = before.decode().index('"JG"') + 1
    assert done.out.splitlines()[:6] == [
        "--- a.json",
        "+++ a.json",
        f"@@ claim 1, /lines/0/modifiers/1 (line 1, column {column}) @@ MOD008: write TB for JG, whose place it has taken on "
        "340B stock",
        '-"JG"',
        '+"TB"',
        "a.json: 1 fix to write with --write",
    ]
    assert "ZEBRA" not in done.out
    assert done.status == 1, "nothing was written, so everything remains"
    assert (place / "a.json").read_bytes() == before and names(place) == ["a.json"]


def test_an_added_value_has_no_old_side(j1553ref, place):  # noqa: F811
    write(place / "a.json", NO_JZ, indent=2)
    assert '+"JZ"' in j1553ref("check", "a.json", "--fix").out.splitlines()
    assert "-" not in {line[:1] for line in j1553ref("check", "a.json", "--fix").out.splitlines()[2:]}
    del (claim := json.loads(json.dumps(NO_JZ)))["lines"][0]["modifiers"]
    write(place / "a.json", claim, indent=2)
    assert '+["JZ"]' in j1553ref("check", "a.json", "--fix").out.splitlines()


def test_a_document_on_standard_output_stays_whole(j1553ref, place):  # noqa: F811
    write(place / "a.json", JG)
    done = j1553ref("check", "a.json", "--fix", "--output", "json")
    report = json.loads(done.out)
    jsonschema.validate(report, schemas.schema("report"))
    assert '+"TB"' in done.err.splitlines()
    [finding] = report["claims"][0]["findings"]
    assert finding["fix"] == {
        "description": "write TB for JG, whose place it has taken on 340B stock",
        "edits": [{"pointer": "/lines/0/modifiers/1", "old": "JG", "new": "TB"}],
    }
    done = j1553ref("check", "a.json", "--fix", "--write", "--output", "json")
    assert json.loads(done.out)["summary"]["errors"] == 0 and done.status == 0


def test_the_report_names_the_fix_without_being_asked(j1553ref, place):  # noqa: F811
    write(place / "a.json", NO_JZ, UNITS)
    report = json.loads(j1553ref("check", "a.json", "--output", "json").out)
    jsonschema.validate(report, schemas.schema("report"))
    fixed = {each["code"]: bool(each["fix"]) for claim in report["claims"] for each in claim["findings"]}
    assert fixed == {"JWZ003": True, "UNT002": False, "MOD008": True}


def test_where_nothing_is_certain_that_is_said(j1553ref, place):  # noqa: F811
    write(place / "a.json", RIGHT)
    done = j1553ref("check", "a.json", "--fix")
    assert done.out.startswith("no finding has a certain fix\na.json: claim 1")


# -- what is written ------------------------------------------------------------------------------------------------


def test_the_exit_status_goes_by_what_remains(j1553ref, place):  # noqa: F811
    write(place / "a.json", NO_JZ)
    write(place / "b.json", UNITS)
    assert j1553ref("check", "a.json", "--fix", "--write").status == 0
    assert j1553ref("check", "a.json").status == 0
    done = j1553ref("check", "b.json", "--fix", "--write")
    assert done.status == 1 and "UNT002" in done.out and "MOD008 error" not in done.out


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_of_claims_keep_every_other_byte(j1553ref, place, bom, end, last):  # noqa: F811
    claims = [NO_JZ, RIGHT, {"x-note": "é\U0001f489"} | JG, NO_JZ]
    lines = [json.dumps(each, ensure_ascii=False).encode() for each in claims]
    (place / "a.ndjson").write_bytes(bom + end.join(lines) + (end if last else b""))
    assert j1553ref("check", "a.ndjson", "--fix", "--write").status == 0
    lines = [
        each.replace(b'"JG"', b'"TB"').replace(b'"modifiers": [], "units": 400', b'"modifiers": ["JZ"], "units": 400')
        for each in lines
    ]
    assert (place / "a.ndjson").read_bytes() == bom + end.join(lines) + (end if last else b"")


@pytest.mark.parametrize(
    "style", [{}, {"indent": "\t"}, {"indent": 2, "ensure_ascii": False}, {"separators": (",", ":")}]
)
def test_a_list_of_claims_is_what_it_was_but_for_the_fixes(j1553ref, place, style):  # noqa: F811
    write(place / "a.json", JG | {"x-note": "é"}, RIGHT, JG, **style)
    assert j1553ref("check", "a.json", "--fix", "--write").status == 0
    expected = [json.loads(json.dumps(each).replace('"JG"', '"TB"')) for each in (JG | {"x-note": "é"}, RIGHT, JG)]
    assert (place / "a.json").read_text(encoding="utf-8") == json.dumps(expected, **style)


def test_a_long_file_is_copied_whole(j1553ref, place, monkeypatch):  # noqa: F811
    monkeypatch.setattr(fixing, "_CHUNK", 1000)
    before = write(place / "a.json", *[RIGHT] * 40, JG, *[RIGHT] * 40)
    assert j1553ref("check", "a.json", "--fix", "--write").status == 0
    assert (place / "a.json").read_bytes() == before.replace(b'"JG"', b'"TB"')


def test_permissions_are_kept_and_nothing_is_left_beside(j1553ref, place):  # noqa: F811
    write(place / "a.json", JG)
    (place / "a.json").chmod(0o640)
    os.utime(place / "a.json", (1_000_000_000, 1_000_000_000))
    assert j1553ref("check", "a.json", "--fix", "--write").status == 0
    after = (place / "a.json").stat()
    assert after.st_mode & 0o777 == 0o640
    assert after.st_mtime > 1_000_000_001, "a new content has a new time"
    assert names(place) == ["a.json"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_is_kept(j1553ref, place):  # noqa: F811
    write(place / "a.json", JG)
    os.chown(place / "a.json", 1234, 2345)
    assert j1553ref("check", "a.json", "--fix", "--write").status == 0
    after = (place / "a.json").stat()
    assert (after.st_uid, after.st_gid) == (1234, 2345)


def test_a_symbolic_link_stays_one_and_its_target_is_written(j1553ref, place):  # noqa: F811
    elsewhere = place.parent / "elsewhere"
    elsewhere.mkdir()
    write(elsewhere / "a.json", JG)
    (place / "link.json").symlink_to(elsewhere / "a.json")
    assert j1553ref("check", "link.json", "--fix", "--write").status == 0
    assert (place / "link.json").is_symlink()
    assert b'"TB"' in (elsewhere / "a.json").read_bytes()
    assert names(place) == ["link.json"] and names(elsewhere) == ["a.json"]


def test_the_same_file_twice_is_written_once(j1553ref, place):  # noqa: F811
    write(place / "a.json", JG)
    done = j1553ref("check", "a.json", "./a.json", "--fix", "--write")
    assert done.status == 0 and done.out.count("written") == 1


def test_a_file_without_a_fix_is_not_touched(j1553ref, place):  # noqa: F811
    write(place / "a.json", RIGHT)
    before = (place / "a.json").stat()
    assert j1553ref("check", "a.json", "--fix", "--write").status == 0
    after = (place / "a.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_finding_that_was_not_selected_does_not_stand_in_the_way(j1553ref, place):  # noqa: F811
    write(place / "a.json", UNITS)
    assert j1553ref("check", "a.json", "--fix", "--write", "--select", "MOD").status == 0
    assert b'"TB"' in (place / "a.json").read_bytes()


def test_what_is_suppressed_is_not_fixed(j1553ref, place):  # noqa: F811
    before = write(place / "a.json", JG)
    (place / "j1553ref.toml").write_text('[[suppress]]\ncode = "MOD008"\nreason = "asked for"', encoding="utf-8")
    assert j1553ref("check", "a.json", "--fix", "--write").status == 0
    assert (place / "a.json").read_bytes() == before


# -- what is refused ------------------------------------------------------------------------------------------------


def refused(done, place, before, says, *, left=("a.json",)):
    assert done.status == 2
    [line] = [each for each in done.err.splitlines() if "nothing is written to it" in each]
    assert line.startswith("j1553ref: a.json: nothing is written to it: ") and says in line
    assert (place / "a.json").read_bytes() == before
    assert names(place) == list(left)
    assert "1 fix written" not in done.out and "no finding has" not in done.out


def test_a_file_with_a_broken_record_is_left_alone_and_the_next_is_written(j1553ref, place):  # noqa: F811
    (place / "a.json").write_text("\n".join([json.dumps(JG), "{broken"]), encoding="utf-8")
    before = (place / "a.json").read_bytes()
    write(place / "b.json", JG)
    done = j1553ref("check", "a.json", "b.json", "--fix", "--write")
    assert done.status == 2 and "a record in it cannot be read" in done.err
    assert (place / "a.json").read_bytes() == before
    assert b'"TB"' in (place / "b.json").read_bytes()


def test_a_file_with_a_second_name_is_left_alone(j1553ref, place):  # noqa: F811
    before = write(place / "a.json", JG)
    os.link(place / "a.json", place / "b.json")
    refused(j1553ref("check", "a.json", "--fix", "--write"), place, before, "hard links", left=("a.json", "b.json"))


def test_a_file_that_may_not_be_written(j1553ref, place, monkeypatch):  # noqa: F811
    before = write(place / "a.json", JG)
    (place / "a.json").chmod(0o444)
    if os.geteuid() == 0:
        monkeypatch.setattr(os, "access", lambda *_: False)
    refused(
        j1553ref("check", "a.json", "--fix", "--write"), place, before, "it may not be written; check its permissions"
    )


def test_a_file_that_could_not_be_given_back_to_its_owner(j1553ref, place, monkeypatch):  # noqa: F811
    before = write(place / "a.json", JG)
    seen = (place / "a.json").stat()
    real = os.fstat

    def of_another(handle):
        found = list(real(handle))
        return os.stat_result([*found[:4], seen.st_uid + 1, *found[5:]])

    def denied(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fstat", of_another)
    monkeypatch.setattr(os, "chown", denied)
    done = j1553ref("check", "a.json", "--fix", "--write")
    monkeypatch.undo()
    assert done.status == 2 and "its owner or group is another one" in done.err
    assert (place / "a.json").read_bytes() == before and names(place) == ["a.json"]


def test_a_folder_that_may_not_be_written(j1553ref, place, monkeypatch):  # noqa: F811
    before = write(place / "a.json", JG)

    def denied(**_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", denied)
    refused(j1553ref("check", "a.json", "--fix", "--write"), place, before, "permission denied")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_really_read_only(j1553ref, place):  # noqa: F811
    before = write(place / "a.json", JG)
    place.chmod(0o555)
    done = j1553ref("check", "a.json", "--fix", "--write")
    place.chmod(0o755)
    refused(done, place, before, "permission denied")


def test_a_file_that_changed_meanwhile(j1553ref, place, monkeypatch):  # noqa: F811
    write(place / "a.json", JG)
    real = tempfile.mkstemp

    def meanwhile(**options):
        (place / "a.json").write_bytes(json.dumps(JG, indent=1).encode())
        return real(**options)

    monkeypatch.setattr(tempfile, "mkstemp", meanwhile)
    done = j1553ref("check", "a.json", "--fix", "--write")
    refused(done, place, json.dumps(JG, indent=1).encode(), "changed since it was read")


def test_a_file_whose_content_changed_and_nothing_else(j1553ref, place, monkeypatch):  # noqa: F811
    before = write(place / "a.json", JG)
    other = before.replace(b"D83.9", b"D83.1")
    real, seen = tempfile.mkstemp, (place / "a.json").stat()

    def meanwhile(**options):
        with (place / "a.json").open("r+b") as stream:
            stream.write(other)
        os.utime(place / "a.json", ns=(seen.st_atime_ns, seen.st_mtime_ns))
        return real(**options)

    monkeypatch.setattr(tempfile, "mkstemp", meanwhile)
    refused(j1553ref("check", "a.json", "--fix", "--write"), place, other, "changed since it was read")


def test_a_file_that_was_replaced_while_it_was_written(j1553ref, place, monkeypatch):  # noqa: F811
    before = write(place / "a.json", JG)
    real = shutil.copystat

    def meanwhile(*paths):
        real(*paths)
        os.utime(place / "a.json", (1_000_000_000, 1_000_000_000))

    monkeypatch.setattr(shutil, "copystat", meanwhile)
    refused(j1553ref("check", "a.json", "--fix", "--write"), place, before, "changed since it was read")


def test_a_file_that_is_gone(j1553ref, place, monkeypatch):  # noqa: F811
    write(place / "a.json", JG)
    real = tempfile.mkstemp

    def meanwhile(**options):
        (place / "a.json").unlink()
        return real(**options)

    monkeypatch.setattr(tempfile, "mkstemp", meanwhile)
    done = j1553ref("check", "a.json", "--fix", "--write")
    assert done.status == 2 and "no such file or directory" in done.err and names(place) == []


def test_a_full_disk(j1553ref, place, monkeypatch):  # noqa: F811
    before = write(place / "a.json", JG)

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    refused(j1553ref("check", "a.json", "--fix", "--write"), place, before, "no space left on device")


def test_a_file_that_grows_too_large(place):
    before = write(place / "a.json", *[JG] * 10)
    done = subprocess.run(
        [*PROGRAM, "check", "a.json", "--fix", "--write"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)),
    )
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "a.json: nothing is written to it: file too large" in done.stderr
    assert (place / "a.json").read_bytes() == before and names(place) == ["a.json"]


def test_an_interruption_leaves_the_file_as_it_was(j1553ref, place, monkeypatch):  # noqa: F811
    before = write(place / "a.json", JG)

    def stop(_):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(os, "fsync", stop)
    done = j1553ref("check", "a.json", "--fix", "--write")
    assert (done.status, done.err.strip()) == (130, "j1553ref: interrupted")
    assert (place / "a.json").read_bytes() == before and names(place) == ["a.json"]


def test_a_fix_that_does_not_hold_is_not_written(j1553ref, place, monkeypatch):  # noqa: F811
    before = write(place / "a.json", RIGHT, JG)

    def wrong(finding, whole, group, line):
        return "wrong on purpose", fixes.Edit(finding.pointer, "JG", "JW")

    monkeypatch.setitem(fixes._MAKERS, "MOD008", wrong)
    done = j1553ref("check", "a.json", "--fix", "--write")
    refused(done, place, before, "claim 2: the corrected claim would draw JWZ004 at /lines/0/modifiers/0")
    monkeypatch.setitem(
        fixes._MAKERS, "MOD008", lambda *_: ("not there", fixes.Edit("/lines/0/modifiers/7", "JG", "TB"))
    )
    refused(j1553ref("check", "a.json", "--fix", "--write"), place, before, "the values to correct were not found")
    monkeypatch.setitem(fixes._MAKERS, "MOD008", lambda *_: ("nothing", fixes.Edit("/lines/0/modifiers/1", "JG", "JG")))
    refused(
        j1553ref("check", "a.json", "--fix", "--write"), place, before, "claim 2: the corrected claim would draw MOD008"
    )


def test_what_cannot_be_read_twice_is_refused_at_once(j1553ref, place):  # noqa: F811
    write(place / "a.json", JG)
    os.mkfifo(place / "pipe")
    for source in ("-", "pipe"):
        done = j1553ref("check", "a.json", source, "--fix", "--write")
        assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
        assert b'"JG"' in (place / "a.json").read_bytes(), "nothing was begun"


def test_what_is_no_file_is_reported_as_ever(j1553ref, place):  # noqa: F811
    (place / "folder").mkdir()
    write(place / "a.json", JG)
    done = j1553ref("check", "missing.json", "folder", "a.json", "--fix", "--write")
    assert done.status == 2 and done.err.count("\n") == 2
    assert "missing.json: no such file" in done.err and "folder: a directory" in done.err
    assert b'"TB"' in (place / "a.json").read_bytes()
