"""Records of others' dumps with our keys in other spellings: data sets, scrapers, CSL, reference managers.

A key of ours that is there counts; only what it leaves open is looked for under other names. What stands there
in a type that cannot be meant is passed over. Which services write which records: `json_services`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from paperdigest.sources.abstract_text import without_heading
from paperdigest.sources.citation import some_arxiv, some_doi, some_pmid
from paperdigest.sources.date_words import told
from paperdigest.sources.dates import utc
from paperdigest.sources.json_document import objects, text, whole
from paperdigest.sources.names import from_feed

#: A record with no other keys is one of our own.
OURS = frozenset(
    {
        *("id", "ids", "title", "abstract", "authors", "categories", "keywords", "venue", "url", "links"),
        *("published_at", "updated_at", "votes", "withdrawn"),
    }
)  # fmt: skip
_ABSTRACT = ("summary", "abstractNote", "abstract_note", "abstractText")
_VENUE = ("journal", "container-title", "publicationTitle", "journal_title", "journalTitle")
_URL = ("URL", "link", "url_abs", "abs_url", "entry_id")
_PUBLISHED = (
    *("published", "publishedAt", "published_date", "publication_date", "publicationDate"),
    *("publicationdate", "firstPublicationDate", "date", "year", "pubYear"),
)
_UPDATED = ("updated", "updatedAt", "updated_date")
_DOIS, _PMIDS = ("doi", "DOI"), ("pmid", "PMID")
_ARXIV = ("arxiv_id", "arxivId", "arxiv", "entry_id")
_IDS_OF_S2 = ("externalIds", "externalids")
_PEOPLE = ("authors", "author", "creators")


def is_ours(value: Mapping[str, object]) -> bool:
    """Say whether a record has no keys but ours, and its authors as we write them. Dumps are full of such."""
    if not OURS.issuperset(value):
        return False
    authors = value.get("authors")
    return not isinstance(authors, str) and not (
        isinstance(authors, list) and authors and isinstance(authors[0], dict)
    )


def in_our_words(value: Mapping[str, object]) -> Mapping[str, object]:
    """Return the record with our keys filled from others."""
    found: dict[str, object] = {
        "abstract": _first(value, _ABSTRACT),
        "venue": _first(value, _VENUE),
        "url": _first(value, _URL),
        "published_at": _date(value, _PUBLISHED) or _issued(value),
        "updated_at": _date(value, _UPDATED),
    }
    ours = {key: said for key, said in found.items() if said and not value.get(key)}
    ours |= _people(value) | _ids(value)
    abstract = ours.get("abstract") or value.get("abstract")
    if isinstance(abstract, str):
        ours["abstract"] = without_heading(abstract.strip())
    own = text(value, "id")
    if ours and not (":" in own or some_arxiv(own) or some_doi(own)):
        ours["id"] = ""  # a number or name that the dump gave the record
    return {**value, **ours} if ours else value


def _first(value: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((said for name in names if (said := text(value, name))), "")


def _date(value: Mapping[str, object], names: tuple[str, ...]) -> str:
    """Return the first date, as ISO 8601."""
    for name in names:
        said = text(value, name)
        day = utc(said) or told(said) if said else None
        if day is not None:
            return day.isoformat()
    return ""


def _issued(value: Mapping[str, object]) -> str:
    """Return the date of CSL: `{"date-parts": [[2026, 11, 20]]}`."""
    parts = [whole(value, "issued", "date-parts", 0, place) for place in range(3)]
    day = told(" ".join(str(part) for part in parts if part is not None))
    return day.isoformat() if day else ""


# ------------------------------------------------------------------ ids and people


def _ids(value: Mapping[str, object]) -> dict[str, object]:
    """Return `ids` with those that stand under names of their own."""
    told_ids = list(_told_ids(value))
    given = value.get("ids")
    return {"ids": [*told_ids, *(given if isinstance(given, list) else ())]} if told_ids else {}


def _told_ids(value: Mapping[str, object]) -> Iterator[str]:
    others = next((value[name] for name in _IDS_OF_S2 if name in value), None)
    arxiv, doi, pmid = (text(others, name) for name in ("ArXiv", "DOI", "PubMed"))
    said = (
        *(some_arxiv(text(value, name)) for name in _ARXIV),
        some_arxiv(arxiv),
        *(some_doi(text(value, name)) for name in _DOIS),
        some_doi(doi),
        *(some_pmid(text(value, name)) for name in _PMIDS),
        some_pmid(pmid),
    )
    yield from filter(None, said)


def _people(value: Mapping[str, object]) -> dict[str, object]:
    """Return `authors` as a list of names, where they are objects, one text, or under another name."""
    for name in _PEOPLE:
        people = value.get(name)
        if isinstance(people, str):
            names = people.split(";") if ";" in people else from_feed([people])
            return {"authors": [one.strip() for one in names]}
        named = [_name(one) for one in objects(value, name)]
        if any(named):
            return {"authors": [one for one in named if one]}
    return {}


def _name(person: Mapping[str, object]) -> str:
    """Return the name of a person as Semantic Scholar, CSL and Zotero write it; "" for an editor."""
    if text(person, "creatorType") not in ("", "author"):
        return ""
    whole_name = next(
        (said for key in ("name", "literal", "full_name") if (said := text(person, key))), ""
    )
    parts = (
        text(person, "given") or text(person, "firstName"),
        text(person, "non-dropping-particle"),
        text(person, "family") or text(person, "lastName"),
        text(person, "suffix"),
    )
    return whole_name or " ".join(filter(None, parts))
