"""HTML: the document as one page that loads nothing, for screen and printer."""

from collections.abc import Iterator
from html import escape
from typing import Final

from .document import MET
from .reading import ReadFinding, Reading, ReadLine

STYLE: Final = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem; background: #fff; color: #1c2128;
  font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0 0 .75rem; font-size: 1.75rem; }
h2 { margin: 2rem 0 .5rem; padding-bottom: .25rem; border-bottom: 2px solid #037696; font-size: 1.25rem; }
h3 { margin: 0; font-size: 1rem; }
p { margin: .25rem 0; }
dl { display: grid; grid-template-columns: minmax(9rem, 16rem) 1fr; gap: .25rem 1rem; margin: .5rem 0 0; }
dt { color: #59636e; }
dd { margin: 0; }
.about { color: #59636e; }
.line { padding: .9rem 0; border-bottom: 1px solid #d0d6dc; break-inside: avoid; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; }
.head h3 { flex: 1 1 16rem; }
.source { color: #59636e; font-size: .85rem; }
.verdict { padding: .1rem .6rem; border: 1px solid; border-radius: 1rem; font-size: .85rem; font-weight: 600; }
.met { background: #e8f5ec; color: #116329; }
.not_met { background: #fdecea; color: #a40e26; }
.not_evidenced { background: #fff6e0; color: #7a4d00; }
.stated { background: #f0f3f6; color: #424a53; }
.note, code { color: #59636e; font-size: .78rem; }
code { font-family: ui-monospace, Consolas, monospace; }
.unknown { color: #7a4d00; }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .4rem; } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } h2 { break-after: avoid; }
  .verdict { print-color-adjust: exact; } }
@page { size: A4; margin: 15mm; }
"""


def write_html(reading: Reading) -> bytes:
    """Return the file. Whatever a wallbox told of itself is text in it, and nothing else."""
    return "\n".join(_page(reading)).encode() + b"\n"


def _page(reading: Reading) -> Iterator[str]:
    yield "<!DOCTYPE html>"
    yield f'<html lang="{escape(reading.language)}">'
    yield '<head><meta charset="utf-8">'
    yield (
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(reading.title)}</title>"
    yield f"<style>{STYLE}</style></head>"
    yield f"<body><header><h1>{escape(reading.title)}</h1>"
    yield from (f'<p class="about">{escape(text)}</p>' for text in reading.about)
    yield from _pairs(reading.facts)
    yield "</header><main>"
    for section in reading.sections:
        yield f"<section><h2>{escape(section.title)}</h2>"
        for line in section.lines:
            yield from _line(line)
        yield "</section>"
    yield f'</main><footer><p class="about">{escape(reading.about_seal)}</p>'
    yield from _pairs(reading.proof)
    yield f'<p class="note">{escape(reading.foot)}</p></footer></body></html>'


def _pairs(pairs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield "<dl>"
    for name, value in pairs:
        yield f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
    yield "</dl>"


def _line(line: ReadLine) -> Iterator[str]:
    shade = "met" if line.verdict in MET else line.verdict.value
    yield f'<article class="line"><div class="head"><h3>{escape(line.title)}</h3>'
    yield f'<span class="source">{escape(line.source)}</span>'
    yield f'<span class="verdict {shade}">{escape(line.verdict_text)}</span></div>'
    yield f'<p class="about">{escape(line.about)}</p>'
    yield "<dl>"
    for finding in line.findings:
        yield from _finding(finding)
    yield "</dl></article>"


def _finding(finding: ReadFinding) -> Iterator[str]:
    yield f"<dt>{escape(finding.name)}</dt>"
    if not finding.known:
        yield f'<dd class="unknown">{escape(finding.value)}</dd>'
        return
    yield f"<dd>{escape(finding.value)} "
    yield f'<span class="note">{escape(finding.note)}</span><br>'
    yield f"<code>SHA-256 {escape(finding.digest)}</code></dd>"
