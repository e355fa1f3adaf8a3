"""Files of millions: taken in piece by piece, without news, and carried on after a kill."""

from __future__ import annotations

import gzip
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from house import ADA, House
from paperdigest.core.errors import RefusedInput
from paperdigest.core.ports import Piece, Verdict
from paperdigest.flow import baseline
from paperdigest.flow.ingest_report import FileReport
from paperdigest.sources.large_file import LargeFile, is_large
from paperdigest.store import history
from paperdigest.store.connection import Store, open_store
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
