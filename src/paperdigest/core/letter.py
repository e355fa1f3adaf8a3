"""The frame of a digest: its title, its opening notes, and what was looked at. Sections come from `arrange`."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from paperdigest.core import closing_words, opening_words, title_words, words
from paperdigest.core.digest import Digest, Entry, Section, SourceLine
from paperdigest.core.foremost import announced
from paperdigest.core.schedule import Slot
from paperdigest.core.subscription import Subscriber

#: Letters that a list of mails shows at most behind a subject.
PREHEADER = 90


@dataclass(frozen=True, slots=True)
class Frame:
    """What a digest says besides its papers. All times in the reader's zone.

    `looked_back` is set on a first digest, which is `called` so. `missed` are the slots it stands for, itself included.
    `seen` is how many new papers all sources brought in the time covered; `archived` how many it looked through
    besides, which entered history without news; `elsewhere` how many other schedules of this reader have sent.
    `came`: some of its papers may be called new; those of a trending list may all be from before the last digest.
    `waited` are the keys of papers that an earlier digest only counted. `targets` are those it goes to; `operator`,
    `reply_to` and `link` as for `closing_words.manage`.
    """

    subscriber: Subscriber
    slot: Slot
    kind: str
    now: datetime
    covers_from: datetime
    covers_until: datetime
    sources: tuple[SourceLine, ...] = ()
    seen: int = 0
    archived: int = 0
    elsewhere: int = 0
    came: bool = True
    waited: Set[int] = frozenset()
    looked_back: timedelta | None = None
    called: str = opening_words.DIGEST
    missed: tuple[Slot, ...] = ()
    operator: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    reply_to: str = ""
    link: str = ""


def digest(frame: Frame, sections: Sequence[Section]) -> Digest:
    """Return the digest; without papers it is the short line that says what was looked at."""
    named = [part for part in sections if part.full or part.listed or part.counted]
    papers = [entry for part in named for entry in (*part.full, *part.listed, *part.counted)]
    count, waited = len(papers), sum(entry.paper_key in frame.waited for entry in papers)
    nothing = "" if count else _nothing(frame, sections)
    title = (
        _title(frame, named, papers, waited)
        if count
        else title_words.with_trouble(nothing, frame.sources)
    )
    said_above = bool(nothing) and title.startswith(nothing)
    told = looked_at(frame, said_above=said_above)
    return Digest(
        subscriber=frame.subscriber.name,
        slot=frame.slot.name,
        kind=frame.kind if count else "empty",
        title=title,
        at=frame.now,
        covers_from=frame.covers_from,
        covers_until=frame.covers_until,
        preheader=_first_words(frame, named, papers) or words.DOT.join(told),
        sections=_marked(sections, frame.waited) if 0 < waited < count else tuple(sections),
        notes=_notes(frame, papers=count, waited=waited),
        sources=frame.sources,
        looked_at=told,
        manage=manage(frame),
        more=words.command_for_more(frame.subscriber.name),
        shared=frame.subscriber.shared,
        group=frame.subscriber.group,
        waited=waited,
    )


def looked_at(frame: Frame, *, said_above: bool = False) -> tuple[str, ...]:
    """Return the lines about the sources; `said_above` as for `words.looked_at`."""
    return words.looked_at(
        frame.sources,
        frame.seen,
        frame.covers_until - frame.covers_from,
        since_yesterday=title_words.began_yesterday(frame.covers_from, frame.now),
        said_above=said_above,
    )


def _title(frame: Frame, named: Sequence[Section], papers: Sequence[Entry], waited: int) -> str:
    if _names_its_paper(frame, papers):
        return title_words.alert_of_one(papers[0].title.text, named[0].name)
    return words.title_of(
        len(papers) - waited,
        [part.name for part in named],
        kind=frame.kind,
        waited=waited,
        came=frame.came,
    )


def _names_its_paper(frame: Frame, papers: Sequence[Entry]) -> bool:
    return frame.kind == "alert" and len(papers) == 1 and papers[0].paper_key not in frame.waited


def _first_words(frame: Frame, named: Sequence[Section], papers: Sequence[Entry]) -> str:
    """Return what stands behind the subject in a list of mails: titles, of an alert whose subject is one its authors and
    excerpt."""
    if _names_its_paper(frame, papers):
        (paper,) = papers
        by = words.authors_short(paper.authors, paper.more_authors)
        known = words.DOT.join(filter(None, (by, paper.excerpt.text)))
        return words.cut(known or paper.title.text, PREHEADER)
    return preheader(announced(named, by_day=frame.subscriber.group == "day"))


def _marked(sections: Sequence[Section], waited: Set[int]) -> tuple[Section, ...]:
    """Return the sections with a word at each paper that waited, where others are new."""

    def told(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(
            replace(one, note=opening_words.WAITED)
            if one.paper_key in waited and not one.note
            else one
            for one in entries
        )

    return tuple(replace(one, full=told(one.full), listed=told(one.listed)) for one in sections)


def _nothing(frame: Frame, sections: Sequence[Section]) -> str:
    period = frame.covers_until - frame.covers_from
    sent = max(frame.elsewhere, _sent_already(sections))
    return title_words.nothing_matched(
        frame.seen + frame.archived,
        period,
        sent=sent,
        since_yesterday=title_words.began_yesterday(frame.covers_from, frame.now),
    )


def manage(frame: Frame) -> tuple[str, ...]:
    """Return how to change, pause or stop what this is a part of."""
    return closing_words.manage(
        frame.subscriber,
        frame.targets,
        operator=frame.operator,
        reply_to=frame.reply_to,
        link=frame.link,
    )


def _sent_already(sections: Sequence[Section]) -> int:
    named = {entry.paper_key for part in sections for entry in part.earlier}
    return len(named) + sum(part.more_earlier for part in sections)  # each stands in one


def preheader(entries: Sequence[Entry]) -> str:
    """Return the hidden first words of a mail: its two best titles, each so long that both are seen in a list of mails."""
    titles = [entry.title.text for entry in entries[:2]]
    room = PREHEADER // max(1, len(titles))
    return words.DOT.join(words.cut(title, room) for title in titles)


def _after_absence(frame: Frame) -> str:
    if frame.subscriber.catch_up == "skip":
        return opening_words.left_out(len(frame.missed) - 1)
    slots = [slot.at.astimezone(frame.now.tzinfo) for slot in frame.missed]
    return opening_words.caught_up(slots, frame.covers_from, frame.now)


def _notes(frame: Frame, *, papers: int, waited: int) -> tuple[str, ...]:
    """Return what stands before the papers. The title of an empty digest says already how long nothing came."""
    notes = []
    if frame.looked_back is not None:
        notes.append(words.first_digest(frame.looked_back, frame.called))
    elif len(frame.missed) > 1 and papers:
        notes.append(_after_absence(frame))
    if 0 < waited < papers:  # where nothing is new the title says all of that
        notes.append(opening_words.waited(waited))
    return tuple(notes)
