"""Digests as folders: whole, named after time, reader and key, the same however often they are written."""

from __future__ import annotations

import resource
import signal
from pathlib import Path

import pytest

from builders import NOW
from contracts import channel_contract, message
from paperdigest.channels.file import FileChannel
from paperdigest.core.ports import Part, Refused, Retry, Sent

KEY = "0123456789abcdef01234567"
NAME = "2026-11-20_0930-ada-01234567"


def part_for(channel: FileChannel, target: str = "outbox", **over: object) -> Part:
    (part,) = channel.prepare(message(**over), target, key=KEY, at=NOW)  # type: ignore[arg-type]  # any form
    return part


def test_a_digest_becomes_a_folder_of_three_files(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "outbox")
    assert channel.send(part_for(channel)) == Sent(str(tmp_path / "outbox" / NAME))
    files = {path.name: path.read_text() for path in (tmp_path / "outbox" / NAME).iterdir()}
    assert files == {
        "digest.html": message().html,
        "digest.txt": message().text,
        "digest.json": message().json,
    }


def test_sending_again_leaves_the_same_folder(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "outbox")
    first = channel.send(part_for(channel))
    assert channel.send(part_for(channel)) == first
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == [NAME]


def test_what_somebody_changed_is_put_right(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "outbox")
    channel.send(part_for(channel))
    (tmp_path / "outbox" / NAME / "digest.txt").unlink()
    assert isinstance(channel.send(part_for(channel)), Sent)
    assert (tmp_path / "outbox" / NAME / "digest.txt").read_text() == message().text


def test_what_a_kill_left_behind_is_no_hindrance(tmp_path: Path) -> None:
    left = tmp_path / "outbox" / f".unfinished-{NAME}"
    left.mkdir(parents=True)
    (left / "digest.html").write_text("half")
    channel = FileChannel(tmp_path / "outbox")
    assert isinstance(channel.send(part_for(channel)), Sent)
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == [NAME]


@pytest.mark.parametrize(
    ("target", "where"),
    [("outbox", "state/outbox"), ("team", "config/team"), ("a/b", "config/a/b")],
)
def test_a_target_starts_where_it_should(tmp_path: Path, target: str, where: str) -> None:
    channel = FileChannel(tmp_path / "state" / "outbox", base=tmp_path / "config")
    assert channel.send(part_for(channel, target)) == Sent(str(tmp_path / where / NAME))


def test_an_absolute_target_is_taken_as_it_is(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "outbox")
    target = str(tmp_path / "elsewhere")
    assert channel.send(part_for(channel, target)) == Sent(f"{target}/{NAME}")


@pytest.mark.parametrize(
    "name", ["../../etc", "/etc/passwd", "..", "", "a\0b", "x" * 500, "\ud800", ".x"]
)
def test_a_readers_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    channel = FileChannel(tmp_path / "outbox")
    assert isinstance(channel.send(part_for(channel, list_name=name)), Sent)
    (folder,) = (tmp_path / "outbox").iterdir()
    assert folder.name.startswith("2026-11-20_0930-")
    assert {path.name for path in folder.iterdir()} == {"digest.html", "digest.txt", "digest.json"}


def test_names_in_any_alphabet_stay_readable(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "outbox")
    channel.send(part_for(channel, list_name="Ünïcode 組"))
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == [
        "2026-11-20_0930-Ünïcode-組-01234567"
    ]


def test_a_place_that_cannot_be_written_is_a_reason_to_wait(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file, not a folder")
    channel = FileChannel(tmp_path / "outbox")
    outcome = channel.send(part_for(channel))
    assert isinstance(outcome, Retry)
    assert str(tmp_path / "outbox") in outcome.reason


def test_no_room_is_a_reason_to_wait_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "outbox")
    part = part_for(channel, html="x" * 10_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        outcome = channel.send(part)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert isinstance(outcome, Retry)
    assert list((tmp_path / "outbox").iterdir()) == []


@pytest.mark.parametrize("target", ["", "  ", "a\0b"])
def test_a_target_that_names_no_folder_is_refused(tmp_path: Path, target: str) -> None:
    channel = FileChannel(tmp_path / "outbox")
    assert isinstance(channel.send(part_for(channel, target)), Refused)


def test_the_contract_holds(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    channel_contract(
        FileChannel(tmp_path / "outbox"), "outbox", FileChannel(tmp_path / "file" / "outbox")
    )
