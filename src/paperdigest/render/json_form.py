"""A digest as JSON: one object of a stable shape, one line a paper. Keys are added, never renamed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from paperdigest.core.digest import Digest, Entry, Marked, Section

VERSION = 1

_encode = json.JSONEncoder(ensure_ascii=False).encode


def digest_json(
    digest: Digest, full: Callable[[Entry], str], listed: Callable[[Entry], str]
) -> str:
    """Return the digest as JSON text. `full` and `listed` give a paper's own object as text."""
    lines = [f' "version": {VERSION}']
    lines += [f" {_encode(name)}: {_encode(value)}" for name, value in _frame(digest)]
    topics = ",\n".join(_topic(section, full, listed) for section in digest.sections)
    lines.append(f' "topics": [\n{topics}\n ]' if topics else ' "topics": []')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def entry_json(entry: Entry, shown_as: str) -> str:
    """Return one paper as a JSON object on one line. Offsets of marks count code points."""
    return _encode(
        {
            "id": entry.id,
            "title": entry.title.text,
            "title_marks": entry.title.marks,
            "as": shown_as,
            "kind": entry.kind,
            "reason": entry.reason,
            "note": entry.note,
            "url": entry.url,
            "searches": entry.searches,
            "year": entry.year,
            "authors": entry.authors,
            "more_authors": entry.more_authors,
            "sources": entry.sources,
            "categories": entry.categories,
            "venue": entry.venue,
            "date": entry.date,
            "votes": entry.votes,
            "place": entry.place,
            "version": entry.version,
            "excerpt": _marked(entry.excerpt),
            "why": [{"text": why.text, "where": why.where, "term": why.term} for why in entry.why],
            "links": [{"rel": link.rel, "url": link.url} for link in entry.links],
            "also": entry.also,
            "seen_on": entry.seen_on.isoformat() if entry.seen_on else None,
            "said": entry.said,
            "differences": [
                {
                    "field": one.field,
                    "pieces": [
                        {"text": piece.text, "fate": str(piece.fate)} for piece in one.pieces
                    ],
                }
                for one in entry.differences
            ],
        }
    )


def _marked(marked: Marked) -> dict[str, object]:
    return {"text": marked.text, "marks": marked.marks}


def _frame(digest: Digest) -> Iterator[tuple[str, object]]:
    yield "subscriber", digest.subscriber
    yield "slot", digest.slot
    yield "kind", digest.kind
    yield "title", digest.title
    yield "at", digest.at.isoformat()
    yield (
        "covers",
        {"from": digest.covers_from.isoformat(), "until": digest.covers_until.isoformat()},
    )
    yield "papers", digest.papers
    yield "waited", digest.waited
    yield "preheader", digest.preheader
    yield "notes", digest.notes
    yield (
        "sources",
        [
            {
                "name": source.name,
                "status": source.status,
                "papers": source.papers,
                "said": source.said,
            }
            for source in digest.sources
        ],
    )
    yield "looked_at", digest.looked_at
    yield "manage", digest.manage
    yield "more", digest.more
    yield "shared", digest.shared
    yield from counts_json(digest).items()
    yield "name", digest.name
    yield "footer", digest.footer


def counts_json(digest: Digest) -> dict[str, object]:
    """Return what a digest says besides its papers: by day, by week, and of words that find nothing."""
    return {
        "per_day": [{"date": day.date.isoformat(), "papers": day.papers} for day in digest.per_day],
        "weeks": [{"topic": one.name, "papers": one.papers} for one in digest.weeks],
        "more_weeks": digest.more_weeks,
        "dormant": digest.dormant,
    }


def _topic(section: Section, full: Callable[[Entry], str], listed: Callable[[Entry], str]) -> str:
    head = {
        "name": section.name,
        "note": section.note,
        "total": section.total,
        "shown": len(section.full) + len(section.listed),
        "counted": len(section.counted),
        "elsewhere": section.elsewhere,
        "elsewhere_in": list(section.elsewhere_in),
    }
    papers = [*map(full, section.full), *map(listed, section.listed)]
    fields = [f"{_encode(name)}: {_encode(value)}" for name, value in head.items()]
    fields.append(f'"papers": {_rows(papers)}')
    fields.append(f'"earlier": {_rows([listed(entry) for entry in section.earlier])}')
    return "  {" + ", ".join(fields) + "}"


def _rows(rows: list[str]) -> str:
    return "[\n   " + ",\n   ".join(rows) + "\n  ]" if rows else "[]"
