"""The `url` source: any document at an address, told by its content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from paperdigest.core.ports import Document, Format, Parsed, RefusedDocument, Unchanged, Verdict
from paperdigest.http import shown
from paperdigest.sources import formats
from paperdigest.sources.feed import parse_feed
from paperdigest.sources.http_document import fetch_document, probe


@dataclass(frozen=True, slots=True)
class UrlSource:
    """A file at an address, read on a schedule. `fields`: our keys' names in it, where it has keys.

    `allow_private`: redirects may lead to private addresses, which only `url` itself may be otherwise.
    `formats` are the ones that are known beside or instead of the built-in ones.
    """

    name: str
    url: str
    format: str = "auto"
    fields: Mapping[str, str] = field(default_factory=dict)
    allow_private: bool = False
    formats: tuple[Format, ...] = field(default=(), metadata={"internal": True})

    def fetch(
        self, bookmark: str, now: datetime
    ) -> Iterator[Document | RefusedDocument | Unchanged]:
        """Yield the document, or that it has not changed. Raises SourceError."""
        yield fetch_document(self.url, bookmark, allow_private=self.allow_private)

    def parse(self, document: Document) -> Parsed:
        """Return the papers. Raises RefusedInput."""
        found = formats.detect(document.data, self.format, self.formats, self.fields)
        if found.name == "feed":
            return parse_feed(document.data, shown(self.url))
        return found.parse(document.data)

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        """Do nothing: there is nothing to tidy up."""

    def probe(self) -> str:
        """Return what answered, for people. Raises SourceError."""
        return probe(self.url, self.parse, allow_private=self.allow_private)
