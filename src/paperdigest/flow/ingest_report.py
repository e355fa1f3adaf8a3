"""What ingest did, as values and as the answer of `--json`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from paperdigest.core.ports import Verdict

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


def _source(source: SourceReport) -> dict[str, Any]:
    return {
        "name": source.name,
        "status": str(source.status),
        "files": [asdict(file) | {"status": str(file.status)} for file in source.files],
        **{count: source.total(count) for count in _COUNTS},
        "error": source.error,
    }
