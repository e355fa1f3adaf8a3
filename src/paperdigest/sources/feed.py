"""The `feed` format and the source of that name: RSS and Atom from a file or an address.

Reading XML is `feed_document`, reading an entry `feed_entry`, asking the server `http_document`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Document, Parsed, RefusedDocument, Rejected, Unchanged, Verdict
from paperdigest.http import shown
from paperdigest.sources.arxiv_feed import refuse_errors
from paperdigest.sources.feed_document import is_feed, read_feed
from paperdigest.sources.feed_entry import paper
from paperdigest.sources.http_document import fetch_document, probe

_NAME = "feed"


@dataclass(frozen=True, slots=True)
class Feed:
    """RSS and Atom. A document that is not one whole feed is refused whole."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether the root element is a feed's."""
        return is_feed(head)

    def parse(self, data: bytes) -> Parsed:
        """Return the papers of a feed whose address is not known. Raises RefusedInput."""
        return parse_feed(data)


FORMAT = Feed()


def parse_feed(data: bytes, url: str = "") -> Parsed:
    """Return the papers of a feed; an empty feed has none, and is well.

    `url` is the feed's address, part of the ids of entries that have no better one. Raises RefusedInput
    for what is no whole feed, for arXiv's error answers, and when no entry has a title.
    """
    feed = read_feed(data)
    refuse_errors(feed)
    papers: list[Paper] = []
    rejected: list[Rejected] = []
    for place, entry in enumerate(feed.entries, 1):
        found = paper(entry, url)
        if found.title:
            papers.append(found)
        else:
            rejected.append(Rejected(place, "an entry without a title"))
    if rejected and not papers:
        raise RefusedInput("no entry of this feed has a title")
    return Parsed(_NAME, tuple(papers), tuple(rejected), feed.quiet_days, feed.total)


@dataclass(frozen=True, slots=True)
class FeedSource:
    """A feed at an address, read on a schedule. `allow_private` as in `UrlSource`."""

    name: str
    url: str
    allow_private: bool = False

    def fetch(
        self, bookmark: str, now: datetime
    ) -> Iterator[Document | RefusedDocument | Unchanged]:
        """Yield the feed, or that it has not changed. Raises SourceError."""
        yield fetch_document(self.url, bookmark, allow_private=self.allow_private)

    def parse(self, document: Document) -> Parsed:
        """Return the papers. Raises RefusedInput."""
        return parse_feed(document.data, shown(self.url))

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        """Do nothing: there is nothing to tidy up."""

    def probe(self) -> str:
        """Return what answered, for people. Raises SourceError."""
        return probe(self.url, self.parse, allow_private=self.allow_private)
