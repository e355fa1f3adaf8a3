"""News about papers a reader was sent before: one notice that says of each how it stands now, and word by word what
its new version says differently from what the reader was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from paperdigest.core import update_words, words
from paperdigest.core.digest import Difference, Digest, Entry, Marked, Section
from paperdigest.core.entry import AUTHORS_SHOWN, Card, Desk, Find
from paperdigest.core.entry_links import published_first
from paperdigest.core.letter import PREHEADER, Frame, looked_at, manage
from paperdigest.core.paper import ChangeKind, Link
from paperdigest.core.revision import known_by, net, sentences, text_before
from paperdigest.core.word_changes import (
    Fate,
    Piece,
    sentence_changes,
    text_changes,
    word_changes,
)

#: What matters most to somebody who may have read the paper comes first.
_ORDER: Final = (
    ChangeKind.WITHDRAWN,
    ChangeKind.PUBLISHED,
    ChangeKind.REVISED,
    ChangeKind.CROSS_LISTED,
)
_AROUND: Final = 8  # words that stayed are shown before and behind a change
_MOST_GONE: Final = 40  # words that went in a row are shown whole
_ROOM: Final = 1_600  # code points of an abstract's changes
_GAP: Final = Piece("…", Fate.STAYED)
_LONGEST_REASON: Final = 300
_TAKEN_BACK: Final = re.compile(r"\b(?:withdr[ae]w|retract)", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Update:
    """What happened to one paper that a reader was sent: `finds`, oldest first, one for each change that still holds,
    and beside each what the change log says of it (`core.revision` for new versions). `sent_at` is when the reader was
    sent the paper, where that is known. `texts` is what the log says of every change to the text that the reader was
    shown, told or not, by its number, oldest first. `back`: the paper was told as withdrawn and is so no longer."""

    finds: tuple[Find, ...]
    sent_at: datetime | None = None
    summaries: tuple[Mapping[str, Any], ...] = ()
    texts: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    back: bool = False

    @cached_property
    def kinds(self) -> tuple[ChangeKind, ...]:
        """Return what is to be told, the weightiest first: of a withdrawn paper nothing else."""
        found = sorted({_kind(find) for find in self.finds}, key=_ORDER.index)
        return tuple(found[:1] if found[0] is ChangeKind.WITHDRAWN else found)

    @property
    def find(self) -> Find:
        """Return the change by which the paper stands in the notice: the last one of the weightiest kind."""
        return next(find for find in reversed(self.finds) if _kind(find) is self.kinds[0])

    @property
    def others(self) -> tuple[Find, ...]:
        """Return the other changes, of which this one tells as well."""
        return tuple(find for find in self.finds if find is not self.find)

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """Return what all changes come to."""
        told = list(zip(map(_kind, self.finds), self.summaries, strict=True))
        revised = [summary for kind, summary in told if kind is ChangeKind.REVISED]
        published = [summary for kind, summary in told if kind is ChangeKind.PUBLISHED]
        listed = [
            category
            for kind, summary in told
            if kind is ChangeKind.CROSS_LISTED
            for category in summary.get("categories", ())
        ]
        return {
            **(net(tuple(self.texts.values()) or revised, self.find.paper) if revised else {}),
            **(published[-1] if published else {}),
            **({"categories": list(dict.fromkeys(listed))} if listed else {}),
            **({"back": True} if self.back and revised else {}),
        }


def slot_of(slot: str) -> str:
    """Return the slot of the notice that goes beside a lane's digest of that slot."""
    return f"{slot} updates"


def notice(frame: Frame, updates: Sequence[Update], desk: Desk, *, limit: int) -> Digest:
    """Return the notice, a paper once. Of more than `limit` papers the others are listed; nothing is left out."""
    ordered = sorted(updates, key=_weight)
    full = tuple(_entry(update, desk, frame.now) for update in ordered[:limit])
    listed = tuple(_by_title(update, desk, frame.now) for update in ordered[limit:])
    first = desk.card(ordered[0].find).title
    return Digest(
        subscriber=frame.subscriber.name,
        slot=slot_of(frame.slot.name),
        kind="notice",
        title=update_words.title([update.kinds[0] for update in ordered], first),
        at=frame.now,
        covers_from=frame.covers_from,
        covers_until=frame.covers_until,
        preheader=update_words.preheader((*full, *listed), PREHEADER),
        sections=(Section(words.UPDATES, len(ordered), full=full, listed=listed),),
        sources=frame.sources,
        looked_at=looked_at(frame),
        manage=manage(frame),
        more=words.command_for_more(frame.subscriber.name),
        shared=frame.subscriber.shared,
    )


def _weight(update: Update) -> tuple[int, int]:
    return _ORDER.index(update.kinds[0]), update.find.change


def _kind(find: Find) -> ChangeKind:
    return ChangeKind(find.reason.split(":")[0])


def _entry(update: Update, desk: Desk, now: datetime) -> Entry:
    find, card, paper = update.find, desk.card(update.find), update.find.paper
    gone = update.kinds == (ChangeKind.WITHDRAWN,)
    return Entry(
        paper_key=find.key,
        reason=find.reason,
        id=paper.id,
        title=Marked(card.title, (), card.title_styles),
        kind=str(update.kinds[0]),
        url=card.url,
        searches=card.searches,
        authors=card.authors,
        more_authors=max(0, len(paper.authors) - AUTHORS_SHOWN),
        links=_links(update, card),
        note=update_words.happened(update.kinds, update.summary, update.sent_at, now),
        said=_reason(card) if gone else tuple(update_words.authors(update.summary)),
        differences=() if gone else _differences(update, desk),
    )


