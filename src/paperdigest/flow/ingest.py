"""The first verb: bytes become papers, papers become changes. Sources are read side by side, one transaction per
document; what fails does so alone. Safe to repeat, and to be killed anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from paperdigest.flow.hands import Limits
from paperdigest.flow.ingest_report import IngestReport
from paperdigest.flow.readers import Readers
from paperdigest.flow.taking import Progress, SourceRun
from paperdigest.store.connection import Store

#: How some sources are read: with `ingest`, or along with others that are in hand already.
Read = Callable[[Store, Sequence[SourceRun], datetime], IngestReport]


def ingest(
    store: Store,
    sources: Sequence[SourceRun],
    now: datetime,
    *,
    baseline: bool = False,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> IngestReport:
    """Take in everything the sources have past their bookmarks. Safe to repeat.

    They are read side by side, and written in this thread alone, so inside a rehearsal too; the report has them in
    the order they are given. `only` names the sources to read (None: all). `baseline` takes everything without
    news. A source that fails, or does not answer for 15 minutes, is reported and does not keep the others from being
    read. Raises StoreError, StoreFull and LockHeld; what was committed before stays. In a rehearsal nothing is
    settled with the source.
    """
    wanted = [run for run in sources if only is None or run.name in only]
    readers = Readers(limits)
    readers.begin(wanted, baseline=baseline, progress=progress or _no_progress)
    try:
        served = readers.serve(store, now)
    finally:
        readers.stop()
    order = {run.name: place for place, run in enumerate(wanted)}
    return IngestReport(tuple(sorted(served.sources, key=lambda report: order[report.name])))


def _no_progress(name: str, done: int, total: int) -> None:
    """Nobody is looking."""
