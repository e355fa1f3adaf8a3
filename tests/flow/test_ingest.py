"""Ingest: what a history of papers becomes when sources speak, repeat themselves, fail and are interrupted."""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, paper
from paperdigest.core.errors import LockHeld, RefusedInput, SourceError, StoreFull
from paperdigest.core.identity import short_title
from paperdigest.core.paper import Announced, Change, Paper
from paperdigest.core.ports import Document, Parsed, RefusedDocument, Rejected, Unchanged, Verdict
from paperdigest.failpoints import FailpointReached, broken
from paperdigest.flow.ingest import ingest
from paperdigest.flow.ingest_report import FileReport, IngestReport, SourceReport
from paperdigest.flow.taking import SourceRun, pause_after
from paperdigest.sources.page_dump import FORMAT as PAGE_DUMP
from paperdigest.store import history
from paperdigest.store.connection import Store, open_memory, open_store
from paperdigest.store.merges import part
from paperdigest.store.records import short_titled

DUMPS = Path(__file__).parents[2].parent / "shared" / "dumps"
DAY = timedelta(days=1)

Item = Document | RefusedDocument | Unchanged | SourceError


@dataclass
class Shelf:
    """A source that holds what a test puts on it, and remembers what it was told."""

    name: str = "shelf"
    items: list[Item] = field(default_factory=list)
    content: dict[str, Parsed | RefusedInput] = field(default_factory=dict)
    settled: list[tuple[str, Verdict, str]] = field(default_factory=list)
    bookmarks: list[str] = field(default_factory=list)

    def put(self, *papers: Paper, name: str = "", bookmark: str = "", rejected: int = 0) -> Shelf:
        data = repr((papers, rejected)).encode()
        return self.put_parsed(
            Parsed(
                "test", papers, tuple(Rejected(place, "bad") for place in range(1, rejected + 1))
            ),
            data,
            name=name,
            bookmark=bookmark,
        )

    def put_parsed(
        self, parsed: Parsed | RefusedInput, data: bytes, *, name: str = "", bookmark: str = ""
    ) -> Shelf:
        sha256 = hashlib.sha256(data).hexdigest()
        self.content[sha256] = parsed
        self.items.append(Document(name or f"{len(self.items)}.txt", sha256, data, bookmark))
        return self

    def fetch(
        self, bookmark: str, now: datetime
    ) -> Iterator[Document | RefusedDocument | Unchanged]:
        self.bookmarks.append(bookmark)
        for item in self.items:
            if isinstance(item, SourceError):
                raise item
            yield item

    def parse(self, document: Document) -> Parsed:
        parsed = self.content[document.sha256]
        if isinstance(parsed, RefusedInput):
            raise parsed
        return parsed

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        self.settled.append((name, verdict, reason))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "paperdigest.db", write=True) as opened:
        yield opened


def run(store: Store, shelf: Shelf, now: datetime = NOW, **over: Any) -> SourceReport:
    """Ingest one source, once."""
    return ingest(store, [SourceRun(shelf, over.pop("kind", "inbox"), **over)], now).sources[0]


def take(
    store: Store, *papers: Paper, source: str = "shelf", now: datetime = NOW, **over: Any
) -> FileReport:
    """Ingest one document with these papers."""
    return run(store, Shelf(source).put(*papers), now, **over).files[0]


def counts(report: FileReport) -> tuple[int, int, int, int]:
    """Return (new, revised, unchanged, merged)."""
    return report.new, report.revised, report.unchanged, report.merged


def log(store: Store, after: int = 0) -> list[Change]:
    return history.changes_after(store, after, history.newest_change(store))


def kinds(store: Store, after: int = 0) -> list[str]:
    return [change.reason + (" again" if change.completes else "") for change in log(store, after)]


def only(store: Store) -> Paper:
    (known,) = history.papers(store, history.paper_keys(store)).values()
    return known