def _links(update: Update, card: Card) -> tuple[Link, ...]:
    if update.kinds == (ChangeKind.WITHDRAWN,):
        return ()
    if ChangeKind.PUBLISHED in update.kinds:
        return published_first(card.links, str(update.summary.get("where", "")))
    return card.links


def _by_title(update: Update, desk: Desk, now: datetime) -> Entry:
    find, card = update.find, desk.card(update.find)
    return Entry(
        paper_key=find.key,
        reason=find.reason,
        id=find.paper.id,
        title=Marked(card.title, (), card.title_styles),
        kind=str(update.kinds[0]),
        url=card.url,
        searches=card.searches,
        note=update_words.in_short(update.kinds, update.summary, update.sent_at, now),
    )


def _reason(card: Card) -> tuple[str, ...]:
    """Return what the paper itself says of why it was taken back: arXiv puts that in place of the abstract."""
    said = (part for part in _SENTENCE.split(card.abstract) if _TAKEN_BACK.search(part))
    return tuple(words.cut(part, _LONGEST_REASON) for part in list(said)[:1])


# ------------------------------------------------------------------ word by word


def _differences(update: Update, desk: Desk) -> tuple[Difference, ...]:
    """Return what is said differently, worked out once for all readers who were sent the same."""
    if ChangeKind.REVISED not in update.kinds:
        return ()
    numbers = tuple(update.texts or (find.change for find in update.finds))
    found = desk.differences.get(numbers)
    if found is None:
        found = desk.differences[numbers] = tuple(_worded(update))
    return found


def _worded(update: Update) -> Iterator[Difference]:
    title, abstract = update.summary.get("title"), update.summary.get("abstract")
    if title:
        yield Difference("title", word_changes(str(title["gone"]), str(title["came"])))
    if abstract:
        before = text_before(update.texts.values())
        told = (
            _listed_changes(abstract["gone"], abstract["came"])
            if before is None
            else _text_changes(before.abstract, update.find.paper.abstract)
        )
        yield Difference("abstract", tuple(_within(_ROOM, told)))


def _text_changes(before: str, now: str) -> Iterator[Piece]:
    return _apart(text_changes(sentences(before), sentences(now), known_by))


def _listed_changes(gone: Sequence[str], came: Sequence[str]) -> Iterator[Piece]:
    """Yield the pieces of changed sentences that were kept without the text they stood in, the last "…" where there
    were more."""
    lists = [[one for one in found if one != _GAP.text] for found in (gone, came)]
    yield from _apart(_with_unknown_between(sentence_changes(*lists)))
    if _GAP.text in (*gone, *came):
        yield _GAP


def _apart(sentences: Iterable[Sequence[Piece]]) -> Iterator[Piece]:
    """Yield the pieces of all changed sentences. What stayed far from any change, between sentences too, becomes dots."""
    before: Piece | None = None
    apart = False
    for pieces in sentences:
        if all(piece.fate is Fate.STAYED for piece in pieces):
            apart = True
            continue
        shown = list(_shortened(pieces))
        if before is not None and apart and not _is_dotted(before, shown[0]):
            yield _GAP
        yield from shown
        before, apart = shown[-1], False


def _is_dotted(before: Piece, behind: Piece) -> bool:
    return before.text.endswith(_GAP.text) or behind.text.startswith(_GAP.text)


def _with_unknown_between(told: Iterable[Sequence[Piece]]) -> Iterator[Sequence[Piece]]:
    """Yield changed sentences of which only the words are known, with one that stayed wherever one may lie between: what
    went or came in one go stands together."""
    before: Piece | None = None
    for pieces in told:
        in_one_go = before and before.fate is pieces[0].fate is not Fate.STAYED
        if before and not in_one_go:
            yield (_GAP,)
        yield pieces
        before = pieces[-1]


def _shortened(pieces: Sequence[Piece]) -> Iterator[Piece]:
    last = len(pieces) - 1
    for place, piece in enumerate(pieces):
        if piece.fate is Fate.STAYED:
            yield Piece(_near(piece.text.split(), first=place == 0, last=place == last), piece.fate)
        elif piece.fate is Fate.WENT:
            yield Piece(_begun(piece.text.split()), piece.fate)
        else:
            yield piece


def _near(said: list[str], *, first: bool, last: bool) -> str:
    before, behind = (0 if first else _AROUND), (0 if last else _AROUND)
    if len(said) <= before + behind + 2:  # dots for a word or two would be no shorter
        return " ".join(said)
    return " ".join([*said[:before], _GAP.text, *said[len(said) - behind :]])


def _begun(gone: list[str]) -> str:
    """Return words that went, of many only the first: whoever reads on wants to know what is there now."""
    return " ".join(gone if len(gone) <= _MOST_GONE else [*gone[: _MOST_GONE // 2], _GAP.text])


def _within(room: int, pieces: Iterable[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        if len(piece.text) > room:
            yield Piece(words.cut(piece.text, max(room, 1)), piece.fate)
            return
        room -= len(piece.text)
        yield piece
