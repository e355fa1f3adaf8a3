"""What is written of one source: of each document in one transaction, and of how its reading ended. Runs in the
thread that owns the store; reading and parsing are `flow.reading`'s matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from zlib import crc32

from paperdigest.core.diff import is_news, without_future
from paperdigest.core.errors import SourceError
from paperdigest.core.health import WEEKS, Condition, Habits, condition
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Document, Parsed, Source, Unchanged, Verdict
from paperdigest.failpoints import failpoint
from paperdigest.flow.ingest_report import FileReport, SourceReport, SourceStatus
from paperdigest.flow.intake import Counts, Intake
from paperdigest.store.connection import Store
from paperdigest.store.receipts import Receipt, brought_by_day, was_accepted, write_receipt
from paperdigest.store.sources import (
    SourceState,
    keep_bookmark,
    note_failure,
    note_success,
    source_state,
)

MAX_AGE = timedelta(days=60)
#: A baseline is committed in pieces of so many records: what is done stays done.
BASELINE_BATCH = 5_000
#: Dates up to so far ahead are a matter of zones and embargoes; later ones are mistakes.
AHEAD = timedelta(days=2)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
LONGEST_WISH = timedelta(days=1)

#: Called with the document's name, records done, records in all.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class SourceRun:
    """A source that is to be read now, with what its config says beyond its own options.

    `max_age`: an unknown paper dated further back than this is old, not new; None: none is.
    `quiet_after`: silent longer than this is stale; None: never. `config` is all that its config says: what is
    equal to it asks for the same in the same way.
    """

    source: Source
    kind: str
    max_age: timedelta | None = MAX_AGE
    quiet_after: timedelta | None = None
    config: object = None

    @property
    def name(self) -> str:
        """Return the source's name."""
        return self.source.name


def pause_after(failures: int, spread: float = 0.0) -> timedelta:
    """Return how long a source is left alone after so many failures in a row: a minute, doubling to six hours.

    `spread`, 0 to 1, makes it up to a tenth longer.
    """
    doublings = max(0, min(failures - 1, 16))
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE) * (1 + spread / 10)


def not_before(before: SourceState, now: datetime, wish: timedelta | None) -> datetime:
    """Return when a source that failed just now may be read again.

    Our own pause, the server's wish and what is left of its last wish: the longest counts, so that neither
    "Retry-After: 0" nor another kind of failure cuts it short. Sources that failed together do not come
    back together: the pause is spread by their names and the time.
    """
    spread = crc32(f"{before.name} {now.isoformat()}".encode()) / 0xFFFFFFFF
    later = now + max(pause_after(before.failures + 1, spread), wish or timedelta())
    held = before.not_before_at
    # Further ahead than any wish: written by a clock that was wrong.
    return max(later, held) if held is not None and held - now <= LONGEST_WISH else later