def dump(number: int, **over: Any) -> Paper:
    """Return a record as page dumps have them: a title, an abstract, a place."""
    valid = Paper(
        title=f"Folding the map of island number {number} with care",
        abstract=f"We fold map {number} along its creases and measure the loss of ink on each of its sides.",
        rank=number,
        rank_of=99,
    )
    return replace(valid, **over)


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table; the search index has none of its own to show."""
    conn = sqlite3.connect(path)
    try:
        names = [
            name
            for (name,) in conn.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            )
        ]
        return {
            name: conn.execute(f"SELECT * FROM {name}").fetchall()
            for name in names
            if not name.startswith("_sqlite")
        }
    finally:
        conn.close()


# ------------------------------------------------------------------ seeing papers


def test_an_unknown_paper_is_new(store: Store) -> None:
    assert counts(take(store, paper())) == (1, 0, 0, 0)
    assert kinds(store) == ["new"]
    known = only(store)
    assert known.title == paper().title
    assert known.ids[0] == known.id == "arxiv:2611.00001"
    assert known.sources == ("shelf",)
    assert known.first_seen_at == NOW
    assert known.authors == paper().authors
    assert known.published_at == paper().published_at


def test_second_sight_of_a_paper_changes_nothing(store: Store) -> None:
    take(store, paper())
    before = contents(store.path or Path())
    assert counts(
        take(store, paper(votes=None, url="https://example.org/other"), now=NOW + DAY)
    ) == (0, 0, 1, 0)
    after = contents(store.path or Path())
    for table in ("papers", "paper_ids", "records", "changes"):
        assert after[table] == before[table]


def test_the_same_bytes_are_not_even_read(store: Store) -> None:
    shelf = Shelf().put(paper(), name="a.txt")
    run(store, shelf)
    again = run(store, shelf, NOW + DAY)
    assert again.files[0].status is Verdict.DUPLICATE
    assert again.status == "quiet"
    assert shelf.settled == [
        ("a.txt", Verdict.ACCEPTED, ""),
        ("a.txt", Verdict.DUPLICATE, "read before"),
    ]


def test_rewritten_link_hosts_are_no_news(store: Store) -> None:
    take(
        store,
        dump(1, abstract="We fold maps. See https://github.com/a/b for the whole of our code."),
    )
    mirrored = dump(
        1, abstract="We fold maps. See https://mirror.example.org/a/b for the whole of our code."
    )
    assert counts(take(store, mirrored)) == (0, 0, 1, 0)
    assert kinds(store) == ["new"]


def test_votes_and_places_move_without_news(store: Store) -> None:
    take(store, dump(7, votes=3))
    take(store, dump(7, votes=9, rank=2, rank_of=50))
    take(store, dump(7, votes=8, rank=30, rank_of=40))
    known = only(store)
    assert (known.votes, known.rank, known.rank_of) == (8, 2, 50)
    assert kinds(store) == ["new"]


def test_one_paper_from_two_sources_is_one(store: Store) -> None:
    take(store, paper(), source="feed")
    copy = paper(url="https://huggingface.co/papers/2611.00001", version=None, categories=())
    assert counts(take(store, copy, source="hf")) == (0, 0, 0, 1)
    assert only(store).sources == ("feed", "hf")
    assert kinds(store) == ["new"]


def test_a_dump_and_a_feed_meet_by_title(store: Store) -> None:
    take(store, dump(1), source="hf")
    feed = paper(title=dump(1).title, abstract=dump(1).abstract)
    assert counts(take(store, feed, source="feed")) == (0, 0, 0, 1)
    known = only(store)
    assert known.id == "arxiv:2611.00001"
    assert known.categories == ("cs.LG",)
    assert kinds(store) == ["new", "new again"]


def test_equal_titles_of_different_first_authors_are_two_papers(store: Store) -> None:
    take(store, dump(1, authors=("Ada Lovelace",)), source="a")
    take(store, dump(1, authors=("Grace Hopper",)), source="b")
    take(store, dump(1, authors=("Hopper, G.", "Ada Lovelace")), source="b")
    assert history.paper_count(store) == 2
    assert kinds(store)[:2] == ["new", "new"]


def test_namesakes_of_one_source_do_not_flap(store: Store) -> None:
    twins = (
        dump(1, authors=("Ada Lovelace",)),
        dump(1, authors=("Grace Hopper",), abstract="Other words."),
    )
    assert counts(take(store, *twins)) == (2, 0, 0, 0)
    assert counts(take(store, *twins, dump(2))) == (1, 0, 2, 0)


def test_two_ids_of_one_registry_are_never_merged(store: Store) -> None:
    take(store, paper())
    take(store, paper(id="arxiv:2611.00002", ids=("arxiv:2611.00002",)))
    assert history.paper_count(store) == 2
    assert counts(take(store, paper(title="x", id="arxiv:2611.00002", ids=()))) == (0, 1, 0, 0)


def test_short_titles_join_by_how_their_abstracts_begin(store: Store) -> None:
    take(store, dump(1, title="Paper maps"), dump(2, title="Paper maps"))
    assert history.paper_count(store) == 2
    assert counts(take(store, dump(1, title="Paper Maps"), source="other")) == (0, 0, 0, 1)


def test_a_short_title_alone_joins_the_one_of_its_source(store: Store) -> None:
    take(store, dump(1, title="Paper maps"))
    assert counts(take(store, dump(1, title="Paper maps", abstract=""))) == (0, 0, 0, 1)
    assert only(store).abstract == dump(1).abstract
    assert counts(take(store, dump(1, title="Paper maps", abstract=""), source="other")) == (
        1,
        0,
        0,
        0,
    )


def test_a_short_title_alone_that_may_be_either_is_a_paper_of_its_own(store: Store) -> None:
    take(store, dump(1, title="Paper maps"), dump(2, title="Paper maps"))
    assert counts(take(store, dump(1, title="Paper maps", abstract=""))) == (1, 0, 0, 0)


def test_a_full_record_completes_the_short_title_of_its_source(store: Store) -> None:
    take(store, dump(1, title="Paper maps", abstract=""))
    take(store, dump(1, title="Paper maps"))
    assert only(store).abstract == dump(1).abstract
    assert kinds(store) == ["new", "new again"]


def test_a_title_only_record_is_completed(store: Store) -> None:
    take(store, dump(1, abstract=""))
    assert only(store).partial
    assert counts(take(store, dump(1))) == (0, 1, 0, 0)
    assert not only(store).partial
    assert kinds(store) == ["new", "new again"]


def test_a_title_only_record_takes_nothing_away(store: Store) -> None:
    take(store, dump(1))
    assert counts(take(store, dump(1, abstract=""))) == (0, 0, 1, 0)
    assert only(store).abstract == dump(1).abstract


def editorials(first: int, last: int, **over: Any) -> list[Paper]:
    """Return papers that have nothing in common but their short title."""
    return [
        dump(1, title="Editorial", id=f"pmid:{n}", abstract=f"On matter {n}.", **over)
        for n in range(first, last)
    ]


def test_a_short_title_alone_joins_none_of_many(store: Store) -> None:
    take(store, *editorials(1, 30))
    assert counts(take(store, dump(1, title="Editorial", abstract=""))) == (1, 0, 0, 0)


def test_a_full_record_completes_the_only_one_of_many_that_is_a_title_alone(store: Store) -> None:
    take(store, *editorials(1, 30))
    take(store, dump(1, title="Editorial", abstract="", id="doi:10.1234/bare"))
    take(store, *editorials(30, 60))

    take(store, dump(1, title="Editorial", abstract="The bare one.", id="openalex:W1"))

    assert history.paper_count(store) == 60


def test_a_full_record_completes_none_of_two_that_are_titles_alone(store: Store) -> None:
    bare = [dump(1, title="Editorial", abstract="", id=f"pmid:{n}") for n in (97, 98)]
    take(store, *editorials(1, 30), *bare)

    take(store, dump(1, title="Editorial", abstract="The bare one.", id="doi:10.1234/full"))

    assert history.paper_count(store) == 32


def test_of_many_papers_with_one_short_title_four_are_looked_up(store: Store) -> None:
    bare = [dump(1, title="Editorial", abstract="", id=f"pmid:{n}") for n in range(100, 130)]
    take(store, *editorials(1, 30), *bare)
    key = short_title("Editorial")

    assert len(short_titled(store, "shelf", {key: True}, [])[key]) <= 4


def test_of_many_papers_with_one_short_title_those_in_hand_are_all_looked_up(store: Store) -> None:
    take(store, *editorials(1, 30))
    key, in_hand = short_title("Editorial"), set(range(11, 30))

    found = short_titled(store, "shelf", {key: False}, in_hand)[key]

    assert in_hand < set(found)
    assert len(set(found) - in_hand) >= 2


def test_a_paper_gets_no_ids_without_end(store: Store) -> None:
    weekly = [dump(1, id=f"issue-{number}") for number in range(300)]
    take(store, *weekly)

    assert len(only(store).ids) == 200
    assert counts(take(store, *weekly[::-1])) == (0, 0, 300, 0)


# ------------------------------------------------------------------ twice in one document


def test_a_paper_twice_in_one_document_is_one(store: Store) -> None:
    assert counts(take(store, dump(1), dump(2), dump(1))) == (2, 0, 1, 0)
    assert kinds(store) == ["new", "new"]


def test_in_one_document_the_first_word_counts(store: Store) -> None:
    twice = (dump(1), dump(1, abstract="Another text for the same title."))
    assert counts(take(store, *twice)) == (1, 0, 1, 0)
    assert only(store).abstract == dump(1).abstract
    assert counts(take(store, *twice, dump(2))) == (1, 0, 2, 0)
    assert kinds(store) == ["new", "new"]


def test_in_one_document_a_fuller_word_completes(store: Store) -> None:
    take(store, dump(1, abstract=""), dump(1))
    assert only(store).abstract == dump(1).abstract
    assert kinds(store) == ["new"]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_two_versions_in_one_document_are_one_new_paper(
    store: Store, order: tuple[int, int]
) -> None:
    take(
        store,
        *(paper(version=version, abstract=f"Words of version {version}.") for version in order),
    )
    assert only(store).abstract == "Words of version 2."
    assert kinds(store) == ["new"]


def test_the_next_version_beside_a_known_one_is_a_revision(store: Store) -> None:
    first, second = paper(), paper(version=2, abstract="Now we tear maps.")
    take(store, first)
    take(store, first, second)
    assert kinds(store) == ["new", "revised:1"]
    assert only(store).abstract == "Now we tear maps."


# ------------------------------------------------------------------ old, revised, withdrawn


@pytest.mark.parametrize(
    "over",
    [{"announced": Announced.REPLACED}, {"version": 3}, {"published_at": NOW - 61 * DAY}],
)
def test_old_is_not_new(store: Store, over: dict[str, Any]) -> None:
    assert take(store, paper(**over)).new == 1
    assert kinds(store) == []
    assert only(store).first_seen_at == NOW


def test_age_counts_from_the_sources_last_good_read(store: Store) -> None:
    take(store, paper())
    late = paper(
        title="A map that nobody read for months", id="arxiv:2611.00002", ids=(), published_at=NOW
    )
    take(store, late, now=NOW + 90 * DAY)
    assert kinds(store) == ["new", "new"]


def test_a_baseline_brings_no_news(store: Store) -> None:
    many = tuple(dump(number) for number in range(1, 40))
    report = ingest(store, [SourceRun(Shelf().put(*many), "inbox")], NOW, baseline=True)
    assert report.total("new") == 39
    assert kinds(store) == []
    assert take(store, dump(1), dump(40)).new == 1
    assert kinds(store) == ["new"]


def test_a_revision_is_counted_and_told(store: Store) -> None:
    take(store, paper())
    second = paper(version=2, announced=Announced.REPLACED, abstract="Now we tear maps.")
    assert counts(take(store, second)) == (0, 1, 0, 0)
    assert counts(take(store, replace(second, version=3, abstract="Now we burn them."))) == (
        0,
        1,
        0,
        0,
    )
    assert kinds(store) == ["new", "revised:1", "revised:2"]


def test_two_sources_that_differ_do_not_flap(store: Store) -> None:
    one, two = (
        paper(),
        paper(abstract="A mirror tells it in its own words.", url="https://m.example.org/1"),
    )
    take(store, one, source="one")
    take(store, two, source="two")
    for day in range(1, 4):
        take(store, replace(one, keywords=(f"{day}",)), source="one", now=NOW + day * DAY)
        take(store, replace(two, keywords=(f"{day}",)), source="two", now=NOW + day * DAY)
    assert kinds(store) == ["new"]
    assert only(store).abstract == one.abstract


def test_a_second_feed_with_the_next_version_tells_it_once(store: Store) -> None:
    second = paper(version=2, announced=Announced.REPLACED, abstract="Now we tear maps.")
    for source in ("cs.LG", "cs.CV"):
        take(store, paper(), source=source)
    for source in ("cs.CV", "cs.LG"):
        take(store, second, source=source)
    assert kinds(store) == ["new", "revised:1"]


def test_every_kind_of_change_is_told(store: Store) -> None:
    take(store, paper())
    take(store, paper(categories=("cs.LG", "cs.CV"), announced=Announced.CROSS))
    take(store, paper(categories=("cs.LG", "cs.CV"), venue="Journal of Maps"))
    take(
        store,
        paper(categories=("cs.LG", "cs.CV"), venue="Journal of Maps", withdrawn=True, version=2),
    )
    assert kinds(store) == ["new", "cross-listed again", "published", "withdrawn"]
    assert only(store).withdrawn


# ------------------------------------------------------------------ merging


def test_a_record_that_names_two_papers_makes_them_one(store: Store) -> None:
    take(store, paper(), source="feed")
    journal = paper(
        title="On folding",
        abstract="Maps, folded.",
        id="doi:10.1000/x",
        ids=(),
        url="",
        version=None,
    )
    take(store, journal, source="journal", now=NOW + DAY)
    assert history.paper_count(store) == 2
    both = paper(ids=("arxiv:2611.00001", "doi:10.1000/x"))
    take(store, both, source="index", now=NOW + 2 * DAY)
    known = only(store)
    assert set(known.ids) >= {"arxiv:2611.00001", "doi:10.1000/x"}
    assert known.sources == ("feed", "journal", "index")
    assert known.first_seen_at == NOW
    assert known.title == paper().title
    assert {change.paper_key for change in log(store)} == {history.paper_keys(store)[0]}
    for id_ in known.ids:
        assert [found.id for _, found in history.find_papers(store, id_)] == [known.id]


def test_after_a_merge_every_record_is_as_before(store: Store) -> None:
    journal = paper(
        title="On folding",
        abstract="Maps, folded.",
        id="doi:10.1000/x",
        ids=(),
        url="",
        version=None,
    )
    both = paper(ids=("arxiv:2611.00001", "doi:10.1000/x"))
    for record, source in ((paper(), "feed"), (journal, "journal"), (both, "index")):
        take(store, record, source=source)
    newest = history.newest_change(store)
    for record, source in ((paper(), "feed"), (journal, "journal"), (both, "index")):
        assert counts(take(store, record, dump(1), source=source, now=NOW + DAY)) in {
            (1, 0, 1, 0),
            (0, 0, 1, 1),
        }
    assert [change.kind for change in log(store, newest)] == ["new"]


def test_papers_are_merged_within_one_document_too(store: Store) -> None:
    one = paper(title="The first of two names for this", id="doi:10.1000/x", ids=())
    two = paper(title="The second of two names for this")
    both = paper(
        title="The second of two names for this", ids=("arxiv:2611.00001", "doi:10.1000/x")
    )
    take(store, one, two, both)
    assert history.paper_count(store) == 1
    assert counts(take(store, one, two, both, dump(1)))[0] == 1


def test_the_ledger_follows_a_merge_and_equal_rows_collapse(store: Store) -> None:
    take(store, paper(), source="feed")
    journal = paper(
        title="On folding", abstract="Maps, folded.", id="doi:10.1000/x", ids=(), url=""
    )
    take(store, journal, source="journal")
    one, two = history.paper_keys(store)
    with store.transaction():
        store.write(
            "INSERT INTO subscribers (id, name, definition, registered_at, registered_change)"
            " VALUES (1, 'ada', '{}', 0, 0), (2, 'bob', '{}', 0, 0)"
        )
        store.write_many(
            "INSERT INTO outcomes (subscriber_id, paper_key, reason, outcome, topic, lane_id, change, at)"
            " VALUES (?, ?, 'new', ?, 'maps', 1, 1, ?)",
            [(1, one, "over limit", 5), (1, two, "sent", 9), (2, two, "sent", 9)],
        )
    take(store, paper(ids=("arxiv:2611.00001", "doi:10.1000/x")), source="index")
    rows = store.rows("SELECT subscriber_id, paper_key, outcome FROM outcomes ORDER BY 1")
    assert rows == [(1, one, "sent"), (2, one, "sent")]
    assert store.row("SELECT kept_key, gone_key FROM merges") == (one, two)


def two_made_one(store: Store) -> tuple[int, int]:
    """Take in two papers and a record that wrongly says they are one; return their keys."""
    take(store, paper(), source="feed")
    take(
        store,
        paper(
            title="On folding",
            abstract="Maps, folded.",
            id="doi:10.1000/x",
            ids=(),
            url="",
            categories=("maps",),
        ),
        source="journal",
    )
    one, two = history.paper_keys(store)
    take(store, paper(ids=("arxiv:2611.00001", "doi:10.1000/x")), source="index")
    assert history.paper_keys(store) == [one]
    return one, two


def part_them(store: Store, key: int) -> int | None:
    with store.transaction():
        return part(store, key, NOW)


def test_a_wrong_merge_is_undone_and_never_made_again(store: Store) -> None:
    one, two = two_made_one(store)

    assert part_them(store, one) == two

    known = history.papers(store, [one, two])
    assert known[two].title == "On folding"
    assert known[two].categories == ("maps",)
    assert "doi:10.1000/x" in known[two].ids
    assert "doi:10.1000/x" not in known[one].ids
    assert known[one].categories == paper().categories
    take(store, paper(ids=("arxiv:2611.00001", "doi:10.1000/x")), source="index")
    take(store, paper(ids=("arxiv:2611.00001", "doi:10.1000/x"), venue="Maps"), source="index")
    assert history.paper_keys(store) == [one, two]
    assert part_them(store, one) is None


def test_after_parting_each_source_speaks_of_its_own_paper(store: Store) -> None:
    one, two = two_made_one(store)
    part_them(store, one)

    take(
        store,
        paper(title="On folding", abstract="Maps, unfolded.", id="doi:10.1000/x", ids=(), url=""),
        source="journal",
    )

    known = history.papers(store, [one, two])
    assert known[two].abstract == "Maps, unfolded."
    assert known[one].abstract == paper().abstract
    assert history.paper_keys(store) == [one, two]


@pytest.mark.parametrize(("since", "own"), [("sent", "sent"), ("over limit", "over limit")])
def test_the_ledger_is_parted_too_and_what_was_sent_meanwhile_was_sent_of_both(
    store: Store, since: str, own: str
) -> None:
    take(store, paper(), source="feed")
    journal = paper(title="On folding", abstract="Maps.", id="doi:10.1000/x", ids=(), url="")
    take(store, journal, source="journal")
    one, two = history.paper_keys(store)
    with store.transaction():
        store.write(
            "INSERT INTO subscribers (id, name, definition, registered_at, registered_change)"
            " VALUES (1, 'ada', '{}', 0, 0)"
        )
        store.write(
            "INSERT INTO outcomes (subscriber_id, paper_key, reason, outcome, topic, lane_id, change, at)"
            " VALUES (1, ?, 'new', 'over limit', 'maps', 1, 1, 5)",
            [two],
        )
    take(store, paper(ids=("arxiv:2611.00001", "doi:10.1000/x")), source="index")
    with store.transaction():
        store.write("UPDATE outcomes SET outcome = ?", [since])

    part_them(store, one)

    assert store.rows("SELECT paper_key, outcome FROM outcomes") == [(two, own)]


# ------------------------------------------------------------------ documents


def test_a_refused_document_goes_to_quarantine_alone(store: Store) -> None:
    shelf = (
        Shelf()
        .put_parsed(RefusedInput("not a feed"), b"<x", name="bad.xml")
        .put(paper(), name="good.txt")
    )
    report = run(store, shelf)
    assert report.status == "partial"
    assert [file.status for file in report.files] == ["quarantined", "accepted"]
    assert shelf.settled[0] == ("bad.xml", Verdict.QUARANTINED, "not a feed")
    assert history.paper_count(store) == 1


def test_what_a_source_refuses_itself_goes_to_quarantine(store: Store) -> None:
    shelf = Shelf(items=[RefusedDocument("huge.txt", "larger than 64 MB")])
    assert run(store, shelf).files[0].reason == "larger than 64 MB"
    assert shelf.settled == [("huge.txt", Verdict.QUARANTINED, "larger than 64 MB")]


def test_rejected_records_are_counted_and_the_rest_taken(store: Store) -> None:
    report = run(store, Shelf().put(paper(), rejected=2))
    assert (report.files[0].papers, report.files[0].rejected) == (1, 2)
    assert report.status == "partial"


@pytest.mark.parametrize(
    "bad", [paper(title="\ud800"), paper(votes=2**70), paper(title=" ", ids=(), id="")]
)
def test_a_record_that_no_database_can_hold_is_rejected_alone(store: Store, bad: Paper) -> None:
    report = take(store, bad, dump(1))
    assert (report.papers, report.new, report.rejected) == (1, 1, 1)


def test_a_bookmark_is_kept_with_its_document(store: Store) -> None:
    shelf = Shelf().put(paper(), bookmark="page 2")
    run(store, shelf)
    shelf.items = [Unchanged("page 2", bookmark="page 3")]
    run(store, shelf)
    shelf.items = []
    run(store, shelf)
    assert shelf.bookmarks == ["", "page 2", "page 3"]


def test_the_bookmark_of_a_refused_document_is_not_kept(store: Store) -> None:
    shelf = Shelf().put_parsed(RefusedInput("cut off"), b"<x", bookmark="etag")
    run(store, shelf, kind="feed")
    run(store, shelf, kind="feed")
    assert shelf.bookmarks == ["", ""]


def test_one_source_that_fails_does_not_stop_the_others(store: Store) -> None:
    bad = Shelf("bad", items=[SourceError("connection refused")])
    report = ingest(
        store, [SourceRun(bad, "feed"), SourceRun(Shelf("good").put(paper()), "feed")], NOW
    )
    assert [(source.name, source.status) for source in report.sources] == [
        ("bad", "failed"),
        ("good", "ok"),
    ]
    assert report.partly_failed
    state = history.source_states(store)["bad"]
    assert (state.error, state.failures, state.failing_since_at) == ("connection refused", 1, NOW)
    assert state.not_before_at is not None
    assert timedelta(minutes=1) <= state.not_before_at - NOW <= timedelta(minutes=1.1)


def test_what_came_before_a_failure_stays(store: Store) -> None:
    shelf = Shelf().put(paper())
    shelf.items.append(SourceError("timed out"))
    report = run(store, shelf, kind="feed")
    assert report.status == "failed"
    assert report.files[0].new == 1
    assert history.paper_count(store) == 1


def test_a_feed_whose_answer_is_refused_has_failed(store: Store) -> None:
    report = run(store, Shelf().put_parsed(RefusedInput("an HTML page"), b"<html>"), kind="feed")
    assert (report.status, report.error) == ("failed", "0.txt: an HTML page")
    assert history.source_states(store)["shelf"].failures == 1


def test_what_came_before_a_refused_answer_stays_and_the_source_has_failed(store: Store) -> None:
    shelf = Shelf().put(paper()).put_parsed(RefusedInput("an HTML page"), b"<html>", name="api?q=1")
    report = run(store, shelf, kind="arxiv")
    assert (report.status, report.error) == ("failed", "api: an HTML page")
    assert history.paper_count(store) == 1


def test_a_failing_source_is_left_alone_longer_and_longer(store: Store) -> None:
    waits = [pause_after(failures) for failures in range(1, 12)]
    assert waits[0] == timedelta(minutes=1)
    assert waits[1] == timedelta(minutes=2)
    assert waits[-1] == timedelta(hours=6)
    assert pause_after(1, 1.0) == timedelta(minutes=1.1)


def test_sources_that_fail_together_do_not_come_back_together(store: Store) -> None:
    shelves = [Shelf(name, items=[SourceError("timed out")]) for name in "abcdef"]
    ingest(store, [SourceRun(shelf, "feed") for shelf in shelves], NOW)
    states = history.source_states(store).values()
    assert len({state.not_before_at for state in states}) == 6


@pytest.mark.parametrize("wish", [timedelta(0), timedelta(seconds=-5), timedelta(seconds=10)])
def test_a_servers_short_wish_does_not_shorten_our_own_pause(store: Store, wish: timedelta) -> None:
    run(store, Shelf(items=[SourceError("slow down", retry_after=wish)]))
    later = history.source_states(store)["shelf"].not_before_at
    assert later is not None
    assert later >= NOW + timedelta(minutes=1)


def test_another_failure_does_not_cut_a_servers_wish_short(store: Store) -> None:
    run(store, Shelf(items=[SourceError("slow down", retry_after=timedelta(hours=5))]))
    run(store, Shelf(items=[SourceError("timed out")]), NOW + timedelta(hours=1))
    assert history.source_states(store)["shelf"].not_before_at == NOW + timedelta(hours=5)


def test_a_pause_that_a_wrong_clock_wrote_is_not_kept(store: Store) -> None:
    run(store, Shelf(items=[SourceError("timed out")]), NOW + 400 * DAY)
    run(store, Shelf(items=[SourceError("timed out")]), NOW)
    later = history.source_states(store)["shelf"].not_before_at
    assert later is not None
    assert later < NOW + DAY


def test_a_servers_own_wish_is_kept(store: Store) -> None:
    run(store, Shelf(items=[SourceError("slow down", retry_after=timedelta(minutes=17))]))
    assert history.source_states(store)["shelf"].not_before_at == NOW + timedelta(minutes=17)


def test_a_source_that_recovers_is_well_again(store: Store) -> None:
    run(store, Shelf(items=[SourceError("timed out")]))
    run(store, Shelf(items=[SourceError("timed out")]), NOW + DAY)
    assert history.source_states(store)["shelf"].failing_since_at == NOW
    run(store, Shelf().put(paper()), NOW + 2 * DAY)
    state = history.source_states(store)["shelf"]
    assert (state.failures, state.failing_since_at, state.not_before_at, state.error) == (
        0,
        None,
        None,
        "",
    )
    assert state.last_success_at == state.last_new_at == NOW + 2 * DAY


def test_a_source_that_brings_nothing_is_quiet_and_then_stale(store: Store) -> None:
    run(store, Shelf().put(paper()), quiet_after=4 * DAY)
    assert run(store, Shelf(), NOW + 4 * DAY, quiet_after=4 * DAY).status == "quiet"
    assert run(store, Shelf(), NOW + 5 * DAY, quiet_after=4 * DAY).status == "stale"
    assert run(store, Shelf(), NOW + 50 * DAY).status == "quiet"


def test_only_the_named_sources_are_read(store: Store) -> None:
    runs = [
        SourceRun(Shelf("a").put(paper()), "inbox"),
        SourceRun(Shelf("b").put(dump(1)), "inbox"),
    ]
    assert [source.name for source in ingest(store, runs, NOW, only=("b",)).sources] == ["b"]


def test_the_answer_has_its_stable_shape(store: Store) -> None:
    answer = ingest(store, [SourceRun(Shelf().put(paper(), name="a.txt"), "inbox")], NOW).to_json()
    (source,) = answer["sources"]
    names = {"papers", "new", "revised", "unchanged", "merged", "rejected"}
    assert set(source) == {"name", "status", "files", "error"} | names
    assert set(source["files"][0]) == {"path", "sha256", "format", "status", "reason"} | names
    assert (source["status"], source["papers"], source["files"][0]["path"]) == ("ok", 1, "a.txt")
    assert type(source["files"][0]["status"]) is str


def test_progress_ends_at_the_whole(store: Store) -> None:
    heard: list[tuple[str, int, int]] = []
    shelf = Shelf().put(*(dump(number) for number in range(1, 1500)), name="a.txt")
    ingest(store, [SourceRun(shelf, "inbox")], NOW, progress=lambda *told: heard.append(told))
    assert heard == [("a.txt", 0, 1499), ("a.txt", 1000, 1499), ("a.txt", 1499, 1499)]


def test_a_paper_is_known_across_the_pieces_of_a_long_document(store: Store) -> None:
    long = [dump(number) for number in range(1, 1200)] + [dump(number) for number in range(1, 1200)]
    assert counts(take(store, *long)) == (1199, 0, 1199, 0)


def test_a_rehearsal_settles_nothing_and_leaves_nothing(store: Store) -> None:
    shelf = Shelf().put(paper())
    with store.rehearsal():
        assert run(store, shelf).files[0].new == 1
        assert history.paper_count(store) == 1
    assert history.paper_count(store) == 0
    assert shelf.settled == []


# ------------------------------------------------------------------ whatever comes

TITLES = ("Paper maps", "Folding the map of an island", "Tearing the map of an island", "Maps")
some_ids = st.lists(
    st.sampled_from(
        ["arxiv:2611.00001", "arxiv:2611.00002", "doi:10.1000/x", "doi:10.1000/y", "pmid:7"]
    ),
    max_size=2,
    unique=True,
)
some_papers = st.builds(
    lambda ids, **over: paper(id=ids[0] if ids else "", ids=tuple(ids), url="", **over),
    ids=some_ids,
    title=st.sampled_from(TITLES),
    abstract=st.sampled_from(["", "We fold.", "We fold maps at length.", "We tear.", "We tear …"]),
    authors=st.sampled_from([(), ("Ada Lovelace",), ("Grace Hopper",)]),
    version=st.sampled_from([None, 1, 2]),
    withdrawn=st.booleans(),
)
some_documents = st.lists(
    st.tuples(st.sampled_from(["one", "two"]), st.lists(some_papers, max_size=5)), max_size=5
)


@given(some_documents)
@settings(deadline=None, max_examples=60)
def test_whatever_comes_history_stays_sound(documents: list[tuple[str, list[Paper]]]) -> None:
    with open_memory() as store:
        for source, some in documents:
            report = take(store, *some, source=source)
            assert sum(counts(report)) == report.papers == len(some) or report.status == "duplicate"
        assert store.rows("PRAGMA foreign_key_check") == []
        shown = "FROM papers p LEFT JOIN records r ON r.id = p.shown_record"
        assert (
            store.rows(f"SELECT 1 {shown} WHERE r.paper_key IS NOT p.key OR r.title IS NOT NULL")
            == []
        )
        unshown = "FROM records r JOIN papers p ON p.key = r.paper_key WHERE p.shown_record <> r.id"
        assert store.rows(f"SELECT 1 {unshown} AND r.title IS NULL") == []
        for known in history.papers(store, history.paper_keys(store)).values():
            assert known.id == known.ids[0]
            assert known.sources
        assert len({change.number for change in log(store)}) == len(log(store))


@given(some_documents)
@settings(deadline=None, max_examples=40)
def test_hearing_everything_again_brings_no_new_paper(
    documents: list[tuple[str, list[Paper]]],
) -> None:
    documents = [(source, [replace(one, authors=()) for one in some]) for source, some in documents]
    with open_memory() as store:
        for source, some in documents:
            take(store, *some, source=source)
        for source, some in documents:
            assert take(store, *some, dump(1), source=source, now=NOW + DAY).new <= 1


# ------------------------------------------------------------------ interruptions


def interrupted_in_database(store: Store, shelf: Shelf, at: int) -> bool:
    """Ingest, and die at the `at`-th of many places inside SQLite; say whether it came that far."""
    places = itertools.count(1)
    store.db.conn.set_progress_handler(lambda: next(places) == at, 150)
    try:
        run(store, shelf)
    except sqlite3.OperationalError:
        return True
    finally:
        store.db.conn.set_progress_handler(None, 0)
    return False


def two_documents() -> Shelf:
    first = (dump(1), dump(2, abstract=""), paper())
    second = (dump(2), dump(3), paper(version=2, abstract="Now we tear maps."))
    return Shelf().put(*first, bookmark="1").put(*second, bookmark="2")


def what_matters(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row; of receipts only those of what was taken, whatever their numbers."""
    rows = contents(path)
    rows["receipts"] = [row[1:] for row in rows["receipts"] if "accepted" in row]
    return rows


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What a run that nobody interrupts makes of two documents."""
    with open_store(tmp_path / "whole.db", write=True) as store:
        run(store, two_documents())
        run(store, two_documents())
    return what_matters(tmp_path / "whole.db")


def test_an_interrupted_run_is_made_good_by_the_next(
    tmp_path: Path, whole: dict[str, list[tuple[Any, ...]]]
) -> None:
    for at in itertools.count(1):
        path = tmp_path / f"{at}.db"
        with open_store(path, write=True) as store:
            went_off = interrupted_in_database(store, two_documents(), at)
            run(store, two_documents())
            run(store, two_documents())
        assert what_matters(path) == whole, f"interrupted at place {at}"
        if not went_off:
            break
    assert at > 10


@pytest.mark.parametrize("document", [1, 2])
def test_dying_between_commit_and_tidying_up_is_made_good(
    tmp_path: Path, whole: dict[str, list[tuple[Any, ...]]], document: int
) -> None:
    path = tmp_path / "paperdigest.db"
    with open_store(path, write=True) as store:
        with (
            broken(f"ingest.committed=raise@{document}"),
            pytest.raises(FailpointReached),
        ):
            run(store, two_documents())
        again = two_documents()
        run(store, again)
        run(store, two_documents())
    assert what_matters(path) == whole
    assert [verdict for _, verdict, _ in again.settled][:document] == [Verdict.DUPLICATE] * document


def test_a_full_disk_stops_everything_and_leaves_nothing_half_done(store: Store) -> None:
    (pages,) = store.row("PRAGMA page_count") or (0,)
    store.db.conn.execute(f"PRAGMA max_page_count = {pages}")
    many = Shelf().put(*(dump(number) for number in range(1, 400)))
    with pytest.raises(StoreFull):
        run(store, many)
    assert history.paper_count(store) == 0
    assert many.settled == []
    store.db.conn.execute("PRAGMA max_page_count = 100000")
    assert run(store, many).files[0].new == 399


def test_two_processes_that_take_the_same_file_take_it_once(store: Store, tmp_path: Path) -> None:
    class Slow(Shelf):
        def parse(self, document: Document) -> Parsed:
            with open_store(tmp_path / "paperdigest.db", write=True) as other:
                run(other, Shelf().put(paper()))
            return super().parse(document)

    report = run(store, Slow().put(paper()))
    assert report.files[0].status is Verdict.DUPLICATE
    assert kinds(store) == ["new"]


def test_a_held_lock_stops_everything(tmp_path: Path) -> None:
    with (
        open_store(tmp_path / "paperdigest.db", write=True) as holder,
        open_store(tmp_path / "paperdigest.db", write=True, wait=0) as store,
        holder.transaction(),
        pytest.raises(LockHeld),
    ):
        run(store, Shelf().put(paper()))


# ------------------------------------------------------------------ the real dumps

real = pytest.mark.skipif(not DUMPS.is_dir(), reason="the real dumps are not beside this checkout")


def shelf_of(*names: str, end: bytes = b"", rewrite: tuple[bytes, bytes] = (b"", b"")) -> Shelf:
    shelf = Shelf("hf")
    for name in names:
        data = (DUMPS / f"hf-papers-{name}.txt").read_bytes()
        data = data.replace(*rewrite) + end if rewrite[0] else data + end
        shelf.put_parsed(PAGE_DUMP.parse(data), data, name=name)
    return shelf


@real
def test_the_real_dumps_are_read_in_order(store: Store) -> None:
    report = run(store, shelf_of("a", "b", "c"))
    assert [(file.papers, file.new, file.unchanged) for file in report.files] == [
        (96, 96, 0),
        (266, 249, 17),
        (119, 101, 18),
    ]
    assert report.total("papers") == 481


@real
@pytest.mark.parametrize("order", list(itertools.permutations("abc")))
def test_the_real_dumps_hold_the_same_papers_in_any_order(
    store: Store, order: tuple[str, ...]
) -> None:
    run(store, shelf_of(*order))
    assert history.paper_count(store) == 446
    assert kinds(store) == ["new"] * 446


@real
def test_reading_the_real_dumps_again_changes_nothing(store: Store) -> None:
    run(store, shelf_of("a", "b", "c"))
    report = run(store, shelf_of("c", "a", "b", end=b"\n"), NOW + DAY)
    assert report.total("unchanged") == 481
    assert report.status == "quiet"


@real
def test_a_mirror_of_the_real_dumps_is_no_news(store: Store) -> None:
    run(store, shelf_of("a", "b", "c"))
    report = run(
        store,
        shelf_of("a", "b", "c", rewrite=(b"://github.com/", b"://mirror.example.org/")),
        NOW + DAY,
    )
    assert (report.total("new"), report.total("revised"), report.total("merged")) == (0, 0, 0)
    assert len(log(store)) == 446


def test_an_empty_report_failed_nowhere() -> None:
    assert not IngestReport().partly_failed
