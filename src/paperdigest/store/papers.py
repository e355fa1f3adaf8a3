"""Papers and their ids as rows: reading them by key or id, writing them in batches. Decides nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from paperdigest.core.doi_versions import (
    are_of_another_count,
    first_version,
    newest_first,
    span,
    version_of,
)
from paperdigest.core.entrance import Baseline
from paperdigest.core.identity import preferred_first
from paperdigest.core.paper import Link, Paper
from paperdigest.core.shown import Rank
from paperdigest.store.connection import Store
from paperdigest.store.instants import from_instant, to_instant

#: How many values one IN (…) takes: large enough to be fast, one prepared statement for all.
CHUNK = 500

_SHOWN = (
    "title, abstract, authors, categories, keywords, links, venue, url, published_at, updated_at,"
    " version, votes, rank, rank_of, withdrawn, partial"
)
_COLUMNS = (
    "key",
    "id",
    *_SHOWN.split(", "),
    "shown_record",
    "revisions",
    "baseline",
    "first_seen_at",
)
# The text between the marks is our own column names and nothing else.
_SELECT = (  # noqa: S608 - see above
    "SELECT {columns}, r.own_id, r.version, r.partial, r.registry FROM papers p"
    " LEFT JOIN records r ON r.id = p.shown_record WHERE p.key IN ({{}})"
).format(columns=", ".join(f"p.{name}" for name in _COLUMNS))
_INSERT = "INSERT INTO papers ({columns}) VALUES ({marks})".format(  # noqa: S608 - see above
    columns=", ".join(_COLUMNS), marks=", ".join("?" * len(_COLUMNS))
)
_UPDATE = "UPDATE papers SET {sets} WHERE key = ?".format(  # noqa: S608 - see above
    sets=", ".join(f"{name} = ?" for name in _COLUMNS[1:])
)
_Value = TypeVar("_Value", str, int)
_VERSIONS = (
    "SELECT id, paper_key FROM paper_ids WHERE id = ?"
    " UNION ALL SELECT id, paper_key FROM paper_ids WHERE id > ? AND id < ?"
)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class PaperRow(NamedTuple):  # one a record: a frozen dataclass takes three times as long to make
    """One paper as history has it. `rank` is that of the record whose text it shows."""

    key: int
    paper: Paper
    shown_record: int | None
    rank: Rank
    revisions: int
    baseline: Baseline
    first_seen_at: datetime

    def uncounted(self) -> PaperRow:
        """Return the paper without a version."""
        whole, _, registry = self.rank
        return self._replace(paper=replace(self.paper, version=None), rank=(whole, 0, registry))


def keys_of_ids(store: Store, ids: Iterable[str]) -> dict[str, int]:
    """Return the paper of every id that is known."""
    return dict(in_chunks(store, "SELECT id, paper_key FROM paper_ids WHERE id IN ({})", ids))


def keys_of_versions(store: Store, ids: Iterable[str]) -> dict[str, int]:
    """Return all known ids that are of another version of what one of these is of, with their papers."""
    found: dict[str, int] = {}
    works = {first_version(id_): where for id_ in ids if (where := span(id_)) is not None}
    for first, where in works.items():
        rows = store.rows(_VERSIONS, where)
        found.update((id_, key) for id_, key in rows if first_version(id_) == first)
    return found


def ids_of_papers(store: Store, keys: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return all ids of every paper, preferred first."""
    found: dict[int, list[str]] = {}
    for key, id_ in in_chunks(
        store, "SELECT paper_key, id FROM paper_ids WHERE paper_key IN ({})", keys
    ):
        found.setdefault(key, []).append(id_)
    return {key: newest_first(preferred_first(ids)) for key, ids in found.items()}


def paper_rows(
    store: Store, keys: Iterable[int], ids: Mapping[int, Sequence[str]]
) -> dict[int, PaperRow]:
    """Return papers by key. `ids` are those that `ids_of_papers` found."""
    return {
        row[0]: _paper_row(row, tuple(ids.get(row[0], ())))
        for row in in_chunks(store, _SELECT, keys)
    }


def insert_papers(store: Store, rows: Iterable[PaperRow]) -> None:
    """Write new papers with the keys they bring."""
    store.write_many(_INSERT, [(row.key, *_values(row)) for row in rows])


def update_papers(store: Store, rows: Iterable[PaperRow]) -> None:
    """Write papers that are known. The search index is to read them anew."""
    rows = list(rows)
    store.write_many(_UPDATE, [(*_values(row), row.key) for row in rows])
    leave_index(store, [row.key for row in rows])


def raw_row(store: Store, key: int) -> dict[str, Any]:
    """Return a paper's row as it is stored."""
    columns = _COLUMNS[1:]
    found = store.row(f"SELECT {', '.join(columns)} FROM papers WHERE key = ?", [key])  # noqa: S608 - our own columns
    return dict(zip(columns, found or (), strict=True))


def put_raw_row(store: Store, key: int, row: Mapping[str, Any], *, is_new: bool) -> None:
    """Write back what `raw_row` returned."""
    values = [row[column] for column in _COLUMNS[1:]]
    if is_new:
        store.write(_INSERT, [key, *values])
    else:
        store.write(_UPDATE, [*values, key])


