"""``check --fix``: shows what the certain corrections change and, with ``--write``, writes the files anew.

A file is replaced whole or left alone: the corrected text is checked again in memory, written beside the file and put in
its place in one step.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import click

from j1553ref import fixes
from j1553ref.checking import Report, judged
from j1553ref.claim import Claim, InputError
from j1553ref.cli.base import complain
from j1553ref.errors import unexpected
from j1553ref.readers import Record, claim_from, open_source, read
from j1553ref.readers.locate import Locator
from j1553ref.redaction import one_line
from j1553ref.rules.base import Finding

__all__ = ["fix_sources", "refuse_unfit"]

_CHUNK = 1024 * 1024
#: How the names of the files begin that are written beside those of the user.
_BESIDE = ".j1553ref-"


class _Refused(Exception):  # noqa: N818 - says why a file was left alone
    """The file is not written; the text says why."""


def refuse_unfit(sources: tuple[str, ...]) -> None:
    """Refuses what cannot be read twice, or not written at all, before anything is done."""
    for source in sources:
        if source == "-":
            raise click.ClickException("--fix wants files: standard input cannot be written back")
        with suppress(OSError, ValueError):  # one that is missing is reported with the others
            mode = Path(source).stat().st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise click.ClickException("--fix wants plain files, not pipes or devices: save the claims first")


def fix_sources(
    sources: tuple[tuple[str, str], ...],
    form: str | None,
    *,
    examine: Callable[..., Report],
    whole: Callable[[Claim], Report],
    write: bool,
    say: Callable[[str], None],
) -> bool:
    """Fix every source (path, and the name it goes by); whether all went well. What was refused goes to stderr.

    ``examine`` makes the report of a claim of a ``source`` as the user asked for it, ``whole`` the one by all rules.
    """
    well, count = True, 0
    for path, name in sources:
        try:
            made = _fix_source(path, name, form, examine, whole, write=write, say=say)
        except _Refused as refused:
            complain(f"{name}: nothing is written to it: {refused}")
            well = False
            continue
        count += made
        if made:
            say(
                f"{name}: {made} {'fix' if made == 1 else 'fixes'} " + ("written" if write else "to write with --write")
            )
    if well and not count:
        say("no finding has a certain fix")
    return well


def _fix_source(
    path: str,
    name: str,
    form: str | None,
    examine: Callable[..., Report],
    whole: Callable[[Claim], Report],
    *,
    write: bool,
    say: Callable[[str], None],
) -> int:
    """The number of fixes; raises _Refused where a fix does not hold, or the file cannot be written."""
    splices: list[tuple[int, int, bytes]] = []
    count, unusable = 0, False
    try:
        opened = open_source(path)
    except InputError:
        return 0  # the report says so
    with opened as stream:
        watched = _Watched(stream)
        for found in read(watched, source=name, format=form):  # type: ignore[arg-type]  # all that is read from
            record, report = judged(found, partial(examine, source=name))
            if report is None:
                unusable = True
                continue
            if not report.fixes:
                continue
            places = record.places
            assert isinstance(places, Locator)
            try:
                made = _made(places.text, record, report, whole)
            except (MemoryError, RecursionError) as error:
                raise _Refused(f"claim {record.index + 1}: {unexpected(error)}") from None
            if not count:
                say(f"--- {name}\n+++ {name}")
            for line in _diff(record, report):
                say(line)
            count += len(report.fixes)
            splices += _in_bytes(made, places)
        seen = os.fstat(stream.fileno())
    if write and count:
        if unusable:
            raise _Refused("a record in it cannot be read; mend that first")
        _rewrite(Path(os.path.realpath(path)), splices, watched.digest.digest(), seen)
    return count


class _Watched:
    """A stream that remembers a digest of what was read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.blake2b()

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.digest.update(data)
        return data


def _made(text: str, record: Record, report: Report, whole: Callable[[Claim], Report]) -> list[fixes.Splice]:
    """The splices of a record's fixes, after the corrected text was read and checked again."""
    assert record.claim is not None
    edits = [edit for fix in report.fixes for edit in fix.edits]
    where = f"claim {record.index + 1}"
    try:
        made = fixes.splices(text, edits)
        corrected = claim_from(fixes.applied(text, edits), format=record.format)
    except (LookupError, InputError):
        raise _Refused(f"{where}: the values to correct were not found in the text") from None
    fixed, after = _drawn(fix.finding for fix in report.fixes), _drawn(whole(corrected).findings)
    # What was not selected may have been there before; mostly nothing was left out, and that need not be asked.
    if after - (_drawn(report.findings) - fixed) and (new := after - (_drawn(whole(record.claim).findings) - fixed)):
        code, pointer = next(iter(new))
        raise _Refused(f"{where}: the corrected claim would draw {code} at {pointer or '/'}")
    return made


