"""What one lane gets before it is written: what goes in, how it looks, the bytes for each target. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from paperdigest.core import letter, opening_words, schedule, updates
from paperdigest.core.arrange import arrange
from paperdigest.core.digest import Digest, SourceLine
from paperdigest.core.entry import Desk, Find
from paperdigest.core.ports import Channel, Form, Message, Part
from paperdigest.core.subscription import Subscriber
from paperdigest.core.unsubscribe import EMAIL, without_code
from paperdigest.flow import parts
from paperdigest.flow.attaching import files_of
from paperdigest.flow.dormant import Dormant
from paperdigest.flow.due import WEEK, Work, plan_of
from paperdigest.flow.finds import LaneFinds, lane_finds
from paperdigest.flow.looked_at import LookedAt, SourceView
from paperdigest.flow.unsubscribe import NO_EXITS, Exits
from paperdigest.flow.updates import answered, updates_of
from paperdigest.flow.window import Window
from paperdigest.store import digests
from paperdigest.store.connection import Store
from paperdigest.store.digests import Outcome
from paperdigest.store.subscribers import MAIN

_ANSWERS_NONE: Mapping[str, str] = MappingProxyType({})
_EVERY_FORM = frozenset(Form) - {Form.ELSEWHERE}
_PAGES = frozenset({Form.TEXT, Form.HTML})
#: Papers older than this at a late digest are named by title only.
LISTED_AFTER = timedelta(days=14)


class Renderer(Protocol):
    """Makes a message of a digest; returns the digest as it finally fits.

    `safely` never fails for a template of the user's: the digest is made by the shipped ones then, and the last it
    returns is why, "" otherwise.
    """

    def render(self, digest: Digest, forms: frozenset[Form]) -> tuple[Digest, Message]: ...

    def safely(self, digest: Digest, forms: frozenset[Form]) -> tuple[Digest, Message, str]: ...


@dataclass(frozen=True, slots=True)
class Press:
    """What composing needs besides the store: how to render, how to prepare, what to say of sources."""

    renderer: Renderer
    channel: Callable[[str], Channel]
    sources: tuple[SourceView, ...] = ()
    operator: tuple[str, ...] = ()
    page: str = ""  # https address of the unsubscribe page; "": there is none
    # Tells the user's templates from what they were before; "": there are none; None: they cannot be used.
    mark: str | None = ""
    reply_to: str = ""  # the address that answers to mails go to

    @property
    def searches(self) -> dict[str, str]:
        """Return each source's search address."""
        return {view.name: view.search for view in self.sources}

    def forms(self, targets: Sequence[str]) -> frozenset[Form]:
        """Return the forms that the channels of these targets use."""
        names = {target.partition(":")[0] for target in targets}
        wanted = frozenset[Form]().union(*(self.channel(name).forms for name in names))
        if EMAIL in names and any(
            self.channel(name).forms & _PAGES for name in names if name != EMAIL
        ):
            return wanted | {Form.ELSEWHERE}
        return wanted


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of a draft: a digest, or a notice of updates. `parts` are (target with its channel, part). `fault`:
    why the user's own templates did not make it, "" where they did. `also`: of which other changes the entry of a
    paper and reason tells."""

    digest: Digest
    slot: str
    parts: tuple[tuple[str, Part], ...] = ()
    message: Message | None = None  # where nothing was prepared
    fault: str = ""
    also: Mapping[tuple[int, str], Sequence[Find]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """What one lane gets before it is written. `digest` None: nothing new to say this time; `notice` is about papers
    that were sent before, and goes into the thread of the digest that brought them."""

    work: Work
    until_change: int
    finds: LaneFinds
    digest: Letter | None = None
    notice: Letter | None = None
    waiting: Sequence[Outcome] = ()  # what waited for this digest

    @property
    def letters(self) -> tuple[Letter, ...]:
        """Return what goes out, the digest first."""
        return tuple(letter for letter in (self.digest, self.notice) if letter is not None)


class Drafting:
    """Makes drafts from one window. Reads only."""

    def __init__(
        self,
        store: Store,
        press: Press,
        window: Window,
        now: datetime,
        database: str = "",
        doors: Exits = NO_EXITS,
    ) -> None:
        self._store = store
        self._press = press
        self._window = window
        self._now = now
        self._database = database
        self._doors = doors
        self._looked_at = LookedAt(store, press.sources, now)
        self._desk = Desk(press.searches)
        self._dormant = Dormant(
            store, now, window=window, operator=press.operator, reply_to=press.reply_to
        )

    def draft(self, work: Work, *, prepare: bool = True) -> Draft:
        finds = lane_finds(self._store, work, self._window, self._now)
        waiting = self._window.waiting.get(work.lane.id, ())
        digest = None
        # A notice says what was looked at as well: it stands for an empty digest.
        if finds or (self._empty_is_due(work) and not finds.updates) or not prepare:
            made = self._digest(work, finds)
            digest = self._letter(work, made, work.slot.name, prepare=prepare, finds=finds)
        notice = self._notice(work, finds, prepare=prepare) if finds.updates else None
        return Draft(work, self._window.newest, finds, digest, notice, waiting)

    def _letter(
        self,
        work: Work,
        digest: Digest,
        slot: str,
        *,
        prepare: bool,
        answers: Mapping[str, str] = _ANSWERS_NONE,
        finds: LaneFinds | None = None,
    ) -> Letter:
        forms = self._press.forms(work.targets) if prepare else _EVERY_FORM
        if not prepare:  # somebody looks, and is to see what is wrong with a template
            shown, message = self._press.renderer.render(digest, forms)
            return Letter(shown, slot, message=message)
        shown, message, fault = self._press.renderer.safely(digest, forms)
        # The parts hold the message already: a hundred drafts wait for their transaction.
        leave = self._doors.of(work.subscriber, work.lane.subscriber_id)
        files = files_of(work, finds, shown, forms) if finds is not None else ()
        message = replace(message, unsubscribe=leave, answers=answers, attachments=files)
        return Letter(shown, slot, tuple(self._parts(work, message, slot)), fault=fault)

    def _notice(self, work: Work, finds: LaneFinds, *, prepare: bool) -> Letter:
        told = updates_of(self._store, finds)
        limit = work.subscriber.limit
        notice = updates.notice(self._frame(work, finds), told, self._desk, limit=limit)
        answers = answered(self._store, finds) if prepare else _ANSWERS_NONE
        letter = self._letter(work, notice, notice.slot, prepare=prepare, answers=answers)
        also = {(one.find.key, one.find.reason): one.others for one in told if one.others}
        return replace(letter, also=also)

    def _empty_is_due(self, work: Work) -> bool:
        if work.lane.name != MAIN or not work.regular:
            return False
        if work.subscriber.send_empty == "true":
            return True
        last = work.lane.last_digest_at or work.lane.created_at
        if work.subscriber.send_empty != "weekly" or self._now - last < WEEK:
            return False
        # So does the week since a notice: who heard of us then needs no sign of life.
        told = digests.last_notice(self._store, work.lane.id)
        return told is None or self._now - told >= WEEK

    def _digest(self, work: Work, finds: LaneFinds) -> Digest:
        frame = self._frame(work, finds)
        listed_before = self._now - LISTED_AFTER
        sections = arrange(finds.topics, self._desk, frame.now, listed_before=listed_before)
        digest = letter.digest(frame, sections)
        past = self._window.past
        return self._dormant.said(work, digest if past is None else past.counted(work, digest))

    def _frame(self, work: Work, finds: LaneFinds) -> letter.Frame:
        zone = schedule.zone(work.subscriber.timezone)
        local = self._now.astimezone(zone)
        since = self._covers_from(work)
        asked = _sources_asked(work.subscriber)
        sources = _of_these(self._looked_at.lines(since, self._now, zone), asked)
        archived = 0 if work.lane.digests or asked else self._window.archived_since(since)
        return letter.Frame(
            work.subscriber,
            work.slot,
            work.kind,
            local,
            since.astimezone(zone),
            local,
            sources=sources,
            seen=sum(line.papers for line in sources) if asked else self._looked_at.seen(since),
            archived=archived,
            came=_came(finds, since),
            elsewhere=len({row.paper_key for row in self._window.elsewhere.get(work.lane.id, ())}),
            waited=finds.waited,
            looked_back=self._now - since if _looks_back(work, finds) else None,
            called=_called(work),
            missed=work.missed,
            operator=self._press.operator,
            targets=work.targets,
            reply_to=self._press.reply_to,
            link=self._link(work),
        )

    def _link(self, work: Work) -> str:
        """Return the unsubscribe link that text and HTML have, of the first mail; a preview shows where it leads and
        stops nothing."""
        mails = [target for target in work.targets if target.startswith(f"{EMAIL}:")]
        if not (mails and self._press.page) or work.subscriber.shared:
            return ""
        leave = self._doors.of(work.subscriber, work.lane.subscriber_id)
        return leave.link(mails[0]) if leave is not None else without_code(self._press.page)

    def _covers_from(self, work: Work) -> datetime:
        if work.lane.digests == 0:
            return min(work.lane.created_at, self._now) - work.subscriber.backfill
        return work.lane.last_digest_at or work.lane.created_at

    def _parts(self, work: Work, message: Message, slot: str) -> Iterator[tuple[str, Part]]:
        local = self._now.astimezone(schedule.zone(work.subscriber.timezone))
        of = (self._database, work.lane.id, slot)
        return parts.prepared(self._press.channel, message, work.targets, of=of, at=local)


def _looks_back(work: Work, finds: LaneFinds) -> bool:
    """Say whether this is a lane's first digest and looks back for topics of its own; a trending list says itself how far
    it looks, each time. An alert does if it has papers that are older than the lane: there may have been nothing to alert
    to for a year."""
    if not work.first or all(topic.trending for topic in work.topics):
        return False
    old = (find for topic in finds.topics for find in topic.finds if _is_older(find, work))
    return work.kind != "alert" or next(old, None) is not None


def _is_older(find: Find, work: Work) -> bool:
    return find.seen_at < work.lane.created_at


def _sources_asked(reader: Subscriber) -> frozenset[str]:
    """Return the sources that this reader's topics, on whatever schedule, can get papers from; none: all."""
    asked = [topic.sources for topic in reader.topics]
    return frozenset(name for names in asked for name in names) if all(asked) else frozenset()


def _of_these(lines: tuple[SourceLine, ...], asked: frozenset[str]) -> tuple[SourceLine, ...]:
    return tuple(line for line in lines if line.name in asked) if asked else lines


def _came(finds: LaneFinds, since: datetime) -> bool:
    """Say whether some of its papers may be called new: those of a trending list may all have come before."""
    return any(
        not topic.trending or find.seen_at > since for topic in finds.topics for find in topic.finds
    )


def _called(work: Work) -> str:
    if work.kind == "alert":
        return opening_words.ALERT
    lanes = {topic.schedule or MAIN for topic in work.subscriber.topics}
    others = lanes - {work.lane.name}
    alone = all(plan_of(work.subscriber, name).at_once for name in others)
    return opening_words.DIGEST if alone else opening_words.ONE_OF_SEVERAL
