"""What ingest did, as values and as the answer of `--json`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from paperdigest.core.ports import Verdict
from paperdigest.core.units import SourceRead

_COUNTS = ("papers", "new", "revised", "unchanged", "merged", "rejected")


class SourceStatus(StrEnum):
    """How reading a source ended. `quiet`: read well, nothing new; `stale`: for longer than it should be;
    `partial`: some file was refused or some record rejected."""

    OK = "ok"
    QUIET = "quiet"
    STALE = "stale"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one document. `papers` = new + revised + unchanged + merged; see `flow.intake.Counts`."""

    path: str
    sha256: str
    format: str
    status: Verdict
    reason: str = ""
    papers: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0

    @property
    def stirs(self) -> bool:
        """Say whether it said something that was not known."""
        return bool(self.new or self.revised or self.merged)


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What became of one source; `error` says why it failed."""

    name: str
    status: SourceStatus
    files: tuple[FileReport, ...] = ()
    error: str = ""

    def total(self, count: str) -> int:
        """Return one of the counts of a file, summed over all files."""
        return sum(getattr(file, count) for file in self.files)


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of all sources that were read."""

    sources: tuple[SourceReport, ...] = ()

    @property
    def partly_failed(self) -> bool:
        """Say whether some source failed or some file or record was refused (exit code 4)."""
        bad = (SourceStatus.FAILED, SourceStatus.PARTIAL)
        return any(source.status in bad for source in self.sources)

    def total(self, count: str) -> int:
        """Return one of the counts of a file, summed over all sources."""
        return sum(source.total(count) for source in self.sources)

    def to_json(self) -> dict[str, Any]:
        """Return the answer of `ingest --json`."""
        return {"sources": [_source(source) for source in self.sources]}


@dataclass(slots=True)
class Served:
    """What came in during one call of `serve`: the sources that were read to their end, in that order, and whether
    anything was new, also of those still being read."""

    sources: list[SourceReport] = field(default_factory=list)
    stirred: bool = False

    def note(self, made: object) -> None:
        """Take note of what came of one piece of work."""
        if isinstance(made, SourceReport):
            self.sources.append(made)
        elif isinstance(made, FileReport):
            self.stirred = self.stirred or made.stirs


def unit_of(source: SourceReport, seconds: float) -> SourceRead:
    """Return what is told of a source that was read in so many seconds."""
    return SourceRead(
        source.name,
        str(source.status),
        documents=len(source.files),
        papers=source.total("papers"),
        new=source.total("new"),
        revised=source.total("revised"),
        rejected=source.total("rejected"),
        refused=sum(file.status is Verdict.QUARANTINED for file in source.files),
        seconds=seconds,
        error=source.error,
    )


def _source(source: SourceReport) -> dict[str, Any]:
    return {
        "name": source.name,
        "status": str(source.status),
        "files": [asdict(file) | {"status": str(file.status)} for file in source.files],
        **{count: source.total(count) for count in _COUNTS},
        "error": source.error,
    }
