"""The `huggingface` source: the daily papers, day by day, so that missed days are filled.

https://huggingface.co/docs/hub/api, `/api/daily_papers?date=…`. A day's list grows and its votes move, so the
newest days are read again; a list that came before letter by letter costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from paperdigest.core.ports import Document, Parsed, RefusedDocument, Unchanged, Verdict
from paperdigest.http import fetch, shown
from paperdigest.sources import hf_daily
from paperdigest.sources.documents import document
from paperdigest.sources.http_document import probe
from paperdigest.sources.progress_mark import Verdicts, day_of, read_mark, write_mark

_API = "https://huggingface.co/api/daily_papers"
_DAY = timedelta(days=1)
#: A list may still grow on the day after its own.
_OPEN = 2
#: Longer gaps are filled from so far back: what is older is not new.
_LONGEST_GAP = 60
_MOST = 100


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
            address = f"{self.url}?{urlencode({'date': day.isoformat(), 'limit': _MOST})}"
            found = document(shown(address), fetch(address).data)
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


def _days(last: date | None, today: date) -> Iterator[date]:
    """Yield the days to read: those after the last one, and the newest ones again."""
    first = today - (_OPEN - 1) * _DAY
    if last is not None:
        first = min(first, max(last + _DAY, today - _LONGEST_GAP * _DAY))
    while first <= today:
        yield first
        first += _DAY