def state_of(store: Store, run: SourceRun) -> SourceState:
    """Return what is remembered of a source, also of one that was never read."""
    return source_state(store, run.name) or SourceState(run.name, run.kind)


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes in what one reading of a source brings. `before` is how the source stood when it began.

    `baseline` takes everything without news. Every call is one transaction, or several of a baseline; all
    raise StoreError, StoreFull and LockHeld.
    """

    run: SourceRun
    before: SourceState
    baseline: bool
    progress: Progress

    # ---------------------------------------------------------------- one document

    def unchanged(self, item: Unchanged, store: Store, now: datetime) -> None:
        """Note that a source has nothing new to tell."""
        with store.transaction():
            keep_bookmark(store, self.run.name, self.run.kind, item.bookmark)
            write_receipt(store, Receipt(self.run.name, item.name, "", "unchanged", now))

    def known(self, document: Document, store: Store, now: datetime) -> FileReport | None:
        """Return what becomes of bytes that were taken before; None for others."""
        if was_accepted(store, self.run.name, document.sha256):
            return self._duplicate(document, store, now)
        return None

    def accept(self, document: Document, parsed: Parsed, store: Store, now: datetime) -> FileReport:
        """Write a document's papers, its receipt and its bookmark."""
        counts = self._store_papers(document, parsed, store, now)
        if counts is None:
            return self._duplicate(document, store, now)
        return FileReport(
            document.name,
            document.sha256,
            parsed.format,
            Verdict.ACCEPTED,
            papers=len(parsed.papers) - counts.rejected,
            new=counts.new,
            revised=counts.revised,
            unchanged=counts.unchanged,
            merged=counts.merged,
            rejected=len(parsed.rejected) + counts.rejected,
        )

    def quarantine(
        self, name: str, sha256: str, reason: str, size: int, store: Store, now: datetime
    ) -> FileReport:
        """Note that a document will never be accepted, and why."""
        # Its bookmark is not kept: behind an unchanged mark the mended document would never be read.
        with store.transaction():
            receipt = Receipt(
                self.run.name, name, sha256, "quarantined", now, reason=reason, bytes=size
            )
            write_receipt(store, receipt)
        return FileReport(name, sha256, "", Verdict.QUARANTINED, reason)

    def _duplicate(self, document: Document, store: Store, now: datetime) -> FileReport:
        reason = "read before"
        with store.transaction():
            keep_bookmark(store, self.run.name, self.run.kind, document.bookmark)
            receipt = Receipt(
                self.run.name, document.name, document.sha256, "duplicate", now, reason=reason
            )
            write_receipt(store, receipt)
        return FileReport(document.name, document.sha256, "", Verdict.DUPLICATE, reason)

    def _store_papers(
        self, document: Document, parsed: Parsed, store: Store, now: datetime
    ) -> Counts | None:
        """Write a document's papers and its receipt: in one transaction, or a baseline piece by piece.

        None: another process took the same bytes while these were being parsed.
        """
        run, total, counts = self.run, len(parsed.papers), Counts()
        size = BASELINE_BATCH if self.baseline else max(total, 1)
        latest = now + AHEAD
        for start in range(0, max(total, 1), size):
            piece = [without_future(paper, latest) for paper in parsed.papers[start : start + size]]
            with store.transaction():
                if was_accepted(store, run.name, document.sha256):
                    return None
                intake = Intake(
                    store,
                    run.name,
                    now,
                    counts=counts,
                    is_news=partial(
                        is_news,
                        read_before=self.before.last_success_at or now,
                        max_age=run.max_age,
                        baseline=self.baseline,
                    ),
                )
                intake.take(piece, partial(self._tell, document.name, total, start))
                last = start + size >= total
                keep_bookmark(
                    store,
                    run.name,
                    run.kind,
                    document.bookmark if last else "",
                    records=intake.records_added,
                    new_at=now if counts.stirred else None,
                    quiet_days=parsed.quiet_days if parsed.papers else None,
                )
                if last:
                    write_receipt(store, self._receipt(document, parsed, counts, now))
                failpoint("ingest.commit")
            failpoint("ingest.committed")
        self.progress(document.name, total, total)
        return counts

    def _tell(self, name: str, total: int, start: int, done: int) -> None:
        self.progress(name, start + done, total)

    def _receipt(
        self, document: Document, parsed: Parsed, counts: Counts, now: datetime
    ) -> Receipt:
        newest = max(parsed.papers, key=lambda one: _dated(one) or _LONG_AGO, default=None)
        return Receipt(
            self.run.name,
            document.name,
            document.sha256,
            "accepted",
            now,
            format=parsed.format,
            bytes=len(document.data),
            papers=len(parsed.papers) - counts.rejected,
            new=counts.new,
            revised=counts.revised,
            unchanged=counts.unchanged,
            merged=counts.merged,
            rejected=len(parsed.rejected) + counts.rejected,
            newest_id=newest.id if newest else "",
            newest_at=_dated(newest) if newest else None,
            rejects=tuple((one.place, one.reason) for one in parsed.rejected),
        )

    # ---------------------------------------------------------------- the source as a whole

    def failed(
        self, files: Sequence[FileReport], error: SourceError, store: Store, now: datetime
    ) -> SourceReport:
        """Note that the source could not be read to its end, and when to try again."""
        with store.transaction():
            self._note_failure(error, store, now)
        return SourceReport(self.run.name, SourceStatus.FAILED, tuple(files), str(error))

    def is_late(
        self, error: SourceError, is_over: Callable[[], bool], store: Store, now: datetime
    ) -> None:
        """Note that the source is not read to its end yet, unless it is just being noted how it ended."""
        with store.transaction():
            if not is_over():
                self._note_failure(error, store, now)

    def _note_failure(self, error: SourceError, store: Store, now: datetime) -> None:
        name, kind = self.run.name, self.run.kind
        later = not_before(state_of(store, self.run), now, error.retry_after)
        note_failure(store, name, kind, now, error=str(error), not_before=later)
        write_receipt(store, Receipt(name, name, "", "failed", now, reason=str(error)))

    def done(self, files: Sequence[FileReport], store: Store, now: datetime) -> SourceReport:
        """Note that the source was read to its end."""
        name, kind = self.run.name, self.run.kind
        stirred = any(file.stirs for file in files)
        with store.transaction():
            if stirred:  # what came in a long reading is news of this read, not of an earlier one
                keep_bookmark(store, name, kind, "", new_at=now)
            note_success(store, name, kind, now)
        return SourceReport(name, self._status(files, store, now, stirred=stirred), tuple(files))

    def _status(
        self, files: Sequence[FileReport], store: Store, now: datetime, *, stirred: bool
    ) -> SourceStatus:
        if any(file.status is Verdict.QUARANTINED or file.rejected for file in files):
            return SourceStatus.PARTIAL
        if stirred:
            return SourceStatus.OK
        before, quiet_after = self.before, self.run.quiet_after
        if quiet_after is None:
            return SourceStatus.QUIET
        past = brought_by_day(store, now - timedelta(weeks=WEEKS, days=1))
        first = before.first_read_at.date() if before.first_read_at else None
        habits = Habits(past.get(self.run.name, {}), first, before.quiet_days, quiet_after)
        found = condition(
            habits,
            now,
            failing_since=None,
            first_read_at=before.first_read_at,
            last_success_at=now,
            last_new_at=before.last_new_at,
        )
        return SourceStatus.STALE if found is Condition.STALE else SourceStatus.QUIET


def _dated(paper: Paper) -> datetime | None:
    return max(
        (at for at in (paper.published_at, paper.updated_at) if at is not None), default=None
    )
