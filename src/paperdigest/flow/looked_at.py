"""What was looked at since a reader's last digest: silence is never an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from paperdigest.core import words
from paperdigest.core.digest import SourceLine
from paperdigest.store import history
from paperdigest.store.connection import Store


@dataclass(frozen=True, slots=True)
class SourceView:
    """What composing needs to know of a configured source. `search` is an address with `{title}`."""

    name: str
    search: str = ""
    quiet_after: timedelta | None = None


class LookedAt:
    """The state of every source, read once a round, and told for any reader's time."""

    def __init__(self, store: Store, sources: Sequence[SourceView]) -> None:
        self._views = sources
        self._states = history.source_states(store)
        self._store = store
        self._new: dict[datetime, Mapping[str, int]] = {}

    def lines(self, since: datetime, now: datetime, zone: tzinfo) -> tuple[SourceLine, ...]:
        """Return one line per configured source."""
        new = self._new_since(since)
        return tuple(self._line(view, new.get(view.name, 0), now, zone) for view in self._views)

    def seen(self, since: datetime) -> int:
        """Return how many new papers all sources brought since then."""
        return sum(self._new_since(since).values())

    def _new_since(self, since: datetime) -> Mapping[str, int]:
        if since not in self._new:
            self._new[since] = history.new_papers_since(self._store, since)
        return self._new[since]

    def _line(self, view: SourceView, papers: int, now: datetime, zone: tzinfo) -> SourceLine:
        state = self._states.get(view.name)
        if state is None or state.last_read_at is None:
            return SourceLine(view.name, "unread", papers, words.not_read_yet())
        if state.failing_since_at is not None:
            said = words.could_not_be_read(
                state.failing_since_at.astimezone(zone),
                now.astimezone(zone),
                state.error,
            )
            return SourceLine(view.name, "failed", papers, said)
        quiet_since = state.last_new_at or state.last_success_at
        if (
            view.quiet_after is not None
            and quiet_since is not None
            and now - quiet_since > view.quiet_after
        ):
            said = words.nothing_since(quiet_since.astimezone(zone), now.astimezone(zone))
            return SourceLine(view.name, "stale", papers, said)
        return SourceLine(view.name, "ok", papers)
