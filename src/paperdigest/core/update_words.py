"""What is said of papers that a reader was sent and that changed since: withdrawn, published, revised, listed anew."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from paperdigest.core import words
from paperdigest.core.digest import Entry
from paperdigest.core.paper import ChangeKind
from paperdigest.core.text import display

_NO_JOURNAL: Final = re.compile(r"10\.\d+/|https?:|(?:appear\w*|published|in)\b", re.IGNORECASE)
_DONE: Final = {
    ChangeKind.WITHDRAWN: "withdrawn",
    ChangeKind.PUBLISHED: "published",
    ChangeKind.REVISED: "revised",
    ChangeKind.CROSS_LISTED: "cross-listed",
}


def title(kinds: Sequence[ChangeKind], first: str) -> str:
    """Return `Withdrawn: Boats of folded paper` of one paper, `first` being its title; of several `3 updates: 1
    withdrawn, 2 revised`."""
    if len(kinds) == 1:
        return words.cut(f"{words.kind_label(kinds[0])}: {first}", words.SUBJECT_WIDTH)
    many = Counter(_DONE[kind] for kind in kinds)
    told = ", ".join(f"{words.number(amount)} {what}" for what, amount in many.items())
    return f"{words.count(len(kinds), 'update')}: {told}"


def headline(entries: Sequence[Entry]) -> str:
    """Return `4 updates`, what stands largest in a notice about several papers: `kinds_line` says which."""
    return words.count(len(entries), "update")


def kinds_line(entries: Sequence[Entry]) -> tuple[tuple[str, int], ...]:
    """Return (what happened, to how many papers) of a notice about several, in their order: `("Withdrawn", 1)`."""
    kinds = [ChangeKind(entry.kind) for entry in entries]
    if len(kinds) < 2 or ChangeKind.NEW in kinds:
        return ()
    return tuple(Counter(map(words.kind_label, kinds)).items())


def preheader(entries: Sequence[Entry], room: int) -> str:
    """Return the first words of a notice within so many letters: of one paper what happened, for the subject has its title;
    of several `Withdrawn: Boats of folded… · Published: Maps of…`."""
    if len(entries) == 1:
        return entries[0].note
    each = (room - len(words.DOT)) // 2
    told = (f"{words.kind_label(one.kind)}: {one.title.text}" for one in entries[:2])
    return words.DOT.join(words.cut(one, each) for one in told)


def happened(
    kinds: Sequence[ChangeKind],
    summary: Mapping[str, object],
    sent_at: datetime | None,
    now: datetime,
) -> str:
    """Return the one line: `Sent to you on 2 Nov, withdrawn since.` `now` is the reader's local time."""
    done = [_what(kind, summary) for kind in kinds]
    back = ["no longer withdrawn"] if summary.get("back") else []
    when = "before" if sent_at is None else _on(sent_at, now)
    return f"Sent to you {when}, {'; '.join([*done, *back])}."


def in_short(
    kinds: Sequence[ChangeKind],
    summary: Mapping[str, object],
    sent_at: datetime | None,
    now: datetime,
) -> str:
    """Return what stands behind a title that is only listed, after its kind: `sent on 2 Nov, now v3`."""
    when = "sent before" if sent_at is None else f"sent {_on(sent_at, now)}"
    version = summary.get("version") if ChangeKind.REVISED in kinds else None
    return f"{when}, now v{version}" if version else when


def _what(kind: ChangeKind, summary: Mapping[str, object]) -> str:
    if kind is ChangeKind.REVISED:
        version = summary.get("version")  # where it grew: some change their text and nothing else
        return f"version {version} is out" if version else "revised since"
    if kind is ChangeKind.PUBLISHED:
        return _published(summary)
    return _listed(summary) if kind is ChangeKind.CROSS_LISTED else "withdrawn since"


def changed_in(field: str) -> str:
    """Return the words before what a new version says differently: `Changed in the title`."""
    return f"Changed in the {field}"


def authors(summary: Mapping[str, object]) -> Iterator[str]:
    """Yield what a new version says of its authors: `Authors added: Ada Lovelace`."""
    told = summary.get("authors")
    if not isinstance(told, Mapping):
        return
    for key, what in (
        ("came", "Authors added"),
        ("gone", "No longer an author"),
        ("order", "Authors in a new order"),
    ):
        named = told.get(key)
        if named:
            yield f"{what}: {', '.join(display(str(name)) for name in named)}"


def _on(at: datetime, now: datetime) -> str:
    day = at.astimezone(now.tzinfo).date()
    if day == now.date():
        return "today"
    return f"on {words.short_date(day) if day.year == now.year else words.day_and_year(day)}"


def _published(summary: Mapping[str, object]) -> str:
    where = words.cut(display(str(summary.get("where", ""))).removeprefix("doi:"), 200)
    if not where:
        return "published since"
    # A DOI is no journal, and some say "In Proceedings of …" themselves.
    return f"published: {where}" if _NO_JOURNAL.match(where) else f"published in {where}"


def _listed(summary: Mapping[str, object]) -> str:
    categories = summary.get("categories")
    if not isinstance(categories, Sequence) or isinstance(categories, str) or not categories:
        return "now also listed in further categories"
    return f"now also listed in {words.names([str(one) for one in categories])}"
