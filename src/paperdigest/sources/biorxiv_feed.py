"""The feeds of bioRxiv and medRxiv (RSS 1.0): one entry an article in its latest version.

https://connect.biorxiv.org/, https://www.biorxiv.org/alertsrss
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from paperdigest.core.paper import Link, Paper
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP, clean, safe_url
from paperdigest.sources.dates import utc
from paperdigest.sources.ids import doi_of
from paperdigest.sources.names import MOST

# Either `/cgi/content/short/857789v1` or `/content/10.1101/2024.12.31.630767v2.full`. The number before the
# version is the end of the DOI in both; its beginning changed in 2025 and tells nothing.
_ADDRESS = re.compile(
    r"https?://(?:www\.|connect\.)?(?P<server>bio|med)rxiv\.org/(?:cgi/)?content/(?:\S*/)?"
    r"(?P<number>[\d.]+)(?:v(?P<version>\d{1,4}))?(?:\.[a-z.-]+)?(?:[?#]\S*)?",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?:[^\W\d_a-z]\.?[\s-]*){1,4}")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_WITHDRAWN = re.compile(
    r"WITHDRAWN\b|(?:the|these) authors? (?:have|has) withdrawn|this (?:article|manuscript|preprint) has been"
    r" withdrawn",
    re.IGNORECASE,
)
_LONGEST_NAME = 200
_LONGEST_ADDRESS = 500


def biorxiv_of(entry: Mapping[str, Any]) -> re.Match[str] | None:
    """Return the parts of an article's address if bioRxiv or medRxiv wrote the entry, else None."""
    if not entry.get("dc_identifier"):
        return None  # someone who links there
    for key in ("id", "link"):
        found = _ADDRESS.fullmatch(str(entry.get(key, ""))[:_LONGEST_ADDRESS].strip())
        if found is not None:
            return found
    return None


def biorxiv_paper(entry: Mapping[str, Any], address: re.Match[str]) -> Paper:
    """Return what bioRxiv or medRxiv says of the article whose address `biorxiv_of` took apart."""
    server = "bioRxiv" if address["server"].lower() == "bio" else "medRxiv"
    version = int(address["version"]) if address["version"] else None
    title = clean(str(entry.get("title", "")), TITLE_CAP)
    abstract = clean(str(entry.get("summary", "")), ABSTRACT_CAP)
    said = clean(str(entry.get("dc_identifier", "")), _LONGEST_ADDRESS)
    name = doi_of(said) or doi_of(clean(address[0])) or ""
    section = clean(str(entry.get("prism_section", "")), 200)
    at = utc(str(entry.get("prism_publicationdate", ""))) or utc(str(entry.get("updated", "")))
    page = safe_url(address[0])
    if name and version:
        page = safe_url(_page(server, name, version)) or page
    return Paper(
        title=title,
        abstract=abstract,
        id=name,
        ids=(name,) if name else (),
        authors=authors(", ".join(str(one.get("name") or "") for one in entry.get("authors", ()))),
        categories=(section,) if section else (),
        venue=server,
        url=page,
        links=tuple(_links(page, name, version)),
        # What is dated is the version, not the day the paper came out.
        published_at=at if version in (None, 1) else None,
        updated_at=at,
        version=version,
        withdrawn=bool(_WITHDRAWN.match(title) or _WITHDRAWN.match(abstract)),
        partial=not abstract,
    )


def authors(text: str) -> tuple[str, ...]:
    """Return the names of a list like `Kukla, D., Crampton, A., Fold Consortium`: family name and initials, a
    comma between everything; what has no initials after it is a name by itself."""
    if ";" in text:
        return _cleaned(text.split(";"))
    pieces = [" ".join(piece[:_LONGEST_NAME].split()) for piece in text.split(",")]
    names: list[str] = []
    open_name = False  # may the next piece belong to the last name?
    for piece in filter(None, pieces):
        if open_name and _INITIALS.fullmatch(piece):
            names[-1] += ", " + piece
            open_name = False
        elif names and _SUFFIX.fullmatch(piece):
            names[-1] += ", " + piece
        else:
            names.append(piece)
            open_name = True
    return _cleaned(names)


def _cleaned(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in (clean(one, _LONGEST_NAME) for one in names) if name)[:MOST]


def _page(server: str, name: str, version: int) -> str:
    return f"https://www.{server.lower()}.org/content/{name.removeprefix('doi:')}v{version}"


def _links(page: str, name: str, version: int | None) -> Iterator[Link]:
    if page:
        yield Link("abstract", page)
    if page and name and version:
        yield Link("pdf", page + ".full.pdf")
    if name:
        yield Link("doi", "https://doi.org/" + name.removeprefix("doi:"))
