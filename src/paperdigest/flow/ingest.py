"""The first verb: bytes become papers, papers become changes. One transaction per document, one source
after the other; what fails does so alone. Safe to repeat, and to be killed anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import takewhile
from zlib import crc32

from paperdigest.core.diff import is_news, without_future
from paperdigest.core.errors import RefusedInput, SourceError
from paperdigest.core.health import WEEKS, Condition, Habits, condition
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Document, Parsed, RefusedDocument, Source, Unchanged, Verdict
from paperdigest.failpoints import failpoint
from paperdigest.flow.ingest_report import FileReport, IngestReport, SourceReport, SourceStatus
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
    `quiet_after`: silent longer than this is stale; None: never.
    """

    source: Source
    kind: str
    max_age: timedelta | None = MAX_AGE
    quiet_after: timedelta | None = None

    @property
    def name(self) -> str:
        """Return the source's name."""
        return self.source.name


def ingest(
    store: Store,
    sources: Sequence[SourceRun],
    now: datetime,
    *,
    baseline: bool = False,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> IngestReport:
    """Take in everything the sources have past their bookmarks. Safe to repeat.

    `only` names the sources to read (None: all); those left when `stop` says so are not. `baseline` takes everything without news. A source that
    fails is reported and does not keep the others from being read. Raises StoreError, StoreFull and
    LockHeld; what was committed before stays. In a rehearsal nothing is settled with the source.
    """
    wanted = [run for run in sources if only is None or run.name in only]
    reading = _Reading(store, now, baseline=baseline, progress=progress or _no_progress)
    return IngestReport(tuple(reading.read(run) for run in takewhile(lambda _: not stop(), wanted)))


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


@dataclass(frozen=True, slots=True)
class _Reading:
    """One run of the verb: what all its sources share."""

    store: Store
    now: datetime
    baseline: bool
    progress: Progress

    def read(self, run: SourceRun) -> SourceReport:
        before = source_state(self.store, run.name) or SourceState(run.name, run.kind)
        files: list[FileReport] = []
        try:
            for item in run.source.fetch(before.bookmark, self.now):
                report = self._take(run, before, item)
                if report is not None:
                    files.append(report)
        except SourceError as error:
            return self._failed(run, before, files, error)
        refused = _refused_answer(run, files)
        if refused is not None:
            return self._failed(run, before, files, SourceError(_of_address(refused)))
        return self._done(run, before, files)

    # ---------------------------------------------------------------- one document

    def _take(
        self, run: SourceRun, before: SourceState, item: Document | RefusedDocument | Unchanged
    ) -> FileReport | None:
        match item:
            case Unchanged():
                with self.store.transaction():
                    keep_bookmark(self.store, run.name, run.kind, item.bookmark)
                    write_receipt(
                        self.store, Receipt(run.name, item.name, "", "unchanged", self.now)
                    )
                return None
            case RefusedDocument():
                return self._quarantine(run, item.name, item.sha256, item.reason)
            case Document():
                return self._accept(run, before, item)

    def _accept(self, run: SourceRun, before: SourceState, document: Document) -> FileReport:
        if was_accepted(self.store, run.name, document.sha256):
            return self._duplicate(run, document)
        try:
            parsed = run.source.parse(document)
        except RefusedInput as error:
            return self._quarantine(
                run, document.name, document.sha256, str(error), len(document.data)
            )
        counts = self._store_papers(run, before, document, parsed)
        if counts is None:
            return self._duplicate(run, document)
        self._settle(run, document.name, Verdict.ACCEPTED, "")
        rejected = len(parsed.rejected) + counts.rejected
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
            rejected=rejected,
        )

    def _duplicate(self, run: SourceRun, document: Document) -> FileReport:
        reason = "read before"
        with self.store.transaction():
            keep_bookmark(self.store, run.name, run.kind, document.bookmark)
            receipt = Receipt(
                run.name, document.name, document.sha256, "duplicate", self.now, reason=reason
            )
            write_receipt(self.store, receipt)
        self._settle(run, document.name, Verdict.DUPLICATE, reason)
        return FileReport(document.name, document.sha256, "", Verdict.DUPLICATE, reason)

    def _quarantine(
        self, run: SourceRun, name: str, sha256: str, reason: str, size: int = 0
    ) -> FileReport:
        # Its bookmark is not kept: behind an unchanged mark the mended document would never be read.
        with self.store.transaction():
            receipt = Receipt(
                run.name, name, sha256, "quarantined", self.now, reason=reason, bytes=size
            )
            write_receipt(self.store, receipt)
        self._settle(run, name, Verdict.QUARANTINED, reason)
        return FileReport(name, sha256, "", Verdict.QUARANTINED, reason)

    def _store_papers(
        self, run: SourceRun, before: SourceState, document: Document, parsed: Parsed
    ) -> Counts | None:
        """Write a document's papers and its receipt: in one transaction, or a baseline piece by piece.

        None: another process took the same bytes while these were being parsed.
        """
        total, counts = len(parsed.papers), Counts()
        size = BASELINE_BATCH if self.baseline else max(total, 1)
        latest = self.now + AHEAD
        for start in range(0, max(total, 1), size):
            piece = [without_future(paper, latest) for paper in parsed.papers[start : start + size]]
            with self.store.transaction():
                if was_accepted(self.store, run.name, document.sha256):
                    return None
                intake = Intake(
                    self.store,
                    run.name,
                    self.now,
                    counts=counts,
                    is_news=partial(
                        is_news,
                        read_before=before.last_success_at or self.now,
                        max_age=run.max_age,
                        baseline=self.baseline,
                    ),
                )
                intake.take(piece, partial(self._tell, document.name, total, start))
                last = start + size >= total
                keep_bookmark(
                    self.store,
                    run.name,
                    run.kind,
                    document.bookmark if last else "",
                    records=intake.records_added,
                    new_at=self.now if counts.stirred else None,
                    quiet_days=parsed.quiet_days if parsed.papers else None,
                )
                if last:
                    write_receipt(self.store, self._receipt(run, document, parsed, counts))
                failpoint("ingest.commit")
            failpoint("ingest.committed")
        self.progress(document.name, total, total)
        return counts

    def _tell(self, name: str, total: int, start: int, done: int) -> None:
        self.progress(name, start + done, total)

    def _receipt(
        self, run: SourceRun, document: Document, parsed: Parsed, counts: Counts
    ) -> Receipt:
        newest = max(parsed.papers, key=lambda one: _dated(one) or _LONG_AGO, default=None)
        return Receipt(
            run.name,
            document.name,
            document.sha256,
            "accepted",
            self.now,
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

    def _settle(self, run: SourceRun, name: str, verdict: Verdict, reason: str) -> None:
        if not self.store.rehearsing:
            run.source.settle(name, verdict, reason, self.now)
            failpoint("ingest.settled")

    # ---------------------------------------------------------------- the source as a whole

    def _failed(
        self, run: SourceRun, before: SourceState, files: list[FileReport], error: SourceError
    ) -> SourceReport:
        later = not_before(before, self.now, error.retry_after)
        with self.store.transaction():
            note_failure(
                self.store, run.name, run.kind, self.now, error=str(error), not_before=later
            )
            failed = Receipt(run.name, run.name, "", "failed", self.now, reason=str(error))
            write_receipt(self.store, failed)
        return SourceReport(run.name, SourceStatus.FAILED, tuple(files), str(error))

    def _done(self, run: SourceRun, before: SourceState, files: list[FileReport]) -> SourceReport:
        stirred = any(file.new or file.revised or file.merged for file in files)
        with self.store.transaction():
            note_success(self.store, run.name, run.kind, self.now)
        return SourceReport(
            run.name, self._status(run, before, files, stirred=stirred), tuple(files)
        )

    def _status(
        self, run: SourceRun, before: SourceState, files: list[FileReport], *, stirred: bool
    ) -> SourceStatus:
        if any(file.status is Verdict.QUARANTINED or file.rejected for file in files):
            return SourceStatus.PARTIAL
        if stirred:
            return SourceStatus.OK
        if run.quiet_after is None:
            return SourceStatus.QUIET
        past = brought_by_day(self.store, self.now - timedelta(weeks=WEEKS, days=1))
        first = before.first_read_at.date() if before.first_read_at else None
        habits = Habits(past.get(run.name, {}), first, before.quiet_days, run.quiet_after)
        found = condition(
            habits,
            self.now,
            failing_since=None,
            first_read_at=before.first_read_at,
            last_success_at=self.now,
            last_new_at=before.last_new_at,
        )
        return SourceStatus.STALE if found is Condition.STALE else SourceStatus.QUIET


def _refused_answer(run: SourceRun, files: list[FileReport]) -> FileReport | None:
    """Return an answer that was refused: the source has failed then, whatever came before it stays. People
    drop files, and one bad file is that alone."""
    if run.kind == "inbox":
        return None
    return next((file for file in files if file.status is Verdict.QUARANTINED), None)


def _of_address(refused: FileReport) -> str:
    # What is asked for may be long, and tells no more than the address itself.
    address = refused.path.partition("?")[0]
    return refused.reason if address in refused.reason else f"{address}: {refused.reason}"


def _dated(paper: Paper) -> datetime | None:
    return max(
        (at for at in (paper.published_at, paper.updated_at) if at is not None), default=None
    )


def _no_progress(name: str, done: int, total: int) -> None:
    """Nobody is looking."""