def leave_index(store: Store, keys: Iterable[int]) -> None:
    """Take papers out of the search index, until upkeep takes them in as they are now."""
    store.write_many("DELETE FROM search_documents WHERE paper_key = ?", [(key,) for key in keys])


def update_standing(store: Store, seen: Iterable[tuple[int, Paper]]) -> None:
    """Write votes and the best place on a page of papers that are otherwise unchanged."""
    store.write_many(
        "UPDATE papers SET votes = coalesce(:votes, votes),"
        " rank_of = iif(:rank < ifnull(rank, :rank + 1), :rank_of, rank_of),"
        " rank = iif(:rank < ifnull(rank, :rank + 1), :rank, rank)"
        " WHERE key = :key AND (votes IS NOT coalesce(:votes, votes) OR :rank < ifnull(rank, :rank + 1))",
        (
            {"votes": paper.votes, "rank": paper.rank, "rank_of": paper.rank_of, "key": key}
            for key, paper in seen
        ),
    )


def insert_ids(store: Store, ids: Iterable[tuple[str, int]]) -> None:
    """Write (id, paper key) pairs that are not known yet. Sorted: neighbours land on one page."""
    store.write_many("INSERT INTO paper_ids (id, paper_key) VALUES (?, ?)", sorted(ids))


def next_number(store: Store, table: str) -> int:
    """Return the next key of an AUTOINCREMENT table: never one that was used before."""
    row = store.row("SELECT seq FROM sqlite_sequence WHERE name = ?", [table])
    return 1 if row is None else int(row[0]) + 1


def in_chunks(
    store: Store, sql: str, values: Iterable[_Value], *before: object
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a SELECT with one `IN ({})`, asked in chunks. `before` are parameters ahead of it."""
    wanted = sorted(set(values))
    for start in range(0, len(wanted), CHUNK):
        part: list[object] = list(wanted[start : start + CHUNK])
        marks = _rounded(len(part))
        part += [None] * (marks - len(part))
        yield from store.rows(sql.format(", ".join("?" * marks)), [*before, *part])


def encode(values: Sequence[str]) -> str:
    """Return a list of texts as JSON."""
    if not values:
        return "[]"
    plain = '","'.join(values)
    # What needs no escape is most of it, and ten times as fast.
    if "\\" not in plain and plain.count('"') == 2 * (len(values) - 1) and plain.isprintable():
        return f'["{plain}"]'
    return _encode(values)


def decode(text: str) -> tuple[str, ...]:
    """Read what `encode` wrote."""
    return tuple(json.loads(text)) if text != "[]" else ()


def _rounded(count: int) -> int:
    """Return one of few sizes, so that SQLite prepares few statements."""
    return 1 if count == 1 else 20 if count <= 20 else CHUNK


def _values(row: PaperRow) -> tuple[object, ...]:
    """Return all columns but the key."""
    _, paper, record, _, revisions, baseline, seen_at = row
    return (
        paper.id,
        paper.title,
        paper.abstract,
        encode(paper.authors),
        encode(paper.categories),
        encode(paper.keywords),
        _encode([(link.rel, link.url) for link in paper.links]) if paper.links else "[]",
        paper.venue,
        paper.url,
        None if paper.published_at is None else to_instant(paper.published_at),
        None if paper.updated_at is None else to_instant(paper.updated_at),
        paper.version,
        paper.votes,
        paper.rank,
        paper.rank_of,
        1 if paper.withdrawn else 0,  # a bool would be adapted, slowly
        1 if paper.partial else 0,
        record,
        revisions,
        int(baseline),
        to_instant(seen_at),
    )


def _paper_row(row: tuple[Any, ...], ids: tuple[str, ...]) -> PaperRow:
    key, id_, *shown, record, revisions, baseline, first_seen = row[:-4]
    own_id, version, partial, registry = row[-4:]
    seen_at = from_instant(first_seen)
    paper = _paper(id_, newest_first(preferred_first((id_, *ids))), shown, seen_at)
    if own_id is not None and are_of_another_count((own_id,), paper.ids):
        version = None  # it was told before arXiv's count was known
    elif version is None and own_id is not None:
        version = version_of(own_id)  # written before ids were known to tell one
        if paper.version is None and version is not None:
            paper = replace(paper, version=version)
    # Behind a text that no record stands for any more there is no version either.
    rank = (
        (not paper.partial, 0, False)
        if partial is None
        else (not partial, version or 0, bool(registry))
    )
    return PaperRow(key, paper, record, rank, revisions, Baseline(baseline), seen_at)


def _paper(id_: str, ids: tuple[str, ...], shown: Sequence[Any], seen_at: datetime) -> Paper:
    title, abstract, authors, categories, keywords, links, venue, url, *rest = shown
    published, updated, version, votes, rank, rank_of, withdrawn, partial = rest
    return Paper(
        title=title,
        abstract=abstract,
        id=id_,
        ids=ids,
        authors=decode(authors),
        categories=decode(categories),
        keywords=decode(keywords),
        venue=venue,
        url=url,
        links=tuple(Link(rel, address) for rel, address in json.loads(links))
        if links != "[]"
        else (),
        published_at=None if published is None else from_instant(published),
        updated_at=None if updated is None else from_instant(updated),
        version=version,
        votes=votes,
        rank=rank,
        rank_of=rank_of,
        withdrawn=bool(withdrawn),
        partial=bool(partial),
        first_seen_at=seen_at,
    )
