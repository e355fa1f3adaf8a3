"""Papers with the matched words marked, for people: bold on a terminal, plain anywhere else."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence

import click

from paperdigest.core import words
from paperdigest.core.paper import Paper
from paperdigest.core.query import Field, Hit
from paperdigest.core.text import display, excerpt

_EXCERPT = 240
_TITLE = 300
_TERMS = 5  # named per paper; the JSON answer has them all
_TEXTS = 3  # different spellings shown for one term
_WIDEST = 100


def width() -> int:
    """Return how wide text may be: the terminal's width within reason, 80 in a pipe."""
    columns = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
    return max(40, min(columns, _WIDEST))


def echo_papers(found: Iterable[tuple[Paper, Sequence[Hit]]]) -> None:
    """Print papers, numbered, a blank line before each."""
    for number, (paper, hits) in enumerate(found, 1):
        click.echo()
        echo_paper(paper, hits, f"{number:>3}  ")


def echo_paper(
    paper: Paper, hits: Sequence[Hit], lead: str, remark: str = "", *, brief: bool = False
) -> None:
    """Print a paper: title, facts, where its words are, and a remark. `brief`: no excerpt where the
    title has one of the words."""
    indent = " " * len(lead)
    _wrapped(title(paper), _marks(hits, Field.TITLE), lead)
    _wrapped(_facts(paper), (), indent)
    if not (brief and any(hit.field is Field.TITLE for hit in hits)):
        _echo_excerpt(display(paper.abstract), hits, indent)
    for line in (*why(hits), *([remark] if remark else [])):
        _wrapped(line, (), indent)


def title(paper: Paper) -> str:
    """Return a paper's title for people, cut where it is a whole text."""
    return words.cut(display(paper.title), _TITLE)


def why(hits: Sequence[Hit]) -> list[str]:
    """Return `multimodal: "Multi-modal" in title, "multimodality" in abstract`, a line for each term."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for hit in hits:
        where = found.setdefault(hit.term, {}).setdefault(str(hit.field), {})
        if not any(text.casefold() == hit.text.casefold() for text in where):
            where[hit.text] = None
    lines = [
        f"{term}: "
        + "; ".join(f"{_texts(list(texts))} in {field}" for field, texts in places.items())
        for term, places in found.items()
    ]
    more = len(lines) - _TERMS
    return lines[:_TERMS] + ([f"and {words.count(more, 'more term')}"] if more > 0 else [])


def _texts(texts: list[str]) -> str:
    shown = ", ".join(f'"{text}"' for text in texts[:_TEXTS])
    return shown + (" …" if len(texts) > _TEXTS else "")


def _facts(paper: Paper) -> str:
    authors = words.authors_short(paper.authors[:1], len(paper.authors) - 1)
    seen = words.first_seen(paper.first_seen_at.date()) if paper.first_seen_at else ""
    listed = (authors, ", ".join(paper.sources), ", ".join(paper.categories[:3]), paper.venue, seen)
    return words.DOT.join(filter(None, listed))


def _echo_excerpt(text: str, hits: Sequence[Hit], lead: str) -> None:
    marks = _marks(hits, Field.ABSTRACT)
    if not marks:
        return
    start, end = excerpt(text, _densest(hits), _EXCERPT)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    moved = len(before) - start
    inside = [(max(first, start) + moved, min(last, end) + moved) for first, last in marks]
    _wrapped(before + text[start:end] + after, [one for one in inside if one[0] < one[1]], lead)


def _densest(hits: Sequence[Hit]) -> tuple[int, int]:
    """Return the hit in the abstract after which most terms are found within an excerpt."""
    there = [hit for hit in hits if hit.field is Field.ABSTRACT]

    def terms_from(hit: Hit) -> int:
        end = hit.start + _EXCERPT // 2
        return len({other.term for other in there if hit.start <= other.start < end})

    best = max(there, key=lambda hit: (terms_from(hit), -hit.start))
    return best.start, best.end


def _marks(hits: Sequence[Hit], field: Field) -> list[tuple[int, int]]:
    """Return the stretches to mark, overlapping ones as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((hit.start, hit.end) for hit in hits if hit.field is field):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _wrapped(text: str, marks: Sequence[tuple[int, int]], lead: str) -> None:
    bold = _has_bold()
    indent = lead
    for start, end in _lines(text, width() - len(lead)):
        click.echo(indent + (_bold(text, start, end, marks) if bold else text[start:end]))
        indent = " " * len(lead)


def _lines(text: str, room: int) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each line, cut at blanks. Marks need places, so textwrap will not do."""
    start = 0
    while len(text) - start > room:
        blank = text.rfind(" ", start, start + room + 1)
        end = blank if blank > start else start + room
        yield start, end
        start = end + (blank > start)
    if start < len(text):
        yield start, len(text)


def _bold(text: str, start: int, end: int, marks: Sequence[tuple[int, int]]) -> str:
    line, at = "", start
    for mark in marks:
        first, last = max(mark[0], start), min(mark[1], end)
        if first < last:
            line += text[at:first] + click.style(text[first:last], bold=True)
            at = last
    return line + text[at:end]


def _has_bold() -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain
