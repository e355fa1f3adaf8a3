"""The `pubmed` format: PubMed's XML, as efetch answers, the website and the yearly files have it.

https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html. Books are not taken, and what an article says
of others (comments, corrections, references) is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from xml.etree.ElementTree import Element

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Parsed, Rejected
from paperdigest.sources import citation, nlm
from paperdigest.sources.date_words import on, told
from paperdigest.sources.xml_document import read_records, root_of

_NAME = "pubmed"
_ROOT = "PubmedArticleSet"
_ARTICLE = "MedlineCitation/Article"
_UNTITLED = "an article without a title"
_STYLES = frozenset({"i", "b", "sub", "sup", "u"})
_ENTERED = ("entrez", "pubmed")


@dataclass(frozen=True, slots=True)
class PubmedXml:
    """Articles as PubMed describes them. A document that is not whole is refused whole."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether the root element is a set of PubMed's articles."""
        return root_of(head) == _ROOT

    def parse(self, data: bytes) -> Parsed:
        """Return the papers; a set without articles has none, and is well.

        Raises RefusedInput for what is no whole set, and when there are articles and none has a title.
        """
        papers: list[Paper] = []
        rejected: list[Rejected] = []
        for place, found in enumerate(read_records(data, _ROOT, _read), 1):
            if isinstance(found, Paper):
                papers.append(found)
            elif found:
                rejected.append(Rejected(place, found))
        if not papers and any(one.reason == _UNTITLED for one in rejected):
            raise RefusedInput("no article of this document has a title")
        return Parsed(_NAME, tuple(papers), tuple(rejected))


FORMAT = PubmedXml()


def _read(record: Element) -> Paper | str:
    """Return the paper of a record, or why it gives none; "" if it is none to give one."""
    if record.tag == "PubmedBookArticle":
        return "a book or a chapter of one, not an article"
    if record.tag != "PubmedArticle":  # the list of ids that PubMed deleted, for one
        return ""
    paper = _paper(record)
    return paper if paper.title else _UNTITLED


def _paper(record: Element) -> Paper:
    types = [_text(one) for one in record.iterfind(f"{_ARTICLE}/PublicationTypeList/*")]
    pmid = citation.some_pmid(_said(record, "MedlineCitation/PMID"))
    title, other = (
        _styled(record.find(f"{_ARTICLE}/{one}Title")) for one in ("Article", "Vernacular")
    )
    return citation.paper_of(
        citation.Citation(
            title=nlm.title_of(title, other),
            abstract=" ".join(_sections(record)),
            names=_names(record),
            ids=(pmid, *_ids(record)),
            keywords=_keywords(record),
            venue=nlm.venue_of(_journal(record), types),
            urls=(nlm.address_of(pmid.removeprefix("pmid:")),) if pmid else (),
            published_at=_published(record),
            updated_at=_day(record.find("MedlineCitation/DateRevised")),
            withdrawn=nlm.is_retracted(types),
        )
    )


def _text(element: Element | None) -> str:
    """Return all text inside, that of `<i>`, `<sub>` and their like in its place."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _said(record: Element, path: str) -> str:
    return _text(record.find(path))


def _styled(element: Element | None) -> str:
    """Return the text with `<sup>`, `<i>` and their like as markup, so that 10<sup>6</sup> is not 106."""
    if element is None or not any(one.tag in _STYLES for one in element.iter()):
        return _text(element)
    return " ".join("".join(_marked(element)).split())


def _marked(element: Element) -> Iterator[str]:
    yield escape(element.text or "", quote=False)
    for child in element:
        is_style = child.tag in _STYLES
        yield f"<{child.tag}>" if is_style else ""
        yield from _marked(child)
        yield f"</{child.tag}>" if is_style else ""
        yield escape(child.tail or "", quote=False)


def _sections(record: Element) -> Iterator[str]:
    """Yield the sections of the abstract, each as "LABEL: text"."""
    for section in record.iterfind(f"{_ARTICLE}/Abstract/AbstractText"):
        label, text = section.get("Label", "").strip(" :"), _styled(section)
        if text:
            yield text if label.upper() in ("", "UNLABELLED") else f"{label}: {text}"


def _names(record: Element) -> Iterator[str]:
    for author in record.iterfind(f"{_ARTICLE}/AuthorList/Author"):
        if author.get("ValidYN") == "N":  # the spelling that a later one corrects
            continue
        family, given = _said(author, "LastName"), _said(author, "ForeName")
        suffix = _said(author, "Suffix")
        parts = [family, given or _said(author, "Initials"), suffix]
        yield citation.turned(parts) if family else _said(author, "CollectiveName")


def _ids(record: Element) -> Iterator[str]:
    """Yield the article's own ids, not those of its references, which are listed in the same way."""
    own = record.findall("PubmedData/ArticleIdList/ArticleId")
    for element in (*record.iterfind(f"{_ARTICLE}/ELocationID"), *own):
        text = _text(element)
        kind = (element.get("EIdType") or element.get("IdType") or "").lower()
        if element.get("ValidYN") == "N":
            continue
        match kind:
            case "doi":
                yield citation.some_doi(text)
            case "pubmed":
                yield citation.some_pmid(text)
            case "pmc":
                yield citation.some_pmc(text)
            case "pii" if text[:6].lower() == "arxiv:":  # what arXiv's preprints have there
                yield citation.some_arxiv(text)


def _keywords(record: Element) -> Iterator[str]:
    """Yield the authors' keywords, then the library's subject headings."""
    for path in ("KeywordList/Keyword", "MeshHeadingList/MeshHeading/DescriptorName"):
        yield from map(_text, record.iterfind(f"MedlineCitation/{path}"))


def _journal(record: Element) -> str:
    journal = f"{_ARTICLE}/Journal"
    return (
        _said(record, f"{journal}/Title")
        or _said(record, f"{journal}/ISOAbbreviation")
        or _said(record, "MedlineCitation/MedlineJournalInfo/MedlineTA")
    )


def _published(record: Element) -> datetime | None:
    issue = record.find(f"{_ARTICLE}/Journal/JournalIssue/PubDate")
    entered = [
        _day(date)
        for date in record.iterfind("PubmedData/History/PubMedPubDate")
        if date.get("PubStatus") in _ENTERED
    ]
    return nlm.published(
        _day(record.find(f"{_ARTICLE}/ArticleDate")),
        _day(issue),
        min(filter(None, entered), default=None),
        exact=issue is not None and bool(_said(issue, "Day")),
    )


def _day(date: Element | None) -> datetime | None:
    """Return the day of `Year`, `Month` (a number or "May") and `Day`, or of a `MedlineDate` in words."""
    if date is None:
        return None
    words = _said(date, "MedlineDate")
    return told(words) if words else on(*(_said(date, one) for one in ("Year", "Month", "Day")))
