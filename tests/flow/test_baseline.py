"""Files of millions: taken in piece by piece, without news, and carried on after a kill."""

from __future__ import annotations

import gzip
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from house import ADA, House
from paperdigest.core.errors import RefusedInput
from paperdigest.core.ports import Piece, RefusedDocument, Verdict
from paperdigest.flow import baseline
from paperdigest.flow.ingest_report import FileReport
from paperdigest.sources.documents import read_file
from paperdigest.sources.large_file import LargeFile, is_large
from paperdigest.store import history
from paperdigest.store.connection import Store, open_store
from paperdigest.store.receipts import last_receipts
from paperdigest.store.sources import source_state
from program import Program

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def lines(count: int, start: int = 0) -> bytes:
    records = (
        {"title": f"Paper map number {n} of many", "id": f"arxiv:2401.{n:05}", "abstract": "Folds."}
        for n in range(start, start + count)
    )
    return "".join(f"{json.dumps(one)}\n" for one in records).encode()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "p.db", write=True) as opened:
        yield opened


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "BASELINE_BATCH", 10)


def take(
    store: Store, path: Path, progress: Callable[[str, int, int], None] = lambda *_: None
) -> FileReport:
    return baseline.take_in(store, "archive", "inbox", LargeFile(path), NOW, progress)


