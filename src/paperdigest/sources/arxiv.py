"""The `arxiv` source: each day's announcements by feed, and the API for the days that were missed.

A feed holds one day's announcements. When it shows that days lie between it and the last one read, the papers
submitted in between are asked of the API, page by page, and the bookmark says how far that has come.

https://info.arxiv.org/help/rss.html, https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from paperdigest.core.errors import RefusedInput, SourceError
from paperdigest.core.paper import Announced
from paperdigest.core.ports import Document, Parsed, RefusedDocument, Unchanged, Verdict
from paperdigest.http import fetch, shown
from paperdigest.sources.documents import document
from paperdigest.sources.feed import parse_feed
from paperdigest.sources.http_document import fetch_document, probe
from paperdigest.sources.progress_mark import Verdicts, day_of, read_mark, write_mark

_FEED = "https://rss.arxiv.org/atom/"
_API = "https://export.arxiv.org/api/query"
_CATEGORY = re.compile(r"[a-z][a-z-]*(?:\.[A-Za-z-]{2,})?")
_PAGE = 200
_DAY = timedelta(days=1)
#: What is announced on a Monday was submitted from Friday afternoon on.
_BEFORE = 4 * _DAY
#: Longer gaps are filled from so far back: what is older is not new.
_LONGEST_GAP = 60 * _DAY
#: What a bookmark says of the days that were missed: from, to, how far; `before`: the part of them asked for now.
_WINDOW = ("from", "to", "start", "before")
#: The API pages through no more papers than these.
_MOST = 30_000


@dataclass(frozen=True, slots=True)
class ArxivSource:
    """Announcements of some categories ("cs.CL", or a whole archive "cs")."""

    name: str
    categories: tuple[str, ...]
    feed_url: str = _FEED
    api_url: str = _API
    _verdicts: Verdicts = field(
        default_factory=Verdicts, init=False, repr=False, compare=False, metadata={"internal": True}
    )

    def __post_init__(self) -> None:
        if not self.categories:
            raise ValueError('categories are missing: write categories = ["cs.CL"]')
        for category in self.categories:
            if not _CATEGORY.fullmatch(category):
                raise ValueError(f'"{category}" is no arXiv category: write it like cs.CL')

    def fetch(
        self, bookmark: str, now: datetime
    ) -> Iterator[Document | RefusedDocument | Unchanged]:
        """Yield the day's announcements, then the pages of what was missed. Raises SourceError."""
        mark = read_mark(bookmark)
        found = fetch_document(self._feed, mark.get("feed", ""))
        if isinstance(found, Document):
            mark = self._after(mark, found)
            yield replace(found, bookmark=write_mark(mark))
        elif isinstance(found, Unchanged):
            yield replace(found, bookmark=bookmark)
        else:
            yield found
            return
        if found.name not in self._verdicts.refused:
            yield from self._missed(mark)

    def parse(self, document: Document) -> Parsed:
        """Return the papers. Raises RefusedInput."""
        parsed = parse_feed(document.data, document.name)
        if not document.name.startswith(shown(self.api_url)):
            return parsed
        # What is asked for by its first submission is as new as if it had been read on its day, whatever
        # its version is by now.
        return replace(
            parsed,
            papers=tuple(replace(paper, announced=Announced.NEW) for paper in parsed.papers),
        )

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        """Take note whether reading may go on."""
        self._verdicts.note(name, verdict)

    def probe(self) -> str:
        """Return what answered, for people. Raises SourceError."""
        return probe(self._feed, self.parse)

    # ---------------------------------------------------------------- the day's feed

    @property
    def _feed(self) -> str:
        return self.feed_url.rstrip("/") + "/" + "+".join(self.categories)

    def _after(self, mark: dict[str, str], found: Document) -> dict[str, str]:
        """Return the bookmark for when this feed is taken: its day, and which days lie between."""
        read = {**mark, "feed": found.bookmark}
        day, last = self._day(found), day_of(mark, "day")
        if day is None or (last is not None and day <= last):
            return read
        if last is not None and _announcing_between(last, day) and "from" not in mark:
            since = max(last, day - _LONGEST_GAP) - _BEFORE
            read |= {"from": since.isoformat(), "to": day.isoformat(), "start": "0"}
        elif "from" in mark:  # days that were missed are still being filled: these too, then
            read["to"] = day.isoformat()
        return read | {"day": day.isoformat()}

    def _day(self, found: Document) -> date | None:
        """Return the day of the announcements; None on days without any."""
        try:
            papers = parse_feed(found.data).papers
        except RefusedInput:
            return None
        days = [at.date() for one in papers if (at := one.updated_at or one.published_at)]
        return max(days, default=None)

    # ---------------------------------------------------------------- the days that were missed

    def _missed(self, mark: dict[str, str]) -> Iterator[Document | RefusedDocument]:
        while "from" in mark:
            start = int(mark.get("start") or 0)
            address = f"{self.api_url}?{self._query(mark, start)}"
            page = document(shown(address), fetch(address).data)
            counts = _counts(page)
            if counts is None or isinstance(page, RefusedDocument):
                yield page
                return
            shorter = _shortened(mark) if counts[1] > _MOST else None
            if shorter is not None:
                mark = shorter
                continue
            mark = _after_page(mark, start, page.name, *counts)
            yield replace(page, bookmark=write_mark(mark))
            if page.name in self._verdicts.refused:
                return

    def _query(self, mark: dict[str, str], start: int) -> str:
        within = " OR ".join(_asked(category) for category in self.categories)
        since = f"{mark['from'].replace('-', '')}0000"
        until = f"{mark['to'].replace('-', '')}2359"
        if "before" in mark:  # up to midnight, so that nothing lies between two windows
            until = f"{mark['before'].replace('-', '')}0000"
        return urlencode(
            {
                "search_query": f"({within}) AND submittedDate:[{since} TO {until}]",
                "sortBy": "submittedDate",
                "sortOrder": "ascending",
                "start": start,
                "max_results": _PAGE,
            }
        )


