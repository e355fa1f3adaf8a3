"""A file of millions into history without news: piece by piece, each a transaction with the position behind it.
Killed anywhere, it carries on after the last piece that was committed.

Of a file with too many bad records everything sound is kept up to the end of the piece in which they became
too many; there it stops for good. The counts behind the position say so: a repeat finds them over the budget
before it reads on, gives the same answer and takes nothing. A mended file is another file, read from its
beginning.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from paperdigest.core.diff import without_future
from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Piece, Pieces, Verdict
from paperdigest.failpoints import failpoint
from paperdigest.flow.ingest_report import FileReport
from paperdigest.flow.intake import Counts, Intake
from paperdigest.flow.taking import AHEAD, BASELINE_BATCH, Progress
from paperdigest.store import facts
from paperdigest.store.connection import Store
from paperdigest.store.receipts import MOST_REJECTS, Receipt, was_accepted, write_receipt
from paperdigest.store.sources import keep_bookmark, note_success

#: So many bad records, or this share of those read so far, and the file is left where it is bad.
_MOST_REJECTED = 1_000
_SHARE = 0.05


def take_in(
    store: Store, source: str, kind: str, file: Pieces, now: datetime, progress: Progress
) -> FileReport:
    """Take a file into history as a baseline, from where an earlier run was broken off.

    `progress` gets bytes. A file that was taken before is a duplicate. Raises StoreError, LockHeld; what
    was committed before stays. A file that turns out bad is quarantined in words, its good part taken; its
    receipt is written once for the same reason, however often the file is tried.
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
        self._rejects = [(place, reason) for place, reason in kept.get("rejects", ())]
        self._refused: str = kept.get("refused", "")  # why, if an earlier run was

    def run(self, progress: Progress) -> FileReport:
        reason = ""
        try:
            self._check_budget()
            for piece in self._file.pieces(self._position, BASELINE_BATCH):
                self._take(piece)
                progress(self._file.name, piece.done, self._file.size)
                self._check_budget()
        except RefusedInput as error:
            reason = f"{error}; what was read before that is in history"
            self._refuse(reason)
        verdict = Verdict.QUARANTINED if reason else Verdict.ACCEPTED
        return FileReport(
            self._file.name,
            self._file.fingerprint,
            self._file.format,
            verdict,
            reason,
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
            self._note_rejects(piece)
            self._position = piece.position
            keep_bookmark(self._store, self._source, self._kind, "", records=intake.records_added)
            if piece.last and not self._is_over_budget():
                self._finish()
            else:
                facts.remember(self._store, self._fact, self._so_far())
            failpoint("ingest.commit")
        failpoint("ingest.committed")

    def _note_rejects(self, piece: Piece) -> None:
        free = MOST_REJECTS - len(self._rejects)
        self._rejects += [(one.place, one.reason) for one in piece.rejected[:free]]

    def _finish(self) -> None:
        facts.remember(self._store, self._fact, "")
        write_receipt(self._store, self._receipt("accepted"))
        note_success(self._store, self._source, self._kind, self._now)

    def _refuse(self, reason: str) -> None:
        """Write that the file was refused, unless that was written before."""
        if reason == self._refused:
            return
        self._refused = reason
        with self._store.transaction():
            facts.remember(self._store, self._fact, self._so_far())
            write_receipt(self._store, self._receipt("quarantined", reason))
            if self._kind == "inbox":  # one bad file among those that people drop is that alone
                note_success(self._store, self._source, self._kind, self._now)

    def _so_far(self) -> str:
        return json.dumps(
            {
                "position": self._position,
                "counts": asdict(self._counts),
                "papers": self._papers,
                "rejects": self._rejects,
                "refused": self._refused,
            }
        )

    def _is_over_budget(self) -> bool:
        bad = self._counts.rejected
        return bad > _MOST_REJECTED or (bad > 50 and bad > (self._papers + bad) * _SHARE)

    def _check_budget(self) -> None:
        if not self._is_over_budget():
            return
        bad = self._counts.rejected
        first = "".join(f"; the first in line {place:,}: {why}" for place, why in self._rejects[:1])
        raise RefusedInput(
            f"{bad:,} of the first {self._papers + bad:,} records cannot be read, more than 5% or"
            f" {_MOST_REJECTED:,}{first}"
        )

    def _receipt(self, status: str, reason: str = "") -> Receipt:
        return Receipt(
            self._source,
            self._file.name,
            self._file.fingerprint,
            status,
            self._now,
            format=self._file.format,
            reason=reason,
            bytes=self._file.size,
            papers=self._papers,
            rejects=tuple(self._rejects),
            **asdict(self._counts),
        )


def _never(paper: Paper) -> bool:
    return False
