"""A page as Markdown, and as one HTML file that needs nothing else: no script, no font, no address to fetch."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from itertools import count

from j1553ref.training.model import LETTERS
from j1553ref.training.pages import Blanks, Block, Choices, Code, Items, Link, Page, Span, Strong, Table, Text
from j1553ref.training.words import unbroken

__all__ = ["as_html", "as_markdown"]

#: Characters that Markdown could take for marks; what we write holds no others.
_MARKS = str.maketrans({each: f"\\{each}" for each in "\\`*_[]<>|#"})

_WHOLE = ' class="whole"'

_STYLE = """
@page { size: letter; margin: 0.65in 0.7in 0.75in; @bottom-left { content: "FOOT"; font: 8pt sans-serif; color: #55606e }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #55606e } }
:root { color-scheme: light }
body { font: 11pt/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; color: #1b2430;
  background: #fff; max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem; font-variant-numeric: tabular-nums;
  overflow-wrap: break-word }
h1 { font-size: 1.5em; line-height: 1.25; margin: 0 0 0.7em }
h2 { font-size: 1.1em; margin: 0 0 0.2em }
section { margin: 0 0 1em; padding-top: 0.7em; border-top: 1px solid #c9d1d8 }
section.whole { break-inside: avoid }
h2, .ask { break-after: avoid }
p { margin: 0 0 0.4em }
ol, ul { margin: 0 0 0.5em; padding-left: 1.8em }
ol.options { list-style: upper-alpha }
ol.options li { padding: 0.1em 0 0.1em 0.3em; break-inside: avoid }
ol.options li::marker { font-weight: 650 }
ol.short { columns: 2; max-width: 34rem }
.line { display: block }
.setting, .note { color: #55606e; font-size: 0.9em }
.blanks { display: flex; gap: 2rem; margin: 0 0 1em }
.blanks span { flex: 1; border-bottom: 1px solid #1b2430; padding: 1.2em 0 0.1em }
code { font-family: ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.88em }
.table { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 0.88em; margin-bottom: 0.6em }
th, td { text-align: left; vertical-align: top; padding: 0.25em 0.6em 0.25em 0; border-bottom: 1px solid #dfe4e8 }
tbody th { font-weight: 500 }
thead { display: table-header-group }
tr { break-inside: avoid }
a { color: #0b6375 }
@media (max-width: 30rem) { ol.short { columns: 1 } }
@media print { body { padding: 0; max-width: none; font-size: 10pt; line-height: 1.35 } .table { overflow: visible }
  a { color: inherit; text-decoration: none } }
"""


def as_markdown(page: Page) -> str:
    """The page as Markdown (CommonMark with tables).

    >>> print(as_markdown(Page("Title", (), ())))
    # Title
    <BLANKLINE>
    """
    parts = [f"# {page.title.translate(_MARKS)}", *_markdown(page.head)]
    for part in page.parts:
        parts += [f"## {part.heading.translate(_MARKS)}", *_markdown(part.blocks)]
    return "\n\n".join(parts) + "\n"


def _markdown(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Text(spans, "setting"):
                yield f"*{_spans(spans)}*"
            case Text(spans):
                yield _spans(spans)
            case Choices(options):
                rows = zip(LETTERS, options, strict=True)
                yield "\n".join(f"- **{letter}.** {'; '.join(lines).translate(_MARKS)}" for letter, lines in rows)
            case Items(items, numbered):
                marks = (f"{number}." if numbered else "-" for number in count(1))
                yield "\n".join(f"{mark} {_spans(item)}" for mark, item in zip(marks, items, strict=False))
            case Table(heads, rows):
                lines = [tuple(map(_span, heads)), ("---",) * len(heads), *(tuple(map(_spans, row)) for row in rows)]
                yield "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
            case Blanks(names):
                yield "    ".join(f"{name}: {'_' * 24}" for name in names)


def _spans(spans: tuple[Span, ...]) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    match span:
        case Strong(text):
            inner = text.strip()
            return text.replace(inner, f"**{inner.translate(_MARKS)}**")
        case Code(text):
            return f"`{text}`"
        case Link(text, url):
            return f"[{text}]({url})" if text != url else f"<{url}>"
        case _:
            return str(span).translate(_MARKS)


def as_html(page: Page) -> str:
    """The page as one HTML file.

    >>> as_html(Page("A & B", (), ())).splitlines()[0]
    '<!DOCTYPE html>'
    """
    style = _STYLE.replace("FOOT", page.foot)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    body = "".join(
        f"<section{_WHOLE if _stays_whole(part.blocks) else ''}>\n<h2>{escape(part.heading)}</h2>\n"
        f"{''.join(_html(part.blocks))}</section>\n"
        for part in page.parts
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(page.title)}</h1>\n{''.join(_html(page.head))}{body}</main>\n</body>\n</html>\n"
    )


def _stays_whole(blocks: tuple[Block, ...]) -> bool:
    """Whether a printer may keep it on one page: a long table must be allowed to run on."""
    return not any(isinstance(each, Table) for each in blocks)


def _html(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Text(spans, kind):
                name = f' class="{kind}"' if kind else ""
                yield f"<p{name}>{_marked(spans)}</p>\n"
            case Choices(options):
                entries = "".join(f"<li>{_lines(lines)}</li>\n" for lines in options)
                yield f'<ol class="options{" short" if block.short else ""}" type="A">\n{entries}</ol>\n'
            case Items(items, numbered):
                tag = "ol" if numbered else "ul"
                yield f"<{tag}>\n" + "".join(f"<li>{_marked(item)}</li>\n" for item in items) + f"</{tag}>\n"
            case Table(heads, rows):
                top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
                body = "".join(
                    f'<tr><th scope="row">{_marked(row[0])}</th>{"".join(f"<td>{_marked(cell)}</td>" for cell in row[1:])}</tr>\n'
                    for row in rows
                )
                yield f'<div class="table"><table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>\n'
            case Blanks(names):
                yield '<p class="blanks">' + "".join(f"<span>{escape(name)}</span>" for name in names) + "</p>\n"


def _lines(lines: tuple[str, ...]) -> str:
    """What an option says, each line of it on its own."""
    return (
        escape(lines[0]) if len(lines) == 1 else "".join(f'<span class="line">{escape(each)}</span>' for each in lines)
    )


def _marked(spans: tuple[Span, ...]) -> str:
    return "".join(map(_mark, spans))


def _mark(span: Span) -> str:
    match span:
        case Strong(text):
            return f"<strong>{escape(text)}</strong>"
        case Code(text):
            return f"<code>{escape(text)}</code>"
        case Link(text, url):
            return f'<a href="{escape(url)}">{escape(text)}</a>'
        case _:
            return escape(unbroken(str(span)))
