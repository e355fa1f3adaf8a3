"""What was looked at since a reader's last digest: silence is never an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from paperdigest.core import source_words
from paperdigest.core.digest import SourceLine
from paperdigest.core.health import WEEKS, Condition, Habits, condition, silent_since
from paperdigest.store import history
from paperdigest.store.connection import Store
from paperdigest.store.receipts import brought_by_day, refused_since
from paperdigest.store.sources import SourceState

_PAST = timedelta(weeks=WEEKS, days=1)
_LINES_KEPT = 256  # a line a source each: most readers of a round had their last digest together


@dataclass(frozen=True, slots=True)
class SourceView:
    """What composing needs to know of a configured source. `search` is an address with `{title}`."""

    name: str
    search: str = ""
    quiet_after: timedelta | None = None


class LookedAt:
    """The state of every source, read once a round, and told for any reader's time."""

    def __init__(self, store: Store, sources: Sequence[SourceView], now: datetime) -> None:
        self._views = sources
        self._states = history.source_states(store)
        self._past = brought_by_day(store, now - _PAST)
        self._store = store
        self._new: dict[datetime, Mapping[str, int]] = {}
        self._refused: dict[datetime, Mapping[str, tuple[int, int]]] = {}
        self._lines: dict[tuple[datetime, datetime, tzinfo], tuple[SourceLine, ...]] = {}

    def condition(self, view: SourceView, now: datetime) -> Condition:
        """Return how a source is."""
        state = self._states.get(view.name) or SourceState(view.name, "")
        return condition(
            self._habits(view, state),
            now,
            failing_since=state.failing_since_at,
            first_read_at=state.first_read_at,
            last_success_at=state.last_success_at,
            last_new_at=state.last_new_at,
        )

    def _habits(self, view: SourceView, state: SourceState) -> Habits:
        first = state.first_read_at
        return Habits(
            self._past.get(view.name, {}),
            None if first is None else first.date(),
            state.quiet_days,
            view.quiet_after,
        )

    def lines(self, since: datetime, now: datetime, zone: tzinfo) -> tuple[SourceLine, ...]:
        """Return one line per configured source."""
        asked = (since, now, zone)
        found = self._lines.get(asked)
        if found is None:
            if len(self._lines) >= _LINES_KEPT:
                self._lines.clear()
            found = self._lines[asked] = self._told(since, now, zone)
        return found

    def _told(self, since: datetime, now: datetime, zone: tzinfo) -> tuple[SourceLine, ...]:
        new = self._new_since(since)
        lines = (self._line(view, new.get(view.name, 0), now, zone) for view in self._views)
        return tuple(_partly(line, *self._refused_of(line.name, since)) for line in lines)

    def seen(self, since: datetime) -> int:
        """Return how many new papers all sources brought since then."""
        return sum(self._new_since(since).values())

    def _new_since(self, since: datetime) -> Mapping[str, int]:
        if since not in self._new:
            self._new[since] = history.new_papers_since(self._store, since)
        return self._new[since]

    def _refused_of(self, name: str, since: datetime) -> tuple[int, int]:
        """Return how many files were refused and records rejected. What a network answers is no file: refused,
        it makes a failing source, which is told as that and only while it lasts."""
        files, records = self._refused_since(since).get(name, (0, 0))
        state = self._states.get(name)
        return (files if state is not None and state.kind == "inbox" else 0), records

    def _refused_since(self, since: datetime) -> Mapping[str, tuple[int, int]]:
        if since not in self._refused:
            self._refused[since] = refused_since(self._store, since)
        return self._refused[since]

    def _line(self, view: SourceView, papers: int, now: datetime, zone: tzinfo) -> SourceLine:
        state = self._states.get(view.name) or SourceState(view.name, "")
        found = self.condition(view, now)
        said = ""
        if found is Condition.UNREAD:
            said = source_words.not_read_yet()
        elif found is Condition.FAILED and state.failing_since_at is not None:
            since = state.failing_since_at.astimezone(zone)
            said = source_words.could_not_be_read(since, now.astimezone(zone), state.error)
        elif found is Condition.STALE:
            said = self._silent(view, state, now, zone)
        well = found in (Condition.OK, Condition.QUIET)
        return SourceLine(view.name, "ok" if well else str(found), papers, said)

    def _silent(self, view: SourceView, state: SourceState, now: datetime, zone: tzinfo) -> str:
        since = (
            silent_since(first_read_at=state.first_read_at, last_new_at=state.last_new_at) or now
        )
        if state.last_new_at is None and not state.papers:
            return source_words.nothing_ever(since.astimezone(zone), now.astimezone(zone))
        missing = self._habits(view, state).missing(since.date(), now.date())
        usual = max(missing, default=0)
        return source_words.nothing_since(since.astimezone(zone), now.astimezone(zone), usual)


def _partly(line: SourceLine, files: int, records: int) -> SourceLine:
    """Return the line of a source that is well but for some files or records."""
    if line.said or not (files or records):
        return line
    return replace(line, status="partial", said=source_words.partly_read(files, records))
