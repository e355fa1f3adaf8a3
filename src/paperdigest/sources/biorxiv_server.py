"""The `biorxiv` source: what bioRxiv or medRxiv posted since the last read, by date and page by page.

https://api.biorxiv.org/, `details/{server}/{from}/{to}/{cursor}`. A day's list is complete only when the day is over,
so the newest days are asked for again. An answer without rows may be a hiccup: it is believed only where nothing is lost
by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from paperdigest.core.errors import RefusedInput, SourceError
from paperdigest.core.ports import Document, Parsed, RefusedDocument, Unchanged, Verdict
from paperdigest.http import fetch, shown
from paperdigest.sources import biorxiv
from paperdigest.sources.documents import document
from paperdigest.sources.http_document import probe
from paperdigest.sources.progress_mark import Verdicts, day_of, read_mark, write_mark

_API = "https://api.biorxiv.org/details"
_SERVERS = ("biorxiv", "medrxiv")
_DAY = timedelta(days=1)
_OPEN = 2 * _DAY
_LONGEST_GAP = 60 * _DAY


@dataclass(frozen=True, slots=True)
class BiorxivSource:
    """bioRxiv, or with `server = "medrxiv"` medRxiv; `categories` ("neuroscience") keeps only those."""

    name: str
    server: str = "biorxiv"
    categories: tuple[str, ...] = ()
    url: str = _API
    _verdicts: Verdicts = field(
        default_factory=Verdicts, init=False, repr=False, compare=False, metadata={"internal": True}
    )

    def __post_init__(self) -> None:
        if self.server not in _SERVERS:
            raise ValueError(f'"{self.server}" is no server: write biorxiv or medrxiv')

    def fetch(
        self, bookmark: str, now: datetime
    ) -> Iterator[Document | RefusedDocument | Unchanged]:
        """Yield the pages of the days since the last read. Raises SourceError."""
        mark = read_mark(bookmark)
        since, until, cursor = _span(mark, now.date())
        promised = _promised(mark) if cursor else 0
        while True:
            page = self._page(since, until, cursor)
            counts = _counts(page)
            if counts is None or isinstance(page, RefusedDocument):
                yield page
                return
            count, total = counts
            if not count:
                yield self._empty(page, since, until, cursor, max(promised, total))
                return
            cursor, promised = cursor + count, max(promised, total)
            more = cursor < promised
            mark = {"day": until.isoformat()}
            if more:
                mark |= {"from": since.isoformat(), "cursor": str(cursor), "total": str(promised)}
            yield replace(page, bookmark=write_mark(mark))
            if not more or page.name in self._verdicts.refused:
                return

    def parse(self, document: Document) -> Parsed:
        """Return the papers of the wanted categories. Raises RefusedInput."""
        parsed = biorxiv.FORMAT.parse(document.data)
        if not self.categories:
            return parsed
        wanted = {category.casefold() for category in self.categories}
        papers = tuple(
            paper
            for paper in parsed.papers
            if wanted.intersection(category.casefold() for category in paper.categories)
        )
        return replace(parsed, papers=papers)

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        """Take note whether reading may go on."""
        self._verdicts.note(name, verdict)

    def probe(self) -> str:
        """Return what answered, for people. Raises SourceError."""
        return probe(f"{self.url.rstrip('/')}/{self.server}/1d/0/json", self.parse)

    # ---------------------------------------------------------------- asking

    def _page(self, since: date, until: date, cursor: int) -> Document | RefusedDocument:
        address = f"{self.url.rstrip('/')}/{self.server}/{since}/{until}/{cursor}/json"
        return document(shown(address), fetch(address).data)

    def _empty(
        self, page: Document, since: date, until: date, cursor: int, promised: int
    ) -> Document:
        """Return the page without rows as the list's end. Raises SourceError where rows were promised.

        A first page moves no bookmark: its days are asked for again with the next ones. A later page is
        the end only if the list has become that short, which its first page tells.
        """
        if cursor == 0 and promised == 0:
            return page
        first = _counts(self._page(since, until, 0)) if cursor else None
        if first is None or not 0 < first[1] <= cursor:
            said = f"{promised:,} rows" if promised else "more rows"
            raise SourceError(
                f"{page.name}: asked from row {cursor:,} on of {said}, and none came"
                " · it will be tried again"
            )
        return replace(page, bookmark=write_mark({"day": until.isoformat()}))


def _span(mark: dict[str, str], today: date) -> tuple[date, date, int]:
    """Return from which day to which, and from which row on: what was begun is finished first."""
    begun, last = day_of(mark, "from"), day_of(mark, "day")
    if begun is not None and last is not None and mark.get("cursor", "").isdigit():
        return begun, last, int(mark["cursor"])
    since = today - _OPEN
    if last is not None:
        since = min(since, max(last - _OPEN, today - _LONGEST_GAP))
    return since, today, 0


def _promised(mark: dict[str, str]) -> int:
    """Return how many rows there are in all, as a page said that was read before; 0 if none did."""
    said = mark.get("total", "")
    return int(said) if said.isdigit() else 0


def _counts(page: Document | RefusedDocument) -> tuple[int, int] | None:
    """Return how many rows a page has, and how many there are in all; None where it is broken."""
    if isinstance(page, RefusedDocument):
        return None
    try:
        parsed = biorxiv.FORMAT.parse(page.data)
    except RefusedInput:
        return None
    return len(parsed.papers) + len(parsed.rejected), parsed.total or 0
