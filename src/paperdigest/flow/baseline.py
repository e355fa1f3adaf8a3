"""A file of millions into history without news: piece by piece, each a transaction with the position behind it.
Killed anywhere, it carries on after the last piece that was committed.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from paperdigest.core.diff import without_future
from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Piece, Pieces, Verdict
from paperdigest.flow.ingest import AHEAD, BASELINE_BATCH, Progress
from paperdigest.flow.ingest_report import FileReport
from paperdigest.flow.intake import Counts, Intake
from paperdigest.store import facts
from paperdigest.store.connection import Store
from paperdigest.store.receipts import Receipt, was_accepted, write_receipt
from paperdigest.store.sources import keep_bookmark

#: So many bad records, or this share of those read so far, and the file is left where it is bad.
_MOST_REJECTED = 1_000
_SHARE = 0.05


def take_in(
    store: Store, source: str, kind: str, file: Pieces, now: datetime, progress: Progress
) -> FileReport:
    """Take a file into history as a baseline, from where an earlier run was broken off.

    `progress` gets bytes. A file that was taken before is a duplicate. Raises StoreError, LockHeld; what
    was committed before stays. A file that turns out bad is quarantined in words, its good part taken.
    """
    if was_accepted(store, source, file.fingerprint):
        return FileReport(
            file.name, file.fingerprint, file.format, Verdict.DUPLICATE, "read before"
        )
    return _Taking(store, source, kind, file, now).run(progress)


class _Taking:
    """One file on its way."""

    def __init__(self, store: Store, source: str, kind: str, file: Pieces, now: datetime) -> None:
        self._store = store
        self._source = source
        self._kind = kind
        self._file = file
        self._now = now
        self._fact = f"baseline {source} {file.fingerprint}"
        kept = json.loads(facts.fact(store, self._fact) or "{}")
        self._position: str = kept.get("position", "")
        self._counts = Counts(**kept.get("counts", {}))
        self._papers: int = kept.get("papers", 0)

    def run(self, progress: Progress) -> FileReport:
        reason = ""
        try:
            for piece in self._file.pieces(self._position, BASELINE_BATCH):
                self._take(piece)
                progress(self._file.name, piece.done, self._file.size)
                self._check_budget()
        except RefusedInput as error:
            reason = str(error)
        verdict = Verdict.QUARANTINED if reason else Verdict.ACCEPTED
        return FileReport(
            self._file.name,
            self._file.fingerprint,
            self._file.format,
            verdict,
            reason and f"{reason}; what was read before that is in history",
            papers=self._papers,
            **asdict(self._counts),
        )

    def _take(self, piece: Piece) -> None:
        latest = self._now + AHEAD
        with self._store.transaction():
            intake = Intake(
                self._store, self._source, self._now, counts=self._counts, is_news=_never
            )
            before = self._counts.rejected
            intake.take([without_future(paper, latest) for paper in piece.papers])
            unfit = self._counts.rejected - before
            self._counts.rejected += len(piece.rejected)
            self._papers += len(piece.papers) - unfit
            keep_bookmark(self._store, self._source, self._kind, "", records=intake.records_added)
            facts.remember(self._store, self._fact, "" if piece.last else self._so_far(piece))
            if piece.last:
                write_receipt(self._store, self._receipt(piece))

    def _so_far(self, piece: Piece) -> str:
        return json.dumps(
            {
                "position": piece.position,
                "counts": asdict(self._counts),
                "papers": self._papers,
            }
        )

    def _check_budget(self) -> None:
        bad = self._counts.rejected
        if bad > _MOST_REJECTED or (bad > 50 and bad > (self._papers + bad) * _SHARE):
            raise RefusedInput(
                f"{bad:,} of {self._papers + bad:,} records cannot be read, more than 5% or {_MOST_REJECTED:,}"
            )

    def _receipt(self, piece: Piece) -> Receipt:
        return Receipt(
            self._source,
            self._file.name,
            self._file.fingerprint,
            "accepted",
            self._now,
            format=self._file.format,
            bytes=self._file.size,
            papers=self._papers,
            rejects=tuple((one.place, one.reason) for one in piece.rejected),
            **asdict(self._counts),
        )


def _never(paper: Paper) -> bool:
    return False
