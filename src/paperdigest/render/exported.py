"""Papers as files that other programs read: our own dump format, CSV, BibTeX and RIS.

JSON Lines hold the raw text of the sources, so that reading them again makes the same papers; the others hold the
text as people see it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from paperdigest.core.citing import bibtex_entries, ris_records
from paperdigest.core.identity import TEXT_SCHEMES, scheme_of
from paperdigest.core.paper import Paper
from paperdigest.core.text import display

_COLUMNS: Final = (
    *("id", "ids", "title", "abstract", "authors", "categories", "keywords", "venue", "url"),
    *("published_at", "updated_at", "votes", "withdrawn"),
)
_BETWEEN: Final = "; "
#: An id that holds what parts ids, as a few old DOIs do, can only stand alone.
_PARTED: Final = re.compile(r"[;|\s]")
#: What `sources.table` may take for the end of a name.
_SEPARATORS: Final = (",", "|", " and ")
#: A cell that begins so is a formula to a spreadsheet; https://owasp.org/www-community/attacks/CSV_Injection
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def json_lines(papers: Iterable[Paper]) -> Iterator[str]:
    """Yield a line for each paper (interface: "Our own dump format"), with its line end."""
    return (json.dumps(_object(paper), ensure_ascii=False) + "\n" for paper in papers)


def csv_lines(papers: Iterable[Paper]) -> Iterator[str]:
    """Yield the line of column names and a row for each paper, with their line ends
    (https://www.rfc-editor.org/rfc/rfc4180). A cell that a spreadsheet would work out begins with an apostrophe."""
    yield _row(_COLUMNS)
    for paper in papers:
        yield _row(_cells(paper))


def bibtex_pieces(papers: Iterable[Paper]) -> Iterator[str]:
    """Yield an entry for each paper, an empty line before each but the first."""
    return (f"\n{entry}" if place else entry for place, entry in enumerate(bibtex_entries(papers)))


#: The forms by name, and what makes a file of papers one piece at a time.
FORMS: Final[Mapping[str, Callable[[Iterable[Paper]], Iterator[str]]]] = MappingProxyType(
    {
        "jsonl": json_lines,
        "csv": csv_lines,
        "bibtex": bibtex_pieces,
        "ris": ris_records,
    }
)


def _object(paper: Paper) -> dict[str, object]:
    ids = _ids(paper)
    return {
        "id": ids[0] if ids else "",
        "ids": ids[1:],
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": paper.authors,
        "categories": paper.categories,
        "keywords": paper.keywords,
        "venue": paper.venue,
        "url": paper.url,
        "links": [{"rel": link.rel, "url": link.url} for link in paper.links],
        "published_at": _instant(paper.published_at),
        "updated_at": _instant(paper.updated_at),
        "votes": paper.votes,
        "withdrawn": paper.withdrawn,
        **({"version": paper.version} if paper.version is not None else {}),
    }


def _ids(paper: Paper) -> list[str]:
    """Return the ids that mean something elsewhere, the preferred one first; arXiv's tells the version."""
    known = dict.fromkeys([paper.id, *paper.ids])
    ids = [one for one in known if one and scheme_of(one) not in TEXT_SCHEMES]
    for place, one in enumerate(ids):
        if scheme_of(one) == "arxiv" and paper.version is not None:
            ids[place] = f"{one}v{paper.version}"
            break
    return ids


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


# ------------------------------------------------------------------ CSV


def _cells(paper: Paper) -> Iterator[str]:
    ids = _ids(paper)
    others = [one for one in ids[1:] if not _PARTED.search(one)]
    yield from (ids[0] if ids else "", _BETWEEN.join(others))
    yield from (display(paper.title), display(paper.abstract))
    yield from (_listed(paper.authors), _listed(paper.categories), _listed(paper.keywords))
    yield from (display(paper.venue), paper.url)
    yield from (_instant(paper.published_at) or "", _instant(paper.updated_at) or "")
    yield "" if paper.votes is None else str(paper.votes)
    yield "true" if paper.withdrawn else ""


def _listed(names: Iterable[str]) -> str:
    """Return names as a table has them. One alone that could be taken for several ends as one of several does."""
    whole = [display(name).replace(";", ",") for name in names]
    if len(whole) == 1 and any(sign in whole[0] for sign in _SEPARATORS):
        return f"{whole[0]};"
    return _BETWEEN.join(whole)


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(
        [f"'{cell}" if cell.startswith(_FORMULAS) else cell for cell in cells]
    )
    return line.getvalue()