def _drawn(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter((finding.code, finding.pointer) for finding in findings)


def _diff(record: Record, report: Report) -> Iterator[str]:
    """The changed values, and nothing of what is beside them."""
    for fix in report.fixes:
        for edit in fix.edits:
            spot = record.locate(edit.pointer) or record.locate(edit.pointer.rpartition("/")[0])
            place = f" (line {spot[0]}, column {spot[1]})" if spot else ""
            yield f"@@ claim {record.index + 1}, {edit.pointer}{place} @@ {fix.finding.code}: {fix.description}"
            if edit.old is not None:
                yield f"-{json.dumps(edit.old)}"
            yield f"+{json.dumps(edit.new)}"


def _in_bytes(splices: Iterable[fixes.Splice], places: Locator) -> Iterator[tuple[int, int, bytes]]:
    """The splices of one record, which are in order, as bytes of the file."""
    byte, done = places.byte, 0
    for splice in splices:
        start = byte + len(places.text[done : splice.start].encode())
        byte, done = start + len(places.text[splice.start : splice.end].encode()), splice.end
        yield start, byte, splice.new.encode()


# -- the file -----------------------------------------------------------------------------------------------------


def _rewrite(path: Path, splices: list[tuple[int, int, bytes]], digest: bytes, seen: os.stat_result) -> None:
    """Puts the corrected file in the place of the one that was read, if that is still the same."""
    if seen.st_nlink > 1:
        raise _Refused("it has more than one name (hard links), and the others would keep the old text")
    if not os.access(path, os.W_OK):
        raise _Refused("it may not be written; check its permissions")
    beside: str | None = None
    left = sorted(found.name for found in path.parent.glob(f"{_BESIDE}*"))
    if left:
        complain(
            f"note: beside {one_line(path.name)}: {one_line(left[0])}{f' and {len(left) - 1} more' if len(left) > 1 else ''},"
            " a copy of claims left by a run that was killed; delete it, unless another run is writing here now"
        )
    try:
        handle, beside = tempfile.mkstemp(prefix=_BESIDE, dir=path.parent)
        with os.fdopen(handle, "wb") as target, path.open("rb") as source:
            if _copied(source, target, splices) != digest:
                raise _Refused("it has changed since it was read")
            target.flush()
            os.fsync(target.fileno())
        _keep(path, beside, seen)
        now = path.stat()
        if (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns) != (
            seen.st_dev,
            seen.st_ino,
            seen.st_size,
            seen.st_mtime_ns,
        ):
            raise _Refused("it has changed since it was read")
        Path(beside).replace(path)
    except OSError as error:
        raise _Refused(
            f"{(error.strerror or 'input or output error').lower()}; check the folder and the disk"
        ) from None
    finally:
        if beside is not None:
            with suppress(OSError):
                Path(beside).unlink()
    _settle(path.parent)


def _copied(source: BinaryIO, target: BinaryIO, splices: list[tuple[int, int, bytes]]) -> bytes:
    """Copies with the splices made; the digest of what was read."""
    digest, at = hashlib.blake2b(), 0
    for start, end, new in splices:
        for chunk in _chunks(source, start - at):
            digest.update(chunk)
            target.write(chunk)
        for chunk in _chunks(source, end - start):
            digest.update(chunk)
        target.write(new)
        at = end
    for chunk in _chunks(source, None):
        digest.update(chunk)
        target.write(chunk)
    return digest.digest()


def _chunks(source: BinaryIO, count: int | None) -> Iterator[bytes]:
    """So many bytes, or all that are left, in chunks."""
    while count is None or count > 0:
        chunk = source.read(_CHUNK if count is None else min(count, _CHUNK))
        if not chunk:
            return
        count = None if count is None else count - len(chunk)
        yield chunk


def _keep(path: Path, beside: str, seen: os.stat_result) -> None:
    """Gives the new file the owner and the permissions of the old one."""
    made: Any = Path(beside).stat()
    if hasattr(os, "chown") and (made.st_uid, made.st_gid) != (seen.st_uid, seen.st_gid):
        try:
            os.chown(beside, seen.st_uid, seen.st_gid)
        except PermissionError:
            raise _Refused("its owner or group is another one, and a new file could not be given to them") from None
    shutil.copystat(path, beside)
    os.utime(beside)


def _settle(folder: Path) -> None:
    """Has the folder's new entry on the disk, where the system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
