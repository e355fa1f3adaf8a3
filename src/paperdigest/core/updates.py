"""News about papers a reader was sent before: one notice that says of each what happened to it, and word by word what
a new version says differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final

from paperdigest.core import update_words, words
from paperdigest.core.digest import Difference, Digest, Entry, Marked, Section
from paperdigest.core.entry import AUTHORS_SHOWN, Desk, Find
from paperdigest.core.letter import Frame, manage
from paperdigest.core.paper import ChangeKind
from paperdigest.core.word_changes import Fate, Piece, sentence_changes, word_changes

#: What matters most to somebody who may have read the paper comes first.
_ORDER: Final = (
    ChangeKind.WITHDRAWN,
    ChangeKind.PUBLISHED,
    ChangeKind.REVISED,
    ChangeKind.CROSS_LISTED,
)
_AROUND: Final = 8  # words that stayed are shown before and behind a change
_ROOM: Final = 1_600  # code points of an abstract's changes
_GAP: Final = "…"


@dataclass(frozen=True, slots=True)
class Update:
    """Something happened to a paper that a reader was sent. `summary` is what the change log says of it
    (`core.revision` for new versions); `sent_at` when the reader was sent the paper, where that is known."""

    find: Find
    sent_at: datetime | None = None
    summary: Mapping[str, object] = field(default_factory=dict, compare=False)


def slot_of(slot: str) -> str:
    """Return the slot of the notice that goes beside a lane's digest of that slot."""
    return f"{slot} updates"


def notice(frame: Frame, updates: Sequence[Update], desk: Desk, *, limit: int) -> Digest:
    """Return the notice. Of more than `limit` papers the others are listed; nothing is left out."""
    ordered = sorted(updates, key=_weight)
    entries = [_entry(update, desk, frame.now) for update in ordered]
    section = Section(
        words.UPDATES,
        len(entries),
        full=tuple(entries[:limit]),
        listed=tuple(_by_title(entry) for entry in entries[limit:]),
    )
    kinds = [ChangeKind(entry.kind) for entry in entries]
    return Digest(
        subscriber=frame.subscriber.name,
        slot=slot_of(frame.slot.name),
        kind="notice",
        title=update_words.title(kinds, entries[0].title.text),
        at=frame.now,
        covers_from=frame.covers_from,
        covers_until=frame.covers_until,
        preheader=_preheader(entries),
        sections=(section,),
        manage=manage(frame),
        more=words.command_for_more(frame.subscriber.name),
        shared=frame.subscriber.shared,
    )


def _preheader(entries: Sequence[Entry]) -> str:
    """Return the first words: of one paper what happened, for the subject has its title; of several the first titles."""
    if len(entries) == 1:
        return entries[0].note
    return words.DOT.join(entry.title.text for entry in entries[:2])


def _weight(update: Update) -> tuple[int, int]:
    return _ORDER.index(_kind(update.find)), update.find.change


def _kind(find: Find) -> ChangeKind:
    return ChangeKind(find.reason.split(":")[0])


def _entry(update: Update, desk: Desk, now: datetime) -> Entry:
    find, kind = update.find, _kind(update.find)
    card, paper = desk.card(find), find.paper
    return Entry(
        paper_key=find.key,
        reason=find.reason,
        id=paper.id,
        title=Marked(card.title, (), card.title_styles),
        kind=str(kind),
        url=card.url,
        searches=card.searches,
        authors=card.authors,
        more_authors=max(0, len(paper.authors) - AUTHORS_SHOWN),
        links=card.links if kind is not ChangeKind.WITHDRAWN else (),
        note=update_words.happened(
            kind, update.summary, update.sent_at, now, version=paper.version
        ),
        said=tuple(update_words.authors(update.summary)),
        differences=tuple(_differences(update.summary)),
    )


def _by_title(entry: Entry) -> Entry:
    return Entry(
        paper_key=entry.paper_key,
        reason=entry.reason,
        id=entry.id,
        title=entry.title,
        kind=entry.kind,
        url=entry.url,
        searches=entry.searches,
        note=entry.note,
    )


# ------------------------------------------------------------------ word by word


def _differences(summary: Mapping[str, object]) -> Iterator[Difference]:
    title, abstract = summary.get("title"), summary.get("abstract")
    if isinstance(title, Mapping):
        yield Difference("title", word_changes(str(title["gone"]), str(title["came"])))
    if isinstance(abstract, Mapping):
        told = sentence_changes(abstract["gone"], abstract["came"])
        yield Difference("abstract", tuple(_within(_ROOM, _joined(map(_shortened, told)))))


def _shortened(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the pieces of a sentence; what stayed far from any change becomes dots."""
    last = len(pieces) - 1
    for place, piece in enumerate(pieces):
        if piece.fate is Fate.STAYED:
            yield Piece(_near(piece.text.split(), first=place == 0, last=place == last), piece.fate)
        else:
            yield piece


def _near(said: list[str], *, first: bool, last: bool) -> str:
    before, behind = (0 if first else _AROUND), (0 if last else _AROUND)
    if len(said) <= before + behind + 2:  # dots for a word or two would be no shorter
        return " ".join(said)
    return " ".join([*said[:before], _GAP, *said[len(said) - behind :]])


def _joined(sentences: Iterable[Iterable[Piece]]) -> Iterator[Piece]:
    """Yield the pieces of all sentences, those that have one fate and stand side by side as one."""
    pieces = [piece for sentence in sentences for piece in sentence]
    kept: list[Piece] = pieces[:1]
    for before, piece in pairwise(pieces):
        if piece.fate is before.fate:
            kept[-1] = Piece(f"{kept[-1].text} {piece.text}", piece.fate)
        else:
            kept.append(piece)
    return iter(kept)


def _within(room: int, pieces: Iterable[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        if len(piece.text) > room:
            yield Piece(words.cut(piece.text, max(room, 1)), piece.fate)
            return
        room -= len(piece.text)
        yield piece
