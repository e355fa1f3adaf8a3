"""Digests that are valid by default: a test overrides only what it is about. All papers are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from paperdigest.core import closing_words, letter, words
from paperdigest.core.digest import Digest, Entry, Marked, Section, SourceLine, Why
from paperdigest.core.entry import Desk, Find
from paperdigest.core.letter import Frame
from paperdigest.core.paper import Link, Paper
from paperdigest.core.schedule import Slot
from paperdigest.core.subscription import Subscriber
from paperdigest.core.updates import Update
from paperdigest.core.updates import notice as updates_notice

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
OK = (SourceLine("arxiv-cs", "ok", 374), SourceLine("hf", "ok", 36), SourceLine("lab", "ok", 2))

_START = len("In experiment  we fold ")

#: What may be missing of a paper, and what stands there then.
OPTIONAL: dict[str, object] = {
    "url": "",
    "authors": (),
    "sources": (),
    "categories": (),
    "date": "",
    "votes": None,
    "place": "",
    "version": None,
    "excerpt": Marked(""),
    "why": (),
    "links": (),
}


def entry(key: int = 1, **over: Any) -> Entry:
    """Return an invented paper with everything a digest can show of a new one."""
    valid = Entry(
        paper_key=key,
        reason="new",
        id=f"arxiv:2611.{key:05}",
        title=Marked(f"Paper boats {key}: a study of folding and floating", ((0, 11),)),
        url=f"https://arxiv.org/abs/2611.{key:05}",
        authors=("Ada Lovelace", "Charles Babbage", "Mary Somerville", "Ida Rhodes", "Alan Turing"),
        more_authors=12,
        sources=("arxiv-cs",),
        categories=("cs.LG", "cs.CV"),
        date="18 Nov 2026",
        votes=41,
        place="2nd of 96",
        version=2,
        excerpt=Marked(
            f"In experiment {key} we fold paper boats from old proofs and measure how long they "
            "float. A boat of two sheets floats twice as long as a boat of one, and a proof with an "
            "error in it sinks no faster than a correct one, which surprised the committee and "
            "delighted the ducks on the pond behind the department library.",
            ((_START + len(str(key)), _START + len(str(key)) + len("paper boats")),),
        ),
        why=(
            Why("Paper boats", "title", "paper boat"),
            Why("paper boats", "abstract", "paper boat"),
        ),
        links=(
            Link("code", f"https://github.com/example/boats-{key}"),
            Link("page", "https://boats.example.org/"),
            Link("pdf", f"https://arxiv.org/pdf/2611.{key:05}"),
        ),
    )
    return replace(valid, **over)


def listed(key: int, title: str = "", **over: Any) -> Entry:
    """Return a paper known by its title and address alone."""
    valid = Entry(
        paper_key=key,
        reason="new",
        id=f"arxiv:2611.{key:05}",
        title=Marked(title or f"A paper named only by its title, number {key}"),
        url=f"https://arxiv.org/abs/2611.{key:05}",
    )
    return replace(valid, **over)


def entries(first: int, count: int) -> tuple[Entry, ...]:
    """Return `count` papers that differ."""
    return tuple(entry(key) for key in range(first, first + count))


def section(name: str = "Paper folding", **over: Any) -> Section:
    """Return a topic with two papers shown in full; `total` follows from what is given."""
    over.setdefault("full", entries(1, 2))
    shown = sum(len(over.get(part, ())) for part in ("full", "listed", "counted"))
    over.setdefault("total", shown + over.get("elsewhere", 0))
    return Section(name, **over)


def digest(*sections: Section, **over: Any) -> Digest:
    """Return a digest of these sections, by default one."""
    shown = sections or (section(),)
    papers = sum(len(part.full) + len(part.listed) + len(part.counted) for part in shown)
    valid = Digest(
        subscriber="ada",
        slot="2026-11-20T08:00 UTC",
        kind="digest",
        title=words.title_of(papers, [part.name for part in shown]),
        at=AT,
        covers_from=AT - timedelta(days=1),
        covers_until=AT,
        preheader=letter.preheader([paper for part in shown for paper in part.full]),
        sections=shown,
        sources=OK,
        looked_at=words.looked_at(OK, 412),
        manage=closing_words.manage(
            Subscriber("ada", shared=over.get("shared", False)),
            ("email:ada@example.org", "slack:#papers"),
            operator=("email:ops@example.org",),
        ),
        more=words.command_for_more("ada"),
    )
    return replace(valid, **over)


#: What the change log says of a paper, by the kind of change.
_SUMMARIES: dict[str, dict[str, object]] = {
    "withdrawn": {},
    "published": {"where": "Journal of Paper Boats"},
    "cross-listed": {"categories": ["cs.CG"]},
    "revised": {
        "title": {
            "gone": "Paper boats: a study of folding and floating",
            "came": "Paper boats: a second study of folding, floating and sinking",
        },
        "authors": {"gone": ["Ida Rhodes"], "came": ["Grace Hopper", "Emmy Noether"]},
        "abstract": {
            "gone": [
                "A boat of two sheets floats twice as long as one of a single sheet, and sinks no faster.",
                "The ducks were not asked.",
            ],
            "came": [
                "A boat of two sheets floats three times as long as one of a single sheet, and sinks no faster.",
            ],
        },
    },
}


def update(key: int, reason: str, version: int | None = None) -> Update:
    """Return news about an invented paper that was sent on 2 Nov."""
    paper = Paper(
        f"Paper boats {key}: a study of folding and floating",
        id=f"arxiv:2611.{key:05}",
        authors=("Ada Lovelace", "Charles Babbage"),
        version=version,
        votes=41,
    )
    find = Find(key, paper, reason, key, AT)
    summary = _SUMMARIES[reason.partition(":")[0]] | ({"version": version} if version else {})
    return Update((find,), AT.replace(day=2), (summary,))


def notice(*updates: Update, limit: int = 20) -> Digest:
    """Return the notice of these updates as ada gets it."""
    slot = Slot("2026-11-20T08:00 UTC", AT)
    frame = Frame(
        Subscriber("ada"),
        slot,
        "digest",
        AT,
        AT - timedelta(days=1),
        AT,
        sources=OK,
        seen=412,
        operator=("email:ops@example.org",),
        targets=("email:ada@example.org", "slack:#papers"),
    )
    return updates_notice(frame, updates, Desk(), limit=limit)
