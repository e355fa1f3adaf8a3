"""Which column of a table is which of our keys, and what its cells say. Rows and quotes are `table`'s work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from paperdigest.core.identity import preferred_first
from paperdigest.sources.abstract_text import without_heading
from paperdigest.sources.ids import BadIdError, arxiv, doi_of, identified
from paperdigest.sources.names import from_feed

#: Our keys, and what their columns are called: by us, by Scopus, Web of Science (in words and by its tags of two
#: letters), IEEE, PubMed, Zotero.
#: Where a row fills several, the first one counts.
_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("title", "paper title", "article title", "document title", "ti"),
    "abstract": ("abstract", "summary", "abstract note", "ab"),
    "authors": ("author full names", "af", "authors", "author", "au"),
    "arxiv": ("arxiv", "arxiv id", "arxivid"),
    "doi": ("doi", "di"),
    "pmid": ("pmid", "pubmed id", "pm"),
    "id": ("id",),
    "ids": ("ids",),
    "url": ("url", "link", "articleurl"),
    "published_at": (
        *("published at", "published", "date", "publication date"),
        *("year", "publication year", "pubyear", "py"),
    ),
    "updated_at": ("updated at", "updated"),
    "categories": ("categories", "category"),
    "keywords": ("keywords", "author keywords", "manual tags", "tags", "de"),
    "venue": ("venue", "journal", "source title", "publication title", "journal/book", "so"),
    "votes": ("votes", "upvotes"),
    "withdrawn": ("withdrawn",),
}
#: What programs write where they know nothing.
_NOTHING = frozenset({"", "-", "n/a", "na", "nan", "none", "null"})
_KEPT_FROM_FORMULAS = ("'=", "'+", "'-", "'@")
_TRUE = frozenset({"true", "yes", "1"})

#: Scopus's number of an author.
_NUMBERED = re.compile(r" \([0-9]{2,15}\)(?=;|\Z)")
_SPACING = re.compile(r"[\s_-]+")
_WHOLE = re.compile(r"([0-9]{1,9})(?:\.0)?", re.ASCII)
_YEAR = re.compile(r"([0-9]{4})\.0", re.ASCII)
_SLASHED = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})", re.ASCII)
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z-]{2,})?")
_SEPARATORS = (";", "|", ",")
#: Since 2015 the number has five digits; a spreadsheet takes the id for a number and drops its last zeros.
#: https://info.arxiv.org/help/arxiv_identifier.html
_SPOILT = re.compile(r"(?:1[5-9]|[2-8][0-9])[0-9]{2}\.[0-9]{1,4}", re.ASCII)
_DOI_ADDRESS = re.compile(r"https?://(?:dx\.)?doi\.org/", re.IGNORECASE)


def columns_of(names: Sequence[str], fields: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """Return the places of the columns of each of our keys that has some, first choice first.

    `fields` gives other names for our keys; capitals and spacing do not matter.
    """
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(_plain(name), []).append(place)
    found: dict[str, tuple[int, ...]] = {}
    for key in dict.fromkeys((*_NAMES, *fields)):
        mapped = _plain(fields.get(key, ""))
        wanted = (mapped,) if mapped and mapped in places else _NAMES.get(key, ())
        columns = tuple(place for name in wanted if name for place in places.get(name, ()))
        if columns:
            found[key] = columns
    return found


def value_of(cells: Sequence[str], columns: Mapping[str, Sequence[int]]) -> dict[str, object]:
    """Return the record that a row holds, with the keys and types of our own dumps."""
    said = {key: _said(cells, places) for key, places in columns.items()}
    # A title may be any word.
    title = next(
        (_plain_text(cells[place]) for place in columns["title"] if cells[place].strip()), ""
    )
    votes = _WHOLE.fullmatch(said.get("votes", ""))
    return {
        "title": title,
        "abstract": without_heading(said.get("abstract", "")),
        "ids": list(preferred_first(_ids(said))),
        "authors": _authors(said.get("authors", "")),
        "categories": _categories(said.get("categories", "")),
        "keywords": _listed(said.get("keywords", "")),
        "venue": said.get("venue", ""),
        "url": said.get("url", ""),
        "published_at": _date(said.get("published_at", "")),
        "updated_at": _date(said.get("updated_at", "")),
        "votes": int(votes[1]) if votes else None,
        "withdrawn": said.get("withdrawn", "").casefold() in _TRUE,
    }


def _plain(name: str) -> str:
    return _SPACING.sub(" ", name).strip().casefold()


def _plain_text(cell: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return cell[1:] if cell.startswith(_KEPT_FROM_FORMULAS) else cell


def _said(cells: Sequence[str], places: Sequence[int]) -> str:
    for place in places:
        text = _plain_text(cells[place].strip())
        if text.casefold() not in _NOTHING:
            return text
    return ""


# ------------------------------------------------------------------ cells


def _ids(said: Mapping[str, str]) -> Iterator[str]:
    """Yield the ids with their origin. What is none is passed over: a column `id` may number the rows."""
    yield from _arxiv(said.get("arxiv", ""))
    if (doi := doi_of(said.get("doi", ""))) is not None:
        yield doi
    if pmid := _WHOLE.fullmatch(said.get("pmid", "")):
        yield f"pmid:{pmid[1]}"
    for text in (said.get("id", ""), *re.split(r"[;|\s]+", said.get("ids", ""))):
        yield from _any(text)
    url = said.get("url", "")
    yield from _arxiv(url)
    if _DOI_ADDRESS.match(url) and (doi := doi_of(url)) is not None:
        yield doi


def _arxiv(text: str) -> Iterator[str]:
    found = arxiv(text) if text.isascii() and not _SPOILT.fullmatch(text) else None
    if found is not None:
        name, version = found
        yield name if version is None else f"{name}v{version}"


def _any(text: str) -> Iterator[str]:
    if arxiv(text) is not None:
        yield from _arxiv(text)
        return
    try:
        yield from identified([text])[0]
    except BadIdError:
        return


def _authors(text: str) -> list[str]:
    """Return the names: parted by semicolons, by "and" as in BibTeX, or as in any feed."""
    plain = " ".join(word for word in text.split() if "@" not in word)
    plain = _NUMBERED.sub("", plain)
    if ";" in plain:
        return plain.split(";")
    names = plain.split(" and ")
    if len(names) > 1 and all(name.count(",") == 1 for name in names):
        return names
    return list(from_feed([plain]))


def _categories(text: str) -> list[str]:
    """Return the categories; arXiv's own may be parted by blanks."""
    words = text.split()
    if len(words) > 1 and all(_CATEGORY.fullmatch(word) and "." in word for word in words):
        return words
    return _listed(text)


def _listed(text: str) -> list[str]:
    separator = next((sign for sign in _SEPARATORS if sign in text), None)
    return text.split(separator) if separator else [text]


def _date(text: str) -> str:
    """Return a date as `dates.utc` reads it: years that became fractions, and slashes after a year."""
    if year := _YEAR.fullmatch(text):
        return year[1]
    if day := _SLASHED.fullmatch(text):
        return f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    return text
