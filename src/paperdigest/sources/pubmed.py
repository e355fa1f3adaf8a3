"""The `pubmed` source: what a PubMed search finds anew, by the day of entry.

NCBI E-utilities: `esearch` names the ids, `efetch` tells of them, https://www.ncbi.nlm.nih.gov/books/NBK25499/. Entries
of the last days are asked for again: indexing lags.
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
_MOST_IDS = 10_000  # esearch gives no more


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
        mark = read_mark(bookmark)
        since, until = _span(day_of(mark, "day"), now.date())
        found = self._search(since, until)
        if not found:
            yield Unchanged(self.query, write_mark({"day": until.isoformat()}))
        for start in range(0, len(found), _PAGE):
            page = self._page(found[start : start + _PAGE])
            last = start + _PAGE >= len(found)
            if isinstance(page, Document) and last:
                page = replace(page, bookmark=write_mark({"day": until.isoformat()}))
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

    def _search(self, since: date, until: date) -> list[str]:
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
        if count > len(ids):
            raise SourceError(
                f'PubMed finds {count:,} papers for "{self.query}" in a few days, more than it lists'
                " · narrow the query"
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

    def _page(self, ids: list[str]) -> Document | RefusedDocument:
        address = self._address("efetch", {"id": ",".join(ids), "retmode": "xml"})
        return document(shown(address), fetch(address).data)

    def _address(self, verb: str, parameters: dict[str, object]) -> str:
        asked = {"db": "pubmed", "tool": "paperdigest", **parameters}
        if self.api_key is not None:
            asked["api_key"] = self.api_key().reveal()
        return f"{self.url.rstrip('/')}/{verb}.fcgi?{urlencode(asked)}"


def _span(last: date | None, today: date) -> tuple[date, date]:
    since = today - _OPEN
    if last is not None:
        since = min(since, max(last - _OPEN, today - _LONGEST_GAP))
    return since, today
