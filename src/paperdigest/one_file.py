"""Taking in one file that a person names, beside all sources: it is not moved."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from paperdigest.core.ports import Verdict

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.flow.ingest_report import IngestReport
    from paperdigest.flow.taking import Progress
    from paperdigest.store.connection import Store


def ingest_file(
    app: App,
    store: Store,
    file: Path,
    wanted: str,
    source: str,
    now: datetime,
    *,
    baseline: bool = False,
    progress: Progress | None = None,
) -> IngestReport:
    """Read one file for the named source, in the format that is wanted; `-` is standard input."""
    from paperdigest.flow.ingest import ingest
    from paperdigest.flow.room import must_hold_more
    from paperdigest.flow.taking import SourceRun
    from paperdigest.sources.documents import document, read_file
    from paperdigest.sources.large_file import is_large
    from paperdigest.sources.single import SingleSource

    must_hold_more(app.disk())
    app.register(store, now)
    settings = {one.name: one for one in app.settings.sources}.get(source)
    kind = settings.kind if settings else "inbox"
    if baseline and is_large(file):
        return _ingest_large(store, file, wanted, source, kind, now, progress)
    found = document("-", sys.stdin.buffer.read()) if str(file) == "-" else read_file(file)
    run = SourceRun(
        SingleSource(source, found, wanted),
        kind=kind,
        max_age=settings.max_age if settings else None,
    )
    return ingest(store, [run], now, baseline=baseline, progress=progress)


def _ingest_large(
    store: Store,
    file: Path,
    wanted: str,
    source: str,
    kind: str,
    now: datetime,
    progress: Progress | None,
) -> IngestReport:
    """Take in an archive piece by piece, from where an earlier run was broken off."""
    from paperdigest.flow.baseline import take_in
    from paperdigest.flow.ingest_report import IngestReport, SourceReport, SourceStatus
    from paperdigest.sources.large_file import LargeFile

    opened = LargeFile(file, wanted)
    done = take_in(store, source, kind, opened, now, progress or (lambda *_: None))
    bad = done.status is Verdict.QUARANTINED or done.rejected
    status = SourceStatus.PARTIAL if bad else SourceStatus.OK
    return IngestReport((SourceReport(source, status, (done,)),))
