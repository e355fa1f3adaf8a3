"""The folder that dumps are dropped into: what is taken and when, what is refused, where it goes."""

from __future__ import annotations

import gzip
import os
import socket
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from paperdigest.core.errors import SourceError
from paperdigest.core.ports import Document, RefusedDocument, Unchanged, Verdict
from paperdigest.sources.documents import document, read_file
from paperdigest.sources.inbox import InboxSource

NOW = datetime(2001, 1, 2, tzinfo=UTC)  # far from any file's time: it must not matter
WALL = 1_800_000_000.0
LINE = b'{"title":"Folding paper maps"}\n'


class Clock:
    """Time that passes only when it is waited for; `meanwhile` is what happens then."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.meanwhile()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(tmp_path: Path, clock: Clock) -> InboxSource:
    (tmp_path / "inbox").mkdir()
    return InboxSource("hf", tmp_path / "inbox", wait=clock.wait, wall=lambda: WALL)


def drop(inbox: InboxSource, name: str, data: bytes = LINE, age: float = 60) -> Path:
    path = inbox.path / name
    path.write_bytes(data)
    os.utime(path, (WALL - age, WALL - age))
    return path


def fetched(inbox: InboxSource, bookmark: str = "") -> list[Document | RefusedDocument | Unchanged]:
    return list(inbox.fetch(bookmark, NOW))


def names(inbox: InboxSource, bookmark: str = "") -> list[str]:
    return [Path(found.name).name for found in fetched(inbox, bookmark)]


def refusal(inbox: InboxSource) -> str:
    (found,) = fetched(inbox)
    assert isinstance(found, RefusedDocument)
    return found.reason


# ------------------------------------------------------------------ what is taken


def test_a_file_becomes_a_document_with_the_sum_of_its_bytes(inbox: InboxSource) -> None:
    path = drop(inbox, "a.jsonl")
    assert fetched(inbox) == [Document(str(path), sha256(LINE).hexdigest(), LINE)]


def test_files_come_oldest_first_then_by_name(inbox: InboxSource) -> None:
    for name, age in (("new", 20), ("b", 60), ("a", 60), ("old", 90)):
        drop(inbox, name, age=age)
    assert names(inbox) == ["old", "a", "b", "new"]


@pytest.mark.parametrize("name", [".hidden", "a.tmp", "a.PART", "a.crdownload", "a.txt~"])
def test_hidden_and_unfinished_files_are_left_alone(inbox: InboxSource, name: str) -> None:
    drop(inbox, name)
    assert names(inbox) == []


def test_folders_are_left_alone(inbox: InboxSource) -> None:
    (inbox.path / "done" / "2026-11").mkdir(parents=True)
    (inbox.path / "done" / "2026-11" / "a.txt").write_bytes(LINE)
    assert names(inbox) == []


def test_an_empty_folder_has_nothing_and_waits_for_nothing(
    inbox: InboxSource, clock: Clock
) -> None:
    assert (fetched(inbox), clock.waited) == ([], [])


def test_a_folder_that_does_not_exist_is_an_error_that_says_what_to_do(inbox: InboxSource) -> None:
    with pytest.raises(SourceError, match="does not exist · create it"):
        fetched(replace(inbox, path=inbox.path / "nowhere"))


def test_a_packed_file_is_unpacked_and_known_by_its_packed_bytes(inbox: InboxSource) -> None:
    packed = gzip.compress(LINE, mtime=0)
    drop(inbox, "a.dat", packed)
    (found,) = fetched(inbox)
    assert isinstance(found, Document)
    assert (found.data, found.sha256) == (LINE, sha256(packed).hexdigest())


def test_old_files_are_taken_at_once(inbox: InboxSource, clock: Clock) -> None:
    drop(inbox, "a", age=11)
    assert (names(inbox), clock.waited) == (["a"], [])


def test_young_files_are_looked_at_twice_after_one_wait_together(
    inbox: InboxSource, clock: Clock
) -> None:
    for name in "abc":
        drop(inbox, name, age=2)
    assert (names(inbox), clock.waited) == (["a", "b", "c"], [1.0])


def test_a_file_that_grows_meanwhile_is_left_for_later(inbox: InboxSource, clock: Clock) -> None:
    drop(inbox, "still.txt", age=1)
    drop(inbox, "done.txt", age=1)

    def grow() -> None:
        with (inbox.path / "still.txt").open("ab") as file:
            file.write(LINE)

    clock.meanwhile = grow
    assert names(inbox) == ["done.txt"]


def test_a_file_from_the_future_is_looked_at_twice(inbox: InboxSource, clock: Clock) -> None:
    drop(inbox, "a", age=-3600)
    assert (names(inbox), clock.waited) == (["a"], [1.0])


def test_a_file_that_disappears_meanwhile_is_no_error(inbox: InboxSource, clock: Clock) -> None:
    path = drop(inbox, "a", age=1)
    clock.meanwhile = path.unlink
    assert names(inbox) == []


# ------------------------------------------------------------------ what is refused


def test_a_link_is_not_followed(inbox: InboxSource, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(LINE)
    (inbox.path / "a.txt").symlink_to(tmp_path / "secret")
    assert "not followed" in refusal(inbox)


def test_a_fifo_is_not_waited_for(inbox: InboxSource) -> None:
    os.mkfifo(inbox.path / "a.txt")
    assert "FIFO" in refusal(inbox)


def test_a_socket_is_no_file(inbox: InboxSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(inbox.path)  # a socket's path may be no longer than 107 bytes
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("a.txt")
        assert "socket" in refusal(inbox)


def test_a_file_over_the_limit_is_refused_without_being_read(inbox: InboxSource) -> None:
    path = inbox.path / "a.txt"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)  # one line of 100 MB, and no byte of it on the disk
    assert refusal(inbox).startswith(
        "larger than 64 MB: if it is one record a line, ingest it with"
    )


def test_a_broken_archive_is_refused_with_its_sum(inbox: InboxSource) -> None:
    packed = gzip.compress(LINE * 100)[:-4]
    drop(inbox, "a.gz", packed)
    (found,) = fetched(inbox)
    assert isinstance(found, RefusedDocument)
    assert (found.reason, found.sha256) == ("the gzip file is cut off", sha256(packed).hexdigest())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_stays_and_does_not_hold_up_the_others(
    inbox: InboxSource,
) -> None:
    drop(inbox, "locked", age=90).chmod(0)
    drop(inbox, "open")
    taken = inbox.fetch("", NOW)
    assert Path(next(taken).name).name == "open"
    with pytest.raises(SourceError, match="locked: no permission"):
        next(taken)
    assert (inbox.path / "locked").exists()


# ------------------------------------------------------------------ where it goes


def test_a_read_file_moves_to_the_month_of_reading(inbox: InboxSource) -> None:
    path = drop(inbox, "a.txt")
    fetched(inbox)
    inbox.settle(str(path), Verdict.ACCEPTED, "", NOW)
    assert (inbox.path / "done" / "2001-01" / "a.txt").read_bytes() == LINE
    assert names(inbox) == []


def test_a_moved_file_overwrites_no_other(inbox: InboxSource) -> None:
    for data in (b"one", b"two", b"three"):
        inbox.settle(str(drop(inbox, "a.tar.gz", data)), Verdict.DUPLICATE, "", NOW)
    done = inbox.path / "done" / "2001-01"
    assert {path.name: path.read_bytes() for path in done.iterdir()} == {
        "a.tar.gz": b"one",
        "a-2.tar.gz": b"two",
        "a-3.tar.gz": b"three",
    }


def test_a_file_may_be_deleted(inbox: InboxSource) -> None:
    path = drop(inbox, "a.txt")
    replace(inbox, after="delete").settle(str(path), Verdict.ACCEPTED, "", NOW)
    assert list(inbox.path.iterdir()) == []


def test_settling_twice_or_after_someone_else_moved_the_file_is_harmless(
    inbox: InboxSource,
) -> None:
    path = drop(inbox, "a.txt")
    fetched(inbox)
    inbox.settle(str(path), Verdict.ACCEPTED, "", NOW)
    inbox.settle(str(path), Verdict.ACCEPTED, "", NOW)
    replace(inbox, after="delete").settle(str(path), Verdict.ACCEPTED, "", NOW)


@pytest.mark.parametrize("after", ["move", "keep", "delete"])
def test_a_refused_file_goes_to_the_quarantine_with_its_reason(
    inbox: InboxSource, tmp_path: Path, after: str
) -> None:
    path = drop(inbox, "a.txt")
    kept = replace(inbox, after=after, quarantine=tmp_path / "q")
    kept.settle(str(path), Verdict.QUARANTINED, "no papers found", NOW)
    assert (tmp_path / "q" / "a.txt").read_bytes() == LINE
    assert (tmp_path / "q" / "a.txt.reason").read_text().startswith("no papers found\n")
    assert not path.exists()


def test_the_quarantine_overwrites_nothing(inbox: InboxSource, tmp_path: Path) -> None:
    for reason in ("one", "two"):
        inbox.settle(str(drop(inbox, "a.txt", reason.encode())), Verdict.QUARANTINED, reason, NOW)
    folder = tmp_path / "quarantine"
    assert [
        (folder / name).read_text().split("\n")[0] for name in ("a.txt.reason", "a-2.txt.reason")
    ] == ["one", "two"]
    assert [(folder / name).read_text() for name in ("a.txt", "a-2.txt")] == ["one", "two"]


def test_a_refused_link_goes_itself_and_not_what_it_points_to(
    inbox: InboxSource, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(LINE)
    link = inbox.path / "a.txt"
    link.symlink_to(tmp_path / "secret")
    fetched(inbox)
    inbox.settle(str(link), Verdict.QUARANTINED, "a link", NOW)
    assert (tmp_path / "quarantine" / "a.txt").is_symlink()
    assert (tmp_path / "secret").read_bytes() == LINE


def test_a_file_that_was_replaced_since_it_was_read_stays(inbox: InboxSource) -> None:
    path = drop(inbox, "a.txt")
    fetched(inbox)
    drop(inbox, "a.txt", b"new content")
    inbox.settle(str(path), Verdict.ACCEPTED, "", NOW)
    assert path.read_bytes() == b"new content"
    assert names(inbox) == ["a.txt"]


def test_a_file_that_cannot_be_moved_is_an_error_that_names_it(inbox: InboxSource) -> None:
    path = drop(inbox, "a.txt")
    (inbox.path / "done").write_text("a file where the folder should be")
    with pytest.raises(SourceError, match=r"a\.txt stays where it is"):
        inbox.settle(str(path), Verdict.ACCEPTED, "", NOW)


def test_a_kept_file_is_read_once_until_it_changes(inbox: InboxSource) -> None:
    kept = replace(inbox, after="keep")
    drop(kept, "a", age=90)
    drop(kept, "b", age=80)
    bookmark = ""
    for found in kept.fetch("", NOW):
        assert isinstance(found, Document)
        kept.settle(found.name, Verdict.ACCEPTED, "", NOW)
        bookmark = found.bookmark
    assert names(kept, bookmark) == []
    drop(kept, "a", LINE * 2, age=70)
    assert names(kept, bookmark) == ["a"]


def test_a_bookmark_that_says_nothing_reads_everything(inbox: InboxSource) -> None:
    kept = replace(inbox, after="keep")
    drop(kept, "a")
    for bookmark in ("", "nonsense", "{}", '{"seen": [1]}', '{"seen": {"a": 5}}'):
        assert names(kept, bookmark) == ["a"]


def test_a_document_is_read_by_its_content_and_the_fields_of_the_source(inbox: InboxSource) -> None:
    drop(inbox, "a.txt", b'{"name":"Folding"}\n')
    source = replace(inbox, fields={"title": "name"})
    (found,) = source.fetch("", NOW)
    assert isinstance(found, Document)
    assert [paper.title for paper in source.parse(found).papers] == ["Folding"]


def test_options_are_the_fields_that_are_not_internal() -> None:
    assert [one.name for one in fields(InboxSource) if not one.metadata.get("internal")] == [
        "name",
        "path",
        "format",
        "after",
        "fields",
    ]


# ------------------------------------------------------------------ files named outright


def test_a_named_file_is_read_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf" + LINE)
    found = read_file(path)
    assert isinstance(found, Document)
    assert (found.name, found.data, path.exists()) == (str(path), LINE, True)


def test_a_named_file_is_refused_for_the_same_reasons(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "x")
    os.mkfifo(tmp_path / "fifo")
    for name, words in (
        ("nowhere", "no such file"),
        ("link", "not followed"),
        ("fifo", "FIFO"),
        (".", "a folder"),
    ):
        found = read_file(tmp_path / name)
        assert isinstance(found, RefusedDocument)
        assert words in found.reason


def test_bytes_from_elsewhere_are_a_document_too() -> None:
    found = document("standard input", gzip.compress(LINE))
    assert isinstance(found, Document)
    assert found.data == LINE
