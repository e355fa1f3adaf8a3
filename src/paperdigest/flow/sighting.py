"""One record of a document, ready to be looked up: its ids, its hash. Records that cannot be stored end here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from paperdigest.core.diff import raw_hash
from paperdigest.core.doi_versions import own_name, version_of
from paperdigest.core.identity import TEXT_SCHEMES, namesake_id, record_ids, scheme_of, short_title
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Rejected
from paperdigest.core.shown import Rank, rank_of

_LARGEST = 2**63


class Sighting(NamedTuple):  # one a record: a frozen dataclass takes three times as long to make
    """A record and what it is known by. `ids` are preferred first, the last one is made of its text;
    `own_id` is the source's own, of any version; `rank` is its text's. `short_key` is "" unless the title is too short
    to be a key."""

    paper: Paper
    own_id: str
    ids: tuple[str, ...]
    short_key: str
    raw_hash: bytes
    rank: Rank

    def uncounted(self) -> Sighting:
        """Return the record as one that tells no version."""
        whole, _, registry = self.rank
        return self._replace(paper=replace(self.paper, version=None), rank=(whole, 0, registry))


def sightings(papers: Sequence[Paper], source: str) -> tuple[list[Sighting], list[Rejected]]:
    """Return the records in their order, and those that no database can hold."""
    seen: list[Sighting] = []
    rejected: list[Rejected] = []
    for place, paper in enumerate(papers, 1):
        try:
            seen.append(_sighting(paper, source))
        except UnicodeEncodeError:
            # Parsers clean their text; one that does not must not stop the whole document.
            rejected.append(Rejected(place, "text that is no Unicode"))
        except _UnfitError as error:
            rejected.append(Rejected(place, str(error)))
    return seen, rejected


class _UnfitError(Exception):
    """A record that no database can hold."""


def _sighting(paper: Paper, source: str) -> Sighting:
    if not paper.title.strip():
        raise _UnfitError("no title")
    for number in (paper.votes, paper.version, paper.rank, paper.rank_of):
        if number and not -_LARGEST <= number < _LARGEST:
            raise _UnfitError("a number that is too large")
    if not paper.url.isascii() or paper.links:
        "".join((paper.url, *(link.url for link in paper.links))).encode()
    ids = record_ids(paper, source)
    if paper.version is None and (version := version_of(ids[0])) is not None:
        paper = replace(paper, version=version)
    hashed = raw_hash(paper)
    short = "" if ids[-1].startswith("title1:") else short_title(paper.title)
    return Sighting(paper, own_name(ids[0]), ids, short, hashed, rank_of(paper))


def short_keys(seen: Iterable[Sighting]) -> dict[str, bool]:
    """Return the short titles, and whether a record with an abstract has it."""
    found: dict[str, bool] = {}
    for sighting in seen:
        if key := sighting.short_key:
            found[key] = bool(sighting.paper.abstract.strip()) or found.get(key, False)
    return found


def namesake_of(sighting: Sighting) -> str:
    """Return the key a record would get if its text's own were taken; "" where it has ids or names nobody."""
    if len(sighting.ids) > 1:  # only a record without ids is called by its text's key
        return ""
    if not sighting.paper.authors or scheme_of(sighting.own_id) not in TEXT_SCHEMES:
        return ""
    return namesake_id(sighting.own_id.partition("/")[0], sighting.paper.authors[0])
