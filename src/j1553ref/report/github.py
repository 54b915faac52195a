"""The report as workflow commands of GitHub Actions: an annotation for each finding, and two notices at the end.

GitHub shows at most ten annotations of a kind for one step and keeps all of them in the log, so the last notice counts
them. Whatever comes from outside, such as the name of a file, is escaped and cannot begin a command of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from j1553ref.checking import NOTES
from j1553ref.redaction import counted, one_line
from j1553ref.report import Settings, Summary
from j1553ref.report.tally import Tally
from j1553ref.report.text import summary_line

__all__ = ["SHOWN", "claim_commands", "command", "last_commands"]

#: The most annotations of one kind that GitHub shows for a step.
SHOWN = 10
_KINDS = {"error": "error", "warning": "warning", "info": "notice"}


def command(kind: str, message: str, **properties: Any) -> str:
    """One command on one line; properties without a value are left out.

    >>> command("error", "100% wrong", file="a,b.json", line=3, col=None)
    '::error file=a%2Cb.json,line=3::100%25 wrong'
    """
    parameters = ",".join(
        f"{name}={_data(str(value)).replace(':', '%3A').replace(',', '%2C')}"
        for name, value in properties.items()
        if value is not None
    )
    return f"::{kind}{' ' if parameters else ''}{parameters}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def claim_commands(claim: dict[str, Any]) -> Iterator[str]:
    """The commands of one claim object: its findings, or why it could not be read.

    >>> claim = {"source": "a.json", "line": 1, "error": "not JSON", "findings": []}
    >>> list(claim_commands(claim))
    ['::error file=a.json,line=1,title=unusable input::a.json: not JSON']
    """
    named = claim["source"] if claim["source"] != "<stdin>" else None
    if claim["error"] is not None:
        # The message of the error already holds line and column.
        yield command(
            "error", f"{claim['source']}: {claim['error']}", file=named, line=claim["line"], title="unusable input"
        )
    for finding in claim["findings"]:
        # The log shows only the message, so it repeats the place.
        place = ":".join(str(part) for part in (claim["source"], finding["line"], finding["column"]) if part)
        pointer = finding["pointer"] or "/"
        yield command(
            _KINDS[finding["severity"]],
            f"{place}: {finding['code']} at {pointer}: {finding['message']}; see {finding['help']}",
            file=named,
            line=finding["line"],
            col=finding["column"],
            title=f"{finding['code']} {finding['name']}",
        )


def last_commands(summary: Summary, tally: Tally, settings: Settings | None = None) -> Iterator[str]:
    """What was not checked, in one notice, and the counts in another.

    >>> list(last_commands(Summary(claims=1), Tally()))
    ['::notice title=j1553ref::1 claim: 0 errors, 0 warnings, 0 infos']
    """
    if tally.not_checked:
        data = "\n".join(f"{datum}: {', '.join(codes)}" for datum, codes in tally.not_checked.items())
        yield command("notice", f"Not checked, which is not a pass; missing:\n{data}", title="not checked")
    lines = [summary_line(summary)]
    lines += [f"{counted(number, 'claim')}: {NOTES.get(note, note)}" for note, number in tally.notes.items()]
    lines += [one_line(str(settings))] if settings else []
    if max(summary.errors + summary.unusable, summary.warnings, summary.infos) > SHOWN:
        lines.append(f"GitHub shows at most {SHOWN} annotations of a kind for one step; the log of the step has all")
    yield command("notice", "\n".join(lines), title="j1553ref")
