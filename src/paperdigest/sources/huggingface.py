"""The `huggingface` source: the daily papers, day by day, so that missed days are filled.

https://huggingface.co/docs/hub/api, `/api/daily_papers?date=…`. A day's list grows and its votes move, so the
newest days are read again; a list that came before letter by letter costs nothing. A day with more papers than a
page holds is one list all the same: a paper's place is that of the day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from paperdigest.core.errors import RefusedInput, SourceError
from paperdigest.core.ports import Document, Parsed, RefusedDocument, Unchanged, Verdict
from paperdigest.http import fetch, shown
from paperdigest.sources import hf_daily
from paperdigest.sources.documents import document
from paperdigest.sources.http_document import probe
from paperdigest.sources.json_document import load, text
from paperdigest.sources.progress_mark import Verdicts, day_of, read_mark, write_mark

_API = "https://huggingface.co/api/daily_papers"
_DAY = timedelta(days=1)
#: A list may still grow on the day after its own.
_OPEN = 2
#: Longer gaps are filled from so far back: what is older is not new.
_LONGEST_GAP = 60
_PAGE = 100  # `limit` goes no higher
_MOST_PAGES = 20


@dataclass(frozen=True, slots=True)
class HuggingFaceSource:
    """Hugging Face's daily papers, with their votes."""

    name: str
    url: str = _API
    _verdicts: Verdicts = field(
        default_factory=Verdicts, init=False, repr=False, compare=False, metadata={"internal": True}
    )

    def fetch(
        self, bookmark: str, now: datetime
    ) -> Iterator[Document | RefusedDocument | Unchanged]:
        """Yield the list of each day from the last one read on, the oldest first. Raises SourceError."""
        mark = read_mark(bookmark)
        today = now.date()
        for day in _days(day_of(mark, "day"), today):
            found = self._day(day)
            if isinstance(found, Document):
                found = replace(found, bookmark=write_mark({"day": day.isoformat()}))
            yield found
            if isinstance(found, RefusedDocument) or found.name in self._verdicts.refused:
                return  # else the bookmark of the next day would leap over this one

    def parse(self, document: Document) -> Parsed:
        """Return the papers. Raises RefusedInput."""
        return hf_daily.FORMAT.parse(document.data)

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        """Take note whether reading may go on."""
        self._verdicts.note(name, verdict)

    def probe(self) -> str:
        """Return what answered, for people. Raises SourceError."""
        return probe(f"{self.url}?limit=1", self.parse)

    # ---------------------------------------------------------------- asking

    def _day(self, day: date) -> Document | RefusedDocument:
        """Return the list of a day: its only page as it came, or its pages joined. Raises SourceError."""
        first = self._page(day, 0)
        items = _items(first) or []
        if len(items) < _PAGE:
            return first
        for number in range(1, _MOST_PAGES):
            more = _items(self._page(day, number))
            if more is None:
                raise SourceError(
                    f"{first.name}: page {number + 1} of the papers of {day} is no list"
                    " · it will be tried again"
                )
            known = set(map(_name_of, items))
            fresh = [item for item in more if _name_of(item) not in known]
            items += fresh
            # Nothing fresh: the service knows no pages, and answered with the first one again.
            if len(more) < _PAGE or not fresh:
                return document(first.name, json.dumps(items).encode())
        raise SourceError(
            f"{first.name}: {len(items):,} papers of {day} came, and still more follow"
        )

    def _page(self, day: date, number: int) -> Document | RefusedDocument:
        asked = {"date": day.isoformat(), "limit": _PAGE} | ({"p": number} if number else {})
        address = f"{self.url}?{urlencode(asked)}"
        return document(shown(address), fetch(address).data)


def _items(page: Document | RefusedDocument) -> list[object] | None:
    """Return the items of a page; None if it is no list."""
    try:
        found = load(page.data) if isinstance(page, Document) else None
    except RefusedInput:
        return None
    return found if isinstance(found, list) else None


def _name_of(item: object) -> str:
    return text(item, "paper", "id") or text(item, "id")


def _days(last: date | None, today: date) -> Iterator[date]:
    """Yield the days to read: those after the last one, and the newest ones again."""
    first = today - (_OPEN - 1) * _DAY
    if last is not None:
        first = min(first, max(last + _DAY, today - _LONGEST_GAP * _DAY))
    while first <= today:
        yield first
        first += _DAY
