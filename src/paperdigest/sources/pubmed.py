"""The `pubmed` source: what a PubMed search finds anew, by the day of entry.

NCBI E-utilities: `esearch` names the ids, `efetch` tells of them, https://www.ncbi.nlm.nih.gov/books/NBK25499/. Entries
of the last days are asked for again: indexing lags. Days with more finds than one search lists are asked for in pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from paperdigest.core.errors import RefusedInput, SourceError
from paperdigest.core.ports import Document, Parsed, RefusedDocument, Unchanged, Verdict
from paperdigest.core.secret import Secret
from paperdigest.http import fetch, shown
from paperdigest.sources import pubmed_xml
from paperdigest.sources.documents import document
from paperdigest.sources.json_document import at, load, text, texts, whole
from paperdigest.sources.progress_mark import Verdicts, day_of, read_mark, write_mark

_API = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
_DAY = timedelta(days=1)
_OPEN = 3 * _DAY
_LONGEST_GAP = 60 * _DAY
_PAGE = 200
_MOST_IDS = 9_999  # esearch gives no more of PubMed


@dataclass(frozen=True, slots=True)
class PubmedSource:
    """A search in PubMed's own language. `api_key` is NCBI's, for those who have one."""

    name: str
    query: str
    api_key: Callable[[], Secret] | None = None
    url: str = _API
    _verdicts: Verdicts = field(
        default_factory=Verdicts, init=False, repr=False, compare=False, metadata={"internal": True}
    )

    def __post_init__(self) -> None:
        if not self.query.strip():
            raise ValueError('the query is empty: write query = "…" as PubMed\'s search takes it')

    def fetch(
        self, bookmark: str, now: datetime
    ) -> Iterator[Document | RefusedDocument | Unchanged]:
        """Yield what was entered since the last read, page by page. Raises SourceError."""
        read = day_of(read_mark(bookmark), "day")
        for day, found in self._pieces(*_span(read, now.date())):
            # Days that are read again do not take the bookmark back; one from the future is not kept.
            reached = max(day, min(read or day, now.date()))
            for page in self._pages(found, write_mark({"day": reached.isoformat()})):
                yield page
                if isinstance(page, RefusedDocument) or page.name in self._verdicts.refused:
                    return

    def parse(self, document: Document) -> Parsed:
        """Return the papers. Raises RefusedInput."""
        return pubmed_xml.FORMAT.parse(document.data)

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        """Take note whether reading may go on."""
        self._verdicts.note(name, verdict)

    def probe(self) -> str:
        """Return what answered, for people. Raises SourceError."""
        said = self._asked({"retmax": 0})
        return f"answers that {whole(said, 'esearchresult', 'count') or 0:,} papers fit"

    # ---------------------------------------------------------------- asking

    def _pieces(self, since: date, until: date) -> Iterator[tuple[date, list[str]]]:
        """Yield the ids of the days asked for, as many days at once as a search lists, with the last of them."""
        waiting = [(since, until)]
        while waiting:
            first, last = waiting.pop()
            found = self._search(first, last)
            if found is None:
                middle = first + (last - first).days // 2 * _DAY
                waiting += [(middle + _DAY, last), (first, middle)]
            else:
                yield last, found

    def _search(self, since: date, until: date) -> list[str] | None:
        """Return the ids found; None if there are more than a search lists, and of more than one day."""
        said = self._asked(
            {
                "datetype": "edat",
                "mindate": f"{since:%Y/%m/%d}",
                "maxdate": f"{until:%Y/%m/%d}",
                "retmax": _MOST_IDS,
            }
        )
        count, ids = whole(said, "esearchresult", "count"), texts(said, "esearchresult", "idlist")
        if count is None:
            raise SourceError(f"{shown(self.url)}: the answer to a search names no count")
        if count > _MOST_IDS:
            if since < until:
                return None
            raise SourceError(
                f'PubMed finds {count:,} papers for "{self.query}" in one day ({since}), more than it'
                " lists · narrow the query"
            )
        if count > len(ids):
            raise SourceError(
                f'{shown(self.url)}: the search for "{self.query}" names {len(ids):,} of {count:,} papers'
                " · it will be tried again"
            )
        return [one for one in ids if one.isdigit()]

    def _asked(self, more: dict[str, object]) -> object:
        address = self._address("esearch", {"term": self.query, "retmode": "json", **more})
        try:
            said = load(fetch(address).data)
        except RefusedInput as error:
            raise SourceError(f"{shown(address)}: {error}") from error
        wrong = text(said, "esearchresult", "ERROR") or text(said, "error")
        if wrong or at(said, "esearchresult") is None:
            raise SourceError(f"{shown(address)}: PubMed answers: {wrong or 'no search result'}")
        return said

    def _pages(
        self, ids: list[str], bookmark: str
    ) -> Iterator[Document | RefusedDocument | Unchanged]:
        """Yield what PubMed tells of the ids; the last page carries the bookmark."""
        if not ids:
            yield Unchanged(self.query, bookmark)
        for start in range(0, len(ids), _PAGE):
            page = self._page(ids[start : start + _PAGE])
            last = start + _PAGE >= len(ids)
            yield replace(page, bookmark=bookmark) if isinstance(page, Document) and last else page

    def _page(self, ids: list[str]) -> Document | RefusedDocument:
        """Return what PubMed tells of the ids, of some of them at least: others are deleted by then."""
        address = self._address("efetch", {"id": ",".join(ids), "retmode": "xml"})
        page = document(shown(address), fetch(address).data)
        if isinstance(page, Document) and _is_empty(page):
            raise SourceError(
                f"{shown(self.url)}: none of the {len(ids):,} articles asked for came"
                " · it will be tried again"
            )
        return page

    def _address(self, verb: str, parameters: dict[str, object]) -> str:
        asked = {"db": "pubmed", "tool": "paperdigest", **parameters}
        if self.api_key is not None:
            asked["api_key"] = self.api_key().reveal()
        return f"{self.url.rstrip('/')}/{verb}.fcgi?{urlencode(asked)}"


def _is_empty(page: Document) -> bool:
    try:
        parsed = pubmed_xml.FORMAT.parse(page.data)
    except RefusedInput:
        return False  # whoever takes the page in says what is wrong with it
    return not parsed.papers and not parsed.rejected


def _span(last: date | None, today: date) -> tuple[date, date]:
    since = today - _OPEN
    if last is not None:
        since = min(since, max(last - _OPEN, today - _LONGEST_GAP))
    return since, today