def test_every_record_enters_history_and_none_is_news(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(lines(45))

    report = take(store, path)

    assert (report.status, report.papers, report.new) == (Verdict.ACCEPTED, 45, 45)
    assert history.paper_count(store) == 45
    assert history.newest_change(store) == 0


def packed_gzip(path: Path, data: bytes) -> None:
    path.write_bytes(gzip.compress(data[:900]) + gzip.compress(data[900:]))


def packed_zstd(path: Path, data: bytes) -> None:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    path.write_bytes(zstd.compress(data))


def packed_zip(path: Path, data: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("all.jsonl", data)


@pytest.mark.parametrize("pack", [Path.write_bytes, packed_gzip, packed_zstd, packed_zip])
@pytest.mark.parametrize("killed_after", [1, 2, 4])
def test_a_kill_costs_at_most_one_piece(
    store: Store, tmp_path: Path, pack: Callable[[Path, bytes], None], killed_after: int
) -> None:
    path = tmp_path / "all"
    pack(path, lines(45))
    seen = 0

    def kill(name: str, done: int, size: int) -> None:
        nonlocal seen
        seen += 1
        if seen == killed_after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(store, path, kill)
    assert history.paper_count(store) == killed_after * 10

    report = take(store, path)

    assert (report.new, report.unchanged, report.papers) == (45, 0, 45)
    assert history.paper_count(store) == 45


def test_a_file_that_was_taken_is_not_taken_again(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(lines(5))
    take(store, path)

    assert take(store, path).status is Verdict.DUPLICATE
    path.write_bytes(lines(6))
    assert take(store, path).new == 1


def test_bad_lines_are_rejected_alone_and_told(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(
        lines(30) + b"{no json\n" + b'{"abstract": "x"}\n' + lines(5, 30) + b'{"title": "cut'
    )

    report = take(store, path)

    assert (report.papers, report.rejected) == (35, 3)
    assert history.papers(store, [35])


def test_too_many_bad_lines_end_the_file_and_keep_what_was_good(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(lines(30) + b"{no json\n" * 200 + lines(30, 30))

    report = take(store, path)

    assert report.status is Verdict.QUARANTINED
    assert "more than 5%" in report.reason
    assert "what was read before that is in history" in report.reason
    assert history.paper_count(store) == 30


#: Files that break the budget in the middle, and with their last records.
BAD_FILES = [lines(30) + b"{no json\n" * 200 + lines(30, 30), lines(30) + b"{no json\n" * 55]


@pytest.mark.parametrize("data", BAD_FILES)
def test_a_refused_file_is_refused_again_in_the_same_words(
    store: Store, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(data)

    first = take(store, path)

    assert first.status is Verdict.QUARANTINED
    assert [take(store, path), take(store, path)] == [first, first]
    assert history.paper_count(store) == 30


def test_a_refusal_says_where_the_first_bad_record_is(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(BAD_FILES[0])
    assert "the first in line 31: not JSON" in take(store, path).reason


def test_what_is_sound_in_the_piece_that_breaks_the_budget_is_kept(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(lines(30) + b"{no json\n" * 49 + lines(1, 30) + b"{no json\n" * 10)

    assert take(store, path).papers == 31
    assert history.paper_count(store) == 31


@pytest.mark.parametrize("data", BAD_FILES)
def test_a_refused_file_has_one_receipt_that_says_so(
    store: Store, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(data)

    report = take(store, path)
    take(store, path)

    (receipt,) = last_receipts(store, "archive", 9)
    assert (receipt.status, receipt.reason) == ("quarantined", report.reason)


def test_a_receipt_keeps_the_first_rejects_of_all_pieces(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(lines(12) + b"{no json\n" + lines(30, 12) + b"{no json\n" + lines(9, 42))

    take(store, path)

    (receipt,) = last_receipts(store, "archive", 9)
    assert [place for place, _ in receipt.rejects] == [13, 44]


def test_rejects_are_kept_over_a_kill(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(lines(2) + b"{no json\n" + lines(30, 2))

    def kill(name: str, done: int, size: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(store, path, kill)
    take(store, path)

    (receipt,) = last_receipts(store, "archive", 9)
    assert [place for place, _ in receipt.rejects] == [3]


def test_a_mended_file_is_taken(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(BAD_FILES[0])
    take(store, path)
    path.write_bytes(lines(60))

    report = take(store, path)

    assert (report.status, report.new, report.unchanged) == (Verdict.ACCEPTED, 30, 30)


@pytest.mark.parametrize("data", [lines(15), BAD_FILES[1]])
def test_a_source_was_read_once_its_archive_was(store: Store, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(data)

    take(store, path)

    state = source_state(store, "archive")
    assert state is not None
    assert state.last_success_at == NOW


def test_a_line_without_end_takes_no_memory_without_end(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(lines(2) + b'{"title": "' + b"x" * 3_000_000 + b'"}\n' + lines(2, 2))

    pieces = list(LargeFile(path).pieces("", 10))

    assert [len(one.papers) for one in pieces] == [4]
    assert "too long" in pieces[0].rejected[0].reason


@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
def test_every_position_carries_on_where_the_piece_before_ended(tmp_path: Path, most: int) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes("\ufeff".encode() + lines(7) + b"\n\n" + lines(7, 7))
    file = LargeFile(path)
    whole = [paper for piece in file.pieces("", 1_000) for paper in piece.papers]

    again: list[Piece] = []
    position, last = "", False
    while not last:
        piece = next(file.pieces(position, most))
        again.append(piece)
        position, last = piece.position, piece.last

    assert [paper for piece in again for paper in piece.papers] == whole
    assert len(whole) == 14
    assert again[-1].done == file.size


def test_of_a_cut_off_file_every_whole_record_is_taken_and_it_is_refused_twice_alike(
    store: Store, tmp_path: Path
) -> None:
    whole = b"".join(
        b'{"title": "Paper map of island %s"}\n' % os.urandom(200).hex().encode()
        for _ in range(1_005)
    )
    path = tmp_path / "all.jsonl.gz"
    path.write_bytes(gzip.compress(whole)[:-60])

    first = take(store, path)

    assert (first.status, first.papers) == (Verdict.QUARANTINED, 1_004)
    assert "broken or cut off" in first.reason
    assert take(store, path) == first


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<rss/>", "not one record a line"),
        (b"[1, 2]", "not one record a line"),
        (b"\x1f\x8b\x08\x00 no gzip", "broken or cut off"),
        (gzip.compress(lines(9_000))[:-9], "broken or cut off"),
    ],
)
def test_what_cannot_be_read_so_is_refused_in_words(
    tmp_path: Path, data: bytes, words: str
) -> None:
    path = tmp_path / "all"
    path.write_bytes(data)
    with pytest.raises(RefusedInput, match=words):
        list(LargeFile(path).pieces("", 10_000))


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_regular_file_is_refused_without_waiting(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "odd")
    assert not is_large(tmp_path / "odd")
    with pytest.raises(RefusedInput, match="not a"):
        LargeFile(tmp_path / "odd")


def test_a_fifo_is_refused_in_the_same_words_with_and_without_baseline(
    house: House, program: Program
) -> None:
    fifo = house.folder / "odd.jsonl"
    os.mkfifo(fifo)

    plain = program("ingest", "--file", str(fifo))
    taken = program("ingest", "--file", str(fifo), "--baseline")

    assert (taken.code, taken.out) == (plain.code, plain.out)
    assert "a FIFO, not a regular file" in taken.out


def test_a_link_to_a_large_file_is_refused_in_the_words_for_links(tmp_path: Path) -> None:
    huge = tmp_path / "huge.jsonl"
    with huge.open("wb") as file:
        file.truncate(65 * 2**20)  # sparse: it takes no room
    (tmp_path / "link").symlink_to(huge)

    assert not is_large(tmp_path / "link")
    with pytest.raises(RefusedInput, match="a link, which is not followed"):
        LargeFile(tmp_path / "link")


@pytest.mark.parametrize("pack", [packed_gzip, packed_zstd, packed_zip])
@pytest.mark.parametrize(("size", "large"), [(64 * 2**20, False), (64 * 2**20 + 1, True)])
def test_a_packed_file_is_large_by_what_it_holds(
    tmp_path: Path, pack: Callable[[Path, bytes], None], size: int, *, large: bool
) -> None:
    pack(tmp_path / "packed", bytes(size))
    assert is_large(tmp_path / "packed") is large


def test_a_large_file_is_told_of_baselines(tmp_path: Path) -> None:
    path = tmp_path / "huge.jsonl"
    with path.open("wb") as file:
        file.truncate(65 * 2**20)
    refused = read_file(path)
    assert isinstance(refused, RefusedDocument)
    assert "ingest it with --baseline, packed or not" in refused.reason


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(lines(1))
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(RefusedInput):
        LargeFile(tmp_path / "link")


def dated(house: House, name: str, *days: int) -> Path:
    """Drop a file of papers that came out so many days ago."""
    papers = (
        {
            "title": f"Paper map of {days} days ago",
            "published_at": (house.now - timedelta(days=days)).isoformat(),
        }
        for days in days
    )
    return house.drop(name, *papers)


def test_a_first_digest_looks_back_by_the_day_papers_came_out(
    house: House, program: Program
) -> None:
    path = dated(house, "archive.jsonl", 1, 6, 8, 400)
    assert program("ingest", "--file", str(path), "--baseline").code == 0
    path.unlink()

    house.run()
    house.wait(days=1)
    house.run()

    assert sorted(house.titles()[0]) == ["Paper map of 1 days ago", "Paper map of 6 days ago"]
    assert len(house.titles()) == 1


def test_a_new_topic_looks_back_over_an_archive_too(house: House, program: Program) -> None:
    house.drop("today.jsonl", "Folding paper maps")
    house.run()
    path = house.drop(
        "archive.jsonl",
        {"title": "Creases in cloth", "published_at": house.now.isoformat()},
        {"title": "Creases of old", "published_at": "2020-01-01"},
    )
    program("ingest", "--file", str(path), "--baseline")
    path.unlink()
    house.write(
        "subscriptions/ada.toml", ADA + '[[topic]]\nname = "Creases"\nkeywords = ["crease"]\n'
    )
    house.wait(days=1)

    house.run()

    assert house.titles()[1:] == [["Creases in cloth"]]


def test_small_files_are_not_large(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(lines(1))
    assert not is_large(path)
    assert not is_large(tmp_path / "nothing")
