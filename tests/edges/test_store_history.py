"""Reading history: change numbers, papers by key and by whatever names them, what came when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, paper
from paperdigest.core.paper import Change, ChangeKind, Link, Paper
from paperdigest.flow.intake import Intake
from paperdigest.store import history
from paperdigest.store.connection import Store, open_store
from paperdigest.store.papers import decode, encode
from paperdigest.store.receipts import Receipt, was_accepted, write_receipt
from paperdigest.store.sources import keep_bookmark, note_failure, note_success

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "paperdigest.db", write=True) as opened:
        yield opened


def add(store: Store, *papers: Paper, day: int = 0, source: str = "shelf") -> None:
    """Let a source tell of papers on some day."""
    with store.transaction():
        Intake(store, source, NOW + day * DAY, is_news=lambda paper: True).take(papers)


def numbered(number: int) -> Paper:
    id_ = f"arxiv:2611.{number:05}"
    return paper(
        title=f"Folding the map of island number {number}",
        id=id_,
        ids=(id_,),
        url=f"https://arxiv.org/abs/{id_[6:]}",
    )


def test_an_empty_history_has_no_changes(store: Store) -> None:
    assert history.newest_change(store) == 0
    assert history.change_before(store, NOW) == 0
    assert history.changes_after(store, 0, 99) == []
    assert history.paper_count(store) == 0


def test_changes_come_in_order_between_two_numbers(store: Store) -> None:
    add(store, *(numbered(number) for number in range(1, 6)))
    assert history.newest_change(store) == 5
    assert [change.number for change in history.changes_after(store, 1, 4)] == [2, 3, 4]
    assert history.changes_after(store, 0, 1) == [Change(1, 1, ChangeKind.NEW, NOW, "shelf")]


def test_numbers_are_never_used_again(store: Store) -> None:
    add(store, numbered(1), numbered(2))
    with store.transaction():
        store.write("DELETE FROM changes")
    assert history.newest_change(store) == 2
    add(store, numbered(3))
    assert history.newest_change(store) == 3


def test_the_change_before_an_instant_lets_all_since_be_read(store: Store) -> None:
    for day in range(4):
        add(store, numbered(day + 1), day=day)
    before = history.change_before(store, NOW + 2 * DAY)
    assert before == 2
    since = history.changes_since(store, NOW + 2 * DAY)
    assert history.changes_after(store, before, history.newest_change(store)) == since
    assert history.change_before(store, NOW + 9 * DAY) == 4


def test_a_paper_comes_back_as_it_was_told(store: Store) -> None:
    told = paper(
        ids=("arxiv:2611.00001", "doi:10.1000/x"),
        keywords=('quoted "word"', "back\\slash", "ünïcode", ""),
        venue="Journal of Maps",
        links=(Link("code", "https://example.org/c"), Link("pdf", "https://example.org/p")),
        updated_at=NOW,
        votes=12,
        rank=3,
        rank_of=96,
    )
    add(store, told)
    (known,) = history.papers(store, [1]).values()
    assert set(known.ids) > set(told.ids)
    assert replace(known, ids=told.ids, sources=(), first_seen_at=None) == told


@pytest.mark.parametrize(
    "texts", [(), ("",), ("a", "b"), ('"', "\\"), ('","',), ("\n", "\u2028"), ("é", "\x00")]
)
def test_lists_of_texts_survive(texts: tuple[str, ...]) -> None:
    assert decode(encode(texts)) == texts


def test_papers_come_in_the_order_asked_for(store: Store) -> None:
    add(store, *(numbered(number) for number in range(1, 1203)))
    wanted = [1202, 3, 700, 9999, 1]
    assert list(history.papers(store, wanted)) == [1202, 3, 700, 1]
    assert len(history.papers(store, range(1, 2000))) == 1202


def test_sources_are_named_in_the_order_they_spoke(store: Store) -> None:
    for source in ("hf", "arxiv", "hf"):
        add(store, paper(), source=source)
    assert history.papers(store, [1])[1].sources == ("hf", "arxiv")


@pytest.mark.parametrize(
    "text",
    [
        "arxiv:2611.00002",
        "2611.00002v3",
        "https://arxiv.org/abs/2611.00002",
        "https://huggingface.co/papers/2611.00002",
        "island number 2",
        "  the MAP of Island-Number 2",
        "Folding the map of island number 2",
    ],
)
def test_a_paper_is_found_by_id_address_and_part_of_a_title(store: Store, text: str) -> None:
    add(store, *(numbered(number) for number in range(1, 4)))
    assert [key for key, _ in history.find_papers(store, text)] == [2]


def test_a_paper_is_found_by_the_address_it_shows(store: Store) -> None:
    add(store, replace(numbered(1), url="https://journal.example.org/a/1"))
    assert len(history.find_papers(store, "https://journal.example.org/a/1")) == 1


def test_several_papers_are_listed_newest_first_up_to_a_limit(store: Store) -> None:
    add(store, *(numbered(number) for number in range(1, 31)))
    assert [key for key, _ in history.find_papers(store, "island", limit=3)] == [30, 29, 28]


@pytest.mark.parametrize("text", ["", "  ", "—", "arxiv:9999.99999", "a title that nobody wrote"])
def test_what_names_nothing_finds_nothing(store: Store, text: str) -> None:
    add(store, paper())
    assert history.find_papers(store, text) == []


def test_an_earlier_title_still_finds_the_paper_by_its_key(store: Store) -> None:
    add(store, paper())
    title_id = history.papers(store, [1])[1].ids[-1]
    add(store, paper(title="Tearing paper maps with graph neural networks", version=2))
    assert [key for key, _ in history.find_papers(store, title_id)] == [1]


def test_new_papers_are_counted_by_the_source_that_brought_them(store: Store) -> None:
    add(store, numbered(1), numbered(2), source="a")
    add(store, numbered(2), numbered(3), source="b", day=1)
    assert history.new_papers_since(store, NOW - DAY) == {"a": 2, "b": 1}
    assert history.new_papers_since(store, NOW) == {"b": 1}


def test_keys_of_papers_first_seen_since(store: Store) -> None:
    add(store, numbered(1))
    add(store, numbered(1), numbered(2), day=1)
    assert history.paper_keys(store) == [1, 2]
    assert history.paper_keys(store, since=NOW + DAY) == [2]


def test_a_text_is_stored_once_while_it_is_shown(store: Store) -> None:
    add(store, paper(url=""), source="first")
    assert store.row("SELECT title FROM records") == (None,)
    add(store, paper(abstract="The registry has other words for it."), source="registry")
    rows = store.rows("SELECT source, abstract FROM records ORDER BY id")
    assert rows == [("first", paper().abstract), ("registry", None)]


def test_the_state_of_a_source_is_what_happened_last(store: Store) -> None:
    with store.transaction():
        keep_bookmark(store, "s", "feed", "etag", records=3, new_at=NOW)
        note_success(store, "s", "feed", NOW)
        note_failure(store, "s", "feed", NOW + DAY, error="timed out", not_before=NOW + 2 * DAY)
        keep_bookmark(store, "s", "feed", "")
    state = history.source_state(store, "s")
    assert state is not None
    assert (state.bookmark, state.papers, state.failures, state.error) == (
        "etag",
        3,
        1,
        "timed out",
    )
    assert (state.last_success_at, state.last_read_at) == (NOW, NOW + DAY)
    assert history.source_states(store) == {"s": state}
    assert history.source_state(store, "t") is None


def test_receipts_say_what_was_looked_at(store: Store) -> None:
    old = Receipt("s", "a.txt", "00", "quarantined", NOW, reason="cut off")
    new = Receipt(
        "s",
        "b.txt",
        "11",
        "accepted",
        NOW + DAY,
        format="feed",
        bytes=9,
        papers=2,
        new=1,
        unchanged=1,
    )
    with store.transaction():
        write_receipt(store, old)
        write_receipt(store, new)
    assert history.receipts_since(store, NOW) == [old, new]
    assert history.receipts_since(store, NOW + DAY) == [new]
    assert was_accepted(store, "s", "11")
    assert not was_accepted(store, "s", "00")
    assert not was_accepted(store, "t", "11")
