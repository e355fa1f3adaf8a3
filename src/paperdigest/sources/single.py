"""One file, or standard input, named outright on the command line: read once, never moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core.ports import Document, Parsed, RefusedDocument, Verdict
from paperdigest.sources import formats


@dataclass(frozen=True, slots=True)
class SingleSource:
    """A document that was opened already. `name` is the source its papers count for."""

    name: str
    document: Document | RefusedDocument
    format: str = "auto"

    def fetch(self, bookmark: str, now: datetime) -> Iterator[Document | RefusedDocument]:
        """Yield the document."""
        yield self.document

    def parse(self, document: Document) -> Parsed:
        """Return the papers. Raises RefusedInput."""
        return formats.parse(document.data, self.format)

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        """Leave the file where it is."""
