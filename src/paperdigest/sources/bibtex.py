"""The `bibtex` format: libraries of reference managers, and what arXiv, Scholar and DBLP export.

Fields as in BibTeX, biblatex (https://ctan.org/pkg/biblatex) and https://info.arxiv.org/help/hypertex/bibstyles.
The grammar is `bibtex_syntax`'s. Titles, abstracts, names and keywords stay TeX.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Parsed, Rejected
from paperdigest.sources import citation, journal_macros
from paperdigest.sources.bibtex_names import names_of
from paperdigest.sources.bibtex_syntax import Entry, entries
from paperdigest.sources.budget import check_budget
from paperdigest.sources.date_words import on, told
from paperdigest.sources.encoding import as_utf8
from paperdigest.sources.text_lines import lines_of

_NAME = "bibtex"
_FIRST = re.compile(
    r"^[ \t]*@\s*(?:(?:string|preamble|comment)\s*[{(]"
    r"|[a-z]+\s*[{(]\s*[^\s,{}=\"]*\s*,\s*(?:%[^\n]*\n\s*)?[a-z][\w-]*\s*=)",
    re.MULTILINE | re.IGNORECASE,
)
#: A few lines may stand before the first entry: which program wrote the file.
_LINES_BEFORE = 20
_MARKUP = re.compile(r"\\(?:url|path|nolinkurl|doi)\b\s*|[{}]|\$")
_TILDE = re.compile(r"\\(?:textasciitilde|sim)\b\s*|\\~")
_ESCAPED = re.compile(r"\\([_%&#^])")
_CATEGORY = re.compile(r"[a-z][a-z-]*(?:\.[A-Za-z-]+)?")


@dataclass(frozen=True, slots=True)
class Bibtex:
    """Entries `@article{key, title = {…}, …}`. Bad ones are rejected singly."""

    name: str = _NAME

    def recognise(self, head: bytes) -> bool:
        """Say whether an entry begins at the start of one of the first lines."""
        text = re.sub(r"\r\n?", "\n", as_utf8(head).decode("utf-8", "replace"))
        first = _FIRST.search(text)
        if first is None or text.lstrip().startswith(("<", "{")):
            return False
        before = text[: first.start()].split("\n")
        said = [line for line in before if line.strip() and not line.lstrip().startswith("%")]
        return len(said) <= _LINES_BEFORE

    def parse(self, data: bytes) -> Parsed:
        """Return the papers in the file's order. Raises RefusedInput past the budget of bad entries."""
        papers: list[Paper] = []
        rejected: list[Rejected] = []
        for entry in entries("\n".join(lines_of(data))):
            found = _read(entry) if isinstance(entry, Entry) else entry
            if isinstance(found, Paper):
                papers.append(found)
            else:
                rejected.append(found)
        if not papers and not rejected:
            raise RefusedInput("no entries in this file")
        check_budget(rejected, len(papers) + len(rejected))
        return Parsed(_NAME, tuple(papers), tuple(rejected))


FORMAT = Bibtex()


def _read(entry: Entry) -> Paper | Rejected:
    paper = _paper(entry.fields)
    return paper if paper.title else Rejected(entry.place, "an entry without a title")


def _paper(fields: Mapping[str, str]) -> Paper:
    eprint = _eprint(fields)
    venue = _first(fields, "journal", "journaltitle", "booktitle")
    subtitle = fields.get("subtitle", "").strip()
    return citation.paper_of(
        citation.Citation(
            title=fields.get("title", "") + (f": {subtitle}" if subtitle else ""),
            abstract=fields.get("abstract", ""),
            names=names_of(fields.get("author", ""), fields.get("collaboration", "")),
            ids=(eprint, *_ids(fields, venue)),
            categories=_categories(fields) if eprint else (),
            keywords=_keywords(fields),
            venue=journal_macros.in_full(venue),
            urls=(_plain(fields.get(name, "")) for name in ("url", "ee", "howpublished")),
            pdfs=(_plain(fields.get("pdf", "")), _pdf_for_eprint(fields)),
            published_at=_published(fields),
        )
    )


def _first(fields: Mapping[str, str], *names: str) -> str:
    return next((fields[name] for name in names if fields.get(name, "").strip()), "")


def _plain(value: str) -> str:
    """Return what a value means that is no prose: an id, a number, an address."""
    bare = _MARKUP.sub("", _TILDE.sub("~", value))
    return " ".join(_ESCAPED.sub(r"\1", bare).split())


def _eprint(fields: Mapping[str, str]) -> str:
    """Return the arXiv id that `eprint` is, unless its prefix names another archive."""
    archive = _plain(_first(fields, "archiveprefix", "eprinttype")).lower()
    is_arxiv = archive in ("", "arxiv")
    own = citation.some_arxiv(_plain(fields.get("eprint", ""))) if is_arxiv else ""
    return own or citation.some_arxiv(_plain(fields.get("arxivid", "")))


def _pdf_for_eprint(fields: Mapping[str, str]) -> str:
    """Return the address that bioRxiv and publishers write where an archive's number belongs, if it is a PDF's."""
    address = _plain(fields.get("eprint", ""))
    return address if address.lower().endswith(".pdf") else ""


def _ids(fields: Mapping[str, str], venue: str) -> Iterator[str]:
    yield citation.some_doi(_plain(fields.get("doi", "")))
    yield citation.some_pmid(_plain(fields.get("pmid", "")))
    yield citation.some_pmc(_plain(fields.get("pmcid", "")))
    if _plain(fields.get("eprinttype", "")).lower() in ("pubmed", "pmid"):
        yield citation.some_pmid(_plain(fields.get("eprint", "")))
    # Scholar has "arXiv preprint arXiv:2401.00001" for a journal, DBLP "CoRR" and the volume "abs/2401.00001".
    yield citation.arxiv_in_venue(f"{_plain(venue)} {_plain(fields.get('volume', ''))}")


def _categories(fields: Mapping[str, str]) -> Iterator[str]:
    name = _plain(_first(fields, "primaryclass", "eprintclass"))
    if _CATEGORY.fullmatch(name):
        yield name


def _keywords(fields: Mapping[str, str]) -> Iterator[str]:
    for name in ("keywords", "keyword", "author_keywords"):
        yield from re.split("[,;]", fields.get(name, ""))


def _published(fields: Mapping[str, str]) -> datetime | None:
    date = told(_plain(fields.get("date", "")))
    if date is not None:
        return date
    year, month, day = (_plain(fields.get(name, "")) for name in ("year", "month", "day"))
    if month.isdigit():
        return on(year, month, day)
    return told(f"{month} {day} {year}")