def _asked(category: str) -> str:
    return f"cat:{category}" if "." in category else f"cat:{category} OR cat:{category}.*"


def _announcing_between(last: date, day: date) -> bool:
    """Say whether a day lies between on which arXiv announces: Monday to Friday."""
    between = (last + ahead * _DAY for ahead in range(1, (day - last).days))
    return any(one.weekday() < 5 for one in between)


def _counts(page: Document | RefusedDocument) -> tuple[int, int] | None:
    """Return how many entries a page has, and how many there are in all; None where it is broken.

    Raises SourceError for a page that names no total: the API answers so when it is out of order.
    """
    if isinstance(page, RefusedDocument):
        return None
    try:
        parsed = parse_feed(page.data)
    except RefusedInput:
        return None
    if parsed.total is None:
        raise SourceError(
            f"{page.name}: the answer does not say how many papers there are"
            " · it will be tried again"
        )
    return len(parsed.papers) + len(parsed.rejected), parsed.total


def _shortened(mark: dict[str, str]) -> dict[str, str] | None:
    """Return the bookmark for half of the days asked for; None if they are one day."""
    first, last = day_of(mark, "from"), day_of(mark, "to")
    before = day_of(mark, "before") or (last + _DAY if last else None)
    if first is None or before is None or (before - first).days < 2:
        return None
    middle = first + (before - first).days // 2 * _DAY
    return {**mark, "before": middle.isoformat(), "start": "0"}


def _after_page(
    mark: dict[str, str], start: int, name: str, count: int, total: int
) -> dict[str, str]:
    """Return the bookmark for when a page is taken. Raises SourceError for one that should not be empty."""
    if count == 0 and (start < total or (start and not total)):
        raise SourceError(
            f"{name}: asked for papers after the first {start:,}, and none came"
            " · it will be tried again"
        )
    if start + count < total:
        return {**mark, "start": str(start + count)}
    rest = {key: value for key, value in mark.items() if key not in _WINDOW}
    if "before" in mark:
        rest |= {"from": mark["before"], "to": mark["to"], "start": "0"}
    return rest
