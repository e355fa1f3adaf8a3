"""Locks between processes, with real files and real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from paperdigest.core.errors import LockHeld, StoreError
from paperdigest.store.locks import DELIVER_LOCK, SERVICE_LOCK, WRITE_LOCK, FileLock

HOLD = """
import sys
from pathlib import Path
from paperdigest.store.locks import FileLock
FileLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    def lock(self, path: Path) -> FileLock:
        return FileLock(path, monotonic=lambda: self.now, sleep=self.sleep)


def test_a_lock_that_is_held_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / SERVICE_LOCK
    with FileLock(path).holding(), pytest.raises(LockHeld):
        FileLock(path).acquire()


def test_the_message_names_the_holder(tmp_path: Path) -> None:
    path = tmp_path / SERVICE_LOCK
    with (
        FileLock(path).holding(),
        pytest.raises(LockHeld, match=rf"pid {os.getpid()}, `.+`, since \d{{4}}-"),
    ):
        FileLock(path).acquire()


@pytest.mark.parametrize(
    ("name", "doing"),
    [(SERVICE_LOCK, "the service"), (WRITE_LOCK, "writing"), (DELIVER_LOCK, "is sending")],
)
def test_the_message_says_what_the_holder_does(tmp_path: Path, name: str, doing: str) -> None:
    with FileLock(tmp_path / name).holding(), pytest.raises(LockHeld, match=doing) as caught:
        FileLock(tmp_path / name).acquire()
    assert caught.value.exit_code == 5


def test_waiting_ends_when_the_time_is_up(tmp_path: Path) -> None:
    clock = Clock()
    with FileLock(tmp_path / "x.lock").holding(), pytest.raises(LockHeld):
        clock.lock(tmp_path / "x.lock").acquire(wait=10)
    assert clock.now == pytest.approx(10)
    assert max(clock.naps) <= 0.05


def test_waiting_ends_when_the_lock_is_free(tmp_path: Path) -> None:
    holder = FileLock(tmp_path / "x.lock")
    holder.acquire()
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        holder.release()

    waiting = FileLock(tmp_path / "x.lock", monotonic=lambda: 0.0, sleep=sleep)
    waiting.acquire(wait=10)
    assert waiting.held
    assert len(naps) == 1
    waiting.release()


def test_a_released_lock_is_free(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "x.lock")
    with lock.holding():
        pass
    with FileLock(tmp_path / "x.lock").holding():
        assert not lock.held


def test_a_holder_that_is_killed_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockHeld, match=f"pid {holder.pid}"):
            FileLock(path).acquire()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with FileLock(path).holding():
        assert path.exists()


def test_taking_a_lock_twice_is_a_mistake(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "x.lock")
    with lock.holding(), pytest.raises(RuntimeError):
        lock.acquire()


def test_a_signature_that_cannot_be_read_still_holds(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with FileLock(path).holding():
        path.write_text("{")
        with pytest.raises(LockHeld, match="another process"):
            FileLock(path).acquire()


def test_nothing_is_left_of_a_longer_signature(tmp_path: Path) -> None:
    path = tmp_path / WRITE_LOCK
    path.write_bytes(b"x" * 900)
    with FileLock(path).holding():
        holder = FileLock(path).holder()
    assert holder is not None
    assert holder.pid == os.getpid()


def test_nobody_else_can_read_a_lock(tmp_path: Path) -> None:
    with FileLock(tmp_path / "x.lock").holding():
        assert (tmp_path / "x.lock").stat().st_mode & 0o777 == 0o600


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "x.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match=r"x\.lock"):
        FileLock(tmp_path / "x.lock").acquire()
    assert not (tmp_path / "elsewhere").exists()


def test_a_free_lock_has_no_holder(tmp_path: Path) -> None:
    assert FileLock(tmp_path / "x.lock").holder() is None
