"""What is said of papers that a reader was sent and that changed since: withdrawn, published, revised, listed anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from paperdigest.core import words
from paperdigest.core.paper import ChangeKind
from paperdigest.core.text import display

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


def happened(
    kinds: Sequence[ChangeKind],
    summary: Mapping[str, object],
    sent_at: datetime | None,
    now: datetime,
) -> str:
    """Return the one sentence: `You were sent this paper on 2 Nov; it has been withdrawn since.` `now` is the reader's
    local time."""
    done = [_what(kind, summary) for kind in kinds]
    back = ["it is no longer withdrawn"] if summary.get("back") else []
    what = words.names([*done, *back])
    when = "before" if sent_at is None else _on(sent_at, now)
    return f"You were sent this paper {when}; {what}."


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
        return f"version {version} is out" if version else "it has been revised since"
    if kind is ChangeKind.PUBLISHED:
        return _published(summary)
    return _listed(summary) if kind is ChangeKind.CROSS_LISTED else "it has been withdrawn since"


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
    where = display(str(summary.get("where", ""))).removeprefix("doi:")
    return f"it has been published: {words.cut(where, 200)}" if where else "it has been published"


def _listed(summary: Mapping[str, object]) -> str:
    categories = summary.get("categories")
    if not isinstance(categories, Sequence) or isinstance(categories, str) or not categories:
        return "it is listed in further categories now"
    return f"it is listed in {words.names([str(one) for one in categories])} too"
